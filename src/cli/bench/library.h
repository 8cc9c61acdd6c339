#pragma once
// Library: more models than any bank runs, for the benchmark. A pack's own models, and then the same again and again with
// their parameters changed by a seeded factor, until there are as many as asked for.
//
//     struct library_plan plan = {.pack = &pack, .model_count = 10000, .seed = 1};
//     struct catalogue *catalogue = library_compile(&plan, &arena, &report);
//     ... catalogue_destroy(catalogue);
//
// A variant is the text of its model's file with another id and other defaults, between half and twice as large and inside the
// bounds that the author gave, and goes through the compiler like any other. A line of the law (a parameter with a constant) stays.
// A model that has nothing to change would be the same twice and has no variants.

#include "cli/pack.h"

struct library_plan {
    const struct pack_folder *pack;
    uint32_t model_count; // no more than the pack has: the pack as it is
    uint64_t seed;
    bool no_batch; // only models that decide while the payment waits or shortly after: without those of the nightly run
};

struct library_report {
    uint32_t varied;     // models that are others with other parameters
    uint64_t compile_ns; // texts in, catalogue out
};

// NULL when the pack or a variant does not compile; the diagnostics are printed. The arena keeps the texts of the variants.
struct catalogue *library_compile(const struct library_plan *plan, struct arena *arena, struct library_report *ret_report);
