// Any text gives settings within their bounds or diagnostics; what is written of good ones is read as the same.

#include "settings/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool parse(Slice text, struct arena *arena, struct settings *settings) {
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){SLICE("fuzz.yaml"), text};
    struct diag_list diags;
    diag_list_init(&diags, arena);
    settings_parse(source, arena, settings, &diags);
    struct buf told;
    buf_init(&told, 16 << 20);
    for (uint32_t i = 0; i < diags.count; i++) {
        diag_render(&diags.items[i], &told);
    }
    buf_deinit(&told);
    return diags.error_count == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 65536) {
        return 0;
    }
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct settings settings;
    bool good = parse((Slice){(const char *)data, size}, &arena, &settings);
    INVARIANT(settings.server.port >= 0 && settings.server.port <= UINT16_MAX);
    INVARIANT(settings.decisions.budgets.count <= 256);
    if (good) {
        struct buf first;
        struct buf second;
        struct settings again;
        buf_init(&first, 16 << 20);
        buf_init(&second, 16 << 20);
        settings_write(&settings, SETTINGS_ENGLISH, &first);
        // A file can be smaller than what is written of it.
        if (first.size <= SETTINGS_SIZE_MAX) {
            INVARIANT(parse(buf_slice(&first), &arena, &again));
            settings_write(&again, SETTINGS_ENGLISH, &second);
            INVARIANT(slice_equal(buf_slice(&first), buf_slice(&second)));
        }
        buf_deinit(&first);
        buf_deinit(&second);
    }
    arena_deinit(&arena);
    return 0;
}
