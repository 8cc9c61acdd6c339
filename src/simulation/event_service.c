// What customers do beside paying: sessions, accounts and their tools, loans, merchants.

#include "simulation/event_members.h"

#include "base/hash.h"

static const char *const challenges[] = {"SMS", "FACE", "PIN", "UKEY", "VOICE", "CALLBACK"};
static const char *const id_checks[] = {"MATCH", "MISMATCH", "EXPIRED", "LOST", "UNAVAILABLE"};
static const char *const purposes[] = {"SALARY", "SAVING",          "TRADE", "STUDENT",
                                       "LOAN",   "SOCIAL_SECURITY", "OTHER"};
static const char *const visits[] = {"OK", "NOT_FOUND", "EMPTY", "REFUSED", "NOT_DONE"};
static const char *const bind_kinds[] = {"DEVICE", "UKEY", "TOKEN", "FACE"};
static const char *const limit_kinds[] = {"SINGLE", "DAILY", "YEARLY", "QUICKPAY"};
static const char *const reset_kinds[] = {"LOGIN", "TXN", "WITHDRAW"};
static const char *const change_fields[] = {
    "PHONE", "ADDRESS", "OCCUPATION", "LEGAL_REP", "SETTLE_ACCT", "CONTACT", "BENEFICIAL_OWNER"};
static const char *const manage_kinds[] = {"LOST", "UNLOST", "REISSUE", "ACTIVATE", "REPLACE"};
static const char *const sign_kinds[] = {"QUICK_PAY", "DEVICE_PAY", "AUTO_DEBIT"};
static const char *const verifies[] = {"OK", "FAIL", "NA"};

void put_session_event(struct simulation *sim, struct line *line, const struct act *act) {
    put_customer(sim, line, act);
    if (act->kind != ACT_LOGIN && act->account != NONE) {
        put_account(sim, line, act);
    }
    if (act->kind == ACT_LOGIN) {
        put_auth(line, act);
    }
    if (act->kind == ACT_CHALLENGE) {
        LINE_TEXT(line, "challenge_type", challenges[act->change.what]);
        if (act->change.what == 1) {
            bool weak = (act->signs & (SIGN_WEAK_FACE | SIGN_INJECT)) != 0;
            LINE_MILLI(line, "liveness_score",
                       weak ? 400 + act->noise % 280 : 850 + act->noise % 149);
        }
    }
    put_device(sim, line, act, act->kind == ACT_LOGIN);
    if (act->channel == EBANK_C && act->customer != NONE) {
        LINE_NAME(line, "ukey_id", name_put_numbered(line, "UK", act->customer, 9));
    }
}

void put_change(struct simulation *sim, struct line *line, const struct act *act) {
    const struct change_detail *change = &act->change;
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    switch (act->kind) {
    case ACT_BIND:
        LINE_TEXT(line, "bind_kind", bind_kinds[change->what]);
        break;
    case ACT_LIMIT:
        LINE_TEXT(line, "limit_kind", limit_kinds[change->what]);
        LINE_NUMBER(line, "limit_old", change->old_limit);
        LINE_NUMBER(line, "limit_new", change->new_limit);
        break;
    case ACT_RESET:
        LINE_TEXT(line, "reset_kind", reset_kinds[change->what]);
        break;
    case ACT_PAYEE:
        put_payee(sim, line, act);
        LINE_FLAG(line, "payee_pasted", act->signs & SIGN_PASTED);
        break;
    case ACT_CHANGE:
        LINE_TEXT(line, "change_field", change_fields[change->what]);
        if (change->phone != 0) {
            LINE_HEX(line, "phone_hash", hash_mix(HASH_PHONE, change->phone));
        }
        if (change->merchant != 0) {
            LINE_NAME(line, "merchant_id", name_put_merchant(line, sim, change->merchant));
            put_payee(sim, line, act);
        }
        break;
    case ACT_CARD_MANAGE:
        LINE_TEXT(line, "manage_kind", manage_kinds[change->what]);
        LINE_TEXT(line, "id_check_result", id_checks[change->check]);
        LINE_NAME(line, "card_token", name_put_card(line, act->account));
        LINE_HEX(line, "cert_hash", hash_mix(HASH_CERT, act->customer));
        break;
    default: // ACT_SIGN
        LINE_TEXT(line, "sign_kind", sign_kinds[change->what]);
        LINE_TEXT(line, "pay_inst_id", word_institution(change->institution));
        LINE_HEX(line, "phone_hash",
                 hash_mix(HASH_PHONE, change->phone != 0 ? change->phone : act->customer));
        LINE_NAME(line, "card_token", name_put_card(line, act->account));
        break;
    }
    if (act->auth != AUTH_NONE) {
        put_auth(line, act);
    }
    put_device(sim, line, act, false);
}

