#pragma once
// Migrations: the tables, as text, in the order in which they came. One that was released never
// changes.

#include "base/slice.h"

extern const Slice migration_0001, migration_0002, migration_0003, migration_0004, migration_0005,
    migration_0006, migration_0007, migration_0008, migration_0009, migration_0010,
    migration_0011, migration_0012, migration_0013, migration_0014, migration_0015;
