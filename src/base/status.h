#pragma once
// Status: how a function that meets the world says what became of it.
//
// There are three kinds of error here, and each has its own idiom:
//   * our own bug            INVARIANT(condition): prints the place and stops, in release builds too
//   * the world              a must-use Status; the details go into a caller's `struct diag` (diag.h)
//   * the user's text        a `struct diag_list` with positions, and the reading goes on
//
// The three control macros are all there are: TRY, ENSURE, INVARIANT.

#include <stdbool.h>

typedef enum Status {
    STATUS_OK = 0,
    STATUS_INVALID,   // the input is wrong; a diag says where and why
    STATUS_NOT_FOUND, // what was asked for does not exist
    STATUS_LIMIT,     // a declared limit was reached
    STATUS_IO,        // the operating system refused
    STATUS_END,       // there is no more
} Status;

#define MUST_USE __attribute__((warn_unused_result))

// The name of a status for messages, such as "invalid".
const char *status_name(Status status);

// Leaves the function with the status of a call that failed.
#define TRY(call)                                                                                  \
    do {                                                                                           \
        Status try_status_ = (call);                                                               \
        if (try_status_ != STATUS_OK) {                                                            \
            return try_status_;                                                                    \
        }                                                                                          \
    } while (0)

// Leaves the function with `status` when a condition about the world does not hold.
#define ENSURE(condition, status)                                                                  \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return (status);                                                                       \
        }                                                                                          \
    } while (0)

// States what must be true if this program has no bug. It is checked in every build.
#define INVARIANT(condition)                                                                       \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            invariant_failed(__FILE__, __LINE__, #condition);                                      \
        }                                                                                          \
    } while (0)

_Noreturn void invariant_failed(const char *file, int line, const char *condition);
