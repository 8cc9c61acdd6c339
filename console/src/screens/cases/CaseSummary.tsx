// What a case is about, in words; its fields are changed here. Referrals that were drafted from it stand beside.
import { Descriptions } from "antd";
import { Link } from "react-router-dom";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Part, Rows } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { useCode, useOptions } from "@/parts/names";
import { Time } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { useSecrecyField } from "@/screens/cases/secrecy";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords, referralWords } from "@/screens/cases/words";

function EditCase({ data }: CaseTab) {
  const t = useWords(caseWords);
  const options = useOptions();
  const secrecy = useSecrecyField();
  return (
    <DeedForm
      label={t("edit")}
      done={t("saved")}
      touches={[["case", data.id], ["table", "cases"]]}
      edits
      start={{ title: data.title, type: data.type, level: data.level, secrecy: data.secrecy, owner: data.owner, team: data.team, branch: data.branch, modus: data.modus, police_case_no: data.police_case_no, summary: data.summary, decision: data.decision, lessons: data.lessons }}
      fields={[
        { name: "title", label: t("title"), required: true, max: 200 },
        { name: "type", label: t("type"), kind: "select", required: true, options: options("type") },
        { name: "level", label: t("level"), kind: "select", required: true, options: options("level") },
        ...secrecy,
        { name: "owner", label: t("owner"), max: 64 },
        { name: "team", label: t("team"), max: 64 },
        { name: "branch", label: t("branch"), max: 64 },
        { name: "modus", label: t("modus"), hint: t("modusHint"), max: 200 },
        { name: "police_case_no", label: t("policeNo"), max: 100 },
        { name: "summary", label: t("summary"), kind: "area" },
        { name: "decision", label: t("decision"), kind: "area" },
        { name: "lessons", label: t("lessons"), kind: "area" },
      ]}
      deed={(given) => told(api.POST("/v1/cases/{case}/fields", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/fields">(given) }))}
    />
  );
}

function ReferralsOfCase({ id }: { id: number }) {
  const t = useWords(referralWords);
  const both = useBoth();
  const code = useCode();
  const query = useAsk(["referralsOfCase", id], (signal) => told(api.GET("/v1/referrals", { params: { query: { case: id } }, signal })));
  return (
    <Part title={t("list")}>
      <Rows
        label={t("list")}
        rowKey={(row) => row.referral}
        rows={query.data?.referrals ?? []}
        loading={query.isPending}
        columns={[
          { title: t("referral"), show: (row) => <Link to={`/referrals/${row.referral}`}>{t("referralNo", { n: row.referral })}</Link> },
          { title: t("state"), show: (row) => <Mark kind={row.state.word === "DRAFT" ? "warn" : "info"}>{both(row.state)}</Mark> },
          { title: t("route"), show: (row) => code("route", row.route) },
          { title: t("authority"), show: (row) => <Told>{row.authority}</Told> },
          { title: t("opened"), show: (row) => <Time ms={row.opened} /> },
          { title: t("sent"), show: (row) => <Time ms={row.sent} /> },
        ]}
      />
    </Part>
  );
}

export function CaseSummary(tab: CaseTab) {
  const t = useWords(caseWords);
  const { may } = useSession();
  const { data } = tab;
  return (
    <>
      <Part title={t("tabSummary")} extra={tab.writes && <EditCase {...tab} />}>
        <Descriptions
          bordered
          size="small"
          column={1}
          styles={{ label: { width: 130 } }}
          items={[
            { key: "summary", label: t("summary"), children: <Told lines>{data.summary}</Told> },
            { key: "modus", label: t("modus"), children: <Told>{data.modus}</Told> },
            {
              key: "decision",
              label: t("decision"),
              children: (
                <>
                  <Told lines>{data.decision}</Told>
                  {data.decided_us !== undefined && (
                    <div>
                      {t("decidedBy")}: {data.decided_by} <TimeUs us={data.decided_us} />
                    </div>
                  )}
                </>
              ),
            },
            { key: "lessons", label: t("lessons"), children: <Told lines>{data.lessons}</Told> },
          ]}
        />
      </Part>
      {may("referrals:read") && <ReferralsOfCase id={data.id} />}
    </>
  );
}
