// A small pack, compiled, and its strategies run on alerts that are handed over by name.

#include "base/test.h"
#include "response/strategies/strategies.h"

// ---- the pack ----------------------------------------------------------------------------------------------------

#define MODEL(id, typology, family, severity, condition)                                                                                             \
    "id: " id "\nversion: 1\nstatus: ACTIVE\nname: {zh: " id ", en: " id "}\nfamily: " family "\ntypology: " typology                                \
    "\nmode: SYNC\non: [pay]\nowner: {dept: tests}\nrationale: A condition that the tests of strategies need, and no more than that.\nexpr: >\n "    \
    " " condition "\nscore: 50\nseverity: " severity "\naction: DELAY\nreason: {zh: x, en: x}\n"

static const char SCHEMA[] = "roles: {id: event_id, type: event_type, time: event_time, channel: channel}\n"
                             "enums:\n  channel: [MOBILE, COUNTER]\n  cust_type: [PERSONAL, CORPORATE]\n"
                             "types:\n  pay: {zh: 付款, en: payment}\n"
                             "fields:\n"
                             "  - {name: event_id, type: string, max: 64, required: all}\n"
                             "  - {name: event_type, type: enum, enum: event_type, required: all}\n"
                             "  - {name: event_time, type: time, required: all}\n"
                             "  - {name: channel, type: enum, enum: channel}\n"
                             "  - {name: cust_id, type: string, max: 32}\n"
                             "  - {name: device_id, type: string, max: 32}\n"
                             "  - {name: acct_no, type: string, max: 32, personal: account}\n"
                             "  - {name: payee, type: string, max: 32}\n"
                             "  - {name: cust_type, type: enum, enum: cust_type}\n"
                             "  - {name: amount, type: money, min: 0}\n"
                             "  - {name: remote, type: bool}\n";
static const char KNOWLEDGE[] =
    "lists:\n"
    "  police: {zh: 公安, en: police, key: account, source: police, expiry: none}\n"
    "  bank: {zh: 本行, en: bank, key: account, source: bank, expiry: none}\n"
    "  sanction: {zh: 制裁, en: sanction, key: account, source: law, expiry: none}\n"
    "  protect: {zh: 保护, en: protected, key: customer, source: police, expiry: none}\n"
    "tables:\n"
    "  - name: person\n    namespace: prof.person\n    key: [cust_id]\n    fields:\n      age: {type: int}\n      wages: {type: bool}\n";
static const char POLICY[] =
    "actions:\n  - {id: PASS, zh: 放行, en: pass}\n  - {id: DELAY, zh: 延迟, en: delay}\n  - {id: REJECT, zh: 拒绝, en: reject}\n"
    "segments:\n  - {id: ALL, zh: 全部, en: everybody}\n"
    "default_delay: 25h\n";
#define LEVEL "{first_action: 1h, decision: 1wd, wait: {customer: 1h, branch: 2wd, police: 48h}}"
#define DISPOSITION(order)                                                                                                                           \
    "window: 12h\n"                                                                                                                                  \
    "groups:\n"                                                                                                                                      \
    "  - {id: OWN, families: [AT, XX], kind: OWN, zh: 本人, en: own, queue: Q, subject: [{kind: CUSTOMER, field: cust_id}, {kind: DEVICE, field: " \
    "device_id}]}\n"                                                                                                                                 \
    "  - {id: VP, families: [VP], zh: 受害, en: victims, queue: Q, victims: true, subject: [{kind: CUSTOMER, field: cust_id}]}\n"                  \
    "  - {id: MU, families: [MU], zh: 涉诈, en: mules, queue: Q, subject: [{kind: ACCOUNT, field: acct_no}]}\n"                                    \
    "  - {id: SPECIAL, typologies: [MU-09], zh: 特别, en: special, queue: Q, subject: [{kind: ACCOUNT, field: acct_no}]}\n"                        \
    "lists: {POLICE: [police], SANCTION: [sanction], PUNISHED: []}\n"                                                                                \
    "levels: {S1: " LEVEL ", S2: " LEVEL ", S3: " LEVEL ", S4: " LEVEL "}\n"                                                                         \
    "contact:\n  - {channels: [SMS, APP], tries: 3}\n  - {channels: [POLICE], severities: [S4], victims: true}\n"                                    \
    "priority: {severity: 1000, money_here: 300, victim: 200, amount_log10: 100, age: 50, minute_left: -10}\n"                                       \
    "weights: {weak: 0.6, codes: {TP-MULE-SUSP: 0.8}}\n"                                                                                             \
    "facts:\n"                                                                                                                                       \
    "  customer_age: prof.person.age\n"                                                                                                              \
    "  is_company: {value: 'event.cust_type == \"CORPORATE\"', known: has(event.cust_type)}\n"                                                       \
    "  victim_protect: {value: 'inList(\"protect\", event.cust_id)', known: has(event.cust_id)}\n"                                                   \
    "  police_hit: 'has(event.payee) && inList(\"police\", event.payee)'\n"                                                                          \
    "  sanction_hit: 'has(event.payee) && inList(\"sanction\", event.payee)'\n"                                                                      \
    "  punished_hit: 'false'\n"                                                                                                                      \
    "  second_key: 'false'\n"                                                                                                                        \
    "  payroll_account: {value: prof.person.wages, known: has(prof.person.wages)}\n"                                                                 \
    "  pension_account: 'false'\n"                                                                                                                   \
    "  settlement_account: 'false'\n"                                                                                                                \
    "  court_account: 'false'\n"                                                                                                                     \
    "  payee_new: 'true'\n"                                                                                                                          \
    "answers:\n"                                                                                                                                     \
    "  - {name: reply, type: enum, values: [Y, N], zh: 回复, en: reply}\n"                                                                         \
    "  - {name: days, type: int, zh: 天数, en: days}\n"                                                                                            \
    "quality:\n"                                                                                                                                     \
    "  sample: {share: 0.02, weekly: 30, all_from: 200000}\n"                                                                                        \
    "  breaker: {within: 24h, factor: 2, mean_days: 14, overturn: 0.02, later_positives: 2, later_within: 7d}\n"                                     \
    "  earn: {agreement: 0.98, alerts: 500}\n"                                                                                                       \
    "order: " order "\n"
static const char SCRIPTS[] =
    "scripts:\n"
    "  SMS-1: {version: 3, kind: MESSAGE, zh: \"尾号{event.acct_no|tail}付款{event.amount}元\", en: \"{event.amount} from {event.acct_no|tail}\"}\n"
    "  NOTICE-1: {version: 1, kind: NOTICE, zh: x, en: x, reason: RISK, remedy: {zh: x, en: x}, documents: {zh: x, en: x}}\n";
