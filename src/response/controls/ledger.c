// Ledger: rows, traces, messages.

#include "response/controls/ledger.h"

#include "response/controls/unanswered.h"

static const struct statement BY_ID = {
    "control_by_id", "SELECT " CONTROL_COLUMNS " FROM seen_control WHERE viewer = ?1 AND id = ?2"};
static const struct statement KEEP = {
    "control_keep",
    "INSERT INTO control (id, target_kind, target, customer, measure, authority, basis, document, "
    "amount, reason, severity, facts, alert, case_id, police_order, run, state, asked_us, "
    "asked_kind, asked_by, ordered_us, since_us, span_us, months, until_us, released_us, "
    "released_by, released_second, release_reason, lifted_us, step, replaces, review_us, notice, "
    "secrecy, branch, set_message, message, is_confirmed, problem, pages) VALUES (?1, ?2, ?3, ?4, "
    "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
    "?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41) ON "
    "CONFLICT (id) DO UPDATE SET alert = excluded.alert, document = excluded.document, amount = excluded.amount, state = "
    "excluded.state, since_us = excluded.since_us, until_us = excluded.until_us, released_us = "
    "excluded.released_us, released_by = excluded.released_by, released_second = "
    "excluded.released_second, release_reason = excluded.release_reason, lifted_us = "
    "excluded.lifted_us, step = excluded.step, review_us = excluded.review_us, set_message = "
    "excluded.set_message, message = excluded.message, is_confirmed = excluded.is_confirmed, "
    "problem = excluded.problem, pages = excluded.pages"};
static const struct statement TARGET_ADD = {
    "control_target_add", "INSERT INTO control_target (id, kind, key) VALUES (?1, ?2, ?3)"};
static const struct statement TARGET_OF = {
    "control_target_of", "SELECT id FROM control_target WHERE kind = ?1 AND key = ?2"};

// ---- rows -------------------------------------------------------------------------------------

static Status read_words(struct book *book, struct control *control) {
    bool ok = target_kind_parse(book_text(book, 1), &control->ask.target_kind) &&
              measure_parse(book_text(book, 4), &control->ask.measure) &&
              authority_parse(book_text(book, 5), &control->ask.authority) &&
              control_state_parse(book_text(book, 16), &control->state);
    return ok ? STATUS_OK
              : book_fail(book, STATUS_INVALID, "CT006",
                          "the store holds a word that this program does not know");
}

static struct control_ask read_ask(struct book *book) {
    return (struct control_ask){.target = book_text(book, 2),
                                .customer = book_text(book, 3),
                                .basis = book_text(book, 6),
                                .document = book_text(book, 7),
                                .amount = book_i64(book, 8),
                                .reason = book_text(book, 9),
                                .severity = book_i64(book, 10),
                                .facts = (uint32_t)book_i64(book, 11),
                                .alert = book_i64(book, 12),
                                .case_id = book_i64(book, 13),
                                .order = book_i64(book, 14),
                                .run = book_i64(book, 15),
                                .ordered_us = book_i64(book, 20),
                                .span_us = book_i64(book, 22),
                                .months = book_i64(book, 23),
                                .secrecy = book_text(book, 34),
                                .branch = book_text(book, 35)};
}

Status ledger_read(struct book *book, struct control *ret_control) {
    *ret_control = (struct control){.ask = read_ask(book),
                                    .id = book_i64(book, 0),
                                    .asked_us = book_i64(book, 17),
                                    .asked_kind = book_text(book, 18),
                                    .asked_by = book_text(book, 19),
                                    .since_us = book_i64(book, 21),
                                    .ends_us = book_i64(book, 24),
                                    .released_us = book_i64(book, 25),
                                    .released_by = book_text(book, 26),
                                    .released_second = book_text(book, 27),
                                    .release_reason = book_text(book, 28),
                                    .lifted_us = book_i64(book, 29),
                                    .step = book_i64(book, 30),
                                    .replaces = book_i64(book, 31),
                                    .review_us = book_i64(book, 32),
                                    .notice = book_text(book, 33),
                                    .set_message = book_i64(book, 36),
                                    .message = book_i64(book, 37),
                                    .is_confirmed = book_i64(book, 38) != 0,
                                    .problem = book_text(book, 39),
                                    .pages = book_i64(book, 40)};
    if (ret_control->ask.span_us == 0 && ret_control->ask.months == 0) {
        ret_control->ask.until_us = ret_control->ends_us;
    }
    return read_words(book, ret_control);
}

Status control_load(struct book *book, int64_t viewer, int64_t id, struct control *ret_control) {
    Status status = book_one(book, &BY_ID, STORE_VALUES(store_i64(viewer), store_i64(id)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, STATUS_NOT_FOUND, "CT005", "there is no measure %lld",
                         (long long)id);
    }
    TRY(status);
    return ledger_read(book, ret_control);
}

