#pragma once
// Why: the conditions of a model at an event that was decided, each with whether it held and by how
// much, from what is kept and from nothing else: the event, and what the hits of its decision saw.
// What no hit saw (a feature, a profile) and what lists said then is not kept; a condition that
// needs it is unknown.
//
//     struct why why;
//     why_init(&why, catalogue, event, decision, &arena);          // JSON, as the journal has them
//     const struct why_part *parts = why_model(&why, model);
//     struct why_tally tally = why_count(parts);
//     why_put(&why, json, parts);
//     why_deinit(&why);
//
// With `hides`, sides of comparisons that tell of personal data (carried.h) are hidden. What is found by its name (`saw`)
// or stands in a text is the caller's to hide: masking_put().
//
// A condition is a part of the model's expression: what && and || join, and what ! turns round, is
// told part by part.

#include "codec/json.h"
#include "codec/json_write.h"
#include "expr/node.h"
#include "monitoring/models/catalogue.h"
#include "monitoring/stream/intake.h"

typedef enum WhyHeld { WHY_MISSED, WHY_HELD, WHY_UNKNOWN } WhyHeld;
typedef enum WhyKind { WHY_ALL, WHY_ANY, WHY_NOT, WHY_COMPARE, WHY_TEST } WhyKind;

enum { WHY_READS_MAX = 32 };

struct why_side {
    const struct node *node;
    bool is_known;
    struct value value; // MISSING: there was none
};

struct why_part {
    const struct node *node;
    WhyKind kind;
    WhyHeld held;
    bool is_inferred;            // it must have held, since the model fired
    struct why_side left, right; // of a comparison
    const struct why_part *const *parts;
    uint32_t count;
    uint32_t reads[WHY_READS_MAX]; // slots, of what is not divided any more
    uint32_t read_count;
};

struct why {
    const struct catalogue *catalogue;
    struct arena *arena;
    struct json_reader *json;
    JsonTree decision;
    struct map saw; // by name: a node of the decision
    struct intake *intake;
    struct event *event;
    bool has_event;
    const double *parameters; // of its segment and channel
    uint32_t segment, channel;
    struct expr_input input;
    bool hides;            // what is personal; the caller sets it
    bool missed_something; // a value that is not kept was asked for
};

// False: the decision or the event is not understood.
bool why_init(struct why *why, const struct catalogue *catalogue, Slice event, Slice decision,
              struct arena *arena);
void why_deinit(struct why *why);
// Whether a model watches such an event in this segment and channel.
bool why_watches(const struct why *why, const struct model *model);
const struct why_part *why_model(struct why *why, const struct model *model, bool has_fired);

struct why_tally {
    uint32_t missed, unknown, held;
    double distance; // the largest share of a threshold that is missing; 1 where a condition is no
                     // comparison of numbers
};
struct why_tally why_count(const struct why_part *part);
void why_put(struct why *why, struct json_writer *json, const struct why_part *part);
