// What no event tells of persons, accounts and counterparties: asked of the bank's systems, or put in with its source; and what was put in.
import { Button, Input, Select, Space, Table } from "antd";
import { useState } from "react";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { Part, Rows } from "@/parts/ListPart";
import { type CodeList, useCode, useOptions } from "@/parts/names";
import { useReachable } from "@/parts/reach";
import { Nothing } from "@/parts/States";
import { countText, moneyText, Time, timeText } from "@/parts/values";
import type { BodyOf } from "@/screens/cases/bodies";
import { Told } from "@/screens/cases/CasePieces";
import { DeedForm } from "@/screens/cases/DeedForm";
import { datumOf, useGate } from "@/screens/cases/ReferralGate";
import { type ReferralTab, touchesOf } from "@/screens/cases/ReferralRoom";
import { referralWords } from "@/screens/cases/words";

type Datum = BodyOf<"/v1/referrals/{referral}/data">["data"][number];
type Kind = Datum["kind"];
const LISTS: Record<Kind, CodeList> = { PARTY: "datumParty", ACCOUNT: "datumAccount", COUNTERPARTY: "datumCounterparty", PART: "datumPart" };
const MONEY = new Set(["balance", "loss"]);

interface Missing {
  key: string;
  kind: Kind;
  object: string;
  field: string;
}

function shownValue(field: string, value: string | null): string | null {
  if (value === null || !/^\d+$/.test(value)) {
    return value;
  }
  return MONEY.has(field) ? moneyText(Number(value)) : field.endsWith("_us") ? timeText(Number(value) / 1000) : value;
}

// Money is typed in yuan and moments as "2026-11-30 08:00" of China, since nobody types fen and microseconds.
function sentValue(field: string, typed: string): string {
  if (MONEY.has(field) && /^[\d,]+(\.\d{1,2})?$/.test(typed)) {
    return String(Math.round(Number(typed.replaceAll(",", "")) * 100));
  }
  if (field.endsWith("_us") && /^\d{4}-\d\d-\d\d/.test(typed)) {
    const ms = Date.parse(`${typed.slice(0, 10)}T${(typed.slice(11).trim() || "00:00").replace(/^(\d):/, "0$1:")}+08:00`);
    return Number.isNaN(ms) ? typed : String(ms * 1000); // what is no moment the server refuses by its name
  }
  return typed;
}

// The missing ones as a table to fill in: a value, or why there is none; one source for all of them.
function MissingData({ id, rows }: { id: number; rows: Missing[] }) {
  const t = useWords(referralWords);
  const code = useCode();
  const [typed, setTyped] = useState<Record<string, { value?: string; absent?: string }>>({});
  const [source, setSource] = useState("");
  const box = useReachable<HTMLDivElement>();
  const filled = rows.filter((row) => (typed[row.key]?.value ?? "").trim() !== "" || (typed[row.key]?.absent ?? "").trim() !== "");
  const put = useDeed(
    (_now: void) =>
      told(
        api.POST("/v1/referrals/{referral}/data", {
          params: { path: { referral: id } },
          body: {
            data: filled.map((row) => {
              const { value = "", absent = "" } = typed[row.key]!;
              return { kind: row.kind, object: row.object, field: row.field, ...(value.trim() === "" ? { absent: absent.trim() } : { value: sentValue(row.field, value.trim()) }), ...(source.trim() === "" ? {} : { source: source.trim() }) };
            }),
          },
        }),
      ),
    { done: t("dataDone"), touches: touchesOf(id), after: () => setTyped({}) },
  );
  const input = (row: Missing, part: "value" | "absent") => (
    <Input
      size="small"
      value={typed[row.key]?.[part] ?? ""}
      disabled={(typed[row.key]?.[part === "value" ? "absent" : "value"] ?? "") !== ""}
      placeholder={part === "absent" ? undefined : MONEY.has(row.field) ? "0.00" : row.field.endsWith("_us") ? "2026-11-30 08:00" : undefined}
      aria-label={`${row.object} ${code(LISTS[row.kind], row.field)} ${t(part)}`}
      onChange={(event) => setTyped((before) => ({ ...before, [row.key]: { ...before[row.key], [part]: event.target.value } }))}
      style={{ minWidth: 170 }}
    />
  );
  return (
    <>
      <p style={{ marginTop: 0 }}>{t("fillTable")}</p>
      <div ref={box}>
        <Table<Missing>
          rowKey="key"
          dataSource={rows}
          pagination={rows.length > 100 ? { pageSize: 100, size: "small" } : false}
          scroll={{ x: "max-content" }}
          locale={{ emptyText: <Nothing /> }}
          columns={[
            { key: "kind", title: t("kind"), render: (_value, row) => code("datum", row.kind) },
            { key: "object", title: t("object"), render: (_value, row) => <span className="mono" data-told="">{row.object || "—"}</span> },
            { key: "field", title: t("item"), render: (_value, row) => code(LISTS[row.kind], row.field) },
            { key: "value", title: t("value"), render: (_value, row) => input(row, "value") },
            { key: "absent", title: t("absent"), render: (_value, row) => input(row, "absent") },
          ]}
        />
      </div>
      <Space style={{ padding: "8px 0" }} wrap>
        <Input size="small" value={source} onChange={(event) => setSource(event.target.value)} placeholder={t("sourceOf")} aria-label={t("sourceOf")} maxLength={100} style={{ width: 220 }} />
        <Button size="small" type="primary" loading={put.isPending} disabled={filled.length === 0} onClick={() => put.mutate()}>
          {t("putAll", { n: countText(filled.length) })}
        </Button>
      </Space>
    </>
  );
}

