#include "server/story_private.h"

#include "base/time.h"

enum { JSON_MAX = 64 << 20 };

static const char *const story_keys[] = {"note", "expect", "decision", "effort", "like", "day", "context", "events", "change", "drop", "add", "then"};

struct story_book *story_book_create(const struct pack_folder *pack, struct arena *arena) {
    struct story_book *book = ARENA_NEW(arena, struct story_book);
    book->pack = pack;
    book->catalogue = pack->catalogue;
    book->schema = pack->catalogue->schema;
    book->arena = arena;
    map_init(&book->used, arena);
    return book;
}

struct diag *story_fail(struct story *story, const char *code, Place place, const char *format, Slice text) {
    return diag_add(story->diags, DIAG_ERROR, code, place, format, SLICE_ARGS(text));
}

void story_suggest(struct story *story, struct diag *diag, const struct map *names, Slice text) {
    Slice near = map_nearest(names, text);
    if (near.at != NULL) {
        diag_hint(story->diags, diag, "did you mean '%.*s'?", SLICE_ARGS(near));
    }
}

// ---- files -----------------------------------------------------------------------------------------------

// Every key of `base:` is an event type, or `all`.
static void check_base(struct story_book *book, const struct yaml_node *base, struct diag_list *diags) {
    YAML_EACH(base, child) {
        if (slice_is(child->key, "all") || schema_find_type(book->schema, child->key) != SCHEMA_NONE) {
            yaml_expect(child, YAML_MAPPING, diags);
            continue;
        }
        struct diag *diag = diag_add(diags, DIAG_ERROR, "ST002", child->key_place, "unknown event type '%.*s'", SLICE_ARGS(child->key));
        Slice near = map_nearest(&book->schema->types_by_name, child->key);
        if (near.at != NULL) {
            diag_hint(diags, diag, "did you mean '%.*s'?", SLICE_ARGS(near));
        }
    }
}

static const struct yaml_node *open_file(struct story_book *book, const struct pack_file *file, struct diag_list *diags) {
    for (uint32_t i = 0; i < book->files.count; i++) {
        if (book->files.at[i].file == file) {
            return book->files.at[i].root;
        }
    }
    static const char *const keys[] = {"base", "stories"};
    uint32_t errors = diags->error_count;
    const struct yaml_node *root = yaml_parse(&file->source, book->arena, diags);
    if (root != NULL && yaml_check_keys(root, keys, 2, diags)) {
        check_base(book, yaml_get(root, "base"), diags);
    }
    *VEC_PUSH(&book->files, book->arena) = (struct book_file){file, diags->error_count == errors ? root : NULL};
    return diags->error_count == errors ? root : NULL;
}

// ---- layers ----------------------------------------------------------------------------------------------

// The topmost value of a key; `null` takes away what lies below.
static const struct yaml_node *event_get(const struct story_event *event, const char *key) {
    for (uint32_t i = event->layer_count; i-- > 0;) {
        const struct yaml_node *found = yaml_get(event->layers[i], key);
        if (found != NULL) {
            return yaml_is_null(found) ? NULL : found;
        }
    }
    return NULL;
}

static Place event_place(const struct story_event *event) {
    return event->layers[event->layer_count - 1]->place;
}

static void add_events(struct story *story, const struct yaml_node *list, bool before_last) {
    if (list == NULL || !yaml_expect(list, YAML_SEQUENCE, story->diags)) {
        return;
    }
    YAML_EACH(list, node) {
        if (!yaml_expect(node, YAML_MAPPING, story->diags)) {
            continue;
        }
        struct story_event event = {.layers = {node}, .layer_count = 1};
        VEC_PUSH(&story->events, story->arena);
        uint32_t place = story->events.count - 1;
        if (before_last && place > 0) {
            story->events.at[place] = story->events.at[place - 1];
            place--;
        }
        story->events.at[place] = event;
    }
}

// Its name is what `as:` says, or its type when no other event of the story has that.
static void name_events(struct story *story) {
    for (uint32_t i = 0; i < story->events.count; i++) {
        struct story_event *event = &story->events.at[i];
        const struct yaml_node *as = event_get(event, "as");
        const struct yaml_node *type = event_get(event, "event");
        event->name = as != NULL ? as->text : type != NULL ? type->text : SLICE("");
        for (uint32_t k = 0; as == NULL && type != NULL && k < story->events.count; k++) {
            const struct yaml_node *other = event_get(&story->events.at[k], "event");
            if (k != i && other != NULL && slice_equal(other->text, type->text)) {
                event->name = SLICE("");
            }
        }
    }
}

