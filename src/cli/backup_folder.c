#include "cli/backup_folder.h"

#include "os/disk.h"
#include "os/file.h"

#include <errno.h>

Slice backup_path(struct arena *arena, Slice folder, Slice name) {
    return arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(folder), SLICE_ARGS(name));
}

static Status call_failed(const char *what, Slice path, int error, struct arena *arena,
                          struct diag *diag) {
    return diag_fail(diag, arena, STATUS_IO, "OS003", "cannot %s '%.*s': %s", what,
                     SLICE_ARGS(path), strerror(error));
}

// The folder of a path; empty when it has none.
static Slice above(Slice path) {
    size_t at = path.size;
    while (at > 0 && path.at[at - 1] != '/') {
        at--;
    }
    return slice_part(path, 0, at == 0 ? 0 : at - 1);
}

Status backup_make_folders(Slice folder, Slice path, struct arena *arena, struct diag *diag) {
    for (size_t at = slice_find_byte(path, '/', 0); at < path.size;
         at = slice_find_byte(path, '/', at + 1)) {
        TRY(file_make_directory(backup_path(arena, folder, slice_part(path, 0, at)), arena, diag));
    }
    return STATUS_OK;
}

static Status sync_folder(Slice path, struct arena *arena, struct diag *diag) {
    const struct disk *disk = disk_real();
    int error = disk->sync_directory(disk->context, path);
    return error == 0 ? STATUS_OK : call_failed("sync the folder", path, error, arena, diag);
}

Status backup_sync_folders(Slice folder, const struct manifest *manifest, struct arena *arena,
                           struct diag *diag) {
    Slice synced = {NULL, 0};
    for (uint32_t i = 0; i < manifest->files.count; i++) {
        // Files are in the order of their paths; each folder up to the top, since it may be new.
        Slice inside = above(manifest->files.at[i].path);
        if (slice_equal(inside, synced)) {
            continue;
        }
        synced = inside;
        for (; inside.size > 0; inside = above(inside)) {
            Slice path = backup_path(arena, folder, inside);
            if (file_is_directory(path)) {
                TRY(sync_folder(path, arena, diag));
            }
        }
    }
    return sync_folder(folder, arena, diag);
}

Status backup_count_names(Slice folder, struct arena *arena, uint32_t *ret_count,
                          struct diag *diag) {
    const struct disk *disk = disk_real();
    DiskNames names = {0};
    int error = disk->list(disk->context, folder, arena, &names);
    if (error != 0 && error != ENOENT) {
        return call_failed("list", folder, error, arena, diag);
    }
    *ret_count = names.count;
    return STATUS_OK;
}

// The folder and all below it, which hold no file any more; the outermost last.
static Status remove_folders(Slice folder, struct arena *arena, struct diag *diag) {
    const struct disk *disk = disk_real();
    VEC(Slice) folders = {0};
    *VEC_PUSH(&folders, arena) = folder;
    for (uint32_t i = 0; i < folders.count; i++) {
        DiskNames names;
        int error = disk->list(disk->context, folders.at[i], arena, &names);
        if (error != 0) {
            return call_failed("list", folders.at[i], error, arena, diag);
        }
        for (uint32_t k = 0; k < names.count; k++) {
            *VEC_PUSH(&folders, arena) = backup_path(arena, folders.at[i], names.at[k]);
        }
    }
    while (folders.count > 0) {
        TRY(file_remove_directory(folders.at[--folders.count], arena, diag));
    }
    return STATUS_OK;
}

Status backup_clear_incoming(Slice folder, struct arena *arena, struct diag *diag) {
    const struct disk *disk = disk_real();
    Slice incoming = backup_path(arena, folder, BACKUP_INCOMING);
    FileList files;
    if (!file_is_directory(incoming)) {
        return STATUS_OK;
    }
    TRY(file_list(incoming, SLICE(""), true, arena, &files, diag));
    for (uint32_t i = 0; i < files.count; i++) {
        int error = disk->unlink(disk->context, files.paths[i]);
        if (error != 0 && error != ENOENT) {
            return call_failed("remove", files.paths[i], error, arena, diag);
        }
    }
    return remove_folders(incoming, arena, diag);
}

static Status move_in(Slice folder, Slice incoming, Slice path, struct arena *arena,
                      struct diag *diag) {
    const struct disk *disk = disk_real();
    Slice from = backup_path(arena, incoming, path);
    struct disk_file *file = NULL;
    int error = disk->open(disk->context, from, DISK_READ, false, &file);
    if (error == ENOENT) {
        return STATUS_OK; // it is in its place
    }
    disk->close(disk->context, file);
    TRY(backup_make_folders(folder, path, arena, diag));
    error =
        error != 0 ? error : disk->rename(disk->context, from, backup_path(arena, folder, path));
    return error == 0 ? STATUS_OK : call_failed("move", from, error, arena, diag);
}

// What the old backup held and the new one does not.
static Status remove_old(Slice folder, const struct manifest *next, struct arena *arena,
                         struct diag *diag) {
    const struct disk *disk = disk_real();
    struct manifest old = {0};
    Status status = manifest_read(backup_path(arena, folder, BACKUP_MANIFEST), arena, &old, diag);
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    for (uint32_t i = 0; i < old.files.count; i++) {
        Slice path = backup_path(arena, folder, old.files.at[i].path);
        bool is_kept = manifest_find(next, old.files.at[i].path) != NULL;
        int error = is_kept ? 0 : disk->unlink(disk->context, path);
        if (error != 0 && error != ENOENT) {
            return call_failed("remove", path, error, arena, diag);
        }
    }
    return STATUS_OK;
}

Status backup_settle(Slice folder, struct arena *arena, struct diag *diag) {
    const struct disk *disk = disk_real();
    Slice from = backup_path(arena, folder, BACKUP_NEXT);
    Slice incoming = backup_path(arena, folder, BACKUP_INCOMING);
    struct manifest next;
    Status status = manifest_read(from, arena, &next, diag);
    if (status == STATUS_NOT_FOUND) {
        return STATUS_OK;
    }
    TRY(status);
    for (uint32_t i = 0; i < next.files.count; i++) {
        TRY(move_in(folder, incoming, next.files.at[i].path, arena, diag));
    }
    TRY(backup_sync_folders(folder, &next, arena, diag));
    TRY(remove_old(folder, &next, arena, diag));
    int error = disk->rename(disk->context, from, backup_path(arena, folder, BACKUP_MANIFEST));
    if (error != 0) {
        return call_failed("move", from, error, arena, diag);
    }
    TRY(sync_folder(folder, arena, diag));
    return backup_clear_incoming(folder, arena, diag);
}
