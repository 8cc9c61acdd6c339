// All cases that the reader's roles open, with filters in the address; opening a case.
import { PlusOutlined } from "@ant-design/icons";
import { Card, Segmented, Select, Space } from "antd";
import { useEffect } from "react";
import { Link, useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark, type MarkKind } from "@/parts/Mark";
import { type CodeList, useCode, useOptions } from "@/parts/names";
import { TextFilter } from "@/parts/TextFilter";
import { countText, timeText } from "@/parts/values";
import { Brief, FigureLine, ScreenTitle, Secrecy, TimeUs } from "@/screens/cases/CasePieces";
import { asBody } from "@/screens/cases/bodies";
import { DeedForm } from "@/screens/cases/DeedForm";
import { useSecrecyField } from "@/screens/cases/secrecy";
import { caseWords } from "@/screens/cases/words";

type Row = Schemas["CaseRow"];

export function caseMark(state: string): MarkKind {
  return state === "CLOSED" ? "good" : state === "WAITING" || state === "OPEN" ? "warn" : "info";
}

function CaseFigures() {
  const t = useWords(caseWords);
  const { data } = useAsk(["figures", "cases"], (signal) => told(api.GET("/v1/figures/cases", { signal })));
  if (data === undefined) {
    return null;
  }
  const { open, opened, closed, median_days, model_gaps } = data.figures;
  const sum = (part: "count" | "older") => open.reduce((all, row) => all + row[part], 0);
  return (
    <FigureLine
      title={t("figures")}
      figures={[
        { title: t("figOpened"), value: countText(opened) },
        { title: t("figClosed"), value: countText(closed) },
        { title: t("figMedian"), value: median_days === undefined ? "—" : median_days.toFixed(1) },
        { title: t("figOpen"), value: countText(sum("count")) },
        { title: t("figOld"), value: countText(sum("older")) },
        { title: t("figGaps"), value: countText(model_gaps.find((row) => row.state === "OPEN")?.count ?? 0) },
      ]}
    />
  );
}

function OpenCase() {
  const t = useWords(caseWords);
  const options = useOptions();
  const secrecy = useSecrecyField();
  const navigate = useNavigate();
  return (
    <DeedForm
      label={t("openCase")}
      primary
      icon={<PlusOutlined />}
      done={t("openedDone")}
      touches={[["table", "cases"], ["figures", "cases"]]}
      start={{ type: "FRAUD", level: "BRANCH", source: "ALERT" }}
      fields={[
        { name: "title", label: t("title"), required: true, max: 200 },
        { name: "type", label: t("type"), kind: "select", required: true, options: options("type") },
        { name: "level", label: t("level"), kind: "select", options: options("level") },
        { name: "source", label: t("source"), kind: "select", options: options("source") },
        ...secrecy.map((field) => ({ ...field, required: false, hint: t("secrecyOfAlerts") })),
        { name: "modus", label: t("modus"), hint: t("modusHint"), max: 200 },
        { name: "summary", label: t("summary"), kind: "area" },
        { name: "police_case_no", label: t("policeNo"), max: 100 },
        { name: "alerts", label: t("alertNumbers"), kind: "tags" },
      ]}
      deed={({ alerts, ...rest }) => {
        const numbers = (Array.isArray(alerts) ? alerts : []).map(Number).filter(Number.isSafeInteger);
        return told(api.POST("/v1/cases", { body: { ...asBody<"/v1/cases">(rest), ...(numbers.length > 0 ? { alerts: numbers } : {}) } }));
      }}
      after={(answer) => navigate(`/cases/${answer.case.id}`)}
    />
  );
}