static uint32_t find_event(struct story *story, Slice name, Place place) {
    uint32_t found = SCHEMA_NONE;
    struct map names;
    map_init(&names, story->arena);
    for (uint32_t i = 0; i < story->events.count; i++) {
        const struct story_event *event = &story->events.at[i];
        found = !slice_empty(event->name) && slice_equal(event->name, name) ? i : found;
        map_put(&names, event->name, i);
    }
    if (found == SCHEMA_NONE && slice_is(name, "last") && story->events.count > 0) {
        found = story->events.count - 1;
    }
    if (found == SCHEMA_NONE) {
        struct diag *diag = story_fail(story, "ST008", place, "the story has no event '%.*s'", name);
        story_suggest(story, diag, &names, name);
        if (slice_empty(diag->hint)) {
            diag_hint(story->diags, diag, "events are named by `as:`, by their type when it stands once, and the last one as `last`");
        }
    }
    return found;
}

static void change_events(struct story *story, const struct yaml_node *changes) {
    if (changes == NULL || !yaml_expect(changes, YAML_MAPPING, story->diags)) {
        return;
    }
    YAML_EACH(changes, change) {
        uint32_t found = find_event(story, change->key, change->key_place);
        if (found != SCHEMA_NONE && yaml_expect(change, YAML_MAPPING, story->diags)) {
            struct story_event *event = &story->events.at[found];
            if (event->layer_count == LAYERS_MAX) { // one that is changed by two names, again and again
                story_fail(story, "ST009", change->key_place, "'%.*s' is changed too often", change->key);
            } else {
                event->layers[event->layer_count++] = change;
            }
        }
    }
}

static void drop_events(struct story *story, const struct yaml_node *names) {
    if (names == NULL || !yaml_expect(names, YAML_SEQUENCE, story->diags)) {
        return;
    }
    YAML_EACH(names, name) {
        uint32_t found = find_event(story, yaml_text(name, story->diags), name->place);
        if (found != SCHEMA_NONE) {
            story->events.count--;
            memmove(&story->events.at[found], &story->events.at[found + 1],
                    sizeof(struct story_event) * (story->events.count - found));
        }
    }
}

static const struct yaml_node *find_story(struct story *story, const struct yaml_node *stories, Slice id, Place place) {
    struct map ids;
    map_init(&ids, story->arena);
    YAML_EACH(stories, node) {
        if (slice_equal(node->key, id)) {
            return node;
        }
        map_put(&ids, node->key, 0);
    }
    story_suggest(story, story_fail(story, "ST001", place, "the file has no story '%.*s'", id), &ids, id);
    return NULL;
}

static void read_day(struct story *story, const struct yaml_node *node) {
    int64_t time_us;
    if (node != NULL && time_parse(yaml_text(node, story->diags), story->book->catalogue->zone_offset_us, &time_us)) {
        story->day_us = time_day_start(time_us, story->book->catalogue->zone_offset_us);
    } else if (node != NULL) {
        story_fail(story, "ST006", node->place, "'%.*s' is no day", node->text);
    }
}

static void read_story(struct story *story, const struct yaml_node *stories, const struct yaml_node *node, int depth) {
    if (!yaml_check_keys(node, story_keys, sizeof story_keys / sizeof story_keys[0], story->diags)) {
        return;
    }
    const struct yaml_node *like = yaml_get(node, "like");
    if (like != NULL && depth == STORY_LIKE_MAX) {
        diag_add(story->diags, DIAG_ERROR, "ST009", like->place, "more than %d stories are like one another in a row", STORY_LIKE_MAX);
        return;
    }
    const struct yaml_node *other = like == NULL ? NULL : find_story(story, stories, yaml_text(like, story->diags), like->place);
    if (other != NULL) {
        read_story(story, stories, other, depth + 1);
    }
    read_day(story, yaml_get(node, "day"));
    const struct yaml_node *context = yaml_get(node, "context");
    if (context != NULL && yaml_expect(context, YAML_MAPPING, story->diags)) {
        story->contexts[story->context_count++] = context;
    }
    name_events(story);
    change_events(story, yaml_get(node, "change"));
    drop_events(story, yaml_get(node, "drop"));
    add_events(story, yaml_get(node, "add"), true);
    add_events(story, yaml_get(node, "events"), false);
    add_events(story, yaml_get(node, "then"), false);
    name_events(story);
}

