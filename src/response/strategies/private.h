#pragma once
// What the files that compile and run strategies share; strategies.h tells the idea.

#include "codec/yaml.h"
#include "response/strategies/strategies.h"

// Severities as a set; none at bit 0.
#define SEVERITY_BIT(severity) (1u << (severity))
enum { ALL_SEVERITIES = 1u << SEVERITY_S1 | 1u << SEVERITY_S2 | 1u << SEVERITY_S3 | 1u << SEVERITY_S4 };

// ---- compiling ---------------------------------------------------------------------------------------------------

struct compiling {
    struct strategies *strategies;
    struct disposition_plan *plan;
    const struct catalogue *catalogue;
    struct arena *arena;
    struct diag_list *diags;
    struct expr_env *facts_env; // event.*, prof.*, lists: what a fact may read
    struct expr_env *env;       // and names, facts, answers
    uint32_t *source_of_list;   // by list of the catalogue: set of ListSource
    struct map groups_by_id, answers_by_name, scripts_by_id, entities_by_name;
    struct strategy *strategies_at;
};

// A diagnostic that names one text: the format has exactly one "%.*s".
struct diag *compiling_fail(struct compiling *compiling, const char *code, Place place, const char *format, Slice text);
// The same with the nearest of the names as a hint.
void compiling_unknown(struct compiling *compiling, const char *code, Place place, const char *format, const struct map *names, Slice text);
// A text of a mapping that has to be there, and one that may be missing.
Slice needed_text(struct compiling *compiling, const struct yaml_node *map, const char *key);
Slice allowed_text(struct compiling *compiling, const struct yaml_node *map, const char *key);
// {zh, en} of a mapping that has to have both.
void read_names(struct compiling *compiling, const struct yaml_node *map, Slice *ret_zh, Slice *ret_en);
// A set of choices, from a text or a list of them; `set` is left alone where the node is NULL.
void read_set(struct compiling *compiling, const struct yaml_node *node, const char *const *choices, uint32_t count, uint32_t *set);
// The same for severities, as SEVERITY_BIT().
void read_severities(struct compiling *compiling, const struct yaml_node *node, uint32_t *set);
bool read_money(struct compiling *compiling, const struct yaml_node *node, int64_t *ret_minor);
// A share, from 0 to 1, and a whole number of which there are `least` to `most`.
void read_share(struct compiling *compiling, const struct yaml_node *node, double *ret_share);
void read_count(struct compiling *compiling, const struct yaml_node *node, int64_t least, int64_t most, uint32_t *ret_count);

// names.c: environments, and what a slot stands for. The plan's groups and answers are read.
void name_fields(struct compiling *compiling);
void name_all(struct compiling *compiling);
// Compiles an expression of a type; NULL: diagnostics say why, or the node is NULL.
const struct expr *compile_expr(struct compiling *compiling, const struct expr_env *env, const struct yaml_node *node, TypeKind type);
// A condition of a strategy: a bool, which no missing value turns into true.
const struct expr *compile_condition(struct compiling *compiling, const struct yaml_node *node);

// subjects.c: who hits of a group may be about. What they say of entities is looked up once every typology has its group.
void name_entities(struct compiling *compiling);
void read_subjects(struct compiling *compiling, const struct yaml_node *list, struct typology_group *group);
void find_subjects(struct compiling *compiling);
// The fields that tell of the event's own customer.
void read_of_customer(struct compiling *compiling, const struct yaml_node *list);

// groups.c, service.c, roles.c, facts.c, scripts.c: parts of disposition.yaml.
void read_groups(struct compiling *compiling, const struct yaml_node *list);
// What the skills that groups ask for are called. The plan's groups are read.
void read_skills(struct compiling *compiling, const struct yaml_node *map);
// The scripts that groups name. The plan's scripts are read.
void check_calls(struct compiling *compiling);
void read_lists(struct compiling *compiling, const struct yaml_node *map);
void read_service(struct compiling *compiling, const struct yaml_node *root);
// roles.c: which fields of events the response reads, and what becomes of a payment that waits.
void read_roles(struct compiling *compiling, const struct yaml_node *map);
void read_holds(struct compiling *compiling, const struct yaml_node *map);
void read_movements(struct compiling *compiling, const struct yaml_node *map);
void read_pushed(struct compiling *compiling, const struct yaml_node *map);
void read_duties(struct compiling *compiling, const struct yaml_node *list);
// Of the pack as a whole (`needed`: all of it), or of one strategy, which says what differs.
void read_quality(struct compiling *compiling, const struct yaml_node *node, bool needed, struct sampling *sampling, struct breaker *breaker,
                  struct earning *earning, uint32_t *unalerted);
void read_facts(struct compiling *compiling, const struct yaml_node *map);
void read_answers(struct compiling *compiling, const struct yaml_node *list);
void read_scripts(struct compiling *compiling, const struct yaml_node *const *roots, uint32_t count);

// scope.c: for which alerts.
// `severities`: those of rows that say none.
void read_scope(struct compiling *compiling, const struct yaml_node *node, uint32_t severities, struct strategy_scope *scope);
// Whether a hit of a model of the catalogue, in an alert that has the severity now, is in a scope.
bool scope_covers(const struct disposition_plan *plan, const struct strategy_scope *scope, uint32_t model, Severity severity);
// Whether a scope has hits of a typology in some severity, by typology or by a model of it.
bool scope_has(const struct disposition_plan *plan, const struct strategy_scope *scope, uint32_t typology, Severity severity);

// branch.c, strategy.c: one strategy.
struct strategy_actions read_actions(struct compiling *compiling, const struct yaml_node *list);
struct strategy_branches read_branches(struct compiling *compiling, const struct yaml_node *list, const char *prefix, uint32_t severities);
// A branch that has no condition.
void read_otherwise(struct compiling *compiling, const struct yaml_node *node, Place place, struct strategy_branch *branch);
void read_strategy(struct compiling *compiling, const struct yaml_node *root, struct strategy *strategy);

// safety.c: what may not be compiled.
void check_safety(struct compiling *compiling, const struct strategy *strategy);
// What a branch does to the alert; DIRECTION_NEUTRAL: it neither closes nor releases.
Direction branch_direction(const struct strategy_branch *branch);

// ---- running -----------------------------------------------------------------------------------------------------

// What an expression is evaluated with. The functions of the host get it as their context.
struct asking {
    const struct strategies *strategies;
    const struct strategy_input *input;
    bool missed; // a list, or what is open of the subject, could not be asked; what was evaluated meanwhile is not known
};
// Whether a condition holds; true for NULL, false when it cannot be evaluated.
bool asking_holds(struct asking *asking, const struct expr *expr, struct arena *scratch);
// The value of a slot, as struct expr_input wants it; the context is a struct asking.
bool asking_read(void *context, uint32_t slot, struct arena *scratch, struct value *ret_value);
bool asking_name(struct asking *asking, StrategyName name, struct arena *scratch, struct value *ret_value);
// The models of an alert's hits, by their numbers in the catalogue; false: not known, or one of them is not of this catalogue.
bool asking_models(struct asking *asking, struct arena *scratch, const uint32_t **ret_models, uint32_t *ret_count);
// Whether a hit of the alert rests on a list of the source.
Known asking_list_hit(struct asking *asking, ListSource source, struct arena *scratch);

// A value as people read it, in scripts and explanations.
void put_value(const struct strategies *strategies, const struct value *value, bool chinese, struct buf *out);
