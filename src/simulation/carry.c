#include "simulation/carry.h"

#include "base/hash.h"
#include "simulation/event.h"
#include "simulation/known.h"
#include "simulation/lookalikes.h"
#include "simulation/stories.h"

struct setting setting_usual(const struct simulation *sim, uint32_t customer, uint32_t noise) {
    if (!is_person(sim, customer)) {
        const struct firm *firm = firm_of(sim, customer);
        return (struct setting){.device = firm->device,
                                .net_number = customer,
                                .spot = firm->city,
                                .ip_spot = firm->city,
                                .net = NET_WORK,
                                .has = true};
    }
    Spot spot = person_spot(sim, customer);
    struct setting setting = {
        .device = sim->people[customer].device, .spot = spot, .ip_spot = spot, .has = true};
    uint32_t share = noise % 100;
    bool home = spot == sim->people[customer].city;
    if (home && share < 45) {
        setting.net = NET_HOME;
        setting.net_number = customer / 2;
        setting.wifi = share < 40;
    } else if (home && share < 55 && sim->people[customer].employer != NONE) {
        setting.net = NET_WORK;
        setting.net_number = firm_customer(sim, sim->people[customer].employer);
        setting.wifi = true;
    } else {
        setting.net = place_is_abroad(spot) ? NET_ABROAD : NET_MOBILE;
        setting.net_number = (uint32_t)(hash_mix(0x5a, noise) % 240);
        if (setting.net == NET_MOBILE && share >= 97) {
            setting.ip_spot = place_near(spot, noise); // the operator's gateway is in the next city
        }
    }
    return setting;
}

static bool is_online(const struct act *act) {
    switch (act->channel) {
    case MOBILE:
    case WECHAT:
    case EBANK_P:
    case EBANK_C:
    case GATEWAY:
        return true;
    default:
        return false;
    }
}

typedef enum Way { WAY_NONE, WAY_DEBIT, WAY_CREDIT } Way;

static Way way_of(const struct act *act) {
    switch (act->kind) {
    case ACT_TRANSFER:
    case ACT_CARD:
    case ACT_QR:
    case ACT_QUICK:
    case ACT_WITHDRAW:
    case ACT_REPAY:
        return act->account == NONE ? WAY_NONE : WAY_DEBIT;
    case ACT_FX:
        return act->pay.qr_kind == 0 || act->pay.qr_kind == 2 ? WAY_DEBIT : WAY_CREDIT;
    case ACT_CREDIT:
    case ACT_DEPOSIT:
    case ACT_REFUND:
    case ACT_SETTLE:
    case ACT_TD_BREAK:
    case ACT_DRAWDOWN:
        return act->account == NONE ? WAY_NONE : WAY_CREDIT;
    default:
        return WAY_NONE;
    }
}

static bool has_request(const struct act *act) {
    switch (act->kind) {
    case ACT_CREDIT:
    case ACT_LOGIN:
    case ACT_INQUIRY:
    case ACT_CHALLENGE:
    case ACT_REPAY:
    case ACT_STAFF:
    case ACT_ALERT:
    case ACT_INSPECT:
    case ACT_REPORT:
    case ACT_FEEDBACK:
    case ACT_TICK:
        return false;
    default:
        return (act->signs & ACT_ONLY_RESULT) == 0;
    }
}

static struct account *account_of(struct simulation *sim, const struct act *act) {
    return act->account == NONE ? NULL : &sim->accounts[act->account];
}

// ---- money --------------------------------------------------------------------------------------

static void move_out(struct simulation *sim, struct account *account, int64_t amount) {
    account->balance -= amount;
    account->out_sum += amount;
    account->max_out = amount > account->max_out ? amount : account->max_out;
    account->last_day = sim->today.day;
    account->moved = true;
    account->out_today = account->out_day == sim->today.day ? account->out_today + amount : amount;
    account->out_day = sim->today.day;
    INVARIANT(account->balance >= 0);
}

