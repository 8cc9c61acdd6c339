#include "server/shelf.h"

#include "base/map.h"
#include "os/disk.h"
#include "os/file.h"
#include "server/snapshots.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct standing {
    struct pack_folder pack;
    Hash128 label;
    struct standing *next;
};

struct shelf {
    Slice folder;
    struct arena arena;
    pthread_mutex_t lock;
    struct standing *packs; // that were compiled
};

Status shelf_open(Slice folder, struct arena *arena, struct shelf **ret_shelf, struct diag *diag) {
    if (!file_is_directory(folder)) {
        return diag_fail(diag, arena, STATUS_IO, "SV004", "the folder of packs '%.*s' is not there", SLICE_ARGS(folder));
    }
    struct shelf *shelf = memory_alloc(sizeof *shelf);
    arena_init(&shelf->arena, 1 << 16);
    shelf->folder = arena_copy(&shelf->arena, folder);
    INVARIANT(pthread_mutex_init(&shelf->lock, NULL) == 0);
    *ret_shelf = shelf;
    return STATUS_OK;
}

void shelf_close(struct shelf *shelf) {
    if (shelf == NULL) {
        return;
    }
    struct standing *next;
    for (struct standing *one = shelf->packs; one != NULL; one = next) {
        next = one->next;
        pack_close(&one->pack);
        free(one);
    }
    pthread_mutex_destroy(&shelf->lock);
    arena_deinit(&shelf->arena);
    free(shelf);
}

// ---- names ------------------------------------------------------------------------------------------------

enum { HASH_DIGITS = 16 };

Slice shelf_name(Slice label, struct arena *arena) {
    Slice name = arena_copy(arena, label);
    for (size_t i = 0; i < name.size; i++) {
        if (name.at[i] == ' ') {
            ((char *)(uintptr_t)name.at)[i] = '-';
        }
    }
    return name;
}

static size_t last_dash(Slice text) {
    size_t at = text.size;
    while (at > 0 && text.at[at - 1] != '-') {
        at--;
    }
    return at == 0 ? text.size : at - 1;
}

Slice shelf_label(Slice name, struct arena *arena) {
    size_t second = last_dash(name);
    size_t first = last_dash(slice_part(name, 0, second));
    if (second + 1 + HASH_DIGITS != name.size || first >= second || first == 0) {
        return SLICE("");
    }
    Slice label = arena_copy(arena, name);
    ((char *)(uintptr_t)label.at)[first] = ' ';
    ((char *)(uintptr_t)label.at)[second] = ' ';
    return label;
}

static bool same(Hash128 left, Hash128 right) {
    return left.low == right.low && left.high == right.high;
}

// The name of the folder with that label; empty when there is none.
static Slice find_name(struct shelf *shelf, Hash128 label, struct arena *arena) {
    DiskNames names;
    const struct disk *disk = disk_real();
    if (disk->list(disk->context, shelf->folder, arena, &names) != 0) {
        return SLICE("");
    }
    for (uint32_t i = 0; i < names.count; i++) {
        Slice found = shelf_label(names.at[i], arena);
        if (!slice_empty(found) && same(label_hash(found), label)) {
            return names.at[i];
        }
    }
    return SLICE("");
}

// ---- in ---------------------------------------------------------------------------------------------------

// Makes the folders above a file, one after the other.
static Status make_folders(Slice root, Slice path, struct arena *arena, struct diag *diag) {
    for (size_t i = 0; i < path.size; i++) {
        if (path.at[i] == '/') {
            TRY(file_make_directory(arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(root), (int)i, path.at), arena, diag));
        }
    }
    return STATUS_OK;
}

static Status copy_files(Slice root, const struct pack_folder *pack, struct arena *arena, struct diag *diag) {
    TRY(file_make_directory(root, arena, diag));
    for (uint32_t i = 0; i < pack->file_count; i++) {
        const struct pack_file *file = &pack->files[i];
        TRY(make_folders(root, file->path, arena, diag));
        TRY(file_write(arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(root), SLICE_ARGS(file->path)), file->source.text, arena, diag));
    }
    return STATUS_OK;
}

