#include "server/sequence.h"

#include "base/money.h"
#include "os/memory.h"

#include <math.h>

enum { SEQUENCE_SIZE_MAX = 64 << 20 };

bool sequence_complain(struct sequence_player *player, const struct sequence *sequence, const char *format, Slice text) {
    struct buf line;
    buf_init(&line, 64 << 10);
    buf_printf(&line, format, SLICE_ARGS(text));
    player->complain(player->context, sequence, buf_slice(&line));
    buf_deinit(&line);
    return false;
}

// ---- what is known beside the events ---------------------------------------------------------------------

// A part of a table's key as the engine takes it from an event: a text, or a number's digits.
static void put_key_part(const struct event *event, uint32_t field, struct buf *out) {
    FieldType type = event->schema->fields[field].type;
    if (type == FIELD_STRING || type == FIELD_ENUM) {
        event_put_field(event, field, out);
    } else {
        buf_printf(out, "%lld", (long long)event->cells[field].integer);
    }
}

static bool key_of_event(const struct catalogue *catalogue, uint32_t table, const struct event *event, Hash128 *ret_key) {
    const struct catalogue_key *key = &catalogue->table_keys[table];
    Slice parts[TABLE_KEY_PARTS_MAX];
    struct buf texts[TABLE_KEY_PARTS_MAX];
    bool complete = true;
    uint32_t made = 0;
    for (; complete && made < key->count; made++) {
        buf_init(&texts[made], 64 << 10);
        complete = event_has(event, key->fields[made]);
        if (complete) {
            put_key_part(event, key->fields[made], &texts[made]);
            parts[made] = buf_slice(&texts[made]);
        }
    }
    if (complete) {
        *ret_key = knowledge_key(parts, key->count);
    }
    for (uint32_t i = 0; i < made; i++) {
        buf_deinit(&texts[i]);
    }
    return complete;
}

// A value as expressions see it: amounts are major units there, and minor units in the table.
static struct json_node as_stored(const struct json_node *node, ColumnType type) {
    struct json_node stored = *node;
    double number = 0;
    if (type != COLUMN_MONEY || !json_number(node, &number)) {
        return stored;
    }
    double minor = money_from_major(number);
    bool whole = fabs(minor) <= (double)MONEY_MAX && minor == floor(minor);
    stored.kind = whole ? JSON_INT : JSON_DOUBLE; // the table refuses the latter
    if (whole) {
        stored.i64 = (int64_t)minor;
    } else {
        stored.f64 = number;
    }
    return stored;
}

static bool set_cells(struct sequence_player *player, struct sequence *sequence, Slice name, const struct json_node *value) {
    const struct catalogue *catalogue = player->pack->catalogue;
    const struct expr_variable *variable = expr_env_find(catalogue->vocabulary.env, name);
    if (variable == NULL || catalogue->vocabulary.names.at[variable->slot].kind != NAME_CELL) {
        return sequence_complain(player, sequence, "its context names '%.*s', which no table has", name);
    }
    const struct name *cell = &catalogue->vocabulary.names.at[variable->slot];
    const struct knowledge_table *table = &catalogue->knowledge->tables[cell->table];
    struct json_node stored = as_stored(value, table->columns[cell->index].type);
    for (uint32_t i = 0; i < sequence->event_count; i++) {
        Hash128 key;
        struct diag diag;
        if (key_of_event(catalogue, cell->table, sequence->events[i], &key) &&
            knowledge_set(sequence->knowledge, cell->table, key, cell->index, &stored, &player->arena, &diag) != STATUS_OK) {
            return sequence_complain(player, sequence, "its context does not fit: %.*s", diag.message);
        }
    }
    return true;
}

// prof is nested once more than g and ml: {"prof": {"dev": {"first_seen_days": 0}}, "g": {"acct_black_hops": 2}}.
static bool set_namespace(struct sequence_player *player, struct sequence *sequence, Slice prefix, uint32_t object) {
    bool fine = true;
    JSON_EACH(sequence->tree, object, i) {
        const struct json_node *node = &sequence->tree.nodes[i];
        Slice name = arena_printf(&player->arena, "%.*s.%.*s", SLICE_ARGS(prefix), SLICE_ARGS(node->key));
        fine = fine && (node->kind == JSON_OBJECT ? set_namespace(player, sequence, name, i)
                                                  : set_cells(player, sequence, name, node));
    }
    return fine;
}

