// The fund-flow picture of an account or of a case: layers from left to right, as a graph and as tables that tell the same. The alert bench and the case room show it too.
import { Alert, Button, Segmented, Space, Spin, Statistic, Table, Tabs, Tag, Typography } from "antd";
import { useMemo, useRef, useState } from "react";

import { api, told } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, type Language, useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { csvText, download } from "@/parts/csv";
import { Failure, Nothing } from "@/parts/States";
import { countText, moneyText, NOTHING, shortMoney, spanText, ThingLink, Time, timeText } from "@/parts/values";
import { amountOf, endsHere, type Flow, type FlowEdge, type FlowNode, type FlowPlace, LAYER_ROWS_MAX, layerOf, layOut } from "@/screens/graph/flowLayout";
import { type DrawnEdge, type DrawnNode, GraphCanvas, type GraphHandle } from "@/screens/graph/GraphCanvas";
import { GraphTools, KindName, Legend, type LookKind } from "@/screens/graph/GraphFrame";
import { layerLooks, nodeLooks, shortName, surfaces, widthOf } from "@/screens/graph/looks";
import { Wide } from "@/screens/graph/Wide";
import { glyphWords } from "@/screens/graph/words";

const words = defineWords({
  both: { zh: "来源与去向", en: "Both ways" },
  forward: { zh: "资金去向", en: "Where it went" },
  backward: { zh: "资金来源", en: "Where it came from" },
  direction: { zh: "追踪方向", en: "Direction" },
  order: { zh: "追踪方法", en: "Method" },
  first_out: { zh: "先进先出", en: "First in, first out" },
  last_out: { zh: "后进先出", en: "Last in, first out" },
  traced: { zh: "追踪金额（元）", en: "Traced (yuan)" },
  stillHere: { zh: "仍在行内（元）", en: "Still here (yuan)" },
  outside: { zh: "已流出（元）", en: "Gone outside (yuan)" },
  notFollowed: { zh: "未继续追踪（元）", en: "Not followed (yuan)" },
  origin: { zh: "来源金额（元）", en: "Came from (yuan)" },
  summary: { zh: "资金流向图：{nodes} 个节点，{edges} 条流转，{layers} 层", en: "Ways of money: {nodes} nodes, {edges} ways, {layers} layers" },
  keys: { zh: "可聚焦的流向图画布：方向键平移，加减键缩放，0 适应画布；下方表格内容相同", en: "graph: arrows move, plus and minus zoom, 0 fits; the tables below tell the same" },
  ends: { zh: "红框：资金在此沉淀、流出或未继续追踪", en: "Red ring: money stays here, leaves, or is not followed" },
  rest: { zh: "其余 {n} 个", en: "{n} others" },
  restNote: { zh: "每层只画金额最大的 {n} 个节点，其余合并为一个；表格中是全部。", en: "Of each layer the largest {n} are drawn, the others as one; the tables have all." },
  nodes: { zh: "节点 {n}", en: "Nodes {n}" },
  edges: { zh: "流转 {n}", en: "Ways {n}" },
  layers: { zh: "各层 {n}", en: "Layers {n}" },
  layer: { zh: "层级", en: "Layer" },
  name: { zh: "账户", en: "Account" },
  place: { zh: "类型", en: "What" },
  customer: { zh: "客户", en: "Customer" },
  role: { zh: "角色", en: "Role" },
  received: { zh: "收到（元）", en: "Received (yuan)" },
  passedOn: { zh: "转出（元）", en: "Passed on (yuan)" },
  left: { zh: "留存（元）", en: "Left (yuan)" },
  dwell: { zh: "停留", en: "Lay" },
  cut: { zh: "终止原因", en: "Why it ends" },
  from: { zh: "付款方", en: "From" },
  to: { zh: "收款方", en: "To" },
  amount: { zh: "金额（元）", en: "Amount (yuan)" },
  movements: { zh: "笔数", en: "Movements" },
  first: { zh: "首笔", en: "First" },
  last: { zh: "末笔", en: "Last" },
  exits: { zh: "其中流出行外（元）", en: "Of it gone outside (yuan)" },
  accounts: { zh: "{n} 个账户", en: "{n} accounts" },
  empty: { zh: "所选时间内没有资金往来", en: "No money moved in this time" },
  csv: { zh: "导出明细", en: "Export CSV" },
  span: { zh: "流水范围：{from} 至 {until}", en: "Movements from {from} to {until}" },
  cash: { zh: "现金", en: "cash" },
  fromOutside: { zh: "行外来源", en: "from outside" },
});