// ---- times -----------------------------------------------------------------------------------------------

static bool find_time(struct story *story, uint32_t index);

static int64_t end_of(const struct story_event *event) {
    return event->start_us + (event->repeat - 1) * event->every_us;
}

bool story_parse_clock(Slice text, int64_t *ret_us) {
    static const int64_t units[] = {US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND};
    static const int64_t limits[] = {24, 60, 60};
    int64_t sum = 0;
    int count = 0;
    Slice part;
    while (slice_split(&text, ':', &part)) {
        int64_t number;
        if (count == 3 || part.size != 2 || !slice_to_i64(part, &number) || number < 0 || number >= limits[count]) {
            return false;
        }
        sum += number * units[count++];
    }
    *ret_us = sum;
    return count >= 2;
}

static bool time_fault(struct story *story, const struct yaml_node *node) {
    struct diag *diag = story_fail(story, "ST006", node->place, "'%.*s' is no time of a story", node->text);
    diag_hint(story->diags, diag, "-2h before the last event, 03:12 of the story's day, or 2026-11-20 03:12");
    return false;
}

static bool is_span(struct story *story, const struct yaml_node *node, int64_t span_us) {
    bool fine = span_us <= STORY_SPAN_DAYS_MAX * US_PER_DAY;
    if (!fine) {
        diag_add(story->diags, DIAG_ERROR, "ST006", node->place, "a story spans at most %d days", STORY_SPAN_DAYS_MAX);
    }
    return fine;
}

static bool time_at(struct story *story, uint32_t index, const struct yaml_node *node, int64_t *ret_us) {
    Slice text = yaml_text(node, story->diags);
    uint32_t last = story->events.count - 1;
    int64_t span_us;
    if (node->kind != YAML_SCALAR) {
        return false;
    }
    if (slice_starts_with(text, SLICE("-")) && span_parse(slice_part(text, 1, SIZE_MAX), &span_us)) {
        if (index == last) {
            story_fail(story, "ST006", node->place, "'%.*s' is before the last event, and this is the last one", text);
            return false;
        }
        if (!is_span(story, node, span_us) || !find_time(story, last)) {
            return false;
        }
        *ret_us = end_of(&story->events.at[last]) - span_us;
        return true;
    }
    if (story_parse_clock(text, &span_us)) {
        *ret_us = story->day_us + span_us;
        return true;
    }
    return time_parse(text, story->book->catalogue->zone_offset_us, ret_us) || time_fault(story, node);
}

// `after: 5m` is after the event before it, `after: {login: 5m}` after the one of that name.
static bool time_after(struct story *story, uint32_t index, const struct yaml_node *node, int64_t *ret_us) {
    uint32_t other = index - 1;
    const struct yaml_node *span = node;
    if (node->kind == YAML_MAPPING && node->count == 1) {
        span = node->first;
        other = find_event(story, span->key, span->key_place);
        if (other == SCHEMA_NONE) {
            return false;
        }
    } else if (index == 0) {
        story_fail(story, "ST006", node->place, "nothing is before the first event%.*s", SLICE(""));
        return false;
    }
    int64_t span_us;
    if (!yaml_span(span, &span_us, story->diags) || !is_span(story, span, span_us) || !find_time(story, other)) {
        return false;
    }
    *ret_us = end_of(&story->events.at[other]) + span_us;
    return true;
}

