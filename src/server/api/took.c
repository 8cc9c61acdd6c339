// How long decisions took, of the newest. A slot holds a part of the sequence, so that an older
// decision is not taken for a newer one, and two spans of up to four seconds; it is written and
// read at once, so no lock is needed between who decides and who looks.
//
//     63            44 43            22 21             0
//     | sequence / slots | decided, us | took, us      |

#include "server/api/brief.h"

#include <stdlib.h>

enum { SPAN_BITS = 22, TAG_BITS = 20 };
#define SPAN_MAX ((UINT64_C(1) << SPAN_BITS) - 1)
#define TAG_MAX ((UINT64_C(1) << TAG_BITS) - 1)

struct took {
    atomic_uint_fast64_t slots[TOOK_SLOTS];
};

struct took *took_create(void) {
    return memory_alloc(sizeof(struct took));
}

void took_destroy(struct took *took) {
    free(took);
}

// Never 0, which is an empty slot.
static uint64_t tag_of(uint64_t sequence) {
    return sequence / TOOK_SLOTS % TAG_MAX + 1;
}

static uint64_t span(uint64_t from_ns, uint64_t to_ns) {
    uint64_t us = to_ns > from_ns ? (to_ns - from_ns) / 1000 : 0;
    return us < SPAN_MAX ? us : SPAN_MAX;
}

void took_note(struct took *took, const struct work *work, uint64_t now_ns) {
    uint64_t slot = tag_of(work->sequence) << (2 * SPAN_BITS) |
                    span(work->arrived_ns, work->decided_ns) << SPAN_BITS |
                    span(work->arrived_ns, now_ns);
    atomic_store_explicit(&took->slots[work->sequence % TOOK_SLOTS], slot, memory_order_relaxed);
}

bool took_find(const struct took *took, uint64_t sequence, uint32_t *ret_decided_us,
               uint32_t *ret_took_us) {
    uint64_t slot = atomic_load_explicit(&took->slots[sequence % TOOK_SLOTS], memory_order_relaxed);
    if (slot >> (2 * SPAN_BITS) != tag_of(sequence)) {
        return false;
    }
    *ret_decided_us = (uint32_t)(slot >> SPAN_BITS & SPAN_MAX);
    *ret_took_us = (uint32_t)(slot & SPAN_MAX);
    return true;
}
