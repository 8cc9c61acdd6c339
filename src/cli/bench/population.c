#include "cli/bench/population.h"

#include "base/random.h"
#include "cli/bench/day.h"

#include <math.h>
#include <stdio.h>

enum {
    LIST_ENTRIES = 4000,
    ENTRIES_OF_THE_DAY_EVERY = 100, // one in so many list entries names something that events have
};

struct filling {
    const struct catalogue *catalogue;
    struct knowledge *knowledge;
    uint32_t accounts;
    struct random random;
    struct arena scratch;
    struct population done;
    bool *is_read; // by column of the table at hand
    DayThing thing; // of the row at hand
    uint64_t index;
    char text[DAY_NAME_SIZE];
};

// ---- values ----------------------------------------------------------------------------------------------

static int64_t between(struct random *random, int64_t low, int64_t high) {
    return low + (int64_t)random_below(random, (uint64_t)(high - low + 1));
}

static bool has_word(Slice name, const char *word) {
    return slice_find(name, slice_of(word), 0) != SIZE_MAX;
}

// Days since something usual; ages; counts of what is rare, mostly 0.
static int64_t whole_for(struct random *random, const struct knowledge_column *column) {
    if (slice_is(column->unit, "days")) {
        bool recent = has_word(column->name, "idle") || has_word(column->name, "active") || has_word(column->name, "since");
        return recent ? between(random, 0, 20) : between(random, 30, 3000);
    }
    if (slice_is(column->unit, "years")) {
        return between(random, 18, 72);
    }
    if (slice_is(column->unit, "months")) {
        return between(random, 0, 36);
    }
    if (slice_is(column->unit, "hour")) {
        return has_word(column->name, "open") ? between(random, 5, 8) : between(random, 22, 24);
    }
    if (has_word(column->name, "black_hops") || has_word(column->name, "gamble_hops")) {
        return between(random, 4, 9);
    }
    return (int64_t)(4 * pow(random_unit(random), 40));
}

// What a merchant usually takes agrees with how popular it is in the day; amounts in fen, sixty yuan a payment.
static int64_t amount_for(struct filling *filling, const struct knowledge_column *column) {
    double usual = 100 * exp(6 + 4 * random_unit(&filling->random));
    if (filling->thing == DAY_MERCHANT && !has_word(column->name, "ticket")) {
        usual = day_payments_per_hour(filling->index, filling->accounts) * 24 * 10000;
    }
    bool of_a_month = has_word(column->name, "expected") || has_word(column->name, "month");
    return (int64_t)(of_a_month ? 30 * usual : usual);
}

static double share_for(struct filling *filling, const struct knowledge_column *column) {
    if (filling->thing == DAY_MERCHANT && has_word(column->name, "hour")) {
        return day_payments_per_hour(filling->index, filling->accounts);
    }
    return has_word(column->name, "avg") ? 20 : 0.8 * pow(random_unit(&filling->random), 3);
}

// States and classes are nearly always the first: in force, class I.
static Slice choice_for(struct random *random, const struct knowledge_column *column) {
    bool usual = has_word(column->name, "status") || has_word(column->name, "type") || has_word(column->name, "class");
    uint64_t value = random_below(random, column->value_count);
    return column->values[usual && random_below(random, 1000) < 990 ? 0 : value];
}

static struct json_node value_for(struct filling *filling, const struct knowledge_column *column) {
    struct random *random = &filling->random;
    switch (column->type) {
    case COLUMN_INT:
        return (struct json_node){.kind = JSON_INT, .i64 = whole_for(random, column)};
    case COLUMN_MONEY:
        return (struct json_node){.kind = JSON_INT, .i64 = amount_for(filling, column)};
    case COLUMN_FLOAT:
        return (struct json_node){.kind = JSON_DOUBLE, .f64 = share_for(filling, column)};
    case COLUMN_BOOL:
        return (struct json_node){.kind = random_below(random, 1000) == 0 ? JSON_TRUE : JSON_FALSE};
    case COLUMN_ENUM:
        return (struct json_node){.kind = JSON_STRING, .text = choice_for(random, column)};
    case COLUMN_STRING:
        break;
    }
    struct json_node node = {.kind = JSON_STRING};
    if (!day_fact(filling->thing, filling->index, column->name, filling->text, &node.text)) {
        int size = snprintf(filling->text, sizeof filling->text, "T%u", (unsigned)random_below(random, 10000));
        node.text = (Slice){filling->text, (size_t)size};
    }
    return node;
}

// ---- tables ----------------------------------------------------------------------------------------------

static DayThing thing_of(Slice field) {
    static const struct {
        const char *field;
        DayThing thing;
    } known[] = {
        {"acct_no", DAY_ACCOUNT},       {"payer_acct_no", DAY_ACCOUNT}, {"payee_acct_no", DAY_ACCOUNT}, {"cust_id", DAY_CUSTOMER},
        {"device_id", DAY_DEVICE},      {"card_token", DAY_CARD},       {"card_bin", DAY_BIN},          {"merchant_id", DAY_MERCHANT},
        {"terminal_id", DAY_TERMINAL},  {"employee_id", DAY_EMPLOYEE},  {"branch_id", DAY_BRANCH},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (slice_is(field, known[i].field)) {
            return known[i].thing;
        }
    }
    return DAY_THINGS;
}

