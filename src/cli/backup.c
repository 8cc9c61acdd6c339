// qiantang backup: a copy of a server's data folder, made while it runs. qiantang restore: a data
// folder from such a copy.

#include "base/time.h"
#include "cli/backup_folder.h"
#include "cli/commands.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"
#include "os/progress.h"
#include "server/night.h"
#include "store/store.h"

#include <errno.h>

enum { ATTEMPTS_MAX = 10 };

struct backup {
    Slice data, to, from;
    bool all, quiet, check;
    struct arena arena;
    struct diag diag;
    struct manifest old; // what the target holds
    struct manifest next;
    bool has_old;
    uint64_t needed_from; // of the journal: where nightly runs, the index or alerts go on; 0: there are none
    struct journal_copy_options plain; // for single files: progress alone
    struct progress progress;
    uint64_t bytes; // passed so far
    uint64_t copied_files, copied_bytes;
};

// One of the two logs.
struct part {
    struct backup *backup;
    Slice name; // "journal"
};

static void show(void *context, uint64_t bytes) {
    struct backup *backup = context;
    backup->bytes += bytes;
    if (!backup->quiet) {
        progress_update(&backup->progress, backup->bytes >> 20, backup->bytes);
    }
}

static void begin_progress(struct backup *backup, const char *label, uint64_t size) {
    backup->bytes = 0;
    if (!backup->quiet) {
        progress_begin(&backup->progress,
                       &(struct progress_plan){.label = label, .unit = "MiB", .size = size});
    }
}

static void end_progress(struct backup *backup) {
    if (!backup->quiet) {
        progress_end(&backup->progress);
    }
}

static Slice join(struct backup *backup, Slice folder, Slice name) {
    return backup_path(&backup->arena, folder, name);
}

static bool is_there(Slice path, uint64_t size) {
    const struct disk *disk = disk_real();
    struct disk_file *file = NULL;
    uint64_t found = 0;
    if (disk->open(disk->context, path, DISK_READ, false, &file) != 0) {
        return false;
    }
    bool same = disk->size(disk->context, file, &found) == 0 && found == size;
    disk->close(disk->context, file);
    return same;
}

// ---- copying
// ----------------------------------------------------------------------------------------------

static bool has_segment(void *context, const struct journal_copied *segment) {
    struct part *part = context;
    struct backup *backup = part->backup;
    Slice path = join(backup, part->name, segment->name);
    const struct manifest_file *file = manifest_find(&backup->old, path);
    return file != NULL && file->complete && sha256_equal(&file->end, &segment->end) &&
           is_there(join(backup, backup->to, path), file->size);
}

static void take_file(void *context, const struct journal_copied *copied) {
    struct part *part = context;
    struct backup *backup = part->backup;
    Slice path = join(backup, part->name, copied->name);
    struct manifest_file *file = VEC_PUSH(&backup->next.files, &backup->arena);
    if (copied->has_already) {
        *file = *manifest_find(&backup->old, path);
        return;
    }
    *file = (struct manifest_file){.path = path,
                                   .size = copied->size,
                                   .sha256 = copied->sha256,
                                   .is_segment = copied->is_segment,
                                   .complete = copied->complete,
                                   .first_sequence = copied->first_sequence,
                                   .last_sequence = copied->last_sequence,
                                   .end = copied->end};
    backup->copied_files++;
    backup->copied_bytes += copied->size;
}

static void show_part(void *context, uint64_t bytes) {
    show(((struct part *)context)->backup, bytes);
}

