// The case room: one case with all that it holds. Its head says what it is and what it comes to; a tab for each kind of content, named in the address.
import { Button, Card, Descriptions, Space, Tabs } from "antd";
import { useMemo } from "react";
import { Link, useNavigate, useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { Mark } from "@/parts/Mark";
import { caseMoves, useCode, useOptions } from "@/parts/names";
import { Failure } from "@/parts/States";
import { moneyText } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { CaseAlerts } from "@/screens/cases/CaseAlerts";
import { CaseAmounts } from "@/screens/cases/CaseAmounts";
import { CaseFiles } from "@/screens/cases/CaseFiles";
import { CaseFlow } from "@/screens/cases/CaseFlow";
import { caseMark } from "@/screens/cases/CaseList";
import { CaseLookBack } from "@/screens/cases/CaseLookBack";
import { CaseNotes } from "@/screens/cases/CaseNotes";
import { FigureBox, ScreenTitle, Secrecy, TimeUs, Told } from "@/screens/cases/CasePieces";
import { CaseRelations } from "@/screens/cases/CaseRelations";
import { CaseSubjects } from "@/screens/cases/CaseSubjects";
import { CaseSummary } from "@/screens/cases/CaseSummary";
import { CaseTimeline } from "@/screens/cases/CaseTimeline";
import { CaseTransactions } from "@/screens/cases/CaseTransactions";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

export type CaseData = Schemas["Case"]["case"];

export interface CaseTab {
  data: CaseData;
  writes: boolean; // the reader may change it, and it isn't closed
  notes: boolean; // the reader may write into it, closed or not
}

function Head({ data, writes }: { data: CaseData; writes: boolean }) {
  const t = useWords(caseWords);
  const code = useCode();
  const options = useOptions();
  const navigate = useNavigate();
  const { may } = useSession();
  const { amounts } = data;
  return (
    <Card
      size="small"
      style={{ marginBottom: 8 }}
      title={
        <Space wrap>
          <ScreenTitle>
            {data.number} <Told>{data.title}</Told>
          </ScreenTitle>
          <Mark kind={caseMark(data.state)}>{code("caseState", data.state)}</Mark>
          {data.secrecy !== "NORMAL" && <Secrecy secrecy={data.secrecy} long />}
        </Space>
      }
      extra={
        <Space>
          {may("referrals:draft") && data.state !== "CLOSED" && (
            <DeedForm
              label={t("draftReferral")}
              done={t("drafted")}
              touches={[["table", "referrals"], ["referralsOfCase", data.id]]}
              fields={[]}
              hint={`${data.number} ${data.title}`}
              deed={() => told(api.POST("/v1/referrals", { body: { case: data.id } }))}
              after={(answer) => navigate(`/referrals/${answer.referral.referral}`)}
            />
          )}
          {writes && (
            <DeedForm
              label={t("move")}
              done={t("moved")}
              hint={t("moveHint")}
              touches={[["case", data.id], ["table", "cases"]]}
              fields={[
                { name: "state", label: t("moveTo"), kind: "select", required: true, options: options("caseState", caseMoves[data.state] ?? []) },
                { name: "reason", label: t("reason"), kind: "area" },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/state", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/state">(given) }))}
            />
          )}
        </Space>
      }
    >
      <div style={{ display: "flex", gap: 24, flexWrap: "wrap" }}>
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 4 }}
          style={{ flex: "1 1 560px" }}
          items={[
            { key: "type", label: t("type"), children: code("type", data.type) },
            { key: "level", label: t("level"), children: code("level", data.level) },
            { key: "source", label: t("source"), children: code("source", data.source) },
            { key: "secrecy", label: t("secrecy"), children: code("secrecy", data.secrecy) },
            { key: "owner", label: t("owner"), children: data.owner || "—" },
            { key: "team", label: t("team"), children: <Told>{data.team}</Told> },
            { key: "branch", label: t("branch"), children: data.branch || "—" },
            { key: "police", label: t("policeNo"), children: <Told>{data.police_case_no}</Told> },
            { key: "opened", label: t("opened"), children: <TimeUs us={data.opened_us} /> },
            { key: "by", label: t("openedBy"), children: data.opened_by },
            { key: "since", label: t("since"), children: <TimeUs us={data.since_us} /> },
            { key: "reopened", label: t("reopened"), children: data.reopened },
          ]}
        />
        <div style={{ display: "grid", gridTemplateColumns: "repeat(3, max-content)", gap: "4px 28px" }}>
          <FigureBox title={t("involved")} value={moneyText(amounts.involved)} />
          <FigureBox title={t("stopped")} value={moneyText(amounts.stopped)} />
          <FigureBox title={t("frozen")} value={moneyText(amounts.frozen)} hint={amounts.frozen_whole > 0 ? t("frozenWhole", { n: amounts.frozen_whole }) : undefined} />
          <FigureBox title={t("stillInBank")} value={moneyText(amounts.still_in_bank)} />
          <FigureBox title={t("returned")} value={moneyText(amounts.returned)} />
          <FigureBox title={t("loss")} value={moneyText(amounts.loss)} />
        </div>
      </div>
    </Card>
  );
}

