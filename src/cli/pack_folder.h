#pragma once
// A pack on disk: its files read, compiled, and its lists and tables loaded.

#include "monitoring/models/catalogue.h"

struct pack_folder {
    struct arena arena; // texts of the files
    Slice path;
    struct pack_file *files;
    uint32_t file_count;
    struct catalogue *catalogue;
};

// Reads all files of a folder and compiles them. Says what is wrong on standard error. STATUS_INVALID: the pack has
// errors; STATUS_IO: it cannot be read. The folder is to be closed in any case.
Status pack_open(struct pack_folder *pack, Slice path);
// The same with more files than the folder has (`extra`, whose texts the caller keeps).
Status pack_open_with(struct pack_folder *pack, Slice path, const struct pack_file *extra, uint32_t extra_count);
void pack_close(struct pack_folder *pack);
// A new state of knowledge with the lists and tables of the pack.
struct knowledge *pack_knowledge(struct pack_folder *pack);
const struct pack_file *pack_find(const struct pack_folder *pack, Slice path);
