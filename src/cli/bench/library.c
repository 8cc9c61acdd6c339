#include "cli/bench/library.h"

#include "base/random.h"
#include "codec/csv.h"
#include "codec/number.h"
#include "os/clock.h"
#include "os/file.h"

#include <math.h>

enum {
    CANDIDATES_MAX = 20000,
    ATTEMPTS_MAX = 8,        // compilations until no candidate is refused any more
    MONEY_PARAMETERS_MAX = 8,
    MODEL_EXPR_MAX = 16 << 10,
    MODEL_TEXT_MAX = 64 << 10,
};

// ---- the candidates --------------------------------------------------------------------------------------

Status library_read(Slice path, struct arena *arena, struct candidate_list *ret_list) {
    static const char *const names[] = {"id", "on", "mode", "action", "severity", "expr"};
    struct file_reader *file;
    struct diag diag;
    Status opened = file_reader_open(path, arena, &file, &diag);
    if (opened != STATUS_OK) {
        fprintf(stderr, "qiantang bench: %.*s\n", SLICE_ARGS(diag.message));
        return opened;
    }
    struct csv_reader *csv = csv_reader_create(file_reader_source(file), ',', CSV_RECORD_MAX);
    uint32_t columns[6];
    Status status = csv_reader_header(csv);
    for (int i = 0; status == STATUS_OK && i < 6; i++) {
        columns[i] = csv_reader_column(csv, slice_of(names[i]));
        if (columns[i] == CSV_NO_COLUMN) {
            fprintf(stderr, "qiantang bench: %.*s has no column '%s'\n", SLICE_ARGS(path), names[i]);
            status = STATUS_INVALID;
        }
    }
    if (status == STATUS_END) {
        fprintf(stderr, "qiantang bench: %.*s is empty\n", SLICE_ARGS(path));
        status = STATUS_INVALID;
    }
    struct candidate *items = ARENA_ARRAY(arena, struct candidate, CANDIDATES_MAX);
    uint32_t count = 0;
    struct csv_record record;
    while (status == STATUS_OK && count < CANDIDATES_MAX && (status = csv_reader_next(csv, &record)) == STATUS_OK) {
        if (record.fault != CSV_FAULT_NONE || record.count != csv_reader_width(csv)) {
            fprintf(stderr, "qiantang bench: %.*s:%llu: not a row of %u cells\n", SLICE_ARGS(path),
                    (unsigned long long)record.line, csv_reader_width(csv));
            status = STATUS_INVALID;
            break;
        }
        Slice *cells[] = {&items[count].id,     &items[count].on,       &items[count].mode,
                          &items[count].action, &items[count].severity, &items[count].expr};
        for (int i = 0; i < 6; i++) {
            *cells[i] = arena_copy(arena, record.fields[columns[i]]);
        }
        count++;
    }
    csv_reader_destroy(csv);
    file_reader_close(file);
    *ret_list = (struct candidate_list){items, count};
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- expressions -----------------------------------------------------------------------------------------

// Reads an expression from left to right: names, numbers and texts as wholes, other bytes one by one.
typedef enum TokenKind { TOKEN_NAME, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_BLANK, TOKEN_OTHER } TokenKind;

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static Slice next_token(Slice text, size_t at, TokenKind *ret_kind) {
    size_t end = at + 1;
    char first = text.at[at];
    if (is_letter(first)) {
        *ret_kind = TOKEN_NAME;
        while (end < text.size && (is_letter(text.at[end]) || is_digit(text.at[end]) || text.at[end] == '.')) {
            end++;
        }
    } else if (is_digit(first)) {
        *ret_kind = TOKEN_NUMBER;
        while (end < text.size && (is_digit(text.at[end]) || text.at[end] == '.')) {
            end++;
        }
    } else if (first == '"' || first == '\'') {
        *ret_kind = TOKEN_TEXT;
        while (end < text.size && text.at[end] != first) {
            end++;
        }
        end += end < text.size;
    } else {
        *ret_kind = first == ' ' || first == '\n' ? TOKEN_BLANK : TOKEN_OTHER;
        while (end < text.size && *ret_kind == TOKEN_OTHER && text.at[end] == '=') {
            end++; // <= and == are one
        }
    }
    return slice_part(text, at, end - at);
}

static bool is_comparison(Slice token) {
    static const char *const all[] = {"<", ">", "<=", ">=", "=="};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (slice_is(token, all[i])) {
            return true;
        }
    }
    return false;
}

