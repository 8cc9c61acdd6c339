// Attachments of a case: what people put beside it, with the hash of its bytes. Nothing is removed.

#include "response/cases/private.h"

#include <inttypes.h>

static const struct statement COUNT = {"case_attachment_count",
                                       "SELECT COUNT(*) FROM case_attachment WHERE case_id = ?1"};
static const struct statement ADD = {
    "case_attachment_add",
    "INSERT INTO case_attachment (id, case_id, name, media, size, sha256, about, uploaded_us, "
    "uploaded_by, withdrawn_by, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', '')"};
static const struct statement ADD_BYTES = {
    "case_attachment_add_bytes",
    "INSERT INTO case_attachment_bytes (attachment, bytes) VALUES (?1, ?2)"};
static const struct statement READ = {
    "case_attachment_read", "SELECT a.name, a.media, a.about, b.bytes, a.sha256 FROM case_attachment "
                            "a JOIN case_attachment_bytes b ON b.attachment = a.id WHERE a.case_id = ?1 "
                            "AND a.id = ?2"};
static const struct statement WITHDRAW = {
    "case_attachment_withdraw",
    "UPDATE case_attachment SET withdrawn_us = ?3, withdrawn_by = ?4, "
    "reason = ?5 WHERE case_id = ?1 AND id = ?2 AND withdrawn_us IS NULL"};
static const struct statement ALL = {
    "case_attachment_all", "SELECT a.id, a.name, a.size, a.sha256, b.bytes FROM case_attachment a "
                           "LEFT JOIN case_attachment_bytes b ON b.attachment = a.id WHERE "
                           "a.case_id = ?1 AND a.id > ?2 ORDER BY a.id LIMIT 1"};
static const struct statement TOLD = {
    "case_attachment_told", "SELECT COUNT(*) FROM trace WHERE object_kind = 'case' AND object = ?1 "
                            "AND reason = 'attached' AND detail = ?2"};
static const struct statement TOLD_ALL = {
    "case_attachment_told_all", "SELECT COUNT(*) FROM trace WHERE object_kind = 'case' AND object "
                                "= ?1 AND reason = 'attached'"};

static Slice told_of(struct book *book, int64_t id, Slice name, int64_t size, Slice sha256) {
    struct detail detail;
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("attachment"), id);
    json_key_string(&detail.json, SLICE("name"), name);
    json_key_i64(&detail.json, SLICE("size"), size);
    json_key_string(&detail.json, SLICE("sha256"), sha256);
    return detail_end(&detail, book);
}

static Status check_attachment(struct book *book, int64_t id,
                               const struct case_attachment *attachment) {
    int64_t count = 0;
    ENSURE(attachment->name.size > 0 && attachment->bytes.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "an attachment needs a name and bytes"));
    TRY(case_text_check(book, "the name of an attachment", attachment->name, CASE_TITLE_MAX));
    TRY(case_text_check(book, "the media type", attachment->media, CASES_NAME_MAX));
    TRY(case_text_check(book, "what an attachment is about", attachment->about, CASE_TEXT_MAX));
    TRY(case_text_check(book, "an attachment", attachment->bytes, CASE_ATTACHMENT_MAX));
    TRY(book_number(book, &COUNT, STORE_VALUES(store_i64(id)), &count));
    ENSURE(count < CASE_ATTACHMENTS_MAX,
           book_fail(book, STATUS_LIMIT, "CA003", "a case has at most %d attachments",
                     CASE_ATTACHMENTS_MAX));
    return STATUS_OK;
}

Status case_attach(struct book *book, int64_t clearance, int64_t id,
                   const struct case_attachment *attachment, int64_t *ret_attachment) {
    struct case_row row;
    char sha256[DIGEST_SIZE];
    int64_t number;
    TRY(case_load_open(book, clearance, id, &row));
    TRY(check_attachment(book, id, attachment));
    TRY(book_count_up(book, SLICE("case attachment"), &number));
    digest_of(attachment->bytes, sha256);
    Slice hash = {sha256, DIGEST_SIZE};
    TRY(book_run(book, &ADD,
                 STORE_VALUES(store_i64(number), store_i64(id), store_text(attachment->name),
                              store_text(attachment->media),
                              store_i64((int64_t)attachment->bytes.size), store_text(hash),
                              store_text(attachment->about), store_i64(book->now_us),
                              store_text(book->actor.name))));
    TRY(book_run(book, &ADD_BYTES,
                 STORE_VALUES(store_i64(number), store_bytes(attachment->bytes))));
    *ret_attachment = number;
    return case_trace(
        book, &row, "attached",
        told_of(book, number, attachment->name, (int64_t)attachment->bytes.size, hash));
}

