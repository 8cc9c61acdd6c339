#include "cli/remote/word.h"

#include "base/time.h"
#include "cli/remote/remote.h"
#include "cli/remote/sheet.h"
#include "cli/remote/view.h"
#include "codec/json_write.h"
#include "os/file.h"

#define NOT_GIVEN INT64_MIN

enum { PARTS_MAX = 24, COMMON_MAX = 16, BODY_MAX = 1 << 20, PATH_MAX_BYTES = 8192, PAGES_MAX = 1000, WORDS_MAX = 64 };

typedef enum PartKind { NONE, QUERY_PART, MEMBER_PART, EITHER_PART, SWITCH_PART, BODY_PART } PartKind;
typedef enum ValueKind { TEXT, NUMBER, FLAG } ValueKind;

struct part {
    PartKind kind;
    const char *name, *argument;
    ValueKind value;
    bool is_needed;
    const char *help;
    const char *other, *other_help;   // of EITHER
    const char *parameter, *on, *off; // of SWITCH
};

struct word {
    const char *command, *name, *method, *path;
    ViewId view;
    const struct part *parts;
    const char *summary, *details;
};

// clang-format off
#define MAY false
#define NEEDED true
#define QUERY(name, argument, value, help) {QUERY_PART, name, argument, value, false, help}
#define QUERY_NEEDED(name, argument, value, help) {QUERY_PART, name, argument, value, true, help}
#define MEMBER(name, argument, value, needed, help) {MEMBER_PART, name, argument, value, needed, help}
#define EITHER(name, other, help, other_help) {EITHER_PART, name, NULL, FLAG, true, help, other, other_help}
#define SWITCH(name, parameter, on, off, help) {SWITCH_PART, name, NULL, FLAG, false, help, NULL, NULL, parameter, on, off}
#define BODY(argument) {BODY_PART, argument, argument, TEXT, true, ""}
#define PARTS(...) (const struct part[]){__VA_ARGS__, {NONE}}
#define NO_PARTS (const struct part[]){{NONE}}
// clang-format on

static const struct word words[] = {
#define WORD(command, name, method, path, view, parts, summary, details) {#command, name, #method, path, VIEW_##view, parts, summary, details},
#include "cli/remote/words.def"
#undef WORD
};

// What the command line gave of one part.
struct given {
    Slice text;
    int64_t number;
    bool flag, other;
};

struct run {
    const struct word *word;
    struct arena arena;
    struct remote_options remote;
    struct given given[PARTS_MAX];
    CliTexts operands;
    Slice out, zone;
    bool json, chinese, all;
    Slice body;
};

static uint32_t part_count(const struct word *word) {
    uint32_t count = 0;
    while (word->parts[count].kind != NONE) {
        count++;
    }
    INVARIANT(count <= PARTS_MAX);
    return count;
}

static const struct part *find_part(const struct word *word, PartKind kind, const char *name) {
    for (const struct part *part = word->parts; part->kind != NONE; part++) {
        if (part->kind == kind && (name == NULL || strcmp(part->name, name) == 0)) {
            return part;
        }
    }
    return NULL;
}

static bool is_list(const struct word *word) {
    return find_part(word, QUERY_PART, "limit") != NULL;
}

// ---- the command line ----------------------------------------------------------------------------------------------

// The name of an option: clear_days is --clear-days.
static const char *option_name(const char *name, struct arena *arena) {
    char *text = (char *)arena_copy(arena, slice_of(name)).at;
    for (size_t i = 0; text[i] != '\0'; i++) {
        text[i] = text[i] == '_' ? '-' : text[i];
    }
    return text;
}

static uint32_t operand_count(const struct word *word) {
    uint32_t count = find_part(word, BODY_PART, NULL) != NULL ? 1 : 0;
    for (const char *at = word->path; *at != '\0'; at++) {
        count += *at == '{' ? 1 : 0;
    }
    return count;
}

static void put_operands(const struct word *word, struct buf *out) {
    Slice rest = slice_of(word->path);
    Slice part;
    while (slice_split(&rest, '/', &part)) {
        for (size_t i = 1; part.size > 0 && part.at[0] == '{' && i < part.size - 1; i++) {
            buf_put(out, i == 1 ? SLICE(" ") : SLICE(""));
            buf_put_byte(out, (char)(part.at[i] >= 'a' && part.at[i] <= 'z' ? part.at[i] - 'a' + 'A' : part.at[i]));
        }
    }
    const struct part *body = find_part(word, BODY_PART, NULL);
    buf_printf(out, "%s%s", body == NULL ? "" : " ", body == NULL ? "" : body->argument);
}

