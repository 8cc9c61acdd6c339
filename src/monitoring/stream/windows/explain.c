// Explain: in words how a feature is computed, for the people who write packs.

#include "base/buf.h"
#include "monitoring/stream/windows/windows_private.h"

static const char *aggregate_text(Aggregate aggregate) {
    static const char *const texts[] = {
#define X(name, text, column, meaning) text,
#include "monitoring/stream/windows/aggregates.def"
#undef X
    };
    return texts[aggregate];
}

static void put_filter(struct buf *buf, const char *word, const struct window_store_spec *store,
                       uint32_t filter) {
    if (filter == FILTER_ALL) {
        buf_printf(buf, ", %severy row", word);
    } else if (store->filter_names != NULL) {
        buf_printf(buf, ", %sfilter %.*s", word, SLICE_ARGS(store->filter_names[filter]));
    } else {
        buf_printf(buf, ", %sfilter %u", word, filter);
    }
}

static bool takes_two_filters(Aggregate aggregate) {
    switch (aggregate) {
    case AGGREGATE_RATIO:
    case AGGREGATE_FIFO_HOLD:
    case AGGREGATE_INTERSECT:
    case AGGREGATE_FOLLOWED:
    case AGGREGATE_CYCLES:
    case AGGREGATE_MODAL_RATE:
        return true;
    default:
        return false;
    }
}

static void put_window(struct buf *buf, const struct window_plan *plan,
                       const struct feature *feature) {
    const struct span *span = &plan->spans.at[feature->span];
    char from[TIME_TEXT_SIZE];
    char to[TIME_TEXT_SIZE];
    switch (span->window) {
    case WINDOW_SLIDING:
        buf_printf(buf, ", until %.*s ago", (int)span_format(span->from_us, from), from);
        if (span->to_us > 0) {
            buf_printf(buf, ", from %.*s ago", (int)span_format(span->to_us, to), to);
        }
        buf_printf(buf, "%s", span->timely ? ", without late rows" : "");
        break;
    case WINDOW_DAY:
        buf_printf(buf, ", since midnight");
        break;
    case WINDOW_MONTH:
        buf_printf(buf, ", since the month began");
        break;
    case WINDOW_YEAR:
        buf_printf(buf, ", since the year began");
        break;
    case WINDOW_LIFETIME:
        buf_printf(buf, ", over the lifetime%s",
                   feature->life != WINDOW_NONE ? " (rows that are gone stand in sums)" : "");
        break;
    }
}

Slice window_plan_explain(const struct window_plan *plan, uint32_t index, struct arena *arena) {
    const struct feature *feature = &plan->features.at[index];
    const struct pass *pass = &plan->passes.at[feature->pass];
    const struct entity_plan *entity = &plan->entities.at[pass->entity];
    struct buf buf;
    buf_init(&buf, 1024);
    buf_printf(&buf, "%s: ", aggregate_text(feature->spec.aggregate));
    if (pass->family == FAMILY_TIMES) {
        buf_printf(&buf, "looks at the times of the rows of %.*s", SLICE_ARGS(entity->name));
    } else if (pass->family == FAMILY_SINGLE) {
        buf_printf(&buf, "walks the rows of %.*s", SLICE_ARGS(entity->name));
    } else {
        buf_printf(&buf, "walks the rows of %.*s newest first", SLICE_ARGS(entity->name));
    }
    const struct window_store_spec *store = &plan->stores.at[entity->store].spec;
    put_filter(&buf, "", store, feature->filter);
    if (takes_two_filters(feature->spec.aggregate)) {
        put_filter(&buf, "against ", store, feature->other_filter);
    }
    put_window(&buf, plan, feature);
    if (feature->spec.skip_current) {
        buf_printf(&buf, ", without the current row");
    }
    if (pass->feature_count > 1) {
        buf_printf(&buf, "; shares the walk with %u other feature%s", pass->feature_count - 1,
                   pass->feature_count == 2 ? "" : "s");
    }
    Slice text = arena_copy(arena, buf_slice(&buf));
    buf_deinit(&buf);
    return text;
}