static const char ASK[] =
    "id: D-ASK\nversion: 2\nzh: 询问\nen: asked\nowner: tests\ndirection: RELEASE\napplies_to: [AT, {of: [VP], severities: [S1, S2]}]\nseverities: "
    "[S1, S2, S3]\n"
    "when: 'event.remote || alert.hits >= 2'\n"
    "ask: {channel: SMS, script: SMS-1, within: 10m}\n"
    "wait:\n  - {when: alert.severity >= 3, for: 24h}\n  - {when: alert.severity == 2, for: 2h}\n"
    "stop:\n  - {id: denied, when: 'answer.reply == \"N\"', do: [{REFUSE_PAYMENT: {notice: NOTICE-1}}, RELEASE_PAYMENT], to: HUMAN}\n"
    "then:\n  - {id: agreed, when: 'answer.reply == \"Y\" && answer.days >= 30', do: [RELEASE_PAYMENT, {PAGE: {role: OWNER}}], close: FP-OWNWILL}\n"
    "otherwise: {to: STAYS}\n"
    "limits:\n  - {per: SUBJECT, count: 2, within: 30d}\n  - {per: PAYEE, count: 1}\n"
    "amount_max: 1000\n"
    "quality: {sample: {share: 0.5}}\n";
static const char STOP[] =
    "id: D-STOP\nversion: 1\nzh: 止付\nen: stopped\nowner: tests\ndirection: PROTECT\non: [OPENED, JOINED]\napplies_to: [MU, VP]\nlists: [POLICE]\n"
    "when: 'true'\n"
    "then:\n"
    "  - {id: mule, applies_to: [MU], do: [{CONTROL_ACCOUNT: {notice: NOTICE-1, for: 24h}}], close: TP-MULE}\n"
    "  - {id: once, once: true, do: [REPORT_SUSPICION], to: STAYS}\n";

static const struct {
    const char *path, *text;
} PACK[] = {
    {"pack.yaml", "pack: small\nversion: 1\nzone: UTC\ntitle: {zh: 小, en: small}\n"},
    {"schema.yaml", SCHEMA},
    {"knowledge.yaml", KNOWLEDGE},
    {"policy.yaml", POLICY},
    {"models/1.yaml", MODEL("M-AT-01-A", "AT-01", "AT", "S2", "event.amount >= 100")},
    {"models/2.yaml", MODEL("M-AT-02-A", "AT-02", "AT", "S3", "event.amount >= 200")},
    {"models/3.yaml", MODEL("M-VP-01-A", "VP-01", "VP", "S3", "event.amount >= 300")},
    {"models/4.yaml", MODEL("M-MU-01-A", "MU-01", "MU", "S4", "inList(\"police\", event.payee) && event.amount >= 1")},
    {"models/5.yaml", MODEL("M-MU-02-A", "MU-02", "MU", "S3", "inList(\"police\", event.payee) || inList(\"bank\", event.payee)")},
    {"models/6.yaml",
     MODEL("M-MU-03-A", "MU-03", "MU", "S3", "inList(\"police\", event.payee) || inList(\"sanction\", event.payee) && event.remote")},
    {"models/7.yaml", MODEL("M-MU-09-A", "MU-09", "MU", "S2", "event.amount >= 900")},
    {"models/8.yaml", MODEL("M-XX-01-A", "XX-01", "XX", "S1", "event.amount >= 901")},
};
enum { PACK_FILES = sizeof PACK / sizeof PACK[0], FILES_MAX = PACK_FILES + 8 };

struct world {
    struct pack_file files[FILES_MAX];
    uint32_t count;
    struct catalogue *catalogue;
    struct strategies *strategies;
    Status status;
};

static void put_file(struct world *world, const char *path, const char *text) {
    world->files[world->count++] = (struct pack_file){.path = slice_of(path), .source = {slice_of(path), slice_of(text)}};
}

static void compile(struct world *world) {
    for (int i = 0; i < PACK_FILES; i++) {
        put_file(world, PACK[i].path, PACK[i].text);
    }
    world->catalogue = catalogue_create();
    world->strategies = strategies_create();
    world->status = catalogue_load(world->catalogue, world->files, world->count);
    if (world->status != STATUS_OK) {
        diag_list_print(&world->catalogue->diags, stderr);
    } else {
        world->status = strategies_compile(world->strategies, world->catalogue, world->files, world->count);
    }
}

static void compile_all(struct world *world, const char *ask, const char *stop) {
    *world = (struct world){.count = 0};
    put_file(world, "disposition.yaml", DISPOSITION("[D-STOP, D-ASK]"));
    put_file(world, "scripts/all.yaml", SCRIPTS);
    put_file(world, "strategies/ask.yaml", ask);
    put_file(world, "strategies/stop.yaml", stop);
    compile(world);
}

static void end(struct world *world) {
    strategies_destroy(world->strategies);
    catalogue_destroy(world->catalogue);
}

static const struct strategy *strategy_of(const struct world *world, const char *id) {
    return &world->strategies->at[map_get(&world->strategies->by_id, slice_of(id))];
}

// ---- what is known of an alert -----------------------------------------------------------------------------------

enum { LISTED_MAX = 8 };
struct alert {
    const struct world *world;
    struct value names[STRATEGY_NAME_COUNT];
    struct value answers[2];
    struct value fields[32], age, wages;
    const char *listed[LISTED_MAX][2]; // list, key
    uint32_t listed_count;
    bool lists_fail, uses_fail;
    uint32_t uses[LIMIT_SCOPE_COUNT];
    struct value models[4];
    struct value_list model_list, marks;
};

static bool give(const struct value *value, struct value *ret_value) {
    *ret_value = *value;
    return value->kind != VALUE_MISSING;
}

static bool read_slot(void *context, StrategySlot slot, struct arena *scratch, struct value *ret_value) {
    const struct alert *alert = context;
    (void)scratch;
    switch (slot.kind) {
    case SLOT_FIELD:
        return give(&alert->fields[slot.index], ret_value);
    case SLOT_CELL:
        return give(slot.index == 0 ? &alert->age : &alert->wages, ret_value);
    case SLOT_NAME:
        return give(&alert->names[slot.index], ret_value);
    case SLOT_ANSWER:
        return give(&alert->answers[slot.index], ret_value);
    }
    return false;
}

static bool on_list(void *context, uint32_t list, Slice key, bool *ret_is_on) {
    const struct alert *alert = context;
    Slice name = alert->world->catalogue->knowledge->lists[list].name;
    *ret_is_on = false;
    for (uint32_t i = 0; i < alert->listed_count; i++) {
        *ret_is_on = *ret_is_on || (slice_is(name, alert->listed[i][0]) && slice_is(key, alert->listed[i][1]));
    }
    return !alert->lists_fail;
}

