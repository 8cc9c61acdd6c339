#include "simulation/event.h"

#include "base/hash.h"

#include <stdio.h>

// ---- words --------------------------------------------------------------------------------------

static const char *const types[] = {
#define ACT(name, type) type,
#include "simulation/acts.def"
#undef ACT
};
static const char *const outcome_codes[] = {
#define OUTCOME(name, code) code,
#include "simulation/outcomes.def"
#undef OUTCOME
};
static const char *const phases[] = {"REQUEST", "RESULT", "REVERSAL"};
static const char *const channels[] = {
    "MOBILE", "EBANK_P", "EBANK_C",  "WECHAT",  "COUNTER",    "STM", "ATM",   "CRS",
    "POS",    "QR",      "QUICKPAY", "GATEWAY", "CALLCENTER", "API", "BATCH", "INTERNAL"};
static const char *const customer_types[] = {"PERSONAL", "CORPORATE", "SOLE_TRADER"};
static const char *const party_types[] = {"PERSONAL", "CORPORATE", "MERCHANT",
                                          "WALLET",   "GOV",       "UNKNOWN"};
static const char *const classes[] = {"I", "II", "III", "CREDIT", "CORP_BASIC", "CORP_GENERAL"};
static const char *const clearings[] = {"HVPS",      "BEPS", "IBPS",  "NUCC", "CUP",
                                        "INTRABANK", "CIPS", "SWIFT", "CASH", "ECNY"};
static const char *const settles[] = {"REALTIME", "NORMAL_2H", "NEXT_DAY"};
static const char *const tags[] = {"",         "GAMBLE", "INTEREST", "LOAN_FEE",      "INVEST",
                                   "REFUND",   "SALARY", "GOODS",    "USDT",          "MARGIN",
                                   "UNFREEZE", "VERIFY", "GAME",     "CREDIT_REPAIR", "COMMISSION",
                                   "DONATION", "FX",     "TAX",      "NUMERIC_ONLY",  "EMPTY"};
static const struct {
    const char *words;
    const char *level;
} auths[] = {{"\"NONE\"", "0"},         {"\"PIN\"", "1"},
             {"\"SMS\"", "1"},          {"\"PIN\",\"SMS\"", "2"},
             {"\"FINGER\"", "1"},       {"\"FACE\"", "1"},
             {"\"PIN\",\"FACE\"", "3"}, {"\"FACE\",\"SMS\"", "3"},
             {"\"UKEY\",\"PIN\"", "4"}, {"\"COUNTER_ID\",\"SIGN\"", "4"},
             {"\"SIGN\"", "1"}};
static const char *const entries[] = {"CHIP", "MAGSTRIPE", "FALLBACK", "CONTACTLESS", "MANUAL",
                                      "ECOM", "QR",        "CARDLESS", "FACE"};
static const char *const qr_kinds[] = {"STATIC_PERSON", "DYNAMIC_PERSON", "STATIC_MERCHANT",
                                       "DYNAMIC_MERCHANT", "CUSTOMER_PRESENTED"};
static const char *const card_txns[] = {"PURCHASE",     "PREAUTH",   "PREAUTH_COMPLETE",
                                        "CASH_ADVANCE", "RECURRING", "BALANCE"};
static const char *const three_ds[] = {"NONE", "ATTEMPT", "FULL"};
static const char *const institutions[] = {"Z2004944000010", "Z2004533000015", "Z2009144000012",
                                           "Z2011531000019", "Z2017111000018"};
static const char *const ip_types[] = {"RES", "MOBILE", "CORP", "CORP", "IDC",
                                       "VPN", "TOR",    "RES",  "PROXY"};
static const char *const challenges[] = {"SMS", "FACE", "PIN", "UKEY", "VOICE", "CALLBACK"};
static const char *const id_checks[] = {"MATCH", "MISMATCH", "EXPIRED", "LOST", "UNAVAILABLE"};
static const char *const purposes[] = {"SALARY", "SAVING",          "TRADE", "STUDENT",
                                       "LOAN",   "SOCIAL_SECURITY", "OTHER"};
static const char *const relations[] = {"SPOUSE", "CHILD", "PARENT", "EMPLOYER", "OTHER"};
static const char *const visits[] = {"OK", "NOT_FOUND", "EMPTY", "REFUSED", "NOT_DONE"};
static const char *const bind_kinds[] = {"DEVICE", "UKEY", "TOKEN", "FACE"};
static const char *const limit_kinds[] = {"SINGLE", "DAILY", "YEARLY", "QUICKPAY"};
static const char *const reset_kinds[] = {"LOGIN", "TXN", "WITHDRAW"};
static const char *const change_fields[] = {
    "PHONE", "ADDRESS", "OCCUPATION", "LEGAL_REP", "SETTLE_ACCT", "CONTACT", "BENEFICIAL_OWNER"};
static const char *const manage_kinds[] = {"LOST", "UNLOST", "REISSUE", "ACTIVATE", "REPLACE"};
static const char *const sign_kinds[] = {"QUICK_PAY", "DEVICE_PAY", "AUTO_DEBIT"};
static const char *const verifies[] = {"OK", "FAIL", "NA"};
static const char *const counter_kinds[] = {"TRANSFER", "CASH_OUT", "CASH_IN", "CERT", "OTHER"};
static const char *const cash_purposes[] = {"NOT_ASKED", "HOUSE",   "MEDICAL", "WAGE",
                                            "BUSINESS",  "WEDDING", "OTHER"};