static const char *usage_of(const struct word *word, struct arena *arena) {
    struct buf out;
    buf_init(&out, 4096);
    buf_printf(&out, "%s %s", word->command, word->name);
    put_operands(word, &out);
    for (const struct part *part = word->parts; part->kind != NONE; part++) {
        const char *name = option_name(part->name, arena);
        if (part->kind == EITHER_PART) {
            buf_printf(&out, " --%s|--%s", name, option_name(part->other, arena));
        } else if (part->is_needed && part->kind != BODY_PART) {
            buf_printf(&out, " --%s %s", name, part->argument);
        }
    }
    buf_printf(&out, "%s [options]", word->view == VIEW_FILE ? " --out FILE" : "");
    const char *usage = arena_copy(arena, buf_slice(&out)).at;
    buf_deinit(&out);
    return usage;
}

static struct cli_option option_of(const struct part *part, struct given *given, struct arena *arena) {
    void *target = part->value == FLAG ? (void *)&given->flag : part->value == NUMBER ? (void *)&given->number : (void *)&given->text;
    return (struct cli_option){.name = option_name(part->name, arena),
                               .argument = part->argument,
                               .help = part->help,
                               .kind = part->value == FLAG     ? CLI_FLAG
                                       : part->value == NUMBER ? CLI_NUMBER
                                                               : CLI_TEXT,
                               .target = target};
}

static uint32_t add_common(struct run *run, struct cli_option *table, uint32_t count) {
    const struct cli_option common[] = {
        {"json", NULL, "the server's answer as it is", CLI_FLAG, &run->json},
        {"zh", NULL, "headings and names in Chinese", CLI_FLAG, &run->chinese},
        {"zone", "ZONE", "that times are shown in; default Asia/Shanghai", CLI_TEXT, &run->zone},
        REMOTE_OPTIONS(run->remote),
    };
    const struct cli_option all = {"all", NULL, "all pages, and not the first alone", CLI_FLAG, &run->all};
    const struct cli_option out = {"out", "FILE", "where the answer goes; - is standard output", CLI_TEXT, &run->out};
    if (is_list(run->word)) {
        table[count++] = all;
    }
    if (run->word->view == VIEW_FILE) {
        table[count++] = out;
        memcpy(table + count, common + 3, sizeof common - 3 * sizeof common[0]);
        return count + sizeof common / sizeof common[0] - 3;
    }
    memcpy(table + count, common, sizeof common);
    return count + sizeof common / sizeof common[0];
}

static uint32_t make_options(struct run *run, struct cli_option *table, struct arena *arena) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < part_count(run->word); i++) {
        const struct part *part = &run->word->parts[i];
        run->given[i].number = NOT_GIVEN;
        if (part->kind != BODY_PART) {
            table[count++] = option_of(part, &run->given[i], arena);
        }
        if (part->kind == EITHER_PART) {
            table[count++] = (struct cli_option){option_name(part->other, arena), NULL, part->other_help, CLI_FLAG, &run->given[i].other};
        }
    }
    return add_common(run, table, count);
}

static bool is_given(const struct part *part, const struct given *given) {
    return part->value == FLAG ? given->flag || given->other : part->value == NUMBER ? given->number != NOT_GIVEN : given->text.at != NULL;
}

// Says what is missing.
static bool is_complete(const struct run *run, struct arena *arena) {
    const struct word *word = run->word;
    for (uint32_t i = 0; i < part_count(word); i++) {
        const struct part *part = &word->parts[i];
        const struct given *given = &run->given[i];
        if (part->kind == EITHER_PART && given->flag == given->other) {
            fprintf(stderr, "qiantang %s %s: say --%s or --%s\n", word->command, word->name, part->name, part->other);
            return false;
        }
        if (part->is_needed && part->kind != BODY_PART && !is_given(part, given)) {
            fprintf(stderr, "qiantang %s %s: --%s is missing: %s\n", word->command, word->name, option_name(part->name, arena),
                    part->help[0] != '\0' ? part->help : part->argument);
            return false;
        }
    }
    if (word->view == VIEW_FILE && run->out.at == NULL) {
        fprintf(stderr, "qiantang %s %s: --out is missing: the file to write, or - for standard output\n", word->command, word->name);
        return false;
    }
    return true;
}

