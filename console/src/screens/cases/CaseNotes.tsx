// What people wrote into a case, and whom to ask.
import { List } from "antd";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { Part, Rows } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { useCode, useOptions } from "@/parts/names";
import { Nothing } from "@/parts/States";
import { asBody } from "@/screens/cases/bodies";
import { TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

export function CaseNotes({ data, writes, notes }: CaseTab) {
  const t = useWords(caseWords);
  const code = useCode();
  const options = useOptions();
  const touches = [["case", data.id], ["timeline", data.id]];
  return (
    <>
      <Part
        title={t("notes")}
        extra={
          notes && (
            <DeedForm
              label={t("addNote")}
              primary
              done={t("saved")}
              touches={touches}
              start={{ kind: "NOTE" }}
              fields={[
                { name: "kind", label: t("noteKind"), kind: "select", required: true, options: options("note") },
                { name: "text", label: t("text"), kind: "area", required: true },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/notes", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/notes">(given) }))}
            />
          )
        }
      >
        <List
          size="small"
          bordered
          dataSource={data.notes}
          rowKey="number"
          locale={{ emptyText: <Nothing /> }}
          renderItem={(note) => (
            <List.Item>
              <div>
                <Mark kind={note.kind === "ANALYSIS" ? "info" : "plain"}>{code("note", note.kind)}</Mark> {note.made_by} <TimeUs us={note.at_us} />
                <div style={{ marginTop: 4 }}>
                  <Told lines>{note.text}</Told>
                </div>
              </div>
            </List.Item>
          )}
        />
      </Part>
      <Part
        title={t("contacts")}
        extra={
          writes && (
            <DeedForm
              label={t("addContact")}
              done={t("saved")}
              touches={touches}
              fields={[
                { name: "role", label: t("contactRole"), required: true, max: 64 },
                { name: "name", label: t("person"), required: true, max: 128 },
                { name: "reach", label: t("reach"), required: true, max: 200 },
                { name: "organisation", label: t("organisation"), max: 200 },
                { name: "note", label: t("note"), kind: "area" },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/contacts", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/contacts">(given) }))}
            />
          )
        }
      >
        <Rows
          label={t("contacts")}
          rowKey={(row) => row.number}
          rows={data.contacts}
          columns={[
            { title: t("contactRole"), show: (row) => <Told>{row.role}</Told> },
            { title: t("person"), show: (row) => <Told>{row.name}</Told> },
            { title: t("organisation"), show: (row) => <Told>{row.organisation}</Told> },
            { title: t("reach"), show: (row) => <Told>{row.reach}</Told> },
            { title: t("note"), show: (row) => <Told>{row.note}</Told> },
            { title: t("by"), show: (row) => row.added_by },
            { title: t("at"), show: (row) => <TimeUs us={row.added_us} /> },
          ]}
        />
      </Part>
    </>
  );
}
