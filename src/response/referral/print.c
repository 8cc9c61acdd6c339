// What the documents of a package have in common.

#include "response/referral/print.h"

#include <inttypes.h>

struct paper *print_begin(struct print *print, PaperForm form, Slice title) {
    const struct dossier *dossier = print->dossier;
    Slice mark = print_text(print, "%.*s　仅供办案使用%s", SLICE_ARGS(print_secrecy(print)),
                            dossier->is_masked  ? "　预览（已脱敏）"
                            : print->is_preview ? "　预览（未审批）"
                                                : "");
    Slice running = print_text(print, "线索移送材料　%.*s", SLICE_ARGS(print_number(print)));
    return paper_create(&(struct paper_head){.language = PAPER_ZH,
                                             .form = form,
                                             .title = title,
                                             .author = dossier->office->bank,
                                             .subject = SLICE("线索移送"),
                                             .running = running,
                                             .mark = mark,
                                             .made_us = dossier->row->approved_us == 0
                                                            ? dossier->row->since_us
                                                            : dossier->row->approved_us,
                                             .offset_us = dossier->office->terms->zone_us});
}

Status print_end(struct print *print, struct paper *paper, struct buf *out) {
    uint32_t pages = 0;
    Status status = print->is_pdf ? paper_write_pdf(paper, print->fonts, out, &pages, print->diag)
                                  : paper_write_html(paper, print->fonts, out, print->diag);
    paper_destroy(paper);
    print->pages += pages;
    return status;
}

Slice print_secrecy(const struct print *print) {
    Slice secrecy = print->dossier->row->secrecy;
    return slice_is(secrecy, "AML")       ? SLICE("反洗钱信息　严格保密")
           : slice_is(secrecy, "INSIDER") ? SLICE("内部敏感信息　严格保密")
                                          : SLICE("内部资料");
}

Slice print_number(const struct print *print) {
    return row_number(print->dossier->office, print->dossier->row, print->arena);
}

Slice print_text(struct print *print, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Slice text = arena_vprintf(print->arena, format, args);
    va_end(args);
    return text;
}

Slice print_moment(struct print *print, int64_t at_us) {
    return dossier_moment(print->dossier, at_us, print->arena);
}

Slice print_minute(struct print *print, int64_t at_us) {
    enum { MINUTE_SIZE = 16 };
    return slice_part(print_moment(print, at_us), 0, MINUTE_SIZE);
}

Slice print_day(struct print *print, int64_t at_us) {
    enum { DAY_SIZE = 10 };
    return slice_part(print_moment(print, at_us), 0, DAY_SIZE);
}

static Slice word_zh_of(Slice word) {
    static const struct {
        const char *word, *zh;
    } words[] = {
#define EVENT_WORD(word, zh) {word, zh},
#include "response/referral/event_words.def"
#undef EVENT_WORD
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_is(word, words[i].word)) {
            return slice_of(words[i].zh);
        }
    }
    return word;
}

Slice print_word(struct print *print, Slice words) {
    static const Slice mark = {"、", 3};
    Slice text = SLICE("");
    for (size_t from = 0; from < words.size;) {
        size_t at = slice_find(words, mark, from);
        size_t end = at == SIZE_MAX ? words.size : at;
        Slice word = word_zh_of(slice_part(words, from, end - from));
        text = text.size == 0 ? word
                              : print_text(print, "%.*s、%.*s", SLICE_ARGS(text), SLICE_ARGS(word));
        from = end + mark.size;
    }
    return text;
}

Slice print_yuan(struct print *print, int64_t fen) {
    return paper_yuan(print->arena, fen);
}

Slice print_wan(struct print *print, int64_t fen) {
    return paper_wan(print->arena, fen);
}

Slice print_or_dash(Slice text) {
    return slice_empty(text) ? SLICE("—") : text;
}

Slice print_value(struct print *print, DatumSet set, Datum what) {
    int64_t number = 0;
    DatumForm form = datum_texts[what].form;
    if (form == DATUM_TEXT || !datum_number(set, what, &number)) {
        return datum_value(set, what);
    }
    return form == DATUM_MONEY ? print_yuan(print, number) : print_moment(print, number);
}

Slice print_datum(struct print *print, DatumSet set, Datum what) {
    const struct datum *datum = datum_find(set, what);
    if (datum == NULL) {
        return SLICE("—");
    }
    return slice_empty(datum->value)
               ? print_text(print, "未掌握（%.*s）", SLICE_ARGS(datum->absent))
               : print_value(print, set, what);
}

Slice print_account(struct print *print, Slice account) {
    enum { GROUP = 4, LEAST = 12 };
    struct buf out;
    if (account.size < LEAST || print->dossier->is_masked) {
        return account;
    }
    for (size_t i = 0; i < account.size; i++) {
        if (account.at[i] < '0' || account.at[i] > '9') {
            return account; // no number of a card or account that is read in groups
        }
    }
    buf_init(&out, 2 * account.size);
    for (size_t i = 0; i < account.size; i++) {
        if (i > 0 && i % GROUP == 0) {
            buf_put_byte(&out, ' ');
        }
        buf_put_byte(&out, account.at[i]);
    }
    Slice text = arena_copy(print->arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

Slice print_role(Slice role) {
    return case_word_zh(CASE_LIST_ROLE, role);
}

Slice print_thing_kind(Slice kind) {
    static const struct {
        const char *word, *zh;
    } kinds[] = {{"NETWORK", "无线网络"}, {"CARD", "网卡"}, {"PLACE", "地理位置"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (slice_is(kind, kinds[i].word)) {
            return slice_of(kinds[i].zh);
        }
    }
    return case_word_zh(CASE_LIST_BOND, kind);
}
