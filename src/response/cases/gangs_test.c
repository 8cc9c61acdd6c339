// Gangs: planted ones are found in the noise of a bank, what everybody meets is not led over, a
// household is none; what was decided stays decided until it has grown.

#include "response/cases/bank_test.h"
#include "response/cases/world_test.h"

enum { THINGS = 8, FACTS_MAX = 16384 };

struct work {
    struct bank bank;
    struct gang_seed seed;
    struct gang_options options;
    struct gang gang;
    struct gang_proposal proposal;
    struct gang_scan scan;
    int64_t clearance, id;
    Slice secrecy, reason;
    struct case_fact facts[FACTS_MAX];
    uint32_t fact_count;
    int64_t sequence;
};

static struct work *work_of(void *context) {
    return ((struct world *)context)->given;
}

static Status do_find(void *context, struct book *book) {
    struct work *work = work_of(context);
    return gang_find(book, &work->seed, &work->options, &work->gang);
}

static Status do_propose(void *context, struct book *book) {
    struct work *work = work_of(context);
    TRY(do_find(context, book));
    return gang_propose(book, &work->gang, work->secrecy, &work->proposal);
}

static Status do_dismiss(void *context, struct book *book) {
    struct work *work = work_of(context);
    return gang_dismiss(book, work->clearance, work->proposal.id, work->reason);
}

static Status do_confirm(void *context, struct book *book) {
    struct work *work = work_of(context);
    return gang_confirm(book, work->clearance, work->proposal.id, work->id, &work->id);
}

static Status take(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct case_taken taken;
    TRY(cases_take(book, work->facts, work->fact_count, &taken));
    work->fact_count = 0;
    return taken.refused == 0 ? STATUS_OK : STATUS_INVALID;
}

// ---- a bank ------------------------------------------------------------------------------------

static bool fill(struct world *w, struct work *work, uint32_t events) {
    struct arena made;
    arena_init(&made, 1 << 18);
    for (uint32_t i = 0; i < events; i++) {
        if (work->fact_count + BANK_FACTS_MAX > FACTS_MAX) {
            DO(w, DAY_0, take);
            arena_reset(&made);
        }
        work->fact_count += bank_event(&work->bank, work->facts + work->fact_count, &made);
    }
    DO(w, DAY_0, take);
    arena_deinit(&made);
    return true;
}

struct tally {
    uint32_t seeds, found;
    double precision, recall;
};

static uint32_t number_of_account(Slice name) {
    int64_t number = 0;
    return slice_starts_with(name, SLICE("A6217")) &&
                   slice_to_i64(slice_part(name, 5, SIZE_MAX), &number)
               ? (uint32_t)number
               : UINT32_MAX;
}

static void score(const struct work *work, uint32_t gang, struct tally *tally) {
    uint32_t right = 0, planted = 0;
    const struct bank *bank = &work->bank;
    for (uint32_t i = 0; i < work->gang.member_count; i++) {
        const struct gang_member *member = &work->gang.members[i];
        uint32_t account = member->node.kind == GANG_NODE_ACCOUNT
                               ? number_of_account(member->node.name)
                               : UINT32_MAX;
        if (account < bank->plan.accounts && member->part == GANG_PART_MEMBER) {
            right += bank->gang_of[bank_customer_of(bank, account)] == gang;
            planted += bank->gang_of[account] == gang;
        }
    }
    tally->seeds++;
    if (work->gang.outcome == GANG_FOUND) {
        tally->found++;
        tally->precision += (double)right / work->gang.accounts;
        tally->recall += (double)planted / bank->gangs[gang].size;
    }
}

static bool look(struct world *w, struct work *work, uint32_t account) {
    work->seed = (struct gang_seed){PARTY_ACCOUNT, bank_account(&w->scratch.arena, account)};
    DO(w, DAY_0 + 30 * US_PER_DAY, do_find);
    return true;
}

