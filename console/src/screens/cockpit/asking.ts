// Asking for figures: by their name, of a span and a branch; their definitions; the spans that people choose.
import { api, told, type Schemas } from "@/api/client";
import { useAsk } from "@/parts/ask";
import { ZONE } from "@/parts/values";

export type Figure = Schemas["CockpitFigure"];
export type Definition = Schemas["CockpitFigures"]["figures"][number];
export type FigureKind = Definition["kind"];

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const dayFormat = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short" });

// 2026-11-30 in the bank's zone.
export function dayOf(ms: number): string {
  return dayFormat.format(ms);
}

// The bank's zone has no summer time: days begin at 00:00+08:00.
export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`);
}

export function dayStart(now: number): number {
  return startOf(dayOf(now));
}

export function monthOf(ms: number): string {
  return dayOf(ms).slice(0, 7);
}

export function monthBefore(month: string): string {
  return monthOf(startOf(`${month}-01`) - HOUR_MS);
}

export interface Span {
  from: number;
  until?: number; // without it: now
}

export type SpanName = "today" | "7" | "30" | "month" | "last";

export function spanNamed(name: SpanName, now: number): Span {
  const today = dayStart(now);
  switch (name) {
    case "today":
      return { from: today };
    case "7":
      return { from: today - 6 * DAY_MS };
    case "30":
      return { from: today - 29 * DAY_MS };
    case "month":
      return { from: startOf(`${monthOf(now)}-01`) };
    case "last":
      return { from: startOf(`${monthBefore(monthOf(now))}-01`), until: startOf(`${monthOf(now)}-01`) };
  }
}

export function monthSpan(month: string, now: number): Span {
  const from = startOf(`${month}-01`);
  const next = startOf(`${monthOf(from + 32 * DAY_MS)}-01`);
  return next > now ? { from } : { from, until: next };
}

export interface FigureQuery extends Span {
  unit?: string;
  by?: "unit" | "word";
  hash?: boolean;
}

export function askFigure(figure: string, query: FigureQuery, signal?: AbortSignal): Promise<Figure> {
  return told(api.GET("/v1/cockpit/figures/{figure}", { params: { path: { figure }, query }, signal }));
}

export const FIGURE_EVERY_MS = 10_000;

export function useFigure(figure: string, query: FigureQuery, more: { everyMs?: number; active?: boolean } = {}) {
  return useAsk(["figure", figure, query], (signal) => askFigure(figure, query, signal), more);
}

export function useDefinitions() {
  return useAsk(["figures"], (signal) => told(api.GET("/v1/cockpit/figures", { signal })), { staleMs: Infinity });
}

export function useDefinition(figure: string): Definition | undefined {
  return useDefinitions().data?.figures.find((one) => one.figure === figure);
}
