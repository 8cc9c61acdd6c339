#pragma once
// Leaks: what the libraries below leave behind, told to the leak sanitizer so that it finds ours. Included once by each program of the tests.
//
//     cairo 1.16     768 bytes for each face of each PDF, when it embeds CFF fonts in cairo_surface_finish()
//     fontconfig 2.14 256 bytes once, when pango has it read the machine's settings in a thread of its own
//
// Debian's libraries have no frame pointers; without the slow way of unwinding these functions would not be seen in a stack.

const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);

const char *__lsan_default_suppressions(void) {
    return "leak:cairo_surface_finish\nleak:FcInitLoadConfigAndFonts\n";
}

const char *__asan_default_options(void) {
    return "fast_unwind_on_malloc=0";
}
