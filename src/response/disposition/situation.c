// All that strategies may ask about one alert, gathered as they ask (gather.c), and, while somebody lets us look, from profiles and lists. What is not known stays so: a condition that reads it does
// not hold, and a limit that asks for it forbids.

#include "response/disposition/parts.h"

#include "base/bits.h"

#include <math.h>

static const struct statement LEAD = {"situation_lead", "SELECT event FROM evidence WHERE sequence = ?1"};

// ---- parts --------------------------------------------------------------------------------------------------------------

// Names that are not here stand in the alert's row.
static const SituationPart parts_of_names[STRATEGY_NAME_COUNT] = {
    [STRATEGY_ALERT_FAMILY] = PART_HITS,
    [STRATEGY_ALERT_MODELS] = PART_HITS,
    [STRATEGY_ALERT_TYPOLOGIES] = PART_HITS,
    [STRATEGY_ALERT_FAMILIES] = PART_HITS,
    [STRATEGY_ALERT_MODES] = PART_HITS,
    [STRATEGY_ALERT_EVIDENCE] = PART_HITS,
    [STRATEGY_ALERT_S2_APART] = PART_HITS,
    [STRATEGY_ALERT_SYNC] = PART_HITS,
    [STRATEGY_ALERT_CHALLENGER] = PART_AGES,
    [STRATEGY_ALERT_MODEL_DAYS] = PART_AGES,
    [STRATEGY_ALERT_MARKS] = PART_MARKS,
    [STRATEGY_ALERT_ACTIONS] = PART_ACTIONS,
    [STRATEGY_ALERT_ASKS] = PART_ACTIONS,
    [STRATEGY_ALERT_TAKEN] = PART_TAKEN,
    [STRATEGY_PAYMENT_STATE] = PART_PAYMENT,
    [STRATEGY_PAYMENT_RETRIED] = PART_PAYMENT,
    [STRATEGY_HISTORY_RELEASES] = PART_BEFORE,
    [STRATEGY_HISTORY_OVERTURNED] = PART_BEFORE,
    [STRATEGY_HISTORY_INVOLVED] = PART_BEFORE,
    [STRATEGY_HISTORY_LIMIT_STEPS] = PART_BEFORE,
    [STRATEGY_HISTORY_SCAMQ] = PART_BEFORE,
    [STRATEGY_HISTORY_BLOCKS] = PART_BEFORE,
    [STRATEGY_HISTORY_CLEARED_DAYS] = PART_CLEARED,
    [STRATEGY_HISTORY_CLEARED_CNT] = PART_CLEARED,
    [STRATEGY_HISTORY_RATIO] = PART_CLEARED,
    [STRATEGY_HISTORY_NEW_EVIDENCE] = PART_CLEARED,
    [STRATEGY_HISTORY_REPEATS] = PART_REPEATS,
    [STRATEGY_WHITE_FOUND] = PART_WHITE,
    [STRATEGY_WHITE_BY_HUMAN] = PART_WHITE,
    [STRATEGY_WHITE_TYPOLOGY] = PART_WHITE,
    [STRATEGY_WHITE_AMOUNT] = PART_WHITE,
    [STRATEGY_WHITE_DAYS_LEFT] = PART_WHITE,
    [STRATEGY_WHITE_TERM_DAYS] = PART_WHITE,
    [STRATEGY_RUN_ANSWERED] = PART_RUN,
    [STRATEGY_RUN_ANSWERED_AGAIN] = PART_RUN,
    [STRATEGY_RUN_WAITED_SEC] = PART_RUN,
    [STRATEGY_RUN_NEW_HITS] = PART_RUN,
};

static uint32_t bit_of(SituationPart part) {
    return UINT32_C(1) << part;
}

static bool has(struct situation *situation, SituationPart part) {
    bool is_there = (situation->gathered & bit_of(part)) != 0;
    situation->lacking |= is_there ? 0 : bit_of(part);
    return is_there;
}

void situation_forget(struct situation *situation, SituationPart part) {
    situation->gathered &= ~bit_of(part);
}

// ---- answering strategies ---------------------------------------------------------------------------------------------

