#include "monitoring/knowledge/state.h"

#include <math.h>
#include <stdlib.h>

// Tables. Each has its rows in a slab, with one cell of 8 bytes a column, and an index of keys.
// Rows do not move and are not taken out, so a KnowledgeRow stays good for the life of the state.

void tables_init(struct knowledge *knowledge) {
    uint32_t widest = 1;
    knowledge->tables =
        memory_alloc(sizeof *knowledge->tables * (knowledge->plan->table_count + 1));
    for (uint32_t i = 0; i < knowledge->plan->table_count; i++) {
        const struct knowledge_table *plan = &knowledge->plan->tables[i];
        uint32_t row_size = (uint32_t)(sizeof(struct row) + sizeof(Cell) * plan->column_count);
        knowledge_slab_init(&knowledge->tables[i].rows, row_size);
        knowledge_index_init(&knowledge->tables[i].index, plan->cap);
        widest = plan->column_count > widest ? plan->column_count : widest;
    }
    knowledge->staged = memory_alloc(sizeof *knowledge->staged * widest);
}

void tables_deinit(struct knowledge *knowledge) {
    for (uint32_t i = 0; knowledge->tables != NULL && i < knowledge->plan->table_count; i++) {
        knowledge_slab_deinit(&knowledge->tables[i].rows);
        knowledge_index_deinit(&knowledge->tables[i].index);
    }
    free(knowledge->tables);
    free(knowledge->staged);
}

static struct row *row_at(const struct table *table, uint32_t number) {
    return knowledge_slab_at(&table->rows, number);
}

static uint32_t find_number(const struct table *table, Hash128 key) {
    uint32_t number;
    for (struct knowledge_index_probe probe = knowledge_index_probe(&table->index, key.low);
         knowledge_index_next(&probe, &number);) {
        const struct row *row = row_at(table, number);
        if (row->key.low == key.low && row->key.high == key.high) {
            return number;
        }
    }
    return SLAB_NONE;
}

static struct row *find_row(const struct table *table, Hash128 key) {
    uint32_t number = find_number(table, key);
    return number == SLAB_NONE ? NULL : row_at(table, number);
}

uint32_t tables_row_number(const struct knowledge *knowledge, uint32_t table, Hash128 key) {
    return find_number(&knowledge->tables[table], key);
}

void knowledge_prefetch_segment(const struct knowledge *knowledge, uint32_t table, Hash128 key) {
    __builtin_prefetch(knowledge_index_segment_of(&knowledge->tables[table].index, key.low));
}

void knowledge_prefetch(const struct knowledge *knowledge, uint32_t table, Hash128 key) {
    struct knowledge_index_probe probe = knowledge_index_probe(&knowledge->tables[table].index, key.low);
    if (probe.slots != NULL) {
        __builtin_prefetch(&probe.slots[probe.at]);
    }
}

void knowledge_prefetch_row(const struct knowledge *knowledge, uint32_t table, Hash128 key) {
    uint32_t number;
    struct knowledge_index_probe probe = knowledge_index_probe(&knowledge->tables[table].index, key.low);
    if (knowledge_index_next(&probe, &number)) {
        const char *row = (const char *)row_at(&knowledge->tables[table], number);
        __builtin_prefetch(row);
        __builtin_prefetch(row + 64);
    }
}

KnowledgeRow knowledge_row(const struct knowledge *knowledge, uint32_t table, Hash128 key) {
    INVARIANT(table < knowledge->plan->table_count);
    const struct row *row = find_row(&knowledge->tables[table], key);
    return (KnowledgeRow){row == NULL ? NULL : row->cells};
}

static const Cell *cell_at(const struct knowledge *knowledge, uint32_t table, KnowledgeRow row,
                           uint32_t column, bool *ret_is_text) {
    INVARIANT(table < knowledge->plan->table_count &&
              column < knowledge->plan->tables[table].column_count);
    *ret_is_text = knowledge->plan->tables[table].columns[column].type == COLUMN_STRING;
    return row.cells == NULL ? NULL : (const Cell *)row.cells + column;
}

double knowledge_cell(const struct knowledge *knowledge, uint32_t table, KnowledgeRow row,
                      uint32_t column) {
    bool is_text;
    const Cell *cell = cell_at(knowledge, table, row, column, &is_text);
    return cell == NULL || is_text ? NAN : cell->number;
}

