// Held payments: how long each still waits, what happens at its deadline, whether the core bank has confirmed what became of it; and settling one.
import { Button, Form, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark } from "@/parts/Mark";
import { holdOutcomes, programActors, useNames } from "@/parts/names";
import { AskedDrawer } from "@/parts/ThingDrawer";
import { AlertLink, Due, Money, moneyText, NOTHING, ThingLink, Time, timeText } from "@/parts/values";
import { AlertPart } from "@/screens/office/alertPart";
import { Choice, DeedDialog, Facts, OpenButton, queryOf, ScreenCard, TextField, Told, useOutcome, useReason, WaitingProposal, type Way, WayFilter } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

type Hold = Schemas["Hold"];

const words = defineWords({
  title: { zh: "暂缓交易", en: "Held payments" },
  one: { zh: "暂缓交易 {id}", en: "Held payment {id}" },
  open: { zh: "暂缓中", en: "Held now" },
  unconfirmed: { zh: "核心未确认", en: "Not confirmed by the core bank" },
  ofCustomer: { zh: "按客户", en: "Of a customer" },
  ofAccount: { zh: "按付款账户", en: "Of an account that pays" },
  ofAlert: { zh: "按预警", en: "Of an alert" },
  held: { zh: "暂缓时间", en: "Held" },
  left: { zh: "剩余时间", en: "Time left" },
  atDeadline: { zh: "到期处理", en: "At the deadline" },
  atRELEASED: { zh: "到期放行", en: "let go" },
  atREFUSED: { zh: "到期拒绝", en: "refused" },
  late: { zh: "超过时限后才处理", en: "settled after its deadline" },
  settle: { zh: "处理", en: "Settle" },
  settleTitle: { zh: "处理暂缓交易 {id}", en: "Settle the held payment {id}" },
  outcome: { zh: "处理方式", en: "What becomes of it" },
  toRELEASED: { zh: "放行", en: "Release" },
  toREFUSED: { zh: "拒绝", en: "Refuse" },
  toCANCELLED: { zh: "撤销（客户要求）", en: "Cancel, as the customer asks" },
  about: { zh: "{amount} 元，付款客户 {customer}，收款方 {payee}。S3 及以上预警的放行需另一人复核后生效。", en: "{amount} yuan from {customer} to {payee}. Releasing one of an alert of S3 or above waits for another person." },
});

export function useHoldDeadline(): (hold: Hold) => string {
  const t = useWords(words);
  return (hold) => (hold.at_deadline === "RELEASED" ? t("atRELEASED") : hold.at_deadline === "REFUSED" ? t("atREFUSED") : hold.at_deadline);
}

export function HoldState({ hold }: { hold: Hold }) {
  const both = useBoth();
  return <Mark kind={hold.state === "HELD" ? "info" : hold.state === "REFUSED" ? "bad" : "good"}>{both({ zh: hold.state_zh, en: hold.state_en })}</Mark>;
}

function Confirmed({ hold }: { hold: Hold }) {
  const t = useWords(officeWords);
  if (hold.state === "HELD") {
    return <>{NOTHING}</>;
  }
  if (hold.problem !== null) {
    return (
      <Typography.Text type="danger">
        {t("couldNot")} <Told>{hold.problem}</Told>
      </Typography.Text>
    );
  }
  return <>{hold.confirmed !== null ? t("isConfirmed") : hold.message === null ? t("notAsked") : t("notConfirmed")}</>;
}

export function HoldFacts({ hold }: { hold: Hold }) {
  const t = useWords(officeWords);
  const h = useWords(words);
  const deadline = useHoldDeadline();
  const actor = useNames(programActors);
  const reason = useReason();
  return (
    <Facts
      facts={[
        [t("state"), <HoldState key="state" hold={hold} />],
        [t("amount"), <Money key="amount" fen={hold.amount} />],
        [t("customer"), <ThingLink key="customer" kind="customer" name={hold.customer} />],
        [t("account"), <ThingLink key="account" kind="account" name={hold.account} />],
        [t("payee"), <ThingLink key="payee" kind="account" name={hold.payee} />],
        [t("event"), <span key="event" className="mono">{hold.event_id}</span>],
        [h("held"), <Time key="held" ms={hold.held} />],
        [t("until"), <Time key="until" ms={hold.until} />],
        [h("left"), hold.state === "HELD" ? <Due key="left" ms={hold.until} /> : NOTHING],
        [h("atDeadline"), deadline(hold)],
        [t("settled"), <span key="settled"><Time ms={hold.settled} /> {hold.late && <Typography.Text type="warning">{h("late")}</Typography.Text>}</span>],
        [t("settledBy"), <Told key="by">{actor(hold.settled_by)}</Told>],
        [t("reason"), <Told key="reason">{reason(hold.reason)}</Told>],
        [t("confirmed"), <Confirmed key="confirmed" hold={hold} />],
      ]}
    />
  );
}

type Settling = { outcome: "RELEASED" | "REFUSED" | "CANCELLED"; reason: string };