static const char *const fx_kinds[] = {"BUY", "SELL", "REMIT_OUT", "REMIT_IN"};
static const char *const op_classes[] = {"LOGIN",      "QUERY",   "EXPORT",     "PRINT",
                                         "REVERSAL",   "AUTH",    "TXN",        "PARAM",
                                         "PRIV_GRANT", "LIMIT",   "CASH_COUNT", "CASH_TRANSFER",
                                         "VAULT_OPEN", "VOUCHER", "OPEN_ACCT",  "LOAN_INPUT"};
static const char *const alert_kinds[] = {
    "BRUTE_FORCE",   "VPN_LOGIN",     "SQLI",       "RCE",        "WEBSHELL",     "API_ABUSE",
    "CRAWLER",       "DDOS",          "MALWARE",    "RANSOMWARE", "DLP",          "EXFIL",
    "DB_DUMP",       "DB_DIRECT",     "PHISH_SITE", "FAKE_APP",   "IOC_HIT",      "PRIV_LOGIN",
    "CONFIG_CHANGE", "LOG_GAP",       "FEED_DOWN",  "ATM_TAMPER", "ATM_CARD_JAM", "ATM_PANEL_OPEN",
    "CAM_OFFLINE",   "ALARM_OFFLINE", "REC_LOSS",   "VAULT_DOOR"};
static const char *const attack_results[] = {"SUCCESS", "BLOCKED", "UNKNOWN"};
static const char *const asset_levels[] = {"CORE", "IMPORTANT", "NORMAL"};
static const char *const api_names[] = {"/v1/sms/send", "/v1/login",     "/v1/account/query",
                                        "/v1/transfer", "/v1/card/bind", "/open/balance"};
static const char *const inspection_kinds[] = {"SELF",  "PATROL",  "ROUTINE", "SPECIAL",
                                               "CROSS", "HOLIDAY", "RECHECK", "UNANNOUNCED"};
static const char *const item_categories[] = {
    "FIRE",  "VAULT", "ESCORT",   "CCTV", "ALARM",    "ACCESS",  "GUARD",
    "DRILL", "ATM",   "ELECTRIC", "DUTY", "TRAINING", "VEHICLE", "ANTI_FRAUD"};
static const char *const item_results[] = {"PASS", "FAIL", "NA"};
static const char *const hazards[] = {"NONE", "MINOR", "GENERAL", "SERIOUS", "MAJOR"};
static const char *const rectifies[] = {"NONE",   "OPEN",    "SUBMITTED",
                                        "CLOSED", "OVERDUE", "EXTENDED"};
static const char *const order_kinds[] = {"QUERY_ACCT",     "QUERY_TXN",        "STOP_PAY",
                                          "STOP_PAY_RENEW", "STOP_PAY_RELEASE", "FREEZE",
                                          "LIST_PUSH"};
static const char *const authorities[] = {"市公安局反诈中心", "区公安分局", "外省公安机关",
                                          "人民法院"};
static const char *const report_kinds[] = {"VICTIM",    "UNAUTHORISED", "DISPUTE",
                                           "COMPLAINT", "SELF_MULE",    "TIP"};
static const char *const labels[] = {"CONFIRMED_FRAUD", "CONFIRMED_MULE", "CONFIRMED_ML",
                                     "FALSE_POSITIVE", "UNCERTAIN"};
static const char *const tick_entities[] = {"ACCT", "CUST", "MER", "EMP", "BR", "DEV"};
static const char *const industries[] = {
    "REALESTATE", "SECURITIES", "TRADE", "WHOLESALE", "CATERING", "TECH",    "CONSULT",
    "WEALTH",     "ELDERCARE",  "EDU",   "AGRI",      "EXPORT",   "CHARITY", "OTHER"};
static const struct {
    const char *model, *os;
} models[] = {{"HUAWEI ALN-AL00", "HARMONY"},   {"iPhone15,3", "IOS"},
              {"Xiaomi 23127PN0CC", "ANDROID"}, {"OPPO PHZ110", "ANDROID"},
              {"vivo V2309A", "ANDROID"},       {"iPhone16,1", "IOS"},
              {"HONOR MAG-AN00", "ANDROID"},    {"HUAWEI BRA-AL00", "HARMONY"}};

const char *word_industry(uint32_t industry) {
    return industries[industry];
}

// ---- members ------------------------------------------------------------------------------------

