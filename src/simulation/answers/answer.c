// What somebody says when he is asked: who answers, when, and what.
//
// A draw belongs to the person (what he is like), to the person in his case (whether he wakes up,
// whether he is told what to say), or to the question. All of them are hashes; see draws.c.

#include "simulation/answers/private.h"

enum { TEXTS = 1, CALLS = 2, SESSION = 4, FORWARD = 8 }; // what a thief may hold
#define LARGE_SUM INT64_C(5000000)                       // fen
enum { OLD_AGE = 60, VERY_OLD_AGE = 70, NEW_NUMBER_DAYS = 30, KEPT_ON_PHONE_MINUTES = 20 };

// Draws that are no chance of the list.
enum {
    TOPIC_REACHED = 1000,
    TOPIC_DELAY,
    TOPIC_WORD,
    TOPIC_HEARS,
    TOPIC_VOICE,
    TOPIC_PASSES,
    TOPIC_WAKES,
    TOPIC_WHEN,
    TOPIC_KEPT,
    TOPIC_NOTICE,
    TOPIC_PURPOSE,
    TOPIC_CONFIDENCE,
    TOPIC_LIVENESS,
    TOPIC_DEVICE,
    TOPIC_NUMBER,
    TOPIC_MORNING,
    TOPIC_OFFICE,
    TOPIC_PAPERS,
    TOPIC_STORY,
    TOPIC_TRUE_STORY,
};

typedef enum Character {
    INNOCENT,
    DECEIVED,
    ROBBED,
    TARGET,
    PARTY, // to the case: mule, offender, merchant, employee
    THIEF, // who answers in a robbed customer's place
} Character;

struct victim_row {
    const char *typology;
    uint32_t word, hesitates, voice, passes, wakes, kept, notice_hours;
};
static const struct victim_row victims[] = {
#define VICTIM(typology, word, hesitates, voice, passes, wakes, kept, hours, why)                  \
    {typology, word, hesitates, voice, passes, wakes, kept, hours},
#include "simulation/answers/chances.def"
};

struct held_row {
    const char *typology, *variant;
    uint32_t channels;
    bool own_before;
};
static const struct held_row helds[] = {
#define HELD(typology, variant, channels, own_before, why)                                         \
    {typology, variant, channels, own_before},
#include "simulation/answers/chances.def"
};

struct reach_row {
    uint32_t of_ten_thousand;
    int64_t median_s;
    int32_t spread;
};
static const struct reach_row reaches[ASK_CHANNELS] = {
#define REACH(name, zh, of_ten_thousand, median, spread, source, why)                              \
    {of_ten_thousand, median, spread},
#include "simulation/answers/chances.def"
};

const char *const ask_channel_words[ASK_CHANNELS] = {
#define REACH(name, zh, of_ten_thousand, median, spread, source, why) #name,
#include "simulation/answers/chances.def"
};

bool ask_channel_find(Slice word, AskChannel *ret_channel) {
    for (uint32_t i = 0; i < ASK_CHANNELS; i++) {
        if (slice_is(word, ask_channel_words[i])) {
            *ret_channel = (AskChannel)i;
            return true;
        }
    }
    return false;
}

// One question, with what is worked out of it.
struct asked {
    const struct question *question;
    struct answer *answer;
    struct standing standing;
    Character character;
    const struct victim_row *victim;
    uint32_t held;
    bool own_phone; // a thief types on the customer's own phone
    uint64_t person, in_case, key;
    uint32_t errs; // times, in ten-thousandths: the very old err more
};

static bool yes(const struct asked *asked, Chance chance) {
    return happens(asked->key, chance, ONCE);
}
static bool errs(const struct asked *asked, Chance chance) {
    return happens(asked->key, chance, asked->errs);
}

// ---- who is asked -------------------------------------------------------------------------------

static const struct victim_row *victim_of(Slice typology) {
    uint32_t i = 0;
    while (!slice_starts_with(typology, slice_of(victims[i].typology))) {
        i++; // the last row fits all
    }
    return &victims[i];
}