static bool open_severity(void *context, Slice family, Severity *ret_severity) {
    (void)context;
    (void)family;
    *ret_severity = SEVERITY_NONE;
    return true;
}

static bool uses(void *context, const struct strategy *strategy, LimitScope per, int64_t within_us, uint32_t *ret_count) {
    const struct alert *alert = context;
    (void)strategy;
    (void)within_us;
    *ret_count = alert->uses[per];
    return !alert->uses_fail;
}

static struct strategy_input input_of(struct alert *alert) {
    return (struct strategy_input){alert, read_slot, on_list, open_severity, uses};
}

static void set_models(struct alert *alert, uint32_t count, const char *const *models) {
    for (uint32_t i = 0; i < count; i++) {
        alert->models[i] = value_string(slice_of(models[i]));
    }
    alert->model_list = (struct value_list){alert->models, count};
    alert->names[STRATEGY_ALERT_MODELS] = (struct value){.kind = VALUE_LIST, .list = &alert->model_list};
}
#define SET_MODELS(alert, ...) set_models(alert, sizeof(const char *[]){__VA_ARGS__} / sizeof(const char *), (const char *const[]){__VA_ARGS__})

static void set_severity(struct alert *alert, Severity severity) {
    alert->names[STRATEGY_ALERT_SEVERITY] = value_int(severity);
    alert->names[STRATEGY_ALERT_SEVERITY_MOST] = value_int(severity);
}

static void set_field(struct alert *alert, const char *name, struct value value) {
    alert->fields[schema_find_field(alert->world->catalogue->schema, slice_of(name))] = value;
}

// S2 of a takeover with two hits, of a person of 40, who replied Y.
static void begin_alert(struct alert *alert, const struct world *world) {
    *alert = (struct alert){.world = world, .age = value_int(40), .wages = value_bool(false)};
    for (int i = 0; i < STRATEGY_NAME_COUNT; i++) {
        alert->names[i].kind = VALUE_MISSING;
    }
    for (int i = 0; i < 32; i++) {
        alert->fields[i].kind = VALUE_MISSING;
    }
    SET_MODELS(alert, "M-AT-01-A");
    set_severity(alert, SEVERITY_S2);
    alert->names[STRATEGY_ALERT_HITS] = value_int(2);
    alert->names[STRATEGY_ALERT_AMOUNT] = value_money(50000);
    alert->names[STRATEGY_ALERT_MARKS] = (struct value){.kind = VALUE_LIST, .list = &alert->marks};
    alert->names[STRATEGY_ALERT_LATE] = value_bool(false);
    alert->names[STRATEGY_ALERT_DEGRADED] = value_bool(false);
    alert->names[STRATEGY_ALERT_CHALLENGER] = value_bool(false);
    alert->names[STRATEGY_ALERT_MODEL_DAYS] = value_int(100);
    alert->names[STRATEGY_HISTORY_OVERTURNED] = value_int(0);
    alert->answers[0] = value_string(SLICE("Y"));
    alert->answers[1] = value_int(30);
    set_field(alert, "cust_id", value_string(SLICE("C1")));
    set_field(alert, "cust_type", value_string(SLICE("PERSONAL")));
    set_field(alert, "acct_no", value_string(SLICE("6217001234567890")));
    set_field(alert, "payee", value_string(SLICE("P1")));
    set_field(alert, "amount", value_money(1234550));
}

static StrategyRefusal refused(struct alert *alert, const char *id, struct arena *scratch) {
    struct strategy_input input = input_of(alert);
    struct strategy_begin begin;
    strategy_begin(alert->world->strategies, strategy_of(alert->world, id), &input, scratch, &begin);
    return begin.refused;
}

static struct strategy_outcome ended(struct alert *alert, const char *id, struct arena *scratch) {
    struct strategy_input input = input_of(alert);
    struct strategy_outcome outcome;
    strategy_end(alert->world->strategies, strategy_of(alert->world, id), &input, scratch, &outcome);
    return outcome;
}

// ---- what is compiled --------------------------------------------------------------------------------------------

static bool check_plan(const struct world *world) {
    const struct disposition_plan *plan = &world->strategies->plan;
    CHECK(plan->exists && plan->group_count == 4 && plan->typology_count == 8 && plan->window_us == 12 * US_PER_HOUR);
    uint32_t special = map_get(&plan->typologies_by_id, SLICE("MU-09"));
    uint32_t foreign = map_get(&plan->typologies_by_id, SLICE("XX-01"));
    CHECK(slice_is(plan->groups[plan->typologies[special].group].id, "SPECIAL"));
    CHECK(slice_is(plan->groups[plan->typologies[map_get(&plan->typologies_by_id, SLICE("MU-01"))].group].id, "MU"));
    CHECK(plan->typologies[special].kind == FAMILY_KIND_HOLDER && plan->typologies[foreign].kind == FAMILY_KIND_OWN);
    CHECK(plan->groups[1].is_victim && !plan->groups[0].is_victim && plan->groups[0].secrecy == SECRECY_NORMAL);
    const struct service_level *level = &plan->levels[SEVERITY_S3];
    CHECK(level->first_action.span_us == US_PER_HOUR && level->decision.span_us == -1 && level->decision.working_days == 1);
    CHECK(level->wait_branch.working_days == 2 && level->wait_police.span_us == 48 * US_PER_HOUR);
    CHECK(plan->contact_step_count == 2 && plan->contact_steps[0].channels == (1u << CONTACT_SMS | 1u << CONTACT_APP) &&
          plan->contact_steps[0].tries == 3);
    CHECK(plan->contact_steps[1].victims_only && plan->contact_steps[1].severities == 1u << SEVERITY_S4);
    CHECK(plan->code_weights[CODE_TP_MULE] == 1 && plan->code_weights[CODE_TP_MULE_SUSP] == 0.8 && plan->code_weights[CODE_FP_MODEL] == 0 &&
          plan->weak_weight == 0.6);
    CHECK(plan->priority.minute_left == -10 && plan->sampling.all_from == 20000000 && plan->breaker.mean_days == 14 && plan->earning.alerts == 500);
    return true;
}

