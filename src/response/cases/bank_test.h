#pragma once
// Bank: a made-up bank whose customers pay shops and each other, log in from devices and addresses,
// and among whom gangs are planted. Events come one by one, in the order of time, as facts.
//
//     struct bank bank;
//     bank_init(&bank, &plan, arena);
//     uint32_t count = bank_event(&bank, facts, arena);     // one event: 1 to BANK_FACTS_MAX facts
//
// What is ordinary and looks like gangs is in it: families that share devices and addresses, mobile
// networks through whose addresses everybody comes, employers that pay all their staff on one day,
// friends who pay each other, and accounts elsewhere that many pay.
//
// Gangs are of three sorts: BY_DEVICE share devices and addresses and pass money on; BY_ADDRESS
// share addresses alone and pass money on; BY_MONEY share nothing, and only pass money on.

#include "base/arena.h"
#include "base/random.h"
#include "base/time.h"
#include "response/cases/cases.h"

enum { BANK_FACTS_MAX = 8, GANG_SIZE_MAX = 32, BANK_OUTSIDE = 4 };

typedef enum GangSort { GANG_BY_DEVICE, GANG_BY_ADDRESS, GANG_BY_MONEY, GANG_SORT_COUNT } GangSort;

struct bank_plan {
    uint64_t seed;
    uint32_t accounts, gangs, gang_min, gang_max;
    uint32_t movements_percent; // of the events
    uint32_t gang_permille;     // of the events
    int64_t from_us, step_us;
};

struct planted {
    GangSort sort;
    uint32_t size;
    uint32_t accounts[GANG_SIZE_MAX];
};

struct bank {
    struct bank_plan plan;
    struct random random;
    uint32_t customers, merchants;
    uint64_t event;
    struct planted *gangs;
    uint32_t *gang_of; // by account; UINT32_MAX: none
};

static inline uint32_t bank_below(struct bank *bank, uint64_t bound) {
    return (uint32_t)random_below(&bank->random, bound);
}

static inline uint64_t bank_mix(uint64_t a, uint64_t b) {
    a = (a ^ b) * 0x9e3779b97f4a7c15u;
    a = (a ^ (a >> 29)) * 0xbf58476d1ce4e5b9u;
    return a ^ (a >> 32);
}

static inline void bank_init(struct bank *bank, const struct bank_plan *plan, struct arena *arena) {
    *bank = (struct bank){.plan = *plan};
    random_init(&bank->random, plan->seed);
    bank->customers = plan->accounts * 3 / 4;
    bank->merchants = plan->accounts / 10 + 1;
    bank->gangs = ARENA_ARRAY(arena, struct planted, plan->gangs + (size_t)1);
    bank->gang_of = ARENA_ARRAY(arena, uint32_t, plan->accounts);
    memset(bank->gang_of, 0xff, plan->accounts * sizeof *bank->gang_of);
    for (uint32_t g = 0; g < plan->gangs; g++) {
        struct planted *gang = &bank->gangs[g];
        gang->sort = (GangSort)(g % GANG_SORT_COUNT);
        uint32_t size = plan->gang_min + bank_below(bank, plan->gang_max - plan->gang_min + 1);
        while (gang->size < size) {
            uint32_t account = bank_below(bank, bank->customers); // of customers with one account
            if (bank->gang_of[account] == UINT32_MAX) {
                bank->gang_of[account] = g;
                gang->accounts[gang->size++] = account;
            }
        }
    }
}

// ---- names -------------------------------------------------------------------------------------

static inline uint32_t bank_customer_of(const struct bank *bank, uint32_t account) {
    return account < bank->customers ? account : (account - bank->customers) * 3;
}

static inline Slice bank_account(struct arena *arena, uint32_t account) {
    return arena_printf(arena, "A6217%014u", account);
}

static inline Slice bank_customer(struct arena *arena, uint32_t customer) {
    return arena_printf(arena, "C%011u", customer);
}

static inline Slice bank_device(struct arena *arena, uint64_t number) {
    return arena_printf(arena, "D-%016llx%016llx", (unsigned long long)bank_mix(number, 1),
                        (unsigned long long)bank_mix(number, 2));
}

static inline Slice bank_address(struct arena *arena, uint64_t network, uint64_t number) {
    return arena_printf(arena, "%u.%u.%u.%u", (unsigned)network, (unsigned)(number >> 16 & 255),
                        (unsigned)(number >> 8 & 255), (unsigned)(number & 255));
}

