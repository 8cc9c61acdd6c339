#pragma once
// Net: addresses and prefixes of IPv4 and IPv6. Texts are read strictly: no leading zeros, no zone,
// no IPv4-mapped address in dotted form. A mapped address in hexadecimal form is the IPv4 address
// it holds.

#include "expr/value.h"

enum { NET_TEXT_SIZE = 64 };

// "192.168.0.1", "2001:db8::1".
bool net_parse_ip(Slice text, struct value_net *ret_net);
// "192.168.0.0/24"; bits behind the prefix are kept.
bool net_parse_cidr(Slice text, struct value_net *ret_net);
// The canonical text (RFC 5952); returns the length.
size_t net_format_ip(const struct value_net *net, char text[NET_TEXT_SIZE]);
size_t net_format_cidr(const struct value_net *net, char text[NET_TEXT_SIZE]);

bool net_equal(const struct value_net *left, const struct value_net *right);
// Whether the first `bits` bits are the same; never across families.
bool net_same_prefix(const struct value_net *left, const struct value_net *right, uint32_t bits);
// The address's own bytes: 4 or 16 of them.
static inline const uint8_t *net_bytes(const struct value_net *net) {
    return net->is_v6 ? net->bytes : net->bytes + 12;
}
static inline uint32_t net_bits(const struct value_net *net) {
    return net->is_v6 ? 128 : 32;
}
