// The zip (PKWARE, APPNOTE.TXT 6.3.4): for each file a local header and its bytes, then a directory of all, then its end.
//
//     local header   PK 03 04 | version | flags | method | time | date | crc | packed | bytes | name size | 0 | name
//     directory      PK 01 02 | made by | version ... the same ... | 0 | 0 | 0 | 0 | attributes | where the local header is | name
//     end            PK 05 06 | 0 | 0 | files | files | size of the directory | where it is | 0
//
// Sizes and the checksum are known before the header is written, so nothing has to follow the bytes.

#include "paper/bundle.h"

#include "base/little_endian.h"
#include "base/map.h"
#include "base/time.h"
#include "base/vec.h"
#include "codec/json_write.h"
#include "paper/clean.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    LOCAL_SIZE = 30,
    ENTRY_SIZE = 46,
    END_SIZE = 22,
    VERSION = 20,          // 2.0: folders and deflate
    MADE_BY = 3 << 8 | 30, // Unix: the attributes hold rights of a file
    FLAG_UTF8 = 1 << 11,   // of the name
    METHOD_STORED = 0,
    METHOD_DEFLATED = 8,
    RAW_WINDOW = -15, // of zlib: deflate without a header of its own
    DOS_YEAR = 1980,
    DOS_YEARS = 127,
    LEVEL = 6,
    MEMORY_LEVEL = 8,
};

static const uint32_t RIGHTS = 0100644u << 16; // a file that all may read
static const uint64_t ZIP_MAX = 0xffffffff;

struct entry {
    Slice name;
    uint64_t bytes, packed;
    uint32_t crc;
    uint32_t at; // of its local header
    uint16_t method;
    int64_t rows;
    BundleDigests digests;
};

struct bundle {
    struct arena *told;
    struct arena arena;
    struct buf *out;
    VEC(struct entry) entries;
    struct map paths; // in lower case: of files and of the folders above them
    int64_t made_us, offset_us;
    bool finished;
};

enum { IS_FILE, IS_FOLDER };

static const char *const MANIFEST = "manifest.json";
static const char *const SHA256_SUMS = "SHA256SUMS";
static const char *const SM3_SUMS = "SM3SUMS";

// ---- hashes -----------------------------------------------------------------------------------------------

static bool digest(Slice bytes, const char *name, char hex[65]) {
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_MD *method = EVP_MD_fetch(NULL, name, NULL);
    bool ok = method != NULL && EVP_Digest(bytes.at, bytes.size, raw, &size, method, NULL) == 1 && size == 32;
    EVP_MD_free(method);
    for (unsigned i = 0; i < size && ok; i++) {
        snprintf(hex + 2 * (size_t)i, 3, "%02x", raw[i]);
    }
    return ok;
}

bool bundle_digest(Slice bytes, BundleDigests *ret_digests) {
    BundleDigests digests;
    bool ok = digest(bytes, "SHA256", digests.sha256) && digest(bytes, "SM3", digests.sm3);
    if (ok) {
        *ret_digests = digests;
    }
    return ok;
}

// ---- names ------------------------------------------------------------------------------------------------

static bool is_device(Slice name) {
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    Slice stem = slice_part(name, 0, slice_find_byte(name, '.', 0));
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        if (slice_is(stem, devices[i])) {
            return true;
        }
    }
    bool is_port = slice_starts_with(stem, SLICE("com")) || slice_starts_with(stem, SLICE("lpt"));
    return is_port && stem.size == 4 && stem.at[3] >= '0' && stem.at[3] <= '9';
}

// One part of a path, in lower case.
static bool is_plain_name(Slice name) {
    if (name.size == 0 || name.at[name.size - 1] == '.' || name.at[name.size - 1] == ' ' || name.at[0] == ' ') { // also "." and ".."
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        if (strchr("<>:\"|?*\\", name.at[i]) != NULL) { // a NUL too
            return false;
        }
    }
    return !is_device(name);
}

static bool is_plain_path(Slice path, struct arena *arena) {
    Slice rest = path;
    Slice name;
    if (path.size == 0 || path.size > BUNDLE_NAME_MAX || !slice_equal(clean_text(arena, path, true), path)) {
        return false;
    }
    while (slice_split(&rest, '/', &name)) {
        if (!is_plain_name(name)) {
            return false;
        }
    }
    return true;
}

