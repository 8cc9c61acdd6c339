// Where the money of a case went: as it is now, drawn; or as a picture that was kept, as tables.
import { Space, Select, Spin } from "antd";
import { useState } from "react";

import { api, Problem, told, type Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Part, Rows } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { useCode } from "@/parts/names";
import { Failure, Nothing } from "@/parts/States";
import { countText, moneyText } from "@/parts/values";
import { FigureLine, Hash, TimeUs } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { asBody } from "@/screens/cases/bodies";
import { FlowPicture } from "@/screens/graph/FlowPicture";
import { caseWords, referralWords } from "@/screens/cases/words";

type Flow = Schemas["Flow"]["flow"];

export function FlowTables({ flow }: { flow: Flow }) {
  const t = useWords(caseWords);
  const both = useBoth();
  const code = useCode();
  const name = new Map(flow.nodes.map((node) => [node.id, node.name]));
  if (flow.nodes.length === 0) {
    return <Nothing>{t("noFlow")}</Nothing>;
  }
  return (
    <>
      <Part title={t("nodesTitle")}>
        <Rows
          label={t("nodesTitle")}
          rowKey={(row) => row.id}
          rows={flow.nodes}
          columns={[
            { title: t("account"), show: (row) => <span data-told="" className="mono">{row.name}</span> },
            { title: t("kind"), show: (row) => code("place", row.place) },
            { title: t("layer"), right: true, show: (row) => row.forward?.layer ?? row.backward?.layer ?? "—" },
            { title: t("role"), show: (row) => both({ zh: (row.forward ?? row.backward)?.role_zh, en: (row.forward ?? row.backward)?.role_en }) || "—" },
            { title: t("received"), right: true, show: (row) => <span className="number">{moneyText((row.forward ?? row.backward)?.received)}</span> },
            { title: t("passedOn"), right: true, show: (row) => <span className="number">{moneyText((row.forward ?? row.backward)?.passed_on)}</span> },
            { title: t("customer"), show: (row) => row.customer || "—" },
          ]}
        />
      </Part>
      <Part title={t("edgesTitle")}>
        <Rows
          label={t("edgesTitle")}
          rowKey={(row) => `${row.from} ${row.to} ${row.layer}`}
          rows={flow.edges}
          columns={[
            { title: t("layer"), right: true, show: (row) => row.layer },
            { title: t("payer"), show: (row) => <span data-told="" className="mono">{name.get(row.from)}</span> },
            { title: t("payee"), show: (row) => <span data-told="" className="mono">{name.get(row.to)}</span> },
            { title: t("amount"), right: true, show: (row) => <span className="number">{moneyText(row.amount)}</span> },
            { title: t("transfers"), right: true, show: (row) => countText(row.movements) },
            { title: t("first"), show: (row) => <TimeUs us={row.first_us} /> },
            { title: t("last"), show: (row) => <TimeUs us={row.last_us} /> },
            { title: t("exit"), show: (row) => (row.is_exit ? <Mark kind="bad">{t("exit")}</Mark> : "") },
          ]}
        />
      </Part>
    </>
  );
}

export function CaseFlow({ data, writes }: CaseTab) {
  const t = useWords(caseWords);
  const r = useWords(referralWords);
  const [picture, setPicture] = useState<number>(0);
  const query = useAsk(["caseFlow", data.id, picture], async (signal) =>
    picture === 0
      ? told(api.GET("/v1/cases/{case}/flow", { params: { path: { case: data.id } }, signal }))
      : told(api.GET("/v1/cases/{case}/pictures/{picture}", { params: { path: { case: data.id, picture } }, signal })),
  );
  const flow = query.data?.flow;
  const sums = flow?.forward ?? flow?.backward;
  const isNothing = query.error instanceof Problem && query.error.code === "case_refused"; // the case has no money that can be followed
  const kept = data.pictures.find((one) => one.number === picture);
  return (
    <>
      <Part
        title={t("tabFlow")}
        extra={
          <Space wrap>
            <Select
              size="small"
              aria-label={t("picture")}
              value={picture}
              onChange={setPicture}
              style={{ minWidth: 220 }}
              options={[{ value: 0, label: t("now") }, ...data.pictures.map((one) => ({ value: one.number, label: `${t("picture")} ${one.number}` }))]}
            />
            {writes && (
              <DeedForm
                label={t("keepPicture")}
                done={t("saved")}
                touches={[["case", data.id], ["timeline", data.id]]}
                fields={[
                  { name: "layers", label: r("layers"), kind: "number", min: 1, max: 8 },
                  {
                    name: "direction",
                    label: r("direction"),
                    kind: "select",
                    options: [
                      { value: "forward", label: r("forward") },
                      { value: "backward", label: r("backward") },
                    ],
                  },
                ]}
                deed={(given) => told(api.POST("/v1/cases/{case}/pictures", { params: { path: { case: data.id } }, body: asBody<"/v1/cases/{case}/pictures">(given) }))}
                after={(answer) => setPicture(answer.picture)}
              />
            )}
          </Space>
        }
      >
        {kept !== undefined && (
          <p style={{ margin: "0 0 8px" }}>
            <TimeUs us={kept.made_us} /> {t("from", { who: kept.made_by })} SHA-256 <Hash hash={kept.sha256} whole />
          </p>
        )}
        {query.isPending && <Spin />}
        {isNothing && <Nothing>{t("noFlow")}</Nothing>}
        {query.error !== null && !isNothing && <Failure error={query.error} onAgain={() => void query.refetch()} />}
        {flow !== undefined && sums !== undefined && picture !== 0 && (
          <FigureLine
            title={t("traced")}
            figures={[
              { title: t("traced"), value: moneyText(sums.traced) },
              { title: t("stillHere"), value: moneyText(sums.still_here) },
              { title: t("outside"), value: moneyText(sums.outside) },
              { title: t("notFollowed"), value: moneyText(sums.not_followed) },
            ]}
          />
        )}
        {flow !== undefined && (picture === 0 ? <FlowPicture caseId={data.id} height={420} /> : <FlowTables flow={flow} />)}
      </Part>
      {data.pictures.length > 0 && (
        <Part title={t("pictures")}>
          <Rows
            label={t("pictures")}
            rowKey={(row) => row.number}
            rows={data.pictures}
            columns={[
              { title: t("picture"), show: (row) => row.number },
              { title: t("at"), show: (row) => <TimeUs us={row.made_us} /> },
              { title: t("by"), show: (row) => row.made_by },
              { title: t("traced"), right: true, show: (row) => <span className="number">{moneyText(row.traced)}</span> },
              { title: t("stillHere"), right: true, show: (row) => <span className="number">{moneyText(row.still_here)}</span> },
              { title: t("outside"), right: true, show: (row) => <span className="number">{moneyText(row.outside)}</span> },
              { title: t("sha"), show: (row) => <Hash hash={row.sha256} /> },
            ]}
          />
        </Part>
      )}
    </>
  );
}