static bool set_lists(struct sequence_player *player, struct sequence *sequence, uint32_t object) {
    const struct catalogue *catalogue = player->pack->catalogue;
    JSON_EACH(sequence->tree, object, i) {
        Slice name = sequence->tree.nodes[i].key;
        uint32_t list = map_get(&catalogue->knowledge->lists_by_name, name);
        if (list == MAP_NONE) {
            return sequence_complain(player, sequence, "its context names the list '%.*s', which the pack has not", name);
        }
        JSON_EACH(sequence->tree, i, k) {
            if (sequence->tree.nodes[k].kind != JSON_STRING) {
                return sequence_complain(player, sequence, "its context has a key of the list '%.*s' that is no text", name);
            }
            struct knowledge_entry entry = {
                .begin_us = INT64_MIN, .end_us = INT64_MAX, .source = SLICE("sequence"), .reason = SLICE("context")};
            Hash128 key = knowledge_key(&sequence->tree.nodes[k].text, 1);
            if (knowledge_list_add(sequence->knowledge, list, key, &entry) != STATUS_OK) {
                return sequence_complain(player, sequence, "the list '%.*s' takes no more entries", name);
            }
        }
    }
    return true;
}

static bool set_context(struct sequence_player *player, struct sequence *sequence) {
    uint32_t context = json_member(sequence->tree, 0, SLICE("context"));
    if (context == JSON_NONE) {
        return true;
    }
    bool fine = true;
    JSON_EACH(sequence->tree, context, i) {
        Slice key = sequence->tree.nodes[i].key;
        fine = fine && (slice_is(key, "lists") ? set_lists(player, sequence, i) : set_namespace(player, sequence, key, i));
    }
    return fine;
}

// ---- running ---------------------------------------------------------------------------------------------

static bool read_events(struct sequence_player *player, struct sequence *sequence) {
    uint32_t list = json_member(sequence->tree, 0, SLICE("events"));
    if (list == JSON_NONE || sequence->tree.nodes[list].count == 0) {
        return sequence_complain(player, sequence, "it has no events%.*s", SLICE(""));
    }
    sequence->events = ARENA_ARRAY(&player->arena, struct event *, sequence->tree.nodes[list].count);
    JSON_EACH(sequence->tree, list, i) {
        struct event *event = event_create(player->pack->catalogue->schema);
        sequence->events[sequence->event_count++] = event;
        struct intake_refusal refusal;
        if (intake_json_event(player->intake, sequence->tree, i, event, &refusal) != STATUS_OK) {
            if (sequence->places != NULL) {
                struct diag_list diags;
                diag_list_init(&diags, &player->arena);
                diag_add(&diags, DIAG_ERROR, "ST012", sequence->places[sequence->event_count - 1], "the event is refused: %.*s",
                         SLICE_ARGS(refusal.reason));
                player->tell(player->context, &diags);
            }
            return sequence_complain(player, sequence, "an event is refused: %.*s", refusal.reason);
        }
    }
    return true;
}

// How much is asked of the last event; all of it where the sequence does not say.
static Effort effort_of(const struct sequence *sequence) {
    uint32_t stated = json_member(sequence->tree, 0, SLICE("effort"));
    for (uint32_t i = 0; stated != JSON_NONE && i < EFFORT_COUNT; i++) {
        if (sequence->tree.nodes[stated].kind == JSON_STRING && slice_is(sequence->tree.nodes[stated].text, effort_names[i])) {
            return (Effort)i;
        }
    }
    return EFFORT_full;
}

static bool run_events(struct sequence_player *player, struct sequence *sequence) {
    sequence->knowledge = pack_knowledge(player->pack);
    bool fine = set_context(player, sequence);
    if (fine) {
        struct memory_pool memory = {.large = false};
        struct engine_options options = {.reserve = memory_pool_map, .reserve_context = &memory};
        struct engine *engine = engine_create(player->pack->catalogue, sequence->knowledge, &options);
        const struct decision *decision = NULL;
        for (uint32_t i = 0; i < sequence->event_count; i++) {
            Effort effort = i + 1 == sequence->event_count ? effort_of(sequence) : EFFORT_full;
            decision = engine_decide_within(engine, sequence->events[i], effort);
        }
        fine = player->judge(player->context, sequence, engine, decision);
        engine_destroy(engine);
        memory_pool_release(&memory);
    }
    knowledge_destroy(sequence->knowledge);
    return fine;
}