// As Windows compares them, as far as that is ASCII.
static Slice lower(struct bundle *bundle, Slice name) {
    Slice copy = arena_copy(&bundle->arena, name);
    char *bytes = (char *)(uintptr_t)copy.at;
    for (size_t i = 0; i < copy.size; i++) {
        bytes[i] = (char)tolower((unsigned char)bytes[i]);
    }
    return copy;
}

// Notes the path; false when it is taken, or one above it is a file.
static bool take_path(struct bundle *bundle, Slice path) {
    for (size_t i = 0; i < path.size; i++) {
        if (path.at[i] == '/') {
            Slice above = slice_part(path, 0, i);
            uint32_t known = map_get(&bundle->paths, above);
            if (known == IS_FILE) {
                return false;
            }
            if (known == MAP_NONE) {
                map_put(&bundle->paths, above, IS_FOLDER);
            }
        }
    }
    return map_put(&bundle->paths, path, IS_FILE);
}

// ---- the zip ----------------------------------------------------------------------------------------------

struct dos {
    uint16_t time, date;
};

static struct dos dos_of(const struct bundle *bundle) {
    CivilTime at = civil_from_time(bundle->made_us, bundle->offset_us);
    int32_t year = at.year - DOS_YEAR;
    if (year < 0 || year > DOS_YEARS) { // the format has no other years
        at = (CivilTime){.month = 1, .day = 1};
        year = year < 0 ? 0 : DOS_YEARS;
    }
    return (struct dos){(uint16_t)(at.hour << 11 | at.minute << 5 | at.second / 2), (uint16_t)(year << 9 | at.month << 5 | at.day)};
}

// What a local header and an entry of the directory share.
static void put_shared(struct le_writer *out, const struct bundle *bundle, const struct entry *entry) {
    struct dos dos = dos_of(bundle);
    le_put_u16(out, VERSION);
    le_put_u16(out, FLAG_UTF8);
    le_put_u16(out, entry->method);
    le_put_u16(out, dos.time);
    le_put_u16(out, dos.date);
    le_put_u32(out, entry->crc);
    le_put_u32(out, (uint32_t)entry->packed);
    le_put_u32(out, (uint32_t)entry->bytes);
    le_put_u16(out, (uint16_t)entry->name.size);
    le_put_u16(out, 0);
}

static void put_local(const struct bundle *bundle, const struct entry *entry, char *at) {
    struct le_writer out = {at};
    le_put_bytes(&out, SLICE("PK\3\4"));
    put_shared(&out, bundle, entry);
    le_put_bytes(&out, entry->name);
}

static void put_entry(struct bundle *bundle, const struct entry *entry) {
    char bytes[ENTRY_SIZE];
    struct le_writer out = {bytes};
    le_put_bytes(&out, SLICE("PK\1\2"));
    le_put_u16(&out, MADE_BY);
    put_shared(&out, bundle, entry);
    le_put_u16(&out, 0);
    le_put_u16(&out, 0);
    le_put_u16(&out, 0);
    le_put_u32(&out, RIGHTS);
    le_put_u32(&out, entry->at);
    buf_put(bundle->out, (Slice){bytes, sizeof bytes});
    buf_put(bundle->out, entry->name);
}

static void put_end(struct bundle *bundle, uint32_t directory) {
    char bytes[END_SIZE];
    struct le_writer out = {bytes};
    le_put_bytes(&out, SLICE("PK\5\6"));
    le_put_u16(&out, 0);
    le_put_u16(&out, 0);
    le_put_u16(&out, (uint16_t)bundle->entries.count);
    le_put_u16(&out, (uint16_t)bundle->entries.count);
    le_put_u32(&out, (uint32_t)(bundle->out->size - directory));
    le_put_u32(&out, directory);
    le_put_u16(&out, 0);
    buf_put(bundle->out, (Slice){bytes, sizeof bytes});
}

