#pragma once
// What the routes of referrals share.

#include "server/api/visit.h"

// Who sends them; with a name or without one.
void referral_office_of(struct book *book, struct referral_office *ret_office);
// The same for what becomes paper. RS009: the settings do not say which bank it is.
MUST_USE Status referral_office_named(struct book *book, struct referral_office *ret_office);
// The bank's fonts, for one paper. PA001.
MUST_USE Status fonts_of_bank(struct book *book, struct fonts **ret_fonts);
// {"referral": {...}, "trace": {...}}
Status referral_answer(struct visit *visit, struct book *book);
// Of a route about one referral that has a body; NULL: it has answered.
struct visit *referral_visit(struct serve *serve, struct http_request *request,
                             const char *const *names, uint32_t count);
// The values of a list in the body: {kind, object, field, value, absent, source}. NULL: it has
// answered.
struct referral_data {
    struct referral_datum *at;
    uint32_t count;
};
bool referral_read_data(struct visit *visit, uint32_t member, struct referral_data *ret_data);
