// What values are called that a field or column is chosen from.

#include "monitoring/models/catalogue.h"

const Wording *catalogue_value_names(const struct catalogue *catalogue, const struct name *name) {
    if (name->kind == NAME_CELL) {
        return catalogue->knowledge->tables[name->table].columns[name->index].names;
    }
    uint32_t enumeration = name->kind == NAME_FIELD ? catalogue->schema->fields[name->index].enumeration : SCHEMA_NONE;
    return enumeration == SCHEMA_NONE ? NULL : catalogue->schema->enums[enumeration].names;
}

Slice catalogue_value_name(const struct catalogue *catalogue, const struct name *name, Slice value, bool chinese) {
    const Wording *names = catalogue_value_names(catalogue, name);
    if (names == NULL) {
        return value;
    }
    uint32_t number = name->kind == NAME_CELL
                          ? map_get(&catalogue->knowledge->tables[name->table].columns[name->index].values_by_name, value)
                          : schema_enum_value(catalogue->schema, catalogue->schema->fields[name->index].enumeration, value);
    return number == MAP_NONE ? value : chinese ? names[number].zh : names[number].en;
}
