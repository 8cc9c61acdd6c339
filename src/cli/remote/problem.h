#pragma once
// Problem: what a server refuses (application/problem+json, docs/api/problems.md), told as a
// diagnostic: its title and what was wrong this time, what to do about it as the server's list of
// problems says, and its code.
//
//     error somebody_elses: Somebody else has it: li has alert 3
//           hint: Take another one, or ask who has it to hand it over.

#include "cli/remote/remote.h"

// Fills the diag; gives STATUS_IO for what passes or is the server's own fault (429, 5xx), else
// STATUS_INVALID.
MUST_USE Status problem_tell(struct remote *remote, const struct remote_reply *reply, struct arena *arena, struct diag *diag);