export default function CaseList() {
  const t = useWords(caseWords);
  const code = useCode();
  const options = useOptions();
  const [filters, change] = useFilters();
  const { may } = useSession();
  const navigate = useNavigate();
  const { open = "true", subject, subject_kind, ...named } = filters;
  const query = { ...named, ...(open === "true" ? { open: "true" } : {}), ...(subject ? { subject, subject_kind: subject_kind ?? "ACCOUNT" } : {}) };
  useEffect(() => {
    if (subject === undefined && subject_kind !== undefined) {
      change({ subject_kind: null }); // its kind goes with the subject
    }
  }, [subject, subject_kind, change]);
  const columns: Column<Row>[] = [
    { key: "number", title: t("number"), fixed: "left", show: (row) => <Link to={`/cases/${row.id}`}>{row.number}</Link>, cell: (row) => row.number },
    { key: "title", title: t("title"), show: (row) => <Brief width={280}>{row.title}</Brief>, cell: (row) => row.title },
    { key: "state", title: t("state"), show: (row) => <Mark kind={caseMark(row.state)}>{code("caseState", row.state)}</Mark>, cell: (row) => code("caseState", row.state) },
    { key: "type", title: t("type"), show: (row) => code("type", row.type), cell: (row) => code("type", row.type) },
    { key: "level", title: t("level"), show: (row) => code("level", row.level), cell: (row) => code("level", row.level) },
    { key: "source", title: t("source"), show: (row) => code("source", row.source), cell: (row) => code("source", row.source) },
    { key: "secrecy", title: t("secrecy"), show: (row) => <Secrecy secrecy={row.secrecy} />, cell: (row) => code("secrecy", row.secrecy) },
    { key: "owner", title: t("owner"), show: (row) => row.owner, cell: (row) => row.owner },
    { key: "team", title: t("team"), show: (row) => <span data-told="">{row.team}</span>, cell: (row) => row.team },
    { key: "branch", title: t("branch"), show: (row) => row.branch, cell: (row) => row.branch },
    { key: "alerts", title: t("alerts"), align: "right", show: (row) => row.alerts, cell: (row) => row.alerts },
    { key: "subjects", title: t("subjects"), align: "right", show: (row) => row.subjects, cell: (row) => row.subjects },
    { key: "opened", title: t("opened"), show: (row) => <TimeUs us={row.opened_us} />, cell: (row) => timeText(row.opened_us / 1000) },
    { key: "closed", title: t("closed"), show: (row) => <TimeUs us={row.closed_us} />, cell: (row) => timeText(row.closed_us === undefined ? null : row.closed_us / 1000) },
    { key: "police", title: t("policeNo"), show: (row) => <span data-told="">{row.police_case_no ?? "—"}</span>, cell: (row) => row.police_case_no },
  ];
  const selects: [string, CodeList, string][] = [
    ["state", "caseState", t("state")],
    ["type", "type", t("type")],
    ["level", "level", t("level")],
    ["source", "source", t("source")],
    ["secrecy", "secrecy", t("secrecy")],
  ];
  const inputs: [string, string, number][] = [
    ["text", t("search"), 210],
    ["owner", t("owner"), 120],
    ["branch", t("branch"), 110],
    ["subject", t("subjectFilter"), 180],
  ];
  return (
    <>
      {may("figures:read") && <CaseFigures />}
      <Card size="small" title={<ScreenTitle>{t("list")}</ScreenTitle>} extra={may("cases:write") && <OpenCase />}>
        <Space wrap style={{ marginBottom: 8 }}>
          <Segmented
            value={open}
            onChange={(value) => change({ open: value === "true" ? null : value })}
            options={[
              { value: "true", label: t("open") },
              { value: "any", label: t("any") },
            ]}
          />
          {selects.map(([name, list, label]) => (
            <Select key={name} allowClear placeholder={label} aria-label={label} value={filters[name]} onChange={(value: string | undefined) => change({ [name]: value })} options={options(list)} style={{ width: 128 }} />
          ))}
          {inputs.map(([name, label, width]) => (
            <TextFilter key={name} name={name} label={label} width={width} />
          ))}
          {subject && <Select aria-label={t("kind")} value={subject_kind ?? "ACCOUNT"} onChange={(value) => change({ subject_kind: value })} options={options("subject")} style={{ width: 110 }} />}
        </Space>
        <DataTable<Row>
          name="cases"
          label={t("list")}
          rowKey="id"
          columns={columns}
          filters={query as Record<string, string>}
          onFilters={(view) => change({ ...Object.fromEntries(Object.keys(filters).map((name) => [name, null])), ...view, open: view.open === "true" ? null : "any" })}
          onOpen={(row) => navigate(`/cases/${row.id}`)}
          load={async (after, limit, signal) => {
            const page = await told(api.GET("/v1/cases", { params: { query: { ...query, after, limit } as never }, signal }));
            return { rows: page.cases, next: page.next ?? null };
          }}
        />
      </Card>
    </>
  );
}
