// What waits for a second person: who wants what and why, what it is about, and approving, rejecting or withdrawing it.
import { Button, Select, Skeleton, Table, type TableColumnsType, Typography } from "antd";
import { useState } from "react";
import { Link } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark } from "@/parts/Mark";
import { objectKinds, proposalStates, proposalWords, useNames } from "@/parts/names";
import { Failure, Nothing } from "@/parts/States";
import { AskedDrawer } from "@/parts/ThingDrawer";
import { AlertLink, Due, Money, Time, timeText } from "@/parts/values";
import { useLists } from "@/screens/data/asking";
import { AlertPart } from "@/screens/office/alertPart";
import { AppealFacts } from "@/screens/office/Appeals";
import { ControlFacts, EffectFacts } from "@/screens/office/controlParts";
import { HoldFacts } from "@/screens/office/Holds";
import { DeedDialog, Deeds, Facts, OpenButton, ScreenCard, Section, TextField, Told } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

type Proposal = Schemas["Proposal"];
type Changes = Schemas["ProposedEntries"];

const words = defineWords({
  title: { zh: "待复核事项", en: "To approve" },
  one: { zh: "复核事项 {id}", en: "Proposal {id}" },
  any: { zh: "全部状态", en: "Any state" },
  want: { zh: "拟办事项", en: "What is proposed" },
  about: { zh: "对象", en: "About" },
  word: { zh: "拟办结果", en: "To be done" },
  proposed: { zh: "提交时间", en: "Proposed" },
  proposedBy: { zh: "提交人", en: "Proposed by" },
  lapses: { zh: "复核时限", en: "Lapses in" },
  settledBy: { zh: "复核人", en: "Settled by" },
  settled: { zh: "复核时间", en: "Settled" },
  approve: { zh: "同意", en: "Approve" },
  reject: { zh: "退回", en: "Reject" },
  withdraw: { zh: "撤回", en: "Withdraw" },
  approveTitle: { zh: "同意复核事项 {id}", en: "Approve the proposal {id}" },
  rejectTitle: { zh: "退回复核事项 {id}", en: "Reject the proposal {id}" },
  withdrawTitle: { zh: "撤回复核事项 {id}", en: "Withdraw the proposal {id}" },
  approveAbout: { zh: "同意后立即执行，并记为双人办理。", en: "Then it is done at once, in the name of both of you." },
  own: { zh: "这是您自己提交的，须由另一人复核。", en: "It is your own: another person has to settle it." },
  none: { zh: "没有待复核事项", en: "Nothing waits for a second person" },
  orderNumber: { zh: "指令号", en: "Number of the order" },
  authority: { zh: "发令机关", en: "Authority" },
  answer: { zh: "核查结果", en: "Answer" },
  object: { zh: "复核对象", en: "What it is about" },
  list: { zh: "名单", en: "List" },
  keys: { zh: "条目数", en: "Keys" },
  key: { zh: "主键", en: "Key" },
  end: { zh: "失效时间", en: "Until" },
  always: { zh: "长期有效", en: "no end" },
  putOne: { zh: "加入名单：{list}", en: "put on: {list}" },
  putMany: { zh: "加入名单：{list}，共 {n} 条", en: "put {n} keys on: {list}" },
  removeOne: { zh: "移出名单：{list}", en: "take off: {list}" },
  firstOf: { zh: "前 {n} 条，全部 {m} 条见名单的变更记录", en: "The first {n}; all {m} are among the changes of the list" },
});

// Of a payment it is let go, of a measure it is released; of a list it is its name.
function useWordOf(): (proposal: Proposal) => string {
  const name = useNames(proposalWords);
  const w = useWords(words);
  const both = useBoth();
  const lists = useLists();
  const titleOf = (list: string) => {
    const found = lists.data?.lists.find((one) => one.list === list);
    return found === undefined ? list : both(found.title);
  };
  const ofList = (changes: Changes) => w(changes.op === "REMOVE" ? "removeOne" : changes.count === 1 ? "putOne" : "putMany", { list: titleOf(changes.list), n: changes.count });
  return (proposal) => (proposal.changes !== null ? ofList(proposal.changes) : name(proposal.object_kind === "hold" && proposal.word === "RELEASED" ? "PASSED" : proposal.word));
}

