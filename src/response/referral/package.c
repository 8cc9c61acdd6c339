// The package: a zip of letter, material, statement, tables, the machine's JSON and enclosures,
// with hashes; made of the dossier, and kept to the byte.
//
//     00 说明.txt  01 移送函.pdf  02 移送材料.pdf  03 交易流水.pdf  04 资金流向图.png
//     数据/*.csv  数据/线索.json  附件/*  manifest.json  SHA256SUMS  SM3SUMS
//
// Its time is that of the last approval, so the same rows give the same bytes whenever it is made.

#include "response/referral/print.h"

#include "base/hex.h"
#include "paper/bundle.h"

#include <inttypes.h>
#include <openssl/evp.h>

enum { FLOW_DOTS = 150, JSON_BYTES_MAX = 96 << 20, SHA256_SIZE = 32 };

struct packing {
    struct book *book;
    struct dossier *dossier;
    struct print print;
    struct bundle *bundle;
    struct arena *arena;
};

static Status add(struct packing *packing, Slice name, Slice bytes, int64_t rows) {
    return bundle_add(packing->bundle, name, bytes, rows, packing->book->diag);
}

static Status take_table(void *context, Slice name, Slice bytes, int64_t rows) {
    return add(context, name, bytes, rows);
}

// ---- documents ----------------------------------------------------------------------------------

typedef Status PrintDocument(struct print *print, struct buf *out);

static Status add_document(struct packing *packing, const char *name, PrintDocument *document) {
    struct buf out;
    buf_init(&out, PRINT_BYTES_MAX);
    Status status = document(&packing->print, &out);
    if (status == STATUS_OK) {
        status = add(packing, slice_of(name), buf_slice(&out), BUNDLE_NO_ROWS);
    }
    buf_deinit(&out);
    return status;
}

static Status print_picture(struct print *print, struct buf *out) {
    const struct figure *figure = NULL;
    TRY(print_flow(print, &figure));
    return figure == NULL ? STATUS_OK
                          : figure_write_png(figure, print->fonts, FLOW_DOTS, out, print->diag);
}

static Status add_documents(struct packing *packing) {
    TRY(add_document(packing, "01 移送函.pdf", print_letter));
    TRY(add_document(packing, "02 移送材料.pdf", print_material));
    TRY(add_document(packing, "03 交易流水.pdf", print_statement));
    return packing->dossier->edges.count == 0
               ? STATUS_OK
               : add_document(packing, "04 资金流向图.png", print_picture);
}

// ---- the machine's half -------------------------------------------------------------------------

static void put_machine(const struct packing *packing, struct json_writer *json) {
    const struct dossier *dossier = packing->dossier;
    const struct referral_row *row = dossier->row;
    json_object_begin(json);
    json_key_string(json, SLICE("format"), SLICE("qiantang-referral"));
    json_key_i64(json, SLICE("version"), 1);
    json_key_string(json, SLICE("number"), print_number(&packing->print));
    json_key_i64(json, SLICE("year"), row->year);
    json_key_i64(json, SLICE("number_of_year"), row->number);
    json_key_string(json, SLICE("approved"),
                    dossier_moment(dossier, row->approved_us, packing->arena));
    json_key_string(json, SLICE("content_sha256"), row->content);
    json_key(json, SLICE("dossier"));
    dossier_put_json(dossier, false, json);
    json_object_end(json);
}

static Status add_machine(struct packing *packing) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, JSON_BYTES_MAX);
    json_writer_init(&json, &out);
    put_machine(packing, &json);
    Status status =
        buf_overflowed(&out)
            ? book_fail(packing->book, STATUS_LIMIT, "RF003", "the dossier is too large")
            : add(packing, SLICE("数据/线索.json"), buf_slice(&out), BUNDLE_NO_ROWS);
    buf_deinit(&out);
    return status;
}

// ---- enclosures ---------------------------------------------------------------------------------

// Letters, digits and CJK of a name that others gave; anything else becomes a line.
static Slice plain_name(Slice name, struct arena *arena) {
    enum { NAME_MAX_BYTES = 120 };
    struct buf out;
    buf_init(&out, NAME_MAX_BYTES);
    for (size_t i = 0; i < name.size && i < NAME_MAX_BYTES; i++) {
        unsigned char byte = (unsigned char)name.at[i];
        bool is_plain = byte >= 0x80 || (byte >= '0' && byte <= '9') ||
                        ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '.';
        buf_put_byte(&out, is_plain ? name.at[i] : '_');
    }
    while (out.size > 0 && (out.bytes[out.size - 1] == '.' || out.bytes[out.size - 1] == '_')) {
        out.size--;
    }
    Slice plain = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return plain;
}

static Status add_enclosure(struct packing *packing, const struct dossier_enclosure *enclosure,
                            uint32_t number) {
    struct case_attachment attachment;
    const struct referral_row *row = packing->dossier->row;
    TRY(case_attachment_read(packing->book, row_clearance(row), row->case_id, enclosure->attachment,
                             &attachment));
    Slice name = arena_printf(packing->arena, "附件/%02u %.*s", number,
                              SLICE_ARGS(plain_name(enclosure->name, packing->arena)));
    Status status = add(packing, name, attachment.bytes, BUNDLE_NO_ROWS);
    if (status == STATUS_INVALID) { // not a name that Windows could make a file of
        name = arena_printf(packing->arena, "附件/%02u", number);
        status = add(packing, name, attachment.bytes, BUNDLE_NO_ROWS);
    }
    return status;
}

