// Appeals against measures, with their time limits: the first reply, what was found true, the verdict. Who may only bring appeals finds the form for that.
import { Alert, Button, Card, Form } from "antd";
import { useState } from "react";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { appealStates, useAppealChannel, useNames } from "@/parts/names";
import { Nothing } from "@/parts/States";
import { AskedDrawer } from "@/parts/ThingDrawer";
import { Due, ThingLink, Time, timeText } from "@/parts/values";
import { type Appeal, AppealDialog, AppealFields, AppealState, type NewAppeal, useBringing, useMadeText } from "@/screens/office/appealParts";
import { ControlFacts } from "@/screens/office/controlParts";
import { Choice, DeedDialog, Deeds, Facts, OpenButton, queryOf, ScreenCard, Section, TextField, Told, useOutcome, WaitingProposal, type Way, WayFilter } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

const words = defineWords({
  title: { zh: "客户申诉", en: "Appeals" },
  one: { zh: "申诉 {id}", en: "Appeal {id}" },
  open: { zh: "处理中", en: "Open" },
  ofControl: { zh: "按管控", en: "Against a measure" },
  ofCustomer: { zh: "按客户", en: "Of a customer" },
  submitted: { zh: "提交时间", en: "Brought" },
  replyUntil: { zh: "首次答复时限", en: "First reply within" },
  settleUntil: { zh: "办结时限", en: "To be settled within" },
  answerUntil: { zh: "反洗钱答复时限", en: "Answer within (laundering)" },
  text: { zh: "客户陈述", en: "What the customer says" },
  documents: { zh: "提交的材料", en: "What he brought" },
  reply: { zh: "首次答复", en: "First reply" },
  replied: { zh: "答复时间", en: "Replied" },
  repliedBy: { zh: "答复人", en: "Replied by" },
  verified: { zh: "核实属实时间", en: "Found true" },
  verifiedBy: { zh: "核实人", en: "Found true by" },
  result: { zh: "结论", en: "Verdict" },
  reviewer: { zh: "审理人", en: "Reviewer" },
  second: { zh: "复核人", en: "Second person" },
  release: { zh: "解除时间", en: "Released" },
  escalated: { zh: "已升级至主管", en: "A supervisor has it" },
  control: { zh: "所申诉的管控", en: "The measure" },
  doReply: { zh: "首次答复", en: "Reply" },
  doVerify: { zh: "核实属实", en: "It is true" },
  doSettle: { zh: "作出结论", en: "Settle" },
  replyTitle: { zh: "答复申诉 {id}", en: "Reply to the appeal {id}" },
  replyText: { zh: "答复内容", en: "What the customer is told" },
  verifyTitle: { zh: "申诉 {id}：核实属实", en: "Appeal {id}: what the customer says is true" },
  verifyAbout: { zh: "核实属实后，管控须在两小时内解除，结论只能是“解除”。", en: "The measure then has to go within two hours, and the only verdict is to release it." },
  verifyNote: { zh: "核实情况", en: "How it was found out" },
  settleTitle: { zh: "申诉 {id}：作出结论", en: "Settle the appeal {id}" },
  settleAbout: { zh: "设置该管控的人不能审理。需双人解除的管控，结论须另一人复核后生效。", en: "Not by who set the measure. Where its release takes two persons, the verdict waits for another one." },
  bring: { zh: "登记申诉", en: "Bring an appeal" },
  send: { zh: "提交", en: "Send" },
  none: { zh: "没有处理中的申诉", en: "No appeal is open" },
  onlyBring: { zh: "客户对管控有异议时在此登记，由值班长审理。", en: "Take down here what a customer says against a measure. A shift leader reviews it." },
});

type Deed = "reply" | "verify" | "settle" | null;

