// qiantang test: runs the sequences of a pack's models. A sequence is a line of JSON or a story in YAML, which becomes one
// (docs/packs.md): events, what is known beside them, and whether the model must fire at the last one.
//
// Each sequence gets an engine of its own that has seen nothing. What its context says of tables holds for the keys of all
// of its events.

#include "base/money.h"
#include "cli/apart.h"
#include "cli/commands.h"
#include "cli/mutate.h"
#include "cli/pack.h"
#include "cli/story.h"
#include "codec/json.h"
#include "base/bits.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"
#include "os/memory.h"

#include <math.h>

enum { SEQUENCE_SIZE_MAX = 64 << 20, POLICY_RULES_SHOWN_MAX = 1024 };

struct tester {
    struct pack_folder *pack;
    struct json_reader *reader;
    struct intake *intake;
    struct arena arena; // of one sequence
    struct arena book_arena;
    struct story_book *book;
    struct arena mutant_arena; // of one model
    struct mutants *mutants;   // of the model at hand; NULL: nobody asks
    struct apart *apart;
    uint64_t rules_shown[POLICY_RULES_SHOWN_MAX / 64]; // rules of the policy that a sequence expects
    uint32_t conditions, guarded;
    bool verbose, mutate, strict;
    uint32_t warnings; // of the pack's sequences as a whole
    uint32_t passed, failed;
};

// One sequence while it runs.
struct sequence {
    const struct model *model; // NULL: the sequence is the policy's, and about the answer alone
    Slice id;
    JsonTree tree;
    const Place *places; // of a story's events; NULL: it is no story
    bool expect;
    struct event **events;
    uint32_t event_count;
    struct knowledge *knowledge;
};

