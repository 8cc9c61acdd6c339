// A model's status or a release's state as a word on a ground; the word says it, not the colour.
import { useWords } from "@/app/words";
import { Mark, type MarkKind } from "@/parts/Mark";
import type { ModelStatus, Release } from "@/screens/models/asks";
import { modelWords, releaseWords } from "@/screens/models/words";

const OF_STATUS: Record<ModelStatus, MarkKind> = { DRAFT: "plain", SHADOW: "info", CHALLENGER: "info", CANARY: "warn", ACTIVE: "good", SUSPENDED: "bad", RETIRED: "plain" };
const OF_STATE: Record<Release["state"], MarkKind> = { draft: "plain", proposed: "warn", approved: "info", rejected: "bad", released: "good", replaced: "plain" };

export function StatusTag({ status }: { status: ModelStatus }) {
  const t = useWords(modelWords);
  return <Mark kind={OF_STATUS[status]}>{t(status)}</Mark>;
}

export function StateTag({ state }: { state: Release["state"] }) {
  const t = useWords(releaseWords);
  return <Mark kind={OF_STATE[state]}>{t(state)}</Mark>;
}
