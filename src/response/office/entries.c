// What people put on lists and take off them. A wish is a row; where it takes two persons it waits
// with a proposal, and one proposal may hold many. When it is approved, or needs nobody else, each
// row becomes a message to the engine, whose record in the journal names the message: so it is done
// once, however often the program dies between the two, and the journal says when it was.

#include "response/office/parts.h"

#include <inttypes.h>

enum { SHOWN_MAX = 5 };

static const struct statement ADD = {
    "list_change_add",
    "INSERT INTO list_change (id, batch, list, hash, key, personal, op, from_us, until_us, reason, state, asked_by, asked_us, second)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'WAITING', ?11, ?12, '')"};
static const struct statement PROPOSED = {
    "list_change_proposed", "UPDATE list_change SET proposal = ?2, until_settled_us = ?3 WHERE batch = ?1"};
// The plus: of one key there are few, and by their numbers it would be all of the list.
static const struct statement WAITING = {
    "list_change_waiting",
    "SELECT op, COALESCE(from_us, 0), COALESCE(until_us, 0), reason, COALESCE(proposal, 0) FROM list_change "
    "WHERE list = ?1 AND hash = ?2 AND state = 'WAITING' AND until_settled_us >= ?3 ORDER BY +id DESC LIMIT 1"};
static const struct statement ENTRY = {
    "list_entry_find",
    "SELECT key, changed_by, second, changed_us, is_on, COALESCE(until_us, 0), reason FROM list_entry WHERE list = ?1 AND hash = ?2"};
static const struct statement OF_BATCH = {
    "list_change_of_batch",
    "SELECT id, list, key, op, COALESCE(from_us, 0), COALESCE(until_us, 0), reason FROM list_change "
    "WHERE batch = ?1 AND state = 'WAITING' ORDER BY id LIMIT ?2"};
static const struct statement SENT = {
    "list_change_sent",
    "UPDATE list_change SET state = 'SENT', message = ?2, second = ?3, settled_us = ?4 WHERE id = ?1"};
static const struct statement END = {
    "list_change_end",
    "UPDATE list_change SET state = ?2, second = ?3, settled_us = ?4 WHERE batch = ?1 AND state = 'WAITING'"};
static const struct statement ENDED = {
    "list_change_ended", "UPDATE list_change SET state = 'ENDED', second = ?2, settled_us = ?3 WHERE id = ?1"};
// A message is of one list; by its name as well, all of the list would be looked through.
static const struct statement DONE = {
    "list_change_done", "UPDATE list_change SET state = 'DONE' WHERE message = ?1 AND hash = ?2 AND state = 'SENT'"};
static const struct statement WHOSE = {
    "list_change_whose", "SELECT asked_by, second FROM list_change WHERE message = ?1 AND hash = ?2"};
static const struct statement MET = {
    "list_entry_met",
    "INSERT INTO list_entry (list, hash, key, is_on, from_us, until_us, source, reason, changed_by, second, changed_us, sequence)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (list, hash) DO UPDATE SET key = excluded.key, "
    "is_on = excluded.is_on, from_us = excluded.from_us, until_us = excluded.until_us, source = excluded.source, "
    "reason = excluded.reason, changed_by = excluded.changed_by, second = excluded.second, changed_us = excluded.changed_us, "
    "sequence = excluded.sequence WHERE list_entry.sequence < excluded.sequence"};
// What the engine has refused is known by its message, what nobody settled in time by the clock.
static const struct statement LIST = {
    "list_change_list",
    "SELECT c.id, c.op, c.key, c.personal, c.hash, COALESCE(c.from_us, 0), COALESCE(c.until_us, 0), c.reason, "
    "CASE WHEN c.state = 'SENT' AND m.state = 'DEAD' THEN 'REFUSED' WHEN c.state = 'WAITING' AND c.until_settled_us < ?5 THEN 'LAPSED' ELSE c.state END, "
    "COALESCE(c.proposal, 0), c.asked_by, c.asked_us, c.second, COALESCE(c.settled_us, 0), COALESCE(m.problem, '') FROM list_change c "
    "LEFT JOIN message m ON m.id = c.message WHERE c.list = ?1 AND c.id < ?2 AND (c.proposal = ?3 OR ?3 = 0) ORDER BY c.id DESC LIMIT ?4"};

