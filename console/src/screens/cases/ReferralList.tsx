// Referrals to the police that the reader's roles open: how far each is, what was heard of it.
import { Card, Segmented, Select, Space } from "antd";
import { Link, useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark, type MarkKind } from "@/parts/Mark";
import { useCode, useOptions } from "@/parts/names";
import { TextFilter } from "@/parts/TextFilter";
import { CaseLink, countText, moneyText, Time, timeText } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { CasePick } from "@/screens/cases/CasePick";
import { Brief, FigureLine, ScreenTitle, Told } from "@/screens/cases/CasePieces";
import { DeedForm } from "@/screens/cases/DeedForm";
import { referralWords } from "@/screens/cases/words";

type Row = Schemas["ReferralRow"];
const WEEK_MS = 7 * 86_400_000;

export function referralMark(state: string): MarkKind {
  return state === "DRAFT" ? "warn" : ["RETURNED", "SUPPLEMENT_ASKED"].includes(state) ? "bad" : ["SOLVED", "JUDGED", "FUNDS_RETURNED", "CLOSED"].includes(state) ? "good" : "info";
}

function ReferralFigures() {
  const t = useWords(referralWords);
  const { data } = useAsk(["figures", "referrals"], (signal) => told(api.GET("/v1/figures/referrals", { signal })));
  if (data === undefined) {
    return null;
  }
  const found = data.figures;
  const untold = (n: number) => (n > 0 ? t("untold", { n }) : undefined);
  return (
    <FigureLine
      title={t("figures")}
      figures={[
        { title: t("figSent"), value: countText(found.sent) },
        { title: t("figAccepted"), value: countText(found.accepted) },
        { title: t("figReturned"), value: countText(found.returned) },
        { title: t("figFiled"), value: countText(found.filed) },
        { title: t("figSolved"), value: countText(found.solved) },
        { title: t("figArrested"), value: countText(found.arrested), hint: untold(found.arrested_untold) },
        { title: t("figSeized"), value: moneyText(found.amount_seized_frozen) },
        { title: t("figBack"), value: moneyText(found.amount_returned) },
      ]}
    />
  );
}

function Draft() {
  const t = useWords(referralWords);
  const navigate = useNavigate();
  return (
    <DeedForm
      label={t("draft")}
      primary
      done={t("drafted")}
      touches={[["table", "referrals"]]}
      fields={[
        { name: "case", label: t("caseNumber"), kind: "case", required: true },
        { name: "supplements", label: t("supplements"), kind: "number", min: 1 },
      ]}
      deed={(given) => told(api.POST("/v1/referrals", { body: asBody<"/v1/referrals">(given) }))}
      after={(answer) => navigate(`/referrals/${answer.referral.referral}`)}
    />
  );
}

export default function ReferralList() {
  const t = useWords(referralWords);
  const both = useBoth();
  const code = useCode();
  const options = useOptions();
  const [filters, change] = useFilters();
  const { may } = useSession();
  const navigate = useNavigate();
  const { show = "open", ...named } = filters;
  const columns: Column<Row>[] = [
    { key: "referral", title: t("referral"), fixed: "left", show: (row) => <Link to={`/referrals/${row.referral}`}>{t("referralNo", { n: row.referral })}</Link>, cell: (row) => row.referral },
    { key: "letter", title: t("letter"), show: (row) => (row.number === null ? "—" : t("letterNo", { year: row.year ?? "", n: row.number })), cell: (row) => (row.number === null ? null : t("letterNo", { year: row.year ?? "", n: row.number })) },
    { key: "state", title: t("state"), show: (row) => <Mark kind={referralMark(row.state.word)}>{both(row.state)}</Mark>, cell: (row) => both(row.state) },
    { key: "steps", title: t("steps"), align: "right", show: (row) => `${row.steps} / 3`, cell: (row) => row.steps },
    { key: "urgency", title: t("urgency"), show: (row) => (row.urgency === "EMERGENCY" ? <Mark kind="bad">{code("urgency", row.urgency)}</Mark> : code("urgency", row.urgency)), cell: (row) => code("urgency", row.urgency) },
    { key: "title", title: t("title"), show: (row) => <Brief>{row.title}</Brief>, cell: (row) => row.title },
    { key: "authority", title: t("authority"), show: (row) => <Told>{row.authority}</Told>, cell: (row) => row.authority },
    { key: "case", title: t("case"), show: (row) => <CaseLink id={row.case} number={row.case_number} />, cell: (row) => row.case_number ?? row.case },
    { key: "lead", title: t("lead"), show: (row) => row.lead, cell: (row) => row.lead },
    { key: "route", title: t("route"), show: (row) => code("route", row.route), cell: (row) => code("route", row.route) },
    { key: "by", title: t("openedBy"), show: (row) => row.opened_by, cell: (row) => row.opened_by },
    { key: "opened", title: t("opened"), show: (row) => <Time ms={row.opened} />, cell: (row) => timeText(row.opened) },
    { key: "sent", title: t("sent"), show: (row) => <Time ms={row.sent} />, cell: (row) => timeText(row.sent) },
    { key: "received", title: t("received"), show: (row) => <Time ms={row.received} />, cell: (row) => timeText(row.received) },
    { key: "feedback", title: t("feedback"), show: (row) => <Time ms={row.feedback} />, cell: (row) => timeText(row.feedback) },
    { key: "police", title: t("policeNo"), show: (row) => <Told>{row.police_case_no}</Told>, cell: (row) => row.police_case_no },
  ];
  return (
    <>
      {may("figures:read") && <ReferralFigures />}
      <Card size="small" title={<ScreenTitle>{t("list")}</ScreenTitle>} extra={may("referrals:draft") && <Draft />}>
        <Space wrap style={{ marginBottom: 8 }}>
          <Segmented
            value={show}
            onChange={(value) => change({ show: value === "open" ? null : value })}
            options={[
              { value: "open", label: t("open") },
              { value: "unheard", label: t("unheard") },
              { value: "any", label: t("any") },
            ]}
          />
          <Select allowClear placeholder={t("state")} aria-label={t("state")} value={filters.state} onChange={(value: string | undefined) => change({ state: value })} options={options("referralState")} style={{ width: 140 }} />
          <Select allowClear placeholder={t("route")} aria-label={t("route")} value={filters.route} onChange={(value: string | undefined) => change({ route: value })} options={options("route")} style={{ width: 180 }} />
          {may("cases:read") && (
            <div style={{ width: 240 }}>
              <CasePick label={t("case")} value={Number(filters.case ?? 0) > 0 ? Number(filters.case) : undefined} onChange={(value) => change({ case: value })} />
            </div>
          )}
          <TextFilter name="lead" label={t("lead")} width={140} isNumber />
          <TextFilter name="police_case_no" label={t("policeNo")} width={140} />
        </Space>
        <DataTable<Row>
          name="referrals"
          label={t("list")}
          rowKey="referral"
          columns={columns}
          filters={{ ...named, show }}
          onFilters={(view) => change({ ...Object.fromEntries(Object.keys(filters).map((name) => [name, null])), ...view })}
          onOpen={(row) => navigate(`/referrals/${row.referral}`)}
          load={async (after, limit, signal) => {
            const query = { ...named, ...(show === "open" ? { open: "true" } : show === "unheard" ? { unheard_since: Date.now() - WEEK_MS } : {}), after, limit };
            const page = await told(api.GET("/v1/referrals", { params: { query: query as never }, signal }));
            return { rows: page.referrals, next: page.next === null ? null : String(page.next) };
          }}
        />
      </Card>
    </>
  );
}
