#pragma once
// Threads, and the queue over which one hands work to the next. Threads share nothing but what goes through a
// queue or what is immutable; there are no locks elsewhere but those inside src/journal.
//
//     struct queue *parsed = queue_create(8);
//     struct thread *parser = thread_start("parse", parse_all, &context);   // queue_push(...), queue_close()
//     for (struct batch *batch; (batch = queue_pop(parsed)) != NULL;) { ... }
//     thread_join(parser);
//     queue_destroy(parsed);
//
// The queue is bounded: who is faster waits. It hands over batches, not events: one hand-over that puts a
// thread to sleep and wakes another costs some 10 us. Two queues in opposite directions make a pool of
// batches that go round without malloc.

#include <stdbool.h>
#include <stdint.h>

struct thread;

// Never fails: a process that gets no thread stops. `name` shows in ps and in debuggers (15 bytes).
struct thread *thread_start(const char *name, void (*run)(void *context), void *context);
// How many may run at once: the processors that this process may use.
uint32_t thread_processors(void);
// Waits for its end and frees it. NULL is let pass.
void thread_join(struct thread *thread);

// The calling thread works in short bursts that somebody waits for: it asks the scheduler for short turns, which come sooner (Linux 6.12 and later; else
// nothing happens). It takes no more of a processor by that.
void thread_be_prompt(void);
// The calling thread runs when no other wants to: for long work beside short one.
void thread_give_way(void);

// A queue of pointers between one thread that pushes and one that pops, first in, first out.
struct queue;

struct queue *queue_create(uint32_t capacity);
// Both threads must be done with it. Items still inside are the caller's.
void queue_destroy(struct queue *queue);
// Waits for room. False, and the item stays the caller's, when the queue is closed. The item is not NULL.
bool queue_push(struct queue *queue, void *item);
// Waits for an item. NULL when the queue is closed and empty.
void *queue_pop(struct queue *queue);
// The same, but waits no longer than that. NULL also when nothing came.
void *queue_pop_within(struct queue *queue, uint32_t timeout_ms);
// From either side: nothing more goes in, what is inside still comes out. Wakes whoever waits.
void queue_close(struct queue *queue);
