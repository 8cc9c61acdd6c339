#pragma once
// Sources: the systems that events come from, and how far behind each is. What a source is, the pack's role `source` says; without it, and in an event that
// names none, it is the one without a name.
//
//     struct sources *sources = sources_create(clock_wall_us());
//     sources_saw(sources, event, late, clock_wall_us());              // the deciding thread, of each event that it has decided
//     sources_refused(sources, schema, record);                        // of each record that was not understood
//     count = sources_look(sources, clock_wall_us(), states);          // any thread
//
// Lag. The moment at which an event was decided, by the server's clock, less the event's own time, which the source gives; an event of the future has lag 0.
// So it holds the way here, what waited before the server, and clocks that differ. Median and 99th percentile are of the events that were decided in the last
// SOURCES_SPAN_S seconds, up to a twelfth more: time is cut into twelfths, and those that are not wholly over yet count. Values are told to a sixteenth, and
// never too small.
//
// Silence. A source is silent since its last event was decided. Its usual pause is the longest between two of its events in the three hours before the last one, so that
// one which sends once an hour has an hour, and the night before does not make the day deaf. It is silent for longer than usual after twice that time, and not
// before a minute and SOURCES_KNOWN_AFTER events.
//
// Threads and costs. One thread writes, without a lock: it finds the source by its name, and adds to some counters, 20 to 30 ns. Those who look read single
// cells; a part that is begun anew at that moment is left out. Nothing is allocated after the start, whatever names come: past SOURCES_MAX they count as the rest. 2 MB.

#include "monitoring/stream/event.h"

enum {
    SOURCES_MAX = 64,
    SOURCES_NAME_MAX = 64, // bytes; a longer one counts as the rest
    SOURCES_SPAN_S = 60,
    SOURCES_KNOWN_AFTER = 10,
};

typedef enum SourceKind { SOURCE_NAMED, SOURCE_UNNAMED, SOURCE_REST } SourceKind;

struct source_state {
    SourceKind kind;
    Slice name;                        // of a named one; lives as long as the sources
    uint64_t events, late, refused;    // since the start
    int64_t last_event_us;             // its time, when there was one
    int64_t silent_since_us;           // when that was decided
    int64_t usual_pause_us;
    bool is_silent_unusually;
    uint64_t span_events;              // in the last minute, and of these
    int64_t lag_median_ms, lag_p99_ms; // when there were some
};

struct sources;

struct sources *sources_create(int64_t now_us);
void sources_destroy(struct sources *sources);
void sources_saw(struct sources *sources, const struct event *event, bool is_late, int64_t now_us);
// The name is taken from the record when it can be read.
void sources_refused(struct sources *sources, const struct schema *schema, Slice record);
// Those that something came from: named ones in the order in which they first came, then the one without a name and the rest. Gives their number.
uint32_t sources_look(const struct sources *sources, int64_t now_us, struct source_state ret_states[SOURCES_MAX + 2]);
int64_t sources_begun_us(const struct sources *sources);
