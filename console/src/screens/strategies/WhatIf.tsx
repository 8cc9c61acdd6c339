// What a strategy would have closed while it was in the shadow, and what people decided on the same alerts.
import { Card, Segmented, Spin, Statistic, Table, Typography } from "antd";
import { useState } from "react";

import { api, told } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { usePartName } from "@/parts/disposition";
import { Mark } from "@/parts/Mark";
import { Failure, Nothing } from "@/parts/States";
import { AlertLink, countText, Money, moneyText, NOTHING, Severity, shareText, Time } from "@/parts/values";
import type { WhatIf as Told } from "@/screens/strategies/asking";
import { strategyWords } from "@/screens/strategies/words";

type Part = Told["parts"][number];

function Comparison({ part }: { part: Pick<Part, "compared" | "agrees" | "missed"> }) {
  const t = useWords(strategyWords);
  const word = !part.compared ? "uncompared" : part.missed ? "wouldMiss" : part.agrees ? "same" : "differs";
  const kinds = { same: "good", differs: "warn", wouldMiss: "bad", uncompared: "plain" } as const;
  return <Mark kind={kinds[word]}>{t(word)}</Mark>;
}

function Coded({ code, zh, en }: { code: string | null; zh: string | null; en: string | null }) {
  const t = useWords(strategyWords);
  const both = useBoth();
  return code === null ? (
    <Typography.Text type="secondary">{t("undecided")}</Typography.Text>
  ) : (
    <span>
      {both({ zh, en })} <span className="mono">{code}</span>
    </span>
  );
}

function Counted({ told: answer }: { told: Told }) {
  const t = useWords(strategyWords);
  return (
    <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(170px, 1fr))", gap: 12, marginBottom: 8 }}>
      <div>
        <Statistic title={t("would")} value={countText(answer.alerts)} />
        <Typography.Text type="secondary">{t("wouldNote", { money: moneyText(answer.amount) })}</Typography.Text>
      </div>
      <div>
        <Statistic title={t("comparedTitle")} value={countText(answer.compared)} />
        <Typography.Text type="secondary">{t("comparedNote")}</Typography.Text>
      </div>
      <div>
        <Statistic title={t("agreedTitle")} value={countText(answer.agreed)} />
        <Typography.Text type="secondary">{answer.compared === 0 ? NOTHING : shareText(answer.agreed / answer.compared)}</Typography.Text>
      </div>
      <Statistic title={t("missedTitle")} value={countText(answer.missed)} />
    </div>
  );
}

export function WhatIf({ strategy }: { strategy: string }) {
  const t = useWords(strategyWords);
  const name = usePartName();
  const [days, setDays] = useState(30);
  const asked = useAsk(["what if", strategy, days], (signal) => told(api.GET("/v1/strategies/{strategy}/what_if", { params: { path: { strategy }, query: { days } }, signal })));
  const answer = asked.data;
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("whatIf")}</h2>}
      extra={<Segmented size="small" aria-label={t("whatIf")} value={days} onChange={setDays} options={[7, 30, 90].map((n) => ({ value: n, label: t("days", { n }) }))} />}
    >
      {asked.error !== null && answer === undefined && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.error === null && answer === undefined && <Spin />}
      {answer !== undefined && (
        <>
          <Counted told={answer} />
          <Table
            size="small"
            rowKey={(part) => [part.severity, part.proposed, part.decided, part.compared, part.agrees, part.missed].join(" ")}
            pagination={false}
            dataSource={answer.parts}
            locale={{ emptyText: <Nothing>{t("noWhatIf")}</Nothing> }}
            columns={[
              { key: "severity", title: t("severity"), render: (_value, part) => <Severity severity={part.severity} /> },
              { key: "proposed", title: t("proposedCode"), render: (_value, part) => <Coded code={part.proposed} zh={part.proposed_zh} en={part.proposed_en} /> },
              { key: "decided", title: t("decidedCode"), render: (_value, part) => <Coded code={part.decided} zh={part.decided_zh} en={part.decided_en} /> },
              { key: "comparison", title: t("comparison"), render: (_value, part) => <Comparison part={part} /> },
              { key: "alerts", title: t("alerts"), align: "right", render: (_value, part) => <span className="number">{countText(part.alerts)}</span> },
              { key: "amount", title: t("amount"), align: "right", render: (_value, part) => <Money fen={part.amount} /> },
            ]}
          />
          {answer.compared > 0 && (
            <>
              <h3 style={{ fontSize: 13, margin: "12px 0 6px" }}>{t("differ")}</h3>
              <Table
                size="small"
                rowKey={(row) => `${row.alert} ${row.ended}`}
                pagination={false}
                dataSource={answer.differ}
                locale={{ emptyText: <Nothing>{t("noDiffer")}</Nothing> }}
                columns={[
                  { key: "alert", title: t("alert"), render: (_value, row) => <AlertLink alert={row.alert} /> },
                  { key: "group", title: t("group"), render: (_value, row) => name(row.group) },
                  { key: "severity", title: t("severity"), render: (_value, row) => <Severity severity={row.severity} /> },
                  { key: "proposed", title: t("proposedCode"), render: (_value, row) => <Coded code={row.proposed} zh={row.proposed_zh} en={row.proposed_en} /> },
                  { key: "decided", title: t("decidedCode"), render: (_value, row) => <Coded code={row.decided} zh={row.decided_zh} en={row.decided_en} /> },
                  { key: "comparison", title: t("comparison"), render: (_value, row) => <Comparison part={{ compared: true, agrees: false, missed: row.missed }} /> },
                  { key: "amount", title: t("amount"), align: "right", render: (_value, row) => <Money fen={row.amount} /> },
                  { key: "ended", title: t("ended"), render: (_value, row) => <Time ms={row.ended} /> },
                ]}
              />
              {answer.more && <Typography.Text type="secondary">{t("moreDiffer")}</Typography.Text>}
            </>
          )}
        </>
      )}
    </Card>
  );
}
