// What is done with a measure: set one, release, make it last longer, say that it stays. What the form lets through is checked again by the server, and its refusal is shown.
import { Checkbox, Form, Input, InputNumber } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { accountFacts, authorities, measures, measureWords, rights, targetKinds, useNames } from "@/parts/names";
import { useAlert } from "@/screens/bench/useAlert";
import { type Control, controlWords } from "@/screens/office/controlParts";
import { Choice, DeedDialog, PickOne, PickOrWrite, TextField, useOutcome } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

const words = defineWords({
  setTitle: { zh: "设置管控", en: "Set a measure" },
  setAbout: { zh: "止付和冻结只能由有权机关指令执行，本行不能设置。", en: "Only an order of an authority stops or freezes; nobody of the bank does." },
  targetKind: { zh: "对象类型", en: "Kind of target" },
  targetKey: { zh: "对象编号", en: "Number of the target" },
  alertHelp: { zh: "填写预警后，账户性质由系统带出", en: "With an alert, what the account is is filled in" },
  amount: { zh: "日限额（元）", en: "Limit of a day (yuan)" },
  length: { zh: "时长", en: "For" },
  unit: { zh: "时长单位", en: "Unit of the length" },
  hours: { zh: "小时", en: "hours" },
  months: { zh: "个月", en: "months" },
  lengthMost: { zh: "本行设置最长 {n} 小时", en: "at most {n} hours, where the bank sets it" },
  facts: { zh: "账户性质（都不是则不选）", en: "What the account is; none: it is none of them" },
  notice: { zh: "告知书编号", en: "Notice" },
  basisHelp: { zh: "没有预警时，依据须为 R-202、R-203、R-210、R-211 或 R-421", en: "Without an alert it has to be R-202, R-203, R-210, R-211 or R-421" },
  noticeHelp: { zh: "须告知客户原因、申诉途径和所需材料", en: "The customer is told the reason, how to object and what to bring" },
  releaseTitle: { zh: "解除管控 {id}", en: "Release the measure {id}" },
  releaseAbout: { zh: "S3 及以上或名单设置的管控，解除须另一人复核后生效。", en: "A release of severity S3 and above, or of a list's measure, waits for another person." },
  stepwise: { zh: "逐级解除：先恢复低限额，再逐级放开", en: "Step by step: first a low limit, then a higher one, then everything" },
  renewTitle: { zh: "延长管控 {id}", en: "Make the measure {id} last longer" },
  renewAbout: { zh: "从原到期时间起算，累计不得超过该措施的最长时限。", en: "It counts from the present end. Altogether it lasts no longer than the measure may." },
  reviewTitle: { zh: "复核管控 {id}", en: "Review the measure {id}" },
  reviewAbout: { zh: "说明为什么继续保留。三十天后再次进入复核清单。", en: "Say why it stays. It comes to the list again after thirty days." },
});

interface DialogProps {
  control: Control;
  open: boolean;
  onClose: () => void;
}

function touches(control: number) {
  return [["table", "controls"], ["control", control], ["effect"], ["table", "proposals"]];
}

export function ReleaseDialog({ control, open, onClose }: DialogProps) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const outcome = useOutcome();
  const release = useDeed((values: { reason: string; stepwise?: boolean }) => told(api.POST("/v1/controls/{control}/release", { params: { path: { control: control.control } }, body: values })), {
    touches: touches(control.control),
    after: (answer) => {
      outcome(answer);
      onClose();
    },
  });
  const hasSteps = control.authority === "BANK" && ["LIMIT_NON_COUNTER", "BLOCK_CARD", "SUSPEND_NON_COUNTER", "CREDIT_ONLY"].includes(control.measure) && control.state === "IN_FORCE";
  return (
    <DeedDialog title={w("releaseTitle", { id: control.control })} open={open} sending={release.isPending} onClose={onClose} onSend={(values: { reason: string; stepwise?: boolean }) => release.mutate(values)} about={w("releaseAbout")}>
      <TextField name="reason" label={t("reason")} />
      {hasSteps && (
        <Form.Item name="stepwise" valuePropName="checked">
          <Checkbox>{w("stepwise")}</Checkbox>
        </Form.Item>
      )}
    </DeedDialog>
  );
}

