// A model's status or a release's state as a word on a ground; the word says it, not the colour.
import { Tag } from "antd";

import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import type { ModelStatus, Release } from "@/screens/models/asks";
import { modelWords, releaseWords } from "@/screens/models/words";

type Ground = "green" | "blue" | "amber" | "grey" | "red";
const GROUNDS: Record<Ground, { light: [string, string]; dark: [string, string] }> = {
  green: { light: ["#e3f3e6", "#1a5c2b"], dark: ["#173a20", "#a8dcb4"] },
  blue: { light: ["#e2f0fb", "#0a5089"], dark: ["#12344f", "#9fd0f7"] },
  amber: { light: ["#fdecd2", "#7a4300"], dark: ["#4a3210", "#ffcf8a"] },
  grey: { light: ["#efefef", "#4d4d4d"], dark: ["#2a2a2a", "#c4c4c4"] },
  red: { light: ["#fbe3e3", "#8c1015"], dark: ["#4a1719", "#ffb3b0"] },
};

function Word({ ground, text }: { ground: Ground; text: string }) {
  const { dark } = useSettings();
  const [background, color] = GROUNDS[ground][dark ? "dark" : "light"];
  return (
    <Tag bordered={false} style={{ background, color, marginInlineEnd: 0 }}>
      {text}
    </Tag>
  );
}

const OF_STATUS: Record<ModelStatus, Ground> = { DRAFT: "grey", SHADOW: "blue", CHALLENGER: "blue", CANARY: "amber", ACTIVE: "green", SUSPENDED: "red", RETIRED: "grey" };
const OF_STATE: Record<Release["state"], Ground> = { draft: "grey", proposed: "amber", approved: "blue", rejected: "red", released: "green", replaced: "grey" };

export function StatusTag({ status }: { status: ModelStatus }) {
  const t = useWords(modelWords);
  return <Word ground={OF_STATUS[status]} text={t(status)} />;
}

export function StateTag({ state }: { state: Release["state"] }) {
  const t = useWords(releaseWords);
  return <Word ground={OF_STATE[state]} text={t(state)} />;
}
