#include "monitoring/evaluation/private.h"
void evaluation_write_page(const struct evaluation *evaluation, struct buf *out) { (void)evaluation; (void)out; }
