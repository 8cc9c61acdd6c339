#include "base/time.h"
#include "codec/yaml.h"
#include "settings/table.h"

#include <arpa/inet.h>

// What no single setting can tell: settings that need each other, or that contradict each other. The complaint stands at the
// setting that somebody wrote.

struct checking {
    const struct yaml_node *root;
    const struct settings *settings;
    struct diag_list *diags;
};

// Where `section.key` stands in the file; what is not there is told at its section, or at the file as a whole.
static Place place_of(const struct checking *checking, const char *section, const char *key) {
    const struct yaml_node *group = yaml_get(checking->root, section);
    const struct yaml_node *node = yaml_get(group, key);
    if (node != NULL) {
        return node->kind == YAML_SCALAR && !slice_empty(node->text) ? node->place : node->key_place;
    }
    return group != NULL ? group->key_place : (Place){.source = checking->root->place.source};
}

static const struct yaml_node *element_of(const struct checking *checking, const char *section, const char *key, uint32_t index) {
    const struct yaml_node *list = yaml_get(yaml_get(checking->root, section), key);
    const struct yaml_node *node = list->first;
    for (; index > 0; index--) {
        node = node->next;
    }
    return node;
}

static void refuse(const struct checking *checking, Place place, const char *text, const char *hint) {
    struct diag *diag = diag_add(checking->diags, DIAG_ERROR, "CF006", place, "%s", text);
    diag_hint(checking->diags, diag, "%s", hint);
}

static bool is_loopback(Slice address) {
    return slice_starts_with(address, SLICE("127.")) || slice_is(address, "::1");
}

static void check_address(const struct checking *checking) {
    Slice address = checking->settings->server.address;
    char text[INET6_ADDRSTRLEN + 1];
    unsigned char bytes[sizeof(struct in6_addr)];
    bool fits = address.size < sizeof text;
    memcpy(text, address.at, fits ? address.size : 0);
    text[fits ? address.size : 0] = 0;
    if (inet_pton(AF_INET, text, bytes) != 1 && inet_pton(AF_INET6, text, bytes) != 1) {
        refuse(checking, place_of(checking, "server", "address"), "server.address is neither an IPv4 nor an IPv6 address",
               "names are not looked up; for example 10.1.2.3, 0.0.0.0 or ::");
    }
}

static void check_tls(const struct checking *checking) {
    const struct settings_server *server = &checking->settings->server;
    bool certificate = !slice_empty(server->tls_certificate);
    if (certificate != !slice_empty(server->tls_key)) {
        refuse(checking, place_of(checking, "server", certificate ? "tls_certificate" : "tls_key"),
               "server.tls_certificate and server.tls_key need each other", "give both, or none for a server without TLS");
    }
    if (server->tls_client != SETTINGS_TLS_CLIENT_none && (!certificate || slice_empty(server->tls_client_ca))) {
        refuse(checking, place_of(checking, "server", "tls_client"), "certificates of clients need TLS, and somebody who signs them",
               "give server.tls_certificate, tls_key and tls_client_ca");
    }
    if (!certificate && !is_loopback(server->address)) {
        struct diag *diag = diag_add(checking->diags, DIAG_WARNING, "CF008", place_of(checking, "server", "address"),
                                     "events, answers and passwords cross the network in the clear");
        diag_hint(checking->diags, diag, "give server.tls_certificate and tls_key, unless something in front of this server has TLS");
    }
}

static void check_sizes(const struct checking *checking) {
    enum { BLOCK = 4096 };
    const struct settings *settings = checking->settings;
    if (settings->journal.segment_bytes % BLOCK != 0) {
        refuse(checking, place_of(checking, "journal", "segment_bytes"), "journal.segment_bytes is no multiple of 4 KiB", "for example 256 MiB");
    }
    if (settings->server.body_max > settings->server.lines_body_max) {
        refuse(checking, place_of(checking, "server", "lines_body_max"), "server.lines_body_max is smaller than server.body_max",
               "a body of many records holds at least one");
    }
}