static bool check_strategies(const struct world *world) {
    const struct strategy *ask = strategy_of(world, "D-ASK");
    const struct strategy *stop = strategy_of(world, "D-STOP");
    CHECK(world->strategies->count == 2 && stop == world->strategies->at && ask->releases && !stop->releases);
    CHECK(ask->triggers == 1u << TRIGGER_OPENED && stop->triggers == (1u << TRIGGER_OPENED | 1u << TRIGGER_JOINED));
    CHECK(stop->list_sources == 1u << LIST_SOURCE_POLICE && ask->amount_max == 100000 && ask->limit_count == 2 && ask->limits[1].within_us == 0);
    CHECK(ask->sampling.share == 0.5 && ask->sampling.weekly_least == 30 && stop->sampling.share == 0.02);
    CHECK(ask->ask->channel == CONTACT_SMS && ask->ask->within_us == 10 * US_PER_MINUTE &&
          world->strategies->plan.scripts[ask->ask->script].version == 3);
    const struct strategy_action *action = &stop->then.at[0].actions.at[0];
    CHECK(action->id == ACTION_CONTROL_ACCOUNT && action->values[ARGUMENT_FOR] == US_PER_DAY && (action->given >> ARGUMENT_REASON & 1) == 0);
    CHECK(slice_is(ask->otherwise.id, "otherwise") && ask->otherwise.to == END_STAYS && stop->otherwise.to == END_HUMAN);
    return true;
}

// A strategy that asks for 10 minutes, waits, and releases; `first` and the wait are given. The codes that it is told.
static bool told_of(const char *first, const char *wait, const char *end_of_it, Status status, const char *code) {
    struct world world;
    char text[1024];
    bool is_told = false;
    snprintf(text, sizeof text,
             "id: D-ASK\nversion: 1\nzh: 询问\nen: asked\nowner: tests\ndirection: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\nwhen: 'true'\n%s"
             "ask: {channel: SMS, script: SMS-1, within: 10m}\n%sthen:\n  - {id: agreed, when: 'answer.reply == \"Y\"', %s}\n",
             first, wait, end_of_it);
    compile_all(&world, text, STOP);
    for (uint32_t i = 0; i < world.strategies->diags.count; i++) {
        is_told = is_told || (code != NULL && strcmp(world.strategies->diags.items[i].code, code) == 0);
    }
    bool fine = world.status == status && is_told == (code != NULL) && (code != NULL || world.strategies->diags.count == 0);
    end(&world);
    return fine;
}

// Who waits longer than the payment is held releases nothing: the deadline has come first. To the second, since both would come at the same moment.
static bool test_waits_longer_than_its_hold(void) {
    static const char releases[] = "do: [RELEASE_PAYMENT], close: FP-OWNWILL";
    CHECK(told_of("first: [{HOLD: {for: 130m}}]\n", "wait: 2h\n", releases, STATUS_INVALID, "SG048"));
    CHECK(told_of("first: [{HOLD: {for: 131m}}]\n", "wait: 2h\n", releases, STATUS_OK, NULL));
    CHECK(told_of("first: [{HOLD: {for: 9m}}]\n", "", releases, STATUS_INVALID, "SG048"));
    CHECK(told_of("first:\n  - {when: alert.severity == 2, do: [{HOLD: {for: 48h}}]}\n  - {do: [{HOLD: {for: 1h}}]}\n", "wait: 2h\n", releases, STATUS_INVALID, "SG048"));
    CHECK(told_of("first: [{HOLD: {for: 1h}}]\n", "wait:\n  - {when: alert.severity == 1, for: 30m}\n  - {for: 2h}\n", releases, STATUS_INVALID, "SG048"));
    // Without a hold of its own: no payment is delayed for longer than 25 hours.
    CHECK(told_of("", "wait: 24h\n", releases, STATUS_OK, NULL));
    CHECK(told_of("", "wait: 25h\n", releases, STATUS_OK, "SG049"));
    CHECK(told_of("", "ask_again: {channel: SMS, script: SMS-1, within: 10m, assume: [reply]}\n", releases, STATUS_INVALID, "SG050"));
    CHECK(told_of("", "ask_again: {channel: SMS, script: SMS-1, within: 10m, assume: [nothing]}\n", releases, STATUS_INVALID, "DI035"));
    // Nothing is released.
    CHECK(told_of("first: [{HOLD: {for: 1h}}]\n", "wait: 2h\n", "close: FP-OWNWILL", STATUS_OK, NULL));
    return true;
}

static bool test_a_pack_is_compiled(void) {
    struct world world;
    compile_all(&world, ASK, STOP);
    diag_list_print(&world.strategies->diags, stderr);
    bool fine = world.status == STATUS_OK && world.strategies->diags.count == 0 && check_plan(&world) && check_strategies(&world);
    end(&world);
    CHECK(fine);
    return true;
}

static bool test_a_pack_without_disposition(void) {
    struct world world = {.count = 0};
    compile(&world);
    bool fine = world.status == STATUS_OK && !world.strategies->plan.exists && world.strategies->count == 0;
    end(&world);
    CHECK(fine);
    world = (struct world){.count = 0};
    put_file(&world, "strategies/ask.yaml", ASK);
    compile(&world);
    fine = world.status == STATUS_INVALID && slice_is(slice_of(world.strategies->diags.items[0].code), "DI007");
    end(&world);
    CHECK(fine);
    return true;
}

static bool test_lists_that_models_rest_on(void) {
    struct world world;
    compile_all(&world, ASK, STOP);
    const uint32_t police = 1u << LIST_SOURCE_POLICE;
    const uint32_t sanction = 1u << LIST_SOURCE_SANCTION;
    static const char *const ids[] = {"M-AT-01-A", "M-MU-01-A", "M-MU-02-A", "M-MU-03-A"};
    const struct model_lists wanted[] = {{0, 0}, {police, police}, {police, 0}, {police | sanction, 0}};
    bool fine = world.status == STATUS_OK;
    for (int i = 0; i < 4 && fine; i++) {
        const struct model_lists *lists = &world.strategies->plan.lists_of_model[map_get(&world.catalogue->models_by_id, slice_of(ids[i]))];
        fine = lists->may == wanted[i].may && lists->surely == wanted[i].surely;
    }
    end(&world);
    CHECK(fine);
    return true;
}

// `model`: a hit of it; the subject's kind and side, NULL for the text: nobody.
static bool subject_is(const struct world *world, const char *model, const struct event *event, const char *text, SubjectKind kind, SubjectSide side) {
    struct buf out;
    struct subject_found found = {SUBJECT_KIND_COUNT, SUBJECT_SIDE_COUNT};
    buf_init(&out, 1024);
    bool some = disposition_subject(&world->strategies->plan, map_get(&world->catalogue->models_by_id, slice_of(model)), event, &found, &out);
    bool fine = text == NULL ? !some && out.size == 0 : some && found.kind == kind && found.side == side && slice_is(buf_slice(&out), text);
    buf_deinit(&out);
    return fine;
}