// What share is found is printed; that it does not become less is checked, below what was measured.
static bool test_planted(void) {
    static const char *const sorts[] = {"devices", "addresses", "money"};
    static const double found_min[] = {0.95, 0.75, 0.4}, right_min[] = {0.8, 0.7, 0.5};
    static struct work work;
    struct world w;
    struct tally tallies[GANG_SORT_COUNT] = {0};
    uint32_t others = 0, told = 0;
    CHECK(world_init(&w));
    work = (struct work){0};
    w.given = &work;
    bank_init(&work.bank,
              &(struct bank_plan){.seed = 7,
                                  .accounts = 3000,
                                  .gangs = 9,
                                  .gang_min = 4,
                                  .gang_max = 16,
                                  .movements_percent = 50,
                                  .gang_permille = 20,
                                  .from_us = DAY_0,
                                  .step_us = 29 * US_PER_DAY / 60000},
              &w.scratch.arena);
    CHECK(fill(&w, &work, 60000));
    for (uint32_t gang = 0; gang < work.bank.plan.gangs; gang++) {
        const struct planted *planted = &work.bank.gangs[gang];
        for (uint32_t i = 0; i < planted->size; i++) {
            CHECK(look(&w, &work, planted->accounts[i]));
            score(&work, gang, &tallies[planted->sort]);
        }
    }
    for (uint32_t account = 0; account < work.bank.plan.accounts; account += 37) {
        if (work.bank.gang_of[account] == UINT32_MAX) {
            CHECK(look(&w, &work, account));
            others++;
            told += work.gang.outcome == GANG_FOUND;
        }
    }
    for (uint32_t i = 0; i < GANG_SORT_COUNT; i++) {
        const struct tally *t = &tallies[i];
        double found = (double)t->found / t->seeds, right = t->precision / t->found;
        printf("held by %s: %u seeds, %.0f %% found, with %.0f %% of the accounts, %.0f %% of the "
               "members "
               "are right\n",
               sorts[i], t->seeds, 100 * found, 100 * t->recall / t->found, 100 * right);
        CHECK(found >= found_min[i] && right >= right_min[i]);
    }
    printf("of %u others %u are told to be in a gang\n", others, told);
    CHECK(told * 8 < others);
    return world_deinit(&w);
}

// ---- by hand -----------------------------------------------------------------------------------

static void share(struct world *w, struct work *work, BondKind kind, const char *thing,
                  uint64_t customer) {
    work->facts[work->fact_count++] = (struct case_fact){.kind = CASE_FACT_BOND,
                                                         .bond = {.kind = kind,
                                                                  .party_kind = PARTY_CUSTOMER,
                                                                  .thing = named(w, thing, 0),
                                                                  .party = named(w, "C", customer),
                                                                  .time_us = DAY_0}};
}

static void pay(struct world *w, struct work *work, uint64_t from, uint64_t to, int64_t yuan) {
    work->sequence++;
    work->facts[work->fact_count++] =
        (struct case_fact){.kind = CASE_FACT_MOVEMENT,
                           .movement = {.sequence = w->test * INT64_C(1000000) + work->sequence,
                                        .time_us = DAY_0 + work->sequence,
                                        .event_id = named(w, "E", (uint64_t)work->sequence),
                                        .payer = named(w, "A", from),
                                        .payee = named(w, "A", to),
                                        .payer_customer = named(w, "C", from),
                                        .payee_customer = named(w, "C", to),
                                        .amount = yuan * 100,
                                        .state = MOVED_DONE}};
}

static bool work_init(struct world *w, struct work *work, uint64_t seed) {
    CHECK(world_init(w));
    *work = (struct work){.secrecy = SLICE("NORMAL")};
    w->given = work;
    work->seed = (struct gang_seed){PARTY_ACCOUNT, named(w, "A", seed)};
    return true;
}

static GangPart part_of(const struct gang *gang, Slice name) {
    for (uint32_t i = 0; i < gang->member_count; i++) {
        if (slice_equal(gang->members[i].node.name, name)) {
            return gang->members[i].part;
        }
    }
    return (GangPart)-1;
}

