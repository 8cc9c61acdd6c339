#include "base/test.h"
#include "os/file.h"
#include "os/scratch_test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool test_lies_in(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    Slice data = scratch_path(&f, "data");
    Slice link = scratch_path(&f, "link");
    CHECK(file_make_directory(data, &f.arena, &f.diag) == STATUS_OK);
    CHECK(file_make_directory(scratch_path(&f, "data2"), &f.arena, &f.diag) == STATUS_OK);
    CHECK(symlink("data", arena_printf(&f.arena, "%.*s%c", SLICE_ARGS(link), 0).at) == 0);
    CHECK(file_lies_in(data, data) && file_lies_in(scratch_path(&f, "data/"), data));
    CHECK(file_lies_in(scratch_path(&f, "data/new"), data));
    CHECK(file_lies_in(scratch_path(&f, "data/new//"), data));
    CHECK(file_lies_in(scratch_path(&f, "data2/../link/new"), data));
    CHECK(file_lies_in(data, link) && file_lies_in(data, SLICE("/")));
    CHECK(!file_lies_in(scratch_path(&f, "data2"), data) && !file_lies_in(slice_of(f.path), data));
    CHECK(!file_lies_in(scratch_path(&f, "data/../new"), data));
    CHECK(!file_lies_in(scratch_path(&f, "none/new"), data));
    CHECK(!file_lies_in(data, scratch_path(&f, "none")) && !file_lies_in(SLICE("new"), data));
    CHECK(!file_lies_in((Slice){"a\0b", 3}, data) && !file_lies_in(SLICE(""), data));
    CHECK(scratch_remove(&f));
    return true;
}

static bool test_whole(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    Slice path = scratch_path(&f, "a.txt");
    Slice text;
    CHECK(file_read(path, 100, &f.arena, &text, &f.diag) == STATUS_NOT_FOUND);
    CHECK(strcmp(f.diag.code, "OS001") == 0);
    CHECK(slice_find(f.diag.message, SLICE("a.txt'"), 0) != SIZE_MAX);
    CHECK(file_write(path, SLICE("one"), &f.arena, &f.diag) == STATUS_OK);
    CHECK(file_write(path, SLICE("two more"), &f.arena, &f.diag) == STATUS_OK);
    CHECK(file_read(path, 8, &f.arena, &text, &f.diag) == STATUS_OK && slice_is(text, "two more"));
    CHECK(text.at[8] == 0 && text.at[8 + FILE_PADDING - 1] == 0);
    CHECK(file_read(path, 7, &f.arena, &text, &f.diag) == STATUS_LIMIT);
    CHECK(strcmp(f.diag.code, "OS004") == 0);
    CHECK(file_read(slice_of(f.path), 7, &f.arena, &text, &f.diag) == STATUS_IO);
    CHECK(file_write(scratch_path(&f, "no/such"), SLICE(""), &f.arena, &f.diag) == STATUS_NOT_FOUND);
    struct stat info;
    CHECK(chmod(path.at, 0644) == 0);
    CHECK(file_write_private(path, SLICE("secret"), &f.arena, &f.diag) == STATUS_OK && stat(path.at, &info) == 0 && (info.st_mode & 0777) == 0600);
    CHECK(file_read(path, 8, &f.arena, &text, &f.diag) == STATUS_OK && slice_is(text, "secret"));
    CHECK(file_read((Slice){"a\0b", 3}, 7, &f.arena, &text, &f.diag) == STATUS_IO);
    CHECK(!file_is_directory(path) && file_is_directory(slice_of(f.path)));
    CHECK(!file_is_directory(scratch_path(&f, "none")));
    // A file without a size, as those in /proc are.
    CHECK(file_read(SLICE("/proc/self/status"), 1 << 20, &f.arena, &text, &f.diag) == STATUS_OK);
    CHECK(text.size > 100);
    CHECK(scratch_remove(&f));
    return true;
}

static bool test_list(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    CHECK(mkdir(scratch_path(&f, "b").at, 0700) == 0);
    static const char *const names[] = {"c.yaml", "a.yaml", "b/z.yaml", "b/a.txt", ".hidden.yaml", "B.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(file_write(scratch_path(&f, names[i]), SLICE("x"), &f.arena, &f.diag) == STATUS_OK);
    }
    FileList list;
    CHECK(file_list(slice_of(f.path), SLICE(".yaml"), true, &f.arena, &list, &f.diag) == STATUS_OK);
    CHECK(list.count == 4);
    CHECK(slice_equal(list.paths[0], scratch_path(&f, "B.yaml")));
    CHECK(slice_equal(list.paths[1], scratch_path(&f, "a.yaml")));
    CHECK(slice_equal(list.paths[2], scratch_path(&f, "b/z.yaml")));
    CHECK(slice_equal(list.paths[3], scratch_path(&f, "c.yaml")));
    CHECK(file_list(slice_of(f.path), SLICE(""), false, &f.arena, &list, &f.diag) == STATUS_OK);
    CHECK(list.count == 3);
    CHECK(file_list(scratch_path(&f, "none"), SLICE(""), true, &f.arena, &list, &f.diag) == STATUS_NOT_FOUND);
    CHECK(strcmp(f.diag.code, "OS005") == 0);
    CHECK(scratch_remove(&f));
    return true;
}

