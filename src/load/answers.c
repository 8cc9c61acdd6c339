#include "load/answers.h"

#include "base/hex.h"
#include "codec/json.h"
#include "load/connection.h"
#include "os/file.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { SUM_SIZE = 32 };

struct answers {
    struct load_result *result;
    const struct templates *templates;
    struct json_reader *json;
    struct file_writer *acknowledged; // NULL: not wanted
    bool unflushed;
    EVP_MD *method;
    EVP_MD_CTX *context;
};

_Static_assert((int)CONNECTION_PADDING >= (int)JSON_PADDING, "replies are parsed where they lie");

Status answers_create(struct load_result *result, const struct templates *templates, Slice acknowledged, struct arena *arena,
                      struct answers **ret_answers, struct diag *diag) {
    struct file_writer *writer = NULL;
    if (!slice_empty(acknowledged)) {
        TRY(file_writer_open(acknowledged, arena, &writer, diag));
    }
    struct answers *answers = memory_alloc(sizeof *answers);
    *answers = (struct answers){.result = result, .templates = templates, .acknowledged = writer};
    answers->json = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    answers->method = EVP_MD_fetch(NULL, "SHA256", NULL);
    answers->context = EVP_MD_CTX_new();
    INVARIANT(answers->method != NULL && answers->context != NULL);
    *ret_answers = answers;
    return STATUS_OK;
}

Status answers_destroy(struct answers *answers, struct arena *arena, struct diag *diag) {
    if (answers == NULL) {
        return STATUS_OK;
    }
    Status status = file_writer_close(answers->acknowledged, arena, diag);
    EVP_MD_CTX_free(answers->context);
    EVP_MD_free(answers->method);
    json_reader_destroy(answers->json);
    free(answers);
    return status;
}

void answers_flush(struct answers *answers) {
    if (answers->unflushed) {
        file_writer_flush(answers->acknowledged);
        answers->unflushed = false;
    }
}

// ---- one line --------------------------------------------------------------------------------------------

static void acknowledge(struct answers *answers, Slice id, Slice line) {
    unsigned char sum[SUM_SIZE];
    char text[1 + 2 * SUM_SIZE + 1];
    unsigned size = 0;
    if (answers->acknowledged == NULL) {
        return;
    }
    INVARIANT(EVP_DigestInit_ex2(answers->context, answers->method, NULL) == 1 &&
              EVP_DigestUpdate(answers->context, line.at, line.size) == 1 &&
              EVP_DigestFinal_ex(answers->context, sum, &size) == 1 && size == SUM_SIZE);
    text[0] = ' ';
    hex_put(text + 1, sum, SUM_SIZE);
    text[sizeof text - 1] = '\n';
    file_writer_put(answers->acknowledged, id);
    file_writer_put(answers->acknowledged, (Slice){text, sizeof text});
    answers->unflushed = true;
}

static Slice text_member(JsonTree tree, Slice name) {
    uint32_t node = json_member(tree, 0, name);
    return node != JSON_NONE && tree.nodes[node].kind == JSON_STRING ? tree.nodes[node].text : (Slice){NULL, 0};
}

static void wrong(struct answers *answers, uint64_t *counter, Slice *example, Slice line) {
    (*counter)++;
    result_example(answers->result, example, slice_empty(line) ? SLICE("(nothing)") : line);
}

// A decision of another event, or none at all.
static bool is_about(struct answers *answers, JsonTree tree, uint64_t number, Slice line) {
    struct load_result *result = answers->result;
    char room[TEMPLATES_ID_SIZE];
    if (slice_equal(text_member(tree, SLICE("event_id")), templates_id(answers->templates, number, room))) {
        return true;
    }
    wrong(answers, &result->wrong_id, &result->wrong_example, line);
    return false;
}

static bool parse(struct answers *answers, Slice line, JsonTree *ret_tree) {
    struct load_result *result = answers->result;
    if (json_parse_padded(answers->json, line, ret_tree) == STATUS_OK && ret_tree->nodes[0].kind == JSON_OBJECT) {
        return true;
    }
    wrong(answers, &result->malformed, &result->malformed_example, line);
    return false;
}