// Segments of the old backup that the server has put away since, so that the backup keeps the whole
// log.
static Status keep_older(struct backup *backup, Slice name, const struct manifest_log *old,
                         uint64_t first) {
    if (old->last_sequence + 1 < first) {
        return diag_fail(&backup->diag, &backup->arena, STATUS_INVALID, "BU003",
                         "the backup holds the %.*s up to sequence %llu, and the server has put "
                         "away what follows it up to %llu; begin a new one "
                         "in another folder",
                         SLICE_ARGS(name), (unsigned long long)old->last_sequence,
                         (unsigned long long)first - 1);
    }
    Slice prefix = arena_printf(&backup->arena, "%.*s/", SLICE_ARGS(name));
    for (uint32_t i = 0; i < backup->old.files.count; i++) {
        const struct manifest_file *file = &backup->old.files.at[i];
        if (file->is_segment && file->first_sequence < first &&
            slice_starts_with(file->path, prefix)) {
            *VEC_PUSH(&backup->next.files, &backup->arena) = *file;
        }
    }
    return STATUS_OK;
}

static Status copy_log(struct backup *backup, Slice name, bool all, const struct manifest_log *old,
                       struct manifest_log *ret_log) {
    struct part part = {backup, name};
    Slice incoming = join(backup, join(backup, backup->to, BACKUP_INCOMING), name);
    struct journal_copy_options options = {.all = all,
                                           .from_sequence = backup->needed_from,
                                           .context = &part,
                                           .has = has_segment,
                                           .copied = take_file,
                                           .progress = show_part};
    struct journal_copy_summary summary;
    if (backup->has_old && old->is_there) {
        options.through_sequence = old->last_sequence;
        options.through = old->end;
    }
    TRY(file_make_directory(incoming, &backup->arena, &backup->diag));
    TRY(journal_copy(disk_real(), join(backup, backup->data, name), incoming, &options,
                     &backup->arena, &summary, &backup->diag));
    uint64_t first = summary.first_sequence;
    if (all && backup->has_old && old->is_there && old->first_sequence < first) {
        TRY(keep_older(backup, name, old, first));
        first = old->first_sequence;
    }
    *ret_log = (struct manifest_log){
        true,       summary.snapshot_sequence, first, summary.last_sequence, summary.last_time_us,
        summary.end};
    return STATUS_OK;
}

// A file that is there already in the backup, by its content or, of one that never changes under its
// name, by its size.
static Status copy_plain_file(struct backup *backup, Slice from, Slice path, bool never_changes) {
    struct manifest_file file = {.path = path};
    const struct manifest_file *old = manifest_find(&backup->old, path);
    bool has_old = old != NULL && is_there(join(backup, backup->to, path), old->size);
    if (has_old && never_changes && is_there(from, old->size)) {
        *VEC_PUSH(&backup->next.files, &backup->arena) = *old;
        return STATUS_OK;
    }
    TRY(journal_file_hash(disk_real(), from, NULL, &backup->arena, &file.size, &file.sha256,
                          &backup->diag));
    if (!has_old || !sha256_equal(&old->sha256, &file.sha256)) {
        Slice incoming = join(backup, backup->to, BACKUP_INCOMING);
        TRY(backup_make_folders(incoming, path, &backup->arena, &backup->diag));
        TRY(journal_copy_file(disk_real(), from, join(backup, incoming, path), &backup->plain,
                              &backup->arena, &file.size, &file.sha256, &backup->diag));
        backup->copied_files++;
        backup->copied_bytes += file.size;
    }
    *VEC_PUSH(&backup->next.files, &backup->arena) = file;
    return STATUS_OK;
}

// A folder of files that the server makes and takes away.
struct kept {
    const char *name;
    const char *prefix;  // of files that are whole; behind it stand numbers, with '-' between
    bool never_changes;
};

// The last number of the name is a sequence.
static bool is_whole(Slice path, const struct kept *kept, uint64_t *ret_last) {
    size_t at = path.size;
    while (at > 0 && path.at[at - 1] != '/') {
        at--;
    }
    Slice name = slice_part(path, at, SIZE_MAX);
    Slice number = SLICE("");
    if (!slice_starts_with(name, slice_of(kept->prefix))) {
        return false;
    }
    name = slice_part(name, strlen(kept->prefix), SIZE_MAX);
    int64_t last = -1;
    while (slice_split(&name, '-', &number)) {
        ENSURE(slice_to_i64(number, &last) && last >= 0, false);
    }
    *ret_last = (uint64_t)last;
    return last >= 0;
}

