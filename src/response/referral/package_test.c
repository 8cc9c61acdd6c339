// Packages: the same bytes twice, what was changed behind the program's back, what hostile texts
// become, whose data is in it, and how it looks to those who may not see persons. On a file of
// SQLite, or on the PostgreSQL server that $STORE names.

#include "response/referral/referral_scene_test.h"

#include "paper/leaks_test.h"

#include "response/referral/sheet.h"

#include <zlib.h>

static const int64_t APPROVE_US = WORK_US + 10 * US_PER_MINUTE;

// ---- a zip, as far as a test needs it -----------------------------------------------------------

static uint32_t little(const char *at, int bytes) {
    uint32_t value = 0;
    for (int i = bytes; i > 0; i--) {
        value = value << 8 | (unsigned char)at[i - 1];
    }
    return value;
}

// The bytes of a file in it; {NULL, 0}: there is none of this name. In the arena.
static Slice file_of(struct world *w, const struct buf *zip, const char *name) {
    enum { LOCAL = 0x04034b50, HEAD_SIZE = 30 };
    for (size_t at = 0; at + HEAD_SIZE < zip->size;) {
        const char *head = zip->bytes + at;
        uint32_t packed = little(head + 18, 4), size = little(head + 22, 4);
        uint32_t name_size = little(head + 26, 2), extra = little(head + 28, 2);
        if (little(head, 4) != LOCAL) {
            return (Slice){NULL, 0};
        }
        const char *data = head + HEAD_SIZE + name_size + extra;
        if (slice_equal((Slice){head + HEAD_SIZE, name_size}, slice_of(name))) {
            char *room = arena_alloc(&w->scratch.arena, size + (size_t)1);
            z_stream stream = {.next_in = (Bytef *)data,
                               .avail_in = packed,
                               .next_out = (Bytef *)room,
                               .avail_out = size};
            bool is_stored = little(head + 8, 2) == 0;
            if (is_stored) {
                memcpy(room, data, size);
            } else if (inflateInit2(&stream, -MAX_WBITS) != Z_OK ||
                       inflate(&stream, Z_FINISH) != Z_STREAM_END || inflateEnd(&stream) != Z_OK) {
                return (Slice){NULL, 0};
            }
            return (Slice){room, size};
        }
        at = (size_t)(data - zip->bytes) + packed;
    }
    return (Slice){NULL, 0};
}

static bool has(Slice text, const char *part) {
    return slice_find(text, slice_of(part), 0) != SIZE_MAX;
}

static bool make(struct world *w) {
    CHECK_OK(w, approve_all(w, APPROVE_US));
    CHECK_OK(w, open_fonts(w));
    CHECK_OK(w, within(w, APPROVE_US, work_make));
    return true;
}

// ---- what is in it ------------------------------------------------------------------------------

static bool test_parts(void) {
    static const char *const names[] = {"00 说明.txt",
                                        "01 移送函.pdf",
                                        "02 移送材料.pdf",
                                        "03 交易流水.pdf",
                                        "04 资金流向图.png",
                                        "数据/01 主体.csv",
                                        "数据/02 账户.csv",
                                        "数据/03 交易流水.csv",
                                        "数据/04 资金流向-账户.csv",
                                        "数据/05 设备与IP.csv",
                                        "数据/04 资金流向-资金.csv",
                                        "数据/07 已采取措施.csv",
                                        "数据/08 受害人.csv",
                                        "数据/线索.json",
                                        "附件/01 ATM_10001234.txt",
                                        "manifest.json",
                                        "SHA256SUMS",
                                        "SM3SUMS"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene) && make(&w));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        Slice bytes = file_of(&w, &scene.zip, names[i]);
        CHECK_THAT(bytes.at != NULL && bytes.size > 0, "%s", names[i]);
        CHECK(!slice_ends_with(slice_of(names[i]), SLICE(".csv")) ||
              slice_starts_with(bytes, SLICE("\xef\xbb\xbf")));
        CHECK(!slice_ends_with(slice_of(names[i]), SLICE(".pdf")) ||
              slice_starts_with(bytes, SLICE("%PDF")));
    }
    Slice rows = file_of(&w, &scene.zip, "数据/03 交易流水.csv");
    CHECK(has(rows, "序号,交易时间,本方账号,对方账号,对方户名,对方机构,金额(元),借贷方向,余额(元),"
                    "渠道,摘要,IP,设备,终端,流水号,状态\n"));
    CHECK(has(rows, "6217000000000000201\t,6217000000000000101\t,付款人01,")); // in Excel, a text
    CHECK(has(file_of(&w, &scene.zip, "manifest.json"), "\"rows\":39"));
    return end(&w, &scene);
}

