// Deciding on an alert: the code, what follows from it, and why.
import { Alert, Checkbox, Input, InputNumber, Modal, Select, Space, Typography } from "antd";
import { useState } from "react";

import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { type CodeWord, useDisposition } from "@/parts/disposition";
import { moneyText } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";
import { useOpenCases } from "@/screens/bench/CaseDialog";
import { CodeChoice } from "@/screens/bench/CodeChoice";
import { afterDeed, deeds, type Decision } from "@/screens/bench/deeds";
import type { Whole } from "@/screens/bench/useAlert";

const CLEAR_DAYS_MAX = 365;

// What the server does with held payments and measures, and whether a second person is needed (docs/alerts.md).
export function useConsequences(whole: Whole, code: CodeWord | undefined): { lines: string[]; needsApproval: boolean } {
  const t = useWords(alertWords);
  if (code === undefined) {
    return { lines: [], needsApproval: false };
  }
  const holds = whole.holds.filter((hold) => hold.state === "HELD");
  const controls = whole.controls.filter((control) => control.alert === whole.row.alert && control.authority === "BANK" && ["ASKED", "IN_FORCE"].includes(control.state));
  const releases = code.direction === "RELEASING";
  const most = whole.row.severity_most ?? "S1";
  const needsApproval = releases && ["S3", "S4"].includes(most) && holds.length + controls.length > 0;
  const amount = moneyText(holds.reduce((sum, hold) => sum + hold.amount, 0));
  const way = ["DUP", "TEST"].includes(code.code) ? "leavesHolds" : releases ? "releasesHolds" : "refusesHolds";
  const lines = [
    ...(holds.length > 0 ? [t(way, { n: holds.length, amount })] : []),
    ...(controls.length > 0 ? [t("keepsControls", { n: controls.length })] : []),
    ...(holds.length + controls.length === 0 ? [t("nothingHeld")] : []),
    t("trains", { label: t(`label${code.label}`) }),
    needsApproval ? t("needsApproval", { severity: most }) : t("closesNow"),
  ];
  return { lines, needsApproval };
}

export function DecideDialog({ whole, onClose, onDone }: { whole: Whole; onClose: () => void; onDone: (message: string) => void }) {
  const t = useWords(alertWords);
  const { may } = useSession();
  const words = useDisposition();
  const { row } = whole;
  const [code, setCode] = useState<string>();
  const [note, setNote] = useState("");
  const [days, setDays] = useState<number | null>(null);
  const [weak, setWeak] = useState(false);
  const [text, setText] = useState("");
  const [intoCase, setIntoCase] = useState<number>();
  const cases = useOpenCases(text, may("cases:read"));
  const chosen = words.codeOf(code);
  const { lines, needsApproval } = useConsequences(whole, chosen);
  const isConfirmed = chosen?.counts === "EFFECTIVE";
  const decide = useDeed((decision: Decision) => deeds.decide(row.alert, decision), {
    touches: afterDeed(row.alert),
    after: (answer, decision) => onDone(t(answer.needs_approval ? "decidedWaits" : decision.case === undefined ? "decided" : "decidedCase")),
  });
  const ready = chosen !== undefined && note.trim() !== "";
  function submit() {
    decide.mutate({
      code: code!,
      note: note.trim(),
      clear_days: chosen?.counts === "FALSE_ALARM" && days !== null && days > 0 ? days : undefined,
      weak: isConfirmed && weak ? true : undefined,
      case: isConfirmed ? intoCase : undefined,
    });
  }
  return (
    <Modal
      open
      width={760}
      style={{ top: 24 }}
      title={t("dialogOf", { what: t("decide"), alert: row.alert })}
      okText={t("submit")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: !ready }}
      confirmLoading={decide.isPending}
      maskClosable={false}
      onOk={submit}
      onCancel={unlessWritten(code !== undefined || note.trim() !== "", onClose)}
    >
      <Space direction="vertical" style={{ width: "100%" }} size="middle">
        <CodeChoice group={row.group} secrecy={row.secrecy} value={code} onChange={setCode} />
        {chosen !== undefined && (
          <Alert
            type={needsApproval ? "warning" : "info"}
            showIcon
            message={t("consequences")}
            description={
              <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                {lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            }
          />
        )}
        {chosen?.counts === "FALSE_ALARM" && (
          <Space>
            <Typography.Text id="clear-days">{t("clearDays")}</Typography.Text>
            <InputNumber aria-labelledby="clear-days" min={0} max={CLEAR_DAYS_MAX} precision={0} value={days} onChange={setDays} />
          </Space>
        )}
        {isConfirmed && (
          <Space wrap>
            <Checkbox checked={weak} onChange={(event) => setWeak(event.target.checked)}>
              {t("weak")}
            </Checkbox>
            {may("cases:read") && may("cases:write") && row.case === null && (
              <Select
                allowClear
                showSearch
                filterOption={false}
                aria-label={t("decideIntoCase")}
                placeholder={t("decideIntoCase")}
                value={intoCase}
                onSearch={setText}
                onChange={setIntoCase}
                options={cases}
                style={{ width: 300 }}
              />
            )}
          </Space>
        )}
        <Input.TextArea rows={4} maxLength={2000} aria-label={t("note")} placeholder={t("noteNeeded")} value={note} onChange={(event) => setNote(event.target.value)} />
      </Space>
    </Modal>
  );
}
