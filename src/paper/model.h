#pragma once
// Model: a paper as its writers see it. All texts are clean, all counts within their limits.

#include "base/vec.h"
#include "paper/paper.h"
#include "paper/text.h"

typedef enum BlockKind {
    BLOCK_TITLE,
    BLOCK_SUBTITLE,
    BLOCK_HEADING,
    BLOCK_PARAGRAPH,
    BLOCK_LIST,
    BLOCK_CALLOUT,
    BLOCK_PAIRS,
    BLOCK_TABLE,
    BLOCK_FIGURE,
    BLOCK_RED_HEAD,
    BLOCK_SIGNATURE,
    BLOCK_PAGE,
} BlockKind;

struct block_table {
    struct paper_column *columns;
    uint32_t column_count;
    VEC(Slice) cells;     // row after row
    VEC(uint32_t) totals; // rows that are sums, in order
    uint32_t row_count;
};

struct block {
    BlockKind kind;
    Slice text;      // title, heading, paragraph, caption, callout, issuer
    uint32_t number; // of tables and figures with a caption, from 1; level of headings
    union {
        struct {
            unsigned how;
            const Span *bold;
            uint32_t bold_count;
        } paragraph;
        struct {
            const Slice *items;
            uint32_t count;
            bool numbered;
        } list;
        struct {
            PaperCallout kind;
            Slice title;
        } callout;
        struct {
            const PaperPair *pairs;
            uint32_t count, across;
        } pairs;
        struct block_table *table;
        const struct figure *figure;
        const struct paper_red_head *red;
        int64_t date_us;
        bool across; // of a page
    };
};

struct paper {
    struct arena arena;
    struct paper_head head;
    VEC(struct block) blocks;
    uint32_t tables, figures; // with a caption, so far
    const char *over;         // the limit that was passed first, or NULL
};

// Whether the paper is whole: PA002 when something was left out.
MUST_USE Status paper_check(const struct paper *paper, struct arena *arena, struct diag *diag);
// "表 3　各机构涉案账户", "Table 3. ..."; empty for what has no caption.
Slice paper_caption(const struct paper *paper, const struct block *block, struct arena *arena);
// 某银反诈〔2026〕7号; empty when there is none.
Slice paper_number(const struct paper_red_head *red, struct arena *arena);
// 2026年7月1日, 1 July 2026.
Slice paper_date(const struct paper *paper, int64_t date_us, struct arena *arena);
// Whether a row is a sum; `*at` goes through the totals beside the rows.
static inline bool table_is_total(const struct block_table *table, uint32_t row, uint32_t *at) {
    while (*at < table->totals.count && table->totals.at[*at] < row) {
        ++*at;
    }
    return *at < table->totals.count && table->totals.at[*at] == row;
}