static const char *source_of(const struct act *act) {
    switch (act->kind) {
    case ACT_CREDIT:
        return act->other.own ? "CORE" : act->clearing == NUCC ? "NUCC" : "CNAPS";
    case ACT_QR:
    case ACT_QUICK:
    case ACT_SIGN:
        return act->channel == MOBILE ? "MBANK" : "NUCC";
    case ACT_CARD:
    case ACT_REFUND:
        return act->channel == POS ? "POSP" : "CUPS";
    case ACT_SETTLE:
    case ACT_ONBOARD:
        return "POSP";
    case ACT_LOAN_APPLY:
    case ACT_DRAWDOWN:
    case ACT_REPAY:
        return "LOAN";
    case ACT_STAFF:
    case ACT_TICK:
        return "CORE";
    case ACT_ALERT:
        return "SIEM";
    case ACT_INSPECT:
        return "INSPECT";
    case ACT_ORDER:
        return "POLICE";
    case ACT_REPORT:
    case ACT_FEEDBACK:
        return "CRM";
    default:
        break;
    }
    switch (act->channel) {
    case MOBILE:
    case WECHAT:
        return "MBANK";
    case EBANK_P:
    case EBANK_C:
        return "EBANK";
    case ATM:
    case CRS:
    case STM:
        return "ATMC";
    case COUNTER:
        return "COUNTER";
    default:
        return "CORE";
    }
}

static void put_code(struct line *line, Spot spot) {
    line_digits(line, place_code(spot), 6);
}
#define LINE_CITY(line, name, spot)                                                                \
    do {                                                                                           \
        if (!place_is_abroad(spot)) {                                                              \
            LINE_PUT(line, ",\"" name "\":\"");                                                    \
            put_code(line, spot);                                                                  \
            LINE_PUT(line, "\"");                                                                  \
        }                                                                                          \
    } while (0)
#define LINE_NAME(line, name, put)                                                                 \
    do {                                                                                           \
        LINE_PUT(line, ",\"" name "\":\"");                                                        \
        put;                                                                                       \
        LINE_PUT(line, "\"");                                                                      \
    } while (0)

static void put_envelope(struct simulation *sim, struct line *line, const struct act *act,
                         uint64_t number) {
    LINE_PUT(line, "{\"event_id\":\"E");
    line_digits(line, number, 14);
    LINE_PUT(line, "\",\"event_type\":\"");
    line_put(line, types[act->kind]);
    LINE_PUT(line, "\",\"schema_version\":1,\"phase\":\"");
    line_put(line, phases[act->phase]);
    LINE_PUT(line, "\",\"event_time\":");
    line_digits(line, (uint64_t)act->time, 13);
    LINE_PUT(line, ",\"source_system\":\"");
    line_put(line, source_of(act));
    LINE_PUT(line, "\",\"channel\":\"");
    line_put(line, channels[act->channel]);
    if (act->phase == RESULT) {
        if (act->outcome == OUTCOME_FINE) {
            LINE_PUT(line, "\",\"result\":\"SUCCESS");
        } else {
            line_put(line, act->outcome == OUTCOME_CANCELLED ? "\",\"result\":\"CANCELLED"
                                                             : "\",\"result\":\"FAIL");
            LINE_PUT(line, "\",\"fail_code\":\"");
            line_put(line, outcome_codes[act->outcome]);
        }
    }
    LINE_PUT(line, "\",\"trace_id\":\"T");
    line_digits(line, act->trace, 14);
    LINE_PUT(line, "\"");
    if (act->phase != REQUEST && act->event != 0) {
        LINE_NAME(line, "orig_event_id", name_put_numbered(line, "E", act->event, 14));
    }
}

static void put_branch(struct simulation *sim, struct line *line, uint32_t branch) {
    LINE_NAME(line, "branch_id", name_put_branch(line, branch));
    Spot city = branch == HEAD_OFFICE ? sim->branches[0].city : sim->branches[branch].city;
    LINE_CITY(line, "branch_city", city);
}

static const char *customer_type(const struct simulation *sim, uint32_t customer) {
    if (customer == NONE) {
        return customer_types[0];
    }
    return customer_types[!is_person(sim, customer)                  ? 1
                          : sim->people[customer].kind == SHOPKEEPER ? 2
                                                                     : 0];
}

static void put_customer(struct simulation *sim, struct line *line, const struct act *act) {
    if (act->customer != NONE) {
        LINE_NAME(line, "cust_id", name_put_numbered(line, "C", act->customer, 9));
        LINE_HEX(line, "cust_name_hash", hash_mix(HASH_NAME, act->customer));
    }
    LINE_TEXT(line, "cust_type", customer_type(sim, act->customer));
}

static void put_account(struct simulation *sim, struct line *line, const struct act *act) {
    if (act->account != NONE) {
        LINE_NAME(line, "acct_no", name_put_account(line, act->account));
    } else if (act->kind <= ACT_COUNTER && !act->pay.payer.none) {
        LINE_NAME(line, "acct_no", name_put_party(line, act->pay.payer));
    }
}

// Who pays, on a debit.
static void put_payer(struct simulation *sim, struct line *line, const struct act *act) {
    if (act->account != NONE) {
        LINE_NAME(line, "payer_acct_no", name_put_account(line, act->account));
        LINE_HEX(line, "payer_name_hash", hash_mix(HASH_NAME, act->customer));
        LINE_TEXT(line, "payer_type",
                  party_types[is_person(sim, act->customer) ? PARTY_PERSONAL : PARTY_CORPORATE]);
        LINE_TEXT(line, "payer_acct_class", classes[sim->accounts[act->account].class]);
    } else {
        LINE_NAME(line, "payer_acct_no", name_put_party(line, act->pay.payer));
        LINE_TEXT(line, "payer_type", party_types[act->pay.payer.type]);
        LINE_CITY(line, "payer_city", party_city(sim, act->pay.payer));
    }
}