type Length = { length: number; unit: "hours" | "months" };

function LengthFields({ help }: { help?: string }) {
  const w = useWords(words);
  const t = useWords(officeWords);
  return (
    <div style={{ display: "flex", gap: 8, alignItems: "start" }}>
      <Form.Item name="length" label={w("length")} extra={help} rules={[{ required: true, message: t("needed") }]}>
        <InputNumber min={1} max={17568} precision={0} style={{ width: 160 }} />
      </Form.Item>
      <Form.Item name="unit" label={w("unit")}>
        <Choice
          label={w("unit")}
          optionType="button"
          options={[
            { value: "hours", label: w("hours") },
            { value: "months", label: w("months") },
          ]}
        />
      </Form.Item>
    </div>
  );
}

export function RenewDialog({ control, open, onClose }: DialogProps) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const outcome = useOutcome();
  const renew = useDeed(
    ({ reason, length, unit }: Length & { reason: string }) => told(api.POST("/v1/controls/{control}/renew", { params: { path: { control: control.control } }, body: { reason, [unit]: length } })),
    {
      touches: touches(control.control),
      after: (answer) => {
        outcome(answer);
        onClose();
      },
    },
  );
  return (
    <DeedDialog<Length & { reason: string }> title={w("renewTitle", { id: control.control })} open={open} initial={{ unit: "hours" }} sending={renew.isPending} onClose={onClose} onSend={(values) => renew.mutate(values)} about={w("renewAbout")}>
      <LengthFields />
      <TextField name="reason" label={t("reason")} />
    </DeedDialog>
  );
}

export function ReviewDialog({ control, open, onClose }: DialogProps) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const outcome = useOutcome();
  const review = useDeed((values: { reason: string }) => told(api.POST("/v1/controls/{control}/review", { params: { path: { control: control.control } }, body: values })), {
    touches: touches(control.control),
    after: (answer) => {
      outcome(answer);
      onClose();
    },
  });
  return (
    <DeedDialog<{ reason: string }> title={w("reviewTitle", { id: control.control })} open={open} sending={review.isPending} onClose={onClose} onSend={(values) => review.mutate(values)} about={w("reviewAbout")}>
      <TextField name="reason" label={t("reason")} />
    </DeedDialog>
  );
}

type Setting = Partial<Length> & {
  measure: string;
  target_kind: string;
  target: string;
  customer?: string;
  alert?: string;
  authority: "BANK" | "LIST";
  basis: string;
  document?: string;
  reason: string;
  yuan?: number;
  facts?: ("PAYROLL" | "PENSION" | "SETTLEMENT" | "COURT" | "BASIC")[];
  notice?: string;
};

function bodyOf(values: Setting): Schemas["NewControl"] {
  const alert = values.alert === undefined || values.alert === "" ? undefined : Number(values.alert);
  const given = (text: string | undefined) => (text === undefined || text.trim() === "" ? undefined : text.trim());
  return {
    measure: values.measure,
    target_kind: values.target_kind,
    target: values.target.trim(),
    customer: given(values.customer),
    alert,
    authority: values.authority,
    basis: values.basis,
    document: given(values.document),
    reason: values.reason,
    amount: values.yuan === undefined || values.yuan === null ? undefined : Math.round(values.yuan * 100),
    ...(values.length === undefined || values.length === null ? {} : { [values.unit ?? "hours"]: values.length }),
    facts: alert === undefined ? (values.facts ?? []) : values.facts?.length ? values.facts : undefined,
    notice: given(values.notice),
  };
}

