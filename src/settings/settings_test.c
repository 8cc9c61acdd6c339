#include "settings/settings.h"

#include "base/test.h"
#include "base/time.h"
#include "settings/table.h"

struct parsed {
    struct arena arena;
    struct source source;
    struct settings settings;
    struct diag_list diags;
    struct buf told;
};

static void parse(struct parsed *parsed, Slice text) {
    arena_init(&parsed->arena, 64 << 10);
    diag_list_init(&parsed->diags, &parsed->arena);
    parsed->source = (struct source){SLICE("q.yaml"), text};
    settings_parse(&parsed->source, &parsed->arena, &parsed->settings, &parsed->diags);
    buf_init(&parsed->told, 1 << 20);
    for (uint32_t i = 0; i < parsed->diags.count; i++) {
        diag_render(&parsed->diags.items[i], &parsed->told);
    }
}

static void parsed_deinit(struct parsed *parsed) {
    buf_deinit(&parsed->told);
    arena_deinit(&parsed->arena);
}

static bool has(const struct buf *text, const char *part) {
    bool found = slice_find(buf_slice(text), slice_of(part), 0) != SIZE_MAX;
    if (!found) {
        fprintf(stderr, "'%s' is not in:\n%.*s\n", part, SLICE_ARGS(buf_slice(text)));
    }
    return found;
}

static bool test_defaults(void) {
    static const char *const empty[] = {"", "# nothing\n", "server:\n", "~\n", "{}\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct parsed parsed;
        parse(&parsed, slice_of(empty[i]));
        CHECK_THAT(parsed.diags.count == 0, "%s", empty[i]);
        CHECK(parsed.settings.server.port == 8080 && slice_is(parsed.settings.server.address, "127.0.0.1"));
        CHECK(parsed.settings.decisions.default_budget_us == 50 * US_PER_MS);
        CHECK(parsed.settings.journal.durability == SETTINGS_DURABILITY_sync && !parsed.settings.metrics.public);
        parsed_deinit(&parsed);
    }
    return true;
}

static bool test_values(void) {
    struct parsed parsed;
    parse(&parsed, SLICE("folders: {data: /srv/d, pack: 'p'}\n"
                         "server: {address: '::1', port: 0, tls_client: none, idle_timeout: 1500 ms, body_max: 64KiB}\n"
                         "journal: {durability: async, segment_bytes: 8 MiB, archive: ''}\n"
                         "decisions:\n"
                         "  margin: 250 us\n"
                         "  budgets:\n"
                         "    - {channel: POS, budget: 20 ms}\n"
                         "    - {channel: POS, event_type: transfer_out, budget: 1 s}\n"
                         "brake:\n"
                         "  rules: [{name: a, over: branch_id, actions: [STOP_PAY, REJECT], share_max: 0.25 %, then: rollback}]\n"
                         "batch: {runs: [{name: night, at: 02:30}, {name: hourly, every: 1 h}]}\n"
                         "metrics: {public: true}\n"));
    CHECK_THAT(parsed.diags.count == 0, "%.*s", SLICE_ARGS(buf_slice(&parsed.told)));
    const struct settings *settings = &parsed.settings;
    CHECK(slice_is(settings->folders.data, "/srv/d") && settings->server.port == 0 && settings->server.body_max == 65536);
    CHECK(settings->server.idle_timeout_us == 1500000 && settings->journal.segment_bytes == 8 << 20);
    CHECK(settings->journal.durability == SETTINGS_DURABILITY_async && settings->decisions.margin_us == 250);
    CHECK(settings->decisions.budgets.count == 2 && settings->decisions.budgets.at[0].budget_us == 20000);
    CHECK(slice_empty(settings->decisions.budgets.at[0].event_type) && slice_is(settings->decisions.budgets.at[1].event_type, "transfer_out"));
    const struct settings_brake_rule *rule = settings->brake.rules.at;
    CHECK(slice_is(rule->over, "branch_id") && slice_is(rule->instead, "DELAY") && rule->then == SETTINGS_BRAKE_THEN_rollback && rule->share_max_bp == 25);
    CHECK(rule->actions.count == 2 && slice_is(rule->actions.at[1], "REJECT") && rule->hold_us == 30 * US_PER_MINUTE);
    const struct settings_batch_run *runs = settings->batch.runs.at;
    CHECK(runs[0].at_us == 150 * US_PER_MINUTE && runs[0].every_us == 0 && runs[1].at_us == -1 && runs[1].every_us == US_PER_HOUR);
    CHECK(settings->metrics.public);
    parsed_deinit(&parsed);
    return true;
}

