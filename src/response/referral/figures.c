// Figures of a period, as disposition.md section 11 defines them.
//
// Leads are counted by their first referral, so that what is sent later of the same lead counts
// nothing more. Cases of the police are counted by their number: several referrals that lead to one
// case are one, with the earliest moment, and the largest figure that any of them tells. Money is
// counted once for each account and order, whoever tells of it.

#include "response/referral/row.h"

#define SUM(expression) "CAST(COALESCE(SUM(" expression "), 0) AS BIGINT)"
#define IN_PERIOD(moment) moment " >= ?2 AND " moment " < ?3"

static const struct statement LEADS = {
    "figures_leads",
    "SELECT COUNT(*) FROM seen_referral WHERE viewer = ?1 AND lead = id AND " IN_PERIOD("sent_us")};
// Of all referrals of a lead: it may be a supplement that is accepted.
#define LEADS_OF(name, moment)                                                                     \
    {                                                                                              \
        name,                                                                                      \
            "SELECT COUNT(*) FROM (SELECT lead, MIN(" moment                                       \
            ") AS at_us FROM seen_referral WHERE "                                                 \
            "viewer = ?1 AND " moment " IS NOT NULL GROUP BY lead) AS x WHERE " IN_PERIOD("at_us") \
    }
static const struct statement ACCEPTED = LEADS_OF("figures_accepted", "accepted_us");
static const struct statement RETURNED = LEADS_OF("figures_returned", "returned_us");
// One row for each case of the police.
#define CASES_OF(moment)                                                                           \
    "(SELECT police_case_no, MIN(" moment ") AS at_us, MAX(gangs) AS gangs, MAX(arrested) AS "     \
    "arrested, MAX(amount_involved) AS involved FROM seen_referral WHERE viewer = ?1 AND "         \
    "police_case_no <> '' AND " moment                                                             \
    " IS NOT NULL GROUP BY police_case_no) AS x WHERE " IN_PERIOD("at_us")
#define UNTOLD(figure) SUM("CASE WHEN " figure " IS NULL THEN 1 ELSE 0 END")
static const struct statement FILED = {
    "figures_filed",
    "SELECT COUNT(*), " SUM("involved") ", " UNTOLD("involved") " FROM " CASES_OF("filed_us")};
static const struct statement SOLVED = {
    "figures_solved",
    "SELECT COUNT(*), " SUM("gangs") ", " UNTOLD("gangs") " FROM " CASES_OF("solved_us")};
static const struct statement ARRESTED = {
    "figures_arrested",
    "SELECT COUNT(*), " SUM("arrested") ", " UNTOLD("arrested") " FROM " CASES_OF("arrests_us")};
static const struct statement SEIZED_FROZEN = {
    "figures_seized_frozen",
    "SELECT " SUM(
        "amount") " FROM (SELECT m.account, m.document, MIN(m.at_us) AS at_us, "
                  "MAX(m.amount) AS amount FROM referral_money m JOIN seen_referral r ON r.viewer "
                  "= ?1 AND r.id "
                  "= m.referral WHERE m.kind <> 'RETURNED' GROUP BY m.account, m.document) AS x "
                  "WHERE " IN_PERIOD("at_us")};
// What this bank has executed by order, and what is told of others: of the same order only once.
static const struct statement EXECUTED = {
    "figures_executed",
    "SELECT " SUM(
        "amount") " FROM seen_order WHERE viewer = ?1 AND kind = "
                  "'DEDUCT_RETURN' AND (state = 'DONE' OR state = 'ENDED') AND executed_us "
                  "IS NOT NULL AND " IN_PERIOD("executed_us")};
static const struct statement GIVEN_BACK = {
    "figures_given_back",
    "SELECT " SUM("amount") " FROM (SELECT m.account, m.document, MIN(m.at_us) AS at_us, "
                            "MAX(m.amount) AS amount FROM referral_money m JOIN seen_referral r ON "
                            "r.viewer = ?1 AND r.id "
                            "= m.referral WHERE m.kind = 'RETURNED' AND NOT EXISTS (SELECT 1 FROM "
                            "police_order o WHERE "
                            "o.kind = 'DEDUCT_RETURN' AND (o.number = m.document OR o.document = "
                            "m.document)) GROUP BY "
                            "m.account, m.document) AS x WHERE " IN_PERIOD("at_us")};

Status referral_figures(struct book *book, int64_t clearance, int64_t from_us, int64_t until_us,
                        struct referral_figures *ret) {
    const StoreValue values[] = {store_i64(clearance), store_i64(from_us), store_i64(until_us)};
    const StoreValues of = {values, 3};
    struct referral_figures figures = {0};
    int64_t told = 0;
    TRY(book_number(book, &LEADS, of, &figures.sent));
    TRY(book_number(book, &ACCEPTED, of, &figures.accepted));
    TRY(book_number(book, &RETURNED, of, &figures.returned));
    TRY(book_number(book, &FILED, of, &figures.filed));
    figures.involved = book_i64(book, 1);
    figures.involved_untold = book_i64(book, 2);
    TRY(book_number(book, &SOLVED, of, &figures.solved));
    figures.gangs = book_i64(book, 1);
    figures.gangs_untold = book_i64(book, 2);
    TRY(book_one(book, &ARRESTED, of));
    figures.arrested = book_i64(book, 1);
    figures.arrested_untold = book_i64(book, 2);
    TRY(book_number(book, &SEIZED_FROZEN, of, &figures.seized_frozen));
    TRY(book_number(book, &EXECUTED, of, &figures.given_back));
    TRY(book_number(book, &GIVEN_BACK, of, &told));
    figures.given_back += told;
    *ret = figures;
    return STATUS_OK;
}

void referral_figures_put_json(struct json_writer *json, const struct referral_figures *figures) {
    const struct {
        const char *key;
        int64_t number;
    } numbers[] = {{"sent", figures->sent},
                   {"accepted", figures->accepted},
                   {"returned", figures->returned},
                   {"filed", figures->filed},
                   {"solved", figures->solved},
                   {"gangs", figures->gangs},
                   {"gangs_untold", figures->gangs_untold},
                   {"arrested", figures->arrested},
                   {"arrested_untold", figures->arrested_untold},
                   {"amount_involved", figures->involved},
                   {"amount_involved_untold", figures->involved_untold},
                   {"amount_seized_frozen", figures->seized_frozen},
                   {"amount_returned", figures->given_back}};
    json_object_begin(json);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_key_i64(json, slice_of(numbers[i].key), numbers[i].number);
    }
    json_object_end(json);
}
