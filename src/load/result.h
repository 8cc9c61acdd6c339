#pragma once
// Result: what was measured, and the counting of what replies say. Private to the room.

#include "base/histogram.h"
#include "base/map.h"
#include "base/vec.h"
#include "load/load.h"
#include "load/machine.h"

enum {
    RESULT_STATUSES = 1000,
    RESULT_NAMES_MAX = 64, // different codes or actions; what comes from a server is not trusted to be few
    RESULT_WORST = 5,      // seconds that are listed
};

// Latencies, and what else a row of the table holds. Names are told in the table and in JSON.
#define RESULT_ROWS(X)                                                                                                                                 \
    X(LATENCY, "latency", "planned to whole reply; answered 200, or never")                                                                            \
    X(SERVICE, "service", "sent to whole reply; of the same")                                                                                          \
    X(LATENESS, "lateness", "planned to sent")                                                                                                         \
    X(REFUSED, "refused", "planned to whole reply; any status but 200")                                                                                \
    X(ASKED, "while_asked", "latency of those under way during an --ask and a second after")                                                          \
    X(JITTER, "jitter", "the machine: how late a thread wakes that sleeps to fixed moments")
typedef enum ResultRow {
#define X(name, key, text) RESULT_##name,
    RESULT_ROWS(X)
#undef X
        RESULT_ROW_COUNT,
} ResultRow;

struct result_name {
    Slice name;
    uint64_t count;
};

// How often each name came; those past the limit together in `others`.
struct result_names {
    VEC(struct result_name) names;
    struct map by_name;
    uint64_t others;
};

struct result_second {
    uint64_t second; // of the run, in which the replies came
    uint64_t p99_ns, count;
};

struct result_ask {
    uint64_t start_ns, end_ns; // monotonic; 0: not yet
    uint16_t status;           // 0: none came
    Slice fault;
    struct histogram *latency; // of events meanwhile
};

struct load_result {
    struct arena arena;
    struct load_options options;
    struct histogram *rows[RESULT_ROW_COUNT];
    struct histogram *second; // of the second at hand
    uint64_t second_number;
    struct result_second worst[RESULT_WORST];
    struct result_ask *asks;
    uint64_t start_ns, end_ns;
    uint64_t planned, sent, answered; // requests, of streams records; answered: a whole reply, whatever it says
    uint64_t records, decided, changed, records_refused; // in replies of 200: all, by what became of them
    uint64_t statuses[RESULT_STATUSES];
    struct result_names codes, actions, degraded;
    uint64_t lost, unanswered, malformed, wrong_id;
    uint64_t reconnections;
    uint64_t streams_cut, streams_unended; // that ended before they were to; whose last chunk was awaited and did not come
    Slice lost_example, malformed_example, wrong_example, cut_example;
    uint64_t loop_cpu_ns;
    struct machine_reading before, after;
};

struct load_result *result_create(const struct load_options *options);
void result_name_add(struct load_result *result, struct result_names *names, Slice name);
// A request that ended: not before `sent_ns`, which is 0 when it never was sent.
void result_took(struct load_result *result, uint64_t planned_ns, uint64_t sent_ns, uint64_t end_ns, bool refused);
// Ends the second at hand when `now_ns` lies behind it.
void result_tick(struct load_result *result, uint64_t now_ns);
// The last second.
void result_finish(struct load_result *result);
// The first text of its kind is kept as an example.
void result_example(struct load_result *result, Slice *example, Slice text);
const char *result_row_key(ResultRow row);
const char *result_row_text(ResultRow row);
