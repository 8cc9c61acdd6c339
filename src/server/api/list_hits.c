// How often a list was hit: alerts with a hit of a model that an entry of the list makes hit.

#include "server/api/list_hits.h"

#include "base/time.h"
#include "expr/expr.h"
#include "expr/node.h"

// ---- which models -----------------------------------------------------------------------------------------------

static bool is_asked(const struct node *node, Slice list) {
    return node->call.op == OP_HOST && node->call.count > 0 && node->call.arguments[0]->kind == NODE_LITERAL && node->call.arguments[0]->literal.kind == VALUE_STRING &&
           slice_equal(node->call.arguments[0]->literal.text, list);
}

// Whether it asks the list, under as many negations as `negated` says. Lists are asked only by inList(), the one function of the host. Expressions have a
// tested depth.
static bool asks(const struct node *node, Slice list, bool negated) {
    if (node->kind == NODE_BIND || node->kind == NODE_COMPREHENSION || node->kind != NODE_CALL) {
        return false;
    }
    if (is_asked(node, list)) {
        return !negated;
    }
    bool turns = node->call.op == OP_NOT;
    for (uint32_t i = 0; i < node->call.count; i++) {
        if (asks(node->call.arguments[i], list, turns != negated)) {
            return true;
        }
    }
    return false;
}

void list_models(const struct catalogue *catalogue, Slice list, struct arena *arena, Slice **ret_models, uint32_t *ret_count, Slice *ret_words) {
    Slice *models = ARENA_ARRAY(arena, Slice, catalogue->models.count + 1);
    uint32_t count = 0;
    struct buf words;
    buf_init(&words, MODELS_MAX * 64);
    buf_put_byte(&words, ' ');
    for (uint32_t i = 0; i < catalogue->models.count; i++) {
        const struct model *model = &catalogue->models.at[i];
        if (model->expr != NULL && asks(expr_root(model->expr), list, false)) {
            models[count++] = model->id;
            buf_put(&words, model->id);
            buf_put_byte(&words, ' ');
        }
    }
    *ret_models = models;
    *ret_count = count;
    *ret_words = arena_copy(arena, buf_slice(&words));
    buf_deinit(&words);
}

// ---- the answer -------------------------------------------------------------------------------------------------

static Status show_hits(struct visit *visit, struct book *book) {
    const struct visit_span *span = visit->user;
    const struct catalogue *catalogue = response_catalogue(book);
    Slice list = http_request_parameter(visit->request, SLICE("list"));
    Slice *models;
    Slice words;
    uint32_t count, alerts;
    ENSURE(map_get(&catalogue->knowledge->lists_by_name, list) != MAP_NONE, book_fail(book, STATUS_NOT_FOUND, "OF013", "the pack has no such list"));
    list_models(catalogue, list, book->arena, &models, &count, &words);
    json_object_begin(visit->json);
    json_key_string(visit->json, SLICE("list"), list);
    json_key_i64(visit->json, SLICE("since"), span->from_us / US_PER_MS);
    json_key_i64(visit->json, SLICE("watching"), count);
    json_key(visit->json, SLICE("models"));
    TRY(alerts_put_hits(book, visit->viewer, models, count, span->from_us, visit->json, &alerts));
    json_key_i64(visit->json, SLICE("alerts"), alerts);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_list_hits(void *context, struct http_request *request) {
    struct visit *visit = visit_query_days(context, request);
    if (visit != NULL) {
        visit_look(visit, show_hits, "list", 0);
    }
}