// Four with one device pass money to the fourth; a victim pays the first.
static void put_gang(struct world *w, struct work *work) {
    for (uint64_t i = 1; i <= 4; i++) {
        share(w, work, BOND_DEVICE, "D", i);
        pay(w, work, i, 4, i == 4 ? 1 : 20000); // a payment to himself binds nobody
    }
    pay(w, work, 9, 1, 30000);
}

static bool test_parts(void) {
    static struct work work;
    struct world w;
    CHECK(work_init(&w, &work, 1));
    put_gang(&w, &work);
    share(&w, &work, BOND_IP, "home", 1); // the first lives with a fifth
    share(&w, &work, BOND_IP, "home", 5);
    pay(&w, &work, 5, 6, 1);
    share(&w, &work, BOND_PHONE, "P9", 9);
    DO(&w, DAY_0 + US_PER_DAY, take);
    DO(&w, DAY_0 + US_PER_DAY, do_find);
    CHECK(work.gang.outcome == GANG_FOUND && work.gang.accounts == 4 && work.gang.holders == 4);
    CHECK(part_of(&work.gang, named(&w, "A", 4)) == GANG_PART_MEMBER);
    CHECK(part_of(&work.gang, named(&w, "D", 0)) == GANG_PART_MEMBER);
    GangPart victim = part_of(&work.gang, named(&w, "A", 9));
    CHECK(victim == GANG_PART_PAYER || victim == (GangPart)-1);
    GangPart housemate = part_of(&work.gang, named(&w, "A", 5));
    CHECK(housemate == GANG_PART_HOUSEHOLD || housemate == (GangPart)-1);
    CHECK(work.gang.amount >= 3 * 2000000);
    return world_deinit(&w);
}

static bool test_household(void) {
    static struct work work;
    struct world w;
    CHECK(work_init(&w, &work, 1));
    for (uint64_t i = 1; i <= 4; i++) {
        share(&w, &work, BOND_IP, "home", i);
        share(&w, &work, BOND_ADDRESS, "flat", i);
        pay(&w, &work, i, 1 + i % 4, 300); // sharing bills
    }
    DO(&w, DAY_0 + US_PER_DAY, take);
    DO(&w, DAY_0 + US_PER_DAY, do_find);
    CHECK(work.gang.outcome == GANG_HOUSEHOLD);
    work.seed.name = named(&w, "A", 77); // nobody knows it
    DO(&w, DAY_0 + US_PER_DAY, do_find);
    CHECK(work.gang.outcome == GANG_TOO_FEW);
    return world_deinit(&w);
}

static const struct gang_hub *hub_of(const struct gang *gang, Slice name) {
    for (uint32_t i = 0; i < gang->hub_count; i++) {
        if (slice_equal(gang->hubs[i].node.name, name)) {
            return &gang->hubs[i];
        }
    }
    return NULL;
}

static Status register_hub(void *context, struct book *book) {
    struct world *w = context;
    return gang_hub_put(book, GANG_NODE_ACCOUNT, named(w, "A", 50), SLICE("电力公司"), INT64_MAX);
}

static Status take_hub_back(void *context, struct book *book) {
    struct world *w = context;
    return gang_hub_put(book, GANG_NODE_ACCOUNT, named(w, "A", 50), SLICE("wrong"), 0);
}

// Whether the list of hubs names this one.
static Status find_in_list(void *context, struct book *book) {
    struct world *w = context;
    struct buf out;
    struct json_writer json;
    buf_init(&out, 1 << 20);
    json_writer_init(&json, &out);
    Status status = gang_hubs_put_json(book, &json);
    bool is_there = slice_find(buf_slice(&out), named(w, "A", 50), 0) != SIZE_MAX;
    buf_deinit(&out);
    TRY(status);
    return is_there ? STATUS_OK : STATUS_NOT_FOUND;
}