static Status copy_kept_once(struct backup *backup, const struct kept *kept, uint64_t *ret_last) {
    FileList files;
    *ret_last = 0;
    TRY(file_list(join(backup, backup->data, slice_of(kept->name)), SLICE(""), false,
                  &backup->arena, &files, &backup->diag));
    for (uint32_t i = 0; i < files.count; i++) {
        uint64_t last;
        if (is_whole(files.paths[i], kept, &last)) {
            *ret_last = last > *ret_last ? last : *ret_last;
            TRY(copy_plain_file(backup, files.paths[i],
                                slice_part(files.paths[i], backup->data.size + 1, SIZE_MAX),
                                kept->never_changes));
        }
    }
    return STATUS_OK;
}

// Files that go away while they are copied were made superfluous by newer ones. `ret_last` is the
// largest sequence of a name.
static Status copy_kept(struct backup *backup, const struct kept *kept, uint64_t *ret_last) {
    uint32_t before = backup->next.files.count;
    *ret_last = 0;
    if (!file_is_directory(join(backup, backup->data, slice_of(kept->name)))) {
        return STATUS_OK;
    }
    Status status = STATUS_NOT_FOUND;
    for (int i = 0; i < ATTEMPTS_MAX && status == STATUS_NOT_FOUND; i++) {
        backup->next.files.count = before;
        status = copy_kept_once(backup, kept, ret_last);
    }
    return status == STATUS_NOT_FOUND
               ? diag_fail(&backup->diag, &backup->arena, STATUS_IO, "BU010",
                           "files of '%.*s/%s' went away while they were copied, %d times",
                           SLICE_ARGS(backup->data), kept->name, ATTEMPTS_MAX)
               : status;
}

// After the journal: a pack lies here before the journal speaks of it.
static Status copy_packs(struct backup *backup) {
    Slice packs = join(backup, backup->data, SLICE("packs"));
    FileList files;
    if (!file_is_directory(packs)) {
        return STATUS_OK;
    }
    TRY(file_list(packs, SLICE(""), true, &backup->arena, &files, &backup->diag));
    for (uint32_t i = 0; i < files.count; i++) {
        TRY(copy_plain_file(backup, files.paths[i],
                            slice_part(files.paths[i], backup->data.size + 1, SIZE_MAX), false));
    }
    return STATUS_OK;
}

// ---- the store of alerts
// ----------------------------------------------------------------------------------

#define STORE_NAME SLICE("response.db")

static const struct statement FEED = {"backup_feed",
                                      "SELECT sequence FROM feed WHERE name = 'journal'"};

static Status with_store(struct backup *backup, Slice path,
                         Status (*work)(struct backup *backup, struct store *store, void *context),
                         void *context) {
    struct store *store;
    TRY(store_open(arena_printf(&backup->arena, "sqlite:%.*s", SLICE_ARGS(path)), &backup->arena,
                   &store, &backup->diag));
    Status status = work(backup, store, context);
    store_close(store);
    return status;
}

static Status copy_into(struct backup *backup, struct store *store, void *context) {
    const Slice *to = context;
    return store_copy(store, *to, &backup->diag);
}

// Up to where the alerts of the copy know the journal.
static Status read_feed(struct backup *backup, struct store *store, void *context) {
    uint64_t *sequence = context;
    Status status = store_query(store, &FEED, STORE_NO_VALUES, &backup->diag);
    status = status == STATUS_OK ? store_next(store, &backup->diag) : status;
    *sequence = status == STATUS_OK ? (uint64_t)store_column_i64(store, 0) : 0;
    bool has_none = status == STATUS_END || status == STATUS_INVALID; // its tables are being made
    return has_none ? STATUS_OK : status;
}