static void move_in(struct simulation *sim, struct account *account, int64_t amount) {
    account->balance += amount;
    account->in_sum += amount;
    account->moved = true;
}

// Limits of the law: class II 10 000 yuan a day, class III 2 000 (银发〔2016〕302号, 〔2018〕16号).
// Payments to oneself do not count.
static bool within_limit(const struct simulation *sim, const struct account *account,
                         const struct act *act) {
    int64_t limit = account->class == CLASS_II    ? YUAN(10000)
                    : account->class == CLASS_III ? YUAN(2000)
                                                  : INT64_MAX;
    bool self = act->other.self ||
                (act->other.own && sim->accounts[act->other.number].customer == act->customer);
    int64_t today = account->out_day == sim->today.day ? account->out_today : 0;
    return self || today + act->amount <= limit;
}

static Outcome outcome_of(struct simulation *sim, const struct act *act, Way way) {
    const struct account *account = act->account == NONE ? NULL : &sim->accounts[act->account];
    if (act->outcome != OUTCOME_FINE) {
        return (Outcome)act->outcome;
    }
    if (account == NULL || way == WAY_NONE) {
        bool blocked = account != NULL && account->state == ACCOUNT_STOPPED &&
                       (act->kind == ACT_LIMIT || act->kind == ACT_CLOSE);
        return blocked ? OUTCOME_STOPPED : OUTCOME_FINE;
    }
    if (account->state == ACCOUNT_CLOSED) {
        return OUTCOME_CLOSED;
    }
    if (way == WAY_DEBIT) {
        if (account->state == ACCOUNT_STOPPED) {
            return OUTCOME_STOPPED;
        }
        if (act->amount > account->balance) {
            return OUTCOME_NO_FUNDS;
        }
        if (!within_limit(sim, account, act)) {
            return OUTCOME_LIMIT;
        }
        if (act->kind == ACT_TRANSFER && act->other.own &&
            sim->accounts[act->other.number].state == ACCOUNT_CLOSED) {
            return OUTCOME_PAYEE_WRONG;
        }
    }
    return OUTCOME_FINE;
}

// ---- consequences -------------------------------------------------------------------------------

static void credit_own(struct simulation *sim, const struct act *act) {
    struct act credit = {.kind = ACT_CREDIT,
                         .phase = RESULT,
                         .channel = act->kind == ACT_TRANSFER ? act->channel : BATCH};
    int64_t delay = act->settle == REALTIME    ? 300
                    : act->settle == NORMAL_2H ? 2 * MS_PER_HOUR
                                               : 20 * MS_PER_HOUR;
    credit.time = act->time + delay;
    credit.account = act->other.number;
    credit.customer = sim->accounts[act->other.number].customer;
    credit.other = act->account == NONE ? act->pay.payer : party_own(act->account);
    credit.amount = act->amount;
    credit.clearing = INTRABANK;
    credit.tag = act->tag;
    credit.tag2 = act->tag2;
    credit.signs = act->signs & (ACT_PAYROLL | ACT_QUIET);
    credit.pay.batch = act->pay.batch;
    credit.trace = act->trace;
    credit.story = act->story;
    credit.lookalike = act->lookalike;
    credit.part = PART_AFTER;
    credit.noise = act->noise;
    agenda_put(sim->agenda, &credit);
}

static void at_merchant(struct simulation *sim, const struct act *act) {
    if (act->pay.merchant == NONE || act->pay.txn == PREAUTH) {
        return;
    }
    struct merchant *merchant = &sim->merchants[act->pay.merchant];
    merchant->today_sum += act->amount;
    merchant->today_count++;
    merchant->sum += act->amount;
    merchant->count++;
    merchant->last_day = sim->today.day;
}

static void open_account(struct simulation *sim, const struct act *act) {
    struct account *account = &sim->accounts[act->account];
    account->state = ACCOUNT_OPEN;
    account->open_day = account->last_day = sim->today.day;
    if (is_person(sim, act->customer) && sim->people[act->customer].open_day == INT32_MAX) {
        struct person *person = &sim->people[act->customer];
        person->open_day = sim->today.day;
        person->habits &= ~(uint32_t)IS_RESERVED;
    }
    known_opened(sim, act->account, act->time);
}

