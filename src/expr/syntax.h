#pragma once
// Syntax: the tree as it was written, names unresolved, macros already expanded. The parser makes
// it, the checker turns it into the checked tree of node.h.

#include "base/vec.h"
#include "expr/node.h"
#include "expr/report.h"

typedef enum SyntaxKind {
    SYNTAX_LITERAL,
    SYNTAX_NAME,   // a bare name, or with a leading point
    SYNTAX_SELECT, // operand.name
    SYNTAX_HAS,    // has(operand.name)
    SYNTAX_CALL,   // an operator, f(...) or target.f(...)
    SYNTAX_LIST,
    SYNTAX_MAP,
    SYNTAX_COMPREHENSION,
    SYNTAX_BIND,
} SyntaxKind;

struct syntax;
typedef VEC(struct syntax *) SyntaxList;
typedef VEC(bool) FlagList;

struct syntax {
    SyntaxKind kind;
    uint32_t start;
    uint32_t end;
    uint32_t height;
    uint32_t name_start; // of the name, for messages about it
    uint32_t name_end;
    Slice name;
    union {
        struct value literal;
        bool is_rooted; // SYNTAX_NAME: `.a`
        struct syntax *operand; // SYNTAX_SELECT, SYNTAX_HAS
        struct {
            ExprOp op;             // OP_HOST: a function called by its name
            bool is_rooted;        // .f(...)
            struct syntax *target; // NULL: f(...)
            SyntaxList arguments;  // the target is not among them
        } call;
        struct {
            SyntaxList keys; // of a map
            SyntaxList values;
            FlagList is_optional; // as many as there are values
        } items;
        struct {
            ComprehensionKind kind;
            bool has_second;
            Slice first;
            Slice second;
            struct syntax *range;
            struct syntax *condition; // or NULL
            struct syntax *result;
        } comprehension;
        struct {
            uint32_t count;
            const Slice *names;
            struct syntax *const *inits;
            struct syntax *body;
        } bind;
    };
};

// NULL when there was an error, which is reported.
struct syntax *syntax_parse(const struct expr_text *text, bool has_macros, struct arena *arena,
                            struct report *report);

// Between parser.c and macros.c.
struct parser;
struct syntax *parser_new(struct parser *parser, SyntaxKind kind, uint32_t start, uint32_t end);
struct arena *parser_arena(struct parser *parser);
struct report *parser_report(struct parser *parser);
// Makes the height of `syntax` at least that of `child` and one more.
void syntax_hold(struct syntax *syntax, const struct syntax *child);
// What a call that is a macro stands for; the call itself when it is none; NULL after an error.
// Those that authors write, with the shape of their arguments.
void macro_offer(void *context, void (*take)(void *context, Slice name, Slice signature));
struct syntax *macro_expand(struct parser *parser, struct syntax *call);
