// Looking back at an account of a case: how it was opened and by whom, what was seen and done before, and what people concluded.
import { AutoComplete, Descriptions, Spin } from "antd";
import { useRef, useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { useDisposition } from "@/parts/disposition";
import { Part, Rows } from "@/parts/ListPart";
import { useCode } from "@/parts/names";
import { useSchema } from "@/parts/schema";
import { Failure } from "@/parts/States";
import { AlertLink, Severity, type SeverityWord, ThingLink, YesNo } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

type Found = Schemas["LookBack"]["look_back"];

function FoundAccount({ found }: { found: Found }) {
  const t = useWords(caseWords);
  const code = useCode();
  const words = useDisposition();
  const schema = useSchema();
  const others = (one: { name: string; accounts: number; in_cases: number } | undefined) => (one === undefined ? "—" : t("othersOf", { name: one.name, accounts: one.accounts, cases: one.in_cases }));
  return (
    <>
      <Part title={t("opening")}>
        {found.opening === undefined ? (
          <p style={{ margin: 0 }}>{t("noOpening")}</p>
        ) : (
          <Descriptions
            bordered
            size="small"
            column={{ xs: 1, lg: 2 }}
            items={[
              { key: "at", label: t("accountOpened"), children: <TimeUs us={found.opening.opened_us} /> },
              { key: "customer", label: t("customer"), children: <ThingLink kind="customer" name={found.opening.customer} /> },
              { key: "branch", label: t("branch"), children: found.opening.branch || "—" },
              { key: "channel", label: t("channel"), children: <Told>{schema.value("event.channel", found.opening.channel) || "—"}</Told> },
              { key: "purpose", label: t("purpose"), children: <Told>{schema.value("event.open_purpose", found.opening.purpose) || "—"}</Told> },
              { key: "authoriser", label: t("authoriser"), children: found.opening.authoriser || "—" },
              { key: "operator", label: t("operator"), children: <span data-told="">{others(found.operator)}</span> },
              { key: "agent", label: t("agent"), children: <span data-told="">{others(found.agent)}</span> },
              { key: "days", label: t("daysAfter"), children: found.days_after_opening ?? "—" },
              { key: "for", label: t("openedForIt"), children: <YesNo value={found.is_opened_for_it} /> },
            ]}
          />
        )}
      </Part>
      <Part title={t("alertsBefore")}>
        <Rows
          label={t("alertsBefore")}
          rowKey={(row) => row.id}
          rows={found.alerts}
          columns={[
            { title: t("alert"), show: (row) => <AlertLink alert={row.id} /> },
            { title: t("severity"), show: (row) => <Severity severity={`S${row.severity}` as SeverityWord} /> },
            { title: t("group"), show: (row) => words.group(row.typology_group) },
            { title: t("state"), show: (row) => words.state(row.state) },
            { title: t("code"), show: (row) => (row.code ? words.code(row.code) : "—") },
            { title: t("automatic"), show: (row) => <YesNo value={row.is_automatic} /> },
            { title: t("decidedBy"), show: (row) => row.decided_by || "—" },
            { title: t("opened"), show: (row) => <TimeUs us={row.opened_us} /> },
          ]}
        />
      </Part>
      <Part title={t("controls")}>
        <Rows
          label={t("controls")}
          rowKey={(row) => row.id}
          rows={found.controls}
          columns={[
            { title: t("measure"), show: (row) => code("measure", row.measure) },
            { title: t("state"), show: (row) => code("control", row.state) },
            { title: t("authority"), show: (row) => code("authority", row.authority) },
            { title: t("asked"), show: (row) => <TimeUs us={row.asked_us} /> },
            { title: t("by"), show: (row) => row.asked_by },
            { title: t("until"), show: (row) => <TimeUs us={row.until_us} /> },
          ]}
        />
      </Part>
    </>
  );
}

export function CaseLookBack({ data, notes }: CaseTab) {
  const t = useWords(caseWords);
  const [filters, change] = useFilters();
  const account = filters.account ?? "";
  const [typed, setTyped] = useState(account);
  const picked = useRef(false);
  const query = useAsk(["lookback", data.id, account], (signal) => told(api.GET("/v1/cases/{case}/look_back", { params: { path: { case: data.id }, query: { account } }, signal })), { active: account !== "" });
  const choices = [...new Set([...data.accounts.map((row) => row.account), ...data.subjects.filter((row) => row.kind === "ACCOUNT").map((row) => row.name)])];
  return (
    <>
      <Part
        title={t("tabLookBack")}
        extra={
          notes &&
          account !== "" && (
            <DeedForm
              label={t("conclude")}
              primary
              done={t("saved")}
              touches={[["case", data.id], ["lookback", data.id, account]]}
              fields={[
                { name: "conclusion", label: t("conclusion"), kind: "area", required: true },
                { name: "unit", label: t("unit"), max: 100 },
                { name: "person", label: t("responsible"), max: 100 },
                { name: "measures", label: t("measuresTaken"), kind: "area" },
              ]}
              deed={(given) => told(api.POST("/v1/cases/{case}/look_back", { params: { path: { case: data.id } }, body: { ...asBody<"/v1/cases/{case}/look_back">(given), account } }))}
            />
          )
        }
      >
        <p style={{ marginTop: 0 }}>{t("lookBackText")}</p>
        <AutoComplete
          value={typed}
          onChange={setTyped}
          onSelect={(value: string) => {
            picked.current = true;
            change({ account: value });
          }}
          onKeyDown={(event) => {
            // The same key has chosen a suggestion before: what was typed is only its beginning.
            if (event.key === "Enter" && !picked.current) {
              change({ account: typed.trim() });
            }
            picked.current = false;
          }}
          options={choices.map((value) => ({ value }))}
          placeholder={t("chooseAccount")}
          aria-label={t("chooseAccount")}
          style={{ width: 320 }}
        />
      </Part>
      {account !== "" && query.isPending && <Spin />}
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      {account !== "" && query.data !== undefined && <FoundAccount found={query.data.look_back} />}
      <Part title={t("conclusions")}>
        <Rows
          label={t("conclusions")}
          rowKey={(row) => row.account}
          rows={data.look_backs}
          columns={[
            { title: t("account"), show: (row) => <span className="mono">{row.account}</span> },
            { title: t("conclusion"), show: (row) => <Told lines>{row.conclusion}</Told> },
            { title: t("unit"), show: (row) => <Told>{row.unit}</Told> },
            { title: t("responsible"), show: (row) => <Told>{row.person}</Told> },
            { title: t("measuresTaken"), show: (row) => <Told lines>{row.measures}</Told> },
            { title: t("by"), show: (row) => row.made_by },
            { title: t("at"), show: (row) => <TimeUs us={row.at_us} /> },
          ]}
        />
      </Part>
    </>
  );
}
