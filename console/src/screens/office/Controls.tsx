// The ledger of measures: on whom, which, by which right, from when to when, by whom; one of them with its history, its notices and what is in force on its target.
import { Button, Space } from "antd";
import { useState } from "react";
import { Link } from "react-router-dom";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { authorities, controlStates, targetKinds, useNames } from "@/parts/names";
import { Nothing } from "@/parts/States";
import { AskedDrawer } from "@/parts/ThingDrawer";
import { AlertLink, Due, moneyText, Severity, Time, timeText, ThingLink } from "@/parts/values";
import { AlertPart } from "@/screens/office/alertPart";
import { AppealDialog, AppealState } from "@/screens/office/appealParts";
import { ReleaseDialog, RenewDialog, ReviewDialog, SetDialog } from "@/screens/office/controlDeeds";
import { type Control, ControlConfirmed, ControlFacts, ControlState, controlWords, EffectFacts, Notices, severityWord } from "@/screens/office/controlParts";
import { Deeds, OpenButton, queryOf, ScreenCard, Section, Target, Told, TraceSteps, WaitingProposal, type Way, WayFilter } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

const words = defineWords({
  title: { zh: "管控台账", en: "Measures" },
  one: { zh: "管控 {id}", en: "Measure {id}" },
  byState: { zh: "按状态", en: "In a state" },
  byTarget: { zh: "按对象", en: "On a target" },
  byCustomer: { zh: "按客户", en: "Of a customer" },
  byAlert: { zh: "按预警", en: "Of an alert" },
  byCase: { zh: "按案件", en: "Of a case" },
  byOrder: { zh: "按指令", en: "Of an order" },
  toReview: { zh: "待复核（满三十天）", en: "A month old, to be reviewed" },
  unconfirmed: { zh: "核心未确认", en: "Not confirmed by the core bank" },
  targetKind: { zh: "对象类型", en: "Kind of target" },
  left: { zh: "剩余", en: "Left" },
  set: { zh: "设置管控", en: "Set a measure" },
  release: { zh: "解除", en: "Release" },
  renew: { zh: "延长", en: "Renew" },
  review: { zh: "复核保留", en: "It stays" },
  appeal: { zh: "登记申诉", en: "Bring an appeal" },
  effectTitle: { zh: "对象当前管控状态", en: "What all measures on it come to" },
  notices: { zh: "客户告知书", en: "What the customer was told" },
  appeals: { zh: "申诉", en: "Appeals" },
  noAppeals: { zh: "没有申诉", en: "No appeal" },
  none: { zh: "没有符合条件的管控措施", en: "No measure is like that" },
});

const OPEN_STATES = new Set(["ASKED", "IN_FORCE", "WAITING"]);

function ControlDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const { may } = useSession();
  const stateName = useNames(controlStates);
  const [deed, setDeed] = useState<"release" | "renew" | "review" | "appeal" | null>(null);
  const asked = useAsk(["control", id], (signal) => told(api.GET("/v1/controls/{control}", { params: { path: { control: id } }, signal })), { everyMs: 15_000 });
  const control = asked.data?.control;
  const isOpen = control !== undefined && OPEN_STATES.has(control.state);
  const mayChange = isOpen && may("controls:write") && control.authority !== "ORDER" && asked.data?.proposal === null;
  const mayAppeal = isOpen && may("appeals:submit") && control.customer !== null;
  const close = () => setDeed(null);
  return (
    <AskedDrawer
      title={w("one", { id })}
      onClose={onClose}
      asked={asked}
      footer={
        (mayChange || mayAppeal) && (
          <Deeds>
            {mayChange && (
              <>
                <Button type="primary" onClick={() => setDeed("release")}>
                  {w("release")}
                </Button>
                {control.state === "IN_FORCE" && control.until !== null && <Button onClick={() => setDeed("renew")}>{w("renew")}</Button>}
                {control.review !== null && <Button onClick={() => setDeed("review")}>{w("review")}</Button>}
              </>
            )}
            {mayAppeal && <Button onClick={() => setDeed("appeal")}>{w("appeal")}</Button>}
          </Deeds>
        )
      }
    >
      {({ control, proposal, notices, appeals, trace }) => (
        <>
          <WaitingProposal proposal={proposal} />
          <ControlFacts control={control} />
          <Section title={w("effectTitle")}>
            <EffectFacts kind={control.target_kind} target={control.target} />
          </Section>
          <Section title={w("notices")}>
            <Notices notices={notices} />
          </Section>
          <Section title={w("appeals")}>
            {appeals.length === 0
              ? w("noAppeals")
              : appeals.map((appeal) => (
                  <Space key={appeal.appeal}>
                    <Link to={`/appeals?one=${appeal.appeal}`} className="number">
                      {appeal.appeal}
                    </Link>
                    <AppealState appeal={appeal} />
                    <Time ms={appeal.submitted} />
                  </Space>
                ))}
          </Section>
          <AlertPart alert={control.alert} />
          <Section title={t("history")}>
            <TraceSteps trace={trace} stateName={stateName} />
          </Section>
          <ReleaseDialog control={control} open={deed === "release"} onClose={close} />
          <RenewDialog control={control} open={deed === "renew"} onClose={close} />
          <ReviewDialog control={control} open={deed === "review"} onClose={close} />
          <AppealDialog open={deed === "appeal"} onClose={close} initial={{ control: String(control.control), customer: control.customer ?? "" }} />
        </>
      )}
    </AskedDrawer>
  );
}

