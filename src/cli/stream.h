#pragma once
// Stream: a pack decides on files of records. What `replay` and `evaluate` have in common: the pack with its lists and tables, the map,
// the inputs, dead letters, the tally.
//
//     struct stream stream;
//     stream_init(&stream, "replay");
//     ... stream.options from the command line ...
//     CliExit code = stream_prepare(&stream);                        // the pack, knowledge, the engine
//     code = code == CLI_FINE ? stream_run(&stream, take, context) : code;
//     code = stream_finish(&stream, code);                           // dead letters closed and told of
//     stream_deinit(&stream);

#include "cli/input.h"
#include "cli/options.h"
#include "cli/pack.h"
#include "cli/tally.h"
#include "os/file.h"
#include "os/memory.h"

enum { OUTPUT_FLUSH_SIZE = 1 << 16, OUTPUT_MAX = 64 << 20 };

// A file that is written in pieces; nothing when it was not asked for.
struct output {
    struct file_writer *writer;
    struct buf text;
    uint64_t lines;
};

Status output_open(struct output *output, Slice path, struct arena *arena, struct diag *diag);
void output_flush(struct output *output, size_t least);
Status output_close(struct output *output, struct arena *arena, struct diag *diag);

struct stream_options {
    Slice pack, map, format, dead_letters;
    Slice effort;
    Slice state_in, state_out; // images of the engine, before and after the run
    CliTexts inputs, lists, tables;
    int64_t threads;
    bool quiet, all_features;
};

struct stream {
    const char *command; // for messages
    struct stream_options options;
    struct arena arena, scratch;
    struct pack_folder pack;
    const struct intake_map *map;
    struct knowledge *knowledge;
    struct memory_pool memory;
    struct engine *engine;
    Effort effort; // of every decision
    struct tally tally;
    struct output dead_letters;
    bool dead_letters_lost;
    bool ran;
};

// An event with its decision, which live until it returns.
typedef void StreamTake(void *context, const struct event *event, const struct decision *decision);

void stream_init(struct stream *stream, const char *command);
// False after saying what is missing; `input` is the option's name.
bool stream_check_options(struct stream *stream, const char *input);
// CLI_FINE, or how the command ends; what is wrong is on standard error.
CliExit stream_prepare(struct stream *stream);
// The pack, lists and tables alone, for who makes an engine of his own; `knowledge` may then be taken.
CliExit stream_prepare_knowledge(struct stream *stream);
CliExit stream_run(struct stream *stream, StreamTake *take, void *context);
// Writes the state that the run has come to, where it was asked for.
CliExit stream_save(struct stream *stream);
// Closes the dead letters and tells how many there are; gives back `code` or what went wrong.
CliExit stream_finish(struct stream *stream, CliExit code);
void stream_deinit(struct stream *stream);
// Says a diagnostic; the exit code of the world's failures.
CliExit stream_tell(const struct diag *diag);
