#include "monitoring/stream/derive.h"

#include "base/time.h"
#include "base/utf8.h"

#include <arpa/inet.h>

enum { DERIVED_TEXT_MAX = 64 };

size_t derive_text_size(const struct schema *schema) {
    return (size_t)schema->derived_count * DERIVED_TEXT_MAX;
}

// One number of an IPv4 address: 0 to 255 without leading zeros (which some programs read as
// octal).
static bool read_octet(Slice text, size_t *at, uint32_t *ret_octet) {
    size_t start = *at;
    uint32_t octet = 0;
    while (*at < text.size && *at < start + 3 && text.at[*at] >= '0' && text.at[*at] <= '9') {
        octet = octet * 10 + (uint32_t)(text.at[*at] - '0');
        *at += 1;
    }
    *ret_octet = octet;
    return *at > start && octet <= 255 && (text.at[start] != '0' || *at == start + 1);
}

static size_t put_octet(char *text, uint32_t octet) {
    size_t size = 0;
    if (octet >= 100) {
        text[size++] = (char)('0' + octet / 100);
    }
    if (octet >= 10) {
        text[size++] = (char)('0' + octet / 10 % 10);
    }
    text[size++] = (char)('0' + octet % 10);
    return size;
}

static size_t put_block24(const uint32_t octets[3], char *text) {
    size_t size = 0;
    for (int i = 0; i < 3; i++) {
        size += put_octet(text + size, octets[i]);
        text[size++] = '.';
    }
    memcpy(text + size, "0/24", 4);
    return size + 4;
}

static size_t block_of_ipv6(Slice address, char text[ADDRESS_BLOCK_SIZE]) {
    char terminated[INET6_ADDRSTRLEN + 1];
    struct in6_addr bytes;
    if (address.size >= sizeof terminated || memchr(address.at, '\0', address.size) != NULL) {
        return 0;
    }
    memcpy(terminated, address.at, address.size);
    terminated[address.size] = '\0';
    if (inet_pton(AF_INET6, terminated, &bytes) != 1) {
        return 0;
    }
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
        return put_block24((uint32_t[]){bytes.s6_addr[12], bytes.s6_addr[13], bytes.s6_addr[14]},
                           text);
    }
    memset(&bytes.s6_addr[6], 0, 10);
    if (inet_ntop(AF_INET6, &bytes, text, ADDRESS_BLOCK_SIZE - 3) == NULL) {
        return 0;
    }
    size_t size = strlen(text);
    memcpy(text + size, "/48", 3);
    return size + 3;
}

size_t derive_address_block(Slice address, char text[ADDRESS_BLOCK_SIZE]) {
    uint32_t octets[4];
    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        if (!read_octet(address, &at, &octets[i])) {
            return block_of_ipv6(address, text);
        }
        if (i < 3 && (at >= address.size || address.at[at++] != '.')) {
            return block_of_ipv6(address, text);
        }
    }
    return at == address.size ? put_block24(octets, text) : 0;
}

// The cell of a coordinate when its range is halved `bits` times. The borders min + n * (range /
// 2^bits) are exact doubles, so a guess by division is corrected against them and equals the
// bisection by definition.
static uint64_t halve(double value, double min, double range, uint32_t bits) {
    uint64_t cells = UINT64_C(1) << bits;
    double width = range / (double)cells;
    double guess = (value - min) / width;
    uint64_t cell = guess >= (double)cells ? cells - 1 : (uint64_t)guess;
    while (cell > 0 && value < min + (double)cell * width) {
        cell--;
    }
    while (cell + 1 < cells && value >= min + (double)(cell + 1) * width) {
        cell++;
    }
    return cell;
}

bool derive_geohash(double latitude, double longitude, uint32_t size, char text[GEOHASH_SIZE]) {
    static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    // Written so that NaN fails too.
    if (!(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180) || size < 1 ||
        size > GEOHASH_SIZE) {
        return false;
    }
    uint32_t bits = size * 5;
    uint32_t bits_of[2] = {(bits + 1) / 2, bits / 2}; // longitude has the first bit
    uint64_t cell_of[2] = {halve(longitude, -180, 360, bits_of[0]),
                           halve(latitude, -90, 180, bits_of[1])};
    uint32_t index = 0;
    for (uint32_t i = 0; i < bits; i++) {
        uint32_t which = i & 1;
        index = index << 1 | (uint32_t)(cell_of[which] >> (bits_of[which] - 1 - i / 2) & 1);
        if (i % 5 == 4) {
            text[i / 5] = alphabet[index];
            index = 0;
        }
    }
    return true;
}

