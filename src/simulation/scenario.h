#pragma once
// Scenario: the words in which a fraud is told.
//
//     static void safe_account(struct stage *stage) {
//         uint32_t victim = cast(stage, is_saver);
//         at_hour(stage, 9, 16);
//         online(stage, victim);
//         stage->signs = SIGN_CALL;
//         login(stage, victim);
//         struct act *pay = transfer(stage, victim, mule, YUAN(180000));
//         pay->signs |= ACT_LOSS;
//     }
//
// A stage is a case that is being written: its people, its clock, and the device and place from
// which things are done. Each word puts one act at the clock's time and moves it on by some
// seconds. The act that was returned last may still be changed. All is planned on the first
// morning; what becomes of it is decided when its time comes, by balances, limits and stopped
// accounts.

#include "simulation/stories.h"

struct stage {
    struct simulation *sim;
    struct story *story;
    uint32_t number;
    struct random random;
    int64_t clock;
    struct setting setting;
    uint64_t signs;
    uint32_t session;
    Channel channel;
    uint8_t part, lookalike;
    struct act act; // the last one, not yet on the agenda
    bool has_act;
};

typedef void Play(struct stage *stage);

#define SCENARIO(code, zh, en, rate, function) Play function;
#include "simulation/scenarios.def"
#undef SCENARIO

struct scenario {
    const char *code, *zh, *en;
    uint32_t rate; // hundredths of a case, per 10,000 customers and 30 days
    Play *play;
};

// ---- chance -------------------------------------------------------------------------------------
bool chance(struct stage *stage, uint32_t percent);
uint32_t below(struct stage *stage, uint32_t bound);
int64_t between(struct stage *stage, int64_t low, int64_t high);
// Fen, around so many yuan, as people name sums; as it comes.
int64_t sum(struct stage *stage, int64_t yuan, int32_t spread);
int64_t odd_sum(struct stage *stage, int64_t yuan, int32_t spread);
void variant(struct stage *stage, const char *name);

// ---- time ---------------------------------------------------------------------------------------
void wait_seconds(struct stage *stage, int64_t median);
void wait_minutes(struct stage *stage, int64_t median);
void wait_hours(struct stage *stage, int64_t median);
// The same hour, some days later.
void wait_days(struct stage *stage, int32_t days);
// To a moment in these hours, today or the next day that has them before it; `working`: on a day
// when offices are open.
void at_hour(struct stage *stage, uint32_t from, uint32_t to);
void at_work(struct stage *stage);

// ---- who ----------------------------------------------------------------------------------------
typedef bool Fits(const struct simulation *sim, uint32_t who);
uint32_t cast(struct stage *stage, Role role, Fits *fits);      // a person, for this case alone
uint32_t cast_firm(struct stage *stage, Role role, Fits *fits); // gives the customer's number
uint32_t cast_newcomer(struct stage *stage, Role role);         // not a customer yet
// One that the bank settles with; who is settled with has the same role, or none in a mere scene.
uint32_t cast_merchant(struct stage *stage, Role role, bool micro);
struct party cast_outside(struct stage *stage, PartyType type);
uint32_t cast_employee(struct stage *stage, StaffPost post);
// Anybody, who is met by the case in passing: other cases may take him too.
uint32_t somebody(struct stage *stage, Role role);
// The course of things gives him another role than he was cast for.
void acts_as(struct stage *stage, uint32_t customer, Role role);
bool anybody(const struct simulation *sim, uint32_t who);
bool is_adult(const struct simulation *sim, uint32_t who);
bool is_young(const struct simulation *sim, uint32_t who);
bool is_old(const struct simulation *sim, uint32_t who);
bool is_saver(const struct simulation *sim, uint32_t who);
bool is_weak(const struct simulation *sim,
             uint32_t who); // recruited as mules: students, unemployed, low wages
bool is_dormant(const struct simulation *sim, uint32_t who);
bool has_credit_card(const struct simulation *sim, uint32_t who);
bool has_second(const struct simulation *sim, uint32_t who);
bool any_firm(const struct simulation *sim, uint32_t customer);
bool young_firm(const struct simulation *sim, uint32_t customer);
bool small_firm(const struct simulation *sim, uint32_t customer);

