// What ties a case to others: related cases, numbers of elsewhere, gangs; and what no model saw, for who writes models.
import { Link } from "react-router-dom";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { ListPart } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { useCode, useOptions } from "@/parts/names";
import { Money } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseData, CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

type Gap = CaseData["model_gaps"][number];

export function CaseRelations({ data, notes }: CaseTab) {
  const t = useWords(caseWords);
  const code = useCode();
  const options = useOptions();
  const touches = [["case", data.id], ["timeline", data.id]];
  return (
    <>
      <ListPart
        title={t("related")}
        extra={
          notes && (
            <DeedForm
              label={t("relate")}
              done={t("saved")}
              touches={touches}
              start={{ kind: "SAME_GANG" }}
              fields={[
                { name: "case", label: t("otherCase"), kind: "case", required: true },
                { name: "kind", label: t("relation"), kind: "select", required: true, options: options("relation") },
                { name: "reason", label: t("reason"), kind: "area" },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/relations", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/relations">(given) }))}
            />
          )
        }
        rowKey={(row) => `${row.id} ${row.kind}`}
        rows={data.related_cases}
        columns={[
          { title: t("number"), show: (row) => <Link to={`/cases/${row.id}`}>{row.number}</Link> },
          { title: t("title"), show: (row) => <Told>{row.title}</Told> },
          { title: t("state"), show: (row) => code("caseState", row.state) },
          { title: t("relation"), show: (row) => code("relation", row.kind) },
          { title: t("reason"), show: (row) => <Told>{row.reason}</Told> },
          { title: t("by"), show: (row) => row.made_by },
          { title: t("at"), show: (row) => <TimeUs us={row.at_us} /> },
        ]}
      />
      <ListPart
        title={t("references")}
        extra={
          notes && (
            <DeedForm
              label={t("addReference")}
              done={t("saved")}
              touches={touches}
              fields={[
                { name: "kind", label: t("kind"), kind: "select", required: true, options: options("reference") },
                { name: "reference", label: t("reference"), required: true, max: 100 },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/references", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/references">(given) }))}
            />
          )
        }
        rowKey={(row) => `${row.kind} ${row.reference}`}
        rows={data.references}
        columns={[
          { title: t("kind"), show: (row) => code("reference", row.kind) },
          { title: t("reference"), show: (row) => <Told>{row.reference}</Told> },
          { title: t("by"), show: (row) => row.made_by },
          { title: t("at"), show: (row) => <TimeUs us={row.at_us} /> },
        ]}
      />
      <ListPart
        title={t("gaps")}
        extra={
          notes && (
            <DeedForm
              label={t("addGap")}
              done={t("saved")}
              touches={touches}
              fields={[{ name: "text", label: t("gapText"), kind: "area", required: true }]}
              deed={(given) => told(api.POST("/v1/cases/{case}/gaps", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/gaps">(given) }))}
            />
          )
        }
        rowKey={(row) => row.number}
        rows={data.model_gaps}
        columns={[
          { title: t("gapText"), show: (row) => <Told lines>{row.text}</Told> },
          { title: t("state"), show: (row) => <Mark kind={row.state === "OPEN" ? "warn" : "good"}>{code("gap", row.state)}</Mark> },
          { title: t("model"), show: (row) => row.model ?? "—" },
          { title: t("by"), show: (row) => row.made_by },
          { title: t("at"), show: (row) => <TimeUs us={row.at_us} /> },
          {
            title: "",
            show: (row: Gap) =>
              notes && row.state === "OPEN" ? (
                <DeedForm
                  label={t("settleGap")}
                  text
                  done={t("saved")}
                  touches={touches}
                  fields={[
                    { name: "state", label: t("state"), kind: "select", required: true, options: options("gap", ["DONE", "REFUSED"]) },
                    { name: "model", label: t("gapModel"), max: 64 },
                  ]}
                  deed={(given) => told(api.POST("/v1/cases/{case}/gaps/{gap}", { params: { path: { case: data.id, gap: row.number } }, body: asBody<"/v1/cases/{case}/gaps/{gap}">(given) }))}
                />
              ) : null,
          },
        ]}
      />
      <ListPart
        title={t("gangs")}
        rowKey={(row) => row.id}
        rows={data.gangs}
        columns={[
          { title: t("id"), show: (row) => <Link to={`/gangs/${row.id}`}>{row.id}</Link> },
          { title: t("accountsCount"), right: true, show: (row) => row.accounts },
          { title: t("holders"), right: true, show: (row) => row.holders },
          { title: t("strength"), right: true, show: (row) => row.strength.toFixed(2) },
          { title: t("amount"), right: true, show: (row) => <Money fen={row.amount} /> },
          { title: t("first"), show: (row) => <TimeUs us={row.found_us} /> },
          { title: t("decidedBy"), show: (row) => row.decided_by || "—" },
        ]}
      />
    </>
  );
}
