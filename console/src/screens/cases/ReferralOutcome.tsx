// What became of a referral that was sent: the receipt, what the authority tells, and money that was seized, frozen or given back. What was not told is not zero.
import { Descriptions, Space } from "antd";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { Part, Rows } from "@/parts/ListPart";
import { referralMoves, useCode, useOptions } from "@/parts/names";
import { Nothing } from "@/parts/States";
import { countText, Money, moneyText, Time } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { Told } from "@/screens/cases/CasePieces";
import { DeedForm } from "@/screens/cases/DeedForm";
import { type ReferralTab, touchesOf } from "@/screens/cases/ReferralRoom";
import { referralWords } from "@/screens/cases/words";

export function ReferralOutcome({ data }: ReferralTab) {
  const t = useWords(referralWords);
  const both = useBoth();
  const code = useCode();
  const options = useOptions();
  const { may } = useSession();
  if (data.sent === null) {
    return <Nothing>{t("afterSending")}</Nothing>;
  }
  const path = { referral: data.referral };
  const touches = touchesOf(data.referral);
  const writes = may("referrals:write");
  const figure = (value: number | null) => (value === null ? t("notTold") : countText(value));
  return (
    <>
      <Part
        title={t("tabOutcome")}
        extra={
          writes && (
            <Space wrap>
              {["SENT", "SUPPLEMENT_ASKED"].includes(data.state.word) && (
                <DeedForm
                  label={t("receipt")}
                  primary
                  done={t("receiptDone")}
                  touches={touches}
                  fields={[
                    { name: "receipt", label: t("receiptNo"), required: true, max: 100 },
                    { name: "receiver", label: t("receiver"), max: 100 },
                    { name: "at", label: t("at"), kind: "moment" },
                  ]}
                  deed={(given) => told(api.POST("/v1/referrals/{referral}/receipt", { params: { path }, body: asBody<"/v1/referrals/{referral}/receipt">(given) }))}
                />
              )}
              <DeedForm
                label={t("outcome")}
                done={t("outcomeDone")}
                touches={touches}
                fields={[
                  { name: "state", label: t("newState"), kind: "select", options: options("referralState", referralMoves[data.state.word] ?? []) },
                  { name: "at", label: t("at"), kind: "moment" },
                  { name: "reason", label: t("reason"), kind: "area" },
                  { name: "police_case_no", label: t("policeNo"), max: 100 },
                  { name: "feedback_doc", label: t("feedbackDoc"), max: 200 },
                  { name: "gangs", label: t("gangs"), kind: "number" },
                  { name: "arrested", label: t("arrested"), kind: "number" },
                  { name: "cards_seized", label: t("cardsSeized"), kind: "number" },
                  { name: "victims_helped", label: t("victimsHelped"), kind: "number" },
                  { name: "amount_involved", label: t("amountInvolved"), kind: "money" },
                  { name: "reward", label: t("reward"), max: 200 },
                  { name: "lessons", label: t("lessons"), kind: "area" },
                ]}
                deed={(given) => told(api.POST("/v1/referrals/{referral}/outcome", { params: { path }, body: asBody<"/v1/referrals/{referral}/outcome">(given) }))}
              />
            </Space>
          )
        }
      >
        <Descriptions
          bordered
          size="small"
          column={{ xs: 1, lg: 2 }}
          items={[
            { key: "state", label: t("state"), children: both(data.state) },
            { key: "receipt", label: t("receiptNo"), children: <Told>{data.receipt}</Told> },
            { key: "receiver", label: t("receiver"), children: <Told>{data.receiver}</Told> },
            { key: "received", label: t("received"), children: <Time ms={data.received} /> },
            { key: "police", label: t("policeNo"), children: <Told>{data.police_case_no}</Told> },
            { key: "doc", label: t("feedbackDoc"), children: <Told>{data.feedback_doc}</Told> },
            { key: "gangs", label: t("gangs"), children: figure(data.gangs) },
            { key: "arrested", label: t("arrested"), children: figure(data.arrested) },
            { key: "cards", label: t("cardsSeized"), children: figure(data.cards_seized) },
            { key: "victims", label: t("victimsHelped"), children: figure(data.victims_helped) },
            { key: "amount", label: t("amountInvolved"), children: data.amount_involved === null ? t("notTold") : moneyText(data.amount_involved) },
            { key: "feedback", label: t("feedback"), children: <Time ms={data.feedback} /> },
            { key: "reward", label: t("reward"), children: <Told>{data.reward}</Told> },
            { key: "lessons", label: t("lessons"), children: <Told lines>{data.lessons}</Told> },
          ]}
        />
      </Part>
      <Part
        title={t("moneyTitle")}
        extra={
          writes && (
            <DeedForm
              label={t("money")}
              done={t("moneyDone")}
              touches={touches}
              start={{ kind: "FROZEN" }}
              fields={[
                { name: "kind", label: t("kind"), kind: "select", required: true, options: options("money") },
                { name: "amount", label: t("amount"), kind: "money", required: true },
                { name: "document", label: t("document"), required: true, max: 200 },
                { name: "account", label: t("account"), max: 64 },
                { name: "at", label: t("at"), kind: "moment" },
              ]}
              deed={(given) => told(api.POST("/v1/referrals/{referral}/money", { params: { path }, body: asBody<"/v1/referrals/{referral}/money">(given) }))}
            />
          )
        }
      >
        <Space wrap size="large" style={{ marginBottom: 8 }}>
          {(
            [
              ["SEIZED", data.amount_seized],
              ["FROZEN", data.amount_frozen],
              ["RETURNED", data.amount_returned],
            ] as const
          ).map(([kind, amount]) => (
            <span key={kind}>
              {code("money", kind)}: <b className="number">{moneyText(amount)}</b>
            </span>
          ))}
        </Space>
        <Rows
          label={t("moneyTitle")}
          rowKey={(row) => `${row.kind} ${row.account} ${row.document}`}
          rows={data.money}
          columns={[
            { title: t("kind"), show: (row) => code("money", row.kind) },
            { title: t("amount"), right: true, show: (row) => <Money fen={row.amount} /> },
            { title: t("account"), show: (row) => <span className="mono" data-told="">{row.account ?? "—"}</span> },
            { title: t("document"), show: (row) => <Told>{row.document}</Told> },
            { title: t("at"), show: (row) => <Time ms={row.at} /> },
          ]}
        />
      </Part>
    </>
  );
}
