// qiantang explain: how a model or feature was understood.

#include "cli/commands.h"
#include "cli/pack.h"

CliExit command_explain(int argc, char **argv) {
    Slice path = {NULL, 0};
    const struct cli_option options[] = {{"pack", "PACK", "the pack", CLI_TEXT, &path}};
    const struct cli_command command = {
        .name = "explain",
        .usage = "explain --pack PACK MODEL|FEATURE",
        .summary = "Says how a model or feature was understood: what it reads, how it is computed, what it costs.",
        .details = "A model is named by its id (M-MU-02-A), a feature by its name with or without f. in front.\n"
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
        if (catalogue_explain(pack.catalogue, operands.at[0], &text)) {
            fwrite(text.bytes, 1, text.size, stdout);
        } else {
            fprintf(stderr, "qiantang explain: the pack has no model or feature '%.*s'", SLICE_ARGS(operands.at[0]));
            Slice near = map_nearest(&pack.catalogue->models_by_id, operands.at[0]);
            near = near.at != NULL ? near : map_nearest(&pack.catalogue->features->features_by_name, operands.at[0]);
            if (near.at != NULL) {
                fprintf(stderr, "; did you mean %.*s?", SLICE_ARGS(near));
            }
            fprintf(stderr, "\n");
            code = CLI_FAILED;
        }
        buf_deinit(&text);
    }
    pack_close(&pack);
    arena_deinit(&arena);
    return code;
}
