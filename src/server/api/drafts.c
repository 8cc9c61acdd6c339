// Drafts: what somebody writes over the pack that decides. They are compiled and their models' sequences played as often as he likes, and nothing is kept; what is worth it is brought as
// a release. A draft is a set of files, each with its whole text, or null for one that goes.

#include "response/strategies/strategies.h"
#include "server/api/drafts.h"
#include "server/bench.h"
#include "server/sweep.h"

enum { DIAGS_MAX = 200, MODELS_MAX_TOLD = 8, EXPLANATION_MAX = 1 << 20 };

struct draft {
    const struct pack_file *files;
    uint32_t file_count;
    Slice model; // whose sequences are played too; empty: not said
};

static struct releases *releases_of(struct serve *serve, struct http_request *request) {
    if (serve->options.releases == NULL) {
        api_refuse(request, API_PROBLEM_NOT_FOUND, "%s", "");
    }
    return serve->options.releases;
}

// ---- files of a pack ----------------------------------------------------------------------------------------

// The files that are asked about: those of the pack that decides, or of a release that the query names.
static const struct pack_folder *pack_asked(struct deed *deed, struct pack_folder *own) {
    Slice release;
    struct diag diag;
    const struct pack_folder *pack = own;
    struct releases *releases = deed->serve->options.releases;
    bool is_named = http_request_query(deed->request, SLICE("release"), &release) == STATUS_OK && !slice_empty(release);
    Status status = is_named ? releases_read_pack(releases, release, own, &deed->arena, &diag) : releases_deciding(releases, &deed->arena, &pack, &diag);
    if (status == STATUS_OK) {
        return pack;
    }
    api_refuse(deed->request, is_named && status == STATUS_NOT_FOUND ? API_PROBLEM_RELEASE_UNKNOWN : API_PROBLEM_STARTING, "%.*s", SLICE_ARGS(diag.message));
    return NULL;
}

// Of its text: two files of one hash are the same.
static void put_hash(struct json_writer *json, Slice text) {
    enum { HASH_TEXT = 33 };
    char hash[HASH_TEXT];
    Hash128 of = hash128(text, 0);
    int size = snprintf(hash, sizeof hash, "%016llx%016llx", (unsigned long long)of.high, (unsigned long long)of.low);
    json_key_string(json, SLICE("hash"), (Slice){hash, (size_t)size});
}

static void answer(struct deed *deed, const struct pack_folder *pack, Slice path) {
    struct buf body;
    struct json_writer json;
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    json_object_begin(&json);
    if (slice_empty(path)) {
        json_key_string(&json, SLICE("catalogue"), pack->catalogue == NULL ? SLICE("") : pack->catalogue->label);
        json_key(&json, SLICE("files"));
        json_array_begin(&json);
        for (uint32_t i = 0; i < pack->file_count; i++) {
            json_object_begin(&json);
            json_key_string(&json, SLICE("path"), pack->files[i].path);
            json_key_i64(&json, SLICE("bytes"), (int64_t)pack->files[i].source.text.size);
            put_hash(&json, pack->files[i].source.text);
            json_object_end(&json);
        }
        json_array_end(&json);
    } else {
        json_key_string(&json, SLICE("path"), path);
        json_key_string(&json, SLICE("text"), pack_find(pack, path)->source.text);
    }
    json_object_end(&json);
    json_writer_finish(&json);
    if (buf_overflowed(&body)) {
        api_refuse(deed->request, API_PROBLEM_PACK_FILE_UNKNOWN, "the file is too large to be shown");
    } else {
        api_reply_json(deed->request, 200, buf_slice(&body));
    }
    buf_deinit(&body);
}

static void run_files(struct deed *deed) {
    struct pack_folder own;
    Slice path = deed->user == NULL ? SLICE("") : *(const Slice *)deed->user;
    pack_init(&own, SLICE(""));
    const struct pack_folder *pack = pack_asked(deed, &own);
    if (pack != NULL && !slice_empty(path) && pack_find(pack, path) == NULL) {
        api_refuse(deed->request, API_PROBLEM_PACK_FILE_UNKNOWN, "the pack has no file '%.*s'", SLICE_ARGS(path));
    } else if (pack != NULL) {
        answer(deed, pack, path);
    }
    pack_close(&own);
}