static Slice hash_text(struct arena *arena, Hash128 hash) {
    return arena_printf(arena, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
}

static const char *op_of(const struct list_wishes *wishes) {
    return wishes->removes ? "REMOVE" : "PUT";
}

// ---- wishing ------------------------------------------------------------------------------------

static Status look_at_waiting(struct book *book, const struct list_wishes *wishes, const struct list_wish *wish, ListWishKnown *ret_known, int64_t *ret_proposal) {
    Status status = book_one(book, &WAITING, STORE_VALUES(store_text(wishes->list), store_text(hash_text(book->arena, wish->hash)), store_i64(book->now_us)));
    if (status != STATUS_OK) {
        return status;
    }
    bool is_same = slice_is(book_text(book, 0), op_of(wishes)) && book_i64(book, 1) == wish->from_us && book_i64(book, 2) == wish->until_us &&
                   slice_equal(book_text(book, 3), wish->reason);
    *ret_known = is_same ? LIST_WISH_WAITS : LIST_WISH_OTHER;
    *ret_proposal = book_i64(book, 4);
    return STATUS_OK;
}

Status list_wish_look(struct book *book, const struct list_wishes *wishes, const struct list_wish *wish, ListWishKnown *ret_known, int64_t *ret_proposal) {
    *ret_known = LIST_WISH_NEW;
    *ret_proposal = 0;
    Status status = look_at_waiting(book, wishes, wish, ret_known, ret_proposal);
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    status = book_one(book, &ENTRY, STORE_VALUES(store_text(wishes->list), store_text(hash_text(book->arena, wish->hash))));
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    bool is_same = !wishes->removes && book_i64(book, 4) == 1 && book_i64(book, 5) == wish->until_us && slice_equal(book_text(book, 6), wish->reason);
    *ret_known = is_same ? LIST_WISH_SAME : LIST_WISH_NEW;
    return STATUS_OK;
}

static Status check_wish(struct book *book, const struct list_wishes *wishes, const struct list_wish *wish) {
    bool fits = wish->key.size > 0 && wish->key.size <= LIST_KEY_MAX && wish->reason.size <= LIST_REASON_MAX;
    ENSURE(fits, book_fail(book, STATUS_INVALID, "OF008", "a key has 1 to %d bytes, and a reason up to %d", LIST_KEY_MAX, LIST_REASON_MAX));
    ENSURE(!wishes->needs_two || !slice_empty(slice_trim(wish->reason)), book_fail(book, STATUS_INVALID, "OF008", "say why: another person has to judge it"));
    ListWishKnown known = LIST_WISH_NEW;
    int64_t proposal = 0;
    Status status = look_at_waiting(book, wishes, wish, &known, &proposal);
    ENSURE(status != STATUS_OK, book_fail(book, STATUS_INVALID, "OF004", "the proposal %" PRId64 " about this key waits for another person", proposal));
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static Status add_wishes(struct book *book, const struct list_wishes *wishes, int64_t *ret_batch) {
    TRY(book_count_up_by(book, SLICE("list_change"), wishes->count, ret_batch));
    for (uint32_t i = 0; i < wishes->count; i++) {
        const struct list_wish *wish = &wishes->at[i];
        TRY(check_wish(book, wishes, wish));
        TRY(book_run(book, &ADD,
                     STORE_VALUES(store_i64(*ret_batch + i), store_i64(*ret_batch), store_text(wishes->list), store_text(hash_text(book->arena, wish->hash)),
                                  store_text(wish->key), store_text(wishes->personal), store_text(slice_of(op_of(wishes))), store_number(wish->from_us),
                                  store_number(wish->until_us), store_text(wish->reason), store_text(book->actor.name), store_i64(book->now_us))));
    }
    return STATUS_OK;
}

// What the other person approves: the first of them, and how many there are.
static Status describe(struct book *book, const struct list_wishes *wishes, Slice *ret_text) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("list"), wishes->list);
    json_key_string(json, SLICE("op"), slice_of(op_of(wishes)));
    json_key_i64(json, SLICE("count"), wishes->count);
    json_key(json, SLICE("entries"));
    json_array_begin(json);
    for (uint32_t i = 0; i < wishes->count && i < SHOWN_MAX; i++) {
        const struct list_wish *wish = &wishes->at[i];
        json_object_begin(json);
        json_key_string(json, SLICE("key"), wish->key);
        json_key_string(json, SLICE("personal"), wishes->personal);
        put_moment(json, SLICE("from"), wish->from_us);
        put_moment(json, SLICE("until"), wish->until_us);
        json_key_string(json, SLICE("reason"), wish->reason);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
    return rendering_end(&out, book, ret_text);
}

Status office_change_list(struct book *book, const struct list_wishes *wishes, int64_t *ret_proposal) {
    int64_t batch, id;
    ENSURE(wishes->count > 0 && wishes->count <= LIST_BATCH_MAX, book_fail(book, STATUS_INVALID, "OF008", "1 to %d keys together", LIST_BATCH_MAX));
    TRY(add_wishes(book, wishes, &batch));
    if (!wishes->needs_two) {
        *ret_proposal = 0;
        return list_batch_send(book, batch, SLICE(""));
    }
    struct proposal proposal = {.kind = wishes->removes ? PROPOSAL_LIST_REMOVE : PROPOSAL_LIST_PUT,
                                .object = batch,
                                .word = wishes->list,
                                .reason = wishes->reason,
                                .secrecy = SLICE("NORMAL")};
    TRY(describe(book, wishes, &proposal.changes));
    TRY(proposal_make(book, &proposal, &id));
    TRY(proposal_load(book, CLEARANCE_ALL, id, &proposal));
    *ret_proposal = id;
    return book_run(book, &PROPOSED, STORE_VALUES(store_i64(batch), store_i64(id), store_i64(proposal.until_us)));
}

// ---- telling the engine -------------------------------------------------------------------------

struct sending {
    int64_t id, from_us, until_us;
    Slice list, key, reason;
    bool removes, is_over;
};

static void put_time(struct json_writer *json, Slice name, int64_t time_us, struct arena *arena) {
    if (time_us != 0) {
        json_key_string(json, name, arena_printf(arena, "%" PRId64, time_us / US_PER_MS));
    }
}

static Status send(struct book *book, const struct sending *sending, int64_t message, Slice second) {
    struct rendering out;
    Slice body;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("list"), sending->list);
    json_key_string(json, SLICE("key"), sending->key);
    put_time(json, SLICE("begin"), sending->from_us, book->arena);
    put_time(json, SLICE("end"), sending->until_us, book->arena);
    json_key_string(json, SLICE("reason"), sending->reason);
    json_object_end(json);
    TRY(rendering_end(&out, book, &body));
    TRY(book_message(book,
                     &(struct message){.id = message,
                                       .endpoint = SLICE("engine"),
                                       .kind = sending->removes ? SLICE("list.remove") : SLICE("list.add"),
                                       .object_kind = "list_change",
                                       .object = sending->id,
                                       .body = body},
                     NULL));
    return book_run(book, &SENT, STORE_VALUES(store_i64(sending->id), store_i64(message), store_text(second), store_i64(book->now_us)));
}

