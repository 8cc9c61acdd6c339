#include "response/controls/unanswered.h"

enum { DOUBLINGS_MAX = 16 };

int64_t unanswered_next(const struct terms *terms, int64_t now_us, int64_t pages) {
    int64_t doublings = pages < DOUBLINGS_MAX ? pages : DOUBLINGS_MAX;
    return now_us + ((terms->confirm_seconds * US_PER_SECOND) << doublings);
}

Status unanswered_page(struct book *book, const struct terms *terms,
                       const struct unanswered *unanswered, int64_t *pages) {
    bool is_first = *pages == 0;
    TRY(page_send(book, &(struct page){.kind = unanswered->kind,
                                       .role = is_first ? "SHIFT_LEADER" : "DUTY_DIRECTOR",
                                       .object_kind = unanswered->object_kind,
                                       .object = unanswered->object}));
    *pages += 1;
    if (*pages >= terms->confirm_pages_max) {
        return book_timer_clear(book, unanswered->timer, unanswered->object);
    }
    return book_timer_set(book, unanswered->timer, unanswered->object,
                          unanswered_next(terms, book->now_us, *pages));
}
