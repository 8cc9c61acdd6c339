// Reading a pack: sorts its files, has each part read, and compiles. The order is that of names: fields, tables and
// lists, features, segments and guards, models, and last the policy's rules may all be named by what comes behind.

#include "base/hash.h"
#include "monitoring/models/private.h"

#include <stdlib.h>

struct diag *catalogue_fail(struct catalogue *catalogue, const char *code, Place place, const char *format, Slice text) {
    return diag_add(&catalogue->diags, DIAG_ERROR, code, place, format, SLICE_ARGS(text));
}

void catalogue_suggest(struct catalogue *catalogue, struct diag *diag, const struct map *names, Slice text) {
    Slice nearest = map_nearest(names, text);
    if (nearest.at != NULL) {
        diag_hint(&catalogue->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(nearest));
    }
}

static Slice name_of(NamedThings things, uint32_t index) {
    Slice name;
    memcpy(&name, (const char *)things.at + index * things.size, sizeof name);
    return name;
}

uint32_t catalogue_find(NamedThings things, Slice name) {
    for (uint32_t i = 0; i < things.count; i++) {
        if (slice_equal(name_of(things, i), name)) {
            return i;
        }
    }
    return SCHEMA_NONE;
}

uint32_t catalogue_require(struct catalogue *catalogue, const char *code, Place place, const char *format, NamedThings things,
                           Slice name) {
    uint32_t index = catalogue_find(things, name);
    if (index == SCHEMA_NONE) {
        struct map names;
        map_init(&names, &catalogue->arena);
        for (uint32_t i = 0; i < things.count; i++) {
            map_put(&names, name_of(things, i), i);
        }
        catalogue_suggest(catalogue, catalogue_fail(catalogue, code, place, format, name), &names, name);
    }
    return index;
}

struct catalogue *catalogue_create(void) {
    struct catalogue *catalogue = memory_alloc(sizeof *catalogue);
    arena_init(&catalogue->arena, 1 << 20);
    diag_list_init(&catalogue->diags, &catalogue->arena);
    return catalogue;
}

void catalogue_destroy(struct catalogue *catalogue) {
    if (catalogue != NULL) {
        arena_deinit(&catalogue->arena);
        free(catalogue);
    }
}

// ---- pack.yaml -------------------------------------------------------------------------------------------

static bool is_pack_name(Slice name) {
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.at[i];
        bool fine = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
        if (!fine) {
            return false;
        }
    }
    return name.size > 0 && name.size <= 64;
}

// A span of the pack. Eleven years at most, so that times less a span stay far from the end of 64 bits.
static void read_span(struct catalogue *catalogue, const struct yaml_node *root, const char *key, int64_t usual_us, int64_t *ret_span_us) {
    enum { DAYS_MOST = 4000 };
    const struct yaml_node *node = yaml_get(root, key);
    *ret_span_us = usual_us;
    int64_t span_us;
    if (!yaml_span(node, &span_us, &catalogue->diags)) {
        return;
    }
    if (span_us > DAYS_MOST * US_PER_DAY) {
        diag_add(&catalogue->diags, DIAG_ERROR, "PK011", node->place, "%s is at most %d days", key, DAYS_MOST);
        return;
    }
    *ret_span_us = span_us;
}

