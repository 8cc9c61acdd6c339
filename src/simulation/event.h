#pragma once
// Event: writes an act as the record that the bank's systems would send. It changes nothing but the
// buffer and the count.

#include "simulation/world.h"

enum { NAME_SIZE = 32 };

// Numbered; its number is act->event for a REQUEST or the only event of an act. Nothing is written
// of the past.
void event_write(struct simulation *sim, struct act *act);
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
const char *word_industry(uint32_t industry);

// Cards are numbered like accounts; from here on cards of other banks.
#define CARD_OUTSIDE UINT32_C(3000000000)
#define OWN_BANK "313331000014"
#define OWN_BIN_DEBIT "623399"
#define OWN_BIN_CREDIT "628599"
