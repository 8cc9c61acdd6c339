// VP: customers who are deceived and pay themselves. Told from the typologies' texts.

#include "simulation/scenario.h"

// ---- VP-03 -----------------------------------------------------------------------------------------------
// On the phone for hours: gather what you have elsewhere, break the deposit, move all of it to the "safe account".
void impersonated_police(struct stage *stage) {
    struct simulation *sim = stage->sim;
    uint32_t victim = cast(stage, chance(stage, 45) ? is_old : is_saver);
    struct party mule = chance(stage, 45) ? party_own(cast(stage, is_weak)) : cast_outside(stage, PARTY_PERSONAL);
    uint64_t call = SIGN_CALL | (chance(stage, 35) ? SIGN_CALLER_ABROAD : chance(stage, 30) ? SIGN_CALLER_VIRTUAL : 0);
    int64_t own = sum(stage, 60000, 24);
    at_hour(stage, 9, 17);
    if ((sim->people[victim].habits & HAS_APP) == 0) {
        variant(stage, "counter");
        at_work(stage);
        offline(stage, COUNTER);
        if (sim->people[victim].deposit > 0) {
            break_deposit(stage, victim, sim->people[victim].deposit);
        }
        wait_minutes(stage, 4);
        at_counter(stage, victim, COUNTER_TRANSFER, own, SIGN_ON_PHONE | (chance(stage, 50) ? SIGN_NERVOUS : 0) | (chance(stage, 40) ? SIGN_SCRIPTED : 0))->other = mule;
        struct act *pay = transfer(stage, victim, mule, own);
        pay->signs |= ACT_LOSS | ACT_FUND;
        wait_hours(stage, 8);
        victim_reports(stage, victim, mule, own);
        return;
    }
    online(stage, victim);
    stage->signs = call;
    login(stage, victim);
    inquiry(stage, victim);
    bool shares = chance(stage, 35);
    variant(stage, shares ? "screen share" : "call");
    stage->signs |= shares ? SIGN_SCREEN_SHARE : 0;
    for (uint32_t i = below(stage, 4); i > 0; i--) { // from his other banks
        wait_minutes(stage, 12);
        credit(stage, victim, party_self(victim), sum(stage, 30000, 24));
    }
    if (sim->people[victim].deposit > YUAN(5000)) {
        wait_minutes(stage, 10);
        break_deposit(stage, victim, sim->people[victim].deposit);
    }
    if (chance(stage, 40)) {
        raise_limit(stage, victim, 500000);
        challenge(stage, victim, 1);
    }
    wait_minutes(stage, 9);
    if (chance(stage, 30)) { // hesitates; a first attempt with a wrong code
        challenge(stage, victim, 0)->outcome = OUTCOME_WRONG_CODE;
        wait_minutes(stage, 15);
    }
    score_victim(stage, victim);
    if (chance(stage, 50)) {
        change(stage, ACT_PAYEE, victim, 0)->other = mule;
    }
    uint32_t parts = chance(stage, 65) ? 1 : 2 + below(stage, 2);
    for (uint32_t i = 0; i < parts; i++) {
        struct act *pay = transfer(stage, victim, mule, parts == 1 || i + 1 == parts ? between(stage, 9000, 9990) : between(stage, 3500, 6000));
        pay->signs |= ACT_PART | ACT_LOSS | (chance(stage, 60) ? SIGN_PASTED : 0);
        pay->auth = AUTH_PIN_FACE;
        if (i == 0 && chance(stage, 15)) {
            pay->outcome = OUTCOME_LIMIT;
            raise_limit(stage, victim, 1000000);
            struct act *again = transfer(stage, victim, mule, 9500);
            again->signs |= ACT_PART | ACT_LOSS;
        }
        wait_minutes(stage, 20);
    }
    if (mule.own) { // the money does not stay
        uint32_t account = mule.number;
        struct setting runner = criminal(stage);
        take_setting(stage, runner);
        stage->part = PART_AFTER;
        login(stage, account);
        for (uint32_t i = 1 + below(stage, 3); i > 0; i--) {
            transfer(stage, account, cast_outside(stage, PARTY_PERSONAL), i == 1 ? 9900 : 4000)->signs |= ACT_PART;
            wait_minutes(stage, 2);
        }
    }
    stage->story->stake = own;
    wait_hours(stage, 9);
    victim_reports(stage, victim, mule, own);
}
