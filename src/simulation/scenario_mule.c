// MU, CG: accounts that pass on what others were robbed of or gambled away. Told from the typologies' texts.

#include "simulation/scenario.h"

// ---- MU-02 -----------------------------------------------------------------------------------------------
// Many victims or first-level mules pay one collector, who forwards to one or two accounts.
void collector(struct stage *stage) {
    uint32_t mule = cast(stage, is_weak);
    struct setting runner = criminal(stage);
    struct party next[2] = {cast_outside(stage, PARTY_PERSONAL), cast_outside(stage, chance(stage, 40) ? PARTY_CORPORATE : PARTY_PERSONAL)};
    uint32_t days = 1 + below(stage, 3);
    bool slow = chance(stage, 30);
    variant(stage, slow ? "days" : "hours");
    for (uint32_t day = 0; day < days; day++) {
        at_hour(stage, 9, 22);
        take_setting(stage, runner);
        login(stage, mule);
        uint32_t payers = 5 + below(stage, 14);
        for (uint32_t i = 0; i < payers; i++) {
            bool own = chance(stage, 15);
            struct party payer = own ? party_own(somebody(stage)) : party_new(stage->sim, PARTY_PERSONAL);
            if (own) { // one of our own customers pays him
                struct act *pay = transfer(stage, payer.number, party_own(mule), odd_sum(stage, 3000, 28));
                pay->setting = (struct setting){0};
                pay->signs = ACT_LOSS;
            } else {
                credit(stage, mule, payer, chance(stage, 60) ? sum(stage, 5000, 28) : odd_sum(stage, 5000, 28));
            }
            slow ? wait_minutes(stage, 35) : wait_minutes(stage, 4);
            if (i % 6 == 5 || i + 1 == payers) {
                stage->part = PART_STRIKE;
                transfer(stage, mule, next[chance(stage, 25)], between(stage, 8500, 9980))->signs |= ACT_PART;
                stage->part = PART_BEFORE;
            }
        }
        score_mule(stage, mule);
        stage->clock += 10 * MS_PER_HOUR;
    }
    if (chance(stage, 70)) {
        police_stop(stage, mule, 5);
        take_setting(stage, runner);
        transfer(stage, mule, next[0], 9900)->signs |= ACT_PART; // too late
    }
}
