// Whoever asks the same question gets the same answer; each role behaves as its chances say; labels
// that are not fine are refused with a reason; the team is there day and night and errs as stated.
//
// Shares are counted over some thousand people with a fixed seed: the same counts on every machine.

#include "simulation/answers/answers.h"

#include "base/test.h"
#include "base/time.h"
#include "simulation/simulation.h"

#include <stdlib.h>

enum { PEOPLE = 4000, SEED = 11 };

// Tuesday 8 September 2026, 10 o'clock in Shanghai.
static const int64_t TEN_US = INT64_C(1788832800) * US_PER_SECOND;

// ---- labels made by hand ------------------------------------------------------------------------

static Slice printed(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static Slice printed(struct buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buf_reset(buf);
    char text[2048];
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_put(buf, (Slice){text, (size_t)size});
    return buf_slice(buf);
}

// A case of one customer: signs in at ten, loses at 10:10, somebody reports a day later.
static bool put_case(struct truth *truth, uint32_t number, const char *typology,
                     const char *variant, const char *role) {
    struct buf buf;
    buf_init(&buf, 4096);
    long long begin = TEN_US / US_PER_MS;
    Slice line = printed(
        &buf,
        "{\"case_id\":\"CASE%06u\",\"typology\":\"%s\",\"variant\":\"%s\",\"begin\":%lld,\"end\":"
        "%lld,\"roles\":[{\"thing\":\"customer\",\"id\":\"C%09u\",\"role\":\"%s\"}],\"events\":[{"
        "\"event_id\":\"B%u\",\"time\":%lld,\"part\":\"before\",\"lost\":0},{\"event_id\":\"S%u\","
        "\"time\":%lld,\"part\":\"strike\",\"lost\":90000},{\"event_id\":\"A%u\",\"time\":%lld,"
        "\"part\":\"after\",\"lost\":0}]}",
        number, typology, variant, begin, begin + 86400000, number, role, number, begin, number,
        begin + 600000, number, begin + 86400000);
    Slice reason = {NULL, 0};
    Status status = truth_take(truth, line, &reason);
    if (status != STATUS_OK) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(reason));
    }
    buf_deinit(&buf);
    return status == STATUS_OK;
}

static struct truth *truth_with(const char *typology, const char *variant, const char *role) {
    struct truth *truth = truth_create();
    for (uint32_t i = 0; i < PEOPLE; i++) {
        INVARIANT(put_case(truth, i, typology, variant, role));
    }
    return truth;
}

struct asking {
    struct question question;
    char customer[16], event[16];
};

// About the strike of a case, five minutes after it.
static const struct question *about(struct asking *asking, uint32_t number, AskChannel channel) {
    snprintf(asking->customer, sizeof asking->customer, "C%09u", number);
    snprintf(asking->event, sizeof asking->event, "S%u", number);
    asking->question = (struct question){.customer = slice_of(asking->customer),
                                         .event_id = slice_of(asking->event),
                                         .channel = channel,
                                         .script = SLICE("verify"),
                                         .group = SLICE("AT"),
                                         .about_us = TEN_US + 10 * US_PER_MINUTE,
                                         .asked_us = TEN_US + 15 * US_PER_MINUTE};
    return &asking->question;
}

// ---- shares -------------------------------------------------------------------------------------

struct shares {
    uint32_t answered, y, n, other, word, hesitates, voice, badly, identity_ok, consistent, passed,
        deceived, cancelled, confirmed, known, injected, thief, complete, suspect, forwarded,
        questions;
};

static void count(struct shares *shares, const struct answer *answer) {
    char reply = answer_says(answer, SAID_REPLY) ? answer->reply[0] : ' ';
    char papers = answer_says(answer, SAID_DOCUMENTS) ? answer->documents[0] : ' ';
    shares->answered += answer->answered;
    shares->y += reply == 'Y';
    shares->n += reply == 'N';
    shares->other += reply == 'O';
    shares->word += answer->scam_keyword;
    shares->hesitates += answer->hesitation;
    shares->voice += answer->third_voice;
    shares->badly += answer_says(answer, SAID_CONFIDENCE) && answer->confidence < 900;
    shares->identity_ok += answer->identity_ok;
    shares->consistent += answer->consistent;
    shares->passed += answer->passed;
    shares->deceived += answer->deceived;
    shares->cancelled += answer->cancelled;
    shares->confirmed += answer->confirmed_again;
    shares->known += answer->known_device;
    shares->injected += answer->injected;
    shares->questions += answer->questionnaire_passed;
    shares->thief += answer->speaker == SPEAKER_THIEF;
    shares->complete += papers == 'C';
    shares->suspect += papers == 'S';
    shares->forwarded += answer->call_forwarding;
}

typedef void Change(struct question *question);

static struct shares ask_all(const struct truth *truth, AskChannel channel, Change *change) {
    struct shares shares = {0};
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct asking asking;
        struct answer answer;
        about(&asking, i, channel);
        if (change != NULL) {
            change(&asking.question);
        }
        answer_of(truth, &asking.question, SEED, &answer);
        count(&shares, &answer);
    }
    return shares;
}

// `part` of `whole` is about so many ten-thousandths: within four deviations and a half.
static bool is_about(uint32_t part, uint32_t whole, double of_ten_thousand) {
    double share = of_ten_thousand / 10000;
    double middle = whole * share;
    double square = 20 * whole * share * (1 - share) + 4;
    return whole >= 300 && (part - middle) * (part - middle) <= square;
}

