// The real disk: a process that appends is killed again and again.

#include "journal/model_test.h"
#include "os/scratch_test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLS = 18, COMMITS_MAX = 20, READ_MAX = 100 };

static void tell(void *context, uint64_t sequence) {
    const int *fd = context;
    INVARIANT(write(*fd, &sequence, sizeof sequence) == sizeof sequence);
}

_Noreturn static void append_until_killed(struct world *world, int fd) {
    struct journal *journal;
    struct journal_recovery recovery;
    world->options.events = (struct journal_events){.context = &fd, .durable = tell};
    INVARIANT(model_open(world, &journal, &recovery) == STATUS_OK);
    uint64_t sequence = 0;
    for (;;) {
        INVARIANT(model_append_waiting(world, journal, &sequence) == STATUS_OK);
        if (sequence % 8 == 0) {
            INVARIANT(journal_wait(journal, sequence) == STATUS_OK);
        }
    }
}

// From outside, up to what is there or enough of it.
static bool read_some(struct world *world, uint64_t from, uint64_t *ret_last) {
    struct journal_reader *reader;
    struct journal_entry entry;
    struct journal_reader_options options = {.chain = true};
    Status status = journal_reader_open(world->disk, world->folder, from, options, &world->arena,
                                        &reader, &world->diag);
    CHECK(status == STATUS_OK);
    uint64_t next = from;
    while (next < from + READ_MAX && (status = journal_reader_next(reader, &entry, &world->arena,
                                                                   &world->diag)) == STATUS_OK) {
        CHECK(entry.sequence == next && model_is(&entry));
        next++;
    }
    journal_reader_close(reader);
    CHECK_THAT(status == STATUS_OK || status == STATUS_END, "%.*s",
               SLICE_ARGS(world->diag.message));
    CHECK(next > from); // it was acknowledged
    *ret_last = next - 1;
    return true;
}

// What the child acknowledges goes through a pipe; what has arrived there when it dies was
// acknowledged.
static bool kill_once(struct world *world, struct random *random, uint64_t *acknowledged) {
    int pipe_fds[2];
    CHECK(pipe(pipe_fds) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(pipe_fds[0]);
        append_until_killed(world, pipe_fds[1]);
    }
    close(pipe_fds[1]);
    uint64_t sequence = 0;
    uint64_t commits = random_below(random, COMMITS_MAX);
    for (uint64_t i = 0;
         i < commits && read(pipe_fds[0], &sequence, sizeof sequence) == sizeof sequence; i++) {
    }
    // Meanwhile another process reads: this one.
    uint64_t seen = 0;
    bool ok = commits % 2 != 0 || sequence == 0 || read_some(world, sequence, &seen);
    bool killed = kill(child, SIGKILL) == 0;
    int how = 0;
    CHECK(waitpid(child, &how, 0) == child && killed && WIFSIGNALED(how) &&
          WTERMSIG(how) == SIGKILL);
    while (read(pipe_fds[0], &sequence, sizeof sequence) == sizeof sequence) {
    }
    close(pipe_fds[0]);
    *acknowledged = sequence > *acknowledged ? sequence : *acknowledged;
    *acknowledged = seen > *acknowledged ? seen : *acknowledged;
    return ok;
}

static bool crash(struct world *world) {
    struct random random;
    random_init(&random, 1);
    uint64_t acknowledged = 0;
    for (int i = 0; i < KILLS; i++) {
        CHECK_THAT(kill_once(world, &random, &acknowledged), "round %d", i);
        uint64_t last;
        CHECK_THAT(model_check(world, acknowledged, UINT64_MAX, &last), "round %d", i);
        acknowledged = last;
    }
    CHECK(acknowledged > KILLS);
    return true;
}

static bool test_kill(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct world world;
    world_init(&world, disk_real(), slice_of(scratch.path));
    bool ok = crash(&world);
    world.options.page_cache = true;
    ok = ok && crash(&world);
    world_deinit(&world);
    CHECK(scratch_remove(&scratch));
    return ok;
}

// A second one in the same process, as in another: the folder is taken.
static bool test_lock(void) {
    struct scratch scratch;
    CHECK(scratch_make(&scratch, NULL));
    struct world world;
    world_init(&world, disk_real(), slice_of(scratch.path));
    struct journal *journal;
    struct journal *other;
    struct journal_recovery recovery;
    CHECK(model_open(&world, &journal, &recovery) == STATUS_OK);
    CHECK(model_open(&world, &other, &recovery) == STATUS_IO &&
          strcmp(world.diag.code, "JO004") == 0);
    CHECK(journal_close(journal, &world.arena, &world.diag) == STATUS_OK);
    CHECK(model_open(&world, &journal, &recovery) == STATUS_OK);
    CHECK(journal_close(journal, &world.arena, &world.diag) == STATUS_OK);
    world_deinit(&world);
    CHECK(scratch_remove(&scratch));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_kill), TEST(test_lock)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
