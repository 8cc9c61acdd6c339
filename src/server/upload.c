#include "server/upload.h"

#include "base/map.h"
#include "base/utf8.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_MAX_HERE = 512, NAME_BYTES_MAX = 255 };

struct unpacking {
    struct archive *archive;
    struct pack_folder *pack;
    uint32_t capacity;
    struct map paths; // of files and of the folders above them, without the slash
    uint32_t entries;
    size_t bytes; // of all files so far
    struct diag *diag;
};

static Status refused(struct unpacking *unpacking, const char *code, const char *what, Slice path) {
    return diag_fail(unpacking->diag, &unpacking->pack->arena, STATUS_INVALID, code, "%s%s%.*s", what, path.size > 0 ? ": " : "",
                     SLICE_ARGS(slice_part(path, 0, PATH_MAX_HERE)));
}

static bool is_plain_name(Slice name) {
    if (name.size == 0 || name.size > NAME_BYTES_MAX || name.at[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        if ((unsigned char)name.at[i] < ' ' || name.at[i] == '\\' || name.at[i] == 0x7f) {
            return false;
        }
    }
    return utf8_invalid_at(name) >= name.size;
}

// Neither absolute nor upwards, nothing hidden, nothing that a shell or a terminal would stumble over.
bool upload_path_is_plain(Slice path) {
    Slice name;
    bool some = false;
    while (slice_split(&path, '/', &name)) {
        if (!is_plain_name(name)) {
            return false;
        }
        some = true;
    }
    return some;
}

static Slice path_of(struct archive_entry *entry) {
    const char *text = archive_entry_pathname_utf8(entry);
    Slice path = text == NULL ? SLICE("") : slice_of(text);
    while (slice_starts_with(path, SLICE("./"))) {
        path = slice_part(path, 2, SIZE_MAX);
    }
    return path;
}

static Status read_text(struct unpacking *unpacking, Slice path, Slice *ret_text) {
    struct buf text;
    char part[65536];
    la_ssize_t got;
    buf_init(&text, UPLOAD_TEXT_MAX);
    while ((got = archive_read_data(unpacking->archive, part, sizeof part)) > 0 && unpacking->bytes + text.size <= UPLOAD_TEXT_MAX) {
        buf_put(&text, (Slice){part, (size_t)got});
    }
    unpacking->bytes += text.size;
    Status status = STATUS_OK;
    if (got < 0) {
        status = refused(unpacking, "RL001", "the archive is damaged", path);
    } else if (unpacking->bytes > UPLOAD_TEXT_MAX || buf_overflowed(&text)) {
        status = refused(unpacking, "RL002", "the files are larger than 512 MiB together", path);
    } else {
        *ret_text = arena_copy(&unpacking->pack->arena, buf_slice(&text));
    }
    buf_deinit(&text);
    return status;
}

enum { IS_FILE, IS_FOLDER };

// Whether the path can be that of another file: no file has it, nor is one above it.
static bool is_free(struct unpacking *unpacking, Slice path) {
    for (size_t i = 0; i < path.size; i++) {
        Slice above = slice_part(path, 0, i);
        if (path.at[i] != '/') {
            continue;
        }
        uint32_t known = map_get(&unpacking->paths, above);
        if (known == IS_FILE) {
            return false;
        }
        if (known == MAP_NONE) {
            map_put(&unpacking->paths, above, IS_FOLDER);
        }
    }
    return map_get(&unpacking->paths, path) == MAP_NONE;
}

static Status add_file(struct unpacking *unpacking, Slice path) {
    struct pack_folder *pack = unpacking->pack;
    Slice text;
    if (pack->file_count == UPLOAD_FILES_MAX) {
        return refused(unpacking, "RL002", "a pack has at most 50,000 files", SLICE(""));
    }
    if (pack->file_count == unpacking->capacity) {
        uint32_t capacity = unpacking->capacity == 0 ? 256 : unpacking->capacity * 2;
        struct pack_file *files = ARENA_ARRAY(&pack->arena, struct pack_file, capacity);
        if (pack->file_count > 0) {
            memcpy(files, pack->files, sizeof *files * pack->file_count);
        }
        pack->files = files;
        unpacking->capacity = capacity;
    }
    path = arena_copy(&pack->arena, path);
    if (!is_free(unpacking, path)) {
        return refused(unpacking, "RL003", "the archive has a path twice, or as a file and as a folder", path);
    }
    map_put(&unpacking->paths, path, IS_FILE);
    TRY(read_text(unpacking, path, &text));
    pack->files[pack->file_count++] = (struct pack_file){.path = path, .source = {.name = path, .text = text}};
    return STATUS_OK;
}

static Status on_entry(struct unpacking *unpacking, struct archive_entry *entry) {
    Slice path = path_of(entry);
    mode_t type = archive_entry_filetype(entry);
    if (++unpacking->entries > UPLOAD_ENTRIES_MAX) {
        return refused(unpacking, "RL002", "the archive has more than 100,000 entries", SLICE(""));
    }
    if (type == AE_IFDIR && archive_entry_size(entry) == 0) {
        return STATUS_OK;
    }
    if (type != AE_IFREG || archive_entry_hardlink(entry) != NULL) {
        return refused(unpacking, "RL003", "a pack has plain files only, no links or devices", path);
    }
    if (path.size > PATH_MAX_HERE || !upload_path_is_plain(path)) {
        return refused(unpacking, "RL003", "a path in the archive is not plain and relative", path);
    }
    return add_file(unpacking, path);
}

// tar -cz packs/bank puts a folder around everything: pack.yaml then says where the pack is.
static void take_off_folder(struct pack_folder *pack) {
    Slice around = SLICE("");
    bool found = false;
    for (uint32_t i = 0; i < pack->file_count; i++) {
        Slice path = pack->files[i].path;
        if (slice_is(path, "pack.yaml")) {
            return;
        }
        if (slice_ends_with(path, SLICE("/pack.yaml")) && (!found || path.size < around.size + SLICE("pack.yaml").size)) {
            around = slice_part(path, 0, path.size - SLICE("pack.yaml").size);
            found = true;
        }
    }
    for (uint32_t i = 0; i < pack->file_count && found; i++) {
        struct pack_file *file = &pack->files[i];
        file->path = slice_starts_with(file->path, around) ? slice_part(file->path, around.size, SIZE_MAX) : SLICE("");
        file->source.name = file->path;
    }
}

static void keep_wanted(struct pack_folder *pack) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < pack->file_count; i++) {
        if (pack->files[i].path.size > 0 && pack_wants(pack->files[i].path)) {
            pack->files[kept++] = pack->files[i];
        }
    }
    pack->file_count = kept;
}