#define CHECK_SHARE(part, whole, of_ten_thousand)                                                  \
    CHECK_THAT(is_about(part, whole, of_ten_thousand), "%u of %u", part, whole)

// ---- the truth ----------------------------------------------------------------------------------

static bool test_roles_are_found_by_name_and_moment(void) {
    struct truth *truth = truth_create();
    CHECK(put_case(truth, 1, "VP-03", "call", "deceived"));
    CHECK(put_case(truth, 2, "MU-01", "many", "mule"));
    Slice victim = SLICE("C000000001");
    Slice mule = SLICE("C000000002");
    Slice none = {NULL, 0};
    struct standing at = truth_of(truth, victim, SLICE("S1"), TEN_US);
    CHECK(at.role == IN_CASE_DECEIVED && at.moment == MOMENT_STRIKE &&
          slice_is(at.typology, "VP-03") && slice_is(at.variant, "call") &&
          slice_is(at.case_id, "CASE000001"));
    CHECK(at.last_loss_us == TEN_US + 10 * US_PER_MINUTE);
    at = truth_of(truth, victim, none, TEN_US + US_PER_HOUR);
    CHECK(at.role == IN_CASE_DECEIVED && at.moment == MOMENT_NONE);
    CHECK(truth_of(truth, victim, none, TEN_US - 1).role == IN_CASE_NOTHING);
    CHECK(truth_of(truth, victim, none, TEN_US + 4 * US_PER_DAY).role == IN_CASE_DECEIVED);
    CHECK(truth_of(truth, victim, none, TEN_US + 5 * US_PER_DAY).role == IN_CASE_NOTHING);
    CHECK(truth_of(truth, mule, none, TEN_US + 5 * US_PER_DAY).role == IN_CASE_MULE);
    CHECK(truth_of(truth, mule, none, TEN_US + 40 * US_PER_DAY).role == IN_CASE_NOTHING);
    CHECK(truth_of(truth, SLICE("C000000003"), none, TEN_US).role == IN_CASE_NOTHING);
    CHECK(truth_of(truth, none, none, TEN_US).role == IN_CASE_NOTHING);
    CHECK(truth_event(truth, SLICE("B2"), &at) && at.moment == MOMENT_BEFORE &&
          slice_is(at.case_id, "CASE000002"));
    CHECK(!truth_event(truth, SLICE("E9"), &at) && truth_cases(truth) == 2);
    truth_destroy(truth);
    return true;
}

static bool test_of_several_cases_the_events_own_comes_first(void) {
    struct truth *truth = truth_create();
    struct buf buf;
    buf_init(&buf, 4096);
    static const char *const roles[] = {"offender", "deceived"};
    for (int i = 0; i < 2; i++) {
        Slice reason;
        CHECK(truth_take(truth,
                         printed(&buf,
                                 "{\"case_id\":\"K%d\",\"typology\":\"CG-01\",\"begin\":1000,"
                                 "\"end\":90000,\"roles\":[{\"thing\":\"customer\",\"id\":\"C7\","
                                 "\"role\":\"%s\"}],\"events\":[{\"event_id\":\"E%d\",\"time\":"
                                 "2000,\"part\":\"strike\",\"lost\":0}]}",
                                 i, roles[i], i),
                         &reason) == STATUS_OK);
    }
    buf_deinit(&buf);
    int64_t then_us = 3000 * US_PER_MS;
    CHECK(truth_of(truth, SLICE("C7"), SLICE("E0"), then_us).role == IN_CASE_OFFENDER);
    CHECK(truth_of(truth, SLICE("C7"), SLICE("E1"), then_us).role == IN_CASE_DECEIVED);
    CHECK(truth_of(truth, SLICE("C7"), SLICE("E5"), then_us).role == IN_CASE_DECEIVED);
    truth_destroy(truth);
    return true;
}

#define GOOD_HEAD "{\"case_id\":\"K\",\"typology\":\"VP-03\",\"begin\":1,\"end\":2,"
#define GOOD_EVENTS "\"events\":[{\"event_id\":\"E\",\"time\":1,\"part\":\"strike\",\"lost\":0}]"
#define GOOD_ROLES "\"roles\":[{\"thing\":\"customer\",\"id\":\"C\",\"role\":\"mule\"}]"

