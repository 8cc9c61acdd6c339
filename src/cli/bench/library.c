#include "cli/bench/library.h"

#include "base/random.h"
#include "codec/number.h"
#include "os/clock.h"

#include <math.h>

enum {
    VARIANT_TEXT_MAX = 64 << 10,
};

// ---- a parameter's line ----------------------------------------------------------------------------------

// The text behind "name: " inside the braces of a line, up to the comma or brace that ends it; empty when there is none.
static Slice member_of(Slice line, Slice name) {
    size_t at = slice_find(line, name, slice_find_byte(line, '{', 0));
    if (at == SIZE_MAX) {
        return (Slice){0};
    }
    at += name.size;
    size_t end = at;
    while (end < line.size && line.at[end] != ',' && line.at[end] != '}') {
        end++;
    }
    return slice_trim(slice_part(line, at, end - at));
}

// Between half and twice as large and inside the author's bounds; whole when it was whole.
static double vary(Slice line, double value, struct random *random) {
    double varied = value * exp2(2 * random_unit(random) - 1);
    varied = value == floor(value) ? round(varied) : round(varied * 1000) / 1000;
    double bound;
    if (number_parse(member_of(line, SLICE("min: ")), &bound)) {
        varied = fmax(varied, bound);
    }
    if (number_parse(member_of(line, SLICE("max: ")), &bound)) {
        varied = fmin(varied, bound);
    }
    return varied;
}

// Whether the line is a parameter that may take another value; its default is a number, and no law sets it.
static bool is_variable(Slice line, Slice *ret_number, double *ret_value) {
    Slice constant = member_of(line, SLICE("constant: "));
    *ret_number = member_of(line, SLICE("default: "));
    return (constant.size == 0 || slice_is(constant, "none")) && number_parse(*ret_number, ret_value);
}

static void put_parameter(struct buf *out, Slice line, struct random *random) {
    Slice number;
    double value;
    if (!is_variable(line, &number, &value)) {
        buf_put(out, line);
        return;
    }
    char text[NUMBER_TEXT_SIZE];
    size_t start = (size_t)(number.at - line.at);
    double varied = vary(line, value, random);
    buf_put(out, slice_part(line, 0, start));
    buf_put(out, (Slice){text, number_format(varied, text)});
    // A number with a point stays one: the compiler takes 1 for an integer.
    if (varied == floor(varied) && slice_find_byte(number, '.', 0) < number.size) {
        buf_put(out, SLICE(".0"));
    }
    buf_put(out, slice_part(line, start + number.size, line.size - start - number.size));
}

// ---- a model's file --------------------------------------------------------------------------------------

// Reads a model's file by lines and says whether a line stands in its block of parameters.
struct lines {
    Slice rest;
    bool in_parameters;
};

static bool next_line(struct lines *lines, Slice *ret_line) {
    if (!slice_split(&lines->rest, '\n', ret_line)) {
        return false;
    }
    if (ret_line->size > 0 && ret_line->at[0] != ' ') {
        lines->in_parameters = slice_starts_with(*ret_line, SLICE("params:"));
    }
    return true;
}

static bool has_variants(Slice text) {
    struct lines lines = {.rest = text};
    Slice line, number;
    double value;
    while (next_line(&lines, &line)) {
        if (lines.in_parameters && is_variable(line, &number, &value) && value != 0) {
            return true;
        }
    }
    return false;
}

static struct pack_file write_variant(const struct model *model, uint32_t variant, struct random *random, struct buf *text,
                                      struct arena *arena) {
    struct lines lines = {.rest = model->place.source->text};
    Slice line;
    buf_reset(text);
    while (next_line(&lines, &line)) {
        if (slice_starts_with(line, SLICE("id: "))) {
            buf_printf(text, "id: %.*s-%u", SLICE_ARGS(model->id), variant);
        } else if (lines.in_parameters) {
            put_parameter(text, line, random);
        } else {
            buf_put(text, line);
        }
        buf_put(text, SLICE("\n"));
    }
    Slice path = arena_printf(arena, "models/bench/%.*s-%u.yaml", SLICE_ARGS(model->id), variant);
    return (struct pack_file){path, {path, arena_copy(arena, buf_slice(text))}};
}

// ---- the library -----------------------------------------------------------------------------------------

static bool is_batch_file(const struct catalogue *catalogue, const struct pack_file *file) {
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        const struct model *model = &catalogue->models.at[i];
        if (model->mode == MODE_BATCH && slice_equal(model->place.source->name, file->source.name)) {
            return true;
        }
    }
    return false;
}

// The pack's files; returns how many.
static uint32_t put_own(const struct library_plan *plan, struct pack_file *files) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->pack->file_count; i++) {
        if (!plan->no_batch || !is_batch_file(plan->pack->catalogue, &plan->pack->files[i])) {
            files[count++] = plan->pack->files[i];
        }
    }
    return count;
}

// Round after round over the pack's models until `wanted` variants are there; returns how many, fewer when no model has any.
static uint32_t put_variants(const struct library_plan *plan, uint32_t wanted, struct pack_file *files, struct arena *arena) {
    const struct catalogue *catalogue = plan->pack->catalogue;
    struct random random;
    struct buf text;
    uint32_t count = 0;
    random_init(&random, plan->seed);
    buf_init(&text, VARIANT_TEXT_MAX);
    for (uint32_t variant = 1, before = UINT32_MAX; count < wanted && count != before; variant++) {
        before = count;
        for (uint32_t i = 0; i < catalogue->models.count && count < wanted; i++) {
            const struct model *model = &catalogue->models.at[i];
            if (!(plan->no_batch && model->mode == MODE_BATCH) && has_variants(model->place.source->text)) {
                files[count++] = write_variant(model, variant, &random, &text, arena);
            }
        }
    }
    buf_deinit(&text);
    return count;
}

struct catalogue *library_compile(const struct library_plan *plan, struct arena *arena, struct library_report *ret_report) {
    uint32_t own = plan->pack->catalogue->models.count;
    uint32_t wanted = plan->model_count > own ? plan->model_count - own : 0;
    struct pack_file *files = ARENA_ARRAY(arena, struct pack_file, plan->pack->file_count + wanted + 1);
    uint32_t count = put_own(plan, files);
    ret_report->varied = put_variants(plan, wanted, files + count, arena);
    struct catalogue *catalogue = catalogue_create();
    uint64_t start = clock_thread_cpu_ns();
    Status status = catalogue_load(catalogue, files, count + ret_report->varied);
    ret_report->compile_ns = clock_thread_cpu_ns() - start;
    if (status != STATUS_OK) {
        diag_list_print(&catalogue->diags, stderr);
        catalogue_destroy(catalogue);
        return NULL;
    }
    return catalogue;
}
