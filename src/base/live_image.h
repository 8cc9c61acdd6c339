#pragma once
// Live image: an image (base/image.h) of a state as it was at one moment, written bit by bit while that state goes on changing.
//
//     struct live_image *image = live_image_create(&limits);
//     engine_save(engine, live_image_begin(image, file, file_put));     // notes what there is; writes nothing yet
//     live_image_arm(image);
//     for each event:
//         ... whatever changes the state says so first: image_guard(image, at, size) ...
//         if (live_image_step(image, 1 << 20) == LIVE_IMAGE_WHOLE) ...  // about a MiB more is out
//     live_image_destroy(image);
//
// The model to have in one's head
//
//   part    what was put in one call, in the order of the stream: bytes that were copied (numbers, small arrays), a span of memory that
//           was only noted, or the items of an object
//   frame   some bytes of a span, or one item: what is set aside as a whole
//   guard   before memory changes, each frame that the change touches and that is not out yet is set aside, once
//
// So the state is copied only where it changes before it is out, everything is done by the thread that changes the state, and
// nobody waits for more than a step of the size it chose. The bytes are exactly those of an ordinary save at the moment of
// live_image_begin(), with the checksum; the tests compare them.
//
// Limits. What is set aside takes at most `cap_bytes`, the notes about where it is included. When that is not enough, the image is given up: the next step says so, what went
// out is worthless, and decisions never wait for an image. Memory that was used for setting aside is kept for the next image.
//
// Cost. To begin: one note for each part, so a few microseconds for a hundred of them, however large they are. A guard without an
// image is the test of one pointer. With one it is a search among the spans and, the first time, a copy of the frame.

#include "base/image.h"

enum {
    LIVE_IMAGE_FRAME = 512,  // eight lines of the cache: what one change to a thing somewhere in memory costs
    LIVE_IMAGE_COPIED = 256, // state up to this size is copied at once rather than guarded
};

struct live_image_limits {
    size_t frame_bytes;  // a power of two
    size_t copied_bytes;
    uint64_t cap_bytes;  // of what is set aside
};

typedef enum LiveImageStep {
    LIVE_IMAGE_MORE,     // there is more to come
    LIVE_IMAGE_WHOLE,    // that was all of it, with its checksum; no image is under way any more
    LIVE_IMAGE_GIVEN_UP, // more would have had to be set aside than may be; no image is under way any more
} LiveImageStep;

struct live_image_counters {
    uint64_t bytes_out;       // of the image under way or the last one
    uint64_t bytes_noted;     // what it comes to, but for items, of which the size is known when they are out
    uint64_t bytes_aside;     // set aside at the moment
    uint64_t bytes_aside_max; // the most there was at once in one image
    uint64_t frames_aside;    // that were set aside for this image
    uint64_t given_up;        // images since the beginning
    Hash128 checksum;         // of the last image that became whole, as image_reader tells it: by it an image is known again
};

struct live_image;

struct live_image *live_image_create(const struct live_image_limits *limits);
void live_image_destroy(struct live_image *image);
// Gives the writer that notes; it is to be handed to whatever saves the state, and is good until live_image_arm(). No image may be under way.
struct image_writer *live_image_begin(struct live_image *image, void *context, void (*put)(void *context, Slice bytes));
// From here on every change has to be told.
void live_image_arm(struct live_image *image);
// Puts out about `bytes` more: whole frames, items and small parts, at least one. An image must be under way.
LiveImageStep live_image_step(struct live_image *image, size_t bytes);
// Ends the image under way, if there is one. What went out is worthless.
void live_image_abandon(struct live_image *image);
bool live_image_is_under_way(const struct live_image *image);
struct live_image_counters live_image_counters(const struct live_image *image);

// Before these bytes change. They may lie in no span, in one, or in several. `image` is NULL when none is under way.
void live_image_keep(struct live_image *image, const void *at, size_t size);
// Before these items of an object change.
void live_image_keep_items(struct live_image *image, const void *object, uint64_t first, uint64_t count);

static inline void image_guard(struct live_image *image, const void *at, size_t size) {
    if (__builtin_expect(image != NULL, 0)) {
        live_image_keep(image, at, size);
    }
}

static inline void image_guard_items(struct live_image *image, const void *object, uint64_t first, uint64_t count) {
    if (__builtin_expect(image != NULL, 0)) {
        live_image_keep_items(image, object, first, count);
    }
}

// For image.c: what the writer of live_image_begin() is given.
void live_image_copy(struct live_image *image, const void *at, size_t size);
void live_image_note(struct live_image *image, const void *at, size_t size);
void live_image_note_items(struct live_image *image, const void *object, uint64_t count, uint64_t bound, ImageItem *put);
