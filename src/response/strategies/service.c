// Service levels, the way of reaching somebody, the order of the queue, weights of labels, and how strategies are watched.

#include "response/strategies/private.h"

enum { WORKING_DAYS_MAX = 60 };

// "30m", "48h", or working days: "1wd".
static void read_term(struct compiling *compiling, const struct yaml_node *node, Term *ret_term) {
    if (!yaml_expect(node, YAML_SCALAR, compiling->diags)) {
        return;
    }
    if (!slice_ends_with(node->text, SLICE("wd"))) {
        yaml_span(node, &ret_term->span_us, compiling->diags);
        return;
    }
    int64_t days;
    if (!slice_to_i64(slice_part(node->text, 0, node->text.size - 2), &days) || days < 1 || days > WORKING_DAYS_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "DI020", node->place, "working days are written 1wd to %dwd", WORKING_DAYS_MAX);
        return;
    }
    *ret_term = (Term){-1, (uint32_t)days};
}

static void needed_term(struct compiling *compiling, const struct yaml_node *map, const char *key, Term *ret_term) {
    read_term(compiling, yaml_require(map, key, compiling->diags), ret_term);
}

static void read_escalation(struct compiling *compiling, const struct yaml_node *node, struct service_level *level) {
    static const char *const keys[] = {"after", "share", "to"};
    if (!yaml_check_keys(node, keys, 3, compiling->diags)) {
        return;
    }
    if (level->escalation_count == ESCALATIONS_MAX) {
        diag_add(compiling->diags, DIAG_ERROR, "DI021", node->place, "there may be %d escalations", ESCALATIONS_MAX);
        return;
    }
    struct escalation *escalation = &level->escalations[level->escalation_count++];
    uint32_t role = DUTY_SHIFT_LEADER;
    yaml_choice(yaml_require(node, "to", compiling->diags), duty_role_names, DUTY_ROLE_COUNT, &role, compiling->diags);
    escalation->role = (DutyRole)role;
    read_term(compiling, yaml_get(node, "after"), &escalation->after);
    read_share(compiling, yaml_get(node, "share"), &escalation->share);
    if ((yaml_get(node, "after") == NULL) == (yaml_get(node, "share") == NULL)) {
        diag_add(compiling->diags, DIAG_ERROR, "DI022", node->place, "an escalation says either `after` or `share`");
    }
}

static void read_level(struct compiling *compiling, const struct yaml_node *node, struct service_level *level) {
    static const char *const keys[] = {"first_action", "first_human",         "contact", "contact_all",
                                       "decision",     "decision_money_gone", "wait",    "escalate"};
    static const char *const all_keys[] = {"channels", "within"};
    static const char *const wait_keys[] = {"customer", "branch", "police"};
    if (!yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return;
    }
    needed_term(compiling, node, "first_action", &level->first_action);
    read_term(compiling, yaml_get(node, "first_human"), &level->first_human);
    read_term(compiling, yaml_get(node, "contact"), &level->contact);
    needed_term(compiling, node, "decision", &level->decision);
    level->decision_money_gone = level->decision;
    read_term(compiling, yaml_get(node, "decision_money_gone"), &level->decision_money_gone);
    const struct yaml_node *all = yaml_get(node, "contact_all");
    if (all != NULL && yaml_check_keys(all, all_keys, 2, compiling->diags)) {
        needed_term(compiling, all, "within", &level->contact_all);
        read_count(compiling, yaml_require(all, "channels", compiling->diags), 1, CONTACT_CHANNEL_COUNT, &level->contact_channels);
    }
    const struct yaml_node *wait = yaml_require(node, "wait", compiling->diags);
    if (wait != NULL && yaml_check_keys(wait, wait_keys, 3, compiling->diags)) {
        needed_term(compiling, wait, "customer", &level->wait_customer);
        needed_term(compiling, wait, "branch", &level->wait_branch);
        needed_term(compiling, wait, "police", &level->wait_police);
    }
    YAML_EACH(yaml_get(node, "escalate"), item) {
        read_escalation(compiling, item, level);
    }
}