struct writing {
    const struct map *money_names;
    struct random *random; // NULL: the numbers stay
    struct buf expr;
    double parameters[MONEY_PARAMETERS_MAX];
    uint32_t parameter_count;
};

// The number as written, or one between half and twice as large that is still whole where it was.
static double vary(struct writing *writing, Slice token) {
    double value = 0;
    number_parse(token, &value);
    if (writing->random == NULL) {
        return value;
    }
    double varied = value * exp2(2 * random_unit(writing->random) - 1);
    if (slice_find_byte(token, '.', 0) != SIZE_MAX) {
        return round(varied * 1000) / 1000;
    }
    double whole = round(varied);
    return value >= 1 && whole < 1 ? 1 : whole;
}

static void put_number(struct writing *writing, Slice token, double value) {
    char text[NUMBER_TEXT_SIZE];
    if (writing->random == NULL) {
        buf_put(&writing->expr, token);
        return;
    }
    buf_put(&writing->expr, (Slice){text, number_format(value, text)});
    // A number with a point stays one: 1.0 is no integer in an expression.
    if (slice_find_byte(token, '.', 0) != SIZE_MAX && value == floor(value)) {
        buf_put(&writing->expr, SLICE(".0"));
    }
}

static bool is_multiplied(Slice text, size_t at) {
    while (at < text.size && text.at[at] == ' ') {
        at++;
    }
    return at < text.size && (text.at[at] == '*' || text.at[at] == '/');
}

static void write_expr(struct writing *writing, Slice text) {
    bool money = false;      // the last name was an amount
    bool compared = false;   // and a comparison stands behind it
    for (size_t at = 0; at < text.size;) {
        TokenKind kind;
        Slice token = next_token(text, at, &kind);
        at += token.size;
        if (kind == TOKEN_NUMBER) {
            double value = vary(writing, token);
            if (compared && writing->parameter_count < MONEY_PARAMETERS_MAX && !is_multiplied(text, at)) {
                writing->parameters[writing->parameter_count++] = value;
                buf_printf(&writing->expr, "p.amount_%u", writing->parameter_count);
            } else {
                put_number(writing, token, value);
            }
        } else {
            buf_put(&writing->expr, token);
        }
        if (kind != TOKEN_BLANK) {
            compared = kind == TOKEN_OTHER && money && is_comparison(token);
            money = kind == TOKEN_NAME && map_get(writing->money_names, token) != MAP_NONE;
        }
    }
}

// ---- model files -----------------------------------------------------------------------------------------

static int score_of(Slice severity) {
    static const int scores[] = {20, 35, 55, 80};
    return severity.size == 2 && severity.at[1] >= '1' && severity.at[1] <= '4' ? scores[severity.at[1] - '1'] : 35;
}

// "M-AT-01-A": AT-01
static Slice typology_of(Slice id) {
    size_t end = id.size;
    while (end > 0 && id.at[end - 1] != '-') {
        end--;
    }
    return slice_part(id, 2, end < 3 ? 0 : end - 3);
}

static void put_on(struct buf *out, Slice on) {
    Slice part;
    const char *separator = "";
    buf_put(out, SLICE("on: ["));
    while (slice_split(&on, ' ', &part)) {
        buf_printf(out, "%s%.*s", separator, SLICE_ARGS(part));
        separator = ", ";
    }
    buf_put(out, SLICE("]\n"));
}

static void put_parameters(struct buf *out, const struct writing *writing, Slice currency) {
    if (writing->parameter_count > 0) {
        buf_put(out, SLICE("params:\n"));
    }
    for (uint32_t i = 0; i < writing->parameter_count; i++) {
        char text[NUMBER_TEXT_SIZE];
        Slice number = {text, number_format(writing->parameters[i], text)};
        buf_printf(out, "  amount_%u: {default: %.*s, unit: %.*s, source: PROPOSAL}\n", i + 1, SLICE_ARGS(number), SLICE_ARGS(currency));
    }
}