// How many bytes the deflated ones have; 0: it did not work.
static size_t deflate_into(Slice bytes, char *room, size_t room_size) {
    z_stream zip = {.next_in = (Bytef *)(uintptr_t)bytes.at, .avail_in = (uInt)bytes.size, .next_out = (Bytef *)room, .avail_out = (uInt)room_size};
    if (deflateInit2(&zip, LEVEL, Z_DEFLATED, RAW_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        return 0;
    }
    int code = deflate(&zip, Z_FINISH);
    deflateEnd(&zip);
    return code == Z_STREAM_END ? (size_t)zip.total_out : 0;
}

static Status too_large(struct bundle *bundle, struct diag *diag) {
    return diag_fail(diag, bundle->told, STATUS_LIMIT, "PA022", "a bundle has at most %d files, and %llu bytes here", BUNDLE_FILES_MAX,
                     (unsigned long long)(bundle->out->maximum < ZIP_MAX ? bundle->out->maximum : ZIP_MAX));
}

// The file behind all others. Bytes that deflate does not make shorter are stored as they are.
static Status put_file(struct bundle *bundle, struct entry *entry, Slice bytes, struct diag *diag) {
    size_t header = LOCAL_SIZE + entry->name.size;
    size_t bound = compressBound((uLong)bytes.size) + 64;
    if (bundle->out->size + header + bound > ZIP_MAX || bound > UINT32_MAX) {
        return too_large(bundle, diag);
    }
    char *room = buf_reserve(bundle->out, header + bound);
    if (room == NULL) {
        return too_large(bundle, diag);
    }
    size_t packed = deflate_into(bytes, room + header, bound);
    if (packed == 0) {
        return diag_fail(diag, bundle->told, STATUS_IO, "PA023", "compression fails");
    }
    if (packed >= bytes.size) {
        packed = bytes.size;
        entry->method = METHOD_STORED;
        if (packed > 0) {
            memcpy(room + header, bytes.at, packed);
        }
    } else {
        entry->method = METHOD_DEFLATED;
    }
    entry->at = (uint32_t)bundle->out->size;
    entry->bytes = bytes.size;
    entry->packed = packed;
    entry->crc = (uint32_t)crc32_z(0, (const Bytef *)bytes.at, bytes.size);
    put_local(bundle, entry, room);
    buf_advance(bundle->out, header + packed);
    return STATUS_OK;
}

static Status add(struct bundle *bundle, Slice name, Slice bytes, int64_t rows, struct diag *diag) {
    struct entry entry = {.name = arena_copy(&bundle->arena, name), .rows = rows};
    if (bundle->entries.count == BUNDLE_FILES_MAX + 3) { // with the manifests
        return too_large(bundle, diag);
    }
    if (!bundle_digest(bytes, &entry.digests)) {
        return diag_fail(diag, bundle->told, STATUS_IO, "PA023", "OpenSSL has no SHA-256 or no SM3");
    }
    TRY(put_file(bundle, &entry, bytes, diag));
    *VEC_PUSH(&bundle->entries, &bundle->arena) = entry;
    return STATUS_OK;
}

// ---- from outside -----------------------------------------------------------------------------------------

struct bundle *bundle_create(int64_t made_us, int64_t offset_us, struct arena *arena, struct buf *out) {
    INVARIANT(out->size == 0);
    struct bundle *bundle = memory_alloc(sizeof *bundle);
    *bundle = (struct bundle){.told = arena, .out = out, .made_us = made_us, .offset_us = offset_us};
    arena_init(&bundle->arena, 16 << 10);
    map_init(&bundle->paths, &bundle->arena);
    const char *const own[] = {MANIFEST, SHA256_SUMS, SM3_SUMS};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        take_path(bundle, lower(bundle, slice_of(own[i])));
    }
    return bundle;
}

void bundle_destroy(struct bundle *bundle) {
    if (bundle != NULL) {
        arena_deinit(&bundle->arena);
        free(bundle);
    }
}

