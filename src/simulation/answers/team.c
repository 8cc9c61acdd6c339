// The team: five analysts who decide as people do, well and not perfectly.
//
// What is right follows from the truth: the role of the subject in the case to which the alert's
// events belong. Whether an analyst finds it is one draw, of the analyst and the alert.

#include "simulation/answers/private.h"

enum {
    TOPIC_ERRS = 2000,
    TOPIC_MINUTES,
    TOPIC_EMPHASIS,
    ERRORS_MAX = 2000, // of ten thousand: nobody is as good as a coin
    TURN = 5,          // days in which a turn goes round
};

static const struct {
    const char *id;
    uint32_t errors, pace;
} analysts[] = {
#define ANALYST(id, errors, pace, who) {id, errors, pace},
#include "simulation/answers/chances.def"
};
_Static_assert(sizeof analysts / sizeof analysts[0] == TEAM_SIZE, "the turn is for five");

struct family_row {
    const char *family;
    uint32_t times;
    int64_t minutes;
};
static const struct family_row families[] = {
#define FAMILY(family, times, minutes, why) {family, times, minutes},
#include "simulation/answers/chances.def"
};

Slice analyst_id(uint32_t analyst) {
    INVARIANT(analyst < TEAM_SIZE);
    return slice_of(analysts[analyst].id);
}

// ---- who is on duty -----------------------------------------------------------------------------

// A turn of five days: day shift, evening shift, free, night shift, half shift. Between two shifts
// of one person lie at least fourteen hours.
typedef enum Shift { DAY, EVENING, FREE, NIGHT, HALF } Shift;

static bool is_in_shift(Shift shift, int32_t hour, bool weekend) {
    switch (shift) {
    case DAY:
        return hour >= 8 && hour < 16;
    case EVENING:
        return hour >= 16;
    case NIGHT:
        return hour < 8;
    case HALF:
        return !weekend && hour >= 13 && hour < 18;
    default:
        return false;
    }
}

uint32_t team_on_duty(int64_t at_us) {
    int64_t hours = at_us / US_PER_HOUR + ZONE_HOURS;
    int64_t day = hours / 24;
    bool weekend = (day + 3) % 7 >= 5; // the first of January 1970 was a Thursday
    uint32_t on_duty = 0;
    for (uint32_t i = 0; i < TEAM_SIZE; i++) {
        Shift shift = (Shift)((day + TURN - i) % TURN);
        on_duty |= is_in_shift(shift, (int32_t)(hours % 24), weekend) ? UINT32_C(1) << i : 0;
    }
    return on_duty;
}

uint32_t team_second(uint32_t first, int64_t at_us) {
    uint32_t on_duty = team_on_duty(at_us);
    for (uint32_t i = 1; i < TEAM_SIZE; i++) {
        uint32_t other = (first + i) % TEAM_SIZE;
        if ((on_duty >> other & 1) != 0) {
            return other;
        }
    }
    return (first + 1) % TEAM_SIZE;
}

// ---- what is right ------------------------------------------------------------------------------

static bool is_stronger(const struct standing *left, const struct standing *right) {
    return left->role < right->role;
}

// Who takes part is what he is whatever he is doing; who suffers is so where the case's events are.
static bool does(RoleInCase role) {
    return role >= IN_CASE_MULE && role <= IN_CASE_SCENE;
}

struct standing truth_of_alert(const struct truth *truth, const struct alert_facts *facts) {
    const Slice names[] = {facts->subject, facts->customer};
    struct standing best = {.role = IN_CASE_NOTHING};
    struct standing touched = {.role = IN_CASE_NOTHING};
    for (uint32_t i = 0; i < facts->event_count; i++) {
        struct standing of_event;
        if (!truth_event(truth, facts->events[i], &of_event)) {
            continue;
        }
        touched = slice_empty(touched.case_id) ? of_event : touched;
        for (uint32_t k = 0; k < 2; k++) {
            struct standing of = truth_of(truth, names[k], facts->events[i], facts->at_us);
            best = of.moment != MOMENT_NONE && is_stronger(&of, &best) ? of : best;
        }
    }
    if (best.role != IN_CASE_NOTHING) {
        return best;
    }
    if (!slice_empty(touched.case_id)) { // of a case, with a subject that it does not name
        touched.role = IN_CASE_SCENE;
        return touched;
    }
    for (uint32_t k = 0; k < 2; k++) {
        struct standing of = truth_of(truth, names[k], (Slice){NULL, 0}, facts->at_us);
        bool counts = does(of.role) || facts->event_count == 0;
        best = counts && is_stronger(&of, &best) ? of : best;
    }
    return best;
}

