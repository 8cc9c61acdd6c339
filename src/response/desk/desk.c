#include "response/desk/desk.h"

#include "response/controls/appeals.h"
#include "response/desk/parts.h"

#include <inttypes.h>
#include <stdlib.h>

#define FEED SLICE("journal")
#define PUT_OFF_US US_PER_MINUTE

static const Actor DESK = {ACTOR_KIND_SYSTEM, {"desk", 4}};

static const struct statement UNREAD_ADD = {"unread_add", "INSERT INTO unread (kind, object, at_us, code, problem) VALUES (?1, ?2, ?3, ?4, ?5)"
                                                          " ON CONFLICT (kind, object) DO UPDATE SET at_us = excluded.at_us, code = excluded.code, problem = excluded.problem"};

struct desk *desk_create(const struct desk_options *options) {
    struct desk *desk = memory_alloc(sizeof *desk);
    desk->options = *options;
    desk->plan = &options->strategies->plan;
    desk->disposition = disposition_create(
        &(struct disposition_options){.catalogue = options->catalogue, .strategies = options->strategies, .terms = options->terms, .world = options->world});
    desk->names = names_create();
    arrived_bank(desk);
    return desk;
}

void desk_destroy(struct desk *desk) {
    if (desk != NULL) {
        disposition_destroy(desk->disposition);
        names_destroy(desk->names);
        free(desk);
    }
}

struct disposition *desk_disposition(struct desk *desk) {
    return desk->disposition;
}

const struct order_bank *desk_bank(struct desk *desk, struct book *book) {
    desk->book = book;
    return &desk->bank;
}

struct desk_counts desk_counts(const struct desk *desk) {
    return desk->counts;
}

// ---- decisions ------------------------------------------------------------------------------------------------------------

struct batch {
    struct desk *desk;
    const struct outcome *outcomes;
    uint32_t count;
    uint64_t from, upto;
    uint32_t at, taken; // the first one of a unit of work, and behind its last one
    uint32_t until;     // behind the last one that it may take
    uint32_t fault;     // the one that is at fault when it fails
    uint32_t works_max;
};

uint32_t desk_works_max(const struct book *book) {
    return store_is_embedded(book->store) ? DESK_WORKS_ALONE_MAX : DESK_WORKS_MAX;
}

static Status read_position(void *context, struct book *book) {
    uint64_t *sequence = context;
    return book_feed_at(book, FEED, sequence);
}

Status desk_position(struct desk *desk, struct book *book, uint64_t *ret_sequence, int64_t now_us, struct arena *arena, struct diag *diag) {
    (void)desk;
    return book_read(book, now_us, read_position, ret_sequence, arena, diag);
}

// ---- once a day -------------------------------------------------------------------------------------------------------------

#define DAILY_AT_US (2 * US_PER_HOUR + 30 * US_PER_MINUTE)
enum { DAILY_OBJECT = 1 };

static const struct statement DAILY_THERE = {"desk_daily", "SELECT due_us FROM timer WHERE kind = ?1 AND object = ?2"};

static Status see_to_daily(void *context, struct book *book) {
    const struct desk *desk = context;
    int64_t offset_us = desk->options.catalogue->zone_offset_us;
    int64_t due_us;
    Status status = book_number(book, &DAILY_THERE, STORE_VALUES(store_text(timer_word(TIMER_DAILY)), store_i64(DAILY_OBJECT)), &due_us);
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    due_us = time_day_start(book->now_us, offset_us) + DAILY_AT_US;
    return book_timer_set(book, TIMER_DAILY, DAILY_OBJECT, due_us > book->now_us ? due_us : due_us + US_PER_DAY);
}

Status desk_begin(struct desk *desk, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag) {
    return book_do(book, DESK, now_us, see_to_daily, desk, arena, diag);
}

// ---- taking -----------------------------------------------------------------------------------------------------------------

