#include "os/file.h"

#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_FIRST = 64 << 10,
    WRITE_BUFFER = 256 << 10,
};

// A path with its NUL; longer ones and ones with a NUL inside name no file.
struct c_path {
    char text[FILE_PATH_MAX];
};

// False with errno.
static bool c_path_make(Slice path, struct c_path *ret_path) {
    bool is_name = path.size > 0 && memchr(path.at, 0, path.size) == NULL;
    if (!is_name || path.size >= sizeof ret_path->text) {
        errno = path.size == 0 ? ENOENT : is_name ? ENAMETOOLONG : EINVAL;
        return false;
    }
    memcpy(ret_path->text, path.at, path.size);
    ret_path->text[path.size] = 0;
    return true;
}

static Status fail(struct diag *diag, struct arena *arena, const char *code, const char *verb, Slice path,
                   int error) {
    Status status = error == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
    return diag_fail(diag, arena, status, code, "cannot %s '%.*s': %s", verb, SLICE_ARGS(path),
                     strerror(error));
}

enum { FOR_ALL = 0666, FOR_OWNER = 0600 }; // of new files; the first is what umask leaves of it

// A descriptor, or -1 with errno.
static int open_new(Slice path, int flags, mode_t mode) {
    struct c_path c_path;
    if (!c_path_make(path, &c_path)) {
        return -1;
    }
    for (;;) {
        int fd = open(c_path.text, flags | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EINTR) {
            return fd;
        }
    }
}

static int open_path(Slice path, int flags) {
    return open_new(path, flags, FOR_ALL);
}

static ssize_t read_some(int fd, char *into, size_t size) {
    for (;;) {
        ssize_t got = read(fd, into, size);
        if (got >= 0 || errno != EINTR) {
            return got;
        }
    }
}

// 0, or errno.
static int write_all(int fd, Slice text) {
    while (text.size > 0) {
        ssize_t put = write(fd, text.at, text.size);
        if (put < 0 && errno != EINTR) {
            return errno;
        }
        if (put > 0) {
            text = slice_part(text, (size_t)put, SIZE_MAX);
        }
    }
    return 0;
}

static Status read_whole(int fd, Slice path, size_t size_max, struct arena *arena, Slice *ret_text,
                         struct diag *diag) {
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return fail(diag, arena, "OS002", "read", path, errno);
    }
    if (S_ISDIR(info.st_mode)) {
        return fail(diag, arena, "OS002", "read", path, EISDIR);
    }
    // One byte more than its size tells whether it has grown meanwhile.
    size_t capacity = S_ISREG(info.st_mode) && info.st_size > 0 ? (size_t)info.st_size + 1 : READ_FIRST;
    capacity = capacity > size_max ? size_max + 1 : capacity;
    char *bytes = arena_alloc(arena, capacity + FILE_PADDING);
    size_t size = 0;
    for (;;) {
        ssize_t got = read_some(fd, bytes + size, capacity - size);
        if (got < 0) {
            return fail(diag, arena, "OS002", "read", path, errno);
        }
        size += (size_t)got;
        if (size > size_max) {
            return diag_fail(diag, arena, STATUS_LIMIT, "OS004", "'%.*s' has more than %zu bytes",
                             SLICE_ARGS(path), size_max);
        }
        if (got == 0) {
            *ret_text = (Slice){bytes, size};
            return STATUS_OK;
        }
        if (size == capacity) {
            capacity = capacity * 2 > size_max ? size_max + 1 : capacity * 2;
            char *wider = arena_alloc(arena, capacity + FILE_PADDING);
            memcpy(wider, bytes, size);
            bytes = wider;
        }
    }
}

Status file_read(Slice path, size_t size_max, struct arena *arena, Slice *ret_text, struct diag *diag) {
    int fd = open_path(path, O_RDONLY);
    if (fd < 0) {
        return fail(diag, arena, "OS001", "open", path, errno);
    }
    Status status = read_whole(fd, path, size_max, arena, ret_text, diag);
    close(fd);
    return status;
}