static bool test_who_an_alert_is_about(void) {
    struct world world;
    compile_all(&world, ASK, STOP);
    const struct schema *schema = world.catalogue->schema;
    struct event *event = event_create(schema);
    bool fine = subject_is(&world, "M-AT-01-A", event, NULL, SUBJECT_CUSTOMER, SIDE_PAYER);
    event_set_text(event, schema_find_field(schema, SLICE("device_id")), SLICE("D9"));
    fine = fine && subject_is(&world, "M-AT-01-A", event, "D9", SUBJECT_DEVICE, SIDE_PAYER);
    event_set_text(event, schema_find_field(schema, SLICE("cust_id")), SLICE(""));
    fine = fine && subject_is(&world, "M-AT-01-A", event, "D9", SUBJECT_DEVICE, SIDE_PAYER); // an empty text names nobody
    event_set_text(event, schema_find_field(schema, SLICE("cust_id")), SLICE("C7"));
    fine = fine && subject_is(&world, "M-AT-01-A", event, "C7", SUBJECT_CUSTOMER, SIDE_PAYER);
    event_destroy(event);
    end(&world);
    CHECK(fine);
    return true;
}

// ---- who hits are about, by what their models look at ------------------------------------------------------------

static const char FEATURES[] = "stores:\n  acct: {things: 100, rows: 64}\n  payee: {things: 100, rows: 64}\n"
                               "entities:\n  acct: {key: [acct_no], zh: 账户, en: account}\n  payee: {key: [payee], zh: 收款方, en: payee}\n"
                               "values:\n  amount: {number: event.amount}\n"
                               "filters:\n  paid: {on: [pay]}\n  busy: {parent: paid, when: 'f.acct_cnt >= 3'}\n"
                               "features:\n"
                               "  - {name: payee_cnt, entity: payee, filter: paid, aggregate: count, window: 1d, zh: 收款笔数, en: payments that he got}\n"
                               "  - {name: acct_cnt, entity: acct, filter: paid, aggregate: count, window: 1d, zh: 付款笔数, en: payments that he made}\n"
                               "  - {name: payee_half, entity: acct, expr: 'f.payee_cnt / 2.0', zh: 收款半数, en: half of them}\n";

// The small pack with models that look at windows, and one more candidate, which goes before, in the group MU.
static void compile_about(struct world *world, const char *candidate, struct buf *text) {
    static const char before[] = "en: mules, queue: Q, subject: [";
    Slice whole = SLICE(DISPOSITION("[D-STOP, D-ASK]"));
    size_t at = slice_find(whole, slice_of(before), 0) + strlen(before);
    *world = (struct world){.count = 0};
    buf_init(text, 1 << 16);
    buf_put(text, slice_part(whole, 0, at));
    buf_put(text, slice_of(candidate));
    buf_put(text, slice_of(", "));
    buf_put(text, slice_part(whole, at, SIZE_MAX));
    buf_put_byte(text, '\0');
    put_file(world, "disposition.yaml", text->bytes);
    put_file(world, "scripts/all.yaml", SCRIPTS);
    put_file(world, "strategies/ask.yaml", ASK);
    put_file(world, "strategies/stop.yaml", STOP);
    put_file(world, "features/all.yaml", FEATURES);
    put_file(world, "models/20.yaml", MODEL("M-MU-20-A", "MU-20", "MU", "S2", "f.payee_cnt >= 5 && event.amount >= 1"));
    put_file(world, "models/21.yaml", MODEL("M-MU-20-B", "MU-20", "MU", "S2", "f.payee_half >= 5.0 && event.amount >= 2"));
    put_file(world, "models/22.yaml", MODEL("M-MU-20-C", "MU-20", "MU", "S2", "f.payee_cnt >= 5 && is.busy"));
    compile(world);
}

static bool about_is(const char *candidate, const char *const *of_payee, uint32_t count) {
    static const char *const models[] = {"M-MU-20-A", "M-MU-20-B", "M-MU-20-C", "M-MU-02-A"};
    struct world world;
    struct buf text;
    compile_about(&world, candidate, &text);
    diag_list_print(&world.strategies->diags, stderr);
    bool fine = world.status == STATUS_OK && world.strategies->diags.count == 0;
    struct event *event = event_create(world.catalogue->schema);
    event_set_text(event, schema_find_field(world.catalogue->schema, SLICE("acct_no")), SLICE("A1"));
    event_set_text(event, schema_find_field(world.catalogue->schema, SLICE("payee")), SLICE("P1"));
    for (size_t i = 0; i < sizeof models / sizeof models[0] && fine; i++) {
        bool wanted = false;
        for (uint32_t k = 0; k < count; k++) {
            wanted = wanted || strcmp(of_payee[k], models[i]) == 0;
        }
        fine = wanted ? subject_is(&world, models[i], event, "P1", SUBJECT_MERCHANT, SIDE_PAYEE) : subject_is(&world, models[i], event, "A1", SUBJECT_ACCOUNT, SIDE_PAYER);
    }
    event_destroy(event);
    end(&world);
    buf_deinit(&text);
    return fine;
}

// Through filters and computed features, whatever entity these say they are of. A model that looks at no window is about the event's own customer.
static bool test_a_subject_for_some_models(void) {
    static const char *const alone[] = {"M-MU-20-A", "M-MU-20-B"};
    static const char *const beside[] = {"M-MU-20-A", "M-MU-20-B", "M-MU-20-C"};
    CHECK(about_is("{kind: MERCHANT, field: payee, of: [payee], side: PAYEE}", alone, 2));
    CHECK(about_is("{kind: MERCHANT, field: payee, of: [payee], with: [acct], side: PAYEE}", beside, 3));
    CHECK(about_is("{kind: MERCHANT, field: payee, of: [payee, acct], side: PAYEE}", beside, 3));
    return true;
}

static bool about_says(const char *candidate, Status status, const char *code) {
    struct world world;
    struct buf text;
    compile_about(&world, candidate, &text);
    bool fine = world.status == status && world.strategies->diags.count == 1 && strcmp(world.strategies->diags.items[0].code, code) == 0;
    if (!fine) {
        diag_list_print(&world.strategies->diags, stderr);
    }
    end(&world);
    buf_deinit(&text);
    return fine;
}

