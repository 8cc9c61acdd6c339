// Where events come from: each system with its events, its lag and its silence; and what comes, by the type of event.
import { Card, Table, type TableColumnsType, Typography } from "antd";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Mark } from "@/parts/Mark";
import { has, rate, type Reading, total } from "@/parts/metrics";
import { byNeed, lagText, type Source, SourceName, SourceStand, useSources } from "@/parts/sources";
import { Failure } from "@/parts/States";
import { countText, NOTHING, Time } from "@/parts/values";
import { systemWords } from "@/screens/system/words";

function Title({ children }: { children: string }) {
  return <h2 style={{ fontSize: 14, margin: 0 }}>{children}</h2>;
}

export function Sources() {
  const t = useWords(systemWords);
  const { language } = useSettings();
  const query = useSources();
  const at = query.data?.at ?? 0;
  const number = (key: "events" | "minute_events", title: string) => ({
    key,
    title,
    align: "right" as const,
    sorter: (one: Source, other: Source) => one[key] - other[key],
    render: (_: unknown, row: Source) => <span className="number">{countText(row[key])}</span>,
  });
  const trouble = (key: "late" | "refused", title: string) => ({
    key,
    title,
    align: "right" as const,
    sorter: (one: Source, other: Source) => one[key] - other[key],
    render: (_: unknown, row: Source) => (row[key] === 0 ? <span className="number">0</span> : <Mark kind="warn">{countText(row[key])}</Mark>),
  });
  const lag = (key: "lag_median_ms" | "lag_p99_ms", title: string) => ({
    key,
    title,
    align: "right" as const,
    sorter: (one: Source, other: Source) => (one[key] ?? -1) - (other[key] ?? -1),
    render: (_: unknown, row: Source) => <span className="number">{lagText(row[key], language)}</span>,
  });
  const columns: TableColumnsType<Source> = [
    { key: "source", title: t("source"), render: (_, row) => <SourceName source={row} /> },
    { key: "stand", title: t("sourceStand"), render: (_, row) => <SourceStand source={row} at={at} /> },
    number("minute_events", t("sourceMinute")),
    lag("lag_median_ms", t("sourceMedian")),
    lag("lag_p99_ms", t("sourceP99")),
    { key: "last", title: t("sourceLastTime"), render: (_, row) => <Time ms={row.last_event_time} /> },
    { key: "decided", title: t("sourceDecided"), render: (_, row) => <Time ms={row.silent_since} /> },
    { key: "usual", title: t("sourceUsual"), align: "right", render: (_, row) => <span className="number">{lagText(row.usual_pause_ms, language)}</span> },
    number("events", t("sourceTotal")),
    trouble("late", t("sourceLates")),
    trouble("refused", t("sourceRefused")),
  ];
  return (
    <Card size="small" title={<Title>{t("sources")}</Title>}>
      <Typography.Paragraph type="secondary">{t("sourceMeaning")}</Typography.Paragraph>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      <Table<Source>
        rowKey={(row) => `${row.kind} ${row.source}`}
        size="small"
        loading={query.data === undefined && query.error === null}
        columns={columns}
        dataSource={[...(query.data?.sources ?? [])].sort(byNeed)}
        pagination={{ defaultPageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: "max-content" }}
      />
    </Card>
  );
}

interface Type {
  type: string;
  all: number;
  perSecond: number | null;
  last: number | null;
}

// By the type of event, from the figures of this page; and what of all was late, known or not understood.
export function Types({ readings }: { readings: Reading[] }) {
  const t = useWords(systemWords);
  const both = useBoth();
  const { may } = useSession();
  const catalogue = useAsk(["catalogue"], (signal) => told(api.GET("/v1/catalogue", { signal })), { active: may("models:read"), staleMs: 60_000 });
  const newest = readings.at(-1);
  if (newest === undefined || !has(newest, "qiantang_events_total")) {
    return null;
  }
  const of = (type: string) => (labels: Record<string, string>) => labels.type === type;
  const types: Type[] = (newest.samples.get("qiantang_events_total") ?? []).map((sample) => {
    const type = sample.labels.type ?? "";
    const before = readings.at(-2);
    const came = readings.filter((reading, index) => index > 0 && total(reading, "qiantang_events_total", of(type)) > total(readings[index - 1]!, "qiantang_events_total", of(type))).at(-1);
    return { type, all: sample.value, perSecond: before === undefined ? null : rate(before, newest, "qiantang_events_total", of(type)), last: came?.at ?? null };
  });
  const columns: TableColumnsType<Type> = [
    {
      key: "type",
      title: t("sourceType"),
      render: (_, row) => {
        const found = catalogue.data?.event_types.find((one) => one.id === row.type);
        return <span data-told="">{found === undefined ? row.type : both(found)}</span>;
      },
    },
    { key: "all", title: t("sourceTotal"), align: "right", defaultSortOrder: "descend", sorter: (one, other) => one.all - other.all, render: (_, row) => <span className="number">{countText(row.all)}</span> },
    { key: "rate", title: t("sourceRate"), align: "right", sorter: (one, other) => (one.perSecond ?? 0) - (other.perSecond ?? 0), render: (_, row) => <span className="number">{row.perSecond?.toFixed(1) ?? NOTHING}</span> },
    { key: "last", title: t("sourceLast"), render: (_, row) => (row.last === null ? NOTHING : <Time ms={row.last} form="clock" />) },
  ];
  return (
    <Card size="small" title={<Title>{t("types")}</Title>}>
      <Typography.Paragraph type="secondary">
        {t("sourceLate", {
          late: countText(total(newest, "qiantang_late_events_total")),
          known: countText(total(newest, "qiantang_duplicates_total")),
          refused: countText(total(newest, "qiantang_refused_records_total")),
        })}
      </Typography.Paragraph>
      <Table<Type> rowKey="type" size="small" columns={columns} dataSource={types.filter((one) => one.all > 0)} pagination={{ defaultPageSize: 8, hideOnSinglePage: true, showSizeChanger: false }} />
    </Card>
  );
}
