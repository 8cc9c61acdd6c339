// Explaining: how a rule was understood, for people who wonder why it costs what it costs or fires when it fires.

#include "codec/number.h"
#include "expr/table_private.h"

static void put_number(double value, struct buf *out) {
    if (!isfinite(value)) {
        buf_put(out, isnan(value) ? SLICE("missing") : value > 0 ? SLICE("infinite") : SLICE("-infinite"));
        return;
    }
    char text[NUMBER_TEXT_SIZE];
    buf_put(out, (Slice){text, number_format(value, text)});
}

static void put_constant(const struct expr_table *table, uint32_t index, struct buf *out) {
    const struct constant *constant = &table->constants.at[index];
    if (constant->kind == CONSTANT_PARAMETER) {
        buf_put(out, SLICE("parameter "));
    }
    if (constant->kind == CONSTANT_LITERAL) {
        put_number(constant->literal, out);
    } else if (table->finished) {
        put_number(table->bindings[0][index], out);
    }
}

static void put_ref(const struct expr_table *table, Ref ref, struct buf *out) {
    if (table_is_constant(ref)) {
        put_constant(table, ref & ~TABLE_CONSTANT, out);
        return;
    }
    static const char *const kinds[] = {"column", "text column", "texts compared", "computed column",
                                        "condition", "asked of the host", "left to the evaluator"};
    const struct column *column = &table->columns.at[ref];
    buf_printf(out, "#%u (%s%s", ref, kinds[column->kind], column->later ? ", later" : "");
    if (column->kind == COLUMN_SLOT || column->kind == COLUMN_TEXT) {
        buf_printf(out, ", slot %u", column->slot);
    }
    buf_put_byte(out, ')');
}

static void put_atom(const struct expr_table *table, const struct atom *atom, struct buf *out) {
    static const char *const signs[SIGNS_ALL + 1] = {
        [SIGN_LESS] = "<",
        [SIGN_LESS | SIGN_EQUAL] = "<=",
        [SIGN_EQUAL] = "==",
        [SIGN_LESS | SIGN_GREATER] = "!=",
        [SIGN_GREATER] = ">",
        [SIGN_GREATER | SIGN_EQUAL] = ">=",
        [SIGNS_ALL - SIGN_UNORDERED] = "is present",
    };
    put_ref(table, atom->left, out);
    if (atom->kind != ATOM_SIGNS) {
        buf_printf(out, " %s %llx", atom->kind == ATOM_IN_MASK ? "is one of" : "has", (unsigned long long)atom->mask);
        return;
    }
    buf_printf(out, " %s ", signs[atom->signs]);
    if (atom->signs != SIGNS_ALL - SIGN_UNORDERED) {
        put_ref(table, atom->right, out);
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
