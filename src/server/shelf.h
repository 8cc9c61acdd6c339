#pragma once
// Shelf: the packs that a server has decided with or may decide with, each a folder named by its label: `bank-1-3f2a9c01b2d4e5f6`. What stands
// there is not changed any more; a journal that names a pack finds it here, in ten years too.
//
//     TRY(shelf_open(SLICE("data/packs"), arena, &shelf, diag));
//     TRY(shelf_put(shelf, &pack, arena, &label, diag));                    // a compiled pack from elsewhere
//     struct heart_source source = shelf_source(shelf);                     // for pipeline.h and replay.h
//     ...
//     shelf_close(shelf);                                                   // no heart may be left
//
// Any thread may call; calls wait for each other. A pack is compiled when it is first asked for, and stays until shelf_close(): 20 MB for the 677
// models of packs/bank, so as much for each release of a server that is not started again meanwhile. What is only looked at has a shelf of its own. Codes SV004 (a pack is not there, or is not what its name says), SV005 (it does not compile).

#include "server/pack_folder.h"
#include "server/replay.h"

struct shelf;

// The folder has to be there.
MUST_USE Status shelf_open(Slice folder, struct arena *arena, struct shelf **ret_shelf, struct diag *diag);
void shelf_close(struct shelf *shelf);
// Copies the files of a pack that was compiled without errors. One that stands there already is left as it is. `ret_label` lives as long as the shelf.
MUST_USE Status shelf_put(struct shelf *shelf, const struct pack_folder *pack, struct arena *arena, Slice *ret_label, struct diag *diag);
// RL007 where a pack stands there with the label of this one and with other files: lists, tables, maps and tests are not in a label, and who looks at the one
// would have the other.
MUST_USE Status shelf_compare(struct shelf *shelf, const struct pack_folder *pack, struct arena *arena, struct diag *diag);
// By the hash of its label. The pack is the shelf's.
MUST_USE Status shelf_find(struct shelf *shelf, Hash128 label, struct arena *arena, const struct pack_folder **ret_pack, struct diag *diag);
struct heart_source shelf_source(struct shelf *shelf);

// A label as the name of a folder and back; an empty slice when the name is none.
Slice shelf_name(Slice label, struct arena *arena);
Slice shelf_label(Slice name, struct arena *arena);
