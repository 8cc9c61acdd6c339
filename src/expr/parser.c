// Parser: recursive descent for what nests, precedence climbing for the binary operators, so that a
// level of parentheses costs five C frames and not ten. The first syntax error ends it: what
// follows would be guesses.
//
//     expr     = binary ["?" binary ":" expr]
//     binary   = unary {operator unary}        || < && < relations, in < + - < * / %
//     unary    = {"!"} member | {"-"} member
//     member   = primary {"." ["?"] name ["(" args ")"] | "[" ["?"] expr "]"}
//     primary  = literal | ["."] name ["(" args ")"] | "(" expr ")" | list | map
//
// && and || gather all their operands into one call. Nesting is counted in frames while reading
// (which stops "((((" early) and as the height of the tree (which stops "1+1+1+...").

#include "expr/lexer.h"
#include "expr/syntax.h"

struct parser {
    struct lexer lexer;
    struct token token; // the one that is looked at
    struct arena *arena;
    struct report *report;
    uint32_t depth;
    uint32_t last_end; // of the token before
    bool has_macros;
};

static struct syntax *parse_expression(struct parser *parser);

struct arena *parser_arena(struct parser *parser) {
    return parser->arena;
}

struct report *parser_report(struct parser *parser) {
    return parser->report;
}

struct syntax *parser_new(struct parser *parser, SyntaxKind kind, uint32_t start, uint32_t end) {
    struct syntax *syntax = ARENA_NEW(parser->arena, struct syntax);
    syntax->kind = kind;
    syntax->start = start;
    syntax->end = end;
    syntax->height = 1;
    return syntax;
}

void syntax_hold(struct syntax *syntax, const struct syntax *child) {
    if (child != NULL && child->height >= syntax->height) {
        syntax->height = child->height + 1;
    }
}

static void advance(struct parser *parser) {
    parser->last_end = parser->token.end;
    parser->token = lexer_next(&parser->lexer);
}

static bool at(const struct parser *parser, const char *punctuation) {
    return parser->token.kind == TOKEN_PUNCTUATION && slice_is(parser->token.text, punctuation);
}

static bool at_word(const struct parser *parser, const char *word) {
    return parser->token.kind == TOKEN_NAME && slice_is(parser->token.text, word);
}

static bool accept(struct parser *parser, const char *punctuation) {
    bool is_there = at(parser, punctuation);
    if (is_there) {
        advance(parser);
    }
    return is_there;
}

// Reports that something else was expected here; says NULL so that callers can return it.
static struct syntax *unexpected(struct parser *parser, const char *expected) {
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_BAD) {
        return NULL;
    }
    if (token->kind == TOKEN_END) {
        report_error(parser->report, ERROR_SYNTAX, token->start, token->end,
                     "the expression ends where %s is expected", expected);
        return NULL;
    }
    enum { SHOWN_MAX = 40 };
    size_t size = token->end - token->start;
    Slice text = slice_part(parser->lexer.text, token->start, size > SHOWN_MAX ? SHOWN_MAX : size);
    report_error(parser->report, ERROR_SYNTAX, token->start, token->end,
                 "%s is expected here, not '%.*s'", expected, SLICE_ARGS(text));
    return NULL;
}

static bool expect(struct parser *parser, const char *punctuation, const char *expected) {
    if (accept(parser, punctuation)) {
        return true;
    }
    unexpected(parser, expected);
    return false;
}

static struct syntax *too_deep(struct parser *parser, uint32_t start, uint32_t end) {
    report_error(parser->report, ERROR_LIMIT, start, end,
                 "the expression is nested more than %d levels deep", EXPR_DEPTH_MAX);
    return NULL;
}

// Gives back a finished node, or NULL where it is too high.
static struct syntax *finish(struct parser *parser, struct syntax *syntax) {
    if (syntax->height > EXPR_DEPTH_MAX) {
        return too_deep(parser, syntax->start, syntax->end);
    }
    return syntax;
}

static void add_argument(struct parser *parser, struct syntax *call, struct syntax *argument) {
    *VEC_PUSH(&call->call.arguments, parser->arena) = argument;
    syntax_hold(call, argument);
}

static struct syntax *new_operator(struct parser *parser, ExprOp op, struct syntax *left,
                                   struct syntax *right, uint32_t end) {
    struct syntax *call = parser_new(parser, SYNTAX_CALL, left->start, end);
    call->call.op = op;
    call->name = expr_op_text(op);
    add_argument(parser, call, left);
    if (right != NULL) {
        add_argument(parser, call, right);
    }
    return call;
}

