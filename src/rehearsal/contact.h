#pragma once
// Contact: a contact centre that stands in for a bank's: it is asked by the response's webhooks (docs/webhooks.md, "contact"), and its customers are those of
// the simulation. They answer as the labels of a made-up bank say that they would, the deceived among them with "yes" (docs/simulate.md, "What customers
// answer"), and after as long as people take.
//
//     struct contact_options options = {.truth = truth, .seed = 1, .secrets = secrets, .secret_count = 1, .hurry = 1};
//     TRY(contact_start(&options, arena, &contact, diag));
//     while (goes_on) {
//         struct contact_answer answer;
//         if (contact_next(contact, 200, &answer)) {           // what is due by now
//             ... POST /v1/tasks/{answer.task}/answer  {"answer": answer.text} ...
//             free(answer.text);
//         }
//     }
//     contact_stop(contact);
//
// A message that is not signed with one of the secrets, or was signed more than five minutes ago, is refused with 401. One that comes twice is answered once.
// Messages other than task.asked are taken, and nothing follows from them.
//
// A thread of its own listens; all other calls are one thread's.

#include "base/diag.h"
#include "simulation/answers/answers.h"
#include "webhook/webhook.h"

struct contact;

struct contact_options {
    const struct truth *truth;
    uint64_t seed; // of what is said
    const struct webhook_secret *secrets;
    uint32_t secret_count;
    Slice address; // [127.0.0.1]
    uint16_t port; // 0: the system chooses
    uint32_t hurry; // how many times faster than people answers come, from 1
};

struct contact_answer {
    int64_t task;
    char *text; // an object of the answers that the pack knows; whoever gets it frees it
};

struct contact_counts {
    uint64_t asked, refused, answered; // refused: messages that were not genuine or not understood
};

MUST_USE Status contact_start(const struct contact_options *options, struct arena *arena, struct contact **ret_contact, struct diag *diag);
uint16_t contact_port(const struct contact *contact);
// Waits for up to that long; false: nothing is due yet.
bool contact_next(struct contact *contact, uint32_t timeout_ms, struct contact_answer *ret_answer);
struct contact_counts contact_counts(const struct contact *contact);
void contact_stop(struct contact *contact);

// An answer as an object of the names that the bank pack's disposition.yaml has; what it does not know is left out. Whoever gets it frees it.
char *contact_words(const struct answer *answer);