// Where money came from, an exit is where it came in.
function roleOf(node: FlowNode, outside: string): { zh: string; en: string } | null {
  const side = node.forward ?? node.backward;
  if (side === undefined) {
    return null;
  }
  return node.forward === undefined && side.role === "exit" ? { zh: outside, en: outside } : { zh: side.role_zh, en: side.role_en };
}

const KIND_OF: Record<string, LookKind> = { OWN: "ACCOUNT", BANK: "OUTSIDE", WALLET: "OUTSIDE", CASH: "CASH", MERCHANT: "MERCHANT" };

function kindOf(node: FlowNode): LookKind {
  return KIND_OF[node.place] ?? "OTHER";
}

function NodeText({ node }: { node: FlowNode | undefined }) {
  const t = useWords(words);
  return node === undefined ? null : (
    <span className="mono" data-told="">
      {node.place === "CASH" ? t("cash") : node.name}
    </span>
  );
}

interface Props {
  account?: string;
  caseId?: number;
  from?: number;
  until?: number;
  height: number;
}

type Direction = "both" | "forward" | "backward";
type Order = Flow["order"];

async function askFlow({ account, caseId, from, until }: Props, direction: Direction, order: Order, signal: AbortSignal): Promise<Flow> {
  const query = { from, until, order, direction: direction === "both" ? undefined : direction };
  const answer =
    caseId === undefined
      ? await told(api.GET("/v1/flow", { params: { query: { ...query, account } }, signal }))
      : await told(api.GET("/v1/cases/{case}/flow", { params: { path: { case: caseId }, query }, signal }));
  return answer.flow;
}

function drawPlace(place: FlowPlace, start: string | undefined, say: { rest: string; cash: string; outside: string }, language: Language, dark: boolean): DrawnNode {
  const one = place.nodes.length === 1 ? place.nodes[0]! : null;
  const kind = one === null ? "OTHER" : kindOf(one);
  const look = nodeLooks[kind];
  const name = one === null ? say.rest : one.place === "CASH" ? say.cash : shortName(one.name);
  const role = one === null ? "" : (roleOf(one, say.outside)?.[language] ?? "");
  return {
    id: place.id,
    x: place.at.x,
    y: place.at.y,
    shape: look.shape,
    colour: look[dark ? "dark" : "light"],
    glyph: glyphWords[kind][language],
    label: `${name}\n${[role, shortMoney(place.amount, language)].filter((text) => text !== "").join(" ")}`,
    size: one !== null && one.name === start && one.place === "OWN" ? 36 : 28,
    dashed: look.dashed,
    ring: one !== null && one.name === start && one.place === "OWN" ? "selected" : place.nodes.some(endsHere) ? "marked" : null,
  };
}

function Sums({ flow }: { flow: Flow }) {
  const t = useWords(words);
  const { forward, backward } = flow;
  const sum = (title: string, fen: number) => <Statistic key={title} title={title} value={moneyText(fen)} valueStyle={{ fontSize: 16 }} />;
  return (
    <Space size={28} wrap>
      {backward !== undefined && sum(t("origin"), backward.traced)}
      {forward !== undefined && [sum(t("traced"), forward.traced), sum(t("stillHere"), forward.still_here), sum(t("outside"), forward.outside), sum(t("notFollowed"), forward.not_followed)]}
    </Space>
  );
}