static bool test_bad_labels_are_refused_with_place_and_reason(void) {
    static const struct {
        const char *line, *reason;
    } bad[] = {
        {"", "byte 1: there is no value"},
        {"[]", "it is not a JSON object"},
        {"{\"case_id\":\"K\"", "byte 15: the text ends inside an object or array"},
        {"{\"a\":[[[[[[[[[[1]]]]]]]]]]}", "nested deeper"},
        {"{\"case_id\":\"\xff\"}", "not UTF-8"},
        {"{}", "case_id: a text"},
        {"{\"case_id\":\"\"}", "case_id: a text"},
        {"{\"case_id\":7}", "case_id: a text"},
        {"{\"case_id\":\"K\"}", "typology: a text"},
        {"{\"case_id\":\"K\",\"typology\":\"VP\"}", "typology: a text as VP-03"},
        {"{\"case_id\":\"K\",\"typology\":\"VP-03\",\"begin\":2,\"end\":1}", "in this order"},
        {"{\"case_id\":\"K\",\"typology\":\"VP-03\",\"begin\":-1,\"end\":1}", "begin, end"},
        {"{\"case_id\":\"K\",\"typology\":\"VP-03\",\"begin\":1,\"end\":9223372036854775807}",
         "begin, end"},
        {"{\"case_id\":\"K\",\"typology\":\"VP-03\",\"begin\":1.5,\"end\":2}", "begin, end"},
        {GOOD_HEAD "\"x\":0}", "events: a list is needed"},
        {GOOD_HEAD "\"events\":{}}", "events: a list is needed"},
        {GOOD_HEAD "\"events\":[7]," GOOD_ROLES "}", "events[0]"},
        {GOOD_HEAD
         "\"events\":[{\"event_id\":\"E\",\"time\":1,\"part\":\"\",\"lost\":0}]," GOOD_ROLES "}",
         "events[0]"},
        {GOOD_HEAD
         "\"events\":[{\"event_id\":\"E\",\"time\":1,\"part\":\"after\",\"lost\":-1}]," GOOD_ROLES
         "}",
         "events[0]"},
        {GOOD_HEAD GOOD_EVENTS "}", "roles: a list is needed"},
        {GOOD_HEAD GOOD_EVENTS ",\"roles\":[{}]}", "roles[0].id"},
        {GOOD_HEAD GOOD_EVENTS ",\"roles\":[{\"id\":\"C\"}]}", "roles[0].thing"},
        {GOOD_HEAD GOOD_EVENTS ",\"roles\":[{\"id\":\"C\",\"thing\":\"dog\"}]}", "roles[0].thing"},
        {GOOD_HEAD GOOD_EVENTS ",\"roles\":[{\"id\":\"C\",\"thing\":\"account\",\"role\":\"\"}]}",
         "roles[0].role: there is no role ''"},
        {GOOD_HEAD GOOD_EVENTS
         ",\"roles\":[{\"id\":\"C\",\"thing\":\"account\",\"role\":\"king\"}]}",
         "roles[0].role: there is no role 'king'"},
    };
    struct truth *truth = truth_create();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        Slice reason = {NULL, 0};
        CHECK_THAT(truth_take(truth, slice_of(bad[i].line), &reason) == STATUS_INVALID, "%s",
                   bad[i].line);
        CHECK_THAT(slice_find(reason, slice_of(bad[i].reason), 0) != SIZE_MAX, "%s: %.*s",
                   bad[i].line, SLICE_ARGS(reason));
    }
    struct standing at;
    CHECK(truth_cases(truth) == 0 && !truth_event(truth, SLICE("E"), &at));
    Slice good = SLICE(GOOD_HEAD GOOD_EVENTS "," GOOD_ROLES "}");
    Slice reason;
    CHECK(truth_take(truth, good, &reason) == STATUS_OK);
    CHECK(truth_take(truth, good, &reason) == STATUS_INVALID &&
          slice_is(reason, "case_id: 'K' was there before"));
    CHECK(truth_cases(truth) == 1);
    truth_destroy(truth);
    return true;
}

static bool test_bounds_of_labels_are_kept(void) {
    struct truth *truth = truth_create();
    struct buf line;
    buf_init(&line, TRUTH_LINE_MAX + 4096);
    buf_put(&line, SLICE(GOOD_HEAD GOOD_EVENTS ",\"roles\":[0"));
    for (uint32_t i = 0; i < TRUTH_ROLES_MAX; i++) {
        buf_put(&line, SLICE(",0"));
    }
    buf_put(&line, SLICE("]}"));
    Slice reason;
    CHECK(truth_take(truth, buf_slice(&line), &reason) == STATUS_LIMIT &&
          slice_is(reason, "roles: more than 65536"));
    buf_reset(&line);
    for (uint32_t i = 0; i < TRUTH_LINE_MAX + 1; i++) {
        buf_put_byte(&line, ' ');
    }
    CHECK(truth_take(truth, buf_slice(&line), &reason) == STATUS_LIMIT &&
          slice_starts_with(reason, SLICE("longer than")));
    buf_deinit(&line);
    CHECK(truth_cases(truth) == 0);
    truth_destroy(truth);
    return true;
}

// Whatever the simulation writes is taken, and nobody in it is without a role.
static void take_nothing(void *context, Slice name, Slice text) {
    *(uint64_t *)context += text.size;
}

static bool test_labels_of_a_simulated_bank_are_taken(void) {
    struct simulation_plan plan = {.seed = 5,
                                   .customers = 1000,
                                   .days = 10,
                                   .rate_percent = 2000,
                                   .first_day = (int32_t)civil_days(2026, 9, 14)};
    struct simulation *simulation = simulation_create(&plan);
    uint64_t size = 0;
    simulation_tables(simulation, take_nothing, &size);
    struct buf text;
    buf_init(&text, 1 << 28);
    while (simulation_next(simulation, &text)) {
        buf_reset(&text);
    }
    buf_reset(&text);
    simulation_labels(simulation, &text);
    struct truth *truth = truth_create();
    Slice rest = buf_slice(&text);
    uint32_t lines = 0;
    for (Slice line; slice_split(&rest, '\n', &line);) {
        Slice reason = {NULL, 0};
        CHECK_THAT(slice_empty(line) || truth_take(truth, line, &reason) == STATUS_OK, "%.*s",
                   SLICE_ARGS(reason));
        lines += !slice_empty(line);
    }
    CHECK(lines > 50 && truth_cases(truth) == lines && size > 100000);
    truth_destroy(truth);
    buf_deinit(&text);
    simulation_destroy(simulation);
    return true;
}