// Makes the rename itself last: the folder is what holds the name.
static int sync_directory(Slice path) {
    size_t end = path.size;
    while (end > 0 && path.at[end - 1] != '/') {
        end--;
    }
    int fd = open_path(end == 0 ? SLICE(".") : slice_part(path, 0, end), O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return errno;
    }
    int error = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return error == EINVAL ? 0 : error; // some file systems cannot
}

static int write_and_rename(Slice temporary, Slice path, Slice text, mode_t mode) {
    struct c_path from;
    struct c_path to;
    if (!c_path_make(temporary, &from) || !c_path_make(path, &to)) {
        return errno;
    }
    if (mode == FOR_OWNER) {
        unlink(from.text); // one that was left behind keeps what it allows
    }
    int fd = open_new(temporary, O_WRONLY | O_CREAT | O_TRUNC | (mode == FOR_OWNER ? O_EXCL : 0), mode);
    if (fd < 0) {
        return errno;
    }
    int error = write_all(fd, text);
    if (error == 0 && fsync(fd) != 0) {
        error = errno;
    }
    if (close(fd) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && rename(from.text, to.text) != 0) {
        error = errno;
    }
    if (error != 0) {
        unlink(from.text);
        return error;
    }
    return sync_directory(path);
}

static Status replace(Slice path, Slice text, mode_t mode, struct arena *arena, struct diag *diag) {
    Slice temporary = arena_printf(arena, "%.*s.%ld.tmp", SLICE_ARGS(path), (long)getpid());
    int error = write_and_rename(temporary, path, text, mode);
    return error == 0 ? STATUS_OK : fail(diag, arena, "OS003", "write", path, error);
}

Status file_write(Slice path, Slice text, struct arena *arena, struct diag *diag) {
    return replace(path, text, FOR_ALL, arena, diag);
}

Status file_write_private(Slice path, Slice text, struct arena *arena, struct diag *diag) {
    return replace(path, text, FOR_OWNER, arena, diag);
}

// False with errno.
static bool stat_path(Slice path, struct stat *ret_info) {
    struct c_path c_path;
    return c_path_make(path, &c_path) && stat(c_path.text, ret_info) == 0;
}

bool file_is_directory(Slice path) {
    struct stat info;
    return stat_path(path, &info) && S_ISDIR(info.st_mode);
}

bool file_is_there(Slice path) {
    struct stat info;
    return stat_path(path, &info) && S_ISREG(info.st_mode);
}

// Of the nearest that is there: the path, or the folder above it.
static bool real_path(Slice path, char text[PATH_MAX]) {
    struct c_path c_path;
    if (c_path_make(path, &c_path) && realpath(c_path.text, text) != NULL) {
        return true;
    }
    while (path.size > 1 && path.at[path.size - 1] == '/') {
        path.size--;
    }
    while (path.size > 0 && path.at[path.size - 1] != '/') {
        path.size--;
    }
    return c_path_make(path.size > 0 ? path : SLICE("."), &c_path) && realpath(c_path.text, text) != NULL;
}

bool file_lies_in(Slice path, Slice folder) {
    char inner[PATH_MAX];
    char outer[PATH_MAX];
    struct c_path c_path;
    if (!c_path_make(folder, &c_path) || realpath(c_path.text, outer) == NULL || !real_path(path, inner)) {
        return false;
    }
    size_t size = strcmp(outer, "/") == 0 ? 0 : strlen(outer);
    return strncmp(inner, outer, size) == 0 && (inner[size] == '/' || inner[size] == 0);
}

static Status make_directory(Slice path, mode_t mode, struct arena *arena, struct diag *diag) {
    struct c_path c_path;
    if (!c_path_make(path, &c_path)) {
        return fail(diag, arena, "OS005", "make the folder", path, ENAMETOOLONG);
    }
    if (mkdir(c_path.text, mode) != 0 && (errno != EEXIST || !file_is_directory(path))) {
        return fail(diag, arena, "OS005", "make the folder", path, errno);
    }
    return STATUS_OK;
}

Status file_make_directory(Slice path, struct arena *arena, struct diag *diag) {
    return make_directory(path, 0777, arena, diag);
}

