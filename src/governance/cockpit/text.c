// What editors write into bulletins, and numbers that other systems give.
//
// A text tells stories and what has to be done; its figures are references. Those are checked when a text is kept, and filled in when it is printed: a reference that is refused takes its
// text out of the paper, and the reason is printed instead. A number that is typed in before a unit of statistics is refused, since nobody could say of which rows it is made. Years, days and
// telephone numbers are no figures.

#include "governance/cockpit/parts.h"

enum { PARTS = 12, NUMBER_MAX = COCKPIT_TEXTS_MAX - 1, FILLED_MAX = 64 << 10, SOURCE_MAX = 200, CODE_MAX = 64 };

// ---- numbers that are given ----

static const struct statement GIVE = {"cockpit_give_accounts",
                                      "INSERT INTO unit_size (branch, at_us, accounts, source, given_us, given_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                                      " ON CONFLICT (branch, at_us) DO UPDATE SET accounts = excluded.accounts, source = excluded.source,"
                                      " given_us = excluded.given_us, given_by = excluded.given_by"};

Status cockpit_give_accounts(struct book *book, Slice branch, int64_t at_us, int64_t accounts, Slice source) {
    if (slice_empty(branch) || branch.size > CODE_MAX || slice_empty(source) || source.size > SOURCE_MAX || accounts < 0 || at_us > book->now_us) {
        return book_fail(book, STATUS_INVALID, "CP007", "a number of accounts has a branch, a source, and a moment that is not to come");
    }
    return book_run(book, &GIVE,
                    STORE_VALUES(store_text(branch), store_i64(at_us), store_i64(accounts), store_text(source), store_i64(book->now_us),
                                 store_text(book->actor.name)));
}

// ---- typed numbers ----

// Behind digits: what makes a figure of them. "个" does not where a span of time follows.
static const char *const units_zh[] = {"条", "起", "人", "户", "笔", "元", "万", "亿", "件", "个", "％", "%"};
static const char *const spans_zh[] = {"个月", "个工作日", "个小时", "个季度"};
static const char *const units_en[] = {"yuan",   "percent", "alert", "case",    "account", "customer", "people",
                                       "person", "gang",    "lead",  "payment", "million", "thousand", "%"};

