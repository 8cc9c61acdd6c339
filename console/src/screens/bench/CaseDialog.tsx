// An alert becomes part of a case: one that there is, or a new one.
import { Input, Modal, Segmented, Select, Space } from "antd";
import { useState } from "react";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { alertWords } from "@/screens/bench/alertWords";
import { afterDeed } from "@/screens/bench/deeds";
import type { Row } from "@/screens/bench/useAlert";

const TYPES = ["FRAUD", "MULE_GANG", "GAMBLING", "FUNDRAISING", "UNDERGROUND_BANK", "LAUNDERING", "LOAN", "INSIDER", "CARD", "MERCHANT", "NETSEC"] as const;
const TYPE_OF_GROUP: Record<string, (typeof TYPES)[number]> = {
  MU: "MULE_GANG",
  UB: "UNDERGROUND_BANK",
  CG: "GAMBLING",
  IF: "FUNDRAISING",
  AM: "LAUNDERING",
  IE: "INSIDER",
  CF: "CARD",
  MF: "MERCHANT",
  LF: "LOAN",
  NS: "NETSEC",
};

export function useOpenCases(text: string, active = true): { value: number; label: string }[] {
  const { data } = useAsk(["table", "open cases", text], (signal) => told(api.GET("/v1/cases", { params: { query: { open: true, limit: 20, text: text.trim() === "" ? undefined : text.trim() } }, signal })), { active });
  return (data?.cases ?? []).map((one) => ({ value: one.id, label: `${one.number} ${one.title}` }));
}

export function CaseDialog({ row, onClose, onDone }: { row: Row; onClose: () => void; onDone: () => void }) {
  const t = useWords(alertWords);
  const [isNew, setNew] = useState(false);
  const [text, setText] = useState("");
  const [old, setOld] = useState<number>();
  const [title, setTitle] = useState("");
  const [type, setType] = useState<string>(TYPE_OF_GROUP[row.group] ?? "FRAUD");
  const cases = useOpenCases(text);
  const put = useDeed<void, unknown>(
    () =>
      isNew
        ? told(api.POST("/v1/cases", { body: { title: title.trim(), type, source: "ALERT", secrecy: row.secrecy, alerts: [row.alert] } }))
        : told(api.POST("/v1/cases/{case}/alerts", { params: { path: { case: old! } }, body: { alert: row.alert } })),
    { done: t("caseDone"), touches: [...afterDeed(row.alert), ["table", "cases"]], after: onDone },
  );
  return (
    <Modal
      open
      title={t("dialogOf", { what: t("caseTitle"), alert: row.alert })}
      okText={t("ok")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: isNew ? title.trim() === "" : old === undefined }}
      confirmLoading={put.isPending}
      onOk={() => put.mutate()}
      onCancel={unlessWritten(title.trim() !== "", onClose)}
      maskClosable={false}
    >
      <Space direction="vertical" style={{ width: "100%" }}>
        <Segmented
          value={isNew ? "new" : "old"}
          onChange={(value) => setNew(value === "new")}
          options={[
            { value: "old", label: t("caseOld") },
            { value: "new", label: t("caseNew") },
          ]}
        />
        {isNew ? (
          <>
            <Input aria-label={t("caseName")} placeholder={t("caseName")} maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
            <Select aria-label={t("caseType")} value={type} onChange={setType} style={{ width: "100%" }} options={TYPES.map((value) => ({ value, label: t(`type${value}`) }))} />
          </>
        ) : (
          <Select
            showSearch
            filterOption={false}
            aria-label={t("caseSearch")}
            placeholder={t("caseSearch")}
            value={old}
            onSearch={setText}
            onChange={setOld}
            options={cases}
            style={{ width: "100%" }}
          />
        )}
      </Space>
    </Modal>
  );
}
