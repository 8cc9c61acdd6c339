// A dossier as JSON: the machine's half of the package, and what is hashed when it is approved.
//
// Moments are ISO 8601 with the zone, money is fen, what is not known is null (with why, where that
// was said). docs/referral.md describes every member.

#include "response/referral/dossier.h"

#include "base/time.h"

#include <inttypes.h>

struct out {
    const struct dossier *dossier;
    struct json_writer *json;
    bool is_content; // what is approved alone: nothing that goes on until it is sent
};

static void put_time(const struct out *out, const char *key, int64_t at_us) {
    char text[TIME_TEXT_SIZE];
    json_key(out->json, slice_of(key));
    if (at_us == 0) {
        json_null(out->json);
    } else {
        size_t size = time_format(at_us, out->dossier->office->terms->zone_us, text);
        json_string(out->json, (Slice){text, size});
    }
}

static void put_word(const struct out *out, const char *key, Slice text) {
    put_text(out->json, slice_of(key), text);
}

static void put_count(const struct out *out, const char *key, int64_t number) {
    json_key_i64(out->json, slice_of(key), number);
}

static void open_array(const struct out *out, const char *key) {
    json_key(out->json, slice_of(key));
    json_array_begin(out->json);
}

// ---- the cover --------------------------------------------------------------------------------

static void put_cover(const struct out *out) {
    const struct dossier *dossier = out->dossier;
    const struct referral_row *row = dossier->row;
    json_key(out->json, SLICE("cover"));
    json_object_begin(out->json);
    put_count(out, "referral", row->id);
    put_word(out, "bank", dossier->office->bank);
    put_word(out, "case", dossier->case_number);
    put_word(out, "case_type", dossier->case_type);
    put_word(out, "secrecy", row->secrecy);
    put_number(out->json, SLICE("supplements"), row->supplements);
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        if (referral_fields[i].part == 0) {
            put_word(out, referral_fields[i].name, dossier->fields[i]);
        }
    }
    put_time(out, "told_by_phone", row->emergency_us);
    put_word(out, "called", row->called);
    open_array(out, "enclosures");
    for (uint32_t i = 0; i < dossier->enclosures.count; i++) {
        const struct dossier_enclosure *one = &dossier->enclosures.at[i];
        json_object_begin(out->json);
        put_word(out, "title", one->title);
        put_word(out, "name", one->name);
        put_word(out, "media", one->media);
        put_count(out, "bytes", one->size);
        put_word(out, "sha256", one->sha256);
        json_object_end(out->json);
    }
    json_array_end(out->json);
    open_array(out, "links");
    for (uint32_t i = 0; i < dossier->links.count; i++) {
        const struct dossier_link *one = &dossier->links.at[i];
        json_object_begin(out->json);
        put_count(out, "referral", one->other);
        put_number(out->json, SLICE("year"), one->year);
        put_number(out->json, SLICE("number"), one->number);
        put_word(out, "kind", one->kind);
        put_word(out, "reason", one->reason);
        json_object_end(out->json);
    }
    json_array_end(out->json);
    json_object_end(out->json);
}

// ---- data -------------------------------------------------------------------------------------

static void put_value(const struct out *out, const struct datum *datum) {
    const struct datum_text *text = &datum_texts[datum->what];
    int64_t number = 0;
    bool is_number = text->form != DATUM_TEXT && slice_to_i64(datum->value, &number);
    if (is_number && text->form == DATUM_MOMENT) {
        put_time(out, "value", number);
    } else if (is_number) {
        put_count(out, "value", number);
    } else {
        put_word(out, "value", datum->value);
    }
}

static void put_data(const struct out *out, DatumSet set) {
    json_key(out->json, SLICE("data"));
    json_object_begin(out->json);
    for (uint32_t i = 0; i < set.count; i++) {
        json_key(out->json, slice_of(datum_texts[set.at[i].what].word));
        json_object_begin(out->json);
        put_value(out, &set.at[i]);
        if (slice_empty(set.at[i].value)) {
            put_word(out, "why_not", set.at[i].absent);
        }
        put_word(out, "source", set.at[i].source);
        put_time(out, "as_of", set.at[i].at_us);
        json_object_end(out->json);
    }
    json_object_end(out->json);
}

