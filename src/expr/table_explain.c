// Explaining: how a rule was understood, for people who wonder why it costs what it costs or fires when it fires.

#include "codec/number.h"
#include "expr/table_private.h"

static void put_ref(const struct expr_table *table, Ref ref, struct buf *out);

static void put_number(double value, struct buf *out) {
    char text[NUMBER_TEXT_SIZE];
    buf_put(out, (Slice){text, number_format(value, text)});
}

static void put_constant(const struct expr_table *table, const struct constant *constant, struct buf *out) {
    bool single = constant->program.count == 1;
    Ref ref = constant->program.steps[0].ref;
    if (single && table_is_constant(ref)) {
        put_number(table->literals.at[ref & ~TABLE_CONSTANT], out);
    } else {
        buf_put(out, SLICE("parameter"));
        put_number(table->bindings == NULL ? 0 : table->bindings[0][constant - table->constants.at], out);
    }
}

static void put_ref(const struct expr_table *table, Ref ref, struct buf *out) {
    if (table_is_constant(ref)) {
        put_constant(table, &table->constants.at[ref & ~TABLE_CONSTANT], out);
        return;
    }
    static const char *const kinds[] = {"column", "text column", "computed column", "asked of the host", "left to the evaluator"};
    const struct column *column = &table->columns.at[ref];
    buf_printf(out, "#%u (%s%s", ref, kinds[column->kind], column->later ? ", later" : "");
    if (column->kind == COLUMN_SLOT || column->kind == COLUMN_TEXT) {
        buf_printf(out, ", slot %u", column->slot);
    }
    buf_put_byte(out, ')');
}

static void put_atom(const struct expr_table *table, const struct atom *atom, struct buf *out) {
    static const char *const signs[] = {"<", "<=", "==", "!=", "in set", "has", "is present", "is true"};
    put_ref(table, atom->left, out);
    buf_printf(out, " %s ", signs[atom->kind]);
    if (atom->right != TABLE_NO_REF) {
        put_ref(table, atom->right, out);
    } else if (atom->mask != 0) {
        buf_printf(out, "%llx", (unsigned long long)atom->mask);
    }
}

void expr_table_explain(const struct expr_table *table, uint32_t index, struct buf *out) {
    const struct rule *rule = &table->rules.at[index];
    buf_printf(out, "%u conditions, %u of them at hand before features are computed; %s\n", rule->atom_count, rule->now_count,
               rule->is_table ? "decided by a truth table" : "decided by a formula");
    for (uint32_t i = 0; i < rule->atom_count; i++) {
        buf_printf(out, "  %c%u  ", i < rule->now_count ? 'n' : 'l', i);
        put_atom(table, &table->atoms.at[rule->atoms[i]], out);
        buf_put_byte(out, '\n');
    }
}
