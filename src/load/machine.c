#include "load/machine.h"

#include "base/arena.h"
#include "base/diag.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { PROC_TEXT_MAX = 1 << 20 };

#define STEP_NS UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)

// ---- what the system counts ------------------------------------------------------------------------------

// The whole numbers of a line in their order; what is none of them counts as 0.
static void read_numbers(Slice line, int64_t *numbers, uint32_t count) {
    Slice word;
    for (uint32_t i = 0; i < count && slice_split(&line, ' ', &word); i++) {
        numbers[i] = 0;
        (void)slice_to_i64(word, &numbers[i]);
    }
}

// "cpu  user nice system idle iowait irq softirq steal ..." in ticks.
static void read_processors(struct arena *arena, struct machine_reading *reading) {
    enum { IDLE = 3, WAITING = 4, STOLEN = 7, KINDS = 8 };
    int64_t ticks[KINDS] = {0};
    struct diag diag;
    Slice text;
    Slice line;
    if (file_read(SLICE("/proc/stat"), PROC_TEXT_MAX, arena, &text, &diag) != STATUS_OK || !slice_split(&text, '\n', &line) ||
        !slice_starts_with(line, SLICE("cpu  "))) {
        return;
    }
    read_numbers(slice_part(line, 5, SIZE_MAX), ticks, KINDS);
    for (uint32_t i = 0; i < KINDS; i++) {
        reading->all_ticks += (uint64_t)ticks[i];
    }
    reading->idle_ticks = (uint64_t)(ticks[IDLE] + ticks[WAITING]);
    reading->stolen_ticks = (uint64_t)ticks[STOLEN];
}

// "pid (name) state ppid ...": the name may hold anything, so what counts begins behind the last bracket.
static void read_server(int32_t pid, struct arena *arena, struct machine_reading *reading) {
    enum { USER = 11, SYSTEM = 12, FIELDS = 13 }; // behind the bracket
    int64_t fields[FIELDS] = {0};
    struct diag diag;
    Slice text;
    Slice path = arena_printf(arena, "/proc/%d/stat", pid);
    if (file_read(path, PROC_TEXT_MAX, arena, &text, &diag) != STATUS_OK) {
        return;
    }
    size_t bracket = text.size;
    while (bracket > 0 && text.at[bracket - 1] != ')') {
        bracket--;
    }
    read_numbers(slice_part(text, bracket + 1, SIZE_MAX), fields, FIELDS);
    reading->has_server = true;
    reading->server_ns = (uint64_t)(fields[USER] + fields[SYSTEM]) * (NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK));
}

void machine_read(int32_t server_pid, struct machine_reading *ret_reading) {
    struct arena arena;
    arena_init(&arena, 16 << 10);
    *ret_reading = (struct machine_reading){0};
    read_processors(&arena, ret_reading);
    if (server_pid > 0) {
        read_server(server_pid, &arena, ret_reading);
    }
    arena_deinit(&arena);
}

// ---- its jitter ------------------------------------------------------------------------------------------

struct jitter {
    struct thread *thread;
    atomic_bool ends;
    struct histogram late; // the thread's, until it is joined
};

static void measure(void *context) {
    struct jitter *jitter = context;
    prctl(PR_SET_TIMERSLACK, 1ul); // the usual 50 us are added on purpose, to save power
    uint64_t next = clock_monotonic_ns();
    while (!atomic_load_explicit(&jitter->ends, memory_order_relaxed)) {
        next += STEP_NS;
        struct timespec at = {.tv_sec = (time_t)(next / NS_PER_SECOND), .tv_nsec = (long)(next % NS_PER_SECOND)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0) {
        }
        uint64_t now = clock_monotonic_ns();
        histogram_add(&jitter->late, now - next);
    }
}

struct jitter *jitter_start(void) {
    struct jitter *jitter = memory_alloc(sizeof *jitter);
    atomic_init(&jitter->ends, false);
    jitter->thread = thread_start("jitter", measure, jitter);
    return jitter;
}

void jitter_stop(struct jitter *jitter, struct histogram *into) {
    if (jitter == NULL) {
        return;
    }
    atomic_store(&jitter->ends, true);
    thread_join(jitter->thread);
    histogram_merge(into, &jitter->late);
    free(jitter);
}
