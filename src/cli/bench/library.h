#pragma once
// Library: as many models as a large bank runs, for the benchmark. A pack's own models first; then one for each candidate of a
// CSV file (id, on, mode, action, severity, expr) that the pack does not hold; and when there are still too few, the candidates
// again with their numbers changed by a seeded factor.
//
//     struct library_plan plan = {.pack = &pack, .candidates = list, .model_count = 640, .seed = 1};
//     struct catalogue *catalogue = library_compile(&plan, &arena, &report);
//     ... catalogue_destroy(catalogue);
//
// A candidate becomes the text of a model file, as a person would write it, and goes through the compiler like any other.
// A number that an amount of money is compared with becomes a parameter with the unit of the pack's currency, so that the policy's factors for
// segments and channels apply to it and the model has as many variants as in earnest. Candidates that do not compile are
// left out and counted.

#include "cli/pack_folder.h"

struct candidate {
    Slice id, on, mode, action, severity, expr;
};

struct candidate_list {
    const struct candidate *items;
    uint32_t count;
};

struct library_plan {
    const struct pack_folder *pack;
    struct candidate_list candidates;
    uint32_t model_count;
    uint64_t seed;
    bool no_batch; // only models that decide while the payment waits or shortly after: without those of the nightly run
};

struct library_report {
    uint32_t own, generated, varied; // models of the pack, of candidates, of candidates with other numbers
    uint32_t refused;                // candidates that did not compile
    Slice first_refusal;             // why, of the first of them
    uint64_t compile_ns;             // of the last, successful compilation: texts in, catalogue out
};

// STATUS_IO or STATUS_INVALID, said on standard error, when the file is not there or lacks a column. The texts live in the arena.
MUST_USE Status library_read(Slice path, struct arena *arena, struct candidate_list *ret_list);
// NULL when the pack itself does not compile; its diagnostics are printed. The arena keeps the texts of the generated models.
struct catalogue *library_compile(const struct library_plan *plan, struct arena *arena, struct library_report *ret_report);
