#include "os/simulated_disk_test.h"

#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_SIZE = 64, FILES_MAX = 256, SECTOR = 512 };

struct write {
    uint64_t offset;
    size_t size;
    char *bytes;
};

// A file's content, whatever its name.
struct node {
    char *cache;
    char *disk; // of the same size
    uint64_t size;
    struct write *writes; // not synced
    uint32_t write_count, write_capacity;
    uint32_t refs;
};

struct name {
    char text[NAME_MAX_SIZE];
    struct node *node;
};

struct names {
    struct name at[FILES_MAX];
    uint32_t count;
};

struct change {
    char from[NAME_MAX_SIZE]; // empty: a new name
    char to[NAME_MAX_SIZE];   // empty: removed
    struct node *node;
};

struct disk_file {
    struct node *node;
    uint64_t epoch; // handles of before a power cut are dead
};

struct simulated_disk {
    struct disk table;
    pthread_mutex_t lock;
    struct random random;
    struct sim_settings settings;
    struct names cache;
    struct names disk;
    struct change *changes; // of names, not synced
    uint32_t change_count, change_capacity;
    struct node **nodes;
    uint32_t node_count, node_capacity;
    uint64_t calls;
    uint64_t epoch;
    bool failed;
    bool dark;
};

static struct name *find(struct names *names, const char *text) {
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(names->at[i].text, text) == 0) {
            return &names->at[i];
        }
    }
    return NULL;
}

static void set_name(struct names *names, const char *text, struct node *node) {
    struct name *name = find(names, text);
    if (name == NULL) {
        INVARIANT(names->count < FILES_MAX);
        name = &names->at[names->count++];
        snprintf(name->text, sizeof name->text, "%s", text);
    }
    name->node = node;
}

static void clear_name(struct names *names, const char *text) {
    struct name *name = find(names, text);
    if (name != NULL) {
        *name = names->at[--names->count];
    }
}

static void name_of(Slice path, char text[NAME_MAX_SIZE]) {
    size_t at = path.size;
    while (at > 0 && path.at[at - 1] != '/') {
        at--;
    }
    Slice name = slice_part(path, at, NAME_MAX_SIZE - 1);
    memcpy(text, name.at, name.size);
    text[name.size] = 0;
}

static void apply(struct names *names, const struct change *change) {
    if (change->from[0] != 0) {
        clear_name(names, change->from);
    }
    if (change->to[0] != 0) {
        set_name(names, change->to, change->node);
    }
}

static void change_names(struct simulated_disk *sim, const char *from, const char *to,
                         struct node *node) {
    if (sim->change_count == sim->change_capacity) {
        sim->change_capacity = sim->change_capacity == 0 ? 16 : sim->change_capacity * 2;
        sim->changes = memory_resize(sim->changes, sim->change_capacity * sizeof sim->changes[0]);
    }
    struct change *change = &sim->changes[sim->change_count++];
    *change = (struct change){.node = node};
    snprintf(change->from, sizeof change->from, "%s", from);
    snprintf(change->to, sizeof change->to, "%s", to);
    apply(&sim->cache, change);
}

static struct node *add_node(struct simulated_disk *sim) {
    if (sim->node_count == sim->node_capacity) {
        sim->node_capacity = sim->node_capacity == 0 ? 16 : sim->node_capacity * 2;
        sim->nodes = memory_resize(sim->nodes, sim->node_capacity * sizeof sim->nodes[0]);
    }
    struct node *node = memory_alloc(sizeof *node);
    sim->nodes[sim->node_count++] = node;
    return node;
}

static void resize(struct node *node, uint64_t size) {
    if (size > node->size) {
        node->cache = memory_resize(node->cache, size);
        node->disk = memory_resize(node->disk, size);
        memset(node->cache + node->size, 0, size - node->size);
        memset(node->disk + node->size, 0, size - node->size);
        node->size = size;
    }
}

static void forget_writes(struct node *node) {
    for (uint32_t i = 0; i < node->write_count; i++) {
        free(node->writes[i].bytes);
    }
    node->write_count = 0;
}

static uint64_t used_bytes(const struct simulated_disk *sim) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < sim->cache.count; i++) {
        total += sim->cache.at[i].node->size;
    }
    return total;
}