static void put_party(const struct out *out, const struct dossier_party *party) {
    json_object_begin(out->json);
    put_word(out, "party", party->key);
    put_word(out, "kind", party->is_company ? SLICE("COMPANY") : SLICE("PERSON"));
    put_word(out, "role", party->role);
    put_count(out, "confidence", party->confidence);
    put_word(out, "evidence", party->evidence);
    put_data(out, party->data);
    if (party->is_victim) {
        put_count(out, "paid", party->paid);
        put_count(out, "payments", party->payments);
        put_time(out, "first", party->first_us);
        put_time(out, "last", party->last_us);
    }
    json_object_end(out->json);
}

static void put_parties(const struct out *out, const char *key, bool is_victim) {
    open_array(out, key);
    for (uint32_t i = 0; i < out->dossier->parties.count; i++) {
        if (out->dossier->parties.at[i].is_victim == is_victim) {
            put_party(out, &out->dossier->parties.at[i]);
        }
    }
    json_array_end(out->json);
}

static void put_others(const struct out *out, const char *key, bool is_victim) {
    open_array(out, key);
    for (uint32_t i = 0; i < out->dossier->others.count; i++) {
        const struct dossier_other *other = &out->dossier->others.at[i];
        if (slice_is(other->role, "VICTIM") != is_victim) {
            continue;
        }
        json_object_begin(out->json);
        put_word(out, "kind", other->kind);
        put_word(out, "name", other->name);
        put_word(out, "holder", datum_value(other->data, DATUM_COUNTERPARTY_NAME));
        put_word(out, "bank", other->bank);
        put_word(out, "role", other->role);
        put_count(out, "confidence", other->confidence);
        put_word(out, "evidence", other->evidence);
        if (is_victim) {
            put_count(out, "paid", other->paid);
            put_count(out, "payments", other->payments);
        }
        json_object_end(out->json);
    }
    json_array_end(out->json);
}

static void put_ties(const struct out *out) {
    open_array(out, "ties");
    for (uint32_t i = 0; i < out->dossier->ties.count; i++) {
        const struct dossier_tie *tie = &out->dossier->ties.at[i];
        Slice rest = tie->parties, party;
        json_object_begin(out->json);
        put_word(out, "kind", tie->kind);
        put_word(out, "thing", tie->thing);
        open_array(out, "parties");
        while (slice_split(&rest, '\n', &party)) {
            json_string(out->json, party);
        }
        json_array_end(out->json);
        put_time(out, "first", tie->first_us);
        put_time(out, "last", tie->last_us);
        json_object_end(out->json);
    }
    json_array_end(out->json);
}

// ---- parts 2 and 3 ----------------------------------------------------------------------------

static void put_account(const struct out *out, const struct dossier_account *account) {
    json_object_begin(out->json);
    put_word(out, "account", account->account);
    put_word(out, "holder", account->holder);
    put_word(out, "role", account->role);
    put_count(out, "confidence", account->confidence);
    put_word(out, "evidence", account->evidence);
    put_time(out, "opened", account->opened_us);
    put_word(out, "branch", account->branch);
    put_word(out, "channel", account->channel);
    put_word(out, "operator", account->operator_id);
    put_word(out, "authoriser", account->authoriser);
    put_word(out, "agent", account->agent);
    put_word(out, "purpose", account->purpose);
    put_word(out, "police_lists", account->lists);
    put_data(out, account->data);
    put_count(out, "rows", account->rows);
    put_count(out, "came_in", account->came_in);
    put_count(out, "went_out", account->went_out);
    put_time(out, "first", account->first_us);
    put_time(out, "last", account->last_us);
    json_object_end(out->json);
}

static void put_accounts(const struct out *out) {
    open_array(out, "accounts");
    for (uint32_t i = 0; i < out->dossier->accounts.count; i++) {
        if (!out->dossier->accounts.at[i].is_victim) {
            put_account(out, &out->dossier->accounts.at[i]);
        }
    }
    json_array_end(out->json);
}

static void put_row(const struct out *out, const struct dossier_row *row) {
    json_object_begin(out->json);
    put_time(out, "time", row->time_us);
    put_word(out, "own", row->own);
    put_word(out, "counter_place", row->place);
    put_word(out, "counter", row->counter);
    put_word(out, "counter_name", row->counter_name);
    put_word(out, "counter_bank", row->counter_bank);
    put_count(out, "amount", row->amount);
    put_word(out, "direction", row->is_credit ? SLICE("IN") : SLICE("OUT"));
    json_key(out->json, SLICE("balance"));
    if (row->balance == BALANCE_UNKNOWN) {
        json_null(out->json);
    } else {
        json_i64(out->json, row->balance);
    }
    put_word(out, "channel", row->channel);
    put_word(out, "summary", row->summary);
    put_word(out, "ip", row->ip);
    put_word(out, "device", row->device);
    put_word(out, "terminal", row->terminal);
    put_word(out, "trace", row->trace);
    put_word(out, "state", row->state);
    put_word(out, "part", row->part);
    json_object_end(out->json);
}

