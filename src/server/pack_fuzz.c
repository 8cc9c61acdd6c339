// Any bytes as a pack that somebody uploads: it compiles or is refused with reasons, and one that compiles decides on any records, twice the same; its
// strategies compile or are refused, and their cases come out in some way.
//
// An input is an archive, or, where mutations get further, texts one behind the other, each below a line `=== path`; the one below `=== records` are records
// to decide on, one a line.

#include "response/strategies/strategies.h"
#include "server/heart.h"
#include "server/upload.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 64 << 10, FILES_MAX = 64, RECORDS_MAX = 16, ANSWER_MAX = 1 << 20 };

// The part of `rest` before the next line that begins a file.
static Slice take_text(Slice *rest) {
    Slice mark = SLICE("\n=== ");
    size_t at = 0;
    while (at < rest->size && !slice_starts_with(slice_part(*rest, at, SIZE_MAX), mark)) {
        at++;
    }
    Slice text = slice_part(*rest, 0, at);
    *rest = slice_part(*rest, at < rest->size ? at + 1 : at, SIZE_MAX);
    return text;
}

static void read_texts(Slice input, struct pack_folder *pack, Slice *ret_records) {
    pack->files = ARENA_ARRAY(&pack->arena, struct pack_file, FILES_MAX);
    while (input.size > 0 && pack->file_count < FILES_MAX) {
        Slice text = take_text(&input);
        Slice head;
        if (!slice_split(&text, '\n', &head) || !slice_starts_with(head, SLICE("=== "))) {
            continue;
        }
        Slice path = arena_copy(&pack->arena, slice_part(head, 4, SIZE_MAX));
        if (slice_is(path, "records")) {
            *ret_records = text;
        } else if (pack_wants(path)) {
            pack->files[pack->file_count++] = (struct pack_file){.path = path, .source = {path, arena_copy(&pack->arena, text)}};
        }
    }
}

static bool read_input(Slice input, struct pack_folder *pack, Slice *ret_records) {
    struct diag diag;
    if (slice_starts_with(input, SLICE("=== "))) {
        read_texts(input, pack, ret_records);
        return true;
    }
    return upload_read(input, pack, &diag) == STATUS_OK;
}

static void tell(const struct diag_list *diags) {
    struct buf told;
    buf_init(&told, 16 << 20);
    for (uint32_t i = 0; i < diags->count; i++) {
        diag_render(&diags->items[i], &told);
    }
    buf_deinit(&told);
}

static void decide(struct pack_folder *pack, Slice records, struct buf *answers) {
    struct heart *heart = heart_create(pack->catalogue, pack_knowledge(pack), SCOPE_ALL);
    struct heart_refusal refusal;
    Slice record;
    for (int i = 0; i < RECORDS_MAX && slice_split(&records, '\n', &record); i++) {
        (void)heart_take(heart, record, (HeartEffort){.effort = EFFORT_full}, answers, &refusal);
    }
    heart_destroy(heart);
}

static void decide_twice(struct pack_folder *pack, Slice records) {
    struct buf first;
    struct buf second;
    buf_init(&first, ANSWER_MAX);
    buf_init(&second, ANSWER_MAX);
    decide(pack, records, &first);
    decide(pack, records, &second);
    INVARIANT(slice_equal(buf_slice(&first), buf_slice(&second)));
    buf_deinit(&first);
    buf_deinit(&second);
}

static void try_strategies(const struct pack_folder *pack) {
    struct strategies *strategies = strategies_create();
    Status status = strategies_compile(strategies, pack->catalogue, pack->files, pack->file_count);
    struct strategy_tally tally = {0};
    struct buf out;
    tell(&strategies->diags);
    buf_init(&out, ANSWER_MAX);
    for (uint32_t i = 0; i < strategies->count && status == STATUS_OK; i++) {
        INVARIANT(strategies_explain(strategies, strategies->at[i].id, &out));
        strategies_try_cases(strategies, &strategies->at[i], &out, &tally);
    }
    buf_deinit(&out);
    strategies_destroy(strategies);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > INPUT_MAX) {
        return 0;
    }
    struct pack_folder pack;
    Slice records = SLICE("");
    pack_init(&pack, SLICE(""));
    if (read_input((Slice){(const char *)data, size}, &pack, &records)) {
        bool compiles = pack_compile(&pack) == STATUS_OK;
        tell(&pack.catalogue->diags);
        if (compiles) {
            decide_twice(&pack, records);
            try_strategies(&pack);
        }
    }
    pack_close(&pack);
    return 0;
}
