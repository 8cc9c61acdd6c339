#include "expr/pattern.h"

#include "base/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    STEPS_MAX = 1000000,  // of backtracking in one match
    NESTING_MAX = 1000,   // of backtracking points
    MEMORY_MAX_KIB = 4096 // of one match
};

struct pattern {
    pcre2_code *code;
};

// PCRE2 gets its memory from the arena and gives nothing back singly.
static void *allocate(size_t size, void *arena) {
    return arena_alloc_raw(arena, size);
}

static void forget(void *memory, void *arena) {
    (void)memory;
    (void)arena;
}

const struct pattern *pattern_compile(Slice text, struct arena *arena,
                                      char message[PATTERN_MESSAGE_SIZE]) {
    enum { PARENTHESES_MAX = 100 };
    pcre2_general_context *general = pcre2_general_context_create(allocate, forget, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    pcre2_set_parens_nest_limit(context, PARENTHESES_MAX);
    int error;
    PCRE2_SIZE at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text.at, text.size,
                                     PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                                     &error, &at, context);
    if (code == NULL) {
        pcre2_get_error_message(error, (PCRE2_UCHAR *)message, PATTERN_MESSAGE_SIZE);
        return NULL;
    }
    struct pattern *pattern = ARENA_NEW(arena, struct pattern);
    pattern->code = code;
    return pattern;
}

Status pattern_matches(const struct pattern *pattern, Slice text, struct arena *scratch,
                       bool *ret_matches) {
    ENSURE(utf8_invalid_at(text) == text.size, STATUS_INVALID);
    ArenaMark mark = arena_mark(scratch);
    pcre2_general_context *general = pcre2_general_context_create(allocate, forget, scratch);
    pcre2_match_context *context = pcre2_match_context_create(general);
    pcre2_set_match_limit(context, STEPS_MAX);
    pcre2_set_depth_limit(context, NESTING_MAX);
    pcre2_set_heap_limit(context, MEMORY_MAX_KIB);
    pcre2_match_data *data = pcre2_match_data_create(1, general);
    int result = pcre2_match(pattern->code, (PCRE2_SPTR)(text.at == NULL ? "" : text.at), text.size,
                             0, PCRE2_NO_UTF_CHECK, data, context);
    arena_rewind(scratch, mark);
    ENSURE(result >= 0 || result == PCRE2_ERROR_NOMATCH, STATUS_LIMIT);
    *ret_matches = result >= 0;
    return STATUS_OK;
}