Status file_make_private_directory(Slice path, struct arena *arena, struct diag *diag) {
    return make_directory(path, 0700, arena, diag);
}

Status file_remove_directory(Slice path, struct arena *arena, struct diag *diag) {
    struct c_path c_path;
    if (!c_path_make(path, &c_path) || (rmdir(c_path.text) != 0 && errno != ENOENT)) {
        return fail(diag, arena, "OS005", "remove the folder", path, errno);
    }
    return STATUS_OK;
}

struct listing {
    struct arena *arena;
    struct diag *diag;
    Slice suffix;
    bool recursive;
    VEC(Slice) files;
    VEC(Slice) folders; // still to be read
};

static Status list_entry(struct listing *listing, Slice directory, const char *name) {
    if (name[0] == '.') {
        return STATUS_OK;
    }
    bool slash = slice_ends_with(directory, SLICE("/"));
    Slice path = arena_printf(listing->arena, "%.*s%s%s", SLICE_ARGS(directory), slash ? "" : "/", name);
    struct stat info;
    if (!stat_path(path, &info)) {
        bool is_gone = errno == ENOENT; // gone meanwhile, or a link to nothing
        return is_gone ? STATUS_OK : fail(listing->diag, listing->arena, "OS005", "list", path, errno);
    }
    if (S_ISDIR(info.st_mode) && listing->recursive) {
        *VEC_PUSH(&listing->folders, listing->arena) = path;
    } else if (S_ISREG(info.st_mode) && slice_ends_with(path, listing->suffix)) {
        *VEC_PUSH(&listing->files, listing->arena) = path;
    }
    if (listing->files.count > FILE_LIST_MAX || listing->folders.count > FILE_LIST_MAX) {
        return diag_fail(listing->diag, listing->arena, STATUS_LIMIT, "OS005", "more than %d files in '%.*s'",
                         FILE_LIST_MAX, SLICE_ARGS(directory));
    }
    return STATUS_OK;
}

static Status list_folder(struct listing *listing, Slice directory) {
    struct c_path c_path;
    DIR *dir = c_path_make(directory, &c_path) ? opendir(c_path.text) : NULL;
    if (dir == NULL) {
        return fail(listing->diag, listing->arena, "OS005", "list", directory, errno);
    }
    Status status = STATUS_OK;
    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && status == STATUS_OK; entry = readdir(dir)) {
        status = list_entry(listing, directory, entry->d_name);
        errno = 0;
    }
    if (status == STATUS_OK && errno != 0) {
        status = fail(listing->diag, listing->arena, "OS005", "list", directory, errno);
    }
    closedir(dir);
    return status;
}

static uint32_t depth_below(Slice path, Slice directory) {
    uint32_t depth = 0;
    for (size_t i = directory.size; i < path.size; i++) {
        depth += path.at[i] == '/';
    }
    return depth;
}

static int by_bytes(const void *left, const void *right) {
    return slice_compare(*(const Slice *)left, *(const Slice *)right);
}

Status file_list(Slice directory, Slice suffix, bool recursive, struct arena *arena, FileList *ret_list,
                 struct diag *diag) {
    struct listing listing = {.arena = arena, .diag = diag, .suffix = suffix, .recursive = recursive};
    *VEC_PUSH(&listing.folders, arena) = directory;
    for (uint32_t i = 0; i < listing.folders.count; i++) {
        Slice folder = listing.folders.at[i];
        if (depth_below(folder, directory) > FILE_DEPTH_MAX) {
            return diag_fail(diag, arena, STATUS_LIMIT, "OS005", "folders deeper than %d levels: '%.*s'",
                             FILE_DEPTH_MAX, SLICE_ARGS(folder));
        }
        TRY(list_folder(&listing, folder));
    }
    if (listing.files.count > 0) {
        qsort(listing.files.at, listing.files.count, sizeof(Slice), by_bytes);
    }
    *ret_list = (FileList){listing.files.at, listing.files.count};
    return STATUS_OK;
}

struct file_reader {
    int fd;
    bool owned;
    uint64_t size;
    atomic_uint_fast64_t position;
    char error[128];
};

