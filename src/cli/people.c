// qiantang alerts, cases, referrals, controls, orders, strategies, reports: the response of a
// running server, for people at a terminal. All their words stand in remote/words.def.

#include "cli/commands.h"
#include "cli/remote/word.h"

CliExit command_alerts(int argc, char **argv) {
    return word_run("alerts", argc, argv);
}

CliExit command_cases(int argc, char **argv) {
    return word_run("cases", argc, argv);
}

CliExit command_referrals(int argc, char **argv) {
    return word_run("referrals", argc, argv);
}

CliExit command_controls(int argc, char **argv) {
    return word_run("controls", argc, argv);
}

CliExit command_orders(int argc, char **argv) {
    return word_run("orders", argc, argv);
}

CliExit command_strategies(int argc, char **argv) {
    return word_run("strategies", argc, argv);
}

CliExit command_reports(int argc, char **argv) {
    return word_run("reports", argc, argv);
}
