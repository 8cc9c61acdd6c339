#pragma once
// Packs for commands: what is wrong with one is told on standard error.

#include "response/strategies/strategies.h"
#include "server/pack_folder.h"

// Reads all files of a folder and compiles them. STATUS_INVALID: the pack has errors; STATUS_IO: it cannot be read. The
// folder is to be closed in any case.
Status pack_open(struct pack_folder *pack, Slice path);
// The same with more files than the folder has (`extra`, whose texts the caller keeps).
Status pack_open_with(struct pack_folder *pack, Slice path, const struct pack_file *extra, uint32_t extra_count);
// The strategies of a pack that compiled; what is wrong with them is told. To be destroyed in any case, before the pack is closed.
struct strategies *pack_strategies(const struct pack_folder *pack, Status *ret_status);