// The rest of an attempt that failed: on a full disk it would keep it full. What cannot be removed stays.
static void take_away(Slice root, const struct pack_folder *pack, struct arena *arena) {
    const struct disk *disk = disk_real();
    struct diag ignored;
    for (uint32_t i = 0; i < pack->file_count; i++) {
        Slice path = pack->files[i].path;
        (void)disk->unlink(disk->context, arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(root), SLICE_ARGS(path)));
    }
    for (uint32_t i = 0; i < pack->file_count; i++) { // a folder goes with the last of its files
        Slice path = pack->files[i].path;
        for (size_t at = path.size; at > 0; at--) {
            if (path.at[at - 1] == '/') {
                Status gone = file_remove_directory(arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(root), (int)(at - 1), path.at), arena, &ignored);
                (void)gone;
            }
        }
    }
    Status gone = file_remove_directory(root, arena, &ignored);
    (void)gone;
}

// What a crash has left of an earlier attempt is written over: its files are the same or are not read.
static Status put(struct shelf *shelf, const struct pack_folder *pack, struct arena *arena, struct diag *diag) {
    const struct disk *disk = disk_real();
    Slice label = pack->catalogue->label;
    Slice path = arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(shelf->folder), SLICE_ARGS(shelf_name(label, arena)));
    if (file_is_directory(path)) {
        return STATUS_OK;
    }
    Slice coming = arena_printf(arena, "%.*s/.coming-%016llx", SLICE_ARGS(shelf->folder), (unsigned long long)label_hash(label).low);
    Status status = copy_files(coming, pack, arena, diag);
    if (status == STATUS_OK) {
        int error = disk->rename(disk->context, coming, path);
        error = error == 0 ? disk->sync_directory(disk->context, shelf->folder) : error;
        status = error == 0 ? STATUS_OK : diag_fail(diag, arena, STATUS_IO, "OS003", "cannot keep the pack as '%.*s': %s", SLICE_ARGS(path), strerror(error));
    }
    if (status != STATUS_OK) {
        take_away(coming, pack, arena);
    }
    return status;
}

Status shelf_put(struct shelf *shelf, const struct pack_folder *pack, struct arena *arena, Slice *ret_label, struct diag *diag) {
    pthread_mutex_lock(&shelf->lock);
    Status status = put(shelf, pack, arena, diag);
    *ret_label = arena_copy(&shelf->arena, pack->catalogue->label);
    pthread_mutex_unlock(&shelf->lock);
    return status;
}

static Status compare_files(const struct pack_folder *there, const struct pack_folder *pack, struct arena *arena, struct diag *diag) {
    struct map paths;
    map_init(&paths, arena);
    for (uint32_t i = 0; i < there->file_count; i++) {
        map_put(&paths, there->files[i].path, i);
    }
    for (uint32_t i = 0; i <= pack->file_count; i++) {
        bool is_missing = i == pack->file_count;
        uint32_t at = is_missing ? MAP_NONE : map_get(&paths, pack->files[i].path);
        bool is_same = is_missing ? there->file_count == pack->file_count
                                  : at != MAP_NONE && slice_equal(there->files[at].source.text, pack->files[i].source.text);
        if (!is_same) {
            Slice what = is_missing ? SLICE("a file that this one does not have") : arena_printf(arena, "another %.*s", SLICE_ARGS(pack->files[i].path));
            return diag_fail(diag, arena, STATUS_INVALID, "RL007", "there is a pack of this name, version and hash already, with %.*s: raise the version in pack.yaml",
                             SLICE_ARGS(what));
        }
    }
    return STATUS_OK;
}