function FlowTables({ flow }: { flow: Flow }) {
  const t = useWords(words);
  const both = useBoth();
  const { language } = useSettings();
  const byId = useMemo(() => new Map(flow.nodes.map((node) => [node.id, node])), [flow]);
  const reasons = useMemo(() => new Map(flow.cut.map((cut) => [cut.reason, cut])), [flow]);
  const nodes = useMemo(() => [...flow.nodes].sort((one, other) => layerOf(one) - layerOf(other) || amountOf(other) - amountOf(one)), [flow]);
  const money = (fen: number | undefined) => <span className="number">{fen === undefined ? NOTHING : moneyText(fen)}</span>;
  const side = (node: FlowNode) => node.forward ?? node.backward;
  const paging = { pageSize: 20, size: "small" as const, hideOnSinglePage: true, showSizeChanger: false };
  return (
    <Tabs
      size="small"
      items={[
        {
          key: "nodes",
          label: t("nodes", { n: countText(nodes.length) }),
          children: (
            <Wide label={t("nodes", { n: countText(nodes.length) })}>
              <Table<FlowNode>
                rowKey="id"
                size="small"
                dataSource={nodes}
                pagination={paging}
                columns={[
                  { key: "layer", title: t("layer"), align: "right", render: (_value, node) => layerOf(node) },
                  { key: "place", title: t("place"), render: (_value, node) => <KindName kind={kindOf(node)} /> },
                  { key: "name", title: t("name"), render: (_value, node) => (node.place === "OWN" ? <span data-told=""><ThingLink kind="ACCOUNT" name={node.name} /></span> : <NodeText node={node} />) },
                  { key: "customer", title: t("customer"), render: (_value, node) => <span data-told=""><ThingLink kind="CUSTOMER" name={node.customer} /></span> },
                  { key: "role", title: t("role"), render: (_value, node) => both(roleOf(node, t("fromOutside"))) },
                  { key: "received", title: t("received"), align: "right", render: (_value, node) => money(side(node)?.received) },
                  { key: "passed", title: t("passedOn"), align: "right", render: (_value, node) => money(side(node)?.passed_on) },
                  { key: "left", title: t("left"), align: "right", render: (_value, node) => money(side(node)?.left) },
                  { key: "dwell", title: t("dwell"), align: "right", render: (_value, node) => (side(node)?.dwell_us === undefined ? NOTHING : spanText(side(node)!.dwell_us! / 1000, language)) },
                  { key: "cut", title: t("cut"), render: (_value, node) => both(node.cut === undefined ? null : reasons.get(node.cut)) },
                ]}
              />
            </Wide>
          ),
        },
        {
          key: "edges",
          label: t("edges", { n: countText(flow.edges.length) }),
          children: (
            <Wide label={t("edges", { n: countText(flow.edges.length) })}>
              <Table<FlowEdge>
                rowKey={(edge) => `${edge.layer} ${edge.from} ${edge.to}`}
                size="small"
                dataSource={flow.edges}
                pagination={paging}
                columns={[
                  { key: "layer", title: t("layer"), align: "right", render: (_value, edge) => edge.layer },
                  { key: "from", title: t("from"), render: (_value, edge) => <NodeText node={byId.get(edge.from)} /> },
                  { key: "to", title: t("to"), render: (_value, edge) => <NodeText node={byId.get(edge.to)} /> },
                  { key: "amount", title: t("amount"), align: "right", render: (_value, edge) => money(edge.amount) },
                  { key: "movements", title: t("movements"), align: "right", render: (_value, edge) => <span className="number">{countText(edge.movements)}</span> },
                  { key: "first", title: t("first"), render: (_value, edge) => <Time ms={edge.first_us / 1000} /> },
                  { key: "last", title: t("last"), render: (_value, edge) => <Time ms={edge.last_us / 1000} /> },
                ]}
              />
            </Wide>
          ),
        },
        {
          key: "layers",
          label: t("layers", { n: countText(flow.layers.length) }),
          children: (
            <Wide label={t("layers", { n: countText(flow.layers.length) })}>
              <Table<Flow["layers"][number]>
                rowKey="layer"
                size="small"
                dataSource={flow.layers}
                pagination={false}
                columns={[
                  { key: "layer", title: t("layer"), align: "right", render: (_value, layer) => layer.layer },
                  { key: "amount", title: t("amount"), align: "right", render: (_value, layer) => money(layer.amount) },
                  { key: "exits", title: t("exits"), align: "right", render: (_value, layer) => money(layer.exits) },
                  { key: "edges", title: t("edges", { n: "" }), align: "right", render: (_value, layer) => countText(layer.edges) },
                ]}
              />
            </Wide>
          ),
        },
      ]}
    />
  );
}

