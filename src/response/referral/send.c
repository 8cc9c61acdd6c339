// Sending: the package is kept in the store, the police are told of it, and it is found again as it
// was.

#include "response/referral/dossier.h"

#include "base/hex.h"
#include "paper/bundle.h"

#include <inttypes.h>

static const struct statement KEEP = {
    "package_keep",
    "INSERT INTO referral_package (referral, number, name, size, sha256, sm3, content, persons, "
    "movements, made_us, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
static const struct statement KEEP_PART = {
    "package_keep_part", "INSERT INTO referral_package_part (referral, number, part, bytes, "
                         "sha256) VALUES (?1, ?2, ?3, ?4, ?5)"};
static const struct statement KEPT = {
    "package_kept",
    "SELECT number, size, sha256, sm3 FROM referral_package WHERE referral = ?1 AND number = ?2"};
static const struct statement PART = {
    "package_part", "SELECT bytes, sha256 FROM referral_package_part WHERE referral = ?1 AND "
                    "number = ?2 AND part = ?3"};
static const struct statement PARTS = {
    "package_parts",
    "SELECT COUNT(*) FROM referral_package_part WHERE referral = ?1 AND number = ?2"};
static const struct statement SENT = {
    "referral_sent", "UPDATE referral SET sent_us = ?2, package = ?3, message = ?4 WHERE id = ?1"};
static const struct statement TRACED = {
    "package_traced", "SELECT detail FROM trace WHERE object_kind = 'referral' AND object = ?1 AND "
                      "to_state = 'SENT' AND from_state = 'APPROVED' ORDER BY number LIMIT 1"};

enum { PACKAGE = 1 }; // of a referral there is one: more goes with one that supplements it

static Status digest_of(struct book *book, Slice bytes, BundleDigests *ret_digests) {
    ENSURE(bundle_digest(bytes, ret_digests),
           book_fail(book, STATUS_IO, "PA023", "a hash cannot be computed"));
    return STATUS_OK;
}

// ---- keeping ------------------------------------------------------------------------------------

static Status keep_parts(struct book *book, int64_t id, Slice zip) {
    BundleDigests digests;
    for (size_t at = 0, part = 1; at < zip.size; at += REFERRAL_PART_MAX, part++) {
        Slice bytes = slice_part(zip, at, REFERRAL_PART_MAX);
        TRY(digest_of(book, bytes, &digests));
        TRY(book_run(book, &KEEP_PART,
                     STORE_VALUES(store_i64(id), store_i64(PACKAGE), store_i64((int64_t)part),
                                  store_bytes(bytes), store_text(slice_of(digests.sha256)))));
    }
    return STATUS_OK;
}

static Status keep(struct book *book, int64_t id, const struct referral_made *made, Slice zip) {
    TRY(book_run(book, &KEEP,
                 STORE_VALUES(store_i64(id), store_i64(PACKAGE), store_text(made->name),
                              store_i64((int64_t)zip.size), store_text(slice_of(made->sha256)),
                              store_text(slice_of(made->sm3)), store_text(slice_of(made->content)),
                              store_i64(made->persons), store_i64(made->rows),
                              store_i64(book->now_us), store_text(book->actor.name))));
    return keep_parts(book, id, zip);
}

// ---- telling ------------------------------------------------------------------------------------

static void put_package(struct json_writer *json, const struct referral_made *made, Slice zip) {
    json_key(json, SLICE("package"));
    json_object_begin(json);
    json_key_string(json, SLICE("name"), made->name);
    json_key_i64(json, SLICE("bytes"), (int64_t)zip.size);
    json_key_string(json, SLICE("sha256"), slice_of(made->sha256));
    json_key_string(json, SLICE("sm3"), slice_of(made->sm3));
    json_key_i64(json, SLICE("persons"), made->persons);
    json_key_i64(json, SLICE("rows"), made->rows);
    json_object_end(json);
}

static Status tell(struct book *book, const struct referral_office *office,
                   const struct referral_row *row, const struct referral_made *made, Slice zip,
                   int64_t *ret_message) {
    struct rendering out;
    Slice body;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("referral"), row->id);
    json_key_i64(json, SLICE("lead"), row->lead);
    put_number(json, SLICE("supplements"), row->supplements);
    json_key_string(json, SLICE("number"), row_number(office, row, book->arena));
    json_key_string(json, SLICE("bank"), office->bank);
    json_key_string(json, SLICE("route"), row->fields[REFERRAL_FIELD_ROUTE]);
    json_key_string(json, SLICE("urgency"), row->fields[REFERRAL_FIELD_URGENCY]);
    json_key_string(json, SLICE("authority"), row->fields[REFERRAL_FIELD_AUTHORITY]);
    put_text(json, SLICE("officer"), row->fields[REFERRAL_FIELD_OFFICER]);
    json_key_string(json, SLICE("contact_a"), row->fields[REFERRAL_FIELD_CONTACT_A]);
    json_key_string(json, SLICE("contact_b"), row->fields[REFERRAL_FIELD_CONTACT_B]);
    put_moment(json, SLICE("at"), book->now_us);
    put_package(json, made, zip);
    json_object_end(json);
    TRY(rendering_end(&out, book, &body));
    return book_message(book,
                        &(struct message){.endpoint = SLICE("police"),
                                          .kind = SLICE("referral.sent"),
                                          .object_kind = "referral",
                                          .object = row->id,
                                          .body = body},
                        ret_message);
}

