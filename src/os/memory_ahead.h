#pragma once
// A thread that brings in memory before it is touched for the first time, beside the threads that will touch it: a first touch costs up to milliseconds
// where pages are large.
//
//     struct memory_ahead *ahead = memory_ahead_start();
//     memory_ahead_ask(ahead, at, size);  // as memory_populate(), but waits for nothing
//     memory_ahead_stop(ahead);           // what was asked for and not done yet is left
//
// Any thread may ask, also for memory that is there already, or that is returned meanwhile: then nothing happens. More than MEMORY_AHEAD_ASKED at once are
// left out, and come with their first touch.

#include <stddef.h>

enum { MEMORY_AHEAD_ASKED = 1024 };

struct memory_ahead;

struct memory_ahead *memory_ahead_start(void);
// NULL is let pass.
void memory_ahead_stop(struct memory_ahead *ahead);
// Takes a void *, to serve as a callback.
void memory_ahead_ask(void *ahead, void *at, size_t size);
