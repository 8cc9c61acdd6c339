#include "os/notify.h"

#include "os/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

// A path, or '@' and a name that no file has; in the address that one begins with a zero.
static bool read_address(struct notify *notify, Slice path) {
    if (path.size < 2 || path.size >= sizeof notify->address.sun_path || (path.at[0] != '/' && path.at[0] != '@')) {
        return false;
    }
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, path.at, path.size);
    if (path.at[0] == '@') {
        notify->address.sun_path[0] = '\0';
    }
    notify->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.size);
    return true;
}

static Slice variable(const char *name) {
    const char *value = getenv(name);
    return value == NULL ? SLICE("") : slice_of(value);
}

// $WATCHDOG_PID says whom it is for: a process that inherits the variables is not watched.
static uint64_t read_watchdog(void) {
    int64_t us;
    int64_t pid;
    Slice whom = variable("WATCHDOG_PID");
    bool is_mine = slice_empty(whom) || (slice_to_i64(whom, &pid) && pid == getpid());
    return is_mine && slice_to_i64(variable("WATCHDOG_USEC"), &us) && us > 0 ? (uint64_t)us : 0;
}

void notify_init(struct notify *notify) {
    *notify = (struct notify){.fd = -1};
    if (!read_address(notify, variable("NOTIFY_SOCKET"))) {
        return;
    }
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify->fd >= 0) {
        const struct timeval patience = {.tv_sec = 1};
        (void)setsockopt(notify->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); // without it, sending waits: no harm but that
        notify->watchdog_us = read_watchdog();
    }
}

void notify_deinit(struct notify *notify) {
    if (notify->fd >= 0) {
        close(notify->fd);
    }
    notify->fd = -1;
}

bool notify_send(const struct notify *notify, Slice lines) {
    if (notify->fd < 0) {
        return false;
    }
    ssize_t sent = sendto(notify->fd, lines.at, lines.size, MSG_NOSIGNAL, (const struct sockaddr *)&notify->address, notify->address_size);
    return sent == (ssize_t)lines.size;
}

void notify_status(const struct notify *notify, const char *format, ...) {
    char text[NOTIFY_STATUS_MAX + 1];
    struct buf line;
    va_list args;
    if (notify->fd < 0) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *at = text; *at != '\0'; at++) {
        *at = (unsigned char)*at < ' ' || *at == 0x7f ? ' ' : *at;
    }
    buf_init(&line, sizeof text + 16);
    buf_printf(&line, "STATUS=%s", text);
    notify_send(notify, buf_slice(&line));
    buf_deinit(&line);
}

void notify_reloading(const struct notify *notify) {
    struct buf lines;
    buf_init(&lines, 128);
    buf_printf(&lines, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)(clock_monotonic_ns() / 1000));
    notify_send(notify, buf_slice(&lines));
    buf_deinit(&lines);
}
