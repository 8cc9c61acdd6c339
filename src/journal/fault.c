#include "journal/fault.h"

static const struct {
    const char *code;
    const char *text;
} faults[FAULT_COUNT] = {
#define FAULT(name, code, text) [FAULT_##name] = {code, text},
#include "journal/faults.def"
#undef FAULT
};

const char *fault_code(FaultKind kind) {
    INVARIANT(kind < FAULT_COUNT);
    return faults[kind].code;
}

const char *fault_text(FaultKind kind) {
    INVARIANT(kind < FAULT_COUNT);
    return faults[kind].text;
}

Status fault_status(Fault fault) {
    return fault.kind == FAULT_UNREADABLE ? STATUS_IO : STATUS_INVALID;
}

Status fault_fail(Fault fault, Slice path, struct arena *arena, struct diag *diag) {
    Status status = fault_status(fault);
    const char *reason = status == STATUS_IO ? strerror(fault.error) : fault_text(fault.kind);
    return diag_fail(diag, arena, status, fault_code(fault.kind), "'%.*s', byte %llu: %s",
                     SLICE_ARGS(path), (unsigned long long)fault.offset, reason);
}
