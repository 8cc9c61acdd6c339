#pragma once
// For tests of whatever can be saved: a live image of it is compared with what an ordinary save gave at the moment it began.
//
//     struct live_check check;
//     live_check_init(&check, limits);
//     if (!check.under_way) { live_check_begin(&check, state, save); state_guard(state, check.image); }
//     ... the state changes ...
//     if (check.under_way) { CHECK(live_check_step(&check, 100)); }
//     state_guard(state, check.under_way ? check.image : NULL);
//     live_check_deinit(&check);

#include "base/buf.h"
#include "base/live_image.h"

struct live_check {
    struct live_image *image;
    struct buf wanted, got;
    bool under_way;
    uint64_t whole, given_up, frames_aside;
};

static inline void live_check_put(void *context, Slice bytes) {
    buf_put(context, bytes);
}

static inline void live_check_init(struct live_check *check, struct live_image_limits limits) {
    *check = (struct live_check){.image = live_image_create(&limits)};
    buf_init(&check->wanted, (size_t)1 << 30);
    buf_init(&check->got, (size_t)1 << 30);
}

static inline void live_check_deinit(struct live_check *check) {
    live_image_destroy(check->image);
    buf_deinit(&check->wanted);
    buf_deinit(&check->got);
}

static inline void live_check_begin(struct live_check *check, const void *state, void (*save)(const void *state, struct image_writer *out)) {
    struct image_writer out;
    buf_reset(&check->wanted);
    buf_reset(&check->got);
    image_writer_init(&out, &check->wanted, live_check_put);
    save(state, &out);
    image_writer_finish(&out);
    save(state, live_image_begin(check->image, &check->got, live_check_put));
    live_image_arm(check->image);
    check->under_way = true;
}

// False when the image that has become whole is another than it had to be.
static inline bool live_check_step(struct live_check *check, size_t bytes) {
    LiveImageStep step = live_image_step(check->image, bytes);
    check->under_way = step == LIVE_IMAGE_MORE;
    check->given_up += step == LIVE_IMAGE_GIVEN_UP;
    if (step != LIVE_IMAGE_WHOLE) {
        return true;
    }
    check->whole++;
    check->frames_aside += live_image_counters(check->image).frames_aside;
    return slice_equal(buf_slice(&check->got), buf_slice(&check->wanted));
}
