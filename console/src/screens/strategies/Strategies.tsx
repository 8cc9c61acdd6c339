// All strategies in the order in which they are tried: whether they act, what they closed, how that was judged, and what they have earned.
import { Card, Table } from "antd";
import { Link } from "react-router-dom";

import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { CsvButton } from "@/parts/CsvButton";
import { Failure } from "@/parts/States";
import { countText, NOTHING, timeText } from "@/parts/values";
import { objectOf, useBreakers, useFiguresOf, useStrategies } from "@/screens/strategies/asking";
import { Earning, Overturn, StateMark } from "@/screens/strategies/Standing";
import { strategyWords } from "@/screens/strategies/words";

export default function Strategies() {
  const t = useWords(strategyWords);
  const both = useBoth();
  const { may } = useSession();
  const asked = useStrategies();
  const rows = asked.data?.strategies ?? [];
  const figures = useFiguresOf(
    rows.map((row) => row.strategy),
    may("figures:read"),
  );
  const breakers = useBreakers(may("figures:read"));
  return (
    <Card
      size="small"
      title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("title")}</h1>}
      extra={
        <CsvButton
          name="strategies"
          head={[t("strategy"), t("name"), t("state"), t("direction"), t("agreement"), t("closed30"), t("rate"), t("later"), t("breakers")]}
          rows={() =>
            rows.map((row) => {
              const its = row.closes ? figures[row.strategy] : undefined;
              return [`${row.strategy}@${row.version}`, both(row.name), t(row.mode === "ACTIVE" ? "active" : "shadow"), t(row.direction === "RELEASE" ? "release" : "protect"), row.compared === 0 ? null : row.agreed / row.compared, its?.automatic, its === undefined || its.looked_at === 0 ? null : its.overturn_rate, its?.later_positives, breakers === null ? null : (breakers[objectOf(row.hash)] ?? 0)];
            })
          }
        />
      }
    >
      {asked.error !== null && asked.data === undefined ? (
        <Failure error={asked.error} onAgain={() => void asked.refetch()} />
      ) : (
        <Table
          size="small"
          rowKey="strategy"
          loading={asked.isPending}
          dataSource={rows}
          pagination={false}
          scroll={{ x: "max-content" }}
          columns={[
            {
              key: "strategy",
              title: t("strategy"),
              fixed: "left",
              render: (_value, row) => (
                <>
                  <Link to={`/strategies/${row.strategy}`}>{both(row.name)}</Link>
                  <div className="mono">
                    {row.strategy} · {t("version", { n: row.version })}
                  </div>
                </>
              ),
            },
            {
              key: "state",
              title: t("state"),
              render: (_value, row) => (
                <>
                  <StateMark standing={row} />
                  <div className="number" style={{ fontSize: 12 }}>
                    {row.since !== null && t("since", { time: timeText(row.since) })}
                  </div>
                </>
              ),
            },
            { key: "direction", title: t("direction"), render: (_value, row) => t(row.direction === "RELEASE" ? "release" : "protect") },
            { key: "agreement", title: t("agreement"), render: (_value, row) => (row.closes ? <Earning standing={row} /> : t("noCloses")) },
            {
              key: "closed",
              title: t("closed30"),
              align: "right",
              render: (_value, row) => (row.closes && figures[row.strategy] !== undefined ? <Link to={`/alerts?strategy=${row.strategy}&open=false${figures[row.strategy]?.from == null ? "" : `&from=${figures[row.strategy]?.from}`}`}>{countText(figures[row.strategy]?.automatic)}</Link> : NOTHING),
            },
            { key: "overturn", title: t("overturn"), render: (_value, row) => (row.closes ? <Overturn figures={figures[row.strategy]} /> : NOTHING) },
            { key: "later", title: t("later"), align: "right", render: (_value, row) => (row.closes ? countText(figures[row.strategy]?.later_positives) : NOTHING) },
            { key: "breakers", title: t("breakers"), align: "right", render: (_value, row) => (breakers === null ? NOTHING : countText(breakers[objectOf(row.hash)] ?? 0)) },
          ]}
        />
      )}
    </Card>
  );
}
