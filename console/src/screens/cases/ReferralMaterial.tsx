// What goes with a referral: the picture of the money, attachments of the case that are enclosed, and other referrals that name the same.
import { Link } from "react-router-dom";

import { api, told } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Part, Rows } from "@/parts/ListPart";
import { useOptions } from "@/parts/names";
import { moneyText, Time } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { FlowTables } from "@/screens/cases/CaseFlow";
import { FigureLine, Told } from "@/screens/cases/CasePieces";
import { DeedButton, DeedForm } from "@/screens/cases/DeedForm";
import { type ReferralTab, touchesOf } from "@/screens/cases/ReferralRoom";
import { caseWords, referralWords } from "@/screens/cases/words";

function Picture({ data, drafts }: ReferralTab) {
  const t = useWords(referralWords);
  const c = useWords(caseWords);
  const picture = data.picture;
  const query = useAsk(["caseFlow", data.case, picture], (signal) => told(api.GET("/v1/cases/{case}/pictures/{picture}", { params: { path: { case: data.case, picture: picture ?? 0 } }, signal })), { active: picture !== null });
  const flow = query.data?.flow;
  const sums = flow?.forward ?? flow?.backward;
  return (
    <Part
      title={`${t("picture")}: ${picture === null ? t("pictureNone") : t("pictureIs", { n: picture })}`}
      extra={
        drafts && (
          <DeedForm
            label={t("takePicture")}
            primary={picture === null}
            done={t("pictureDone")}
            touches={[...touchesOf(data.referral), ["case", data.case]]}
            start={{ direction: "forward" }}
            fields={[
              { name: "layers", label: t("layers"), kind: "number", min: 1, max: 8 },
              {
                name: "direction",
                label: t("direction"),
                kind: "select",
                options: [
                  { value: "forward", label: t("forward") },
                  { value: "backward", label: t("backward") },
                ],
              },
            ]}
            deed={(given) => told(api.POST("/v1/referrals/{referral}/picture", { params: { path: { referral: data.referral } }, body: asBody<"/v1/referrals/{referral}/picture">(given) }))}
          />
        )
      }
    >
      {sums !== undefined && (
        <FigureLine
          title={t("picture")}
          figures={[
            { title: c("traced"), value: moneyText(sums.traced) },
            { title: c("stillHere"), value: moneyText(sums.still_here) },
            { title: c("outside"), value: moneyText(sums.outside) },
            { title: c("notFollowed"), value: moneyText(sums.not_followed) },
          ]}
        />
      )}
      {flow !== undefined && <FlowTables flow={flow} />}
    </Part>
  );
}

function Enclosures({ data, drafts }: ReferralTab) {
  const t = useWords(referralWords);
  const { data: found } = useAsk(["case", data.case], (signal) => told(api.GET("/v1/cases/{case}", { params: { path: { case: data.case } }, signal })));
  const attachments = (found?.case.attachments ?? []).filter((row) => row.withdrawn_us === undefined);
  const name = (id: number) => found?.case.attachments.find((row) => row.id === id)?.name;
  const path = { referral: data.referral };
  return (
    <Part
      title={t("enclosures")}
      extra={
        drafts && (
          <DeedForm
            label={t("enclose")}
            done={t("saved")}
            touches={touchesOf(data.referral)}
            disabled={attachments.length === 0}
            fields={[
              { name: "attachment", label: t("attachment"), kind: "select", required: true, options: attachments.map((row) => ({ value: String(row.id), label: row.name })) },
              { name: "title", label: t("enclosureTitle"), required: true, max: 200 },
            ]}
            deed={(given) => told(api.POST("/v1/referrals/{referral}/enclosures", { params: { path }, body: { attachment: Number(given.attachment), title: String(given.title) } }))}
          />
        )
      }
    >
      <Rows
        label={t("enclosures")}
        rowKey={(row) => row.attachment}
        rows={data.enclosures}
        columns={[
          { title: t("enclosureTitle"), show: (row) => <Told>{row.title}</Told> },
          { title: t("attachment"), show: (row) => <Told>{name(row.attachment) ?? String(row.attachment)}</Told> },
          { title: t("madeBy"), show: (row) => row.made_by },
          { title: t("at"), show: (row) => <Time ms={row.at} /> },
          {
            title: "",
            show: (row) => drafts && <DeedButton label={t("takeOut")} done={t("saved")} touches={touchesOf(data.referral)} deed={() => told(api.POST("/v1/referrals/{referral}/enclosures", { params: { path }, body: { attachment: row.attachment } }))} />,
          },
        ]}
      />
    </Part>
  );
}

function Links({ data, drafts }: ReferralTab) {
  const t = useWords(referralWords);
  const both = useBoth();
  const options = useOptions();
  const rows = [...data.links.map((row) => ({ ...row, from: false })), ...data.linked_from.map((row) => ({ ...row, from: true }))];
  return (
    <Part
      title={t("links")}
      extra={
        drafts && (
          <DeedForm
            label={t("linkIt")}
            done={t("saved")}
            touches={touchesOf(data.referral)}
            start={{ kind: "RELATED" }}
            fields={[
              { name: "referral", label: t("linkTo"), kind: "number", required: true, min: 1 },
              { name: "kind", label: t("relation"), kind: "select", required: true, options: options("link") },
              { name: "reason", label: t("reason"), kind: "area" },
            ]}
            deed={(given) => told(api.POST("/v1/referrals/{referral}/links", { params: { path: { referral: data.referral } }, body: asBody<"/v1/referrals/{referral}/links">(given) }))}
          />
        )
      }
    >
      <Rows
        label={t("links")}
        rowKey={(row) => `${row.referral} ${row.from}`}
        rows={rows}
        columns={[
          { title: t("referral"), show: (row) => <Link to={`/referrals/${row.referral}`}>{t("referralNo", { n: row.referral })}</Link> },
          { title: t("relation"), show: (row) => `${both(row.kind)} ${row.from ? t("linkedFrom") : ""}` },
          { title: t("reason"), show: (row) => <Told>{row.reason}</Told> },
          { title: t("madeBy"), show: (row) => row.made_by },
          { title: t("at"), show: (row) => <Time ms={row.at} /> },
        ]}
      />
    </Part>
  );
}

export function ReferralMaterial(tab: ReferralTab) {
  return (
    <>
      <Picture {...tab} />
      <Enclosures {...tab} />
      <Links {...tab} />
    </>
  );
}