// As of one moment, while the server writes into it. Alerts go on in the journal behind what they
// know of it.
static Status copy_store(struct backup *backup, uint64_t *ret_from) {
    struct manifest_file file = {.path = STORE_NAME};
    Slice from = join(backup, backup->data, STORE_NAME);
    Slice to = join(backup, join(backup, backup->to, BACKUP_INCOMING), STORE_NAME);
    uint64_t sequence = 0;
    *ret_from = UINT64_MAX;
    if (!file_is_there(from)) {
        return STATUS_OK;
    }
    TRY(with_store(backup, from, copy_into, &to));
    TRY(with_store(backup, to, read_feed, &sequence));
    TRY(journal_file_hash(disk_real(), to, &backup->plain, &backup->arena, &file.size, &file.sha256,
                          &backup->diag));
    *VEC_PUSH(&backup->next.files, &backup->arena) = file;
    backup->copied_files++;
    backup->copied_bytes += file.size;
    *ret_from = sequence + 1;
    return STATUS_OK;
}

// Before the journal, so that they speak of nothing that is not in it.
static Status copy_what_follows_the_journal(struct backup *backup) {
    static const struct kept night = {"night", "snapshot-", false};
    static const struct kept index = {"index", "index-", true};
    Slice nights = join(backup, backup->data, slice_of(night.name));
    uint64_t last = 0;
    uint64_t from = file_is_directory(nights) ? night_needs_from(nights) : UINT64_MAX;
    TRY(copy_kept(backup, &night, &last));
    TRY(copy_kept(backup, &index, &last));
    bool has_index = file_is_directory(join(backup, backup->data, slice_of(index.name)));
    from = has_index && last + 1 < from ? last + 1 : from;
    uint64_t behind_store;
    TRY(copy_store(backup, &behind_store));
    from = behind_store < from ? behind_store : from;
    backup->needed_from = from == UINT64_MAX ? 0 : from;
    return STATUS_OK;
}

static Status copy_all(struct backup *backup) {
    TRY(copy_what_follows_the_journal(backup));
    TRY(copy_log(backup, SLICE("journal"), backup->all, &backup->old.journal,
                 &backup->next.journal));
    backup->needed_from = 0;
    if (file_is_directory(join(backup, backup->data, SLICE("access")))) {
        TRY(copy_log(backup, SLICE("access"), true, &backup->old.access, &backup->next.access));
    }
    return copy_packs(backup);
}

// ---- the target
// -------------------------------------------------------------------------------------------

static Status read_old(struct backup *backup) {
    Status status = manifest_read(join(backup, backup->to, BACKUP_MANIFEST), &backup->arena,
                                  &backup->old, &backup->diag);
    backup->has_old = status == STATUS_OK;
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    uint32_t names;
    TRY(backup_count_names(backup->to, &backup->arena, &names, &backup->diag));
    uint32_t ours =
        1 + file_is_directory(join(backup, backup->to,
                                   BACKUP_INCOMING)); // the lock, and what a first attempt left
    return names <= ours
               ? STATUS_OK
               : diag_fail(&backup->diag, &backup->arena, STATUS_INVALID, "BU004",
                           "'%.*s' is not empty, and holds no backup; name a new or empty folder, or "
                           "one that holds a backup",
                           SLICE_ARGS(backup->to));
}

static Status lock(struct backup *backup, struct disk_file **ret_lock) {
    const struct disk *disk = disk_real();
    Slice path = join(backup, backup->to, SLICE("backup.lock"));
    int error = disk->lock(disk->context, path, ret_lock);
    if (error == EWOULDBLOCK) {
        return diag_fail(&backup->diag, &backup->arena, STATUS_IO, "BU005",
                         "another backup into '%.*s' is under way", SLICE_ARGS(backup->to));
    }
    return error == 0 ? STATUS_OK
                      : diag_fail(&backup->diag, &backup->arena, STATUS_IO, "OS003",
                                  "cannot lock '%.*s': %s", SLICE_ARGS(path), strerror(error));
}