void put_open(struct simulation *sim, struct line *line, const struct act *act) {
    const struct open_detail *open = &act->open;
    put_branch(sim, line, branch_of(sim, act));
    if (act->channel == COUNTER) {
        LINE_NAME(line, "operator_id", name_put_employee(line, open->employee));
    }
    LINE_NAME(line, "employee_id", name_put_employee(line, open->employee));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    if (act->kind == ACT_CLOSE) {
        return;
    }
    LINE_TEXT(line, "id_check_result", id_checks[open->check]);
    LINE_HEX(line, "phone_hash", hash_mix(HASH_PHONE, open->phone));
    LINE_HEX(line, "address_hash", hash_mix(HASH_ADDRESS, open->address));
    if (is_person(sim, act->customer)) {
        const struct person *person = &sim->people[act->customer];
        LINE_TEXT(line, "cert_type", "ID_CARD");
        LINE_HEX(line, "cert_hash", hash_mix(HASH_CERT, act->customer));
        LINE_CITY(line, "cert_region", person->cert_city);
        LINE_CITY(line, "cert_city", person->cert_city);
        LINE_NUMBER(line, "age", person->age);
        LINE_NUMBER(line, "phone_age_months", open->phone_months);
        LINE_TEXT(line, "open_purpose", purposes[open->purpose]);
        LINE_NUMBER(line, "other_bank_open_30d", open->other_banks);
        if (open->employer != 0) {
            LINE_HEX(line, "employer_hash", hash_mix(HASH_EMPLOYER, open->employer));
        }
        if (person->age < 18) {
            LINE_BOOL(line, "guardian_present", open->guardian);
        }
        LINE_MILLI(line, "face_score",
                   open->score == 0 ? 860 + act->noise % 139 : open->score * 10);
        LINE_MILLI(line, "liveness_score",
                   open->score == 0 ? 880 + act->noise % 119 : open->score * 10);
    } else {
        LINE_TEXT(line, "cert_type", "USCC");
        LINE_HEX(line, "legal_cert_hash", hash_mix(HASH_CERT, open->legal));
        LINE_NUMBER(line, "legal_age",
                    open->score != 0 ? open->score : sim->people[open->legal].age);
        LINE_CITY(line, "legal_city", open->legal_spot);
        LINE_HEX(line, "reg_address_hash", hash_mix(HASH_REG_ADDRESS, open->reg_address));
        LINE_NUMBER(line, "reg_days", open->reg_days);
        LINE_TEXT(line, "visit_result", visits[open->visit]);
    }
    if (open->has_agent) {
        LINE_PUT(line, ",\"agent_present\":true");
        LINE_HEX(line, "agent_cert_hash", hash_mix(HASH_CERT, open->agent));
        LINE_TEXT(line, "agent_relation", word_relation(open->relation));
    }
    put_flags(line, act);
    put_device(sim, line, act, false);
}

void put_loan(struct simulation *sim, struct line *line, const struct act *act) {
    const struct loan_detail *loan = &act->loan;
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    LINE_NAME(line, "loan_id", name_put_numbered(line, "L", loan->loan, 10));
    LINE_NAME(line, "employee_id", name_put_employee(line, loan->employee));
    switch (act->kind) {
    case ACT_LOAN_APPLY:
        LINE_NUMBER(line, "loan_amount", act->amount);
        LINE_TEXT(line, "id_check_result", id_checks[loan->check]);
        LINE_HEX(line, "cert_hash", hash_mix(HASH_CERT, act->customer));
        LINE_TEXT(line, "cert_type", is_person(sim, act->customer) ? "ID_CARD" : "USCC");
        if (is_person(sim, act->customer)) {
            LINE_NUMBER(line, "age", sim->people[act->customer].age);
        }
        LINE_HEX(line, "phone_hash", hash_mix(HASH_PHONE, loan->phone));
        LINE_NUMBER(line, "phone_age_months", loan->phone_months);
        LINE_HEX(line, "address_hash", hash_mix(HASH_ADDRESS, loan->address));
        LINE_HEX(line, "employer_hash", hash_mix(HASH_EMPLOYER, loan->employer));
        LINE_HEX(line, "contact_phone_hash", hash_mix(HASH_PHONE, loan->contact));
        LINE_NUMBER(line, "declared_income", loan->income);
        LINE_HEX(line, "doc_hash", hash_mix(HASH_DOC, loan->doc));
        LINE_MILLI(line, "doc_tamper_score", loan->tamper);
        LINE_TEXT(line, "invoice_verify", verifies[loan->verify]);
        put_auth(line, act);
        put_device(sim, line, act, true);
        break;
    case ACT_DRAWDOWN:
        LINE_NUMBER(line, "loan_amount", act->amount);
        put_money(line, act);
        put_auth(line, act);
        put_payee(sim, line, act);
        LINE_TEXT(line, "invoice_verify", verifies[loan->verify]);
        LINE_NUMBER(line, "invoice_dup_cnt", loan->dups);
        LINE_BOOL(line, "is_entrusted_pay", loan->entrusted);
        put_device(sim, line, act, false);
        break;
    default:
        put_money(line, act);
        LINE_NUMBER(line, "term_no", loan->term);
        if (loan->owed > 0) {
            LINE_NUMBER(line, "owed_amount", loan->owed);
        }
        if (loan->overdue > 0) {
            LINE_NUMBER(line, "loan_overdue_days", loan->overdue);
        }
        break;
    }
}

void put_onboard(struct simulation *sim, struct line *line, const struct act *act) {
    const struct open_detail *open = &act->open;
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    LINE_NAME(line, "merchant_id", name_put_merchant(line, sim, open->employer));
    LINE_NAME(line, "mcc", line_digits(line, sim->merchants[open->employer].mcc, 4));
    LINE_HEX(line, "address_hash", hash_mix(HASH_ADDRESS, open->address));
    LINE_HEX(line, "reg_address_hash", hash_mix(HASH_REG_ADDRESS, open->reg_address));
    LINE_HEX(line, "legal_cert_hash", hash_mix(HASH_CERT, open->legal));
    LINE_HEX(line, "phone_hash", hash_mix(HASH_PHONE, open->phone));
    put_device(sim, line, act, false);
}