static Status take_cases(struct book *book, const struct facts *facts) {
    struct case_taken taken;
    for (uint32_t at = 0; at < facts->count; at += CASES_FACTS_MAX) {
        uint32_t some = facts->count - at < CASES_FACTS_MAX ? facts->count - at : CASES_FACTS_MAX;
        TRY(cases_take(book, facts->at + at, some, &taken));
    }
    return STATUS_OK;
}

static Status take_one(struct desk *desk, struct book *book, const struct outcome *outcome, struct facts *facts) {
    const struct event *event;
    TRY(disposition_take(desk->disposition, book, outcome, &event));
    if (outcome->is_of_night) {
        return STATUS_OK; // what the event says was taken when it was decided
    }
    facts_take(desk, event, outcome, facts, book->arena);
    TRY(names_take(desk, book, event));
    return arrived_take(desk, book, event);
}

static uint64_t upto_of(const struct batch *batch) {
    return batch->taken == batch->count ? batch->upto : batch->outcomes[batch->taken - 1].sequence;
}

// From `at` on, as many as one unit of work takes; it may run more than once.
static Status take_batch(void *context, struct book *book) {
    struct batch *batch = context;
    struct desk *desk = batch->desk;
    struct facts facts = {0};
    uint64_t works = disposition_works(desk->disposition);
    desk->book = book;
    batch->taken = batch->at;
    disposition_settled(desk->disposition, batch->from);
    names_begin(desk->names);
    while (batch->taken < batch->until && disposition_works(desk->disposition) - works < batch->works_max) {
        batch->fault = batch->taken;
        TRY(take_one(desk, book, &batch->outcomes[batch->taken], &facts));
        batch->taken++;
    }
    batch->fault = batch->at + (batch->taken - batch->at) / 2; // of all together nobody knows which one it is: half of them are tried, and half of these
    TRY(take_cases(book, &facts));
    return book_feed_advance(book, FEED, batch->from, upto_of(batch));
}

// One record that cannot be read is put aside, and the stream goes on behind it.
struct put_aside {
    uint64_t sequence; // of the record
    uint64_t from, upto;
    const char *code;
    Slice problem;
};

static Status put_aside(void *context, struct book *book) {
    const struct put_aside *aside = context;
    // No alert and no hold come of it unless somebody looks.
    Slice page = arena_printf(book->arena, "{\"outcome\":%" PRIu64 ",\"code\":\"%s\",\"role\":\"DUTY_DIRECTOR\",\"reason\":\"unread\"}", aside->sequence, aside->code);
    TRY(book_message(book, &(struct message){.endpoint = SLICE("page"), .kind = SLICE("page"), .object_kind = "outcome", .object = (int64_t)aside->sequence, .body = page}, NULL));
    TRY(book_run(book, &UNREAD_ADD,
                 STORE_VALUES(store_text(SLICE("outcome")), store_i64((int64_t)aside->sequence), store_i64(book->now_us), store_text(slice_of(aside->code)), store_text(aside->problem))));
    return book_feed_advance(book, FEED, aside->from, aside->upto);
}

// Whether it is the record's or timer's own: another time it would fail again. Others in the way, and a store that is full or away, pass.
static bool is_its_own_fault(Status status, const struct diag *diag) {
    bool is_the_stores = diag->code != NULL && (strncmp(diag->code, "ST", 2) == 0 || strcmp(diag->code, "BK002") == 0);
    return status == STATUS_INVALID || status == STATUS_NOT_FOUND || status == STATUS_END || (status == STATUS_LIMIT && !is_the_stores);
}

// What is not there has left no diag.
static void complete(struct diag *diag) {
    if (diag->code == NULL) {
        diag->code = "DK003";
        diag->message = SLICE("something that it needs is not there");
    }
}