static void check_budgets(const struct checking *checking) {
    const struct settings_decisions *decisions = &checking->settings->decisions;
    static const char hint[] = "something must be left to decide in";
    if (decisions->margin_us >= decisions->default_budget_us) {
        refuse(checking, place_of(checking, "decisions", "margin"), "decisions.margin takes all of decisions.default_budget", hint);
    }
    for (uint32_t i = 0; i < decisions->budgets.count; i++) {
        const struct settings_budget *budget = &decisions->budgets.at[i];
        const struct yaml_node *node = element_of(checking, "decisions", "budgets", i);
        if (decisions->margin_us >= budget->budget_us) {
            refuse(checking, node->place, "decisions.margin takes all of this budget", hint);
        }
        for (uint32_t k = 0; k < i; k++) {
            const struct settings_budget *before = &decisions->budgets.at[k];
            if (slice_equal(budget->channel, before->channel) && slice_equal(budget->event_type, before->event_type)) {
                diag_add(checking->diags, DIAG_ERROR, "CF007", node->place, "this budget is for the same events as number %u", k + 1);
            }
        }
    }
}

static void check_runs(const struct checking *checking) {
    const struct settings_batch *batch = &checking->settings->batch;
    for (uint32_t i = 0; i < batch->runs.count; i++) {
        const struct settings_batch_run *run = &batch->runs.at[i];
        const struct yaml_node *node = element_of(checking, "batch", "runs", i);
        if ((run->at_us >= 0) == (run->every_us > 0)) {
            refuse(checking, node->place, "a run has either 'at' or 'every'", "at: \"02:30\" is daily; every: 1 h is again and again");
        }
        for (uint32_t k = 0; k < i; k++) {
            if (slice_equal(run->name, batch->runs.at[k].name)) {
                diag_add(checking->diags, DIAG_ERROR, "CF007", node->place, "two runs are named '%.*s'", SLICE_ARGS(run->name));
            }
        }
    }
}

static void check_brake(const struct checking *checking) {
    const struct settings_brake *brake = &checking->settings->brake;
    for (uint32_t i = 0; i < brake->rules.count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (slice_equal(brake->rules.at[i].name, brake->rules.at[k].name)) {
                diag_add(checking->diags, DIAG_ERROR, "CF007", element_of(checking, "brake", "rules", i)->place, "two rules are named '%.*s'",
                         SLICE_ARGS(brake->rules.at[i].name));
            }
        }
    }
}

static void check_response(const struct checking *checking) {
    const struct settings_response *response = &checking->settings->response;
    for (uint32_t i = 0; i < response->endpoints.count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (response->endpoints.at[i].name == response->endpoints.at[k].name) {
                diag_add(checking->diags, DIAG_ERROR, "CF007", element_of(checking, "response", "endpoints", i)->place, "this endpoint has the name of number %u", k + 1);
            }
        }
    }
    Slice store = response->store;
    bool is_file = slice_starts_with(store, SLICE("sqlite:")) && store.size > sizeof "sqlite:" - 1;
    bool is_server = slice_starts_with(store, SLICE("postgresql://")) || slice_starts_with(store, SLICE("postgres://"));
    if (!slice_is(store, "none") && !is_file && !is_server) {
        refuse(checking, place_of(checking, "response", "store"), "response.store is no address of a store", "for example sqlite:response.db or postgresql://qiantang@db.bank.example/qiantang");
    }
    size_t from = slice_find(store, SLICE("://"), 0) + 3;
    size_t at = is_server ? slice_find_byte(store, '@', from) : store.size;
    Slice user = at < store.size ? slice_part(store, from, at - from) : SLICE("");
    bool names_password = slice_find_byte(user, ':', 0) < user.size;
    if (is_server && (names_password || slice_find(store, SLICE("password="), 0) != SIZE_MAX)) {
        Place nowhere = {.source = checking->root->place.source}; // the line is not told: the password stands in it
        refuse(checking, nowhere, "response.store holds a password, which settings are not for", "put it into a file, and name that in response.password_file");
    }
}

static void check_access(const struct checking *checking) {
    const struct settings_access *access = &checking->settings->access;
    if (access->session_idle_us > access->session_max_us) {
        refuse(checking, place_of(checking, "access", "session_idle"), "access.session_idle is longer than access.session_max",
               "a session ends at the first of the two");
    }
    if (access->login_delay_first_us > access->login_delay_max_us) {
        refuse(checking, place_of(checking, "access", "login_delay_first"), "access.login_delay_first is longer than access.login_delay_max",
               "the delay begins with the first and grows to the second");
    }
}

void settings_check(const struct yaml_node *root, const struct settings *settings, struct diag_list *diags) {
    struct checking checking = {root, settings, diags};
    check_address(&checking);
    check_tls(&checking);
    check_sizes(&checking);
    check_budgets(&checking);
    check_runs(&checking);
    check_brake(&checking);
    check_response(&checking);
    check_access(&checking);
}
