// A word about a state, with a colour beside it that can be read on its ground, light and dark.
import type { ReactNode } from "react";

import { useSettings } from "@/app/settings";
import { Chip } from "@/parts/Chip";

export type MarkKind = "good" | "warn" | "bad" | "info" | "plain";

const colors: Record<MarkKind, { light: [string, string]; dark: [string, string] }> = {
  good: { light: ["#e3f4e3", "#1b5e20"], dark: ["#12351b", "#9be3a8"] },
  warn: { light: ["#fdecd2", "#7a4300"], dark: ["#4a3210", "#ffcf8a"] },
  bad: { light: ["#fde3e1", "#9b1c1c"], dark: ["#4d1513", "#ffb4ae"] },
  info: { light: ["#e2f0fb", "#0a5089"], dark: ["#12344f", "#9fd0f7"] },
  plain: { light: ["#eef1f4", "#3c4654"], dark: ["#232b35", "#c3ccd6"] },
};

export function Mark({ kind, look, children }: { kind: MarkKind; look?: "large" | "wraps"; children: ReactNode }) {
  const { dark } = useSettings();
  const [background, color] = colors[kind][dark ? "dark" : "light"];
  return (
    <Chip background={background} color={color} look={look}>
      {children}
    </Chip>
  );
}