static void put_rows(const struct out *out) {
    open_array(out, "transactions");
    for (uint32_t i = 0; i < out->dossier->rows.count; i++) {
        put_row(out, &out->dossier->rows.at[i]);
    }
    json_array_end(out->json);
    put_count(out, "transactions_left_out", out->dossier->left_out);
    put_count(out, "transactions_of_context", out->dossier->context);
    open_array(out, "counterparties");
    for (uint32_t i = 0; i < out->dossier->counterparties.count; i++) {
        const struct dossier_counterparty *one = &out->dossier->counterparties.at[i];
        json_object_begin(out->json);
        put_word(out, "place", one->place);
        put_word(out, "account", one->account);
        put_word(out, "name", datum_value(one->data, DATUM_COUNTERPARTY_NAME));
        put_word(out, "bank", one->bank);
        put_count(out, "rows", one->rows);
        json_object_end(out->json);
    }
    json_array_end(out->json);
}

// ---- parts 4 and 5 ----------------------------------------------------------------------------

static void put_nodes(const struct out *out) {
    open_array(out, "nodes");
    for (uint32_t i = 0; i < out->dossier->nodes.count; i++) {
        const struct dossier_node *node = &out->dossier->nodes.at[i];
        json_object_begin(out->json);
        put_count(out, "id", i);
        put_count(out, "layer", node->layer);
        put_word(out, "place", node->place);
        put_word(out, "account", node->name);
        put_word(out, "role", node->role);
        put_word(out, "role_zh", node->role_zh);
        put_count(out, "received", node->received);
        put_count(out, "passed_on", node->passed_on);
        put_count(out, "left", node->left);
        put_count(out, "outside", node->outside);
        put_word(out, "not_followed_because", node->cut);
        json_object_end(out->json);
    }
    json_array_end(out->json);
}

static void put_flow(const struct out *out) {
    const struct dossier *dossier = out->dossier;
    json_key(out->json, SLICE("flow"));
    json_object_begin(out->json);
    put_time(out, "made", dossier->picture_us);
    put_count(out, "traced", dossier->traced);
    put_count(out, "still_here", dossier->still_here);
    put_count(out, "outside", dossier->outside);
    put_count(out, "not_followed", dossier->not_followed);
    put_nodes(out);
    open_array(out, "edges");
    for (uint32_t i = 0; i < dossier->edges.count; i++) {
        const struct dossier_edge *edge = &dossier->edges.at[i];
        json_object_begin(out->json);
        put_count(out, "from", edge->from);
        put_count(out, "to", edge->to);
        put_count(out, "layer", edge->layer);
        put_count(out, "amount", edge->amount);
        put_count(out, "transfers", edge->movements);
        put_time(out, "first", edge->first_us);
        put_time(out, "last", edge->last_us);
        json_object_end(out->json);
    }
    json_array_end(out->json);
    json_object_end(out->json);
}

static void put_things(const struct out *out) {
    open_array(out, "devices");
    for (uint32_t i = 0; i < out->dossier->things.count; i++) {
        const struct dossier_thing *thing = &out->dossier->things.at[i];
        json_object_begin(out->json);
        put_word(out, "kind", thing->kind);
        put_word(out, "thing", thing->thing);
        put_word(out, "party", thing->party);
        put_word(out, "note", thing->note);
        put_time(out, "first", thing->first_us);
        put_time(out, "last", thing->last_us);
        put_count(out, "times", thing->times);
        json_object_end(out->json);
    }
    json_array_end(out->json);
}

// ---- parts 6 and 7 ----------------------------------------------------------------------------

