// Money moves: transfers, cards, codes, cash, refunds, settlements, the counter, deposits and foreign exchange.

#include "simulation/event_members.h"

#include "base/hash.h"

static const char *const classes[] = {"I", "II", "III", "CREDIT", "CORP_BASIC", "CORP_GENERAL"};
static const char *const settles[] = {"REALTIME", "NORMAL_2H", "NEXT_DAY"};
static const char *const tags[] = {"",         "GAMBLE", "INTEREST", "LOAN_FEE",      "INVEST",
                                   "REFUND",   "SALARY", "GOODS",    "USDT",          "MARGIN",
                                   "UNFREEZE", "VERIFY", "GAME",     "CREDIT_REPAIR", "COMMISSION",
                                   "DONATION", "FX",     "TAX",      "NUMERIC_ONLY",  "EMPTY"};
static const char *const entries[] = {"CHIP", "MAGSTRIPE", "FALLBACK", "CONTACTLESS", "MANUAL",
                                      "ECOM", "QR",        "CARDLESS", "FACE"};
static const char *const qr_kinds[] = {"STATIC_PERSON", "DYNAMIC_PERSON", "STATIC_MERCHANT",
                                       "DYNAMIC_MERCHANT", "CUSTOMER_PRESENTED"};
static const char *const card_txns[] = {"PURCHASE",     "PREAUTH",   "PREAUTH_COMPLETE",
                                        "CASH_ADVANCE", "RECURRING", "BALANCE"};
static const char *const three_ds[] = {"NONE", "ATTEMPT", "FULL"};
static const char *const counter_kinds[] = {"TRANSFER", "CASH_OUT", "CASH_IN", "CERT", "OTHER"};
static const char *const cash_purposes[] = {"NOT_ASKED", "HOUSE",   "MEDICAL", "WAGE",
                                            "BUSINESS",  "WEDDING", "OTHER"};
static const char *const fx_kinds[] = {"BUY", "SELL", "REMIT_OUT", "REMIT_IN"};

// Who pays, on a debit.
static void put_payer(struct simulation *sim, struct line *line, const struct act *act) {
    if (act->account != NONE) {
        LINE_NAME(line, "payer_acct_no", name_put_account(line, act->account));
        LINE_HEX(line, "payer_name_hash", hash_mix(HASH_NAME, act->customer));
        LINE_TEXT(line, "payer_type",
                  word_party(is_person(sim, act->customer) ? PARTY_PERSONAL : PARTY_CORPORATE));
        LINE_TEXT(line, "payer_acct_class", classes[sim->accounts[act->account].class]);
    } else {
        LINE_NAME(line, "payer_acct_no", name_put_party(line, act->pay.payer));
        LINE_TEXT(line, "payer_type", word_party(act->pay.payer.type));
        LINE_CITY(line, "payer_city", party_city(sim, act->pay.payer));
    }
}

static void put_tags(struct line *line, const struct act *act) {
    if (act->tag != TAG_NONE) {
        LINE_PUT(line, ",\"remark_tags\":[\"");
        line_put(line, tags[act->tag]);
        if (act->tag2 != TAG_NONE) {
            LINE_PUT(line, "\",\"");
            line_put(line, tags[act->tag2]);
        }
        LINE_PUT(line, "\"]");
    }
}

static void put_page(struct line *line, const struct act *act) {
    LINE_NUMBER(line, "page_dwell_ms",
                act->signs & SIGN_SCRIPT ? 180 + act->noise % 600 : 4000 + act->noise % 60000);
    LINE_FLAG(line, "payee_pasted", act->signs & SIGN_PASTED);
    if (act->signs & SIGN_SCRIPT) {
        LINE_MILLI(line, "touch_auto_score", 700 + act->noise % 290);
    }
}

static void put_card(struct simulation *sim, struct line *line, const struct act *act) {
    LINE_NAME(line, "card_token", name_put_card(line, act->pay.card));
    LINE_TEXT(line, "card_bin", card_bin(sim, act));
}

static void put_merchant(struct simulation *sim, struct line *line, const struct act *act) {
    const struct pay_detail *pay = &act->pay;
    if (pay->merchant == NONE) {
        if (pay->mcc != 0) {
            LINE_NAME(line, "merchant_id", name_put_numbered(line, "EX", act->noise % 100000, 9));
            LINE_NAME(line, "mcc", line_digits(line, pay->mcc, 4));
        }
        return;
    }
    LINE_NAME(line, "merchant_id", name_put_merchant(line, sim, pay->merchant));
    LINE_HEX(line, "merchant_name_hash",
             hash_mix(HASH_MERCHANT,
                      pay->merchant + (pay->alarm && pay->mcc != 0 ? UINT32_C(90000000) : 0)));
    LINE_NAME(line, "mcc",
              line_digits(line, pay->mcc != 0 ? pay->mcc : sim->merchants[pay->merchant].mcc, 4));
}