// Items up to the closing bracket. `is_optional` is NULL where `?` is not allowed.
static bool parse_items(struct parser *parser, const char *closing, struct syntax *holder,
                        SyntaxList *items, FlagList *is_optional) {
    while (!at(parser, closing)) {
        bool optional = is_optional != NULL && accept(parser, "?");
        struct syntax *item = parse_expression(parser);
        if (item == NULL) {
            return false;
        }
        *VEC_PUSH(items, parser->arena) = item;
        syntax_hold(holder, item);
        if (is_optional != NULL) {
            *VEC_PUSH(is_optional, parser->arena) = optional;
        }
        if (!accept(parser, ",")) {
            break;
        }
        bool is_call = is_optional == NULL; // lists may end with a comma, calls may not
        if (is_call && at(parser, closing)) {
            unexpected(parser, "an argument");
            return false;
        }
    }
    return expect(parser, closing, slice_is(SLICE(")"), closing) ? "')' or ','" : "']' or ','");
}

static struct syntax *parse_list(struct parser *parser) {
    struct syntax *list = parser_new(parser, SYNTAX_LIST, parser->token.start, 0);
    advance(parser);
    if (!parse_items(parser, "]", list, &list->items.values, &list->items.is_optional)) {
        return NULL;
    }
    list->end = parser->last_end;
    return finish(parser, list);
}

static bool parse_entry(struct parser *parser, struct syntax *map) {
    *VEC_PUSH(&map->items.is_optional, parser->arena) = accept(parser, "?");
    struct syntax *key = parse_expression(parser);
    if (key == NULL || !expect(parser, ":", "':' and a value")) {
        return false;
    }
    struct syntax *value = parse_expression(parser);
    if (value == NULL) {
        return false;
    }
    *VEC_PUSH(&map->items.keys, parser->arena) = key;
    *VEC_PUSH(&map->items.values, parser->arena) = value;
    syntax_hold(map, key);
    syntax_hold(map, value);
    return true;
}

static struct syntax *parse_map(struct parser *parser) {
    struct syntax *map = parser_new(parser, SYNTAX_MAP, parser->token.start, 0);
    advance(parser);
    while (!at(parser, "}")) {
        if (!parse_entry(parser, map)) {
            return NULL;
        }
        if (!accept(parser, ",")) {
            break;
        }
    }
    if (!expect(parser, "}", "'}' or ','")) {
        return NULL;
    }
    map->end = parser->last_end;
    return finish(parser, map);
}

static struct syntax *new_literal(struct parser *parser, struct value value) {
    struct syntax *literal =
        parser_new(parser, SYNTAX_LITERAL, parser->token.start, parser->token.end);
    literal->literal = value;
    advance(parser);
    return literal;
}

// A number, with the minus sign that stood before it from `start` on.
static struct syntax *parse_number(struct parser *parser, bool negative, uint32_t start) {
    const struct token *token = &parser->token;
    struct value value;
    uint64_t most = (uint64_t)INT64_MAX + negative;
    if (token->kind == TOKEN_INT && token->magnitude > most) {
        report_error(parser->report, ERROR_NUMBER, start, token->end,
                     "the number does not fit an int, which ends at %lld", (long long)INT64_MAX);
        return NULL;
    }
    if (token->kind == TOKEN_INT) {
        value = value_int((int64_t)(negative ? 0 - token->magnitude : token->magnitude));
    } else if (token->kind == TOKEN_UINT) {
        value = value_uint(token->magnitude);
    } else {
        value = value_double(negative ? -token->number : token->number);
    }
    struct syntax *literal = new_literal(parser, value);
    literal->start = start;
    return literal;
}

static bool is_reserved(Slice name) {
    static const char *const words[] = {
        "as",  "break", "const", "continue", "else",      "false",  "for",
        "if",  "in",    "let",   "function", "import",    "loop",   "null",
        "var", "void",  "while", "package",  "namespace", "return", "true",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_is(name, words[i])) {
            return true;
        }
    }
    return false;
}

// Behind the opening parenthesis of a call.
static struct syntax *finish_call(struct parser *parser, struct syntax *call) {
    if (!parse_items(parser, ")", call, &call->call.arguments, NULL)) {
        return NULL;
    }
    call->end = parser->last_end;
    struct syntax *expanded = parser->has_macros ? macro_expand(parser, call) : call;
    return expanded == NULL ? NULL : finish(parser, expanded);
}

static struct syntax *refuse_message(struct parser *parser, uint32_t start) {
    report_error(parser->report, ERROR_MESSAGE, start, parser->token.end,
                 "protobuf messages are not supported");
    return NULL;
}

static bool is_qualified_name(const struct syntax *syntax) {
    while (syntax->kind == SYNTAX_SELECT) {
        syntax = syntax->operand;
    }
    return syntax->kind == SYNTAX_NAME;
}

