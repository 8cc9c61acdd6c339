#include "os/progress.h"

#include "os/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 200 };

static const uint64_t second_ns = 1000000000;
static const uint64_t redraw_ns = 200000000;
static const uint64_t log_ns = 5000000000;

void progress_begin(struct progress *progress, const struct progress_plan *plan) {
    *progress = (struct progress){.plan = *plan, .start_ns = clock_monotonic_ns()};
    progress->terminal = isatty(STDERR_FILENO) == 1;
    bool silent = !progress->terminal && !plan->always;
    progress->next_ns = silent ? UINT64_MAX : progress->start_ns + (progress->terminal ? redraw_ns : log_ns);
}

// 1234567 as 1,234,567.
static void put_grouped(struct buf *out, uint64_t value) {
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            buf_put_byte(out, ',');
        }
        buf_put_byte(out, digits[i]);
    }
}

static void put_span(struct buf *out, uint64_t seconds) {
    if (seconds >= 3600) {
        buf_printf(out, "%lluh%02llum", (unsigned long long)(seconds / 3600),
                   (unsigned long long)(seconds / 60 % 60));
    } else if (seconds >= 60) {
        buf_printf(out, "%llum%02llus", (unsigned long long)(seconds / 60), (unsigned long long)(seconds % 60));
    } else {
        buf_printf(out, "%llus", (unsigned long long)seconds);
    }
}

void progress_render(const struct progress_plan *plan, uint64_t done, uint64_t position,
                     uint64_t elapsed_ns, struct buf *out) {
    double elapsed = (double)(elapsed_ns == 0 ? 1 : elapsed_ns) / (double)second_ns;
    buf_printf(out, "%s  ", plan->label);
    put_grouped(out, done);
    buf_printf(out, " %s", plan->unit);
    bool known = plan->size > 0;
    if (known) {
        double part = position < plan->size ? (double)position / (double)plan->size : 1;
        buf_printf(out, "  %d%%", (int)(part * 100));
    }
    buf_put(out, SLICE("  "));
    put_grouped(out, (uint64_t)((double)done / elapsed));
    buf_put(out, SLICE("/s"));
    if (known && position > 0 && position < plan->size) {
        double left = elapsed * (double)(plan->size - position) / (double)position;
        buf_put(out, SLICE("  "));
        put_span(out, (uint64_t)(left + 0.5));
        buf_put(out, SLICE(" left"));
    }
}

void progress_update(struct progress *progress, uint64_t done, uint64_t position) {
    if (progress->next_ns == UINT64_MAX) {
        return;
    }
    uint64_t now = clock_monotonic_ns();
    if (now < progress->next_ns) {
        return;
    }
    progress->next_ns = now + (progress->terminal ? redraw_ns : log_ns);
    progress->drawn = true;
    struct buf line;
    buf_init(&line, LINE_MAX_SIZE);
    buf_put(&line, progress->terminal ? SLICE("\r") : SLICE(""));
    progress_render(&progress->plan, done, position, now - progress->start_ns, &line);
    buf_put(&line, progress->terminal ? SLICE("\x1b[K") : SLICE("\n"));
    fwrite(line.bytes, 1, line.size, stderr);
    fflush(stderr);
    buf_deinit(&line);
}

void progress_end(struct progress *progress) {
    if (progress->drawn && progress->terminal) {
        fputs("\r\x1b[K", stderr);
        fflush(stderr);
    }
    progress->next_ns = UINT64_MAX;
    progress->drawn = false;
}
