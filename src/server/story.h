#pragma once
// Story: a sequence of events as people write it, in YAML (docs/packs.md, "Stories"). It becomes the JSON form of sequences,
// which is then run as any other.
//
//     struct story_book *book = story_book_create(pack, &arena);
//     struct story_text text;
//     if (story_render(book, file, id, &scratch, &diags, &text) == STATUS_OK) { ... text.json, text.places[k] ... }
//
// A story says only what matters. An event's other fields come from `base:` of its file and of tests/base.yaml. A story that is
// `like:` another takes all of it and changes, drops or adds single events, so that what stands there is the difference.
//
// Layers. An event is a pile of mappings, each of which goes over those below: the bases, the event as it was first written, and
// one for each `change:`. The same holds for contexts. Nothing is copied; the value that counts is the topmost, and mistakes
// are marked where that stands.

#include "server/pack_folder.h"

enum {
    STORY_LIKE_MAX = 8,       // stories that are like one another in a row
    STORY_REPEAT_MAX = 10000, // of one event
    STORY_SPAN_DAYS_MAX = 4000, // between two events; features look no further back
};

struct story_book;

// Files are parsed when they are first asked for; what is wrong with them as YAML goes to the diagnostics of that call.
struct story_book *story_book_create(const struct pack_folder *pack, struct arena *arena);

// A warning for each story of the pack that was never asked for: it proves nothing.
void story_tell_unused(struct story_book *book, struct diag_list *diags);

struct story_text {
    Slice json;
    const Place *places; // of each event, in the order of the JSON
};

// STATUS_INVALID: the diagnostics say why. The text lives in `scratch`.
Status story_render(struct story_book *book, const struct pack_file *file, Slice id, struct arena *scratch,
                    struct diag_list *diags, struct story_text *ret_text);
