#pragma once
// Wishes: what people want on lists and off them, where it takes two persons (`four_eyes` of the
// list), and imports. A wish is a proposal (response/office/office.h); the engine is told of it when
// another person has approved it.

#include "server/api/api.h"

// How keys of a list are hidden: a kind of masks.def, or "none".
Slice api_list_personal(const struct knowledge_list *list);

// Of a question that was told: they answer in its place.
void api_wish_put(struct question *question, const struct knowledge_list *list);
void api_wish_delete(struct question *question, const struct knowledge_list *list);
