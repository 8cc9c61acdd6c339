#include "log/log.h"

#include "base/test.h"
#include "base/time.h"
#include "codec/json.h"
#include "log/record.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "os/thread.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TEXT_MAX = 64 << 20 };

static Slice read_all(struct scratch *scratch, const char *name) {
    Slice text = {NULL, 0};
    struct diag diag;
    Status status = file_read(scratch_path(scratch, name), TEXT_MAX, &scratch->arena, &text, &diag);
    return status == STATUS_OK ? text : (Slice){NULL, 0};
}

static uint32_t count_lines(Slice text) {
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.at[i] == '\n';
    }
    return count;
}

static uint32_t count_parts(Slice text, const char *part) {
    uint32_t count = 0;
    for (size_t at = 0; (at = slice_find(text, slice_of(part), at)) != SIZE_MAX; at++) {
        count++;
    }
    return count;
}

// Every line is a JSON object with a time, a level and an event.
static bool all_whole(Slice text) {
    struct json_reader *reader = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    Slice line;
    bool ok = text.size == 0 || text.at[text.size - 1] == '\n';
    text.size -= ok && text.size > 0;
    while (ok && slice_split(&text, '\n', &line)) {
        JsonTree tree;
        ok = json_parse(reader, line, &tree) == STATUS_OK && json_member(tree, 0, SLICE("time")) != JSON_NONE &&
             json_member(tree, 0, SLICE("level")) != JSON_NONE && json_member(tree, 0, SLICE("event")) != JSON_NONE;
        if (!ok) {
            fprintf(stderr, "not whole: %.*s\n", SLICE_ARGS(line));
        }
    }
    json_reader_destroy(reader);
    return ok;
}

static struct log *open_log(struct scratch *scratch, const char *name, struct log_options options) {
    struct log *log = NULL;
    options.path = scratch_path(scratch, name);
    Status status = log_open(&options, &scratch->arena, &log, &scratch->diag);
    return status == STATUS_OK ? log : NULL;
}

static bool renders(const struct log_record *record, LogFormat format, int64_t offset_us, uint64_t repeated, const char *expected) {
    struct buf out;
    buf_init(&out, 1 << 20);
    log_render(record, format, offset_us, repeated, &out);
    CHECK_THAT(slice_is(buf_slice(&out), expected), "%.*s", SLICE_ARGS(buf_slice(&out)));
    buf_deinit(&out);
    return true;
}

static bool test_lines(void) {
    union log_room room;
    struct log_field fields[] = {
        LOG_TEXT("path", SLICE("a \"b\"\n")), LOG_I64("count", -3), LOG_US("took", 81234), LOG_BOOL("last", true), LOG_TEXT("none", SLICE("")),
    };
    int64_t time_us = INT64_C(1795917600123456);
    log_pack(&room, time_us, LOG_info, "snapshot_written", fields, 5);
    CHECK(renders(&room.record, LOG_JSON, 8 * US_PER_HOUR, 0,
                  "{\"time\":\"2026-11-29T10:00:00.123456+08:00\",\"level\":\"info\",\"event\":\"snapshot_written\",\"path\":\"a \\\"b\\\"\\n\","
                  "\"count\":-3,\"took_us\":81234,\"last\":true,\"none\":\"\"}\n"));
    CHECK(renders(&room.record, LOG_PLAIN, 0, 0,
                  "2026-11-29T02:00:00.123456Z info snapshot_written path=\"a \\\"b\\\"\\n\" count=-3 took=81.234ms last=true none=\"\"\n"));
    log_pack(&room, time_us - 123456, LOG_error, "it", NULL, 0);
    CHECK(renders(&room.record, LOG_JSON, -5 * US_PER_HOUR - 30 * US_PER_MINUTE, 7,
                  "{\"time\":\"2026-11-28T20:30:00.000000-05:30\",\"level\":\"error\",\"event\":\"it\",\"repeated\":7}\n"));
    struct log_field spans[] = {LOG_US("a", 0), LOG_US("b", 999), LOG_US("c", 1500000), LOG_US("d", -20), LOG_US("e", 1001)};
    log_pack(&room, time_us, LOG_debug, "s", spans, 5);
    CHECK(renders(&room.record, LOG_PLAIN, 0, 1, "2026-11-29T02:00:00.123456Z debug s a=0us b=999us c=1.5s d=-20us e=1.001ms repeated=1\n"));
    return true;
}