// ---- from where ---------------------------------------------------------------------------------
void online(struct stage *stage, uint32_t customer); // with his own device, where he is
void from_device(struct stage *stage, uint32_t device, Spot spot, Net net);
struct setting criminal(struct stage *stage); // a fresh device somewhere
struct setting setting_of_home(struct stage *stage, uint32_t customer);
uint32_t device_for(const struct stage *stage, uint32_t person); // his phone
void take_setting(struct stage *stage, struct setting setting);
void offline(struct stage *stage, Channel channel);

// ---- what is done -------------------------------------------------------------------------------
struct act *play(struct stage *stage, ActKind kind, Channel channel, uint32_t customer);
void finish(struct stage *stage); // the last act; stories.c calls it
struct act *login(struct stage *stage, uint32_t customer);
struct act *inquiry(struct stage *stage, uint32_t customer);
struct act *challenge(struct stage *stage, uint32_t customer, uint8_t what); // 0 SMS, 1 face, 2 PIN
struct act *transfer(struct stage *stage, uint32_t customer, struct party payee, int64_t amount);
struct act *transfer_from(struct stage *stage, uint32_t account, struct party payee,
                          int64_t amount);
struct act *credit(struct stage *stage, uint32_t account, struct party payer, int64_t amount);
struct act *pay_quick(struct stage *stage, uint32_t customer, uint32_t merchant, int64_t amount);
struct act *pay_card(struct stage *stage, uint32_t customer, uint32_t account, uint32_t merchant,
                     int64_t amount, Entry entry);
struct act *stranger_card(struct stage *stage, uint32_t card, bool credit_card, uint32_t merchant,
                          int64_t amount, Entry entry);
struct act *stranger_qr(struct stage *stage, uint32_t merchant, struct party payer,
                        int64_t amount); // at a merchant
struct act *pay_qr_person(struct stage *stage, uint32_t customer, struct party payee,
                          int64_t amount);
struct act *draw_cash(struct stage *stage, uint32_t account, int64_t amount, Channel channel,
                      uint32_t branch);
struct act *bring_cash(struct stage *stage, uint32_t customer, int64_t amount, Channel channel,
                       uint32_t branch);
struct act *break_deposit(struct stage *stage, uint32_t customer, int64_t amount);
struct act *change(struct stage *stage, ActKind kind, uint32_t customer, uint8_t what);
struct act *raise_limit(struct stage *stage, uint32_t customer, int64_t to_yuan);
struct act *at_counter(struct stage *stage, uint32_t customer, uint8_t kind, int64_t amount,
                       uint64_t flags);
struct act *open_main(struct stage *stage, uint32_t customer, Channel channel);
struct act *apply_loan(struct stage *stage, uint32_t customer, int64_t amount);
struct act *draw_loan(struct stage *stage, uint32_t customer, uint32_t loan, int64_t amount);
struct act *staff_op(struct stage *stage, uint32_t employee, uint8_t class);
struct act *net_alert(struct stage *stage, uint8_t kind, uint8_t severity, uint32_t asset);
struct act *inspected(struct stage *stage, uint32_t branch, uint8_t kind, uint8_t category,
                      uint32_t item, bool fails, uint8_t hazard);
enum { COUNTER_TRANSFER, COUNTER_CASH_OUT, COUNTER_CASH_IN, COUNTER_CERT };

// ---- what follows
// ---------------------------------------------------------------------------------------- The
// victim notices and reports; police stop own-bank payees named, put some on lists; the scores
// learn. In some cases nobody ever notices.
void victim_reports(struct stage *stage, uint32_t victim, struct party payee, int64_t amount);
// A stop-payment order comes for an account of the bank, after about so many hours.
void police_stop(struct stage *stage, uint32_t account, int64_t hours);
// Entries and values that the bank would have; a record at the stage's clock.
void list_add(struct stage *stage, const char *list, const char *key, const char *reason,
              int32_t days);
void list_party(struct stage *stage, const char *list, struct party party, const char *reason,
                int32_t days);
void table_set(struct stage *stage, const char *table, const char *key, const char *second_key,
               const char *set);
void graph_account(struct stage *stage, uint32_t account, const char *set);
// The score that the nightly scoring gives a mule or a victim in the making: often high, never
// sure.
void score_mule(struct stage *stage, uint32_t account);
void score_victim(struct stage *stage, uint32_t customer);
