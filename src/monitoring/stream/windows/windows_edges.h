#pragma once
// The tests by hand, for windows_test.c's list.

#include <stdbool.h>

bool test_borders(void);
bool test_empty(void);
bool test_calendar(void);
bool test_caps(void);
bool test_forgetting(void);
bool test_many_things(void);
bool test_many_ids(void);
bool test_retention(void);
bool test_lifetime(void);
bool test_pauses(void);
bool test_saturation(void);
bool test_bytes(void);
bool test_patterns(void);
bool test_explain(void);
