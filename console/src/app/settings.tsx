// What a person has chosen for himself on this machine: language, light or dark, how dense tables are.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

import { readKept, writeKept } from "@/app/kept";
import type { Language } from "@/app/words";

export type Look = "light" | "dark" | "system";
export type Density = "middle" | "small";

interface Chosen {
  language: Language;
  look: Look;
  density: Density;
}

interface Settings extends Chosen {
  dark: boolean;
  choose: (change: Partial<Chosen>) => void;
}

const SettingsContext = createContext<Settings | null>(null);
const NIGHT = "(prefers-color-scheme: dark)";

function first(): Chosen {
  const kept = readKept<Partial<Chosen>>("settings", {});
  return {
    language: kept.language ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"),
    look: kept.look ?? "system",
    density: kept.density ?? "small",
  };
}

function isDark(look: Look, night: boolean): boolean {
  return look === "dark" || (look === "system" && night);
}

function show(language: Language, dark: boolean) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.look = dark ? "dark" : "light";
}

// The page before anything is drawn on it: at night it doesn't begin in white.
export function showFirst() {
  const { language, look } = first();
  show(language, isDark(look, window.matchMedia(NIGHT).matches));
}

export function SettingsProvider({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState(first);
  const [night, setNight] = useState(() => window.matchMedia(NIGHT).matches);

  useEffect(() => {
    const media = window.matchMedia(NIGHT);
    const changed = () => setNight(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);

  const dark = isDark(chosen.look, night);
  useEffect(() => show(chosen.language, dark), [chosen.language, dark]);

  const settings = useMemo<Settings>(
    () => ({
      ...chosen,
      dark,
      choose: (change) =>
        setChosen((before) => {
          const after = { ...before, ...change };
          writeKept("settings", after);
          return after;
        }),
    }),
    [chosen, dark],
  );
  return <SettingsContext.Provider value={settings}>{children}</SettingsContext.Provider>;
}

export function useSettings(): Settings {
  const settings = useContext(SettingsContext);
  if (settings === null) {
    throw new Error("useSettings() outside of SettingsProvider");
  }
  return settings;
}