static const struct held_row *held_of(const struct standing *standing) {
    static const struct held_row nothing = {"", "", 0, false};
    for (uint32_t i = 0; i < sizeof helds / sizeof helds[0]; i++) {
        if (slice_starts_with(standing->typology, slice_of(helds[i].typology)) &&
            slice_starts_with(standing->variant, slice_of(helds[i].variant))) {
            return &helds[i];
        }
    }
    return &nothing;
}

// A question about something that is none of the case's finds a victim who speaks the truth;
// whoever takes part in it speaks as he always does.
static Character character_of(const struct asked *asked, const struct held_row *held) {
    const struct standing *standing = &asked->standing;
    bool elsewhere = standing->moment == MOMENT_NONE && !slice_empty(asked->question->event_id);
    switch (standing->role) {
    case IN_CASE_DECEIVED:
        return elsewhere ? INNOCENT : DECEIVED;
    case IN_CASE_ROBBED:
        return elsewhere || (standing->moment == MOMENT_BEFORE && held->own_before) ? INNOCENT
                                                                                    : ROBBED;
    case IN_CASE_TARGET:
        return elsewhere ? INNOCENT : TARGET;
    case IN_CASE_MULE:
    case IN_CASE_OFFENDER:
    case IN_CASE_MERCHANT:
    case IN_CASE_EMPLOYEE:
        return PARTY;
    default:
        return INNOCENT;
    }
}

// Whether the thief has what the question goes to.
static bool reaches_thief(const struct asked *asked) {
    switch (asked->question->channel) {
    case ASK_SMS:
        return (asked->held & TEXTS) != 0;
    case ASK_ROBOT_CALL:
    case ASK_HUMAN_CALL:
        return (asked->held & CALLS) != 0;
    case ASK_APP:
    case ASK_AUTH:
    case ASK_QUESTIONNAIRE:
        return (asked->held & SESSION) != 0;
    default:
        return false;
    }
}

static void look_up(struct asked *asked, const struct truth *truth, uint64_t seed) {
    const struct question *question = asked->question;
    INVARIANT(question->asked_us >= 0 && question->asked_us < INT64_MAX / 2 &&
              question->about_us >= 0 && question->about_us < INT64_MAX / 2);
    asked->standing = truth_of(truth, question->customer, question->event_id, question->about_us);
    asked->victim = victim_of(asked->standing.typology);
    const struct held_row *held = held_of(&asked->standing);
    asked->character = character_of(asked, held);
    bool changed = question->number_days > 0 && question->number_days < NEW_NUMBER_DAYS;
    asked->held = held->channels | (changed ? TEXTS | CALLS : 0);
    asked->own_phone =
        (asked->held & (TEXTS | SESSION)) == (TEXTS | SESSION) && (asked->held & CALLS) == 0;
    if (asked->character == ROBBED && reaches_thief(asked)) {
        asked->character = THIEF;
    }
    asked->errs = question->age >= VERY_OLD_AGE ? chance_of(CHANCE_OLD_ERRS_MORE) : ONCE;
    asked->person = hash64(question->customer, seed ^ 0xa571);
    asked->in_case = hash64(asked->standing.case_id, asked->person);
    uint64_t key = hash64(question->event_id, asked->person);
    key = hash_mix(key, slice_empty(question->event_id) ? (uint64_t)question->about_us : 0);
    key = hash_mix(key, hash64(question->script, question->channel));
    key = hash_mix(key, hash64(question->group, question->again));
    asked->key = hash_mix(key, question->attempt > 1 ? question->attempt : 1);
    asked->answer->role = asked->standing.role;
}

// ---- when ---------------------------------------------------------------------------------------

static int32_t hour_of(int64_t at_us) {
    return (int32_t)((at_us / US_PER_HOUR + ZONE_HOURS) % 24);
}

static bool is_call(AskChannel channel) {
    return channel == ASK_ROBOT_CALL || channel == ASK_HUMAN_CALL ||
           channel == ASK_EMERGENCY_CONTACT;
}
static bool is_message(AskChannel channel) {
    return channel == ASK_SMS || channel == ASK_APP;
}

