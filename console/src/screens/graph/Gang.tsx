// One gang: its picture, its members and what binds them, what was left out, and the decision on it.
import { Alert, App, Button, Card, Descriptions, Form, Input, Modal, Radio, Space, Spin, Table, Tabs, Tag } from "antd";
import { useMemo, useRef, useState } from "react";
import { Link, useNavigate, useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { Failure } from "@/parts/States";
import { CaseLink, countText, moneyText, NOTHING, shareText, shortMoney, Time, timeText } from "@/parts/values";
import { CasePick } from "@/screens/cases/CasePick";
import { gangWords } from "@/screens/graph/gangWords";
import { type DrawnEdge, type DrawnNode, GraphCanvas, type GraphHandle } from "@/screens/graph/GraphCanvas";
import { GraphTools, KindName, Legend, type LookKind } from "@/screens/graph/GraphFrame";
import { layerLooks, nodeLooks, shortName, surfaces, widthOf } from "@/screens/graph/looks";
import { placeNew } from "@/screens/graph/place";
import { idOf } from "@/screens/graph/walk";
import { Wide } from "@/screens/graph/Wide";
import { glyphWords, isLayer, isNodeKind, layerWords } from "@/screens/graph/words";

type GangTold = Schemas["Gang"];
type Member = GangTold["members"][number];
type Bond = GangTold["bonds"][number];
type Skipped = NonNullable<NonNullable<GangTold["skipped"]>["hubs"]>[number];

function lookOf(kind: string): LookKind {
  return isNodeKind(kind) ? kind : "OTHER";
}

function Named({ kind, name }: { kind: string; name: string }) {
  const links = isNodeKind(kind) && kind !== "CASH";
  return (
    <Space size={6}>
      <KindName kind={lookOf(kind)} />
      <span className="mono" data-told="">
        {links ? <Link to={`/graph?kind=${kind}&name=${encodeURIComponent(name)}`}>{name}</Link> : name}
      </span>
    </Space>
  );
}

// Things that bind members stand between them, and are no members of their own where the table does not have them.
function useGangPicture(gang: GangTold) {
  const { language, dark } = useSettings();
  return useMemo(() => {
    const look = dark ? "dark" : "light";
    const parts = new Map(gang.members.map((member) => [idOf(member.kind, member.name), member]));
    const known = new Map<string, { kind: string; name: string }>();
    gang.members.forEach((member) => known.set(idOf(member.kind, member.name), member));
    gang.bonds.forEach((bond) => {
      known.set(idOf(bond.from_kind, bond.from), { kind: bond.from_kind, name: bond.from });
      known.set(idOf(bond.to_kind, bond.to), { kind: bond.to_kind, name: bond.to });
    });
    const ids = [...known.keys()];
    const places = placeNew(ids, gang.bonds.map((bond) => [idOf(bond.from_kind, bond.from), idOf(bond.to_kind, bond.to)] as [string, string]), new Map());
    const nodes: DrawnNode[] = ids.map((id) => {
      const { kind, name } = known.get(id)!;
      const its = nodeLooks[lookOf(kind)];
      const part = parts.get(id)?.part;
      return {
        id,
        ...places.get(id)!,
        shape: its.shape,
        colour: its[look],
        glyph: glyphWords[lookOf(kind)][language],
        label: shortName(name),
        size: kind === gang.seed_kind && name === gang.seed ? 38 : 28,
        dashed: its.dashed,
        ring: kind === gang.seed_kind && name === gang.seed ? "selected" : part === "PAYER" || part === "HOUSEHOLD" ? "marked" : null,
      };
    });
    const edges: DrawnEdge[] = gang.bonds.map((bond, index) => {
      const layer = isLayer(bond.kind) ? bond.kind : "PAYMENT";
      const isPayment = bond.kind === "PAYMENT";
      return {
        id: `${index} ${bond.kind}`,
        from: idOf(bond.from_kind, bond.from),
        to: idOf(bond.to_kind, bond.to),
        colour: layerLooks[layer][look],
        width: isPayment ? widthOf(bond.amount) : 1.4,
        dash: layerLooks[layer].dash,
        arrow: isPayment,
        label: isPayment ? `${shortMoney(bond.amount, language)} · ${bond.times}×` : "",
      };
    });
    return { nodes, edges, kinds: [...new Set([...known.values()].map(({ kind }) => lookOf(kind)))] };
  }, [gang, language, dark]);
}

function GangTables({ gang }: { gang: GangTold }) {
  const t = useWords(gangWords);
  const layer = useWords(layerWords);
  const both = useBoth();
  const hubs = gang.skipped?.hubs ?? [];
  const paging = { pageSize: 25, size: "small" as const, hideOnSinglePage: true, showSizeChanger: false };
  return (
    <Tabs
      size="small"
      items={[
        {
          key: "members",
          label: t("members", { n: countText(gang.members.length) }),
          children: (
            <Wide label={t("members", { n: countText(gang.members.length) })}>
              <Table<Member>
                rowKey={(member) => idOf(member.kind, member.name)}
                size="small"
                dataSource={gang.members}
                pagination={paging}
                columns={[
                  { key: "name", title: t("name"), render: (_value, member) => <Named kind={member.kind} name={member.name} /> },
                  { key: "part", title: t("part"), filters: (["MEMBER", "PAYER", "HOUSEHOLD"] as const).map((value) => ({ value, text: t(value) })), onFilter: (value, member) => member.part === value, render: (_value, member) => t(member.part) },
                  { key: "inside", title: t("inside"), align: "right", sorter: (one, other) => one.strength - other.strength, render: (_value, member) => <span className="number">{shareText(member.strength)}</span> },
                  { key: "nearness", title: t("nearness"), align: "right", sorter: (one, other) => one.nearness - other.nearness, render: (_value, member) => <span className="number">{member.nearness.toFixed(3)}</span> },
                ]}
              />
            </Wide>
          ),
        },
        {
          key: "bonds",
          label: t("bonds", { n: countText(gang.bonds.length) }),
          children: (
            <Wide label={t("bonds", { n: countText(gang.bonds.length) })}>
              <Table<Bond>
                rowKey={(bond) => `${bond.kind} ${bond.from_kind} ${bond.from} ${bond.to_kind} ${bond.to}`}
                size="small"
                dataSource={gang.bonds}
                pagination={paging}
                columns={[
                  { key: "bond", title: t("bond"), render: (_value, bond) => (isLayer(bond.kind) ? layer(bond.kind) : bond.kind) },
                  { key: "from", title: t("one_"), render: (_value, bond) => <Named kind={bond.from_kind} name={bond.from} /> },
                  { key: "to", title: t("other"), render: (_value, bond) => <Named kind={bond.to_kind} name={bond.to} /> },
                  { key: "paid", title: t("paid"), align: "right", render: (_value, bond) => <span className="number">{bond.amount > 0 ? moneyText(bond.amount) : NOTHING}</span> },
                  { key: "count", title: t("count"), align: "right", render: (_value, bond) => <span className="number">{countText(bond.times)}</span> },
                  { key: "first", title: t("first"), render: (_value, bond) => <Time ms={bond.first_us / 1000} /> },
                  { key: "last", title: t("last"), render: (_value, bond) => <Time ms={bond.last_us / 1000} /> },
                ]}
              />
            </Wide>
          ),
        },
        {
          key: "skipped",
          label: t("skipped", { n: countText(hubs.length) }),
          children: (
            <>
              {gang.skipped?.nodes_cut === true && <Alert type="warning" showIcon style={{ marginBottom: 8 }} message={t("nodesCut", { n: countText(gang.skipped.nodes_read) })} />}
              {gang.skipped?.is_too_long === true && <Alert type="info" showIcon style={{ marginBottom: 8 }} message={t("tooLong")} />}
              <Wide label={t("skipped", { n: countText(hubs.length) })}>
                <Table<Skipped>
                  rowKey={(hub) => idOf(hub.kind, hub.name)}
                  size="small"
                  dataSource={hubs}
                  pagination={paging}
                  columns={[
                    { key: "name", title: t("name"), render: (_value, hub) => <Named kind={hub.kind} name={hub.name} /> },
                    { key: "why", title: t("why"), render: (_value, hub) => both(hub) },
                    { key: "detail", title: t("reason"), render: (_value, hub) => <span data-told="">{hub.detail}</span> },
                    { key: "seen", title: t("seen"), align: "right", render: (_value, hub) => <span className="number">{hub.seen > 0 ? countText(hub.seen) : NOTHING}</span> },
                    { key: "meets", title: t("meets"), align: "right", render: (_value, hub) => <span className="number">{countText(hub.members)}</span> },
                  ]}
                />
              </Wide>
            </>
          ),
        },
      ]}
    />
  );
}

function Confirm({ gang, onClose }: { gang: number; onClose: () => void }) {
  const t = useWords(gangWords);
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const [way, setWay] = useState<"new" | "old">("new");
  const deed = useDeed((into: number | undefined) => told(api.POST("/v1/gangs/{gang}/confirm", { params: { path: { gang } }, body: into === undefined ? {} : { case: into } })), {
    touches: [["gang", gang], ["table", "gangs"], ["table", "cases"]],
    after: (done) => {
      notification.success({ message: t("confirmed", { id: done.case }), description: <Button onClick={() => navigate(`/cases/${done.case}`)}>{t("openCase")}</Button>, duration: 12 }); // it is shown outside of the router
      onClose();
    },
  });
  return (
    <Modal open title={t("confirm")} footer={null} onCancel={onClose} width={460}>
      <Form layout="vertical" onFinish={({ id }: { id?: number }) => deed.mutate(way === "old" ? id : undefined)}>
        <p>{t("confirmText")}</p>
        <Form.Item>
          <Radio.Group
            value={way}
            onChange={(event) => setWay(event.target.value as "new" | "old")}
            options={[
              { value: "new", label: t("newCase") },
              { value: "old", label: t("oldCase") },
            ]}
          />
        </Form.Item>
        {way === "old" && (
          <Form.Item label={t("caseId")} name="id" rules={[{ required: true, message: t("needed") }]}>
            <CasePick open />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" loading={deed.isPending}>
          {t("confirm")}
        </Button>
      </Form>
    </Modal>
  );
}

function Dismiss({ gang, onClose }: { gang: number; onClose: () => void }) {
  const t = useWords(gangWords);
  const deed = useDeed((reason: string) => told(api.POST("/v1/gangs/{gang}/dismiss", { params: { path: { gang } }, body: { reason } })), {
    done: t("dismissed"),
    touches: [["gang", gang], ["table", "gangs"]],
    after: onClose,
  });
  return (
    <Modal open title={t("dismiss")} footer={null} onCancel={onClose} width={460}>
      <Form layout="vertical" onFinish={({ reason }: { reason: string }) => deed.mutate(reason.trim())}>
        <p>{t("dismissText")}</p>
        <Form.Item label={t("reason")} name="reason" rules={[{ required: true, whitespace: true, message: t("needed") }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={deed.isPending}>
          {t("dismiss")}
        </Button>
      </Form>
    </Modal>
  );
}

function GangFound({ gang }: { gang: GangTold }) {
  const t = useWords(gangWords);
  const { may } = useSession();
  const { dark } = useSettings();
  const graph = useRef<GraphHandle>(null);
  const picture = useGangPicture(gang);
  const [deciding, setDeciding] = useState<"confirm" | "dismiss" | null>(null);
  return (
    <>
      <Card
        size="small"
        title={
          <Space>
            <h1 style={{ fontSize: 16, margin: 0 }}>{t("one", { id: gang.id })}</h1>
            <Tag>{t(gang.state)}</Tag>
            {gang.secrecy !== "NORMAL" && <Tag>{t(gang.secrecy)}</Tag>}
          </Space>
        }
        extra={
          <Space wrap>
            <Link to="/gangs">{t("back")}</Link>
            {isNodeKind(gang.seed_kind) && <Link to={`/graph?kind=${gang.seed_kind}&name=${encodeURIComponent(gang.seed)}`}>{t("explore")}</Link>}
            {gang.state === "PROPOSED" && may("cases:write") && (
              <>
                <Button size="small" type="primary" onClick={() => setDeciding("confirm")}>
                  {t("confirm")}
                </Button>
                <Button size="small" onClick={() => setDeciding("dismiss")}>
                  {t("dismiss")}
                </Button>
              </>
            )}
          </Space>
        }
      >
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 4 }}
          items={[
            { key: "seed", label: t("seed"), children: <Named kind={gang.seed_kind} name={gang.seed} /> },
            { key: "accounts", label: t("accounts"), children: countText(gang.accounts) },
            { key: "holders", label: t("holders"), children: countText(gang.holders) },
            { key: "strength", label: t("strength"), children: <span title={t("strengthTip")}>{shareText(gang.strength)}</span> },
            { key: "amount", label: t("amount"), children: moneyText(gang.amount) },
            { key: "span", label: t("span"), children: `${timeText(gang.from_us / 1000, "day")} – ${timeText(gang.until_us / 1000, "day")}` },
            { key: "found", label: t("found"), children: <Time ms={gang.found_us / 1000} /> },
            { key: "times", label: t("times"), children: gang.times },
            ...(gang.case_id === undefined ? [] : [{ key: "case", label: t("case"), children: <CaseLink id={gang.case_id} /> }]),
            ...(gang.decided_us === undefined
              ? []
              : [
                  { key: "by", label: t("decidedBy"), children: gang.decided_by },
                  { key: "decided", label: t("decided"), children: <Time ms={gang.decided_us / 1000} /> },
                ]),
            ...(gang.reason === undefined || gang.reason === "" ? [] : [{ key: "reason", label: t("reason"), children: <span data-told="">{gang.reason}</span> }]),
          ]}
        />
        {gang.grown_from !== undefined && (
          <Alert type="info" showIcon message={<Link to={`/gangs/${gang.grown_from}`}>{t("grownFrom", { id: gang.grown_from })}</Link>} style={{ margin: "8px 0" }} />
        )}
        <div style={{ display: "flex", flexWrap: "wrap", justifyContent: "space-between", gap: 8, margin: "8px 0 6px" }}>
          <Legend kinds={picture.kinds}>
            <li>
              <svg width="18" height="18" aria-hidden="true" style={{ verticalAlign: "-4px" }}>
                <rect x="2" y="2" width="14" height="14" rx="3" fill="none" strokeWidth="3" stroke={surfaces[dark ? "dark" : "light"].ring} />
              </svg>{" "}
              {t("parts")}
            </li>
          </Legend>
          <GraphTools graph={graph} name={`gang-${gang.id}`} />
        </div>
        <GraphCanvas
          ref={graph}
          nodes={picture.nodes}
          edges={picture.edges}
          height={400}
          summary={t("summary", { nodes: countText(picture.nodes.length), edges: countText(picture.edges.length) })}
          keysHint={t("keys")}
        />
        <GangTables gang={gang} />
      </Card>
      {deciding === "confirm" && <Confirm gang={gang.id} onClose={() => setDeciding(null)} />}
      {deciding === "dismiss" && <Dismiss gang={gang.id} onClose={() => setDeciding(null)} />}
    </>
  );
}

export default function Gang() {
  const id = Number(useParams().gang);
  const t = useWords(gangWords);
  const { data, error, isPending, refetch } = useAsk(["gang", id], (signal) => told(api.GET("/v1/gangs/{gang}", { params: { path: { gang: id } }, signal })));
  if (data !== undefined) {
    return <GangFound key={id} gang={data.gang} />;
  }
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("one", { id })}</h1>} extra={<Link to="/gangs">{t("back")}</Link>}>
      {isPending ? <Spin /> : <Failure error={error} onAgain={() => void refetch()} />}
    </Card>
  );
}
