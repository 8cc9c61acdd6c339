// What may never be closed: each limit alone, at its boundaries, and with nothing known.

#include "base/test.h"
#include "response/strategies/strategies.h"

#define KIND(id) (1u << FAMILY_KIND_##id)

// An alert that may be closed either way: S2 of a takeover, of a person of 40.
static struct closure fine(Direction direction) {
    return (struct closure){.direction = direction,
                            .severity = SEVERITY_S2,
                            .kinds = KIND(OWN),
                            .list_hit = {KNOWN_NO, KNOWN_NO, KNOWN_NO},
                            .is_company = KNOWN_NO,
                            .has_age = true,
                            .age = 40,
                            .victim_protect = KNOWN_NO,
                            .is_marked = KNOWN_NO,
                            .has_amount = true,
                            .amount = 1200000,
                            .is_challenger = KNOWN_NO,
                            .has_model_days = true,
                            .model_days = 90,
                            .is_late = KNOWN_NO,
                            .is_degraded = KNOWN_NO,
                            .was_overturned = KNOWN_NO};
}

static bool test_what_is_in_order_may_be_closed(void) {
    struct closure release = fine(DIRECTION_RELEASING);
    struct closure protect = fine(DIRECTION_PROTECTING);
    CHECK(closure_forbidden(&release) == FORBIDDEN_NOTHING);
    CHECK(closure_forbidden(&protect) == FORBIDDEN_NOTHING);
    return true;
}

static bool test_nothing_known_is_forbidden(void) {
    struct closure nothing = {0};
    CHECK(closure_forbidden(&nothing) == FORBIDDEN_S4_RELEASE);
    nothing.direction = DIRECTION_PROTECTING;
    CHECK(closure_forbidden(&nothing) == FORBIDDEN_HOLDER_S3);
    return true;
}

static bool test_s4_is_not_released(void) {
    struct closure closure = fine(DIRECTION_RELEASING);
    closure.severity = SEVERITY_S3;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_NOTHING);
    closure.severity = SEVERITY_S4;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_S4_RELEASE);
    closure.severity = SEVERITY_NONE;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_S4_RELEASE);
    closure = fine(DIRECTION_PROTECTING);
    closure.severity = SEVERITY_S4;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_NOTHING);
    closure.direction = DIRECTION_NEUTRAL; // as releasing
    CHECK(closure_forbidden(&closure) == FORBIDDEN_S4_RELEASE);
    return true;
}

static bool test_list_hits_are_not_released(void) {
    for (int source = 0; source < LIST_SOURCE_COUNT; source++) {
        struct closure closure = fine(DIRECTION_RELEASING);
        closure.list_hit[source] = KNOWN_YES;
        CHECK_THAT(closure_forbidden(&closure) == FORBIDDEN_LIST_HIT, "%s", list_source_names[source]);
        closure.list_hit[source] = NOT_KNOWN;
        CHECK_THAT(closure_forbidden(&closure) == FORBIDDEN_LIST_HIT, "%s", list_source_names[source]);
        closure.direction = DIRECTION_PROTECTING;
        CHECK_THAT(closure_forbidden(&closure) == FORBIDDEN_NOTHING, "%s", list_source_names[source]);
    }
    return true;
}

static bool test_holders_of_s3_are_not_closed(void) {
    static const uint32_t kinds[] = {KIND(HOLDER), KIND(FUNDRAISING), KIND(COMPANY)};
    for (int i = 0; i < 3; i++) {
        for (int direction = DIRECTION_RELEASING; direction <= DIRECTION_PROTECTING; direction++) {
            struct closure closure = fine((Direction)direction);
            closure.kinds = kinds[i] | KIND(OWN);
            CHECK(closure_forbidden(&closure) == FORBIDDEN_NOTHING);
            closure.severity = SEVERITY_S3;
            CHECK(closure_forbidden(&closure) == FORBIDDEN_HOLDER_S3);
            closure.list_hit[LIST_SOURCE_PUNISHED] = KNOWN_YES;
            CHECK(closure_forbidden(&closure) == (direction == DIRECTION_RELEASING ? FORBIDDEN_LIST_HIT : FORBIDDEN_HOLDER_S3));
        }
    }
    // Stopped by a list of the police or of sanctions, it may be closed in the protecting direction
    struct closure stopped = fine(DIRECTION_PROTECTING);
    stopped.kinds = KIND(HOLDER);
    stopped.severity = SEVERITY_S4;
    stopped.list_hit[LIST_SOURCE_POLICE] = NOT_KNOWN;
    CHECK(closure_forbidden(&stopped) == FORBIDDEN_HOLDER_S3);
    stopped.list_hit[LIST_SOURCE_POLICE] = KNOWN_YES;
    CHECK(closure_forbidden(&stopped) == FORBIDDEN_NOTHING);
    stopped.list_hit[LIST_SOURCE_POLICE] = KNOWN_NO;
    stopped.list_hit[LIST_SOURCE_SANCTION] = KNOWN_YES;
    CHECK(closure_forbidden(&stopped) == FORBIDDEN_NOTHING);
    return true;
}

