// The program: finds the command and hands over.

#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    CliExit (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"check", command_check, "compile a pack, say what it holds or what is wrong with it"},
    {"test", command_test, "run the sequences of a pack's models"},
    {"replay", command_replay, "decide on a file of events"},
    {"evaluate", command_evaluate, "decide on labelled events, and measure what the models find"},
    {"explain", command_explain, "say how a model or feature was understood"},
    {"serve", command_serve, "decide on what comes over HTTP, and forget nothing"},
    {"batch", command_batch, "run the models of mode BATCH over a journal, and look at who did nothing"},
    {"verify", command_verify, "decide on a journal again, and compare"},
    {"config", command_config, "say what a server can be told, and check a file that tells it"},
    {"load", command_load, "send events to a server by a plan, and measure how it answers"},
    {"user", command_user, "make and change the users of a server"},
    {"key", command_key, "make and revoke keys and certificates of systems"},
    {"audit", command_audit, "read and verify the log of who did what"},
    {"session", command_session, "sign in to a running server, and out"},
    {"alerts", command_alerts, "work on the alerts of a running server"},
    {"cases", command_cases, "look at its cases, timelines, ways of money, gangs"},
    {"referrals", command_referrals, "bring referrals to the police on their way"},
    {"controls", command_controls, "look at measures and held payments, and release them"},
    {"orders", command_orders, "look at orders of authorities, and decide on them"},
    {"strategies", command_strategies, "let strategies close alerts, and stop them"},
    {"reports", command_reports, "get the report of a shift, the bulletin, the sentence of a report"},
    {"backup", command_backup, "copy a server's data while it runs"},
    {"restore", command_restore, "make a data folder from a backup, or check one"},
    {"simulate", command_simulate, "make up the life of a bank, with labelled frauds"},
    {"rehearse", command_rehearse, "play months of a simulated bank with its customers and a team, and measure disposition"},
    {"contact", command_contact, "stand in for the contact centre of a server, with simulated customers"},
    {"bench", command_bench, "measure this machine with this program"},
};

static void help(FILE *out) {
    fprintf(out, "Qiantang 钱塘 " QIANTANG_VERSION ": decides on a bank's events while they are under way\n\n"
                 "usage: qiantang COMMAND ...\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(out, "\n'qiantang COMMAND --help' tells more. A first look:\n\n"
                 "  qiantang check packs/bank\n"
                 "  qiantang test packs/bank\n"
                 "  qiantang replay --pack examples/handbook --input FILE.csv --decisions OUT.ndjson\n");
}

int main(int argc, char **argv) {
    if (argc < 2) {
        help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return CLI_FINE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("qiantang " QIANTANG_VERSION "\n");
        return CLI_FINE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    fprintf(stderr, "qiantang: there is no command '%s'\n\n", argv[1]);
    help(stderr);
    return CLI_USAGE;
}