function AppealDeeds({ appeal, deed, onClose }: { appeal: Appeal; deed: Deed; onClose: () => void }) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const outcome = useOutcome();
  const resultName = useNames(appealStates);
  const path = { path: { appeal: appeal.appeal } };
  const more = {
    touches: [["table", "appeals"], ["appeal", appeal.appeal], ["control", appeal.control], ["table", "proposals"]],
    after: (answer: { proposal: object | null }) => {
      outcome(answer as Parameters<typeof outcome>[0]);
      onClose();
    },
  };
  const reply = useDeed((values: { text: string }) => told(api.POST("/v1/appeals/{appeal}/reply", { params: path, body: values })), more);
  const verify = useDeed((values: { note: string }) => told(api.POST("/v1/appeals/{appeal}/verify", { params: path, body: values })), more);
  const settle = useDeed((values: { result: "RELEASED" | "PARTLY" | "KEPT"; reason: string }) => told(api.POST("/v1/appeals/{appeal}/settle", { params: path, body: values })), more);
  return (
    <>
      <DeedDialog<{ text: string }> title={w("replyTitle", { id: appeal.appeal })} open={deed === "reply"} sending={reply.isPending} onClose={onClose} onSend={(values) => reply.mutate(values)}>
        <TextField name="text" label={w("replyText")} />
      </DeedDialog>
      <DeedDialog<{ note: string }> title={w("verifyTitle", { id: appeal.appeal })} open={deed === "verify"} sending={verify.isPending} onClose={onClose} onSend={(values) => verify.mutate(values)} about={w("verifyAbout")}>
        <TextField name="note" label={w("verifyNote")} />
      </DeedDialog>
      <DeedDialog<{ result: "RELEASED" | "PARTLY" | "KEPT"; reason: string }>
        title={w("settleTitle", { id: appeal.appeal })}
        open={deed === "settle"}
        initial={appeal.verified === null ? undefined : { result: "RELEASED" }}
        sending={settle.isPending}
        onClose={onClose}
        onSend={(values) => settle.mutate(values)}
        about={w("settleAbout")}
      >
        <Form.Item name="result" label={w("result")} rules={[{ required: true, message: t("needed") }]}>
          <Choice label={w("result")} options={(["RELEASED", "PARTLY", "KEPT"] as const).map((value) => ({ value, label: resultName(value), disabled: appeal.verified !== null && value !== "RELEASED" }))} />
        </Form.Item>
        <TextField name="reason" label={t("reason")} />
      </DeedDialog>
    </>
  );
}

export function AppealFacts({ appeal }: { appeal: Appeal }) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const both = useBoth();
  const channel = useAppealChannel();
  const isOpen = appeal.result === null;
  return (
    <Facts
      facts={[
        [t("state"), <AppealState key="state" appeal={appeal} />],
        [t("customer"), <ThingLink key="customer" kind="customer" name={appeal.customer} />],
        [t("channel"), channel(appeal.channel)],
        [w("submitted"), <Time key="submitted" ms={appeal.submitted} />],
        [w("text"), <Told key="text">{appeal.text}</Told>],
        [w("documents"), <Told key="documents">{appeal.documents}</Told>],
        [w("replyUntil"), isOpen && appeal.replied === null ? <Due key="reply" ms={appeal.reply_until} /> : <Time key="reply" ms={appeal.reply_until} />],
        [w("settleUntil"), isOpen ? <Due key="settle" ms={appeal.settle_until} /> : <Time key="settle" ms={appeal.settle_until} />],
        appeal.answer_until === null ? null : [w("answerUntil"), isOpen ? <Due key="answer" ms={appeal.answer_until} /> : <Time key="answer" ms={appeal.answer_until} />],
        appeal.escalated ? [w("escalated"), t("yes")] : null,
        [w("replied"), <Time key="replied" ms={appeal.replied} />],
        [w("repliedBy"), <Told key="repliedBy">{appeal.replied_by}</Told>],
        [w("reply"), <Told key="replyText">{appeal.reply}</Told>],
        [w("verified"), <Time key="verified" ms={appeal.verified} />],
        [w("verifiedBy"), <Told key="verifiedBy">{appeal.verified_by}</Told>],
        [w("result"), both({ zh: appeal.result_zh, en: appeal.result_en })],
        [t("reason"), <Told key="reason">{appeal.reason}</Told>],
        [w("reviewer"), <Told key="reviewer">{appeal.reviewer}</Told>],
        [w("second"), <Told key="second">{appeal.second}</Told>],
        [w("release"), <Time key="release" ms={appeal.release} />],
      ]}
    />
  );
}

function AppealDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const w = useWords(words);
  const { may, identity } = useSession();
  const [deed, setDeed] = useState<Deed>(null);
  const asked = useAsk(["appeal", id], (signal) => told(api.GET("/v1/appeals/{appeal}", { params: { path: { appeal: id } }, signal })), { everyMs: 15_000 });
  const appeal = asked.data?.appeal;
  const measure = useAsk(["control", appeal?.control], (signal) => told(api.GET("/v1/controls/{control}", { params: { path: { control: appeal!.control } }, signal })), { active: appeal !== undefined });
  const mayReview = appeal !== undefined && appeal.result === null && asked.data?.proposal === null && may("appeals:review");
  const mayJudge = mayReview && measure.data?.control.asked_by !== identity?.name; // whoever set the measure does not
  return (
    <AskedDrawer
      title={w("one", { id })}
      onClose={onClose}
      asked={asked}
      footer={
        mayReview && (
          <Deeds>
            {appeal.replied === null && (
              <Button type="primary" onClick={() => setDeed("reply")}>
                {w("doReply")}
              </Button>
            )}
            {mayJudge && appeal.verified === null && <Button onClick={() => setDeed("verify")}>{w("doVerify")}</Button>}
            {mayJudge && (
              <Button type={appeal.replied === null ? "default" : "primary"} onClick={() => setDeed("settle")}>
                {w("doSettle")}
              </Button>
            )}
          </Deeds>
        )
      }
    >
      {({ appeal, proposal }) => (
        <>
          <WaitingProposal proposal={proposal} />
          <AppealFacts appeal={appeal} />
          {measure.data !== undefined && (
            <Section title={w("control")}>
              <ControlFacts control={measure.data.control} />
            </Section>
          )}
          <AppealDeeds appeal={appeal} deed={deed} onClose={() => setDeed(null)} />
        </>
      )}
    </AskedDrawer>
  );
}

