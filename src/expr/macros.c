// Macros: calls that are not calls, because an argument of theirs is a name to be bound or is not
// evaluated like the others. They are told by name and number of arguments, as the specification
// says, and become their own kinds of syntax; nothing is expanded into loops with accumulators, so
// that whoever reads the checked tree sees `exists` where the author wrote `exists`.
//
// cel.block, cel.index, cel.iterVar and cel.accuVar are the form that optimizers write: names with
// "@" in them, which no author can type.

#include "expr/syntax.h"

static struct syntax *refuse(struct parser *parser, const struct syntax *at, const char *what) {
    report_error(parser_report(parser), ERROR_MACRO, at->start, at->end, "%s", what);
    return NULL;
}

static bool is_simple_name(const struct syntax *syntax) {
    return syntax->kind == SYNTAX_NAME && !syntax->is_rooted;
}

static struct syntax *argument(const struct syntax *call, uint32_t i) {
    return call->call.arguments.at[i];
}

static struct syntax *expand_has(struct parser *parser, struct syntax *call) {
    struct syntax *field = argument(call, 0);
    if (field->kind != SYNTAX_SELECT) {
        return refuse(parser, field, "has() takes a field: has(a.b)");
    }
    struct syntax *has = parser_new(parser, SYNTAX_HAS, call->start, call->end);
    has->name = field->name;
    has->name_start = field->name_start;
    has->name_end = field->name_end;
    has->operand = field->operand;
    syntax_hold(has, field->operand);
    return has;
}

// A list macro: how many variables it binds, and how many expressions may follow.
struct list_macro {
    const char *name;
    ComprehensionKind kind;
    uint32_t variable_count;
    uint32_t expression_count; // 2: a condition and a result
};

static const struct list_macro list_macros[] = {
    {"all", COMPREHENSION_ALL, 1, 1},
    {"all", COMPREHENSION_ALL, 2, 1},
    {"exists", COMPREHENSION_EXISTS, 1, 1},
    {"exists", COMPREHENSION_EXISTS, 2, 1},
    {"exists_one", COMPREHENSION_EXISTS_ONE, 1, 1},
    {"existsOne", COMPREHENSION_EXISTS_ONE, 1, 1},
    {"existsOne", COMPREHENSION_EXISTS_ONE, 2, 1},
    {"exists_one", COMPREHENSION_EXISTS_ONE, 2, 1},
    {"map", COMPREHENSION_MAP, 1, 1},
    {"map", COMPREHENSION_MAP, 1, 2},
    {"filter", COMPREHENSION_FILTER, 1, 1},
    {"transformList", COMPREHENSION_TRANSFORM_LIST, 2, 1},
    {"transformList", COMPREHENSION_TRANSFORM_LIST, 2, 2},
    {"transformMap", COMPREHENSION_TRANSFORM_MAP, 2, 1},
    {"transformMap", COMPREHENSION_TRANSFORM_MAP, 2, 2},
    {"transformMapEntry", COMPREHENSION_TRANSFORM_MAP_ENTRY, 2, 1},
    {"transformMapEntry", COMPREHENSION_TRANSFORM_MAP_ENTRY, 2, 2},
    {"sortBy", COMPREHENSION_SORT_BY, 1, 1},
    {"optMap", COMPREHENSION_OPT_MAP, 1, 1},
    {"optFlatMap", COMPREHENSION_OPT_FLAT_MAP, 1, 1},
};

void macro_offer(void *context, void (*take)(void *context, Slice name, Slice signature)) {
    static const char *const offered[][2] = {
        {"has", "has(event.x) -> bool"},
        {"all", "list.all(v, condition) -> bool"},
        {"exists", "list.exists(v, condition) -> bool"},
        {"exists_one", "list.exists_one(v, condition) -> bool"},
        {"map", "list.map(v, expression) -> list"},
        {"filter", "list.filter(v, condition) -> list"},
        {"cel.bind", "cel.bind(v, value, expression)"},
    };
    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        take(context, slice_of(offered[i][0]), slice_of(offered[i][1]));
    }
}

static const struct list_macro *find_list_macro(const struct syntax *call) {
    for (size_t i = 0; i < sizeof list_macros / sizeof list_macros[0]; i++) {
        const struct list_macro *macro = &list_macros[i];
        if (slice_is(call->name, macro->name) &&
            call->call.arguments.count == macro->variable_count + macro->expression_count) {
            return macro;
        }
    }
    return NULL;
}

