// Whatever a server answers, every view of it is text that a terminal shows and does not obey: well-formed UTF-8 without control characters but line ends,
// and without marks that nobody sees.

#include "base/time.h"
#include "base/utf8.h"
#include "cli/remote/sheet.h"
#include "cli/remote/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_READ = 1 << 16, OUT_MAX = 16 << 20 };

static void check_shown(Slice shown) {
    uint32_t rune;
    for (size_t at = 0; at < shown.size;) {
        bool is_read = utf8_next(shown, &at, &rune);
        INVARIANT(is_read);
        INVARIANT(rune == '\n' || (rune >= ' ' && (rune < 0x7f || rune > 0x9f)));
        INVARIANT((rune < 0x200b || rune > 0x200f) && (rune < 0x2028 || rune > 0x202e) && (rune < 0x2060 || rune > 0x206f) && rune != 0xfeff);
    }
}

static void show(ViewId view, bool is_chinese, JsonTree tree) {
    struct arena arena;
    struct buf out;
    struct view_taste taste = {.is_chinese = is_chinese, .zone_us = 8 * US_PER_HOUR};
    arena_init(&arena, 1 << 16);
    buf_init(&out, OUT_MAX);
    struct view_page *page = view_begin(view, &taste, &arena);
    INVARIANT(view_add(page, tree) && view_add(page, tree)); // two pages
    view_put(page, &out);
    check_shown(buf_slice(&out));
    buf_deinit(&out);
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    JsonTree tree;
    struct json_reader *reader = json_reader_create(SIZE_MAX_READ, JSON_DEPTH_MAX);
    if (json_parse(reader, (Slice){(const char *)data, size}, &tree) == STATUS_OK) {
        for (int view = 0; view < VIEW_FILE; view++) {
            show((ViewId)view, view % 2 == 0, tree);
        }
    }
    json_reader_destroy(reader);
    return 0;
}