static void put_payee(struct simulation *sim, struct line *line, const struct act *act) {
    struct party payee = act->other;
    if (payee.none) {
        return;
    }
    LINE_NAME(line, "payee_acct_no", name_put_party(line, payee));
    LINE_HEX(line, "payee_name_hash", party_hash(sim, payee));
    PartyType type = party_type(sim, payee);
    LINE_TEXT(line, "payee_type", party_types[type]);
    if (payee.own) {
        LINE_NAME(line, "payee_cust_id",
                  name_put_numbered(line, "C", sim->accounts[payee.number].customer, 9));
    }
    if (type == PARTY_CORPORATE) {
        uint32_t industry = payee.own ? firm_of(sim, sim->accounts[payee.number].customer)->industry
                            : act->industry > 0 ? act->industry - 1u
                                                : (uint32_t)(hash_mix(0x1d, payee.number) % 14);
        LINE_TEXT(line, "payee_industry", industries[industry]);
    }
    Spot city = party_city(sim, payee);
    LINE_CITY(line, "payee_city", city);
}

static void put_money(struct line *line, const struct act *act) {
    LINE_NUMBER(line, "amount", act->amount);
    LINE_PUT(line, ",\"currency\":\"CNY\",\"clearing\":\"");
    line_put(line, clearings[act->clearing]);
    LINE_PUT(line, "\"");
    if (act->account != NONE) {
        LINE_NUMBER(line, "balance_before", act->before);
        LINE_NUMBER(line, "balance_after", act->after);
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

static void put_auth(struct line *line, const struct act *act) {
    LINE_PUT(line, ",\"auth_methods\":[");
    line_put(line, auths[act->auth].words);
    LINE_PUT(line, "],\"auth_level\":");
    line_put(line, auths[act->auth].level);
    if (act->auth == AUTH_FACE || act->auth == AUTH_PIN_FACE || act->auth == AUTH_FACE_SMS) {
        bool weak = (act->signs & (SIGN_WEAK_FACE | SIGN_INJECT)) != 0;
        LINE_MILLI(line, "liveness_score", weak ? 420 + act->noise % 260 : 860 + act->noise % 139);
        LINE_MILLI(line, "face_score",
                   weak ? 640 + (act->noise >> 9) % 200 : 850 + (act->noise >> 9) % 149);
    }
}

static void put_micro(struct line *line, int32_t micro) {
    if (micro < 0) {
        *line->at++ = '-';
        micro = -micro;
    }
    line_number(line, micro / 1000000);
    *line->at++ = '.';
    line_digits(line, (uint64_t)(micro % 1000000) / 10, 5);
}

// Somebody's usual place within a city.
static void put_position(struct line *line, Spot spot, uint64_t who, uint32_t jitter) {
    int32_t lat = place_lat(spot) + (int32_t)(hash_mix(0x1a7, who) % 120000) - 60000 +
                  (int32_t)(jitter % 900);
    int32_t lon = place_lon(spot) + (int32_t)(hash_mix(0x10a, who) % 140000) - 70000 +
                  (int32_t)(jitter >> 10) % 900;
    LINE_KEY(line, "lat");
    put_micro(line, lat);
    LINE_KEY(line, "lon");
    put_micro(line, lon);
}

static void put_signs(struct line *line, const struct act *act, bool all) {
    uint64_t signs = act->signs;
    if (all) {
        LINE_BOOL(line, "is_rooted", signs & SIGN_ROOTED);
        LINE_BOOL(line, "is_emulator", signs & SIGN_EMULATOR);
        LINE_BOOL(line, "is_remote_ctl", signs & SIGN_REMOTE);
        LINE_BOOL(line, "is_screen_share", signs & SIGN_SCREEN_SHARE);
        LINE_BOOL(line, "is_call_active", signs & SIGN_CALL);
        LINE_BOOL(line, "has_remote_app", signs & SIGN_REMOTE_APP);
        LINE_NUMBER(line, "risk_app_cnt", signs & SIGN_SCAM_APP ? 1 + act->noise % 2 : 0);
        LINE_NUMBER(line, "app_install_min",
                    signs & SIGN_JUST_INSTALLED ? 3 + act->noise % 500
                                                : 9000 + act->noise % 900000);
        LINE_NUMBER(line, "battery_pct", signs & SIGN_CHARGING ? 100 : 12 + act->noise % 88);
    } else {
        LINE_FLAG(line, "is_rooted", signs & SIGN_ROOTED);
        LINE_FLAG(line, "is_emulator", signs & SIGN_EMULATOR);
        LINE_FLAG(line, "is_remote_ctl", signs & SIGN_REMOTE);
        LINE_FLAG(line, "is_screen_share", signs & SIGN_SCREEN_SHARE);
        LINE_FLAG(line, "is_call_active", signs & SIGN_CALL);
        LINE_FLAG(line, "has_remote_app", signs & SIGN_REMOTE_APP);
    }
    if ((signs & ~(SIGN_ROOTED | SIGN_EMULATOR | SIGN_REMOTE | SIGN_SCREEN_SHARE | SIGN_CALL)) ==
        0) {
        return;
    }
    LINE_FLAG(line, "is_accessibility_on", signs & SIGN_ACCESSIBILITY);
    LINE_FLAG(line, "is_overlay", signs & SIGN_OVERLAY);
    LINE_FLAG(line, "is_cloud_phone", signs & SIGN_CLOUD_PHONE);
    LINE_FLAG(line, "is_hooked", signs & SIGN_HOOKED);
    LINE_FLAG(line, "is_debugger", signs & SIGN_DEBUGGER);
    LINE_FLAG(line, "is_multi_open", signs & SIGN_MULTI_OPEN);
    LINE_FLAG(line, "app_sign_bad", signs & SIGN_REPACKAGED);
    LINE_FLAG(line, "call_forward_on", signs & SIGN_FORWARD);
    LINE_FLAG(line, "sms_intercept_risk", signs & SIGN_SMS_READER);
    LINE_FLAG(line, "is_sim_changed", signs & SIGN_SIM_CHANGED);
    LINE_FLAG(line, "sim_absent", signs & SIGN_SIM_ABSENT);
    LINE_FLAG(line, "mock_location", signs & SIGN_MOCK);
    LINE_FLAG(line, "sensor_static", signs & SIGN_STATIC);
    LINE_FLAG(line, "is_charging", signs & SIGN_CHARGING);
    LINE_FLAG(line, "has_scam_app", signs & SIGN_SCAM_APP);
    LINE_FLAG(line, "inject_camera", signs & SIGN_INJECT);
    if (signs & SIGN_FP_CONFLICT) {
        LINE_MILLI(line, "fp_conflict_score", 620 + act->noise % 370);
    }
    if (signs & (SIGN_CALLER_ABROAD | SIGN_CALLER_VIRTUAL | SIGN_CALLER_MARKED)) {
        LINE_TEXT(line, "caller_risk",
                  signs & SIGN_CALLER_ABROAD    ? "FOREIGN"
                  : signs & SIGN_CALLER_VIRTUAL ? "VIRTUAL"
                                                : "MARKED");
    }
    if (signs & SIGN_PHISH) {
        LINE_NAME(line, "referer_domain",
                  (LINE_PUT(line, "www.qtbank-"), line_number(line, act->noise % 7),
                   LINE_PUT(line, ".example")));
    }
}

static void put_device(struct simulation *sim, struct line *line, const struct act *act, bool all) {
    const struct setting *setting = &act->setting;
    if (!setting->has) {
        return;
    }
    uint32_t model =
        (uint32_t)(hash_mix(0xd2, setting->device +
                                      (act->signs & SIGN_MODEL_CHANGED ? act->noise % 3 + 1 : 0)) %
                   8);
    LINE_NAME(line, "device_id", name_put_device(line, setting->device));
    bool computer = act->channel == EBANK_C || act->channel == EBANK_P;
    LINE_TEXT(line, "device_model", computer ? "PC" : models[model].model);
    LINE_TEXT(line, "os", computer ? "WINDOWS" : models[model].os);
    if (!computer) {
        LINE_TEXT(line, "app_version", (model & 3) == 3 ? "8.3.0" : "8.4.1");
    }
    LINE_NAME(line, "ip", name_put_address(line, setting));
    LINE_TEXT(line, "ip_type", ip_types[setting->net]);
    LINE_TEXT(line, "ip_country", place_country(setting->ip_spot));
    LINE_CITY(line, "ip_city", setting->ip_spot);
    if (computer) {
        LINE_HEX(line, "mac_hash", hash_mix(HASH_MAC, setting->device));
    } else {
        LINE_CITY(line, "geo_city", setting->spot);
        LINE_TEXT(line, "geo_country", place_country(setting->spot));
        put_position(line, setting->spot,
                     setting->net == NET_MOBILE
                         ? setting->device + (act->noise & 3)
                         : setting->net_number + ((uint64_t)setting->net << 40),
                     setting->net == NET_MOBILE ? act->noise : 0);
        if (setting->spot != setting->ip_spot) {
            LINE_NUMBER(line, "geo_ip_dist_km", place_distance_km(setting->spot, setting->ip_spot));
        }
        if (setting->wifi) {
            LINE_HEX(line, "wifi_id",
                     hash_mix(HASH_WIFI, ((uint64_t)setting->net << 32) + setting->net_number));
        } else if (!(act->signs & SIGN_SIM_ABSENT)) {
            Spot cell = act->signs & SIGN_FALSE_CELL ? place_far(hash_mix(3, setting->device))
                                                     : setting->spot;
            LINE_CITY(line, "cell_city", cell);
        }
    }
    if (act->session != 0) {
        LINE_HEX(line, "session_id", hash_mix(0x5e, act->session));
    }
    put_signs(line, act, all);
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

static uint32_t branch_of(const struct simulation *sim, const struct act *act) {
    return act->customer == NONE ? 0 : customer_branch(sim, act->customer);
}

// ---- one function for each kind -----------------------------------------------------------------

static void put_transfer(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_credit(struct simulation *sim, struct line *line, const struct act *act) {
    struct party payer = act->other;
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    LINE_NAME(line, "payer_acct_no", name_put_party(line, payer));
    LINE_HEX(line, "payer_name_hash", party_hash(sim, payer));
    LINE_TEXT(line, "payer_type", party_types[party_type(sim, payer)]);
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

static void put_card_pay(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_qr(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_quick(struct simulation *sim, struct line *line, const struct act *act) {
    put_customer(sim, line, act);
    put_account(sim, line, act);
    put_payer(sim, line, act);
    put_payee(sim, line, act);
    put_money(line, act);
    put_auth(line, act);
    LINE_BOOL(line, "is_ecom", true);
    put_merchant(sim, line, act);
    LINE_TEXT(line, "pay_inst_id", institutions[act->pay.institution]);
    if (act->pay.batch != 0) {
        LINE_HEX(line, "phone_hash", hash_mix(HASH_PHONE, act->pay.batch));
    }
    put_device(sim, line, act, false);
}

static void put_cash(struct simulation *sim, struct line *line, const struct act *act) {
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
        LINE_TEXT(line, "agent_relation", relations[pay->institution - 1]);
    }
}

static void put_refund(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_settle(struct simulation *sim, struct line *line, const struct act *act) {
    put_customer(sim, line, act);
    put_account(sim, line, act);
    LINE_NAME(line, "payee_acct_no", name_put_account(line, act->account));
    put_money(line, act);
    put_merchant(sim, line, act);
}

static void put_flags(struct line *line, const struct act *act) {
    static const struct {
        uint64_t sign;
        const char *word;
    } flags[] = {{SIGN_ACCOMPANIED, "ACCOMPANIED"}, {SIGN_ON_PHONE, "ON_PHONE"},
                 {SIGN_SCRIPTED, "SCRIPTED"},       {SIGN_NERVOUS, "NERVOUS"},
                 {SIGN_DIRECTED, "DIRECTED"},       {SIGN_REFUSED, "REFUSED_QUESTION"}};
    bool first = true;
    for (int i = 0; i < 6; i++) {
        if (act->signs & flags[i].sign) {
            line_put(line, first ? ",\"on_site_flags\":[\"" : "\",\"");
            line_put(line, flags[i].word);
            first = false;
        }
    }
    if (!first) {
        LINE_PUT(line, "\"]");
    }
}

static void put_counter(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_td_or_fx(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_session_event(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_change(struct simulation *sim, struct line *line, const struct act *act) {
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
        LINE_TEXT(line, "pay_inst_id", institutions[change->institution]);
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

static void put_open(struct simulation *sim, struct line *line, const struct act *act) {
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
        LINE_TEXT(line, "agent_relation", relations[open->relation]);
    }
    put_flags(line, act);
    put_device(sim, line, act, false);
}

static void put_loan(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_onboard(struct simulation *sim, struct line *line, const struct act *act) {
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

static void put_staff(struct simulation *sim, struct line *line, const struct act *act) {
    const struct staff_detail *staff = &act->staff;
    put_branch(sim, line, staff->branch);
    LINE_NAME(line, "operator_id", name_put_employee(line, staff->employee));
    if (staff->authoriser != 0) {
        LINE_NAME(line, "authoriser_id", name_put_employee(line, staff->authoriser - 1));
    }
    LINE_NAME(line, "employee_id", name_put_employee(line, staff->employee));
    LINE_TEXT(line, "op_class", op_classes[staff->class]);
    LINE_NAME(line, "op_code", line_digits(line, staff->code, 4));
    LINE_NUMBER(line, "records", staff->records);
    if (staff->has_about) {
        LINE_NAME(line, "cust_id", name_put_numbered(line, "C", staff->about, 9));
        LINE_NAME(line, "cust_branch_id",
                  name_put_branch(line, customer_branch(sim, staff->about)));
    }
    LINE_PUT(line, ",\"ticket_id\":\"");
    if (staff->ticket) {
        name_put_numbered(line, "CHG-", act->noise % 1000000, 6);
    }
    LINE_PUT(line, "\"");
    LINE_BOOL(line, "is_off_hours", staff->off_hours);
    LINE_NAME(line, "workstation_branch", name_put_branch(line, staff->workstation));
    if (staff->class == 5 || staff->class == 6 || staff->class == 9) {
        LINE_BOOL(line, "cust_present", staff->present);
    }
    if (staff->has_age) {
        LINE_NUMBER(line, "orig_age_min", staff->age_min);
        LINE_NUMBER(line, "amount", act->amount);
    }
    if (staff->has_diff) {
        LINE_NUMBER(line, "diff_amount", staff->diff_amount);
        LINE_NUMBER(line, "diff_count", staff->diff_count);
    }
    LINE_PUT(line, ",\"second_person_id\":\"");
    if (staff->second != 0) {
        name_put_employee(line, staff->second - 1);
    }
    LINE_PUT(line, "\"");
    put_device(sim, line, act, false);
}

static void put_alert(struct simulation *sim, struct line *line, const struct act *act) {
    const struct alert_detail *alert = &act->alert;
    put_branch(sim, line, alert->branch);
    LINE_TEXT(line, "alert_kind", alert_kinds[alert->kind]);
    LINE_NUMBER(line, "ns_severity", alert->severity);
    LINE_TEXT(line, "ns_result", attack_results[alert->result]);
    LINE_NAME(line, "asset_id",
              name_put_numbered(line, alert->kind >= 21 ? "DEV-" : "SRV-", alert->asset, 5));
    LINE_TEXT(line, "asset_level", asset_levels[alert->level]);
    LINE_PUT(line, ",\"ticket_id\":\"");
    if (alert->ticket) {
        name_put_numbered(line, "CHG-", act->noise % 1000000, 6);
    }
    LINE_PUT(line, "\"");
    if (alert->has_source) {
        struct setting source = {.net = alert->abroad ? NET_ABROAD : NET_IDC,
                                 .net_number = alert->source,
                                 .ip_spot = alert->spot};
        LINE_NAME(line, "src_ip", name_put_address(line, &source));
        LINE_TEXT(line, "src_country", place_country(alert->spot));
    }
    if (alert->account != 0) {
        LINE_NAME(line, "sys_account", name_put_numbered(line, "ops", alert->account, 4));
    }
    if (alert->api != 0) {
        LINE_TEXT(line, "api_name", api_names[(alert->api - 1) % 6]);
    }
    if (alert->domain != 0) {
        LINE_NAME(line, "dst_domain",
                  (LINE_PUT(line, "qtbank-"), line_number(line, alert->domain),
                   LINE_PUT(line, ".example")));
        LINE_BOOL(line, "brand_hit", alert->brand);
    }
    if (alert->hash != 0) {
        LINE_HEX(line, "file_hash", hash_mix(HASH_FILE, alert->hash));
    }
    if (alert->records != 0) {
        LINE_NUMBER(line, "records", alert->records);
    }
    if (alert->bytes != 0) {
        if (alert->kind == 7) {
            LINE_NUMBER(line, "traffic_mbps", alert->bytes);
        } else {
            LINE_NUMBER(line, "bytes_out", alert->bytes);
        }
    }
    if (alert->minutes != 0) {
        if (alert->kind == 26) {
            LINE_NUMBER(line, "record_days", alert->minutes);
        } else if (alert->kind == 19 || alert->kind == 20) {
            LINE_NUMBER(line, "gap_sec", alert->minutes * 60);
        } else {
            LINE_NUMBER(line, "duration_min", alert->minutes);
        }
    }
    LINE_BOOL(line, "is_off_hours",
              (act->time + ZONE_MS) / MS_PER_HOUR % 24 < 7 ||
                  (act->time + ZONE_MS) / MS_PER_HOUR % 24 >= 20);
}

static void put_inspect(struct simulation *sim, struct line *line, const struct act *act) {
    const struct inspect_detail *inspect = &act->inspect;
    put_branch(sim, line, inspect->branch);
    LINE_NAME(line, "inspection_id", name_put_numbered(line, "INS", inspect->inspection, 8));
    LINE_TEXT(line, "inspection_kind", inspection_kinds[inspect->kind]);
    LINE_TEXT(line, "item_category", item_categories[inspect->category]);
    LINE_NAME(line, "item_code",
              name_put_numbered(line, item_categories[inspect->category], inspect->item, 2));
    LINE_TEXT(line, "item_result", item_results[inspect->result]);
    LINE_TEXT(line, "hazard_level", hazards[inspect->hazard]);
    LINE_TEXT(line, "rectify_status", rectifies[inspect->status]);
    if (inspect->overdue > 0) {
        LINE_NUMBER(line, "overdue_days", inspect->overdue);
    }
    if (inspect->kind == 6) {
        LINE_TEXT(line, "recheck_result", item_results[inspect->recheck]);
    }
    LINE_NAME(line, "inspector_id", name_put_employee(line, inspect->inspector));
    LINE_NAME(line, "responsible_id", name_put_employee(line, inspect->responsible));
    LINE_NUMBER(line, "item_cnt", inspect->items);
    LINE_NUMBER(line, "duration_min", inspect->minutes);
    LINE_NUMBER(line, "geo_site_dist_m", inspect->distance);
    LINE_MILLI(line, "photo_dup_score", inspect->dup * 10);
    if (inspect->escort) {
        LINE_NUMBER(line, "deviation_min", inspect->deviation);
        LINE_NUMBER(line, "handover_persons", inspect->persons);
        LINE_BOOL(line, "escort_id_ok", inspect->escort_ok);
    }
}

static void put_order(struct simulation *sim, struct line *line, const struct act *act) {
    const struct order_detail *order = &act->order;
    put_branch(sim, line, 0);
    if (act->customer != NONE) {
        LINE_NAME(line, "cust_id", name_put_numbered(line, "C", act->customer, 9));
    }
    put_account(sim, line, act);
    LINE_NAME(line, "order_id", name_put_numbered(line, "PO", order->order, 9));
    LINE_TEXT(line, "order_kind", order_kinds[order->kind]);
    LINE_TEXT(line, "order_authority", authorities[order->authority]);
    LINE_NAME(line, "order_doc_no", name_put_numbered(line, "公刑侦", order->order, 7));
    if (order->kind >= 2 && order->kind <= 5) {
        LINE_NUMBER(line, "order_start", act->time);
        LINE_NUMBER(line, "order_end", act->time + (order->kind == 5 ? 180 : 2) * MS_PER_DAY);
        if (act->amount > 0) {
            LINE_NUMBER(line, "order_amount", act->amount);
        }
    }
}

static void put_report(struct simulation *sim, struct line *line, const struct act *act) {
    const struct order_detail *order = &act->order;
    put_branch(sim, line, branch_of(sim, act));
    put_customer(sim, line, act);
    put_account(sim, line, act);
    if (act->amount > 0) {
        LINE_NUMBER(line, "amount", act->amount);
    }
    put_payee(sim, line, act);
    if (order->card != 0) {
        LINE_NAME(line, "card_token", name_put_card(line, order->card));
    }
    if (order->merchant != 0) {
        LINE_NAME(line, "merchant_id", name_put_merchant(line, sim, order->merchant));
    }
    LINE_TEXT(line, "report_kind", report_kinds[order->kind]);
    LINE_NAME(line, "report_id", name_put_numbered(line, "R", order->order, 9));
}

static void put_feedback(struct simulation *sim, struct line *line, const struct act *act) {
    put_branch(sim, line, branch_of(sim, act));
    LINE_NAME(line, "cust_id", name_put_numbered(line, "C", act->customer, 9));
    put_account(sim, line, act);
    LINE_NAME(line, "employee_id", name_put_employee(line, act->order.about));
    LINE_TEXT(line, "label", labels[act->order.kind]);
    LINE_NAME(line, "alert_id", name_put_numbered(line, "AL", act->order.order, 10));
}

static void put_tick(struct simulation *sim, struct line *line, const struct act *act) {
    uint32_t number = act->order.tick;
    uint32_t entity = act->order.kind;
    LINE_TEXT(line, "tick_entity", tick_entities[entity]);
    LINE_PUT(line, ",\"tick_key\":\"");
    switch (entity) {
    case 0:
        name_put_account(line, number);
        break;
    case 1:
        name_put_numbered(line, "C", number, 9);
        break;
    case 2:
        name_put_merchant(line, sim, number);
        break;
    case 3:
        name_put_employee(line, number);
        break;
    default:
        name_put_branch(line, number);
        break;
    }
    LINE_PUT(line, "\",\"tick_date\":\"");
    line_digits(line, act->order.order, 8);
    LINE_PUT(line, "\"");
    // The entity also stands where events of its kind have it.
    if (entity == 0) {
        LINE_NAME(line, "acct_no", name_put_account(line, number));
        LINE_NAME(line, "cust_id", name_put_numbered(line, "C", sim->accounts[number].customer, 9));
    } else if (entity == 1) {
        LINE_NAME(line, "cust_id", name_put_numbered(line, "C", number, 9));
        LINE_TEXT(line, "cust_type", customer_type(sim, number));
    } else if (entity == 2) {
        LINE_NAME(line, "merchant_id", name_put_merchant(line, sim, number));
    } else if (entity == 3) {
        LINE_NAME(line, "employee_id", name_put_employee(line, number));
        put_branch(sim, line, sim->staff[number].branch);
    } else {
        put_branch(sim, line, number);
    }
}

typedef void Put(struct simulation *sim, struct line *line, const struct act *act);
static Put *const puts_of[ACT_KINDS] = {
    [ACT_TRANSFER] = put_transfer,
    [ACT_CREDIT] = put_credit,
    [ACT_CARD] = put_card_pay,
    [ACT_QR] = put_qr,
    [ACT_QUICK] = put_quick,
    [ACT_WITHDRAW] = put_cash,
    [ACT_DEPOSIT] = put_cash,
    [ACT_REFUND] = put_refund,
    [ACT_TD_BREAK] = put_td_or_fx,
    [ACT_FX] = put_td_or_fx,
    [ACT_SETTLE] = put_settle,
    [ACT_COUNTER] = put_counter,
    [ACT_LOGIN] = put_session_event,
    [ACT_INQUIRY] = put_session_event,
    [ACT_CHALLENGE] = put_session_event,
    [ACT_OPEN] = put_open,
    [ACT_CLOSE] = put_open,
    [ACT_BIND] = put_change,
    [ACT_LIMIT] = put_change,
    [ACT_RESET] = put_change,
    [ACT_PAYEE] = put_change,
    [ACT_CHANGE] = put_change,
    [ACT_CARD_MANAGE] = put_change,
    [ACT_SIGN] = put_change,
    [ACT_LOAN_APPLY] = put_loan,
    [ACT_DRAWDOWN] = put_loan,
    [ACT_REPAY] = put_loan,
    [ACT_ONBOARD] = put_onboard,
    [ACT_STAFF] = put_staff,
    [ACT_ALERT] = put_alert,
    [ACT_INSPECT] = put_inspect,
    [ACT_ORDER] = put_order,
    [ACT_REPORT] = put_report,
    [ACT_FEEDBACK] = put_feedback,
    [ACT_TICK] = put_tick,
};

void event_write(struct simulation *sim, struct act *act) {
    if (sim->muted) {
        return;
    }
    uint64_t number = sim->next_event++;
    if (act->phase == REQUEST || act->event == 0) {
        act->trace = act->trace == 0 ? number : act->trace;
    }
    char *room = buf_reserve(sim->out, LINE_SIZE);
    INVARIANT(room != NULL);
    struct line line = {room};
    put_envelope(sim, &line, act, number);
    puts_of[act->kind](sim, &line, act);
    LINE_PUT(&line, "}\n");
    INVARIANT(line.at - room < LINE_SIZE);
    buf_advance(sim->out, (size_t)(line.at - room));
    if (act->phase == REQUEST) {
        act->event = number;
    }
    sim->events++;
    sim->counts[act->kind]++;
}
