// How it is done.
//
// `parts` is the stream in order; one of them is current, what lies before it is out. Each part has `done`, the frames of it that are
// out. A guard finds the part by its address: `places` holds the spans and the objects of items in the order of their addresses; they
// do not overlap. An object stands there with its first byte alone, which is enough to tell it by and is in no span.
//
// `saved` has a number for each frame of all spans and items: 0, or where it was set aside. It is cut into leaves, each made when one of
// its frames is set aside, so that a state of gigabytes costs one pointer for each half MiB at the beginning.
//
// Frames set aside lie in a pool of chunks and go back to it when they are out, linked through their first bytes. Items have any size
// and lie in the arena until the image ends.

#include "base/live_image.h"

#include "base/buf.h"
#include "base/vec.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 20, ARENA_BLOCK = 256 << 10, SLOT_NONE = 0, LEAF_FRAMES = 1024 };

struct part {
    const char *at;   // of a span, the object of items, or where copied bytes are
    uint64_t size;    // bytes; of items 1
    uint64_t frames;  // of a span or items; 0: copied bytes
    uint64_t done;    // frames that are out
    uint64_t saved;   // number of its first frame among `saved`
    uint64_t bound;   // of items
    ImageItem *put;   // of items
};

struct place {
    const char *at, *end;
    uint32_t part;
};

// An item set aside, of any size.
struct item {
    char *bytes;
    size_t size;
};

typedef enum Phase { PHASE_NONE, PHASE_NOTING, PHASE_ARMED, PHASE_GIVEN_UP } Phase;

struct live_image {
    struct live_image_limits limits;
    struct live_image_counters counters;
    Phase phase;
    struct image_writer notes; // what live_image_begin() hands out
    struct image_writer out;
    struct arena arena; // of one image
    VEC(struct part) parts;
    VEC(struct item) items;
    char *copied; // the room at the end of the last part of copied bytes
    size_t copied_left;
    struct place *places;
    uint32_t place_count;
    uint32_t largest, last;     // places that are looked at first: where most of the state is, and the one found last
    uint32_t current;           // part
    uint64_t frame_count;
    uint32_t **saved; // leaves, by frame: slot or item, plus 1
    // The pool of frames.
    char **chunks;
    uint32_t chunk_count, chunk_cap, frames_per_chunk;
    uint32_t slots_used; // given out so far, those given back included
    uint32_t slot_free;  // plus 1; linked through the frames
};

struct live_image *live_image_create(const struct live_image_limits *limits) {
    struct live_image *image = memory_alloc(sizeof *image);
    size_t frame = limits->frame_bytes;
    INVARIANT(frame >= sizeof(uint32_t) && frame <= CHUNK_BYTES && (frame & (frame - 1)) == 0);
    image->limits = *limits;
    image->frames_per_chunk = (uint32_t)(CHUNK_BYTES / frame);
    uint64_t chunks = limits->cap_bytes / CHUNK_BYTES + 1;
    INVARIANT(chunks * image->frames_per_chunk < UINT32_MAX);
    image->chunk_cap = (uint32_t)chunks;
    image->chunks = memory_alloc(sizeof *image->chunks * chunks);
    arena_init(&image->arena, ARENA_BLOCK);
    return image;
}

static void end(struct live_image *image) {
    if (image->phase == PHASE_NONE) {
        return;
    }
    image_writer_abandon(&image->out);
    image->saved = NULL;
    arena_reset(&image->arena);
    memset(&image->parts, 0, sizeof image->parts);
    memset(&image->items, 0, sizeof image->items);
    image->copied_left = 0;
    image->places = NULL;
    image->place_count = image->largest = image->last = image->current = 0;
    image->slots_used = image->slot_free = SLOT_NONE;
    image->counters.bytes_aside = 0;
    image->phase = PHASE_NONE;
}

void live_image_destroy(struct live_image *image) {
    if (image == NULL) {
        return;
    }
    end(image);
    for (uint32_t i = 0; i < image->chunk_count; i++) {
        free(image->chunks[i]);
    }
    free(image->chunks);
    arena_deinit(&image->arena);
    free(image);
}

