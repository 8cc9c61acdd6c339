#pragma once
// Population: what a bank knows of the customers, accounts, devices ... of a day (day.h), filled into tables and lists.
//
// Every column that an expression of the pack reads is filled for every thing of the day whose name is the table's key; values follow
// the column's type and unit and are seldom remarkable. Tables by two names other than device and customer (a customer
// and one payee, a merchant and one card) stay empty: of a look-up that finds nothing the cost is nearly the same.

#include "monitoring/models/catalogue.h"

struct population {
    uint64_t rows, cells, entries;
};

struct population population_fill(const struct catalogue *catalogue, struct knowledge *knowledge, uint32_t accounts, uint64_t seed);