static void read_contact(struct compiling *compiling, const struct yaml_node *list) {
    static const char *const keys[] = {"channels", "tries", "severities", "victims"};
    struct disposition_plan *plan = compiling->plan;
    if (!yaml_expect(list, YAML_SEQUENCE, compiling->diags)) {
        return;
    }
    YAML_EACH(list, node) {
        if (!yaml_check_keys(node, keys, 4, compiling->diags)) {
            continue;
        }
        if (plan->contact_step_count == CONTACT_STEPS_MAX) {
            diag_add(compiling->diags, DIAG_ERROR, "DI023", node->place, "there may be %d steps of reaching somebody", CONTACT_STEPS_MAX);
            return;
        }
        struct contact_step *step = &plan->contact_steps[plan->contact_step_count++];
        *step = (struct contact_step){.tries = 1, .severities = ALL_SEVERITIES};
        read_set(compiling, yaml_require(node, "channels", compiling->diags), contact_channel_names, CONTACT_CHANNEL_COUNT, &step->channels);
        read_count(compiling, yaml_get(node, "tries"), 1, 10, &step->tries);
        read_severities(compiling, yaml_get(node, "severities"), &step->severities);
        yaml_bool(yaml_get(node, "victims"), &step->victims_only, compiling->diags);
    }
}

static void read_priority(struct compiling *compiling, const struct yaml_node *node) {
    static const char *const keys[] = {"severity", "money_here", "victim", "amount_log10", "age", "minute_left"};
    struct priority_weights *weights = &compiling->plan->priority;
    double *const values[] = {&weights->severity,     &weights->money_here, &weights->victim,
                              &weights->amount_log10, &weights->age,        &weights->minute_left};
    if (node == NULL || !yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        yaml_number(yaml_require(node, keys[i], compiling->diags), values[i], compiling->diags);
    }
}

// {weak: 0.7, codes: {TP-MULE-SUSP: 0.7}}: only weak labels have a weight of their own.
static void read_weights(struct compiling *compiling, const struct yaml_node *node) {
    static const char *const keys[] = {"weak", "codes"};
    struct disposition_plan *plan = compiling->plan;
    if (node == NULL || !yaml_check_keys(node, keys, 2, compiling->diags)) {
        return;
    }
    read_share(compiling, yaml_require(node, "weak", compiling->diags), &plan->weak_weight);
    for (int i = 0; i < CODE_COUNT; i++) {
        plan->code_weights[i] = code_infos[i].label == LABEL_POSITIVE ? 1 : code_infos[i].label == LABEL_WEAK ? plan->weak_weight : 0;
    }
    YAML_EACH(yaml_get(node, "codes"), item) {
        Code code = code_find(item->key);
        if (code == CODE_NONE || code_infos[code].label != LABEL_WEAK) {
            struct diag *diag = compiling_fail(compiling, "DI024", item->key_place, "'%.*s' is no code with a weak label", item->key);
            diag_hint(compiling->diags, diag, "labels of the other codes are fixed (docs/disposition.md)");
            continue;
        }
        read_share(compiling, item, &plan->code_weights[code]);
    }
}

static void read_limit_steps(struct compiling *compiling, const struct yaml_node *list) {
    static const char *const keys[] = {"person", "company"};
    struct disposition_plan *plan = compiling->plan;
    YAML_EACH(list, node) {
        if (plan->limit_step_count == LIMIT_STEPS_MAX) {
            diag_add(compiling->diags, DIAG_ERROR, "DI025", node->place, "there may be %d steps of a limit", LIMIT_STEPS_MAX);
            return;
        }
        struct limit_step *step = &plan->limit_steps[plan->limit_step_count++];
        if (yaml_check_keys(node, keys, 2, compiling->diags)) {
            read_money(compiling, yaml_require(node, "person", compiling->diags), &step->person);
            read_money(compiling, yaml_require(node, "company", compiling->diags), &step->company);
        }
    }
}