static Status unpack(struct unpacking *unpacking) {
    struct archive_entry *entry;
    int code;
    while ((code = archive_read_next_header(unpacking->archive, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
        TRY(on_entry(unpacking, entry));
    }
    return code == ARCHIVE_EOF && unpacking->pack->file_count > 0
               ? STATUS_OK
               : refused(unpacking, "RL001", "this is no tar archive, or a damaged or empty one; make it with: tar -C packs/bank -cz . > pack.tar.gz", SLICE(""));
}

Status upload_read(Slice archive, struct pack_folder *pack, struct diag *diag) {
    struct unpacking unpacking = {.archive = archive_read_new(), .pack = pack, .diag = diag};
    INVARIANT(unpacking.archive != NULL);
    map_init(&unpacking.paths, &pack->arena);
    // The only one, and not looked for again below itself.
    INVARIANT(!slice_starts_with(archive, SLICE("\x1f\x8b")) || archive_read_append_filter(unpacking.archive, ARCHIVE_FILTER_GZIP) == ARCHIVE_OK);
    archive_read_support_format_tar(unpacking.archive);
    Status status = archive.size > UPLOAD_BYTES_MAX ? refused(&unpacking, "RL002", "the archive is larger than 64 MiB", SLICE(""))
                    : archive_read_open_memory(unpacking.archive, archive.at, archive.size) != ARCHIVE_OK
                        ? refused(&unpacking, "RL001", "this is no archive", SLICE(""))
                        : unpack(&unpacking);
    archive_read_free(unpacking.archive);
    if (status == STATUS_OK) {
        take_off_folder(pack);
        keep_wanted(pack);
    }
    return status;
}
