// regulation.yaml: the numbers that the law sets, each with its document and the day it holds from. A parameter that is one of
// them says so (source: REG, constant: KEY), and then no factor of the policy touches it.

#include "monitoring/models/private.h"

void catalogue_read_regulation(struct catalogue *catalogue, const struct yaml_node *root) {
    static const char *const root_keys[] = {"constants"};
    static const char *const keys[] = {"value", "unit", "per", "document", "valid_from", "zh", "en"};
    struct diag_list *diags = &catalogue->diags;
    map_init(&catalogue->constants_by_name, &catalogue->arena);
    if (root == NULL || !yaml_check_keys(root, root_keys, 1, diags)) {
        return;
    }
    const struct yaml_node *constants = yaml_require(root, "constants", diags);
    if (constants == NULL || !yaml_expect(constants, YAML_MAPPING, diags)) {
        return;
    }
    YAML_EACH(constants, node) {
        if (!yaml_check_keys(node, keys, sizeof keys / sizeof keys[0], diags)) {
            continue;
        }
        struct regulation_constant constant = {.name = node->key, .place = node->key_place};
        yaml_number(yaml_require(node, "value", diags), &constant.value, diags);
        constant.unit = yaml_text(yaml_require(node, "unit", diags), diags);
        constant.document = yaml_text(yaml_require(node, "document", diags), diags);
        yaml_require(node, "valid_from", diags);
        map_put(&catalogue->constants_by_name, constant.name, catalogue->constants.count);
        *VEC_PUSH(&catalogue->constants, &catalogue->arena) = constant;
    }
}