void live_image_abandon(struct live_image *image) {
    end(image);
}

bool live_image_is_under_way(const struct live_image *image) {
    return image->phase != PHASE_NONE;
}

struct live_image_counters live_image_counters(const struct live_image *image) {
    return image->counters;
}

// ---- beginning ----------------------------------------------------------------------------------------------

struct image_writer *live_image_begin(struct live_image *image, void *context, void (*put)(void *context, Slice bytes)) {
    INVARIANT(image->phase == PHASE_NONE);
    image_writer_init(&image->out, context, put);
    image->notes = (struct image_writer){.live = image};
    image->phase = PHASE_NOTING;
    image->frame_count = 0;
    image->counters.bytes_out = image->counters.bytes_noted = image->counters.frames_aside = 0;
    return &image->notes;
}

void live_image_copy(struct live_image *image, const void *at, size_t size) {
    enum { ROOM = 4096 };
    if (size > image->copied_left) {
        size_t room = size > ROOM ? size : ROOM;
        struct part *part = VEC_PUSH(&image->parts, &image->arena);
        part->at = image->copied = arena_alloc_raw(&image->arena, room);
        image->copied_left = room;
    }
    memcpy(image->copied, at, size);
    image->copied += size;
    image->copied_left -= size;
    image->parts.at[image->parts.count - 1].size += size;
    image->counters.bytes_noted += size;
}

static struct part *add_part(struct live_image *image, const void *at, uint64_t size, uint64_t frames) {
    struct part *part = VEC_PUSH(&image->parts, &image->arena);
    *part = (struct part){.at = at, .size = size, .frames = frames, .saved = image->frame_count};
    image->frame_count += frames;
    image->copied_left = 0; // what is copied next is a part of its own
    return part;
}

void live_image_note(struct live_image *image, const void *at, size_t size) {
    if (size <= image->limits.copied_bytes) {
        live_image_copy(image, at, size);
        return;
    }
    size_t frame = image->limits.frame_bytes;
    add_part(image, at, size, size / frame + (size % frame != 0));
    image->counters.bytes_noted += size;
}

void live_image_note_items(struct live_image *image, const void *object, uint64_t count, uint64_t bound, ImageItem *put) {
    struct part *part = add_part(image, object, 1, count);
    part->bound = bound;
    part->put = put;
}