static bool test_a_subject_that_is_wrong(void) {
    CHECK(about_says("{kind: MERCHANT, field: payee, of: [payer, payee], side: PAYEE}", STATUS_INVALID, "DI047"));
    CHECK(about_says("{kind: MERCHANT, field: payee, of: [payee], with: [cash], side: PAYEE}", STATUS_INVALID, "DI047"));
    CHECK(about_says("{kind: MERCHANT, field: payee, of: [payee], with: [], side: PAYEE}", STATUS_INVALID, "DI048"));
    CHECK(about_says("{kind: ACCOUNT, field: payee, with: [acct], side: PAYEE}", STATUS_INVALID, "DI049"));
    CHECK(about_says("{kind: ACCOUNT, field: payee, of: [acct], side: PAYEE}", STATUS_OK, "DI050")); // no model looks at that alone
    CHECK(about_says("{kind: ACCOUNT, field: payees, side: PAYEE}", STATUS_INVALID, "DI012"));
    return true;
}

// What the skill of the groups and the values of an answer are called, with one mistake or none.
static bool names_say(const char *skills, const char *code) {
    struct world world = {.count = 0};
    struct buf text;
    buf_init(&text, 1 << 16);
    buf_put(&text, slice_of(DISPOSITION("[D-STOP, D-ASK]")));
    buf_put(&text, slice_of(skills));
    buf_put_byte(&text, '\0');
    put_file(&world, "disposition.yaml", text.bytes);
    put_file(&world, "scripts/all.yaml", SCRIPTS);
    put_file(&world, "strategies/ask.yaml", ASK);
    put_file(&world, "strategies/stop.yaml", STOP);
    compile(&world);
    const struct diag_list *diags = &world.strategies->diags;
    bool fine = code == NULL ? world.status == STATUS_OK && diags->count == 0
                             : world.status == STATUS_INVALID && diags->count == 1 && strcmp(diags->items[0].code, code) == 0;
    for (uint32_t i = 0; fine && code == NULL && i < world.strategies->plan.group_count; i++) {
        const struct typology_group *group = &world.strategies->plan.groups[i];
        fine = slice_is(group->queue_name.zh, skills[0] == '\0' ? "" : "反欺诈") && slice_is(group->queue_name.en, skills[0] == '\0' ? "" : "Fraud");
    }
    if (!fine) {
        diag_list_print(diags, stderr);
    }
    end(&world);
    buf_deinit(&text);
    return fine;
}

static bool test_names_of_skills(void) {
    CHECK(names_say("", NULL));
    CHECK(names_say("skills: {Q: {zh: 反欺诈, en: Fraud}}\n", NULL));
    CHECK(names_say("skills: {}\n", "DI052"));
    CHECK(names_say("skills: {Q: {zh: 反欺诈, en: Fraud}, R: {zh: 其他, en: others}}\n", "DI053"));
    CHECK(names_say("skills: {Q: {zh: 反欺诈}}\n", "YA010"));
    CHECK(names_say("skills: [Q]\n", "YA012"));
    return true;
}

// The hash is of what a strategy means.
static uint64_t hash_with(const char *from, const char *to) {
    struct world world;
    struct buf text;
    buf_init(&text, 1 << 16);
    size_t at = slice_find(slice_of(ASK), slice_of(from), 0);
    buf_put(&text, slice_part(slice_of(ASK), 0, at));
    buf_put(&text, slice_of(to));
    buf_put(&text, slice_part(slice_of(ASK), at + strlen(from), SIZE_MAX));
    buf_put_byte(&text, '\0');
    compile_all(&world, text.bytes, STOP);
    uint64_t hash = world.status == STATUS_OK ? strategy_of(&world, "D-ASK")->hash : 0;
    end(&world);
    buf_deinit(&text);
    return hash;
}

static bool test_the_hash_is_of_the_meaning(void) {
    uint64_t hash = hash_with("en: asked", "en: asked");
    CHECK(hash != 0);
    CHECK(hash_with("en: asked", "en: another name\nnote: {zh: x, en: y}\ntests: {cases: []}") == hash);
    CHECK(hash_with("version: 2", "version: 3") == hash);
    CHECK(hash_with("days >= 30", "days >= 31") != hash && hash_with("days >= 30", "days >= 31") != 0);
    CHECK(hash_with("within: 10m", "within: 11m") != hash);
    CHECK(hash_with("count: 2", "count: 3") != hash);
    CHECK(hash_with("[AT, ", "[AT-01, ") != hash);
    return true;
}

// ---- running -----------------------------------------------------------------------------------------------------

struct trial {
    struct world world;
    struct alert alert;
    struct arena scratch;
};

static struct trial *start_trial(void) {
    struct trial *trial = memory_alloc(sizeof *trial);
    arena_init(&trial->scratch, 64 << 10);
    compile_all(&trial->world, ASK, STOP);
    begin_alert(&trial->alert, &trial->world);
    return trial;
}

static bool end_trial(struct trial *trial, bool fine) {
    end(&trial->world);
    arena_deinit(&trial->scratch);
    free(trial);
    return fine;
}

static bool check_beginning(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct arena *scratch = &trial->scratch;
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_NOT);
    SET_MODELS(alert, "M-AT-01-A", "M-XX-01-A"); // what releases has to be for all hits
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_SCOPE);
    SET_MODELS(alert, "M-AT-01-A", "M-GONE-1");
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_SCOPE);
    SET_MODELS(alert, "M-VP-01-A");
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_NOT);
    set_severity(alert, SEVERITY_S3);
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_SCOPE);
    begin_alert(alert, &trial->world);
    alert->names[STRATEGY_ALERT_SEVERITY].kind = VALUE_MISSING;
    alert->names[STRATEGY_ALERT_SEVERITY_MOST].kind = VALUE_MISSING; // by which who asks goes
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_SCOPE);
    begin_alert(alert, &trial->world);
    alert->names[STRATEGY_ALERT_HITS] = value_int(1);
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_WHEN);
    set_field(alert, "remote", value_bool(true));
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_NOT);
    return true;
}

static bool test_whether_it_begins(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_beginning(trial));
}

static bool check_limits(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct arena *scratch = &trial->scratch;
    struct strategy_input input = input_of(alert);
    struct strategy_begin begin;
    alert->uses[LIMIT_SUBJECT] = 1;
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_NOT);
    alert->uses[LIMIT_SUBJECT] = 2;
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_LIMIT);
    alert->uses[LIMIT_SUBJECT] = 0;
    alert->uses[LIMIT_PAYEE] = 1;
    strategy_begin(trial->world.strategies, strategy_of(&trial->world, "D-ASK"), &input, scratch, &begin);
    CHECK(begin.refused == REFUSED_LIMIT && begin.limit == 1);
    alert->uses[LIMIT_PAYEE] = 0;
    alert->uses_fail = true;
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_LIMIT);
    alert->uses_fail = false;
    alert->names[STRATEGY_ALERT_AMOUNT] = value_money(100000);
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_NOT);
    alert->names[STRATEGY_ALERT_AMOUNT] = value_money(100001);
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_AMOUNT);
    alert->names[STRATEGY_ALERT_AMOUNT].kind = VALUE_MISSING;
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_AMOUNT);
    return true;
}