// The hour at which he wakes up, or -1 when he is awake.
static int32_t sleeps_until(const struct asked *asked) {
    int32_t hour = hour_of(asked->question->asked_us);
    if (asked->question->is_company) {
        return hour < 8 || hour >= 19 ? 8 : -1;
    }
    if (happens(asked->person, CHANCE_WORKS_NIGHTS, ONCE)) {
        return hour >= 8 && hour < 15 ? 15 : -1;
    }
    return hour >= 23 || hour < 7 ? 7 : -1;
}

static int64_t next_hour(int64_t at_us, int32_t hour) {
    int64_t day_us = (at_us / US_PER_HOUR + ZONE_HOURS) / 24 * US_PER_DAY;
    int64_t then_us = day_us + (hour - ZONE_HOURS) * US_PER_HOUR;
    return then_us > at_us ? then_us : then_us + US_PER_DAY;
}

static uint64_t times(uint64_t value, uint64_t of_ten_thousand) {
    return value * of_ten_thousand / ONCE;
}

static uint64_t reach_of(const struct asked *asked, bool sleeps) {
    const struct question *question = asked->question;
    uint64_t reach = reaches[question->channel].of_ten_thousand;
    bool call = is_call(question->channel);
    for (uint32_t i = 1; i < question->attempt && i < 16; i++) {
        reach = times(reach, chance_of(CHANCE_AGAIN_LESS));
    }
    if (question->age >= OLD_AGE) {
        reach = call                            ? times(reach, chance_of(CHANCE_OLD_TAKES_CALLS))
                : is_message(question->channel) ? times(reach, chance_of(CHANCE_OLD_WRITES_LESS))
                                                : reach;
    }
    if (question->amount >= LARGE_SUM && (call || is_message(question->channel))) {
        reach = times(reach, chance_of(CHANCE_LARGE_SUM_ANSWERS));
    }
    reach = question->is_company && call ? times(reach, chance_of(CHANCE_FIRM_ANSWERS)) : reach;
    reach = sleeps && call ? times(reach, chance_of(CHANCE_CALL_WAKES)) : reach;
    if (question->channel == ASK_DOCUMENTS && asked->character == PARTY) {
        reach =
            times(reach, chance_of(asked->standing.role == IN_CASE_MULE ? CHANCE_MULE_COMES
                                                                        : CHANCE_OFFENDER_COMES));
    }
    return reach;
}

// The caller does not let him take another call until the money is gone, and some time after.
static bool is_kept_on_phone(const struct asked *asked) {
    int64_t until_us = asked->standing.last_loss_us + KEPT_ON_PHONE_MINUTES * US_PER_MINUTE;
    return asked->character == DECEIVED && asked->question->asked_us <= until_us &&
           (asked->question->channel == ASK_ROBOT_CALL ||
            asked->question->channel == ASK_HUMAN_CALL) &&
           happens_by(asked->in_case, TOPIC_KEPT, asked->victim->kept);
}

static bool is_reached(const struct asked *asked, bool sleeps) {
    AskChannel channel = asked->question->channel;
    if (asked->character == THIEF) {
        return yes(asked, channel == ASK_AUTH ? CHANCE_THIEF_TRIES_FACE : CHANCE_THIEF_ANSWERS);
    }
    if ((is_message(channel) && happens(asked->person, CHANCE_NEVER_WRITES, ONCE)) ||
        (is_call(channel) && happens(asked->person, CHANCE_NEVER_TAKES_CALLS, ONCE)) ||
        is_kept_on_phone(asked)) {
        return false;
    }
    return happens_by(asked->key, TOPIC_REACHED, reach_of(asked, sleeps));
}

// Counters and visitors: from 9 to 17.
static int64_t in_office_hours(const struct asked *asked, int64_t at_us) {
    int32_t hour = hour_of(at_us);
    if (hour >= 9 && hour < 17) {
        return at_us;
    }
    return next_hour(at_us, 9) + drawn(asked->key, TOPIC_OFFICE, 480) * US_PER_MINUTE;
}

