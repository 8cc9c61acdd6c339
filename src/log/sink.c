#include "log/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int log_sink_open(struct log_sink *sink) {
    if (sink->path[0] == 0) {
        sink->fd = STDERR_FILENO;
        return 0;
    }
    do {
        sink->fd = open(sink->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    } while (sink->fd < 0 && errno == EINTR);
    if (sink->fd < 0) {
        return errno;
    }
    struct stat info;
    sink->size = fstat(sink->fd, &info) == 0 && S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    sink->rotate_at = sink->rotate_bytes;
    return 0;
}

void log_sink_close(struct log_sink *sink) {
    if (sink->fd >= 0 && sink->fd != STDERR_FILENO) {
        close(sink->fd);
    }
    sink->fd = -1;
}

// 0, or errno. A file that is not there leaves a gap, and nothing is wrong.
static int rename_one(const char *path, uint32_t from, uint32_t to) {
    char old[sizeof((struct log_sink *)0)->path + 16];
    char new[sizeof old];
    snprintf(old, sizeof old, from == 0 ? "%s" : "%s.%u", path, from);
    snprintf(new, sizeof new, "%s.%u", path, to);
    return rename(old, new) == 0 || errno == ENOENT ? 0 : errno;
}

static int rotate(struct log_sink *sink) {
    for (uint32_t i = sink->rotate_count; i > 0; i--) {
        int error = rename_one(sink->path, i - 1, i);
        if (error != 0) {
            sink->rotate_at = sink->size + sink->rotate_bytes;
            return error;
        }
    }
    log_sink_close(sink);
    return log_sink_open(sink);
}

// 0, or errno.
static int write_line(struct log_sink *sink, Slice line) {
    size_t done = 0;
    while (done < line.size) {
        ssize_t put = write(sink->fd, line.at + done, line.size - done);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            sink->broken = sink->broken || done > 0;
            return put < 0 ? errno : EIO;
        }
        done += (size_t)put;
        sink->size += (size_t)put;
    }
    return 0;
}

int log_sink_write(struct log_sink *sink, Slice line, int *ret_rotation) {
    *ret_rotation = 0;
    if (sink->fd < 0) {
        int error = log_sink_open(sink);
        if (error != 0) {
            return error;
        }
    }
    bool full = sink->rotate_bytes > 0 && sink->size > 0 && sink->size + line.size > sink->rotate_at && sink->path[0] != 0;
    if (full) {
        *ret_rotation = rotate(sink);
        if (sink->fd < 0) {
            return *ret_rotation;
        }
    }
    if (sink->broken) {
        int error = write_line(sink, SLICE("\n"));
        if (error != 0) {
            return error;
        }
        sink->broken = false;
    }
    return write_line(sink, line);
}