// However much is in a message, it fits, in whole characters.
static bool test_cut(void) {
    static char much[5000];
    struct log_field fields[LOG_FIELDS_MAX];
    for (size_t i = 0; i + 2 < sizeof much; i += 3) {
        memcpy(much + i, "钱", 3);
    }
    for (size_t size = 4990; size < 4998; size++) {
        union log_room room;
        struct buf out;
        buf_init(&out, 1 << 20);
        for (size_t i = 0; i < LOG_FIELDS_MAX; i++) {
            fields[i] = (struct log_field)LOG_TEXT("text", ((Slice){much, size}));
        }
        log_pack(&room, 0, LOG_info, "much", fields, LOG_FIELDS_MAX);
        log_render(&room.record, LOG_JSON, 0, 0, &out);
        CHECK(room.record.size <= LOG_RECORD_MAX && all_whole(buf_slice(&out)));
        CHECK(count_parts(buf_slice(&out), "…\"") == LOG_FIELDS_MAX && count_parts(buf_slice(&out), "\xef\xbf\xbd") == 0);
        buf_deinit(&out);
    }
    return true;
}

static bool test_levels(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct log *log = open_log(&scratch, "log", (struct log_options){.level = LOG_warning});
    CHECK(log != NULL);
    LOG(log, info, "not_told");
    LOG(log, warning, "told", LOG_I64("n", 1));
    log_set_level(log, LOG_debug);
    LOG(log, debug, "told_too");
    struct diag diag = {.code = "JO003", .message = SLICE("the disk is full"), .hint = SLICE("make room")};
    log_put_diag(log, LOG_error, "journal_failed", &diag);
    log_flush(log);
    Slice text = read_all(&scratch, "log");
    CHECK(count_lines(text) == 3 && all_whole(text) && count_parts(text, "not_told") == 0);
    CHECK(count_parts(text, "\"code\":\"JO003\",\"message\":\"the disk is full\",\"hint\":\"make room\"") == 1);
    log_close(log);
    CHECK(scratch_remove(&scratch));
    LOG((struct log *)NULL, error, "nowhere");
    log_flush(NULL);
    log_reopen(NULL);
    log_close(NULL);
    return true;
}

static bool test_fold(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct log *log = open_log(&scratch, "log", (struct log_options){.fold_us = US_PER_HOUR});
    for (int i = 0; i < 300; i++) { // two that take turns, and one that is never the same
        LOG(log, warning, "refused", LOG_TEXT("code", SLICE("IN006")));
        LOG(log, info, "came", LOG_TEXT("from", SLICE("10.0.0.1")));
        LOG(log, info, "number", LOG_I64("n", i % 3 == 0 ? i : 0));
    }
    log_close(log);
    Slice text = read_all(&scratch, "log");
    CHECK(all_whole(text) && count_parts(text, "refused") >= 2 && count_parts(text, "\"n\":297") == 1);
    CHECK(count_parts(text, "\"event\":\"number\",\"n\":0,\"repeated\":") >= 1);
    log = open_log(&scratch, "few", (struct log_options){.fold_us = US_PER_HOUR});
    for (int i = 0; i < 1000; i++) {
        LOG(log, warning, "refused", LOG_TEXT("code", SLICE("IN006")));
        LOG(log, info, "came");
    }
    log_flush(log);
    struct log_counters counters = log_counters(log);
    CHECK(counters.written == 2 && counters.folded == 1998 && counters.dropped == 0);
    log_close(log);
    text = read_all(&scratch, "few");
    CHECK(count_lines(text) == 4 && count_parts(text, "\"event\":\"refused\",\"code\":\"IN006\",\"repeated\":999}") == 1);
    CHECK(count_parts(text, "\"event\":\"came\",\"repeated\":999}") == 1);
    // The time of a fold ends by itself.
    log = open_log(&scratch, "soon", (struct log_options){.fold_us = 1});
    LOG(log, info, "once");
    log_flush(log);
    LOG(log, info, "once");
    log_close(log);
    CHECK(count_lines(read_all(&scratch, "soon")) == 2);
    CHECK(scratch_remove(&scratch));
    return true;
}

// Summed up over the folds, no message is forgotten, whatever takes turns with whatever.
static bool test_fold_sums(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct log *log = open_log(&scratch, "log", (struct log_options){.fold_us = US_PER_HOUR});
    enum { MESSAGES = 4000 };
    for (int i = 0; i < MESSAGES; i++) {
        LOG(log, info, "kind", LOG_I64("n", i * 7919 % 23));
    }
    log_close(log);
    Slice text = read_all(&scratch, "log");
    int64_t sum = 0;
    Slice line;
    CHECK(all_whole(text) && text.size > 0);
    text.size--;
    while (slice_split(&text, '\n', &line)) {
        size_t at = slice_find(line, SLICE("\"repeated\":"), 0);
        int64_t repeated = 1;
        CHECK(at == SIZE_MAX || slice_to_i64(slice_part(line, at + 11, line.size - at - 12), &repeated));
        sum += repeated;
    }
    CHECK(sum == MESSAGES);
    CHECK(scratch_remove(&scratch));
    return true;
}

