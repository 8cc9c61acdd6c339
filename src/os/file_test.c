#include "base/test.h"
#include "os/file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    struct arena arena;
    struct diag diag;
    char path[64];
};

static bool make(struct folder *folder) {
    arena_init(&folder->arena, 16 << 10);
    snprintf(folder->path, sizeof folder->path, "/tmp/qiantang-test-XXXXXX");
    return mkdtemp(folder->path) != NULL;
}

static Slice path_in(struct folder *folder, const char *name) {
    return arena_printf(&folder->arena, "%s/%s", folder->path, name);
}

static void destroy(struct folder *folder) {
    Slice command = arena_printf(&folder->arena, "rm -rf '%s'%c", folder->path, 0);
    if (system(command.at) != 0) {
        fprintf(stderr, "cannot remove %s\n", folder->path);
    }
    arena_deinit(&folder->arena);
}

static bool test_whole(void) {
    struct folder f;
    CHECK(make(&f));
    Slice path = path_in(&f, "a.txt");
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
    CHECK(file_write(path_in(&f, "no/such"), SLICE(""), &f.arena, &f.diag) == STATUS_NOT_FOUND);
    CHECK(file_read((Slice){"a\0b", 3}, 7, &f.arena, &text, &f.diag) == STATUS_IO);
    CHECK(file_exists(path) && !file_is_directory(path) && file_is_directory(slice_of(f.path)));
    // A file without a size, as those in /proc are.
    CHECK(file_read(SLICE("/proc/self/status"), 1 << 20, &f.arena, &text, &f.diag) == STATUS_OK);
    CHECK(text.size > 100);
    destroy(&f);
    return true;
}

static bool test_list(void) {
    struct folder f;
    CHECK(make(&f));
    CHECK(mkdir(arena_printf(&f.arena, "%s/b%c", f.path, 0).at, 0700) == 0);
    static const char *const names[] = {"c.yaml", "a.yaml", "b/z.yaml", "b/a.txt", ".hidden.yaml", "B.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(file_write(path_in(&f, names[i]), SLICE("x"), &f.arena, &f.diag) == STATUS_OK);
    }
    FileList list;
    CHECK(file_list(slice_of(f.path), SLICE(".yaml"), true, &f.arena, &list, &f.diag) == STATUS_OK);
    CHECK(list.count == 4);
    CHECK(slice_equal(list.paths[0], path_in(&f, "B.yaml")));
    CHECK(slice_equal(list.paths[1], path_in(&f, "a.yaml")));
    CHECK(slice_equal(list.paths[2], path_in(&f, "b/z.yaml")));
    CHECK(slice_equal(list.paths[3], path_in(&f, "c.yaml")));
    CHECK(file_list(slice_of(f.path), SLICE(""), false, &f.arena, &list, &f.diag) == STATUS_OK);
    CHECK(list.count == 3);
    CHECK(file_list(path_in(&f, "none"), SLICE(""), true, &f.arena, &list, &f.diag) == STATUS_NOT_FOUND);
    CHECK(strcmp(f.diag.code, "OS005") == 0);
    destroy(&f);
    return true;
}

static bool test_streams(void) {
    struct folder f;
    CHECK(make(&f));
    Slice path = path_in(&f, "out");
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
    CHECK(!file_writer_failed(writer));
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
    destroy(&f);
    return true;
}

// A full disk shows at the close.
static bool test_full(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct diag diag;
    struct file_writer *writer;
    if (!file_exists(SLICE("/dev/full"))) {
        return true;
    }
    CHECK(file_writer_open(SLICE("/dev/full"), &arena, &writer, &diag) == STATUS_OK);
    file_writer_put(writer, SLICE("x"));
    CHECK(file_writer_close(writer, &arena, &diag) == STATUS_IO && strcmp(diag.code, "OS003") == 0);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_whole), TEST(test_list), TEST(test_streams),
                                        TEST(test_full)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