static struct syntax *parse_name(struct parser *parser) {
    uint32_t start = parser->token.start;
    bool is_rooted = accept(parser, ".");
    struct token name = parser->token;
    if (name.kind != TOKEN_NAME) {
        return unexpected(parser, "a name");
    }
    if (is_reserved(name.text)) {
        report_error(parser->report, ERROR_RESERVED, name.start, name.end,
                     "'%.*s' is a reserved word", SLICE_ARGS(name.text));
        return NULL;
    }
    advance(parser);
    bool is_call = accept(parser, "(");
    struct syntax *syntax =
        parser_new(parser, is_call ? SYNTAX_CALL : SYNTAX_NAME, start, name.end);
    syntax->name = name.text;
    syntax->name_start = name.start;
    syntax->name_end = name.end;
    if (is_call) {
        syntax->call.op = OP_HOST;
        syntax->call.is_rooted = is_rooted;
        return finish_call(parser, syntax);
    }
    syntax->is_rooted = is_rooted;
    return syntax;
}

static struct syntax *parse_parentheses(struct parser *parser) {
    advance(parser);
    struct syntax *inner = parse_expression(parser);
    return inner != NULL && expect(parser, ")", "')'") ? inner : NULL;
}

static struct syntax *parse_primary(struct parser *parser) {
    const struct token *token = &parser->token;
    switch (token->kind) {
    case TOKEN_INT:
    case TOKEN_UINT:
    case TOKEN_DOUBLE:
        return parse_number(parser, false, token->start);
    case TOKEN_STRING:
        return new_literal(parser, value_string(token->text));
    case TOKEN_BYTES:
        return new_literal(parser, value_bytes(token->text));
    case TOKEN_NAME:
        if (at_word(parser, "true") || at_word(parser, "false")) {
            return new_literal(parser, value_bool(at_word(parser, "true")));
        }
        if (at_word(parser, "null")) {
            return new_literal(parser, (struct value){.kind = VALUE_NULL});
        }
        return parse_name(parser);
    default:
        break;
    }
    if (at(parser, "(")) {
        return parse_parentheses(parser);
    }
    if (at(parser, "[")) {
        return parse_list(parser);
    }
    if (at(parser, "{")) {
        return parse_map(parser);
    }
    if (at(parser, ".")) {
        return parse_name(parser);
    }
    return unexpected(parser, "an expression");
}

static struct syntax *string_literal(struct parser *parser, const struct token *name) {
    struct syntax *literal = parser_new(parser, SYNTAX_LITERAL, name->start, name->end);
    literal->literal = value_string(name->text);
    return literal;
}

// Behind the point: .name, .name(...), .?name
static struct syntax *parse_selection(struct parser *parser, struct syntax *operand) {
    bool is_optional = accept(parser, "?");
    struct token name = parser->token;
    bool is_keyword = at_word(parser, "true") || at_word(parser, "false") ||
                      at_word(parser, "null") || at_word(parser, "in");
    if ((name.kind != TOKEN_NAME && name.kind != TOKEN_QUOTED_NAME) || is_keyword) {
        return unexpected(parser, "a field name");
    }
    advance(parser);
    if (is_optional) {
        return new_operator(parser, OP_OPTIONAL_SELECT, operand, string_literal(parser, &name),
                            name.end);
    }
    bool is_call = name.kind == TOKEN_NAME && accept(parser, "(");
    struct syntax *syntax =
        parser_new(parser, is_call ? SYNTAX_CALL : SYNTAX_SELECT, operand->start, name.end);
    syntax->name = name.text;
    syntax->name_start = name.start;
    syntax->name_end = name.end;
    syntax_hold(syntax, operand);
    if (is_call) {
        syntax->call.op = OP_HOST;
        syntax->call.target = operand;
        return finish_call(parser, syntax);
    }
    syntax->operand = operand;
    return syntax;
}

static struct syntax *parse_index(struct parser *parser, struct syntax *operand) {
    bool is_optional = accept(parser, "?");
    struct syntax *index = parse_expression(parser);
    if (index == NULL || !expect(parser, "]", "']'")) {
        return NULL;
    }
    return new_operator(parser, is_optional ? OP_OPTIONAL_INDEX : OP_INDEX, operand, index,
                        parser->last_end);
}

static struct syntax *parse_suffixes(struct parser *parser, struct syntax *member) {
    while (member != NULL) {
        if (accept(parser, ".")) {
            member = parse_selection(parser, member);
        } else if (accept(parser, "[")) {
            member = parse_index(parser, member);
        } else if (at(parser, "{") && is_qualified_name(member)) {
            member = refuse_message(parser, member->start);
        } else {
            break;
        }
        member = member == NULL ? NULL : finish(parser, member);
    }
    return member;
}

static bool at_number(const struct parser *parser) {
    return parser->token.kind == TOKEN_INT || parser->token.kind == TOKEN_DOUBLE;
}

