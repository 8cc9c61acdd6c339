#pragma once
// A pack on disk: its files read, compiled, and its lists and tables loaded.
//
//     struct pack_folder pack;
//     pack_init(&pack, SLICE("packs/bank"));
//     if (pack_read(&pack, NULL, 0, &diag) == STATUS_OK && pack_compile(&pack) == STATUS_OK) { ... pack.catalogue ... }
//     pack_close(&pack);

#include "monitoring/models/catalogue.h"

struct pack_folder {
    struct arena arena; // texts of the files
    Slice path;
    struct pack_file *files;
    uint32_t file_count;
    struct catalogue *catalogue; // NULL before it is compiled
};

// Whether a file belongs to a pack, by its path within it.
bool pack_wants(Slice path);
void pack_init(struct pack_folder *pack, Slice path);
// All files of the folder, and more that it does not have (`extra`, whose texts the caller keeps). STATUS_IO with a diag, whose texts live as long as the pack.
MUST_USE Status pack_read(struct pack_folder *pack, const struct pack_file *extra, uint32_t extra_count, struct diag *diag);
// The files of another pack with these over them, of which one without a text (its `at` is NULL) is left out. The texts of both have to live as long as the pack.
void pack_lay_over(struct pack_folder *pack, const struct pack_folder *under, const struct pack_file *files, uint32_t count);
// STATUS_INVALID: what is wrong stands in catalogue->diags.
MUST_USE Status pack_compile(struct pack_folder *pack);
// In any case.
void pack_close(struct pack_folder *pack);
// A new state of knowledge with the lists and tables of the pack; what is wrong with them stands in catalogue->diags.
struct knowledge *pack_knowledge(struct pack_folder *pack);
const struct pack_file *pack_find(const struct pack_folder *pack, Slice path);
