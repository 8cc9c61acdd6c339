#pragma once
// From the text of a YAML scalar back to the bytes of its file; private to yaml.c.

#include "codec/yaml.h"

// Fills byte_map and text_start of a scalar whose style, bytes and text are known.
void yaml_map_scalar(Slice source, struct yaml_node *node, struct arena *arena, struct arena *scratch);
