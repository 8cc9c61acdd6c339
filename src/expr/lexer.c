#include "expr/lexer.h"

#include "base/utf8.h"
#include "expr/numeral.h"

#include <math.h>

static char byte_at(const struct lexer *lexer, uint32_t at) {
    return at < lexer->text.size ? lexer->text.at[at] : '\0';
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_name_start(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static void skip_blanks(struct lexer *lexer) {
    while (lexer->at < lexer->text.size) {
        char byte = byte_at(lexer, lexer->at);
        if (byte == '/' && byte_at(lexer, lexer->at + 1) == '/') {
            lexer->at = (uint32_t)slice_find_byte(lexer->text, '\n', lexer->at);
        } else if (byte == ' ' || (byte >= '\t' && byte <= '\r' && byte != '\v')) {
            lexer->at++;
        } else {
            return;
        }
    }
}

static struct token bad(struct lexer *lexer, uint32_t start) {
    lexer->at = (uint32_t)lexer->text.size;
    return (struct token){.kind = TOKEN_BAD, .start = start, .end = start};
}

static uint32_t skip_digits(const struct lexer *lexer, uint32_t at) {
    while (is_digit(byte_at(lexer, at))) {
        at++;
    }
    return at;
}

// Moves behind the fraction and exponent, if there are any. False when the number is whole.
static bool skip_fraction(struct lexer *lexer) {
    bool is_fraction = false;
    if (byte_at(lexer, lexer->at) == '.' && is_digit(byte_at(lexer, lexer->at + 1))) {
        lexer->at = skip_digits(lexer, lexer->at + 1);
        is_fraction = true;
    }
    if ((byte_at(lexer, lexer->at) | 0x20) == 'e') {
        uint32_t at = lexer->at + 1;
        at += byte_at(lexer, at) == '+' || byte_at(lexer, at) == '-';
        if (is_digit(byte_at(lexer, at))) {
            lexer->at = skip_digits(lexer, at);
            is_fraction = true;
        }
    }
    return is_fraction;
}

static bool skip_unsigned_suffix(struct lexer *lexer) {
    bool has_suffix = (byte_at(lexer, lexer->at) | 0x20) == 'u';
    lexer->at += has_suffix;
    return has_suffix;
}

static struct token lex_number(struct lexer *lexer) {
    struct token token = {.kind = TOKEN_INT, .start = lexer->at};
    bool is_hex = byte_at(lexer, lexer->at) == '0' && (byte_at(lexer, lexer->at + 1) | 0x20) == 'x';
    uint32_t digits = lexer->at + (is_hex ? 2 : 0);
    lexer->at = digits;
    if (is_hex) {
        uint64_t ignored;
        while (numeral_parse_digits(slice_part(lexer->text, lexer->at, 1), 16, &ignored)) {
            lexer->at++;
        }
    } else {
        lexer->at = skip_digits(lexer, lexer->at);
    }
    Slice text = slice_part(lexer->text, digits, lexer->at - digits);
    bool is_good;
    if (!is_hex && skip_fraction(lexer)) {
        token.kind = TOKEN_DOUBLE;
        text = slice_part(lexer->text, digits, lexer->at - digits);
        is_good = numeral_parse_double(text, &token.number) && isfinite(token.number);
    } else {
        is_good = numeral_parse_digits(text, is_hex ? 16 : 10, &token.magnitude);
        token.kind = skip_unsigned_suffix(lexer) ? TOKEN_UINT : TOKEN_INT;
    }
    token.end = lexer->at;
    if (!is_good) {
        report_error(lexer->report, ERROR_NUMBER, token.start, token.end,
                     "%.*s is not a number that fits",
                     SLICE_ARGS(slice_part(lexer->text, token.start, token.end - token.start)));
        return bad(lexer, token.start);
    }
    return token;
}

// A text literal as it is being read.
struct literal {
    bool is_raw;
    bool is_bytes;
    bool is_triple;
    char quote;
    char *out; // the lexer's scratch: no escape is shorter than what it stands for
    size_t size;
};

static struct token bad_text(struct lexer *lexer, uint32_t start, uint32_t end, const char *what) {
    report_error(lexer->report, ERROR_TEXT, start, end, "%s", what);
    return bad(lexer, start);
}

static void put_rune(struct literal *literal, uint32_t rune) {
    literal->size += utf8_put(rune, literal->out + literal->size);
}

// `count` digits after an escape's letter; UINT32_MAX when they are not there.
static uint32_t escape_digits(struct lexer *lexer, uint32_t count, uint64_t base) {
    Slice digits = slice_part(lexer->text, lexer->at, count);
    uint64_t value;
    if (digits.size < count || !numeral_parse_digits(digits, base, &value)) {
        return UINT32_MAX;
    }
    lexer->at += count;
    return (uint32_t)value;
}

static int simple_escape(char letter) {
    switch (letter) {
    case 'a':
        return '\a';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
        return letter;
    default:
        return -1;
    }
}

// Behind the backslash. In bytes \x and octals are bytes; in texts they are characters.
static bool lex_escape(struct lexer *lexer, struct literal *literal) {
    char letter = byte_at(lexer, lexer->at);
    int simple = simple_escape(letter);
    if (simple >= 0) {
        lexer->at++;
        literal->out[literal->size++] = (char)simple;
        return true;
    }
    uint32_t rune;
    bool is_character = letter == 'u' || letter == 'U';
    if (letter == 'x' || letter == 'X' || is_character) {
        lexer->at++;
        rune = escape_digits(lexer, letter == 'U' ? 8 : letter == 'u' ? 4 : 2, 16);
    } else if (letter >= '0' && letter <= '3') {
        rune = escape_digits(lexer, 3, 8);
    } else {
        return false;
    }
    bool is_surrogate = rune >= 0xd800 && rune <= 0xdfff;
    if (rune > 0x10ffff || is_surrogate || (is_character && literal->is_bytes)) {
        return false;
    }
    if (literal->is_bytes) {
        literal->out[literal->size++] = (char)rune;
    } else {
        put_rune(literal, rune);
    }
    return true;
}

static bool at_closing_quote(const struct lexer *lexer, const struct literal *literal) {
    uint32_t at = lexer->at;
    return byte_at(lexer, at) == literal->quote &&
           (!literal->is_triple || (byte_at(lexer, at + 1) == literal->quote &&
                                    byte_at(lexer, at + 2) == literal->quote));
}

// From the first quote on.
static struct token lex_text(struct lexer *lexer, uint32_t start, struct literal literal) {
    uint32_t at = lexer->at;
    literal.quote = byte_at(lexer, at);
    literal.is_triple =
        byte_at(lexer, at + 1) == literal.quote && byte_at(lexer, at + 2) == literal.quote;
    lexer->at += literal.is_triple ? 3 : 1;
    literal.out = lexer->scratch;
    while (!at_closing_quote(lexer, &literal)) {
        char byte = byte_at(lexer, lexer->at);
        bool is_line_end = byte == '\n' || byte == '\r';
        if (lexer->at >= lexer->text.size || (is_line_end && !literal.is_triple)) {
            return bad_text(lexer, start, lexer->at, "the text is not closed");
        }
        uint32_t escape = lexer->at++;
        if (byte != '\\' || literal.is_raw) {
            literal.out[literal.size++] = byte;
        } else if (!lex_escape(lexer, &literal)) {
            return bad_text(lexer, escape, escape + 2, "there is no such escape");
        }
    }
    lexer->at += literal.is_triple ? 3 : 1;
    return (struct token){
        .kind = literal.is_bytes ? TOKEN_BYTES : TOKEN_STRING,
        .start = start,
        .end = lexer->at,
        .text = arena_copy(lexer->arena, (Slice){literal.out, literal.size}),
    };
}

// Letters r and b before a quote. False when this is a name after all.
static bool lex_prefix(struct lexer *lexer, struct literal *literal) {
    uint32_t at = lexer->at;
    for (;; at++) {
        char byte = (char)(byte_at(lexer, at) | 0x20);
        if (byte == 'r' && !literal->is_raw) {
            literal->is_raw = true;
        } else if (byte == 'b' && !literal->is_bytes) {
            literal->is_bytes = true;
        } else {
            break;
        }
    }
    char quote = byte_at(lexer, at);
    if (quote != '"' && quote != '\'') {
        return false;
    }
    lexer->at = at;
    return true;
}

static struct token lex_name(struct lexer *lexer) {
    uint32_t start = lexer->at;
    while (is_name_start(byte_at(lexer, lexer->at)) || is_digit(byte_at(lexer, lexer->at))) {
        lexer->at++;
    }
    return (struct token){
        .kind = TOKEN_NAME,
        .start = start,
        .end = lexer->at,
        .text = slice_part(lexer->text, start, lexer->at - start),
    };
}

static bool is_quoted_name_byte(char byte) {
    return is_name_start(byte) || is_digit(byte) || byte == '.' || byte == '-' || byte == '/' ||
           byte == ' ';
}

static struct token lex_quoted_name(struct lexer *lexer) {
    uint32_t start = lexer->at++;
    while (is_quoted_name_byte(byte_at(lexer, lexer->at))) {
        lexer->at++;
    }
    if (byte_at(lexer, lexer->at) != '`' || lexer->at == start + 1) {
        return bad_text(lexer, start, lexer->at, "a name in backticks is not closed");
    }
    lexer->at++;
    return (struct token){
        .kind = TOKEN_QUOTED_NAME,
        .start = start,
        .end = lexer->at,
        .text = slice_part(lexer->text, start + 1, lexer->at - start - 2),
    };
}

static struct token lex_punctuation(struct lexer *lexer) {
    static const char *const doubles[] = {"&&", "||", "==", "!=", "<=", ">="};
    Slice singles = SLICE("+-*/%!<>?:.,()[]{}");
    uint32_t start = lexer->at;
    Slice two = slice_part(lexer->text, start, 2);
    uint32_t size = slice_find_byte(singles, lexer->text.at[start], 0) < singles.size;
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++) {
        size = slice_is(two, doubles[i]) ? 2 : size;
    }
    if (size == 0) {
        uint32_t rune;
        size_t end = start;
        end = utf8_next(lexer->text, &end, &rune) ? end : start + 1;
        report_error(lexer->report, ERROR_SYNTAX, start, (uint32_t)end,
                     "this character has no meaning here");
        return bad(lexer, start);
    }
    lexer->at += size;
    return (struct token){
        .kind = TOKEN_PUNCTUATION,
        .start = start,
        .end = lexer->at,
        .text = slice_part(lexer->text, start, size),
    };
}

struct token lexer_next(struct lexer *lexer) {
    skip_blanks(lexer);
    uint32_t start = lexer->at;
    if (start >= lexer->text.size) {
        return (struct token){.kind = TOKEN_END, .start = start, .end = start};
    }
    char byte = byte_at(lexer, start);
    struct literal literal = {0};
    if (byte == '"' || byte == '\'' || lex_prefix(lexer, &literal)) {
        return lex_text(lexer, start, literal);
    }
    if (is_name_start(byte)) {
        return lex_name(lexer);
    }
    if (is_digit(byte) || (byte == '.' && is_digit(byte_at(lexer, start + 1)))) {
        return lex_number(lexer);
    }
    if (byte == '`') {
        return lex_quoted_name(lexer);
    }
    return lex_punctuation(lexer);
}

void lexer_init(struct lexer *lexer, Slice text, struct arena *arena, struct report *report) {
    *lexer = (struct lexer){
        .text = text,
        .arena = arena,
        .report = report,
        .scratch = arena_alloc_raw(arena, text.size + 1),
    };
}