static Forbidden victim_of(int64_t age, bool has_age, Known is_company, Known protected, Severity severity) {
    struct closure closure = fine(DIRECTION_RELEASING);
    closure.kinds = KIND(VICTIM);
    closure.severity = severity;
    closure.age = age;
    closure.has_age = has_age;
    closure.is_company = is_company;
    closure.victim_protect = protected;
    return closure_forbidden(&closure);
}

static bool test_vulnerable_victims_are_not_closed(void) {
    CHECK(victim_of(69, true, KNOWN_NO, KNOWN_NO, SEVERITY_S3) == FORBIDDEN_NOTHING);
    CHECK(victim_of(70, true, KNOWN_NO, KNOWN_NO, SEVERITY_S3) == FORBIDDEN_VULNERABLE);
    CHECK(victim_of(18, true, KNOWN_NO, KNOWN_NO, SEVERITY_S3) == FORBIDDEN_NOTHING);
    CHECK(victim_of(17, true, KNOWN_NO, KNOWN_NO, SEVERITY_S3) == FORBIDDEN_VULNERABLE);
    CHECK(victim_of(40, true, KNOWN_NO, KNOWN_YES, SEVERITY_S3) == FORBIDDEN_VULNERABLE);
    CHECK(victim_of(40, true, KNOWN_NO, NOT_KNOWN, SEVERITY_S3) == FORBIDDEN_VULNERABLE);
    CHECK(victim_of(0, false, KNOWN_NO, KNOWN_NO, SEVERITY_S3) == FORBIDDEN_VULNERABLE);
    CHECK(victim_of(0, false, NOT_KNOWN, KNOWN_NO, SEVERITY_S3) == FORBIDDEN_VULNERABLE);
    CHECK(victim_of(0, false, KNOWN_YES, KNOWN_NO, SEVERITY_S3) == FORBIDDEN_NOTHING); // a company has no age
    CHECK(victim_of(80, true, KNOWN_NO, KNOWN_YES, SEVERITY_S2) == FORBIDDEN_NOTHING); // below S3
    struct closure elder = fine(DIRECTION_PROTECTING);
    elder.kinds = KIND(VICTIM);
    elder.severity = SEVERITY_S4;
    elder.age = 75;
    CHECK(closure_forbidden(&elder) == FORBIDDEN_VULNERABLE);
    elder.kinds = KIND(OWN); // another family
    CHECK(closure_forbidden(&elder) == FORBIDDEN_NOTHING);
    return true;
}

static bool test_families_that_people_decide(void) {
    static const struct {
        uint32_t kinds;
        Severity severity;
        Forbidden forbidden;
    } rows[] = {
        {KIND(LAUNDERING), SEVERITY_S1, FORBIDDEN_LAUNDERING}, {KIND(OWN) | KIND(LAUNDERING), SEVERITY_S1, FORBIDDEN_LAUNDERING},
        {KIND(INSIDER), SEVERITY_S1, FORBIDDEN_INSIDER},       {KIND(PREMISES), SEVERITY_S1, FORBIDDEN_SECURITY},
        {KIND(NETWORK), SEVERITY_S3, FORBIDDEN_NOTHING},       {KIND(MERCHANT), SEVERITY_S3, FORBIDDEN_NOTHING},
        {KIND(APPLICATION), SEVERITY_S3, FORBIDDEN_NOTHING},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int direction = DIRECTION_RELEASING; direction <= DIRECTION_PROTECTING; direction++) {
            struct closure closure = fine((Direction)direction);
            closure.kinds = rows[i].kinds;
            closure.severity = rows[i].severity;
            CHECK_THAT(closure_forbidden(&closure) == rows[i].forbidden, "row %zu", i);
        }
    }
    struct closure network = fine(DIRECTION_PROTECTING);
    network.kinds = KIND(NETWORK);
    network.severity = SEVERITY_S4;
    CHECK(closure_forbidden(&network) == FORBIDDEN_SECURITY);
    network.severity = SEVERITY_NONE;
    CHECK(closure_forbidden(&network) == FORBIDDEN_SECURITY);
    network.kinds = 0; // of no family that is known
    network.severity = SEVERITY_S1;
    CHECK(closure_forbidden(&network) == FORBIDDEN_LAUNDERING);
    return true;
}

