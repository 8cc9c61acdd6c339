#pragma once
// Live images of windows that go on changing. For windows_test.c.

#include <stdbool.h>
#include <stdint.h>

// False at the first image that is not what it was at its beginning; the seed of its round is printed.
bool random_live(uint64_t seed, uint64_t rounds, uint64_t operations);