void catalogue_read_pack(struct catalogue *catalogue, const struct yaml_node *root) {
    static const char *const keys[] = {"pack", "version", "title", "zone", "currency", "late_after", "early_after",
                                       "short_window", "remember", "description", "licence"};
    struct diag_list *diags = &catalogue->diags;
    yaml_check_keys(root, keys, sizeof keys / sizeof keys[0], diags);
    const struct yaml_node *name = yaml_require(root, "pack", diags);
    catalogue->name = yaml_text(name, diags);
    if (name != NULL && !is_pack_name(catalogue->name)) {
        catalogue_fail(catalogue, "PK001", name->place, "'%.*s' is not a pack's name: small letters, digits, - and _", catalogue->name);
    }
    yaml_i64(yaml_require(root, "version", diags), &catalogue->version, diags);
    catalogue->zh = yaml_text(yaml_get(yaml_get(root, "title"), "zh"), diags);
    catalogue->en = yaml_text(yaml_get(yaml_get(root, "title"), "en"), diags);
    catalogue->currency = SLICE("CNY");
    if (yaml_get(root, "currency") != NULL) {
        catalogue->currency = yaml_text(yaml_get(root, "currency"), diags);
    }
    catalogue->money_digits = 2;
    const struct yaml_node *zone = yaml_require(root, "zone", diags);
    if (zone != NULL && !zone_parse(yaml_text(zone, diags), &catalogue->zone_offset_us)) {
        struct diag *diag = catalogue_fail(catalogue, "PK002", zone->place, "unknown zone '%.*s'", zone->text);
        diag_hint(diags, diag, "write Asia/Shanghai, UTC or a fixed offset such as +08:00");
    }
    read_span(catalogue, root, "late_after", 10 * US_PER_MINUTE, &catalogue->late_after_us);
    read_span(catalogue, root, "early_after", 5 * US_PER_MINUTE, &catalogue->early_after_us);
    read_span(catalogue, root, "short_window", US_PER_HOUR, &catalogue->short_window_us);
    int64_t remember = 1 << 20;
    const struct yaml_node *remember_node = yaml_get(root, "remember");
    if (yaml_i64(remember_node, &remember, diags) && (remember < 1024 || remember > 1 << 28)) {
        diag_add(diags, DIAG_ERROR, "PK003", remember_node->place, "remember is from 1024 to 268435456 events");
    }
    catalogue->remember = (uint32_t)remember;
}

// ---- names of tables and lists ---------------------------------------------------------------------------

static const struct type *type_of_column(ColumnType type) {
    switch (type) {
    case COLUMN_INT:
        return TYPE(INT);
    case COLUMN_FLOAT:
        return TYPE(DOUBLE);
    case COLUMN_BOOL:
        return TYPE(BOOL);
    case COLUMN_MONEY:
        return TYPE(MONEY);
    case COLUMN_ENUM:
    case COLUMN_STRING:
        return TYPE(STRING);
    }
    INVARIANT(false);
}

static Evidence evidence_of_namespace(Slice namespace) {
    return slice_is(namespace, "g") ? EVIDENCE_graph : slice_is(namespace, "ml") ? EVIDENCE_score : EVIDENCE_profile;
}

static void name_table(struct catalogue *catalogue, uint32_t index, struct catalogue_key *key) {
    const struct knowledge_table *table = &catalogue->knowledge->tables[index];
    struct arena *arena = &catalogue->arena;
    if (table->key_count > TABLE_KEY_PARTS_MAX) {
        diag_add(&catalogue->diags, DIAG_ERROR, "PK010", table->place, "a table's key has at most %d parts", TABLE_KEY_PARTS_MAX);
        return;
    }
    for (uint32_t k = 0; k < table->key_count; k++) {
        uint32_t field = schema_find_field(catalogue->schema, table->key[k]);
        key->fields[key->count++] = field;
        if (field == SCHEMA_NONE) {
            struct diag *diag = catalogue_fail(catalogue, "PK004", table->place, "the key of this table, '%.*s', is no field of events", table->key[k]);
            catalogue_suggest(catalogue, diag, &catalogue->schema->fields_by_name, table->key[k]);
        }
    }
    for (uint32_t c = 0; c < table->column_count; c++) {
        const struct knowledge_column *column = &table->columns[c];
        struct expr_choices *choices = NULL;
        if (column->type == COLUMN_ENUM) {
            choices = ARENA_NEW(arena, struct expr_choices);
            *choices = (struct expr_choices){column->full_name, column->values, column->value_count};
        }
        struct name name = {.text = column->full_name,
                            .kind = NAME_CELL,
                            .table = index,
                            .index = c,
                            .evidence = evidence_of_namespace(table->namespace)};
        if (vocabulary_add(&catalogue->vocabulary, &name, type_of_column(column->type), choices) == SCHEMA_NONE) {
            catalogue_fail(catalogue, "PK005", column->place, "there are two '%.*s'", column->full_name);
        }
    }
}