static bool test_streams(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    Slice path = scratch_path(&f, "out");
    struct file_writer *writer;
    CHECK(file_writer_open(path, &f.arena, &writer, &f.diag) == STATUS_OK);
    char piece[3000];
    uint64_t total = 0;
    for (int i = 0; i < 300; i++) {
        memset(piece, 'a' + i % 26, sizeof piece);
        file_writer_put(writer, (Slice){piece, (size_t)i * 10});
        total += (uint64_t)i * 10;
    }
    char *huge = memory_alloc(1 << 20);
    file_writer_put(writer, (Slice){huge, 1 << 20});
    file_writer_put(writer, SLICE("end"));
    total += (1 << 20) + 3;
    free(huge);
    CHECK(file_writer_close(writer, &f.arena, &f.diag) == STATUS_OK);

    struct file_reader *reader;
    CHECK(file_reader_open(path, &f.arena, &reader, &f.diag) == STATUS_OK);
    CHECK(file_reader_size(reader) == total);
    struct byte_source source = file_reader_source(reader);
    uint64_t sum = 0;
    size_t size = 0;
    Status status;
    while ((status = source.read(source.context, piece, sizeof piece, &size)) == STATUS_OK) {
        sum += size;
        CHECK(file_reader_position(reader) == sum);
    }
    CHECK(status == STATUS_END && sum == total && memcmp(piece + size - 3, "end", 3) == 0);
    file_reader_close(reader);
    CHECK(file_reader_open(slice_of(f.path), &f.arena, &reader, &f.diag) == STATUS_IO);
    CHECK(scratch_remove(&f));
    return true;
}

static bool says(const struct scratch *folder, const char *reason) {
    CHECK_THAT(slice_find(folder->diag.message, slice_of(reason), 0) != SIZE_MAX, "%.*s",
               SLICE_ARGS(folder->diag.message));
    return true;
}

// What is no name of a file is told as what it is.
static bool test_names(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    Slice text;
    FileList list;
    Slice path = arena_printf(&f.arena, "%s/%*d", f.path, FILE_PATH_MAX, 0);
    CHECK(file_read(path, 7, &f.arena, &text, &f.diag) == STATUS_IO && says(&f, "too long"));
    CHECK(file_write(path, SLICE("x"), &f.arena, &f.diag) == STATUS_IO && says(&f, "too long"));
    CHECK(file_list(path, SLICE(""), true, &f.arena, &list, &f.diag) == STATUS_IO && says(&f, "too long"));
    CHECK(file_read(SLICE(""), 7, &f.arena, &text, &f.diag) == STATUS_NOT_FOUND && says(&f, "No such file"));
    CHECK(file_list(SLICE(""), SLICE(""), true, &f.arena, &list, &f.diag) == STATUS_NOT_FOUND);
    CHECK(file_read((Slice){"a\0b", 3}, 7, &f.arena, &text, &f.diag) == STATUS_IO && says(&f, "Invalid"));
    CHECK(scratch_remove(&f));
    return true;
}

// A link to nothing is passed over; a file that cannot be looked at is not.
static bool test_links(void) {
    struct scratch f;
    CHECK(scratch_make(&f, NULL));
    FileList list;
    CHECK(symlink("nothing", scratch_path(&f, "a.yaml").at) == 0);
    CHECK(file_list(slice_of(f.path), SLICE(".yaml"), true, &f.arena, &list, &f.diag) == STATUS_OK);
    CHECK(list.count == 0);
    CHECK(symlink("b.yaml", scratch_path(&f, "b.yaml").at) == 0); // to itself
    CHECK(file_list(slice_of(f.path), SLICE(".yaml"), true, &f.arena, &list, &f.diag) == STATUS_IO);
    CHECK(strcmp(f.diag.code, "OS005") == 0 && says(&f, "b.yaml'"));
    CHECK(unlink(scratch_path(&f, "b.yaml").at) == 0);
    CHECK(symlink(".", scratch_path(&f, "round").at) == 0); // a folder that is in itself
    CHECK(file_list(slice_of(f.path), SLICE(".yaml"), true, &f.arena, &list, &f.diag) == STATUS_LIMIT);
    CHECK(scratch_remove(&f));
    return true;
}

// A full disk shows at the close.
static bool test_full(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct diag diag;
    struct file_writer *writer;
    if (access("/dev/full", W_OK) != 0) {
        return true;
    }
    CHECK(file_writer_open(SLICE("/dev/full"), &arena, &writer, &diag) == STATUS_OK);
    file_writer_put(writer, SLICE("x"));
    CHECK(file_writer_close(writer, &arena, &diag) == STATUS_IO && strcmp(diag.code, "OS003") == 0);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_whole), TEST(test_lies_in), TEST(test_list), TEST(test_streams),
                                        TEST(test_names), TEST(test_links), TEST(test_full)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
