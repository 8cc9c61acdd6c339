// Since when and how far rows are known, and what is refused for that.
//
// Two things have to hold before a count of rows says something. The stream of events was followed over all of the period (table `feed`, and the first things
// that are known of it). And of each source that the figure needs there is a row before the period's end: a table that nobody ever wrote into says nothing of what
// happened, and 0 would be a figure that nobody has counted. Where people began to write within the period, that is told with the figure.

#include "governance/cockpit/parts.h"

static const struct statement FEED = {"cockpit_feed", "SELECT sequence, at_us FROM feed WHERE name = 'journal'"};
// The first of what is taken in; events that tell of an earlier time do not count.
static const struct statement BEGIN = {
    "cockpit_begin", "SELECT MIN(x.at_us) FROM (SELECT MIN(opened_us) AS at_us FROM alert UNION ALL SELECT decided_us AS at_us FROM evidence"
                     " WHERE sequence = (SELECT MIN(sequence) FROM evidence) UNION ALL SELECT time_us AS at_us FROM movement"
                     " WHERE sequence = (SELECT MIN(sequence) FROM movement)) x"};

static Status read_feed(struct book *book, struct coverage *coverage) {
    Status status = book_one(book, &FEED, STORE_NO_VALUES);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return status;
    }
    coverage->is_fed = status == STATUS_OK && book_i64(book, 0) > 0;
    coverage->upto_us = coverage->is_fed ? book_i64(book, 1) : 0;
    TRY(book_one(book, &BEGIN, STORE_NO_VALUES));
    coverage->is_fed = coverage->is_fed && !book_is_null(book, 0);
    coverage->begin_us = book_i64(book, 0);
    coverage->is_read = true;
    return STATUS_OK;
}

static Status first_of(struct book *book, struct coverage *coverage, Source source) {
    if (!coverage->is_looked_up[source]) {
        TRY(book_one(book, &source_infos[source].first, STORE_NO_VALUES));
        coverage->first_us[source] = book_is_null(book, 0) ? INT64_MAX : book_i64(book, 0);
        coverage->is_looked_up[source] = true;
    }
    return STATUS_OK;
}

void reading_refuse(struct cockpit_value *value, CockpitRefusal refusal, Slice zh, Slice en) {
    value->refusal = refusal;
    value->why_zh = zh;
    value->why_en = en;
    value->number = NAN;
}

static void refuse_early(const struct reading *reading, struct cockpit_value *value, int64_t begin_us, int64_t reach_us) {
    struct arena *arena = reading->book->arena;
    Slice day = wording_date(arena, begin_us, reading->of.offset_us);
    int64_t days = reach_us / US_PER_DAY;
    if (days == 0) {
        reading_refuse(value, COCKPIT_TOO_EARLY, arena_printf(arena, "%.*s 之前无数据", SLICE_ARGS(day)),
                       arena_printf(arena, "no data before %.*s", SLICE_ARGS(day)));
    } else {
        reading_refuse(
            value, COCKPIT_TOO_EARLY, arena_printf(arena, "需要期前 %" PRId64 " 日的数据，而 %.*s 之前无数据", days, SLICE_ARGS(day)),
            arena_printf(arena, "the %" PRId64 " days before the period are needed, and there are no data before %.*s", days, SLICE_ARGS(day)));
    }
}

static void check_stream(const struct reading *reading, int64_t reach_us, struct cockpit_value *value) {
    const struct coverage *coverage = reading->coverage;
    const struct cockpit_of *of = &reading->of;
    struct arena *arena = reading->book->arena;
    if (!coverage->is_fed) {
        reading_refuse(value, COCKPIT_NEVER_FED, SLICE("从未接入事件数据"), SLICE("the stream of events was never followed"));
    } else if (time_day_start(coverage->begin_us, of->offset_us) > of->from_us - reach_us) {
        refuse_early(reading, value, coverage->begin_us, reach_us);
    } else if (coverage->upto_us + LAG_MAX_US < of->until_us) {
        Slice at = wording_minute(arena, coverage->upto_us, of->offset_us);
        reading_refuse(value, COCKPIT_NOT_SO_FAR, arena_printf(arena, "数据只接入到 %.*s，未覆盖整个期间", SLICE_ARGS(at)),
                       arena_printf(arena, "the stream of events was followed to %.*s only", SLICE_ARGS(at)));
    }
}

static Status check_source(struct reading *reading, Source source, struct cockpit_value *value) {
    const struct source_info *info = &source_infos[source];
    struct arena *arena = reading->book->arena;
    TRY(first_of(reading->book, reading->coverage, source));
    int64_t first_us = reading->coverage->first_us[source];
    if (first_us == INT64_MAX) {
        reading_refuse(value, COCKPIT_NEVER_FED, arena_printf(arena, "“%s”从未有记录", info->zh),
                       arena_printf(arena, "there is no record of %s at all", info->en));
    } else if (first_us >= reading->of.until_us) {
        Slice day = wording_date(arena, first_us, reading->of.offset_us);
        reading_refuse(value, COCKPIT_TOO_EARLY, arena_printf(arena, "“%s”在 %.*s 之前无数据", info->zh, SLICE_ARGS(day)),
                       arena_printf(arena, "no data of %s before %.*s", info->en, SLICE_ARGS(day)));
    } else if (info->fed_by == FED_BY_PEOPLE && first_us > reading->of.from_us && first_us > value->since_us) {
        value->since_us = first_us;
    }
    return STATUS_OK;
}

Status coverage_check(struct reading *reading, Rows rows, struct cockpit_value *value) {
    const struct rows_info *info = &rows_infos[rows];
    if (!reading->coverage->is_read) {
        TRY(read_feed(reading->book, reading->coverage));
    }
    check_stream(reading, info->reach_us, value);
    for (uint32_t i = 0; i < SOURCE_COUNT && value->refusal == COCKPIT_IS_TOLD; i++) {
        if (info->sources >> i & 1) {
            TRY(check_source(reading, (Source)i, value));
        }
    }
    return STATUS_OK;
}
