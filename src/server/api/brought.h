#pragma once
// Brought: what other systems and branches bring: answers of customers, what the core bank has
// done, orders of authorities and their receipts. Each comes by a key whose scope allows it, or in
// a message that is signed with the secret of its endpoint (webhooks.c); what it says is the same.

#include "server/api/visit.h"

// Each reads the members of the object at hand (`names`), and its work does what they say. False:
// it has answered.
struct brought {
    const char *const *names;
    uint32_t count;
    bool (*read)(struct visit *visit);
    VisitWork *work;
    AuditAction action;
    const char *kind;
};
extern const struct brought brought_answer, brought_confirmation, brought_order, brought_receipt;
extern const struct brought brought_referral_receipt, brought_referral_news, brought_referral_data;

// The filter of tasks of the branch that the desk of who asks names.
MUST_USE Status tasks_of_branch(struct visit *visit, struct book *book, struct task_filter *filter);