void read_service(struct compiling *compiling, const struct yaml_node *root) {
    const struct yaml_node *levels = yaml_require(root, "levels", compiling->diags);
    if (levels != NULL && yaml_check_keys(levels, severity_names + 1, SEVERITY_S4, compiling->diags)) {
        for (int i = SEVERITY_S1; i <= SEVERITY_S4; i++) {
            const struct yaml_node *level = yaml_require(levels, severity_names[i], compiling->diags);
            if (level != NULL) {
                read_level(compiling, level, &compiling->plan->levels[i]);
            }
        }
    }
    read_contact(compiling, yaml_require(root, "contact", compiling->diags));
    read_priority(compiling, yaml_require(root, "priority", compiling->diags));
    read_weights(compiling, yaml_require(root, "weights", compiling->diags));
    read_limit_steps(compiling, yaml_get(root, "limit_steps"));
}

// ---- how strategies are watched ----------------------------------------------------------------------------------

// A member that the pack as a whole has to say, and a strategy may.
static const struct yaml_node *member(struct compiling *compiling, const struct yaml_node *map, const char *key, bool needed) {
    return needed ? yaml_require(map, key, compiling->diags) : yaml_get(map, key);
}

static void read_sampling(struct compiling *compiling, const struct yaml_node *node, bool needed, struct sampling *sampling) {
    static const char *const keys[] = {"share", "weekly", "all_from"};
    if (node != NULL && yaml_check_keys(node, keys, 3, compiling->diags)) {
        read_share(compiling, member(compiling, node, "share", needed), &sampling->share);
        read_count(compiling, member(compiling, node, "weekly", needed), 0, 1000000, &sampling->weekly_least);
        read_money(compiling, member(compiling, node, "all_from", needed), &sampling->all_from);
    }
}

static void read_breaker(struct compiling *compiling, const struct yaml_node *node, bool needed, struct breaker *breaker) {
    static const char *const keys[] = {"within", "factor", "mean_days", "overturn", "later_positives", "later_within"};
    if (node == NULL || !yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], compiling->diags)) {
        return;
    }
    yaml_span(member(compiling, node, "within", needed), &breaker->window_us, compiling->diags);
    const struct yaml_node *factor = member(compiling, node, "factor", needed);
    if (yaml_number(factor, &breaker->closures_factor, compiling->diags) && !(breaker->closures_factor >= 1)) {
        diag_add(compiling->diags, DIAG_ERROR, "DI026", factor->place, "the factor of a breaker is 1 or above");
    }
    read_count(compiling, member(compiling, node, "mean_days", needed), 1, 365, &breaker->mean_days);
    read_share(compiling, member(compiling, node, "overturn", needed), &breaker->overturn_share);
    read_count(compiling, member(compiling, node, "later_positives", needed), 1, 1000, &breaker->later_positives);
    yaml_span(member(compiling, node, "later_within", needed), &breaker->later_window_us, compiling->diags);
}

static void read_earning(struct compiling *compiling, const struct yaml_node *node, bool needed, struct earning *earning) {
    static const char *const keys[] = {"agreement", "alerts"};
    if (node != NULL && yaml_check_keys(node, keys, 2, compiling->diags)) {
        read_share(compiling, member(compiling, node, "agreement", needed), &earning->agreement);
        read_count(compiling, member(compiling, node, "alerts", needed), 1, 1000000, &earning->alerts);
    }
}

void read_quality(struct compiling *compiling, const struct yaml_node *node, bool needed, struct sampling *sampling, struct breaker *breaker,
                  struct earning *earning, uint32_t *unalerted) {
    static const char *const keys[] = {"sample", "breaker", "earn", "unalerted"};
    if (node != NULL && yaml_check_keys(node, keys, unalerted == NULL ? 3 : 4, compiling->diags)) {
        if (unalerted != NULL && yaml_get(node, "unalerted") != NULL) {
            read_count(compiling, yaml_get(node, "unalerted"), 1, 1000000000, unalerted);
        }
        read_sampling(compiling, member(compiling, node, "sample", needed), needed, sampling);
        read_breaker(compiling, member(compiling, node, "breaker", needed), needed, breaker);
        read_earning(compiling, member(compiling, node, "earn", needed), needed, earning);
    }
}
