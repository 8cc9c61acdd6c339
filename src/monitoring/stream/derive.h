#pragma once
// Derive: fields that are computed here instead of being sent (docs/packs.md, `derive:`).
//
// Hour, weekday and the like are those of the schema's zone. An address block is "203.0.113.0/24"
// for IPv4 and "2001:db8:1::/48" for IPv6; an IPv6 address that only wraps an IPv4 one
// (::ffff:1.2.3.4) gives the block of the latter, so that one client has one block. Geohash is the
// standard base-32 one. Where the source is missing or no address or position, the derived field is
// missing.

#include "monitoring/stream/event.h"

enum { ADDRESS_BLOCK_SIZE = 64, GEOHASH_SIZE = 12 };

// Bytes that all derived texts of an event take in event->texts.
size_t derive_text_size(const struct schema *schema);
// Computes the derived fields that need nothing but the event; those on date lists and expressions
// are left alone. Room for derive_text_size() bytes is reserved in event->texts.
void derive_fields(struct event *event);

// The block of an address; 0 when the text is no address, else its size.
size_t derive_address_block(Slice address, char text[ADDRESS_BLOCK_SIZE]);
// Geohash of a position in degrees, `size` characters (1 to 12). False outside of the earth.
bool derive_geohash(double latitude, double longitude, uint32_t size, char text[GEOHASH_SIZE]);