static bool test_large_amounts_are_not_closed(void) {
    struct closure closure = fine(DIRECTION_PROTECTING);
    closure.amount = CLOSURE_PERSON_MAX - 1;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_NOTHING);
    closure.amount = CLOSURE_PERSON_MAX;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_LARGE_AMOUNT);
    closure.is_company = NOT_KNOWN;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_LARGE_AMOUNT);
    closure.is_company = KNOWN_YES;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_NOTHING);
    closure.amount = CLOSURE_COMPANY_MAX - 1;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_NOTHING);
    closure.amount = CLOSURE_COMPANY_MAX;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_LARGE_AMOUNT);
    closure.amount = 0;
    closure.has_amount = false;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_LARGE_AMOUNT);
    return true;
}

static bool test_young_models_close_nothing(void) {
    struct closure closure = fine(DIRECTION_RELEASING);
    closure.model_days = CLOSURE_MODEL_DAYS;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_NOTHING);
    closure.model_days = CLOSURE_MODEL_DAYS - 1;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_YOUNG_MODEL);
    closure.model_days = 90;
    closure.has_model_days = false;
    CHECK(closure_forbidden(&closure) == FORBIDDEN_YOUNG_MODEL);
    return true;
}

// What has to be known to be not so.
static bool test_what_must_not_be(void) {
    static const struct {
        size_t offset;
        Forbidden forbidden;
    } rows[] = {
        {offsetof(struct closure, is_marked), FORBIDDEN_MARKED},          {offsetof(struct closure, is_challenger), FORBIDDEN_YOUNG_MODEL},
        {offsetof(struct closure, is_late), FORBIDDEN_BAD_DATA},          {offsetof(struct closure, is_degraded), FORBIDDEN_BAD_DATA},
        {offsetof(struct closure, was_overturned), FORBIDDEN_OVERTURNED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int direction = DIRECTION_RELEASING; direction <= DIRECTION_PROTECTING; direction++) {
            struct closure closure = fine((Direction)direction);
            Known *known = (Known *)((char *)&closure + rows[i].offset);
            *known = KNOWN_YES;
            CHECK_THAT(closure_forbidden(&closure) == rows[i].forbidden, "row %zu", i);
            *known = NOT_KNOWN;
            CHECK_THAT(closure_forbidden(&closure) == rows[i].forbidden, "row %zu", i);
        }
    }
    return true;
}

static bool test_limits_have_numbers_and_texts(void) {
    for (int i = 1; i < FORBIDDEN_COUNT; i++) {
        CHECK_THAT(forbidden_infos[i].number == (uint32_t)i && forbidden_infos[i].zh.size > 0 && forbidden_infos[i].en.size > 0, "limit %d", i);
    }
    CHECK(FORBIDDEN_COUNT == 13);
    return true;
}

static bool test_lists_agree(void) {
    FamilyKind kind;
    CHECK(family_kind(SLICE("VP"), &kind) && kind == FAMILY_KIND_VICTIM);
    CHECK(family_kind(SLICE("UB"), &kind) && kind == FAMILY_KIND_HOLDER);
    CHECK(!family_kind(SLICE("XX"), &kind));
    CHECK(code_find(SLICE("FP-OWNWILL")) == CODE_FP_OWNWILL && code_find(SLICE("FP")) == CODE_NONE);
    for (int i = 0; i < CODE_COUNT; i++) {
        bool positive = code_infos[i].label == LABEL_POSITIVE || code_infos[i].label == LABEL_WEAK;
        CHECK_THAT(!positive || code_infos[i].direction == DIRECTION_PROTECTING, "%.*s", SLICE_ARGS(code_infos[i].text));
        CHECK_THAT(code_infos[i].label != LABEL_NEGATIVE || code_infos[i].direction == DIRECTION_RELEASING, "%.*s", SLICE_ARGS(code_infos[i].text));
    }
    for (int i = 0; i < ACTION_COUNT; i++) {
        bool noticed = (action_infos[i].needed >> ARGUMENT_NOTICE & 1) != 0;
        CHECK_THAT(noticed == action_infos[i].needs_notice, "%.*s", SLICE_ARGS(action_infos[i].name));
        CHECK_THAT(!noticed || action_infos[i].direction == DIRECTION_PROTECTING, "%.*s", SLICE_ARGS(action_infos[i].name));
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_what_is_in_order_may_be_closed),
        TEST(test_nothing_known_is_forbidden),
        TEST(test_s4_is_not_released),
        TEST(test_list_hits_are_not_released),
        TEST(test_holders_of_s3_are_not_closed),
        TEST(test_vulnerable_victims_are_not_closed),
        TEST(test_families_that_people_decide),
        TEST(test_large_amounts_are_not_closed),
        TEST(test_young_models_close_nothing),
        TEST(test_what_must_not_be),
        TEST(test_limits_have_numbers_and_texts),
        TEST(test_lists_agree),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
