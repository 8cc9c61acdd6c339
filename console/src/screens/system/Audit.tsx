// Who did what: the log, newest first, with filters in the address; and its proof.
import { DownloadOutlined, ReloadOutlined, SafetyOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Checkbox, Select, Space, Table, type TableColumnsType, Typography } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, type Text, useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useDeed } from "@/parts/ask";
import { useExport } from "@/parts/exporting";
import { Mark } from "@/parts/Mark";
import { Failure, Nothing } from "@/parts/States";
import { STICKY } from "@/parts/sticky";
import { TextFilter } from "@/parts/TextFilter";
import { countText, spanText, Time, timeText } from "@/parts/values";
import { actionWords, actorWords } from "@/screens/system/actions";
import { systemWords } from "@/screens/system/words";

type Record_ = Schemas["Audit"]["records"][number];
type Actor = { kind?: string; name?: string };

const PAGE = 200;

// What a record is about begins with the kind of it (src/server/api: visit_look, visit_change), and a number or a name may follow; several of them have their kind alone.
const objectWords: Record<string, Text> = defineWords({
  accounts: { zh: "账户清单", en: "accounts" },
  alert: { zh: "预警", en: "alert" },
  alerts: { zh: "预警列表", en: "alerts" },
  appeal: { zh: "申诉", en: "appeal" },
  appeals: { zh: "申诉列表", en: "appeals" },
  brake: { zh: "熔断", en: "brake" },
  bulletin: { zh: "通报", en: "bulletin" },
  case: { zh: "案件", en: "case" },
  cases: { zh: "案件列表", en: "cases" },
  confirmation: { zh: "核心系统确认", en: "confirmation of the core bank" },
  control: { zh: "管控", en: "measure" },
  controls: { zh: "管控列表", en: "measures" },
  decision: { zh: "决策", en: "decision" },
  desk: { zh: "值班", en: "desk" },
  desks: { zh: "值班列表", en: "desks" },
  disposition: { zh: "处置字典", en: "words of disposition" },
  figures: { zh: "统计指标", en: "figures" },
  flow: { zh: "资金流向", en: "flow of money" },
  gang: { zh: "团伙", en: "gang" },
  gangs: { zh: "团伙列表", en: "gangs" },
  graph: { zh: "关系图谱", en: "graph" },
  hold: { zh: "暂缓交易", en: "held payment" },
  holds: { zh: "暂缓交易列表", en: "held payments" },
  hub: { zh: "公共节点", en: "hub" },
  hubs: { zh: "公共节点列表", en: "hubs" },
  kept: { zh: "历史留存", en: "what is kept" },
  list: { zh: "名单", en: "list" },
  missed: { zh: "漏报复盘", en: "missed fraud" },
  order: { zh: "指令", en: "order" },
  orders: { zh: "指令列表", en: "orders" },
  proposal: { zh: "复核事项", en: "proposal" },
  proposals: { zh: "复核事项列表", en: "proposals" },
  queues: { zh: "预警队列", en: "queues" },
  referral: { zh: "移送单", en: "referral" },
  referrals: { zh: "移送单列表", en: "referrals" },
  report: { zh: "上报", en: "report" },
  reports: { zh: "上报列表", en: "reports" },
  reverification: { zh: "重新核实", en: "reverification" },
  row: { zh: "画像记录", en: "row of a table" },
  settings: { zh: "运行参数", en: "settings" },
  snapshot: { zh: "快照", en: "snapshot" },
  strategies: { zh: "处置策略列表", en: "strategies" },
  strategy: { zh: "处置策略", en: "strategy" },
  task: { zh: "核实任务", en: "task" },
  tasks: { zh: "核实任务列表", en: "tasks" },
  verification: { zh: "日志校验", en: "verification of the log" },
});
// These are on users, keys, packs and models, by their bare name.
const BY_NAME = /^(user|key|certificate|session|credential|model|server)\./;

interface Wanted {
  action?: string | undefined;
  who?: string | undefined;
  target?: string | undefined;
  outcome?: "refused" | undefined;
}

// The server looks through the log, backwards from its end or from a number on; a page comes oldest first.
async function load(until: number, wanted: Wanted, signal: AbortSignal) {
  const { records, earlier, last } = await told(api.GET("/v1/audit", { params: { query: { until, limit: PAGE, ...wanted } }, signal }));
  return { records: records.reverse(), earlier: earlier ?? 0, last };
}

function actorOf(record: Record_): Actor {
  return record.actor as Actor;
}

function Proof() {
  const t = useWords(systemWords);
  const { language } = useSettings();
  const prove = useDeed(() => told(api.GET("/v1/audit/verification")));
  const proof = prove.data;
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("proof")}</h2>}
      extra={
        <Button size="small" icon={<SafetyOutlined />} loading={prove.isPending} onClick={() => prove.mutate(undefined)}>
          {t("prove")}
        </Button>
      }
    >
      <Typography.Paragraph type="secondary" style={{ marginBottom: proof === undefined ? 0 : 8 }}>
        {t("proofText")} {t("proofLimits")}
      </Typography.Paragraph>
      {proof !== undefined && (
        <Alert
          type={proof.whole ? "success" : "error"}
          showIcon
          role="status"
          message={
            proof.whole
              ? t("whole", { n: countText(proof.records), users: proof.users, keys: proof.keys, span: proof.took_ms < 1000 ? `${proof.took_ms} ms` : spanText(proof.took_ms, language) })
              : t("broken", { code: proof.code })
          }
          description={
            <>
              {t("provedAt")} <Time ms={proof.at} /> {proof.fault !== "" && <span data-told="">{proof.fault}</span>}
            </>
          }
        />
      )}
    </Card>
  );
}

