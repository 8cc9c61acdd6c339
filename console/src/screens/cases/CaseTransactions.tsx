// Frozen transactions: copies that stay as they are, each with its hash, and the hash of the whole list. More are frozen from what is suggested; verifying hashes everything again.
import { Alert, App, Button, Drawer, Radio, Space } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Part, Rows } from "@/parts/ListPart";
import { useCode, useOptions } from "@/parts/names";
import { Failure, Nothing } from "@/parts/States";
import { countText, Money, moneyText, timeText } from "@/parts/values";
import { Hash, TimeUs } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

type Row = Schemas["CaseTransactions"]["transactions"][number];
type Suggestion = Schemas["Suggestions"]["transactions"][number];
type Copy = Pick<Suggestion, "sequence" | "part">;

function useFreezing(id: number, after: () => void) {
  const t = useWords(caseWords);
  const { message } = App.useApp();
  return useDeed((transactions: Copy[]) => told(api.POST("/v1/cases/{case}/transactions", { params: { path: { case: id } }, body: { transactions } })), {
    touches: [["case", id], ["table", `transactions-${id}`], ["suggestions", id], ["timeline", id], ["verification", id]],
    after: ({ added, there, count }) => {
      void message.success(t("frozenDone", { added: countText(added), there: countText(there), count: countText(count) }));
      after();
    },
  });
}

function Place({ kind, name }: { kind: string; name: string }) {
  const code = useCode();
  return (
    <span data-told="" className="mono">
      {name} <span style={{ opacity: 0.8 }}>{code("place", kind)}</span>
    </span>
  );
}

