// The head of an alert: what it is, how bad, whose, and the clocks that run.
import { ArrowLeftOutlined, CheckOutlined } from "@ant-design/icons";
import { Button, Space, Tag, Typography } from "antd";
import { useNavigate } from "react-router-dom";

import { useBoth, useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { Mark as Toned } from "@/parts/Mark";
import { CaseLink, Due, moneyText, Severity, ThingLink, Time, timeText } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";
import { MARKS, type Mark } from "@/screens/bench/deeds";
import type { Whole } from "@/screens/bench/useAlert";

function Clocks({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const shown = whole.clocks.filter((clock) => clock.due !== null || clock.done !== null);
  if (!whole.row.open || shown.length === 0) {
    return null;
  }
  return (
    <Space size="large" role="group" aria-label={t("clocks")}>
      {shown.map((clock) => (
        <span key={clock.clock}>
          <Typography.Text type="secondary">{t(`clock${clock.clock}`)} </Typography.Text>
          {clock.done === null ? (
            <Due ms={clock.due} />
          ) : (
            <span title={timeText(clock.done)}>
              <CheckOutlined aria-hidden /> {t("clockDone")}
            </span>
          )}
        </span>
      ))}
    </Space>
  );
}

export function Head({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const both = useBoth();
  const words = useDisposition();
  const navigate = useNavigate();
  const { row } = whole;
  const facts = [
    row.money_here && t("moneyHere"),
    row.elder && t("elder"),
    row.company && t("company"),
    row.late && t("late"),
    row.degraded && t("degraded"),
    row.reopened > 0 && t("reopened", { n: row.reopened }),
  ].filter((fact) => typeof fact === "string");
  return (
    <>
      <div style={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: "4px 12px" }}>
        <Button type="text" size="small" icon={<ArrowLeftOutlined />} aria-label={t("back")} onClick={() => navigate("/alerts")} />
        <h1 style={{ fontSize: 18, margin: 0 }} className="number">
          {t("title", { alert: row.alert })}
        </h1>
        <Severity severity={row.severity} long />
        <Typography.Text strong>{both({ zh: row.group_zh, en: row.group_en })}</Typography.Text>
        <Tag>{both({ zh: row.state_zh, en: row.state_en })}</Tag>
        <span>{row.owner === null ? <Typography.Text type="secondary">{t("nobody")}</Typography.Text> : t("ownedBy", { owner: row.owner })}</span>
        {row.code !== null && !whole.blind && (
          <Toned kind="info">
            {words.code(row.code)} {row.code}
          </Toned>
        )}
        {row.marks.map((mark) => (
          <Toned key={mark} kind="warn">
            {(MARKS as readonly string[]).includes(mark) ? t(`mark${mark as Mark}`) : mark}
          </Toned>
        ))}
        {row.secrecy !== "NORMAL" && <Toned kind="info">{t(`secret${row.secrecy}`)}</Toned>}
        {facts.map((fact) => (
          <Tag key={fact}>{fact}</Tag>
        ))}
        {row.case !== null && (
          <Tag>
            {t("inCase", { id: "" })}
            <CaseLink id={row.case} />
          </Tag>
        )}
        <div style={{ flex: 1 }} />
        <Clocks whole={whole} />
      </div>
      <div style={{ display: "flex", flexWrap: "wrap", gap: "2px 20px", margin: "6px 0 10px" }}>
        <span>
          <Typography.Text type="secondary">{words.subject(row.subject_kind)} </Typography.Text>
          <ThingLink kind={row.subject_kind} name={row.subject} />
        </span>
        <span>
          <Typography.Text type="secondary">{t("amount")} </Typography.Text>
          <Typography.Text strong className="number" style={{ fontSize: 16 }}>
            {moneyText(row.amount)}
          </Typography.Text>
          {row.amount_sum !== row.amount && <Typography.Text type="secondary"> {t("sum", { amount: moneyText(row.amount_sum) })}</Typography.Text>}
        </span>
        <span>{t("hitsOf", { hits: row.hits, events: row.events })}</span>
        <span>{t("score", { n: row.score })}</span>
        {row.severity_first !== row.severity && row.severity_first !== null && <span>{t("firstSeverity", { severity: row.severity_first })}</span>}
        {row.branch !== null && (
          <span>
            <Typography.Text type="secondary">{t("branch")} </Typography.Text>
            {row.branch}
          </span>
        )}
        <span>
          <Typography.Text type="secondary">{t("opened")} </Typography.Text>
          <Time ms={row.opened} />
        </span>
      </div>
    </>
  );
}