type ChangedKey = Changes["entries"][number];

function ListFacts({ changes }: { changes: Changes }) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const columns: TableColumnsType<ChangedKey> = [
    { key: "key", title: w("key"), render: (_, row) => <span className="mono"><Told>{row.key}</Told></span> },
    { key: "until", title: w("end"), render: (_, row) => (changes.op === "REMOVE" ? "—" : row.until === null ? w("always") : <Time ms={row.until} />) },
    { key: "reason", title: t("reason"), render: (_, row) => <Told>{row.reason}</Told> },
  ];
  return (
    <>
      <Facts
        facts={[
          [w("list"), <Link key="list" to={`/lists/${encodeURIComponent(changes.list)}`}>{changes.list}</Link>],
          [w("keys"), String(changes.count)],
        ]}
      />
      <Table<ChangedKey> style={{ marginTop: 12 }} size="small" rowKey="key" columns={columns} dataSource={changes.entries} pagination={false} scroll={{ x: "max-content" }} />
      {changes.count > changes.entries.length && <Typography.Text type="secondary">{w("firstOf", { n: changes.entries.length, m: changes.count })}</Typography.Text>}
    </>
  );
}

function ProposalState({ proposal }: { proposal: Proposal }) {
  const name = useNames(proposalStates);
  const kinds = { WAITING: "info", APPROVED: "good", REJECTED: "bad", WITHDRAWN: "plain", LAPSED: "plain" } as const;
  return <Mark kind={kinds[proposal.state]}>{name(proposal.state)}</Mark>;
}

function OrderFacts({ order }: { order: Schemas["Order"] }) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const both = useBoth();
  return (
    <Facts
      facts={[
        [w("orderNumber"), <span key="number" className="mono">{order.number}</span>],
        [t("kind"), both({ zh: order.kind_zh, en: order.kind_en })],
        [w("authority"), <Told key="authority">{order.authority}</Told>],
        [t("account"), <span key="account" className="mono">{order.account ?? ""}</span>],
        [t("amount"), <Money key="amount" fen={order.amount} />],
        [t("state"), both({ zh: order.state_zh, en: order.state_en })],
        [w("answer"), both({ zh: order.answer_zh, en: order.answer_en })],
        [t("reason"), <Told key="problem">{order.problem}</Told>],
      ]}
    />
  );
}

// Each kind of object is asked for where its own screen asks for it.
function ObjectPart({ proposal }: { proposal: Proposal }) {
  const { may } = useSession();
  const id = proposal.object;
  const is = (kind: string) => proposal.object_kind === kind;
  const hold = useAsk(["hold", id], (signal) => told(api.GET("/v1/holds/{hold}", { params: { path: { hold: id } }, signal })), { active: is("hold") && may("alerts:read") });
  const appeal = useAsk(["appeal", id], (signal) => told(api.GET("/v1/appeals/{appeal}", { params: { path: { appeal: id } }, signal })), { active: is("appeal") });
  const measure = is("control") ? id : appeal.data?.appeal.control;
  const control = useAsk(["control", measure], (signal) => told(api.GET("/v1/controls/{control}", { params: { path: { control: measure! } }, signal })), { active: measure !== undefined });
  const order = useAsk(["order", id], (signal) => told(api.GET("/v1/orders/{order}", { params: { path: { order: id } }, signal })), { active: is("order") });
  if (proposal.changes !== null) {
    return <ListFacts changes={proposal.changes} />;
  }
  const error = hold.error ?? appeal.error ?? control.error ?? order.error;
  if (error !== null) {
    return <Failure error={error} />;
  }
  const found = hold.data ?? appeal.data ?? control.data ?? order.data;
  return (
    <>
      {found === undefined && <Skeleton active paragraph={{ rows: 4 }} title={false} />}
      {hold.data !== undefined && <HoldFacts hold={hold.data.hold} />}
      {appeal.data !== undefined && <AppealFacts appeal={appeal.data.appeal} />}
      {control.data !== undefined && (
        <>
          <div style={{ height: is("appeal") ? 12 : 0 }} />
          <ControlFacts control={control.data.control} />
          <div style={{ height: 12 }} />
          <EffectFacts kind={control.data.control.target_kind} target={control.data.control.target} />
        </>
      )}
      {order.data !== undefined && <OrderFacts order={order.data.order} />}
    </>
  );
}

