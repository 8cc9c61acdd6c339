// What the screens of models ask the server, each thing under one key.
import { useQueryClient } from "@tanstack/react-query";

import { api, fetched, told, type Schemas } from "@/api/client";
import { useAsk } from "@/parts/ask";

export type ModelRow = Schemas["Models"]["models"][number];
export type Model = Schemas["Model"];
export type Release = Schemas["Release"];
export type ModelStatus = ModelRow["status"];

const askModels = (signal: AbortSignal) => told(api.GET("/v1/models", { signal }));

export const useModels = (active = true) => useAsk(["models"], askModels, { everyMs: 30_000, active });

// All models, as they were told a moment ago or are told now.
export function useModelsNow(): () => Promise<Schemas["Models"]> {
  const queries = useQueryClient();
  return () => queries.fetchQuery({ queryKey: ["models"], queryFn: ({ signal }) => askModels(signal), staleTime: 3000 });
}

export const useModel = (model: string, active = true) => useAsk(["model", model], (signal) => told(api.GET("/v1/models/{model}", { params: { path: { model } }, signal })), { active });

export const useReleases = () => useAsk(["releases"], (signal) => told(api.GET("/v1/releases", { signal })), { everyMs: 15_000 });

export const useRelease = (name: string) => useAsk(["release", name], (signal) => told(api.GET("/v1/releases/{name}", { params: { path: { name } }, signal })));

export const useVocabulary = (active = true) => useAsk(["vocabulary"], (signal) => told(api.GET("/v1/vocabulary", { signal })), { staleMs: 600_000, active });

export const useCatalogue = () => useAsk(["catalogue"], (signal) => told(api.GET("/v1/catalogue", { signal })), { staleMs: 60_000 });

export const packFiles = (release: string | undefined, signal?: AbortSignal) => told(api.GET("/v1/pack/files", { params: { query: { release } }, signal }));

// The path of a file keeps its slashes.
export async function packText(path: string, release?: string, signal?: AbortSignal): Promise<string> {
  const query = release === undefined ? "" : `?release=${encodeURIComponent(release)}`;
  const answer = await fetched(`/v1/pack/files/${path.split("/").map(encodeURIComponent).join("/")}${query}`, { signal });
  return ((await answer.json()) as Schemas["PackFile"]).text;
}

export const usePackFiles = (release?: string) => useAsk(["pack", release ?? ""], (signal) => packFiles(release, signal), { staleMs: release === undefined ? 10_000 : 600_000 });

export const usePackText = (path: string | null, release?: string) =>
  useAsk(["pack", release ?? "", path], (signal) => packText(path!, release, signal), { active: path !== null, staleMs: release === undefined ? 10_000 : 600_000 });

// What has to be asked for anew when another pack may decide.
export const DECIDING = [["models"], ["model"], ["releases"], ["release"], ["catalogue"], ["schema"], ["disposition"], ["vocabulary"], ["pack"]];

// Of one whose trial is there.
export interface Trial {
  events: number;
  same_action: number;
  other_action: number;
  left_out_events: number;
  left_out_changes: number;
  us_per_event: number;
  actions: { from: string; to: string; events: number }[];
  examples: { event_id: string; from: string; to: string }[];
  models: { model: string; before: number; after: number; only_before: number; only_after: number }[];
}
