#pragma once
// Notices: what a customer is told of a measure: reason class, way of remedy, documents.
// The text comes from the pack, chosen by its key; which version was sent is kept with it. Of
// matters of money laundering nothing is ever sent, whoever asks (no tipping-off).
//
// A notice of a measure goes out when the core bank has confirmed it, so that nobody is warned
// before the door is closed.
//
// Codes: CT026 incomplete; CT027 would tip off.

#include "response/controls/put.h"

struct notice {
    Slice key; // of the text block: "control.limit"
    int64_t version;
    Slice text;      // as the customer reads it
    Slice reason;    // class of the reason, in words for the customer
    Slice remedy;    // where to object: telephone, branch, application
    Slice documents; // what to bring
    // Of one that is read.
    int64_t id;
    const char *object_kind; // "control", "hold"
    int64_t object;
    Slice customer;
    int64_t made_us, sent_us; // 0: it waits for the measure to be in force
    int64_t message;
};

enum { NOTICE_TEXT_MAX = 8192 }; // bytes of each of its texts

// All that the customer has to be told is there, and fits.
bool notice_is_whole(const struct notice *notice);
// Keeps it; notice_send() sends it. For rooms above: of something that is no measure both at once.
MUST_USE Status notice_keep(struct book *book, const struct notice *notice, const char *object_kind,
                            int64_t object, Slice customer, Slice secrecy, int64_t *ret_id);
// Sends to the endpoint `contact` what was kept of an object and not sent yet.
MUST_USE Status notice_send(struct book *book, const char *object_kind, int64_t object);
// What was kept of an object, the oldest first.
MUST_USE Status notice_list_json(struct book *book, const char *object_kind, int64_t object,
                                 struct json_writer *json);