static Status describe(struct book *book, const struct referral_made *made, Slice zip,
                       Slice *ret_detail) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    put_package(json, made, zip);
    json_object_end(json);
    return rendering_end(&out, book, ret_detail);
}

// The case refers to it, and is referred, where it may be from where it is.
static Status tell_case(struct book *book, int64_t clearance, const struct referral_office *office,
                        const struct referral_row *row) {
    static const struct statement STATE = {"send_case_state",
                                           "SELECT state FROM case_file WHERE id = ?1"};
    Slice number = row_number(office, row, book->arena);
    TRY(case_refer(book, clearance, row->case_id, SLICE("REFERRAL"), number));
    TRY(book_one(book, &STATE, STORE_VALUES(store_i64(row->case_id))));
    Slice state = book_text(book, 0);
    bool may_be = slice_is(state, "INVESTIGATING") || slice_is(state, "CONTROLLED") ||
                  slice_is(state, "WAITING") || slice_is(state, "STR_FILED");
    return may_be ? case_move(book, clearance, row->case_id, SLICE("REFERRED"), number) : STATUS_OK;
}

static Status check_package(struct book *book, const struct referral_made *made, Slice zip) {
    BundleDigests digests;
    ENSURE(zip.size > 0 && zip.size <= REFERRAL_PACKAGE_MAX,
           book_fail(book, STATUS_LIMIT, "RF003", "a package has from 1 to %d bytes",
                     REFERRAL_PACKAGE_MAX));
    TRY(digest_of(book, zip, &digests));
    ENSURE(
        strcmp(digests.sha256, made->sha256) == 0 && strcmp(digests.sm3, made->sm3) == 0,
        book_fail(book, STATUS_INVALID, "RF021", "these bytes are not the package that was made"));
    return STATUS_OK;
}

Status referral_send(struct book *book, int64_t clearance, const struct referral_office *office,
                     int64_t id, const struct referral_made *made, Slice zip) {
    struct referral_row row;
    struct dossier dossier;
    char content[65];
    int64_t message = 0;
    Slice detail;
    TRY(lead_load(book, clearance, id, &row));
    ENSURE(row_is(&row, "APPROVED"), book_fail(book, STATUS_INVALID, "RF004",
                                               "it is sent when three persons have approved it"));
    TRY(check_package(book, made, zip));
    TRY(dossier_read(book, office, &row, &dossier));
    TRY(approval_check_content(book, &row, &dossier, content));
    ENSURE(strcmp(content, made->content) == 0,
           book_fail(book, STATUS_INVALID, "RF021",
                     "the package was made of another content: make it again"));
    TRY(keep(book, id, made, zip));
    TRY(tell(book, office, &row, made, zip, &message));
    TRY(book_run(book, &SENT,
                 STORE_VALUES(store_i64(id), store_i64(book->now_us), store_i64(PACKAGE),
                              store_i64(message))));
    row.sent_us = book->now_us;
    TRY(describe(book, made, zip, &detail));
    TRY(lead_move(book, &row, "SENT", SLICE("sent"), detail));
    TRY(tell_case(book, clearance, office, &row));
    return lead_clock_arm(book, office, &row);
}