static Status write_backup(struct backup *backup) {
    struct arena *arena = &backup->arena;
    struct diag *diag = &backup->diag;
    Slice incoming = join(backup, backup->to, BACKUP_INCOMING);
    TRY(backup_settle(backup->to, arena, diag));
    TRY(read_old(backup));
    TRY(backup_clear_incoming(backup->to, arena, diag));
    TRY(file_make_directory(incoming, arena, diag));
    backup->next.created_us = clock_wall_us();
    begin_progress(backup, "copying", 0);
    Status status = copy_all(backup);
    end_progress(backup);
    TRY(status);
    TRY(backup_sync_folders(incoming, &backup->next, arena, diag));
    TRY(manifest_write(join(backup, backup->to, BACKUP_NEXT), &backup->next, arena, diag));
    return backup_settle(backup->to, arena, diag);
}

static Status back_up(struct backup *backup) {
    struct disk_file *lock_file = NULL;
    Slice journal = join(backup, backup->data, SLICE("journal"));
    if (!file_is_directory(journal)) {
        return diag_fail(&backup->diag, &backup->arena, STATUS_INVALID, "BU006",
                         "'%.*s' is no data folder of a server: there is no '%.*s'; --data is what "
                         "the settings name folders.data",
                         SLICE_ARGS(backup->data), SLICE_ARGS(journal));
    }
    if (file_lies_in(backup->to, backup->data)) {
        return diag_fail(&backup->diag, &backup->arena, STATUS_INVALID, "BU011",
                         "'%.*s' lies in the data folder, and would be lost with it; name a folder "
                         "on another disk",
                         SLICE_ARGS(backup->to));
    }
    TRY(file_make_private_directory(backup->to, &backup->arena, &backup->diag));
    TRY(lock(backup, &lock_file));
    Status status = write_backup(backup);
    disk_real()->close(disk_real()->context, lock_file);
    return status;
}

// ---- restoring
// --------------------------------------------------------------------------------------------

static Status damaged(struct backup *backup, const struct manifest_file *file, const char *what) {
    return diag_fail(&backup->diag, &backup->arena, STATUS_INVALID, "BU007",
                     "the backup in '%.*s' is damaged: '%.*s' %s; take another one",
                     SLICE_ARGS(backup->from), SLICE_ARGS(file->path), what);
}

// Checks a file; copies it as well when `to` is not empty.
static Status pass_file(struct backup *backup, const struct manifest_file *file, Slice to) {
    Slice from = join(backup, backup->from, file->path);
    uint64_t size = 0;
    Sha256 hash;
    if (to.size > 0) {
        TRY(backup_make_folders(to, file->path, &backup->arena, &backup->diag));
        to = join(backup, to, file->path);
    }
    Status status = journal_copy_file(disk_real(), from, to, &backup->plain, &backup->arena, &size,
                                      &hash, &backup->diag);
    if (status == STATUS_NOT_FOUND) {
        return damaged(backup, file, "is missing");
    }
    TRY(status);
    if (size != file->size) {
        return damaged(backup, file, "has another size than it had");
    }
    return sha256_equal(&hash, &file->sha256)
               ? STATUS_OK
               : damaged(backup, file, "does not give the SHA-256 that it had");
}

static Status pass_all(struct backup *backup, Slice to) {
    uint64_t size = 0;
    for (uint32_t i = 0; i < backup->old.files.count; i++) {
        size += backup->old.files.at[i].size;
    }
    begin_progress(backup, to.size > 0 ? "restoring" : "checking", size);
    Status status = STATUS_OK;
    for (uint32_t i = 0; i < backup->old.files.count && status == STATUS_OK; i++) {
        ArenaMark mark = arena_mark(&backup->arena);
        status = pass_file(backup, &backup->old.files.at[i], to);
        if (status == STATUS_OK) {
            arena_rewind(&backup->arena, mark);
        }
    }
    end_progress(backup);
    return status;
}