Status shelf_compare(struct shelf *shelf, const struct pack_folder *pack, struct arena *arena, struct diag *diag) {
    struct pack_folder there;
    pack_init(&there, arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(shelf->folder), SLICE_ARGS(shelf_name(pack->catalogue->label, arena))));
    Status status = STATUS_OK;
    if (file_is_directory(there.path)) { // what stands there does not change any more: no lock
        status = pack_read(&there, NULL, 0, diag);
        if (status != STATUS_OK) {
            diag->message = arena_copy(arena, diag->message);
        } else {
            status = compare_files(&there, pack, arena, diag);
        }
    }
    pack_close(&there);
    return status;
}

// ---- out --------------------------------------------------------------------------------------------------

static Status read_pack(struct shelf *shelf, Hash128 label, struct arena *arena, struct standing *standing, struct diag *diag) {
    Slice name = find_name(shelf, label, arena);
    if (slice_empty(name)) {
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "SV004", "the pack with the label hash %016llx%016llx is not in '%.*s'",
                         (unsigned long long)label.high, (unsigned long long)label.low, SLICE_ARGS(shelf->folder));
    }
    pack_init(&standing->pack, arena_printf(&shelf->arena, "%.*s/%.*s", SLICE_ARGS(shelf->folder), SLICE_ARGS(name)));
    standing->label = label;
    Status status = pack_read(&standing->pack, NULL, 0, diag);
    if (status != STATUS_OK) {
        diag->message = arena_copy(arena, diag->message);
        return status;
    }
    if (pack_compile(&standing->pack) != STATUS_OK) {
        return diag_fail(diag, arena, STATUS_INVALID, "SV005", "the pack '%.*s' does not compile with this program: qiantang check tells why",
                         SLICE_ARGS(standing->pack.path));
    }
    if (!same(label_hash(standing->pack.catalogue->label), label)) {
        return diag_fail(diag, arena, STATUS_INVALID, "SV004", "the pack '%.*s' is not what its name says: its files were changed; its label is '%.*s'",
                         SLICE_ARGS(standing->pack.path), SLICE_ARGS(standing->pack.catalogue->label));
    }
    return STATUS_OK;
}

static Status find(struct shelf *shelf, Hash128 label, struct arena *arena, const struct pack_folder **ret_pack, struct diag *diag) {
    for (struct standing *one = shelf->packs; one != NULL; one = one->next) {
        if (same(one->label, label)) {
            *ret_pack = &one->pack;
            return STATUS_OK;
        }
    }
    struct standing *standing = memory_alloc(sizeof *standing);
    Status status = read_pack(shelf, label, arena, standing, diag);
    if (status != STATUS_OK) {
        pack_close(&standing->pack);
        free(standing);
        return status;
    }
    standing->next = shelf->packs;
    shelf->packs = standing;
    *ret_pack = &standing->pack;
    return STATUS_OK;
}

Status shelf_find(struct shelf *shelf, Hash128 label, struct arena *arena, const struct pack_folder **ret_pack, struct diag *diag) {
    pthread_mutex_lock(&shelf->lock);
    Status status = find(shelf, label, arena, ret_pack, diag);
    pthread_mutex_unlock(&shelf->lock);
    return status;
}

static struct heart *make(void *context, Hash128 label, ModelScope scope, bool with_lists, struct arena *arena, struct diag *diag) {
    struct shelf *shelf = context;
    const struct pack_folder *pack;
    if (shelf_find(shelf, label, arena, &pack, diag) != STATUS_OK) {
        return NULL;
    }
    struct catalogue *catalogue = pack->catalogue;
    struct knowledge *knowledge = knowledge_create(catalogue->knowledge, catalogue->money_digits, catalogue->zone_offset_us);
    if (with_lists) {
        pthread_mutex_lock(&shelf->lock); // what is wrong with them goes into the catalogue's diagnostics
        catalogue_load_knowledge(catalogue, pack->files, pack->file_count, knowledge);
        pthread_mutex_unlock(&shelf->lock);
    }
    return heart_create(catalogue, knowledge, scope);
}

struct heart_source shelf_source(struct shelf *shelf) {
    return (struct heart_source){shelf, make};
}