// For a branch: it brings appeals, and does not read them.
function BringScreen() {
  const w = useWords(words);
  const [form] = Form.useForm<NewAppeal>();
  const [made, setMade] = useState<number | null>(null);
  const madeText = useMadeText();
  const bring = useBringing((appeal) => {
    setMade(appeal);
    form.resetFields();
  });
  return (
    <ScreenCard title={w("bring")}>
      <Card size="small" style={{ maxWidth: 640 }}>
        <p>{w("onlyBring")}</p>
        {made !== null && <Alert type="success" showIcon role="status" message={madeText(made)} style={{ marginBottom: 12 }} closable onClose={() => setMade(null)} />}
        <Form<NewAppeal> form={form} layout="vertical" initialValues={{ channel: "branch" }} onFinish={(values) => bring.mutate(values)}>
          <AppealFields />
          <Button type="primary" htmlType="submit" loading={bring.isPending}>
            {w("send")}
          </Button>
        </Form>
      </Card>
    </ScreenCard>
  );
}

function AppealList() {
  const t = useWords(officeWords);
  const w = useWords(words);
  const both = useBoth();
  const { may } = useSession();
  const [filters, change] = useFilters();
  const [bringing, setBringing] = useState(false);
  const channel = useAppealChannel();
  const stateName = useNames(appealStates);
  const ways: Way[] = [
    { key: "open", label: w("open"), fields: [] },
    { key: "control", label: w("ofControl"), fields: [{ name: "control", label: t("control"), isNumber: true }] },
    { key: "customer", label: w("ofCustomer"), fields: [{ name: "customer", label: t("customer") }] },
  ];
  const query = queryOf(ways, filters);
  const open = (row: Appeal) => change({ one: row.appeal });
  const columns: Column<Appeal>[] = [
    { key: "appeal", title: t("appeal"), fixed: "left", show: (row) => <OpenButton id={row.appeal} onOpen={() => open(row)} />, cell: (row) => row.appeal },
    { key: "state", title: t("state"), show: (row) => <AppealState appeal={row} />, cell: (row) => stateName(row.state) },
    { key: "customer", title: t("customer"), show: (row) => <ThingLink kind="customer" name={row.customer} />, cell: (row) => row.customer },
    { key: "control", title: t("control"), show: (row) => row.control, cell: (row) => row.control },
    { key: "channel", title: t("channel"), show: (row) => channel(row.channel), cell: (row) => channel(row.channel) },
    { key: "submitted", title: w("submitted"), show: (row) => <Time ms={row.submitted} />, cell: (row) => timeText(row.submitted) },
    { key: "replyUntil", title: w("replyUntil"), show: (row) => (row.replied === null && row.result === null ? <Due ms={row.reply_until} /> : <Time ms={row.replied} />), cell: (row) => timeText(row.reply_until) },
    { key: "settleUntil", title: w("settleUntil"), show: (row) => (row.result === null ? <Due ms={row.settle_until} /> : <Time ms={row.settled} />), cell: (row) => timeText(row.settle_until) },
    { key: "result", title: w("result"), show: (row) => both({ zh: row.result_zh, en: row.result_en }), cell: (row) => both({ zh: row.result_zh, en: row.result_en }) },
    { key: "reviewer", title: w("reviewer"), show: (row) => <Told>{row.reviewer}</Told>, cell: (row) => row.reviewer },
  ];
  const one = Number(filters.one ?? 0);
  return (
    <ScreenCard
      title={w("title")}
      extra={
        may("appeals:submit") && (
          <Button type="primary" size="small" onClick={() => setBringing(true)}>
            {w("bring")}
          </Button>
        )
      }
    >
      <WayFilter ways={ways} filters={filters} change={change} />
      <DataTable<Appeal>
        name="appeals"
        label={w("title")}
        rowKey="appeal"
        columns={columns}
        filters={query}
        onFilters={(view) => change({ control: null, customer: null, ...view })}
        everyMs={15_000}
        onOpen={open}
        empty={<Nothing>{Object.keys(query).length === 0 ? w("none") : undefined}</Nothing>}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/appeals", { params: { query: { ...query, after, limit } as never }, signal }));
          return { rows: page.appeals, next: page.next === null ? null : String(page.next) };
        }}
      />
      {one > 0 && <AppealDrawer key={one} id={one} onClose={() => change({ one: null })} />}
      <AppealDialog open={bringing} onClose={() => setBringing(false)} onMade={(appeal) => change({ one: appeal })} />
    </ScreenCard>
  );
}

export default function Appeals() {
  const { may } = useSession();
  return may("controls:read") ? <AppealList /> : <BringScreen />;
}