// An address that seventy came from, a registered account, and a shop: each is told with its
// reason.
static bool test_hubs(void) {
    static struct work work;
    struct world w;
    CHECK(work_init(&w, &work, 1));
    put_gang(&w, &work);
    for (uint64_t i = 1; i <= 70; i++) {
        share(&w, &work, BOND_IP, "mobile", i);
    }
    for (uint64_t i = 1; i <= 4; i++) {
        pay(&w, &work, i, 50, 9000);
        pay(&w, &work, i, 60, 9000);
        work.facts[work.fact_count - 1].movement.payee_place = PLACE_MERCHANT;
        work.facts[work.fact_count - 1].movement.payee_customer = SLICE("");
    }
    DO(&w, DAY_0 + US_PER_DAY, take);
    DO(&w, DAY_0 + US_PER_DAY, register_hub);
    DO(&w, DAY_0 + US_PER_DAY, find_in_list);
    DO(&w, DAY_0 + US_PER_DAY, do_find);
    CHECK(work.gang.outcome == GANG_FOUND && work.gang.accounts == 4);
    const struct gang_hub *hub = hub_of(&work.gang, named(&w, "mobile", 0));
    CHECK(hub != NULL && hub->reason == GANG_SKIP_PARTIES && hub->seen > 60 && hub->members >= 4);
    hub = hub_of(&work.gang, named(&w, "A", 50));
    CHECK(hub != NULL && hub->reason == GANG_SKIP_NAMED && slice_is(hub->detail, "电力公司"));
    hub = hub_of(&work.gang, named(&w, "A", 60));
    CHECK(hub != NULL && hub->reason == GANG_SKIP_MERCHANT);
    DO(&w, DAY_0 + US_PER_DAY, take_hub_back);
    CHECK(within(&w, DAY_0 + US_PER_DAY, find_in_list) == STATUS_NOT_FOUND);
    DO(&w, DAY_0 + US_PER_DAY, do_find);
    CHECK(hub_of(&work.gang, named(&w, "A", 50)) == NULL);
    work.options.partners_max = 2; // of the fourth: it is paid by three
    work.seed.name = named(&w, "A", 4);
    DO(&w, DAY_0 + US_PER_DAY, do_find);
    CHECK(work.gang.outcome == GANG_SEED_IS_HUB);
    return world_deinit(&w);
}

// ---- deciding ----------------------------------------------------------------------------------

static Status tell(void *context, struct book *book) {
    struct work *work = work_of(context);
    struct buf out;
    struct json_writer json;
    buf_init(&out, 1 << 20);
    json_writer_init(&json, &out);
    json_array_begin(&json);
    Status status = gang_put_json(book, work->clearance, work->proposal.id, &json);
    if (status == STATUS_OK) {
        struct gang_filter filter = {.state = SLICE("DISMISSED"), .member = work->seed.name};
        status = gangs_put_json(book, work->clearance, &filter, &json);
    }
    json_array_end(&json);
    work->reason = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return status;
}

static void grow(struct world *w, struct work *work, uint64_t member) {
    share(w, work, BOND_DEVICE, "D", member);
    pay(w, work, member, 4, 20000);
}

static bool test_decided(void) {
    static struct work work;
    struct world w;
    CHECK(work_init(&w, &work, 1));
    put_gang(&w, &work);
    DO(&w, DAY_0 + US_PER_DAY, take);
    DO(&w, DAY_0 + US_PER_DAY, do_propose);
    CHECK(work.proposal.fate == GANG_FATE_NEW);
    int64_t first = work.proposal.id;
    work.seed.name = named(&w, "A", 3); // from another of its members it is the same
    DO(&w, DAY_0 + US_PER_DAY, do_propose);
    CHECK(work.proposal.fate == GANG_FATE_CHANGED && work.proposal.id == first);
    REFUSED(&w, DAY_0 + US_PER_DAY, do_dismiss, "CA005");
    work.reason = SLICE("a family");
    DO(&w, DAY_0 + US_PER_DAY, do_dismiss);
    REFUSED(&w, DAY_0 + US_PER_DAY, do_dismiss, "CA011");
    DO(&w, DAY_0 + US_PER_DAY, do_propose);
    CHECK(work.proposal.fate == GANG_FATE_KNOWN && work.proposal.id == first);
    grow(&w, &work, 6);
    DO(&w, DAY_0 + US_PER_DAY, take);
    DO(&w, DAY_0 + US_PER_DAY, do_propose);
    CHECK(work.proposal.fate == GANG_FATE_NEW && work.proposal.id > first);
    DO(&w, DAY_0 + US_PER_DAY, tell);
    CHECK(json_check(work.reason, 16).fault == JSON_FAULT_NONE);
    CHECK(slice_find(work.reason, SLICE("\"reason\":\"a family\""), 0) != SIZE_MAX);
    CHECK(slice_find(work.reason,
                     arena_printf(&w.scratch.arena, "\"grown_from\":%lld", (long long)first),
                     0) != SIZE_MAX);
    DO(&w, DAY_0 + US_PER_DAY, do_confirm);
    DO(&w, DAY_0 + US_PER_DAY, do_propose);
    CHECK(work.proposal.fate == GANG_FATE_KNOWN);
    return world_deinit(&w);
}

