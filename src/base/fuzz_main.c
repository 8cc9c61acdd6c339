// Runs every file of the folders given through a fuzz target once: so the normal test run replays the corpora.
// To hunt for new inputs, build the target with clang's -fsanitize=fuzzer instead of this file.

#include "base/arena.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    size_t capacity = 1 << 20;
    uint8_t *data = memory_alloc(capacity);
    size_t size = 0;
    for (size_t got = 1; got > 0; size += got) {
        if (size == capacity) {
            capacity *= 2;
            data = memory_resize(data, capacity);
        }
        got = fread(data + size, 1, capacity - size, file);
    }
    fclose(file);
    // A copy of the very size, so that the address sanitizer sees a read past the end.
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    INVARIANT(exact != NULL);
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    free(data);
    return true;
}

static int run_folder(const char *folder) {
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        perror(folder);
        return -1;
    }
    int count = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && count >= 0; entry = readdir(dir)) {
        char path[4096];
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            count = run_file(path) ? count + 1 : -1;
        }
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv) {
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int count = run_folder(argv[i]);
        if (count <= 0) {
            fprintf(stderr, "no inputs in %s\n", argv[i]);
            return 1;
        }
        total += count;
    }
    printf("%d inputs\n", total);
    return 0;
}
