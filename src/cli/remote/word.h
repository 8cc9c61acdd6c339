#pragma once
// Word: one thing that a command of the response does ("alerts decide"): a request to a running
// server, and its answer shown. Which there are stands in words.def; from a row come the options,
// --help, the request and the view. Nothing here knows what an alert is.
//
//     return word_run("alerts", argc, argv);
//
// With --json an answer is printed as it came; else as views.def says, in English or with --zh in
// Chinese. A list shows one page and says how to go on; --all asks on until the end. The code RM010
// is of what cannot be asked.

#include "cli/options.h"

// Takes the words behind the command's own.
CliExit word_run(const char *command, int argc, char **argv);
