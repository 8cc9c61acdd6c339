// The explorer of the graph: it begins with an account, a customer, a thing or an alert, and goes on from node to node. Money, devices, addresses are layers that can be put
// out; the time can be narrowed; nodes are hidden, pinned, found, taken into a case, looked around for a gang.
import { Alert, App, Button, Card, Checkbox, Drawer, Empty, Input, Select, Slider, Space, Spin, Tag, Typography } from "antd";
import { lazy, Suspense, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { Link, useNavigate } from "react-router-dom";

import { api, told } from "@/api/client";
import { useListedKey } from "@/app/Keyboard";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useDeed } from "@/parts/ask";
import { useProblemText } from "@/parts/problems";
import { countText, moneyText, timeText } from "@/parts/values";
import { drawView } from "@/screens/graph/draw";
import { exploreWords, outcomeWords } from "@/screens/graph/exploreWords";
import { FlowPicture } from "@/screens/graph/FlowPicture";
import { GraphCanvas, type GraphHandle } from "@/screens/graph/GraphCanvas";
import { GraphTools, Legend } from "@/screens/graph/GraphFrame";
import { layerLooks } from "@/screens/graph/looks";
import { idOf, layersOf, NO_WALK, timesOf, viewOf, type WalkNode, walkOn } from "@/screens/graph/walk";
import { NodeName, WalkTables } from "@/screens/graph/WalkTables";
import { BEGINNINGS, type End, isNodeKind, type Layer, layerWords, LAYERS, NODE_KINDS, type NodeKind, nodeWords } from "@/screens/graph/words";

// Forms, which the graph itself needs none of.
const FindWay = lazy(async () => ({ default: (await import("@/screens/graph/WalkDialogs")).FindWay }));
const IntoCase = lazy(async () => ({ default: (await import("@/screens/graph/WalkDialogs")).IntoCase }));

const DAY_MS = 86_400_000;
const SPANS = [7, 30, 90, 365];
const NEIGHBOURS = 100;
const NEIGHBOURS_MOST = 500;
const PROFILES = new Set<NodeKind>(["ACCOUNT", "CUSTOMER", "DEVICE", "IP", "MERCHANT", "PHONE", "ADDRESS"]);

// Of an alert: who it is about, and the account that was paid.
async function ofAlert(alert: number): Promise<End[]> {
  const { row } = await told(api.GET("/v1/alerts/{alert}", { params: { path: { alert } } }));
  const ends: End[] = isNodeKind(row.subject_kind) ? [{ kind: row.subject_kind, name: row.subject }] : [];
  if (row.account !== null && row.account !== undefined) ends.push({ kind: "ACCOUNT", name: row.account });
  if (row.customer !== null && row.customer !== undefined) ends.push({ kind: "CUSTOMER", name: row.customer });
  return ends.filter((end, index) => ends.findIndex((one) => idOf(one.kind, one.name) === idOf(end.kind, end.name)) === index);
}

function LayerMark({ layer }: { layer: Layer }) {
  const { dark } = useSettings();
  const look = layerLooks[layer];
  return (
    <svg width="22" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="22" y2="4" stroke={look[dark ? "dark" : "light"]} strokeWidth="2" strokeDasharray={look.dash?.join(" ")} />
    </svg>
  );
}