// Amounts of the machine's half are those of the tables, and all of them are those of the rows.
static bool test_sums(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene) && make(&w));
    Slice json = file_of(&w, &scene.zip, "数据/线索.json");
    CHECK(has(json, "\"number\":\"示银反诈移〔2026〕1号\"") && has(json, "\"involved\":43180000"));
    CHECK(has(json, "\"traced\":43180000"));
    CHECK(has(json, "\"paid\":7980000,\"payments\":2"));            // the first victim
    CHECK(has(json, "\"came_in\":16780000,\"went_out\":16650000")); // account 201
    CHECK(has(json, "\"transactions_of_context\":1"));
    CHECK(has(json, scene.made.content));
    Slice victims = file_of(&w, &scene.zip, "数据/08 受害人.csv");
    CHECK(has(victims, "付款人01,10000001000,") && has(victims, ",79800.00,2,"));
    CHECK(has(victims, "6228000000000000901\t,付款人05,")); // of another bank
    Slice flow = file_of(&w, &scene.zip, "数据/04 资金流向-资金.csv");
    CHECK(has(flow, ",79800.00,2,"));
    return end(&w, &scene);
}

// Device, address and balance are told of who acted, and not of his counterparty.
static bool test_of_the_actor_alone(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene) && make(&w));
    Slice json = file_of(&w, &scene.zip, "数据/线索.json");
    CHECK(!has(json, "D-0a11b2") && !has(json, "198.51.100.21")); // the victims' telephones
    CHECK(has(json, "\"device\":\"D-51f0c3\"") && has(json, "\"ip\":\"203.0.113.50\""));
    Slice things = file_of(&w, &scene.zip, "数据/05 设备与IP.csv");
    CHECK(has(things, "设备,D-51f0c3,C0000000201,开户人01,") && !has(things, "D-0a11b2"));
    CHECK(has(things, "P60、安卓"));
    // Nothing of the employer, whose payment is of the context.
    CHECK(!has(json, "6217000000000000801") && !has(json, "C0000000801"));
    // Of a shop the account and the name; no customer, no device.
    CHECK(
        has(json, "{\"place\":\"MERCHANT\",\"account\":\"898610154110001\",\"name\":\"某便利店\""));
    return end(&w, &scene);
}

// ---- the same bytes -----------------------------------------------------------------------------

static bool test_same_bytes(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene) && make(&w));
    struct referral_made first = scene.made;
    struct buf before;
    buf_init(&before, REFERRAL_PACKAGE_MAX);
    buf_put(&before, buf_slice(&scene.zip));
    CHECK_OK(&w, within(&w, APPROVE_US + 5 * US_PER_DAY, work_make)); // later
    CHECK(slice_equal(buf_slice(&before), buf_slice(&scene.zip)));
    CHECK_OK(&w, within(&w, APPROVE_US + 5 * US_PER_DAY, work_send));
    fonts_close(scene.fonts);
    scene.fonts = NULL;
    CHECK_OK(&w, open_fonts(&w));
    w.who = REVIEWER;
    CHECK_OK(&w, within(&w, APPROVE_US + 9 * US_PER_DAY, work_make)); // and after it was sent
    CHECK(slice_equal(buf_slice(&before), buf_slice(&scene.zip)));
    CHECK(strcmp(first.sha256, scene.made.sha256) == 0 && strcmp(first.sm3, scene.made.sm3) == 0 &&
          strcmp(first.content, scene.made.content) == 0);
    CHECK_OK(&w, within(&w, APPROVE_US + 9 * US_PER_DAY, work_take_package));
    CHECK(slice_equal(buf_slice(&before), buf_slice(&scene.out)));
    buf_deinit(&before);
    return end(&w, &scene);
}

static bool test_not_before(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, open_fonts(&w));
    CHECK_CODE(&w, within(&w, APPROVE_US, work_make), "RF004");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_take_package), "RF001");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_verify), "RF001");
    return end(&w, &scene);
}

// ---- tampering ----------------------------------------------------------------------------------

static Status send_large(struct world *w) {
    TRY(approve_all(w, APPROVE_US));
    return send_bytes(w, APPROVE_US + 5 * US_PER_MINUTE, 2 * REFERRAL_PART_MAX + 100);
}