static void put_digits(char *text, int32_t value, int count) {
    for (int i = count - 1; i >= 0; i--) {
        text[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

static Slice keep(struct event *event, const char *bytes, size_t size) {
    char *room = buf_reserve(&event->texts, size);
    INVARIANT(room != NULL);
    memcpy(room, bytes, size);
    buf_advance(&event->texts, size);
    return (Slice){room, size};
}

static Slice first_characters(Slice text, uint32_t count) {
    size_t at = 0;
    uint32_t rune;
    for (uint32_t i = 0; i < count && at < text.size && utf8_next(text, &at, &rune); i++) {
    }
    return (Slice){text.at, at};
}

static Slice date_text(struct event *event, CivilTime civil, bool with_hour) {
    char text[10];
    put_digits(text, civil.year, 4);
    put_digits(text + 4, civil.month, 2);
    put_digits(text + 6, civil.day, 2);
    put_digits(text + 8, civil.hour, 2);
    return keep(event, text, with_hour ? 10 : 8);
}

static bool of_time(struct event *event, DeriveKind kind, CivilTime civil,
                    union event_cell *ret_cell) {
    switch (kind) {
    case DERIVE_HOUR:
        ret_cell->integer = civil.hour;
        return true;
    case DERIVE_WEEKDAY:
        ret_cell->integer = civil.weekday;
        return true;
    case DERIVE_YEAR:
        ret_cell->integer = civil.year;
        return true;
    case DERIVE_MONTH:
        ret_cell->integer = civil.month;
        return true;
    case DERIVE_DAY:
        ret_cell->integer = civil.day;
        return true;
    case DERIVE_DATE:
        ret_cell->text = date_text(event, civil, false);
        return true;
    case DERIVE_HOUR_SLOT:
        ret_cell->text = date_text(event, civil, true);
        return true;
    default:
        return false;
    }
}

static bool of_text(struct event *event, const struct schema_field *field, Slice text,
                    union event_cell *ret_cell) {
    if (field->derive == DERIVE_PREFIX) {
        ret_cell->text = first_characters(text, field->derive_size);
        return true;
    }
    char block[ADDRESS_BLOCK_SIZE];
    size_t size = derive_address_block(text, block);
    if (size > 0) {
        ret_cell->text = keep(event, block, size);
    }
    return size > 0;
}

static bool of_position(struct event *event, const struct schema_field *field,
                        union event_cell *ret_cell) {
    char text[GEOHASH_SIZE];
    if (!event_has(event, field->derive_from2) ||
        !derive_geohash(event->cells[field->derive_from].number,
                        event->cells[field->derive_from2].number, field->derive_size, text)) {
        return false;
    }
    ret_cell->text = keep(event, text, field->derive_size);
    return true;
}

void derive_fields(struct event *event) {
    const struct schema *schema = event->schema;
    CivilTime civil = {0};
    uint32_t civil_of = SCHEMA_NONE; // most events derive several fields from one time
    for (uint32_t i = 0; i < schema->derived_count; i++) {
        uint32_t index = schema->derived[i];
        const struct schema_field *field = &schema->fields[index];
        if (field->derive_from == SCHEMA_NONE || field->derive == DERIVE_ON_DATE_LIST ||
            !event_has(event, field->derive_from)) {
            continue;
        }
        const union event_cell *from = &event->cells[field->derive_from];
        union event_cell *cell = &event->cells[index];
        bool known;
        if (field->derive == DERIVE_GEOHASH) {
            known = of_position(event, field, cell);
        } else if (field->derive == DERIVE_PREFIX || field->derive == DERIVE_PREFIX24) {
            known = of_text(event, field, from->text, cell);
        } else {
            if (civil_of != field->derive_from) {
                civil = civil_from_time(from->integer, schema->zone_offset_us);
                civil_of = field->derive_from;
            }
            known = of_time(event, field->derive, civil, cell);
        }
        bits_assign(event->present, index, known);
    }
}