// ---- the same question --------------------------------------------------------------------------

static Slice rendered(const struct answer *answer, struct buf *buf) {
    struct json_writer json;
    buf_reset(buf);
    json_writer_init(&json, buf);
    answer_write(answer, &json);
    json_writer_finish(&json);
    return buf_slice(buf);
}

static bool test_the_same_question_has_the_same_answer(void) {
    struct truth *truth = truth_with("VP-04", "refund", "deceived");
    struct buf first;
    struct buf second;
    buf_init(&first, 4096);
    buf_init(&second, 4096);
    uint32_t differ = 0;
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 200; i++) {
            for (uint32_t channel = 0; channel < ASK_CHANNELS; channel++) {
                struct asking asking;
                struct answer one;
                struct answer two;
                about(&asking, i, (AskChannel)channel);
                answer_of(truth, &asking.question, SEED, &one);
                asking.question.asked_us += 7; // later by nothing that matters
                answer_of(truth, &asking.question, SEED, &two);
                CHECK(slice_equal(rendered(&one, &first), rendered(&two, &second)));
                CHECK(one.answered == two.answered &&
                      (!one.answered || two.answered_us - one.answered_us <= 7));
                answer_of(truth, &asking.question, SEED + 1, &two);
                differ += !slice_equal(buf_slice(&first), rendered(&two, &second));
            }
        }
    }
    CHECK(differ > 1000);
    buf_deinit(&first);
    buf_deinit(&second);
    truth_destroy(truth);
    return true;
}

static bool test_answers_are_json_with_the_names_of_the_list(void) {
    struct answer answer = {.answered = true,
                            .said = UINT32_C(1) << SAID_REPLY | UINT32_C(1) << SAID_LIVENESS |
                                    UINT32_C(1) << SAID_NUMBER_DAYS | UINT32_C(1) << SAID_PASSED,
                            .reply = "Y",
                            .liveness = 973,
                            .number_days = 31,
                            .passed = true};
    struct buf buf;
    buf_init(&buf, 4096);
    CHECK(slice_is(rendered(&answer, &buf),
                   "{\"reply\":\"Y\",\"passed\":true,\"liveness\":0.973,\"number_days\":31}"));
    CHECK(slice_is(rendered(&(struct answer){0}, &buf), "{}"));
    buf_deinit(&buf);
    AskChannel channel;
    CHECK(ask_channel_find(SLICE("ROBOT_CALL"), &channel) && channel == ASK_ROBOT_CALL);
    CHECK(!ask_channel_find(SLICE("PIGEON"), &channel));
    return true;
}

// ---- roles --------------------------------------------------------------------------------------

static void older(struct question *question) {
    question->age = 75;
}
static void at_night(struct question *question) {
    question->asked_us = TEN_US + 17 * US_PER_HOUR; // three o'clock
}
static void once_more(struct question *question) {
    question->again = true;
    question->asked_us += 24 * US_PER_HOUR;
}
static void next_day(struct question *question) {
    question->asked_us += 30 * US_PER_HOUR;
}
static void after_the_call(struct question *question) {
    question->asked_us += US_PER_HOUR;
}
static void of_a_company(struct question *question) {
    question->is_company = true;
}
static void about_the_beginning(struct question *question) {
    ((char *)question->event_id.at)[0] = 'B';
}
static void about_something_else(struct question *question) {
    ((char *)question->event_id.at)[0] = 'X';
}
static void new_number(struct question *question) {
    question->number_days = 2;
}
static void of_much_money(struct question *question) {
    question->amount = 6000000;
}
static void third_time(struct question *question) {
    question->attempt = 3;
}

static bool test_the_innocent_say_yes(void) {
    struct truth *truth = truth_create();
    struct shares sms = ask_all(truth, ASK_SMS, NULL);
    CHECK_SHARE(sms.answered, PEOPLE, 8800 * 0.62);
    CHECK_SHARE(sms.n, sms.answered, 50);
    CHECK_SHARE(sms.other, sms.answered, 150);
    CHECK(sms.y + sms.n + sms.other == sms.answered && sms.thief == 0);
    struct shares call = ask_all(truth, ASK_ROBOT_CALL, NULL);
    CHECK_SHARE(call.answered, PEOPLE, 9200 * 0.70);
    CHECK_SHARE(call.hesitates, call.answered, 500);
    CHECK_SHARE(call.word, call.answered, 120);
    CHECK_SHARE(call.voice, call.answered, 350);
    CHECK_SHARE(call.badly, call.answered, 900);
    CHECK_SHARE(call.identity_ok, call.answered, 9800);
    CHECK_SHARE(call.consistent, call.y, 9750);
    CHECK_SHARE(call.forwarded, call.answered, 150);
    struct shares auth = ask_all(truth, ASK_AUTH, NULL);
    CHECK_SHARE(auth.passed, auth.answered, 9650);
    CHECK(auth.injected == 0 && auth.known == auth.answered);
    struct shares questions = ask_all(truth, ASK_QUESTIONNAIRE, NULL);
    CHECK_SHARE(questions.questions, questions.answered, 9600);
    struct shares again = ask_all(truth, ASK_APP, once_more);
    CHECK_SHARE(again.confirmed, again.answered, 9300);
    CHECK(again.confirmed + again.cancelled == again.answered);
    struct shares papers = ask_all(truth, ASK_DOCUMENTS, NULL);
    CHECK_SHARE(papers.complete, papers.answered, 8800);
    CHECK_SHARE(papers.suspect, papers.answered, 200);
    struct shares police = ask_all(truth, ASK_POLICE, NULL);
    CHECK(police.answered == 0);
    truth_destroy(truth);
    return true;
}