static struct syntax *expand_list_macro(struct parser *parser, struct syntax *call,
                                        const struct list_macro *macro) {
    uint32_t count = call->call.arguments.count;
    for (uint32_t i = 0; i < macro->variable_count; i++) {
        if (!is_simple_name(argument(call, i))) {
            return refuse(parser, argument(call, i), "a variable of a macro is a simple name");
        }
    }
    bool has_second = macro->variable_count == 2;
    if (has_second && slice_equal(argument(call, 0)->name, argument(call, 1)->name)) {
        return refuse(parser, argument(call, 1), "the two variables need different names");
    }
    struct syntax *loop = parser_new(parser, SYNTAX_COMPREHENSION, call->start, call->end);
    loop->name = call->name;
    loop->name_start = call->name_start;
    loop->name_end = call->name_end;
    loop->comprehension.kind = macro->kind;
    loop->comprehension.has_second = has_second;
    loop->comprehension.first = argument(call, 0)->name;
    loop->comprehension.second = has_second ? argument(call, 1)->name : SLICE("");
    loop->comprehension.range = call->call.target;
    loop->comprehension.condition = macro->expression_count == 2 ? argument(call, count - 2) : NULL;
    loop->comprehension.result = argument(call, count - 1);
    syntax_hold(loop, loop->comprehension.range);
    syntax_hold(loop, loop->comprehension.condition);
    syntax_hold(loop, loop->comprehension.result);
    return loop;
}

static struct syntax *new_bind(struct parser *parser, const struct syntax *call, uint32_t count,
                               const Slice *names, struct syntax *const *inits,
                               struct syntax *body) {
    struct syntax *bind = parser_new(parser, SYNTAX_BIND, call->start, call->end);
    bind->bind.count = count;
    bind->bind.names = names;
    bind->bind.inits = inits;
    bind->bind.body = body;
    for (uint32_t i = 0; i < count; i++) {
        syntax_hold(bind, inits[i]);
    }
    syntax_hold(bind, body);
    return bind;
}

static struct syntax *expand_bind(struct parser *parser, struct syntax *call) {
    if (!is_simple_name(argument(call, 0))) {
        return refuse(parser, argument(call, 0), "cel.bind() takes a simple name first");
    }
    return new_bind(parser, call, 1, &argument(call, 0)->name, &call->call.arguments.at[1],
                    argument(call, 2));
}

static struct syntax *expand_block(struct parser *parser, struct syntax *call) {
    struct syntax *list = argument(call, 0);
    if (list->kind != SYNTAX_LIST) {
        return refuse(parser, list, "cel.block() takes a list of expressions first");
    }
    uint32_t count = list->items.values.count;
    Slice *names = ARENA_ARRAY(parser_arena(parser), Slice, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = arena_printf(parser_arena(parser), "@index%u", i);
    }
    return new_bind(parser, call, count, names, list->items.values.at, argument(call, 1));
}

// cel.index(2) and its kin: whole numbers that make up a name.
static struct syntax *expand_numbered_name(struct parser *parser, struct syntax *call,
                                           const char *prefix) {
    struct syntax *name = parser_new(parser, SYNTAX_NAME, call->start, call->end);
    name->name = slice_of(prefix);
    name->name_start = call->start;
    name->name_end = call->end;
    for (uint32_t i = 0; i < call->call.arguments.count; i++) {
        const struct syntax *number = argument(call, i);
        if (number->kind != SYNTAX_LITERAL || number->literal.kind != VALUE_INT ||
            number->literal.integer < 0) {
            return refuse(parser, number, "a whole number is expected here");
        }
        name->name = arena_printf(parser_arena(parser), "%.*s%s%lld", SLICE_ARGS(name->name),
                                  i > 0 ? ":" : "", (long long)number->literal.integer);
    }
    return name;
}

static struct syntax *expand_cel(struct parser *parser, struct syntax *call) {
    uint32_t count = call->call.arguments.count;
    if (slice_is(call->name, "bind") && count == 3) {
        return expand_bind(parser, call);
    }
    if (slice_is(call->name, "block") && count == 2) {
        return expand_block(parser, call);
    }
    if (slice_is(call->name, "index") && count == 1) {
        return expand_numbered_name(parser, call, "@index");
    }
    if (slice_is(call->name, "iterVar") && count == 2) {
        return expand_numbered_name(parser, call, "@it:");
    }
    if (slice_is(call->name, "accuVar") && count == 2) {
        return expand_numbered_name(parser, call, "@ac:");
    }
    return call;
}

struct syntax *macro_expand(struct parser *parser, struct syntax *call) {
    const struct syntax *target = call->call.target;
    if (target == NULL) {
        bool is_has = slice_is(call->name, "has") && call->call.arguments.count == 1;
        return is_has ? expand_has(parser, call) : call;
    }
    if (is_simple_name(target) && slice_is(target->name, "cel")) {
        return expand_cel(parser, call);
    }
    const struct list_macro *macro = find_list_macro(call);
    return macro == NULL ? call : expand_list_macro(parser, call, macro);
}
