#pragma once
// Material: the chapters of 移送材料, each a part of the package.

#include "response/referral/print.h"

// "三、交易流水"
Slice material_title(uint32_t part);
void material_begin(struct paper *paper, uint32_t part);
void material_say(struct paper *paper, Slice text);

void chapter_parties(struct print *print, struct paper *paper);
void chapter_accounts(struct print *print, struct paper *paper);
void chapter_statement(struct print *print, struct paper *paper);
void chapter_flow(struct print *print, struct paper *paper, const struct figure *figure);
void chapter_things(struct print *print, struct paper *paper);
void chapter_opinion(struct print *print, struct paper *paper);
void chapter_measures(struct print *print, struct paper *paper);
void chapter_victims(struct print *print, struct paper *paper);
