// A note, and what else is asked beside it, before something is done.
import { Input, Modal, Space } from "antd";
import { type ReactNode, useState } from "react";

import { useWords } from "@/app/words";
import { unlessWritten } from "@/parts/dialogs";
import { alertWords } from "@/screens/bench/alertWords";

interface Props {
  title: string;
  needed: boolean; // a note has to be written
  ready?: boolean;
  danger?: boolean;
  busy: boolean;
  hint?: ReactNode;
  children?: ReactNode;
  onDo: (note: string) => void;
  onClose: () => void;
}

export function NoteDialog({ title, needed, ready = true, danger, busy, hint, children, onDo, onClose }: Props) {
  const t = useWords(alertWords);
  const [note, setNote] = useState("");
  const mayGo = ready && !busy && (!needed || note.trim() !== "");
  return (
    <Modal
      open
      title={title}
      okText={t("ok")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: !mayGo && !busy, danger }}
      confirmLoading={busy}
      maskClosable={false}
      onOk={() => onDo(note.trim())}
      onCancel={unlessWritten(note.trim() !== "", onClose)}
    >
      <Space direction="vertical" style={{ width: "100%" }}>
        {hint}
        {children}
        <Input.TextArea
          autoFocus
          rows={4}
          maxLength={2000}
          aria-label={t("note")}
          placeholder={t(needed ? "noteNeeded" : "noteFree")}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && mayGo) {
              onDo(note.trim());
            }
          }}
        />
      </Space>
    </Modal>
  );
}