bool knowledge_cell_text(const struct knowledge *knowledge, uint32_t table, KnowledgeRow row,
                         uint32_t column, Slice *ret_text) {
    bool is_text;
    const Cell *cell = cell_at(knowledge, table, row, column, &is_text);
    if (cell == NULL || !is_text || cell->text == TEXT_NONE) {
        return false;
    }
    *ret_text = texts_at(&knowledge->texts, (uint32_t)cell->text);
    return true;
}

uint32_t knowledge_table_rows(const struct knowledge *knowledge, uint32_t table) {
    INVARIANT(table < knowledge->plan->table_count);
    return knowledge->tables[table].rows.count;
}

static struct row *make_row(struct table *table, const struct knowledge_table *plan, Hash128 key) {
    uint32_t number = knowledge_slab_take(&table->rows);
    struct row *row = row_at(table, number);
    row->key = key;
    for (uint32_t i = 0; i < plan->column_count; i++) {
        row->cells[i] = plan->columns[i].type == COLUMN_STRING ? (Cell){.text = TEXT_NONE}
                                                               : (Cell){.number = NAN};
    }
    knowledge_index_insert(&table->index, key.low, number);
    return row;
}

// References for the texts of all cells, or none.
static bool take_texts(struct knowledge *knowledge, const struct knowledge_table *plan,
                       struct staged_cell *cells, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        cells[i].ref = TEXT_NONE;
        if (plan->columns[cells[i].column].type != COLUMN_STRING || cells[i].missing) {
            continue;
        }
        if (!texts_take(&knowledge->texts, cells[i].text, &cells[i].ref)) {
            while (i > 0) {
                texts_drop(&knowledge->texts, cells[--i].ref);
            }
            return false;
        }
    }
    return true;
}

Status tables_write(struct knowledge *knowledge, uint32_t table_number, Hash128 key,
                    struct staged_cell *cells, uint32_t count) {
    INVARIANT(table_number < knowledge->plan->table_count);
    const struct knowledge_table *plan = &knowledge->plan->tables[table_number];
    struct table *table = &knowledge->tables[table_number];
    uint32_t number = find_number(table, key);
    if ((number == SLAB_NONE && table->rows.count >= plan->cap) ||
        !take_texts(knowledge, plan, cells, count)) {
        knowledge->table_refused++;
        return STATUS_LIMIT;
    }
    struct row *row = number == SLAB_NONE ? make_row(table, plan, key) : knowledge_slab_change(&table->rows, number);
    for (uint32_t i = 0; i < count; i++) {
        Cell *cell = &row->cells[cells[i].column];
        if (plan->columns[cells[i].column].type == COLUMN_STRING) {
            texts_drop(&knowledge->texts, (uint32_t)cell->text);
            cell->text = cells[i].ref;
        } else {
            cell->number = cells[i].missing ? NAN : cells[i].number;
        }
    }
    return STATUS_OK;
}

static uint64_t hash_row(const struct knowledge *knowledge, const struct knowledge_table *plan,
                         const struct row *row) {
    uint64_t hash = hash64(plan->name, 2);
    hash = hash_mix(hash, row->key.low);
    hash = hash_mix(hash, row->key.high);
    for (uint32_t i = 0; i < plan->column_count; i++) {
        uint64_t value;
        if (plan->columns[i].type == COLUMN_STRING) {
            bool missing = row->cells[i].text == TEXT_NONE;
            value =
                missing ? 0 : hash64(texts_at(&knowledge->texts, (uint32_t)row->cells[i].text), 3);
        } else {
            double number = isnan(row->cells[i].number) ? NAN : row->cells[i].number;
            memcpy(&value, &number, sizeof value);
        }
        hash = hash_mix(hash, value);
    }
    return hash;
}

// A sum, so that the order of rows does not count.
uint64_t tables_hash(const struct knowledge *knowledge) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < knowledge->plan->table_count; i++) {
        const struct slab *rows = &knowledge->tables[i].rows;
        for (uint32_t k = 0; k < rows->used; k++) {
            sum += hash_row(knowledge, &knowledge->plan->tables[i], knowledge_slab_at(rows, k));
        }
    }
    return sum;
}

void tables_validate(const struct knowledge *knowledge) {
    for (uint32_t i = 0; i < knowledge->plan->table_count; i++) {
        const struct table *table = &knowledge->tables[i];
        knowledge_index_validate(&table->index);
        INVARIANT(table->rows.count == table->rows.used && table->rows.count == table->index.count);
        INVARIANT(table->rows.count <= knowledge->plan->tables[i].cap);
        for (uint32_t k = 0; k < table->rows.used; k++) {
            const struct row *row = row_at(table, k);
            INVARIANT(find_row(table, row->key) == row);
        }
    }
}
