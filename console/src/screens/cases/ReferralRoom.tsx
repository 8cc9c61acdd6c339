// One referral to the police, from the draft to what became of it: its texts behind the gate, data of the bank, picture and enclosures, three approvals, the documents, the package, the outcome.
import { Card, Col, Descriptions, Row, Space, Steps, Tabs } from "antd";
import { useMemo } from "react";
import { useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { Rows, Part } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { programActors, textOf, useCode, useNames } from "@/parts/names";
import { Failure } from "@/parts/States";
import { CaseLink, Time, timeText } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { ScreenTitle, Told } from "@/screens/cases/CasePieces";
import { DeedButton, DeedForm } from "@/screens/cases/DeedForm";
import { ReferralApprovals } from "@/screens/cases/ReferralApprovals";
import { ReferralData } from "@/screens/cases/ReferralData";
import { ReferralGate } from "@/screens/cases/ReferralGate";
import { referralMark } from "@/screens/cases/ReferralList";
import { ReferralMaterial } from "@/screens/cases/ReferralMaterial";
import { ReferralOutcome } from "@/screens/cases/ReferralOutcome";
import { ReferralPackage } from "@/screens/cases/ReferralPackage";
import { ReferralPreview } from "@/screens/cases/ReferralPreview";
import { ReferralTexts } from "@/screens/cases/ReferralTexts";
import { referralWords } from "@/screens/cases/words";

export type ReferralOf = Schemas["Referral"]["referral"];

export interface ReferralTab {
  data: ReferralOf;
  drafts: boolean; // the reader may change it: a draft that nobody has approved yet
}

// All that a deed on a referral changes.
export const touchesOf = (id: number) => [["referral", id], ["gate", id], ["dossier", id], ["preview", id], ["table", "referrals"], ["figures", "referrals"]];

const WAY = ["DRAFT", "APPROVED", "SENT", "RECEIVED", "ACCEPTED", "FILED", "SOLVED", "FUNDS_RETURNED", "CLOSED"] as const;

// How far it is: each state that it has reached with its moment.
function Way({ data }: { data: ReferralOf }) {
  const { language } = useSettings();
  const at: Record<(typeof WAY)[number], number | null> = {
    DRAFT: data.opened,
    APPROVED: data.approved,
    SENT: data.sent,
    RECEIVED: data.received,
    ACCEPTED: data.accepted,
    FILED: data.filed,
    SOLVED: data.solved,
    FUNDS_RETURNED: data.funds_returned,
    CLOSED: data.closed,
  };
  return (
    <Steps
      size="small"
      labelPlacement="vertical"
      responsive={false}
      items={WAY.map((state) => ({
        title: textOf("referralState", state)?.[language],
        description: at[state] === null ? undefined : <span className="number">{timeText(at[state]).slice(5, 16)}</span>,
        status: data.state.word === state ? "process" : at[state] !== null ? "finish" : "wait",
      }))}
    />
  );
}

function Deeds({ data, drafts }: ReferralTab) {
  const t = useWords(referralWords);
  const { may } = useSession();
  const path = { referral: data.referral };
  const touches = touchesOf(data.referral);
  return (
    <Space wrap>
      {may("referrals:draft") && data.told_by_phone === null && drafts && data.route !== "AML" && (
        <DeedForm
          label={t("emergency")}
          danger
          done={t("emergencyDone")}
          hint={t("emergencyHint")}
          touches={touches}
          fields={[
            { name: "called", label: t("called"), required: true, max: 200 },
            { name: "text", label: t("told"), kind: "area", required: true },
            { name: "second", label: t("second"), required: true, max: 64 },
          ]}
          deed={(given) => told(api.POST("/v1/referrals/{referral}/emergency", { params: { path }, body: asBody<"/v1/referrals/{referral}/emergency">(given) }))}
        />
      )}
      {drafts && (
        <DeedForm
          label={t("drop")}
          danger
          done={t("dropped")}
          touches={touches}
          fields={[{ name: "reason", label: t("reason"), kind: "area", required: true }]}
          deed={(given) => told(api.POST("/v1/referrals/{referral}/drop", { params: { path }, body: asBody<"/v1/referrals/{referral}/drop">(given) }))}
        />
      )}
      {may("referrals:write") && data.state.word === "APPROVED" && (
        <DeedButton label={t("send")} primary done={t("sentDone")} sure={t("sendSure")} touches={touches} deed={() => told(api.POST("/v1/referrals/{referral}/send", { params: { path }, body: {} }))} />
      )}
    </Space>
  );
}

function Trace({ trace }: { trace: Schemas["Trace"] }) {
  const t = useWords(referralWords);
  const code = useCode();
  const actor = useNames(programActors);
  return (
    <Part title={t("tabTrace")} extra={<Mark kind={trace.whole ? "good" : "bad"}>{t(trace.whole ? "traceWhole" : "traceBroken")}</Mark>}>
      <Rows
        label={t("tabTrace")}
        rowKey={(row) => row.number}
        rows={trace.steps}
        columns={[
          { title: t("at"), show: (row) => <Time ms={row.at} /> },
          { title: t("state"), show: (row) => (row.from === null || row.from === row.to ? code("referralState", row.to) : `${code("referralState", row.from)} → ${code("referralState", row.to)}`) },
          { title: t("what"), show: (row) => <Told>{code("referralDeed", row.reason)}</Told> },
          { title: t("who"), show: (row) => <Told>{row.actor_kind === "system" ? actor(row.actor) : row.actor}</Told> },
        ]}
      />
    </Part>
  );
}

export default function ReferralRoom() {
  const t = useWords(referralWords);
  const both = useBoth();
  const code = useCode();
  const id = Number(useParams().referral);
  const [filters, change] = useFilters();
  const { may } = useSession();
  const query = useAsk(["referral", id], (signal) => told(api.GET("/v1/referrals/{referral}", { params: { path: { referral: id } }, signal })), { everyMs: 30_000 });
  const data = query.data?.referral;
  const trace = query.data?.trace;
  const drafts = may("referrals:draft") && data?.state.word === "DRAFT" && data.steps === 0;
  const tabs = useMemo(() => {
    if (data === undefined || trace === undefined) {
      return [];
    }
    const tab: ReferralTab = { data, drafts };
    const others = [
      { key: "data", label: t("tabData"), children: <ReferralData {...tab} /> },
      { key: "material", label: t("tabMaterial"), children: <ReferralMaterial {...tab} /> },
      { key: "preview", label: t("tabPreview"), children: <ReferralPreview {...tab} /> },
      { key: "package", label: t("tabPackage"), children: <ReferralPackage {...tab} /> },
      { key: "outcome", label: t("tabOutcome"), children: <ReferralOutcome {...tab} /> },
      { key: "trace", label: t("tabTrace"), children: <Trace trace={trace} /> },
    ].map((one) => ({ ...one, destroyOnHidden: true }));
    // What is being written stays while somebody looks at the preview.
    return [
      { key: "texts", label: t("tabFields"), children: <ReferralTexts key={`${data.referral} ${data.round}`} {...tab} /> },
      ...others,
    ];
  }, [data, trace, drafts, t]);
  if (query.error !== null && data === undefined) {
    return (
      <>
        <ScreenTitle>{t("list")}</ScreenTitle>
        <Failure error={query.error} onAgain={() => void query.refetch()} />
      </>
    );
  }
  if (data === undefined) {
    return <Card size="small" loading title={<ScreenTitle>{t("list")}</ScreenTitle>} />;
  }
  return (
    <>
      <Card
        size="small"
        style={{ marginBottom: 8 }}
        title={
          <Space wrap>
            <ScreenTitle>{t("referralNo", { n: data.referral })}</ScreenTitle>
            {data.number !== null && <span>{t("letterNo", { year: data.year ?? "", n: data.number })}</span>}
            <Mark kind={referralMark(data.state.word)}>{both(data.state)}</Mark>
            {data.urgency === "EMERGENCY" && <Mark kind="bad">{code("urgency", data.urgency)}</Mark>}
          </Space>
        }
        extra={<Deeds data={data} drafts={drafts} />}
      >
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 4 }}
          items={[
            { key: "case", label: t("case"), children: <CaseLink id={data.case} number={data.case_number} /> },
            { key: "lead", label: t("lead"), children: data.lead },
            { key: "route", label: t("route"), children: code("route", data.route) },
            { key: "by", label: t("openedBy"), children: data.opened_by },
            { key: "authority", label: t("authority"), children: <Told>{data.authority}</Told> },
            { key: "title", label: t("title"), children: <Told>{data.title}</Told> },
            { key: "police", label: t("policeNo"), children: <Told>{data.police_case_no}</Told> },
            {
              key: "called",
              label: t("calledAt"),
              children:
                data.told_by_phone === null ? (
                  "—"
                ) : (
                  <>
                    <Time ms={data.told_by_phone} /> <Told>{data.called}</Told>
                  </>
                ),
            },
          ]}
        />
        <div role="group" aria-label={t("way")} style={{ overflowX: "auto", marginTop: 12 }} tabIndex={0}>
          <Way data={data} />
        </div>
      </Card>
      <Row gutter={8}>
        <Col xs={24} xl={17}>
          <Card size="small" styles={{ body: { paddingTop: 0 } }}>
            <Tabs size="small" tabBarGutter={18} activeKey={filters.tab ?? "texts"} onChange={(tab) => change({ tab: tab === "texts" ? null : tab, field: null, object: null })} items={tabs} />
          </Card>
        </Col>
        <Col xs={24} xl={7}>
          <ReferralApprovals data={data} />
          {["DRAFT"].includes(data.state.word) && <ReferralGate data={data} drafts={drafts} />}
        </Col>
      </Row>
    </>
  );
}
