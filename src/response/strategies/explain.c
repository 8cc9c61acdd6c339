// Explaining a strategy to people, in both languages: for what it is, what it asks, what it does, and what it may not.

#include "base/money.h"
#include "response/strategies/private.h"

struct explaining {
    const struct strategies *strategies;
    const struct strategy *strategy;
    struct arena *arena;
    struct buf *out;
};

#define X(id, zh, en) {zh, en},
static const char *const channel_texts[CONTACT_CHANNEL_COUNT][2] = {CONTACT_CHANNELS(X)};
static const char *const trigger_texts[TRIGGER_COUNT][2] = {TRIGGERS(X)};
static const char *const end_texts[STRATEGY_END_COUNT][2] = {STRATEGY_ENDS(X)};
static const char *const source_texts[LIST_SOURCE_COUNT][2] = {LIST_SOURCES(X)};
static const char *const scope_texts[LIMIT_SCOPE_COUNT][2] = {LIMIT_SCOPES(X)};
static const char *const role_texts[DUTY_ROLE_COUNT][2] = {DUTY_ROLES(X)};
#undef X

static Slice span_text(const struct explaining *explaining, int64_t span_us) {
    char text[TIME_TEXT_SIZE];
    return arena_copy(explaining->arena, (Slice){text, span_format(span_us, text)});
}

static Slice money_text(const struct explaining *explaining, int64_t minor) {
    struct buf text;
    struct value value = value_money((double)minor);
    buf_init(&text, 64);
    put_value(explaining->strategies, &value, false, &text);
    Slice copy = arena_copy(explaining->arena, buf_slice(&text));
    buf_deinit(&text);
    return copy;
}

static void put_condition(const struct explaining *explaining, const struct expr *when) {
    if (when != NULL) {
        buf_put(explaining->out, expr_node_text(explaining->arena, expr_root(when)));
    } else {
        buf_put(explaining->out, SLICE("在任何情况下 (always)"));
    }
}

// ---- for what ----------------------------------------------------------------------------------------------------

static uint32_t severities_of(const struct explaining *explaining, const struct strategy_scope *scope, uint32_t typology) {
    uint32_t severities = 0;
    for (int s = SEVERITY_S1; s <= SEVERITY_S4; s++) {
        severities |= scope_has(&explaining->strategies->plan, scope, typology, (Severity)s) ? SEVERITY_BIT(s) : 0;
    }
    return severities;
}

static void put_severities(uint32_t severities, struct buf *out) {
    const char *before = "";
    for (int s = SEVERITY_S1; s <= SEVERITY_S4 && severities != ALL_SEVERITIES; s++) {
        if ((severities & SEVERITY_BIT(s)) != 0) {
            buf_printf(out, "%s%s", before[0] == '\0' ? " " : before, severity_names[s]);
            before = "/";
        }
    }
}

// Typologies with the same severities that follow each other: CF-02..CF-06 S1/S2/S3.
static void put_scope(const struct explaining *explaining, const struct strategy_scope *scope) {
    const struct disposition_plan *plan = &explaining->strategies->plan;
    const char *before = "";
    for (uint32_t i = 0; i < plan->typology_count; i++) {
        uint32_t severities = severities_of(explaining, scope, i);
        uint32_t last = i;
        while (severities != 0 && last + 1 < plan->typology_count && slice_equal(plan->typologies[last + 1].family, plan->typologies[i].family) &&
               severities_of(explaining, scope, last + 1) == severities) {
            last++;
        }
        if (severities != 0) {
            buf_printf(explaining->out, "%s%.*s", before, SLICE_ARGS(plan->typologies[i].id));
            if (last > i) {
                buf_printf(explaining->out, "..%.*s", SLICE_ARGS(plan->typologies[last].id));
            }
            put_severities(severities, explaining->out);
            before = ", ";
        }
        i = last;
    }
    for (uint32_t i = 0; i < scope->model_count; i++) {
        buf_printf(explaining->out, "%s%.*s", i == 0 ? "; 模型 models " : ", ",
                   SLICE_ARGS(explaining->strategies->catalogue->models.at[scope->models[i]].id));
    }
    buf_put_byte(explaining->out, '\n');
}