// ---- movements ---------------------------------------------------------------------------------

static inline int64_t bank_amount(struct bank *bank, double typical_yuan) {
    double u = random_unit(&bank->random), v = random_unit(&bank->random);
    return 1 + (int64_t)(typical_yuan * 100 * (0.1 + 3 * u * u * v));
}

static inline struct case_movement bank_movement(struct bank *bank, struct arena *arena) {
    return (struct case_movement){
        .sequence = (int64_t)bank->event + 1,
        .time_us = bank->plan.from_us + (int64_t)bank->event * bank->plan.step_us,
        .event_id = arena_printf(arena, "01JD%08llx%014llx", (unsigned long long)bank->event,
                                 (unsigned long long)random_u64(&bank->random) >> 8),
        .kind = SLICE("transfer_out"),
        .channel = SLICE("MOBILE"),
        .state = MOVED_DONE,
    };
}

static inline void bank_own(const struct bank *bank, struct arena *arena, uint32_t account,
                            MoneyPlace *ret_place, Slice *ret_name, Slice *ret_customer) {
    *ret_place = PLACE_OWN;
    *ret_name = bank_account(arena, account);
    *ret_customer = bank_customer(arena, bank_customer_of(bank, account));
}

// A friend lives nearby in the numbers, and is the same each time.
static inline uint32_t bank_friend(const struct bank *bank, uint32_t account, uint32_t which) {
    uint64_t away = 1 + bank_mix(account, which) % 300;
    return (uint32_t)((account + away) % bank->plan.accounts);
}

static inline void bank_pay_somebody(struct bank *bank, struct arena *arena, uint32_t payer,
                                     struct case_movement *move) {
    uint32_t draw = bank_below(bank, 100);
    move->amount = bank_amount(bank, 400);
    if (draw < 45) {
        double u = random_unit(&bank->random);
        move->kind = SLICE("qr_pay");
        move->payee_place = PLACE_MERCHANT;
        move->payee = arena_printf(arena, "8986%011u", (unsigned)(u * u * u * bank->merchants));
        move->amount = bank_amount(bank, 60);
    } else if (draw < 70) {
        bank_own(bank, arena, bank_friend(bank, payer, bank_below(bank, 6)), &move->payee_place,
                 &move->payee, &move->payee_customer);
    } else if (draw < 88) {
        bool popular = bank_below(bank, 5) == 0;
        uint64_t number = popular ? bank_below(bank, bank->plan.accounts / 50 + 1)
                                  : (uint64_t)payer * BANK_OUTSIDE + bank_below(bank, BANK_OUTSIDE);
        move->payee_place = PLACE_BANK;
        move->payee =
            arena_printf(arena, "%s%012llu", popular ? "X7" : "X1", (unsigned long long)number);
        move->bank = SLICE("102100099996");
    } else if (draw < 95) {
        move->kind = SLICE("cash_withdraw");
        move->payee_place = PLACE_CASH;
        move->payee = arena_printf(arena, "%08u", bank_below(bank, 400));
    } else {
        bank_own(bank, arena, bank_below(bank, bank->plan.accounts), &move->payee_place,
                 &move->payee, &move->payee_customer);
    }
}

// A victim pays an account of the gang, it pays a collector of the gang, and he takes it out.
static inline void bank_gang_pays(struct bank *bank, struct arena *arena, struct planted *gang,
                                  struct case_movement *move) {
    uint32_t draw = bank_below(bank, 100), collectors = 1 + gang->size / 6;
    uint32_t mule = gang->accounts[collectors + bank_below(bank, gang->size - collectors)];
    uint32_t collector = gang->accounts[bank_below(bank, collectors)];
    move->amount = bank_amount(bank, 20000);
    if (draw < 45) {
        uint32_t victim = bank_below(bank, bank->plan.accounts);
        bank_own(bank, arena, victim, &move->payer_place, &move->payer, &move->payer_customer);
        bank_own(bank, arena, mule, &move->payee_place, &move->payee, &move->payee_customer);
    } else if (draw < 85) {
        bank_own(bank, arena, mule, &move->payer_place, &move->payer, &move->payer_customer);
        bank_own(bank, arena, collector, &move->payee_place, &move->payee, &move->payee_customer);
    } else {
        bank_own(bank, arena, collector, &move->payer_place, &move->payer, &move->payer_customer);
        move->amount *= 2;
        move->payee_place = PLACE_BANK;
        move->payee = arena_printf(arena, "X9%012u%u", gang->accounts[0], bank_below(bank, 2));
        move->bank = SLICE("103100000018");
    }
}

