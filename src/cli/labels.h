#pragma once
// Labels: the truth of a made-up bank, read from the file that simulate writes, for commands that play its people.

#include "cli/options.h"
#include "simulation/answers/answers.h"

// Tells what is wrong, with the line. `command` is the name to tell it by.
CliExit labels_read(const char *command, Slice path, struct truth *truth, struct arena *arena);