// The first one of a unit of work that failed because of it.
static Status put_first_aside(struct batch *batch, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag) {
    complete(diag);
    batch->taken = batch->at + 1;
    struct put_aside aside = {.sequence = batch->outcomes[batch->at].sequence, .from = batch->from, .upto = upto_of(batch), .code = diag->code, .problem = diag->message};
    return book_do(book, DESK, now_us, put_aside, &aside, arena, diag);
}

static Status take_unit(struct batch *batch, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag, struct desk_taken *taken) {
    *diag = (struct diag){0};
    Status status = book_do(book, DESK, now_us, take_batch, batch, arena, diag);
    if (is_its_own_fault(status, diag) && batch->count > 0) {
        if (batch->fault > batch->at) { // those before it are fine by themselves
            batch->until = batch->fault;
            return STATUS_OK;
        }
        taken->unread++;
        names_begin(batch->desk->names);
        status = put_first_aside(batch, book, now_us, arena, diag);
    }
    TRY(status);
    names_commit(batch->desk->names);
    batch->desk->counts.units++;
    batch->from = upto_of(batch);
    batch->at = batch->taken;
    batch->until = batch->count;
    taken->upto = batch->from;
    return STATUS_OK;
}

Status desk_take(struct desk *desk, struct book *book, const struct outcome *outcomes, uint32_t count, uint64_t from, uint64_t upto, int64_t now_us, struct arena *arena, struct diag *diag,
                 struct desk_taken *ret_taken) {
    struct batch batch = {.desk = desk, .outcomes = outcomes, .count = count, .from = from, .upto = upto, .until = count, .works_max = desk_works_max(book)};
    INVARIANT(count <= DESK_BATCH_MAX);
    *ret_taken = (struct desk_taken){.outcomes = count, .upto = from};
    do {
        ArenaMark mark = arena_mark(arena);
        TRY(take_unit(&batch, book, now_us, arena, diag, ret_taken));
        arena_rewind(arena, mark);
    } while (batch.at < count);
    return STATUS_OK;
}

// ---- timers ---------------------------------------------------------------------------------------------------------------

enum { TIMERS_TOGETHER = 32 }; // so that a store's disk is not waited for so often, when many are overdue

static const struct statement TIMER_AT = {"desk_timer_at", "SELECT due_us FROM timer WHERE kind = ?1 AND object = ?2"};

struct timers {
    struct desk *desk;
    struct due_timer due[DESK_TIMERS_MAX];
    uint32_t count;
    int64_t next_us;
    uint32_t at, upto; // of `due`, within a unit of work
    const struct diag *failure;
};

static Status find_due(void *context, struct book *book) {
    struct timers *timers = context;
    TRY(book_timers_due(book, timers->due, DESK_TIMERS_MAX, &timers->count));
    return book_timer_next(book, &timers->next_us);
}

static Status daily(struct desk *desk, struct book *book, const struct due_timer *due) {
    TRY(book_timer_set(book, TIMER_DAILY, due->object, due->due_us + US_PER_DAY));
    return disposition_daily(desk->disposition, book);
}

// Reminders name no bank: only packages do.
static Status remind_of_referral(struct desk *desk, struct book *book, const struct due_timer *due) {
    struct referral_office office;
    referral_office_init(&office, desk->options.terms, SLICE(""), SLICE(""));
    return referral_timer(book, &office, due);
}

static Status handle(struct desk *desk, struct book *book, const struct due_timer *due) {
    const struct terms *terms = desk->options.terms;
    switch (due->kind) {
    case TIMER_HOLD:
        TRY(hold_timer(book, terms, due));
        return disposition_payment(desk->disposition, book, due->object);
    case TIMER_HOLD_CONFIRM: return hold_timer(book, terms, due);
    case TIMER_CONTROL:
    case TIMER_CONTROL_CONFIRM:
    case TIMER_CONTROL_STEP:
    case TIMER_CONTROL_REVIEW: return order_control_timer(book, terms, &desk->bank, due);
    case TIMER_APPEAL: return appeal_timer(book, terms, due);
    case TIMER_ORDER:
    case TIMER_REVERIFY:
    case TIMER_REPORT: return order_timer(book, terms, &desk->bank, due);
    case TIMER_REFERRAL: return remind_of_referral(desk, book, due);
    case TIMER_DAILY: return daily(desk, book, due);
    default: return disposition_timer(desk->disposition, book, due);
    }
}