// ---- bonds -------------------------------------------------------------------------------------

static inline struct case_fact bank_bond(const struct bank *bank, struct arena *arena,
                                         uint32_t customer, BondKind kind, Slice thing) {
    return (struct case_fact){
        .kind = CASE_FACT_BOND,
        .bond = {.kind = kind,
                 .party_kind = PARTY_CUSTOMER,
                 .thing = thing,
                 .party = bank_customer(arena, customer),
                 .time_us = bank->plan.from_us + (int64_t)bank->event * bank->plan.step_us}};
}

// Up to three: a device, an address, and now and then something else.
static inline uint32_t bank_bonds(struct bank *bank, struct arena *arena, uint32_t customer,
                                  const struct planted *gang, struct case_fact *facts) {
    uint32_t draw = bank_below(bank, 100), wanted = bank_below(bank, 4), count = 0;
    bool by_device = gang != NULL && gang->sort == GANG_BY_DEVICE && draw < 70;
    bool by_address = gang != NULL && gang->sort != GANG_BY_MONEY && draw < 70;
    if (wanted > 0) {
        uint64_t device = by_device ? UINT64_C(1) << 40 | (uint64_t)gang->accounts[0] << 4 |
                                          bank_below(bank, 1 + gang->size / 4)
                          : draw < 3 ? customer ^ 1
                                     : customer;
        facts[count++] = bank_bond(bank, arena, customer, BOND_DEVICE, bank_device(arena, device));
    }
    if (wanted > 1) {
        Slice address =
            by_address ? bank_address(arena, 45, gang->accounts[0] + bank_below(bank, 2))
            : draw < 50
                ? bank_address(arena, 10, customer / 3)
                : bank_address(arena, 117,
                               bank_mix(customer, bank->event % 7) % (bank->customers / 500 + 1));
        facts[count++] = bank_bond(bank, arena, customer, BOND_IP, address);
    }
    if (wanted > 2) {
        const struct {
            BondKind kind;
            const char *prefix;
            uint32_t number;
        } others[] = {{BOND_PHONE, "P", customer},
                      {BOND_ADDRESS, "H", customer / 3},
                      {BOND_EMPLOYER, "U", customer % (bank->customers / 40 + 1)}};
        uint32_t which = bank_below(bank, 3);
        facts[count++] =
            bank_bond(bank, arena, customer, others[which].kind,
                      arena_printf(arena, "%s%030u", others[which].prefix, others[which].number));
    }
    return count;
}

static inline uint32_t bank_event(struct bank *bank, struct case_fact facts[BANK_FACTS_MAX],
                                  struct arena *arena) {
    uint32_t count = 0;
    struct planted *gang = NULL;
    if (bank->plan.gangs > 0 && bank_below(bank, 1000) < bank->plan.gang_permille) {
        gang = &bank->gangs[bank_below(bank, bank->plan.gangs)];
    }
    double u = random_unit(&bank->random);
    uint32_t account = gang != NULL ? gang->accounts[bank_below(bank, gang->size)]
                                    : (uint32_t)(u * (0.3 + 0.7 * u) * bank->plan.accounts);
    if (bank_below(bank, 100) < bank->plan.movements_percent) {
        struct case_movement move = bank_movement(bank, arena);
        if (gang != NULL) {
            bank_gang_pays(bank, arena, gang, &move);
        } else if (bank_below(bank, 20) == 0) { // wages
            move.payer_place = PLACE_OWN;
            move.payer = arena_printf(arena, "A6300%014u", account % (bank->customers / 40 + 1));
            move.payer_customer =
                arena_printf(arena, "U%011u", account % (bank->customers / 40 + 1));
            bank_own(bank, arena, account, &move.payee_place, &move.payee, &move.payee_customer);
            move.amount = bank_amount(bank, 8000);
        } else {
            bank_own(bank, arena, account, &move.payer_place, &move.payer, &move.payer_customer);
            bank_pay_somebody(bank, arena, account, &move);
        }
        facts[count++] = (struct case_fact){.kind = CASE_FACT_MOVEMENT, .movement = move};
    }
    count += bank_bonds(bank, arena, bank_customer_of(bank, account), gang, facts + count);
    bank->event++;
    return count;
}