static struct pack_file write_model(const struct candidate *candidate, uint32_t variant, struct writing *writing, Slice currency,
                                    struct arena *arena) {
    struct buf out;
    buf_init(&out, MODEL_TEXT_MAX);
    buf_reset(&writing->expr);
    writing->parameter_count = 0;
    write_expr(writing, candidate->expr);
    Slice typology = typology_of(candidate->id);
    Slice id = variant == 0 ? candidate->id : arena_printf(arena, "%.*s-%u", SLICE_ARGS(candidate->id), variant);
    buf_printf(&out, "id: %.*s\nversion: 1\nstatus: ACTIVE\n", SLICE_ARGS(id));
    buf_printf(&out, "name: {zh: \"%.*s\", en: \"%.*s\"}\n", SLICE_ARGS(id), SLICE_ARGS(id));
    buf_printf(&out, "family: %.*s\ntypology: %.*s\n", SLICE_ARGS(slice_part(typology, 0, 2)), SLICE_ARGS(typology));
    buf_printf(&out, "mode: %.*s\nseverity: %.*s\nscore: %d\naction: %.*s\n", SLICE_ARGS(candidate->mode),
               SLICE_ARGS(candidate->severity), score_of(candidate->severity), SLICE_ARGS(candidate->action));
    put_on(&out, candidate->on);
    buf_put(&out, SLICE("channels: ALL\nsegments: ALL\nowner: {role: bench}\n"
                        "rationale: made from the list of candidates, for measuring only; it is not part of any pack.\n"));
    put_parameters(&out, writing, currency);
    buf_printf(&out, "expr: >\n  %.*s\n", SLICE_ARGS(buf_slice(&writing->expr)));
    buf_printf(&out, "reason: {zh: \"%.*s\", en: \"%.*s\"}\n", SLICE_ARGS(id), SLICE_ARGS(id));
    Slice path = arena_printf(arena, "models/bench/%.*s.yaml", SLICE_ARGS(id));
    struct pack_file file = {path, {path, arena_copy(arena, buf_slice(&out))}};
    buf_deinit(&out);
    return file;
}

// ---- the library -----------------------------------------------------------------------------------------

struct building {
    const struct library_plan *plan;
    struct arena *arena;
    struct library_report *report;
    struct map money_names;
    struct map own_ids;
    uint8_t *refused; // by candidate
    struct pack_file *files;
    uint32_t *candidate_of; // by generated file
    uint32_t first_generated;
    uint32_t generated;
};

static void learn_names(struct building *building) {
    const struct catalogue *catalogue = building->plan->pack->catalogue;
    map_init(&building->money_names, building->arena);
    map_init(&building->own_ids, building->arena);
    for (uint32_t i = 0; i < catalogue->vocabulary.names.count; i++) {
        const struct table_slot *slot = &catalogue->vocabulary.slots.at[i];
        if (slot->type != NULL && slot->type->kind == TYPE_MONEY) {
            map_put(&building->money_names, catalogue->vocabulary.names.at[i].text, i);
        }
    }
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        map_put(&building->own_ids, catalogue->models.at[i].id, i);
    }
}

static bool is_wanted(const struct building *building, uint32_t index, uint32_t variant) {
    const struct candidate *candidate = &building->plan->candidates.items[index];
    bool own = map_get(&building->own_ids, candidate->id) != MAP_NONE;
    bool batch = slice_is(candidate->mode, "BATCH");
    return !building->refused[index] && !(own && variant == 0) && !(batch && building->plan->no_batch);
}

static bool is_batch_file(const struct pack_folder *pack, const struct pack_file *file) {
    const struct catalogue *catalogue = pack->catalogue;
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        const struct model *model = &catalogue->models.at[i];
        if (model->mode == MODE_BATCH && slice_equal(model->place.source->name, file->source.name)) {
            return true;
        }
    }
    return false;
}