// The terminal of a shop, and where it stands (or has been carried to).
static void put_terminal(struct simulation *sim, struct line *line, const struct act *act) {
    const struct pay_detail *pay = &act->pay;
    Spot home = pay->merchant == NONE ? act->setting.spot : sim->merchants[pay->merchant].city;
    Spot spot = pay->moved ? pay->term_spot : home;
    LINE_TEXT(line, "tran_country", place_country(pay->merchant == NONE ? spot : home));
    LINE_CITY(line, "tran_city", home);
    if (pay->merchant != NONE) {
        uint32_t terminal = pay->merchant * 8 + pay->terminal;
        LINE_NAME(line, "terminal_id", line_digits(line, terminal, 8));
        LINE_NAME(line, "term_serial",
                  name_put_numbered(
                      line, "N", hash_mix(0x7e, terminal + (pay->alarm ? 1u : 0)) % 1000000000, 9));
        LINE_CITY(line, "term_city", spot);
        put_position(line, spot, 0x700000000 + terminal, 0);
    }
    LINE_FLAG(line, "term_key_alarm", pay->alarm && pay->mcc == 0);
}

// ---- one function for each kind -----------------------------------------------------------------

void put_transfer(struct simulation *sim, struct line *line, const struct act *act) {
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    put_payer(sim, line, act);
    LINE_TEXT(line, "payer_bank_code", OWN_BANK);
    put_payee(sim, line, act);
    LINE_TEXT(line, "payee_bank_code", party_bank(act->other));
    bool self = act->other.self ||
                (act->other.own && sim->accounts[act->other.number].customer == act->customer);
    LINE_BOOL(line, "payee_is_self", self);
    LINE_BOOL(line, "payee_is_own", act->other.own);
    put_money(line, act);
    LINE_TEXT(line, "settle_mode", settles[act->settle]);
    put_tags(line, act);
    if (act->signs & ACT_PAYROLL) {
        LINE_PUT(line, ",\"is_payroll\":true");
        LINE_HEX(line, "batch_no", hash_mix(HASH_BATCH, act->pay.batch));
    }
    put_auth(line, act);
    put_device(sim, line, act, false);
    if (act->channel == MOBILE || act->channel == WECHAT) {
        put_page(line, act);
    }
    if (act->channel == EBANK_C) {
        struct firm *firm = is_person(sim, act->customer) ? NULL : firm_of(sim, act->customer);
        uint32_t checker = act->pay.pages ? act->setting.device : act->setting.device + 1;
        LINE_NAME(line, "maker_id", name_put_numbered(line, "U", act->customer, 8));
        LINE_NAME(line, "checker_id",
                  name_put_numbered(line, act->pay.pages ? "U" : "V", act->customer, 8));
        LINE_HEX(line, "maker_mac", hash_mix(HASH_MAC, act->setting.device));
        LINE_HEX(line, "checker_mac", hash_mix(HASH_MAC, checker));
        if (firm != NULL) {
            LINE_NAME(line, "ukey_id", name_put_numbered(line, "UK", act->customer, 9));
        }
    }
    if (act->channel == COUNTER) {
        LINE_NAME(
            line, "operator_id",
            name_put_employee(line, branch_of(sim, act) * BRANCH_STAFF + 1 + act->noise % TELLERS));
    }
}

void put_credit(struct simulation *sim, struct line *line, const struct act *act) {
    struct party payer = act->other;
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    LINE_NAME(line, "payer_acct_no", name_put_party(line, payer));
    LINE_HEX(line, "payer_name_hash", party_hash(sim, payer));
    LINE_TEXT(line, "payer_type", word_party(party_type(sim, payer)));
    LINE_TEXT(line, "payer_bank_code", party_bank(payer));
    LINE_CITY(line, "payer_city", party_city(sim, payer));
    bool self = payer.self || (payer.own && sim->accounts[payer.number].customer == act->customer);
    LINE_BOOL(line, "payer_is_self", self);
    LINE_NAME(line, "payee_acct_no", name_put_account(line, act->account));
    LINE_TEXT(line, "payee_bank_code", OWN_BANK);
    LINE_PUT(line, ",\"payee_is_own\":true");
    put_money(line, act);
    put_tags(line, act);
    if (act->signs & ACT_PAYROLL) {
        LINE_PUT(line, ",\"is_payroll\":true");
        LINE_HEX(line, "batch_no", hash_mix(HASH_BATCH, act->pay.batch));
    }
    if (party_type(sim, payer) == PARTY_GOV) {
        LINE_TEXT(line, "treasury_code", act->tag == TAX ? "101010101" : "203060100");
    }
}