static void ask_files(struct serve *serve, struct http_request *request, bool is_one) {
    static const char *const names[] = {"release"};
    if (!api_query_is_known(request, names, 1) || releases_of(serve, request) == NULL) {
        return;
    }
    struct deed *deed = deed_create(serve, request);
    if (is_one) {
        Slice *path = ARENA_NEW(&deed->arena, Slice);
        *path = http_request_parameter(request, SLICE("path"));
        deed->user = path;
    }
    deed_post(deed, run_files);
}

void api_get_pack_files(void *context, struct http_request *request) {
    ask_files(context, request, false);
}

void api_get_pack_file(void *context, struct http_request *request) {
    ask_files(context, request, true);
}

// ---- what a body says ---------------------------------------------------------------------------------------

// False: it has answered, and the deed is gone.
static bool read_file(struct deed *deed, uint32_t node, struct pack_file *ret_file) {
    const struct json_node *text = &deed->tree.nodes[node];
    bool is_gone = text->kind == JSON_NULL;
    if (!upload_path_is_plain(text->key) || !pack_wants(text->key)) {
        deed_refuse_member(deed, "files", "has the path of something that is no file of a pack");
        return false;
    }
    if (!is_gone && text->kind != JSON_STRING) {
        deed_refuse_member(deed, "files", "has the text of each file, or null for one that goes");
        return false;
    }
    *ret_file = (struct pack_file){.path = text->key, .source = {.name = text->key, .text = is_gone ? (Slice){NULL, 0} : text->text}};
    if (!is_gone && text->text.size == 0) {
        ret_file->source.text = SLICE("");
    }
    return true;
}

bool draft_read_files(struct deed *deed, uint32_t member, bool is_needed, const struct pack_file **ret_files, uint32_t *ret_count) {
    uint32_t object = deed->found[member];
    *ret_files = NULL;
    *ret_count = 0;
    if (object == JSON_NONE && !is_needed) {
        return true;
    }
    uint32_t count = object == JSON_NONE || deed->tree.nodes[object].kind != JSON_OBJECT ? 0 : deed->tree.nodes[object].count;
    if (count == 0 || count > DRAFT_FILES_MAX) {
        deed_refuse_member(deed, "files", "is an object of 1 to 200 files: {\"models/MU/M-MU-01-A.yaml\": \"id: ...\"}");
        return false;
    }
    struct pack_file *files = ARENA_ARRAY(&deed->arena, struct pack_file, count);
    *ret_files = files;
    JSON_EACH(deed->tree, object, node) {
        if (!read_file(deed, node, &files[(*ret_count)++])) {
            return false;
        }
    }
    return true;
}

// ---- checking -----------------------------------------------------------------------------------------------

static bool is_of_draft(const struct draft *draft, Slice path) {
    for (uint32_t i = 0; i < draft->file_count; i++) {
        if (slice_equal(draft->files[i].path, path)) {
            return true;
        }
    }
    return false;
}