// A text, a part of what is told about it. Each is the only mistake.
static const struct {
    const char *text, *told;
} mistakes[] = {
    {"sever: {}\n", "q.yaml:1:1: error CF001: there is no setting 'sever' in the file; it holds sections"},
    {"sever: {}\n", "hint: did you mean 'server'?"},
    {"server:\n  prot: 1\n", "q.yaml:2:3: error CF001: there is no setting 'prot' in server"},
    {"server:\n  prot: 1\n", "did you mean 'port'?"},
    {"port: 1\n", "it belongs to the section 'server'"},
    {"server: {waiting_max: 1}\n", "it belongs to the section 'decisions'"},
    {"server: {zzzzzzzzzzzzzz: 1}\n", "qiantang config --explain tells what there is"},
    {"server: 7\n", "CF002: 'server' is a mapping of keys and values, not '7'"},
    {"[1]\n", "CF002: a file of settings is a mapping"},
    {"server: {port: many}\n", "CF002: 'port' is a whole number, not 'many'"},
    {"server: {port: '80'}\n", "CF002: 'port' is a whole number"},
    {"server: {port: 8o}\n", "  1 | server: {port: 8o}\n      |                ^~"},
    {"server: {port: [1]}\n", "not 'a list'"},
    {"server: {port: {}}\n", "not 'a mapping'"},
    {"server: {port: ~}\n", "CF002: 'port' is a whole number"},
    {"server: {port: }\n", "CF002: 'port' is a whole number"},
    {"server: {port: 65536}\n", "CF003: 'port' is out of its bounds: '65536'"},
    {"server: {port: 65536}\n", "hint: it may be 0 to 65535"},
    {"server: {port: 99999999999999999999}\n", "CF002"},
    {"server: {idle_timeout: 30}\n", "for example 250 us, 5 ms, 30 s, 10 min, 1 h or 7 d"},
    {"server: {idle_timeout: 30 m}\n", "CF002"},
    {"server: {idle_timeout: 1.5 s}\n", "CF002"},
    {"server: {idle_timeout: -1 s}\n", "CF002"},
    {"server: {idle_timeout: 2 h}\n", "it may be 1 s to 1 h"},
    {"server: {idle_timeout: 9223372036854775807 d}\n", "CF002"},
    {"server: {body_max: 1 MB}\n", "512 B, 64 KiB, 16 MiB or 1 GiB"},
    {"server: {body_max: 2 MiB}\n", "it may be 1 KiB to 1 MiB"},
    {"server: {tls_client: maybe}\n", "it is one of none, wanted, required"},
    {"metrics: {enabled: yes}\n", "CF002: 'enabled' is true or false, not 'yes'"},
    {"metrics: {enabled: 'true'}\n", "CF002"},
    {"folders: {data: ''}\n", "CF002: 'data' is empty"},
    {"folders: {data: \"a\\nb\"}\n", "CF002: 'data' has a character that no line of text has"},
    {"batch: {pace: 0.001 %}\n", "CF002"},
    {"batch: {pace: 101 %}\n", "it may be 1 % to 100 %"},
    {"batch: {runs: {}}\n", "CF002: 'runs' is a list"},
    {"batch: {runs: [7]}\n", "CF002: 'batch_run' is a mapping"},
    {"batch: {runs: [{name: a, at: '24:00'}]}\n", "CF002: 'at' is a time of day"},
    {"batch: {runs: [{at: '23:00'}]}\n", "CF004: 'name' is missing"},
    {"batch: {runs: [{name: a}]}\n", "CF006: a run has either 'at' or 'every'"},
    {"batch: {runs: [{name: a, at: 1:00}]}\n", "CF002"},
    {"batch: {runs: [{name: a, every: 1 h}, {name: a, every: 2 h}]}\n", "CF007: two runs are named 'a'"},
    {"decisions: {budgets: [{channel: A, budget: 9 ms}, {channel: A, budget: 8 ms}]}\n", "CF007"},
    {"decisions: {budgets: [{budget: 5 ms}]}\n", "CF006: decisions.margin takes all of this budget"},
    {"decisions: {margin: 50 ms}\n", "CF006: decisions.margin takes all of decisions.default_budget"},
    {"server: {tls_key: k.pem}\n", "q.yaml:1:19: error CF006: server.tls_certificate and server.tls_key need each other"},
    {"server: {tls_client: wanted}\n", "CF006: certificates of clients need TLS"},
    {"server: {address: localhost}\n", "CF006: server.address is neither"},
    {"server: {body_max: 64 KiB, lines_body_max: 32 KiB}\n", "CF006: server.lines_body_max is smaller"},
    {"journal: {segment_bytes: 10000000 B}\n", "CF006: journal.segment_bytes is no multiple of 4 KiB"},
    {"access: {session_idle: 9 h}\n", "CF006: access.session_idle is longer"},
    {"access: {login_delay_max: 1 s, login_delay_first: 2 s}\n", "CF006: access.login_delay_first is longer"},
    {"response: {store: 'mysql://x'}\n", "CF006: response.store is no address of a store"},
    {"response: {store: 'postgresql://qiantang:geheim@db/qiantang'}\n", "q.yaml: error CF006: response.store holds a password"},
    {"response: {store: 'postgresql://db/qiantang?password=geheim'}\n", "hint: put it into a file"},
    {"response: {endpoints: [{name: core, url: \"https://a\"}]}\n", "CF004: 'secret' is missing"},
    {"response: {endpoints: [{name: corr, url: \"https://a\", secret: s}]}\n", "it is one of contact, core, police, page, inspection"},
    {"response: {endpoints: [{name: core, url: \"https://a\", secret: s}, {name: core, url: \"https://b\", secret: s}]}\n", "CF007: this endpoint has the name of number 1"},
    {"server: {port: 1, port: 2}\n", "YA002"},
    {"server: &a {}\n", "YA005"},
};