// Gives the moment of the answer, or false: never.
static bool comes(const struct asked *asked, int64_t *ret_us) {
    const struct question *question = asked->question;
    int32_t wakes_at = asked->character == THIEF ? -1 : sleeps_until(asked);
    if (!is_reached(asked, wakes_at >= 0)) {
        return false;
    }
    struct random random = random_of(asked->key, TOPIC_DELAY);
    int64_t median_us = reaches[question->channel].median_s * US_PER_SECOND;
    if (question->age >= OLD_AGE && asked->character != THIEF) {
        median_us = median_us * chance_of(CHANCE_OLD_IS_SLOWER) / ONCE;
    }
    int64_t delay_us = draw_about(&random, asked->character == THIEF ? median_us / 2 : median_us,
                                  reaches[question->channel].spread);
    int64_t from_us = question->asked_us;
    if (is_message(question->channel) && wakes_at >= 0) {
        from_us =
            next_hour(from_us, wakes_at) + drawn(asked->key, TOPIC_MORNING, 90) * US_PER_MINUTE;
    }
    *ret_us = from_us + delay_us;
    if (question->channel == ASK_DOCUMENTS || question->channel == ASK_BRANCH_VISIT) {
        *ret_us = in_office_hours(asked, *ret_us);
    }
    return true;
}

// ---- what ---------------------------------------------------------------------------------------

static void says(struct answer *answer, AnswerMember member) {
    answer->said |= UINT32_C(1) << member;
}