static void fill_row(struct filling *filling, uint32_t table_index, Hash128 key) {
    const struct knowledge_table *table = &filling->catalogue->knowledge->tables[table_index];
    arena_reset(&filling->scratch);
    filling->done.rows++;
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (filling->is_read[c]) {
            struct json_node value = value_for(filling, &table->columns[c]);
            struct diag diag;
            Status status = knowledge_set(filling->knowledge, table_index, key, c, &value, &filling->scratch, &diag);
            filling->done.cells += status == STATUS_OK;
        }
    }
}

static void fill_things(struct filling *filling, uint32_t table_index, DayThing thing) {
    uint64_t count = day_count(thing, filling->accounts);
    for (uint64_t i = 0; i < count; i++) {
        char text[DAY_NAME_SIZE];
        Slice name = day_name(thing, i, text);
        filling->thing = thing;
        filling->index = i;
        fill_row(filling, table_index, knowledge_key(&name, 1));
    }
}

static void fill_devices_of_customers(struct filling *filling, uint32_t table_index) {
    for (uint32_t i = 0; i < filling->accounts; i++) {
        char texts[2][DAY_NAME_SIZE];
        filling->thing = DAY_DEVICE;
        filling->index = i;
        Slice names[2] = {day_name(DAY_DEVICE, i, texts[0]), day_name(DAY_CUSTOMER, i, texts[1])};
        fill_row(filling, table_index, knowledge_key(names, 2));
    }
}

static bool find_read_columns(struct filling *filling, uint32_t table_index) {
    const struct vocabulary *vocabulary = &filling->catalogue->vocabulary;
    memset(filling->is_read, 0, sizeof *filling->is_read * KNOWLEDGE_COLUMNS_MAX);
    bool any = false;
    for (uint32_t i = 0; i < vocabulary->names.count; i++) {
        const struct name *name = &vocabulary->names.at[i];
        if (name->kind == NAME_CELL && name->table == table_index && name->read) {
            filling->is_read[name->index] = true;
            any = true;
        }
    }
    return any;
}

static void fill_table(struct filling *filling, uint32_t table_index) {
    const struct knowledge_table *table = &filling->catalogue->knowledge->tables[table_index];
    if (!find_read_columns(filling, table_index)) {
        return;
    }
    if (table->key_count == 0) {
        fill_row(filling, table_index, knowledge_key(NULL, 0));
    } else if (table->key_count == 1 && thing_of(table->key[0]) != DAY_THINGS) {
        fill_things(filling, table_index, thing_of(table->key[0]));
        if (slice_is(table->key[0], "payee_acct_no")) {
            fill_things(filling, table_index, DAY_OUTSIDE);
        }
    } else if (table->key_count == 2 && slice_is(table->key[0], "device_id") && slice_is(table->key[1], "cust_id")) {
        fill_devices_of_customers(filling, table_index);
    }
}

// ---- lists -----------------------------------------------------------------------------------------------

// Most entries name strangers, as in a bank: what is looked up is hardly ever on the list.
static void fill_list(struct filling *filling, uint32_t list_index) {
    const struct knowledge_list *list = &filling->catalogue->knowledge->lists[list_index];
    DayThing thing = slice_starts_with(list->key, SLICE("account"))    ? DAY_ACCOUNT
                     : slice_starts_with(list->key, SLICE("customer")) ? DAY_CUSTOMER
                     : slice_starts_with(list->key, SLICE("device"))   ? DAY_DEVICE
                                                                       : DAY_THINGS;
    for (uint32_t i = 0; i < LIST_ENTRIES; i++) {
        char text[DAY_NAME_SIZE];
        bool of_the_day = thing != DAY_THINGS && i % ENTRIES_OF_THE_DAY_EVERY == 0;
        Slice name = day_name(of_the_day ? thing : DAY_OUTSIDE,
                              of_the_day ? random_below(&filling->random, filling->accounts) : (UINT64_C(1) << 40) + i, text);
        struct knowledge_entry entry = {.begin_us = INT64_MIN, .end_us = INT64_MAX, .source = SLICE("bench")};
        filling->done.entries += knowledge_list_add(filling->knowledge, list_index, knowledge_key(&name, 1), &entry) == STATUS_OK;
    }
}

struct population population_fill(const struct catalogue *catalogue, struct knowledge *knowledge, uint32_t accounts, uint64_t seed) {
    struct filling filling = {.catalogue = catalogue, .knowledge = knowledge, .accounts = accounts};
    random_init(&filling.random, seed + 1);
    arena_init(&filling.scratch, 64 << 10);
    bool is_read[KNOWLEDGE_COLUMNS_MAX];
    filling.is_read = is_read;
    for (uint32_t i = 0; i < catalogue->knowledge->table_count; i++) {
        fill_table(&filling, i);
    }
    for (uint32_t i = 0; i < catalogue->knowledge->list_count; i++) {
        fill_list(&filling, i);
    }
    arena_deinit(&filling.scratch);
    return filling.done;
}
