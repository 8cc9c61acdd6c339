#include "os/disk.h"

#include "base/vec.h"
#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct disk_file {
    int fd;
};

struct c_path {
    char text[FILE_PATH_MAX];
};

// 0, or errno.
static int c_path_make(Slice path, struct c_path *ret_path) {
    bool is_name = path.size > 0 && memchr(path.at, 0, path.size) == NULL;
    if (!is_name || path.size >= sizeof ret_path->text) {
        return path.size == 0 ? ENOENT : is_name ? ENAMETOOLONG : EINVAL;
    }
    memcpy(ret_path->text, path.at, path.size);
    ret_path->text[path.size] = 0;
    return 0;
}

static int open_fd(Slice path, int flags, int *ret_fd) {
    struct c_path c_path;
    int error = c_path_make(path, &c_path);
    if (error != 0) {
        return error;
    }
    int fd;
    do {
        fd = open(c_path.text, flags | O_CLOEXEC, 0640);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return errno;
    }
    *ret_fd = fd;
    return 0;
}

static struct disk_file *file_of(int fd) {
    struct disk_file *file = memory_alloc(sizeof *file);
    file->fd = fd;
    return file;
}

static int real_open(void *context, Slice path, DiskMode mode, bool direct,
                     struct disk_file **ret_file) {
    (void)context;
    static const int flags[] = {
        [DISK_READ] = O_RDONLY, [DISK_WRITE] = O_RDWR, [DISK_CREATE] = O_RDWR | O_CREAT | O_EXCL};
    int fd;
    int error = open_fd(path, flags[mode], &fd);
    if (error != 0) {
        return error;
    }
    if (direct) {
        // Afterwards, because an open() that is refused for O_DIRECT has made the file already.
        int status = fcntl(fd, F_GETFL);
        if (status >= 0) {
            (void)fcntl(fd, F_SETFL, status | O_DIRECT);
        }
    }
    *ret_file = file_of(fd);
    return 0;
}

static void real_close(void *context, struct disk_file *file) {
    (void)context;
    if (file != NULL) {
        close(file->fd);
        free(file);
    }
}

static int real_size(void *context, struct disk_file *file, uint64_t *ret_size) {
    (void)context;
    struct stat info;
    if (fstat(file->fd, &info) != 0) {
        return errno;
    }
    *ret_size = (uint64_t)info.st_size;
    return 0;
}

static int real_pread(void *context, struct disk_file *file, char *into, size_t size,
                      uint64_t offset, size_t *ret_got) {
    (void)context;
    ssize_t got;
    do {
        got = pread(file->fd, into, size, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return errno;
    }
    *ret_got = (size_t)got;
    return 0;
}

static int real_pwrite(void *context, struct disk_file *file, Slice bytes, uint64_t offset,
                       size_t *ret_put) {
    (void)context;
    ssize_t put;
    do {
        put = pwrite(file->fd, bytes.at, bytes.size, (off_t)offset);
    } while (put < 0 && errno == EINTR);
    if (put < 0) {
        return errno;
    }
    *ret_put = (size_t)put;
    return put == 0 && bytes.size > 0 ? EIO : 0;
}

static int real_sync(void *context, struct disk_file *file) {
    (void)context;
    return fdatasync(file->fd) == 0 ? 0 : errno; // not repeated, not even when interrupted
}

static int real_allocate(void *context, struct disk_file *file, uint64_t size) {
    (void)context;
    int done;
    do {
        done = fallocate(file->fd, 0, 0, (off_t)size);
    } while (done != 0 && errno == EINTR);
    return done == 0 || errno == EOPNOTSUPP ? 0 : errno;
}

static int real_rename(void *context, Slice from, Slice to) {
    (void)context;
    struct c_path c_from;
    struct c_path c_to;
    int error = c_path_make(from, &c_from);
    error = error != 0 ? error : c_path_make(to, &c_to);
    if (error != 0) {
        return error;
    }
    return rename(c_from.text, c_to.text) == 0 ? 0 : errno;
}

static int real_unlink(void *context, Slice path) {
    (void)context;
    struct c_path c_path;
    int error = c_path_make(path, &c_path);
    if (error != 0) {
        return error;
    }
    return unlink(c_path.text) == 0 ? 0 : errno;
}

static int real_sync_directory(void *context, Slice path) {
    (void)context;
    int fd;
    int error = open_fd(path, O_RDONLY | O_DIRECTORY, &fd);
    if (error != 0) {
        return error;
    }
    error = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return error == EINVAL ? 0 : error; // some file systems cannot
}

static int real_list(void *context, Slice path, struct arena *arena, DiskNames *ret_names) {
    (void)context;
    struct c_path c_path;
    int error = c_path_make(path, &c_path);
    if (error != 0) {
        return error;
    }
    DIR *dir = opendir(c_path.text);
    if (dir == NULL) {
        return errno;
    }
    VEC(Slice) names = {0};
    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            *VEC_PUSH(&names, arena) = arena_copy(arena, slice_of(entry->d_name));
        }
        errno = 0;
    }
    error = errno;
    closedir(dir);
    if (error != 0) {
        return error;
    }
    *ret_names = (DiskNames){names.at, names.count};
    return 0;
}

static int real_lock(void *context, Slice path, struct disk_file **ret_file) {
    (void)context;
    int fd;
    int error = open_fd(path, O_RDWR | O_CREAT, &fd);
    if (error != 0) {
        return error;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error = errno;
        close(fd);
        return error;
    }
    *ret_file = file_of(fd);
    return 0;
}

const struct disk *disk_real(void) {
    static const struct disk real = {
        .open = real_open,
        .close = real_close,
        .size = real_size,
        .pread = real_pread,
        .pwrite = real_pwrite,
        .sync = real_sync,
        .allocate = real_allocate,
        .rename = real_rename,
        .unlink = real_unlink,
        .sync_directory = real_sync_directory,
        .list = real_list,
        .lock = real_lock,
    };
    return &real;
}

int disk_read_full(const struct disk *disk, struct disk_file *file, char *into, size_t size,
                   uint64_t offset, size_t *ret_got) {
    size_t total = 0;
    while (total < size) {
        size_t got = 0;
        int error =
            disk->pread(disk->context, file, into + total, size - total, offset + total, &got);
        if (error != 0) {
            return error;
        }
        if (got == 0) {
            break;
        }
        total += got;
    }
    *ret_got = total;
    return 0;
}

int disk_write_all(const struct disk *disk, struct disk_file *file, Slice bytes, uint64_t offset) {
    while (bytes.size > 0) {
        size_t put = 0;
        int error = disk->pwrite(disk->context, file, bytes, offset, &put);
        if (error != 0) {
            return error;
        }
        bytes = slice_part(bytes, put, SIZE_MAX);
        offset += put;
    }
    return 0;
}