Status file_reader_open(Slice path, struct arena *arena, struct file_reader **ret_reader,
                        struct diag *diag) {
    bool standard = slice_is(path, "-");
    int fd = standard ? STDIN_FILENO : open_path(path, O_RDONLY);
    if (fd < 0) {
        return fail(diag, arena, "OS001", "open", path, errno);
    }
    struct stat info;
    bool known = fstat(fd, &info) == 0;
    if (known && S_ISDIR(info.st_mode)) {
        if (!standard) {
            close(fd);
        }
        return fail(diag, arena, "OS001", "open", path, EISDIR);
    }
    struct file_reader *reader = memory_alloc(sizeof *reader);
    reader->fd = fd;
    reader->owned = !standard;
    reader->size = known && S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    if (reader->size > 0) {
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    *ret_reader = reader;
    return STATUS_OK;
}

void file_reader_close(struct file_reader *reader) {
    if (reader == NULL) {
        return;
    }
    if (reader->owned) {
        close(reader->fd);
    }
    free(reader);
}

static Status file_reader_read(void *context, char *into, size_t size, size_t *ret_size) {
    struct file_reader *reader = context;
    ssize_t got = read_some(reader->fd, into, size);
    if (got < 0) {
        snprintf(reader->error, sizeof reader->error, "%s", strerror(errno));
        return STATUS_IO;
    }
    ENSURE(got > 0, STATUS_END);
    atomic_fetch_add_explicit(&reader->position, (uint64_t)got, memory_order_relaxed);
    *ret_size = (size_t)got;
    return STATUS_OK;
}

struct byte_source file_reader_source(struct file_reader *reader) {
    return (struct byte_source){reader, file_reader_read};
}

uint64_t file_reader_size(const struct file_reader *reader) {
    return reader->size;
}

uint64_t file_reader_position(const struct file_reader *reader) {
    return atomic_load_explicit(&reader->position, memory_order_relaxed);
}

const char *file_reader_error(const struct file_reader *reader) {
    return reader->error;
}

struct file_writer {
    int fd;
    bool owned;
    int error; // errno of the first failure
    size_t used;
    Slice path;
    char buffer[WRITE_BUFFER];
};

Status file_writer_open(Slice path, struct arena *arena, struct file_writer **ret_writer,
                        struct diag *diag) {
    bool standard = slice_is(path, "-");
    int fd = standard ? STDOUT_FILENO : open_path(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0) {
        return fail(diag, arena, "OS001", "open", path, errno);
    }
    struct file_writer *writer = memory_alloc(sizeof *writer + path.size);
    writer->fd = fd;
    writer->owned = !standard;
    char *name = (char *)(writer + 1);
    memcpy(name, path.at, path.size);
    writer->path = (Slice){name, path.size};
    *ret_writer = writer;
    return STATUS_OK;
}

static void flush(struct file_writer *writer) {
    if (writer->error == 0) {
        writer->error = write_all(writer->fd, (Slice){writer->buffer, writer->used});
    }
    writer->used = 0;
}

void file_writer_put(struct file_writer *writer, Slice text) {
    if (text.size > sizeof writer->buffer - writer->used) {
        flush(writer);
    }
    if (text.size > sizeof writer->buffer) {
        if (writer->error == 0) {
            writer->error = write_all(writer->fd, text);
        }
        return;
    }
    if (text.size > 0) {
        memcpy(writer->buffer + writer->used, text.at, text.size);
        writer->used += text.size;
    }
}

void file_writer_flush(struct file_writer *writer) {
    flush(writer);
}

bool file_writer_failed(const struct file_writer *writer) {
    return writer->error != 0;
}

Status file_writer_close(struct file_writer *writer, struct arena *arena, struct diag *diag) {
    if (writer == NULL) {
        return STATUS_OK;
    }
    flush(writer);
    if (writer->owned && close(writer->fd) != 0 && writer->error == 0) {
        writer->error = errno;
    }
    Status status =
        writer->error == 0 ? STATUS_OK : fail(diag, arena, "OS003", "write", writer->path, writer->error);
    free(writer);
    return status;
}