void put_card_pay(struct simulation *sim, struct line *line, const struct act *act) {
    const struct pay_detail *pay = &act->pay;
    put_customer(sim, line, act);
    put_account(sim, line, act);
    put_payer(sim, line, act);
    put_money(line, act);
    put_auth(line, act);
    put_card(sim, line, act);
    LINE_TEXT(line, "card_txn_type", card_txns[pay->txn]);
    if (pay->txn == PREAUTH_COMPLETE) {
        LINE_NUMBER(line, "preauth_amount", pay->second_amount);
    }
    LINE_TEXT(line, "entry_mode", entries[pay->entry]);
    LINE_BOOL(line, "card_present", pay->present);
    LINE_FLAG(line, "is_fallback", pay->entry == FALLBACK);
    LINE_BOOL(line, "is_ecom", pay->ecom);
    LINE_FLAG(line, "is_token", pay->token);
    LINE_FLAG(line, "offline_approved", pay->offline);
    if (pay->ecom) {
        LINE_TEXT(line, "three_ds", three_ds[pay->three_ds]);
    }
    LINE_BOOL(line, "pin_used", pay->pin);
    put_merchant(sim, line, act);
    if (pay->ecom) {
        LINE_TEXT(line, "tran_country",
                  place_country(pay->moved ? pay->term_spot : act->setting.spot));
        if (pay->moved && !place_is_abroad(pay->term_spot)) {
            LINE_CITY(line, "ship_city", pay->term_spot);
        }
        put_device(sim, line, act, false);
    } else {
        put_terminal(sim, line, act);
    }
}

void put_qr(struct simulation *sim, struct line *line, const struct act *act) {
    put_customer(sim, line, act);
    put_account(sim, line, act);
    put_payer(sim, line, act);
    put_payee(sim, line, act);
    put_money(line, act);
    put_auth(line, act);
    LINE_TEXT(line, "qr_kind", qr_kinds[act->pay.qr_kind]);
    put_merchant(sim, line, act);
    if (act->pay.second_amount > 0) {
        LINE_NUMBER(line, "coupon_amount", act->pay.second_amount);
    }
    put_device(sim, line, act, false);
    if (act->pay.moved) {
        LINE_NAME(line, "ref_domain",
                  (LINE_PUT(line, "pay"), line_number(line, act->noise % 5),
                   LINE_PUT(line, ".shop-qr.example")));
    }
}

void put_quick(struct simulation *sim, struct line *line, const struct act *act) {
    put_customer(sim, line, act);
    put_account(sim, line, act);
    put_payer(sim, line, act);
    put_payee(sim, line, act);
    put_money(line, act);
    put_auth(line, act);
    LINE_BOOL(line, "is_ecom", true);
    put_merchant(sim, line, act);
    LINE_TEXT(line, "pay_inst_id", word_institution(act->pay.institution));
    if (act->pay.batch != 0) {
        LINE_HEX(line, "phone_hash", hash_mix(HASH_PHONE, act->pay.batch));
    }
    put_device(sim, line, act, false);
}

