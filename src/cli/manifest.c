#include "cli/manifest.h"

#include "base/hex.h"
#include "base/time.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "os/disk.h"
#include "os/file.h"

#include <stdlib.h>

#define FORMAT SLICE("qiantang-backup")
#define SEAL_KEY SLICE(",\"manifest_sha256\":\"")

enum { VERSION = 1, HEX_SIZE = 64 };

// ---- writing
// ----------------------------------------------------------------------------------------------

static Slice hex_of(const Sha256 *hash, char text[HEX_SIZE]) {
    hex_put(text, hash->bytes, sizeof hash->bytes);
    return (Slice){text, HEX_SIZE};
}

static void put_hash(struct json_writer *json, Slice key, const Sha256 *hash) {
    char text[HEX_SIZE];
    json_key_string(json, key, hex_of(hash, text));
}

static void put_number(struct json_writer *json, Slice key, uint64_t value) {
    json_key(json, key);
    json_u64(json, value);
}

static void put_time(struct json_writer *json, Slice key, Slice readable, int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    json_key_i64(json, key, time_us);
    json_key_string(json, readable, (Slice){text, time_format(time_us, 0, text)});
}

static void put_log(struct json_writer *json, Slice key, const struct manifest_log *log) {
    if (!log->is_there) {
        return;
    }
    json_key(json, key);
    json_object_begin(json);
    put_number(json, SLICE("snapshot"), log->snapshot_sequence);
    put_number(json, SLICE("first"), log->first_sequence);
    put_number(json, SLICE("last"), log->last_sequence);
    put_time(json, SLICE("last_time_us"), SLICE("last_time"), log->last_time_us);
    put_hash(json, SLICE("end"), &log->end);
    json_object_end(json);
}

static void put_file(struct json_writer *json, const struct manifest_file *file) {
    json_object_begin(json);
    json_key_string(json, SLICE("path"), file->path);
    put_number(json, SLICE("size"), file->size);
    put_hash(json, SLICE("sha256"), &file->sha256);
    if (file->is_segment) {
        put_number(json, SLICE("first"), file->first_sequence);
        put_number(json, SLICE("last"), file->last_sequence);
        put_hash(json, SLICE("end"), &file->end);
        json_key_bool(json, SLICE("complete"), file->complete);
    }
    json_object_end(json);
}