static bool test_mistakes(void) {
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct parsed parsed;
        parse(&parsed, slice_of(mistakes[i].text));
        CHECK_THAT(parsed.diags.error_count == 1, "%s: %u errors\n%.*s", mistakes[i].text, parsed.diags.error_count,
                   SLICE_ARGS(buf_slice(&parsed.told)));
        CHECK(has(&parsed.told, mistakes[i].told));
        parsed_deinit(&parsed);
    }
    return true;
}

static bool test_all_are_told(void) {
    struct parsed parsed;
    parse(&parsed, SLICE("server: {port: 70000, address: [], thread: 2}\nlog: {level: loud}\nbrake: {rules: [{}]}\n"));
    CHECK(parsed.diags.error_count == 8);
    CHECK(parsed.settings.server.port == 8080 && parsed.settings.log.level == SETTINGS_LOG_LEVEL_info);
    parsed_deinit(&parsed);
    parse(&parsed, SLICE("server: {address: 0.0.0.0}\n"));
    CHECK(parsed.diags.error_count == 0 && parsed.diags.warning_count == 1 && has(&parsed.told, "warning CF008"));
    parsed_deinit(&parsed);
    return true;
}

static bool test_limits(void) {
    struct buf text;
    buf_init(&text, 4 << 20);
    buf_put(&text, SLICE("decisions:\n  budgets:\n"));
    for (int i = 0; i < 257; i++) {
        buf_printf(&text, "    - {channel: C%d, budget: 9 ms}\n", i);
    }
    struct parsed parsed;
    parse(&parsed, buf_slice(&text));
    CHECK(parsed.diags.error_count == 1 && has(&parsed.told, "CF005: 'budgets' has 257 elements, more than 256"));
    parsed_deinit(&parsed);
    while (text.size <= SETTINGS_SIZE_MAX) {
        buf_put(&text, SLICE("# and so on and on and on\n"));
    }
    parse(&parsed, buf_slice(&text));
    CHECK(parsed.diags.error_count == 1 && has(&parsed.told, "CF005: the file has"));
    parsed_deinit(&parsed);
    buf_deinit(&text);
    return true;
}

// What is written is read as the same, in both languages, with every example taken.
static bool test_round_trip(void) {
    struct settings settings;
    settings_defaults(&settings);
    struct buf text;
    buf_init(&text, 1 << 20);
    for (SettingsLanguage language = SETTINGS_ENGLISH; language <= SETTINGS_CHINESE; language++) {
        struct parsed parsed;
        struct buf again;
        buf_reset(&text);
        buf_init(&again, 1 << 20);
        settings_write(&settings, language, &text);
        parse(&parsed, buf_slice(&text));
        CHECK_THAT(parsed.diags.count == 0, "%.*s", SLICE_ARGS(buf_slice(&parsed.told)));
        settings_write(&parsed.settings, language, &again);
        CHECK(slice_equal(buf_slice(&text), buf_slice(&again)));
        parsed_deinit(&parsed);
        buf_deinit(&again);
    }
    buf_deinit(&text);
    return true;
}