Status ledger_load(struct book *book, int64_t id, struct control *ret_control) {
    return control_load(book, CLEARANCE_ALL, id, ret_control);
}

static StoreValue word(const char *text) {
    return store_text(slice_of(text));
}

Status ledger_keep(struct book *book, const struct control *control) {
    const struct control_ask *ask = &control->ask;
    return book_run(
        book, &KEEP,
        STORE_VALUES(store_i64(control->id), word(target_kind_word(ask->target_kind)),
                     store_text(ask->target), store_text(ask->customer),
                     word(measure_text(ask->measure)->word), word(authority_word(ask->authority)),
                     store_text(ask->basis), store_text(ask->document), store_i64(ask->amount),
                     store_text(ask->reason), store_i64(ask->severity), store_i64(ask->facts),
                     store_number(ask->alert), store_number(ask->case_id), store_number(ask->order),
                     store_number(ask->run), word(control_state_word(control->state)),
                     store_i64(control->asked_us), store_text(control->asked_kind),
                     store_text(control->asked_by), store_i64(ask->ordered_us),
                     store_number(control->since_us), store_i64(ask->span_us),
                     store_i64(ask->months), store_number(control->ends_us),
                     store_number(control->released_us), store_text(control->released_by),
                     store_text(control->released_second), store_text(control->release_reason),
                     store_number(control->lifted_us), store_i64(control->step),
                     store_number(control->replaces), store_number(control->review_us),
                     store_text(control->notice), store_text(ask->secrecy), store_text(ask->branch),
                     store_i64(control->set_message), store_i64(control->message),
                     store_i64(control->is_confirmed), store_text(control->problem),
                     store_i64(control->pages)));
}

Status ledger_begin(struct book *book, const struct control_ask *ask, struct control *ret_control) {
    static const char *const actor_kinds[] = {
#define X(name, word) word,
        ACTOR_KINDS(X)
#undef X
    };
    int64_t id;
    TRY(book_count_up(book, SLICE("control"), &id));
    *ret_control = (struct control){.ask = *ask,
                                    .id = id,
                                    .state = CONTROL_ASKED,
                                    .asked_us = book->now_us,
                                    .asked_kind = slice_of(actor_kinds[book->actor.kind]),
                                    .asked_by = book->actor.name,
                                    .ends_us = ask->until_us,
                                    .is_confirmed = true};
    ret_control->ask.notice = NULL;
    if (ask->ordered_us == 0) {
        ret_control->ask.ordered_us = book->now_us;
    }
    return STATUS_OK;
}

// ---- what is in force on a target -------------------------------------------------------------

static const struct statement OPEN = {
    "control_open", "SELECT measure, amount, state FROM seen_control WHERE viewer = ?4 AND "
                    "target_kind = ?1 AND target = ?2 AND (state = 'IN_FORCE' OR state = ?3) "
                    "ORDER BY id"};

static void add_effect(struct control_effect *effect, Measure measure, int64_t amount) {
    const struct measure_text *text = measure_text(measure);
    bool limits = (text->blocks & (1u << BLOCK_LIMITED)) != 0;
    if (effect->count == 0 || text->strictness > measure_text(effect->strictest)->strictness) {
        effect->strictest = measure;
    }
    effect->keeps_basics = (effect->count == 0 || effect->keeps_basics) && text->keeps_basics;
    // What is blocked by a freeze of a part is that part.
    if (text->class == MEASURE_CLASS_CONTROL || amount == CONTROL_WHOLE) {
        effect->blocks |= text->blocks;
    }
    if (limits && (effect->limit == CONTROL_WHOLE || amount < effect->limit)) {
        effect->limit = amount;
    }
    if (text->class != MEASURE_CLASS_CONTROL && amount != CONTROL_WHOLE) {
        effect->held_back += amount;
    }
    effect->count++;
}

static Status effect_of(struct book *book, int64_t viewer, TargetKind kind, Slice target,
                        const char *also, struct control_effect *ret_effect) {
    Status status;
    struct control_effect effect = {.strictest = MEASURE_COUNT};
    TRY(book_ask(book, &OPEN,
                 STORE_VALUES(word(target_kind_word(kind)), store_text(target), word(also),
                              store_i64(viewer))));
    while ((status = book_next(book)) == STATUS_OK) {
        Measure measure;
        ENSURE(measure_parse(book_text(book, 0), &measure),
               book_fail(book, STATUS_INVALID, "CT006",
                         "the store holds a word that this program does not know"));
        add_effect(&effect, measure, book_i64(book, 1));
    }
    *ret_effect = effect;
    return status == STATUS_END ? STATUS_OK : status;
}

