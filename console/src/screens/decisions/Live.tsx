// Decisions as they are made: a table that runs, what comes a second, how long it takes, and what is done.
import { CaretRightOutlined, PauseOutlined } from "@ant-design/icons";
import { Badge, Button, Card, Col, InputNumber, Row, Select, Space, Switch, Typography } from "antd";
import { memo, useEffect, useMemo, useState } from "react";

import { useListedKey } from "@/app/Keyboard";
import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { type Filters, useFilters } from "@/parts/address";
import { Failure } from "@/parts/States";
import { TextFilter } from "@/parts/TextFilter";
import { countText } from "@/parts/values";
import { LiveTable } from "@/screens/decisions/LiveTable";
import { ActionTag, spanOfUs, useNames } from "@/screens/decisions/names";
import { Sparkline } from "@/screens/decisions/Sparkline";
import { ROWS_KEPT, SECONDS_KEPT, type Second, useStream } from "@/screens/decisions/stream";
import { decisionWords } from "@/screens/decisions/words";

const FILTERS = ["action", "model", "family", "event_type", "customer", "account", "score", "hits"] as const;
const LABELS = { live: "live", connecting: "connecting", lost: "lost" } as const;
const BLUE = { light: "#0b5fa5", dark: "#6bb4f0" };
const AMBER = { light: "#8a5300", dark: "#f0b45c" };
const GREEN = { light: "#1d6b34", dark: "#7fd39a" };

const Figures = memo(function Figures({ seconds, names, leftOut, filtered }: { seconds: Second[]; names: ReturnType<typeof useNames>; leftOut: number; filtered: boolean }) {
  const t = useWords(decisionWords);
  const { dark } = useSettings();
  const newest = seconds[0];
  const counts = useMemo(() => {
    const sums = new Map<string, number>();
    seconds.forEach((second) => Object.entries(second.actions).forEach(([action, count]) => sums.set(action, (sums.get(action) ?? 0) + count)));
    return [...sums].sort((one, other) => other[1] - one[1]);
  }, [seconds]);
  const rate = useMemo(() => {
    const old = [...seconds].reverse();
    return {
      rates: [{ values: old.map((second) => second.all), color: BLUE, filled: true }, ...(filtered ? [{ values: old.map((second) => second.shown), color: AMBER }] : [])],
      latencies: [{ values: old.map((second) => second.took_us?.of_99 ?? null), color: GREEN, filled: true }],
    };
  }, [seconds, filtered]);
  const most = Math.max(0, ...seconds.map((second) => second.all));
  const slowest = Math.max(0, ...seconds.map((second) => second.took_us?.of_99 ?? 0));
  const timed = seconds.find((second) => second.took_us !== null)?.took_us;
  const told = { fontSize: 20, fontWeight: 600 } as const;
  return (
    <Row gutter={12} style={{ marginBottom: 8 }}>
      <Col span={8}>
        <Typography.Text type="secondary">{t("perSecond")}</Typography.Text>
        <div>
          <span className="number" style={told}>
            {newest === undefined ? "—" : t("perSecondNow", { n: countText(newest.all) })}
          </span>{" "}
          {filtered && newest !== undefined && (
            <span className="number" style={{ color: dark ? AMBER.dark : AMBER.light }}>
              {t("matching", { n: countText(newest.shown) })}
            </span>
          )}
        </div>
        <Sparkline lines={rate.rates} room={SECONDS_KEPT} height={44} summary={t("rateSummary", { s: seconds.length, now: newest?.all ?? 0, most })} />
      </Col>
      <Col span={8}>
        <Typography.Text type="secondary">{t("latency")}</Typography.Text>
        <div>
          <span className="number" style={told}>
            {timed ? t("latencyNow", { of99: spanOfUs(timed.of_99) }) : "—"}
          </span>{" "}
          <Typography.Text type="secondary" className="number">
            {timed && t("latencyHalf", { half: spanOfUs(timed.half), most: spanOfUs(timed.most) })}
          </Typography.Text>
        </div>
        <Sparkline lines={rate.latencies} room={SECONDS_KEPT} height={44} summary={t("latencySummary", { s: seconds.length, now: spanOfUs(timed?.of_99), most: spanOfUs(slowest) })} />
      </Col>
      <Col span={8}>
        <Typography.Text type="secondary">{t("byAction", { s: seconds.length })}</Typography.Text>
        <div style={{ display: "flex", flexWrap: "wrap", gap: "6px 14px", marginTop: 6 }}>
          {counts.length === 0 && t("noneYet")}
          {counts.map(([action, count]) => (
            <span key={action}>
              <ActionTag action={action} name={names.action(action)} /> <span className="number">{countText(count)}</span>
            </span>
          ))}
        </div>
        {leftOut > 0 && <Typography.Text type="secondary">{t("leftOut", { n: countText(leftOut) })}</Typography.Text>}
      </Col>
    </Row>
  );
});