static bool read_field(const struct situation *situation, uint32_t field, struct arena *scratch, struct value *ret_value) {
    const struct event *event = situation->event;
    const struct schema_field *declared = &event->schema->fields[field];
    if (!event_has(event, field)) {
        return false;
    }
    const union event_cell *cell = &event->cells[field];
    switch (declared->type) {
    case FIELD_STRING: *ret_value = value_string(cell->text); return true;
    case FIELD_ENUM: *ret_value = value_string(event->schema->enums[declared->enumeration].values[cell->integer]); return true;
    case FIELD_INT: *ret_value = value_int(cell->integer); return true;
    case FIELD_FLOAT: *ret_value = value_double(cell->number); return true;
    case FIELD_BOOL: *ret_value = value_bool(cell->integer != 0); return true;
    case FIELD_MONEY: *ret_value = value_money((double)cell->integer); return true;
    case FIELD_TIME:
        *ret_value = (struct value){.kind = VALUE_TIMESTAMP, .time = {floor_div(cell->integer, US_PER_SECOND), (int32_t)((cell->integer - floor_div(cell->integer, US_PER_SECOND) * US_PER_SECOND) * 1000)}};
        return true;
    case FIELD_LIST: {
        struct texts texts = {0};
        for (uint32_t i = 0; i < event->schema->enums[declared->enumeration].count; i++) {
            if ((uint64_t)cell->integer & UINT64_C(1) << i) {
                texts_add(&texts, scratch, event->schema->enums[declared->enumeration].values[i]);
            }
        }
        struct value_list *list = ARENA_NEW(scratch, struct value_list);
        *list = (struct value_list){.items = texts.at, .count = texts.count};
        *ret_value = (struct value){.kind = VALUE_LIST, .list = list};
        return true;
    }
    }
    return false;
}

// The row of a table for the leading event's key.
static bool row_of(const struct situation *situation, uint32_t table, struct arena *scratch, KnowledgeRow *ret_row) {
    const struct catalogue_key *key = &situation->disposition->catalogue->table_keys[table];
    Slice parts[TABLE_KEY_PARTS_MAX];
    for (uint32_t i = 0; i < key->count; i++) {
        parts[i] = event_text(situation->event, key->fields[i], scratch);
        if (slice_empty(parts[i])) {
            return false;
        }
    }
    *ret_row = knowledge_row(situation->knowledge, table, knowledge_key(parts, key->count));
    return ret_row->cells != NULL;
}

static bool look_up_cell(const struct situation *situation, uint32_t table, uint32_t column, struct arena *scratch, struct value *ret_value) {
    const struct knowledge_column *declared = &situation->disposition->catalogue->knowledge->tables[table].columns[column];
    KnowledgeRow row;
    if (!row_of(situation, table, scratch, &row)) {
        return false;
    }
    if (declared->type == COLUMN_STRING) {
        Slice text;
        bool is_there = knowledge_cell_text(situation->knowledge, table, row, column, &text);
        *ret_value = value_string(is_there ? arena_copy(scratch, text) : SLICE(""));
        return is_there;
    }
    double number = knowledge_cell(situation->knowledge, table, row, column);
    if (isnan(number)) {
        return false;
    }
    switch (declared->type) {
    case COLUMN_INT: *ret_value = value_int((int64_t)number); break;
    case COLUMN_BOOL: *ret_value = value_bool(number != 0); break;
    case COLUMN_MONEY: *ret_value = value_money(number); break;
    case COLUMN_ENUM: *ret_value = value_string(declared->values[(uint32_t)number]); break;
    default: *ret_value = value_double(number); break;
    }
    return true;
}

static bool read_cell(struct situation *situation, uint32_t table, uint32_t column, struct arena *scratch, struct value *ret_value) {
    struct looked *looked = &situation->looked;
    for (uint32_t i = 0; i < looked->cell_count; i++) {
        if (looked->cells[i].table == table && looked->cells[i].column == column) {
            *ret_value = looked->cells[i].value;
            return looked->cells[i].is_there;
        }
    }
    if (situation->knowledge == NULL) {
        looked->lacks = true;
        return false;
    }
    struct looked_cell cell = {.table = table, .column = column};
    cell.is_there = look_up_cell(situation, table, column, scratch, &cell.value);
    if (looked->cell_count < LOOKED_CELLS_MAX) {
        looked->cells[looked->cell_count++] = cell;
    }
    *ret_value = cell.value;
    return cell.is_there;
}

