#include "cli/bench/day.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/random.h"
#include "codec/json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    COUNTERPARTIES = 8,      // of a customer
    CITIES = 40,
    CARRIER_ADDRESSES = 2000,
    EMPLOYEES = 3000,
    BRANCHES = 200,
    BINS = 200,
    ACCOUNTS_PER_MERCHANT = 50,
    TERMINALS_PER_MERCHANT = 10,
    HOME_CITY = 7,
    RECEIPT_DELAY_MS = 40,
};

struct day {
    struct day_plan plan;
    struct random random;
    struct json_writer json;
    uint64_t number; // of events made
    uint64_t peak_from;
    uint64_t stride; // of the first round over all accounts
    double peak_us;  // from event to event
    int64_t time_us;
    uint32_t account;
    uint32_t *history; // by account
    double merchant_log, payee_log;
    bool rush;
};

// ---- names -----------------------------------------------------------------------------------------------

uint64_t day_count(DayThing thing, uint32_t accounts) {
    switch (thing) {
    case DAY_MERCHANT:
        return accounts / ACCOUNTS_PER_MERCHANT + 10;
    case DAY_TERMINAL:
        return day_count(DAY_MERCHANT, accounts) * TERMINALS_PER_MERCHANT;
    case DAY_OUTSIDE:
        return accounts / 2 + 10;
    case DAY_BIN:
        return BINS;
    case DAY_EMPLOYEE:
        return EMPLOYEES;
    case DAY_BRANCH:
        return BRANCHES;
    default:
        return accounts;
    }
}

