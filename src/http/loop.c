// The loop of a thread. The library is run without threads of its own, one daemon for each loop: so
// everything about a connection happens on one thread, a batch of answers from elsewhere costs one
// wake-up, and this module may write to a connection while the library only reads from it (wire.c).
//
//     epoll_wait ─▶ listening socket: accept      ─▶ inboxes ─▶ MHD_run, until the library has
//     nothing at hand
//                   eventfd: (the inboxes)
//                   the library's own epoll set
//                   sockets of streams: write on
//
// The inboxes are stacks that grow by compare-and-swap and are taken as a whole. Whoever pushes
// writes to the eventfd unless somebody has done so since the loop last emptied them
// (`wake_asked`). The eventfd is edge-triggered and never read.

#include "http/server.h"
#include "os/clock.h"
#include "os/thread.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    EVENTS = 64,
    LIBRARY_ROUNDS = 8, // MHD_run in a row before other work is looked at
};

uint64_t clock_ms(void) {
    return clock_monotonic_ns() / 1000000;
}

static bool watch(struct loop *loop, int fd, uint32_t events, void *tag) {
    struct epoll_event event = {.events = events, .data.ptr = tag};
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool loop_open(struct loop *loop, struct http_server *server, uint32_t index) {
    loop->server = server;
    loop->index = index;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(loop->library, MHD_DAEMON_INFO_EPOLL_FD);
    loop->listening = index == 0;
    return loop->epoll >= 0 && loop->wake >= 0 && info != NULL &&
           watch(loop, loop->wake, EPOLLIN | EPOLLET, &loop->wake) &&
           watch(loop, info->epoll_fd, EPOLLIN, loop->library) &&
           (index > 0 || watch(loop, server->listener, EPOLLIN, &server->listener));
}

void loop_close(struct loop *loop) {
    if (loop->library != NULL) {
        MHD_stop_daemon(loop->library);
    }
    if (loop->epoll >= 0) {
        close(loop->epoll);
    }
    if (loop->wake >= 0) {
        close(loop->wake);
    }
    while (loop->spare != NULL) {
        struct http_request *request = loop->spare;
        loop->spare = request->next;
        request_free(request);
    }
}

void loop_wake(struct loop *loop) {
    if (!atomic_exchange(&loop->wake_asked, true)) {
        uint64_t one = 1;
        INVARIANT(write(loop->wake, &one, sizeof one) == sizeof one);
    }
}

void loop_post(struct http_request *request, uint32_t event, bool wake) {
    struct loop *loop = request->loop;
    uint32_t before = atomic_fetch_or(&request->events, event | EVENT_POSTED);
    if ((before & EVENT_POSTED) == 0) {
        // From here on the loop may be done with the request at any time.
        struct http_request *head = atomic_load(&loop->inbox);
        do {
            request->next = head;
        } while (!atomic_compare_exchange_weak(&loop->inbox, &head, request));
    }
    if (wake) {
        loop_wake(loop);
    }
}

// In the order in which they were pushed.
void loop_take_inbox(struct loop *loop) {
    struct http_request *last = atomic_exchange(&loop->inbox, NULL);
    struct http_request *first = NULL;
    while (last != NULL) {
        struct http_request *next = last->next;
        last->next = first;
        first = last;
        last = next;
    }
    while (first != NULL) {
        struct http_request *request = first;
        first = request->next; // before it can be pushed again
        request_look(request);
    }
}

static void take_event(struct loop *loop, const struct epoll_event *event) {
    struct http_server *server = loop->server;
    if (event->data.ptr == &server->listener) {
        accept_some(loop);
    } else if (event->data.ptr != &loop->wake && event->data.ptr != loop->library) {
        struct http_request *request = event->data.ptr;
        if ((event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 && request->body_done) {
            request->cut = true; // while a body comes, the library sees it itself
            request_wake(request);
        } else {
            wire_flush(request);
        }
    }
}

// True: it has more at hand.
static bool run_library(struct loop *loop) {
    MHD_UNSIGNED_LONG_LONG wait_ms = 1;
    for (int i = 0; i < LIBRARY_ROUNDS; i++) {
        MHD_run(loop->library);
        if (MHD_get_timeout(loop->library, &wait_ms) != MHD_YES || wait_ms > 0) {
            return false;
        }
    }
    return true;
}

static void tick(struct loop *loop) {
    struct http_server *server = loop->server;
    if (atomic_load(&server->stopping) && loop->listening) {
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, server->listener, NULL);
        loop->listening = false;
        close(server->listener);
        server->listener = -1;
    }
    connections_tick(loop);
    loop->tick_ms = loop->now_ms + server->tick_ms;
    atomic_store(&loop->cpu_ns, clock_thread_cpu_ns());
}

void loop_run(void *argument) {
    struct loop *loop = argument;
    thread_be_prompt();
    struct http_server *server = loop->server;
    struct epoll_event events[EVENTS];
    bool pending = false;
    while (!atomic_load(&server->ending)) {
        int wait_ms = pending ? 0 : loop->connections == NULL ? -1 : (int)server->tick_ms;
        int count = epoll_wait(loop->epoll, events, EVENTS, wait_ms);
        loop->now_ms = clock_ms();
        for (int i = 0; i < count; i++) {
            take_event(loop, &events[i]);
        }
        atomic_store(&loop->wake_asked, false);
        connections_take(loop);
        loop_take_inbox(loop);
        if (loop->now_ms >= loop->tick_ms || atomic_load(&server->stopping)) {
            tick(loop);
        }
        pending = run_library(loop);
    }
    // What is still owed stays in the inbox until the server is destroyed.
    atomic_store(&loop->cpu_ns, clock_thread_cpu_ns());
}