static bool read_slot(void *context, StrategySlot slot, struct arena *scratch, struct value *ret_value) {
    struct situation *situation = context;
    switch (slot.kind) {
    case SLOT_FIELD: return read_field(situation, slot.index, scratch, ret_value);
    case SLOT_CELL: return read_cell(situation, slot.table, slot.index, scratch, ret_value);
    case SLOT_NAME: *ret_value = situation->names[slot.index]; return has(situation, parts_of_names[slot.index]) && situation->is_known[slot.index];
    case SLOT_ANSWER: *ret_value = situation->answers[slot.index]; return has(situation, PART_ANSWERS) && situation->is_answered[slot.index];
    }
    return false;
}

// False: nobody can be asked now.
static bool look_up_key(struct situation *situation, uint32_t list, Slice key, struct looked_key *ret_key) {
    struct looked *looked = &situation->looked;
    for (uint32_t i = 0; i < looked->key_count; i++) {
        if (looked->keys[i].list == list && slice_equal(looked->keys[i].key, key)) {
            *ret_key = looked->keys[i];
            return true;
        }
    }
    if (situation->knowledge == NULL) {
        looked->lacks = true;
        return false;
    }
    Hash128 hashed = knowledge_key(&key, 1);
    *ret_key = (struct looked_key){.list = list,
                                   .then = knowledge_on_list(situation->knowledge, list, hashed, situation->event->time_us),
                                   .now = knowledge_on_list(situation->knowledge, list, hashed, situation->now_us)};
    if (looked->key_count < LOOKED_KEYS_MAX) {
        ret_key->key = arena_copy(situation->arena, key);
        looked->keys[looked->key_count++] = *ret_key;
    }
    return true;
}

// As it was when the event came, or as it is now: who was listed by the police, the sanctions or the courts at either moment is listed; where another list says two things, nobody knows.
static bool on_list(void *context, uint32_t list, Slice key, bool *ret_is_on) {
    struct situation *situation = context;
    struct looked_key looked;
    if (!look_up_key(situation, list, key, &looked)) {
        return false;
    }
    *ret_is_on = looked.then || looked.now;
    return looked.then == looked.now || situation->disposition->plan->source_of_list[list] != 0;
}

static bool open_severity(void *context, Slice family, Severity *ret_severity) {
    struct situation *situation = context;
    *ret_severity = SEVERITY_NONE;
    ENSURE(has(situation, PART_OPEN), false);
    for (uint32_t i = 0; i < situation->open_count; i++) {
        if (slice_equal(situation->open[i].family, family)) {
            *ret_severity = situation->open[i].severity;
        }
    }
    return situation->open_count < OPEN_FAMILIES_MAX;
}

static bool uses(void *context, const struct strategy *strategy, LimitScope per, int64_t within_us, uint32_t *ret_count) {
    struct situation *situation = context;
    ENSURE(has(situation, PART_USES), false);
    for (uint32_t i = 0; i < strategy->limit_count && strategy == situation->strategy; i++) {
        if (strategy->limits[i].per == per && strategy->limits[i].within_us == within_us) {
            *ret_count = situation->uses[i];
            return true;
        }
    }
    return false;
}

// ---- whose event it is -------------------------------------------------------------------------------------------------

// A role's field says what the alert says, or nothing.
static void set_role(const struct disposition_plan *plan, struct event *event, EventRole role, Slice text) {
    uint32_t field = plan->roles[role];
    if (field == SCHEMA_NONE) {
        return;
    }
    bits_clear(event->present, field);
    if (!slice_empty(text) && event->schema->fields[field].type == FIELD_STRING) {
        event_set_text(event, field, text);
    }
}

