// All figures that there are, and what each of them is.
import { Card, Input, Table } from "antd";
import { useState } from "react";
import { Link } from "react-router-dom";

import { useBoth, useWords } from "@/app/words";
import { Failure, Nothing } from "@/parts/States";
import { type Definition, useDefinitions } from "@/screens/cockpit/asking";
import { cockpitWords } from "@/screens/cockpit/words";

export default function Figures() {
  const t = useWords(cockpitWords);
  const both = useBoth();
  const asked = useDefinitions();
  const [wanted, setWanted] = useState("");
  const text = (one: Definition) => `${one.figure} ${one.zh} ${one.en} ${one.definition_zh} ${one.definition_en}`.toLowerCase();
  const rows = (asked.data?.figures ?? []).filter((one) => text(one).includes(wanted.trim().toLowerCase()));
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("figures")}</h1>} extra={<Link to="/cockpit">{t("back")}</Link>}>
      <Input.Search allowClear placeholder={t("find")} aria-label={t("find")} value={wanted} onChange={(event) => setWanted(event.target.value)} style={{ width: 320, marginBottom: 8 }} />
      {asked.error !== null ? (
        <Failure error={asked.error} onAgain={() => void asked.refetch()} />
      ) : (
        <Table
          size="small"
          rowKey="figure"
          loading={asked.isPending}
          dataSource={rows}
          pagination={false}
          locale={{ emptyText: <Nothing>{t("noneFound")}</Nothing> }}
          columns={[
            { key: "figure", title: t("figure"), width: 220, render: (_value, row) => <Link to={`/cockpit/figures/${row.figure}?span=today`}>{both(row)}</Link> },
            { key: "unit", title: t("unitOf"), width: 80, render: (_value, row) => both({ zh: row.unit_zh, en: row.unit_en }) },
            { key: "definition", title: t("definition"), render: (_value, row) => both({ zh: row.definition_zh, en: row.definition_en }) },
            { key: "once", title: t("once"), width: 300, render: (_value, row) => both({ zh: row.once_zh, en: row.once_en }) },
          ]}
        />
      )}
    </Card>
  );
}
