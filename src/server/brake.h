#pragma once
// Brake: watches which share of decisions goes far (reject, stop), by model, by channel, by branch. A model that was released with a mistake, or a
// profile that was loaded with another unit, would stop a bank's payments in minutes; past its limit the brake says so, and does what its rule tells.
//
//     struct brake *brake = brake_create(rules, count);
//     brake_read_catalogue(brake, catalogue);
//     after each decision, on the deciding thread:
//         brake_saw(brake, decision, event, now_us);
//         while (brake_next(brake, now_us, &news)) { ... journal it, hold the decisions, tell somebody ... }
//
// What a rule may do (`then`):
//     alarm      nothing but to say so
//     review     decisions of that model or value that would take one of the rule's actions take a softer one, and a person looks at each
//                (engine_hold()). They are held up, not let through: it never stops protecting
//     freeze     no release and no wider share of a canary until it lets go
//     rollback   the release before is put back
//
// A share is of the decisions in a window that slides in steps of a sixtieth. For a model: decisions that it asked one of the actions for, of all
// decisions. For a value of a field (channel, branch): decisions that took one of them, of the decisions with that value. It takes hold when
// there are at least `count_min` such decisions and more than `share_max` per cent, and lets go when `hold_us` have passed and the share is below.
//
// It asks for no time itself. What it does comes into the stream as records, so a replay needs no brake. Each rule watches at most BRAKE_KEYS_MAX
// models or values; those that come later are not watched, and counted (brake_unwatched()). Cost: 30 ns a rule and decision.

#include "server/heart.h"

enum { BRAKE_KEYS_MAX = 4096, BRAKE_STEPS = 60, BRAKE_RULES_MAX = 32 };

#define BRAKE_DEEDS(X) X(alarm) X(review) X(freeze) X(rollback)
typedef enum BrakeDeed {
#define X(name) BRAKE_##name,
    BRAKE_DEEDS(X)
#undef X
    BRAKE_DEED_COUNT
} BrakeDeed;
extern const char *const brake_deed_names[BRAKE_DEED_COUNT];

struct brake_rule {
    Slice name;
    Slice over;    // "model", or a field of the event
    Slice actions; // "REJECT,STOP_PAY"
    double share_max; // per cent
    uint32_t count_min;
    int64_t window_us;
    BrakeDeed then;
    int64_t hold_us;
    Slice instead, task; // of review: "DELAY", "MANUAL"
};

struct brake;

// The texts of the rules stay the caller's.
struct brake *brake_create(const struct brake_rule *rules, uint32_t count);
void brake_destroy(struct brake *brake);
// Before the first decision, and whenever another catalogue takes over; what was counted stays.
void brake_read_catalogue(struct brake *brake, const struct catalogue *catalogue);

void brake_saw(struct brake *brake, const struct decision *decision, const struct event *event, int64_t now_us);

struct brake_news {
    const struct brake_rule *rule;
    Slice key; // until the next call
    bool held; // it takes hold; else it lets go
    bool stands; // it held before the program began, and is told once more
    uint32_t count, of;
    int64_t until_us;
    uint32_t of_rule;  // how many models or values the rule holds now
    uint32_t freezing; // how many holds of all rules keep releases back
};
bool brake_next(struct brake *brake, int64_t now_us, struct brake_news *ret_news);
// A hold that stood before the program began: it lets go as if it had taken hold now, and its rule is given. A rule that there is no more lets go at once, which
// brake_next() tells; NULL.
const struct brake_rule *brake_stands(struct brake *brake, Slice rule, Slice key, int64_t now_us);
// Other rules take over: those that are the same go on with what they counted and hold. What is left holding in `from` is for brake_stands().
void brake_succeed(struct brake *brake, struct brake *from);
// One by one, from 0. False: there are no more.
bool brake_held_at(const struct brake *brake, uint32_t index, Slice *ret_rule, Slice *ret_key);
// Somebody decided that it lets go now; what it counted so far is forgotten. False: it does not hold.
bool brake_let_go(struct brake *brake, Slice rule, Slice key, int64_t now_us);
// What a record of the journal says about it, and what that does to a heart: review holds decisions, freeze and rollback are remembered as holds of no decision, so that they
// stand after a restart, and an alarm leaves it alone. False: the record is not understood.
void brake_record(const struct brake_news *news, struct buf *out);
bool brake_apply(struct json_reader *json, Slice record, struct heart *heart);
uint64_t brake_unwatched(const struct brake *brake);
// How many hold now.
uint32_t brake_holding(const struct brake *brake);
// How many of them keep releases back.
uint32_t brake_freezing(const struct brake *brake);