static bool test_rotation(void) {
    enum { LINES = 400, KEPT = 3, SIZE = 4000 };
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct log *log = open_log(&scratch, "log", (struct log_options){.rotate_bytes = SIZE, .rotate_count = KEPT});
    for (int i = 0; i < LINES; i++) {
        LOG(log, info, "line", LOG_I64("n", i));
    }
    log_close(log);
    static const char *const names[] = {"log.3", "log.2", "log.1", "log"};
    int64_t next = -1;
    for (int i = 0; i <= KEPT; i++) {
        Slice text = read_all(&scratch, names[i]);
        CHECK(text.size > 0 && text.size <= SIZE && all_whole(text));
        CHECK(i == KEPT || text.size > SIZE - 200);
        text.size--;
        for (Slice line; slice_split(&text, '\n', &line); next++) {
            size_t at = slice_find(line, SLICE("\"n\":"), 0);
            int64_t n;
            CHECK(slice_to_i64(slice_part(line, at + 4, line.size - at - 5), &n));
            next = next < 0 ? n : next;
            CHECK(n == next);
        }
    }
    CHECK(next == LINES && read_all(&scratch, "log.4").at == NULL);
    // It goes on behind what is there.
    log = open_log(&scratch, "log", (struct log_options){.rotate_bytes = SIZE, .rotate_count = KEPT});
    size_t before = read_all(&scratch, "log").size;
    LOG(log, info, "more");
    log_close(log);
    CHECK(read_all(&scratch, "log").size > before || read_all(&scratch, "log.1").size == before);
    CHECK(scratch_remove(&scratch));
    return true;
}

// Where files cannot be put away, the file grows on, and that is told once for each size.
static bool test_rotation_fails(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    CHECK(file_make_directory(scratch_path(&scratch, "log.1"), &scratch.arena, &scratch.diag) == STATUS_OK);
    struct log *log = open_log(&scratch, "log", (struct log_options){.rotate_bytes = 4000, .rotate_count = 1});
    for (int i = 0; i < 200; i++) {
        LOG(log, info, "line", LOG_I64("n", i));
    }
    log_close(log);
    Slice text = read_all(&scratch, "log");
    uint32_t told = count_parts(text, "log_rotation_failed");
    CHECK(all_whole(text) && count_parts(text, "\"event\":\"line\"") == 200 && told >= 2 && told <= 6);
    CHECK(scratch_remove(&scratch));
    return true;
}

static bool test_reopen(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct log *log = open_log(&scratch, "log", (struct log_options){0});
    char from[1200];
    char to[1200];
    snprintf(from, sizeof from, "%s/log", scratch.path);
    snprintf(to, sizeof to, "%s/away", scratch.path);
    LOG(log, info, "first");
    log_flush(log);
    CHECK(rename(from, to) == 0);
    LOG(log, info, "second");
    log_flush(log);
    log_reopen(log);
    log_flush(log);
    LOG(log, info, "third");
    log_close(log);
    CHECK(count_lines(read_all(&scratch, "away")) == 2 && count_parts(read_all(&scratch, "log"), "third") == 1);
    CHECK(scratch_remove(&scratch));
    return true;
}

static bool test_cannot_open(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct log *log = NULL;
    struct log_options options = {.path = scratch_path(&scratch, "none/log")};
    CHECK(log_open(&options, &scratch.arena, &log, &scratch.diag) == STATUS_IO && log == NULL);
    CHECK(strcmp(scratch.diag.code, "LG001") == 0);
    CHECK(scratch_remove(&scratch));
    return true;
}

struct reading {
    int fd;
    struct buf text;
};

static void read_pipe(void *context) {
    struct reading *reading = context;
    char bytes[4096];
    for (ssize_t got; (got = read(reading->fd, bytes, sizeof bytes)) > 0;) {
        buf_put(&reading->text, (Slice){bytes, (size_t)got});
    }
}