#define SAYS(asked, member, field, value)                                                          \
    ((asked)->answer->field = (value), says((asked)->answer, SAID_##member))

// Of one draw: below the first bound, below the sum of both, or above.
static const char *reply_by(const struct asked *asked, uint32_t first, const char *one,
                            uint32_t second, const char *two, const char *three) {
    uint32_t share = drawn(asked->key, TOPIC_WORD, ONCE);
    return share < first ? one : share < first + second ? two : three;
}

// He has found out by himself, some time after the last loss.
static bool has_noticed(const struct asked *asked) {
    struct random random = random_of(asked->in_case, TOPIC_NOTICE);
    int64_t after_us = draw_about(&random, asked->victim->notice_hours * US_PER_HOUR, 24);
    return happens(asked->in_case, CHANCE_NOTICES, ONCE) &&
           asked->answer->answered_us >= asked->standing.last_loss_us + after_us;
}

// How long after the payment a victim wakes up who is left to think: sooner rather than later
// within a day.
static bool wakes_within(const struct asked *asked, int64_t *ret_us) {
    int64_t share = drawn(asked->in_case, TOPIC_WHEN, 1000);
    *ret_us = US_PER_DAY / 1000000 * share * share;
    return happens_by(asked->in_case, TOPIC_WAKES, asked->victim->wakes);
}

static const char *reply_of(const struct asked *asked) {
    switch (asked->character) {
    case INNOCENT:
        return reply_by(asked, chance_of(CHANCE_INNOCENT_SAYS_NO), "N",
                        chance_of(CHANCE_INNOCENT_SAYS_ELSE), "OTHER", "Y");
    case DECEIVED:
        return has_noticed(asked) ? "N"
                                  : reply_by(asked, chance_of(CHANCE_DECEIVED_SAYS_YES), "Y",
                                             chance_of(CHANCE_DECEIVED_SAYS_ELSE), "OTHER", "N");
    case ROBBED:
        return reply_by(asked, chance_of(CHANCE_ROBBED_SAYS_NO), "N",
                        chance_of(CHANCE_ROBBED_SAYS_YES), "Y", "OTHER");
    case TARGET:
        return yes(asked, CHANCE_TARGET_SAYS_NO) ? "N" : "Y";
    case THIEF:
        return yes(asked, CHANCE_THIEF_SAYS_YES) ? "Y" : "OTHER";
    case PARTY:
        break;
    }
    return yes(asked, CHANCE_PARTY_SAYS_YES) ? "Y" : "OTHER";
}

static bool is(const char *word, char first) {
    return word[0] == first;
}

// What he says it is for. Weights are in hundred.
static const char *purpose_by(const struct asked *asked, uint32_t topic, bool company) {
    static const struct {
        const char *word;
        uint32_t of_person, of_company;
    } purposes[] = {{"FAMILY", 30, 0},   {"GOODS", 30, 12}, {"HOUSE", 12, 3},
                    {"BUSINESS", 9, 65}, {"MEDICAL", 5, 0}, {"INVEST", 5, 0},
                    {"WEDDING", 3, 0},   {"WAGE", 1, 20},   {"OTHER", 5, 0}};
    uint32_t share = drawn(asked->key, topic, 100);
    uint32_t i = 0;
    for (uint32_t sum = 0; i + 1 < sizeof purposes / sizeof purposes[0]; i++) {
        sum += company ? purposes[i].of_company : purposes[i].of_person;
        if (share < sum) {
            break;
        }
    }
    return purposes[i].word;
}

static const char *true_story(Slice typology) {
    static const struct {
        const char *typology, *purpose;
    } stories[] = {{"VP-02", "INVEST"},   {"VP-05", "INVEST"}, {"IF", "INVEST"},
                   {"VP-06", "LOAN"},     {"VP-11", "LOAN"},   {"VP-09", "GOODS"},
                   {"VP-08", "BUSINESS"}, {"VP-16", "GOODS"}};
    for (uint32_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        if (slice_starts_with(typology, slice_of(stories[i].typology))) {
            return stories[i].purpose;
        }
    }
    return "OTHER";
}

static void tell_purpose(struct asked *asked) {
    bool company = asked->question->is_company;
    const char *purpose = purpose_by(asked, TOPIC_PURPOSE, company);
    bool contradicts = errs(asked, CHANCE_CONTRADICTS);
    if (asked->character == DECEIVED) {
        bool cover = happens(asked->in_case, CHANCE_TELLS_COVER_STORY, ONCE);
        purpose =
            cover ? purpose_by(asked, TOPIC_STORY, company) : true_story(asked->standing.typology);
        contradicts = cover ? yes(asked, CHANCE_STORY_CONTRADICTS) : contradicts;
    } else if (asked->character == THIEF) {
        contradicts = yes(asked, CHANCE_THIEF_CONTRADICTS);
    } else if (asked->character == PARTY) {
        contradicts = yes(asked, CHANCE_PARTY_CONTRADICTS);
    }
    SAYS(asked, PURPOSE, purpose, purpose);
    SAYS(asked, CONSISTENT, consistent, !contradicts);
}

static void tell_number(struct asked *asked) {
    const struct question *question = asked->question;
    int32_t days = question->number_days;
    if (days <= 0) {
        struct random random = random_of(asked->person, TOPIC_NUMBER);
        bool changed = slice_is(asked->standing.typology, "AT-03") &&
                       slice_starts_with(asked->standing.variant, SLICE("number"));
        days = changed ? (int32_t)draw_between(&random, 0, 1)
               : happens(asked->person, CHANCE_NEW_NUMBER, ONCE)
                   ? (int32_t)draw_between(&random, 0, NEW_NUMBER_DAYS - 1)
                   : (int32_t)draw_between(&random, NEW_NUMBER_DAYS, 4000);
    }
    bool forwarded = asked->character == THIEF || asked->character == ROBBED
                         ? (asked->held & FORWARD) != 0
                         : happens(asked->person, CHANCE_FORWARDS_CALLS, ONCE);
    SAYS(asked, NUMBER_DAYS, number_days, days);
    SAYS(asked, CALL_FORWARDING, call_forwarding, forwarded);
}

static void tell_device(struct asked *asked) {
    struct random random = random_of(asked->person, TOPIC_DEVICE);
    int32_t days = asked->question->device_days;
    if (asked->character == THIEF && !asked->own_phone) {
        days = 0;
    } else if (days <= 0) {
        days = 2 + (int32_t)draw_about(&random, 380, 24);
    }
    SAYS(asked, DEVICE_DAYS, device_days, days);
    SAYS(asked, KNOWN_DEVICE, known_device, days > 1);
}

static void answer_message(struct asked *asked) {
    if (asked->question->channel == ASK_SMS) {
        tell_number(asked);
    } else {
        tell_device(asked);
    }
    if (!asked->question->again) {
        SAYS(asked, REPLY, reply, reply_of(asked));
        return;
    }
    int64_t wakes_us = 0;
    bool confirms = true;
    if (asked->character == DECEIVED) {
        bool woken = wakes_within(asked, &wakes_us) &&
                     asked->answer->answered_us >= asked->question->about_us + wakes_us;
        confirms = !woken && !has_noticed(asked) && yes(asked, CHANCE_DECEIVED_AGAIN);
        if (!confirms) {
            SAYS(asked, DECEIVED, deceived, yes(asked, CHANCE_ADMITS_DECEIVED));
        }
    } else if (asked->character == INNOCENT) {
        confirms = yes(asked, CHANCE_CONFIRMS_AGAIN);
    } else {
        confirms = is(reply_of(asked), 'Y');
    }
    SAYS(asked, REPLY, reply, confirms ? "Y" : "N");
    SAYS(asked, CONFIRMED_AGAIN, confirmed_again, confirms);
    SAYS(asked, CANCELLED, cancelled, !confirms);
}

// ---- calls --------------------------------------------------------------------------------------

// The call itself ends the spell.
static bool is_woken_by_call(const struct asked *asked) {
    uint64_t chance = chance_of(asked->question->channel == ASK_HUMAN_CALL ? CHANCE_PERSON_WAKES
                                                                           : CHANCE_ROBOT_WAKES);
    const uint32_t usual = 3500; // a victim of middling depth
    return happens_by(asked->key, TOPIC_WAKES, chance * asked->victim->wakes / usual);
}

static bool is_heard(const struct asked *asked, uint32_t topic, uint64_t chance) {
    bool person = asked->question->channel == ASK_HUMAN_CALL;
    return happens_by(asked->key, topic,
                      person ? times(chance, chance_of(CHANCE_PERSON_HEARS_MORE)) : chance);
}

static uint32_t ponders(const struct asked *asked) {
    return asked->question->amount >= LARGE_SUM ? chance_of(CHANCE_LARGE_SUM_PONDERS) : ONCE;
}

static void let_hear(struct asked *asked, bool word, bool hesitates, bool voice) {
    SAYS(asked, SCAM_KEYWORD, scam_keyword, word);
    SAYS(asked, HESITATION, hesitation, hesitates);
    SAYS(asked, THIRD_VOICE, third_voice, voice);
}

static bool hesitates(const struct asked *asked) {
    return happens(asked->key, CHANCE_HESITATES, (uint32_t)times(asked->errs, ponders(asked)));
}

static void sound(struct asked *asked) {
    const struct victim_row *victim = asked->victim;
    switch (asked->character) {
    case DECEIVED:
        let_hear(asked, is_heard(asked, TOPIC_HEARS, victim->word),
                 is_heard(asked, TOPIC_PASSES, times(victim->hesitates, ponders(asked))),
                 is_heard(asked, TOPIC_VOICE, victim->voice));
        break;
    case THIEF:
        let_hear(asked, false, yes(asked, CHANCE_THIEF_HESITATES),
                 errs(asked, CHANCE_VOICE_BESIDE));
        break;
    case PARTY:
        let_hear(asked, yes(asked, CHANCE_PARTY_SAYS_WORD), yes(asked, CHANCE_PARTY_HESITATES),
                 yes(asked, CHANCE_VOICE_PROMPTS));
        break;
    default:
        let_hear(asked, yes(asked, CHANCE_WORD_BY_CHANCE), hesitates(asked),
                 errs(asked, CHANCE_VOICE_BESIDE));
        break;
    }
}

static bool knows_items(const struct asked *asked) {
    return asked->character == THIEF   ? !yes(asked, CHANCE_THIEF_MISTAKES)
           : asked->character == PARTY ? !yes(asked, CHANCE_RENTER_MISTAKES)
                                       : !errs(asked, CHANCE_MISTAKES_ITEM);
}

static void answer_call(struct asked *asked) {
    bool robot = asked->question->channel == ASK_ROBOT_CALL;
    const char *reply = reply_of(asked);
    if (robot) {
        bool badly = errs(asked, CHANCE_HEARD_BADLY);
        SAYS(asked, CONFIDENCE, confidence,
             (badly ? 550 : 900) + (int32_t)drawn(asked->key, TOPIC_CONFIDENCE, badly ? 350 : 95));
    }
    SAYS(asked, IDENTITY_OK, identity_ok, knows_items(asked));
    tell_number(asked);
    sound(asked);
    bool finds_out = asked->character == DECEIVED && (is(reply, 'N') || is_woken_by_call(asked));
    if (finds_out) {
        reply = "N";
        let_hear(asked, true, true, asked->answer->third_voice);
        SAYS(asked, DECEIVED, deceived, true);
        SAYS(asked, CANCELLED, cancelled, true);
    } else if (is(reply, 'Y')) {
        tell_purpose(asked);
    }
    SAYS(asked, REPLY, reply, reply);
}

// ---- questionnaire, authentication, papers ------------------------------------------------------

static void answer_questionnaire(struct asked *asked) {
    bool passes = yes(asked, CHANCE_PASSES_QUESTIONS);
    bool deceived = yes(asked, CHANCE_SAYS_DECEIVED);
    if (asked->character == DECEIVED) {
        passes = !has_noticed(asked) && happens_by(asked->key, TOPIC_PASSES, asked->victim->passes);
        deceived = !passes && yes(asked, CHANCE_ADMITS_DECEIVED);
    } else if (asked->character == ROBBED || asked->character == TARGET) {
        passes = false; // it is not his payment
        SAYS(asked, REPLY, reply, "N");
    }
    SAYS(asked, QUESTIONNAIRE_PASSED, questionnaire_passed, passes);
    SAYS(asked, DECEIVED, deceived, deceived);
    SAYS(asked, CANCELLED, cancelled, deceived);
    tell_device(asked);
}

static int32_t liveness_of(const struct asked *asked, bool passes) {
    return passes ? 930 + (int32_t)drawn(asked->key, TOPIC_LIVENESS, 65)
                  : 560 + (int32_t)drawn(asked->key, TOPIC_LIVENESS, 330);
}

static void answer_thief_face(struct asked *asked) {
    bool injects = yes(asked, CHANCE_THIEF_INJECTS);
    bool seen = injects && yes(asked, CHANCE_INJECTION_SEEN);
    bool passes = !seen && yes(asked, CHANCE_THIEF_PASSES);
    SAYS(asked, PASSED, passed, passes);
    SAYS(asked, INJECTED, injected, seen);
    SAYS(asked, LIVENESS, liveness, liveness_of(asked, injects || passes));
}

static void answer_auth(struct asked *asked) {
    bool company = asked->question->is_company;
    SAYS(asked, METHOD, method, company ? "UKEY" : "FACE");
    tell_device(asked);
    tell_number(asked);
    if (asked->character == THIEF) {
        if (company) {
            SAYS(asked, PASSED, passed, false); // the key is in the firm's drawer
        } else {
            answer_thief_face(asked);
        }
        return;
    }
    bool refuses = asked->character == ROBBED || asked->character == TARGET;
    bool passes = !refuses && yes(asked, asked->character == PARTY ? CHANCE_PARTY_PASSES_AUTH
                                                                   : CHANCE_PASSES_AUTH);
    SAYS(asked, PASSED, passed, passes);
    if (refuses) {
        SAYS(asked, REPLY, reply, "N");
    } else if (!company) {
        SAYS(asked, LIVENESS, liveness, liveness_of(asked, passes));
        SAYS(asked, INJECTED, injected, false);
    }
}

static const char *papers_of(const struct asked *asked) {
    if (asked->character == PARTY) {
        bool forged = yes(asked, CHANCE_FORGES_PAPERS);
        return !forged ? "INCOMPLETE" : yes(asked, CHANCE_FORGERY_SEEN) ? "SUSPECT" : "COMPLETE";
    }
    uint32_t share = drawn(asked->key, TOPIC_PAPERS, ONCE);
    return share < chance_of(CHANCE_PAPERS_ODD) ? "SUSPECT"
           : share < chance_of(CHANCE_PAPERS_ODD) + chance_of(CHANCE_PAPERS_COMPLETE)
               ? "COMPLETE"
               : "INCOMPLETE";
}

static void answer_papers(struct asked *asked) {
    bool visit = asked->question->channel == ASK_BRANCH_VISIT;
    SAYS(asked, IDENTITY_OK, identity_ok, true);
    if (asked->character == DECEIVED || asked->character == ROBBED || asked->character == TARGET) {
        SAYS(asked, REPLY, reply, reply_of(asked));
        if (asked->character == DECEIVED && is(asked->answer->reply, 'N')) {
            SAYS(asked, DECEIVED, deceived, true);
        }
    }
    if (asked->answer->reply == NULL || is(asked->answer->reply, 'Y')) {
        SAYS(asked, DOCUMENTS, documents, papers_of(asked));
        tell_purpose(asked);
    }
    if (visit && asked->character == PARTY && yes(asked, CHANCE_VISIT_SEES)) {
        SAYS(asked, CONSISTENT, consistent, false);
    }
}

static void answer_relative(struct asked *asked) {
    bool suffers = asked->character != INNOCENT && asked->character != PARTY;
    bool knows = suffers ? !yes(asked, CHANCE_FAMILY_SEES_IT) : yes(asked, CHANCE_RELATIVE_KNOWS);
    asked->answer->speaker = SPEAKER_RELATIVE;
    SAYS(asked, REPLY, reply, knows ? "Y" : "OTHER");
}

void answer_of(const struct truth *truth, const struct question *question, uint64_t seed,
               struct answer *ret_answer) {
    *ret_answer = (struct answer){.role = IN_CASE_NOTHING};
    if (slice_empty(question->customer)) {
        return;
    }
    struct asked asked = {.question = question, .answer = ret_answer};
    look_up(&asked, truth, seed);
    ret_answer->answered = comes(&asked, &ret_answer->answered_us);
    if (!ret_answer->answered) {
        return;
    }
    ret_answer->speaker = asked.character == THIEF ? SPEAKER_THIEF : SPEAKER_HIMSELF;
    switch (question->channel) {
    case ASK_SMS:
    case ASK_APP:
        answer_message(&asked);
        break;
    case ASK_ROBOT_CALL:
    case ASK_HUMAN_CALL:
        answer_call(&asked);
        break;
    case ASK_QUESTIONNAIRE:
        answer_questionnaire(&asked);
        break;
    case ASK_AUTH:
        answer_auth(&asked);
        break;
    case ASK_DOCUMENTS:
    case ASK_BRANCH_VISIT:
        answer_papers(&asked);
        break;
    default:
        answer_relative(&asked);
        break;
    }
}

void change_of_mind(const struct truth *truth, const struct question *question, int64_t until_us,
                    uint64_t seed, struct answer *ret_answer) {
    *ret_answer = (struct answer){.role = IN_CASE_NOTHING};
    if (slice_empty(question->customer)) {
        return;
    }
    struct asked asked = {.question = question, .answer = ret_answer};
    look_up(&asked, truth, seed);
    int64_t after_us = 0;
    bool deceived = asked.character == DECEIVED;
    bool changes = wakes_within(&asked, &after_us);
    if (!deceived) {
        changes = asked.character == INNOCENT && happens(asked.key, CHANCE_CHANGES_MIND, ONCE);
    }
    if (!changes || question->asked_us + after_us >= until_us) {
        return;
    }
    ret_answer->answered = true;
    ret_answer->answered_us = question->asked_us + after_us;
    ret_answer->speaker = SPEAKER_HIMSELF;
    SAYS(&asked, CANCELLED, cancelled, true);
    SAYS(&asked, DECEIVED, deceived, deceived && yes(&asked, CHANCE_ADMITS_DECEIVED));
}

// ---- writing ------------------------------------------------------------------------------------

static void put_TEXT(struct json_writer *json, Slice key, const char *text) {
    json_key_string(json, key, slice_of(text));
}
static void put_FLAG(struct json_writer *json, Slice key, bool yes_or_no) {
    json_key_bool(json, key, yes_or_no);
}
static void put_SHARE(struct json_writer *json, Slice key, int32_t thousandths) {
    json_key_double(json, key, thousandths / 1000.0);
}
static void put_NUMBER(struct json_writer *json, Slice key, int32_t number) {
    json_key_i64(json, key, number);
}

void answer_write(const struct answer *answer, struct json_writer *json) {
    json_object_begin(json);
#define MEMBER(name, field, type, zh, what)                                                        \
    if (answer_says(answer, SAID_##name)) {                                                        \
        put_##type(json, SLICE(#field), answer->field);                                            \
    }
#include "simulation/answers/members.def"
#undef MEMBER
    json_object_end(json);
}