static void name_lists(struct catalogue *catalogue) {
    bool fresh = expr_env_add_function(catalogue->vocabulary.env, &catalogue_in_list);
    INVARIANT(fresh);
    catalogue->lists_read = ARENA_ARRAY(&catalogue->arena, bool, catalogue->knowledge->list_count + 1);
    catalogue->vocabulary.check = catalogue_check_lists;
    catalogue->vocabulary.check_context = catalogue;
}

// ---- derived fields --------------------------------------------------------------------------------------

static bool fits_field(FieldType field, TypeKind type) {
    switch (field) {
    case FIELD_STRING:
    case FIELD_ENUM:
        return type == TYPE_STRING;
    case FIELD_INT:
        return type == TYPE_INT;
    case FIELD_FLOAT:
        return type == TYPE_DOUBLE;
    case FIELD_BOOL:
        return type == TYPE_BOOL;
    case FIELD_MONEY:
        return type == TYPE_MONEY;
    default:
        return false;
    }
}

typedef VEC(struct catalogue_derived) DerivedFields;

static void read_derived(struct catalogue *catalogue, uint32_t index, DerivedFields *found) {
    const struct schema_field *field = &catalogue->schema->fields[index];
    struct catalogue_derived derived = {.field = index, .list = SCHEMA_NONE};
    if (field->derive == DERIVE_ON_DATE_LIST) {
        derived.list = map_get(&catalogue->knowledge->lists_by_name, field->derive_list);
        if (derived.list == MAP_NONE) {
            struct diag *diag = catalogue_fail(catalogue, "PK008", field->place, "unknown list '%.*s'", field->derive_list);
            catalogue_suggest(catalogue, diag, &catalogue->knowledge->lists_by_name, field->derive_list);
            return;
        }
        catalogue->lists_read[derived.list] = true;
    } else if (field->derive == DERIVE_EXPRESSION) {
        derived.expr = vocabulary_compile(&catalogue->vocabulary, catalogue->vocabulary.env, field->derive_expression,
                                          false, &catalogue->diags);
        if (derived.expr == NULL) {
            return;
        }
        if (!fits_field(field->type, expr_type(derived.expr)->kind)) {
            catalogue_fail(catalogue, "PK009", field->derive_expression->place,
                           "the expression's type does not fit the field '%.*s'", field->name);
        }
    } else {
        return;
    }
    *VEC_PUSH(found, &catalogue->arena) = derived;
}

// Derived fields in an order in which each comes after those it reads, itself or through the key of a table.
struct derived_order {
    struct catalogue *catalogue;
    const DerivedFields *found;
    uint8_t *state; // by place in `found`: 1 while it is being placed, 2 when it is
};

static void place_derived(struct derived_order *order, uint32_t field) {
    struct catalogue *catalogue = order->catalogue;
    uint32_t i = 0;
    while (i < order->found->count && order->found->at[i].field != field) {
        i++;
    }
    if (i == order->found->count || order->state[i] == 2) {
        return;
    }
    const struct schema_field *known = &catalogue->schema->fields[field];
    if (order->state[i] == 1) {
        catalogue_fail(catalogue, "PK014", known->place, "the derived field '%.*s' needs itself", known->name);
        return;
    }
    order->state[i] = 1;
    const struct expr *expr = order->found->at[i].expr;
    uint32_t count = 0;
    const struct expr_variable *const *reads = expr == NULL ? NULL : expr_reads(expr, &count);
    for (uint32_t k = 0; k < count; k++) {
        const struct name *name = &catalogue->vocabulary.names.at[reads[k]->slot];
        if (name->kind == NAME_FIELD) {
            place_derived(order, name->index);
        }
        for (uint32_t part = 0; name->kind == NAME_CELL && part < catalogue->table_keys[name->table].count; part++) {
            place_derived(order, catalogue->table_keys[name->table].fields[part]);
        }
    }
    order->state[i] = 2;
    *VEC_PUSH(&catalogue->derived, &catalogue->arena) = order->found->at[i];
}

