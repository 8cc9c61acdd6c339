#pragma once
// Image: a state as a stream of bytes, so that it can be taken up again later where it was left.
//
//     struct image_writer writer;                       struct image_reader reader;
//     image_writer_init(&writer, file, file_put);       image_reader_init(&reader, source);
//     image_put_mark(&writer, "windows", layout);       TRY(image_take_mark(&reader, "windows", layout));
//     image_put_u64(&writer, count);                    TRY(image_take_u64(&reader, cap, &count));
//     image_put(&writer, items, bytes);                 TRY(image_take(&reader, items, bytes));
//     image_writer_finish(&writer);                     TRY(image_reader_finish(&reader));
//
// What lies in memory goes out as it lies, in blocks of any size: a state of gigabytes is written and read at the speed of the
// disk, and that is what an image is for. Therefore it is for the same program on the same kind of machine, not for
// exchange: a mark carries a number that each part makes of its layout and sizes, and a part with another number is refused.
// Bytes behind the last mark are a checksum (XXH3, 128 bits) over all before it: damage is found, malice is not.
//
// What is put is written at once by a writer made here. The writer of an image that is written while its state goes on changing
// (base/live_image.h) copies what image_put() gives it, and only notes what image_put_state() and image_put_items() give: that is
// memory which stays where it is, and which is guarded before it changes. The bytes are the same.
//
// Whoever reads checks every count against its own caps before it fills memory by it, and throws the half-filled state away
// when anything gives another status than STATUS_OK, image_reader_finish() included.

#include "base/byte_source.h"
#include "base/hash.h"

struct live_image;

struct image_writer {
    void *context;
    void (*put)(void *context, Slice bytes); // remembers its own failure
    XXH3_state_t *sum;       // NULL: no checksum is wanted
    uint64_t size;
    Hash128 checksum;        // after image_writer_finish()
    struct live_image *live; // NULL: what is put goes out at once
};

// Puts one item of an object. `bound` is what was given to image_put_items(): how much the object held then. It reads nothing of the
// object that changes without its item being guarded before.
typedef void ImageItem(const void *object, uint64_t item, uint64_t bound, struct image_writer *out);

void image_writer_init(struct image_writer *writer, void *context, void (*put)(void *context, Slice bytes));
void image_put(struct image_writer *writer, const void *at, size_t size);
void image_put_u64(struct image_writer *writer, uint64_t value);
// The same bytes as image_put(), of memory that belongs to the state: a live image takes them later, so each change of them has to be
// told to image_guard() before it is made, and they must not be freed until then.
void image_put_state(struct image_writer *writer, const void *at, size_t size);
// The state of an object that lies in many places, `count` items one after the other. A live image takes them later: the object stays
// where it is, and each change of an item is told to image_guard_items() before it is made; then its memory may also be moved or freed.
void image_put_items(struct image_writer *writer, const void *object, uint64_t count, uint64_t bound, ImageItem *put);
// The name of a part, up to 16 bytes, and what its layout comes to.
void image_put_mark(struct image_writer *writer, const char *name, uint64_t layout);
// Writes the checksum and frees what the writer holds.
void image_writer_finish(struct image_writer *writer);
// Frees it without a checksum, for an image that is not going to be whole.
void image_writer_abandon(struct image_writer *writer);

// A hash of an image's bytes in whatever pieces they come: equal states give equal ones.
struct image_hash;
enum { IMAGE_HASH_SIZE = 16 };
struct image_hash *image_hash_begin(void);
void image_hash_add(struct image_hash *hash, Slice bytes);
// Frees it.
void image_hash_end(struct image_hash *hash, uint8_t ret_hash[IMAGE_HASH_SIZE]);

struct image_reader {
    struct byte_source source;
    XXH3_state_t *sum;
    Status status; // the first that was not STATUS_OK; it stays
    Hash128 checksum; // after image_reader_finish(), of what was read
};

void image_reader_init(struct image_reader *reader, struct byte_source source);
// STATUS_INVALID: the image is cut short, damaged, or of another layout. STATUS_IO: the source failed.
MUST_USE Status image_take(struct image_reader *reader, void *at, size_t size);
// A number up to `max`.
MUST_USE Status image_take_u64(struct image_reader *reader, uint64_t max, uint64_t *ret_value);
MUST_USE Status image_take_u32(struct image_reader *reader, uint32_t max, uint32_t *ret_value);
MUST_USE Status image_take_mark(struct image_reader *reader, const char *name, uint64_t layout);
// Compares the checksum, and frees what the reader holds; to be called in any case.
MUST_USE Status image_reader_finish(struct image_reader *reader);
