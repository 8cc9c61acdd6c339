// Who works on alerts: the own desk, and the colleague to whom something is handed.
import { Select } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { benchWords } from "@/screens/bench/words";

export type Desk = Schemas["Desk"]["desk"];
export type DeskRow = Schemas["Desks"]["desks"][number];

// The own desk; null: nobody has given one.
export function useDesk() {
  const { may } = useSession();
  return useAsk(["desk"], (signal) => told(api.GET("/v1/desk", { signal })), { active: may("alerts:work"), staleMs: 30_000 });
}

export function useDesks(active = true) {
  const { may } = useSession();
  return useAsk(["desks"], (signal) => told(api.GET("/v1/desks", { signal })), { active: active && may("alerts:read"), everyMs: 30_000 });
}

export function useLevelName(): (level: number) => string {
  const t = useWords(benchWords);
  return (level) => t(level >= 2 ? "level2" : level === 1 ? "level1" : "level0");
}

// Colleagues with the skill, and high enough for all that is handed over.
export function ColleagueSelect({ skill, level, value, onChange }: { skill: string; level: number; value: string | undefined; onChange: (person: string) => void }) {
  const t = useWords(benchWords);
  const levelName = useLevelName();
  const { identity } = useSession();
  const { data } = useDesks();
  const colleagues = (data?.desks ?? []).filter((desk) => desk.person !== identity?.name && desk.skills.includes(skill) && desk.level >= level);
  return (
    <Select
      aria-label={t("handOverTo")}
      placeholder={t("handOverTo")}
      value={value}
      onChange={onChange}
      showSearch
      style={{ width: "100%" }}
      options={colleagues
        .sort((one, other) => Number(other.on_duty) - Number(one.on_duty) || one.in_hand - other.in_hand)
        .map((desk) => ({ value: desk.person, label: [desk.person, levelName(desk.level), t(desk.on_duty ? "onDuty" : "offDuty"), t("inHandOf", { n: desk.in_hand })].join(" · ") }))}
    />
  );
}