interface BarProps {
  filters: Filters;
  change: ReturnType<typeof useFilters>[1];
  names: ReturnType<typeof useNames>;
}

const FilterBar = memo(function FilterBar({ filters, change, names }: BarProps) {
  const t = useWords(decisionWords);
  const choices = (rows: { id: string }[], name: (id: string) => string) => rows.map((row) => ({ value: row.id, label: name(row.id) }));
  return (
    <Space wrap style={{ marginBottom: 8 }}>
      <Select allowClear showSearch optionFilterProp="label" placeholder={t("action")} aria-label={t("action")} value={filters.action} onChange={(value) => change({ action: value })} options={choices(names.actions, names.action)} style={{ width: 130 }} />
      <Select allowClear showSearch optionFilterProp="label" placeholder={t("eventType")} aria-label={t("eventType")} value={filters.event_type} onChange={(value) => change({ event_type: value })} options={choices(names.types, names.type)} style={{ width: 170 }} />
      <Select allowClear showSearch placeholder={t("family")} aria-label={t("family")} value={filters.family} onChange={(value) => change({ family: value })} options={names.families.map((value) => ({ value, label: value }))} style={{ width: 110 }} />
      {(["model", "customer", "account"] as const).map((name) => (
        <TextFilter key={name} name={name} label={t(name)} width={140} />
      ))}
      <InputNumber min={0} max={100} precision={0} placeholder={t("scoreMin")} aria-label={t("scoreMin")} value={filters.score === undefined ? null : Number(filters.score)} onChange={(value) => change({ score: value })} style={{ width: 140 }} />
      <Space size={4}>
        <Switch id="hits-only" checked={filters.hits === "true"} onChange={(checked) => change({ hits: checked ? "true" : null })} aria-label={t("hitsOnly")} />
        <label htmlFor="hits-only">{t("hitsOnly")}</label>
      </Space>
    </Space>
  );
});

export default function Live() {
  const t = useWords(decisionWords);
  const names = useNames();
  const [all, change] = useFilters();
  const [paused, setPaused] = useState(false);
  const filters = useMemo<Filters>(() => Object.fromEntries(FILTERS.filter((name) => all[name] !== undefined).map((name) => [name, all[name]!])), [all]);
  const stream = useStream(filters);
  const wanted = new URLSearchParams(filters).toString();
  useEffect(() => setPaused(false), [wanted]); // what was stopped are rows of other filters
  useListedKey(" ", t("keyPause"), () => setPaused((before) => !before));
  const newestSecond = stream.seconds.at(0);
  // The counts change once a second, the table as often as rows come.
  const seconds = useMemo(() => stream.seconds.all(), [newestSecond, stream.seconds]);
  const { state } = stream;
  const extra = useMemo(
    () => (
      <Space>
        <Typography.Text type="secondary">{t("rows", { n: countText(ROWS_KEPT) })}</Typography.Text>
        <Badge status={state === "live" ? "success" : state === "lost" ? "error" : "processing"} text={<span role="status">{t(LABELS[state])}</span>} />
        <Button icon={paused ? <CaretRightOutlined /> : <PauseOutlined />} onClick={() => setPaused((before) => !before)} aria-pressed={paused}>
          {t(paused ? "goOn" : "pause")}
        </Button>
      </Space>
    ),
    [t, state, paused],
  );
  return (
    <Card
      size="small"
      title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("title")}</h1>}
      extra={extra}
      style={{ height: "100%", minHeight: 560 }}
      styles={{ body: { height: "calc(100% - 40px)", display: "flex", flexDirection: "column" } }}
    >
      {stream.error !== null && <Failure error={stream.error} onAgain={stream.again} />}
      <Figures seconds={seconds} names={names} leftOut={stream.leftOut} filtered={Object.keys(filters).length > 0} />
      <FilterBar filters={filters} change={change} names={names} />
      <LiveTable key={wanted} rows={stream.rows} arrived={stream.arrived} paused={paused} names={names} empty={stream.error === null && <p style={{ textAlign: "center", padding: 24, margin: 0 }}>{t("quietNow")}</p>} />
    </Card>
  );
}