// ---- finding it again ---------------------------------------------------------------------------

struct kept {
    int64_t size, parts;
    Slice sha256, sm3;
};

static Status changed(struct book *book, int64_t id, const char *what) {
    Status status = book_fail(book, STATUS_INVALID, "RF022",
                              "the package of referral %" PRId64 " %s", id, what);
    book->diag->hint = SLICE("report it to data security; the copy that was sent is the police's");
    return status;
}

static Status load_kept(struct book *book, const struct referral_row *row, struct kept *ret) {
    ENSURE(row->package != 0, book_fail(book, STATUS_NOT_FOUND, "RF001",
                                        "nothing was sent of referral %" PRId64, row->id));
    Status status =
        book_one(book, &KEPT, STORE_VALUES(store_i64(row->id), store_i64(row->package)));
    ENSURE(status != STATUS_NOT_FOUND, changed(book, row->id, "is missing"));
    TRY(status);
    *ret = (struct kept){
        .size = book_i64(book, 1), .sha256 = book_text(book, 2), .sm3 = book_text(book, 3)};
    return book_number(book, &PARTS, STORE_VALUES(store_i64(row->id), store_i64(row->package)),
                       &ret->parts);
}

static Status read_part(struct book *book, const struct referral_row *row, int64_t part,
                        struct buf *zip) {
    BundleDigests digests;
    Status status = book_one(
        book, &PART, STORE_VALUES(store_i64(row->id), store_i64(row->package), store_i64(part)));
    ENSURE(status != STATUS_NOT_FOUND, changed(book, row->id, "misses a part"));
    TRY(status);
    Slice bytes = store_column_text(book->store, 0);
    TRY(digest_of(book, bytes, &digests));
    if (!slice_is(store_column_text(book->store, 1), digests.sha256)) {
        return changed(book, row->id,
                       arena_printf(book->arena, "was changed in part %" PRId64, part).at);
    }
    buf_put(zip, bytes);
    return STATUS_OK;
}

// The hash in the row is that of the trace as well, whose rows hang together by hashes.
static Status check_trace(struct book *book, const struct referral_row *row,
                          const struct kept *kept) {
    uint32_t count;
    TRY(book_trace_verify(book, "referral", row->id, &count));
    Status status = book_one(book, &TRACED, STORE_VALUES(store_i64(row->id)));
    ENSURE(status != STATUS_NOT_FOUND, changed(book, row->id, "is in no trace"));
    TRY(status);
    Slice detail = book_text(book, 0);
    ENSURE(slice_find(detail, kept->sha256, 0) != SIZE_MAX &&
               slice_find(detail, kept->sm3, 0) != SIZE_MAX,
           changed(book, row->id, "is another than was sent"));
    return STATUS_OK;
}

static Status read_package(struct book *book, const struct referral_row *row, struct buf *zip) {
    struct kept kept;
    BundleDigests digests;
    TRY(load_kept(book, row, &kept));
    for (int64_t part = 1; part <= kept.parts; part++) {
        TRY(read_part(book, row, part, zip));
    }
    ENSURE(!buf_overflowed(zip),
           book_fail(book, STATUS_LIMIT, "RF003", "the package does not fit"));
    TRY(digest_of(book, buf_slice(zip), &digests));
    ENSURE((int64_t)zip->size == kept.size && slice_is(kept.sha256, digests.sha256) &&
               slice_is(kept.sm3, digests.sm3),
           changed(book, row->id, "was changed"));
    return check_trace(book, row, &kept);
}

Status referral_package_read(struct book *book, int64_t clearance, int64_t id, struct buf *zip) {
    struct referral_row row;
    TRY(lead_load(book, clearance, id, &row));
    TRY(read_package(book, &row, zip));
    return lead_trace(book, &row, "package taken", SLICE(""));
}

Status referral_verify(struct book *book, int64_t clearance, int64_t id) {
    struct referral_row row;
    struct buf zip;
    TRY(lead_load(book, clearance, id, &row));
    buf_init(&zip, REFERRAL_PACKAGE_MAX);
    Status status = read_package(book, &row, &zip);
    buf_deinit(&zip);
    return status;
}
