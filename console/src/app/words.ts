// Every text of the console, in both languages beside each other: who adds one writes both, or the types refuse it.
//
//     const words = defineWords({ title: { zh: "预警", en: "Alerts" }, found: { zh: "共 {n} 条", en: "{n} found" } });
//     const t = useWords(words);
//     t("found", { n: 3 })
import { useCallback } from "react";

import { useSettings } from "@/app/settings";

export type Language = "zh" | "en";
export type Text = { zh: string; en: string };
export type Words = Record<string, Text>;
export type Filled = Record<string, string | number>;

export function defineWords<W extends Words>(words: W): W {
  return words;
}

export function fill(text: string, values?: Filled): string {
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
}

export type Translate<W extends Words> = (key: keyof W & string, values?: Filled) => string;

export function useWords<W extends Words>(words: W): Translate<W> {
  const { language } = useSettings();
  return useCallback((key: keyof W & string, values?: Filled) => fill(words[key]![language], values), [words, language]);
}

// Of what the server tells in both languages, as { zh, en } or as two members with these endings.
export function useBoth(): (text: { zh?: string | null; en?: string | null } | null | undefined) => string {
  const { language } = useSettings();
  return useCallback((text) => (text === null || text === undefined ? "" : ((language === "zh" ? text.zh || text.en : text.en || text.zh) ?? "")), [language]);
}