static void read_all_derived(struct catalogue *catalogue) {
    const struct schema *schema = catalogue->schema;
    DerivedFields found = {0};
    for (uint32_t i = 0; i < schema->derived_count; i++) {
        read_derived(catalogue, schema->derived[i], &found);
    }
    struct derived_order order = {catalogue, &found, ARENA_ARRAY(&catalogue->arena, uint8_t, found.count + 1)};
    for (uint32_t i = 0; i < found.count; i++) {
        place_derived(&order, found.at[i].field);
    }
}

// ---- files -----------------------------------------------------------------------------------------------

static const struct pack_file *find_file(const struct pack_file *files, uint32_t count, const char *path) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_is(files[i].path, path)) {
            return &files[i];
        }
    }
    return NULL;
}

static bool is_in(Slice path, const char *folder, const char *suffix) {
    return slice_starts_with(path, slice_of(folder)) && slice_ends_with(path, slice_of(suffix));
}

static const struct yaml_node *parse_file(struct catalogue *catalogue, const struct pack_file *file) {
    return file == NULL ? NULL : yaml_parse(&file->source, &catalogue->arena, &catalogue->diags);
}

// What is remembered of the stream depends on what events, things, filters and features are, and on no model. Texts are compared and not
// what they mean: a comment costs a rebuilt state, a mistake here would cost wrong windows.
static uint64_t state_layout(const struct catalogue *catalogue, const struct pack_file *const *files, uint32_t count) {
    uint64_t hash = hash_mix((uint64_t)catalogue->zone_offset_us, (uint64_t)catalogue->short_window_us);
    hash = hash_mix(hash_mix(hash, catalogue->remember), hash64(catalogue->name, (uint64_t)catalogue->money_digits));
    hash = hash_mix(hash_mix(hash, (uint64_t)catalogue->late_after_us), (uint64_t)catalogue->early_after_us);
    for (uint32_t i = 0; i < count; i++) {
        if (is_in(files[i]->path, "features/", "") || slice_is(files[i]->path, "schema.yaml") || slice_is(files[i]->path, "knowledge.yaml")) {
            hash = hash_mix(hash_mix(hash, hash64(files[i]->path, 0)), hash64(files[i]->source.text, 0));
        }
    }
    return hash;
}

static void make_label(struct catalogue *catalogue, const struct pack_file *const *files, uint32_t count) {
    uint64_t hash = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool data = is_in(files[i]->path, "tests/", "") || is_in(files[i]->path, "lists/", "") || is_in(files[i]->path, "tables/", "") ||
                    is_in(files[i]->path, "maps/", "");
        if (!data) { // sequences and entries do not change what a decision is made with
            hash = hash_mix(hash, hash64(files[i]->path, 0));
            hash = hash_mix(hash, hash64(files[i]->source.text, 0));
        }
    }
    catalogue->label = arena_printf(&catalogue->arena, "%.*s %lld %016llx", SLICE_ARGS(catalogue->name),
                                    (long long)catalogue->version, (unsigned long long)hash);
}

static int by_path(const void *left, const void *right) {
    return slice_compare((*(const struct pack_file *const *)left)->path, (*(const struct pack_file *const *)right)->path);
}


// In whatever order its files come, a pack is the same pack.
static void mark(struct catalogue *catalogue, const struct pack_file *files, uint32_t count) {
    const struct pack_file **sorted = ARENA_ARRAY(&catalogue->arena, const struct pack_file *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = &files[i];
    }
    qsort(sorted, count, sizeof *sorted, by_path);
    make_label(catalogue, sorted, count);
    catalogue->state_layout = state_layout(catalogue, sorted, count);
}

// The files below a folder, in the order of their paths.
static const struct pack_file **files_in(struct catalogue *catalogue, const struct pack_file *files, uint32_t count,
                                         const char *folder, uint32_t *ret_count) {
    const struct pack_file **list = ARENA_ARRAY(&catalogue->arena, const struct pack_file *, count + 1);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (is_in(files[i].path, folder, ".yaml")) {
            list[found++] = &files[i];
        }
    }
    qsort(list, found, sizeof *list, by_path);
    *ret_count = found;
    return list;
}