static Status refuse_used(struct backup *backup, Slice folder) {
    uint32_t names;
    TRY(backup_count_names(folder, &backup->arena, &names, &backup->diag));
    return names == 0 ? STATUS_OK
                      : diag_fail(&backup->diag, &backup->arena, STATUS_INVALID, "BU008",
                                  "'%.*s' is not empty; nothing is restored over it. Move it away, "
                                  "or name another folder",
                                  SLICE_ARGS(folder));
}

// Beside the place where it shall be, and moved there when it is whole: a server never starts on
// half of it.
static Status copy_back(struct backup *backup) {
    const struct disk *disk = disk_real();
    struct arena *arena = &backup->arena;
    Slice beside = arena_printf(arena, "%.*s.restoring", SLICE_ARGS(backup->data));
    TRY(refuse_used(backup, backup->data));
    TRY(refuse_used(backup, beside));
    TRY(file_make_private_directory(beside, arena, &backup->diag));
    TRY(pass_all(backup, beside));
    TRY(backup_sync_folders(beside, &backup->old, arena, &backup->diag));
    int error = disk->rename(disk->context, beside, backup->data);
    size_t at = backup->data.size;
    while (at > 0 && backup->data.at[at - 1] != '/') {
        at--;
    }
    Slice above = at == 0 ? SLICE(".") : slice_part(backup->data, 0, at);
    error = error != 0 ? error : disk->sync_directory(disk->context, above);
    return error == 0 ? STATUS_OK
                      : diag_fail(&backup->diag, arena, STATUS_IO, "OS003",
                                  "cannot move '%.*s' to '%.*s': %s", SLICE_ARGS(beside),
                                  SLICE_ARGS(backup->data), strerror(error));
}

static Status restore(struct backup *backup) {
    struct arena *arena = &backup->arena;
    TRY(backup_settle(backup->from, arena, &backup->diag));
    Status status = manifest_read(join(backup, backup->from, BACKUP_MANIFEST), arena, &backup->old,
                                  &backup->diag);
    if (status == STATUS_NOT_FOUND) {
        return diag_fail(&backup->diag, arena, STATUS_INVALID, "BU009",
                         "there is no backup in '%.*s': it has no backup.json",
                         SLICE_ARGS(backup->from));
    }
    TRY(status);
    TRY(backup->check ? STATUS_OK : refuse_used(backup, backup->data));
    TRY(pass_all(backup, (Slice){NULL, 0})); // before anything is made
    return backup->check ? STATUS_OK : copy_back(backup);
}

// ---- the commands
// -----------------------------------------------------------------------------------------

static void tell_log(const char *name, const struct manifest_log *log) {
    if (!log->is_there) {
        return;
    }
    char text[TIME_TEXT_SIZE];
    printf("  %s: sequences %llu to %llu", name, (unsigned long long)log->first_sequence,
           (unsigned long long)log->last_sequence);
    if (log->last_time_us != 0) {
        printf(", the last of %.*s", (int)time_format(log->last_time_us, 0, text), text);
    }
    if (log->snapshot_sequence > 0) {
        printf(", a snapshot at %llu", (unsigned long long)log->snapshot_sequence);
    }
    printf("\n");
}

static void tell(const struct manifest *manifest) {
    char text[TIME_TEXT_SIZE];
    printf("made %.*s, %u files\n", (int)time_format(manifest->created_us, 0, text), text,
           manifest->files.count);
    tell_log("journal", &manifest->journal);
    tell_log("access", &manifest->access);
}

static Slice without_slash(Slice path) {
    while (path.size > 1 && path.at[path.size - 1] == '/') {
        path.size--;
    }
    return path;
}