static bool test_limits(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_limits(trial));
}

static bool check_ends(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct arena *scratch = &trial->scratch;
    struct strategy_input input = input_of(alert);
    const struct strategy *ask = strategy_of(&trial->world, "D-ASK");
    struct strategy_outcome outcome = ended(alert, "D-ASK", scratch);
    CHECK(outcome.to == END_CLOSED && outcome.code == CODE_FP_OWNWILL && outcome.action_count == 2 && outcome.forbidden == FORBIDDEN_NOTHING);
    CHECK(!strategy_stop(trial->world.strategies, ask, &input, scratch, &outcome));
    strategy_give_up(trial->world.strategies, ask, &input, scratch, &outcome);
    CHECK(outcome.branch == &ask->otherwise && outcome.to == END_STAYS);
    alert->answers[1] = value_int(29);
    outcome = ended(alert, "D-ASK", scratch);
    CHECK(outcome.branch == &ask->otherwise && outcome.to == END_STAYS && outcome.code == CODE_NONE);
    alert->answers[1].kind = VALUE_MISSING;
    CHECK(ended(alert, "D-ASK", scratch).branch == &ask->otherwise);
    CHECK(strategy_wait_us(trial->world.strategies, ask, &input, scratch) == 2 * US_PER_HOUR);
    set_severity(alert, SEVERITY_S3);
    CHECK(strategy_wait_us(trial->world.strategies, ask, &input, scratch) == 24 * US_PER_HOUR);
    set_severity(alert, SEVERITY_S1);
    CHECK(strategy_wait_us(trial->world.strategies, ask, &input, scratch) == 0);
    return true;
}

static bool test_how_it_ends(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_ends(trial));
}

// What is forbidden drops the code and what releases; the rest is done, and a person takes over.
static bool check_forbidden(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct arena *scratch = &trial->scratch;
    struct strategy_input input = input_of(alert);
    alert->names[STRATEGY_ALERT_LATE] = value_bool(true);
    struct strategy_outcome outcome = ended(alert, "D-ASK", scratch);
    CHECK(outcome.to == END_HUMAN && outcome.code == CODE_NONE && outcome.forbidden == FORBIDDEN_BAD_DATA);
    CHECK(outcome.action_count == 1 && outcome.actions[0]->id == ACTION_PAGE);
    CHECK(refused(alert, "D-ASK", scratch) == REFUSED_FORBIDDEN);
    alert->answers[0] = value_string(SLICE("N"));
    CHECK(strategy_stop(trial->world.strategies, strategy_of(&trial->world, "D-ASK"), &input, scratch, &outcome));
    CHECK(outcome.to == END_HUMAN && outcome.forbidden == FORBIDDEN_BAD_DATA && outcome.action_count == 1 &&
          outcome.actions[0]->id == ACTION_REFUSE_PAYMENT);
    // What was lowered is looked at as it was
    begin_alert(alert, &trial->world);
    alert->names[STRATEGY_ALERT_SEVERITY_MOST] = value_int(SEVERITY_S4);
    CHECK(ended(alert, "D-ASK", scratch).forbidden == FORBIDDEN_S4_RELEASE);
    return true;
}

static bool test_what_is_forbidden(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_forbidden(trial));
}

// Each thing that nobody knows forbids.
static bool check_unknown(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct arena *scratch = &trial->scratch;
    static const StrategyName names[] = {STRATEGY_ALERT_MARKS,        STRATEGY_ALERT_LATE,          STRATEGY_ALERT_DEGRADED,
                                         STRATEGY_ALERT_CHALLENGER,   STRATEGY_ALERT_MODEL_DAYS,    STRATEGY_ALERT_AMOUNT,
                                         STRATEGY_HISTORY_OVERTURNED, STRATEGY_ALERT_SEVERITY_MOST, STRATEGY_ALERT_MODELS};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        begin_alert(alert, &trial->world);
        CHECK(ended(alert, "D-ASK", scratch).forbidden == FORBIDDEN_NOTHING);
        alert->names[names[i]].kind = VALUE_MISSING;
        struct strategy_outcome outcome = ended(alert, "D-ASK", scratch);
        CHECK_THAT(outcome.forbidden != FORBIDDEN_NOTHING && outcome.to == END_HUMAN, "%.*s", SLICE_ARGS(strategy_name_infos[names[i]].name));
    }
    begin_alert(alert, &trial->world);
    alert->lists_fail = true;
    CHECK(ended(alert, "D-ASK", scratch).forbidden == FORBIDDEN_LIST_HIT);
    begin_alert(alert, &trial->world);
    set_field(alert, "payee", (struct value){.kind = VALUE_MISSING}); // no payee: no hit, which is known
    CHECK(ended(alert, "D-ASK", scratch).forbidden == FORBIDDEN_NOTHING);
    return true;
}

static bool test_what_nobody_knows(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_unknown(trial));
}

static bool check_lists(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct arena *scratch = &trial->scratch;
    SET_MODELS(alert, "M-MU-02-A"); // on the bank's list, or on that of the police
    set_severity(alert, SEVERITY_S3);
    CHECK(refused(alert, "D-STOP", scratch) == REFUSED_LIST);
    alert->listed[0][0] = "police";
    alert->listed[0][1] = "P1";
    alert->listed_count = 1;
    CHECK(refused(alert, "D-STOP", scratch) == REFUSED_NOT);
    struct strategy_outcome outcome = ended(alert, "D-STOP", scratch);
    CHECK(outcome.to == END_CLOSED && outcome.code == CODE_TP_MULE && outcome.forbidden == FORBIDDEN_NOTHING);
    alert->listed_count = 0;
    SET_MODELS(alert, "M-MU-01-A"); // which cannot fire without the police's list, whatever the list says now
    CHECK(refused(alert, "D-STOP", scratch) == REFUSED_NOT);
    SET_MODELS(alert, "M-MU-02-A");
    alert->lists_fail = true; // it may be, and nobody knows better
    CHECK(refused(alert, "D-STOP", scratch) == REFUSED_NOT);
    alert->lists_fail = false;
    SET_MODELS(alert, "M-MU-02-A", "M-VP-01-A"); // what protects needs one hit that it is for
    alert->listed_count = 1;
    CHECK(ended(alert, "D-STOP", scratch).branch == &strategy_of(&trial->world, "D-STOP")->then.at[0]);
    return true;
}

