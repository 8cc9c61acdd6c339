#pragma once
// Random plans and operations, each value compared with a recount. For windows_test.c.

#include <stdbool.h>
#include <stdint.h>

// False at the first difference, which is printed with the seed of its round.
bool random_rounds(uint64_t seed, uint64_t operations);
// One round twice; the state's hashes must be equal.
bool random_twice(uint64_t seed, uint64_t operations);
// One round as it is and once more with the state going through images; no value and no hash may differ.
bool random_images(uint64_t seed, uint64_t operations);
// Memory for states in tests: lazily taken, freed by test_memory_free().
void *test_memory(void *context, uint64_t size);
void test_memory_free(void);
