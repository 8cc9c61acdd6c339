#pragma once
// Notify: tells the service manager how this process is, by systemd's protocol: datagrams of lines to the socket that $NOTIFY_SOCKET names.
//
//     struct notify notify;
//     notify_init(&notify);
//     notify_status(&notify, "replayed up to %llu", sequence);
//     notify_send(&notify, SLICE("READY=1"));
//     ... at least every notify.watchdog_us: notify_send(&notify, SLICE("WATCHDOG=1")); ...
//     notify_send(&notify, SLICE("STOPPING=1"));
//     notify_deinit(&notify);
//
// Where nobody asks to be told ($NOTIFY_SOCKET is not set, or names nothing that can be sent to), sending does nothing: a process is as well
// without a manager. A manager that does not read holds up nobody for longer than a second a message. The variables are read once, by
// notify_init(), in the process that they were set for.

#include "base/buf.h"

#include <sys/socket.h>
#include <sys/un.h>

enum { NOTIFY_STATUS_MAX = 256 }; // bytes of a status; a manager shows one line

struct notify {
    int fd; // -1: nobody is told
    struct sockaddr_un address;
    socklen_t address_size;
    uint64_t watchdog_us; // after so long without WATCHDOG=1 the manager ends the process; 0: it does not watch
};

void notify_init(struct notify *notify);
void notify_deinit(struct notify *notify);
// Lines VARIABLE=VALUE, separated by '\n'. True: they were handed over.
bool notify_send(const struct notify *notify, Slice lines);
// What people read in `systemctl status`. Control characters become blanks; what is longer than NOTIFY_STATUS_MAX is cut.
void notify_status(const struct notify *notify, const char *format, ...) __attribute__((format(printf, 2, 3)));
// The settings are read again; READY=1 says that it is done.
void notify_reloading(const struct notify *notify);