// Anything else that may be told: chosen by kind first, since the fields depend on it.
function PutOne({ id }: { id: number }) {
  const t = useWords(referralWords);
  const options = useOptions();
  const [kind, setKind] = useState<Kind>("PARTY");
  return (
    <Space.Compact>
      <Select size="small" value={kind} onChange={setKind} options={options("datum")} aria-label={t("kind")} style={{ width: 120 }} />
      <DeedForm
        key={kind}
        label={t("putData")}
        done={t("dataDone")}
        touches={touchesOf(id)}
        hint={t("valueOrAbsent")}
        fields={[
          ...(kind === "PART" ? [] : [{ name: "object", label: t("object"), hint: t("objectHint"), required: true, max: 200 }]),
          { name: "field", label: t("item"), kind: "select", required: true, options: options(LISTS[kind]) },
          { name: "value", label: t("value") },
          { name: "absent", label: t("absent") },
          { name: "source", label: t("sourceOf"), max: 100 },
        ]}
        deed={(given) => told(api.POST("/v1/referrals/{referral}/data", { params: { path: { referral: id } }, body: { data: [{ object: "", ...given, ...(given.value === undefined ? {} : { value: sentValue(String(given.field), String(given.value).trim()) }), kind } as unknown as Datum] } }))}
      />
    </Space.Compact>
  );
}

export function ReferralData({ data, drafts }: ReferralTab) {
  const t = useWords(referralWords);
  const code = useCode();
  const path = { referral: data.referral };
  const gate = useGate(data.referral, drafts);
  const dossier = useAsk(["dossier", data.referral], (signal) => told(api.GET("/v1/referrals/{referral}/dossier", { params: { path }, signal })), { active: drafts });
  // A counterparty is known by its place and account; the gate names the account alone.
  const places = new Map((dossier.data?.dossier.counterparties ?? []).map((one) => [String(one.account), String(one.place)]));
  const rows: Missing[] = (gate.data?.gate.findings ?? []).flatMap((finding) => {
    const datum = datumOf(finding);
    if (datum === undefined) {
      return [];
    }
    const object = datum.kind === "COUNTERPARTY" ? `${places.get(datum.object) ?? "BANK"} ${datum.object}` : datum.object;
    return [{ ...datum, object, key: `${datum.kind} ${object} ${datum.field}` }];
  });
  return (
    <>
      {drafts && (
        <Part
          title={`${t("missingData")} ${rows.length}`}
          extra={
            <>
              <DeedForm
                label={t("askBank")}
                touches={touchesOf(data.referral)}
                done={t("askedDone")}
                fields={[]}
                hint={t("dataText")}
                deed={() => told(api.POST("/v1/referrals/{referral}/questions", { params: { path }, body: {} }))}
                disabled={rows.length === 0}
              />
              <PutOne id={data.referral} />
            </>
          }
        >
          <MissingData id={data.referral} rows={rows} />
        </Part>
      )}
      <Part title={`${t("givenData")} ${data.data.length}`}>
        <Rows
          label={t("givenData")}
          rowKey={(row) => `${row.kind} ${row.object} ${row.field}`}
          rows={data.data}
          columns={[
            { title: t("kind"), show: (row) => code("datum", row.kind) },
            { title: t("object"), show: (row) => <span className="mono" data-told="">{row.object || "—"}</span> },
            { title: t("item"), show: (row) => code(LISTS[row.kind as Kind], row.field) },
            { title: t("value"), show: (row) => <Told>{shownValue(row.field, row.value)}</Told> },
            { title: t("absent"), show: (row) => <Told>{row.absent}</Told> },
            { title: t("sourceOf"), show: (row) => <Told>{row.source}</Told> },
            { title: t("givenBy"), show: (row) => row.given_by },
            { title: t("given"), show: (row) => <Time ms={row.at} /> },
          ]}
        />
      </Part>
    </>
  );
}