static Status count_subjects(void *context, struct book *book) {
    static const struct statement COUNT = {
        "test_subjects",
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN kind = 'ACCOUNT' THEN 1 ELSE "
        "0 END), 0) AS BIGINT) FROM case_subject WHERE case_id = ?1 AND origin = "
        "'GANG'"};
    struct work *work = work_of(context);
    int64_t subjects = 0;
    TRY(book_number(book, &COUNT, STORE_VALUES(store_i64(work->id)), &subjects));
    // Four accounts with their customers, and the device.
    return subjects == 9 && book_i64(book, 1) == 4 ? STATUS_OK : STATUS_INVALID;
}

static bool test_confirmed(void) {
    static struct work work;
    struct world w;
    CHECK(work_init(&w, &work, 1));
    put_gang(&w, &work);
    work.secrecy = SLICE("AML");
    DO(&w, DAY_0 + US_PER_DAY, take);
    DO(&w, DAY_0 + US_PER_DAY, do_propose);
    REFUSED(&w, DAY_0 + US_PER_DAY, do_confirm, "CA013"); // not for these eyes
    work.clearance = CLEARANCE_AML;
    DO(&w, DAY_0 + US_PER_DAY, do_confirm);
    CHECK(work.id > 0);
    DO(&w, DAY_0 + US_PER_DAY, count_subjects);
    // Found for everybody it is another proposal, and does not tell of the first.
    work.secrecy = SLICE("NORMAL");
    DO(&w, DAY_0 + US_PER_DAY, do_propose);
    CHECK(work.proposal.fate == GANG_FATE_NEW);
    DO(&w, DAY_0 + US_PER_DAY, do_confirm); // joins the case, which is more secret
    DO(&w, DAY_0 + US_PER_DAY, count_subjects);
    return world_deinit(&w);
}

static Status do_scan(void *context, struct book *book) {
    struct world *w = context;
    struct work *work = work_of(context);
    struct gang_seed seeds[6];
    for (uint64_t i = 0; i < 6; i++) {
        seeds[i] = (struct gang_seed){PARTY_ACCOUNT, named(w, "A", i + 1)};
    }
    return gang_scan(book, seeds, 6, NULL, work->secrecy, &work->scan);
}

static bool test_scan(void) {
    static struct work work;
    struct world w;
    CHECK(work_init(&w, &work, 1));
    put_gang(&w, &work);
    DO(&w, DAY_0 + US_PER_DAY, take);
    DO(&w, DAY_0 + US_PER_DAY, do_scan);
    CHECK(work.scan.seeds == 6 && work.scan.made == 1 && work.scan.skipped == 3);
    CHECK(work.scan.found == 1);
    DO(&w, DAY_0 + US_PER_DAY, do_scan);
    CHECK(work.scan.made == 0 && work.scan.changed == 1);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_planted), TEST(test_parts),     TEST(test_household), TEST(test_hubs),
        TEST(test_decided), TEST(test_confirmed), TEST(test_scan)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
