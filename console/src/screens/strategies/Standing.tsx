// How a strategy stands: whether it acts, and how far it is from earning it.
import { Progress, Space, Typography } from "antd";

import { useWords } from "@/app/words";
import { Mark } from "@/parts/Mark";
import { countText, NOTHING, shareText } from "@/parts/values";
import type { Figures, Standing } from "@/screens/strategies/asking";
import { strategyWords } from "@/screens/strategies/words";

export function StateMark({ standing }: { standing: Standing }) {
  const t = useWords(strategyWords);
  return (
    <Space size={4} wrap>
      <Mark kind={standing.mode === "ACTIVE" ? "good" : "plain"}>{t(standing.mode === "ACTIVE" ? "active" : "shadow")}</Mark>
      {standing.mode === "SHADOW" && standing.proposed_by !== null && <Mark kind="warn">{t("proposed", { who: standing.proposed_by })}</Mark>}
    </Space>
  );
}

export function Earning({ standing }: { standing: Standing }) {
  const t = useWords(strategyWords);
  const share = standing.compared === 0 ? null : standing.agreed / standing.compared;
  return (
    <div style={{ minWidth: 190, maxWidth: 280 }}>
      <Space size={6}>
        <span className="number">{t("compared", { n: countText(standing.compared), needs: countText(standing.needs_compared) })}</span>
        <Mark kind={standing.earned ? "good" : "plain"}>{t(standing.earned ? "earned" : "notEarned")}</Mark>
      </Space>
      <Progress
        percent={Math.min(100, (100 * standing.compared) / Math.max(1, standing.needs_compared))}
        showInfo={false}
        size="small"
        style={{ margin: 0, lineHeight: 1 }}
        aria-label={t("compared", { n: standing.compared, needs: standing.needs_compared })}
      />
      <Typography.Text type="secondary" className="number" style={{ fontSize: 12 }}>
        {t("agreed", { share: share === null ? NOTHING : shareText(share), needs: shareText(standing.needs_agreement, 0) })}
        {standing.missed > 0 && ` · ${t("missed", { n: standing.missed })}`}
      </Typography.Text>
    </div>
  );
}

// Never the share alone: with its interval and how many were looked at.
export function Overturn({ figures }: { figures: Figures | undefined }) {
  const t = useWords(strategyWords);
  if (figures === undefined) {
    return <>{NOTHING}</>;
  }
  return figures.looked_at === 0 ? (
    <Typography.Text type="secondary">{t("noLook")}</Typography.Text>
  ) : (
    <span className="number">
      {shareText(figures.overturn_rate)} ({shareText(figures.overturn_low)}—{shareText(figures.overturn_high)})
      <br />
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {countText(figures.overturned)} / {countText(figures.looked_at)}
      </Typography.Text>
    </span>
  );
}