static Status no_attachment(struct book *book, int64_t attachment) {
    return book_fail(book, STATUS_NOT_FOUND, "CA013",
                     "there is no attachment %" PRId64 " in this case", attachment);
}

Status case_attachment_read(struct book *book, int64_t clearance, int64_t id, int64_t attachment,
                            struct case_attachment *ret) {
    struct case_row row;
    TRY(case_load(book, clearance, id, &row));
    Status status = book_one(book, &READ, STORE_VALUES(store_i64(id), store_i64(attachment)));
    ENSURE(status != STATUS_NOT_FOUND, no_attachment(book, attachment));
    TRY(status);
    *ret = (struct case_attachment){.name = book_text(book, 0),
                                    .media = book_text(book, 1),
                                    .about = book_text(book, 2),
                                    .bytes = book_text(book, 3)};
    char sha256[DIGEST_SIZE];
    digest_of(ret->bytes, sha256);
    ENSURE(slice_equal((Slice){sha256, DIGEST_SIZE}, book_text(book, 4)),
           book_fail(book, STATUS_INVALID, "CA009", "the attachment %" PRId64 " was changed",
                     attachment));
    return STATUS_OK;
}

Status case_attachment_withdraw(struct book *book, int64_t clearance, int64_t id,
                                int64_t attachment, Slice reason) {
    struct case_row row;
    struct detail detail;
    int64_t count = 0;
    TRY(case_load_open(book, clearance, id, &row));
    TRY(case_text_check(book, "the reason", reason, CASE_TITLE_MAX));
    ENSURE(reason.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "to withdraw an attachment needs a reason"));
    TRY(book_change(book, &WITHDRAW,
                    STORE_VALUES(store_i64(id), store_i64(attachment), store_i64(book->now_us),
                                 store_text(book->actor.name), store_text(reason)),
                    &count));
    ENSURE(count > 0, no_attachment(book, attachment));
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("attachment"), attachment);
    json_key_string(&detail.json, SLICE("reason"), reason);
    return case_trace(book, &row, "attachment_withdrawn", detail_end(&detail, book));
}

// ---- verifying ---------------------------------------------------------------------------------

// The trace told the same, word for word.
static Status verify_one(struct book *book, int64_t id, int64_t *ret_attachment) {
    char sha256[DIGEST_SIZE];
    int64_t told = 0;
    int64_t attachment = book_i64(book, 0), size = book_i64(book, 2);
    Slice name = book_text(book, 1), hash = book_text(book, 3);
    Slice bytes = store_column_text(book->store, 4);
    digest_of(bytes, sha256);
    bool is_same = !book_is_null(book, 4) && (int64_t)bytes.size == size &&
                   slice_equal(hash, (Slice){sha256, DIGEST_SIZE});
    if (is_same) {
        TRY(book_number(
            book, &TOLD,
            STORE_VALUES(store_i64(id), store_text(told_of(book, attachment, name, size, hash))),
            &told));
    }
    *ret_attachment = attachment;
    return told == 1 ? STATUS_OK
                     : book_fail(book, STATUS_INVALID, "CA009",
                                 "the attachment %" PRId64 " was changed", attachment);
}

Status case_attachments_verify(struct book *book, int64_t id, uint32_t *ret_count) {
    Status status;
    int64_t at = 0, told = 0;
    uint32_t count = 0;
    ArenaMark mark = arena_mark(book->arena);
    while ((status = book_one(book, &ALL, STORE_VALUES(store_i64(id), store_i64(at)))) ==
           STATUS_OK) {
        TRY(verify_one(book, id, &at));
        arena_rewind(book->arena, mark);
        count++;
    }
    ENSURE(status == STATUS_NOT_FOUND, status);
    TRY(book_number(book, &TOLD_ALL, STORE_VALUES(store_i64(id)), &told));
    ENSURE(told == count, book_fail(book, STATUS_INVALID, "CA009", "an attachment is missing"));
    *ret_count = count;
    return STATUS_OK;
}