function SettingFields() {
  const w = useWords(words);
  const t = useWords(officeWords);
  const c = useWords(controlWords);
  const both = useBoth();
  const kindName = useNames(targetKinds);
  const authorityName = useNames(authorities);
  const factName = useNames(accountFacts);
  const measureName = useNames(measureWords);
  const form = Form.useFormInstance<Setting>();
  const chosen = Form.useWatch("measure", form);
  const authority = Form.useWatch("authority", form);
  const alert = Form.useWatch("alert", form) ?? "";
  const measure = measures.find((one) => one.measure === chosen);
  const number = /^\d+$/.test(alert) ? Number(alert) : null;
  const seen = useAlert(number, { active: measure?.isTold === true });
  const scripts = (seen.data?.scripts ?? []).filter((script) => script.kind === "NOTICE").map((script) => ({ value: script.script }));
  return (
    <>
      <Form.Item name="measure" label={c("measure")} rules={[{ required: true, message: t("needed") }]}>
        <PickOne
          showSearch
          optionFilterProp="label"
          options={measures.map((one) => ({ value: one.measure, label: measureName(one.measure) }))}
          onChange={(value: string) => {
            const next = measures.find((one) => one.measure === value)!;
            form.setFieldsValue({ target_kind: next.targets[0], authority: next.onlyByList ? "LIST" : "BANK" });
          }}
        />
      </Form.Item>
      <div style={{ display: "grid", gridTemplateColumns: "1fr 2fr", gap: 8 }}>
        <Form.Item name="target_kind" label={w("targetKind")} rules={[{ required: true, message: t("needed") }]}>
          <PickOne disabled={measure === undefined} options={(measure?.targets ?? []).map((value) => ({ value, label: kindName(value) }))} />
        </Form.Item>
        <TextField name="target" label={w("targetKey")} rows={1} />
      </div>
      <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr", gap: 8 }}>
        <TextField name="customer" label={t("customer")} rows={1} needed={false} />
        <Form.Item name="alert" label={t("alert")} extra={w("alertHelp")} rules={[{ pattern: /^\d+$/ }]}>
          <Input inputMode="numeric" />
        </Form.Item>
      </div>
      <Form.Item name="authority" label={c("authority")}>
        <Choice
          label={c("authority")}
          options={(["BANK", "LIST"] as const).map((value) => ({
            value,
            label: authorityName(value),
            disabled: measure !== undefined && (value === "BANK" ? measure.onlyByList : !measure.byList),
          }))}
        />
      </Form.Item>
      <Form.Item name="basis" label={c("basis")} extra={authority === "LIST" ? undefined : w("basisHelp")} rules={[{ required: true, whitespace: true, message: t("needed") }]}>
        <PickOrWrite options={Object.entries(rights).map(([rule, words]) => ({ value: rule, label: `${rule} ${both(words)}` }))} filterOption={(text, option) => `${option?.label ?? ""}`.toLowerCase().includes(text.toLowerCase())} />
      </Form.Item>
      {authority === "LIST" && <TextField name="document" label={c("document")} rows={1} />}
      <TextField name="reason" label={t("reason")} rows={2} />
      {chosen === "LIMIT_NON_COUNTER" && (
        <Form.Item name="yuan" label={w("amount")} rules={[{ required: true, message: t("needed") }]}>
          <InputNumber min={0.01} precision={2} style={{ width: 200 }} />
        </Form.Item>
      )}
      {authority !== "LIST" && <LengthFields help={measure === undefined || measure.hoursMax === 0 ? undefined : w("lengthMost", { n: measure.hoursMax })} />}
      {number === null && measure?.targets.includes("account") && (
        <Form.Item name="facts" label={w("facts")}>
          <Checkbox.Group options={Object.keys(accountFacts).map((value) => ({ value, label: factName(value) }))} />
        </Form.Item>
      )}
      {measure?.isTold && (
        <Form.Item name="notice" label={w("notice")} extra={w("noticeHelp")} rules={[{ required: (seen.data?.row.secrecy ?? "NORMAL") === "NORMAL", message: t("needed") }]}>
          <PickOrWrite options={scripts} filterOption />
        </Form.Item>
      )}
    </>
  );
}

export function SetDialog({ open, onClose, initial, onMade }: { open: boolean; onClose: () => void; initial?: Partial<Setting>; onMade: (control: number) => void }) {
  const w = useWords(words);
  const t = useWords(officeWords);
  const set = useDeed((values: Setting) => told(api.POST("/v1/controls", { body: bodyOf(values) })), {
    done: t("done"),
    touches: [["table", "controls"], ["effect"]],
    after: (answer) => {
      onClose();
      onMade(answer.control.control);
    },
  });
  return (
    <DeedDialog<Setting> title={w("setTitle")} open={open} initial={{ authority: "BANK", unit: "hours", ...initial }} sending={set.isPending} onClose={onClose} onSend={(values) => set.mutate(values)} about={w("setAbout")}>
      <SettingFields />
    </DeedDialog>
  );
}