static void load_features(struct catalogue *catalogue, const struct pack_file *files, uint32_t count) {
    uint32_t file_count = 0;
    const struct pack_file **list = files_in(catalogue, files, count, "features/", &file_count);
    const struct yaml_node **roots = ARENA_ARRAY(&catalogue->arena, const struct yaml_node *, file_count + 1);
    uint32_t root_count = 0;
    for (uint32_t i = 0; i < file_count; i++) {
        roots[root_count] = parse_file(catalogue, list[i]);
        root_count += roots[root_count] != NULL;
    }
    catalogue->features = features_load(catalogue->schema, &catalogue->vocabulary, roots, root_count,
                                        catalogue->short_window_us, &catalogue->diags);
}

static Slice model_id(const struct yaml_node *root) {
    const struct yaml_node *id = yaml_get(root, "id");
    return id == NULL ? SLICE("") : id->text;
}

// By id, so that a file may lie anywhere; mistaken ones, which have one id, by file.
static int by_model_id(const void *left, const void *right) {
    const struct yaml_node *a = *(const struct yaml_node *const *)left;
    const struct yaml_node *b = *(const struct yaml_node *const *)right;
    int order = slice_compare(model_id(a), model_id(b));
    return order != 0 ? order : slice_compare(a->place.source->name, b->place.source->name);
}

static void load_models(struct catalogue *catalogue, const struct pack_file *files, uint32_t count) {
    uint32_t file_count = 0;
    const struct pack_file **list = files_in(catalogue, files, count, "models/", &file_count);
    if (file_count > MODELS_MAX) {
        Place place = {.source = &list[MODELS_MAX]->source};
        diag_add(&catalogue->diags, DIAG_ERROR, "PK012", place, "a pack has at most %d models", MODELS_MAX);
        return;
    }
    const struct yaml_node **roots = ARENA_ARRAY(&catalogue->arena, const struct yaml_node *, file_count + 1);
    uint32_t root_count = 0;
    for (uint32_t i = 0; i < file_count; i++) {
        roots[root_count] = parse_file(catalogue, list[i]);
        root_count += roots[root_count] != NULL;
    }
    qsort(roots, root_count, sizeof *roots, by_model_id);
    for (uint32_t i = 0; i < root_count; i++) {
        catalogue_read_model(catalogue, roots[i]);
    }
}

static void check_channels(struct catalogue *catalogue) {
    const struct schema *schema = catalogue->schema;
    if (schema->channel == SCHEMA_NONE) {
        return;
    }
    const struct schema_field *field = &schema->fields[schema->channel];
    if (schema->enums[field->enumeration].count >= CHANNELS_MAX) {
        diag_add(&catalogue->diags, DIAG_ERROR, "PK013", field->place, "there may be %d channels; the enumeration has %u values",
                 CHANNELS_MAX - 1, schema->enums[field->enumeration].count);
    }
}