static bool test_the_old_the_sleeping_and_large_sums_differ(void) {
    struct truth *truth = truth_create();
    struct shares young = ask_all(truth, ASK_ROBOT_CALL, NULL);
    struct shares old = ask_all(truth, ASK_ROBOT_CALL, older);
    struct shares night = ask_all(truth, ASK_ROBOT_CALL, at_night);
    struct shares third = ask_all(truth, ASK_ROBOT_CALL, third_time);
    CHECK_SHARE(old.hesitates, old.answered, 1000);
    CHECK_SHARE(old.badly, old.answered, 1800);
    CHECK(old.answered > young.answered && night.answered * 3 < young.answered);
    struct shares much = ask_all(truth, ASK_ROBOT_CALL, of_much_money);
    CHECK_SHARE(much.answered, PEOPLE, 9200 * 0.70 * 1.15);
    CHECK_SHARE(much.hesitates, much.answered, 750);
    CHECK_SHARE(third.answered, PEOPLE, 9200 * 0.70 * 0.75 * 0.75);
    int64_t young_us = 0;
    int64_t old_us = 0;
    uint32_t young_answers = 0;
    uint32_t old_answers = 0;
    uint32_t in_the_morning = 0;
    uint32_t answers = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct asking asking;
        struct answer answer;
        about(&asking, i, ASK_SMS);
        answer_of(truth, &asking.question, SEED, &answer);
        young_us += answer.answered ? answer.answered_us - asking.question.asked_us : 0;
        young_answers += answer.answered;
        older(&asking.question);
        answer_of(truth, &asking.question, SEED, &answer);
        old_us += answer.answered ? answer.answered_us - asking.question.asked_us : 0;
        old_answers += answer.answered;
        asking.question.age = 30;
        at_night(&asking.question);
        answer_of(truth, &asking.question, SEED, &answer);
        answers += answer.answered;
        in_the_morning +=
            answer.answered && answer.answered_us - asking.question.asked_us >= 4 * US_PER_HOUR;
    }
    CHECK(young_answers > 0 && old_us / old_answers > young_us / young_answers);
    CHECK_SHARE(in_the_morning, answers, 9600); // the others work at night
    truth_destroy(truth);
    return true;
}

static bool test_robbed_customers_deny_unless_the_thief_answers(void) {
    struct truth *truth = truth_with("CF-02", "one card", "robbed");
    struct shares sms = ask_all(truth, ASK_SMS, NULL);
    CHECK_SHARE(sms.n, sms.answered, 9700);
    CHECK_SHARE(sms.y, sms.answered, 200);
    CHECK(sms.thief == 0);
    struct shares changed = ask_all(truth, ASK_SMS, new_number);
    CHECK(changed.thief == changed.answered);
    CHECK_SHARE(changed.y, changed.answered, 9500);
    struct shares other = ask_all(truth, ASK_SMS, about_something_else);
    CHECK_SHARE(other.y, other.answered, 9800);
    truth_destroy(truth);

    truth = truth_with("AT-03", "new SIM", "robbed");
    struct shares call = ask_all(truth, ASK_ROBOT_CALL, NULL);
    CHECK_SHARE(call.answered, PEOPLE, 9000);
    CHECK(call.thief == call.answered);
    CHECK_SHARE(call.y, call.answered, 9500);
    CHECK_SHARE(call.identity_ok, call.answered, 4500);
    struct shares face = ask_all(truth, ASK_AUTH, NULL);
    CHECK_SHARE(face.answered, PEOPLE, 4000);
    CHECK_SHARE(face.injected, face.answered, 6000 * 0.85);
    CHECK(face.known == 0 && face.passed * 10 < face.answered);
    struct shares key = ask_all(truth, ASK_AUTH, of_a_company);
    CHECK(key.answered > 300 && key.passed == 0 && key.injected == 0);
    truth_destroy(truth);

    truth = truth_with("AT-05", "abroad", "robbed");
    struct shares home = ask_all(truth, ASK_SMS, about_the_beginning);
    struct shares away = ask_all(truth, ASK_SMS, NULL);
    CHECK_SHARE(home.y, home.answered, 9800);
    CHECK_SHARE(away.n, away.answered, 9700);
    truth_destroy(truth);

    truth = truth_with("AT-06", "the customer's own phone", "robbed");
    struct shares remote = ask_all(truth, ASK_APP, NULL);
    struct shares rings = ask_all(truth, ASK_HUMAN_CALL, NULL);
    CHECK(remote.thief == remote.answered && remote.known == remote.answered);
    CHECK_SHARE(rings.n, rings.answered, 9700);
    truth_destroy(truth);

    truth = truth_with("DE-09", "forwarding", "robbed");
    struct shares forwarded = ask_all(truth, ASK_SMS, NULL);
    CHECK(forwarded.forwarded == forwarded.answered && forwarded.thief == forwarded.answered);
    truth_destroy(truth);
    return true;
}

