// The network extension: addresses and prefixes.

#include "expr/net.h"
#include "expr/run.h"

static struct value of_net(struct evaluation *run, ValueKind kind, struct value_net net) {
    struct value_net *own = run_alloc(run, sizeof *own);
    if (own == NULL) {
        return run_too_much();
    }
    *own = net;
    return (struct value){.kind = kind, .net = own};
}

BODY(ip) {
    struct value_net net;
    return net_parse_ip(arguments[0].text, &net) ? of_net(run, VALUE_IP, net)
                                                 : run_error("the text is not an IP address");
}

BODY(cidr) {
    struct value_net net;
    return net_parse_cidr(arguments[0].text, &net) ? of_net(run, VALUE_CIDR, net)
                                                   : run_error("the text is not a network address");
}

BODY(is_ip) {
    struct value_net net;
    return value_bool(net_parse_ip(arguments[0].text, &net));
}

BODY(is_cidr) {
    struct value_net net;
    return value_bool(net_parse_cidr(arguments[0].text, &net));
}

BODY(ip_is_canonical) {
    struct value_net net;
    char text[NET_TEXT_SIZE];
    if (!net_parse_ip(arguments[0].text, &net)) {
        return run_error("the text is not an IP address");
    }
    size_t size = net_format_ip(&net, text);
    return value_bool(slice_equal((Slice){text, size}, arguments[0].text));
}

BODY(ip_family) {
    return value_int(arguments[0].net->is_v6 ? 6 : 4);
}

static bool is_unspecified(const struct value_net *net) {
    static const uint8_t zeros[16] = {0};
    return memcmp(net->bytes, zeros, sizeof zeros) == 0;
}

static bool is_loopback(const struct value_net *net) {
    static const uint8_t one[16] = {[15] = 1};
    return net->is_v6 ? memcmp(net->bytes, one, sizeof one) == 0 : net_bytes(net)[0] == 127;
}

static bool is_multicast(const struct value_net *net) {
    return net->is_v6 ? net->bytes[0] == 0xff : (net_bytes(net)[0] & 0xf0) == 0xe0;
}

static bool is_link_local_multicast(const struct value_net *net) {
    const uint8_t *bytes = net_bytes(net);
    return net->is_v6 ? bytes[0] == 0xff && (bytes[1] & 0x0f) == 0x02
                      : bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0;
}

static bool is_link_local_unicast(const struct value_net *net) {
    const uint8_t *bytes = net_bytes(net);
    return net->is_v6 ? bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80
                      : bytes[0] == 169 && bytes[1] == 254;
}

static bool is_broadcast(const struct value_net *net) {
    static const uint8_t all[4] = {255, 255, 255, 255};
    return !net->is_v6 && memcmp(net_bytes(net), all, sizeof all) == 0;
}

BODY(ip_is_unspecified) {
    return value_bool(is_unspecified(arguments[0].net));
}

BODY(ip_is_loopback) {
    return value_bool(is_loopback(arguments[0].net));
}

BODY(ip_is_link_local_multicast) {
    return value_bool(is_link_local_multicast(arguments[0].net));
}

BODY(ip_is_link_local_unicast) {
    return value_bool(is_link_local_unicast(arguments[0].net));
}

BODY(ip_is_global_unicast) {
    const struct value_net *net = arguments[0].net;
    return value_bool(!is_unspecified(net) && !is_loopback(net) && !is_multicast(net) &&
                      !is_link_local_unicast(net) && !is_broadcast(net));
}

// The argument that may be a text or an address already.
static bool net_of(const struct value *value, bool is_cidr, struct value_net *ret_net) {
    if (value->kind != VALUE_STRING) {
        *ret_net = *value->net;
        return true;
    }
    return is_cidr ? net_parse_cidr(value->text, ret_net) : net_parse_ip(value->text, ret_net);
}

BODY(cidr_contains_ip) {
    const struct value_net *network = arguments[0].net;
    struct value_net ip;
    if (!net_of(&arguments[1], false, &ip)) {
        return run_error("the text is not an IP address");
    }
    return value_bool(net_same_prefix(network, &ip, network->bits));
}

BODY(cidr_contains_cidr) {
    const struct value_net *network = arguments[0].net;
    struct value_net inner;
    if (!net_of(&arguments[1], true, &inner)) {
        return run_error("the text is not a network address");
    }
    return value_bool(network->bits <= inner.bits &&
                      net_same_prefix(network, &inner, network->bits));
}

BODY(cidr_ip) {
    struct value_net net = *arguments[0].net;
    net.bits = (uint8_t)net_bits(&net);
    return of_net(run, VALUE_IP, net);
}

BODY(cidr_masked) {
    struct value_net net = *arguments[0].net;
    uint32_t first = net.is_v6 ? 0 : 12;
    for (uint32_t i = 0; i < net_bits(&net) / 8; i++) {
        uint32_t kept = net.bits > i * 8 ? net.bits - i * 8 : 0;
        uint8_t mask = kept >= 8 ? 0xff : (uint8_t)(0xff00 >> kept);
        net.bytes[first + i] &= mask;
    }
    return of_net(run, VALUE_CIDR, net);
}

BODY(cidr_prefix_length) {
    return value_int(arguments[0].net->bits);
}
