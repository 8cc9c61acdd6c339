#pragma once
// Event members: what records of several kinds have in common, each as members of the JSON object that is being written: who, which
// account, the other side, the amount, how he proved to be himself, the device and the place. And the writers of each kind, which
// event.c chooses from.

#include "simulation/event.h"

#define LINE_CITY(line, name, spot)                                                                \
    do {                                                                                           \
        if (!place_is_abroad(spot)) {                                                              \
            LINE_PUT(line, ",\"" name "\":\"");                                                    \
            put_code(line, spot);                                                                  \
            LINE_PUT(line, "\"");                                                                  \
        }                                                                                          \
    } while (0)
#define LINE_NAME(line, name, put)                                                                 \
    do {                                                                                           \
        LINE_PUT(line, ",\"" name "\":\"");                                                        \
        put;                                                                                       \
        LINE_PUT(line, "\"");                                                                      \
    } while (0)

void put_code(struct line *line, Spot spot);
void put_branch(struct simulation *sim, struct line *line, uint32_t branch);
const char *customer_type(const struct simulation *sim, uint32_t customer);
void put_customer(struct simulation *sim, struct line *line, const struct act *act);
void put_account(struct simulation *sim, struct line *line, const struct act *act);
void put_payee(struct simulation *sim, struct line *line, const struct act *act);
void put_money(struct line *line, const struct act *act);
void put_auth(struct line *line, const struct act *act);
// Somebody's usual place within a city.
void put_position(struct line *line, Spot spot, uint64_t who, uint32_t jitter);
void put_device(struct simulation *sim, struct line *line, const struct act *act, bool all);
// What a teller sees.
void put_flags(struct line *line, const struct act *act);
uint32_t branch_of(const struct simulation *sim, const struct act *act);

const char *word_party(PartyType type);
const char *word_institution(uint32_t institution);
const char *word_relation(uint32_t relation);

// ---- one function for each kind -----------------------------------------------------------------
// event_money.c
void put_transfer(struct simulation *sim, struct line *line, const struct act *act);
void put_credit(struct simulation *sim, struct line *line, const struct act *act);
void put_card_pay(struct simulation *sim, struct line *line, const struct act *act);
void put_qr(struct simulation *sim, struct line *line, const struct act *act);
void put_quick(struct simulation *sim, struct line *line, const struct act *act);
void put_cash(struct simulation *sim, struct line *line, const struct act *act);
void put_refund(struct simulation *sim, struct line *line, const struct act *act);
void put_settle(struct simulation *sim, struct line *line, const struct act *act);
void put_counter(struct simulation *sim, struct line *line, const struct act *act);
void put_td_or_fx(struct simulation *sim, struct line *line, const struct act *act);
// event_service.c
void put_session_event(struct simulation *sim, struct line *line, const struct act *act);
void put_change(struct simulation *sim, struct line *line, const struct act *act);
void put_open(struct simulation *sim, struct line *line, const struct act *act);
void put_loan(struct simulation *sim, struct line *line, const struct act *act);
void put_onboard(struct simulation *sim, struct line *line, const struct act *act);
// event_bank.c
void put_staff(struct simulation *sim, struct line *line, const struct act *act);
void put_alert(struct simulation *sim, struct line *line, const struct act *act);
void put_inspect(struct simulation *sim, struct line *line, const struct act *act);
void put_order(struct simulation *sim, struct line *line, const struct act *act);
void put_report(struct simulation *sim, struct line *line, const struct act *act);
void put_feedback(struct simulation *sim, struct line *line, const struct act *act);
void put_tick(struct simulation *sim, struct line *line, const struct act *act);
