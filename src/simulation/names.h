#pragma once
// Names: how accounts, customers, devices and all else are called in events and tables, and what
// follows from the number of something outside: its bank, its city, the hash of its name.

#include "simulation/world.h"

enum { NAME_SIZE = 32 };

// Names as events have them, ended by a zero.
void name_account(const struct simulation *sim, uint32_t account, char *text);
void name_party(const struct simulation *sim, struct party party, char *text);
void name_customer(uint32_t customer, char *text);
void name_device(uint32_t device, char *text);
void name_merchant(const struct simulation *sim, uint32_t merchant, char *text);
void name_terminal(uint32_t merchant, uint32_t number, char *text);
void name_machine(uint32_t branch, uint32_t number, char *text);
void name_branch(uint32_t branch, char *text);
void name_employee(uint32_t employee, char *text);
void name_card(uint32_t card, char *text);
void name_event(uint64_t event, char *text);
void name_hash(uint32_t kind, uint64_t number, char *text); // HASH_ and a number
void name_address(const struct setting *setting, char *text);

enum {
    HASH_NAME = 11,
    HASH_OUT_NAME,
    HASH_PHONE,
    HASH_ADDRESS,
    HASH_EMPLOYER,
    HASH_CERT,
    HASH_DOC,
    HASH_WIFI,
    HASH_MAC,
    HASH_REG_ADDRESS,
    HASH_MERCHANT,
    HASH_FILE,
    HASH_BATCH
};

PartyType party_type(const struct simulation *sim, struct party party);
Spot party_city(const struct simulation *sim, struct party party);
uint64_t party_hash(const struct simulation *sim, struct party party); // of its name
const char *party_bank(struct party party);
const char *card_bin(const struct simulation *sim, const struct act *act);
const char *bin_text(uint32_t index, const char **ret_bank,
                     bool *ret_credit); // NULL behind the last

// Cards are numbered like accounts; from here on cards of other banks.
#define CARD_OUTSIDE UINT32_C(3000000000)
// Neither the bank nor its cards exist: no region is 999, and no card begins like this.
#define OWN_BANK "313999000017"
#define OWN_BIN_DEBIT "623399"
#define OWN_BIN_CREDIT "628599"

// The same into a line that is being written.
void name_put_numbered(struct line *line, const char *prefix, uint64_t number, uint32_t width);
void name_put_account(struct line *line, uint32_t account);
void name_put_party(struct line *line, struct party party);
void name_put_device(struct line *line, uint32_t device);
void name_put_merchant(struct line *line, const struct simulation *sim, uint32_t merchant);
void name_put_branch(struct line *line, uint32_t branch);
void name_put_employee(struct line *line, uint32_t employee);
void name_put_card(struct line *line, uint32_t card);
void name_put_address(struct line *line, const struct setting *setting);