static bool tampered(const struct statement *statement) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, send_large(&w));
    CHECK_OK(&w, within(&w, APPROVE_US, work_verify));
    CHECK_OK(&w, change(&w, statement));
    CHECK_CODE(&w, within(&w, APPROVE_US, work_verify), "RF022");
    CHECK_CODE(&w, within(&w, APPROVE_US, work_take_package), "RF022");
    return end(&w, &scene);
}

static bool test_tampering(void) {
    static const struct statement changes[] = {
        {"test_tamper_part", "UPDATE referral_package_part SET sha256 = 'x' WHERE part = 2"},
        {"test_tamper_bytes", "UPDATE referral_package_part SET bytes = (SELECT bytes FROM "
                              "referral_package_part p WHERE "
                              "p.part = 3 AND p.referral = referral_package_part.referral), sha256 "
                              "= (SELECT sha256 FROM "
                              "referral_package_part p WHERE p.part = 3 AND p.referral = "
                              "referral_package_part.referral) "
                              "WHERE part = 1"},
        {"test_tamper_gone", "DELETE FROM referral_package_part WHERE part = 3"},
        {"test_tamper_row", "UPDATE referral_package SET sha256 = 'x'"},
        {"test_tamper_sm3", "UPDATE referral_package SET sm3 = 'x'"},
        {"test_tamper_all", "DELETE FROM referral_package"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        CHECK_THAT(tampered(&changes[i]), "%s", changes[i].name);
    }
    return true;
}

// Bytes, their hash and the row together: the trace knows what was sent, and hangs together.
static bool test_tampering_with_everything(void) {
    static const struct statement TRACE = {
        "test_tamper_trace", "UPDATE trace SET detail = REPLACE(detail, 'sha256', 'sha257') WHERE "
                             "object_kind = 'referral' AND to_state = 'SENT'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, send_large(&w));
    CHECK_OK(&w, change(&w, &TRACE));
    CHECK_CODE(&w, within(&w, APPROVE_US, work_verify), "BK001");
    return end(&w, &scene);
}

// ---- hostile texts ------------------------------------------------------------------------------

static const char HOSTILE[] = "=cmd|'/C calc'!A0<script>alert(1)</script>\"',;\r\n@SUM(1+1)\x01";

static bool test_hostile_texts(void) {
    struct world w;
    struct scene scene;
    Slice hostile = slice_of(HOSTILE);
    CHECK(begin(&w, &scene));
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        bool is_text = i != REFERRAL_FIELD_URGENCY && i != REFERRAL_FIELD_ROUTE &&
                       i != REFERRAL_FIELD_CONFIDENCE && i != REFERRAL_FIELD_ANALYSIS;
        CHECK_OK(&w, is_text ? edit(&w, (ReferralField)i, hostile) : STATUS_OK);
    }
    CHECK_OK(&w, put(&w, "PARTY", SLICE("C0000000201"), "name", hostile, SLICE("")));
    CHECK_OK(&w, put(&w, "PARTY", SLICE("C0000000202"), "address", SLICE("-1+1"), SLICE("")));
    CHECK_OK(&w, put(&w, "PARTY", SLICE("C0000000203"), "occupation", SLICE("＝1＋1"), SLICE("")));
    CHECK_OK(&w, put(&w, "PARTY", SLICE("C0000000301"), "lists", SLICE("\t@x"), SLICE("")));
    CHECK_OK(&w, put(&w, "COUNTERPARTY", SLICE("MERCHANT 898610154110001"), "name", SLICE("+8610"),
                     SLICE("")));
    scene.subject = (struct case_subject){.kind = SLICE("PERSON"),
                                          .name = SLICE("C0000000202"),
                                          .role = SLICE("FIRST_LEVEL"),
                                          .confidence = 90,
                                          .evidence = hostile};
    CHECK_OK(&w, within(&w, WORK_US, work_subject));
    CHECK(make(&w));
    Slice parties = file_of(&w, &scene.zip, "数据/01 主体.csv");
    CHECK(has(parties, "\"'=cmd|'/C calc'!A0<script>alert(1)</script>\"\"',;  @SUM(1+1) \""));
    CHECK(has(parties, ",'-1+1,") && has(parties, ",'＝1＋1,") && has(parties, ",' @x,"));
    CHECK(!has(parties, ",=cmd") && !has(parties, "\n@SUM") && !has(parties, "\x01"));
    CHECK(has(file_of(&w, &scene.zip, "数据/03 交易流水.csv"), ",'+8610,"));
    Slice json = file_of(&w, &scene.zip, "数据/线索.json");
    CHECK(has(json, "\\u0001") && has(json, "\\r\\n@SUM"));
    Slice letter = file_of(&w, &scene.zip, "01 移送函.pdf");
    CHECK(letter.size > 10000 && !has(letter, "/JavaScript"));
    for (uint32_t view = 0; view < 3; view++) {
        scene.view = (ReferralView)view;
        CHECK_OK(&w, within(&w, APPROVE_US, work_preview));
        CHECK(!out_has(&w, "<script") && !out_has(&w, "\x01"));
    }
    scene.view = REFERRAL_VIEW_MATERIAL;
    CHECK_OK(&w, within(&w, APPROVE_US, work_preview));
    CHECK(out_has(&w, "&lt;script&gt;alert(1)"));
    return end(&w, &scene);
}

// A name of a file that no Windows could make, and one that would leave its folder.
static bool test_names_of_enclosures(void) {
    static const struct statement NAME = {
        "test_hostile_name",
        "UPDATE case_attachment SET name = '../../CON:<>|?*' || CHAR(10) || '.exe. '"};
    static const struct statement NAME_SERVER = {
        "test_hostile_name_server",
        "UPDATE case_attachment SET name = '../../CON:<>|?*' || CHR(10) || '.exe. '"};
    static const struct statement TOLD = {
        "test_hostile_told",
        "DELETE FROM trace WHERE object_kind = 'case' AND reason = 'attached'"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(&w, change(&w, getenv("STORE") == NULL ? &NAME : &NAME_SERVER));
    CHECK_OK(&w, change(&w, &TOLD));
    // The case says that its attachment was changed: the gate is closed.
    CHECK_OK(&w, within(&w, WORK_US, work_gate));
    CHECK(found(&w, REFERRAL_FINDING_COPIES_CHANGED) == 1);
    return end(&w, &scene);
}

static bool test_cells(void) {
    static const struct {
        const char *text, *cell;
    } cells[] = {{"=1", "'=1"},
                 {"+1", "'+1"},
                 {"-1", "'-1"},
                 {"@a", "'@a"},
                 {"  =1", "'  =1"},
                 {"\t=1", "' =1"},
                 {"\r\n=1", "'  =1"},
                 {"＝1", "'＝1"},
                 {"＠a", "'＠a"},
                 {"a=1", "a=1"},
                 {"a,b", "\"a,b\""},
                 {"a\"b", "\"a\"\"b\""},
                 {"6217000000000000201", "6217000000000000201\t"},
                 {"010", "010\t"},
                 {"10", "10"},
                 {"3e5", "3e5\t"},
                 {"e5", "e5"},
                 {"00000019900101003X", "00000019900101003X"},
                 {"\x7f\x01", "  "},
                 {"", ""}};
    struct buf out;
    struct sheet sheet;
    buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        buf_reset(&out);
        sheet_begin(&sheet, &out);
        sheet_text(&sheet, SLICE("x"));
        sheet_text(&sheet, slice_of(cells[i].text));
        sheet_number(&sheet, -5);
        sheet_yuan(&sheet, -1234567);
        sheet_row(&sheet);
        CHECK(sheet_end(&sheet) == 0);
        char wanted[128];
        snprintf(wanted, sizeof wanted, "\xef\xbb\xbfx,%s,-5,-12345.67\n", cells[i].cell);
        CHECK_THAT(slice_is(buf_slice(&out), wanted), "%.*s instead of %s",
                   SLICE_ARGS(buf_slice(&out)), wanted);
    }
    buf_deinit(&out);
    return true;
}

// ---- masks --------------------------------------------------------------------------------------

static bool test_masks(void) {
    static const char *const secrets[] = {
        "开户人0",  "付款人0",          "6217000000000000", "6217 0000 0000", "6228000000000000",
        "C0000000", "0000001990010100", "1000000200",       "203.0.113.50",   "D-51f0c3",
        "某区某路", "出租人",           "TRX20261125"};
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    CHECK_OK(
        &w, edit(&w, REFERRAL_FIELD_ANALYSIS,
                 arena_printf(&w.scratch.arena,
                              "开户人01（证件 000000199001010001，电话 10000002000）用 D-51f0c3 在 "
                              "203.0.113.50 操作 6217000000000000201。%s",
                              plant_texts[1].text)));
    CHECK_OK(&w, open_fonts(&w));
    scene.is_masked = true;
    for (uint32_t view = 0; view < 3; view++) {
        scene.view = (ReferralView)view;
        CHECK_OK(&w, within(&w, WORK_US, work_preview));
        CHECK(out_has(&w, "预览（已脱敏）"));
        for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
            CHECK_THAT(!out_has(&w, secrets[i]), "%s in view %u", secrets[i], view);
        }
    }
    CHECK_OK(&w, within(&w, WORK_US, work_dossier));
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        CHECK_THAT(!out_has(&w, secrets[i]), "%s in JSON", secrets[i]);
    }
    CHECK(out_has(&w, "开****") && out_has(&w, "6217***********0201"));
    CHECK(out_has(&w, "\"involved\":43180000")); // figures are nobody's
    // Who may see it sees it.
    scene.is_masked = false;
    CHECK_OK(&w, within(&w, WORK_US, work_dossier));
    CHECK(out_has(&w, "开户人01") && out_has(&w, "000000199001010001"));
    return end(&w, &scene);
}

