#pragma once
// Instance: a whole server on a data folder, as its settings say: log, metrics, packs, journal, releases, API.
//
//     TRY(instance_open(&options, arena, &instance, diag));       // listens, and decides, when it returns
//     ... until somebody ends it: instance_reload() on SIGHUP ...
//     TRY(instance_close(instance, arena, diag));                 // answers what is under way, and leaves a snapshot
//
// The data folder. It is made when it is not there:
//     journal/   the journal and its snapshots       packs/   released packs, and releases.json
//     access/    users and keys, and the log of who did what
//     index/     where events are in the journal      night/   snapshots of nightly runs
//     response.db   alerts and what follows from them, where settings do not put them elsewhere (response.h)
//
// Codes: SV002 (another pack was named than the one that the journal goes on with), SV009 (settings do not fit the pack).

#include "log/log.h"
#include "metrics/metrics.h"
#include "server/pipeline.h"
#include "settings/settings.h"

struct instance;

struct instance_options {
    const struct settings *settings; // the caller's, as long as the instance
    Slice pack; // the pack to begin with, or that has to be the one that decides; empty: whichever the journal goes on with
    // How far the replay is, every few milliseconds of instance_open(), on its thread; the log tells it now and then by itself. May be NULL.
    void *context;
    void (*replaying)(void *context, uint64_t sequence, uint64_t first, uint64_t last);
};

// What was found at the start, for people.
struct instance_opened {
    struct pipeline_opened pipeline;
    Slice label; // of the pack that decides
    uint16_t port;
    bool has_nobody; // no user is set up: whoever asks over loopback may do everything
};

// How it is. Asked again and again by one thread, it tells whether the deciding thread still goes round.
struct instance_pulse {
    bool answers; // the deciding thread has come round since the last question
    bool failed;  // the journal has: nothing is decided until a restart
    uint64_t decided, durable_sequence;
};

MUST_USE Status instance_open(const struct instance_options *options, struct arena *arena, struct instance **ret_instance, struct instance_opened *ret_opened,
                              struct diag *diag);
// Takes over the settings that count at any time (settings.def: RELOAD), and opens the log's file anew; decisions go on. `settings` stay the caller's, as long as the instance.
void instance_reload(struct instance *instance, const struct settings *settings);
struct instance_pulse instance_pulse(struct instance *instance);
struct log *instance_log(struct instance *instance);
MUST_USE Status instance_close(struct instance *instance, struct arena *arena, struct diag *diag);
