#pragma once
// Lookalikes: what looks like fraud and is none. Told in the words of scenario.h, with the number
// of no case: nothing of it is labelled, and nobody is taken by it.

#include "simulation/scenario.h"

#define LOOKALIKE(function, zh, rate, typologies, what) Play function;
#include "simulation/lookalikes.def"
#undef LOOKALIKE

void lookalikes_begin(struct simulation *sim); // those of today
// Notes an event of one of them.
void lookalike_event(struct simulation *sim, const struct act *act, uint64_t event);

// ---- words for them -----------------------------------------------------------------------------
// Somebody whom no case plays with; false when there is nobody who fits.
bool meets(struct stage *stage, Fits *fits, uint32_t *ret_who);
bool meets_firm(struct stage *stage, uint32_t *ret_customer);
// A shop where people live, of one trade if that is not 0; with `settled` one that the bank settles
// with. False: none.
bool meets_shop(struct stage *stage, uint16_t mcc, bool settled, uint32_t *ret_merchant);
// The same without an owner in mind, in a city.
uint32_t shop_in(struct stage *stage, Spot city);
bool earns(const struct simulation *sim, uint32_t who); // a wage, and the app
bool is_grown_old(const struct simulation *sim, uint32_t who);
struct party stranger(struct stage *stage, PartyType type);
struct party friend_of(struct stage *stage, uint32_t who);
// A payment from money that was put aside.
struct act *pays(struct stage *stage, uint32_t who, struct party payee, int64_t amount);
// The same and what comes in, about so many yuan; the sum is drawn inside, since no two arguments
// of a call may draw (draw.h).
struct act *pays_about(struct stage *stage, uint32_t who, struct party payee, int64_t yuan,
                       int32_t spread);
struct act *gets_about(struct stage *stage, uint32_t who, struct party payer, int64_t yuan,
                       int32_t spread);
// The last act has the tag in so many of a hundred cases.
void tags(struct stage *stage, uint32_t percent, Tag tag);
