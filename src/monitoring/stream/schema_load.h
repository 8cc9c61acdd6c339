#pragma once
// The loading of a schema in steps; private to schema.c, schema_fields.c and schema_derive.c.

#include "base/vec.h"
#include "monitoring/stream/schema.h"

typedef enum SchemaProblem {
#define X(name, code, text) SCHEMA_##name,
#include "monitoring/stream/schema_problems.def"
#undef X
} SchemaProblem;

struct schema_loader {
    struct arena *arena;
    struct diag_list *diags;
    struct schema *schema;
    VEC(struct schema_field) fields;
    VEC(struct schema_type) types;
    VEC(struct schema_enum) enums;
    const struct yaml_node **nodes; // of each field
    uint32_t event_type_enum;       // made of the types, unless the pack declares it itself
};

// Adds an error under the problem's code.
struct diag *schema_complain(struct schema_loader *loader, SchemaProblem problem, Place place,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));
// Hints at the name in `names` nearest to `name`, or else lists what there is.
void schema_hint_nearest(struct schema_loader *loader, struct diag *diag, const struct map *names,
                         Slice name);
bool schema_is_name(struct schema_loader *loader, Slice name, Place place);
// The field named by a node, or SCHEMA_NONE with a diagnostic.
uint32_t schema_require_field(struct schema_loader *loader, Slice name, Place place);

void schema_load_fields(struct schema_loader *loader, const struct yaml_node *list);
void schema_load_derived(struct schema_loader *loader);
