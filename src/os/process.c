#include "os/process.h"

#include "base/slice.h"
#include "base/status.h"
#include "os/clock.h"
#include "os/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int64_t microseconds(clockid_t clock) {
    struct timespec time;
    INVARIANT(clock_gettime(clock, &time) == 0);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static uint32_t open_files(void) {
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return 0;
    }
    uint32_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count - 1; // without the one that looked
}

static uint32_t files_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    return limit.rlim_cur > UINT32_MAX ? UINT32_MAX : (uint32_t)limit.rlim_cur;
}

// Ticks between the machine's start and the process's: the 20th number behind the name in brackets, which may hold anything.
static bool read_start_ticks(int64_t *ret_ticks) {
    enum { FIELDS_BEHIND_NAME = 20 };
    char text[1024];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t size = read(fd, text, sizeof text);
    close(fd);
    size_t end = size > 0 ? (size_t)size : 0;
    while (end > 0 && text[end - 1] != ')') {
        end--;
    }
    Slice rest = slice_trim((Slice){text + end, (size > 0 ? (size_t)size : 0) - end});
    Slice part = {NULL, 0};
    for (int i = 0; i < FIELDS_BEHIND_NAME; i++) {
        if (!slice_split(&rest, ' ', &part)) {
            return false;
        }
    }
    return slice_to_i64(part, ret_ticks);
}

static int64_t started(void) {
    int64_t ticks;
    long ticks_per_second = sysconf(_SC_CLK_TCK);
    if (!read_start_ticks(&ticks) || ticks_per_second <= 0) {
        return 0;
    }
    int64_t age_us = microseconds(CLOCK_BOOTTIME) - ticks * 1000000 / ticks_per_second;
    return clock_wall_us() - age_us;
}

struct process_usage process_usage(void) {
    return (struct process_usage){
        .resident_bytes = memory_resident_bytes(),
        .cpu_us = microseconds(CLOCK_PROCESS_CPUTIME_ID),
        .started_us = started(),
        .files = open_files(),
        .files_max = files_limit(),
    };
}