// The text up to its seal.
static void render(const struct manifest *manifest, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("format"), FORMAT);
    json_key_i64(&json, SLICE("version"), VERSION);
    put_time(&json, SLICE("created_us"), SLICE("created"), manifest->created_us);
    put_log(&json, SLICE("journal"), &manifest->journal);
    put_log(&json, SLICE("access"), &manifest->access);
    json_key(&json, SLICE("files"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < manifest->files.count; i++) {
        put_file(&json, &manifest->files.at[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
}

static int by_path(const void *left, const void *right) {
    const struct manifest_file *a = left;
    const struct manifest_file *b = right;
    return slice_compare(a->path, b->path);
}

Status manifest_write(Slice path, struct manifest *manifest, struct arena *arena,
                      struct diag *diag) {
    struct buf text;
    Sha256 hash;
    char hex[HEX_SIZE];
    if (manifest->files.count > 0) {
        qsort(manifest->files.at, manifest->files.count, sizeof manifest->files.at[0], by_path);
    }
    buf_init(&text, MANIFEST_SIZE_MAX);
    render(manifest, &text);
    if (!buf_overflowed(&text)) {
        text.size--; // the closing brace; the seal goes in front of it
    }
    journal_text_hash(buf_slice(&text), &hash);
    buf_put(&text, SEAL_KEY);
    buf_put(&text, hex_of(&hash, hex));
    buf_put(&text, SLICE("\"}\n"));
    Status status = buf_overflowed(&text)
                        ? diag_fail(diag, arena, STATUS_LIMIT, "BU002",
                                    "a manifest of %u files is larger than %d bytes",
                                    manifest->files.count, MANIFEST_SIZE_MAX)
                        : file_write(path, buf_slice(&text), arena, diag);
    buf_deinit(&text);
    return status;
}

// ---- reading
// ----------------------------------------------------------------------------------------------

static bool take_hash(Slice text, Sha256 *ret_hash) {
    if (text.size != HEX_SIZE) {
        return false;
    }
    for (size_t i = 0; i < sizeof ret_hash->bytes; i++) {
        int high = hex_digit(text.at[2 * i]);
        int low = hex_digit(text.at[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ret_hash->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static const struct json_node *member(JsonTree tree, uint32_t object, Slice key) {
    uint32_t index = json_member(tree, object, key);
    return index == JSON_NONE ? NULL : &tree.nodes[index];
}

static bool get_number(JsonTree tree, uint32_t object, Slice key, uint64_t *ret_value) {
    const struct json_node *node = member(tree, object, key);
    bool ok =
        node != NULL && (node->kind == JSON_UINT || (node->kind == JSON_INT && node->i64 >= 0));
    *ret_value = ok ? node->u64 : 0;
    return ok;
}

static bool get_time(JsonTree tree, uint32_t object, Slice key, int64_t *ret_value) {
    const struct json_node *node = member(tree, object, key);
    *ret_value = node != NULL && node->kind == JSON_INT ? node->i64 : 0;
    return node != NULL && node->kind == JSON_INT;
}

static bool get_text(JsonTree tree, uint32_t object, Slice key, Slice *ret_text) {
    const struct json_node *node = member(tree, object, key);
    *ret_text = node != NULL && node->kind == JSON_STRING ? node->text : (Slice){NULL, 0};
    return ret_text->at != NULL;
}

static bool get_hash(JsonTree tree, uint32_t object, Slice key, Sha256 *ret_hash) {
    Slice text;
    return get_text(tree, object, key, &text) && take_hash(text, ret_hash);
}

static bool get_log(JsonTree tree, Slice key, struct manifest_log *log) {
    uint32_t object = json_member(tree, 0, key);
    log->is_there = object != JSON_NONE;
    return !log->is_there ||
           (get_number(tree, object, SLICE("snapshot"), &log->snapshot_sequence) &&
            get_number(tree, object, SLICE("first"), &log->first_sequence) &&
            get_number(tree, object, SLICE("last"), &log->last_sequence) &&
            get_time(tree, object, SLICE("last_time_us"), &log->last_time_us) &&
            get_hash(tree, object, SLICE("end"), &log->end));
}

// Within the folder and its parts, whoever has written the manifest.
static bool is_safe(Slice path) {
    bool known = slice_starts_with(path, SLICE("journal/")) ||
                 slice_starts_with(path, SLICE("access/")) ||
                 slice_starts_with(path, SLICE("packs/")) ||
                 slice_starts_with(path, SLICE("night/")) ||
                 slice_starts_with(path, SLICE("index/")) || slice_is(path, "response.db");
    Slice part;
    if (!known || path.size >= FILE_PATH_MAX / 2 || memchr(path.at, 0, path.size) != NULL ||
        slice_ends_with(path, SLICE("/"))) {
        return false;
    }
    while (slice_split(&path, '/', &part)) {
        if (part.size == 0 || part.at[0] == '.') {
            return false;
        }
    }
    return true;
}

static bool get_file(JsonTree tree, uint32_t object, struct manifest_file *file,
                     struct arena *arena) {
    Slice path;
    if (!get_text(tree, object, SLICE("path"), &path) || !is_safe(path) ||
        !get_number(tree, object, SLICE("size"), &file->size) ||
        !get_hash(tree, object, SLICE("sha256"), &file->sha256)) {
        return false;
    }
    file->path = arena_copy(arena, path);
    const struct json_node *complete = member(tree, object, SLICE("complete"));
    file->is_segment = complete != NULL;
    file->complete = complete != NULL && complete->kind == JSON_TRUE;
    return !file->is_segment || (get_number(tree, object, SLICE("first"), &file->first_sequence) &&
                                 get_number(tree, object, SLICE("last"), &file->last_sequence) &&
                                 get_hash(tree, object, SLICE("end"), &file->end));
}

// Each file once, in order: two of one path would be copied over each other.
static bool get_files(JsonTree tree, struct manifest *manifest, struct arena *arena) {
    uint32_t list = json_member(tree, 0, SLICE("files"));
    if (list == JSON_NONE || tree.nodes[list].kind != JSON_ARRAY) {
        return false;
    }
    JSON_EACH(tree, list, index) {
        struct manifest_file *file = VEC_PUSH(&manifest->files, arena);
        uint32_t count = manifest->files.count;
        if (!get_file(tree, index, file, arena) ||
            (count > 1 && slice_compare(manifest->files.at[count - 2].path, file->path) >= 0)) {
            return false;
        }
    }
    return true;
}

static bool is_sealed(Slice text) {
    size_t tail = SEAL_KEY.size + HEX_SIZE + 3;
    if (text.size < tail) {
        return false;
    }
    Slice body = slice_part(text, 0, text.size - tail);
    Slice seal = slice_part(text, text.size - tail, SIZE_MAX);
    Sha256 made;
    Sha256 told;
    journal_text_hash(body, &made);
    return slice_starts_with(seal, SEAL_KEY) &&
           take_hash(slice_part(seal, SEAL_KEY.size, HEX_SIZE), &told) &&
           sha256_equal(&made, &told);
}

static bool parse(struct json_reader *reader, Slice text, struct arena *arena,
                  struct manifest *manifest) {
    JsonTree tree;
    Slice format;
    uint64_t version;
    if (!is_sealed(text) || json_parse(reader, text, &tree) != STATUS_OK) {
        return false;
    }
    return get_text(tree, 0, SLICE("format"), &format) && slice_equal(format, FORMAT) &&
           get_number(tree, 0, SLICE("version"), &version) && version == VERSION &&
           get_time(tree, 0, SLICE("created_us"), &manifest->created_us) &&
           get_log(tree, SLICE("journal"), &manifest->journal) && manifest->journal.is_there &&
           get_log(tree, SLICE("access"), &manifest->access) && get_files(tree, manifest, arena);
}

Status manifest_read(Slice path, struct arena *arena, struct manifest *ret_manifest,
                     struct diag *diag) {
    Slice text;
    TRY(file_read(path, MANIFEST_SIZE_MAX, arena, &text, diag));
    struct manifest manifest = {0};
    struct json_reader *reader = json_reader_create(MANIFEST_SIZE_MAX, JSON_DEPTH_MAX);
    bool right = parse(reader, text, arena, &manifest);
    json_reader_destroy(reader);
    if (!right) {
        return diag_fail(diag, arena, STATUS_INVALID, "BU001",
                         "'%.*s' is damaged, was changed by somebody, or was written by a newer "
                         "version of this program; it cannot be mended: take another backup, or "
                         "begin one in a new folder",
                         SLICE_ARGS(path));
    }
    *ret_manifest = manifest;
    return STATUS_OK;
}

const struct manifest_file *manifest_find(const struct manifest *manifest, Slice path) {
    uint32_t low = 0;
    uint32_t high = manifest->files.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = slice_compare(manifest->files.at[middle].path, path);
        if (order == 0) {
            return &manifest->files.at[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}