// What is suggested tells who paid whom how much, and which part it is of; who doesn't agree with the parts gives all that he chose another one.
function Suggestions({ id }: { id: number }) {
  const t = useWords(caseWords);
  const code = useCode();
  const options = useOptions();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<(string | number)[] | null>(null);
  const [part, setPart] = useState<string>("");
  const query = useAsk(["suggestions", id], (signal) => told(api.GET("/v1/cases/{case}/suggestions", { params: { path: { case: id }, query: { limit: 1000 } }, signal })), { active: open });
  const freezing = useFreezing(id, () => {
    setOpen(false);
    setChosen(null);
  });
  const rows = query.data?.transactions ?? [];
  const picked = chosen ?? rows.map((row) => row.sequence);
  return (
    <>
      <Button size="small" type="primary" onClick={() => setOpen(true)}>
        {t("freezeSuggested")}
      </Button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        title={t("suggestionsTitle")}
        width={960}
        footer={
          <Space wrap>
            <Radio.Group
              size="small"
              value={part}
              onChange={(event) => setPart(event.target.value as string)}
              options={[{ value: "", label: t("allParts") }, ...options("part")]}
              aria-label={t("part")}
            />
            <Button type="primary" loading={freezing.isPending} disabled={picked.length === 0} onClick={() => freezing.mutate(rows.filter((row) => picked.includes(row.sequence)).map((row) => ({ sequence: row.sequence, part: part === "" ? row.part : (part as Copy["part"]) })))}>
              {t("freeze")} {countText(picked.length)}
            </Button>
          </Space>
        }
      >
        <p style={{ marginTop: 0 }}>{t("suggestionsText")}</p>
        {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
        <Rows
          label={t("suggestionsTitle")}
          rowKey={(row) => row.sequence}
          rows={rows}
          loading={query.isPending}
          empty={t("noSuggestions")}
          selected={picked}
          onSelect={setChosen}
          pageSize={50}
          columns={[
            { title: t("time"), show: (row) => <TimeUs us={row.time_us} /> },
            { title: t("payer"), show: (row) => <Place kind={row.payer_place} name={row.payer} /> },
            { title: t("payee"), show: (row) => <Place kind={row.payee_place} name={row.payee} /> },
            { title: t("amount"), right: true, show: (row) => <Money fen={row.amount} /> },
            { title: t("part"), show: (row) => code("part", row.part) },
            { title: t("state"), show: (row) => code("movement", row.state) },
            { title: t("sequence"), show: (row) => <span className="number">{row.sequence}</span> },
          ]}
        />
      </Drawer>
    </>
  );
}

function Verification({ id }: { id: number }) {
  const t = useWords(caseWords);
  const [wanted, setWanted] = useState(false);
  // It hashes everything, so it is asked for by the button, and again only where more was frozen since.
  const verifying = useAsk(["verification", id], (signal) => told(api.GET("/v1/cases/{case}/verification", { params: { path: { case: id } }, signal })), { active: wanted, staleMs: Infinity });
  const found = wanted ? verifying.data : undefined;
  return (
    <>
      <Button
        size="small"
        loading={verifying.isFetching}
        onClick={() => {
          setWanted(true);
          void verifying.refetch();
        }}
      >
        {t("verify")}
      </Button>
      {wanted && verifying.error !== null && <Failure error={verifying.error} onAgain={() => void verifying.refetch()} />}
      {found !== undefined && verifying.error === null && (
        <Alert
          showIcon
          role="status"
          type={found.whole ? "success" : "error"}
          style={{ flexBasis: "100%" }}
          message={found.whole ? t("verifyWhole", { n: countText(found.verified) }) : t("verifyBroken")}
          description={found.problem === null ? undefined : <span data-told="">{found.problem}</span>}
        />
      )}
    </>
  );
}

export function CaseTransactions({ data, writes }: CaseTab) {
  const t = useWords(caseWords);
  const code = useCode();
  const options = useOptions();
  const touches = [["case", data.id], ["table", `transactions-${data.id}`], ["suggestions", data.id], ["timeline", data.id], ["verification", data.id]];
  const columns: Column<Row>[] = [
    { key: "number", title: "#", align: "right", show: (row) => row.number, cell: (row) => row.number },
    { key: "time", title: t("time"), show: (row) => <TimeUs us={row.time_us} />, cell: (row) => timeText(row.time_us / 1000) },
    { key: "part", title: t("part"), show: (row) => code("part", row.part), cell: (row) => code("part", row.part) },
    { key: "payer", title: t("payer"), show: (row) => <Place kind={row.payer_place} name={row.payer} />, cell: (row) => row.payer },
    { key: "payee", title: t("payee"), show: (row) => <Place kind={row.payee_place} name={row.payee} />, cell: (row) => row.payee },
    { key: "amount", title: t("amount"), align: "right", show: (row) => <Money fen={row.amount} />, cell: (row) => row.amount / 100 },
    { key: "state", title: t("state"), show: (row) => code("movement", row.state), cell: (row) => code("movement", row.state) },
    { key: "event", title: t("event"), show: (row) => <span className="mono">{row.event_id}</span>, cell: (row) => row.event_id },
    { key: "form", title: t("form"), show: (row) => code("form", row.form), cell: (row) => code("form", row.form) },
    { key: "sha256", title: t("sha"), show: (row) => <Hash hash={row.sha256} />, cell: (row) => row.sha256 },
  ];
  return (
    <>
      <Part
        title={t("tabTransactions")}
        extra={
          <>
            {writes && <Suggestions id={data.id} />}
            {writes && (
              <DeedForm
                label={t("freezeByHand")}
                touches={touches}
                done={t("saved")}
                start={{ part: "INVOLVED" }}
                fields={[
                  { name: "sequences", label: t("sequences"), kind: "tags", required: true },
                  { name: "part", label: t("part"), kind: "select", required: true, options: options("part") },
                ]}
                deed={({ sequences, part }) =>
                  told(
                    api.POST("/v1/cases/{case}/transactions", {
                      params: { path: { case: data.id } },
                      body: { transactions: (sequences as string[]).map((sequence) => ({ sequence: Number(sequence), part: part as Copy["part"] })) },
                    }),
                  )
                }
              />
            )}
            <Verification id={data.id} />
          </>
        }
      >
        {data.transactions.length > 0 && (
          <Space wrap size="large" style={{ marginBottom: 8 }}>
            {data.transactions.map((row) => (
              <span key={row.part}>
                {code("part", row.part)}: <b className="number">{countText(row.count)}</b> / <span className="number">{moneyText(row.amount)}</span>
              </span>
            ))}
          </Space>
        )}
        <DataTable<Row>
          name={`transactions-${data.id}`}
          label={t("tabTransactions")}
          rowKey="number"
          columns={columns}
          empty={<Nothing />}
          load={async (after, limit, signal) => {
            const page = await told(api.GET("/v1/cases/{case}/transactions", { params: { path: { case: data.id }, query: { after: after === undefined ? undefined : Number(after), limit } }, signal }));
            return { rows: page.transactions, next: page.next === null ? null : String(page.next) };
          }}
        />
      </Part>
      <Part title={t("freezes")}>
        <Rows
          label={t("freezes")}
          rowKey={(row) => row.sha256}
          rows={data.freezes}
          columns={[
            { title: t("at"), show: (row) => <TimeUs us={row.at_us} /> },
            { title: t("by"), show: (row) => row.made_by },
            { title: t("items"), right: true, show: (row) => countText(row.items) },
            { title: t("sha"), show: (row) => <Hash hash={row.sha256} whole /> },
          ]}
        />
      </Part>
    </>
  );
}