static void consequences(struct simulation *sim, struct act *act) {
    switch (act->kind) {
    case ACT_TRANSFER:
        if (act->other.own) {
            credit_own(sim, act);
        }
        break;
    case ACT_QR:
        if (act->other.own) {
            credit_own(sim, act);
        } else {
            at_merchant(sim, act);
        }
        break;
    case ACT_CARD:
    case ACT_QUICK:
        at_merchant(sim, act);
        break;
    case ACT_OPEN:
        open_account(sim, act);
        break;
    case ACT_CLOSE:
        sim->accounts[act->account].state = ACCOUNT_CLOSED;
        break;
    case ACT_BIND:
        if (act->change.kind == 1) {
            sim->people[act->customer].device = act->setting.device;
            sim->people[act->customer].device_day = sim->today.day;
        }
        break;
    default:
        break;
    }
    if (act->signs & ACT_REVERSED) {
        struct act undo = *act;
        undo.phase = REVERSAL;
        undo.time += 60000 + (int64_t)(act->noise % 600000);
        agenda_put(sim->agenda, &undo);
    }
}

// ---- one act ------------------------------------------------------------------------------------

static void put_event(struct simulation *sim, struct act *act, int64_t lost) {
    event_write(sim, act);
    if (act->story != 0 && !sim->muted) {
        story_event(sim, act, sim->next_event - 1, lost);
    }
    if (act->lookalike != 0 && !sim->muted) {
        lookalike_event(sim, act, sim->next_event - 1);
    }
}

// Money that goes through a REQUEST is set aside at once, so that no balance is ever spent twice.
static void request(struct simulation *sim, struct act *act, Way way) {
    struct account *account = account_of(sim, act);
    act->outcome = (uint8_t)outcome_of(sim, act, way);
    if (account != NULL) {
        act->before = account->balance;
        act->after = way == WAY_NONE     ? act->before
                     : way == WAY_CREDIT ? act->before + act->amount
                                         : act->before - act->amount;
        act->after = act->after < 0 ? act->before : act->after;
        if (way == WAY_DEBIT && act->outcome == OUTCOME_FINE) {
            move_out(sim, account, act->amount);
        }
    }
    act->phase = REQUEST;
    put_event(sim, act, act->outcome == OUTCOME_FINE && act->signs & ACT_LOSS ? act->amount : 0);
    struct act result = *act;
    result.phase = RESULT;
    result.time += 180 + (int64_t)random_below(&sim->random, 900) +
                   (act->channel == COUNTER || act->channel == STM ? 20000 : 0);
    result.signs |= sim->muted ? ACT_UNSEEN : 0;
    agenda_put(sim->agenda, &result);
}

static void result(struct simulation *sim, struct act *act, Way way) {
    struct account *account = account_of(sim, act);
    bool direct = act->event == 0 && (act->signs & ACT_UNSEEN) == 0; // no REQUEST went before
    if (account != NULL) {
        if (direct) {
            act->outcome = (uint8_t)outcome_of(sim, act, way);
            act->before = account->balance;
            if (way == WAY_DEBIT && act->outcome == OUTCOME_FINE) {
                move_out(sim, account, act->amount);
            }
        }
        if (way == WAY_CREDIT && act->outcome == OUTCOME_FINE) {
            act->before = account->balance;
            move_in(sim, account, act->amount);
        }
        act->after = account->balance;
    }
    if (act->kind == ACT_REPAY && act->outcome == OUTCOME_FINE && act->loan.owed > 0 &&
        is_person(sim, act->customer)) {
        struct person *person = &sim->people[act->customer];
        if (person->credit != NONE) {
            sim->accounts[person->credit].balance += act->amount;
            person->owed -= act->amount;
        }
    }
    if ((act->signs & ACT_UNSEEN) == 0 || sim->muted) {
        put_event(sim, act,
                  direct && act->outcome == OUTCOME_FINE && act->signs & ACT_LOSS ? act->amount
                                                                                  : 0);
    }
    if (act->outcome == OUTCOME_FINE) {
        if (act->kind == ACT_CARD && act->account != NONE &&
            sim->accounts[act->account].class == CLASS_CREDIT && act->pay.txn != PREAUTH) {
            sim->people[act->customer].owed += act->amount;
        }
        consequences(sim, act);
    }
}