// Begins a call: 0 with the lock held, or the error of it.
static int enter(struct simulated_disk *sim, const struct disk_file *file) {
    pthread_mutex_lock(&sim->lock);
    sim->calls++;
    bool hit = sim->settings.fail_at > 0 &&
               (sim->calls == sim->settings.fail_at ||
                (sim->settings.fail_on && sim->calls > sim->settings.fail_at));
    sim->failed = sim->failed || hit;
    bool dead = sim->dark || (file != NULL && file->epoch != sim->epoch);
    if (hit || dead) {
        int error = hit && sim->settings.fail_error != 0 ? sim->settings.fail_error : EIO;
        pthread_mutex_unlock(&sim->lock);
        return error;
    }
    return 0;
}

static int leave(struct simulated_disk *sim, int error) {
    pthread_mutex_unlock(&sim->lock);
    return error;
}

static struct disk_file *handle(struct simulated_disk *sim, struct node *node) {
    struct disk_file *file = memory_alloc(sizeof *file);
    *file = (struct disk_file){node, sim->epoch};
    return file;
}

static int sim_open(void *context, Slice path, DiskMode mode, bool direct,
                    struct disk_file **ret_file) {
    (void)direct;
    struct simulated_disk *sim = context;
    char text[NAME_MAX_SIZE];
    name_of(path, text);
    int error = enter(sim, NULL);
    if (error != 0) {
        return error;
    }
    struct name *name = find(&sim->cache, text);
    if ((name == NULL) != (mode == DISK_CREATE)) {
        return leave(sim, name == NULL ? ENOENT : EEXIST);
    }
    struct node *node = name != NULL ? name->node : add_node(sim);
    if (name == NULL) {
        change_names(sim, "", text, node);
    }
    *ret_file = handle(sim, node);
    return leave(sim, 0);
}

static void sim_close(void *context, struct disk_file *file) {
    (void)context;
    free(file);
}

static int sim_size(void *context, struct disk_file *file, uint64_t *ret_size) {
    struct simulated_disk *sim = context;
    int error = enter(sim, file);
    if (error != 0) {
        return error;
    }
    *ret_size = file->node->size;
    return leave(sim, 0);
}

static size_t some(struct simulated_disk *sim, size_t size) {
    return sim->settings.short_writes && size > 1 ? 1 + random_below(&sim->random, size) : size;
}

static int sim_pread(void *context, struct disk_file *file, char *into, size_t size,
                     uint64_t offset, size_t *ret_got) {
    struct simulated_disk *sim = context;
    int error = enter(sim, file);
    if (error != 0) {
        return error;
    }
    const struct node *node = file->node;
    uint64_t left = offset < node->size ? node->size - offset : 0;
    size = some(sim, size < left ? size : (size_t)left);
    if (size > 0) {
        memcpy(into, node->cache + offset, size);
    }
    *ret_got = size;
    return leave(sim, 0);
}

static void remember(struct node *node, Slice bytes, uint64_t offset) {
    if (node->write_count == node->write_capacity) {
        node->write_capacity = node->write_capacity == 0 ? 8 : node->write_capacity * 2;
        node->writes = memory_resize(node->writes, node->write_capacity * sizeof node->writes[0]);
    }
    char *copy = malloc(bytes.size);
    INVARIANT(copy != NULL);
    memcpy(copy, bytes.at, bytes.size);
    node->writes[node->write_count++] = (struct write){offset, bytes.size, copy};
    resize(node, offset + bytes.size);
    memcpy(node->cache + offset, bytes.at, bytes.size);
}

static int sim_pwrite(void *context, struct disk_file *file, Slice bytes, uint64_t offset,
                      size_t *ret_put) {
    struct simulated_disk *sim = context;
    int error = enter(sim, file);
    if (error != 0) {
        return error;
    }
    uint64_t size = file->node->size;
    uint64_t more = offset + bytes.size > size ? offset + bytes.size - size : 0;
    if (sim->settings.capacity > 0 && more > 0 && used_bytes(sim) + more > sim->settings.capacity) {
        return leave(sim, ENOSPC);
    }
    bytes.size = some(sim, bytes.size);
    remember(file->node, bytes, offset);
    *ret_put = bytes.size;
    return leave(sim, 0);
}

