// qiantang explain: how a model, a feature or a strategy was understood.

#include "cli/commands.h"
#include "cli/pack.h"

// Of a strategy; false when the pack has none of that name, or its strategies do not compile.
static bool explain_strategy(const struct pack_folder *pack, Slice name, struct buf *text) {
    Status status;
    struct strategies *strategies = pack_strategies(pack, &status);
    bool found = status == STATUS_OK && strategies_explain(strategies, name, text);
    strategies_destroy(strategies);
    return found;
}

static void tell_unknown(const struct catalogue *catalogue, Slice name) {
    fprintf(stderr, "qiantang explain: the pack has no model, feature or strategy '%.*s'", SLICE_ARGS(name));
    Slice near = map_nearest(&catalogue->models_by_id, name);
    near = near.at != NULL ? near : map_nearest(&catalogue->features->features_by_name, name);
    if (near.at != NULL) {
        fprintf(stderr, "; did you mean %.*s?", SLICE_ARGS(near));
    }
    fprintf(stderr, "\n");
}

CliExit command_explain(int argc, char **argv) {
    Slice path = {NULL, 0};
    const struct cli_option options[] = {{"pack", "PACK", "the pack", CLI_TEXT, &path}};
    const struct cli_command command = {
        .name = "explain",
        .usage = "explain --pack PACK MODEL|FEATURE|STRATEGY",
        .summary = "Says how a model, feature or strategy was understood: what it reads, how it is computed, what it costs.",
        .details = "A model is named by its id (M-MU-02-A), a feature by its name with or without f. in front, a strategy by its id (D-WHITE).\n"
                   "For a model: its thresholds for each segment and channel where they differ; its conditions, those that are\n"
                   "decided before any feature is computed first; what it costs; the features it needs and the walks over rows\n"
                   "that compute them.",
        .options = options,
        .option_count = 1,
        .operands_min = 1,
        .operands_max = 1,
    };
    struct arena arena;
    CliTexts operands;
    CliExit code;
    if (!cli_start(&command, argc, argv, &arena, &operands, &code)) {
        return code;
    }
    if (path.at == NULL) {
        fprintf(stderr, "qiantang explain: --pack is missing\n");
        arena_deinit(&arena);
        return CLI_USAGE;
    }
    struct pack_folder pack;
    Status status = pack_open(&pack, path);
    code = cli_exit(status);
    if (status == STATUS_OK) {
        struct buf text;
        buf_init(&text, 1 << 20);
        if (catalogue_explain(pack.catalogue, operands.at[0], &text) || explain_strategy(&pack, operands.at[0], &text)) {
            fwrite(text.bytes, 1, text.size, stdout);
        } else {
            tell_unknown(pack.catalogue, operands.at[0]);
            code = CLI_FAILED;
        }
        buf_deinit(&text);
    }
    pack_close(&pack);
    arena_deinit(&arena);
    return code;
}
