// Words of the fields of cases, and of the kinds of facts, from their lists.

#include "response/cases/private.h"

const struct case_word case_words[] = {
#define WORD(list, name, zh, en) {CASE_LIST_##list, #name, zh, en},
#include "response/cases/case_words.def"
#undef WORD
#define STATE(name, moves, zh, en) {CASE_LIST_STATE, #name, zh, en},
#include "response/cases/case_states.def"
#undef STATE
#define BOND(name, strength, parties_max, zh, en) {CASE_LIST_BOND, #name, zh, en},
#include "response/cases/bond_kinds.def"
#undef BOND
#define X(name, zh, en) {CASE_LIST_PLACE, #name, zh, en},
    PLACES(X)
#undef X
#define X(name, zh, en) {CASE_LIST_MOVED, #name, zh, en},
        MOVED(X)
#undef X
#define X(name, zh, en) {CASE_LIST_NODE, #name, zh, en},
            GANG_NODES(X)
#undef X
};
const uint32_t case_word_count = sizeof case_words / sizeof case_words[0];

const struct case_word *case_word_find(CaseWordList list, Slice word) {
    for (uint32_t i = 0; i < case_word_count; i++) {
        if (case_words[i].list == list && slice_is(word, case_words[i].word)) {
            return &case_words[i];
        }
    }
    return NULL;
}

Status case_word_check(struct book *book, CaseWordList list, const char *what, Slice word) {
    struct buf known;
    if (case_word_find(list, word) != NULL) {
        return STATUS_OK;
    }
    buf_init(&known, 1 << 12);
    for (uint32_t i = 0; i < case_word_count; i++) {
        if (case_words[i].list == list) {
            buf_printf(&known, "%s%s", known.size > 0 ? ", " : "", case_words[i].word);
        }
    }
    Status status =
        book_fail(book, STATUS_INVALID, "CA002", "'%.*s' is no %s", SLICE_ARGS(word), what);
    book->diag->hint = arena_printf(book->arena, "one of %.*s", SLICE_ARGS(buf_slice(&known)));
    buf_deinit(&known);
    return status;
}

// ---- words of enums ----------------------------------------------------------------------------

Slice place_word(MoneyPlace place) {
    static const char *const words[] = {
#define X(name, zh, en) #name,
        PLACES(X)
#undef X
    };
    return slice_of(words[place]);
}

Slice moved_word(Moved moved) {
    static const char *const words[] = {
#define X(name, zh, en) #name,
        MOVED(X)
#undef X
    };
    return slice_of(words[moved]);
}

Slice party_word(PartyKind kind) {
    return kind == PARTY_ACCOUNT ? SLICE("ACCOUNT") : SLICE("CUSTOMER");
}

Slice bond_word(BondKind kind) {
    static const char *const words[] = {
#define BOND(name, strength, parties_max, zh, en) #name,
#include "response/cases/bond_kinds.def"
#undef BOND
    };
    return slice_of(words[kind]);
}

Slice gang_node_word(GangNodeKind kind) {
    static const char *const words[] = {
#define X(name, zh, en) #name,
        GANG_NODES(X)
#undef X
    };
    return slice_of(words[kind]);
}

bool place_parse(Slice word, MoneyPlace *ret_place) {
    for (uint32_t i = 0; i < PLACE_COUNT; i++) {
        if (slice_equal(word, place_word((MoneyPlace)i))) {
            *ret_place = (MoneyPlace)i;
            return true;
        }
    }
    return false;
}

bool bond_parse(Slice word, BondKind *ret_kind) {
    for (uint32_t i = 0; i < BOND_KIND_COUNT; i++) {
        if (slice_equal(word, bond_word((BondKind)i))) {
            *ret_kind = (BondKind)i;
            return true;
        }
    }
    return false;
}