static void explain_where(const struct explaining *explaining) {
    const struct strategy *strategy = explaining->strategy;
    struct buf *out = explaining->out;
    buf_put(out, SLICE("  适用 applies to: "));
    put_scope(explaining, &strategy->scope);
    for (int i = 0; i < TRIGGER_COUNT; i++) {
        if ((strategy->triggers >> i & 1) != 0) {
            buf_printf(out, "  触发 tried when: %s (%s)\n", trigger_texts[i][0], trigger_texts[i][1]);
        }
    }
    for (int i = 0; i < LIST_SOURCE_COUNT; i++) {
        if ((strategy->list_sources >> i & 1) != 0) {
            buf_printf(out, "  须命中 needs a hit of: %s (%s)\n", source_texts[i][0], source_texts[i][1]);
        }
    }
    buf_put(out, SLICE("  条件 when: "));
    put_condition(explaining, strategy->when);
    buf_put_byte(out, '\n');
}

// ---- what it does ------------------------------------------------------------------------------------------------

static void put_argument(const struct explaining *explaining, const struct strategy_action *action, ActionArgument argument) {
    const struct disposition_plan *plan = &explaining->strategies->plan;
    struct buf *out = explaining->out;
    int64_t value = action->values[argument];
    buf_printf(out, " %.*s=", SLICE_ARGS(argument_infos[argument].key));
    switch (argument_infos[argument].type) {
    case TAKES_SPAN:
        buf_put(out, span_text(explaining, value));
        break;
    case TAKES_MONEY:
        buf_put(out, money_text(explaining, value));
        break;
    case TAKES_COUNT:
        buf_printf(out, "%lld", (long long)value);
        break;
    case TAKES_LIST:
        buf_put(out, explaining->strategies->catalogue->knowledge->lists[value].name);
        break;
    case TAKES_SCRIPT:
        buf_put(out, plan->scripts[value].id);
        break;
    case TAKES_SEVERITY:
        buf_put(out, slice_of(severity_names[value]));
        break;
    case TAKES_ROLE:
        buf_printf(out, "%s (%s)", role_texts[value][0], role_texts[value][1]);
        break;
    case TAKES_SHARES:
        for (uint32_t i = 0; i < action->share_count; i++) {
            buf_printf(out, "%s%u%%", i == 0 ? "" : "/", action->shares[i]);
        }
        break;
    case TAKES_TEXT:
        buf_put(out, action->text);
        break;
    }
}

static void put_actions(const struct explaining *explaining, const char *indent, const struct strategy_actions *actions) {
    for (uint32_t i = 0; i < actions->count; i++) {
        const struct action_info *info = &action_infos[actions->at[i].id];
        buf_printf(explaining->out, "%s%.*s (%.*s)", indent, SLICE_ARGS(info->zh), SLICE_ARGS(info->en));
        for (int a = 0; a < ARGUMENT_COUNT; a++) {
            if ((actions->at[i].given >> a & 1) != 0) {
                put_argument(explaining, &actions->at[i], (ActionArgument)a);
            }
        }
        buf_put_byte(explaining->out, '\n');
    }
}

static void put_branch(const struct explaining *explaining, const struct strategy_branch *branch) {
    struct buf *out = explaining->out;
    buf_printf(out, "    [%.*s] ", SLICE_ARGS(branch->id));
    put_condition(explaining, branch->when);
    if (branch->scope != NULL) {
        buf_put(out, SLICE("\n      仅限 only for: "));
        put_scope(explaining, branch->scope);
    } else {
        buf_put_byte(out, '\n');
    }
    put_actions(explaining, "      ", &branch->actions);
    buf_printf(out, "      -> %s (%s)", end_texts[branch->to][0], end_texts[branch->to][1]);
    if (branch->code != CODE_NONE) {
        const struct code_info *code = &code_infos[branch->code];
        buf_printf(out, ": %.*s %.*s (%.*s)%s", SLICE_ARGS(code->text), SLICE_ARGS(code->zh), SLICE_ARGS(code->en),
                   branch->weak ? ", 弱标签 weak label" : "");
    }
    buf_put_byte(out, '\n');
    if (branch->zh.size > 0) {
        buf_printf(out, "      %.*s", SLICE_ARGS(branch->zh));
        buf_printf(out, branch->en.size > 0 ? " (%.*s)\n" : "%.*s\n", SLICE_ARGS(branch->en));
    }
}

static void put_branches(const struct explaining *explaining, const char *heading, const struct strategy_branches *branches) {
    if (branches->count > 0) {
        buf_printf(explaining->out, "  %s\n", heading);
    }
    for (uint32_t i = 0; i < branches->count; i++) {
        put_branch(explaining, &branches->at[i]);
    }
}

