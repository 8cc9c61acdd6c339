// Asking the customer by a channel and a script of the pack; what is said is shown before it goes out.
import { InputNumber, Modal, Select, Space, Typography } from "antd";
import { useState } from "react";

import { useBoth, useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { useDisposition } from "@/parts/disposition";
import { ScriptText } from "@/parts/ScriptText";
import { alertWords } from "@/screens/bench/alertWords";
import { useScript } from "@/screens/bench/CallDrawer";
import { afterDeed, deeds } from "@/screens/bench/deeds";
import type { Whole } from "@/screens/bench/useAlert";

// Which kinds of scripts a channel can carry.
const KINDS: Record<string, string[]> = {
  SMS: ["MESSAGE"],
  APP: ["MESSAGE"],
  AUTH: ["MESSAGE"],
  ROBOT_CALL: ["CALL"],
  HUMAN_CALL: ["CALL"],
  EMERGENCY_CONTACT: ["CALL"],
  QUESTIONNAIRE: ["QUESTIONNAIRE"],
  DOCUMENTS: ["DOCUMENTS"],
};

export function AskDialog({ whole, onClose }: { whole: Whole; onClose: () => void }) {
  const t = useWords(alertWords);
  const both = useBoth();
  const words = useDisposition();
  const alert = whole.row.alert;
  const [channel, setChannel] = useState<string>();
  const [script, setScript] = useState<string>();
  const [minutes, setMinutes] = useState<number | null>(null);
  const { data } = useScript(alert, script);
  const kinds = channel === undefined ? undefined : KINDS[channel];
  const scripts = whole.scripts.filter((one) => one.kind !== "NOTICE" && (kinds === undefined || kinds.includes(one.kind)));
  const ask = useDeed(() => deeds.ask(alert, channel!, script!, minutes === null ? undefined : minutes * 60), { done: t("asked"), touches: afterDeed(alert), after: onClose });
  return (
    <Modal
      open
      title={t("dialogOf", { what: t("askTitle"), alert: alert })}
      okText={t("ok")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: channel === undefined || script === undefined }}
      confirmLoading={ask.isPending}
      onOk={() => ask.mutate()}
      onCancel={onClose}
    >
      <Space direction="vertical" style={{ width: "100%" }}>
        <Select
          aria-label={t("channel")}
          placeholder={t("channel")}
          value={channel}
          onChange={(value: string) => {
            setChannel(value);
            setScript(undefined);
          }}
          style={{ width: "100%" }}
          options={(words.data?.channels ?? []).map((one) => ({ value: one.channel, label: both(one) }))}
        />
        <Select
          showSearch
          aria-label={t("script")}
          placeholder={t("script")}
          value={script}
          onChange={setScript}
          style={{ width: "100%" }}
          options={scripts.map((one) => ({ value: one.script, label: `${words.kind(one.kind)} ${one.script}` }))}
        />
        <InputNumber aria-label={t("within")} placeholder={t("within")} min={1} max={10_080} precision={0} value={minutes} onChange={setMinutes} style={{ width: "100%" }} />
        {data !== undefined && (
          <section aria-label={t("preview")}>
            <Typography.Text type="secondary">{t("preview")}</Typography.Text>
            <ScriptText script={data} />
          </section>
        )}
      </Space>
    </Modal>
  );
}
