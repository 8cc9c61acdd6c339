// Which lookalikes there are today, and their words.
//
// At --confusion 100 there are none, and ordinary days are as they always were; at 200 they come as
// often as lookalikes.def says. Each draws from a generator of its own.

#include "simulation/lookalikes.h"

#include "base/hash.h"
#include "codec/json_write.h"
#include "simulation/carry.h"
#include "simulation/names.h"

#include <stdlib.h>

static const struct {
    Play *play;
    uint32_t rate;
    const char *name, *zh;
} lookalikes[] = {
#define LOOKALIKE(function, zh, rate, typologies, what) {function, rate, #function, zh},
#include "simulation/lookalikes.def"
#undef LOOKALIKE
};
enum { LOOKALIKE_COUNT = sizeof lookalikes / sizeof lookalikes[0] };

static void begin(struct simulation *sim, uint32_t which, uint32_t number) {
    struct story nobodys = {.variant = ""}; // what scenario words note of a case is forgotten
    struct stage stage = {.sim = sim,
                          .story = &nobodys,
                          .number = 0,
                          .channel = MOBILE,
                          .lookalike = (uint8_t)(which + 1)};
    uint64_t day = (uint64_t)sim->today.day;
    random_init(&stage.random,
                hash_mix(hash_mix(hash_mix(sim->plan.seed ^ 0x1a1c, which), day), number));
    stage.clock = sim->day_start + 7 * MS_PER_HOUR;
    lookalikes[which].play(&stage);
    finish(&stage);
    free(nobodys.participants);
}

void lookalikes_begin(struct simulation *sim) {
    uint32_t percent = sim->plan.confusion_percent;
    if (percent <= 100) {
        return;
    }
    for (uint32_t i = 0; i < LOOKALIKE_COUNT; i++) {
        struct random random;
        random_init(&random,
                    hash_mix(hash_mix(sim->plan.seed ^ 0x1a1d, i), (uint64_t)sim->today.day));
        // In millionths of a case a day.
        uint64_t expected =
            (uint64_t)lookalikes[i].rate * sim->plan.customers * (percent - 100) / 100 / 30;
        uint32_t count = (uint32_t)((expected + random_below(&random, 1000000)) / 1000000);
        for (uint32_t k = 0; k < count; k++) {
            begin(sim, i, k);
        }
    }
}

void lookalike_event(struct simulation *sim, const struct act *act, uint64_t event) {
    if (sim->innocent_count == sim->innocent_capacity) {
        sim->innocent_capacity = sim->innocent_capacity == 0 ? 1024 : sim->innocent_capacity * 2;
        sim->innocents =
            memory_resize(sim->innocents, sizeof *sim->innocents * sim->innocent_capacity);
    }
    sim->innocents[sim->innocent_count++] = (struct innocent){event, act->time, act->lookalike};
}

static void put_innocent(const struct innocent *innocent, struct buf *out) {
    char name[NAME_SIZE];
    struct line line = {name};
    struct json_writer json;
    name_put_numbered(&line, "E", innocent->event, 14);
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("event_id"), (Slice){name, (size_t)(line.at - name)});
    json_key_i64(&json, SLICE("time"), innocent->time);
    json_key_string(&json, SLICE("lookalike"), slice_of(lookalikes[innocent->lookalike - 1].name));
    json_key_string(&json, SLICE("name_zh"), slice_of(lookalikes[innocent->lookalike - 1].zh));
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put(out, SLICE("\n"));
}

bool simulation_innocents(const struct simulation *sim, uint64_t *at, struct buf *out) {
    while (*at < sim->innocent_count && out->size < SIMULATION_BATCH) {
        put_innocent(&sim->innocents[(*at)++], out);
    }
    return *at < sim->innocent_count;
}

// ---- words --------------------------------------------------------------------------------------

bool meets(struct stage *stage, Fits *fits, uint32_t *ret_who) {
    struct simulation *sim = stage->sim;
    for (uint32_t attempt = 0; attempt < 2000; attempt++) {
        uint32_t who = below(stage, sim->plan.customers);
        if (sim->people[who].taken_by == 0 && fits(sim, who)) {
            *ret_who = who;
            return true;
        }
    }
    return false;
}

bool meets_firm(struct stage *stage, uint32_t *ret_customer) {
    struct simulation *sim = stage->sim;
    for (uint32_t attempt = 0; attempt < 200; attempt++) {
        uint32_t firm = below(stage, sim->firms);
        uint32_t customer = firm_customer(sim, firm);
        if (sim->companies[firm].taken_by == 0 && small_firm(sim, customer) &&
            sim->companies[firm].open_day < sim->today.day &&
            sim->accounts[customer].state == ACCOUNT_OPEN) {
            *ret_customer = customer;
            return true;
        }
    }
    return false;
}

static bool is_taken(const struct simulation *sim, uint32_t customer) {
    return is_person(sim, customer) ? sim->people[customer].taken_by != 0
                                    : firm_of(sim, customer)->taken_by != 0;
}

bool meets_shop(struct stage *stage, uint16_t mcc, bool settled, uint32_t *ret_merchant) {
    struct simulation *sim = stage->sim;
    for (uint32_t attempt = 0; attempt < 8000; attempt++) {
        uint32_t merchant =
            MERCHANTS_ONLINE + below(stage, sim->merchants_count - MERCHANTS_ONLINE);
        const struct merchant *of = &sim->merchants[merchant];
        if ((mcc == 0 || of->mcc == mcc) &&
            (!settled || (of->customer != NONE && !is_taken(sim, of->customer)))) {
            *ret_merchant = merchant;
            return true;
        }
    }
    return false;
}

uint32_t shop_in(struct stage *stage, Spot city) {
    return merchant_local(stage->sim, &stage->random, city, NONE);
}

bool earns(const struct simulation *sim, uint32_t who) {
    return is_adult(sim, who) && sim->people[who].kind <= DRIVER;
}
bool is_grown_old(const struct simulation *sim, uint32_t who) {
    return anybody(sim, who) && sim->people[who].age >= 66;
}

struct party stranger(struct stage *stage, PartyType type) {
    return party_new(stage->sim, type);
}
struct party friend_of(struct stage *stage, uint32_t who) {
    return person_friend(stage->sim, who, below(stage, 3));
}

struct act *pays(struct stage *stage, uint32_t who, struct party payee, int64_t amount) {
    struct act *act = transfer(stage, who, payee, amount);
    act->signs |= ACT_FUND;
    return act;
}
struct act *pays_about(struct stage *stage, uint32_t who, struct party payee, int64_t yuan,
                       int32_t spread) {
    return pays(stage, who, payee, sum(stage, yuan, spread));
}
struct act *gets_about(struct stage *stage, uint32_t who, struct party payer, int64_t yuan,
                       int32_t spread) {
    return credit(stage, who, payer, sum(stage, yuan, spread));
}
void tags(struct stage *stage, uint32_t percent, Tag tag) {
    stage->act.tag = (uint8_t)(chance(stage, percent) ? tag : TAG_NONE);
}
