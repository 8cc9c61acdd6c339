#include "expr/report.h"

static const char *const codes[] = {
#define ERROR(name, code, explanation) [ERROR_##name] = code,
#include "expr/errors.def"
#undef ERROR
};

static size_t source_byte(const struct expr_text *text, size_t byte) {
    if (text->byte_map == NULL) {
        return text->byte_start + byte;
    }
    if (byte < text->text.size) {
        return text->byte_map[byte];
    }
    size_t size = text->text.size;
    return size == 0 ? text->byte_start : (size_t)text->byte_map[size - 1] + 1;
}

static Place place_of(const struct expr_text *text, uint32_t start, uint32_t end) {
    if (text->source == NULL) {
        return (Place){0};
    }
    size_t last = end > start ? source_byte(text, end - 1) + 1 : source_byte(text, start);
    return place_at(text->source, source_byte(text, start), last);
}

struct diag *report_error(struct report *report, ExprError error, uint32_t start, uint32_t end,
                          const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct diag *diag = diag_vadd(report->diags, DIAG_ERROR, codes[error],
                                  place_of(report->text, start, end), format, args);
    va_end(args);
    report->count++;
    return diag;
}