static Status add_enclosures(struct packing *packing) {
    for (uint32_t i = 0; i < packing->dossier->enclosures.count; i++) {
        TRY(add_enclosure(packing, &packing->dossier->enclosures.at[i], i + 1));
    }
    return STATUS_OK;
}

// ---- the whole ----------------------------------------------------------------------------------

static Status add_notes(struct packing *packing) {
    struct print *print = &packing->print;
    Slice text = print_text(
        print,
        "\xef\xbb\xbf"
        "线索移送材料　%.*s\r\n%.*s\r\n\r\n"
        "01 移送函.pdf　　　移送函\r\n"
        "02 "
        "移送材料.pdf　　第一至第八部分：主体、账户、流水合计、资金流向图、设备与IP、研判意见、措"
        "施、受害人\r\n"
        "03 交易流水.pdf　　涉案交易流水全文\r\n"
        "数据\\*.csv　　　　各部分的表格，UTF-8 编码，可用 Excel 打开；长数字后带一个制表符，以免被"
        "显示为科学计数；以 = + - @ 开头的内容前加了单引号\r\n"
        "数据\\线索.json　　 全部内容的机器可读形式，金额单位为分\r\n"
        "附件\\　　　　　　　所附材料\r\n\r\n"
        "核对是否完整、有无改动：manifest.json 列出每个文件的字节数、行数、SHA-256 和 SM3；\r\n"
        "sha256sum -c SHA256SUMS，或 openssl dgst -sm3 文件名 与 SM3SUMS 比对。\r\n"
        "整包散列值由我行通过警银平台另行发送。\r\n",
        SLICE_ARGS(print_number(print)), SLICE_ARGS(packing->dossier->office->bank));
    return add(packing, SLICE("00 说明.txt"), text, BUNDLE_NO_ROWS);
}

static Status pack(struct packing *packing, BundleDigests *ret_digests) {
    TRY(add_notes(packing));
    TRY(add_documents(packing));
    TRY(print_tables(&packing->print, take_table, packing));
    TRY(add_machine(packing));
    TRY(add_enclosures(packing));
    return bundle_finish(packing->bundle, ret_digests, packing->book->diag);
}

static Slice name_of(const struct referral_row *row, struct arena *arena) {
    return arena_printf(arena, "线索移送-%" PRId64 "-%" PRId64 ".zip", row->year, row->number);
}

static Status check_made(struct book *book, const struct referral_row *row,
                         const struct dossier *dossier, char ret_content[static 65]) {
    ENSURE(row->number != 0 && row->approved_us != 0,
           book_fail(book, STATUS_INVALID, "RF004",
                     "a package is made of a referral that three persons have approved"));
    return row_is(row, "APPROVED") ? approval_check_content(book, row, dossier, ret_content)
                                   : dossier_digest(book, dossier, ret_content);
}

Status referral_make(struct book *book, int64_t clearance, const struct referral_office *office,
                     struct fonts *fonts, int64_t id, struct buf *zip, struct referral_made *ret) {
    struct referral_row row;
    struct dossier dossier;
    BundleDigests digests;
    struct referral_made made = {0};
    TRY(lead_load(book, clearance, id, &row));
    TRY(dossier_read(book, office, &row, &dossier));
    TRY(check_made(book, &row, &dossier, made.content));
    struct packing packing = {.book = book,
                              .dossier = &dossier,
                              .arena = book->arena,
                              .print = {.dossier = &dossier,
                                        .fonts = fonts,
                                        .arena = book->arena,
                                        .diag = book->diag,
                                        .is_pdf = true}};
    packing.bundle = bundle_create(row.approved_us, office->terms->zone_us, book->arena, zip);
    Status status = pack(&packing, &digests);
    bundle_destroy(packing.bundle);
    TRY(status);
    memcpy(made.sha256, digests.sha256, sizeof made.sha256);
    memcpy(made.sm3, digests.sm3, sizeof made.sm3);
    made.name = name_of(&row, book->arena);
    made.pages = packing.print.pages;
    made.persons = dossier.parties.count;
    made.rows = dossier.rows.count;
    *ret = made;
    return STATUS_OK;
}

Status referral_preview(struct book *book, int64_t clearance, const struct referral_office *office,
                        struct fonts *fonts, int64_t id, ReferralView view, bool is_masked,
                        bool is_pdf, struct buf *out) {
    static PrintDocument *const documents[] = {[REFERRAL_VIEW_LETTER] = print_letter,
                                               [REFERRAL_VIEW_MATERIAL] = print_material,
                                               [REFERRAL_VIEW_STATEMENT] = print_statement};
    struct referral_row row;
    struct dossier dossier;
    TRY(lead_load(book, clearance, id, &row));
    TRY(dossier_read(book, office, &row, &dossier));
    if (is_masked) {
        dossier_mask(&dossier, book->arena);
    }
    struct print print = {.dossier = &dossier,
                          .fonts = fonts,
                          .arena = book->arena,
                          .diag = book->diag,
                          .is_preview = true,
                          .is_pdf = is_pdf};
    return documents[view](&print, out);
}

Status referral_put_dossier(struct book *book, int64_t clearance,
                            const struct referral_office *office, int64_t id, bool is_masked,
                            struct json_writer *json) {
    struct referral_row row;
    struct dossier dossier;
    TRY(lead_load(book, clearance, id, &row));
    TRY(dossier_read(book, office, &row, &dossier));
    if (is_masked) {
        dossier_mask(&dossier, book->arena);
    }
    dossier_put_json(&dossier, false, json);
    return STATUS_OK;
}
