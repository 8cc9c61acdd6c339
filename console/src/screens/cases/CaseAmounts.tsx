// Amounts that no row of the bank gives, and what was done: measures, held payments, tasks of the case and its alerts.
import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { ListPart } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { useCode, useOptions } from "@/parts/names";
import { Money } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { Brief, TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

export function CaseAmounts({ data, writes, notes }: CaseTab) {
  const t = useWords(caseWords);
  const code = useCode();
  const words = useDisposition();
  const options = useOptions();
  const touches = [["case", data.id], ["timeline", data.id]];
  return (
    <>
      <ListPart
        title={t("entries")}
        extra={
          notes && (
            <DeedForm
              label={t("addEntry")}
              done={t("saved")}
              touches={touches}
              start={{ kind: "RETURNED" }}
              fields={[
                { name: "kind", label: t("kind"), kind: "select", required: true, options: options("entry") },
                { name: "amount", label: t("amount"), kind: "money", required: true },
                { name: "document", label: t("document"), required: true, max: 200 },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/entries", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/entries">(given) }))}
            />
          )
        }
        rowKey={(row) => row.number}
        rows={data.entries}
        columns={[
          { title: t("kind"), show: (row) => code("entry", row.kind) },
          { title: t("amount"), right: true, show: (row) => <Money fen={row.amount} /> },
          { title: t("document"), show: (row) => <Told>{row.document}</Told> },
          { title: t("by"), show: (row) => row.made_by },
          { title: t("at"), show: (row) => <TimeUs us={row.at_us} /> },
        ]}
      />
      <ListPart
        title={t("controls")}
        extra={
          writes && (
            <DeedForm
              label={t("link")}
              done={t("saved")}
              touches={touches}
              fields={[
                { name: "control", label: t("controlNumber"), kind: "number" },
                { name: "task", label: t("taskNumber"), kind: "number" },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/links", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/links">(given) }))}
            />
          )
        }
        rowKey={(row) => row.id}
        rows={data.controls}
        columns={[
          { title: t("id"), show: (row) => row.id },
          { title: t("measure"), show: (row) => code("measure", row.measure) },
          { title: t("target"), show: (row) => <span className="mono">{row.target}</span> },
          { title: t("state"), show: (row) => <Mark kind={row.state === "IN_FORCE" ? "info" : row.state === "FAILED" ? "bad" : "plain"}>{code("control", row.state)}</Mark> },
          { title: t("amount"), right: true, show: (row) => <Money fen={row.amount} /> },
          { title: t("authority"), show: (row) => code("authority", row.authority) },
          { title: t("document"), show: (row) => <Told>{row.document}</Told> },
          { title: t("inForceSince"), show: (row) => <TimeUs us={row.since_us} /> },
          { title: t("until"), show: (row) => <TimeUs us={row.until_us} /> },
          { title: t("reason"), show: (row) => <Brief>{row.reason}</Brief> },
        ]}
      />
      <ListPart
        title={t("holds")}
        rowKey={(row) => row.id}
        rows={data.holds}
        columns={[
          { title: t("id"), show: (row) => row.id },
          { title: t("state"), show: (row) => code("hold", row.state) },
          { title: t("amount"), right: true, show: (row) => <Money fen={row.amount} /> },
          { title: t("payer"), show: (row) => <span className="mono">{row.account}</span> },
          { title: t("payee"), show: (row) => <span className="mono">{row.payee}</span> },
          { title: t("heldAt"), show: (row) => <TimeUs us={row.held_us} /> },
          { title: t("settled"), show: (row) => <TimeUs us={row.settled_us} /> },
          { title: t("reason"), show: (row) => <Brief>{row.reason}</Brief> },
        ]}
      />
      <ListPart
        title={t("tasks")}
        rowKey={(row) => row.id}
        rows={data.tasks}
        columns={[
          { title: t("id"), show: (row) => row.id },
          { title: t("channel"), show: (row) => words.channel(row.channel) },
          { title: t("party"), show: (row) => <span className="mono">{row.party}</span> },
          { title: t("state"), show: (row) => code("task", row.state) },
          { title: t("asked"), show: (row) => <TimeUs us={row.asked_us} /> },
          { title: t("answer"), show: (row) => <Brief>{row.answer}</Brief> },
        ]}
      />
    </>
  );
}
