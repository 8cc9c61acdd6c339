#include "simulation/event_members.h"

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
