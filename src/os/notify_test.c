#include "os/notify.h"

#include "base/test.h"
#include "os/scratch_test.h"

#include <sys/time.h>
#include <unistd.h>

// A manager: a socket in a folder of its own, and what came last.
struct manager {
    struct scratch scratch;
    int fd;
    char got[1024];
};

static bool listen_at(struct manager *manager, const char *name, size_t size) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = 10};
    memcpy(address.sun_path, name, size);
    address.sun_path[0] = address.sun_path[0] == '@' ? '\0' : address.sun_path[0];
    manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return manager->fd >= 0 && setsockopt(manager->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
           bind(manager->fd, (const struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) == 0;
}

static bool next_is(struct manager *manager, const char *expected) {
    ssize_t size = recv(manager->fd, manager->got, sizeof manager->got - 1, 0);
    manager->got[size < 0 ? 0 : size] = '\0';
    return strcmp(manager->got, expected) == 0;
}

static void forget(void) {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static bool test_nobody_is_told(void) {
    struct notify notify;
    static const char *const addresses[] = {"", "/", "relative", "/no/such/socket", "@qiantang-nobody-listens"};
    forget();
    for (size_t i = 0; i <= sizeof addresses / sizeof addresses[0]; i++) {
        notify_init(&notify);
        notify_status(&notify, "%d", 1);
        notify_reloading(&notify);
        CHECK_THAT(!notify_send(&notify, SLICE("READY=1")), "address %zu", i);
        notify_deinit(&notify);
        notify_deinit(&notify);
        if (i < sizeof addresses / sizeof addresses[0]) {
            setenv("NOTIFY_SOCKET", addresses[i], 1);
        }
    }
    // Longer than an address can be.
    char path[256];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    setenv("NOTIFY_SOCKET", path, 1);
    notify_init(&notify);
    CHECK(notify.fd < 0);
    forget();
    return true;
}

static bool hears_all(struct manager *manager) {
    struct notify notify;
    notify_init(&notify);
    CHECK(notify_send(&notify, SLICE("READY=1")) && next_is(manager, "READY=1"));
    notify_status(&notify, "%s\nand %d", "one", 2);
    CHECK(next_is(manager, "STATUS=one and 2"));
    char text[NOTIFY_STATUS_MAX * 2];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    notify_status(&notify, "%s", text);
    CHECK(!next_is(manager, "") && strlen(manager->got) == strlen("STATUS=") + NOTIFY_STATUS_MAX);
    notify_reloading(&notify);
    CHECK(!next_is(manager, "") && strstr(manager->got, "RELOADING=1\nMONOTONIC_USEC=") == manager->got);
    notify_deinit(&notify);
    return true;
}

static bool test_a_file(void) {
    struct manager manager = {0};
    CHECK(scratch_make(&manager.scratch, NULL));
    char path[sizeof manager.scratch.path + 8];
    snprintf(path, sizeof path, "%s/s", manager.scratch.path);
    CHECK(listen_at(&manager, path, strlen(path)));
    setenv("NOTIFY_SOCKET", path, 1);
    bool heard = hears_all(&manager);
    close(manager.fd);
    forget();
    return scratch_remove(&manager.scratch) && heard;
}

static bool test_a_name_without_a_file(void) {
    struct manager manager = {0};
    char name[64];
    snprintf(name, sizeof name, "@qiantang-notify-test-%d", (int)getpid());
    CHECK(listen_at(&manager, name, strlen(name)));
    setenv("NOTIFY_SOCKET", name, 1);
    bool heard = hears_all(&manager);
    close(manager.fd);
    forget();
    return heard;
}

static bool watched(const char *us, const char *pid, uint64_t expected) {
    struct notify notify;
    setenv("NOTIFY_SOCKET", "@qiantang-nobody-listens", 1);
    setenv("WATCHDOG_USEC", us, 1);
    if (pid != NULL) {
        setenv("WATCHDOG_PID", pid, 1);
    }
    notify_init(&notify);
    uint64_t found = notify.watchdog_us;
    notify_deinit(&notify);
    forget();
    return found == expected;
}

static bool test_whom_the_watchdog_watches(void) {
    char own[24];
    snprintf(own, sizeof own, "%d", (int)getpid());
    CHECK(watched("30000000", NULL, 30000000));
    CHECK(watched("30000000", own, 30000000));
    CHECK(watched("30000000", "1", 0));
    CHECK(watched("0", own, 0) && watched("-1", own, 0) && watched("soon", own, 0) && watched("1", "nobody", 0));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_nobody_is_told), TEST(test_a_file), TEST(test_a_name_without_a_file),
                                        TEST(test_whom_the_watchdog_watches)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
