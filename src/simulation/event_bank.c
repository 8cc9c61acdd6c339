// Inside the bank and around it: staff, networks, inspections, authorities, reports, labels, the end of the day.

#include "simulation/event_members.h"

#include "base/hash.h"

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

void put_staff(struct simulation *sim, struct line *line, const struct act *act) {
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

void put_alert(struct simulation *sim, struct line *line, const struct act *act) {
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

void put_inspect(struct simulation *sim, struct line *line, const struct act *act) {
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

void put_order(struct simulation *sim, struct line *line, const struct act *act) {
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

void put_report(struct simulation *sim, struct line *line, const struct act *act) {
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

void put_feedback(struct simulation *sim, struct line *line, const struct act *act) {
    put_branch(sim, line, branch_of(sim, act));
    LINE_NAME(line, "cust_id", name_put_numbered(line, "C", act->customer, 9));
    put_account(sim, line, act);
    LINE_NAME(line, "employee_id", name_put_employee(line, act->order.about));
    LINE_TEXT(line, "label", labels[act->order.kind]);
    LINE_NAME(line, "alert_id", name_put_numbered(line, "AL", act->order.order, 10));
}

void put_tick(struct simulation *sim, struct line *line, const struct act *act) {
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