// Nobody reads: who puts is not held up, and what does not fit is counted and told.
static bool test_slow(void) {
    enum { MESSAGES = 8000 };
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    char path[1200];
    snprintf(path, sizeof path, "%s/pipe", scratch.path);
    CHECK(mkfifo(path, 0600) == 0);
    struct reading reading = {.fd = open(path, O_RDONLY | O_NONBLOCK)};
    CHECK(reading.fd >= 0);
    struct log *log = open_log(&scratch, "pipe", (struct log_options){.waiting_bytes = 64 << 10, .fold_us = -1});
    for (int i = 0; i < MESSAGES; i++) {
        LOG(log, info, "line", LOG_I64("n", i), LOG_TEXT("text", SLICE("something that takes some room in the pipe")));
    }
    uint64_t dropped = log_counters(log).dropped;
    CHECK(dropped > 0);
    CHECK(fcntl(reading.fd, F_SETFL, 0) == 0);
    buf_init(&reading.text, TEXT_MAX);
    struct thread *reader = thread_start("read", read_pipe, &reading);
    log_flush(log);
    LOG(log, info, "last");
    log_close(log); // the pipe's only writer: the reader ends
    thread_join(reader);
    Slice text = buf_slice(&reading.text);
    char told[64];
    snprintf(told, sizeof told, "\"event\":\"log_lost\",\"dropped\":%llu,\"failed\":0}", (unsigned long long)dropped);
    CHECK(all_whole(text) && count_parts(text, "\"event\":\"line\"") == MESSAGES - dropped);
    CHECK(count_parts(text, "log_lost") >= 1 && count_parts(text, "\"event\":\"last\"") == 1);
    CHECK(count_parts(text, "log_lost") > 1 || count_parts(text, told) == 1);
    close(reading.fd);
    buf_deinit(&reading.text);
    CHECK(scratch_remove(&scratch));
    return true;
}

// A disk that is full, and then is not: lines that were lost are told, and the one that was cut ends its line.
static bool test_full(void) {
    struct scratch scratch;
    struct rlimit before;
    CHECK(scratch_make(&scratch, NULL));
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    struct log *log = open_log(&scratch, "log", (struct log_options){.fold_us = -1});
    LOG(log, info, "good");
    log_flush(log);
    struct rlimit small = {.rlim_cur = 100, .rlim_max = before.rlim_max};
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    LOG(log, info, "bad");
    LOG(log, info, "bad");
    log_flush(log);
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(log_counters(log).failed == 2 && log_counters(log).written == 1);
    LOG(log, info, "good_again");
    log_close(log);
    Slice text = read_all(&scratch, "log");
    CHECK(count_lines(text) == 4 && count_parts(text, "\n{\"time\"") == 3);
    CHECK(count_parts(text, "\"event\":\"good_again\"}\n") == 1);
    CHECK(count_parts(text, "\"event\":\"log_lost\",\"dropped\":0,\"failed\":2}\n") == 1);
    CHECK(scratch_remove(&scratch));
    return true;
}

enum { THREADS = 4, EACH = 1500 };

struct putting {
    struct log *log;
    int number;
};

static void put_many(void *context) {
    struct putting *putting = context;
    for (int i = 0; i < EACH; i++) {
        LOG(putting->log, info, "line", LOG_I64("thread", putting->number), LOG_I64("n", i));
        if (i % 500 == 499) {
            log_flush(putting->log);
        }
    }
}

// Many put at once, one opens anew: nothing is lost, and what a thread put stands in its order.
static bool test_threads(void) {
    struct scratch scratch;
    struct thread *threads[THREADS];
    struct putting putting[THREADS];
    CHECK(scratch_make(&scratch, NULL));
    struct log *log = open_log(&scratch, "log", (struct log_options){.waiting_bytes = 4 << 20});
    for (int i = 0; i < THREADS; i++) {
        putting[i] = (struct putting){log, i};
        threads[i] = thread_start("put", put_many, &putting[i]);
    }
    for (int i = 0; i < 20; i++) {
        log_reopen(log);
        log_set_level(log, i % 2 == 0 ? LOG_debug : LOG_info);
        log_flush(log);
    }
    for (int i = 0; i < THREADS; i++) {
        thread_join(threads[i]);
    }
    CHECK(log_counters(log).dropped == 0);
    log_close(log);
    Slice text = read_all(&scratch, "log");
    CHECK(count_lines(text) == THREADS * EACH && all_whole(text));
    for (int i = 0; i < THREADS; i++) {
        size_t at = 0;
        for (int k = 0; k < EACH; k++) {
            char part[64];
            snprintf(part, sizeof part, "\"thread\":%d,\"n\":%d}", i, k);
            at = slice_find(text, slice_of(part), at);
            CHECK_THAT(at != SIZE_MAX, "%s", part);
        }
    }
    CHECK(scratch_remove(&scratch));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_lines),    TEST(test_cut),            TEST(test_levels), TEST(test_fold),        TEST(test_fold_sums),
        TEST(test_rotation), TEST(test_rotation_fails), TEST(test_reopen), TEST(test_cannot_open), TEST(test_slow),
        TEST(test_full),     TEST(test_threads),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