static bool run_sequence(struct sequence_player *player, struct sequence *sequence) {
    uint32_t stated = json_member(sequence->tree, 0, SLICE("expect"));
    if (sequence->model == NULL) {
        // what fires is not asked
    } else if (stated == JSON_NONE || (sequence->tree.nodes[stated].kind == JSON_TRUE) != sequence->expect) {
        return sequence_complain(player, sequence, "its `expect` is not what the model's file says of it%.*s", SLICE(""));
    }
    bool fine = read_events(player, sequence) && run_events(player, sequence);
    for (uint32_t i = 0; i < sequence->event_count; i++) {
        event_destroy(sequence->events[i]);
    }
    return fine;
}

// Finds the line of a file that has this test_id. Only lines in which it stands somewhere are read; the first of them that is not
// JSON is told when none is the one.
static bool find_sequence(struct sequence_player *player, const struct pack_file *file, struct sequence *sequence) {
    Slice wanted = arena_printf(&player->arena, "\"%.*s\"", SLICE_ARGS(sequence->id));
    Slice rest = file->source.text;
    Slice line;
    const char *fault = NULL;
    while (slice_split(&rest, '\n', &line)) {
        if (slice_find(line, wanted, 0) == SIZE_MAX) {
            continue;
        }
        if (json_parse(player->reader, line, &sequence->tree) != STATUS_OK) {
            fault = fault != NULL ? fault : json_fault_text(json_reader_error(player->reader)->fault);
            continue;
        }
        uint32_t id = json_member(sequence->tree, 0, SLICE("test_id"));
        if (id != JSON_NONE && sequence->tree.nodes[id].kind == JSON_STRING &&
            slice_equal(sequence->tree.nodes[id].text, sequence->id)) {
            return true;
        }
    }
    return fault == NULL ? sequence_complain(player, sequence, "the file has no sequence '%.*s'", sequence->id)
                         : sequence_complain(player, sequence, "its line is not JSON: %.*s", slice_of(fault));
}

// Makes the story of a YAML file a sequence.
static bool find_story(struct sequence_player *player, const struct pack_file *file, struct sequence *sequence) {
    struct diag_list diags;
    diag_list_init(&diags, &player->arena);
    struct story_text text;
    if (story_render(player->book, file, sequence->id, &player->arena, &diags, &text) != STATUS_OK) {
        player->tell(player->context, &diags);
        return sequence_complain(player, sequence, "its story has mistakes%.*s", SLICE(""));
    }
    sequence->places = text.places;
    Status status = json_parse(player->reader, text.json, &sequence->tree);
    INVARIANT(status == STATUS_OK); // it was written by our own writer
    return true;
}

static bool find_named(struct sequence_player *player, const struct pack_file *file, struct sequence *sequence) {
    return slice_ends_with(file->path, SLICE(".yaml")) ? find_story(player, file, sequence) : find_sequence(player, file, sequence);
}

void sequence_player_init(struct sequence_player *player, struct pack_folder *pack) {
    player->pack = pack;
    player->reader = json_reader_create(SEQUENCE_SIZE_MAX, JSON_DEPTH_MAX);
    player->intake = intake_create(pack->catalogue->schema, NULL);
    intake_allow_partial(player->intake, true);
    arena_init(&player->arena, 1 << 20);
    arena_init(&player->book_arena, 1 << 20);
    player->book = story_book_create(pack, &player->book_arena);
}

void sequence_player_deinit(struct sequence_player *player) {
    arena_deinit(&player->book_arena);
    arena_deinit(&player->arena);
    intake_destroy(player->intake);
    json_reader_destroy(player->reader);
}

bool sequence_play(struct sequence_player *player, const struct model *model, Slice name, bool expect) {
    arena_reset(&player->arena);
    size_t hash = slice_find_byte(name, '#', 0);
    struct sequence sequence = {.model = model, .id = slice_part(name, hash + 1, SIZE_MAX), .expect = expect};
    const struct pack_file *file = pack_find(player->pack, slice_part(name, 0, hash));
    if (hash == name.size) {
        return sequence_complain(player, &sequence, "a sequence is named as file#id, and not '%.*s'", name);
    }
    if (file == NULL) {
        return sequence_complain(player, &sequence, "there is no file '%.*s' in the pack", slice_part(name, 0, hash));
    }
    return find_named(player, file, &sequence) && run_sequence(player, &sequence);
}

const struct hit *sequence_hit(const struct sequence *sequence, const struct decision *decision) {
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        if (decision->hits[i].model == sequence->model) {
            return &decision->hits[i];
        }
    }
    return NULL;
}
