#include "simulation/event_members.h"

#include "base/hash.h"

static const char *const customer_types[] = {"PERSONAL", "CORPORATE", "SOLE_TRADER"};
static const char *const clearings[] = {"HVPS",      "BEPS", "IBPS",  "NUCC", "CUP",
                                        "INTRABANK", "CIPS", "SWIFT", "CASH", "ECNY"};
static const struct {
    const char *words;
    const char *level;
} auths[] = {{"\"NONE\"", "0"},         {"\"PIN\"", "1"},
             {"\"SMS\"", "1"},          {"\"PIN\",\"SMS\"", "2"},
             {"\"FINGER\"", "1"},       {"\"FACE\"", "1"},
             {"\"PIN\",\"FACE\"", "3"}, {"\"FACE\",\"SMS\"", "3"},
             {"\"UKEY\",\"PIN\"", "4"}, {"\"COUNTER_ID\",\"SIGN\"", "4"},
             {"\"SIGN\"", "1"}};
static const char *const ip_types[] = {"RES", "MOBILE", "CORP", "CORP", "IDC",
                                       "VPN", "TOR",    "RES",  "PROXY"};
static const char *const industries[] = {
    "REALESTATE", "SECURITIES", "TRADE", "WHOLESALE", "CATERING", "TECH",    "CONSULT",
    "WEALTH",     "ELDERCARE",  "EDU",   "AGRI",      "EXPORT",   "CHARITY", "OTHER"};
static const struct {
    const char *model, *os;
} models[] = {{"HUAWEI ALN-AL00", "HARMONY"},   {"iPhone15,3", "IOS"},
              {"Xiaomi 23127PN0CC", "ANDROID"}, {"OPPO PHZ110", "ANDROID"},
              {"vivo V2309A", "ANDROID"},       {"iPhone16,1", "IOS"},
              {"HONOR MAG-AN00", "ANDROID"},    {"HUAWEI BRA-AL00", "HARMONY"}};

static const char *const party_types[] = {"PERSONAL", "CORPORATE", "MERCHANT",
                                          "WALLET",   "GOV",       "UNKNOWN"};
static const char *const institutions[] = {"Z2004944000010", "Z2004533000015", "Z2009144000012",
                                           "Z2011531000019", "Z2017111000018"};
static const char *const relations[] = {"SPOUSE", "CHILD", "PARENT", "EMPLOYER", "OTHER"};

const char *word_industry(uint32_t industry) {
    return industries[industry];
}
const char *word_party(PartyType type) {
    return party_types[type];
}
const char *word_institution(uint32_t institution) {
    return institutions[institution];
}
const char *word_relation(uint32_t relation) {
    return relations[relation];
}

void put_code(struct line *line, Spot spot) {
    line_digits(line, place_code(spot), 6);
}

void put_branch(struct simulation *sim, struct line *line, uint32_t branch) {
    LINE_NAME(line, "branch_id", name_put_branch(line, branch));
    Spot city = branch == HEAD_OFFICE ? sim->branches[0].city : sim->branches[branch].city;
    LINE_CITY(line, "branch_city", city);
}

const char *customer_type(const struct simulation *sim, uint32_t customer) {
    if (customer == NONE) {
        return customer_types[0];
    }
    return customer_types[!is_person(sim, customer)                  ? 1
                          : sim->people[customer].kind == SHOPKEEPER ? 2
                                                                     : 0];
}

void put_customer(struct simulation *sim, struct line *line, const struct act *act) {
    if (act->customer != NONE) {
        LINE_NAME(line, "cust_id", name_put_numbered(line, "C", act->customer, 9));
        LINE_HEX(line, "cust_name_hash", hash_mix(HASH_NAME, act->customer));
    }
    LINE_TEXT(line, "cust_type", customer_type(sim, act->customer));
}

void put_account(struct simulation *sim, struct line *line, const struct act *act) {
    if (act->account != NONE) {
        LINE_NAME(line, "acct_no", name_put_account(line, act->account));
    } else if (act->kind <= ACT_COUNTER && !act->pay.payer.none) {
        LINE_NAME(line, "acct_no", name_put_party(line, act->pay.payer));
    }
}

void put_payee(struct simulation *sim, struct line *line, const struct act *act) {
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

void put_money(struct line *line, const struct act *act) {
    LINE_NUMBER(line, "amount", act->amount);
    LINE_PUT(line, ",\"currency\":\"CNY\",\"clearing\":\"");
    line_put(line, clearings[act->clearing]);
    LINE_PUT(line, "\"");
    if (act->account != NONE) {
        LINE_NUMBER(line, "balance_before", act->before);
        LINE_NUMBER(line, "balance_after", act->after);
    }
}

void put_auth(struct line *line, const struct act *act) {
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
void put_position(struct line *line, Spot spot, uint64_t who, uint32_t jitter) {
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
    } else if (act->channel == MOBILE) { // the bank's app tells of these with every act
        LINE_FLAG(line, "is_rooted", signs & SIGN_ROOTED);
        LINE_FLAG(line, "is_emulator", signs & SIGN_EMULATOR);
        LINE_BOOL(line, "is_remote_ctl", signs & SIGN_REMOTE);
        LINE_BOOL(line, "is_screen_share", signs & SIGN_SCREEN_SHARE);
        LINE_BOOL(line, "is_call_active", signs & SIGN_CALL);
        LINE_FLAG(line, "has_remote_app", signs & SIGN_REMOTE_APP);
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

void put_device(struct simulation *sim, struct line *line, const struct act *act, bool all) {
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

uint32_t branch_of(const struct simulation *sim, const struct act *act) {
    return act->customer == NONE ? 0 : customer_branch(sim, act->customer);
}

void put_flags(struct line *line, const struct act *act) {
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
