// Two places for acts: the day's plan, an array that is put in order once, and a heap of what came
// up later. Ties go to the plan and then to what was put in first, so that the order never depends
// on addresses.

#include "simulation/act.h"

#include "base/arena.h"

#include <stdlib.h>

struct waiting {
    int64_t time;
    uint64_t order;
    uint32_t slot;
};

struct agenda {
    struct act *plan;
    uint32_t plan_count, plan_capacity, plan_next;
    struct planned {
        int64_t time;
        uint32_t index;
    } * order;
    uint32_t order_capacity;
    struct waiting *heap; // from 1
    uint32_t heap_count, heap_capacity;
    struct act *slots;
    uint32_t *free_slots;
    uint32_t slot_count, slot_capacity, free_count;
    uint64_t puts;
};

struct agenda *agenda_create(void) {
    return memory_alloc(sizeof(struct agenda));
}

void agenda_destroy(struct agenda *agenda) {
    if (agenda != NULL) {
        free(agenda->plan);
        free(agenda->order);
        free(agenda->heap);
        free(agenda->slots);
        free(agenda->free_slots);
        free(agenda);
    }
}

struct act *agenda_plan(struct agenda *agenda) {
    if (agenda->plan_count == agenda->plan_capacity) {
        agenda->plan_capacity = agenda->plan_capacity == 0 ? 1024 : agenda->plan_capacity * 2;
        agenda->plan = memory_resize(agenda->plan, sizeof *agenda->plan * agenda->plan_capacity);
    }
    struct act *act = &agenda->plan[agenda->plan_count++];
    memset(act, 0, sizeof *act);
    return act;
}

static int by_time(const void *left, const void *right) {
    const struct planned *a = left;
    const struct planned *b = right;
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

void agenda_sort(struct agenda *agenda) {
    if (agenda->order_capacity < agenda->plan_count) {
        agenda->order_capacity = agenda->plan_capacity;
        agenda->order =
            memory_resize(agenda->order, sizeof *agenda->order * agenda->order_capacity);
    }
    for (uint32_t i = 0; i < agenda->plan_count; i++) {
        agenda->order[i] = (struct planned){agenda->plan[i].time, i};
    }
    qsort(agenda->order, agenda->plan_count, sizeof *agenda->order, by_time);
    agenda->plan_next = 0;
}

static bool earlier(const struct waiting *left, const struct waiting *right) {
    return left->time != right->time ? left->time < right->time : left->order < right->order;
}

void agenda_put(struct agenda *agenda, const struct act *act) {
    if (agenda->free_count == 0 && agenda->slot_count == agenda->slot_capacity) {
        uint32_t wider = agenda->slot_capacity == 0 ? 1024 : agenda->slot_capacity * 2;
        agenda->slots = memory_resize(agenda->slots, sizeof *agenda->slots * wider);
        agenda->free_slots = memory_resize(agenda->free_slots, sizeof *agenda->free_slots * wider);
        agenda->heap = memory_resize(agenda->heap, sizeof *agenda->heap * (wider + 1));
        agenda->slot_capacity = wider;
    }
    uint32_t slot =
        agenda->free_count > 0 ? agenda->free_slots[--agenda->free_count] : agenda->slot_count++;
    agenda->slots[slot] = *act;
    struct waiting waiting = {act->time, agenda->puts++, slot};
    uint32_t at = ++agenda->heap_count;
    for (; at > 1 && earlier(&waiting, &agenda->heap[at / 2]); at /= 2) {
        agenda->heap[at] = agenda->heap[at / 2];
    }
    agenda->heap[at] = waiting;
}

static void heap_take(struct agenda *agenda, struct act *ret_act) {
    uint32_t slot = agenda->heap[1].slot;
    *ret_act = agenda->slots[slot];
    agenda->free_slots[agenda->free_count++] = slot;
    struct waiting last = agenda->heap[agenda->heap_count--];
    uint32_t at = 1;
    for (uint32_t child; (child = at * 2) <= agenda->heap_count; at = child) {
        if (child < agenda->heap_count && earlier(&agenda->heap[child + 1], &agenda->heap[child])) {
            child++;
        }
        if (!earlier(&agenda->heap[child], &last)) {
            break;
        }
        agenda->heap[at] = agenda->heap[child];
    }
    agenda->heap[at] = last;
}

bool agenda_take(struct agenda *agenda, int64_t end, struct act *ret_act) {
    bool planned = agenda->plan_next < agenda->plan_count;
    int64_t time = planned ? agenda->order[agenda->plan_next].time : INT64_MAX;
    if (agenda->heap_count > 0 && agenda->heap[1].time < time && agenda->heap[1].time < end) {
        heap_take(agenda, ret_act);
        return true;
    }
    if (!planned) {
        agenda->plan_count = agenda->plan_next = 0; // the day is over
        return false;
    }
    *ret_act = agenda->plan[agenda->order[agenda->plan_next++].index];
    return true;
}