Status catalogue_load(struct catalogue *catalogue, const struct pack_file *files, uint32_t file_count) {
    struct diag_list *diags = &catalogue->diags;
    const struct pack_file *pack = find_file(files, file_count, "pack.yaml");
    const struct pack_file *schema = find_file(files, file_count, "schema.yaml");
    if (pack == NULL || schema == NULL) {
        struct diag *diag = diag_add(diags, DIAG_ERROR, "PK006", (Place){0}, "this is no pack: there is no %s",
                                     pack == NULL ? "pack.yaml" : "schema.yaml");
        diag_hint(diags, diag, "docs/packs.md tells what a pack consists of");
        return STATUS_INVALID;
    }
    const struct yaml_node *pack_root = parse_file(catalogue, pack);
    const struct yaml_node *schema_root = parse_file(catalogue, schema);
    if (pack_root == NULL || schema_root == NULL) {
        return STATUS_INVALID;
    }
    catalogue_read_pack(catalogue, pack_root);
    mark(catalogue, files, file_count);
    catalogue->schema = schema_load(schema_root, catalogue->zone_offset_us, catalogue->money_digits, &catalogue->arena, diags);
    const struct pack_file *knowledge = find_file(files, file_count, "knowledge.yaml");
    const struct yaml_node *knowledge_root = parse_file(catalogue, knowledge);
    catalogue->knowledge = knowledge_load(knowledge_root, &catalogue->arena, diags);
    if (catalogue->schema == NULL || catalogue->knowledge == NULL) {
        return STATUS_INVALID;
    }
    check_channels(catalogue);
    vocabulary_init(&catalogue->vocabulary, &catalogue->arena);
    vocabulary_add_schema(&catalogue->vocabulary, catalogue->schema);
    name_lists(catalogue);
    struct catalogue_key *keys = ARENA_ARRAY(&catalogue->arena, struct catalogue_key, catalogue->knowledge->table_count + 1);
    for (uint32_t i = 0; i < catalogue->knowledge->table_count; i++) {
        name_table(catalogue, i, &keys[i]);
    }
    catalogue->table_keys = keys;
    read_all_derived(catalogue);
    load_features(catalogue, files, file_count);
    if (catalogue->features == NULL) {
        return STATUS_INVALID;
    }
    map_init(&catalogue->models_by_id, &catalogue->arena);
    catalogue_read_policy(catalogue, parse_file(catalogue, find_file(files, file_count, "policy.yaml")));
    catalogue_read_regulation(catalogue, parse_file(catalogue, find_file(files, file_count, "regulation.yaml")));
    load_models(catalogue, files, file_count);
    catalogue_read_statuses(catalogue, parse_file(catalogue, find_file(files, file_count, "statuses.yaml")));
    catalogue_read_batch(catalogue, parse_file(catalogue, find_file(files, file_count, "batch.yaml")));
    if (diags->error_count > 0) {
        return STATUS_INVALID;
    }
    features_finish(catalogue->features, &catalogue->vocabulary);
    catalogue_bind(catalogue);
    return diags->error_count > 0 ? STATUS_INVALID : STATUS_OK;
}

// A file that lies where entries or rows are looked for must not be passed over in silence.
static void check_ending(struct catalogue *catalogue, const struct pack_file *file) {
    if (is_in(file->path, "lists/", "") || is_in(file->path, "tables/", "")) {
        Place place = {.source = &file->source};
        struct diag *diag = catalogue_fail(catalogue, "PK015", place, "'%.*s' is not read: it ends neither in .csv nor in .ndjson", file->path);
        diag_hint(&catalogue->diags, diag, "rename it, or put it elsewhere");
    }
}

void catalogue_load_knowledge(struct catalogue *catalogue, const struct pack_file *files, uint32_t file_count,
                              struct knowledge *knowledge) {
    for (uint32_t i = 0; i < file_count; i++) {
        const struct pack_file *file = &files[i];
        bool csv = slice_ends_with(file->path, SLICE(".csv"));
        if (!csv && !slice_ends_with(file->path, SLICE(".ndjson"))) {
            check_ending(catalogue, file);
            continue;
        }
        if (is_in(file->path, "lists/", "")) {
            knowledge_load_list_file(knowledge, &file->source, csv, &catalogue->arena, &catalogue->diags);
        } else if (is_in(file->path, "tables/", "")) {
            Slice name = slice_part(file->path, 7, file->path.size - 7 - (csv ? 4 : 7));
            uint32_t table = map_get(&catalogue->knowledge->tables_by_name, name);
            if (table == MAP_NONE) {
                Place place = {.source = &file->source};
                struct diag *diag = catalogue_fail(catalogue, "PK007", place, "knowledge.yaml has no table '%.*s'", name);
                catalogue_suggest(catalogue, diag, &catalogue->knowledge->tables_by_name, name);
                continue;
            }
            knowledge_load_table_file(knowledge, table, &file->source, csv, &catalogue->arena, &catalogue->diags);
        }
    }
}