// Of a model that may rest on a list the leading event tells, where there is no other.
static bool check_list_hits_of_events(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct strategy_input input = input_of(alert);
    static const Known wanted[] = {NOT_KNOWN, KNOWN_NO, NOT_KNOWN};
    SET_MODELS(alert, "M-MU-02-A");
    for (int events = 0; events < 3; events++) {
        struct closure closure;
        alert->names[STRATEGY_ALERT_EVENTS] = events == 0 ? (struct value){.kind = VALUE_MISSING} : value_int(events);
        closure_of(trial->world.strategies, DIRECTION_RELEASING, &input, &trial->scratch, &closure);
        CHECK(closure.list_hit[LIST_SOURCE_POLICE] == wanted[events] && closure.list_hit[LIST_SOURCE_SANCTION] == KNOWN_NO);
    }
    return true;
}

static bool test_list_hits_of_events(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_list_hits_of_events(trial));
}

static bool test_list_hits(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_lists(trial));
}

static bool check_once(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct arena *scratch = &trial->scratch;
    struct value taken[] = {value_string(SLICE("D-ASK#once")), value_string(SLICE("D-STOP#once"))};
    struct value_list list = {taken, 1};
    alert->listed[0][0] = "police";
    alert->listed[0][1] = "P1";
    alert->listed_count = 1;
    SET_MODELS(alert, "M-VP-01-A");
    CHECK(slice_is(ended(alert, "D-STOP", scratch).branch->id, "once"));
    alert->names[STRATEGY_ALERT_TAKEN] = (struct value){.kind = VALUE_LIST, .list = &list};
    CHECK(slice_is(ended(alert, "D-STOP", scratch).branch->id, "once"));
    list.count = 2;
    CHECK(slice_is(ended(alert, "D-STOP", scratch).branch->id, "otherwise"));
    return true;
}

static bool test_branches_that_are_taken_once(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_once(trial));
}

static bool fact_is(struct trial *trial, FactId id, bool known, bool value) {
    struct strategy_input input = input_of(&trial->alert);
    struct value got;
    bool is_known = strategies_fact(trial->world.strategies, id, &input, &trial->scratch, &got);
    return is_known == known && got.kind == VALUE_BOOL && got.boolean == value;
}

static bool check_facts(struct trial *trial) {
    struct alert *alert = &trial->alert;
    struct strategy_input input = input_of(alert);
    struct value got;
    CHECK(fact_is(trial, FACT_PAYROLL_ACCOUNT, true, false));
    alert->wages.kind = VALUE_MISSING;
    CHECK(fact_is(trial, FACT_PAYROLL_ACCOUNT, false, true)); // the worst
    set_field(alert, "cust_type", (struct value){.kind = VALUE_MISSING});
    CHECK(fact_is(trial, FACT_IS_COMPANY, false, false));
    CHECK(fact_is(trial, FACT_VICTIM_PROTECT, true, false));
    alert->lists_fail = true;
    CHECK(fact_is(trial, FACT_VICTIM_PROTECT, false, true));
    CHECK(fact_is(trial, FACT_POLICE_HIT, false, true));
    CHECK(strategies_fact(trial->world.strategies, FACT_CUSTOMER_AGE, &input, &trial->scratch, &got) && got.integer == 40);
    alert->age.kind = VALUE_MISSING;
    CHECK(!strategies_fact(trial->world.strategies, FACT_CUSTOMER_AGE, &input, &trial->scratch, &got) && got.kind == VALUE_MISSING);
    return true;
}

static bool test_facts(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_facts(trial));
}

static bool text_is(struct trial *trial, Slice text, bool chinese, const char *wanted) {
    struct strategy_input input = input_of(&trial->alert);
    struct buf out;
    buf_init(&out, 4096);
    strategies_put_text(trial->world.strategies, text, chinese, &input, &trial->scratch, &out);
    bool fine = slice_is(buf_slice(&out), wanted);
    if (!fine) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(buf_slice(&out)));
    }
    buf_deinit(&out);
    return fine;
}

static bool check_texts(struct trial *trial) {
    const struct script *script = &trial->world.strategies->plan.scripts[0];
    set_field(&trial->alert, "event_time", (struct value){.kind = VALUE_TIMESTAMP, .time = {1795420800, 0}});
    set_field(&trial->alert, "remote", value_bool(true));
    CHECK(text_is(trial, script->zh, true, "尾号7890付款12,345.50元"));
    CHECK(text_is(trial, script->en, false, "12,345.50 from 7890"));
    CHECK(text_is(trial, SLICE("{event.event_time} {event.remote} {alert.models} {alert.channel}"), true, "2026-11-23 08:00 是 M-AT-01-A -"));
    CHECK(text_is(trial, SLICE("{event.remote} {alert.severity} {fact.customer_age}"), false, "yes 2 40"));
    trial->alert.names[STRATEGY_ALERT_AMOUNT] = value_money(100000000);
    CHECK(text_is(trial, SLICE("{alert.amount}"), false, "1,000,000"));
    return true;
}

static bool test_texts(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_texts(trial));
}

static bool check_explanation(struct trial *trial) {
    struct buf out;
    buf_init(&out, 1 << 16);
    bool found = strategies_explain(trial->world.strategies, SLICE("D-ASK"), &out);
    bool said = slice_find(buf_slice(&out), SLICE("AT-01..AT-02 S1/S2/S3, VP-01 S1/S2"), 0) != SIZE_MAX;
    bool missing = !strategies_explain(trial->world.strategies, SLICE("D-NONE"), &out);
    buf_deinit(&out);
    CHECK(found && said && missing);
    return true;
}

static bool test_explanation(void) {
    struct trial *trial = start_trial();
    return end_trial(trial, check_explanation(trial));
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_waits_longer_than_its_hold),
        TEST(test_a_pack_is_compiled),
        TEST(test_a_pack_without_disposition),
        TEST(test_lists_that_models_rest_on),
        TEST(test_who_an_alert_is_about), TEST(test_a_subject_for_some_models), TEST(test_a_subject_that_is_wrong), TEST(test_names_of_skills),
        TEST(test_the_hash_is_of_the_meaning),
        TEST(test_whether_it_begins),
        TEST(test_limits),
        TEST(test_how_it_ends),
        TEST(test_what_is_forbidden),
        TEST(test_what_nobody_knows),
        TEST(test_list_hits),
        TEST(test_list_hits_of_events),
        TEST(test_branches_that_are_taken_once),
        TEST(test_facts),
        TEST(test_texts),
        TEST(test_explanation),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
