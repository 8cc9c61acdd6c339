// Giving a model another status: suspending takes effect at once, anything else becomes a draft of a release.
import { Alert, Form, Input, InputNumber, Modal, Select } from "antd";
import { useNavigate } from "react-router-dom";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { DECIDING, type Model, type ModelStatus, useVocabulary } from "@/screens/models/asks";
import { modelWords } from "@/screens/models/words";

const MOVES: ModelStatus[] = ["DRAFT", "SHADOW", "CHALLENGER", "CANARY", "ACTIVE", "RETIRED"];

interface Wish {
  status: ModelStatus;
  percent?: number;
  by?: string;
  note: string;
}

export function StatusMove({ model, suspends, onClose }: { model: Model; suspends: boolean; onClose: () => void }) {
  const t = useWords(modelWords);
  const { may } = useSession();
  const navigate = useNavigate();
  const [form] = Form.useForm<Wish>();
  const status = Form.useWatch("status", form);
  const words = useVocabulary(!suspends);
  const fields = (words.data?.names ?? []).filter((name) => name.kind === "field" && name.type === "string" && name.values.length === 0).map((name) => name.name.slice("event.".length));
  const move = useDeed(
    (wish: Wish) =>
      told(
        api.POST("/v1/models/{model}/status", {
          params: { path: { model: model.model } },
          body: { status: wish.status, note: wish.note, ...(wish.status === "CANARY" ? { canary: { percent: wish.percent!, by: wish.by! } } : {}) },
        }),
      ),
    {
      done: t(suspends ? "suspended" : "moved"),
      touches: DECIDING,
      after: (release) => {
        onClose();
        if (!suspends) {
          navigate(`/releases/${release.name}`);
        }
      },
    },
  );
  return (
    <Modal open title={t(suspends ? "suspend" : "move")} okText={t("do")} cancelText={t("cancel")} okButtonProps={{ danger: suspends }} confirmLoading={move.isPending} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false} onOk={() => form.submit()}>
      <Alert type={suspends ? "warning" : "info"} showIcon message={t(suspends ? "suspendText" : "moveText")} style={{ marginBottom: 12 }} />
      <Form<Wish> form={form} layout="vertical" initialValues={{ status: suspends ? "SUSPENDED" : undefined, percent: 5, by: fields.includes("cust_id") ? "cust_id" : undefined, note: "" }} onFinish={(wish) => move.mutate({ ...wish, status: suspends ? "SUSPENDED" : wish.status })}>
        {!suspends && may("models:write") && (
          <Form.Item name="status" label={t("newStatus")} rules={[{ required: true, message: t("newStatus") }]}>
            <Select options={MOVES.filter((one) => one !== model.status || one === "CANARY").map((value) => ({ value, label: t(value) }))} />
          </Form.Item>
        )}
        {status === "CANARY" && (
          <>
            <Form.Item name="percent" label={t("percent")} rules={[{ required: true, type: "number", min: 0.01, max: 100, message: t("percent") }]}>
              <InputNumber min={0.01} max={100} style={{ width: 140 }} />
            </Form.Item>
            <Form.Item name="by" label={t("by")} rules={[{ required: true, message: t("by") }]}>
              <Select showSearch options={fields.map((value) => ({ value, label: value }))} />
            </Form.Item>
          </>
        )}
        <Form.Item name="note" label={t("note")} rules={[{ required: true, whitespace: true, message: t("noteNeeded") }]}>
          <Input.TextArea rows={3} maxLength={170} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
