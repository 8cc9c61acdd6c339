// The alert behind a held payment or a measure, in short: what it is, in whose hands, and why it was raised.
import { Skeleton } from "antd";

import type { Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { Failure } from "@/parts/States";
import { AlertLink, Money, Severity, ThingLink } from "@/parts/values";
import { useAlert } from "@/screens/bench/useAlert";
import { Facts, Section, Told } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

export function Reasons({ strongest }: { strongest: Schemas["Alert"]["strongest"] }) {
  const both = useBoth();
  return (
    <ul style={{ margin: 0, paddingInlineStart: 0, listStyle: "none" }}>
      {strongest.map((reason) => (
        <li key={reason.model} style={{ padding: "3px 0" }}>
          <Severity severity={reason.severity} /> <span className="mono">{reason.model}</span> {both(reason)}
        </li>
      ))}
    </ul>
  );
}

export function AlertFacts({ row }: { row: Schemas["AlertRow"] }) {
  const t = useWords(officeWords);
  const both = useBoth();
  return (
    <Facts
      facts={[
        [t("alert"), <AlertLink key="alert" alert={row.alert} />],
        [t("severity"), <Severity key="severity" severity={row.severity} long />],
        [t("group"), both({ zh: row.group_zh, en: row.group_en })],
        [t("state"), both({ zh: row.state_zh, en: row.state_en })],
        [t("subject"), <ThingLink key="subject" kind={row.subject_kind} name={row.subject} />],
        [t("owner"), <Told key="owner">{row.owner}</Told>],
        [t("amount"), <Money key="amount" fen={row.amount} />],
        [t("branch"), row.branch],
      ]}
    />
  );
}

export function AlertPart({ alert }: { alert: number | null }) {
  const t = useWords(officeWords);
  const { may } = useSession();
  const asked = useAlert(alert, { active: may("alerts:read") });
  if (alert === null || !may("alerts:read")) {
    return null;
  }
  return (
    <Section title={t("itsAlert")}>
      {asked.isPending && <Skeleton active paragraph={{ rows: 3 }} title={false} />}
      {asked.error !== null && <Failure error={asked.error} onAgain={() => void asked.refetch()} />}
      {asked.data !== undefined && (
        <>
          <AlertFacts row={asked.data.row} />
          <h3 style={{ fontSize: 13, margin: "12px 0 4px" }}>{t("why")}</h3>
          <Reasons strongest={asked.data.strongest} />
        </>
      )}
    </Section>
  );
}