static void reverse(struct simulation *sim, struct act *act, Way way) {
    struct account *account = account_of(sim, act);
    if (account != NULL && way == WAY_DEBIT) {
        act->before = account->balance;
        account->balance += act->amount;
        act->after = account->balance;
    }
    if ((act->signs & ACT_UNSEEN) == 0) {
        put_event(sim, act, 0);
    }
}

static void record(struct simulation *sim, const struct act *act) {
    if (!sim->muted) {
        buf_put(sim->out, (Slice){act->record.text, act->record.size});
        sim->changes++;
    }
}

static void prepare(struct simulation *sim, struct act *act) {
    struct account *account = account_of(sim, act);
    if (act->signs & ACT_FUND && account != NULL &&
        account->balance < act->amount + act->amount / 50) {
        account->balance = act->amount + act->amount / 20 + YUAN(1 + act->noise % 900);
    }
    if (act->signs & ACT_PART && account != NULL) {
        int64_t whole =
            account->balance / 10000 * act->amount + account->balance % 10000 * act->amount / 10000;
        act->amount = act->kind == ACT_WITHDRAW                    ? whole / YUAN(100) * YUAN(100)
                      : whole >= YUAN(1000) && act->noise % 3 != 0 ? whole / YUAN(100) * YUAN(100)
                                                                   : whole / 100 * 100;
        act->signs &= ~ACT_PART;
    }
    if (!act->setting.has && is_online(act) && act->customer != NONE) {
        act->setting = setting_usual(sim, act->customer, act->noise);
    }
    if (act->setting.has && act->customer != NONE && is_person(sim, act->customer) && !sim->muted &&
        act->kind != ACT_STAFF) {
        known_device(sim, act->setting.device, act->customer, act->time);
    }
}

void carry_out(struct simulation *sim, struct act *act) {
    random_init(&sim->random, hash_mix(sim->plan.seed, (uint64_t)act->noise << 8 | act->kind));
    if (act->kind == ACT_RECORD) {
        record(sim, act);
        return;
    }
    if (act->kind == ACT_STOP || act->kind == ACT_RELEASE) {
        struct account *account = &sim->accounts[act->account];
        if (account->state == ACCOUNT_OPEN || account->state == ACCOUNT_STOPPED) {
            account->state = act->kind == ACT_STOP ? ACCOUNT_STOPPED : ACCOUNT_OPEN;
        }
        return;
    }
    Way way = way_of(act);
    if (act->phase == REVERSAL) {
        reverse(sim, act, way);
        return;
    }
    if (act->phase == RESULT && (act->event != 0 || act->signs & ACT_UNSEEN)) {
        result(sim, act, way);
        return;
    }
    struct account *account = account_of(sim, act);
    if (account != NULL && act->kind != ACT_OPEN && act->kind != ACT_ORDER &&
        (account->state == ACCOUNT_NOT_YET || account->state == ACCOUNT_CLOSED)) {
        return; // nobody can act on an account that is not there
    }
    prepare(sim, act);
    if (way != WAY_NONE && act->amount <= 0) {
        return;
    }
    bool poor = way == WAY_DEBIT && act->amount > sim->accounts[act->account].balance;
    if (poor && act->story == 0 && (act->signs & ACT_MUST) == 0) {
        return; // people know what they have
    }
    if (has_request(act)) {
        request(sim, act, way);
    } else {
        act->phase = RESULT;
        result(sim, act, way);
    }
}