static void put_opinion(const struct out *out) {
    const struct dossier *dossier = out->dossier;
    json_key(out->json, SLICE("opinion"));
    json_object_begin(out->json);
    put_word(out, "typologies", dossier->modus);
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        if (referral_fields[i].part == 6) {
            put_word(out, referral_fields[i].name, dossier->fields[i]);
        }
    }
    open_array(out, "evidence");
    for (uint32_t i = 0; i < dossier->evidence.count; i++) {
        const struct dossier_evidence *one = &dossier->evidence.at[i];
        json_object_begin(out->json);
        put_word(out, "model", one->model);
        put_word(out, "typology", one->typology);
        put_count(out, "severity", one->severity);
        put_word(out, "name", one->name);
        put_word(out, "reason", one->reason);
        put_count(out, "times", one->times);
        put_time(out, "first", one->first_us);
        put_time(out, "last", one->last_us);
        json_object_end(out->json);
    }
    json_array_end(out->json);
    json_key_i64(out->json, SLICE("gangs"), dossier->gangs);
    json_key_i64(out->json, SLICE("gang_accounts"), dossier->gang_accounts);
    json_key_i64(out->json, SLICE("gang_holders"), dossier->gang_holders);
    json_object_end(out->json);
}

// Opinion and timeline stand beside each other: what happened goes on while it is approved.
static void put_timeline(const struct out *out) {
    const struct dossier *dossier = out->dossier;
    open_array(out, "timeline");
    for (uint32_t i = 0; i < dossier->moments.count; i++) {
        json_object_begin(out->json);
        put_time(out, "at", dossier->moments.at[i].at_us);
        put_word(out, "what", dossier->moments.at[i].text);
        json_object_end(out->json);
    }
    json_array_end(out->json);
    put_count(out, "timeline_left_out", dossier->moments_left_out);
}

static void put_measure(const struct out *out, const struct dossier_measure *one) {
    json_object_begin(out->json);
    put_word(out, "target_kind", one->target_kind);
    put_word(out, "target", one->target);
    put_word(out, "measure", one->measure);
    put_word(out, "authority", one->authority);
    put_word(out, "document", one->document);
    put_number(out->json, SLICE("amount"), one->amount);
    put_word(out, "reason", one->reason);
    put_word(out, "state", one->state);
    put_time(out, "asked", one->asked_us);
    put_time(out, "since", one->since_us);
    put_time(out, "until", one->until_us);
    put_time(out, "released", one->released_us);
    json_object_end(out->json);
}

static void put_measures(const struct out *out) {
    const struct dossier *dossier = out->dossier;
    open_array(out, "measures");
    for (uint32_t i = 0; i < dossier->measures.count; i++) {
        put_measure(out, &dossier->measures.at[i]);
    }
    json_array_end(out->json);
    open_array(out, "stopped_payments");
    for (uint32_t i = 0; i < dossier->holds.count; i++) {
        const struct dossier_hold *one = &dossier->holds.at[i];
        json_object_begin(out->json);
        put_word(out, "account", one->account);
        put_word(out, "payee", one->payee);
        put_count(out, "amount", one->amount);
        put_time(out, "held", one->held_us);
        put_time(out, "settled", one->settled_us);
        put_word(out, "state", one->state);
        json_object_end(out->json);
    }
    json_array_end(out->json);
    open_array(out, "reports");
    for (uint32_t i = 0; i < dossier->reports.count; i++) {
        const struct dossier_report *one = &dossier->reports.at[i];
        json_object_begin(out->json);
        put_word(out, "kind", one->kind);
        put_time(out, "made", one->made_us);
        put_time(out, "received", one->received_us);
        put_word(out, "receipt", one->receipt);
        json_object_end(out->json);
    }
    json_array_end(out->json);
}

static void put_amounts(const struct out *out) {
    const struct case_amounts *amounts = &out->dossier->amounts;
    json_key(out->json, SLICE("amounts"));
    json_object_begin(out->json);
    put_count(out, "involved", amounts->involved);
    if (out->is_content) {
        json_object_end(out->json);
        return;
    }
    put_count(out, "stopped", amounts->stopped);
    put_count(out, "frozen", amounts->frozen);
    put_count(out, "returned", amounts->returned);
    put_count(out, "loss", amounts->loss);
    json_object_end(out->json);
}

void dossier_put_json(const struct dossier *dossier, bool is_content, struct json_writer *json) {
    const struct out out = {dossier, json, is_content};
    json_object_begin(json);
    put_cover(&out);
    put_amounts(&out);
    put_parties(&out, "parties", false);
    put_others(&out, "others", false);
    put_ties(&out);
    put_accounts(&out);
    put_rows(&out);
    put_flow(&out);
    put_things(&out);
    put_opinion(&out);
    if (!is_content) {
        put_timeline(&out);
        put_measures(&out);
    }
    put_parties(&out, "victims", true);
    put_others(&out, "victims_elsewhere", true);
    put_data(&out, dossier->parts);
    json_object_end(json);
}