static Slice digits(char *text, const char *prefix, uint64_t number, uint32_t width) {
    size_t size = strlen(prefix);
    memcpy(text, prefix, size);
    for (uint32_t i = width; i > 0; i--) {
        text[size + i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    return (Slice){text, size + width};
}

static Slice hexadecimal(char *text, const char *prefix, uint64_t number, uint32_t width) {
    size_t size = strlen(prefix);
    memcpy(text, prefix, size);
    for (uint32_t i = 0; i < width; i++) {
        text[size + i] = "0123456789abcdef"[number >> (4 * i) & 15];
    }
    return (Slice){text, size + width};
}

Slice day_name(DayThing thing, uint64_t index, char *text) {
    switch (thing) {
    case DAY_ACCOUNT:
        return digits(text, "A6222", index, 14);
    case DAY_CUSTOMER:
        return digits(text, "C", index, 9);
    case DAY_DEVICE:
        return hexadecimal(text, "D-", hash_mix(1, index), 16);
    case DAY_CARD:
        return digits(text, "K62", index, 14);
    case DAY_BIN:
        return digits(text, "62", index, 6);
    case DAY_MERCHANT:
        return digits(text, "898610", index, 9);
    case DAY_TERMINAL:
        return digits(text, "1", index, 7);
    case DAY_OUTSIDE:
        return digits(text, "B9558", index, 14);
    case DAY_EMPLOYEE:
        return digits(text, "T", index, 5);
    default:
        return digits(text, "03", index, 5);
    }
}

// ---- facts -----------------------------------------------------------------------------------------------

static const char *const kinds_of_business[] = {"5411", "5812", "5311", "4121", "5541", "5732", "8062", "5999"};

// Seven tenths of all are in the bank's own city.
static uint64_t city_of(DayThing thing, uint64_t index) {
    uint64_t of = thing == DAY_TERMINAL ? index / TERMINALS_PER_MERCHANT : index;
    uint64_t kind = thing == DAY_TERMINAL || thing == DAY_MERCHANT ? 4 : thing == DAY_OUTSIDE ? 6 : 3;
    return hash_mix(kind, of) % 100 < 70 ? HOME_CITY : hash_mix(kind + 100, of) % CITIES;
}

static Slice city_text(char *text, uint64_t city) {
    return digits(text, "", 110100 + city * 10000, 6);
}

bool day_fact(DayThing thing, uint64_t index, Slice column, char *text, Slice *ret_fact) {
    if (slice_find(column, SLICE("city"), 0) != SIZE_MAX || slice_find(column, SLICE("region"), 0) != SIZE_MAX) {
        *ret_fact = city_text(text, city_of(thing, index));
    } else if (thing == DAY_MERCHANT && slice_is(column, "mcc")) {
        *ret_fact = slice_of(kinds_of_business[index % 8]);
    } else if (thing == DAY_MERCHANT && slice_is(column, "name_hash")) {
        *ret_fact = hexadecimal(text, "", hash_mix(14, index), 16);
    } else if (thing == DAY_DEVICE && slice_is(column, "main_cust_id")) {
        *ret_fact = day_name(DAY_CUSTOMER, index, text);
    } else {
        return false;
    }
    return true;
}

double day_payments_per_hour(uint64_t merchant, uint32_t accounts) {
    static const double share_of_payments = 0.33; // of all events; see day_next()
    return share_of_payments * accounts * log1p(1 / (double)(merchant + 1)) / log((double)day_count(DAY_MERCHANT, accounts));
}

// ---- chances ---------------------------------------------------------------------------------------------

static uint64_t below(struct day *day, uint64_t bound) {
    return random_below(&day->random, bound);
}

static bool chance(struct day *day, uint32_t percent) {
    return below(day, 100) < percent;
}

// Zipf's law with exponent 1 over 0 .. exp(log)-1.
static uint64_t popular(struct day *day, double log_count) {
    return (uint64_t)(exp(random_unit(&day->random) * log_count) - 1);
}

// An amount in fen around a usual one in yuan; a hundredth is ten times that or more.
static int64_t amount_around(struct day *day, double yuan) {
    double bell = random_unit(&day->random) + random_unit(&day->random) + random_unit(&day->random) - 1.5;
    int64_t fen = (int64_t)(yuan * 100 * exp(bell * 3)) + 1;
    return chance(day, 30) ? fen / 10000 * 10000 + 10000 : fen; // people like round sums
}

static uint32_t choose_account(struct day *day) {
    uint32_t accounts = day->plan.accounts;
    if (day->plan.alone > 0) {
        return accounts;
    }
    if (day->number < accounts) {
        return (uint32_t)(day->number * day->stride % accounts);
    }
    uint32_t tenth = accounts / 10;
    uint64_t of_ten = below(day, 10);
    if (of_ten < 6) {
        return (uint32_t)below(day, tenth);
    }
    return of_ten < 9 ? tenth + (uint32_t)below(day, 3 * tenth) : 4 * tenth + (uint32_t)below(day, accounts - 4 * tenth);
}

// ---- time ------------------------------------------------------------------------------------------------

// A share of a day as the time that passes: a twentieth of the events in the seven hours of the night.
static double hour_of_share(double share) {
    return share < 0.05 ? share / 0.05 * 7 : 7 + (share - 0.05) / 0.95 * 17;
}

static int64_t time_of(const struct day *day) {
    const struct day_plan *plan = &day->plan;
    if (plan->alone > 0) {
        return plan->start_us - DAY_HISTORY_US + (int64_t)(day->number * (uint64_t)(DAY_HISTORY_US / plan->alone));
    }
    if (day->number >= day->peak_from) {
        double after = (double)day->number - (double)plan->warm;
        return plan->start_us + (int64_t)(after * day->peak_us);
    }
    int64_t peak_start = plan->start_us - (int64_t)((double)(plan->warm - day->peak_from) * day->peak_us);
    int64_t first_day = floor_div(peak_start - DAY_HISTORY_US, US_PER_DAY);
    int64_t last_day = floor_div(peak_start, US_PER_DAY) - 1;
    double days = (double)day->number / (double)day->peak_from * (double)(last_day - first_day);
    double share = days - floor(days);
    // Days of the bank are eight hours ahead of those of UTC.
    return (first_day + (int64_t)days) * US_PER_DAY - 8 * US_PER_HOUR + (int64_t)(hour_of_share(share) * US_PER_HOUR);
}

struct day *day_create(const struct day_plan *plan) {
    struct day *day = memory_alloc(sizeof *day);
    day->plan = *plan;
    random_init(&day->random, plan->seed);
    day->history = memory_alloc(sizeof *day->history * (plan->accounts + 1));
    uint64_t peak = plan->warm / 4 < plan->accounts / 2 ? plan->warm / 4 : plan->accounts / 2;
    day->peak_from = plan->warm - peak;
    day->peak_us = (double)US_PER_HOUR / plan->accounts;
    day->stride = 7919;
    while (plan->accounts % day->stride == 0) {
        day->stride += 2;
    }
    day->merchant_log = log((double)day_count(DAY_MERCHANT, plan->accounts));
    day->payee_log = log((double)day_count(DAY_OUTSIDE, plan->accounts));
    return day;
}

void day_destroy(struct day *day) {
    if (day != NULL) {
        free(day->history);
        free(day);
    }
}

uint32_t day_history(const struct day *day) {
    return day->history[day->account];
}

void day_rush(struct day *day) {
    day->rush = true;
}

// ---- members ---------------------------------------------------------------------------------------------

static void put_text(struct day *day, const char *key, Slice text) {
    json_key_string(&day->json, slice_of(key), text);
}
static void put_word(struct day *day, const char *key, const char *word) {
    json_key_string(&day->json, slice_of(key), slice_of(word));
}
static void put_whole(struct day *day, const char *key, int64_t number) {
    json_key_i64(&day->json, slice_of(key), number);
}
static void put_bool(struct day *day, const char *key, bool value) {
    json_key_bool(&day->json, slice_of(key), value);
}
static void put_rate(struct day *day, const char *key, double value) {
    json_key_double(&day->json, slice_of(key), floor(value * 1000) / 1000);
}
static void put_name(struct day *day, const char *key, DayThing thing, uint64_t index) {
    char text[DAY_NAME_SIZE];
    put_text(day, key, day_name(thing, index, text));
}
static void put_hash(struct day *day, const char *key, uint64_t kind, uint64_t index) {
    char text[DAY_NAME_SIZE];
    put_text(day, key, hexadecimal(text, "", hash_mix(kind, index), 16));
}
static void put_city(struct day *day, const char *key, uint64_t city) {
    char text[DAY_NAME_SIZE];
    put_text(day, key, city_text(text, city));
}
static void put_words(struct day *day, const char *key, const char *first, const char *second) {
    json_key(&day->json, slice_of(key));
    json_array_begin(&day->json);
    json_string(&day->json, slice_of(first));
    if (second != NULL) {
        json_string(&day->json, slice_of(second));
    }
    json_array_end(&day->json);
}

static void put_address(struct day *day) {
    uint64_t bits = hash_mix(7, day->account / 3);
    if (day->rush) {
        bits = 0x010203;
    } else if (chance(day, 20)) {
        bits = hash_mix(8, below(day, CARRIER_ADDRESSES));
    }
    char text[DAY_NAME_SIZE];
    int size = snprintf(text, sizeof text, "%u.%u.%u.%u", 36 + (unsigned)(bits >> 24 & 127), (unsigned)(bits >> 16 & 255),
                        (unsigned)(bits >> 8 & 255), 1 + (unsigned)(bits & 127));
    put_text(day, "ip", (Slice){text, (size_t)size});
}


static uint64_t home_city(const struct day *day) {
    return city_of(DAY_CUSTOMER, day->account);
}

static void put_envelope(struct day *day, const char *type, const char *system, const char *channel, bool done, bool failed) {
    char text[DAY_NAME_SIZE];
    uint64_t series = day->plan.alone > 0 ? UINT64_C(1000000000000) : 0; // an id comes once, also beside another day
    put_text(day, "event_id", digits(text, "01JD3Z8Q6W", series + day->number, 16));
    put_word(day, "event_type", type);
    put_whole(day, "schema_version", 1);
    put_word(day, "phase", done ? "RESULT" : "REQUEST");
    put_whole(day, "event_time", day->time_us / 1000);
    put_whole(day, "recv_time", day->time_us / 1000 + RECEIPT_DELAY_MS);
    put_word(day, "source_system", system);
    put_word(day, "channel", channel);
    if (done) {
        put_word(day, "result", failed ? "FAIL" : "SUCCESS");
    }
    put_text(day, "trace_id", digits(text, "TRX20261123", day->number, 12));
    put_name(day, "branch_id", DAY_BRANCH, hash_mix(5, day->account) % BRANCHES);
    put_city(day, "branch_city", home_city(day));
}

static void put_customer(struct day *day) {
    put_name(day, "cust_id", DAY_CUSTOMER, day->account);
    put_word(day, "cust_type", day->account % 50 == 0 ? "CORPORATE" : day->account % 20 == 1 ? "SOLE_TRADER" : "PERSONAL");
    put_hash(day, "cust_name_hash", 11, day->account);
}

static void put_account(struct day *day) {
    put_name(day, "acct_no", DAY_ACCOUNT, day->account);
}

static void put_money(struct day *day, int64_t fen, bool credit, const char *clearing) {
    int64_t before = amount_around(day, 8000) + (credit ? 0 : fen);
    put_whole(day, "amount", fen);
    put_word(day, "currency", "CNY");
    put_whole(day, "balance_before", before);
    put_whole(day, "balance_after", credit ? before + fen : before - fen);
    put_word(day, "clearing", clearing);
}

static void put_payer(struct day *day) {
    put_name(day, "payer_acct_no", DAY_ACCOUNT, day->account);
    put_hash(day, "payer_name_hash", 11, day->account);
    put_word(day, "payer_type", day->account % 50 == 0 ? "CORPORATE" : "PERSONAL");
    put_word(day, "payer_acct_class", day->account % 8 == 3 ? "II" : "I");
    put_word(day, "payer_bank_code", "313791000015");
}

static void put_auth(struct day *day) {
    bool strong = chance(day, 30);
    put_words(day, "auth_methods", strong ? "FACE" : "PIN", strong ? "SMS" : NULL);
    put_whole(day, "auth_level", strong ? 3 : 1);
}

static void put_device(struct day *day) {
    bool second = chance(day, 3);
    put_name(day, "device_id", DAY_DEVICE, second ? (UINT64_C(1) << 40) + day->account : day->account);
    put_word(day, "device_model", day->account % 2 == 0 ? "HUAWEI-ALN-AL00" : "iPhone15,3");
    put_word(day, "os", day->account % 2 == 0 ? "HARMONY" : "IOS");
    put_word(day, "app_version", "8.4.1");
    put_address(day);
    put_word(day, "ip_type", below(day, 1000) == 0 ? "IDC" : "MOBILE");
    put_word(day, "ip_country", "CN");
    put_city(day, "ip_city", home_city(day));
    put_city(day, "geo_city", home_city(day));
    put_word(day, "geo_country", "CN");
    put_rate(day, "lat", 30 + (double)(hash_mix(9, day->account) % 2000) / 1000);
    put_rate(day, "lon", 120 + (double)(hash_mix(10, day->account) % 2000) / 1000);
    put_hash(day, "wifi_id", 12, day->account / 3);
    put_hash(day, "session_id", 13, day->number);
    put_bool(day, "is_rooted", below(day, 500) == 0);
    put_bool(day, "is_emulator", false);
    put_bool(day, "is_remote_ctl", below(day, 1000) == 0);
    put_bool(day, "is_screen_share", below(day, 1000) < 3);
    put_bool(day, "is_call_active", chance(day, 1));
}

static void put_card(struct day *day) {
    put_name(day, "card_token", DAY_CARD, day->account);
    put_name(day, "card_bin", DAY_BIN, day->account % BINS);
}

static uint64_t choose_merchant(struct day *day) {
    return day->rush ? 5 : popular(day, day->merchant_log);
}

static void put_terminal(struct day *day, uint64_t merchant) {
    uint64_t terminal = merchant * TERMINALS_PER_MERCHANT + below(day, TERMINALS_PER_MERCHANT);
    uint64_t city = city_of(DAY_TERMINAL, terminal);
    put_name(day, "terminal_id", DAY_TERMINAL, terminal);
    put_city(day, "term_city", city);
    put_word(day, "tran_country", "CN");
    put_city(day, "tran_city", city);
}

static void put_merchant(struct day *day, uint64_t merchant) {
    put_name(day, "merchant_id", DAY_MERCHANT, merchant);
    put_hash(day, "merchant_name_hash", 14, merchant);
    put_word(day, "mcc", kinds_of_business[merchant % 8]);
}

// ---- events ----------------------------------------------------------------------------------------------

static void transfer_out(struct day *day) {
    put_envelope(day, "transfer_out", "MBANK", day->account % 50 == 0 ? "EBANK_C" : "MOBILE", false, false);
    put_customer(day);
    put_account(day);
    put_payer(day);
    uint64_t kind = below(day, 100);
    uint64_t friend = hash_mix(20 + below(day, COUNTERPARTIES), day->account);
    bool own_bank = kind < 35;
    uint64_t payee = own_bank ? friend % day->plan.accounts
                     : kind < 70 ? friend % day_count(DAY_OUTSIDE, day->plan.accounts)
                                 : popular(day, day->payee_log);
    put_name(day, "payee_acct_no", own_bank ? DAY_ACCOUNT : DAY_OUTSIDE, payee);
    put_hash(day, "payee_name_hash", own_bank ? 11 : 15, payee);
    put_word(day, "payee_type", kind >= 70 && payee % 3 == 0 ? "CORPORATE" : "PERSONAL");
    put_word(day, "payee_bank_code", own_bank ? "313791000015" : "102100099996");
    put_city(day, "payee_city", city_of(own_bank ? DAY_ACCOUNT : DAY_OUTSIDE, payee));
    put_bool(day, "payee_is_self", !own_bank && kind < 42);
    put_bool(day, "payee_is_own", own_bank);
    put_money(day, amount_around(day, 1500), false, own_bank ? "INTRABANK" : "IBPS");
    put_word(day, "settle_mode", "REALTIME");
    if (chance(day, 40)) {
        put_words(day, "remark_tags", below(day, 500) == 0 ? "LOAN_FEE" : "GOODS", NULL);
    }
    put_auth(day);
    put_device(day);
}

static void transfer_in(struct day *day) {
    put_envelope(day, "transfer_in", "CNAPS", "BATCH", true, false);
    put_customer(day);
    put_account(day);
    bool payroll = chance(day, 15);
    uint64_t friend = hash_mix(20 + below(day, COUNTERPARTIES), day->account);
    uint64_t payer = payroll ? popular(day, day->payee_log) : friend % day_count(DAY_OUTSIDE, day->plan.accounts);
    put_name(day, "payer_acct_no", DAY_OUTSIDE, payer);
    put_hash(day, "payer_name_hash", 15, payer);
    put_word(day, "payer_type", payroll ? "CORPORATE" : chance(day, 10) ? "WALLET" : "PERSONAL");
    put_word(day, "payer_acct_class", "I");
    put_word(day, "payer_bank_code", payer % 3 == 0 ? "102100099996" : "103100000026");
    put_city(day, "payer_city", city_of(DAY_OUTSIDE, payer));
    put_name(day, "payee_acct_no", DAY_ACCOUNT, day->account);
    put_hash(day, "payee_name_hash", 11, day->account);
    put_word(day, "payee_type", "PERSONAL");
    put_word(day, "payee_bank_code", "313791000015");
    put_city(day, "payee_city", home_city(day));
    put_bool(day, "payee_is_own", true);
    put_bool(day, "payer_is_self", chance(day, 8));
    put_money(day, amount_around(day, payroll ? 7000 : 1500), true, "IBPS");
    put_bool(day, "is_payroll", payroll);
    if (payroll) {
        put_hash(day, "batch_no", 16, payer);
    }
    if (chance(day, 40)) {
        put_words(day, "remark_tags", payroll ? "SALARY" : "GOODS", NULL);
    }
}

static void qr_pay(struct day *day) {
    put_envelope(day, "qr_pay", "NUCC", "QR", false, false);
    put_customer(day);
    put_account(day);
    put_payer(day);
    put_money(day, amount_around(day, 60), false, "NUCC");
    put_auth(day);
    put_device(day);
    put_merchant(day, choose_merchant(day));
    put_word(day, "qr_kind", "STATIC_MERCHANT");
}

static void card_pay(struct day *day) {
    bool online = chance(day, 40);
    uint64_t merchant = choose_merchant(day);
    put_envelope(day, "card_pay", online ? "CUPS" : "POSP", online ? "GATEWAY" : "POS", false, false);
    put_customer(day);
    put_account(day);
    put_payer(day);
    put_money(day, amount_around(day, 200), false, "CUP");
    put_auth(day);
    put_card(day);
    put_word(day, "card_txn_type", "PURCHASE");
    put_word(day, "entry_mode", online ? "ECOM" : "CHIP");
    put_bool(day, "card_present", !online);
    put_bool(day, "is_fallback", false);
    put_bool(day, "is_ecom", online);
    put_word(day, "three_ds", online ? "FULL" : "NONE");
    put_bool(day, "pin_used", !online);
    put_merchant(day, merchant);
    if (online) {
        put_word(day, "tran_country", "CN");
        put_device(day);
    } else {
        put_terminal(day, merchant);
    }
}

static void quick_pay(struct day *day) {
    put_envelope(day, "quick_pay", "NUCC", "QUICKPAY", false, false);
    put_customer(day);
    put_account(day);
    put_payer(day);
    put_money(day, amount_around(day, 80), false, "NUCC");
    put_auth(day);
    put_bool(day, "is_ecom", true);
    put_merchant(day, choose_merchant(day));
    put_word(day, "pay_inst_id", chance(day, 60) ? "Z2004944000010" : "Z2004533000015");
    put_device(day);
}

static void login(struct day *day) {
    put_envelope(day, "login", "MBANK", "MOBILE", true, chance(day, 4));
    put_customer(day);
    put_auth(day);
    put_device(day);
    put_bool(day, "is_sim_changed", false);
    put_bool(day, "has_remote_app", chance(day, 1));
    put_whole(day, "risk_app_cnt", 0);
    put_whole(day, "app_install_min", 400000);
}

static void cash(struct day *day, bool out) {
    put_envelope(day, out ? "cash_withdraw" : "cash_deposit", "ATMC", "ATM", false, false);
    put_customer(day);
    put_account(day);
    put_money(day, amount_around(day, 1500) / 10000 * 10000 + 10000, !out, "CASH");
    put_auth(day);
    put_card(day);
    put_word(day, "entry_mode", "CHIP");
    put_bool(day, "pin_used", true);
    put_terminal(day, below(day, day_count(DAY_MERCHANT, day->plan.accounts))); // machines stand with merchants
}

static void inquiry(struct day *day) {
    put_envelope(day, "inquiry", "MBANK", "MOBILE", true, false);
    put_customer(day);
    put_account(day);
    put_device(day);
}

static void rare(struct day *day) {
    uint64_t kind = below(day, 15);
    if (kind < 6) {
        put_envelope(day, "auth_challenge", "MBANK", "MOBILE", true, chance(day, 10));
        put_customer(day);
        put_word(day, "challenge_type", "FACE");
        put_device(day);
    } else if (kind < 9) {
        put_envelope(day, "payee_add", "MBANK", "MOBILE", true, false);
        put_customer(day);
        put_name(day, "payee_acct_no", DAY_OUTSIDE, popular(day, day->payee_log));
        put_device(day);
    } else if (kind < 10) {
        put_envelope(day, "limit_change", "MBANK", "MOBILE", true, false);
        put_customer(day);
        put_account(day);
        put_word(day, "limit_kind", "DAILY");
        put_whole(day, "limit_old", 5000000);
        put_whole(day, "limit_new", 10000000);
        put_device(day);
    } else if (kind < 11) {
        put_envelope(day, "agreement_sign", "NUCC", "QUICKPAY", true, false);
        put_customer(day);
        put_account(day);
        put_word(day, "sign_kind", "QUICK_PAY");
        put_word(day, "pay_inst_id", "Z2004944000010");
    } else if (kind < 13) {
        uint64_t merchant = choose_merchant(day);
        put_envelope(day, "refund", "CUPS", "POS", true, false);
        put_customer(day);
        put_account(day);
        put_money(day, amount_around(day, 100), true, "CUP");
        put_card(day);
        put_terminal(day, merchant);
        put_merchant(day, merchant);
    } else {
        put_envelope(day, "employee_op", "CRM", "INTERNAL", true, false);
        put_name(day, "cust_id", DAY_CUSTOMER, day->account);
        put_name(day, "employee_id", DAY_EMPLOYEE, below(day, EMPLOYEES));
        put_word(day, "op_class", "QUERY");
        put_word(day, "op_code", "Q1001");
        put_word(day, "ticket_id", "W1");
        put_whole(day, "records", 1);
    }
}

void day_next(struct day *day, struct buf *out) {
    day->account = choose_account(day);
    int64_t time_us = time_of(day);
    day->time_us = time_us > day->time_us ? time_us : day->time_us;
    day->history[day->account]++;
    json_writer_init(&day->json, out);
    json_object_begin(&day->json);
    uint64_t kind = day->rush ? 450 : below(day, day->plan.alone > 0 ? 600 : 1000);
    if (kind < 250) {
        transfer_out(day);
    } else if (kind < 450) {
        transfer_in(day);
    } else if (kind < 600) {
        qr_pay(day);
    } else if (kind < 700) {
        card_pay(day);
    } else if (kind < 780) {
        quick_pay(day);
    } else if (kind < 930) {
        login(day);
    } else if (kind < 955) {
        cash(day, kind < 945);
    } else if (kind < 985) {
        inquiry(day);
    } else {
        rare(day);
    }
    json_object_end(&day->json);
    json_writer_finish(&day->json);
    buf_put_byte(out, '\n');
    day->number++;
}
