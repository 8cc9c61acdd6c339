// Alerts of a case, put in and taken out; and which models told of it.
import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { Part, Rows } from "@/parts/ListPart";
import { AlertLink, moneyText, Severity, type SeverityWord, ThingLink } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { TimeUs } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

const word = (severity: number): SeverityWord | null => (severity >= 1 && severity <= 4 ? (`S${severity}` as SeverityWord) : null);

export function CaseAlerts({ data, writes }: CaseTab) {
  const t = useWords(caseWords);
  const words = useDisposition();
  const touches = [["case", data.id], ["timeline", data.id]];
  return (
    <>
      <Part
        title={t("tabAlerts")}
        extra={
          writes && (
            <DeedForm
              label={t("addAlert")}
              primary
              done={t("saved")}
              touches={touches}
              fields={[{ name: "alert", label: t("alert"), kind: "number", required: true }]}
              deed={(given) => told(api.POST("/v1/cases/{case}/alerts", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/alerts">(given) }))}
            />
          )
        }
      >
        <Rows
          label={t("tabAlerts")}
          rowKey={(row) => row.id}
          rows={data.alerts}
          columns={[
            { title: t("alert"), show: (row) => <AlertLink alert={row.id} /> },
            { title: t("severity"), show: (row) => <Severity severity={word(row.severity)} /> },
            { title: t("state"), show: (row) => words.state(row.state) },
            { title: t("group"), show: (row) => words.group(row.typology_group) },
            { title: t("subject"), show: (row) => <ThingLink kind={row.subject_kind} name={row.subject} /> },
            { title: t("amount"), right: true, show: (row) => <span className="number">{moneyText(row.amount_sum)}</span> },
            { title: t("code"), show: (row) => (row.code ? words.code(row.code) : "—") },
            { title: t("opened"), show: (row) => <TimeUs us={row.opened_us} /> },
            { title: t("joined"), show: (row) => <TimeUs us={row.joined_us} /> },
            { title: t("joinedBy"), show: (row) => row.joined_by },
            ...(writes
              ? [
                  {
                    title: "",
                    show: (row: CaseTab["data"]["alerts"][number]) => (
                      <DeedForm
                        label={t("removeAlert")}
                        title={t("removeAlertTitle", { n: row.id })}
                        text
                        danger
                        done={t("saved")}
                        touches={touches}
                        fields={[{ name: "reason", label: t("reason"), kind: "area", required: true }]}
                        deed={(given) => told(api.POST("/v1/cases/{case}/alerts/{alert}/removal", { params: { path: { case: data.id, alert: row.id } }, body: { reason: String(given.reason) } }))}
                      />
                    ),
                  },
                ]
              : []),
          ]}
        />
      </Part>
      <Part title={t("models")}>
        <Rows
          label={t("models")}
          rowKey={(row) => row.model}
          rows={data.models}
          columns={[
            { title: t("model"), show: (row) => <span className="mono">{row.model}</span> },
            { title: t("typology"), show: (row) => row.typology },
            { title: t("severity"), show: (row) => <Severity severity={word(row.severity)} /> },
            { title: t("hits"), right: true, show: (row) => row.hits },
          ]}
        />
      </Part>
    </>
  );
}