static int by_address(const void *left, const void *right) {
    const struct place *a = left;
    const struct place *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

void live_image_arm(struct live_image *image) {
    INVARIANT(image->phase == PHASE_NOTING);
    image->places = ARENA_ARRAY(&image->arena, struct place, image->parts.count + 1);
    for (uint32_t i = 0; i < image->parts.count; i++) {
        const struct part *part = &image->parts.at[i];
        if (part->frames > 0) {
            image->places[image->place_count++] = (struct place){part->at, part->at + part->size, i};
        }
    }
    qsort(image->places, image->place_count, sizeof *image->places, by_address);
    for (uint32_t i = 1; i < image->place_count; i++) {
        const struct place *places = image->places;
        INVARIANT(places[i - 1].end <= places[i].at);
        bool larger = places[i].end - places[i].at > places[image->largest].end - places[image->largest].at;
        image->largest = larger ? i : image->largest;
    }
    image->saved = ARENA_ARRAY(&image->arena, uint32_t *, image->frame_count / LEAF_FRAMES + 1);
    image->phase = PHASE_ARMED;
}

// ---- setting aside ------------------------------------------------------------------------------------------

// Where a frame was set aside, plus 1; SLOT_NONE: it was not.
static uint32_t saved_of(const struct live_image *image, uint64_t frame) {
    const uint32_t *leaf = image->saved[frame / LEAF_FRAMES];
    return leaf == NULL ? SLOT_NONE : leaf[frame % LEAF_FRAMES];
}

static char *slot_at(const struct live_image *image, uint32_t slot) {
    return image->chunks[slot / image->frames_per_chunk] + (size_t)(slot % image->frames_per_chunk) * image->limits.frame_bytes;
}

// False: there is no more; the image is given up.
static bool count_aside(struct live_image *image, size_t size) {
    struct live_image_counters *counters = &image->counters;
    if (counters->bytes_aside + size > image->limits.cap_bytes) {
        counters->given_up++;
        image->phase = PHASE_GIVEN_UP;
        return false;
    }
    counters->bytes_aside += size;
    counters->bytes_aside_max = counters->bytes_aside > counters->bytes_aside_max ? counters->bytes_aside : counters->bytes_aside_max;
    return true;
}

// False as count_aside().
static bool set_saved(struct live_image *image, uint64_t frame, uint32_t slot) {
    uint32_t **leaf = &image->saved[frame / LEAF_FRAMES];
    if (*leaf == NULL) {
        size_t size = sizeof **leaf * LEAF_FRAMES;
        ENSURE(count_aside(image, size), false);
        *leaf = arena_alloc(&image->arena, size);
    }
    (*leaf)[frame % LEAF_FRAMES] = slot;
    return true;
}

static uint32_t take_slot(struct live_image *image) {
    if (image->slot_free != SLOT_NONE) {
        uint32_t slot = image->slot_free - 1;
        memcpy(&image->slot_free, slot_at(image, slot), sizeof image->slot_free);
        return slot;
    }
    if (image->slots_used == image->chunk_count * image->frames_per_chunk) {
        INVARIANT(image->chunk_count < image->chunk_cap);
        image->chunks[image->chunk_count++] = memory_alloc(CHUNK_BYTES);
    }
    return image->slots_used++;
}

static void give_slot(struct live_image *image, uint32_t slot) {
    memcpy(slot_at(image, slot), &image->slot_free, sizeof image->slot_free);
    image->slot_free = slot + 1;
    image->counters.bytes_aside -= image->limits.frame_bytes;
}

static size_t frame_size(const struct live_image *image, const struct part *part, uint64_t frame) {
    uint64_t left = part->size - frame * image->limits.frame_bytes;
    return left < image->limits.frame_bytes ? left : image->limits.frame_bytes;
}

static void keep_frame(struct live_image *image, const struct part *part, uint64_t frame) {
    uint64_t number = part->saved + frame;
    if (saved_of(image, number) != SLOT_NONE || !count_aside(image, image->limits.frame_bytes)) {
        return;
    }
    uint32_t slot = take_slot(image);
    memcpy(slot_at(image, slot), part->at + frame * image->limits.frame_bytes, frame_size(image, part, frame));
    image->counters.frames_aside += set_saved(image, number, slot + 1);
}

static bool lies_in(const struct live_image *image, uint32_t place, const char *at) {
    return place < image->place_count && at >= image->places[place].at && at < image->places[place].end;
}

// The first place that ends behind an address.
static uint32_t place_behind(const struct live_image *image, const char *at) {
    if (lies_in(image, image->largest, at)) {
        return image->largest;
    }
    if (lies_in(image, image->last, at)) {
        return image->last;
    }
    uint32_t low = 0;
    uint32_t count = image->place_count;
    while (count > 0) {
        uint32_t half = count / 2;
        bool right = image->places[low + half].end <= at;
        low = right ? low + half + 1 : low;
        count = right ? count - half - 1 : half;
    }
    return low;
}

static void keep_in(struct live_image *image, const struct place *place, const char *at, const char *end) {
    const struct part *part = &image->parts.at[place->part];
    if (part->put != NULL || part->done == part->frames) {
        return;
    }
    uint64_t first = at > place->at ? (uint64_t)(at - place->at) / image->limits.frame_bytes : 0;
    uint64_t last = (uint64_t)((end < place->end ? end : place->end) - place->at - 1) / image->limits.frame_bytes;
    for (uint64_t frame = first < part->done ? part->done : first; frame <= last && image->phase == PHASE_ARMED; frame++) {
        keep_frame(image, part, frame);
    }
}

void live_image_keep(struct live_image *image, const void *at, size_t size) {
    if (image->phase != PHASE_ARMED || size == 0) {
        return;
    }
    const char *from = at;
    const char *end = from + size;
    for (uint32_t i = place_behind(image, from); i < image->place_count && image->places[i].at < end; i++) {
        keep_in(image, &image->places[i], from, end);
        image->last = i;
    }
}

// ---- items --------------------------------------------------------------------------------------------------

static void measure(void *context, Slice bytes) {
    *(size_t *)context += bytes.size;
}

static void gather(void *context, Slice bytes) {
    struct item *item = context;
    memcpy(item->bytes + item->size, bytes.at, bytes.size);
    item->size += bytes.size;
}

static void keep_item(struct live_image *image, const struct part *part, uint64_t number) {
    size_t size = 0;
    struct image_writer measuring = {.context = &size, .put = measure};
    part->put(part->at, number, part->bound, &measuring);
    if (!count_aside(image, size)) {
        return;
    }
    struct item *item = VEC_PUSH(&image->items, &image->arena);
    item->bytes = arena_alloc_raw(&image->arena, size);
    struct image_writer gathering = {.context = item, .put = gather};
    part->put(part->at, number, part->bound, &gathering);
    image->counters.frames_aside += set_saved(image, part->saved + number, image->items.count);
}

void live_image_keep_items(struct live_image *image, const void *object, uint64_t first, uint64_t count) {
    if (image->phase != PHASE_ARMED) {
        return;
    }
    uint32_t i = place_behind(image, object);
    if (i >= image->place_count || image->places[i].at != object) {
        return;
    }
    const struct part *part = &image->parts.at[image->places[i].part];
    for (uint64_t k = first < part->done ? part->done : first; k < first + count && k < part->frames && image->phase == PHASE_ARMED; k++) {
        if (saved_of(image, part->saved + k) == SLOT_NONE) {
            keep_item(image, part, k);
        }
    }
}

// ---- putting out --------------------------------------------------------------------------------------------

static void put_item(struct live_image *image, struct part *part) {
    uint32_t saved = saved_of(image, part->saved + part->done);
    if (saved == SLOT_NONE) {
        part->put(part->at, part->done, part->bound, &image->out);
    } else {
        const struct item *item = &image->items.at[saved - 1];
        image_put(&image->out, item->bytes, item->size);
    }
    part->done++;
}

// A frame that was set aside, or as many bytes as are wanted of those that were not.
static void put_frames(struct live_image *image, struct part *part, uint64_t wanted) {
    size_t frame = image->limits.frame_bytes;
    uint64_t first = part->done;
    uint32_t saved = saved_of(image, part->saved + first);
    if (saved != SLOT_NONE) {
        image_put(&image->out, slot_at(image, saved - 1), frame_size(image, part, first));
        give_slot(image, saved - 1);
        part->done++;
        return;
    }
    uint64_t end = first + 1;
    while (end < part->frames && saved_of(image, part->saved + end) == SLOT_NONE && (end - first) * frame < wanted) {
        end++;
    }
    uint64_t until = end == part->frames ? part->size : end * frame;
    image_put(&image->out, part->at + first * frame, until - first * frame);
    part->done = end;
}

static void put_some(struct live_image *image, uint64_t wanted) {
    struct part *part = &image->parts.at[image->current];
    if (part->frames == 0) {
        image_put(&image->out, part->at, part->size);
    } else if (part->put != NULL) {
        put_item(image, part);
    } else {
        put_frames(image, part, wanted);
    }
    image->current += part->done == part->frames;
}

LiveImageStep live_image_step(struct live_image *image, size_t bytes) {
    INVARIANT(image->phase == PHASE_ARMED || image->phase == PHASE_GIVEN_UP);
    if (image->phase == PHASE_GIVEN_UP) {
        end(image);
        return LIVE_IMAGE_GIVEN_UP;
    }
    uint64_t target = image->out.size + (bytes > 0 ? bytes : 1);
    while (image->current < image->parts.count && image->out.size < target) {
        put_some(image, target - image->out.size);
    }
    image->counters.bytes_out = image->out.size;
    if (image->current < image->parts.count) {
        return LIVE_IMAGE_MORE;
    }
    image_writer_finish(&image->out);
    image->counters.checksum = image->out.checksum;
    end(image);
    return LIVE_IMAGE_WHOLE;
}