export default function Explorer() {
  const t = useWords(exploreWords);
  const kindText = useWords(nodeWords);
  const layerText = useWords(layerWords);
  const outcome = useWords(outcomeWords);
  const both = useBoth();
  const problem = useProblemText();
  const { message, notification } = App.useApp();
  const { may } = useSession();
  const { language, dark } = useSettings();
  const navigate = useNavigate();
  const [address, setAddress] = useFilters();
  const [walk, step] = useReducer(walkOn, NO_WALK);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [off, setOff] = useState<ReadonlySet<Layer>>(new Set());
  const [span, setSpan] = useState<[number, number] | null>(null);
  const [kind, setKind] = useState<string>(address.kind ?? "ACCOUNT");
  const [name, setName] = useState(address.name ?? "");
  const [asking, setAsking] = useState<"way" | "case" | null>(null);
  const [flowOf, setFlowOf] = useState<string | null>(null);
  const [opened, setOpened] = useState(0); // when the ways of money were asked for
  const [isLooking, setLooking] = useState(false);
  const graph = useRef<GraphHandle>(null);
  const days = Number(address.days ?? 30);
  const mayExpand = may("personal:read");

  const view = useMemo(() => viewOf(walk, off, span), [walk, off, span]);
  const drawn = useMemo(() => drawView(view, chosen, language, dark), [view, chosen, language, dark]);
  const times = useMemo(() => timesOf(walk), [walk]);
  const layers = useMemo(() => LAYERS.filter((layer) => layersOf(walk).includes(layer)), [walk]);
  const chosenNodes = [...chosen].flatMap((id) => walk.nodes.get(id) ?? []);
  const one = chosenNodes.length === 1 ? chosenNodes[0]! : null;
  const inTime = () => ({ from: Date.now() - days * DAY_MS });

  function fail(error: unknown) {
    const { title, todo } = problem(error);
    notification.error({ message: title, description: todo, role: "alert" });
  }

  async function expand(node: Pick<WalkNode, "id" | "kind" | "name">, limit = NEIGHBOURS) {
    if (node.kind === "CASH") {
      return;
    }
    setBusy((before) => new Set(before).add(node.id));
    try {
      const { graph: answer } = await told(api.GET("/v1/graph/neighbours", { params: { query: { kind: node.kind, name: node.name, limit, ...inTime() } } }));
      step({ deed: "neighbours", of: node.id, told: answer });
      if (answer.edges.length === 0) {
        void message.info(t("nothingFound", { name: node.name }));
      }
      answer.cut.filter((cut) => cut.reason !== "NODES").forEach((cut) => void message.warning(both(cut)));
    } catch (error) {
      fail(error);
    } finally {
      setBusy((before) => new Set([...before].filter((id) => id !== node.id)));
    }
  }

  async function begin(from: string, text: string) {
    setLooking(true);
    try {
      const ends: End[] = from === "ALERT" ? await ofAlert(Number(text)) : isNodeKind(from) ? [{ kind: from, name: text }] : [];
      ends.forEach((end) => step({ deed: "start", ...end }));
      for (const end of ends) {
        await expand({ id: idOf(end.kind, end.name), ...end });
      }
      if (ends.length > 0) {
        setChosen(new Set([idOf(ends[0]!.kind, ends[0]!.name)]));
      }
    } catch (error) {
      fail(error);
    } finally {
      setLooking(false);
    }
  }

  const begun = useRef("");
  useEffect(() => {
    const wanted = `${address.kind ?? ""} ${address.name ?? ""}`;
    if (address.kind !== undefined && address.name !== undefined && begun.current !== wanted) {
      begun.current = wanted;
      setKind(address.kind);
      setName(address.name);
      void begin(address.kind, address.name);
    }
    // What the address names is begun with once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [address.kind, address.name]);

  function add() {
    const text = name.trim();
    if (text === "" || (kind === "ALERT" && !/^\d{1,15}$/.test(text))) {
      return;
    }
    begun.current = `${kind} ${text}`;
    setAddress({ kind, name: text });
    void begin(kind, text);
  }

  const way = useDeed(
    ({ from, to, hops }: { from: End; to: End; hops: number }) =>
      told(api.GET("/v1/graph/path", { params: { query: { from_kind: from.kind as never, from_name: from.name, to_kind: to.kind as never, to_name: to.name, hops, ...inTime() } } })),
    {
      after: ({ path }) => {
        setAsking(null);
        step({ deed: "way", told: path });
        if (path.found) {
          setChosen(new Set(path.nodes.map((node) => idOf(node.kind, node.name))));
          void message.success(t("wayFound", { n: path.hops, read: countText(path.read) }));
        } else {
          void message.warning([t("wayNone", { read: countText(path.read), hubs: countText(path.hubs) }), ...path.cut.map((cut) => both(cut))].join(" · "), 6);
        }
      },
    },
  );

  const gang = useDeed((node: WalkNode) => told(api.POST("/v1/gangs", { body: { kind: node.kind as "ACCOUNT" | "CUSTOMER", name: node.name } })), {
    touches: [["table", "gangs"]],
    after: (found) => {
      if (found.gang === null) {
        void message.info(`${t("gangNone")}: ${outcome(found.outcome)}`, 5);
      } else {
        if (found.fate === "KNOWN") {
          void message.info(t("gangKnown"));
        }
        navigate(`/gangs/${found.gang.id}`);
      }
    },
  });

  function pick(id: string | null, more: boolean) {
    setChosen((before) => {
      if (id === null) {
        return more ? before : new Set();
      }
      const after = new Set(more ? before : []);
      if (more && before.has(id)) {
        after.delete(id);
      } else {
        after.add(id);
      }
      return after;
    });
  }

  function hideChosen() {
    step({ deed: "hide", ids: [...chosen] });
    setChosen(new Set());
  }

  useListedKey("x", t("expandChosen"), () => chosenNodes.forEach((node) => void expand(node)), chosenNodes.length > 0 && mayExpand);
  useListedKey("h", t("hide"), hideChosen, chosen.size > 0);
  useListedKey("f", t("pin"), () => chosenNodes.forEach((node) => step({ deed: "pin", id: node.id })), chosen.size > 0);

  const beginnings = [...BEGINNINGS, ...(may("alerts:read") ? (["ALERT"] as const) : [])];
  const summary = t("summary", { nodes: countText(view.nodes.length), edges: countText(view.edges.length), chosen: countText(chosen.size) });
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("title")}</h1>}>
      <Space wrap style={{ marginBottom: 8 }}>
        <Select value={kind} onChange={setKind} aria-label={t("kind")} style={{ width: 140 }} options={beginnings.map((value) => ({ value, label: kindText(value) }))} />
        <Input value={name} onChange={(event) => setName(event.target.value)} onPressEnter={add} placeholder={t("name")} aria-label={t("name")} maxLength={128} style={{ width: 240 }} className="mono" />
        <Select value={days} onChange={(value) => setAddress({ days: value })} aria-label={t("span")} style={{ width: 130 }} options={SPANS.map((value) => ({ value, label: t("days", { n: value }) }))} />
        <Button type="primary" onClick={add} disabled={isLooking || name.trim() === ""}>
          {t("add")}
        </Button>
        <Button onClick={() => setAsking("way")}>{t("path")}</Button>
        <Button
          disabled={walk.nodes.size === 0}
          onClick={() => {
            step({ deed: "clear" });
            setChosen(new Set());
            setSpan(null);
          }}
        >
          {t("clear")}
        </Button>
      </Space>
      {!mayExpand && <Alert type="info" showIcon message={t("masked")} style={{ marginBottom: 8 }} />}
      {walk.nodes.size === 0 ? (
        <Empty
          style={{ padding: "64px 0" }}
          description={
            <>
              <Typography.Paragraph strong>{t("emptyTitle")}</Typography.Paragraph>
              <Typography.Text type="secondary">{t("emptyText")}</Typography.Text>
            </>
          }
        />
      ) : (
        <div style={{ display: "flex", flexWrap: "wrap", gap: 12 }}>
          <div style={{ flex: "3 1 520px", minWidth: 0 }}>
            <div style={{ display: "flex", flexWrap: "wrap", gap: 6, justifyContent: "space-between", marginBottom: 6 }}>
              <Space size={10} wrap role="group" aria-label={t("layers")}>
                {layers.map((layer) => (
                  <Checkbox key={layer} checked={!off.has(layer)} onChange={(event) => setOff(new Set(event.target.checked ? [...off].filter((other) => other !== layer) : [...off, layer]))}>
                    <LayerMark layer={layer} /> {layerText(layer)}
                  </Checkbox>
                ))}
              </Space>
              <GraphTools graph={graph} name={`graph-${timeText(Date.now(), "day")}`}>
                <Button size="small" title={t("tidyTip")} onClick={() => step({ deed: "tidy" })}>
                  {t("tidy")}
                </Button>
                {walk.hidden.size > 0 && (
                  <Button size="small" onClick={() => step({ deed: "show" })}>
                    {t("showHidden", { n: walk.hidden.size })}
                  </Button>
                )}
              </GraphTools>
            </div>
            <GraphCanvas
              ref={graph}
              nodes={drawn.nodes}
              edges={drawn.edges}
              height={480}
              summary={summary}
              keysHint={t("keys")}
              onPick={pick}
              onOpen={(id) => {
                const node = walk.nodes.get(id);
                if (node !== undefined && mayExpand) {
                  void expand(node);
                }
              }}
              onMove={(id, x, y) => step({ deed: "move", id, at: { x, y } })}
            />
            {times !== null && (
              <div style={{ display: "flex", alignItems: "center", gap: 12, padding: "0 8px" }}>
                <span style={{ whiteSpace: "nowrap" }}>{t("time")}</span>
                <Slider
                  range
                  style={{ flex: 1 }}
                  min={times[0]}
                  max={times[1]}
                  step={60_000}
                  value={span ?? times}
                  onChange={(value) => setSpan(value[0] === times[0] && value[1]! >= times[1] - 60_000 ? null : [value[0]!, value[1]!])}
                  ariaLabelForHandle={[t("timeFrom"), t("timeUntil")]}
                  ariaValueTextFormatterForHandle={[(value) => timeText(value), (value) => timeText(value)]}
                  tooltip={{ formatter: (value) => timeText(value) }}
                />
                <span className="number" style={{ fontSize: 12, whiteSpace: "nowrap" }}>
                  {timeText((span ?? times)[0])} – {timeText((span ?? times)[1])}
                </span>
                <Button size="small" disabled={span === null} onClick={() => setSpan(null)}>
                  {t("wholeTime")}
                </Button>
              </div>
            )}
            <Legend kinds={NODE_KINDS.filter((one) => view.nodes.some((node) => node.kind === one))} />
            <Typography.Text type="secondary" role="status">
              {busy.size > 0 && <Spin size="small" style={{ marginRight: 8 }} />}
              {summary}
              {view.nodes.length > 160 && ` · ${t("tooMany")}`}
            </Typography.Text>
          </div>
          <div style={{ flex: "2 1 400px", minWidth: 0 }}>
            <Select
              showSearch
              allowClear
              value={null}
              placeholder={t("findInside")}
              aria-label={t("findInside")}
              style={{ width: "100%", marginBottom: 8 }}
              optionFilterProp="label"
              onChange={(id: string | null) => {
                if (id !== null) {
                  setChosen(new Set([id]));
                  graph.current?.focus(id);
                }
              }}
              options={view.nodes.map((node) => ({ value: node.id, label: `${kindText(node.kind)} ${node.name}` }))}
            />
            <Card size="small" style={{ marginBottom: 8 }}>
              {one === null ? (
                <Typography.Text type={chosen.size === 0 ? "secondary" : undefined}>{chosen.size === 0 ? t("none") : t("chosen", { n: chosen.size })}</Typography.Text>
              ) : (
                <Space wrap>
                  <NodeName node={one} />
                  {PROFILES.has(one.kind) && <Link to={`/profiles/${one.kind.toLowerCase()}/${encodeURIComponent(one.name)}`}>{t("profile")}</Link>}
                  {one.hub !== null && (
                    <Tag>
                      {t("hub")}: <span data-told="">{`${both(one.hub)} ${one.hub.detail}`}</span>
                    </Tag>
                  )}
                  {one.leftOut.length > 0 && (
                    <span>
                      {t("leftOut")}:{" "}
                      {one.leftOut
                        .map((left) => t("leftOutOf", { kind: kindText(isNodeKind(left.kind) ? left.kind : "OTHER"), n: countText(left.nodes) }) + (left.amount > 0 ? t("leftOutSum", { amount: moneyText(left.amount) }) : ""))
                        .join(language === "zh" ? "；" : "; ")}{" "}
                      <Button size="small" loading={busy.has(one.id)} onClick={() => void expand(one, NEIGHBOURS_MOST)}>
                        {t("more")}
                      </Button>
                    </span>
                  )}
                </Space>
              )}
              {chosen.size > 0 && (
                <Space wrap style={{ marginTop: 8, display: "flex" }}>
                  {mayExpand && (
                    <Button size="small" onClick={() => chosenNodes.forEach((node) => void expand(node))} loading={chosenNodes.some((node) => busy.has(node.id))}>
                      {one?.isExpanded === true ? t("again") : t("expand")}
                    </Button>
                  )}
                  <Button size="small" onClick={() => chosenNodes.forEach((node) => step({ deed: "pin", id: node.id }))}>
                    {chosenNodes.every((node) => node.isPinned) ? t("unpin") : t("pin")}
                  </Button>
                  <Button size="small" onClick={hideChosen}>
                    {t("hide")}
                  </Button>
                  {chosenNodes.length === 2 && (
                    <Button size="small" onClick={() => setAsking("way")}>
                      {t("path")}
                    </Button>
                  )}
                  {one?.kind === "ACCOUNT" && (
                    <Button size="small" onClick={() => {
                        setOpened(Date.now());
                        setFlowOf(one.name);
                      }}>
                      {t("flow")}
                    </Button>
                  )}
                  {may("cases:write") && mayExpand && (
                    <Button size="small" type="primary" onClick={() => setAsking("case")}>
                      {t("toCase")}
                    </Button>
                  )}
                  {may("cases:write") && one !== null && (one.kind === "ACCOUNT" || one.kind === "CUSTOMER") && (
                    <Button size="small" loading={gang.isPending} onClick={() => gang.mutate(one)}>
                      {t("gang")}
                    </Button>
                  )}
                </Space>
              )}
            </Card>
            <WalkTables
              view={view}
              all={walk.nodes}
              chosen={chosen}
              busy={busy}
              mayExpand={mayExpand}
              onChoose={(ids) => setChosen(new Set(ids))}
              onExpand={(node) => void expand(node)}
              onFocus={(id) => {
                setChosen(new Set([id]));
                graph.current?.focus(id);
              }}
            />
          </div>
        </div>
      )}
      <Suspense fallback={null}>
        {asking === "way" && (
          <FindWay
            from={chosenNodes[0] ?? undefined}
            to={chosenNodes[1] ?? undefined}
            busy={way.isPending}
            onFind={(from, to, hops) => way.mutate({ from, to, hops })}
            onClose={() => setAsking(null)}
          />
        )}
        {asking === "case" && <IntoCase nodes={chosenNodes} onClose={() => setAsking(null)} />}
      </Suspense>
      <Drawer open={flowOf !== null} onClose={() => setFlowOf(null)} width="86%" title={t("flow")} destroyOnHidden>
        {flowOf !== null && <FlowPicture account={flowOf} from={opened - days * DAY_MS} until={Math.max(opened, (times?.[1] ?? 0) + 1000)} height={420} />}
      </Drawer>
    </Card>
  );
}
