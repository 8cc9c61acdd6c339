// Strategies, and the figures of each.
import { useQueries } from "@tanstack/react-query";

import { api, told, type Schemas } from "@/api/client";
import { useAsk } from "@/parts/ask";

export type Standing = Schemas["Strategies"]["strategies"][number];
export type Strategy = Schemas["Strategy"];
export type Figures = Schemas["AlertFigures"]["figures"];
export type FiguresSince = Figures & { from: number | null };
export type WhatIf = Schemas["StrategyWhatIf"];

export const DAY_MS = 86_400_000;
export const WEEKS = 8;

export function useStrategies() {
  return useAsk(["strategies"], (signal) => told(api.GET("/v1/strategies", { signal })), { everyMs: 30_000 });
}

export function askFigures(strategy: string, span: { from?: number; until?: number }, signal?: AbortSignal) {
  return told(api.GET("/v1/figures/alerts", { params: { query: { strategy, ...span } }, signal }));
}

// Of the last thirty days, of each of them; nothing is asked of who may not see figures.
export function useFiguresOf(strategies: string[], active: boolean): Record<string, FiguresSince | undefined> {
  const asked = useQueries({
    queries: strategies.map((strategy) => ({
      queryKey: ["figures", "alerts", strategy],
      queryFn: ({ signal }: { signal: AbortSignal }) => askFigures(strategy, {}, signal),
      enabled: active,
      staleTime: 30_000,
    })),
  });
  return Object.fromEntries(strategies.map((strategy, at) => [strategy, asked[at]?.data === undefined ? undefined : { ...asked[at].data.figures, from: asked[at].data.from }]));
}

// By which a strategy's text is known where what happened to it is kept: the upper 63 bits of its hash.
export function objectOf(hash: string): string {
  return (BigInt(`0x${hash}`) >> 1n).toString();
}

// How often breakers put each text back into the shadow in thirty days, by that number; null where it is not told.
export function useBreakers(active: boolean): Record<string, number> | null {
  const { data } = useAsk(
    ["figure", "breakers", "rows"],
    async (signal) => {
      const figure = await told(api.GET("/v1/cockpit/figures/{figure}", { params: { path: { figure: "breakers" }, query: {} }, signal }));
      if (figure.figure.refused !== undefined) {
        return null;
      }
      const page = await told(
        api.GET("/v1/cockpit/figures/{figure}/rows", { params: { path: { figure: "breakers" }, query: { from: figure.from ?? undefined, until: figure.until ?? undefined, limit: 1000 } }, signal }),
      );
      const counts: Record<string, number> = {};
      page.rows.forEach((row) => {
        const object = row.key.split("/")[0]!;
        counts[object] = (counts[object] ?? 0) + 1;
      });
      return counts;
    },
    { active, staleMs: 30_000 },
  );
  return data ?? null;
}