// An event tells of its own customer: his age, his account's profile, his card. Of an alert about who was paid it is read as that one's: what it has of the payer's stays
// unknown, and profiles are asked with the account that the alert is about. Else a limit would be weighed by what the payer is.
static void turn_lead(struct situation *situation, struct arena *arena) {
    static const EventRole his[] = {EVENT_ROLE_CARD, EVENT_ROLE_NAME_HASH, EVENT_ROLE_CERTIFICATE, EVENT_ROLE_PHONE, EVENT_ROLE_ADDRESS};
    struct disposition *disposition = situation->disposition;
    struct event *event = disposition->lead;
    const struct alert *alert = &situation->alert;
    size_t field;
    situation->is_turned = !slice_equal(alert->customer, event_role(disposition, event, EVENT_ROLE_CUSTOMER, arena)) ||
                           !slice_equal(alert->account, event_role(disposition, event, EVENT_ROLE_ACCOUNT, arena));
    if (!situation->is_turned) {
        return;
    }
    set_role(disposition->plan, event, EVENT_ROLE_CUSTOMER, alert->customer);
    set_role(disposition->plan, event, EVENT_ROLE_ACCOUNT, alert->account);
    for (size_t i = 0; i < sizeof his / sizeof his[0]; i++) {
        set_role(disposition->plan, event, his[i], SLICE(""));
    }
    BITS_EACH(disposition->plan->of_customer, SCHEMA_FIELDS_MAX / 64, field) {
        bits_clear(event->present, field);
    }
}

// ---- gathering --------------------------------------------------------------------------------------------------------------

static Status gather(struct situation *situation, struct book *book, uint32_t parts) {
    uint32_t rest_on_hits = bit_of(PART_AGES) | bit_of(PART_CLEARED) | bit_of(PART_WHITE);
    uint32_t wanted = (parts | ((parts & rest_on_hits) != 0 ? bit_of(PART_HITS) : 0)) & ~situation->gathered;
    for (uint32_t part = 0; part < SITUATION_PART_COUNT; part++) {
        if ((wanted & bit_of((SituationPart)part)) != 0) {
            TRY(gather_part(situation, book, (SituationPart)part));
        }
    }
    situation->gathered |= wanted;
    return STATUS_OK;
}

Status situation_look(struct situation *situation, struct book *book, void (*look)(void *user, const struct knowledge *knowledge), void *user) {
    const struct disposition_world *world = &situation->disposition->options.world;
    do {
        situation->looked.lacks = false;
        situation->lacking = 0;
        look(user, NULL);
        if (situation->lacking == 0 && situation->looked.lacks && !world->with_knowledge(world->context, look, user)) {
            return book_fail(book, STATUS_IO, "DP010", "lists and profiles cannot be asked now");
        }
        TRY(gather(situation, book, situation->lacking));
    } while (situation->lacking != 0);
    return STATUS_OK;
}

Status situation_gather_all(struct situation *situation, struct book *book) {
    return gather(situation, book, bit_of(SITUATION_PART_COUNT) - 1);
}

Status situation_load(struct disposition *disposition, struct book *book, int64_t alert, struct situation *ret_situation) {
    struct situation *situation = ret_situation;
    *situation = (struct situation){.disposition = disposition, .arena = book->arena};
    situation->input = (struct strategy_input){.context = situation, .read = read_slot, .on_list = on_list, .open_severity = open_severity, .uses = uses};
    TRY(alert_load(book, alert, &situation->alert));
    TRY(book_one(book, &LEAD, STORE_VALUES(store_i64(situation->alert.lead))));
    TRY(event_read(disposition, book, book_text(book, 0), disposition->lead));
    turn_lead(situation, book->arena);
    situation->event = disposition->lead;
    situation->now_us = book->now_us;
    TRY(gather_row(situation, book));
    situation->gathered = bit_of(PART_ROW);
    return STATUS_OK;
}

void situation_of_strategy(struct situation *situation, const struct strategy *strategy, bool is_shadow, int64_t run) {
    bool held_before = gather_would_hold_us(situation) > 0;
    situation->strategy = strategy;
    situation->is_shadow = is_shadow;
    situation->run = run;
    situation->assumed = NULL;
    if (held_before || gather_would_hold_us(situation) > 0) {
        situation_forget(situation, PART_PAYMENT);
    }
    situation->gathered &= ~(bit_of(PART_ANSWERS) | bit_of(PART_REPEATS) | bit_of(PART_USES) | bit_of(PART_RUN));
}
