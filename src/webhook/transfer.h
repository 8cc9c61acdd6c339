#pragma once
// Transfer: one request to an endpoint, from a delivery to its outcome. It knows libcurl's easy interface, the sender its multi interface.
//
// A transfer is used for one delivery after the other. All of it is the sender's thread's.

#include "webhook/webhook.h"

#include <curl/curl.h>

struct transfer {
    uint32_t index; // its place among the sender's
    CURL *easy;
    struct webhook_delivery *delivery; // NULL: free
    struct curl_slist *headers;
    uint64_t start_ns;
    uint32_t head_bytes, body_bytes; // of the answer, as far as they were read
    char error[CURL_ERROR_SIZE];
};

struct transfer *transfer_create(uint32_t index);
void transfer_destroy(struct transfer *transfer);

// Signs the delivery and makes the handle ready to be given to a multi handle.
void transfer_begin(struct transfer *transfer, struct webhook_delivery *delivery, const char *user_agent);
// Writes the outcome of what libcurl ended with `result`. The handle is not in a multi handle any more; the transfer is free afterwards.
void transfer_end(struct transfer *transfer, CURLcode result);
// The same for one that was broken off.
void transfer_cancel(struct transfer *transfer);

// Makes a text of bytes that came from outside, in their place, and gives its size: UTF-8 without control characters but line ends and tabs. What is
// none becomes a question mark; of what was cut, half a character at the end is left out.
uint32_t transfer_make_text(char *bytes, uint32_t size, bool cut);