type Deed = "approve" | "reject" | "withdraw";

function useDeedsOf(proposal: Proposal | undefined, after: () => void) {
  const t = useWords(officeWords);
  const id = proposal?.proposal ?? 0;
  return useDeed(
    ({ deed, note }: { deed: Deed; note?: string }) => {
      const params = { path: { proposal: id } };
      const given = note === undefined || note.trim() === "" ? {} : { note };
      return deed === "reject"
        ? told(api.POST("/v1/proposals/{proposal}/reject", { params, body: { note: note ?? "" } }))
        : deed === "approve"
          ? told(api.POST("/v1/proposals/{proposal}/approve", { params, body: given }))
          : told(api.POST("/v1/proposals/{proposal}/withdraw", { params, body: given }));
    },
    {
      done: t("done"),
      touches: [["table", "proposals"], ["proposal", id], [proposal?.object_kind ?? "", proposal?.object], ["table", `${proposal?.object_kind}s`], ["effect"], ["lists"], ["table", `list ${proposal?.word}`], ["table", `changes of ${proposal?.word}`]],
      after,
    },
  );
}

function ProposalDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const both = useBoth();
  const { may, identity } = useSession();
  const objectName = useNames(objectKinds);
  const wordOf = useWordOf();
  const [deed, setDeed] = useState<Deed | null>(null);
  const asked = useAsk(["proposal", id], (signal) => told(api.GET("/v1/proposals/{proposal}", { params: { path: { proposal: id } }, signal })));
  const proposal = asked.data?.proposal;
  const waits = proposal?.state === "WAITING";
  const isOwn = proposal?.proposed_by === identity?.name;
  const maySettle = waits && !isOwn && may(proposal.object_kind === "order" ? "orders:write" : "alerts:approve");
  const settle = useDeedsOf(proposal, () => setDeed(null));
  return (
    <AskedDrawer
      title={w("one", { id })}
      onClose={onClose}
      asked={asked}
      footer={
        (maySettle || (waits && isOwn)) && (
          <Deeds>
            {maySettle && (
              <>
                <Button type="primary" onClick={() => setDeed("approve")}>
                  {w("approve")}
                </Button>
                <Button danger onClick={() => setDeed("reject")}>
                  {w("reject")}
                </Button>
              </>
            )}
            {waits && isOwn && (
              <>
                <Button onClick={() => setDeed("withdraw")}>{w("withdraw")}</Button>
                <Typography.Text type="secondary" style={{ alignSelf: "center" }}>
                  {w("own")}
                </Typography.Text>
              </>
            )}
          </Deeds>
        )
      }
    >
      {({ proposal }) => (
        <>
          <Facts
            facts={[
              [w("want"), both({ zh: proposal.kind_zh, en: proposal.kind_en })],
              [t("state"), <ProposalState key="state" proposal={proposal} />],
              [w("about"), `${objectName(proposal.object_kind)} ${proposal.object}`],
              [w("word"), wordOf(proposal)],
              [w("proposedBy"), <Told key="by">{proposal.proposed_by}</Told>],
              [w("proposed"), <Time key="proposed" ms={proposal.proposed} />],
              [t("reason"), <Told key="reason">{proposal.reason}</Told>],
              [w("lapses"), waits ? <Due key="until" ms={proposal.until} /> : <Time key="until" ms={proposal.until} />],
              [w("settledBy"), <Told key="settledBy">{proposal.settled_by}</Told>],
              [w("settled"), <Time key="settled" ms={proposal.settled} />],
              [t("note"), <Told key="note">{proposal.note}</Told>],
            ]}
          />
          <Section title={w("object")}>
            <ObjectPart proposal={proposal} />
          </Section>
          <AlertPart alert={proposal.alert} />
          {(["approve", "reject", "withdraw"] as const).map((one) => (
            <DeedDialog<{ note?: string }>
              key={one}
              title={w(`${one}Title`, { id })}
              open={deed === one}
              sending={settle.isPending}
              onClose={() => setDeed(null)}
              onSend={(values) => settle.mutate({ deed: one, note: values.note })}
              about={one === "approve" ? w("approveAbout") : undefined}
            >
              <TextField name="note" label={t("note")} needed={one === "reject"} />
            </DeedDialog>
          ))}
        </>
      )}
    </AskedDrawer>
  );
}

