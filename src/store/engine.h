#pragma once
// Engine: what a database has to be able to do for store.c. Each has its own struct, handed around as `engine`. Those that fail fill a problem.

#include "store/store.h"

struct store_problem {
    Status status;
    const char *code;
    char message[400];
};

struct store_engine {
    bool is_embedded;
    const char *begin, *begin_reading; // scripts
    // NULL with a problem.
    void *(*open)(const char *address, struct store_problem *problem);
    void (*close)(void *engine);
    // Whether it can be talked to; tries to get there again.
    bool (*revive)(void *engine, struct store_problem *problem);
    // Several statements without parameters and rows.
    bool (*script)(void *engine, const char *text, struct store_problem *problem);
    // Nobody else migrates meanwhile; called between transactions.
    bool (*lock)(void *engine, bool locks, struct store_problem *problem);
    // `number`: of the statement, from 0 on.
    bool (*start)(void *engine, uint32_t number, const char *text, StoreValues values, struct store_problem *problem);
    // STATUS_OK: a row; STATUS_END: over, `ret_changed` set.
    Status (*next)(void *engine, int64_t *ret_changed, struct store_problem *problem);
    // Gives up what was started. May be called without.
    void (*stop)(void *engine);
    StoreValue (*column)(void *engine, uint32_t column);
    // All of it as a file of its own; NULL: it cannot.
    bool (*copy)(void *engine, const char *path, struct store_problem *problem);
};

extern const struct store_engine store_sqlite, store_postgresql;

__attribute__((format(printf, 4, 5))) bool store_problem_set(struct store_problem *problem, Status status, const char *code, const char *format, ...);
