// Tasks of the own branch: what is to be found out about a customer at the counter, until when, and answering it.
import { Button, Form, Select, Skeleton, Space, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { useDisposition } from "@/parts/disposition";
import { Mark } from "@/parts/Mark";
import { targetKinds, taskStates, useNames } from "@/parts/names";
import { ScriptText } from "@/parts/ScriptText";
import { Failure, Nothing } from "@/parts/States";
import { ThingDrawer } from "@/parts/ThingDrawer";
import { Due, Time, timeText } from "@/parts/values";
import { Choice, DeedDialog, Facts, OpenButton, ScreenCard, Section, Told } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

type Task = Schemas["Task"];

// What can be found out at the counter besides what the script asks.
const counterAnswers = [
  "identity_ok",
  "reply",
  "purpose",
  "consistent",
  "documents_given",
  "stranger",
  "promised_back",
  "told_secret",
  "third_voice",
  "hesitation",
  "deceived",
  "cancelled",
  "confirmed_again",
  "review_requested",
];

const words = defineWords({
  title: { zh: "网点核实任务", en: "Tasks of the branch" },
  one: { zh: "核实任务 {id}", en: "Task {id}" },
  any: { zh: "全部状态", en: "Any state" },
  party: { zh: "核实对象", en: "About" },
  how: { zh: "核实方式", en: "How" },
  script: { zh: "话术", en: "Script" },
  readOut: { zh: "话术：对客户这样说", en: "What to say to the customer" },
  attempt: { zh: "次数", en: "Attempt" },
  asked: { zh: "下发时间", en: "Given" },
  until: { zh: "剩余时间", en: "Time left" },
  askedBy: { zh: "下发人", en: "Given by" },
  answered: { zh: "答复时间", en: "Answered" },
  answeredBy: { zh: "答复人", en: "Answered by" },
  answers: { zh: "核实结果", en: "What was found" },
  answer: { zh: "填写核实结果", en: "Answer it" },
  answerTitle: { zh: "任务 {id}：核实结果", en: "Task {id}: what was found" },
  answerAbout: { zh: "没有核实到的项目留空。请当面核对身份证件。", en: "Leave out what you have not found out. Compare the certificate with the person." },
  nothingAnswered: { zh: "至少填写一项", en: "Say at least one thing" },
  none: { zh: "本网点没有待核实任务", en: "The branch has no task" },
});

function TaskState({ task }: { task: Task }) {
  const name = useNames(taskStates);
  return <Mark kind={task.state === "ASKED" ? "info" : task.state === "ANSWERED" ? "good" : "plain"}>{name(task.state)}</Mark>;
}

// What is said to the customer, with this task's figures in it, and which answers it asks for, in its order.
function useTaskScript(task: number) {
  return useAsk(["branch-script", task], (signal) => told(api.GET("/v1/branch/tasks/{task}/script", { params: { path: { task } }, signal })), { staleMs: 60_000 });
}

// Read out in its order; beside each line the answer that it asks for.
function ReadOut({ task }: { task: Task }) {
  const w = useWords(words);
  const both = useBoth();
  const { answer: name } = useDisposition();
  const { data, error, isPending, refetch } = useTaskScript(task.task);
  return (
    <Section title={w("readOut")}>
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      {isPending && <Skeleton active paragraph={{ rows: 3 }} />}
      {data !== undefined && (
        <>
          <ScriptText script={data} />
          {data.lines.length > 0 && (
            <ol aria-label={w("readOut")} style={{ paddingInlineStart: 22, margin: 0 }}>
              {data.lines.map((line, at) => (
                <li key={at} style={{ padding: "4px 0" }}>
                  <span data-told="">{both(line)}</span>
                  {line.answer !== null && (
                    <Typography.Text type="secondary" style={{ marginInlineStart: 8 }}>
                      {name(line.answer)}
                    </Typography.Text>
                  )}
                </li>
              ))}
            </ol>
          )}
        </>
      )}
    </Section>
  );
}

function Answers({ answer }: { answer: NonNullable<Task["answer"]> }) {
  const t = useWords(officeWords);
  const { answer: name, choice } = useDisposition();
  const text = (key: string, said: unknown) => (typeof said === "boolean" ? t(said ? "yes" : "no") : choice(key, typeof said === "string" || typeof said === "number" ? String(said) : JSON.stringify(said)));
  return <Facts facts={Object.entries(answer).map(([key, said]) => [name(key), <Told key={key}>{text(key, said)}</Told>])} />;
}

type Answering = Record<string, string | undefined>;

function AnswerDialog({ task, open, onClose, onAnswered }: { task: Task; open: boolean; onClose: () => void; onAnswered: (task: Task) => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const both = useBoth();
  const { answer: name, answerOf, choice } = useDisposition();
  const { data: script } = useTaskScript(task.task);
  const asked = (script?.lines ?? []).filter((line) => line.answer !== null);
  const names = [...new Set([...asked.map((line) => line.answer!), ...counterAnswers])].filter((one) => answerOf(one)?.type === "bool" || (answerOf(one)?.choices.length ?? 0) > 0);
  const question = (one: string) => asked.filter((line) => line.answer === one).map((line) => both(line));
  const bodyOf = (values: Answering) =>
    Object.fromEntries(
      names.flatMap((one) => {
        const said = values[one];
        return said === undefined || said === "" ? [] : [[one, answerOf(one)?.type === "bool" ? said === "true" : said]];
      }),
    );
  const send = useDeed((values: Answering) => told(api.POST("/v1/branch/tasks/{task}/answer", { params: { path: { task: task.task } }, body: { answer: bodyOf(values) as Record<string, never> } })), {
    done: t("done"),
    touches: [["table", "branch-tasks"]],
    after: (answer) => {
      onClose();
      onAnswered(answer.task);
    },
  });
  return (
    <DeedDialog<Answering> title={w("answerTitle", { id: task.task })} open={open} sending={send.isPending} onClose={onClose} onSend={(values) => send.mutate(values)} about={w("answerAbout")}>
      <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr", columnGap: 16 }}>
        {names.map((one) => (
          <Form.Item
            key={one}
            name={one}
            label={name(one)}
            extra={question(one).map((text) => (
              <div key={text} data-told="">
                {text}
              </div>
            ))}
            style={{ marginBottom: 12 }}
          >
            {answerOf(one)?.type === "bool" ? (
              <Choice
                label={name(one)}
                options={[
                  { value: "true", label: t("yes") },
                  { value: "false", label: t("no") },
                ]}
              />
            ) : (
              <Select allowClear options={answerOf(one)!.choices.map(({ value }) => ({ value, label: choice(one, value) }))} />
            )}
          </Form.Item>
        ))}
      </div>
      <Form.Item
        name="any"
        rules={[({ getFieldsValue }) => ({ validator: () => (Object.keys(bodyOf(getFieldsValue() as Answering)).length > 0 ? Promise.resolve() : Promise.reject(new Error(w("nothingAnswered")))) })]}
        style={{ marginBottom: 0 }}
      >
        <input type="hidden" />
      </Form.Item>
    </DeedDialog>
  );
}

function TaskDrawer({ task, onClose, onAnswered }: { task: Task; onClose: () => void; onAnswered: (task: Task) => void }) {
  const t = useWords(officeWords);
  const w = useWords(words);
  const { channel, script: scriptName } = useDisposition();
  const kind = useNames(targetKinds);
  const [answering, setAnswering] = useState(false);
  return (
    <ThingDrawer
      title={w("one", { id: task.task })}
      onClose={onClose}
      footer={
        task.state === "ASKED" && (
          <Button type="primary" onClick={() => setAnswering(true)}>
            {w("answer")}
          </Button>
        )
      }
    >
      <Facts
        facts={[
          [t("state"), <TaskState key="state" task={task} />],
          [w("how"), channel(task.channel)],
          [w("party"), <Space key="party"><span>{kind(task.party_kind)}</span><span className="mono">{task.party}</span></Space>],
          [w("script"), <span key="script" title={task.script}>{scriptName(task.script)}</span>],
          [w("asked"), <Time key="asked" ms={task.asked} />],
          [w("until"), task.state === "ASKED" ? <Due key="until" ms={task.until} /> : <Time key="until" ms={task.until} />],
          [w("askedBy"), <Told key="by">{task.asked_by}</Told>],
          [w("attempt"), task.attempt],
          [w("answered"), <Time key="answered" ms={task.answered} />],
          [w("answeredBy"), <Told key="answeredBy">{task.answered_by}</Told>],
        ]}
      />
      <ReadOut task={task} />
      {task.answer !== null && (
        <Section title={w("answers")}>
          <Answers answer={task.answer} />
        </Section>
      )}
      <AnswerDialog task={task} open={answering} onClose={() => setAnswering(false)} onAnswered={onAnswered} />
    </ThingDrawer>
  );
}

export default function Branch() {
  const t = useWords(officeWords);
  const w = useWords(words);
  const [filters, change] = useFilters();
  const { channel, script: scriptName } = useDisposition();
  const kind = useNames(targetKinds);
  const stateName = useNames(taskStates);
  const [seen, setSeen] = useState<Task[]>([]);
  const state = filters.state ?? "ASKED";
  const keep = (tasks: Task[]) => setSeen((before) => [...tasks, ...before.filter((task) => !tasks.some((fresh) => fresh.task === task.task))]);
  const open = (row: Task) => change({ one: row.task });
  const columns: Column<Task>[] = [
    { key: "task", title: t("task"), fixed: "left", show: (row) => <OpenButton id={row.task} onOpen={() => open(row)} />, cell: (row) => row.task },
    { key: "state", title: t("state"), show: (row) => <TaskState task={row} />, cell: (row) => stateName(row.state) },
    { key: "until", title: w("until"), show: (row) => (row.state === "ASKED" ? <Due ms={row.until} /> : <Time ms={row.until} />), cell: (row) => timeText(row.until) },
    { key: "party", title: w("party"), show: (row) => <Space size={4}><span>{kind(row.party_kind)}</span><span className="mono">{row.party}</span></Space>, cell: (row) => row.party },
    { key: "channel", title: w("how"), show: (row) => channel(row.channel), cell: (row) => channel(row.channel) },
    { key: "script", title: w("script"), show: (row) => <span title={row.script}>{scriptName(row.script)}</span>, cell: (row) => scriptName(row.script) },
    { key: "asked", title: w("asked"), show: (row) => <Time ms={row.asked} />, cell: (row) => timeText(row.asked) },
    { key: "by", title: w("askedBy"), show: (row) => <Told>{row.asked_by}</Told>, cell: (row) => row.asked_by },
    { key: "answered", title: w("answered"), show: (row) => <Time ms={row.answered} />, cell: (row) => timeText(row.answered) },
    { key: "answeredBy", title: w("answeredBy"), show: (row) => <Told>{row.answered_by}</Told>, cell: (row) => row.answered_by },
  ];
  const one = seen.find((task) => String(task.task) === filters.one);
  return (
    <ScreenCard title={w("title")}>
      <Select
        aria-label={t("state")}
        value={state}
        onChange={(value) => change({ state: value === "ASKED" ? null : value })}
        style={{ minWidth: 150, marginBottom: 8 }}
        options={[...Object.keys(taskStates).map((value) => ({ value, label: stateName(value) })), { value: "any", label: w("any") }]}
      />
      <DataTable<Task>
        name="branch-tasks"
        label={w("title")}
        rowKey="task"
        columns={columns}
        filters={{ state }}
        everyMs={10_000}
        onOpen={open}
        empty={<Nothing>{state === "ASKED" ? w("none") : undefined}</Nothing>}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/branch/tasks", { params: { query: { state: state === "any" ? undefined : state, after, limit } as never }, signal }));
          keep(page.tasks);
          return { rows: page.tasks, next: page.next === null ? null : String(page.next) };
        }}
      />
      {one !== undefined && <TaskDrawer key={one.task} task={one} onClose={() => change({ one: null })} onAnswered={(task) => keep([task])} />}
    </ScreenCard>
  );
}