export default function Proposals() {
  const t = useWords(officeWords);
  const w = useWords(words);
  const both = useBoth();
  const [filters, change] = useFilters();
  const objectName = useNames(objectKinds);
  const wordOf = useWordOf();
  const stateName = useNames(proposalStates);
  const state = filters.state ?? "WAITING";
  const query = { state: state === "any" ? undefined : state };
  const open = (row: Proposal) => change({ one: row.proposal });
  const columns: Column<Proposal>[] = [
    { key: "proposal", title: t("proposal"), fixed: "left", show: (row) => <OpenButton id={row.proposal} onOpen={() => open(row)} />, cell: (row) => row.proposal },
    { key: "state", title: t("state"), show: (row) => <ProposalState proposal={row} />, cell: (row) => stateName(row.state) },
    { key: "kind", title: w("want"), show: (row) => both({ zh: row.kind_zh, en: row.kind_en }), cell: (row) => both({ zh: row.kind_zh, en: row.kind_en }) },
    { key: "object", title: w("about"), show: (row) => `${objectName(row.object_kind)} ${row.object}`, cell: (row) => `${objectName(row.object_kind)} ${row.object}` },
    { key: "word", title: w("word"), show: (row) => wordOf(row), cell: wordOf },
    { key: "alert", title: t("alert"), show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
    { key: "reason", title: t("reason"), ellipsis: true, width: 220, show: (row) => <Told>{row.reason}</Told>, cell: (row) => row.reason },
    { key: "by", title: w("proposedBy"), show: (row) => <Told>{row.proposed_by}</Told>, cell: (row) => row.proposed_by },
    { key: "proposed", title: w("proposed"), show: (row) => <Time ms={row.proposed} />, cell: (row) => timeText(row.proposed) },
    { key: "until", title: w("lapses"), show: (row) => (row.state === "WAITING" ? <Due ms={row.until} /> : <Time ms={row.until} />), cell: (row) => timeText(row.until) },
    { key: "settledBy", title: w("settledBy"), show: (row) => <Told>{row.settled_by}</Told>, cell: (row) => row.settled_by },
  ];
  const one = Number(filters.one ?? 0);
  return (
    <ScreenCard title={w("title")}>
      <Select
        aria-label={t("state")}
        value={state}
        onChange={(value) => change({ state: value === "WAITING" ? null : value })}
        style={{ minWidth: 150, marginBottom: 8 }}
        options={[...Object.keys(proposalStates).filter((value) => value !== "LAPSED").map((value) => ({ value, label: stateName(value) })), { value: "any", label: w("any") }]}
      />
      <DataTable<Proposal>
        name="proposals"
        label={w("title")}
        rowKey="proposal"
        columns={columns}
        filters={{ state }}
        onFilters={(view) => change({ state: view.state === "WAITING" ? null : (view.state ?? null) })}
        everyMs={10_000}
        onOpen={open}
        empty={<Nothing>{state === "WAITING" ? w("none") : undefined}</Nothing>}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/proposals", { params: { query: { ...query, after, limit } as never }, signal }));
          return { rows: page.proposals, next: page.next === null ? null : String(page.next) };
        }}
      />
      {one > 0 && <ProposalDrawer key={one} id={one} onClose={() => change({ one: null })} />}
    </ScreenCard>
  );
}