static bool test_deceived_victims_confirm_and_give_themselves_away(void) {
    struct truth *truth = truth_with("VP-03", "call", "deceived");
    struct shares sms = ask_all(truth, ASK_SMS, NULL);
    CHECK_SHARE(sms.y, sms.answered, 9000);
    struct shares kept = ask_all(truth, ASK_ROBOT_CALL, NULL);
    struct shares robot = ask_all(truth, ASK_ROBOT_CALL, after_the_call);
    struct shares person = ask_all(truth, ASK_HUMAN_CALL, after_the_call);
    CHECK_SHARE(kept.answered, PEOPLE, 9200 * 0.70 * 0.30);
    CHECK_SHARE(robot.answered, PEOPLE, 9200 * 0.70);
    CHECK(robot.word * 10 > robot.answered * 3 && robot.word * 10 < robot.answered * 5);
    CHECK(robot.hesitates * 10 > robot.answered * 6 && robot.voice * 10 > robot.answered * 2);
    CHECK((uint64_t)person.word * robot.answered > (uint64_t)robot.word * person.answered);
    CHECK((uint64_t)person.cancelled * robot.answered >
          (uint64_t)robot.cancelled * person.answered);
    struct shares questions = ask_all(truth, ASK_QUESTIONNAIRE, NULL);
    CHECK_SHARE(questions.questions, questions.answered, 6500);
    CHECK_SHARE(questions.deceived, questions.answered, 3500 * 0.70);
    struct shares auth = ask_all(truth, ASK_AUTH, NULL);
    CHECK_SHARE(auth.passed, auth.answered, 9650); // it is he
    struct shares later = ask_all(truth, ASK_SMS, next_day);
    CHECK(later.n * 10 > later.answered * 7); // has noticed
    struct shares other = ask_all(truth, ASK_SMS, about_something_else);
    CHECK_SHARE(other.y, other.answered, 9800);
    truth_destroy(truth);

    struct truth *romance = truth_with("VP-02", "romance", "deceived");
    struct shares love = ask_all(romance, ASK_ROBOT_CALL, after_the_call);
    CHECK(love.word < robot.word && love.hesitates < robot.hesitates);
    truth_destroy(romance);
    return true;
}

static bool test_some_wake_up_while_the_payment_waits(void) {
    static const char *const typologies[] = {"VP-04", "VP-02"};
    uint32_t cancelled[2][2] = {{0}};
    for (uint32_t t = 0; t < 2; t++) {
        struct truth *truth = truth_with(typologies[t], "", "deceived");
        for (uint32_t i = 0; i < PEOPLE; i++) {
            for (uint32_t k = 0; k < 2; k++) {
                struct asking asking;
                struct answer answer;
                about(&asking, i, ASK_QUESTIONNAIRE);
                int64_t until_us = asking.question.asked_us + (k == 0 ? 2 : 24) * US_PER_HOUR;
                change_of_mind(truth, &asking.question, until_us, SEED, &answer);
                CHECK(!answer.answered || (answer.cancelled && answer.answered_us < until_us &&
                                           answer.answered_us >= asking.question.asked_us));
                cancelled[t][k] += answer.answered;
            }
        }
        struct shares again = ask_all(truth, ASK_APP, once_more);
        CHECK(again.cancelled > 0 && again.cancelled + again.confirmed == again.answered);
        truth_destroy(truth);
    }
    CHECK_SHARE(cancelled[0][1], PEOPLE, 4500);
    CHECK_SHARE(cancelled[0][0], PEOPLE, 4500 * 0.2887); // the square root of two in twenty-four
    CHECK_SHARE(cancelled[1][1], PEOPLE, 1500);
    struct truth *truth = truth_create();
    uint32_t innocent = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct asking asking;
        struct answer answer;
        about(&asking, i, ASK_QUESTIONNAIRE);
        change_of_mind(truth, &asking.question, INT64_MAX, SEED, &answer);
        innocent += answer.answered;
    }
    CHECK_SHARE(innocent, PEOPLE, 200);
    truth_destroy(truth);
    return true;
}

static bool test_whoever_takes_part_says_yes(void) {
    static const char *const roles[] = {"mule", "offender", "merchant", "employee"};
    for (uint32_t r = 0; r < 4; r++) {
        struct truth *truth = truth_with("MU-13", "device and place", roles[r]);
        struct shares sms = ask_all(truth, ASK_SMS, about_something_else);
        CHECK_SHARE(sms.y, sms.answered, 9900);
        CHECK(sms.n == 0);
        struct shares call = ask_all(truth, ASK_HUMAN_CALL, NULL);
        CHECK_SHARE(call.consistent, call.y, 7800);
        CHECK_SHARE(call.identity_ok, call.answered, 8500);
        struct shares papers = ask_all(truth, ASK_DOCUMENTS, NULL);
        CHECK_SHARE(papers.answered, PEOPLE, 7000 * (r == 0 ? 0.5 : 0.85));
        CHECK_SHARE(papers.suspect, papers.answered, 4000 * 0.65);
        CHECK_SHARE(papers.complete, papers.answered, 4000 * 0.35);
        struct shares visit = ask_all(truth, ASK_BRANCH_VISIT, NULL);
        CHECK(visit.consistent * 2 < visit.answered);
        truth_destroy(truth);
    }
    return true;
}