// Which of `at` and `after` counts: the one of the upper layer.
static const struct yaml_node *when_of(const struct story_event *event) {
    for (uint32_t i = event->layer_count; i-- > 0;) {
        const struct yaml_node *at = yaml_get(event->layers[i], "at");
        const struct yaml_node *found = at != NULL ? at : yaml_get(event->layers[i], "after");
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static bool find_time(struct story *story, uint32_t index) {
    struct story_event *event = &story->events.at[index];
    const struct yaml_node *when = when_of(event);
    if (event->time == TIME_KNOWN) {
        return true;
    }
    if (event->time == TIME_SOUGHT) {
        story_fail(story, "ST006", when == NULL ? event_place(event) : when->place, "the times of events depend on each other in a circle%.*s",
             SLICE(""));
        return false;
    }
    event->time = TIME_SOUGHT;
    bool fine;
    if (when != NULL) {
        fine = slice_is(when->key, "at") ? time_at(story, index, when, &event->start_us)
                                         : time_after(story, index, when, &event->start_us);
    } else {
        fine = index == story->events.count - 1; // at noon
        event->start_us = story->day_us + US_PER_DAY / 2;
        if (!fine) {
            story_fail(story, "ST006", event_place(event), "the event does not say when it is%.*s", SLICE(""));
        }
    }
    event->time = fine ? TIME_KNOWN : TIME_SOUGHT;
    return fine;
}

static void read_repeat(struct story *story, struct story_event *event) {
    event->repeat = 1;
    const struct yaml_node *repeat = event_get(event, "repeat");
    const struct yaml_node *every = event_get(event, "every");
    if (yaml_i64(repeat, &event->repeat, story->diags) && (event->repeat < 1 || event->repeat > STORY_REPEAT_MAX)) {
        diag_add(story->diags, DIAG_ERROR, "ST010", repeat->place, "an event is repeated 1 to %d times", STORY_REPEAT_MAX);
        event->repeat = 1;
    }
    if (event->repeat > 1 && every == NULL) {
        story_fail(story, "ST006", repeat->place, "`repeat:` needs `every:`, the time from one to the next%.*s", SLICE(""));
    }
    int64_t every_us;
    if (yaml_span(every, &every_us, story->diags) && is_span(story, every, every_us)) {
        event->every_us = every_us;
    }
}

static void read_type(struct story *story, struct story_event *event) {
    const struct yaml_node *node = event_get(event, "event");
    Slice text = yaml_text(node, story->diags);
    event->type = node == NULL || node->kind != YAML_SCALAR ? SCHEMA_NONE : schema_find_type(story->book->schema, text);
    if (node == NULL) {
        story_fail(story, "ST002", event_place(event), "the event does not say its type under `event:`%.*s", SLICE(""));
    } else if (event->type == SCHEMA_NONE && node->kind == YAML_SCALAR) {
        struct diag *diag = story_fail(story, "ST002", node->place, "unknown event type '%.*s'", node->text);
        story_suggest(story, diag, &story->book->schema->types_by_name, node->text);
    }
}

static void check_names(struct story *story) {
    struct map names;
    map_init(&names, story->arena);
    for (uint32_t i = 0; i < story->events.count; i++) {
        const struct story_event *event = &story->events.at[i];
        if (!slice_empty(event->name) && !map_put(&names, event->name, i)) {
            story_fail(story, "ST008", event_place(event), "two events of the story are named '%.*s'", event->name);
        }
    }
}

static bool settle_events(struct story *story) {
    uint32_t errors = story->diags->error_count;
    if (story->events.count == 0) {
        story_fail(story, "ST013", story->node->place, "the story has no events%.*s", SLICE(""));
    }
    check_names(story);
    for (uint32_t i = 0; i < story->events.count; i++) {
        read_type(story, &story->events.at[i]);
        read_repeat(story, &story->events.at[i]);
    }
    for (uint32_t i = 0; i < story->events.count; i++) {
        if (story->events.at[i].time == TIME_UNKNOWN) {
            find_time(story, i);
        }
    }
    return story->diags->error_count == errors;
}

static int by_time(const void *left, const void *right) {
    const struct occurrence *a = left;
    const struct occurrence *b = right;
    if (a->time_us != b->time_us) {
        return a->time_us < b->time_us ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

// All that happens, in the order of time, and as written where times are equal. The last event has to be the last.
static struct occurrence *put_in_order(struct story *story, uint32_t *ret_count) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < story->events.count; i++) {
        count += (uint32_t)story->events.at[i].repeat;
    }
    struct occurrence *all = ARENA_ARRAY(story->arena, struct occurrence, count + 1);
    uint32_t made = 0;
    for (uint32_t i = 0; i < story->events.count; i++) {
        const struct story_event *event = &story->events.at[i];
        for (int64_t k = 0; k < event->repeat; k++) {
            all[made] = (struct occurrence){event->start_us + k * event->every_us, i, made, k + 1};
            made++;
        }
    }
    qsort(all, count, sizeof *all, by_time);
    if (all[count - 1].event != story->events.count - 1) {
        const struct story_event *late = &story->events.at[all[count - 1].event];
        struct diag *diag = story_fail(story, "ST007", event_place(late), "this happens after the last event%.*s", SLICE(""));
        diag_hint(story->diags, diag, "what is expected is about the last event of the list, which has to be the last in time");
    }
    *ret_count = count;
    return all;
}

// ---- the whole -------------------------------------------------------------------------------------------

static bool read_expect(struct story *story) {
    static const char *const choices[] = {"fire", "quiet"};
    static const char *const keys[] = {"action", "delay", "tasks", "rules"};
    uint32_t index = 0;
    story->decision = yaml_get(story->node, "decision");
    const struct yaml_node *effort = yaml_get(story->node, "effort");
    bool fine = story->decision == NULL || yaml_check_keys(story->decision, keys, 4, story->diags);
    // The policy's own stories are about the answer, whatever fires.
    const struct yaml_node *expect = yaml_get(story->node, "expect");
    if (expect != NULL || story->decision == NULL) {
        fine = yaml_choice(yaml_require(story->node, "expect", story->diags), choices, 2, &index, story->diags) && fine;
    }
    uint32_t level = 0;
    fine = (effort == NULL || yaml_choice(effort, effort_names, EFFORT_COUNT, &level, story->diags)) && fine;
    story->effort = slice_of(effort_names[level]);
    story->expect = index == 0;
    return fine;
}

Status story_render(struct story_book *book, const struct pack_file *file, Slice id, struct arena *scratch,
                    struct diag_list *diags, struct story_text *ret_text) {
    uint32_t errors = diags->error_count;
    const struct pack_file *base = pack_find(book->pack, SLICE("tests/base.yaml"));
    const struct yaml_node *base_root = base == NULL ? NULL : open_file(book, base, diags);
    const struct yaml_node *root = open_file(book, file, diags);
    if (root == NULL) {
        if (diags->error_count == errors) { // they were told when it was first asked for
            diag_add(diags, DIAG_ERROR, "ST014", (Place){.source = &file->source}, "the file of the story has mistakes");
        }
        return STATUS_INVALID;
    }
    map_put(&book->used, arena_printf(book->arena, "%.*s#%.*s", SLICE_ARGS(file->path), SLICE_ARGS(id)), 0);
    struct story story = {.book = book, .arena = scratch, .diags = diags,
                          .bases = {yaml_get(base_root, "base"), yaml_get(root, "base")}};
    story.day_us = civil_days(2026, 11, 23) * US_PER_DAY - book->catalogue->zone_offset_us;
    const struct yaml_node *stories = yaml_require(root, "stories", diags);
    story.node = find_story(&story, stories, id, root->place);
    if (story.node == NULL || !read_expect(&story)) {
        return STATUS_INVALID;
    }
    read_story(&story, stories, story.node, 0);
    if (diags->error_count > errors || !settle_events(&story)) {
        return STATUS_INVALID;
    }
    uint32_t count;
    const struct occurrence *all = put_in_order(&story, &count);
    struct buf out;
    buf_init(&out, JSON_MAX);
    story_put(&story, id, all, count, &out);
    Place *places = ARENA_ARRAY(scratch, Place, count);
    for (uint32_t i = 0; i < count; i++) {
        places[i] = event_place(&story.events.at[all[i].event]);
    }
    *ret_text = (struct story_text){arena_copy(scratch, buf_slice(&out)), places};
    buf_deinit(&out);
    return diags->error_count == errors ? STATUS_OK : STATUS_INVALID;
}

void story_tell_unused(struct story_book *book, struct diag_list *diags) {
    for (uint32_t i = 0; i < book->pack->file_count; i++) {
        const struct pack_file *file = &book->pack->files[i];
        bool has_stories = slice_starts_with(file->path, SLICE("tests/")) && slice_ends_with(file->path, SLICE(".yaml")) &&
                           !slice_is(file->path, "tests/base.yaml");
        YAML_EACH(has_stories ? yaml_get(open_file(book, file, diags), "stories") : NULL, node) {
            Slice name = arena_printf(book->arena, "%.*s#%.*s", SLICE_ARGS(file->path), SLICE_ARGS(node->key));
            if (map_get(&book->used, name) == MAP_NONE) {
                struct diag *diag = diag_add(diags, DIAG_WARNING, "ST015", node->key_place, "neither a model nor the policy runs this story");
                diag_hint(diags, diag, "name it under `tests` of its model: %.*s", SLICE_ARGS(name));
            }
        }
    }
}