static bool test_examples(void) {
    for (uint32_t i = 0; i < setting_section_count; i++) {
        for (uint32_t k = 0; k < setting_sections[i].count; k++) {
            const struct setting *setting = &setting_sections[i].at[k];
            if (setting->kind != SETTING_LIST) {
                continue;
            }
            struct buf text;
            struct buf written;
            struct parsed parsed;
            struct parsed again;
            buf_init(&text, 4096);
            buf_init(&written, 1 << 20);
            buf_printf(&text, "%s: {%s: [%s]}\n", setting_sections[i].name, setting->key, setting->example);
            parse(&parsed, buf_slice(&text));
            CHECK_THAT(parsed.diags.count == 0, "%.*s", SLICE_ARGS(buf_slice(&parsed.told)));
            settings_write(&parsed.settings, SETTINGS_ENGLISH, &written);
            CHECK(has(&written, setting->example));
            parse(&again, buf_slice(&written));
            CHECK(again.diags.count == 0);
            buf_deinit(&text);
            buf_deinit(&written);
            parsed_deinit(&parsed);
            parsed_deinit(&again);
        }
    }
    return true;
}

static bool test_changes(void) {
    struct parsed now;
    struct parsed then;
    struct buf names;
    parse(&now, SLICE("server: {port: 1}\n"));
    parse(&then, SLICE("server: {port: 2}\ndecisions: {default_budget: 60 ms}\nfolders: {pack: other}\n"));
    buf_init(&names, 4096);
    settings_needing_start(&now.settings, &then.settings, &names);
    CHECK(slice_is(buf_slice(&names), "folders.pack\nserver.port\n"));
    buf_deinit(&names);
    parsed_deinit(&now);
    parsed_deinit(&then);
    return true;
}

static bool test_explain(void) {
    struct arena arena;
    struct buf out;
    Slice near = SLICE("");
    arena_init(&arena, 4096);
    buf_init(&out, 1 << 20);
    CHECK(settings_explain(SLICE("server.idle_timeout"), SETTINGS_ENGLISH, &arena, &out, &near) == STATUS_OK);
    CHECK(has(&out, "default: 1 min\n") && has(&out, "bounds: 1 s to 1 h\n") && has(&out, "takes effect: at the next start\n"));
    buf_reset(&out);
    CHECK(settings_explain(SLICE("budgets"), SETTINGS_CHINESE, &arena, &out, &near) == STATUS_OK);
    CHECK(has(&out, "decisions.budgets[].budget\n") && has(&out, "必须填写"));
    buf_reset(&out);
    CHECK(settings_explain(SLICE("server.idel_timeout"), SETTINGS_ENGLISH, &arena, &out, &near) == STATUS_NOT_FOUND);
    CHECK(slice_is(near, "server.idle_timeout"));
    CHECK(settings_explain(SLICE(""), SETTINGS_ENGLISH, &arena, &out, &near) == STATUS_OK && out.size > 4096 && !buf_overflowed(&out));
    buf_deinit(&out);
    arena_deinit(&arena);
    return true;
}

// Defaults lie within their bounds, and every text is there in both languages.
static bool check_group(const struct setting_group *group) {
    for (uint32_t i = 0; i < group->count; i++) {
        const struct setting *setting = &group->at[i];
        bool unset = setting->kind == SETTING_TIME || setting->need == SETTING_NEEDED || slice_is(slice_of(setting->key), "every");
        CHECK_THAT(!setting_is_number(setting->kind) || unset || (setting->initial >= setting->min && setting->initial <= setting->max), "%s.%s",
                   group->name, setting->key);
        CHECK_THAT(setting->text[0][0] != 0 && setting->text[1][0] != 0, "%s.%s", group->name, setting->key);
        CHECK(setting->record == NULL || check_group(setting->record));
    }
    return true;
}

static bool test_table(void) {
    for (uint32_t i = 0; i < setting_section_count; i++) {
        CHECK(check_group(&setting_sections[i]));
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_defaults),   TEST(test_values),   TEST(test_mistakes), TEST(test_all_are_told), TEST(test_limits),
        TEST(test_round_trip), TEST(test_examples), TEST(test_changes),  TEST(test_explain),      TEST(test_table),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