static const char *code_of_offender(Slice family) {
    static const char *const codes[][2] = {
        {"LF", "TP-LOAN"},     {"AM", "TP-ML-STR"},   {"UB", "TP-ML-STR"},
        {"IF", "TP-ML-STR"},   {"CO", "TP-ML-STR"},   {"CG", "TP-ML-STR"},
        {"MF", "TP-MERCHANT"}, {"CF", "TP-MERCHANT"}, {"IE", "TP-INSIDER"}};
    for (uint32_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (slice_is(family, codes[i][0])) {
            return codes[i][1];
        }
    }
    return "TP-MULE-SUSP";
}

static const char *code_of_scene(Slice family) {
    return slice_is(family, "NS")   ? "TP-NETSEC"
           : slice_is(family, "SI") ? "TP-HAZARD"
           : slice_is(family, "IE") ? "TP-INSIDER"
           : slice_is(family, "LF") ? "TP-LOAN"
           : slice_is(family, "MF") ? "TP-MERCHANT"
           : slice_is(family, "AT") || slice_is(family, "CF") || slice_is(family, "TA")
               ? "TP-UNAUTH"
               : "TP-MULE-SUSP";
}

static const char *code_of_innocent(Slice group) {
    bool own = slice_is(group, "AT") || slice_is(group, "VP") || slice_is(group, "CF") ||
               slice_is(group, "DE");
    return own ? "FP-OWNWILL" : "FP-BUSINESS";
}

// Codes that tell a secret are for alerts that are one; elsewhere he is controlled, and no more is
// written down.
static const char *code_of_group(const char *code, Slice group) {
    bool tells_aml = strcmp(code, "TP-ML-STR") == 0 && !slice_is(group, "AM");
    bool tells_insider = strcmp(code, "TP-INSIDER") == 0 && !slice_is(group, "IE");
    return tells_aml || tells_insider ? "TP-MULE-SUSP" : code;
}

static const char *true_code(const struct alert_facts *facts, const struct standing *of,
                             uint64_t alert) {
    Slice family = family_of(of->typology);
    switch (of->role) {
    case IN_CASE_DECEIVED:
        return facts->money_here ? "TP-VICTIM-SAVED" : "TP-VICTIM-LOSS";
    case IN_CASE_ROBBED:
    case IN_CASE_TARGET:
        return "TP-UNAUTH";
    case IN_CASE_MULE:
    case IN_CASE_OUTSIDE:
        return facts->list_hit || happens(alert, CHANCE_CONFIRMED_MULE, ONCE) ? "TP-MULE"
                                                                              : "TP-MULE-SUSP";
    case IN_CASE_OFFENDER:
        return code_of_group(code_of_offender(family), facts->group);
    case IN_CASE_MERCHANT:
        return "TP-MERCHANT";
    case IN_CASE_EMPLOYEE:
        return code_of_group("TP-INSIDER", facts->group);
    case IN_CASE_DEVICE:
    case IN_CASE_SCENE:
        return code_of_group(code_of_scene(family), facts->group);
    default:
        return code_of_innocent(facts->group);
    }
}

static bool is_fraud(const char *code) {
    return code[0] == 'T';
}

// ---- what is found ------------------------------------------------------------------------------

static const struct family_row *row_of(Slice group) {
    uint32_t i = 0;
    while (families[i].family[0] != 0 && !slice_is(group, families[i].family)) {
        i++;
    }
    return &families[i];
}

// What the customer's words come to: above 0 they speak for fraud, below for none.
static int32_t word_of(const struct alert_facts *facts) {
    int32_t word = 0;
    for (uint32_t i = 0; i < facts->answer_count; i++) {
        const struct answer *answer = &facts->answers[i];
        word += answer_says(answer, SAID_REPLY) ? (answer->reply[0] == 'N'   ? 2
                                                   : answer->reply[0] == 'Y' ? -1
                                                                             : 0)
                                                : 0;
        word += answer->deceived ? 3 : 0;
        word += answer->scam_keyword + answer->third_voice + answer->injected;
        word += answer_says(answer, SAID_IDENTITY_OK) && !answer->identity_ok;
        word += answer_says(answer, SAID_DOCUMENTS) ? (answer->documents[0] == 'S'   ? 2
                                                       : answer->documents[0] == 'C' ? -2
                                                                                     : 0)
                                                    : 0;
    }
    return word;
}

