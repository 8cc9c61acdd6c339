#include "paper/sink.h"

cairo_status_t sink_put(void *closure, const unsigned char *bytes, unsigned size) {
    struct buf *out = closure;
    buf_put(out, (Slice){(const char *)bytes, size});
    return buf_overflowed(out) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

Status sink_check(cairo_status_t status, const struct buf *out, struct arena *arena, struct diag *diag) {
    if (buf_overflowed(out)) {
        return diag_fail(diag, arena, STATUS_LIMIT, "PA004", "what is written is larger than %zu bytes", out->maximum);
    }
    if (status != CAIRO_STATUS_SUCCESS) {
        return diag_fail(diag, arena, STATUS_IO, "PA005", "the drawing library fails: %s", cairo_status_to_string(status));
    }
    return STATUS_OK;
}
