// Where the money of the alert's account went and came from, layer by layer.
import { Space, Table, Tag, Typography } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Failure, Nothing } from "@/parts/States";
import { moneyText, ThingLink } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";

type Flow = Schemas["Flow"]["flow"];
type Node = Flow["nodes"][number];
const PLACES = ["OWN", "BANK", "MERCHANT", "CASH", "WALLET"] as const;

interface Line {
  key: string;
  layer: number;
  node: Node;
  side: Schemas["FlowSide"];
}

function linesOf(flow: Flow): Line[] {
  return flow.nodes
    .flatMap((node) => [
      ...(node.backward !== undefined && node.backward.layer < 0 ? [{ key: `b${node.id}`, layer: node.backward.layer, node, side: node.backward }] : []),
      ...(node.forward !== undefined && node.forward.layer > 0 ? [{ key: `f${node.id}`, layer: node.forward.layer, node, side: node.forward }] : []),
    ])
    .sort((one, other) => one.layer - other.layer || (other.side.received ?? 0) - (one.side.received ?? 0));
}

export function MoneyFlow({ account }: { account: string | null }) {
  const t = useWords(alertWords);
  const both = useBoth();
  const { data, error, isPending, refetch } = useAsk(["flow", account], (signal) => told(api.GET("/v1/flow", { params: { query: { account: account! } }, signal })), { active: account !== null, staleMs: 60_000 });
  if (account === null) {
    return <Nothing>{t("noAccount")}</Nothing>;
  }
  if (error !== null) {
    return <Failure error={error} onAgain={() => void refetch()} />;
  }
  const flow = data?.flow;
  const lines = flow === undefined ? [] : linesOf(flow);
  const sums = flow?.forward;
  return (
    <>
      {sums !== undefined && (
        <Space size="large" style={{ marginBottom: 8 }}>
          <Typography.Text strong>{t("traced", { amount: moneyText(sums.traced) })}</Typography.Text>
          <span>{t("stillHere", { amount: moneyText(sums.still_here) })}</span>
          <span>{t("outside", { amount: moneyText(sums.outside) })}</span>
        </Space>
      )}
      <Table<Line>
        size="small"
        rowKey="key"
        loading={isPending}
        dataSource={lines}
        pagination={lines.length > 20 ? { pageSize: 20, size: "small" } : false}
        scroll={lines.length > 0 ? { x: "max-content" } : undefined}
        locale={{ emptyText: isPending ? " " : <Nothing>{t("noFlow")}</Nothing> }}
        columns={[
          { key: "layer", title: t("layer"), render: (_value, line) => t(line.layer < 0 ? "layerIn" : "layerOut", { n: Math.abs(line.layer) }) },
          {
            key: "place",
            title: t("place"),
            render: (_value, { node }) => (
              <Space size={6}>
                <Tag>{(PLACES as readonly string[]).includes(node.place) ? t(`place${node.place as (typeof PLACES)[number]}`) : node.place}</Tag>
                {node.place === "OWN" ? <ThingLink kind="account" name={node.name} /> : <span className="mono">{node.name}</span>}
              </Space>
            ),
          },
          { key: "role", title: t("role"), render: (_value, { side }) => both({ zh: side.role_zh, en: side.role_en }) },
          { key: "received", title: t("received"), align: "right", render: (_value, { side }) => <span className="number">{moneyText(side.received)}</span> },
          { key: "passed", title: t("passedOn"), align: "right", render: (_value, { side }) => <span className="number">{moneyText(side.passed_on)}</span> },
        ]}
      />
    </>
  );
}
