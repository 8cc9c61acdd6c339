#pragma once
// The commands of the program. Each takes the words behind its name and gives the exit code.

#include "cli/options.h"

CliExit command_check(int argc, char **argv);
CliExit command_test(int argc, char **argv);
CliExit command_replay(int argc, char **argv);
CliExit command_evaluate(int argc, char **argv);
CliExit command_explain(int argc, char **argv);
CliExit command_serve(int argc, char **argv);
CliExit command_batch(int argc, char **argv);
CliExit command_verify(int argc, char **argv);
CliExit command_config(int argc, char **argv);
CliExit command_load(int argc, char **argv);
CliExit command_user(int argc, char **argv);
CliExit command_key(int argc, char **argv);
CliExit command_audit(int argc, char **argv);
CliExit command_backup(int argc, char **argv);
CliExit command_restore(int argc, char **argv);
CliExit command_contact(int argc, char **argv);
CliExit command_rehearse(int argc, char **argv);
CliExit command_simulate(int argc, char **argv);
CliExit command_bench(int argc, char **argv);
CliExit command_session(int argc, char **argv);
CliExit command_alerts(int argc, char **argv);
CliExit command_cases(int argc, char **argv);
CliExit command_referrals(int argc, char **argv);
CliExit command_controls(int argc, char **argv);
CliExit command_orders(int argc, char **argv);
CliExit command_strategies(int argc, char **argv);
CliExit command_reports(int argc, char **argv);
