#pragma once
// Bench: the sequences of one model, played, and what came of each, as JSON: for who writes it and wants to see at once what it does.

#include "codec/json_write.h"
#include "server/pack_folder.h"

enum { BENCH_SEQUENCES_MAX = 200 };

// An array with an object for each sequence that the model names, up to BENCH_SEQUENCES_MAX: {"test": "file#id", "expect": true, "passed": false, "fired": false, "held": false,
// "says": [...], "saw": [{"name": "f.x", "zh": "...", "en": "..."}]}. `fired` is null where the sequence could not be played. The pack has compiled.
void bench_put_model(struct pack_folder *pack, const struct model *model, struct json_writer *json);
