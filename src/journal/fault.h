#pragma once
// Fault: what is wrong with a file of a journal, and where. The list is faults.def.

#include "base/diag.h"

typedef enum FaultKind {
#define FAULT(name, code, text) FAULT_##name,
#include "journal/faults.def"
#undef FAULT
    FAULT_COUNT,
} FaultKind;

typedef struct Fault {
    FaultKind kind;
    uint64_t offset; // in the file
    int error;       // FAULT_UNREADABLE: what the system said
} Fault;

const char *fault_code(FaultKind kind); // "JO026"
const char *fault_text(FaultKind kind); // "the frame's content is damaged: its checksum is wrong"

// STATUS_IO where the system refused, else STATUS_INVALID.
Status fault_status(Fault fault);
// "cannot use 'PATH' at byte OFFSET: TEXT", and gives the fault's status.
MUST_USE Status fault_fail(Fault fault, Slice path, struct arena *arena, struct diag *diag);
