// A heap of what is to happen: the earliest first, and of one moment what was planned first.

#include "rehearsal/parts.h"

#include <stdlib.h>

static bool before(const struct planned *one, const struct planned *other) {
    return one->at_us != other->at_us ? one->at_us < other->at_us : one->number < other->number;
}

static void swap(struct planned *one, struct planned *other) {
    struct planned kept = *one;
    *one = *other;
    *other = kept;
}

void plan_add(struct plans *agenda, const struct planned *planned) {
    if (agenda->count == agenda->capacity) {
        agenda->capacity = agenda->capacity == 0 ? 256 : agenda->capacity * 2;
        agenda->at = memory_resize(agenda->at, agenda->capacity * sizeof *agenda->at);
    }
    uint32_t i = agenda->count++;
    agenda->at[i] = *planned;
    agenda->at[i].number = agenda->numbers++;
    for (; i > 0 && before(&agenda->at[i], &agenda->at[(i - 1) / 2]); i = (i - 1) / 2) {
        swap(&agenda->at[i], &agenda->at[(i - 1) / 2]);
    }
}

bool plan_take(struct plans *agenda, int64_t upto_us, struct planned *ret_planned) {
    if (agenda->count == 0 || agenda->at[0].at_us > upto_us) {
        return false;
    }
    *ret_planned = agenda->at[0];
    agenda->at[0] = agenda->at[--agenda->count];
    for (uint32_t i = 0;;) {
        uint32_t least = i;
        for (uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < agenda->count; child++) {
            least = before(&agenda->at[child], &agenda->at[least]) ? child : least;
        }
        if (least == i) {
            return true;
        }
        swap(&agenda->at[i], &agenda->at[least]);
        i = least;
    }
}

int64_t plan_next(const struct plans *agenda) {
    return agenda->count == 0 ? INT64_MAX : agenda->at[0].at_us;
}

void plan_deinit(struct plans *agenda) {
    for (uint32_t i = 0; i < agenda->count; i++) {
        free(agenda->at[i].text);
    }
    free(agenda->at);
}
