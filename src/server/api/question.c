// Questions to the deciding thread.

#include "server/api/api.h"

#include <stdlib.h>

struct question *question_create(struct serve *serve, struct http_request *request) {
    if (api_pipeline(serve, request) == NULL) {
        return NULL;
    }
    struct question *question = memory_alloc(sizeof *question);
    question->serve = serve;
    question->request = request;
    arena_init(&question->arena, 16 << 10);
    return question;
}

void question_destroy(struct question *question) {
    arena_deinit(&question->arena);
    free(question);
}

static void on_call(struct work *work, struct heart *heart) {
    struct question *question = work->user;
    question->catalogue = heart_catalogue(heart);
    if (question->look != NULL) {
        question->look(question, heart);
    }
}

static void tell(struct errand *errand) {
    struct question *question = errand->user;
    if (question->work.outcome == PIPELINE_DONE) {
        question->tell(question);
    } else {
        api_refuse_work(question->request, &question->work, API_PROBLEM_RECORD_REFUSED); // it was never called
    }
    question_destroy(question);
}

static void on_done(struct work *work) {
    struct question *question = work->user;
    question->errand = (struct errand){.run = tell, .user = question};
    errands_post(question->waits ? question->serve->slow_errands : question->serve->errands, &question->errand);
}

void question_ask(struct question *question) {
    question->work = (struct work){.kind = WORK_CALL, .call = on_call, .done = on_done, .user = question};
    http_defer(question->request);
    if (!pipeline_submit(atomic_load(&question->serve->pipeline), &question->work)) {
        api_refuse(question->request, API_PROBLEM_STOPPING, "%s", "");
        question_destroy(question);
    }
}

void question_reply(struct question *question, void (*render)(struct question *question, struct json_writer *json)) {
    struct buf body;
    struct json_writer json;
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    render(question, &json);
    json_writer_finish(&json);
    api_reply_json(question->request, 200, buf_slice(&body));
    buf_deinit(&body);
}