static bool is_unreached(const struct alert_facts *facts) {
    bool asks = slice_is(facts->group, "AT") || slice_is(facts->group, "VP") ||
                slice_is(facts->group, "CF") || slice_is(facts->group, "DE");
    bool answered = false;
    for (uint32_t i = 0; i < facts->answer_count; i++) {
        answered = answered || facts->answers[i].answered;
    }
    return asks && facts->answer_count > 0 && !answered;
}

static uint64_t errors_of(uint32_t analyst, const struct alert_facts *facts, bool fraud) {
    uint64_t errors = (uint64_t)analysts[analyst].errors * row_of(facts->group)->times / ONCE;
    int32_t word = word_of(facts);
    if (facts->severity >= 4) {
        errors = errors * chance_of(CHANCE_GRAVE_WITH_CARE) / ONCE;
    }
    if (word != 0) {
        errors = errors *
                 chance_of((word > 0) == fraud ? CHANCE_HELPED_BY_WORD : CHANCE_MISLED_BY_WORD) /
                 ONCE;
    }
    if (is_unreached(facts)) {
        errors = errors * chance_of(CHANCE_UNREACHED_ERRS) / ONCE;
    }
    return errors < ERRORS_MAX ? errors : ERRORS_MAX;
}

// The code of somebody who is mistaken: the other direction, as the group suggests it.
static const char *mistaken_code(const struct alert_facts *facts, bool fraud) {
    if (fraud) {
        return code_of_innocent(facts->group);
    }
    Slice group = facts->group;
    return slice_is(group, "VP")                            ? "TP-VICTIM-SAVED"
           : slice_is(group, "AT") || slice_is(group, "DE") ? "TP-UNAUTH"
           : slice_is(group, "MU") || slice_is(group, "AO") ? "TP-MULE-SUSP"
           : slice_is(group, "NS") || slice_is(group, "SI") || slice_is(group, "CF")
               ? code_of_scene(group)
               : code_of_group(code_of_offender(group), group);
}

static int32_t minutes_of(uint32_t analyst, const struct alert_facts *facts, uint64_t key) {
    struct random random = random_of(key, TOPIC_MINUTES);
    int64_t seconds = draw_about(&random, row_of(facts->group)->minutes * 60, 12);
    seconds = seconds * analysts[analyst].pace / ONCE;
    seconds =
        facts->severity >= 4 ? seconds * chance_of(CHANCE_GRAVE_TAKES_LONGER) / ONCE : seconds;
    return (int32_t)((seconds + 59) / 60);
}

void decision_of(const struct truth *truth, uint32_t analyst, const struct alert_facts *facts,
                 uint64_t seed, struct team_decision *ret_decision) {
    INVARIANT(analyst < TEAM_SIZE);
    uint64_t alert = hash64(facts->alert_id, seed ^ 0x7ea3);
    uint64_t key = hash_mix(alert, analyst);
    struct standing of = truth_of_alert(truth, facts);
    const char *right = true_code(facts, &of, alert);
    bool fraud = is_fraud(right);
    const char *code = right;
    bool is_right = true;
    if (is_unreached(facts) && facts->severity < 4 && happens(key, CHANCE_LEFT_UNREACHED, ONCE)) {
        code = "UNC-NOCONTACT";
    } else if (happens_by(key, TOPIC_ERRS, errors_of(analyst, facts, fraud))) {
        code = mistaken_code(facts, fraud);
        is_right = false;
    } else if (!fraud && happens(key, CHANCE_BLAMES_MODEL, ONCE)) {
        code = "FP-MODEL";
    }
    *ret_decision = (struct team_decision){.code = slice_of(code),
                                      .minutes = minutes_of(analyst, facts, key),
                                      .is_right = is_right,
                                      .right_code = slice_of(right),
                                      .of = of};
}
