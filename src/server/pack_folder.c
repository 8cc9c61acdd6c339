#include "server/pack_folder.h"

#include "os/file.h"

enum { PACK_FILE_SIZE_MAX = 256 << 20 };

// Whether a file belongs to the pack, by its path within it. Data and documents may lie beside; what lies among entries and rows
// is read whatever its name, so that one that cannot be used is told.
bool pack_wants(Slice path) {
    static const char *const data[] = {"lists/", "tables/", "tests/"};
    static const char *const texts[] = {"features/", "models/", "maps/", "strategies/", "scripts/"};
    bool yaml = slice_ends_with(path, SLICE(".yaml"));
    for (size_t i = 0; i < sizeof data / sizeof data[0]; i++) {
        if (slice_starts_with(path, slice_of(data[i]))) {
            return !slice_ends_with(path, SLICE(".md"));
        }
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (slice_starts_with(path, slice_of(texts[i]))) {
            return yaml;
        }
    }
    return yaml && slice_find_byte(path, '/', 0) == path.size;
}

static Status read_files(struct pack_folder *pack, uint32_t extra_count, struct diag *diag) {
    if (!file_is_directory(pack->path)) {
        return diag_fail(diag, &pack->arena, STATUS_IO, "OS005", "%.*s: there is no such pack; a pack is a folder with a pack.yaml", SLICE_ARGS(pack->path));
    }
    FileList list;
    TRY(file_list(pack->path, SLICE(""), true, &pack->arena, &list, diag));
    pack->files = ARENA_ARRAY(&pack->arena, struct pack_file, list.count + extra_count + 1);
    for (uint32_t i = 0; i < list.count; i++) {
        Slice path = slice_part(list.paths[i], pack->path.size + !slice_ends_with(pack->path, SLICE("/")), SIZE_MAX);
        if (!pack_wants(path)) {
            continue;
        }
        struct pack_file *file = &pack->files[pack->file_count];
        file->path = path;
        file->source.name = list.paths[i];
        TRY(file_read(list.paths[i], PACK_FILE_SIZE_MAX, &pack->arena, &file->source.text, diag));
        pack->file_count++;
    }
    return STATUS_OK;
}

void pack_init(struct pack_folder *pack, Slice path) {
    *pack = (struct pack_folder){.path = path};
    arena_init(&pack->arena, 1 << 20);
}

Status pack_read(struct pack_folder *pack, const struct pack_file *extra, uint32_t extra_count, struct diag *diag) {
    TRY(read_files(pack, extra_count, diag));
    for (uint32_t i = 0; i < extra_count; i++) {
        pack->files[pack->file_count++] = extra[i];
    }
    return STATUS_OK;
}

static bool has_path(const struct pack_file *files, uint32_t count, Slice path) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_equal(files[i].path, path)) {
            return true;
        }
    }
    return false;
}

void pack_lay_over(struct pack_folder *pack, const struct pack_folder *under, const struct pack_file *files, uint32_t count) {
    pack->files = ARENA_ARRAY(&pack->arena, struct pack_file, under->file_count + count + 1);
    for (uint32_t i = 0; i < under->file_count; i++) {
        if (!has_path(files, count, under->files[i].path)) {
            pack->files[pack->file_count] = under->files[i];
            pack->files[pack->file_count++].source.name = under->files[i].path; // within the pack, whatever folder it lies in
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (files[i].source.text.at != NULL) {
            pack->files[pack->file_count++] = files[i];
        }
    }
}

Status pack_compile(struct pack_folder *pack) {
    pack->catalogue = catalogue_create();
    return catalogue_load(pack->catalogue, pack->files, pack->file_count);
}

void pack_close(struct pack_folder *pack) {
    catalogue_destroy(pack->catalogue);
    arena_deinit(&pack->arena);
}

struct knowledge *pack_knowledge(struct pack_folder *pack) {
    struct catalogue *catalogue = pack->catalogue;
    struct knowledge *knowledge =
        knowledge_create(catalogue->knowledge, catalogue->money_digits, catalogue->zone_offset_us);
    catalogue_load_knowledge(catalogue, pack->files, pack->file_count, knowledge);
    return knowledge;
}

const struct pack_file *pack_find(const struct pack_folder *pack, Slice path) {
    for (uint32_t i = 0; i < pack->file_count; i++) {
        if (slice_equal(pack->files[i].path, path)) {
            return &pack->files[i];
        }
    }
    return NULL;
}