static CliExit run(struct backup *backup, Status (*work)(struct backup *)) {
    backup->plain = (struct journal_copy_options){.context = backup, .progress = show};
    backup->data = without_slash(backup->data);
    Status status = work(backup);
    if (status != STATUS_OK) {
        cli_tell(&backup->diag);
        return status == STATUS_LIMIT ? CLI_WORLD : cli_exit(status);
    }
    return CLI_FINE;
}

static CliExit missing(struct backup *backup, const char *command, const char *option) {
    fprintf(stderr, "qiantang %s: %s is missing\n", command, option);
    arena_deinit(&backup->arena);
    return CLI_USAGE;
}

CliExit command_backup(int argc, char **argv) {
    struct backup backup = {0};
    const struct cli_option table[] = {
        {"data", "DIR", "the data folder of a server, which may be running", CLI_TEXT,
         &backup.data},
        {"to", "DIR",
         "where the backup goes: a new folder, or an older backup of the same server, which is "
         "brought up to date",
         CLI_TEXT, &backup.to},
        {"all", NULL,
         "every segment that is there, and not only those that the newest snapshot needs", CLI_FLAG,
         &backup.all},
        {"quiet", NULL, "no progress and no summary", CLI_FLAG, &backup.quiet},
    };
    const struct cli_command command = {
        .name = "backup",
        .usage = "backup --data DIR --to DIR [--all] [--quiet]",
        .summary = "Copies a server's data folder while it runs: every record that was answered "
                   "before it began is in the copy.",
        .details = "The copy is a data folder itself. docs/operations/backup.md tells a schedule, "
                   "and what to test. Example:\n\n"
                   "  qiantang backup --data /var/lib/qiantang --to /backup/qiantang",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &backup.arena, &operands, &code)) {
        return code;
    }
    if (backup.data.at == NULL || backup.to.at == NULL) {
        return missing(&backup, "backup", backup.data.at == NULL ? "--data" : "--to");
    }
    code = run(&backup, back_up);
    if (code == CLI_FINE && !backup.quiet) {
        printf("copied %llu files, %llu MiB, to %.*s\n", (unsigned long long)backup.copied_files,
               (unsigned long long)backup.copied_bytes >> 20, SLICE_ARGS(backup.to));
        tell(&backup.next);
    }
    arena_deinit(&backup.arena);
    return code;
}

CliExit command_restore(int argc, char **argv) {
    struct backup backup = {0};
    const struct cli_option table[] = {
        {"from", "DIR", "a folder that 'qiantang backup' has written", CLI_TEXT, &backup.from},
        {"data", "DIR", "the data folder to be made; it must not be there, or be empty", CLI_TEXT,
         &backup.data},
        {"check", NULL, "check the backup alone, and restore nothing", CLI_FLAG, &backup.check},
        {"quiet", NULL, "no progress and no summary", CLI_FLAG, &backup.quiet},
    };
    const struct cli_command command = {
        .name = "restore",
        .usage = "restore --from DIR --data DIR [--quiet] | restore --from DIR --check",
        .summary = "Makes a data folder from a backup, after it has checked every file of it.",
        .details = "Example:\n\n"
                   "  qiantang restore --from /backup/qiantang --data /var/lib/qiantang\n"
                   "  qiantang serve --pack packs/bank --data /var/lib/qiantang",
        .options = table,
        .option_count = sizeof table / sizeof table[0],
    };
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &backup.arena, &operands, &code)) {
        return code;
    }
    if (backup.from.at == NULL || (backup.data.at == NULL && !backup.check)) {
        return missing(&backup, "restore", backup.from.at == NULL ? "--from" : "--data");
    }
    code = run(&backup, restore);
    if (code == CLI_FINE && !backup.quiet) {
        printf("%s %.*s\n", backup.check ? "whole:" : "restored",
               SLICE_ARGS(backup.check ? backup.from : backup.data));
        tell(&backup.old);
    }
    arena_deinit(&backup.arena);
    return code;
}