Status control_effective(struct book *book, int64_t viewer, TargetKind kind, Slice target,
                         struct control_effect *ret_effect) {
    return effect_of(book, viewer, kind, target, "IN_FORCE", ret_effect);
}

// ---- traces and messages ----------------------------------------------------------------------

static Status describe(struct book *book, const struct control *control, Slice *ret_text) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("measure"), slice_of(measure_text(control->ask.measure)->word));
    put_number(json, SLICE("amount"), control->ask.amount);
    put_moment(json, SLICE("since"), control->since_us);
    put_moment(json, SLICE("until"), control->ends_us);
    put_moment(json, SLICE("lifted"), control->lifted_us);
    put_text(json, SLICE("second"), control->released_second);
    put_number(json, SLICE("step"), control->step);
    put_text(json, SLICE("problem"), control->problem);
    if (control->state == CONTROL_EXPIRED) {
        int64_t late_us = control->released_us - control->ends_us;
        put_number(json, SLICE("late_s"), late_us / US_PER_SECOND);
    }
    json_object_end(json);
    return rendering_end(&out, book, ret_text);
}

Status ledger_trace(struct book *book, const struct control *control, ControlState from,
                    Slice reason) {
    Slice detail;
    TRY(describe(book, control, &detail));
    return book_trace(book, &(struct trace){.object_kind = "control",
                                            .object = control->id,
                                            .from = slice_of(control_state_word(from)),
                                            .to = slice_of(control_state_word(control->state)),
                                            .reason = reason,
                                            .detail = detail});
}

// Those of one target have one number, so that they go out in the order in which they were written.
static Status target_number(struct book *book, const struct control *control, int64_t *ret_number) {
    StoreValue kind = word(target_kind_word(control->ask.target_kind));
    StoreValue key = store_text(control->ask.target);
    Status status = book_number(book, &TARGET_OF, STORE_VALUES(kind, key), ret_number);
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    TRY(book_count_up(book, SLICE("control_target"), ret_number));
    return book_run(book, &TARGET_ADD, STORE_VALUES(store_i64(*ret_number), kind, key));
}

// Not why: that is the bank's own business, and may be secret.
static Status write_message(struct book *book, const struct control *control, Slice *ret_text) {
    const struct control_ask *ask = &control->ask;
    const struct measure_text *text = measure_text(ask->measure);
    struct control_effect effect;
    struct rendering out;
    TRY(effect_of(book, CLEARANCE_ALL, ask->target_kind, ask->target,
                  control_state_word(CONTROL_ASKED), &effect));
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("control"), control->id);
    json_key_string(json, SLICE("state"), slice_of(control_state_word(control->state)));
    json_key_string(json, SLICE("measure"), slice_of(text->word));
    json_key_string(json, SLICE("target_kind"), slice_of(target_kind_word(ask->target_kind)));
    json_key_string(json, SLICE("target"), ask->target);
    put_text(json, SLICE("customer"), ask->customer);
    json_key_string(json, SLICE("authority"), slice_of(authority_word(ask->authority)));
    put_text(json, SLICE("document"), ask->document);
    put_number(json, SLICE("amount"), ask->amount);
    put_moment(json, SLICE("until"), control->ends_us);
    put_number(json, SLICE("span_s"), ask->span_us / US_PER_SECOND);
    put_number(json, SLICE("months"), ask->months);
    json_key(json, SLICE("blocks"));
    blocks_put_json(json, text->blocks);
    json_key(json, SLICE("keeps"));
    basics_put_json(json, text->keeps_basics);
    json_key(json, SLICE("target_state")); // with all that the core bank has been asked for
    control_effect_put_json(json, &effect);
    json_object_end(json);
    return rendering_end(&out, book, ret_text);
}

Status ledger_tell(struct book *book, const struct terms *terms, struct control *control,
                   const char *kind) {
    struct message message = {
        .endpoint = SLICE("core"), .kind = slice_of(kind), .object_kind = "control_target"};
    TRY(ledger_keep(book, control));
    TRY(target_number(book, control, &message.object));
    TRY(write_message(book, control, &message.body));
    TRY(book_message(book, &message, &control->message));
    control->is_confirmed = false;
    control->problem = SLICE("");
    control->pages = 0;
    if (control->set_message == 0) {
        control->set_message = control->message;
    }
    TRY(ledger_keep(book, control));
    return book_timer_set(book, TIMER_CONTROL_CONFIRM, control->id,
                          unanswered_next(terms, book->now_us, 0));
}

Status ledger_failed(struct book *book, struct control *control) {
    TRY(ledger_keep(book, control));
    return page_send(book, &(struct page){.kind = "control.failed",
                                          .role = "SHIFT_LEADER",
                                          .object_kind = "control",
                                          .object = control->id,
                                          .problem = control->problem});
}