// When it is due; INT64_MAX: there is none any more.
static Status timer_at(struct book *book, const struct due_timer *due, int64_t *ret_due_us) {
    *ret_due_us = INT64_MAX;
    Status status = book_number(book, &TIMER_AT, STORE_VALUES(store_text(timer_word(due->kind)), store_i64(due->object)), ret_due_us);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// One that another one has cleared or moved meanwhile is none any more; one that is left as it was would be due for ever.
static Status fire(struct desk *desk, struct book *book, const struct due_timer *due) {
    int64_t before_us, after_us;
    TRY(timer_at(book, due, &before_us));
    if (before_us > book->now_us) {
        return STATUS_OK;
    }
    TRY(handle(desk, book, due));
    TRY(timer_at(book, due, &after_us));
    return after_us != before_us ? STATUS_OK
                                 : book_fail(book, STATUS_INVALID, "DK002", "nobody has handled the timer '%.*s' of %" PRId64, SLICE_ARGS(timer_word(due->kind)), due->object);
}

static Status fire_some(void *context, struct book *book) {
    const struct timers *timers = context;
    timers->desk->book = book;
    for (uint32_t i = timers->at; i < timers->upto; i++) {
        TRY(fire(timers->desk, book, &timers->due[i]));
    }
    return STATUS_OK;
}

static Status put_off(void *context, struct book *book) {
    const struct timers *timers = context;
    const struct due_timer *due = &timers->due[timers->at];
    TRY(book_run(book, &UNREAD_ADD, STORE_VALUES(store_text(timer_word(due->kind)), store_i64(due->object), store_i64(book->now_us), store_text(slice_of(timers->failure->code)),
                                                 store_text(timers->failure->message))));
    return book_timer_set(book, due->kind, due->object, book->now_us + PUT_OFF_US);
}

static Status do_some(struct timers *timers, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag) {
    *diag = (struct diag){0};
    Status status = book_do(book, DESK, now_us, fire_some, timers, arena, diag);
    for (uint32_t i = timers->at; i < timers->upto && status == STATUS_OK; i++) {
        timers->desk->counts.timers++;
        timers->desk->counts.late += now_us - timers->due[i].due_us > US_PER_SECOND;
    }
    return status;
}

// Each for itself; one that fails for a reason of its own holds up no other.
static Status fire_singly(struct timers *timers, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag) {
    uint32_t upto = timers->upto;
    for (; timers->at < upto; timers->at++) {
        timers->upto = timers->at + 1;
        Status status = do_some(timers, book, now_us, arena, diag);
        if (is_its_own_fault(status, diag)) {
            complete(diag);
            struct diag failure = *diag;
            timers->failure = &failure;
            timers->desk->counts.put_off++;
            status = book_do(book, DESK, now_us, put_off, timers, arena, diag);
        }
        TRY(status);
    }
    return STATUS_OK;
}

static bool is_stopped(const struct desk *desk) {
    return desk->options.stop != NULL && atomic_load_explicit(desk->options.stop, memory_order_relaxed);
}

Status desk_timers(struct desk *desk, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag, uint32_t *ret_fired, int64_t *ret_next_us) {
    struct timers timers = {.desk = desk};
    *ret_fired = 0;
    do {
        ArenaMark mark = arena_mark(arena);
        TRY(book_read(book, now_us, find_due, &timers, arena, diag));
        for (uint32_t i = 0; i < timers.count && !is_stopped(desk); i += TIMERS_TOGETHER) {
            timers.at = i;
            timers.upto = i + TIMERS_TOGETHER < timers.count ? i + TIMERS_TOGETHER : timers.count;
            Status status = do_some(&timers, book, now_us, arena, diag);
            TRY(is_its_own_fault(status, diag) ? fire_singly(&timers, book, now_us, arena, diag) : status);
        }
        *ret_fired += timers.count;
        arena_rewind(arena, mark);
    } while (timers.count > 0 && !is_stopped(desk));
    *ret_next_us = timers.next_us;
    return STATUS_OK;
}

// ---- messages -------------------------------------------------------------------------------------------------------------

struct posts {
    struct message at[DESK_MESSAGES_MAX];
    struct desk_sent sent[DESK_MESSAGES_MAX];
    uint32_t count;
};

static Status find_messages(void *context, struct book *book) {
    struct posts *posts = context;
    return book_messages_due(book, posts->at, DESK_MESSAGES_MAX, &posts->count);
}

static Status settle_messages(void *context, struct book *book) {
    const struct posts *posts = context;
    for (uint32_t i = 0; i < posts->count; i++) {
        const struct desk_sent *sent = &posts->sent[i];
        TRY(book_message_tried(book, posts->at[i].id, sent->fate, sent->next_us, sent->status, sent->problem));
    }
    return STATUS_OK;
}

Status desk_messages(struct desk *desk, struct book *book, int64_t now_us, struct arena *arena, struct diag *diag, DeskSink *sink, void *context, uint32_t *ret_count) {
    struct posts *posts = ARENA_NEW(arena, struct posts);
    (void)desk;
    *ret_count = 0;
    TRY(book_read(book, now_us, find_messages, posts, arena, diag));
    for (uint32_t i = 0; i < posts->count; i++) {
        posts->sent[i] = (struct desk_sent){.fate = MESSAGE_DELIVERED};
        sink(context, &posts->at[i], &posts->sent[i]);
    }
    *ret_count = posts->count;
    return posts->count == 0 ? STATUS_OK : book_do(book, DESK, now_us, settle_messages, posts, arena, diag);
}

// ---- what others answer -----------------------------------------------------------------------------------------------------

struct reply {
    struct desk *desk;
    int64_t object;
    Slice text, object_kind;
    const struct confirmation *confirmation;
};

static Status take_answer(void *context, struct book *book) {
    struct reply *reply = context;
    reply->desk->book = book;
    return disposition_answer(reply->desk->disposition, book, reply->object, reply->text);
}

Status desk_answer(struct desk *desk, struct book *book, Actor actor, int64_t task, Slice answer, int64_t now_us, struct arena *arena, struct diag *diag) {
    struct reply reply = {.desk = desk, .object = task, .text = answer};
    return book_do(book, actor, now_us, take_answer, &reply, arena, diag);
}

static Status take_confirmation(void *context, struct book *book) {
    struct reply *reply = context;
    struct desk *desk = reply->desk;
    desk->book = book;
    if (slice_is(reply->object_kind, "hold")) {
        return hold_confirmed(book, reply->object, reply->confirmation);
    }
    if (slice_is(reply->object_kind, "control")) {
        return order_control_confirmed(book, desk->options.terms, &desk->bank, reply->object, reply->confirmation);
    }
    if (slice_is(reply->object_kind, "order")) {
        return order_confirmed(book, desk->options.terms, &desk->bank, reply->object, reply->confirmation);
    }
    return book_fail(book, STATUS_INVALID, "DK001", "what is confirmed is a hold, a control or an order");
}

Status desk_confirm(struct desk *desk, struct book *book, Slice object_kind, int64_t object, const struct confirmation *confirmation, int64_t now_us, struct arena *arena,
                    struct diag *diag) {
    struct reply reply = {.desk = desk, .object = object, .object_kind = object_kind, .confirmation = confirmation};
    return book_do(book, DESK, now_us, take_confirmation, &reply, arena, diag);
}
