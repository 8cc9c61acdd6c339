// The work bench of one alert: why it is there, whom it is about, what has been done, and what may be done now.
import { Alert as Banner, Card, Result, Skeleton } from "antd";
import { useParams } from "react-router-dom";

import { Problem } from "@/api/client";
import { useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { Failure } from "@/parts/States";
import { PADDING } from "@/parts/sticky";
import { alertWords } from "@/screens/bench/alertWords";
import { Deeds } from "@/screens/bench/Deeds";
import { Evidence } from "@/screens/bench/Evidence";
import { Head } from "@/screens/bench/Head";
import { Held, Tasks } from "@/screens/bench/Held";
import { History } from "@/screens/bench/History";
import { Parties } from "@/screens/bench/Parties";
import { useAlert, useWays, type Whole } from "@/screens/bench/useAlert";

function Bench({ whole }: { whole: Whole }) {
  const t = useWords(alertWords);
  const ways = useWays(whole);
  const words = useDisposition();
  const { row } = whole;
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 12 }}>
      <Card size="small" style={{ position: "sticky", top: -PADDING, zIndex: 5 }}>
        <Head whole={whole} />
        <Deeds whole={whole} ways={ways} />
      </Card>
      {whole.blind && <Banner type="info" showIcon message={t("blind")} />}
      {row.approval === "ASKED" && !whole.blind && (
        <Banner
          type="warning"
          showIcon
          message={t("waitsForApproval", { who: row.decided_by ?? "", code: `${words.code(row.code)} ${row.code ?? ""}` })}
          description={row.note !== null && <span data-told="">{row.note}</span>}
        />
      )}
      <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) minmax(320px, 30%)", gap: 12, alignItems: "start" }}>
        <div style={{ display: "flex", flexDirection: "column", gap: 12, minWidth: 0 }}>
          <Evidence whole={whole} />
          <History key={row.alert} whole={whole} />
        </div>
        <div style={{ display: "flex", flexDirection: "column", gap: 12, minWidth: 0 }}>
          <Held whole={whole} />
          <Tasks whole={whole} ways={ways} />
          <Parties whole={whole} />
        </div>
      </div>
    </div>
  );
}

export default function AlertBench() {
  const t = useWords(alertWords);
  const alert = Number(useParams().alert);
  const { data, error, isPending, refetch } = useAlert(alert);
  if (error instanceof Problem && (error.status === 404 || error.status === 400)) {
    return <Result status="404" title={t("unknown")} />;
  }
  if (error !== null && data === undefined) {
    return <Failure error={error} onAgain={() => void refetch()} />;
  }
  if (isPending || data === undefined) {
    return (
      <Card size="small">
        <Skeleton active paragraph={{ rows: 10 }} />
      </Card>
    );
  }
  return <Bench whole={data} />;
}