export default function CaseRoom() {
  const t = useWords(caseWords);
  const id = Number(useParams().case);
  const [filters, change] = useFilters();
  const { may } = useSession();
  const query = useAsk(["case", id], (signal) => told(api.GET("/v1/cases/{case}", { params: { path: { case: id } }, signal })), { everyMs: 30_000 });
  const data = query.data?.case;
  const notes = may("cases:write");
  const writes = notes && data?.state !== "CLOSED";
  const tabs = useMemo(() => {
    if (data === undefined) {
      return [];
    }
    const tab: CaseTab = { data, writes, notes };
    const counted = (word: string, count: number) => (count > 0 ? `${word} ${count}` : word);
    return [
      { key: "summary", label: t("tabSummary"), children: <CaseSummary {...tab} /> },
      { key: "alerts", label: counted(t("tabAlerts"), data.alerts.length), children: <CaseAlerts {...tab} /> },
      { key: "subjects", label: counted(t("tabSubjects"), data.subjects.length), children: <CaseSubjects {...tab} /> },
      { key: "transactions", label: counted(t("tabTransactions"), data.transactions.reduce((sum, row) => sum + row.count, 0)), children: <CaseTransactions {...tab} /> },
      { key: "flow", label: t("tabFlow"), children: <CaseFlow {...tab} /> },
      { key: "timeline", label: t("tabTimeline"), children: <CaseTimeline {...tab} /> },
      { key: "notes", label: counted(t("tabNotes"), data.notes.length + data.contacts.length), children: <CaseNotes {...tab} /> },
      { key: "amounts", label: t("tabAmounts"), children: <CaseAmounts {...tab} /> },
      { key: "files", label: counted(t("tabFiles"), data.attachments.length), children: <CaseFiles {...tab} /> },
      { key: "relations", label: t("tabLinks"), children: <CaseRelations {...tab} /> },
      { key: "lookback", label: t("tabLookBack"), children: <CaseLookBack {...tab} /> },
    ];
  }, [data, writes, notes, t]);
  if (query.error !== null && data === undefined) {
    return (
      <>
        <ScreenTitle>{t("list")}</ScreenTitle>
        <Failure error={query.error} onAgain={() => void query.refetch()} />
        <Link to="/cases">
          <Button type="link">{t("list")}</Button>
        </Link>
      </>
    );
  }
  if (data === undefined) {
    return <Card size="small" loading title={<ScreenTitle>{t("list")}</ScreenTitle>} />;
  }
  return (
    <>
      <Head data={data} writes={notes} />
      <Card size="small" styles={{ body: { paddingTop: 0 } }}>
        <Tabs size="small" tabBarGutter={18} activeKey={filters.tab ?? "summary"} onChange={(tab) => change({ tab: tab === "summary" ? null : tab })} destroyOnHidden items={tabs} />
      </Card>
    </>
  );
}
