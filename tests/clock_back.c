// A wall clock that lies back, for banks of tests that have been there for a while: preloaded, it tells the program a time that is CLOCK_BACK_S seconds ago. Only the wall clock: how
// long something takes is measured by the others, which stay as they are.

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static time_t back_s(void) {
    const char *asked = getenv("CLOCK_BACK_S");
    return asked == NULL ? 0 : (time_t)strtol(asked, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = NEXT(clock_gettime)(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        time->tv_sec -= back_s();
    }
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int result = NEXT(gettimeofday)(time, zone);
    time->tv_sec -= result == 0 ? back_s() : 0;
    return result;
}

time_t time(time_t *ret_time) {
    time_t now = NEXT(time)(NULL) - back_s();
    if (ret_time != NULL) {
        *ret_time = now;
    }
    return now;
}
