// The sentence that reports begin with, and the figures that it is made of: each with its rows and its query.
import { Alert, Checkbox, Spin, Table, Typography } from "antd";
import { Link } from "react-router-dom";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Failure } from "@/parts/States";
import { countText, NOTHING } from "@/parts/values";
import { type Span, useDefinitions } from "@/screens/cockpit/asking";
import { numberText } from "@/screens/cockpit/Figure";
import { placeOfFigure } from "@/screens/cockpit/Panel";
import { reportWords } from "@/screens/reports/words";

const CLAUSES = ["ALERTS", "AUTOMATIC", "VICTIMS", "REFERRED", "MONEY"] as const;
type Value = Schemas["CockpitValue"];

export function Sentence({ span, unit, language }: { span: Span; unit?: string; language: "zh" | "en" }) {
  const t = useWords(reportWords);
  const both = useBoth();
  const settings = useSettings();
  const definitions = useDefinitions().data?.figures ?? [];
  const [clauses, setClauses] = useState<string[]>([...CLAUSES]);
  const query = { from: span.from, until: span.until, unit, language, clauses: clauses.length === CLAUSES.length ? undefined : CLAUSES.filter((one) => clauses.includes(one)).join(",") };
  const asked = useAsk(["sentence", query], (signal) => told(api.GET("/v1/cockpit/sentence", { params: { query }, signal })), { active: clauses.length > 0 });
  const answer = asked.data;
  const definition = (value: Value) => definitions.find((one) => one.figure === value.figure);
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 8 }}>
      <Checkbox.Group aria-label={t("clauses")} value={clauses} onChange={(chosen) => chosen.length > 0 && setClauses(chosen)} options={CLAUSES.map((one) => ({ value: one, label: t(`clause${one}`) }))} />
      {asked.error !== null && answer === undefined && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.error === null && answer === undefined && <Spin />}
      {answer !== undefined && (
        <>
          {answer.printed ? (
            <Typography.Paragraph data-told="" data-sentence="" copyable={{ tooltips: false }} style={{ fontSize: 16, margin: 0 }}>
              {answer.sentence}
            </Typography.Paragraph>
          ) : (
            <Alert type="warning" showIcon message={t("notPrinted")} description={<span data-told="" data-sentence="">{answer.sentence}</span>} />
          )}
          {answer.rounding !== null && (
            <Typography.Text type="secondary">
              {t("rounding")}: <span data-told="">{answer.rounding}</span>
            </Typography.Text>
          )}
          <Table
            size="small"
            rowKey="figure"
            pagination={false}
            dataSource={answer.figures}
            columns={[
              { key: "figure", title: t("figure"), render: (_value, row) => <Link to={placeOfFigure(row.figure, { ...span, unit })}>{definition(row) === undefined ? row.figure : both(definition(row))}</Link> },
              {
                key: "value",
                title: t("value"),
                render: (_value, row) =>
                  row.refused === undefined ? (
                    <strong className="number">
                      {numberText(definition(row)?.kind ?? "COUNT", row.value ?? null, settings.language)} {both({ zh: definition(row)?.unit_zh, en: definition(row)?.unit_en })}
                    </strong>
                  ) : (
                    t("refusedWhy", { why: both({ zh: row.why_zh, en: row.why_en }) })
                  ),
              },
              { key: "rows", title: t("rows"), align: "right", render: (_value, row) => (row.rows === undefined ? NOTHING : countText(row.rows)) },
              { key: "query", title: t("query"), render: (_value, row) => <span className="mono">{definition(row)?.query}</span> },
            ]}
          />
        </>
      )}
    </div>
  );
}
