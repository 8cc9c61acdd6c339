// Strategies of a pack that comes in: they have to compile like its models, and who approves it
// sees what becomes of them. A strategy whose text means something else than before has another
// hash, and begins in the shadow (response/disposition/earn.h), unless that text had earned its way
// before.

#include "response/strategies/strategies.h"
#include "server/releases_private.h"
#include "server/snapshots.h"

enum { TEXT_MAX = 256 << 10 };

static struct strategies *compile(const struct pack_folder *pack, Status *ret_status) {
    struct strategies *strategies = strategies_create();
    *ret_status = strategies_compile(strategies, pack->catalogue, pack->files, pack->file_count);
    return strategies;
}

static const struct strategy *find(const struct strategies *strategies, Slice id) {
    uint32_t at = strategies == NULL ? MAP_NONE : map_get(&strategies->by_id, id);
    return at == MAP_NONE ? NULL : &strategies->at[at];
}

typedef enum Become { BECOME_SAME, BECOME_CHANGED, BECOME_NEW, BECOME_GONE } Become;

static Become become(const struct strategy *one, const struct strategies *before) {
    const struct strategy *was = find(before, one->id);
    return was == NULL ? BECOME_NEW : was->hash == one->hash ? BECOME_SAME : BECOME_CHANGED;
}

static void put_those(struct json_writer *json, const char *key, const struct strategies *of,
                      const struct strategies *beside, Become wanted) {
    json_key(json, slice_of(key));
    json_array_begin(json);
    for (uint32_t i = 0; of != NULL && i < of->count; i++) {
        Become what = become(&of->at[i], beside);
        if (what == wanted || (wanted == BECOME_GONE && what == BECOME_NEW)) {
            json_string(json, of->at[i].id);
        }
    }
    json_array_end(json);
}

static uint32_t count_same(const struct strategies *next, const struct strategies *before) {
    uint32_t same = 0;
    for (uint32_t i = 0; i < next->count; i++) {
        same += become(&next->at[i], before) == BECOME_SAME;
    }
    return same;
}

static Slice write(const struct strategies *next, const struct strategies *before,
                   struct arena *arena) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, TEXT_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_bool(&json, SLICE("disposition"), next->plan.exists);
    json_key_i64(&json, SLICE("count"), next->count);
    json_key_i64(&json, SLICE("same"), count_same(next, before));
    put_those(&json, "changed", next, before, BECOME_CHANGED);
    put_those(&json, "new", next, before, BECOME_NEW);
    put_those(&json, "gone", before, next, BECOME_GONE);
    json_object_end(&json);
    json_writer_finish(&json);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

// Of the pack that decides; NULL: it has none.
static struct strategies *deciding(struct releases *releases, struct arena *arena) {
    const struct pack_folder *now;
    struct diag ignored;
    Status status;
    if (shelf_find(releases->options.shelf, pipeline_state(releases->at_hand).label, arena, &now,
                   &ignored) != STATUS_OK) {
        return NULL;
    }
    struct strategies *strategies = compile(now, &status);
    if (status == STATUS_OK) {
        return strategies;
    }
    strategies_destroy(strategies);
    return NULL;
}

bool release_read_strategies(struct releases *releases, struct release_ask *ask,
                             const struct pack_folder *pack, Slice *ret_told, struct arena *arena) {
    Status status;
    struct strategies *next = compile(pack, &status);
    if (status == STATUS_OK) {
        struct strategies *before = deciding(releases, arena);
        *ret_told = write(next, before, &releases->arena);
        strategies_destroy(before);
    } else {
        release_answer_diags(ask, &next->diags);
    }
    strategies_destroy(next);
    return status == STATUS_OK;
}

bool release_check_strategies(struct releases *releases, struct release_ask *ask,
                              struct release_entry *entry, struct arena *arena) {
    const struct pack_folder *pack;
    struct diag diag;
    if (shelf_find(releases->options.shelf, label_hash(entry->label), arena, &pack, &diag) !=
        STATUS_OK) {
        release_refuse_by(ask, &diag);
        return false;
    }
    return release_read_strategies(releases, ask, pack, &entry->strategies, arena);
}