export default function Audit() {
  const t = useWords(systemWords);
  const both = useBoth();
  const [filters, change] = useFilters();
  const { exporting, exportAll } = useExport();
  const action = filters.action;
  const before = Number(filters.before ?? 0) > 1 ? Number(filters.before) : null; // no number is none
  const wanted: Wanted = { action, who: filters.who, target: filters.target, outcome: filters.refused === "true" ? "refused" : undefined };
  const query = useInfiniteQuery({
    queryKey: ["audit", wanted, before],
    queryFn: ({ pageParam, signal }) => load(pageParam, wanted, signal),
    initialPageParam: before ?? 0,
    getNextPageParam: (page) => (page.earlier > 0 ? page.earlier : undefined),
  });
  const rows = query.data?.pages.flatMap((page) => page.records) ?? [];
  const last = query.data?.pages[0]?.last;
  const actionText = (word: string) => both(actionWords[word as keyof typeof actionWords] ?? { zh: word, en: word });
  const actorText = (kind: string | undefined) => both(actorWords[kind as keyof typeof actorWords] ?? { zh: kind, en: kind });
  const targetText = ({ target = "", action }: Record_) => {
    const [kind = "", ...name] = target.split(" ");
    return BY_NAME.test(action) ? target : [both(objectWords[kind] ?? { zh: kind, en: kind }), ...name].join(" ");
  };
  const detailText = (record: Record_) => (record.detail === undefined || Object.keys(record.detail).length === 0 ? "" : Object.entries(record.detail)
          .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
          .join(", "));
  const columns: TableColumnsType<Record_> = [
    { key: "sequence", title: t("sequence"), align: "right", render: (_, row) => <span className="number">{row.sequence}</span> },
    { key: "time", title: t("time"), render: (_, row) => <Time ms={Date.parse(row.time)} /> },
    {
      key: "actor",
      title: t("actor"),
      render: (_, row) => (
        <>
          <span data-told="">{actorOf(row).name}</span> <Typography.Text type="secondary">{actorText(actorOf(row).kind)}</Typography.Text>
        </>
      ),
    },
    {
      key: "action",
      title: t("action"),
      render: (_, row) => (
        <>
          {actionText(row.action)}{" "}
          <Typography.Text type="secondary" className="mono" data-told="">
            {row.action}
          </Typography.Text>
        </>
      ),
    },
    { key: "target", title: t("target"), render: (_, row) => <span data-told="" title={row.target}>{targetText(row)}</span> },
    { key: "outcome", title: t("outcome"), render: (_, row) => <Mark kind={row.outcome === "refused" ? "bad" : "plain"}>{t(row.outcome === "refused" ? "wasRefused" : "done")}</Mark> },
    { key: "from", title: t("address"), render: (_, row) => <span className="mono" data-told="">{row.from === "" ? "—" : row.from}</span> },
    { key: "detail", title: t("detail"), width: 240, render: (_, row) => <span className="mono" data-told="" style={{ overflowWrap: "anywhere" }}>{detailText(row)}</span> },
  ];
  function save() {
    void exportAll<number>("audit", [t("sequence"), t("time"), t("actor"), t("action"), t("target"), t("outcome"), t("address"), t("detail")], async (until) => {
      const page = await load(until ?? before ?? 0, wanted, new AbortController().signal);
      return {
        rows: page.records.map((row) => [row.sequence, timeText(Date.parse(row.time)), actorOf(row).name, row.action, row.target, row.outcome, row.from, detailText(row)]),
        next: page.earlier > 0 ? page.earlier : undefined,
      };
    });
  }
  return (
    <div style={{ display: "grid", gap: 12 }}>
      <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("audit")}</h1>}>
        <Space wrap style={{ marginBottom: 8 }}>
          <Select
            allowClear
            showSearch
            optionFilterProp="label"
            value={action}
            placeholder={t("anyAction")}
            aria-label={t("action")}
            onChange={(value) => change({ action: value })}
            options={Object.keys(actionWords).map((word) => ({ value: word, label: `${actionText(word)} (${word})` }))}
            style={{ width: 260 }}
          />
          <TextFilter name="who" label={t("whoFilter")} width={160} />
          <TextFilter name="target" label={t("targetFilter")} width={160} />
          <TextFilter name="before" label={t("tillSequence")} width={140} isNumber />
          <Checkbox checked={filters.refused === "true"} onChange={(event) => change({ refused: event.target.checked ? "true" : null })}>
            {t("onlyRefused")}
          </Checkbox>
          <Button icon={<ReloadOutlined />} aria-label={t("reload")} onClick={() => void query.refetch()} loading={query.isRefetching} />
          <Button icon={<DownloadOutlined />} onClick={save} loading={exporting} disabled={rows.length === 0}>
            {t("csv")}
          </Button>
        </Space>
        <Typography.Paragraph type="secondary">{t("filtersHint")}</Typography.Paragraph>
        {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
        <Table<Record_>
          rowKey="sequence"
          columns={columns}
          dataSource={rows}
          loading={query.isPending}
        tableLayout="auto"
          sticky={STICKY}
          pagination={{ defaultPageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{ emptyText: query.isPending || query.error !== null ? " " : <Nothing /> }}
        />
        <Space style={{ marginTop: 8 }}>
          <Typography.Text type="secondary">{last !== undefined && t("shown", { n: countText(rows.length), last: countText(last) })}</Typography.Text>
          {query.hasNextPage && (
            <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t("older")}
            </Button>
          )}
        </Space>
      </Card>
      <Proof />
    </div>
  );
}
