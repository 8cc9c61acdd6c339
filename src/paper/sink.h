#pragma once
// Sink: where cairo's bytes go, a struct buf, and what became of them.

#include "base/buf.h"
#include "base/diag.h"

#include <cairo.h>

// For cairo's functions that write into a stream; the closure is the buf.
cairo_status_t sink_put(void *closure, const unsigned char *bytes, unsigned size);
// PA004 when the buf has overflowed, PA005 when cairo failed otherwise.
MUST_USE Status sink_check(cairo_status_t status, const struct buf *out, struct arena *arena, struct diag *diag);
