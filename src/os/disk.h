#pragma once
// Disk: the operations on files that durability depends on, as a table that is passed in. The
// program gets the real ones from disk_real(); tests pass a disk that fails, tears, forgets and
// fills up.
//
//     const struct disk *disk = disk_real();
//     struct disk_file *file;
//     int error = disk->open(disk->context, path, DISK_CREATE, true, &file);
//     if (error == 0) { error = disk_write_all(disk, file, bytes, 0); }
//     if (error == 0) { error = disk->sync(disk->context, file); }
//
// Every operation gives 0 or an errno: who calls decides what it means and says so in a diag.
// Interrupted calls are repeated inside. Operations may be called from several threads; one file is
// written by one thread at a time. A write is on disk when a sync() that began after it has given
// 0, a name when sync_directory() has. After a sync that failed nobody knows what is there, and a
// second one proves nothing: the kernel may have dropped the pages.

#include "base/arena.h"

struct disk_file;

enum { DISK_ALIGN = 4096 }; // of memory, offset and size in files that were opened `direct`

typedef enum DiskMode {
    DISK_READ,
    DISK_WRITE,  // to read and write a file that is there
    DISK_CREATE, // the same with a new file; EEXIST when the name is taken
} DiskMode;

// The names in a folder, in no order.
typedef struct DiskNames {
    const Slice *at;
    uint32_t count;
} DiskNames;

struct disk {
    void *context;
    // `direct` asks for a way past the page cache; where there is none, the file is opened without.
    int (*open)(void *context, Slice path, DiskMode mode, bool direct, struct disk_file **ret_file);
    void (*close)(void *context, struct disk_file *file);
    int (*size)(void *context, struct disk_file *file, uint64_t *ret_size);
    // May read less than asked; 0 bytes at the end of the file.
    int (*pread)(void *context, struct disk_file *file, char *into, size_t size, uint64_t offset,
                 size_t *ret_got);
    // May write less than asked, but at least a byte.
    int (*pwrite)(void *context, struct disk_file *file, Slice bytes, uint64_t offset,
                  size_t *ret_put);
    int (*sync)(void *context, struct disk_file *file);
    // Reserves room up to `size` and makes the file that long. Fine where the file system cannot.
    int (*allocate)(void *context, struct disk_file *file, uint64_t size);
    int (*rename)(void *context, Slice from, Slice to);
    int (*unlink)(void *context, Slice path);
    int (*sync_directory)(void *context, Slice path);
    int (*list)(void *context, Slice path, struct arena *arena, DiskNames *ret_names);
    // Opens or makes the file and locks it as long as it is open; EWOULDBLOCK when another process
    // holds it.
    int (*lock)(void *context, Slice path, struct disk_file **ret_file);
};

const struct disk *disk_real(void);

// Reads until `size` bytes or the end of the file.
MUST_USE int disk_read_full(const struct disk *disk, struct disk_file *file, char *into,
                            size_t size, uint64_t offset, size_t *ret_got);
MUST_USE int disk_write_all(const struct disk *disk, struct disk_file *file, Slice bytes,
                            uint64_t offset);
