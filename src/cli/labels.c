#include "cli/labels.h"

#include "codec/lines.h"
#include "os/file.h"

static CliExit take(const char *command, Slice path, struct truth *truth, const struct line *line) {
    Slice reason = SLICE("it is too long");
    if (line->too_long || truth_take(truth, line->text, &reason) != STATUS_OK) {
        fprintf(stderr, "qiantang %s: %.*s:%llu: not a label: %.*s\n", command, SLICE_ARGS(path), (unsigned long long)line->number, SLICE_ARGS(reason));
        return CLI_FAILED;
    }
    return CLI_FINE;
}

CliExit labels_read(const char *command, Slice path, struct truth *truth, struct arena *arena) {
    struct file_reader *file;
    struct diag diag;
    struct line line;
    Status status = STATUS_END;
    CliExit code = CLI_FINE;
    if (file_reader_open(path, arena, &file, &diag) != STATUS_OK) {
        cli_tell(&diag);
        return CLI_WORLD;
    }
    struct line_reader *lines = line_reader_create(file_reader_source(file), TRUTH_LINE_MAX);
    while (code == CLI_FINE && (status = line_reader_next(lines, &line)) == STATUS_OK) {
        code = take(command, path, truth, &line);
    }
    if (code == CLI_FINE && status != STATUS_END) {
        fprintf(stderr, "qiantang %s: cannot read %.*s: %s\n", command, SLICE_ARGS(path), file_reader_error(file));
        code = CLI_WORLD;
    }
    line_reader_destroy(lines);
    file_reader_close(file);
    return code;
}