function SettleDialog({ hold, open, onClose }: { hold: Hold; open: boolean; onClose: () => void }) {
  const h = useWords(words);
  const t = useWords(officeWords);
  const outcome = useOutcome();
  const settle = useDeed((values: Settling) => told(api.POST("/v1/holds/{hold}/settle", { params: { path: { hold: hold.hold } }, body: values })), {
    touches: [["table", "holds"], ["hold", hold.hold], ["table", "proposals"]],
    after: (answer) => {
      outcome(answer);
      onClose();
    },
  });
  return (
    <DeedDialog<Settling>
      title={h("settleTitle", { id: hold.hold })}
      open={open}
      sending={settle.isPending}
      onClose={onClose}
      onSend={(values) => settle.mutate(values)}
      about={<span data-told="">{h("about", { amount: moneyText(hold.amount), customer: hold.customer ?? NOTHING, payee: hold.payee ?? NOTHING })}</span>}
    >
      <Form.Item name="outcome" label={h("outcome")} rules={[{ required: true, message: t("needed") }]}>
        <Choice
          label={h("outcome")}
          options={[
            { value: "REFUSED", label: h("toREFUSED") },
            { value: "RELEASED", label: h("toRELEASED") },
            { value: "CANCELLED", label: h("toCANCELLED") },
          ]}
        />
      </Form.Item>
      <TextField name="reason" label={t("reason")} />
    </DeedDialog>
  );
}

function HoldDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const h = useWords(words);
  const { may } = useSession();
  const [settling, setSettling] = useState(false);
  const asked = useAsk(["hold", id], (signal) => told(api.GET("/v1/holds/{hold}", { params: { path: { hold: id } }, signal })), { everyMs: 10_000 });
  const hold = asked.data?.hold;
  const canSettle = hold !== undefined && hold.state === "HELD" && asked.data?.proposal === null && may("controls:write");
  return (
    <AskedDrawer
      title={h("one", { id })}
      onClose={onClose}
      asked={asked}
      footer={
        canSettle && (
          <Button type="primary" onClick={() => setSettling(true)}>
            {h("settle")}
          </Button>
        )
      }
    >
      {({ hold, proposal }) => (
        <>
          <WaitingProposal proposal={proposal} />
          <HoldFacts hold={hold} />
          <AlertPart alert={hold.alert} />
          <SettleDialog hold={hold} open={settling} onClose={() => setSettling(false)} />
        </>
      )}
    </AskedDrawer>
  );
}

export default function Holds() {
  const t = useWords(officeWords);
  const h = useWords(words);
  const both = useBoth();
  const [filters, change] = useFilters();
  const deadline = useHoldDeadline();
  const outcomeName = useNames(holdOutcomes);
  const actor = useNames(programActors);
  const ways: Way[] = [
    { key: "open", label: h("open"), fields: [] },
    { key: "unconfirmed", label: h("unconfirmed"), fixed: { list: "unconfirmed" }, fields: [] },
    { key: "customer", label: h("ofCustomer"), fields: [{ name: "customer", label: t("customer") }] },
    { key: "account", label: h("ofAccount"), fields: [{ name: "account", label: t("account") }] },
    { key: "alert", label: h("ofAlert"), fields: [{ name: "alert", label: t("alert"), isNumber: true }] },
  ];
  const query = queryOf(ways, filters);
  const open = (row: Hold) => change({ one: row.hold });
  const columns: Column<Hold>[] = [
    { key: "hold", title: t("hold"), fixed: "left", show: (row) => <OpenButton id={row.hold} onOpen={() => open(row)} />, cell: (row) => row.hold },
    { key: "state", title: t("state"), show: (row) => <HoldState hold={row} />, cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
    { key: "left", title: h("left"), show: (row) => (row.state === "HELD" ? <Due ms={row.until} /> : NOTHING), cell: (row) => timeText(row.until) },
    { key: "deadline", title: h("atDeadline"), show: deadline, cell: (row) => outcomeName(row.at_deadline) },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <Money fen={row.amount} />, cell: (row) => row.amount / 100 },
    { key: "customer", title: t("customer"), show: (row) => <ThingLink kind="customer" name={row.customer} />, cell: (row) => row.customer },
    { key: "account", title: t("account"), show: (row) => <ThingLink kind="account" name={row.account} />, cell: (row) => row.account },
    { key: "payee", title: t("payee"), show: (row) => <ThingLink kind="account" name={row.payee} />, cell: (row) => row.payee },
    { key: "alert", title: t("alert"), show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
    { key: "held", title: h("held"), show: (row) => <Time ms={row.held} />, cell: (row) => timeText(row.held) },
    { key: "settled", title: t("settled"), show: (row) => <Time ms={row.settled} />, cell: (row) => timeText(row.settled) },
    { key: "by", title: t("settledBy"), show: (row) => <Told>{actor(row.settled_by)}</Told>, cell: (row) => (row.settled_by === null ? null : actor(row.settled_by)) },
    { key: "confirmed", title: t("confirmed"), show: (row) => <Confirmed hold={row} />, cell: (row) => timeText(row.confirmed) },
  ];
  const one = Number(filters.one ?? 0);
  return (
    <ScreenCard title={h("title")}>
        <WayFilter ways={ways} filters={filters} change={change} />
        <DataTable<Hold>
          name="holds"
          label={h("title")}
          rowKey="hold"
          columns={columns}
          filters={query}
          onFilters={(view) => change({ list: null, customer: null, account: null, alert: null, ...view })}
          everyMs={10_000}
          onOpen={open}
          load={async (after, limit, signal) => {
            const page = await told(api.GET("/v1/holds", { params: { query: { ...query, after, limit } as never }, signal }));
            return { rows: page.holds, next: page.next === null ? null : String(page.next) };
          }}
        />
      {one > 0 && <HoldDrawer key={one} id={one} onClose={() => change({ one: null })} />}
    </ScreenCard>
  );
}
