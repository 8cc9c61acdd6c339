// qiantang test: runs the sequences of a pack's models. A sequence is a line of JSON or a story in YAML, which becomes one
// (docs/packs.md): events, what is known beside them, and whether the model must fire at the last one.
//
// Each sequence gets an engine of its own that has seen nothing. What its context says of tables holds for the keys of all
// of its events.

#include "cli/apart.h"
#include "cli/commands.h"
#include "cli/mutate.h"
#include "cli/pack.h"
#include "server/sequence.h"
#include "base/bits.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"

enum { POLICY_RULES_SHOWN_MAX = 1024 };

struct tester {
    struct sequence_player player;
    struct arena mutant_arena; // of one model
    struct mutants *mutants;   // of the model at hand; NULL: nobody asks
    struct apart *apart;
    uint64_t rules_shown[POLICY_RULES_SHOWN_MAX / 64]; // rules of the policy that a sequence expects
    uint32_t conditions, guarded;
    bool verbose, mutate, strict;
    uint32_t warnings; // of the pack's sequences as a whole
    uint32_t passed, failed;
};

static void complain(void *context, const struct sequence *sequence, Slice what) {
    (void)context;
    Slice owner = sequence->model == NULL ? SLICE("policy") : sequence->model->id;
    fprintf(stderr, "FAILED %.*s (%.*s): %.*s\n", SLICE_ARGS(sequence->id), SLICE_ARGS(owner), SLICE_ARGS(what));
}

static void print_diags(void *context, const struct diag_list *diags) {
    (void)context;
    diag_list_print(diags, stderr);
}

// ---- running ---------------------------------------------------------------------------------------------

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
    const struct policy *policy = &tester->player.pack->catalogue->policy;
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
        return sequence->model != NULL || sequence_complain(&tester->player, sequence, "it says nothing of the decision%.*s", SLICE(""));
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
            fine = sequence_complain(&tester->player, sequence, "%.*s", arena_printf(&tester->player.arena, "the %.*s:%.*s are wanted and there are:%.*s", SLICE_ARGS(key),
                                                           SLICE_ARGS(buf_slice(&want)), SLICE_ARGS(buf_slice(&have))));
        }
        buf_deinit(&want);
        buf_deinit(&have);
    }
    return fine;
}

static bool judge(void *context, const struct sequence *sequence, struct engine *engine, const struct decision *decision) {
    struct tester *tester = context;
    bool answered = judge_decision(tester, sequence, decision);
    if (sequence->model == NULL) {
        return answered;
    }
    apart_see(tester->apart, sequence->model, decision);
    const struct hit *hit = sequence_hit(sequence, decision);
    bool fired = hit != NULL && hit->guards == 0;
    if (tester->mutants != NULL && !mutants_try(tester->mutants, engine, fired)) {
        return sequence_complain(&tester->player, sequence, "its condition, evaluated alone, gives another verdict than the engine%.*s", SLICE(""));
    }
    if (fired == sequence->expect) {
        return answered;
    }
    sequence_complain(&tester->player, sequence, "%.*s; at the last event it saw",
             hit != NULL && !fired ? SLICE("it fired, but a guard held it back")
             : fired               ? SLICE("it fired and must not")
                                   : SLICE("it did not fire and must"));
    print_seen(engine, sequence->model, tester->player.pack->catalogue);
    return false;
}

static void run_named(struct tester *tester, const struct model *model, Slice name, bool expect) {
    bool fine = sequence_play(&tester->player, model, name, expect);
    tester->passed += fine;
    tester->failed += !fine;
    if (tester->verbose && fine) {
        printf("passed %.*s\n", SLICE_ARGS(slice_part(name, slice_find_byte(name, '#', 0) + 1, SIZE_MAX)));
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
    tester->mutants = mutants_create(tester->player.pack->catalogue, model, &tester->mutant_arena);
    run_sequences(tester, model);
    struct diag_list diags;
    diag_list_init(&diags, &tester->mutant_arena);
    mutants_tell(tester->mutants, &diags, &tester->conditions, &tester->guarded);
    diag_list_print(&diags, stdout);
    tester->mutants = NULL;
}

// The policy's own sequences; and the rules that none of all sequences shows at work.
static void run_policy(struct tester *tester, struct diag_list *diags) {
    const struct policy *policy = &tester->player.pack->catalogue->policy;
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
    tester->player = (struct sequence_player){.judge = judge, .complain = complain, .tell = print_diags, .context = tester};
    sequence_player_init(&tester->player, pack);
    arena_init(&tester->mutant_arena, 64 << 10);
    tester->apart = apart_create(pack->catalogue, &tester->player.book_arena);
    for (uint32_t i = 0; i < pack->catalogue->models.count; i++) {
        if (is_chosen(&pack->catalogue->models.at[i], chosen)) {
            run_model(tester, &pack->catalogue->models.at[i]);
        }
    }
    struct diag_list diags;
    diag_list_init(&diags, &tester->player.book_arena);
    apart_tell(tester->apart, &diags);
    if (chosen.count == 0) {
        run_policy(tester, &diags);
        story_tell_unused(tester->player.book, &diags);
    }
    diag_list_print(&diags, stderr);
    tester->warnings = diags.warning_count;
    arena_deinit(&tester->mutant_arena);
    sequence_player_deinit(&tester->player);
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
