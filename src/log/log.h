#pragma once
// Log: what a server says about itself, one line for each thing that happens, for machines (JSON) or for people (text).
//
//     struct log_options options = {.path = SLICE("/var/log/qiantang.log"), .offset_us = 8 * US_PER_HOUR};
//     TRY(log_open(&options, arena, &log, diag));
//     LOG(log, info, "snapshot_written", LOG_I64("sequence", 4711), LOG_US("took", took_us), LOG_TEXT("path", path));
//     log_close(log);
//
//     {"time":"2026-11-29T10:00:00.123456+08:00","level":"info","event":"snapshot_written","sequence":4711,"took_us":81234,"path":"..."}
//     2026-11-29T10:00:00.123456+08:00 info snapshot_written sequence=4711 took=81.234ms path="..."
//
// The model. Putting copies the fields into a buffer of fixed size and goes on; a thread of the log's own turns them into lines and
// writes them. So who decides never waits for a disk, only for another one's copy of some hundred bytes. When the disk is slower than what
// is put, the buffer fills, and what does not fit is dropped, counted, and told in a line `log_lost` as soon as there is room.
// So it is with lines that cannot be written; they are not tried again.
//
// Equal messages (event, level and all fields) within ten seconds are folded: the first is written at once, and one more line at the end
// of the ten seconds says how many more there were (`repeated`), with the time of the last. Sixteen messages are remembered.
//
// Files. A line is written with one call, behind what is there. At `rotate_bytes` a file becomes FILE.1, what was FILE.1 becomes FILE.2, and so on
// up to `rotate_count`. Who puts files away by other means calls log_reopen() afterwards (the server does on SIGHUP).
//
// Events and names of fields are literals in lower_case, which stay what they are: people search for them, and alarms hang on them. Texts
// of values are escaped, and cut at LOG_TEXT_MAX. Secrets and what a customer would not want read aloud never
// come here: that is for the callers to see to, since a log cannot tell.
//
// It does not survive a crash of the process: what was put in the last milliseconds may be missing then. What must not be lost
// stands in the journal. Any thread may put, flush and reopen; none of them from inside a signal handler. NULL for the log is let pass everywhere.
//
// Code: LG001 the file cannot be opened.

#include "base/diag.h"

enum {
    LOG_FIELDS_MAX = 16,    // of a line; a line with more is two events
    LOG_TEXT_MAX = 1024,    // bytes of a text; a longer one is cut and ends in an ellipsis
    LOG_RECORD_MAX = 4096,  // bytes of all texts and fields of a line
    LOG_WAITING_BYTES = 1 << 20, // that wait for the writing thread: some 5,000 lines
};

#define LOG_LEVELS(X) X(debug) X(info) X(warning) X(error)
typedef enum LogLevel {
#define X(name) LOG_##name,
    LOG_LEVELS(X)
#undef X
} LogLevel;

typedef enum LogFormat { LOG_JSON, LOG_PLAIN } LogFormat;

typedef enum LogFieldKind { LOG_FIELD_TEXT, LOG_FIELD_I64, LOG_FIELD_US, LOG_FIELD_BOOL } LogFieldKind;

struct log_field {
    const char *name; // a literal, and neither time, level, event nor repeated
    LogFieldKind kind;
    Slice text;
    int64_t value;
};

#define LOG_TEXT(field_name, field_text) {.name = field_name, .kind = LOG_FIELD_TEXT, .text = field_text}
#define LOG_I64(field_name, number) {.name = field_name, .kind = LOG_FIELD_I64, .value = (int64_t)(number)}
// A duration in microseconds; in JSON its name gets _us.
#define LOG_US(field_name, us) {.name = field_name, .kind = LOG_FIELD_US, .value = (int64_t)(us)}
#define LOG_BOOL(field_name, yes) {.name = field_name, .kind = LOG_FIELD_BOOL, .value = (yes)}

// LOG(log, warning, "snapshot_failed", LOG_TEXT("reason", reason)); without fields too.
#define LOG(log, level, event, ...)                                                                \
    log_put((log), LOG_##level, event, &((const struct log_field[]){{0}, ##__VA_ARGS__})[1],       \
            sizeof((const struct log_field[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_field) - 1)

// Zero means the default.
struct log_options {
    LogLevel level; // the lowest that is told; [debug]
    LogFormat format;
    Slice path;            // empty: standard error, which is never rotated
    uint64_t rotate_bytes; // [0: never]
    uint32_t rotate_count; // files that were put away and stay [10]
    int64_t offset_us;     // of the zone that times are told in
    uint32_t waiting_bytes; // [LOG_WAITING_BYTES]
    int64_t fold_us;        // [10 s]; -1: nothing is folded
};

struct log;

MUST_USE Status log_open(const struct log_options *options, struct arena *arena, struct log **ret_log, struct diag *diag);
// Writes what was put and what was folded, and frees it. Nobody may put any more.
void log_close(struct log *log);
// `event` and the names are kept as pointers: literals.
void log_put(struct log *log, LogLevel level, const char *event, const struct log_field *fields, size_t count);
// A message that somebody's diag holds, as fields code, message and hint.
void log_put_diag(struct log *log, LogLevel level, const char *event, const struct diag *diag);
void log_set_level(struct log *log, LogLevel level);
// Returns when what was put before has been written, or could not be.
void log_flush(struct log *log);
// The writing thread opens the path anew before it writes on.
void log_reopen(struct log *log);

struct log_counters {
    uint64_t written; // lines
    uint64_t folded;  // messages into another one's line
    uint64_t dropped; // messages for which there was no room
    uint64_t failed;  // lines that could not be written
};
struct log_counters log_counters(struct log *log);
