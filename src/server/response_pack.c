// The strategies and terms of packs: compiled when they are first needed, and kept as long as the
// server, as the shelf keeps its catalogues.

#include "server/response_private.h"
#include "server/snapshots.h"

#include <stdlib.h>

static bool same(Hash128 left, Hash128 right) {
    return left.low == right.low && left.high == right.high;
}

// What the law says now, where the pack tells it; else as terms.def has it.
static void read_terms(const struct catalogue *catalogue, struct terms *terms) {
    terms_init(terms, catalogue->zone_offset_us);
    for (uint32_t i = 0; i < catalogue->constants.count; i++) {
        const struct regulation_constant *constant = &catalogue->constants.at[i];
        int64_t whole = (int64_t)constant->value;
        // Most constants are none of ours, and one that is out of the bounds of terms.def leaves
        // the proposal of that list.
        bool is_ours = (double)whole == constant->value && terms_set(terms, constant->name, whole);
        (void)is_ours;
    }
}

static const struct diag *first_error(const struct diag_list *diags) {
    for (uint32_t i = 0; i < diags->count; i++) {
        if (diags->items[i].level == DIAG_ERROR) {
            return &diags->items[i];
        }
    }
    return NULL;
}

static void compile(struct response_pack *pack, const struct pack_folder *folder) {
    pack->strategies = strategies_create();
    if (strategies_compile(pack->strategies, pack->catalogue, folder->files, folder->file_count) ==
        STATUS_OK) {
        pack->has_plan = pack->strategies->plan.exists;
        return;
    }
    const struct diag *error = first_error(&pack->strategies->diags);
    snprintf(pack->problem, sizeof pack->problem,
             "the strategies of the pack do not compile with this program: %s %.*s",
             error == NULL ? "" : error->code,
             SLICE_ARGS(error == NULL ? SLICE("") : error->message));
}

static Status find(struct response *response, Hash128 label, struct arena *arena,
                   const struct response_pack **ret_pack, struct diag *diag) {
    const struct pack_folder *folder;
    for (struct response_pack *pack = response->packs; pack != NULL; pack = pack->next) {
        if (same(pack->label, label)) {
            *ret_pack = pack;
            return STATUS_OK;
        }
    }
    TRY(shelf_find(response->options.shelf, label, arena, &folder, diag));
    struct response_pack *pack = memory_alloc(sizeof *pack);
    pack->label = label;
    pack->catalogue = folder->catalogue;
    read_terms(pack->catalogue, &pack->terms);
    compile(pack, folder);
    pack->next = response->packs;
    response->packs = pack;
    *ret_pack = pack;
    return STATUS_OK;
}

Status response_pack_find(struct response *response, Hash128 label, struct arena *arena,
                          const struct response_pack **ret_pack, struct diag *diag) {
    pthread_mutex_lock(&response->packs_lock);
    Status status = find(response, label, arena, ret_pack, diag);
    pthread_mutex_unlock(&response->packs_lock);
    return status;
}

Status response_pack_now(struct response *response, struct arena *arena,
                         const struct response_pack **ret_pack, struct diag *diag) {
    return response_pack_find(response, pipeline_state(response->pipeline).label, arena, ret_pack,
                              diag);
}

void response_packs_free(struct response *response) {
    struct response_pack *next;
    for (struct response_pack *pack = response->packs; pack != NULL; pack = next) {
        next = pack->next;
        strategies_destroy(pack->strategies);
        free(pack);
    }
    response->packs = NULL;
}