void put_cash(struct simulation *sim, struct line *line, const struct act *act) {
    const struct pay_detail *pay = &act->pay;
    put_branch(sim, line,
               act->pay.terminal / 16 < sim->branches_count ? act->pay.terminal / 16 : 0);
    put_customer(sim, line, act);
    put_account(sim, line, act);
    put_money(line, act);
    put_auth(line, act);
    put_card(sim, line, act);
    if (act->kind == ACT_WITHDRAW) {
        LINE_TEXT(line, "entry_mode", entries[pay->entry]);
        LINE_BOOL(line, "pin_used", pay->pin);
        LINE_BOOL(line, "card_present", pay->present);
        LINE_FLAG(line, "card_retained", pay->retained);
        LINE_FLAG(line, "dispense_no_auth", pay->no_auth);
        LINE_FLAG(line, "atm_face_covered", act->signs & SIGN_COVERED);
    } else if (pay->batch > 0) {
        LINE_NUMBER(line, "counterfeit_cnt", pay->batch);
    }
    if (pay->moved) {
        LINE_TEXT(line, "tran_country", place_country(pay->term_spot));
        LINE_NAME(line, "terminal_id", name_put_numbered(line, "X", act->noise % 5000, 7));
        LINE_CITY(line, "tran_city", pay->term_spot);
        LINE_CITY(line, "term_city", pay->term_spot);
        put_position(line, pay->term_spot, 0x800000000 + act->noise % 64, 0);
        return;
    }
    Spot city = sim->branches[pay->terminal / 16].city;
    LINE_TEXT(line, "tran_country", "CN");
    LINE_CITY(line, "tran_city", city);
    if (act->channel == COUNTER) {
        LINE_NAME(
            line, "operator_id",
            name_put_employee(line, pay->terminal / 16 * BRANCH_STAFF + 1 + act->noise % TELLERS));
        if (act->purpose != 0) {
            LINE_TEXT(line, "cash_purpose", cash_purposes[act->purpose]);
        }
        LINE_FLAG(line, "is_reserved", act->amount >= YUAN(50000) && !(act->signs & SIGN_REFUSED));
    } else {
        LINE_NAME(line, "terminal_id", name_put_numbered(line, "M", pay->terminal, 7));
        LINE_CITY(line, "term_city", city);
        put_position(line, city, 0x900000000 + pay->terminal / 16, 0);
    }
    if (pay->institution > 0) {
        LINE_NAME(line, "agent_cert_hash",
                  line_hex(line, hash_mix(HASH_CERT, pay->batch + UINT32_C(4000000000))));
        LINE_PUT(line, ",\"agent_present\":true");
        LINE_TEXT(line, "agent_relation", word_relation(pay->institution - 1));
    }
}

void put_refund(struct simulation *sim, struct line *line, const struct act *act) {
    put_customer(sim, line, act);
    put_account(sim, line, act);
    put_money(line, act);
    put_card(sim, line, act);
    LINE_NUMBER(line, "orig_amount", act->pay.second_amount);
    LINE_NAME(line, "refund_card_token", name_put_card(line, act->pay.card));
    LINE_NAME(line, "orig_card_token",
              name_put_card(line, act->pay.batch != 0 ? act->pay.batch : act->pay.card));
    if (act->pay.original != 0 && act->phase == REQUEST) {
        LINE_NAME(line, "orig_event_id", name_put_numbered(line, "E", act->pay.original, 14));
    }
    put_merchant(sim, line, act);
    put_terminal(sim, line, act);
}

void put_settle(struct simulation *sim, struct line *line, const struct act *act) {
    put_customer(sim, line, act);
    put_account(sim, line, act);
    LINE_NAME(line, "payee_acct_no", name_put_account(line, act->account));
    put_money(line, act);
    put_merchant(sim, line, act);
}

void put_counter(struct simulation *sim, struct line *line, const struct act *act) {
    uint32_t branch = act->pay.terminal / 16;
    put_branch(sim, line, branch);
    LINE_NAME(line, "operator_id",
              name_put_employee(line, branch * BRANCH_STAFF + 1 + act->noise % TELLERS));
    if (act->amount >= YUAN(50000)) {
        LINE_NAME(line, "authoriser_id", name_put_employee(line, branch * BRANCH_STAFF));
    }
    LINE_NAME(
        line, "employee_id",
        name_put_employee(line, branch * BRANCH_STAFF +
                                    (act->pay.pages ? act->pay.pages : 1 + act->noise % TELLERS)));
    put_customer(sim, line, act);
    if (act->customer != NONE && is_person(sim, act->customer)) {
        LINE_NUMBER(line, "age", sim->people[act->customer].age);
    }
    put_account(sim, line, act);
    put_payee(sim, line, act);
    put_money(line, act);
    put_auth(line, act);
    LINE_TEXT(line, "counter_kind", counter_kinds[act->pay.qr_kind]);
    put_flags(line, act);
    if (act->purpose != 0) {
        LINE_TEXT(line, "cash_purpose", cash_purposes[act->purpose]);
    }
    if (act->pay.qr_kind == 1) {
        LINE_FLAG(line, "is_reserved", act->amount >= YUAN(50000) && !(act->signs & SIGN_REFUSED));
    }
}

void put_td_or_fx(struct simulation *sim, struct line *line, const struct act *act) {
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    if (act->kind == ACT_FX) {
        put_payee(sim, line, act);
        if (act->pay.moved) {
            LINE_TEXT(line, "payee_country", place_country(act->pay.term_spot));
        }
        LINE_TEXT(line, "fx_kind", fx_kinds[act->pay.qr_kind]);
        LINE_MILLI(line, "usd_equiv", act->amount * 10000 / sim->usd_price * 100);
        if (act->pay.txn) {
            LINE_MILLI(line, "goods_price_dev", (int64_t)act->pay.batch - 1000);
        }
    }
    put_money(line, act);
    put_auth(line, act);
    put_device(sim, line, act, false);
}