static void put_diag(struct json_writer *json, const struct diag *diag) {
    static const char *const levels[] = {[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"};
    json_object_begin(json);
    json_key_string(json, SLICE("level"), slice_of(levels[diag->level]));
    json_key_string(json, SLICE("code"), slice_of(diag->code));
    json_key_string(json, SLICE("file"), diag->place.source == NULL ? SLICE("") : diag->place.source->name);
    json_key_i64(json, SLICE("line"), diag->place.line);
    json_key_i64(json, SLICE("column"), diag->place.column);
    json_key_i64(json, SLICE("length"), diag->place.length);
    json_key_string(json, SLICE("message"), diag->message);
    json_key_string(json, SLICE("hint"), diag->hint);
    json_object_end(json);
}

// All errors, and warnings about the files of the draft; what else the pack is warned of is not its matter.
static void put_diags(struct json_writer *json, const struct draft *draft, const struct diag_list *diags, uint32_t *told) {
    for (uint32_t i = 0; i < diags->count && *told < DIAGS_MAX; i++) {
        const struct diag *diag = &diags->items[i];
        if (diag->level == DIAG_ERROR || (diag->place.source != NULL && is_of_draft(draft, diag->place.source->name))) {
            put_diag(json, diag);
            *told += 1;
        }
    }
}

static void put_model(struct json_writer *json, struct pack_folder *pack, const struct model *model) {
    struct buf explanation;
    buf_init(&explanation, EXPLANATION_MAX);
    catalogue_explain(pack->catalogue, model->id, &explanation);
    json_object_begin(json);
    json_key_string(json, SLICE("model"), model->id);
    json_key_i64(json, SLICE("version"), model->version);
    json_key_string(json, SLICE("status"), slice_of(model_status_names[model->status]));
    json_key_string(json, SLICE("zh"), model->zh);
    json_key_string(json, SLICE("en"), model->en);
    json_key_string(json, SLICE("explanation"), buf_slice(&explanation));
    json_key(json, SLICE("tests"));
    bench_put_model(pack, model, json);
    json_object_end(json);
    buf_deinit(&explanation);
}

// Whether a model's file, or one of its sequences', is of the draft.
static bool is_touched(const struct draft *draft, const struct model *model) {
    if (slice_equal(draft->model, model->id) || (model->place.source != NULL && is_of_draft(draft, model->place.source->name))) {
        return true;
    }
    for (uint32_t i = 0; i < model->fire_count + model->quiet_count; i++) {
        Slice test = i < model->fire_count ? model->fire_tests[i] : model->quiet_tests[i - model->fire_count];
        if (is_of_draft(draft, slice_part(test, 0, slice_find_byte(test, '#', 0)))) {
            return true;
        }
    }
    return false;
}

static void put_models(struct json_writer *json, const struct draft *draft, struct pack_folder *pack) {
    uint32_t told = 0;
    json_key(json, SLICE("models"));
    json_array_begin(json);
    for (uint32_t i = 0; i < pack->catalogue->models.count && told < MODELS_MAX_TOLD; i++) {
        if (is_touched(draft, &pack->catalogue->models.at[i])) {
            put_model(json, pack, &pack->catalogue->models.at[i]);
            told++;
        }
    }
    json_array_end(json);
}

// What is wrong with its lists, tables and strategies stands in these lists too.
static bool compile(struct pack_folder *pack, struct strategies *strategies) {
    if (pack_compile(pack) != STATUS_OK) {
        return false;
    }
    knowledge_destroy(pack_knowledge(pack));
    catalogue_judge(pack->catalogue);
    bool fine = strategies_compile(strategies, pack->catalogue, pack->files, pack->file_count) == STATUS_OK;
    return fine && pack->catalogue->diags.error_count == 0;
}

static void check(struct deed *deed, const struct pack_folder *now) {
    const struct draft *draft = deed->user;
    struct strategies *strategies = strategies_create();
    struct pack_folder pack;
    struct buf body;
    struct json_writer json;
    uint32_t told = 0;
    pack_init(&pack, SLICE(""));
    pack_lay_over(&pack, now, draft->files, draft->file_count);
    bool fine = compile(&pack, strategies);
    buf_init(&body, API_ANSWER_MAX);
    json_writer_init(&json, &body);
    json_object_begin(&json);
    json_key_string(&json, SLICE("catalogue"), now->catalogue->label);
    json_key_bool(&json, SLICE("compiles"), fine);
    json_key(&json, SLICE("diagnostics"));
    json_array_begin(&json);
    put_diags(&json, draft, &pack.catalogue->diags, &told);
    put_diags(&json, draft, &strategies->diags, &told);
    json_array_end(&json);
    if (fine) {
        put_models(&json, draft, &pack);
    } else {
        json_key(&json, SLICE("models"));
        json_array_begin(&json);
        json_array_end(&json);
    }
    json_object_end(&json);
    json_writer_finish(&json);
    api_reply_json(deed->request, 200, buf_slice(&body));
    buf_deinit(&body);
    strategies_destroy(strategies);
    pack_close(&pack);
}

static void run_check(struct deed *deed) {
    const struct pack_folder *now;
    struct diag diag;
    if (releases_deciding(deed->serve->options.releases, &deed->arena, &now, &diag) != STATUS_OK) {
        api_refuse(deed->request, API_PROBLEM_STARTING, "%.*s", SLICE_ARGS(diag.message));
    } else {
        check(deed, now);
    }
}

void api_post_draft_check(void *context, struct http_request *request) {
    static const char *const names[] = {"files", "model"};
    struct deed *deed = releases_of(context, request) == NULL ? NULL : deed_read(context, request, names, 2);
    if (deed == NULL) {
        return;
    }
    struct draft *draft = ARENA_NEW(&deed->arena, struct draft);
    *draft = (struct draft){.file_count = 0};
    deed->user = draft;
    if (deed_text(deed, 1, names[1], false, &draft->model) && draft_read_files(deed, 0, true, &draft->files, &draft->file_count)) {
        deed_post_paper(deed, run_check); // it takes a second: its like waits for it, and nobody else
    }
}