// A run of ! or of -, which do not mix.
static struct syntax *parse_unary(struct parser *parser) {
    if (!at(parser, "!") && !at(parser, "-")) {
        struct syntax *primary = parse_primary(parser);
        return parse_suffixes(parser, primary);
    }
    uint32_t start = parser->token.start;
    bool is_minus = accept(parser, "-");
    if (is_minus && at_number(parser)) {
        return parse_suffixes(parser, parse_number(parser, true, start));
    }
    if (!is_minus) {
        advance(parser);
    }
    if (at(parser, is_minus ? "!" : "-")) {
        return unexpected(parser, "an expression");
    }
    if (++parser->depth > EXPR_DEPTH_MAX) {
        return too_deep(parser, start, parser->token.end);
    }
    struct syntax *operand = parse_unary(parser);
    parser->depth--;
    if (operand == NULL) {
        return NULL;
    }
    struct syntax *call =
        new_operator(parser, is_minus ? OP_NEGATE : OP_NOT, operand, NULL, operand->end);
    call->start = start;
    return finish(parser, call);
}

struct binary_operator {
    const char *text;
    ExprOp op;
    int precedence;
};

enum { PRECEDENCE_LOWEST = 1 };

static const struct binary_operator *at_binary(const struct parser *parser) {
    static const struct binary_operator operators[] = {
        {"||", OP_OR, 1},          {"&&", OP_AND, 2},      {"==", OP_EQUAL, 3},
        {"!=", OP_NOT_EQUAL, 3},   {"<", OP_LESS, 3},      {"<=", OP_LESS_EQUAL, 3},
        {">", OP_GREATER, 3},      {">=", OP_GREATER_EQUAL, 3}, {"in", OP_IN, 3},
        {"+", OP_ADD, 4},          {"-", OP_SUBTRACT, 4},  {"*", OP_MULTIPLY, 5},
        {"/", OP_DIVIDE, 5},       {"%", OP_REMAINDER, 5},
    };
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (at(parser, operators[i].text) ||
            (operators[i].op == OP_IN && at_word(parser, "in"))) {
            return &operators[i];
        }
    }
    return NULL;
}

// `a && b` and another operand of the same operator: one call of three.
static bool gathers(const struct syntax *left, const struct syntax *first, ExprOp op) {
    return (op == OP_AND || op == OP_OR) && left != first && left->kind == SYNTAX_CALL &&
           left->call.op == op;
}

static struct syntax *parse_binary(struct parser *parser, int lowest) {
    struct syntax *first = parse_unary(parser);
    struct syntax *left = first;
    while (left != NULL) {
        const struct binary_operator *infix = at_binary(parser);
        if (infix == NULL || infix->precedence < lowest) {
            return left;
        }
        struct token token = parser->token;
        advance(parser);
        struct syntax *right = parse_binary(parser, infix->precedence + 1);
        if (right == NULL) {
            return NULL;
        }
        if (gathers(left, first, infix->op)) {
            add_argument(parser, left, right);
            left->end = right->end;
        } else {
            left = new_operator(parser, infix->op, left, right, right->end);
            left->name_start = token.start;
            left->name_end = token.end;
        }
        left = finish(parser, left);
    }
    return NULL;
}

static struct syntax *parse_conditional(struct parser *parser, struct syntax *condition) {
    struct syntax *yes = parse_binary(parser, PRECEDENCE_LOWEST);
    if (yes == NULL || !expect(parser, ":", "':'")) {
        return NULL;
    }
    struct syntax *no = parse_expression(parser);
    if (no == NULL) {
        return NULL;
    }
    struct syntax *call = new_operator(parser, OP_CONDITIONAL, condition, yes, no->end);
    add_argument(parser, call, no);
    return finish(parser, call);
}

static struct syntax *parse_expression(struct parser *parser) {
    if (++parser->depth > EXPR_DEPTH_MAX) {
        return too_deep(parser, parser->token.start, parser->token.end);
    }
    struct syntax *expression = parse_binary(parser, PRECEDENCE_LOWEST);
    if (expression != NULL && accept(parser, "?")) {
        expression = parse_conditional(parser, expression);
    }
    parser->depth--;
    return expression;
}

struct syntax *syntax_parse(const struct expr_text *text, bool has_macros, struct arena *arena,
                            struct report *report) {
    if (text->text.size > EXPR_TEXT_MAX) {
        report_error(report, ERROR_LIMIT, 0, 0, "the expression is longer than %d bytes",
                     EXPR_TEXT_MAX);
        return NULL;
    }
    struct parser parser = {.arena = arena, .report = report, .has_macros = has_macros};
    lexer_init(&parser.lexer, text->text, arena, report);
    advance(&parser);
    struct syntax *expression = parse_expression(&parser);
    if (expression != NULL && parser.token.kind != TOKEN_END) {
        return unexpected(&parser, "an operator or the end");
    }
    return expression;
}
