#include "base/test.h"
#include "os/disk.h"
#include "os/scratch_test.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static bool test_files(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    const struct disk *disk = disk_real();
    Slice first = scratch_path(&f, "first");
    Slice second = scratch_path(&f, "second");
    struct disk_file *file;
    CHECK(disk->open(disk->context, first, DISK_WRITE, false, &file) == ENOENT);
    CHECK(disk->open(disk->context, (Slice){"a\0b", 3}, DISK_READ, false, &file) == EINVAL);
    CHECK(disk->open(disk->context, first, DISK_CREATE, true, &file) == 0);
    struct disk_file *again;
    CHECK(disk->open(disk->context, first, DISK_CREATE, true, &again) == EEXIST);
    CHECK(disk->allocate(disk->context, file, 3 * DISK_ALIGN) == 0);
    char *block = aligned_alloc(DISK_ALIGN, DISK_ALIGN);
    memset(block, 'x', DISK_ALIGN);
    CHECK(disk_write_all(disk, file, (Slice){block, DISK_ALIGN}, DISK_ALIGN) == 0);
    CHECK(disk->sync(disk->context, file) == 0);
    CHECK(disk->rename(disk->context, first, second) == 0);
    CHECK(disk->sync_directory(disk->context, slice_of(f.path)) == 0);
    disk->close(disk->context, file);
    DiskNames names;
    CHECK(disk->list(disk->context, slice_of(f.path), &f.arena, &names) == 0);
    CHECK(names.count == 1 && slice_is(names.at[0], "second"));
    CHECK(disk->open(disk->context, second, DISK_READ, false, &file) == 0);
    uint64_t size = 0;
    size_t got = 0;
    char read[20];
    CHECK(disk->size(disk->context, file, &size) == 0 && size >= 2 * DISK_ALIGN);
    CHECK(disk_read_full(disk, file, read, sizeof read, DISK_ALIGN - 1, &got) == 0 &&
          got == sizeof read);
    CHECK(read[0] == 0 && read[1] == 'x' && read[19] == 'x');
    CHECK(disk_read_full(disk, file, read, sizeof read, size - 3, &got) == 0 && got == 3);
    disk->close(disk->context, file);
    disk->close(disk->context, NULL);
    CHECK(disk->unlink(disk->context, second) == 0 &&
          disk->unlink(disk->context, second) == ENOENT);
    free(block);
    CHECK(scratch_remove(&f));
    return true;
}

static bool test_lock(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    const struct disk *disk = disk_real();
    Slice path = scratch_path(&f, "lock");
    struct disk_file *file;
    struct disk_file *other;
    CHECK(disk->lock(disk->context, path, &file) == 0);
    CHECK(disk->lock(disk->context, path, &other) == EWOULDBLOCK);
    disk->close(disk->context, file);
    CHECK(disk->lock(disk->context, path, &file) == 0);
    disk->close(disk->context, file);
    CHECK(disk->unlink(disk->context, path) == 0);
    CHECK(scratch_remove(&f));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_files), TEST(test_lock)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
