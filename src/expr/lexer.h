#pragma once
// Lexer: the text of an expression cut into tokens, one at a time. It knows literals, with their
// escapes already resolved, names, and punctuation; keywords are names here, and the parser tells
// them apart.

#include "expr/report.h"

typedef enum TokenKind {
    TOKEN_END,
    TOKEN_BAD, // reported already
    TOKEN_NAME,
    TOKEN_QUOTED_NAME, // `in backticks`: only a field
    TOKEN_INT,         // magnitude: the sign is an operator
    TOKEN_UINT,
    TOKEN_DOUBLE,
    TOKEN_STRING,
    TOKEN_BYTES,
    TOKEN_PUNCTUATION,
} TokenKind;

struct token {
    TokenKind kind;
    uint32_t start;
    uint32_t end;
    Slice text; // a name; punctuation; the contents of a text
    uint64_t magnitude;
    double number;
};

struct lexer {
    Slice text;
    uint32_t at;
    struct arena *arena;
    struct report *report;
    char *scratch; // as large as the text
};

void lexer_init(struct lexer *lexer, Slice text, struct arena *arena, struct report *report);
struct token lexer_next(struct lexer *lexer);