// With masks on, the same account shows the same everywhere, and two never show alike.
static bool test_masks_tell_apart(void) {
    struct world w;
    struct scene scene;
    CHECK(begin(&w, &scene));
    scene.is_masked = true;
    CHECK_OK(&w, within(&w, WORK_US, work_dossier));
    Slice json = buf_slice(&scene.out);
    Slice key = SLICE("{\"party\":\"");
    Slice seen[32];
    uint32_t count = 0;
    for (size_t at = 0; (at = slice_find(json, key, at)) != SIZE_MAX && count < 32;) {
        at += key.size;
        Slice name = slice_part(json, at, slice_find_byte(json, '"', at) - at);
        for (uint32_t i = 0; i < count; i++) {
            CHECK_THAT(!slice_equal(seen[i], name), "%.*s twice", SLICE_ARGS(name));
        }
        seen[count++] = name;
    }
    CHECK(count == PLANT_SUSPECTS + PLANT_VICTIMS);
    return end(&w, &scene);
}

// ---- secrecy ------------------------------------------------------------------------------------

static bool test_secrecy(void) {
    static BookWork *const works[] = {work_gate,    work_approve, work_make,         work_send,
                                      work_verify,  work_json,    work_take_package, work_preview,
                                      work_dossier, work_draw};
    struct world w;
    struct scene scene;
    scene_init(&scene);
    CHECK(world_init(&w, &scene));
    CHECK_OK(&w, plant_all(&w, "AML"));
    CHECK_OK(&w, approve_all(&w, APPROVE_US));
    CHECK_OK(&w, open_fonts(&w));
    CHECK_OK(&w, within(&w, APPROVE_US, work_make));
    CHECK_OK(&w, within(&w, APPROVE_US, work_send));
    scene.step = SLICE("ANALYST");
    for (int64_t clearance = 0; clearance <= CLEARANCE_INSIDER; clearance += CLEARANCE_INSIDER) {
        scene.clearance = clearance;
        for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
            Status status = within(&w, APPROVE_US, works[i]);
            CHECK_THAT(status == STATUS_NOT_FOUND && strcmp(w.scratch.diag.code, "RF001") == 0,
                       "work %zu: %s", i, w.scratch.diag.code);
        }
        CHECK_OK(&w, within(&w, APPROVE_US, work_figures));
        CHECK(scene.figures.sent == 0);
    }
    scene.clearance = CLEARANCE_AML;
    CHECK_OK(&w, within(&w, APPROVE_US, work_figures));
    CHECK(scene.figures.sent == 1);
    CHECK_OK(&w, within(&w, APPROVE_US, work_verify));
    CHECK_OK(&w, within(&w, APPROVE_US, work_take_package));
    Slice json = file_of(&w, &scene.out, "数据/线索.json");
    CHECK(has(json, "\"secrecy\":\"AML\"") && !has(json, "\"STR\""));
    CHECK(body_has(&w, "referral.sent", "\"route\":\"AML\""));
    return end(&w, &scene);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_parts),
                                        TEST(test_sums),
                                        TEST(test_of_the_actor_alone),
                                        TEST(test_same_bytes),
                                        TEST(test_not_before),
                                        TEST(test_tampering),
                                        TEST(test_tampering_with_everything),
                                        TEST(test_hostile_texts),
                                        TEST(test_names_of_enclosures),
                                        TEST(test_cells),
                                        TEST(test_masks),
                                        TEST(test_masks_tell_apart),
                                        TEST(test_secrecy)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
