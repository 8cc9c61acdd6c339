#include "simulation/names.h"

#include "base/hash.h"

static const struct {
    const char *bin, *bank;
    bool credit;
    const char *code;
} bins[] = {
#define BIN(bin, bank, credit, code) {bin, bank, credit, code},
#include "simulation/data/bins.def"
#undef BIN
};
enum { BIN_COUNT = sizeof bins / sizeof bins[0] };

const char *bin_text(uint32_t index, const char **ret_bank, bool *ret_credit) {
    if (index >= BIN_COUNT) {
        return NULL;
    }
    *ret_bank = bins[index].bank;
    *ret_credit = bins[index].credit;
    return bins[index].bin;
}

// ---- names --------------------------------------------------------------------------------------

void name_put_numbered(struct line *line, const char *prefix, uint64_t number, uint32_t width) {
    line_put(line, prefix);
    line_digits(line, number, width);
}
void name_put_account(struct line *line, uint32_t account) {
    name_put_numbered(line, "A6222", account, 10);
}
void name_put_party(struct line *line, struct party party) {
    if (party.own) {
        name_put_account(line, party.number);
    } else if (party.self) {
        name_put_numbered(line, "S62", party.number, 12);
    } else {
        name_put_numbered(line,
                          party.type == PARTY_WALLET ? "W2"
                          : party.type == PARTY_GOV  ? "G1"
                                                     : "B62",
                          party.number, 12);
    }
}
static void ended(struct line *line) {
    *line->at = 0;
}

void name_account(const struct simulation *sim, uint32_t account, char *text) {
    struct line line = {text};
    name_put_account(&line, account);
    ended(&line);
}
void name_party(const struct simulation *sim, struct party party, char *text) {
    struct line line = {text};
    name_put_party(&line, party);
    ended(&line);
}
void name_customer(uint32_t customer, char *text) {
    struct line line = {text};
    name_put_numbered(&line, "C", customer, 9);
    ended(&line);
}
void name_put_device(struct line *line, uint32_t device) {
    LINE_PUT(line, "D-");
    line_hex(line, hash_mix(0xd1, device));
}
void name_device(uint32_t device, char *text) {
    struct line line = {text};
    name_put_device(&line, device);
    ended(&line);
}
void name_put_merchant(struct line *line, const struct simulation *sim, uint32_t merchant) {
    line_put(line, "898331");
    line_digits(line, merchant, 9);
}
void name_merchant(const struct simulation *sim, uint32_t merchant, char *text) {
    struct line line = {text};
    name_put_merchant(&line, sim, merchant);
    ended(&line);
}
void name_terminal(uint32_t merchant, uint32_t number, char *text) {
    struct line line = {text};
    line_digits(&line, merchant * 8 + number, 8);
    ended(&line);
}
void name_machine(uint32_t branch, uint32_t number, char *text) {
    struct line line = {text};
    name_put_numbered(&line, "M", branch * 10 + number, 7);
    ended(&line);
}
void name_put_branch(struct line *line, uint32_t branch) {
    if (branch == HEAD_OFFICE) {
        line_put(line, "0300000");
    } else {
        name_put_numbered(line, "0301", branch + 1, 3);
    }
}
void name_branch(uint32_t branch, char *text) {
    struct line line = {text};
    name_put_branch(&line, branch);
    ended(&line);
}
void name_put_employee(struct line *line, uint32_t employee) {
    name_put_numbered(line, "T", 10000 + employee, 5);
}
void name_employee(uint32_t employee, char *text) {
    struct line line = {text};
    name_put_employee(&line, employee);
    ended(&line);
}
void name_put_card(struct line *line, uint32_t card) {
    name_put_numbered(line, card >= CARD_OUTSIDE ? "KX" : "K62", card, 10);
}
void name_card(uint32_t card, char *text) {
    struct line line = {text};
    name_put_card(&line, card);
    ended(&line);
}
void name_event(uint64_t event, char *text) {
    struct line line = {text};
    name_put_numbered(&line, "E", event, 14);
    ended(&line);
}
void name_hash(uint32_t kind, uint64_t number, char *text) {
    struct line line = {text};
    line_hex(&line, hash_mix(kind, number));
    ended(&line);
}

void name_put_address(struct line *line, const struct setting *setting) {
    static const uint8_t firsts[] = {60, 223, 115, 61, 47, 103, 185, 45, 180};
    uint64_t bits = hash_mix(0x1b + setting->net, hash_mix(setting->ip_spot, setting->net_number));
    line_number(line, firsts[setting->net]);
    LINE_PUT(line, ".");
    line_number(line, setting->net == NET_MOBILE ? 104 : (int64_t)(bits & 255));
    LINE_PUT(line, ".");
    line_number(line, (int64_t)(bits >> 8 & 255));
    LINE_PUT(line, ".");
    line_number(line, 1 + (int64_t)(bits >> 16) % 254);
}
void name_address(const struct setting *setting, char *text) {
    struct line line = {text};
    name_put_address(&line, setting);
    ended(&line);
}

// ---- parties ------------------------------------------------------------------------------------

PartyType party_type(const struct simulation *sim, struct party party) {
    if (!party.own) {
        return (PartyType)party.type;
    }
    return is_person(sim, sim->accounts[party.number].customer) ? PARTY_PERSONAL : PARTY_CORPORATE;
}
Spot party_city(const struct simulation *sim, struct party party) {
    if (party.own) {
        return customer_city(sim, sim->accounts[party.number].customer);
    }
    if (party.self) {
        return sim->people[party.number].city;
    }
    uint64_t draw = hash_mix(0xc1, party.number);
    Spot seat = place_of_code(SEAT_CODE);
    if (party.number >= UINT32_C(3000000000)) {
        return place_far(draw); // strangers are anywhere
    }
    return draw % 100 < 55   ? seat
           : draw % 100 < 80 ? place_near(seat, draw >> 8)
                             : place_far(draw >> 8);
}
uint64_t party_hash(const struct simulation *sim, struct party party) {
    if (party.own) {
        return hash_mix(HASH_NAME, sim->accounts[party.number].customer);
    }
    return party.self ? hash_mix(HASH_NAME, party.number) : hash_mix(HASH_OUT_NAME, party.number);
}
const char *party_bank(struct party party) {
    if (party.own) {
        return OWN_BANK;
    }
    if (party.type == PARTY_WALLET) {
        return "993100000016";
    }
    return party.type == PARTY_GOV ? "011100000003"
                                   : bins[hash_mix(0xb1, party.number) % BIN_COUNT].code;
}
const char *card_bin(const struct simulation *sim, const struct act *act) {
    uint32_t card = act->pay.card;
    if (card < CARD_OUTSIDE) {
        return sim->accounts[card].class == CLASS_CREDIT ? OWN_BIN_CREDIT : OWN_BIN_DEBIT;
    }
    uint32_t index = (uint32_t)(hash_mix(0xb2, card) % BIN_COUNT);
    while (bins[index].credit != act->pay.credit_card) {
        index = (index + 1) % BIN_COUNT;
    }
    return bins[index].bin;
}
