// Who and what a case is about: subjects with their roles and how sure one is, how their accounts were opened, what they share.
import { Alert } from "antd";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { Part, Rows } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { useCode, useOptions } from "@/parts/names";
import { useSchema } from "@/parts/schema";
import { ThingLink } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { Brief, TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseData, CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

type Subject = CaseData["subjects"][number];

// Persons and companies are customers by number; what else there is has a profile of its own kind.
function profileKind(kind: string): string | null {
  const kinds: Record<string, string> = { PERSON: "customer", COMPANY: "customer", ACCOUNT: "account", CARD: "card", DEVICE: "device", IP: "ip", MERCHANT: "merchant" };
  return kinds[kind] ?? null;
}

export function SubjectName({ kind, name }: { kind: string; name: string }) {
  const profile = profileKind(kind);
  return profile === null ? <Told>{name}</Told> : <ThingLink kind={profile} name={name} />;
}

function PutSubject({ id, subject }: { id: number; subject?: Subject }) {
  const t = useWords(caseWords);
  const options = useOptions();
  return (
    <DeedForm
      label={t(subject === undefined ? "addSubject" : "editSubject")}
      title={subject === undefined ? undefined : `${t("editSubject")} ${subject.name}`}
      primary={subject === undefined}
      text={subject !== undefined}
      done={t("saved")}
      touches={[["case", id], ["timeline", id], ["suggestions", id]]}
      start={subject === undefined ? { kind: "ACCOUNT", role: "UNKNOWN", confidence: 50 } : { role: subject.role, confidence: subject.confidence, evidence: subject.evidence }}
      fields={[
        ...(subject === undefined
          ? ([
              { name: "kind", label: t("kind"), kind: "select", required: true, options: options("subject") },
              { name: "name", label: t("name"), required: true, max: 128 },
            ] as const)
          : []),
        { name: "role", label: t("role"), kind: "select", required: true, options: options("role") },
        { name: "confidence", label: t("confidence"), kind: "number", max: 100 },
        { name: "evidence", label: t("evidence"), kind: "area" },
      ]}
      deed={(given) => told(api.POST("/v1/cases/{case}/subjects", { params: { path: { case: id } }, body: asBody<"/v1/cases/{case}/subjects">(subject === undefined ? given : { ...given, kind: subject.kind, name: subject.name }) }))}
    />
  );
}

export function CaseSubjects({ data, writes }: CaseTab) {
  const t = useWords(caseWords);
  const code = useCode();
  const schema = useSchema();
  return (
    <>
      <Part title={t("subjects")} extra={writes && <PutSubject id={data.id} />}>
        <Rows
          label={t("subjects")}
          rowKey={(row) => `${row.kind} ${row.name}`}
          rows={data.subjects}
          columns={[
            { title: t("kind"), show: (row) => code("subject", row.kind) },
            { title: t("name"), show: (row) => <SubjectName kind={row.kind} name={row.name} /> },
            { title: t("role"), show: (row) => <Mark kind={row.role === "UNKNOWN" ? "warn" : row.role === "VICTIM" ? "info" : row.role === "CLEARED" ? "good" : row.role === "LINK" ? "plain" : "bad"}>{code("role", row.role)}</Mark> },
            { title: t("confidence"), right: true, show: (row) => row.confidence },
            { title: t("evidence"), show: (row) => <Brief width={300}>{row.evidence}</Brief> },
            { title: t("origin"), show: (row) => code("origin", row.origin) },
            { title: t("by"), show: (row) => row.added_by },
            { title: t("changed"), show: (row) => <TimeUs us={row.changed_us} /> },
            ...(writes ? [{ title: "", show: (row: Subject) => <PutSubject id={data.id} subject={row} /> }] : []),
          ]}
        />
      </Part>
      {data.is_cut && <Alert type="info" showIcon message={t("cut")} style={{ marginBottom: 12 }} />}
      <Part title={t("accounts")}>
        <Rows
          label={t("accounts")}
          rowKey={(row) => row.account}
          rows={data.accounts}
          columns={[
            { title: t("account"), show: (row) => <ThingLink kind="account" name={row.account} /> },
            { title: t("role"), show: (row) => code("role", row.role) },
            { title: t("customer"), show: (row) => <ThingLink kind="customer" name={row.customer} /> },
            { title: t("accountOpened"), show: (row) => <TimeUs us={row.opened_us} /> },
            { title: t("branch"), show: (row) => row.branch ?? "—" },
            { title: t("channel"), show: (row) => schema.value("event.channel", row.channel) || "—" },
            { title: t("operator"), show: (row) => row.operator ?? "—" },
            { title: t("authoriser"), show: (row) => row.authoriser ?? "—" },
            { title: t("agent"), show: (row) => <Told>{row.agent}</Told> },
            { title: t("purpose"), show: (row) => <Told>{schema.value("event.open_purpose", row.purpose) || "—"}</Told> },
            { title: t("controlsInForce"), right: true, show: (row) => row.controls },
          ]}
        />
      </Part>
      <Part title={t("things")}>
        <Rows
          label={t("things")}
          rowKey={(row) => `${row.kind} ${row.thing} ${row.party}`}
          rows={data.things}
          columns={[
            { title: t("kind"), show: (row) => code("bond", row.kind) },
            { title: t("thing"), show: (row) => <Told>{row.thing}</Told> },
            { title: t("party"), show: (row) => <ThingLink kind={row.party_kind} name={row.party} /> },
            { title: t("first"), show: (row) => <TimeUs us={row.first_us} /> },
            { title: t("last"), show: (row) => <TimeUs us={row.last_us} /> },
            { title: t("times"), right: true, show: (row) => row.times },
          ]}
        />
      </Part>
    </>
  );
}
