// Calling the customer: the script with this alert's figures in it, line by line, and what he answers beside each line.
import { Button, Drawer, Segmented, Select, Space, Typography } from "antd";
import { useRef, useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { useDisposition } from "@/parts/disposition";
import { ScriptText } from "@/parts/ScriptText";
import { Failure } from "@/parts/States";
import { alertWords } from "@/screens/bench/alertWords";
import { type Answer, AnswerField } from "@/screens/bench/AnswerFields";
import { afterDeed, deeds } from "@/screens/bench/deeds";
import type { Whole } from "@/screens/bench/useAlert";

type Task = Schemas["Task"];

export function useScript(alert: number, script: string | undefined) {
  return useAsk(["script", alert, script], (signal) => told(api.GET("/v1/alerts/{alert}/scripts/{script}", { params: { path: { alert, script: script! } }, signal })), {
    active: script !== undefined,
    staleMs: 60_000,
  });
}

interface Props {
  whole: Whole;
  task?: Task; // whose answer is taken down; without it a call is noted
  maySteps: boolean; // may ask, not only take down what is told unasked
  onClose: () => void;
}

export function CallDrawer({ whole, task, maySteps, onClose }: Props) {
  const t = useWords(alertWords);
  const both = useBoth();
  const words = useDisposition();
  const alert = whole.row.alert;
  const asked = whole.tasks.filter((one) => one.state === "ASKED" && one.channel === "HUMAN_CALL");
  const [mode, setMode] = useState<"call" | "volunteered">(maySteps || task !== undefined ? "call" : "volunteered");
  const readable = whole.scripts.filter((one) => ["CALL", "QUESTIONNAIRE"].includes(one.kind));
  const [script, setScript] = useState(task?.script.split("@")[0] ?? asked[0]?.script.split("@")[0] ?? whole.script ?? readable[0]?.script);
  const [answer, setAnswer] = useState<Answer>({});
  const { data, error, refetch } = useScript(alert, script);
  const open = task ?? asked.find((one) => one.script.split("@")[0] === script);
  const lines = data?.lines ?? [];
  const named = new Set(lines.map((line) => line.answer));
  const others = (words.data?.answers ?? []).filter((one) => !named.has(one.answer));
  const [more, setMore] = useState<string>();
  const noted = useRef(new Map<string, number>()); // calls that were noted here by their script, whose answers were refused then: keeping them again is no second call
  const keep = useDeed(
    async () => {
      const body = answer as Record<string, never>;
      if (mode === "volunteered") {
        return deeds.volunteered(alert, body);
      }
      const before = open?.task ?? noted.current.get(script!);
      const to = before ?? (await deeds.ask(alert, "HUMAN_CALL", script!)).task.task;
      noted.current.set(script!, to);
      return deeds.answer(to, body);
    },
    { done: t("answered"), touches: afterDeed(alert), after: onClose },
  );
  function set(name: string, value: Answer[string] | undefined) {
    setAnswer((before) => {
      const after = { ...before };
      if (value === undefined) {
        delete after[name];
      } else {
        after[name] = value;
      }
      return after;
    });
  }
  const seen = new Set<string>();
  return (
    <Drawer
      open
      width={640}
      title={t("dialogOf", { what: t("callTitle"), alert: alert })}
      maskClosable={Object.keys(answer).length === 0} // what was taken down does not go by a click beside it
      keyboard={Object.keys(answer).length === 0}
      onClose={onClose}
      footer={
        <Space style={{ width: "100%", justifyContent: "space-between" }}>
          <Typography.Text type="secondary">{mode === "call" ? (open === undefined ? t("callNew") : t("callOpen", { task: open.task })) : ""}</Typography.Text>
          <Button type="primary" disabled={Object.keys(answer).length === 0 || (mode === "call" && open === undefined && script === undefined)} loading={keep.isPending} onClick={() => keep.mutate()}>
            {t("saveAnswer")}
          </Button>
        </Space>
      }
    >
      <Space wrap style={{ marginBottom: 12 }}>
        {task === undefined && maySteps && (
          <Segmented
            value={mode}
            onChange={(value) => setMode(value as "call" | "volunteered")}
            options={[
              { value: "call", label: t("modeCall") },
              { value: "volunteered", label: t("modeVolunteered") },
            ]}
          />
        )}
        {task === undefined && (
          <Select
            aria-label={t("script")}
            value={script}
            onChange={(other) => {
              setScript(other);
              setAnswer({}); // the answers to the other one are no longer in sight
            }}
            style={{ width: 240 }}
            options={readable.map((one) => ({ value: one.script, label: `${words.kind(one.kind)} ${one.script}` }))}
          />
        )}
      </Space>
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      {data !== undefined && (
        <>
          <ScriptText script={data} />
          {lines.length > 0 && (
            <ol aria-label={t("readOut")} style={{ paddingInlineStart: 22, margin: 0 }}>
              {lines.map((line, at) => {
                const first = line.answer !== null && !seen.has(line.answer);
                if (line.answer !== null) {
                  seen.add(line.answer);
                }
                return (
                  <li key={at} style={{ padding: "6px 0" }}>
                    <div style={{ display: "flex", gap: 12, alignItems: "flex-start", justifyContent: "space-between" }}>
                      <span>{both(line)}</span>
                      {first && (
                        <span style={{ flexShrink: 0, textAlign: "right" }}>
                          <Typography.Text type="secondary" style={{ display: "block", fontSize: 12, maxWidth: 180 }}>
                            {words.answer(line.answer)}
                          </Typography.Text>
                          <AnswerField name={line.answer!} label={words.answer(line.answer)} words={words} value={answer[line.answer!]} onChange={(value) => set(line.answer!, value)} />
                        </span>
                      )}
                    </div>
                  </li>
                );
              })}
            </ol>
          )}
        </>
      )}
      <Space wrap style={{ marginTop: 12 }} align="end">
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          aria-label={t("otherAnswers")}
          placeholder={t("otherAnswers")}
          value={more}
          onChange={setMore}
          style={{ width: 260 }}
          options={others.map((one) => ({ value: one.answer, label: both(one) }))}
        />
        {others
          .filter((one) => one.answer === more || answer[one.answer] !== undefined)
          .map((one) => (
            <span key={one.answer}>
              {one.answer !== more && (
                <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
                  {both(one)}
                </Typography.Text>
              )}
              <AnswerField name={one.answer} label={both(one)} words={words} value={answer[one.answer]} onChange={(value) => set(one.answer, value)} />
            </span>
          ))}
      </Space>
    </Drawer>
  );
}