static bool complain(const struct sequence *sequence, const char *format, Slice text) {
    Slice owner = sequence->model == NULL ? SLICE("policy") : sequence->model->id;
    fprintf(stderr, "FAILED %.*s (%.*s): ", SLICE_ARGS(sequence->id), SLICE_ARGS(owner));
    fprintf(stderr, format, SLICE_ARGS(text));
    fprintf(stderr, "\n");
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

static bool set_cells(struct tester *tester, struct sequence *sequence, Slice name, const struct json_node *value) {
    const struct catalogue *catalogue = tester->pack->catalogue;
    const struct expr_variable *variable = expr_env_find(catalogue->vocabulary.env, name);
    if (variable == NULL || catalogue->vocabulary.names.at[variable->slot].kind != NAME_CELL) {
        return complain(sequence, "its context names '%.*s', which no table has", name);
    }
    const struct name *cell = &catalogue->vocabulary.names.at[variable->slot];
    const struct knowledge_table *table = &catalogue->knowledge->tables[cell->table];
    struct json_node stored = as_stored(value, table->columns[cell->index].type);
    for (uint32_t i = 0; i < sequence->event_count; i++) {
        Hash128 key;
        struct diag diag;
        if (key_of_event(catalogue, cell->table, sequence->events[i], &key) &&
            knowledge_set(sequence->knowledge, cell->table, key, cell->index, &stored, &tester->arena, &diag) != STATUS_OK) {
            return complain(sequence, "its context does not fit: %.*s", diag.message);
        }
    }
    return true;
}

// prof is nested once more than g and ml: {"prof": {"dev": {"first_seen_days": 0}}, "g": {"acct_black_hops": 2}}.
static bool set_namespace(struct tester *tester, struct sequence *sequence, Slice prefix, uint32_t object) {
    bool fine = true;
    JSON_EACH(sequence->tree, object, i) {
        const struct json_node *node = &sequence->tree.nodes[i];
        Slice name = arena_printf(&tester->arena, "%.*s.%.*s", SLICE_ARGS(prefix), SLICE_ARGS(node->key));
        fine = fine && (node->kind == JSON_OBJECT ? set_namespace(tester, sequence, name, i)
                                                  : set_cells(tester, sequence, name, node));
    }
    return fine;
}

static bool set_lists(struct tester *tester, struct sequence *sequence, uint32_t object) {
    const struct catalogue *catalogue = tester->pack->catalogue;
    JSON_EACH(sequence->tree, object, i) {
        Slice name = sequence->tree.nodes[i].key;
        uint32_t list = map_get(&catalogue->knowledge->lists_by_name, name);
        if (list == MAP_NONE) {
            return complain(sequence, "its context names the list '%.*s', which the pack has not", name);
        }
        JSON_EACH(sequence->tree, i, k) {
            if (sequence->tree.nodes[k].kind != JSON_STRING) {
                return complain(sequence, "its context has a key of the list '%.*s' that is no text", name);
            }
            struct knowledge_entry entry = {
                .begin_us = INT64_MIN, .end_us = INT64_MAX, .source = SLICE("sequence"), .reason = SLICE("context")};
            Hash128 key = knowledge_key(&sequence->tree.nodes[k].text, 1);
            if (knowledge_list_add(sequence->knowledge, list, key, &entry) != STATUS_OK) {
                return complain(sequence, "the list '%.*s' takes no more entries", name);
            }
        }
    }
    return true;
}

static bool set_context(struct tester *tester, struct sequence *sequence) {
    uint32_t context = json_member(sequence->tree, 0, SLICE("context"));
    if (context == JSON_NONE) {
        return true;
    }
    bool fine = true;
    JSON_EACH(sequence->tree, context, i) {
        Slice key = sequence->tree.nodes[i].key;
        fine = fine && (slice_is(key, "lists") ? set_lists(tester, sequence, i) : set_namespace(tester, sequence, key, i));
    }
    return fine;
}

// ---- running ---------------------------------------------------------------------------------------------

static bool read_events(struct tester *tester, struct sequence *sequence) {
    uint32_t list = json_member(sequence->tree, 0, SLICE("events"));
    if (list == JSON_NONE || sequence->tree.nodes[list].count == 0) {
        return complain(sequence, "it has no events%.*s", SLICE(""));
    }
    sequence->events = ARENA_ARRAY(&tester->arena, struct event *, sequence->tree.nodes[list].count);
    JSON_EACH(sequence->tree, list, i) {
        struct event *event = event_create(tester->pack->catalogue->schema);
        sequence->events[sequence->event_count++] = event;
        struct intake_refusal refusal;
        if (intake_json_event(tester->intake, sequence->tree, i, event, &refusal) != STATUS_OK) {
            if (sequence->places != NULL) {
                struct diag_list diags;
                diag_list_init(&diags, &tester->arena);
                diag_add(&diags, DIAG_ERROR, "ST012", sequence->places[sequence->event_count - 1], "the event is refused: %.*s",
                         SLICE_ARGS(refusal.reason));
                diag_list_print(&diags, stderr);
            }
            return complain(sequence, "an event is refused: %.*s", refusal.reason);
        }
    }
    return true;
}

static void print_seen(struct engine *engine, const struct model *model, const struct catalogue *catalogue) {
    struct buf text;
    buf_init(&text, 64 << 10);
    for (uint32_t i = 0; i < model->read_count; i++) {
        const struct name *name = &catalogue->vocabulary.names.at[model->reads[i]];
        if (name->kind == NAME_PARAMETER) {
            continue;
        }
        struct seen seen = engine_see(engine, model->reads[i]);
        buf_printf(&text, "    %.*s = ", SLICE_ARGS(name->text));
        decision_put_seen(catalogue, &seen, false, &text);
        buf_put_byte(&text, '\n');
    }
    fwrite(text.bytes, 1, text.size, stderr);
    buf_deinit(&text);
}

static const struct hit *find_hit(const struct decision *decision, const struct model *model) {
    for (uint32_t i = 0; i < decision->hit_count; i++) {
        if (decision->hits[i].model == model) {
            return &decision->hits[i];
        }
    }
    return NULL;
}

// ---- the whole answer --------------------------------------------------------------------------------------

static void put_tasks(const struct decision *decision, struct buf *out) {
    const struct policy *policy = &decision->catalogue->policy;
    for (uint32_t i = 0; i < policy->tasks.count; i++) {
        if ((decision->tasks >> i & 1) != 0) {
            buf_printf(out, " %.*s", SLICE_ARGS(policy->tasks.at[i].id));
        }
    }
}

static void put_rules(const struct decision *decision, struct buf *out) {
    for (uint32_t i = 0; i < decision->rule_count; i++) {
        buf_printf(out, " %.*s", SLICE_ARGS(decision->catalogue->policy.rules.at[decision->rules[i]].id));
    }
}

// The texts of a list, as put_tasks() and put_rules() write them; of one text the same.
static void put_wanted(JsonTree tree, uint32_t at, struct buf *out) {
    if (tree.nodes[at].kind == JSON_STRING) {
        buf_printf(out, " %.*s", SLICE_ARGS(tree.nodes[at].text));
    } else if (tree.nodes[at].kind == JSON_INT) {
        buf_printf(out, " %lld", (long long)tree.nodes[at].i64);
    } else if (tree.nodes[at].kind == JSON_ARRAY) {
        JSON_EACH(tree, at, i) {
            put_wanted(tree, i, out);
        }
    }
}

static void note_shown_rules(struct tester *tester, JsonTree tree, uint32_t list) {
    const struct policy *policy = &tester->pack->catalogue->policy;
    JSON_EACH(tree, list, i) {
        for (uint32_t r = 0; r < policy->rules.count && r < POLICY_RULES_SHOWN_MAX; r++) {
            if (tree.nodes[i].kind == JSON_STRING && slice_equal(tree.nodes[i].text, policy->rules.at[r].id)) {
                bits_set(tester->rules_shown, r);
            }
        }
    }
}

// Of the members of `decision` those that are there have to be as they say: action, delay in seconds, all tasks, all rules that changed something.
static bool judge_decision(struct tester *tester, const struct sequence *sequence, const struct decision *decision) {
    uint32_t wanted = json_member(sequence->tree, 0, SLICE("decision"));
    bool fine = true;
    if (wanted == JSON_NONE) {
        return sequence->model != NULL || complain(sequence, "it says nothing of the decision%.*s", SLICE(""));
    }
    JSON_EACH(sequence->tree, wanted, i) {
        Slice key = sequence->tree.nodes[i].key;
        struct buf want;
        struct buf have;
        buf_init(&want, 64 << 10);
        buf_init(&have, 64 << 10);
        put_wanted(sequence->tree, i, &want);
        if (slice_is(key, "action")) {
            buf_printf(&have, " %.*s", SLICE_ARGS(decision->catalogue->policy.actions.at[decision->action].id));
        } else if (slice_is(key, "delay")) {
            buf_printf(&have, " %lld", (long long)(decision->delay_us / US_PER_SECOND));
        } else if (slice_is(key, "tasks")) {
            put_tasks(decision, &have);
        } else if (slice_is(key, "rules")) {
            put_rules(decision, &have);
            note_shown_rules(tester, sequence->tree, i);
        }
        if (!slice_equal(buf_slice(&want), buf_slice(&have))) {
            fine = complain(sequence, "%.*s", arena_printf(&tester->arena, "the %.*s:%.*s are wanted and there are:%.*s", SLICE_ARGS(key),
                                                           SLICE_ARGS(buf_slice(&want)), SLICE_ARGS(buf_slice(&have))));
        }
        buf_deinit(&want);
        buf_deinit(&have);
    }
    return fine;
}

static bool judge(struct tester *tester, const struct sequence *sequence, struct engine *engine, const struct decision *decision) {
    bool answered = judge_decision(tester, sequence, decision);
    if (sequence->model == NULL) {
        return answered;
    }
    apart_see(tester->apart, sequence->model, decision);
    const struct hit *hit = find_hit(decision, sequence->model);
    bool fired = hit != NULL && hit->guards == 0;
    if (tester->mutants != NULL && !mutants_try(tester->mutants, engine, fired)) {
        return complain(sequence, "its condition, evaluated alone, gives another verdict than the engine%.*s", SLICE(""));
    }
    if (fired == sequence->expect) {
        return answered;
    }
    complain(sequence, "%.*s; at the last event it saw",
             hit != NULL && !fired ? SLICE("it fired, but a guard held it back")
             : fired               ? SLICE("it fired and must not")
                                   : SLICE("it did not fire and must"));
    print_seen(engine, sequence->model, tester->pack->catalogue);
    return false;
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

static bool run_events(struct tester *tester, struct sequence *sequence) {
    sequence->knowledge = pack_knowledge(tester->pack);
    bool fine = set_context(tester, sequence);
    if (fine) {
        struct memory_pool memory = {.large = false};
        struct engine_options options = {.reserve = memory_pool_map, .reserve_context = &memory};
        struct engine *engine = engine_create(tester->pack->catalogue, sequence->knowledge, &options);
        const struct decision *decision = NULL;
        for (uint32_t i = 0; i < sequence->event_count; i++) {
            Effort effort = i + 1 == sequence->event_count ? effort_of(sequence) : EFFORT_full;
            decision = engine_decide_within(engine, sequence->events[i], effort);
        }
        fine = judge(tester, sequence, engine, decision);
        engine_destroy(engine);
        memory_pool_release(&memory);
    }
    knowledge_destroy(sequence->knowledge);
    return fine;
}

static bool run_sequence(struct tester *tester, struct sequence *sequence) {
    uint32_t stated = json_member(sequence->tree, 0, SLICE("expect"));
    if (sequence->model == NULL) {
        // what fires is not asked
    } else if (stated == JSON_NONE || (sequence->tree.nodes[stated].kind == JSON_TRUE) != sequence->expect) {
        return complain(sequence, "its `expect` is not what the model's file says of it%.*s", SLICE(""));
    }
    bool fine = read_events(tester, sequence) && run_events(tester, sequence);
    for (uint32_t i = 0; i < sequence->event_count; i++) {
        event_destroy(sequence->events[i]);
    }
    return fine;
}

// Finds the line of a file that has this test_id. Only lines in which it stands somewhere are read; the first of them that is not
// JSON is told when none is the one.
static bool find_sequence(struct tester *tester, const struct pack_file *file, struct sequence *sequence) {
    Slice wanted = arena_printf(&tester->arena, "\"%.*s\"", SLICE_ARGS(sequence->id));
    Slice rest = file->source.text;
    Slice line;
    const char *fault = NULL;
    while (slice_split(&rest, '\n', &line)) {
        if (slice_find(line, wanted, 0) == SIZE_MAX) {
            continue;
        }
        if (json_parse(tester->reader, line, &sequence->tree) != STATUS_OK) {
            fault = fault != NULL ? fault : json_fault_text(json_reader_error(tester->reader)->fault);
            continue;
        }
        uint32_t id = json_member(sequence->tree, 0, SLICE("test_id"));
        if (id != JSON_NONE && sequence->tree.nodes[id].kind == JSON_STRING &&
            slice_equal(sequence->tree.nodes[id].text, sequence->id)) {
            return true;
        }
    }
    return fault == NULL ? complain(sequence, "the file has no sequence '%.*s'", sequence->id)
                         : complain(sequence, "its line is not JSON: %.*s", slice_of(fault));
}

// Makes the story of a YAML file a sequence.
static bool find_story(struct tester *tester, const struct pack_file *file, struct sequence *sequence) {
    struct diag_list diags;
    diag_list_init(&diags, &tester->arena);
    struct story_text text;
    if (story_render(tester->book, file, sequence->id, &tester->arena, &diags, &text) != STATUS_OK) {
        diag_list_print(&diags, stderr);
        return complain(sequence, "its story has mistakes%.*s", SLICE(""));
    }
    sequence->places = text.places;
    Status status = json_parse(tester->reader, text.json, &sequence->tree);
    INVARIANT(status == STATUS_OK); // it was written by our own writer
    return true;
}

static bool find_named(struct tester *tester, const struct pack_file *file, struct sequence *sequence) {
    return slice_ends_with(file->path, SLICE(".yaml")) ? find_story(tester, file, sequence) : find_sequence(tester, file, sequence);
}

// Runs the sequence that a model names as "file#id".
static void run_named(struct tester *tester, const struct model *model, Slice name, bool expect) {
    arena_reset(&tester->arena);
    size_t hash = slice_find_byte(name, '#', 0);
    struct sequence sequence = {.model = model, .id = slice_part(name, hash + 1, SIZE_MAX), .expect = expect};
    const struct pack_file *file = pack_find(tester->pack, slice_part(name, 0, hash));
    bool fine;
    if (hash == name.size) {
        fine = complain(&sequence, "a sequence is named as file#id, and not '%.*s'", name);
    } else if (file == NULL) {
        fine = complain(&sequence, "there is no file '%.*s' in the pack", slice_part(name, 0, hash));
    } else {
        fine = find_named(tester, file, &sequence) && run_sequence(tester, &sequence);
    }
    tester->passed += fine;
    tester->failed += !fine;
    if (tester->verbose && fine) {
        printf("passed %.*s\n", SLICE_ARGS(sequence.id));
    }
}

static void run_sequences(struct tester *tester, const struct model *model) {
    for (uint32_t i = 0; i < model->fire_count; i++) {
        run_named(tester, model, model->fire_tests[i], true);
    }
    for (uint32_t i = 0; i < model->quiet_count; i++) {
        run_named(tester, model, model->quiet_tests[i], false);
    }
}

static void run_model(struct tester *tester, const struct model *model) {
    if (!tester->mutate || !model_is_evaluated(model)) {
        run_sequences(tester, model);
        return;
    }
    arena_reset(&tester->mutant_arena);
    tester->mutants = mutants_create(tester->pack->catalogue, model, &tester->mutant_arena);
    run_sequences(tester, model);
    struct diag_list diags;
    diag_list_init(&diags, &tester->mutant_arena);
    mutants_tell(tester->mutants, &diags, &tester->conditions, &tester->guarded);
    diag_list_print(&diags, stdout);
    tester->mutants = NULL;
}

// The policy's own sequences; and the rules that none of all sequences shows at work.
static void run_policy(struct tester *tester, struct diag_list *diags) {
    const struct policy *policy = &tester->pack->catalogue->policy;
    for (uint32_t i = 0; i < policy->test_count; i++) {
        run_named(tester, NULL, policy->tests[i], true);
    }
    for (uint32_t i = 0; i < policy->rules.count && i < POLICY_RULES_SHOWN_MAX; i++) {
        const struct policy_rule *rule = &policy->rules.at[i];
        if (policy->test_count > 0 && !bits_test(tester->rules_shown, i)) {
            struct diag *diag = diag_add(diags, DIAG_WARNING, "ST024", rule->place, "no sequence shows the rule '%.*s' at work", SLICE_ARGS(rule->id));
            diag_hint(diags, diag, "a story under `tests` of the policy:  decision: {rules: [%.*s]}", SLICE_ARGS(rule->id));
        }
    }
}

static bool is_chosen(const struct model *model, CliTexts chosen) {
    for (uint32_t i = 0; i < chosen.count; i++) {
        if (slice_equal(model->id, chosen.at[i]) || slice_equal(model->typology, chosen.at[i]) ||
            slice_equal(model->family, chosen.at[i])) {
            return true;
        }
    }
    return chosen.count == 0;
}

// Lists and tables are loaded anew for each sequence; what is wrong with them is told once, here.
static Status check_knowledge(struct pack_folder *pack) {
    knowledge_destroy(pack_knowledge(pack));
    const struct diag_list *diags = &pack->catalogue->diags;
    if (diags->error_count > 0) {
        diag_list_print(diags, stderr);
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

static void run_all(struct pack_folder *pack, CliTexts chosen, struct tester *tester) {
    tester->pack = pack;
    tester->reader = json_reader_create(SEQUENCE_SIZE_MAX, JSON_DEPTH_MAX);
    tester->intake = intake_create(pack->catalogue->schema, NULL);
    intake_allow_partial(tester->intake, true);
    arena_init(&tester->arena, 1 << 20);
    arena_init(&tester->book_arena, 1 << 20);
    arena_init(&tester->mutant_arena, 64 << 10);
    tester->book = story_book_create(pack, &tester->book_arena);
    tester->apart = apart_create(pack->catalogue, &tester->book_arena);
    for (uint32_t i = 0; i < pack->catalogue->models.count; i++) {
        if (is_chosen(&pack->catalogue->models.at[i], chosen)) {
            run_model(tester, &pack->catalogue->models.at[i]);
        }
    }
    struct diag_list diags;
    diag_list_init(&diags, &tester->book_arena);
    apart_tell(tester->apart, &diags);
    if (chosen.count == 0) {
        run_policy(tester, &diags);
        story_tell_unused(tester->book, &diags);
    }
    diag_list_print(&diags, stderr);
    tester->warnings = diags.warning_count;
    arena_deinit(&tester->mutant_arena);
    arena_deinit(&tester->book_arena);
    arena_deinit(&tester->arena);
    intake_destroy(tester->intake);
    json_reader_destroy(tester->reader);
}

static bool is_named(Slice id, CliTexts chosen) {
    for (uint32_t i = 0; i < chosen.count; i++) {
        if (slice_equal(id, chosen.at[i])) {
            return true;
        }
    }
    return chosen.count == 0;
}

// The cases that strategies have in their own files.
static Status run_strategies(const struct pack_folder *pack, CliTexts chosen, struct tester *tester) {
    Status status;
    struct strategies *strategies = pack_strategies(pack, &status);
    struct strategy_tally tally = {0};
    struct buf told;
    buf_init(&told, 16 << 20);
    for (uint32_t i = 0; i < strategies->count && status == STATUS_OK; i++) {
        if (is_named(strategies->at[i].id, chosen)) {
            strategies_try_cases(strategies, &strategies->at[i], &told, &tally);
        }
    }
    fwrite(told.bytes, 1, told.size, stderr);
    buf_deinit(&told);
    if (tally.ways > 0) {
        printf("strategies: %u cases, which show %u of %u branches and limits\n", tally.passed + tally.failed, tally.ways_shown, tally.ways);
    }
    tester->passed += tally.passed;
    tester->failed += tally.failed;
    tester->warnings += tally.ways - tally.ways_shown;
    strategies_destroy(strategies);
    return status;
}

// The last lines; whether all is well.
static bool tell(const struct tester *tester, int64_t least) {
    bool fine = tester->failed == 0 && tester->passed > 0 && !(tester->strict && tester->warnings > 0);
    printf("%u passed, %u failed\n", tester->passed, tester->failed);
    if (tester->mutate) {
        double share = tester->conditions == 0 ? 100 : 100.0 * tester->guarded / tester->conditions;
        printf("%u of %u conditions are guarded (%.1f %%)\n", tester->guarded, tester->conditions, share);
        fine = fine && share >= (double)least;
    }
    return fine;
}

CliExit command_test(int argc, char **argv) {
    struct tester tester = {.verbose = false};
    int64_t least = 95;
    CliTexts model = {0};
    const struct cli_option options[] = {
        {"verbose", NULL, "name the sequences that pass, too", CLI_FLAG, &tester.verbose},
        {"mutate", NULL, "take each condition away, and see that a sequence notices", CLI_FLAG, &tester.mutate},
        {"model", "MODEL...", "the same as MODEL behind the pack", CLI_TEXTS, &model},
        {"strict", NULL, "fail also when models are not told apart, or stories are run by none", CLI_FLAG, &tester.strict},
        {"least", "PERCENT", "of conditions that --mutate wants to be guarded (95)", CLI_NUMBER, &least},
    };
    const struct cli_command command = {
        .name = "test",
        .usage = "test PACK [MODEL|TYPOLOGY|FAMILY|STRATEGY ...] [--mutate] [--least PERCENT] [--strict] [--verbose]",
        .summary = "Runs the sequences that the models of a pack name under `tests`: those that must fire them and those that must not; and the cases of strategies.",
        .details = "The expectation is about the last event of a sequence and one model. A model that fires but is held back by\n"
                   "a guard counts as quiet. For each failure the values that the model saw are shown. Two models of one typology\n"
                   "that no sequence tells apart are named.\n"
                   "The last line says `N passed, N failed`.\n"
                   "With --mutate each operand of && and || is taken away, and each comparison with a threshold moved to its other\n"
                   "side (>= becomes >), one at a time. What no sequence notices is shown, and the last line says how many conditions\n"
                   "are guarded.",
        .options = options,
        .option_count = 5,
        .operands_min = 1,
        .operands_max = 1000,
    };
    struct arena arena;
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &arena, &operands, &code)) {
        return code;
    }
    struct pack_folder pack;
    Status status = pack_open(&pack, operands.at[0]);
    if (status == STATUS_OK) {
        status = check_knowledge(&pack);
    }
    code = cli_exit(status);
    if (status == STATUS_OK) {
        CliTexts chosen = {operands.at + 1, operands.count - 1};
        chosen = model.count > 0 ? model : chosen;
        run_all(&pack, chosen, &tester);
        status = run_strategies(&pack, chosen, &tester);
        code = status == STATUS_OK && tell(&tester, least) ? CLI_FINE : CLI_FAILED;
    }
    pack_close(&pack);
    arena_deinit(&arena);
    return code;
}
