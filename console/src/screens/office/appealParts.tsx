// An appeal: its state, and the form that brings one.
import { Form, Input } from "antd";
import { useRef } from "react";

import { api, told, type Schemas } from "@/api/client";
import { defineWords, useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { Mark } from "@/parts/Mark";
import { appealChannels, appealStates, useNames } from "@/parts/names";
import { Choice, DeedDialog, TextField } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

export type Appeal = Schemas["Appeal"];

const words = defineWords({
  title: { zh: "登记申诉", en: "Bring an appeal" },
  about: { zh: "管控编号在告知书上。首次答复时限为 24 小时。", en: "The number of the measure stands on the notice. The first reply is due within 24 hours." },
  text: { zh: "客户陈述", en: "What the customer says" },
  documents: { zh: "提交的材料", en: "What he brought" },
  made: { zh: "已登记，申诉编号 {id}", en: "Taken down: appeal {id}" },
});

export function AppealState({ appeal }: { appeal: Appeal }) {
  const name = useNames(appealStates);
  return <Mark kind={appeal.result === null ? "info" : appeal.result === "KEPT" ? "plain" : "good"}>{name(appeal.state)}</Mark>;
}

export interface NewAppeal {
  control: string;
  customer: string;
  channel: string;
  text: string;
  documents?: string;
}

export function AppealFields() {
  const t = useWords(officeWords);
  const w = useWords(words);
  const channel = useNames(appealChannels);
  return (
    <>
      <Form.Item name="control" label={t("control")} rules={[{ required: true, pattern: /^\d+$/, message: t("needed") }]}>
        <Input inputMode="numeric" />
      </Form.Item>
      <TextField name="customer" label={t("customer")} rows={1} />
      <Form.Item name="channel" label={t("channel")} rules={[{ required: true, message: t("needed") }]}>
        <Choice label={t("channel")} options={Object.keys(appealChannels).map((value) => ({ value, label: channel(value) }))} />
      </Form.Item>
      <TextField name="text" label={w("text")} />
      <TextField name="documents" label={w("documents")} rows={2} needed={false} />
    </>
  );
}

export function useBringing(after: (appeal: number) => void) {
  return useDeed(
    (values: NewAppeal) =>
      told(
        api.POST("/v1/appeals", {
          body: { control: Number(values.control), customer: values.customer.trim(), channel: values.channel, text: values.text, documents: values.documents?.trim() ? values.documents : undefined },
        }),
      ),
    { touches: [["table", "appeals"], ["control"]], after: (answer) => after(answer.appeal) },
  );
}

export function useMadeText(): (appeal: number) => string {
  const w = useWords(words);
  return (appeal) => w("made", { id: appeal });
}

export function AppealDialog({ open, onClose, initial, onMade }: { open: boolean; onClose: () => void; initial?: Partial<NewAppeal>; onMade?: (appeal: number) => void }) {
  const w = useWords(words);
  const made = useRef(onMade);
  made.current = onMade;
  const bring = useBringing((appeal) => {
    onClose();
    made.current?.(appeal);
  });
  return (
    <DeedDialog<NewAppeal> title={w("title")} open={open} initial={{ channel: "hotline", ...initial }} sending={bring.isPending} onClose={onClose} onSend={(values) => bring.mutate(values)} about={w("about")}>
      <AppealFields />
    </DeedDialog>
  );
}
