// What belongs to an alert: payments that are held, measures that are in force, and what was asked and answered.
import { Button, Card, List, Space, Typography } from "antd";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { Mark as Toned } from "@/parts/Mark";
import { Due, moneyText, ThingLink, Time } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";
import { useAnswerText } from "@/screens/bench/AnswerFields";
import { CallDrawer } from "@/screens/bench/CallDrawer";
import type { Ways, Whole } from "@/screens/bench/useAlert";

type Task = Schemas["Task"];

export function Held({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const both = useBoth();
  const nothing = whole.holds.length + whole.controls.length === 0;
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("held")}</h2>}>
      {nothing && <Typography.Text type="secondary">{t(whole.blind ? "hiddenUntilVerdict" : "noHeld")}</Typography.Text>}
      {whole.holds.length > 0 && (
        <List
          size="small"
          header={<Typography.Text type="secondary">{t("holds")}</Typography.Text>}
          dataSource={whole.holds}
          renderItem={(hold) => (
            <List.Item style={{ paddingInline: 0 }}>
              <Space size={8} wrap>
                <Toned kind={hold.state === "HELD" ? "warn" : "plain"}>{both({ zh: hold.state_zh, en: hold.state_en })}</Toned>
                <Typography.Text strong className="number">
                  {moneyText(hold.amount)}
                </Typography.Text>
                <span>
                  {t("payee")} <ThingLink kind="account" name={hold.payee} />
                </span>
                {hold.state === "HELD" ? <Due ms={hold.until} /> : <Time ms={hold.settled} />}
              </Space>
            </List.Item>
          )}
        />
      )}
      {whole.controls.length > 0 && (
        <List
          size="small"
          header={<Typography.Text type="secondary">{t("controls")}</Typography.Text>}
          dataSource={whole.controls}
          renderItem={(control) => (
            <List.Item style={{ paddingInline: 0 }}>
              <Space size={8} wrap>
                <Toned kind={["ASKED", "IN_FORCE"].includes(control.state) ? "warn" : "plain"}>{both({ zh: control.state_zh, en: control.state_en })}</Toned>
                <Typography.Text strong>{both({ zh: control.measure_zh, en: control.measure_en })}</Typography.Text>
                <ThingLink kind={control.target_kind} name={control.target} />
                {control.until !== null && (
                  <span>
                    {t("until")} <Time ms={control.until} />
                  </span>
                )}
              </Space>
            </List.Item>
          )}
        />
      )}
    </Card>
  );
}

const TASK_KINDS = { ASKED: "info", ANSWERED: "good", EXPIRED: "warn", CANCELLED: "plain" } as const;

export function Tasks({ whole, ways }: { whole: Whole; ways: Ways }) {
  const t = useWords(alertWords);
  const words = useDisposition();
  const answerText = useAnswerText(words);
  const [taking, setTaking] = useState<Task>();
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("tasks")}</h2>}>
      {whole.tasks.length === 0 && <Typography.Text type="secondary">{t(whole.blind ? "hiddenUntilVerdict" : "noTasks")}</Typography.Text>}
      {whole.tasks.map((task) => (
        <div key={task.task} style={{ padding: "4px 0" }}>
          <Space size={8} wrap>
            <Toned kind={TASK_KINDS[task.state]}>{t(`task${task.state}`)}</Toned>
            <Typography.Text strong>{words.channel(task.channel)}</Typography.Text>
            <span title={task.script}>{words.script(task.script)}</span>
            {task.state === "ASKED" && <Due ms={task.until} />}
            <Typography.Text type="secondary">
              <Time ms={task.asked} form="clock" /> {t("askedBy", { who: task.asked_by })}
            </Typography.Text>
            {task.state === "ASKED" && ways.answer && (
              <Button size="small" type="link" style={{ paddingInline: 0 }} onClick={() => setTaking(task)}>
                {t("takeDown")}
              </Button>
            )}
          </Space>
          {task.answer !== null && (
            <div>
              {answerText(task.answer)}{" "}
              {task.answered_by !== null && (
                <Typography.Text type="secondary">
                  <Time ms={task.answered} form="clock" /> {t("answeredBy", { who: task.answered_by })}
                </Typography.Text>
              )}
            </div>
          )}
        </div>
      ))}
      {taking !== undefined && <CallDrawer whole={whole} task={taking} maySteps={ways.ask} onClose={() => setTaking(undefined)} />}
    </Card>
  );
}
