// Something done to several alerts, one after the other, with what became of each. What is asked before it (a note, a mark, a code) is the caller's.
import { Alert, Button, Modal, Progress, Space, Table } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import type { Schemas } from "@/api/client";
import { useWords } from "@/app/words";
import { Mark as Toned } from "@/parts/Mark";
import { useProblemText } from "@/parts/problems";
import { AlertLink, Severity } from "@/parts/values";
import { afterDeed } from "@/screens/bench/deeds";
import { benchWords } from "@/screens/bench/words";

type Row = Schemas["AlertRow"];
type Outcome = { ok: true; waits: boolean } | { ok: false; why: string };

interface Props {
  title: string;
  rows: Row[];
  deed: (row: Row) => Promise<unknown>;
  ready: boolean; // what has to be said is said
  sure?: ReactNode; // has to be read before
  go: string;
  danger?: boolean;
  children?: ReactNode;
  onClose: (changed: boolean) => void;
}

export function OneByOne({ title, rows: given, deed, ready, sure, go, danger, children, onClose }: Props) {
  const t = useWords(benchWords);
  const queries = useQueryClient();
  const problem = useProblemText();
  const [rows] = useState(given); // the list behind may change while it runs
  const [outcomes, setOutcomes] = useState<Record<number, Outcome>>({});
  const [running, setRunning] = useState(false);
  const done = rows.filter((row) => outcomes[row.alert] !== undefined);
  const failed = done.filter((row) => outcomes[row.alert]!.ok === false).length;
  const finished = done.length === rows.length;

  async function run() {
    setRunning(true);
    for (const row of rows) {
      let outcome: Outcome;
      try {
        const answer = await deed(row);
        outcome = { ok: true, waits: typeof answer === "object" && answer !== null && "needs_approval" in answer && answer.needs_approval === true };
      } catch (error) {
        const { title: what, todo } = problem(error);
        outcome = { ok: false, why: todo === "" ? what : `${what} ${todo}` };
      }
      setOutcomes((before) => ({ ...before, [row.alert]: outcome }));
    }
    await Promise.all(afterDeed().map((queryKey) => queries.invalidateQueries({ queryKey })));
    setRunning(false);
  }

  return (
    <Modal
      open
      title={title}
      width={720}
      maskClosable={false}
      closable={!running}
      keyboard={!running && children === undefined} // what is asked before may be written already
      onCancel={() => onClose(done.length > 0)}
      footer={
        <Space>
          <Button disabled={running} onClick={() => onClose(done.length > 0)}>
            {t(finished ? "closeThis" : "cancel")}
          </Button>
          {!finished && (
            <Button type="primary" danger={danger} disabled={!ready} loading={running} onClick={() => void run()}>
              {go}
            </Button>
          )}
        </Space>
      }
    >
      <Space direction="vertical" style={{ width: "100%" }}>
        {!running && done.length === 0 && children}
        {!finished && sure !== undefined && <Alert type="warning" showIcon message={sure} />}
        {(running || done.length > 0) && (
          <div aria-live="polite">
            {t("progress", { done: done.length - failed, n: rows.length, failed })}
            <Progress percent={Math.round((done.length / rows.length) * 100)} status={failed > 0 ? "exception" : undefined} aria-label={title} />
          </div>
        )}
        <Table<Row>
          size="small"
          rowKey="alert"
          dataSource={rows}
          pagination={false}
          scroll={{ y: 260 }}
          columns={[
            { key: "alert", title: t("alert"), render: (_value, row) => <AlertLink alert={row.alert} /> },
            { key: "severity", title: t("severity"), render: (_value, row) => <Severity severity={row.severity} /> },
            { key: "subject", title: t("subject"), render: (_value, row) => <span className="mono">{row.subject}</span> },
            {
              key: "result",
              title: t("result"),
              render: (_value, row) => {
                const outcome = outcomes[row.alert];
                return outcome === undefined ? (
                  t("resultWaits")
                ) : outcome.ok ? (
                  <Toned kind="good">{t(outcome.waits ? "resultApproval" : "resultDone")}</Toned>
                ) : (
                  <span data-told="">{t("resultFailed", { why: outcome.why })}</span>
                );
              },
            },
          ]}
        />
      </Space>
    </Modal>
  );
}