static int sim_sync(void *context, struct disk_file *file) {
    struct simulated_disk *sim = context;
    int error = enter(sim, file);
    if (error != 0) {
        return error;
    }
    struct node *node = file->node;
    for (uint32_t i = 0; i < node->write_count; i++) {
        memcpy(node->disk + node->writes[i].offset, node->writes[i].bytes, node->writes[i].size);
    }
    forget_writes(node);
    return leave(sim, 0);
}

static int sim_allocate(void *context, struct disk_file *file, uint64_t size) {
    struct simulated_disk *sim = context;
    int error = enter(sim, file);
    if (error != 0) {
        return error;
    }
    uint64_t more = size > file->node->size ? size - file->node->size : 0;
    if (sim->settings.capacity > 0 && used_bytes(sim) + more > sim->settings.capacity) {
        return leave(sim, ENOSPC);
    }
    resize(file->node, size);
    return leave(sim, 0);
}

static int sim_table_rename(void *context, Slice from, Slice to) {
    struct simulated_disk *sim = context;
    char from_text[NAME_MAX_SIZE];
    char to_text[NAME_MAX_SIZE];
    name_of(from, from_text);
    name_of(to, to_text);
    if (slice_find(to, SLICE("archive/"), 0) != SIZE_MAX) {
        to_text[0] = 0; // out of the folder
    }
    int error = enter(sim, NULL);
    if (error != 0) {
        return error;
    }
    struct name *name = find(&sim->cache, from_text);
    if (name == NULL) {
        return leave(sim, ENOENT);
    }
    change_names(sim, from_text, to_text, name->node);
    return leave(sim, 0);
}

static int sim_unlink(void *context, Slice path) {
    struct simulated_disk *sim = context;
    char text[NAME_MAX_SIZE];
    name_of(path, text);
    int error = enter(sim, NULL);
    if (error != 0) {
        return error;
    }
    struct name *name = find(&sim->cache, text);
    if (name == NULL) {
        return leave(sim, ENOENT);
    }
    change_names(sim, text, "", name->node);
    return leave(sim, 0);
}

static int sim_sync_directory(void *context, Slice path) {
    (void)path;
    struct simulated_disk *sim = context;
    int error = enter(sim, NULL);
    if (error != 0) {
        return error;
    }
    sim->disk = sim->cache;
    sim->change_count = 0;
    return leave(sim, 0);
}

static int sim_list(void *context, Slice path, struct arena *arena, DiskNames *ret_names) {
    (void)path;
    struct simulated_disk *sim = context;
    int error = enter(sim, NULL);
    if (error != 0) {
        return error;
    }
    Slice *names = ARENA_ARRAY(arena, Slice, sim->cache.count + 1);
    for (uint32_t i = 0; i < sim->cache.count; i++) {
        names[i] = arena_copy(arena, slice_of(sim->cache.at[i].text));
    }
    *ret_names = (DiskNames){names, sim->cache.count};
    return leave(sim, 0);
}

static int sim_lock(void *context, Slice path, struct disk_file **ret_file) {
    (void)path;
    struct simulated_disk *sim = context;
    int error = enter(sim, NULL);
    if (error != 0) {
        return error;
    }
    *ret_file = handle(sim, NULL);
    return leave(sim, 0);
}

struct simulated_disk *simulated_disk_create(uint64_t seed) {
    struct simulated_disk *sim = memory_alloc(sizeof *sim);
    random_init(&sim->random, seed);
    INVARIANT(pthread_mutex_init(&sim->lock, NULL) == 0);
    sim->table = (struct disk){
        .context = sim,
        .open = sim_open,
        .close = sim_close,
        .size = sim_size,
        .pread = sim_pread,
        .pwrite = sim_pwrite,
        .sync = sim_sync,
        .allocate = sim_allocate,
        .rename = sim_table_rename,
        .unlink = sim_unlink,
        .sync_directory = sim_sync_directory,
        .list = sim_list,
        .lock = sim_lock,
    };
    return sim;
}

void simulated_disk_destroy(struct simulated_disk *sim) {
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct node *node = sim->nodes[i];
        forget_writes(node);
        free(node->writes);
        free(node->cache);
        free(node->disk);
        free(node);
    }
    free(sim->nodes);
    free(sim->changes);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}