static Status read_batch(struct book *book, int64_t batch, struct sending *rows, uint32_t *ret_count) {
    Status status;
    *ret_count = 0;
    TRY(book_ask(book, &OF_BATCH, STORE_VALUES(store_i64(batch), store_i64(LIST_BATCH_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        rows[(*ret_count)++] = (struct sending){.id = book_i64(book, 0),
                                                .list = book_text(book, 1),
                                                .key = book_text(book, 2),
                                                .removes = slice_is(book_text(book, 3), "REMOVE"),
                                                .from_us = book_i64(book, 4),
                                                .until_us = book_i64(book, 5),
                                                .reason = book_text(book, 6)};
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// An entry whose end has come while it waited would be none. Numbers are taken together: PostgreSQL would go through
// all that the counter was in this unit of work for each.
Status list_batch_send(struct book *book, int64_t batch, Slice second) {
    struct sending *rows = ARENA_ARRAY(book->arena, struct sending, LIST_BATCH_MAX);
    uint32_t count, sent = 0;
    int64_t message = 0;
    TRY(read_batch(book, batch, rows, &count));
    for (uint32_t i = 0; i < count; i++) {
        rows[i].is_over = !rows[i].removes && rows[i].until_us != 0 && rows[i].until_us <= book->now_us;
        sent += !rows[i].is_over;
    }
    if (sent > 0) {
        TRY(book_message_numbers(book, sent, &message));
    }
    for (uint32_t i = 0; i < count; i++) {
        TRY(rows[i].is_over ? book_run(book, &ENDED, STORE_VALUES(store_i64(rows[i].id), store_text(second), store_i64(book->now_us)))
                            : send(book, &rows[i], message++, second));
    }
    return STATUS_OK;
}

Status list_batch_end(struct book *book, int64_t batch, const char *state) {
    return book_run(book, &END, STORE_VALUES(store_i64(batch), store_text(slice_of(state)), store_text(book->actor.name), store_i64(book->now_us)));
}

// ---- what the journal tells ---------------------------------------------------------------------

Status list_met(struct book *book, const struct list_met *met) {
    Slice who = SLICE("");
    Slice second = SLICE("");
    Slice hash = hash_text(book->arena, met->hash);
    if (met->message != 0) {
        StoreValues values = STORE_VALUES(store_i64(met->message), store_text(hash));
        Status status = book_one(book, &WHOSE, values);
        ENSURE(status == STATUS_OK || status == STATUS_NOT_FOUND, status);
        if (status == STATUS_OK) {
            who = book_text(book, 0);
            second = book_text(book, 1);
            TRY(book_run(book, &DONE, values));
        }
    }
    return book_run(book, &MET,
                    STORE_VALUES(store_text(met->list), store_text(hash), store_text(met->key), store_i64(!met->removes),
                                 store_number(met->from_us), store_number(met->until_us), store_text(met->source), store_text(met->reason), store_text(who),
                                 store_text(second), store_i64(met->at_us), store_i64((int64_t)met->sequence)));
}

Status list_key_find(struct book *book, Slice list, Hash128 hash, struct list_key *ret_key) {
    TRY(book_one(book, &ENTRY, STORE_VALUES(store_text(list), store_text(hash_text(book->arena, hash)))));
    *ret_key = (struct list_key){.key = book_text(book, 0), .changed_by = book_text(book, 1), .second = book_text(book, 2), .changed_us = book_i64(book, 3)};
    return STATUS_OK;
}

// ---- as JSON ------------------------------------------------------------------------------------

static void put_change(struct book *book, struct json_writer *json, int64_t id) {
    enum { MARK = 8 };
    json_object_begin(json);
    json_key_i64(json, SLICE("change"), id);
    json_key_string(json, SLICE("op"), book_text(book, 1));
    json_key_string(json, SLICE("key"), book_text(book, 2));
    json_key_string(json, SLICE("personal"), book_text(book, 3));
    json_key_string(json, SLICE("mark"), slice_part(book_text(book, 4), 0, MARK));
    put_moment(json, SLICE("from"), book_i64(book, 5));
    put_moment(json, SLICE("until"), book_i64(book, 6));
    json_key_string(json, SLICE("reason"), book_text(book, 7));
    json_key_string(json, SLICE("state"), book_text(book, 8));
    put_number(json, SLICE("proposal"), book_i64(book, 9));
    json_key_string(json, SLICE("asked_by"), book_text(book, 10));
    put_moment(json, SLICE("asked"), book_i64(book, 11));
    put_text(json, SLICE("second"), book_text(book, 12));
    put_moment(json, SLICE("settled"), book_i64(book, 13));
    put_text(json, SLICE("problem"), book_text(book, 14));
    json_object_end(json);
}

Status list_changes_put_json(struct book *book, const struct list_change_filter *filter, struct json_writer *json, int64_t *ret_next) {
    uint32_t most = filter->count_max < OFFICE_ROWS_MAX ? filter->count_max : OFFICE_ROWS_MAX;
    uint32_t count = 0;
    int64_t id = 0;
    Status status;
    TRY(book_ask(book, &LIST,
                 STORE_VALUES(store_text(filter->list), store_i64(filter->before == 0 ? INT64_MAX : filter->before), store_i64(filter->proposal),
                              store_i64(most), store_i64(book->now_us))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        id = book_i64(book, 0);
        put_change(book, json, id);
        count++;
    }
    json_array_end(json);
    *ret_next = count == most ? id : 0;
    return status == STATUS_END ? STATUS_OK : status;
}
