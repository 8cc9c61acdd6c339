// qiantang check: compiles a pack, says what it holds and what nothing reads.

#include "cli/commands.h"
#include "cli/pack.h"
#include "os/clock.h"

enum { NAMES_SHOWN = 12 };

static void print_name(const char *what, Slice name, uint32_t *count) {
    if (*count < NAMES_SHOWN) {
        printf("%s %.*s", *count == 0 ? what : ",", SLICE_ARGS(name));
    }
    (*count)++;
}

static void end_list(uint32_t count) {
    if (count > NAMES_SHOWN) {
        printf(" and %u more", count - NAMES_SHOWN);
    }
    if (count > 0) {
        printf("\n");
    }
}

static void print_unused(const struct catalogue *catalogue, const struct strategies *strategies) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < catalogue->features->features.count; i++) {
        const struct feature *feature = &catalogue->features->features.at[i];
        if (!catalogue->vocabulary.names.at[feature->slot].read) {
            print_name("features that nothing reads:", feature->name, &count);
        }
    }
    end_list(count);
    count = 0;
    for (uint32_t i = 0; i < catalogue->knowledge->list_count; i++) {
        if (!catalogue->lists_read[i] && !strategies->lists_read[i]) {
            print_name("lists that nothing asks:", catalogue->knowledge->lists[i].name, &count);
        }
    }
    end_list(count);
    count = 0;
    for (uint32_t i = 0; i < catalogue->vocabulary.names.count; i++) {
        const struct name *name = &catalogue->vocabulary.names.at[i];
        if (name->kind == NAME_CELL && !name->read && !strategies->names_read[i]) {
            print_name("columns that nothing reads:", name->text, &count);
        }
    }
    end_list(count);
}

static void print_models(const struct catalogue *catalogue) {
    enum { STATUSES = MODEL_RETIRED + 1 };
    uint32_t by_status[STATUSES] = {0};
    uint32_t by_mode[MODES] = {0};
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        by_status[catalogue->models.at[i].status]++;
        by_mode[catalogue->models.at[i].mode]++;
    }
    printf("models: %u", catalogue->models.count);
    for (int i = 0; i < STATUSES; i++) {
        if (by_status[i] > 0) {
            printf(", %u %s", by_status[i], model_status_names[i]);
        }
    }
    printf("; by mode:");
    for (int i = 0; i < MODES; i++) {
        printf(" %s %u", model_mode_names[i], by_mode[i]);
    }
    printf("\n");
}

static void print_contents(const struct catalogue *catalogue) {
    const struct feature_plan *features = catalogue->features;
    uint32_t expressions = 0;
    for (uint32_t i = 0; i < features->features.count; i++) {
        expressions += features->features.at[i].window == SCHEMA_NONE;
    }
    printf("pack %.*s: %.*s (%.*s)\n", SLICE_ARGS(catalogue->label), SLICE_ARGS(catalogue->zh), SLICE_ARGS(catalogue->en));
    printf("schema: %u event types, %u fields, %u enumerations\n", catalogue->schema->type_count,
           catalogue->schema->field_count, catalogue->schema->enum_count);
    printf("features: %u (%u windowed in %u passes, %u expressions), %u filters, %u entities, %u stores\n",
           features->features.count, features->features.count - expressions, window_plan_pass_count(features->windows),
           expressions, features->filters.count, features->entities.count, features->stores.count);
    printf("knowledge: %u lists, %u tables\n", catalogue->knowledge->list_count, catalogue->knowledge->table_count);
    print_models(catalogue);
    printf("policy: %u actions, %u tasks, %u segments, %u guards, %u rules\n", catalogue->policy.actions.count,
           catalogue->policy.tasks.count, catalogue->policy.segments.count, catalogue->policy.guards.count,
           catalogue->policy.rules.count);
    struct table_counts counts = expr_table_counts(catalogue->table);
    printf("compiled: %u rules as %u truth tables over %u conditions, %u columns (%u computed, %u left to the evaluator), "
           "%u bindings\n",
           counts.rules, counts.truth_tables, counts.atoms, counts.columns, counts.programs, counts.generic_columns,
           catalogue->binding_count);
}

static void print_disposition(const struct strategies *strategies) {
    const struct disposition_plan *plan = &strategies->plan;
    uint32_t releasing = 0;
    for (uint32_t i = 0; i < strategies->count; i++) {
        releasing += strategies->at[i].releases;
    }
    if (plan->exists) {
        printf("disposition: %u groups of %u typologies, %u strategies (%u release), %u scripts, %u words of answers\n", plan->group_count, plan->typology_count,
               strategies->count, releasing, plan->script_count, plan->answer_count);
    }
}

CliExit command_check(int argc, char **argv) {
    bool brief = false;
    bool strict = false;
    const struct cli_option options[] = {
        {"brief", NULL, "only errors and warnings", CLI_FLAG, &brief},
        {"strict", NULL, "warnings fail, too", CLI_FLAG, &strict},
    };
    const struct cli_command command = {
        .name = "check",
        .usage = "check PACK [--brief] [--strict]",
        .summary = "Compiles a pack and says what it holds, what nothing reads, and every mistake in it.",
        .details = "Errors name the file, line and column, show the line, and say what would be right. All of them are\n"
                   "shown in one run. Warnings make the check fail only with --strict.",
        .options = options,
        .option_count = 2,
        .operands_min = 1,
        .operands_max = 1,
    };
    struct arena arena;
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &arena, &operands, &code)) {
        return code;
    }
    uint64_t start = clock_monotonic_ns();
    struct pack_folder pack;
    Status status = pack_open(&pack, operands.at[0]);
    struct strategies *strategies = NULL;
    if (status == STATUS_OK) {
        catalogue_judge(pack.catalogue);
        strategies = pack_strategies(&pack, &status);
    }
    double elapsed_ms = (double)(clock_monotonic_ns() - start) / 1e6;
    if (status == STATUS_OK) {
        knowledge_destroy(pack_knowledge(&pack));
        const struct diag_list *diags = &pack.catalogue->diags;
        uint32_t warnings = diags->warning_count + strategies->diags.warning_count;
        status = diags->error_count > 0 || (strict && warnings > 0) ? STATUS_INVALID : STATUS_OK;
        diag_list_print(diags, stderr);
        if (!brief && status == STATUS_OK) {
            print_contents(pack.catalogue);
            print_disposition(strategies);
            print_unused(pack.catalogue, strategies);
        }
    }
    if (status != STATUS_IO) {
        const struct diag_list none = {.error_count = 0};
        const struct diag_list *more = strategies == NULL ? &none : &strategies->diags;
        printf("%u errors, %u warnings, %.0f ms\n", pack.catalogue->diags.error_count + more->error_count,
               pack.catalogue->diags.warning_count + more->warning_count, elapsed_ms);
    }
    strategies_destroy(strategies);
    pack_close(&pack);
    arena_deinit(&arena);
    return cli_exit(status);
}
