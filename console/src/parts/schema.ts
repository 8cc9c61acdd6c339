// What events are made of, as the pack that decides names it: event types, fields, values of enumerations, segments, actions, tasks (GET /v1/schema). Everybody who is signed in may ask for it.
//
//     const schema = useSchema();
//     schema.value("event.channel", "MOBILE")                 // 手机银行
//     schema.shown("event.auth_methods", ["PIN", "SMS"])      // 密码、短信验证码; of what is no choice undefined
// What the pack has no name for is told as it is.
import { useMemo } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth } from "@/app/words";
import { useAsk } from "@/parts/ask";

type Schema = Schemas["Schema"];
type Named = { zh: string; en: string };

const STALE_MS = 600_000;

interface Maps {
  values: Map<string, Map<string, Named>>; // by the name that expressions use: event.FIELD, or that of a table's column
  types: Map<string, Named>;
  segments: Map<string, Named>;
  actions: Map<string, Named>;
  tasks: Map<string, Named>;
  fields: Map<string, Schema["fields"][number]>;
}

function mapsOf(data: Schema): Maps {
  const byValue = (values: Schemas["Values"]) => new Map(values.map((one) => [one.value, one]));
  const enumerations = new Map(data.enumerations.map((one) => [one.enumeration, byValue(one.values)]));
  const values = new Map(data.columns.map((one) => [one.name, byValue(one.values)]));
  for (const { field, enumeration } of data.fields) {
    const choices = enumeration === null ? undefined : enumerations.get(enumeration);
    if (choices !== undefined) {
      values.set(`event.${field}`, choices);
    }
  }
  return {
    values,
    types: new Map(data.types.map((one) => [one.type, one])),
    segments: new Map(data.segments.map((one) => [one.segment, one])),
    actions: new Map(data.actions.map((one) => [one.action, one])),
    tasks: new Map(data.tasks.map((one) => [one.task, one])),
    fields: new Map(data.fields.map((one) => [one.field, one])),
  };
}

// Each row of a table asks, so that one answer is put in order once.
const made = new WeakMap<Schema, Maps>();

function mapsOnce(data: Schema | undefined): Maps | undefined {
  if (data === undefined) {
    return undefined;
  }
  const maps = made.get(data) ?? mapsOf(data);
  made.set(data, maps);
  return maps;
}

export function useSchema() {
  const both = useBoth();
  const { language } = useSettings();
  const { data } = useAsk(["schema"], (signal) => told(api.GET("/v1/schema", { signal })), { staleMs: STALE_MS });
  const maps = mapsOnce(data);
  return useMemo(() => {
    const named = (words: Map<string, Named> | undefined, word: string | null | undefined) => (word === null || word === undefined ? "" : both(words?.get(word)) || word);
    const value = (name: string, word: string | null | undefined) => named(maps?.values.get(name), word);
    const hasValues = (name: string) => maps?.values.has(name) === true;
    return {
      value,
      hasValues,
      shown: (name: string, seen: unknown): string | undefined =>
        !hasValues(name)
          ? undefined
          : typeof seen === "string"
            ? value(name, seen)
            : Array.isArray(seen) && seen.every((one) => typeof one === "string")
              ? seen.map((one) => value(name, one)).join(language === "zh" ? "、" : ", ")
              : undefined,
      type: (type: string | null | undefined) => named(maps?.types, type),
      segment: (segment: string | null | undefined) => named(maps?.segments, segment),
      action: (action: string | null | undefined) => named(maps?.actions, action),
      task: (task: string | null | undefined) => named(maps?.tasks, task),
      field: (field: string | null | undefined) => named(maps?.fields, field),
      fieldType: (field: string) => maps?.fields.get(field)?.type,
      types: data?.types ?? [],
      actions: data?.actions ?? [],
    };
  }, [data, maps, both, language]);
}
