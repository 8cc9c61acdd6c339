#pragma once
// Terminal: asking a person for a secret without showing what is typed.
//
//     char password[129];
//     Slice typed;
//     TRY(terminal_read_secret("new password: ", password, sizeof password, &typed, arena, diag));
//     ...
//     terminal_forget(password, sizeof password);
//
// The prompt goes to standard error, the answer comes from standard input, which must be a
// terminal. Its echo is on again afterwards, also when a signal ends the program meanwhile (SIGINT,
// SIGTERM, SIGHUP, SIGQUIT).
//
// Codes: OS006 standard input is no terminal, OS007 nothing was typed or it is too long.

#include "base/diag.h"

// One line, without its end, into the caller's bytes. STATUS_INVALID: no terminal, end of input, or
// a line that does not fit.
MUST_USE Status terminal_read_secret(const char *prompt, char *into, size_t size, Slice *ret_line,
                                     struct arena *arena, struct diag *diag);
// The first line of standard input, whatever it is; for --password-stdin. Reads no byte behind its
// end.
MUST_USE Status terminal_read_line(char *into, size_t size, Slice *ret_line, struct arena *arena,
                                   struct diag *diag);
// Overwrites a secret. The compiler does not take it away as useless.
void terminal_forget(void *secret, size_t size);