// ---- the request ---------------------------------------------------------------------------------------------------

static void put_encoded(struct buf *out, Slice text) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '_' ||
                        byte == '~' || byte == '.';
        if (is_plain) {
            buf_put_byte(out, (char)byte);
        } else {
            buf_printf(out, "%%%c%c", digits[byte >> 4], digits[byte & 15]);
        }
    }
}

static void put_parameter(struct buf *out, bool *is_first, Slice name, Slice value) {
    buf_put_byte(out, *is_first ? '?' : '&');
    *is_first = false;
    buf_put(out, name);
    buf_put_byte(out, '=');
    put_encoded(out, value);
}

static Slice text_of(const struct part *part, const struct given *given, struct arena *arena) {
    return part->value == FLAG     ? (given->flag ? SLICE("true") : SLICE("false"))
           : part->value == NUMBER ? arena_printf(arena, "%lld", (long long)given->number)
                                   : given->text;
}

static void put_path(const struct run *run, struct buf *out) {
    uint32_t operand = 0;
    for (const char *at = run->word->path; *at != '\0'; at++) {
        if (*at != '{') {
            buf_put_byte(out, *at);
            continue;
        }
        put_encoded(out, run->operands.at[operand++]);
        while (*at != '}') {
            at++;
        }
    }
}

static bool is_place(const struct part *part) {
    return slice_starts_with(slice_of(part->name), SLICE("after"));
}

// The place where the page begins comes from the page before, where there was one.
static bool put_query(struct run *run, Slice place, struct buf *out) {
    bool is_first = true;
    for (uint32_t i = 0; i < part_count(run->word); i++) {
        const struct part *part = &run->word->parts[i];
        if (part->kind == SWITCH_PART) {
            put_parameter(out, &is_first, slice_of(part->parameter), slice_of(run->given[i].flag ? part->on : part->off));
        } else if (part->kind == QUERY_PART && is_given(part, &run->given[i]) && (place.at == NULL || !is_place(part))) {
            put_parameter(out, &is_first, slice_of(part->name), text_of(part, &run->given[i], &run->arena));
        }
    }
    if (place.at != NULL) {
        buf_put_byte(out, is_first ? '?' : '&');
        buf_put(out, place);
    }
    return !buf_overflowed(out);
}

static void put_member(struct run *run, struct json_writer *json, uint32_t index) {
    const struct part *part = &run->word->parts[index];
    const struct given *given = &run->given[index];
    json_key(json, slice_of(part->name));
    if (part->value == FLAG) {
        json_bool(json, given->flag);
    } else if (part->value == NUMBER) {
        json_i64(json, given->number);
    } else {
        json_string(json, given->text);
    }
}

static Slice make_body(struct run *run) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, BODY_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    for (uint32_t i = 0; i < part_count(run->word); i++) {
        const struct part *part = &run->word->parts[i];
        if ((part->kind == MEMBER_PART || part->kind == EITHER_PART) && is_given(part, &run->given[i])) {
            put_member(run, &json, i);
        }
    }
    json_object_end(&json);
    json_writer_finish(&json);
    Slice body = arena_copy(&run->arena, buf_slice(&out));
    buf_deinit(&out);
    return body;
}

static Status read_standard_input(struct arena *arena, Slice *ret_text, struct diag *diag) {
    struct buf text;
    char part[4096];
    size_t got;
    buf_init(&text, BODY_MAX);
    while ((got = fread(part, 1, sizeof part, stdin)) > 0) {
        buf_put(&text, (Slice){part, got});
    }
    *ret_text = arena_copy(arena, buf_slice(&text));
    bool is_whole = !buf_overflowed(&text) && ferror(stdin) == 0;
    buf_deinit(&text);
    return is_whole ? STATUS_OK : diag_fail(diag, arena, STATUS_INVALID, "RM010", "standard input cannot be read, or is longer than 1 MiB");
}

static Status take_body(struct run *run, struct diag *diag) {
    if (strcmp(run->word->method, "GET") == 0) {
        return STATUS_OK;
    }
    if (find_part(run->word, BODY_PART, NULL) == NULL) {
        run->body = make_body(run);
        return STATUS_OK;
    }
    Slice path = run->operands.at[run->operands.count - 1];
    return slice_is(path, "-") ? read_standard_input(&run->arena, &run->body, diag) : file_read(path, BODY_MAX, &run->arena, &run->body, diag);
}