const struct disk *sim_table(const struct simulated_disk *sim) {
    return &sim->table;
}

struct sim_settings *sim_settings(struct simulated_disk *sim) {
    return &sim->settings;
}

void sim_set_capacity(struct simulated_disk *sim, uint64_t capacity) {
    pthread_mutex_lock(&sim->lock);
    sim->settings.capacity = capacity;
    pthread_mutex_unlock(&sim->lock);
}

uint64_t sim_calls(struct simulated_disk *sim) {
    pthread_mutex_lock(&sim->lock);
    uint64_t calls = sim->calls;
    pthread_mutex_unlock(&sim->lock);
    return calls;
}

void sim_count_from_here(struct simulated_disk *sim) {
    pthread_mutex_lock(&sim->lock);
    sim->calls = 0;
    sim->failed = false;
    pthread_mutex_unlock(&sim->lock);
}

bool sim_failed(struct simulated_disk *sim) {
    pthread_mutex_lock(&sim->lock);
    bool failed = sim->failed;
    pthread_mutex_unlock(&sim->lock);
    return failed;
}

void sim_power_cut(struct simulated_disk *sim) {
    pthread_mutex_lock(&sim->lock);
    sim->dark = true;
    pthread_mutex_unlock(&sim->lock);
}

// A write that was under way, or that the cache had not passed on.
static void lose(struct simulated_disk *sim, struct node *node, const struct write *write) {
    uint64_t how = random_below(&sim->random, 4);
    size_t size = how == 0   ? 0
                  : how == 1 ? write->size
                             : random_below(&sim->random, write->size + 1);
    if (how < 3) {
        memcpy(node->disk + write->offset, write->bytes, size);
        return;
    }
    for (size_t at = 0; at < write->size; at += SECTOR) {
        size_t part = write->size - at < SECTOR ? write->size - at : SECTOR;
        if (random_below(&sim->random, 2) == 0) {
            memcpy(node->disk + write->offset + at, write->bytes + at, part);
        }
    }
}

void sim_power_on(struct simulated_disk *sim) {
    pthread_mutex_lock(&sim->lock);
    uint64_t kept = random_below(&sim->random, sim->change_count + 1);
    for (uint64_t i = 0; i < kept; i++) {
        apply(&sim->disk, &sim->changes[i]);
    }
    sim->change_count = 0;
    sim->cache = sim->disk;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct node *node = sim->nodes[i];
        for (uint32_t k = 0; k < node->write_count; k++) {
            lose(sim, node, &node->writes[k]);
        }
        forget_writes(node);
        if (node->size > 0) {
            memcpy(node->cache, node->disk, node->size);
        }
    }
    sim->dark = false;
    sim->epoch++;
    pthread_mutex_unlock(&sim->lock);
}

static void settle(struct simulated_disk *sim, struct node *node) {
    forget_writes(node);
    if (node->size > 0) {
        memcpy(node->disk, node->cache, node->size);
    }
    sim->disk = sim->cache;
    sim->change_count = 0;
}

char *sim_bytes(struct simulated_disk *sim, const char *text, uint64_t *ret_size) {
    struct name *name = find(&sim->cache, text);
    if (name == NULL) {
        return NULL;
    }
    settle(sim, name->node);
    *ret_size = name->node->size;
    return name->node->cache;
}

void sim_put(struct simulated_disk *sim, const char *text, Slice bytes) {
    struct node *node = add_node(sim);
    resize(node, bytes.size);
    if (bytes.size > 0) {
        memcpy(node->cache, bytes.at, bytes.size);
    }
    set_name(&sim->cache, text, node);
    settle(sim, node);
}

bool sim_remove(struct simulated_disk *sim, const char *text) {
    bool there = find(&sim->cache, text) != NULL;
    clear_name(&sim->cache, text);
    sim->disk = sim->cache;
    return there;
}

void sim_rename(struct simulated_disk *sim, const char *from, const char *to) {
    struct node *node = find(&sim->cache, from)->node;
    clear_name(&sim->cache, from);
    set_name(&sim->cache, to, node);
    sim->disk = sim->cache;
}
