#include "os/terminal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };

// A signal that ends the program interrupts the reading; it is given again when the echo is back.
static volatile sig_atomic_t signal_came;

static void note_signal(int number) {
    signal_came = number;
}

static Status nothing_usable(size_t size, struct arena *arena, struct diag *diag) {
    return diag_fail(diag, arena, STATUS_INVALID, "OS007",
                     "nothing was typed, or more than %zu bytes", size);
}

Status terminal_read_line(char *into, size_t size, Slice *ret_line, struct arena *arena,
                          struct diag *diag) {
    size_t used = 0;
    for (;;) {
        char byte;
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR && signal_came == 0) {
            continue;
        }
        if (got < 0) {
            return diag_fail(diag, arena, STATUS_IO, "OS002", "cannot read standard input: %s",
                             strerror(errno));
        }
        if (got == 0 || byte == '\n') {
            break;
        }
        if (used == size) {
            return nothing_usable(size, arena, diag);
        }
        into[used++] = byte;
    }
    if (used > 0 && into[used - 1] == '\r') {
        used--;
    }
    if (used == 0) {
        return nothing_usable(size, arena, diag);
    }
    *ret_line = (Slice){into, used};
    return STATUS_OK;
}

Status terminal_read_secret(const char *prompt, char *into, size_t size, Slice *ret_line,
                            struct arena *arena, struct diag *diag) {
    struct termios before;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0) {
        return diag_fail(diag, arena, STATUS_INVALID, "OS006",
                         "standard input is no terminal, so the password cannot be asked for");
    }
    struct sigaction old[ENDING_SIGNALS];
    struct sigaction note = {.sa_handler = note_signal}; // without SA_RESTART: the reading ends
    signal_came = 0;
    for (int i = 0; i < ENDING_SIGNALS; i++) {
        sigaction(ending_signals[i], &note, &old[i]);
    }
    struct termios hidden = before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    // What was typed before the question is thrown away: it was no answer to it.
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    fprintf(stderr, "%s", prompt);
    fflush(stderr);
    Status status = terminal_read_line(into, size, ret_line, arena, diag);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fprintf(stderr, "\n");
    for (int i = 0; i < ENDING_SIGNALS; i++) {
        sigaction(ending_signals[i], &old[i], NULL);
    }
    if (signal_came != 0) {
        raise(signal_came);
    }
    return status;
}

void terminal_forget(void *secret, size_t size) {
    explicit_bzero(secret, size);
}
