#pragma once
// A disk in memory that does what disks do at the worst moment, for tests. The same seed and the
// same calls give the same faults.
//
//     struct simulated_disk *sim = simulated_disk_create(seed);
//     sim_settings(sim)->fail_at = 17;                 // the 17th call from now fails
//     ... journal_open(sim_table(sim), SLICE("log"), ...) ...
//     sim_power_cut(sim);                              // from here on everything fails, until ...
//     sim_power_on(sim);                               // ... what was not synced is lost, torn, or
//     there
//
// A write is in the cache until a sync of its file, a name until a sync of the folder (there is one
// folder: the part of a path behind the last '/' names a file). At a power cut each unsynced write
// is there, gone, cut off at a byte, or there in some of its sectors; of the changes of names,
// those up to some point are there.

#include "os/disk.h"

struct simulated_disk;

struct sim_settings {
    uint64_t fail_at;  // that call from now fails; 0: none
    int fail_error;    // with this, EIO if 0
    bool fail_on;      // all calls after it fail as well
    bool short_writes; // writes and reads take a part
    uint64_t capacity; // bytes of all files; 0: no bound
};

struct simulated_disk *simulated_disk_create(uint64_t seed);
void simulated_disk_destroy(struct simulated_disk *sim);
const struct disk *sim_table(const struct simulated_disk *sim);
// Set while nobody else uses the disk, or through the functions below.
struct sim_settings *sim_settings(struct simulated_disk *sim);
void sim_set_capacity(struct simulated_disk *sim, uint64_t capacity);
uint64_t sim_calls(struct simulated_disk *sim); // since fail_at was last reached or 0
void sim_count_from_here(struct simulated_disk *sim);
bool sim_failed(struct simulated_disk *sim); // fail_at was reached

void sim_power_cut(struct simulated_disk *sim);
void sim_power_on(struct simulated_disk *sim);

// The bytes of a file, to look at and to damage; NULL: there is none. Both states, of cache and
// disk, are one then.
char *sim_bytes(struct simulated_disk *sim, const char *name, uint64_t *ret_size);
void sim_put(struct simulated_disk *sim, const char *name, Slice bytes);
bool sim_remove(struct simulated_disk *sim, const char *name);
void sim_rename(struct simulated_disk *sim, const char *from, const char *to);