Status bundle_add(struct bundle *bundle, Slice name, Slice bytes, int64_t rows, struct diag *diag) {
    INVARIANT(!bundle->finished);
    Slice shown = clean_text(bundle->told, slice_part(name, 0, BUNDLE_NAME_MAX), true);
    Slice path = lower(bundle, slice_part(name, 0, BUNDLE_NAME_MAX + 1));
    if (!is_plain_path(path, &bundle->arena)) {
        return diag_fail(diag, bundle->told, STATUS_INVALID, "PA020",
                         "'%.*s' cannot be the name of a file in a bundle: it is not a plain, relative one, or Windows has none like it",
                         SLICE_ARGS(shown));
    }
    if (bundle->entries.count == BUNDLE_FILES_MAX) {
        return too_large(bundle, diag);
    }
    if (!take_path(bundle, path)) {
        return diag_fail(diag, bundle->told, STATUS_INVALID, "PA021", "'%.*s' is in the bundle already, or is a folder and a file",
                         SLICE_ARGS(shown));
    }
    return add(bundle, name, bytes, rows, diag);
}

// ---- manifests --------------------------------------------------------------------------------------------

static void put_manifest_file(struct json_writer *json, const struct entry *entry) {
    json_object_begin(json);
    json_key_string(json, SLICE("name"), entry->name);
    json_key_i64(json, SLICE("bytes"), (int64_t)entry->bytes);
    if (entry->rows >= 0) {
        json_key_i64(json, SLICE("rows"), entry->rows);
    }
    json_key_string(json, SLICE("sha256"), slice_of(entry->digests.sha256));
    json_key_string(json, SLICE("sm3"), slice_of(entry->digests.sm3));
    json_object_end(json);
}

static void write_manifest(const struct bundle *bundle, struct buf *out) {
    struct json_writer json;
    char made[TIME_TEXT_SIZE];
    size_t made_size = time_format(bundle->made_us, bundle->offset_us, made);
    json_writer_init(&json, out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("made"), (Slice){made, made_size});
    json_key_i64(&json, SLICE("count"), bundle->entries.count);
    json_key(&json, SLICE("files"));
    json_array_begin(&json);
    for (uint32_t i = 0; i < bundle->entries.count; i++) {
        put_manifest_file(&json, &bundle->entries.at[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}

static void write_sums(const struct bundle *bundle, bool is_sm3, uint32_t count, struct buf *out) {
    for (uint32_t i = 0; i < count; i++) {
        const struct entry *entry = &bundle->entries.at[i];
        buf_printf(out, "%s  %.*s\n", is_sm3 ? entry->digests.sm3 : entry->digests.sha256, SLICE_ARGS(entry->name));
    }
}

static Status add_manifests(struct bundle *bundle, struct buf *text, struct diag *diag) {
    write_manifest(bundle, text);
    TRY(add(bundle, slice_of(MANIFEST), buf_slice(text), BUNDLE_NO_ROWS, diag));
    uint32_t count = bundle->entries.count; // of files with the manifest, without the sums
    buf_reset(text);
    write_sums(bundle, false, count, text);
    TRY(add(bundle, slice_of(SHA256_SUMS), buf_slice(text), BUNDLE_NO_ROWS, diag));
    buf_reset(text);
    write_sums(bundle, true, count, text);
    return add(bundle, slice_of(SM3_SUMS), buf_slice(text), BUNDLE_NO_ROWS, diag);
}

Status bundle_finish(struct bundle *bundle, BundleDigests *ret_digests, struct diag *diag) {
    struct buf text;
    INVARIANT(!bundle->finished);
    bundle->finished = true;
    buf_init(&text, BUNDLE_FILES_MAX * (BUNDLE_NAME_MAX * 6 + 256));
    Status status = add_manifests(bundle, &text, diag);
    buf_deinit(&text);
    TRY(status);
    uint32_t directory = (uint32_t)bundle->out->size;
    for (uint32_t i = 0; i < bundle->entries.count; i++) {
        put_entry(bundle, &bundle->entries.at[i]);
    }
    put_end(bundle, directory);
    if (buf_overflowed(bundle->out) || bundle->out->size > ZIP_MAX) {
        return too_large(bundle, diag);
    }
    if (!bundle_digest(buf_slice(bundle->out), ret_digests)) {
        return diag_fail(diag, bundle->told, STATUS_IO, "PA023", "OpenSSL has no SHA-256 or no SM3");
    }
    return STATUS_OK;
}