// What became of a record that was not refused.
static void take_answer(struct answers *answers, JsonTree tree, uint64_t number, Slice line) {
    struct load_result *result = answers->result;
    char room[TEMPLATES_ID_SIZE];
    Slice id = templates_id(answers->templates, number, room);
    if (slice_empty(id)) {
        bool said = json_member(tree, 0, SLICE("changed")) != JSON_NONE;
        said ? (void)result->changed++ : wrong(answers, &result->malformed, &result->malformed_example, line);
    } else if (is_about(answers, tree, number, line)) {
        Slice degraded = text_member(tree, SLICE("degraded"));
        result->decided++;
        result_name_add(result, &result->actions, text_member(tree, SLICE("action")));
        if (!slice_empty(degraded)) {
            result_name_add(result, &result->degraded, degraded);
        }
        acknowledge(answers, id, line);
    }
}

// Of a batch, in which a refused record does not spoil the rest.
static void take_line(struct answers *answers, uint64_t number, Slice line) {
    struct load_result *result = answers->result;
    JsonTree tree;
    result->records++;
    if (!parse(answers, line, &tree)) {
        return;
    }
    Slice code = text_member(tree, SLICE("code"));
    if (slice_empty(code)) {
        take_answer(answers, tree, number, line);
        return;
    }
    result->records_refused++;
    result_name_add(result, &result->codes, code);
}

// ---- a line of a stream ----------------------------------------------------------------------------------

static int64_t number_member(JsonTree tree, Slice name) {
    uint32_t node = json_member(tree, 0, name);
    return node != JSON_NONE && tree.nodes[node].kind == JSON_INT ? tree.nodes[node].i64 : -1;
}

// 200 when the line is none that could be relied on.
static uint16_t take_refusal(struct answers *answers, JsonTree tree, uint64_t place, Slice line) {
    struct load_result *result = answers->result;
    int64_t status = number_member(tree, SLICE("status"));
    if (status < 400 || status > 599) {
        wrong(answers, &result->malformed, &result->malformed_example, line);
        return 200;
    }
    if (number_member(tree, SLICE("record")) != (int64_t)place) {
        wrong(answers, &result->wrong_id, &result->wrong_example, line);
    }
    result_name_add(result, &result->codes, text_member(tree, SLICE("code")));
    return (uint16_t)status;
}

uint16_t answers_take_line(struct answers *answers, uint64_t number, uint64_t place, Slice line) {
    struct load_result *result = answers->result;
    JsonTree tree;
    uint16_t status = 200;
    if (parse(answers, line, &tree)) {
        if (!slice_empty(text_member(tree, SLICE("code")))) {
            status = take_refusal(answers, tree, place, line);
        } else {
            result->records++;
            take_answer(answers, tree, number, line);
        }
    }
    result->statuses[status]++;
    return status;
}

bool answers_tells_stop(struct answers *answers, Slice line) {
    JsonTree tree;
    return json_parse_padded(answers->json, line, &tree) == STATUS_OK && slice_is(text_member(tree, SLICE("code")), "stopping");
}

// ---- a reply ---------------------------------------------------------------------------------------------

static void take_problem(struct answers *answers, Slice body) {
    JsonTree tree;
    bool parsed = json_parse_padded(answers->json, body, &tree) == STATUS_OK && tree.nodes[0].kind == JSON_OBJECT;
    Slice code = parsed ? text_member(tree, SLICE("code")) : (Slice){NULL, 0};
    result_name_add(answers->result, &answers->result->codes, slice_empty(code) ? SLICE("(no code)") : code);
}

void answers_take(struct answers *answers, uint64_t first, uint32_t count, const struct reply *reply) {
    struct load_result *result = answers->result;
    result->statuses[reply->status]++;
    if (reply->status != 200) {
        take_problem(answers, reply->body);
        return;
    }
    Slice rest = reply->body;
    Slice line;
    uint32_t lines = 0;
    while (lines < count && slice_split(&rest, '\n', &line)) {
        take_line(answers, first + lines++, line);
    }
    if (lines < count || !slice_empty(slice_trim(rest))) {
        wrong(answers, &result->malformed, &result->malformed_example, SLICE("a reply with fewer or more lines than records were sent"));
    }
}