static bool test_targets_deny_and_bystanders_are_innocent(void) {
    struct truth *truth = truth_with("AT-01", "one device", "target");
    struct shares sms = ask_all(truth, ASK_SMS, NULL);
    CHECK_SHARE(sms.n, sms.answered, 9600);
    truth_destroy(truth);
    truth = truth_with("TA-03", "skimmer", "bystander");
    sms = ask_all(truth, ASK_SMS, NULL);
    CHECK_SHARE(sms.y, sms.answered, 9800);
    truth_destroy(truth);
    truth = truth_with("VP-16", "agent", "deceived");
    struct shares family = ask_all(truth, ASK_EMERGENCY_CONTACT, NULL);
    CHECK_SHARE(family.y, family.answered, 2500);
    truth_destroy(truth);
    return true;
}

// ---- the team -----------------------------------------------------------------------------------

static bool test_somebody_is_always_on_duty(void) {
    uint32_t hours[TEAM_SIZE] = {0};
    int64_t ended[TEAM_SIZE];
    bool works[TEAM_SIZE] = {false};
    for (uint32_t i = 0; i < TEAM_SIZE; i++) {
        ended[i] = -1000;
    }
    for (int64_t hour = 0; hour < 35 * 24; hour++) {
        uint32_t on_duty = team_on_duty(TEN_US + hour * US_PER_HOUR);
        CHECK(on_duty != 0 && on_duty < 1 << TEAM_SIZE);
        for (uint32_t i = 0; i < TEAM_SIZE; i++) {
            bool now = (on_duty >> i & 1) != 0;
            CHECK_THAT(!now || works[i] || hour - ended[i] >= 14, "analyst %u after %lld hours", i,
                       (long long)(hour - ended[i]));
            ended[i] = works[i] && !now ? hour : ended[i];
            works[i] = now;
            hours[i] += now;
        }
        uint32_t second = team_second(0, TEN_US + hour * US_PER_HOUR);
        CHECK(second != 0 && second < TEAM_SIZE);
    }
    for (uint32_t i = 0; i < TEAM_SIZE; i++) {
        CHECK_THAT(hours[i] / 5 >= 36 && hours[i] / 5 <= 40, "%u hours in five weeks", hours[i]);
    }
    return true;
}

static struct alert_facts alert_of(struct asking *asking, Slice *event, uint32_t number,
                                   const char *group) {
    about(asking, number, ASK_SMS);
    *event = asking->question.event_id;
    return (struct alert_facts){.alert_id = asking->question.customer,
                                .group = slice_of(group),
                                .subject = asking->question.customer,
                                .events = event,
                                .event_count = 1,
                                .at_us = asking->question.about_us,
                                .severity = 3,
                                .money_here = number % 2 == 0};
}

struct tally {
    uint32_t right[TEAM_SIZE], both_wrong, wrong, wrong_grave, unreached;
    int64_t minutes[TEAM_SIZE];
};

static bool decide_all(const struct truth *truth, const char *group, const char *even,
                       const char *odd, struct tally *tally) {
    *tally = (struct tally){.wrong = 0};
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct asking asking;
        Slice event;
        struct alert_facts facts = alert_of(&asking, &event, i, group);
        bool wrong[TEAM_SIZE];
        for (uint32_t who = 0; who < TEAM_SIZE; who++) {
            struct team_decision decision;
            decision_of(truth, who, &facts, SEED, &decision);
            CHECK_THAT(slice_is(decision.right_code, i % 2 == 0 ? even : odd), "%.*s",
                       SLICE_ARGS(decision.right_code));
            CHECK(decision.minutes >= 1 && decision.minutes < 600);
            wrong[who] = !decision.is_right;
            tally->right[who] += decision.is_right;
            tally->minutes[who] += decision.minutes;
        }
        tally->both_wrong += wrong[3] && wrong[4];
        tally->wrong += wrong[4];
        facts.severity = 4;
        struct team_decision grave;
        decision_of(truth, 4, &facts, SEED, &grave);
        tally->wrong_grave += !grave.is_right;
    }
    return true;
}

