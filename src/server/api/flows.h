#pragma once
// Flows: how the ways of money are followed, as bodies say it.

#include "response/cases/cases.h"
#include "server/api/visit.h"

#define FLOW_NAMES "from", "until", "order", "direction", "dwell_hours", "layers", "accounts"
enum { FLOW_NAME_COUNT = 7 };

// Of a body with these members, in this order. False: it has answered.
bool flow_options_read(struct visit *visit, const char *const *names, struct flow_options *options);