static void put_ask(const struct explaining *explaining, const char *heading, const struct strategy_ask *ask) {
    if (ask != NULL) {
        const struct script *script = &explaining->strategies->plan.scripts[ask->script];
        buf_printf(explaining->out, "  %s %s (%s), %.*s version %lld, %.*s", heading, channel_texts[ask->channel][0],
                   channel_texts[ask->channel][1], SLICE_ARGS(script->id), (long long)script->version,
                   SLICE_ARGS(span_text(explaining, ask->within_us)));
        if (ask->tries > 1) {
            buf_printf(explaining->out, ", 至多 %u 次 (up to %u times)", ask->tries, ask->tries);
        }
        for (uint32_t i = 0; i < ask->assumed_count; i++) {
            const struct answer_name *answer = &explaining->strategies->plan.answers[ask->assumed[i]];
            buf_printf(explaining->out, "%s%.*s %.*s", i == 0 ? ", 影子中视为 (in the shadow assumed): " : "、", SLICE_ARGS(answer->zh), SLICE_ARGS(answer->name));
        }
        buf_put(explaining->out, SLICE("\n"));
    }
}

static void explain_run(const struct explaining *explaining) {
    const struct strategy *strategy = explaining->strategy;
    struct buf *out = explaining->out;
    for (uint32_t i = 0; i < strategy->first_count; i++) {
        buf_put(out, SLICE("  开始时 first: "));
        put_condition(explaining, strategy->first[i].when);
        buf_put_byte(out, '\n');
        put_actions(explaining, "    ", &strategy->first[i].actions);
    }
    put_ask(explaining, "询问 asks:", strategy->ask);
    for (uint32_t i = 0; i < strategy->wait_count; i++) {
        buf_printf(out, "  等待 waits %.*s%s: ", SLICE_ARGS(span_text(explaining, strategy->waits[i].span_us)),
                   strategy->quiet ? ", 期间无新命中 without a new hit" : "");
        put_condition(explaining, strategy->waits[i].when);
        buf_put_byte(out, '\n');
    }
    put_ask(explaining, "再次询问 asks again:", strategy->ask_again);
    put_branches(explaining, "随时终止 ends it at once:", &strategy->stop);
    put_branches(explaining, "结束时，第一个成立的 at its end, the first that holds:", &strategy->then);
    buf_put(out, SLICE("  否则 otherwise:\n"));
    put_branch(explaining, &strategy->otherwise);
}

// ---- what it may not ---------------------------------------------------------------------------------------------

static void explain_limits(const struct explaining *explaining) {
    const struct strategy *strategy = explaining->strategy;
    struct buf *out = explaining->out;
    for (uint32_t i = 0; i < strategy->limit_count; i++) {
        const struct strategy_limit *limit = &strategy->limits[i];
        buf_printf(out, "  上限 limit: 每%s (per %s) %u", scope_texts[limit->per][0], scope_texts[limit->per][1], limit->count);
        if (limit->within_us > 0) {
            buf_printf(out, " / %.*s", SLICE_ARGS(span_text(explaining, limit->within_us)));
        }
        buf_put_byte(out, '\n');
    }
    if (strategy->amount_max != INT64_MAX) {
        buf_printf(out, "  金额不超过 amount at most: %.*s\n", SLICE_ARGS(money_text(explaining, strategy->amount_max)));
    }
    buf_printf(out, "  抽检 sample: %g %%, 每周至少 a week at least %u, 全检自 all from %.*s\n", strategy->sampling.share * 100,
               strategy->sampling.weekly_least, SLICE_ARGS(money_text(explaining, strategy->sampling.all_from)));
    buf_printf(out, "  计入自动处置率 counts as automatic: %s\n", strategy->counts_as_automatic ? "是 yes" : "否 no");
}

bool strategies_explain(const struct strategies *strategies, Slice id, struct buf *out) {
    uint32_t index = map_get(&strategies->by_id, id);
    if (index == MAP_NONE) {
        return false;
    }
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct explaining explaining = {strategies, &strategies->at[index], &arena, out};
    const struct strategy *strategy = explaining.strategy;
    buf_printf(out, "strategy %.*s version %lld %016llx: %.*s\n  %.*s\n", SLICE_ARGS(strategy->id), (long long)strategy->version,
               (unsigned long long)strategy->hash, SLICE_ARGS(strategy->zh), SLICE_ARGS(strategy->en));
    buf_printf(out, "  方向 direction: %s; 第 %u 个尝试 tried as number %u\n", strategy->releases ? "放行 release" : "保护 protect", index + 1,
               index + 1);
    explain_where(&explaining);
    explain_run(&explaining);
    explain_limits(&explaining);
    arena_deinit(&arena);
    return true;
}