static Status ask(struct run *run, struct remote *remote, Slice place, struct remote_reply *ret_reply, struct diag *diag) {
    struct buf path;
    buf_init(&path, PATH_MAX_BYTES);
    put_path(run, &path);
    Status status = put_query(run, place, &path)
                        ? STATUS_OK
                        : diag_fail(diag, &run->arena, STATUS_INVALID, "RM010", "what is asked for is too long for one request");
    if (status == STATUS_OK) {
        struct remote_request request = {
            .method = run->word->method, .path = buf_slice(&path), .body = run->body, .is_file = run->word->view == VIEW_FILE};
        status = remote_ask(remote, &request, ret_reply, diag);
    }
    buf_deinit(&path);
    return status;
}

// ---- the answer ----------------------------------------------------------------------------------------------------

// The parameters of the next page: `next` is the value of `after`, or an object of parameters. No
// bytes: it was the last.
static Slice next_place(struct run *run, JsonTree tree) {
    struct buf out;
    bool is_first = true;
    uint32_t at = json_member(tree, 0, SLICE("next"));
    if (at == JSON_NONE || tree.nodes[at].kind == JSON_NULL || !is_list(run->word)) {
        return (Slice){NULL, 0};
    }
    buf_init(&out, PATH_MAX_BYTES);
    const struct json_node *node = &tree.nodes[at];
    if (node->kind == JSON_STRING) {
        put_parameter(&out, &is_first, SLICE("after"), node->text);
    } else if (node->kind == JSON_INT) {
        put_parameter(&out, &is_first, SLICE("after"), arena_printf(&run->arena, "%lld", (long long)node->i64));
    }
    JSON_EACH(tree, at, i) {
        const struct json_node *member = &tree.nodes[i];
        put_parameter(&out, &is_first, member->key,
                      member->kind == JSON_INT ? arena_printf(&run->arena, "%lld", (long long)member->i64) : member->text);
    }
    Slice place = arena_copy(&run->arena, slice_part(buf_slice(&out), 1, SIZE_MAX));
    buf_deinit(&out);
    return place.size > 0 ? place : (Slice){NULL, 0};
}

// How to go on, as options; a place of several parts is --all's alone.
static void tell_place(const struct run *run, JsonTree tree) {
    struct buf place;
    const struct json_node *next = &tree.nodes[json_member(tree, 0, SLICE("next"))];
    buf_init(&place, PATH_MAX_BYTES);
    if (next->kind == JSON_STRING) {
        sheet_clean(&place, next->text, false);
    } else if (next->kind == JSON_INT) {
        buf_printf(&place, "%lld", (long long)next->i64);
    }
    fprintf(stderr, run->chinese ? "还有更多：--all" : "there is more: --all");
    if (place.size > 0) {
        fprintf(stderr, run->chinese ? "，或 --after '%.*s'" : ", or --after '%.*s'", SLICE_ARGS(buf_slice(&place)));
    }
    fprintf(stderr, "\n");
    buf_deinit(&place);
}

static Status parse(struct run *run, struct json_reader *reader, Slice text, JsonTree *ret_tree, struct diag *diag) {
    if (json_parse(reader, text, ret_tree) == STATUS_OK && ret_tree->nodes[0].kind == JSON_OBJECT) {
        return STATUS_OK;
    }
    diag_fail(diag, &run->arena, STATUS_IO, "RM009", "what the server answered is no JSON object");
    diag->hint = SLICE("is it the server's own address, and not that of a proxy or of another program?");
    return STATUS_IO;
}

static Status show_pages(struct run *run, struct remote *remote, struct json_reader *reader, struct view_page *page, struct diag *diag) {
    struct remote_reply reply;
    JsonTree tree;
    Slice place = {NULL, 0};
    for (uint32_t pages = 0;; pages++) {
        TRY(ask(run, remote, place, &reply, diag));
        TRY(parse(run, reader, reply.body, &tree, diag));
        if (run->json) {
            fwrite(reply.body.at, 1, reply.body.size, stdout);
            fputs(slice_ends_with(reply.body, SLICE("\n")) ? "" : "\n", stdout);
        }
        bool has_room = run->json || view_add(page, tree);
        place = next_place(run, tree);
        if (place.at == NULL) {
            return STATUS_OK;
        }
        if (!run->all) {
            if (!run->json) {
                tell_place(run, tree);
            }
            return STATUS_OK;
        }
        if (!has_room || pages >= PAGES_MAX) {
            fprintf(stderr, "qiantang %s %s: this is not all of it; ask for less at a time\n", run->word->command, run->word->name);
            return STATUS_OK;
        }
    }
}

