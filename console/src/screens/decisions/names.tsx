// What the codes of decisions are called: actions and types of events by the words of the pack, models by the list of them as far as the reader may see it; else the code stands alone.
import { useMemo } from "react";
import { Link } from "react-router-dom";

import { api, told } from "@/api/client";
import { allScreens } from "@/app/areas";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Chip } from "@/parts/Chip";
import { useSchema } from "@/parts/schema";

const HOUR_MS = 3_600_000;

export function useNames() {
  const { may } = useSession();
  const both = useBoth();
  const active = may("models:read");
  const schema = useSchema();
  const models = useAsk(["models", "names"], (signal) => told(api.GET("/v1/models", { signal })), { active, staleMs: HOUR_MS });
  const maps = useMemo(
    () => ({
      models: new Map((models.data?.models ?? []).map((row) => [row.model, row])),
      families: [...new Set((models.data?.models ?? []).map((row) => row.family))].sort(),
    }),
    [models.data],
  );
  return useMemo(() => {
    return {
      action: (id: string) => schema.action(id),
      type: (id: string) => schema.type(id),
      model: (id: string) => {
        const found = maps.models.get(id);
        return found === undefined ? "" : both(found);
      },
      actions: schema.actions.map((one) => ({ ...one, id: one.action })),
      types: schema.types.map((one) => ({ ...one, id: one.type })),
      families: maps.families,
    };
  }, [schema, maps, both]);
}

// From harmless to hard, by the order that banks use; an action that is not known is neutral.
const ACTION_COLORS: Record<string, { light: [string, string]; dark: [string, string] }> = {
  PASS: { light: ["#e3f2e6", "#1d5b2b"], dark: ["#173423", "#a6e0b4"] },
  REMIND: { light: ["#e2f0fb", "#0a5089"], dark: ["#12344f", "#9fd0f7"] },
  STEP_UP: { light: ["#ece8fa", "#4a3394"], dark: ["#2c2450", "#cabdf7"] },
  DELAY: { light: ["#fdecd2", "#7a4300"], dark: ["#4a3210", "#ffcf8a"] },
  REJECT: { light: ["#fbe0de", "#9c1410"], dark: ["#4d1c1a", "#ffb4ae"] },
  STOP_PAY: { light: ["#b3151b", "#ffffff"], dark: ["#c4282d", "#ffffff"] },
  FREEZE: { light: ["#5c1032", "#ffffff"], dark: ["#8c1c50", "#ffffff"] },
};
const NEUTRAL: { light: [string, string]; dark: [string, string] } = { light: ["#e8eef5", "#34506e"], dark: ["#22303f", "#b9cde2"] };

export function ActionTag({ action, name }: { action: string; name: string }) {
  const { dark } = useSettings();
  const [background, color] = (ACTION_COLORS[action] ?? NEUTRAL)[dark ? "dark" : "light"];
  return (
    <Chip background={background} color={color} title={action} look="strong">
      {name}
    </Chip>
  );
}

// Leads to the model where such a screen is open to the reader.
export function ModelId({ id }: { id: string }) {
  const { may } = useSession();
  const isOpen = allScreens.some((one) => one.path === "models/:model" && one.scopes.some(may));
  return isOpen ? (
    <Link to={`/models/${encodeURIComponent(id)}`} className="mono">
      {id}
    </Link>
  ) : (
    <span className="mono">{id}</span>
  );
}

export function spanOfUs(us: number | null | undefined): string {
  if (us === null || us === undefined) {
    return "—";
  }
  return us < 1000 ? `${us} µs` : us < 1_000_000 ? `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms` : `${(us / 1_000_000).toFixed(2)} s`;
}
