#pragma once
// Sequence: events that a model has to fire at, or must not, with what is known beside them (docs/packs.md). It is played to an engine of its own that has seen
// nothing; what its context says of tables holds for the keys of all of its events. Whoever plays judges what came of the last event.
//
//     struct sequence_player player = {.judge = judge, .complain = complain, .tell = tell, .context = mine};
//     sequence_player_init(&player, &pack);                       // compiled without errors
//     bool fine = sequence_play(&player, model, SLICE("tests/MU/MU-01-A.yaml#mu-01-a-1"), true);
//     sequence_player_deinit(&player);

#include "codec/json.h"
#include "monitoring/decision/decision.h"
#include "monitoring/stream/intake.h"
#include "server/story.h"

// One sequence while it runs.
struct sequence {
    const struct model *model; // NULL: the sequence is the policy's, and about the answer alone
    Slice id;
    JsonTree tree;
    const Place *places; // of a story's events; NULL: it is no story
    bool expect;
    struct event **events;
    uint32_t event_count;
    struct knowledge *knowledge;
};

struct sequence_player {
    struct pack_folder *pack;
    struct json_reader *reader;
    struct intake *intake;
    struct arena arena; // of one sequence
    struct arena book_arena;
    struct story_book *book;
    // Whether the last event came to what is expected.
    bool (*judge)(void *context, const struct sequence *sequence, struct engine *engine, const struct decision *decision);
    // What is wrong with a sequence itself.
    void (*complain)(void *context, const struct sequence *sequence, Slice what);
    void (*tell)(void *context, const struct diag_list *diags);
    void *context;
};

void sequence_player_init(struct sequence_player *player, struct pack_folder *pack);
void sequence_player_deinit(struct sequence_player *player);
// The sequence that a model, or the policy (NULL), names as "file#id".
bool sequence_play(struct sequence_player *player, const struct model *model, Slice name, bool expect);
// `format` has exactly one "%.*s". Gives false.
bool sequence_complain(struct sequence_player *player, const struct sequence *sequence, const char *format, Slice text);
// The hit of its model; NULL: there is none.
const struct hit *sequence_hit(const struct sequence *sequence, const struct decision *decision);