static bool begins(Slice text, size_t at, const char *word) {
    return slice_starts_with(slice_part(text, at, SIZE_MAX), slice_of(word));
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_unit(Slice text, size_t at) {
    for (size_t i = 0; i < sizeof spans_zh / sizeof spans_zh[0]; i++) {
        if (begins(text, at, spans_zh[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof units_zh / sizeof units_zh[0]; i++) {
        if (begins(text, at, units_zh[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof units_en / sizeof units_en[0]; i++) {
        if (begins(text, at, units_en[i])) {
            return true;
        }
    }
    return false;
}

// The end of the number that begins here: digits, and points and commas between them.
static size_t number_end(Slice text, size_t at) {
    while (at < text.size &&
           (is_digit(text.at[at]) || ((text.at[at] == '.' || text.at[at] == ',') && at + 1 < text.size && is_digit(text.at[at + 1])))) {
        at++;
    }
    return at;
}

static Status check_typed(struct book *book, Slice text) {
    for (size_t at = 0; at < text.size;) {
        if (text.at[at] == '{') { // the number of an alert
            at = slice_find_byte(text, '}', at);
        } else if (is_digit(text.at[at])) {
            size_t end = number_end(text, at);
            size_t unit = end < text.size && text.at[end] == ' ' ? end + 1 : end;
            if (is_unit(text, unit)) {
                return book_fail(book, STATUS_INVALID, "CP006",
                                 "the number %.*s is typed in; name a figure instead, such as {figure:victims_saved} or {alert:123}",
                                 SLICE_ARGS(slice_part(text, at, end - at)));
            }
            at = end;
        } else {
            at++;
        }
    }
    return STATUS_OK;
}

// ---- references ----

struct reference {
    bool is_alert;
    CockpitFigure figure;
    int64_t alert;
};

static bool read_reference(Slice name, struct reference *ret_reference) {
    static const Slice figure = {"figure:", 7};
    static const Slice alert = {"alert:", 6};
    *ret_reference = (struct reference){0};
    if (slice_starts_with(name, figure)) {
        return cockpit_figure_parse(slice_part(name, figure.size, SIZE_MAX), &ret_reference->figure);
    }
    ret_reference->is_alert = true;
    return slice_starts_with(name, alert) && slice_to_i64(slice_part(name, alert.size, SIZE_MAX), &ret_reference->alert);
}

// The next reference at or behind `from`: its place and what stands between the brackets. False: there is none, or it has no end.
static bool next_reference(Slice text, size_t from, size_t *ret_at, Slice *ret_name) {
    size_t at = slice_find_byte(text, '{', from);
    size_t end = slice_find_byte(text, '}', at);
    *ret_at = at;
    *ret_name = at < text.size && end < text.size ? slice_part(text, at + 1, end - at - 1) : SLICE("");
    return at < text.size;
}

static Status check_references(struct book *book, Slice text) {
    size_t at = 0;
    Slice name;
    while (next_reference(text, at, &at, &name)) {
        struct reference reference;
        if (!read_reference(name, &reference)) {
            return book_fail(book, STATUS_INVALID, "CP005",
                             "'{%.*s}' names no figure; it is {figure:ID} with an ID of the list of figures, or {alert:NUMBER}", SLICE_ARGS(name));
        }
        at += name.size + 2;
    }
    return STATUS_OK;
}

static const struct statement AMOUNT = {"cockpit_alert_amount",
                                        "SELECT amount FROM seen_alert WHERE viewer = ?1 AND id = ?2 AND (?3 = '' OR branch = ?3)"};

struct filling {
    struct reading *reading;
    PaperLanguage language;
    struct buf text;
    Slice refused; // why it is not whole
};

static Status fill_alert(struct filling *filling, int64_t alert) {
    struct book *book = filling->reading->book;
    const struct cockpit_of *of = &filling->reading->of;
    Status status = book_one(book, &AMOUNT, STORE_VALUES(store_i64(of->clearance), store_i64(alert), store_text(of->unit)));
    if (status == STATUS_NOT_FOUND) {
        filling->refused = arena_printf(
            book->arena, filling->language == PAPER_ZH ? "没有可引用的预警 %" PRId64 : "there is no alert %" PRId64 " that could be told of", alert);
        return STATUS_OK;
    }
    TRY(status);
    buf_put(&filling->text, wording_money(book->arena, book_i64(book, 0), filling->language));
    return STATUS_OK;
}

static Status fill_figure(struct filling *filling, CockpitFigure figure) {
    struct arena *arena = filling->reading->book->arena;
    const struct cockpit_figure *info = cockpit_figure_info(figure);
    bool is_zh = filling->language == PAPER_ZH;
    struct cockpit_value value;
    TRY(reading_figure(filling->reading, figure, &value));
    if (value.refusal != COCKPIT_IS_TOLD) {
        filling->refused =
            arena_printf(arena, is_zh ? "%s：%.*s" : "%s: %.*s", is_zh ? info->zh : info->en, SLICE_ARGS(is_zh ? value.why_zh : value.why_en));
        return STATUS_OK;
    }
    if (figure == COCKPIT_AUTOMATIC_RATE) {
        Slice judged;
        TRY(sentence_rate(filling->reading, filling->language, &judged));
        buf_put(&filling->text, judged);
        return STATUS_OK;
    }
    buf_put(&filling->text, wording_in_text(arena, &value, filling->language));
    return STATUS_OK;
}

static Status fill_all(struct filling *filling, Slice text) {
    size_t from = 0;
    size_t at;
    Slice name;
    while (slice_empty(filling->refused) && next_reference(text, from, &at, &name)) {
        struct reference reference;
        buf_put(&filling->text, slice_part(text, from, at - from));
        if (!read_reference(name, &reference)) {
            filling->refused = arena_printf(filling->reading->book->arena, "{%.*s}", SLICE_ARGS(name));
            return STATUS_OK;
        }
        TRY(reference.is_alert ? fill_alert(filling, reference.alert) : fill_figure(filling, reference.figure));
        from = at + name.size + 2;
    }
    buf_put(&filling->text, slice_part(text, from, SIZE_MAX));
    return STATUS_OK;
}

Status editor_fill(struct reading *reading, PaperLanguage language, Slice text, bool *ret_is_whole, Slice *ret_text) {
    struct filling filling = {.reading = reading, .language = language};
    struct arena *arena = reading->book->arena;
    buf_init(&filling.text, FILLED_MAX);
    Status status = fill_all(&filling, text);
    *ret_is_whole = status == STATUS_OK && slice_empty(filling.refused) && !buf_overflowed(&filling.text);
    if (*ret_is_whole) {
        *ret_text = arena_copy(arena, buf_slice(&filling.text));
    } else {
        *ret_text = arena_printf(arena,
                                 language == PAPER_ZH ? "本段引用的数字不可用，不予刊出。%.*s"
                                                      : "This text is not printed, since a figure in it is not to be had: %.*s",
                                 SLICE_ARGS(filling.refused));
    }
    buf_deinit(&filling.text);
    return status;
}

Status cockpit_text_fill(struct book *book, const struct cockpit_of *of, PaperLanguage language, Slice text, bool *ret_is_whole, Slice *ret_text) {
    struct coverage coverage = {0};
    struct reading reading;
    TRY(reading_begin(&reading, book, of, &coverage));
    return editor_fill(&reading, language, text, ret_is_whole, ret_text);
}

// ---- keeping ----

static const struct statement FIND = {"cockpit_text_find",
                                      "SELECT id FROM bulletin_text WHERE month = ?1 AND unit = ?2 AND part = ?3 AND number = ?4 AND language = ?5"};
static const struct statement KEEP = {
    "cockpit_text_keep",
    "INSERT INTO bulletin_text (id, month, unit, part, number, language, title, text, at_us, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
    " ?10) ON CONFLICT (id) DO UPDATE SET title = excluded.title, text = excluded.text, at_us = excluded.at_us, made_by = excluded.made_by"};
static const struct statement REMOVE = {"cockpit_text_remove", "DELETE FROM bulletin_text WHERE id = ?1"};
static const struct statement LIST = {
    "cockpit_text_list",
    "SELECT part, number, language, title, text, at_us, made_by FROM bulletin_text WHERE month = ?1 AND unit = ?2 ORDER BY part, number, language"
    " LIMIT 2000"};
static const struct statement OF_PART = {
    "cockpit_text_of_part", "SELECT title, text FROM bulletin_text WHERE month = ?1 AND unit = ?2 AND part = ?3 AND language = ?4 ORDER BY number"};

static const char *language_word(PaperLanguage language) {
    return language == PAPER_ZH ? "ZH" : "EN";
}

static Status check_text(struct book *book, const struct cockpit_text *text) {
    struct cockpit_of of = {0};
    if (!cockpit_month_parse(text->month, &of)) {
        return book_fail(book, STATUS_INVALID, "CP004", "a month is written as 2026-11");
    }
    if (text->part < 1 || text->part > PARTS || text->number < 0 || text->number > NUMBER_MAX || text->unit.size > CODE_MAX ||
        text->title.size > SOURCE_MAX || text->text.size > COCKPIT_TEXT_MAX) {
        return book_fail(book, STATUS_INVALID, "CP007", "a text belongs to one of %d parts, is one of %d there, and has at most %d bytes", PARTS,
                         COCKPIT_TEXTS_MAX, COCKPIT_TEXT_MAX);
    }
    TRY(check_references(book, text->title));
    TRY(check_references(book, text->text));
    TRY(check_typed(book, text->title));
    return check_typed(book, text->text);
}

static Status find_text(struct book *book, const struct cockpit_text *text, int64_t *ret_id) {
    Status status = book_number(book, &FIND,
                                STORE_VALUES(store_text(text->month), store_text(text->unit), store_i64(text->part), store_i64(text->number),
                                             store_text(slice_of(language_word(text->language)))),
                                ret_id);
    *ret_id = status == STATUS_OK ? *ret_id : 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static Status trace_text(struct book *book, int64_t id, bool was_there, bool is_there, Slice text) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, 2 * COCKPIT_TEXT_MAX + 256);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("text"), text);
    json_object_end(&json);
    Slice detail = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return book_trace(book, &(struct trace){.object_kind = "bulletin_text",
                                            .object = id,
                                            .from = was_there ? SLICE("KEPT") : SLICE(""),
                                            .to = is_there ? SLICE("KEPT") : SLICE("REMOVED"),
                                            .reason = SLICE("edited"),
                                            .detail = detail});
}

Status cockpit_text_keep(struct book *book, const struct cockpit_text *text) {
    int64_t id;
    TRY(check_text(book, text));
    TRY(find_text(book, text, &id));
    bool was_there = id != 0;
    if (slice_empty(text->text)) {
        if (was_there) {
            TRY(book_run(book, &REMOVE, STORE_VALUES(store_i64(id))));
            TRY(trace_text(book, id, true, false, SLICE("")));
        }
        return STATUS_OK;
    }
    if (!was_there) {
        TRY(book_count_up(book, SLICE("bulletin_text"), &id));
    }
    TRY(book_run(book, &KEEP,
                 STORE_VALUES(store_i64(id), store_text(text->month), store_text(text->unit), store_i64(text->part), store_i64(text->number),
                              store_text(slice_of(language_word(text->language))), store_text(text->title), store_text(text->text),
                              store_i64(book->now_us), store_text(book->actor.name))));
    return trace_text(book, id, was_there, true, text->text);
}

Status cockpit_texts_json(struct book *book, Slice month, Slice unit, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &LIST, STORE_VALUES(store_text(month), store_text(unit))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        json_key_i64(json, SLICE("part"), book_i64(book, 0));
        json_key_i64(json, SLICE("number"), book_i64(book, 1));
        json_key_string(json, SLICE("language"), store_column_text(book->store, 2));
        json_key_string(json, SLICE("title"), store_column_text(book->store, 3));
        json_key_string(json, SLICE("text"), store_column_text(book->store, 4));
        json_key_i64(json, SLICE("at_us"), book_i64(book, 5));
        json_key_string(json, SLICE("made_by"), store_column_text(book->store, 6));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

Status editor_texts(struct book *book, Slice month, Slice unit, int64_t part, PaperLanguage language,
                    struct part_text ret_texts[static COCKPIT_TEXTS_MAX], uint32_t *ret_count) {
    uint32_t count = 0;
    Status status;
    TRY(book_ask(book, &OF_PART, STORE_VALUES(store_text(month), store_text(unit), store_i64(part), store_text(slice_of(language_word(language))))));
    while ((status = book_next(book)) == STATUS_OK) {
        INVARIANT(count < COCKPIT_TEXTS_MAX);
        ret_texts[count++] = (struct part_text){.title = book_text(book, 0), .text = book_text(book, 1)};
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}
