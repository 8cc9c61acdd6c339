// A deed of a person: a button that opens a small form, asks what the deed needs, and sends it. Cases, referrals and orders have many such deeds, and all of them look and behave the same.
import { Button, DatePicker, Form, Input, InputNumber, Modal, Select } from "antd";
import type { QueryKey } from "@tanstack/react-query";
import type { Dayjs } from "dayjs";
import { type ReactNode, useRef, useState } from "react";

import { defineWords, useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { meantMs } from "@/parts/moments";
import { CasePick } from "@/screens/cases/CasePick";

const words = defineWords({
  missing: { zh: "请填写", en: "Fill this in" },
  cancel: { zh: "取消", en: "Cancel" },
  yuan: { zh: "元", en: "yuan" },
});

export interface Field {
  name: string;
  label: string;
  kind?: "text" | "area" | "select" | "tags" | "number" | "money" | "moment" | "case";
  required?: boolean;
  options?: { value: string; label: string }[];
  hint?: ReactNode;
  max?: number;
  min?: number;
}

export type Given = Record<string, string | number | string[] | undefined>;

// A select in a form: the form's own attributes (aria-required) don't belong on the box around it, where antd would put them.
export function Choice({ id, value, onChange, options, disabled, clear, tags }: { id?: string; value?: unknown; onChange?: (value: unknown) => void; options?: { value: string; label: string }[]; disabled?: boolean; clear?: boolean; tags?: boolean }) {
  return tags ? (
    <Select id={id} mode="tags" value={value} onChange={onChange} options={options} disabled={disabled} open={options === undefined ? false : undefined} tokenSeparators={[",", " ", "，", "、"]} />
  ) : (
    <Select id={id} value={value} onChange={onChange} options={options} disabled={disabled} showSearch optionFilterProp="label" allowClear={clear} />
  );
}

function inputOf(field: Field, yuan: string): ReactNode {
  switch (field.kind) {
    case "area":
      return <Input.TextArea autoSize={{ minRows: 3, maxRows: 12 }} maxLength={field.max} />;
    case "select":
      return <Choice options={field.options} clear={field.required !== true} />;
    case "tags":
      return <Choice options={field.options} tags />;
    case "number":
      return <InputNumber min={field.min ?? 0} max={field.max} precision={0} style={{ width: "100%" }} />;
    case "money":
      return <InputNumber min={0} precision={2} addonAfter={yuan} style={{ width: "100%" }} />;
    case "moment":
      return <DatePicker showTime style={{ width: "100%" }} />;
    case "case":
      return <CasePick />;
    default:
      return <Input maxLength={field.max} />;
  }
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === "";

// Money is typed in yuan and sent in fen, moments as milliseconds; what was left empty is not sent. Of something that is changed only what is another than `before` is sent, and what was emptied as empty.
function givenOf(values: Record<string, unknown>, fields: Field[], before: Record<string, unknown> | null): Given {
  const given: Given = {};
  fields.forEach(({ name, kind }) => {
    const value = values[name];
    if (before !== null && (value === before[name] || (isEmpty(value) && isEmpty(before[name])))) {
      return;
    }
    if (isEmpty(value)) {
      if (before !== null) {
        given[name] = "";
      }
      return;
    }
    if (kind === "money") {
      given[name] = Math.round((value as number) * 100);
    } else if (kind === "moment") {
      given[name] = meantMs(value as Dayjs);
    } else {
      given[name] = value as string | number | string[];
    }
  });
  return given;
}

interface Props<T> {
  label: string;
  title?: string;
  icon?: ReactNode;
  fields: Field[];
  start?: Record<string, unknown>;
  edits?: boolean; // `start` is what there is: only what was changed is sent
  deed: (given: Given) => Promise<T>;
  done?: string;
  touches?: QueryKey[];
  after?: (told: T) => void;
  primary?: boolean;
  danger?: boolean;
  text?: boolean; // a link in a table's row
  hint?: ReactNode;
  disabled?: boolean;
  ok?: string;
}

export function DeedForm<T>(props: Props<T>) {
  const t = useWords(words);
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<Record<string, unknown>>();
  const opened = useRef<Record<string, unknown>>({}); // what there was when it was opened: it may be another meanwhile
  const send = useDeed(props.deed, {
    done: props.done,
    touches: props.touches,
    after: (told) => {
      setOpen(false);
      form.resetFields();
      props.after?.(told);
    },
  });
  return (
    <>
      <Button size="small" type={props.text ? "link" : props.primary ? "primary" : "default"} danger={props.danger} icon={props.icon} disabled={props.disabled}
        onClick={() => {
          opened.current = props.start ?? {};
          setOpen(true);
        }}
      >
        {props.label}
      </Button>
      <Modal
        open={open}
        title={props.title ?? props.label}
        okText={props.ok ?? props.label}
        cancelText={t("cancel")}
        okButtonProps={{ danger: props.danger }}
        confirmLoading={send.isPending}
        onCancel={unlessWritten(() => form.isFieldsTouched(), () => setOpen(false))}
        onOk={() => form.submit()}
        maskClosable={false}
        destroyOnHidden
        width={560}
      >
        {props.hint !== undefined && <p style={{ marginTop: 0 }}>{props.hint}</p>}
        <Form form={form} layout="vertical" size="middle" initialValues={props.start} preserve={false} onFinish={(values) => !send.isPending && send.mutate(givenOf(values, props.fields, props.edits === true ? opened.current : null))}>
          {props.fields.map((field) => (
            <Form.Item key={field.name} name={field.name} label={field.label} extra={field.hint} rules={field.required ? [{ required: true, message: t("missing") }] : []}>
              {inputOf(field, t("yuan"))}
            </Form.Item>
          ))}
        </Form>
      </Modal>
    </>
  );
}

// A deed that needs nothing but the click, asked once more where it can't be taken back.
export function DeedButton<T>({ label, deed, done, touches, primary, danger, after, disabled, sure }: { label: string; deed: () => Promise<T>; done?: string; touches?: QueryKey[]; primary?: boolean; danger?: boolean; after?: (told: T) => void; disabled?: boolean; sure?: string }) {
  const t = useWords(words);
  const [open, setOpen] = useState(false);
  const send = useDeed(deed, {
    done,
    touches,
    after: (told) => {
      setOpen(false);
      after?.(told);
    },
  });
  return (
    <>
      <Button size="small" type={primary ? "primary" : "default"} danger={danger} disabled={disabled} loading={send.isPending} onClick={() => (sure === undefined ? send.mutate(undefined as never) : setOpen(true))}>
        {label}
      </Button>
      {sure !== undefined && (
        <Modal open={open} title={label} okText={label} cancelText={t("cancel")} okButtonProps={{ danger }} confirmLoading={send.isPending} onCancel={() => setOpen(false)} onOk={() => send.mutate(undefined as never)} width={460}>
          <p>{sure}</p>
        </Modal>
      )}
    </>
  );
}