static bool test_analysts_are_right_as_often_as_stated(void) {
    static const uint32_t errors[TEAM_SIZE] = {50, 100, 150, 220, 300};
    struct truth *truth = truth_with("MU-02", "hours", "mule");
    struct tally tally;
    uint32_t confirmed = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct asking asking;
        Slice event;
        struct team_decision decision;
        struct alert_facts facts = alert_of(&asking, &event, i, "MU");
        decision_of(truth, 0, &facts, SEED, &decision);
        confirmed += slice_is(decision.right_code, "TP-MULE");
        facts.list_hit = true;
        decision_of(truth, 0, &facts, SEED, &decision);
        CHECK(slice_is(decision.right_code, "TP-MULE"));
    }
    CHECK_SHARE(confirmed, PEOPLE, 3500);
    truth_destroy(truth);

    truth = truth_with("VP-03", "call", "deceived");
    CHECK(decide_all(truth, "VP", "TP-VICTIM-SAVED", "TP-VICTIM-LOSS", &tally));
    for (uint32_t who = 0; who < TEAM_SIZE; who++) {
        CHECK_SHARE(PEOPLE - tally.right[who], PEOPLE, errors[who] * 0.8);
    }
    CHECK_SHARE(tally.wrong_grave, PEOPLE, 300 * 0.8 * 0.5);
    CHECK(tally.minutes[4] > tally.minutes[1]);
    truth_destroy(truth);

    truth = truth_create();
    CHECK(decide_all(truth, "CO", "FP-BUSINESS", "FP-BUSINESS", &tally));
    for (uint32_t who = 0; who < TEAM_SIZE; who++) {
        CHECK_SHARE(PEOPLE - tally.right[who], PEOPLE, errors[who] * 1.4);
    }
    // Two who err independently err together as often as the product says.
    CHECK(tally.both_wrong <= 12 && tally.wrong > 100);
    truth_destroy(truth);
    return true;
}

static bool test_what_is_right_follows_from_the_role(void) {
    static const struct {
        const char *typology, *role, *group, *code;
    } rights[] = {
        {"AT-02", "robbed", "AT", "TP-UNAUTH"},      {"AT-01", "target", "AT", "TP-UNAUTH"},
        {"AM-01", "offender", "AM", "TP-ML-STR"},    {"CG-01", "offender", "CG", "TP-MULE-SUSP"},
        {"AM-01", "offender", "MU", "TP-MULE-SUSP"}, {"IE-01", "employee", "CF", "TP-MULE-SUSP"},
        {"LF-03", "offender", "LF", "TP-LOAN"},      {"CF-07", "offender", "CF", "TP-MERCHANT"},
        {"MF-01", "merchant", "MF", "TP-MERCHANT"},  {"IE-01", "employee", "IE", "TP-INSIDER"},
        {"NS-02", "scene", "NS", "TP-NETSEC"},       {"SI-01", "scene", "SI", "TP-HAZARD"},
        {"AO-03", "offender", "AO", "TP-MULE-SUSP"}, {"VP-03", "bystander", "VP", "FP-OWNWILL"},
        {"MU-01", "bystander", "MU", "FP-BUSINESS"}};
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        struct truth *truth = truth_create();
        CHECK(put_case(truth, 1, rights[i].typology, "", rights[i].role));
        struct asking asking;
        Slice event;
        struct team_decision decision;
        struct alert_facts facts = alert_of(&asking, &event, 1, rights[i].group);
        decision_of(truth, 0, &facts, SEED, &decision);
        CHECK_THAT(slice_is(decision.right_code, rights[i].code), "%s %s: %.*s", rights[i].typology,
                   rights[i].role, SLICE_ARGS(decision.right_code));
        truth_destroy(truth);
    }
    return true;
}

static bool test_words_help_mislead_or_are_missing(void) {
    struct truth *truth = truth_with("VP-03", "call", "deceived");
    struct answer yes = {.answered = true, .said = 1 << SAID_REPLY, .reply = "Y"};
    struct answer no = {.answered = true, .said = 1 << SAID_REPLY, .reply = "N", .deceived = true};
    struct answer silence = {.answered = false};
    const struct answer *answers[] = {&yes, &no, &silence};
    uint32_t wrong[3] = {0};
    uint32_t unreached = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct asking asking;
        Slice event;
        struct alert_facts facts = alert_of(&asking, &event, i, "VP");
        facts.answer_count = 1;
        for (uint32_t k = 0; k < 3; k++) {
            struct team_decision decision;
            facts.answers = answers[k];
            decision_of(truth, 4, &facts, SEED, &decision);
            wrong[k] += !decision.is_right;
            unreached += slice_is(decision.code, "UNC-NOCONTACT");
        }
    }
    CHECK_SHARE(wrong[0], PEOPLE, 300 * 0.8 * 1.5);
    CHECK_SHARE(wrong[1], PEOPLE, 300 * 0.8 * 0.4);
    CHECK_SHARE(unreached, PEOPLE, 6000);
    CHECK_SHARE(wrong[2], PEOPLE, 300 * 0.8 * 1.5 * 0.4);
    truth_destroy(truth);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_roles_are_found_by_name_and_moment),
        TEST(test_of_several_cases_the_events_own_comes_first),
        TEST(test_bad_labels_are_refused_with_place_and_reason),
        TEST(test_bounds_of_labels_are_kept),
        TEST(test_labels_of_a_simulated_bank_are_taken),
        TEST(test_the_same_question_has_the_same_answer),
        TEST(test_answers_are_json_with_the_names_of_the_list),
        TEST(test_the_innocent_say_yes),
        TEST(test_the_old_the_sleeping_and_large_sums_differ),
        TEST(test_robbed_customers_deny_unless_the_thief_answers),
        TEST(test_deceived_victims_confirm_and_give_themselves_away),
        TEST(test_some_wake_up_while_the_payment_waits),
        TEST(test_whoever_takes_part_says_yes),
        TEST(test_targets_deny_and_bystanders_are_innocent),
        TEST(test_somebody_is_always_on_duty),
        TEST(test_analysts_are_right_as_often_as_stated),
        TEST(test_what_is_right_follows_from_the_role),
        TEST(test_words_help_mislead_or_are_missing),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
