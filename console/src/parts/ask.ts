// Asking the server from a component, with the API's own types: a query that is kept and asked anew, and a deed that tells how it ended.
import { type QueryKey, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";

import { Problem } from "@/api/client";
import { useProblemText } from "@/parts/problems";

const FRESH_MS = 1000; // what was asked for while a screen was drawn is not asked for again once it is there

export function useAsk<T>(key: QueryKey, ask: (signal: AbortSignal) => Promise<T>, more: { everyMs?: number; active?: boolean; staleMs?: number } = {}) {
  const queries = useQueryClient();
  const active = more.active ?? true;
  const asked = queryOptions({ queryKey: key, queryFn: ({ signal }: { signal: AbortSignal }) => ask(signal), staleTime: more.staleMs ?? FRESH_MS });
  // Drawing takes longer than an answer, so the question goes out first.
  if (active && queries.getQueryState(key) === undefined) {
    void queries.prefetchQuery(asked);
  }
  return useQuery({ ...asked, refetchInterval: more.everyMs, enabled: active });
}

// What goes wrong is told at the top of the page; what went well as `done` says. Then everything that `touches` names is asked for anew.
export function useDeed<V = void, T = unknown>(deed: (values: V) => Promise<T>, more: { done?: string; touches?: QueryKey[]; after?: (told: T, values: V) => void } = {}) {
  const { notification, message } = App.useApp();
  const queries = useQueryClient();
  const text = useProblemText();
  return useMutation({
    mutationFn: deed,
    onSuccess: async (answer, values) => {
      if (more.done !== undefined) {
        void message.success(more.done);
      }
      await Promise.all((more.touches ?? []).map((queryKey) => queries.invalidateQueries({ queryKey })));
      more.after?.(answer, values);
    },
    onError: (error) => {
      // Somebody else was quicker: what is shown is no longer so.
      if (error instanceof Problem && error.status === 409) {
        (more.touches ?? []).forEach((queryKey) => void queries.invalidateQueries({ queryKey }));
      }
      const { title, todo } = text(error);
      notification.error({ message: title, description: todo, duration: 8, role: "alert" });
    },
  });
}
