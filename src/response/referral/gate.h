#pragma once
// Gate: what a dossier lacks.

#include "response/referral/dossier.h"

enum { REFERRAL_ENCLOSED_MAX = 64 << 20 }; // bytes of all enclosures

MUST_USE Status gate_check(struct book *book, const struct dossier *dossier,
                           struct referral_findings *ret);

// Which sort of party it is, as a bit of OF_...
uint32_t gate_sort_of(const struct dossier_party *party);
// Whether something is demanded of what is such, and not told. `account`: NULL for others.
bool gate_demands(uint32_t of, DatumSet set, Datum what, const struct dossier_account *account);
// Of whom the statement tells the account and not the name. `place` empty: he is not in it.
bool gate_lacks_name(const struct dossier *dossier, Slice place, DatumSet data);
