// What models cost, as the server measures it while it decides.
import { useWords } from "@/app/words";
import { countText, NOTHING, timeText } from "@/parts/values";
import type { Model } from "@/screens/models/asks";
import { modelWords } from "@/screens/models/words";

type Cost = Model["cost"];

export function costText(cost: Cost): string {
  return cost === null || cost.median_ns === null ? NOTHING : countText(cost.median_ns);
}

const shares = new Intl.NumberFormat("zh-CN", { style: "percent", maximumSignificantDigits: 2 });

export function costShareText(cost: Cost): string {
  return cost === null || cost.timed === 0 ? NOTHING : shares.format(cost.share);
}

// How it is measured, and what is not the model's own.
export function CostRule({ costs }: { costs: Model["costs"] }) {
  const t = useWords(modelWords);
  if (costs === null || costs.decisions === 0) {
    return <>{t("costNone")}</>;
  }
  return (
    <>
      {t("costRule", {
        since: timeText(costs.since),
        n: costs.one_in,
        count: countText(costs.decisions),
        decision: (costs.decision_ns / 1000).toFixed(1),
        pass: shares.format(costs.pass_share),
        features: shares.format(costs.features_share),
      })}
    </>
  );
}