static Status show(struct run *run, struct remote *remote, struct diag *diag) {
    struct view_taste taste = {.is_chinese = run->chinese};
    if (!zone_parse(run->zone, &taste.zone_us)) {
        return diag_fail(diag, &run->arena, STATUS_INVALID, "RM010", "'%.*s' is no zone: Asia/Shanghai, UTC, or a distance from UTC such as +08:00",
                         SLICE_ARGS(run->zone));
    }
    struct buf out;
    struct json_reader *reader = json_reader_create(REMOTE_JSON_MAX, JSON_DEPTH_MAX);
    struct view_page *page = view_begin(run->word->view, &taste, &run->arena);
    Status status = show_pages(run, remote, reader, page, diag);
    buf_init(&out, SIZE_MAX);
    view_put(page, &out);
    if (status == STATUS_OK && !run->json) {
        fwrite(out.bytes, 1, out.size, stdout);
    }
    buf_deinit(&out);
    json_reader_destroy(reader);
    return status;
}

static Status keep_file(struct run *run, struct remote *remote, struct diag *diag) {
    struct remote_reply reply;
    TRY(ask(run, remote, (Slice){NULL, 0}, &reply, diag));
    if (slice_is(run->out, "-")) {
        fwrite(reply.body.at, 1, reply.body.size, stdout);
        return STATUS_OK;
    }
    TRY(file_write_private(run->out, reply.body, &run->arena, diag));
    fprintf(stderr, "%zu bytes in %.*s\n", reply.body.size, SLICE_ARGS(run->out));
    return STATUS_OK;
}

static CliExit carry_out(struct run *run) {
    struct diag diag = {0};
    struct remote *remote = NULL;
    Status status = take_body(run, &diag);
    if (status == STATUS_OK) {
        status = remote_open(&run->remote, &run->arena, &remote, &diag);
    }
    if (status == STATUS_OK) {
        status = run->word->view == VIEW_FILE ? keep_file(run, remote, &diag) : show(run, remote, &diag);
    }
    remote_close(remote);
    if (status == STATUS_OK) {
        return fflush(stdout) == 0 ? CLI_FINE : CLI_WORLD;
    }
    cli_tell(&diag);
    return status == STATUS_NOT_FOUND ? CLI_WORLD : cli_exit(status); // a file that is not there
}

// ---- the words -----------------------------------------------------------------------------------------------------

static CliExit run_word(const struct word *word, int argc, char **argv) {
    struct run run = {.word = word, .remote = {.timeout_s = REMOTE_TIMEOUT_S}, .zone = SLICE("Asia/Shanghai")};
    struct cli_option table[2 * PARTS_MAX + COMMON_MAX];
    struct arena names;
    CliExit code;
    arena_init(&names, 4096);
    struct cli_command command = {
        .name = arena_printf(&names, "%s %s", word->command, word->name).at,
        .usage = usage_of(word, &names),
        .summary = arena_printf(&names, "%c%s.", word->summary[0] - 'a' + 'A', word->summary + 1).at,
        .details = word->details[0] == '\0' ? NULL : word->details,
        .options = table,
        .option_count = make_options(&run, table, &names),
        .operands_min = operand_count(word),
        .operands_max = operand_count(word),
    };
    if (cli_start(&command, argc, argv, &run.arena, &run.operands, &code)) {
        code = is_complete(&run, &names) ? carry_out(&run) : CLI_USAGE;
        arena_deinit(&run.arena);
    }
    arena_deinit(&names);
    return code;
}

CliExit word_run(const char *command, int argc, char **argv) {
    struct cli_word list[WORDS_MAX];
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].command, command) != 0) {
            continue;
        }
        if (argc > 0 && strcmp(words[i].name, argv[0]) == 0) {
            return run_word(&words[i], argc - 1, argv + 1);
        }
        INVARIANT(count < WORDS_MAX);
        list[count++] = (struct cli_word){words[i].name, NULL, words[i].summary};
    }
    return cli_run_word(command, list, count, argc, argv); // none of them: it says which there are
}