function useWays(): Way[] {
  const t = useWords(officeWords);
  const w = useWords(words);
  const c = useWords(controlWords);
  const stateName = useNames(controlStates);
  const kindName = useNames(targetKinds);
  return [
    { key: "state", label: w("byState"), fields: [{ name: "state", label: t("state"), usual: "IN_FORCE", options: Object.keys(controlStates).map((value) => ({ value, label: stateName(value) })) }] },
    {
      key: "target",
      label: w("byTarget"),
      fields: [
        { name: "target_kind", label: w("targetKind"), needed: true, options: Object.keys(targetKinds).map((value) => ({ value, label: kindName(value) })) },
        { name: "target", label: c("target"), needed: true },
      ],
    },
    { key: "customer", label: w("byCustomer"), fields: [{ name: "customer", label: t("customer") }] },
    { key: "alert", label: w("byAlert"), fields: [{ name: "alert", label: t("alert"), isNumber: true }] },
    { key: "case", label: w("byCase"), fields: [{ name: "case", label: t("case"), isNumber: true }] },
    { key: "order", label: w("byOrder"), fields: [{ name: "order", label: t("order"), isNumber: true }] },
    { key: "review", label: w("toReview"), fixed: { list: "review" }, fields: [{ name: "branch", label: t("branch") }] },
    { key: "unconfirmed", label: w("unconfirmed"), fixed: { list: "unconfirmed" }, fields: [] },
  ];
}

export default function Controls() {
  const t = useWords(officeWords);
  const w = useWords(words);
  const c = useWords(controlWords);
  const both = useBoth();
  const { may } = useSession();
  const [filters, change] = useFilters();
  const [setting, setSetting] = useState(false);
  const authority = useNames(authorities);
  const kindName = useNames(targetKinds);
  const ways = useWays();
  const query = queryOf(ways, filters);
  const open = (row: Control) => change({ one: row.control });
  const columns: Column<Control>[] = [
    { key: "control", title: t("control"), fixed: "left", show: (row) => <OpenButton id={row.control} onOpen={() => open(row)} />, cell: (row) => row.control },
    { key: "measure", title: c("measure"), show: (row) => both({ zh: row.measure_zh, en: row.measure_en }), cell: (row) => both({ zh: row.measure_zh, en: row.measure_en }) },
    { key: "state", title: t("state"), show: (row) => <ControlState control={row} />, cell: (row) => both({ zh: row.state_zh, en: row.state_en }) },
    { key: "target", title: c("target"), show: (row) => <Target kind={row.target_kind} target={row.target} />, cell: (row) => `${kindName(row.target_kind)} ${row.target}` },
    { key: "since", title: t("since"), show: (row) => <Time ms={row.since} />, cell: (row) => timeText(row.since) },
    { key: "until", title: t("until"), show: (row) => <Time ms={row.until} />, cell: (row) => timeText(row.until) },
    { key: "left", title: w("left"), show: (row) => (row.state === "IN_FORCE" ? <Due ms={row.until} /> : null) },
    { key: "customer", title: t("customer"), show: (row) => <ThingLink kind="customer" name={row.customer} />, cell: (row) => row.customer },
    { key: "severity", title: t("severity"), show: (row) => <Severity severity={severityWord(row.severity)} />, cell: (row) => row.severity },
    { key: "authority", title: c("authority"), show: (row) => authority(row.authority), cell: (row) => authority(row.authority) },
    { key: "by", title: t("askedBy"), show: (row) => <Told>{row.asked_by}</Told>, cell: (row) => row.asked_by },
    { key: "basis", title: c("basis"), ellipsis: true, width: 160, show: (row) => <Told>{row.basis}</Told>, cell: (row) => row.basis },
    { key: "limit", title: c("limit"), align: "right", show: (row) => <span className="number">{moneyText(row.amount)}</span>, cell: (row) => (row.amount === null ? null : row.amount / 100) },
    { key: "confirmed", title: t("confirmed"), show: (row) => <ControlConfirmed control={row} />, cell: (row) => row.problem ?? t(row.confirmed ? "isConfirmed" : "notConfirmed") },
    { key: "alert", title: t("alert"), show: (row) => <AlertLink alert={row.alert} />, cell: (row) => row.alert },
  ];
  const one = Number(filters.one ?? 0);
  const none = Object.fromEntries(["state", "target_kind", "target", "customer", "alert", "case", "order", "list", "branch"].map((name) => [name, null]));
  return (
    <ScreenCard
      title={w("title")}
      extra={
        may("controls:write") && (
          <Button type="primary" size="small" onClick={() => setSetting(true)}>
            {w("set")}
          </Button>
        )
      }
    >
      <WayFilter ways={ways} filters={filters} change={change} />
      <DataTable<Control>
        name="controls"
        label={w("title")}
        rowKey="control"
        columns={columns}
        filters={query}
        onFilters={(view) => change({ ...none, ...view })}
        everyMs={15_000}
        onOpen={open}
        empty={<Nothing>{w("none")}</Nothing>}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/controls", { params: { query: { ...query, after, limit } as never }, signal }));
          return { rows: page.controls, next: page.next === null ? null : String(page.next) };
        }}
      />
      {one > 0 && <ControlDrawer key={one} id={one} onClose={() => change({ one: null })} />}
      <SetDialog open={setting} onClose={() => setSetting(false)} onMade={(control) => change({ one: control })} />
    </ScreenCard>
  );
}
