#pragma once
// Snapshot maker: snapshots that are written while decisions go on. The deciding thread hands out a little of the state between two decisions (base/live_image.h);
// a thread of its own, which gives way to all others, compresses it and writes it.
//
//     struct snapshot_maker *maker = snapshot_maker_create(&options);
//     if (snapshot_maker_is_due(maker, records, now_us)) { snapshot_maker_begin(maker, heart, sequence, now_us); }
//     after each decision:       snapshot_maker_step(maker, heart, STEP);
//     ...
//     snapshot_maker_destroy(maker, heart);                  // gives up what is under way
//
// The snapshot is of the moment of snapshot_maker_begin(); it gets its name when everything up to its sequence is durable. One that fails, or that
// the state outruns, is reported and tried again at the next time; decisions never wait for it: when the disk is slow, less is handed out.
//
// snapshot_maker_state() may be called by any thread, the rest by the deciding one.

#include "journal/snapshot.h"
#include "server/heart.h"

#include <stdatomic.h>

struct snapshot_maker;

struct snapshot_maker_options {
    Slice folder;    // of the journal
    Slice archive;   // segments that no snapshot needs go there; empty: they stay
    struct journal *journal;
    uint32_t keep;
    uint64_t every_us;      // 0: never by time
    uint64_t every_records; // 0: never by number
    void *context;
    void (*ended)(void *context, const struct diag *failure); // by its own thread; NULL: it is there
    // The first record that somebody else still has to read: no segment from it on is moved away. NULL: nobody has. By its own thread.
    uint64_t (*needed_from)(void *context);
    // Before a snapshot gets its name: what else has to reach as far. False: it is given up.
    bool (*before)(void *context, uint64_t sequence);
};

struct snapshot_maker_state {
    bool is_under_way;
    uint64_t sequence, bytes, took_us; // of the last one that is there
    int64_t at_us;
    uint64_t made, failed;
    uint64_t aside_max_bytes; // memory that the last one took for what changed meanwhile
};

struct snapshot_maker *snapshot_maker_create(const struct snapshot_maker_options *options, uint64_t last_sequence, int64_t now_us);
void snapshot_maker_destroy(struct snapshot_maker *maker, struct heart *heart);
// Time or number, whichever comes first; never without records since the last one.
bool snapshot_maker_is_due(const struct snapshot_maker *maker, uint64_t sequence, int64_t now_us);
// False: one is under way.
bool snapshot_maker_begin(struct snapshot_maker *maker, struct heart *heart, uint64_t sequence, int64_t now_us);
// Hands out about so many bytes if there is room for them. False: none is under way.
bool snapshot_maker_step(struct snapshot_maker *maker, struct heart *heart, size_t bytes);
// Gives up what is under way: the heart does not go on.
void snapshot_maker_give_up(struct snapshot_maker *maker, struct heart *heart);
// Whether a step would hand out something now.
bool snapshot_maker_has_room(const struct snapshot_maker *maker);
struct snapshot_maker_state snapshot_maker_state(struct snapshot_maker *maker);
