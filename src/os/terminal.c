#include "os/terminal.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };

// Such a signal interrupts the waiting; it is given again when the echo is back.
static volatile sig_atomic_t signal_came;

static void note_signal(int number) {
    signal_came = number;
}

static Status nothing_usable(size_t size, struct arena *arena, struct diag *diag) {
    return diag_fail(diag, arena, STATUS_INVALID, "OS007",
                     "nothing was typed, or more than %zu bytes", size);
}

// Reads a byte. With `open`, the signals come through while it waits, and at no other moment: one
// that comes just before it waits is not overlooked. False: the end, or errno.
static bool read_byte(const sigset_t *open, char *ret_byte) {
    for (;;) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        if (open != NULL && ppoll(&input, 1, NULL, open) < 0) {
            return false;
        }
        ssize_t got = read(STDIN_FILENO, ret_byte, 1);
        if (got >= 0 || errno != EINTR) {
            errno = got == 0 ? 0 : errno;
            return got == 1;
        }
    }
}

static Status read_line(const sigset_t *open, char *into, size_t size, Slice *ret_line,
                        struct arena *arena, struct diag *diag) {
    size_t used = 0;
    char byte;
    errno = 0;
    while (read_byte(open, &byte) && byte != '\n') {
        if (used == size) {
            return nothing_usable(size, arena, diag);
        }
        into[used++] = byte;
        errno = 0;
    }
    if (errno != 0) {
        return diag_fail(diag, arena, STATUS_IO, "OS002", "cannot read standard input: %s",
                         strerror(errno));
    }
    used -= used > 0 && into[used - 1] == '\r';
    *ret_line = (Slice){into, used};
    return used > 0 ? STATUS_OK : nothing_usable(size, arena, diag);
}

Status terminal_read_line(char *into, size_t size, Slice *ret_line, struct arena *arena,
                          struct diag *diag) {
    return read_line(NULL, into, size, ret_line, arena, diag);
}

// Catches the signals, blocked but while it waits. *ret_open is the mask for that.
static void hold_signals(struct sigaction old[ENDING_SIGNALS], sigset_t *ret_open) {
    struct sigaction note = {.sa_handler = note_signal};
    sigset_t held;
    signal_came = 0;
    sigemptyset(&held);
    for (int i = 0; i < ENDING_SIGNALS; i++) {
        sigaction(ending_signals[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN) { // of a program that runs behind nohup
            sigaddset(&held, ending_signals[i]);
            sigaction(ending_signals[i], &note, NULL);
        }
    }
    pthread_sigmask(SIG_BLOCK, &held, ret_open);
}

static void release_signals(const struct sigaction old[ENDING_SIGNALS], const sigset_t *open) {
    // One that came while it did not wait is noted now, and given again with the others.
    pthread_sigmask(SIG_SETMASK, open, NULL);
    for (int i = 0; i < ENDING_SIGNALS; i++) {
        sigaction(ending_signals[i], &old[i], NULL);
    }
    if (signal_came != 0) {
        raise(signal_came);
    }
}

Status terminal_read_secret(const char *prompt, char *into, size_t size, Slice *ret_line,
                            struct arena *arena, struct diag *diag) {
    struct termios before;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "OS006",
                         "standard input is no terminal, so the password cannot be asked for");
    }
    struct sigaction old[ENDING_SIGNALS];
    sigset_t open;
    hold_signals(old, &open);
    struct termios hidden = before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    // What was typed before the question is thrown away: it was no answer to it.
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    fprintf(stderr, "%s", prompt);
    fflush(stderr);
    Status status = read_line(&open, into, size, ret_line, arena, diag);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fprintf(stderr, "\n");
    release_signals(old, &open);
    return status;
}

void terminal_forget(void *secret, size_t size) {
    explicit_bzero(secret, size);
}
