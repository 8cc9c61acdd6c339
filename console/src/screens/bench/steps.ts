// Why an alert took a step, in words: as its own trace shows it, and the time line of its case.
import { useSettings } from "@/app/settings";
import { defineWords, type Text, useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { alertWords } from "@/screens/bench/alertWords";

// Reasons of strategies, measures and cases; what people do is in alertWords.
const reasonWords: Record<string, Text> = defineWords({
  strategy: { zh: "策略开始处置", en: "a strategy began" },
  strategy_asks: { zh: "策略转人工", en: "a strategy asks for a person" },
  strategy_stopped: { zh: "策略已停用，转人工", en: "its strategy was stopped: to a person" },
  forbidden: { zh: "不得自动处置，转人工", en: "no strategy may close it: to a person" },
  given_up: { zh: "预警已变化，策略终止", en: "the alert has changed: its strategy gave up" },
  measure: { zh: "管控措施归入本预警", en: "a measure belongs to it now" },
  secret: { zh: "转为涉密，收回经办", en: "secret now: taken away from who had it" },
  case_joined: { zh: "并入案件", en: "put into a case" },
  case_left: { zh: "移出案件", en: "taken out of a case" },
});

// A strategy's step has its id for a reason, and is by that id with its version; of others the details may tell which strategy it was. What has no name is told as it is.
export function useStepReason(): (reason: string, actor: string, strategy?: string) => string {
  const t = useWords(alertWords);
  const words = useDisposition();
  const { language } = useSettings();
  return (reason, actor, strategy = actor.startsWith(`${reason}@`) ? reason : undefined) => {
    const key = `step${reason}`;
    if (key in alertWords) {
      return t(key as keyof typeof alertWords);
    }
    return words.isCode(reason) ? `${t("decide")} ${words.code(reason)} ${reason}` : (reasonWords[reason]?.[language] ?? (strategy === undefined ? reason : `${t("strategy")} ${strategy}`));
  };
}
