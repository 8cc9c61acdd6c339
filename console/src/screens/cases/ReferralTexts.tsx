// What people write into a referral: the cover and the opinion (part 6). All of it is kept at once; a finding of the gate leads to its field.
import { Alert, Button, Descriptions, Form, Input, theme } from "antd";
import { useEffect, useRef } from "react";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useDeed } from "@/parts/ask";
import { useUnsaved } from "@/parts/unsaved";
import { Part } from "@/parts/ListPart";
import { type CodeList, useCode, useOptions } from "@/parts/names";
import { PADDING } from "@/parts/sticky";
import { countText } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { Told } from "@/screens/cases/CasePieces";
import { Choice } from "@/screens/cases/DeedForm";
import { fieldOf, useGate } from "@/screens/cases/ReferralGate";
import { type ReferralTab, touchesOf } from "@/screens/cases/ReferralRoom";
import { referralWords } from "@/screens/cases/words";

const COVER = ["title", "urgency", "route", "authority", "officer", "basis", "contact_a", "contact_b"] as const;
const OPINION = ["fact", "analysis", "structure", "next_step", "recommendation", "confidence", "unknowns"] as const;
const ALL = [...COVER, ...OPINION];
type Name = (typeof ALL)[number];
const LISTS: Partial<Record<Name, CodeList>> = { urgency: "urgency", route: "route", confidence: "confidence" };
const REQUIRED = new Set<Name>(ALL.filter((name) => name !== "title" && name !== "officer"));

// The same to read, where nothing can be changed (any more).
function WrittenTexts({ data }: Pick<ReferralTab, "data">) {
  const t = useWords(referralWords);
  const code = useCode();
  const shown = (names: readonly Name[]) => (
    <Descriptions
      bordered
      size="small"
      column={1}
      styles={{ label: { width: 150 } }}
      items={names.map((name) => {
        const list = LISTS[name];
        return { key: name, label: code("field", name), children: list === undefined ? <Told lines>{data[name]}</Told> : code(list, data[name]) };
      })}
    />
  );
  return (
    <>
      {data.state.word === "DRAFT" && <Alert type="info" showIcon message={t("readOnly")} style={{ marginBottom: 8 }} />}
      <Part title={t("partCover")}>{shown(COVER)}</Part>
      <Part title={`${t("part", { n: 6 })} ${t("partNames6")}`}>{shown(OPINION)}</Part>
    </>
  );
}

export function ReferralTexts({ data, drafts }: ReferralTab) {
  const t = useWords(referralWords);
  const code = useCode();
  const options = useOptions();
  const { token } = theme.useToken();
  const [filters] = useFilters();
  const [form] = Form.useForm<Record<Name, string | null>>();
  const gate = useGate(data.referral, data.state.word === "DRAFT");
  const missing = new Set((gate.data?.gate.findings ?? []).map(fieldOf));
  const base = useRef(data); // what the fields were filled with: a colleague may write into the same referral
  const save = useDeed(
    (values: Record<Name, string | null>) => {
      const changed = Object.fromEntries(ALL.filter((name) => (values[name] ?? "") !== (base.current[name] ?? "")).map((name) => [name, values[name] ?? ""]));
      return told(api.POST("/v1/referrals/{referral}/fields", { params: { path: { referral: data.referral } }, body: asBody<"/v1/referrals/{referral}/fields">(changed) }));
    },
    { done: t("saved"), touches: touchesOf(data.referral) },
  );
  // What somebody else has written comes into the fields that are not being changed here.
  useEffect(() => {
    ALL.filter((name) => (data[name] ?? "") !== (base.current[name] ?? "") && (form.getFieldValue(name) ?? "") === (base.current[name] ?? "")).forEach((name) => form.setFieldValue(name, data[name]));
    base.current = data;
  }, [data, form]);
  const wanted = filters.field;
  useEffect(() => {
    if (wanted !== undefined) {
      const field = document.getElementById(`referral_${wanted}`);
      field?.scrollIntoView({ block: "center" });
      field?.focus();
    }
  }, [wanted]);
  const values = Form.useWatch([], form) as Partial<Record<Name, string | null>> | undefined;
  const isChanged = values !== undefined && ALL.some((name) => (values[name] ?? "") !== (data[name] ?? ""));
  useUnsaved(drafts && isChanged);
  const item = (name: Name) => {
    const list = LISTS[name];
    const long = OPINION.includes(name as (typeof OPINION)[number]) || name === "basis";
    return (
      <Form.Item
        key={name}
        name={name}
        label={code("field", name)}
        required={REQUIRED.has(name)}
        validateStatus={missing.has(name) ? "warning" : undefined}
        extra={long && name !== "basis" && list === undefined && values?.[name] ? <span className="number">{t("letters", { n: countText(values[name].length) })}</span> : undefined}
        style={{ marginBottom: 10 }}
      >
        {list !== undefined ? <Choice options={options(list)} /> : long ? <Input.TextArea autoSize={{ minRows: name === "analysis" ? 5 : 2, maxRows: 16 }} /> : <Input />}
      </Form.Item>
    );
  };
  if (!drafts) {
    return <WrittenTexts data={data} />;
  }
  return (
    <Form form={form} name="referral" layout="vertical" initialValues={data} onFinish={(given) => save.mutate(given)}>
      <Part title={t("partCover")}>
        <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(260px, 1fr))", columnGap: 16 }}>{COVER.filter((name) => name !== "basis").map(item)}</div>
        {item("basis")}
      </Part>
      <Part title={`${t("part", { n: 6 })} ${t("partNames6")}`}>{OPINION.map(item)}</Part>
      <div style={{ position: "sticky", bottom: -PADDING, padding: `8px 0 ${8 + PADDING}px`, background: token.colorBgContainer, zIndex: 1 }}>
        <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!isChanged}>
          {t("save")}
        </Button>
      </div>
    </Form>
  );
}