export function FlowPicture(props: Props) {
  const { account, caseId, from, until, height } = props;
  const t = useWords(words);
  const both = useBoth();
  const { language, dark } = useSettings();
  const [direction, setDirection] = useState<Direction>("both");
  const [order, setOrder] = useState<Order>("first_out");
  const graph = useRef<GraphHandle>(null);
  const { data: flow, error, isPending, refetch } = useAsk(["flow", account, caseId, from, until, direction, order], (signal) => askFlow(props, direction, order, signal), { staleMs: 30_000 });

  const picture = useMemo(() => {
    if (flow === undefined) {
      return null;
    }
    const { places, ways } = layOut(flow);
    const nodes = places.map((place) => drawPlace(place, account, { rest: t("rest", { n: place.nodes.length }), cash: t("cash"), outside: t("fromOutside") }, language, dark));
    const edges: DrawnEdge[] = ways.map((way) => ({
      id: way.id,
      from: way.from,
      to: way.to,
      colour: layerLooks.PAYMENT[dark ? "dark" : "light"],
      width: widthOf(way.amount),
      arrow: true,
      label: `${shortMoney(way.amount, language)} · ${way.movements}×\n${timeText(way.firstMs).slice(5, 16)}${way.lastMs - way.firstMs >= 60_000 ? ` – ${timeText(way.lastMs).slice(5, 16)}` : ""}`,
    }));
    return { nodes, edges, hasRest: places.some((place) => place.nodes.length > 1), kinds: [...new Set(places.map((place) => (place.nodes.length > 1 ? "OTHER" : kindOf(place.nodes[0]!))))] };
    // Words change with the language.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [flow, account, language, dark]);

  function exportAll(told: Flow) {
    const byId = new Map(told.nodes.map((node) => [node.id, node.name]));
    download(
      `flow-${account ?? caseId}.csv`,
      csvText(
        [t("layer"), t("from"), t("to"), t("amount"), t("movements"), t("first"), t("last")],
        told.edges.map((edge) => [edge.layer, byId.get(edge.from), byId.get(edge.to), edge.amount / 100, edge.movements, timeText(edge.first_us / 1000), timeText(edge.last_us / 1000)]),
      ),
      "text/csv;charset=utf-8",
    );
  }

  const isEmpty = flow !== undefined && flow.edges.length === 0;
  const name = account ?? String(caseId);
  return (
    <section aria-label={t("forward")}>
      <Space wrap style={{ marginBottom: 8 }}>
        {caseId === undefined && (
          <Segmented value={direction} onChange={setDirection} aria-label={t("direction")} options={(["both", "forward", "backward"] as const).map((value) => ({ value, label: t(value) }))} />
        )}
        <Segmented value={order} onChange={setOrder} aria-label={t("order")} options={(["first_out", "last_out"] as const).map((value) => ({ value, label: t(value) }))} />
        {flow !== undefined && <Typography.Text type="secondary">{t("span", { from: timeText(flow.from_us / 1000, "day"), until: timeText(flow.until_us / 1000, "day") })}</Typography.Text>}
      </Space>
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      {isPending && (
        <div style={{ height, display: "grid", placeItems: "center" }} role="status">
          <Spin />
        </div>
      )}
      {isEmpty && <Nothing>{t("empty")}</Nothing>}
      {flow !== undefined && picture !== null && !isEmpty && (
        <>
          <div style={{ display: "flex", flexWrap: "wrap", gap: 8, justifyContent: "space-between", alignItems: "end", marginBottom: 6 }}>
            <Sums flow={flow} />
            <GraphTools graph={graph} name={`flow-${name}`}>
              <Button size="small" onClick={() => exportAll(flow)}>
                {t("csv")}
              </Button>
            </GraphTools>
          </div>
          <GraphCanvas
            ref={graph}
            nodes={picture.nodes}
            edges={picture.edges}
            height={height}
            layered
            summary={t("summary", { nodes: countText(flow.nodes.length), edges: countText(flow.edges.length), layers: countText(flow.layers.length) })}
            keysHint={t("keys")}
          />
          <Legend kinds={picture.kinds}>
            <li>
              <svg width="18" height="18" aria-hidden="true" style={{ verticalAlign: "-4px" }}>
                <rect x="2" y="2" width="14" height="14" rx="3" fill="none" strokeWidth="3" stroke={surfaces[dark ? "dark" : "light"].ring} />
              </svg>{" "}
              {t("ends")}
            </li>
          </Legend>
          {picture.hasRest && <Typography.Text type="secondary">{t("restNote", { n: LAYER_ROWS_MAX - 1 })}</Typography.Text>}
          {flow.cut.length > 0 && (
            <Alert
              type="info"
              style={{ margin: "6px 0" }}
              message={
                <Space wrap>
                  {flow.cut.map((cut) => (
                    <Tag key={cut.reason} bordered={false}>
                      {both(cut)} · {t("accounts", { n: countText(cut.accounts) })}
                    </Tag>
                  ))}
                </Space>
              }
            />
          )}
          <FlowTables flow={flow} />
        </>
      )}
    </section>
  );
}
