#pragma once
// Day: the events of a bank, made up the same way each time from a seed, as the lines of NDJSON that its systems would send.
//
//     struct day_plan plan = {.accounts = 1000000, .seed = 1, .start_us = ..., .warm = 3000000};
//     struct day *day = day_create(&plan);
//     while (...) { buf_reset(&text); day_next(day, &text); ... one line ... }
//     day_destroy(day);
//
// The bank. One customer an account, with a card and a device. A tenth of the customers make six tenths of the events, three tenths
// make three, and the quiet rest makes one. Merchants and public payees are popular as Zipf's law says (exponent 1);
// each customer has eight counterparties of his own, and each merchant ten terminals in its city. An address at home is shared by three customers, and a fifth of the sessions come through one
// of two thousand addresses of mobile networks. One in thirty uses of a device is from the customer's second one.
//
// The time. The first `accounts` events touch every account once, in mixed order; they and the warm ones behind them are spread over
// 90 days with a twentieth at night, but for the last quarter (at most half an hour's worth), which comes at the speed of the
// peak hour: as many events an hour as there are accounts. What is measured goes on at that speed.

#include "base/buf.h"
#include "base/time.h"

#define DAY_HISTORY_US (90 * US_PER_DAY)

struct day_plan {
    uint32_t accounts;
    uint64_t seed;
    int64_t start_us; // when measuring starts
    uint64_t warm;    // events before that; at least `accounts`
    uint32_t alone;   // > 0: so many transfers and QR payments of one more account, number `accounts`, even over the 90 days before the start
};

struct day;

struct day *day_create(const struct day_plan *plan);
void day_destroy(struct day *day);
// One event and its line end. Times rise.
void day_next(struct day *day, struct buf *out);
// Events so far of the account of the last event, itself included.
uint32_t day_history(const struct day *day);
// From here on every event is a payment to one merchant through one address.
void day_rush(struct day *day);

// The names that the events use, for filling tables; `text` is at least DAY_NAME_SIZE bytes.
enum { DAY_NAME_SIZE = 32 };
typedef enum DayThing {
    DAY_ACCOUNT,
    DAY_CUSTOMER,
    DAY_DEVICE,
    DAY_CARD,
    DAY_BIN,
    DAY_MERCHANT,
    DAY_TERMINAL,
    DAY_OUTSIDE, // an account at another bank
    DAY_EMPLOYEE,
    DAY_BRANCH,
    DAY_THINGS,
} DayThing;
Slice day_name(DayThing thing, uint64_t index, char *text);
uint64_t day_count(DayThing thing, uint32_t accounts);
// What is on record of a thing and agrees with its events: cities, kinds of business, names. False: the events say nothing of it.
bool day_fact(DayThing thing, uint64_t index, Slice column, char *text, Slice *ret_fact);
// Payments a merchant gets in an hour of the day, and in 24 hours.
double day_payments_per_hour(uint64_t merchant, uint32_t accounts);
