// The graph in words: its nodes and bonds as tables, from which all that the canvas offers can be done too.
import { Button, Space, Table, Tabs, Tag, Tooltip } from "antd";
import { useMemo } from "react";

import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { countText, moneyText, NOTHING, Time } from "@/parts/values";
import { labelOf } from "@/screens/graph/draw";
import { exploreWords } from "@/screens/graph/exploreWords";
import { KindName, NodeMark } from "@/screens/graph/GraphFrame";
import type { View, WalkEdge, WalkNode } from "@/screens/graph/walk";
import { Wide } from "@/screens/graph/Wide";
import { layerWords, NODE_KINDS, nodeWords } from "@/screens/graph/words";

interface Props {
  view: View;
  all: ReadonlyMap<string, WalkNode>;
  chosen: ReadonlySet<string>;
  busy: ReadonlySet<string>;
  mayExpand: boolean;
  onChoose: (ids: string[]) => void;
  onExpand: (node: WalkNode) => void;
  onFocus: (id: string) => void;
}

function Marks({ node, isFaded }: { node: WalkNode; isFaded: boolean }) {
  const t = useWords(exploreWords);
  const both = useBoth();
  return (
    <>
      {node.isStart && <Tag bordered={false}>{t("start")}</Tag>}
      {node.onWay && <Tag bordered={false}>{t("onWay")}</Tag>}
      {node.isPinned && <Tag bordered={false}>{t("pinned")}</Tag>}
      {isFaded && <Tag bordered={false}>{t("fadedMark")}</Tag>}
      {node.hub !== null && (
        <Tooltip title={<span data-told="">{`${both(node.hub)} ${node.hub.detail}`}</span>}>
          <Tag bordered={false}>{node.hub.seen > 0 ? `${t("hub")} ${t("seen", { n: countText(node.hub.seen) })}` : t("hub")}</Tag>
        </Tooltip>
      )}
    </>
  );
}

export function NodeName({ node }: { node: Pick<WalkNode, "kind" | "name"> }) {
  const { language } = useSettings();
  return (
    <span style={{ whiteSpace: "nowrap" }} title={node.name}>
      <NodeMark kind={node.kind} />{" "}
      <span className="mono" data-told="">
        {labelOf(node, language)}
      </span>
    </span>
  );
}

function NodeTable({ view, chosen, busy, mayExpand, onChoose, onExpand, onFocus }: Props) {
  const t = useWords(exploreWords);
  const kind = useWords(nodeWords);
  const kinds = NODE_KINDS.filter((one) => view.nodes.some((node) => node.kind === one));
  return (
    <Wide label={t("nodes", { n: countText(view.nodes.length) })}>
      <Table<WalkNode>
        rowKey="id"
        size="small"
        dataSource={view.nodes}
        pagination={{ pageSize: 50, size: "small", hideOnSinglePage: true, showSizeChanger: false }}
        rowSelection={{
          selectedRowKeys: [...chosen],
          onChange: (keys) => onChoose(keys.map(String)),
          preserveSelectedRowKeys: true,
          getCheckboxProps: (node) => ({ "aria-label": t("choose", { name: node.name }) }) as object,
        }}
        columns={[
          { key: "kind", title: t("node"), filters: kinds.map((one) => ({ text: kind(one), value: one })), onFilter: (value, node) => node.kind === value, render: (_value, node) => <KindName kind={node.kind} /> },
          {
            key: "name",
            title: t("name"),
            render: (_value, node) => (
              <Button type="text" size="small" className="mono" style={{ padding: "0 4px", textDecoration: "underline" }} onClick={() => onFocus(node.id)} title={node.name}>
                <span data-told="">{node.kind === "CASH" ? NOTHING : node.name}</span>
              </Button>
            ),
          },
          { key: "links", title: t("links"), align: "right", sorter: (one, other) => (one.links ?? 0) - (other.links ?? 0), render: (_value, node) => <span className="number">{countText(node.links)}</span> },
          {
            key: "deeds",
            title: t("deeds"),
            render: (_value, node) =>
              node.isExpanded ? (
                <Tag bordered={false}>{t("expanded")}</Tag>
              ) : node.kind === "CASH" || !mayExpand ? null : (
                <Button size="small" loading={busy.has(node.id)} onClick={() => onExpand(node)} aria-label={t("expandNode", { name: node.name })}>
                  {t("expand")}
                </Button>
              ),
          },
          { key: "marks", title: "", render: (_value, node) => <Marks node={node} isFaded={view.faded.has(node.id)} /> },
        ]}
      />
    </Wide>
  );
}

function EdgeTable({ view, all }: Props) {
  const t = useWords(exploreWords);
  const layer = useWords(layerWords);
  const end = (id: string) => {
    const node = all.get(id);
    return node === undefined ? null : <NodeName node={node} />;
  };
  const rows = useMemo(() => [...view.edges].sort((one, other) => other.amount - one.amount || other.lastMs - one.lastMs), [view.edges]);
  return (
    <Wide label={t("edges", { n: countText(view.edges.length) })}>
      <Table<WalkEdge>
        rowKey="id"
        size="small"
        dataSource={rows}
        pagination={{ pageSize: 50, size: "small", hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { key: "layer", title: t("bond"), render: (_value, edge) => <span style={{ whiteSpace: "nowrap" }}>{layer(edge.layer)}</span> },
          { key: "from", title: t("from"), render: (_value, edge) => end(edge.from) },
          {
            key: "to",
            title: t("to"),
            render: (_value, edge) => (
              <Space size={4}>
                {edge.layer === "PAYMENT" && <span aria-hidden="true">→</span>}
                {end(edge.to)}
              </Space>
            ),
          },
          { key: "amount", title: t("amount"), align: "right", render: (_value, edge) => <span className="number">{edge.layer === "PAYMENT" ? moneyText(edge.amount) : NOTHING}</span> },
          { key: "times", title: t("times"), align: "right", render: (_value, edge) => <span className="number">{countText(edge.times)}</span> },
          { key: "first", title: t("first"), render: (_value, edge) => <Time ms={edge.firstMs} /> },
          { key: "last", title: t("last"), render: (_value, edge) => <Time ms={edge.lastMs} /> },
        ]}
      />
    </Wide>
  );
}

export function WalkTables(props: Props) {
  const t = useWords(exploreWords);
  return (
    <Tabs
      size="small"
      items={[
        { key: "nodes", label: t("nodes", { n: countText(props.view.nodes.length) }), children: <NodeTable {...props} /> },
        { key: "edges", label: t("edges", { n: countText(props.view.edges.length) }), children: <EdgeTable {...props} /> },
      ]}
    />
  );
}
