// The list of keys that `?` shows.
import { Descriptions, type DescriptionsProps, Modal } from "antd";

import { shellWords } from "@/app/shellWords";
import { useWords } from "@/app/words";

export default function KeysDialog({ open, rows, onClose }: { open: boolean; rows: NonNullable<DescriptionsProps["items"]>; onClose: () => void }) {
  const t = useWords(shellWords);
  return (
    <Modal open={open} title={t("keyboard")} onCancel={onClose} footer={null} width={560}>
      <Descriptions column={1} bordered size="small" items={rows} styles={{ label: { width: 100, fontFamily: "monospace" } }} />
    </Modal>
  );
}
