#include "response/strategies/lists.h"

#define SLICE_OF(literal)                                                                                                                            \
    { ("" literal), sizeof(literal) - 1 }

// ---- families
// ----------------------------------------------------------------------------------------------------

struct known_family {
    Slice id;
    FamilyKind kind;
};
static const struct known_family families[] = {
#define FAMILY_KIND(id, zh, en, word)
#define FAMILY(id, kind, zh, en) {SLICE_OF(#id), FAMILY_KIND_##kind},
#include "response/strategies/families.def"
#undef FAMILY_KIND
#undef FAMILY
};

const char *const family_kind_names[FAMILY_KIND_COUNT] = {
#define FAMILY_KIND(id, zh, en, word) #id,
#define FAMILY(id, kind, zh, en)
#include "response/strategies/families.def"
#undef FAMILY_KIND
#undef FAMILY
};

bool family_kind(Slice family, FamilyKind *ret_kind) {
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (slice_equal(families[i].id, family)) {
            *ret_kind = families[i].kind;
            return true;
        }
    }
    return false;
}

// ---- codes
// -------------------------------------------------------------------------------------------------------

enum { ANY = (1 << FAMILY_KIND_COUNT) - 1 };
#define KIND(id) (1u << FAMILY_KIND_##id)
const struct code_info code_infos[CODE_COUNT] = {
#define CODE(id, text, direction, label, counts, kinds, zh, en)                                                                                      \
    {SLICE_OF(text), DIRECTION_##direction, LABEL_##label, COUNT_##counts, kinds, SLICE_OF(zh), SLICE_OF(en)},
#include "response/strategies/codes.def"
#undef CODE
};
#undef KIND

Code code_find(Slice text) {
    for (int i = 0; i < CODE_COUNT; i++) {
        if (slice_equal(code_infos[i].text, text)) {
            return (Code)i;
        }
    }
    return CODE_NONE;
}

// ---- actions
// -----------------------------------------------------------------------------------------------------

const struct argument_info argument_infos[ARGUMENT_COUNT] = {
#define ARGUMENT(id, key, type) {SLICE_OF(key), TAKES_##type},
#define ACTION(id, direction, notice, needed, allowed, zh, en)
#include "response/strategies/actions.def"
#undef ARGUMENT
#undef ACTION
};

enum { NONE = 0, SILENT = 0, NOTICE = 1 };
#define ARG(id) (1u << ARGUMENT_##id)
const struct action_info action_infos[ACTION_COUNT] = {
#define ARGUMENT(id, key, type)
#define ACTION(id, direction, notice, needed, allowed, zh, en)                                                                                       \
    {SLICE_OF(#id), DIRECTION_##direction, notice, needed, (needed) | (allowed), SLICE_OF(zh), SLICE_OF(en)},
#include "response/strategies/actions.def"
#undef ARGUMENT
#undef ACTION
};
#undef ARG

// ---- facts, limits, names
// ----------------------------------------------------------------------------------------

const struct fact_info fact_infos[FACT_COUNT] = {
#define FACT(id, name, type, worst, zh, en) {SLICE_OF(name), TYPE_##type, worst, SLICE_OF(zh), SLICE_OF(en)},
#include "response/strategies/facts.def"
#undef FACT
};

const struct forbidden_info forbidden_infos[FORBIDDEN_COUNT] = {
    {{NULL, 0}, 0, {NULL, 0}, {NULL, 0}},
#define FORBIDDEN(id, number, zh, en) {SLICE_OF(#id), number, SLICE_OF(zh), SLICE_OF(en)},
#define ASKING(id, zh, en)
#include "response/strategies/forbidden.def"
#undef FORBIDDEN
#undef ASKING
};

const struct strategy_name_info strategy_name_infos[STRATEGY_NAME_COUNT] = {
#define NAME(id, name, type, choices, zh, en) {SLICE_OF(name), TYPE_##type, SLICE_OF(zh), SLICE_OF(en)},
#include "response/strategies/names.def"
#undef NAME
};

// ---- short ones
// --------------------------------------------------------------------------------------------------

#define X(id, ...) #id,
const char *const pushed_list_names[PUSHED_LIST_COUNT] = {PUSHED_LISTS(X)};
const char *const list_source_names[LIST_SOURCE_COUNT] = {LIST_SOURCES(X)};
const char *const subject_kind_names[SUBJECT_KIND_COUNT] = {SUBJECT_KINDS(X)};
const char *const subject_side_names[SUBJECT_SIDE_COUNT] = {SUBJECT_SIDES(X)};
const char *const contact_channel_names[CONTACT_CHANNEL_COUNT] = {CONTACT_CHANNELS(X)};
const char *const duty_role_names[DUTY_ROLE_COUNT] = {DUTY_ROLES(X)};
const char *const trigger_names[TRIGGER_COUNT] = {TRIGGERS(X)};
#undef X