// The pack's files first, then the generated ones. With `no_batch`, the library is that of 640 without its batch models.
static uint32_t collect(struct building *building) {
    const struct library_plan *plan = building->plan;
    const struct pack_folder *pack = plan->pack;
    uint32_t count = 0;
    for (uint32_t i = 0; i < pack->file_count; i++) {
        if (!plan->no_batch || !is_batch_file(pack, &pack->files[i])) {
            building->files[count++] = pack->files[i];
        }
    }
    building->first_generated = count;
    struct random random;
    random_init(&random, plan->seed);
    struct writing writing = {.money_names = &building->money_names};
    buf_init(&writing.expr, MODEL_EXPR_MAX);
    building->generated = 0;
    building->report->generated = 0;
    building->report->varied = 0;
    uint32_t left = plan->model_count > building->report->own ? plan->model_count - building->report->own : 0;
    for (uint32_t variant = 0; left > 0 && variant < MODELS_MAX; variant++) {
        writing.random = variant == 0 ? NULL : &random;
        uint32_t before = left;
        for (uint32_t i = 0; i < plan->candidates.count && left > 0; i++) {
            bool counts = !building->refused[i] && !(variant == 0 && map_get(&building->own_ids, plan->candidates.items[i].id) != MAP_NONE);
            left -= counts;
            if (!is_wanted(building, i, variant)) {
                continue;
            }
            building->candidate_of[building->generated++] = i;
            building->files[count++] =
                write_model(&plan->candidates.items[i], variant, &writing, pack->catalogue->currency, building->arena);
            *(variant == 0 ? &building->report->generated : &building->report->varied) += 1;
        }
        if (left == before) {
            break; // no candidate is left
        }
    }
    buf_deinit(&writing.expr);
    return count;
}

// Marks the candidates that errors are about. False when an error is about something else.
static bool refuse(struct building *building, const struct catalogue *catalogue) {
    const struct pack_file *generated = &building->files[building->first_generated];
    bool all_known = true;
    for (uint32_t i = 0; i < catalogue->diags.count; i++) {
        const struct diag *diag = &catalogue->diags.items[i];
        if (diag->level != DIAG_ERROR) {
            continue;
        }
        const struct source *source = diag->place.source;
        bool known = source != NULL && slice_starts_with(source->name, SLICE("models/bench/"));
        for (uint32_t k = 0; known && k < building->generated; k++) {
            if (slice_equal(generated[k].source.name, source->name) && !building->refused[building->candidate_of[k]]) {
                building->refused[building->candidate_of[k]] = 1;
                if (building->report->refused++ == 0) {
                    building->report->first_refusal =
                        arena_printf(building->arena, "%.*s: %.*s", SLICE_ARGS(source->name), SLICE_ARGS(diag->message));
                }
            }
        }
        all_known = all_known && known;
    }
    return all_known;
}

struct catalogue *library_compile(const struct library_plan *plan, struct arena *arena, struct library_report *ret_report) {
    struct building building = {.plan = plan, .arena = arena, .report = ret_report};
    *ret_report = (struct library_report){.own = plan->pack->catalogue->models.count};
    learn_names(&building);
    building.refused = ARENA_ARRAY(arena, uint8_t, plan->candidates.count + 1);
    building.files = ARENA_ARRAY(arena, struct pack_file, plan->pack->file_count + plan->model_count + 1);
    building.candidate_of = ARENA_ARRAY(arena, uint32_t, plan->model_count + 1);
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        uint32_t count = collect(&building);
        struct catalogue *catalogue = catalogue_create();
        uint64_t start = clock_thread_cpu_ns();
        Status status = catalogue_load(catalogue, building.files, count);
        ret_report->compile_ns = clock_thread_cpu_ns() - start;
        if (status == STATUS_OK) {
            return catalogue;
        }
        bool mended = refuse(&building, catalogue);
        if (!mended) {
            diag_list_print(&catalogue->diags, stderr);
            catalogue_destroy(catalogue);
            return NULL;
        }
        catalogue_destroy(catalogue);
    }
    fprintf(stderr, "qiantang bench: the generated models do not compile: %.*s\n", SLICE_ARGS(ret_report->first_refusal));
    return NULL;
}
