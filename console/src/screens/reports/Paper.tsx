// A paper of the server in a frame of its own: no scripts, no forms, nothing from elsewhere. It is asked for by its address and not by a blob:, since a blob: would be bound to the console's own policy, which knows nothing of the styles of a paper.
// First its figures are asked for as JSON: so what is refused is told here, and not by an empty frame.
import { DownloadOutlined, FilePdfOutlined } from "@ant-design/icons";
import { App, Button, Space, Spin } from "antd";
import { useState } from "react";

import { fetched, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { download } from "@/parts/csv";
import { useProblemText } from "@/parts/problems";
import { Failure } from "@/parts/States";
import { countText } from "@/parts/values";
import { reportWords } from "@/screens/reports/words";

export interface Asking {
  path: string; // /v1/cockpit/...
  query: Record<string, string | undefined>;
  name: string; // of the file, without an ending
}

export function addressOf({ path, query }: Asking, format: "html" | "pdf" | "json"): string {
  const search = new URLSearchParams({ format });
  Object.entries(query).forEach(([name, value]) => value !== undefined && value !== "" && search.set(name, value));
  return `${path}?${search.toString()}`;
}

export function Downloads({ asking }: { asking: Asking }) {
  const t = useWords(reportWords);
  const text = useProblemText();
  const { message, notification } = App.useApp();
  const [busy, setBusy] = useState<"pdf" | "json" | null>(null);
  async function take(format: "pdf" | "json") {
    setBusy(format);
    try {
      const answer = await fetched(addressOf(asking, format));
      download(`${asking.name}.${format}`, await answer.blob(), format === "pdf" ? "application/pdf" : "application/json");
      if (format === "pdf") {
        void message.success(t("downloaded"));
      }
    } catch (error) {
      const { title, todo } = text(error);
      notification.error({ message: title, description: todo, role: "alert" });
    } finally {
      setBusy(null);
    }
  }
  return (
    <Space>
      <Button icon={<FilePdfOutlined />} loading={busy === "pdf"} onClick={() => void take("pdf")}>
        {t("pdf")}
      </Button>
      <Button icon={<DownloadOutlined />} loading={busy === "json"} onClick={() => void take("json")}>
        {t("json")}
      </Button>
    </Space>
  );
}

export function Paper({ asking, title, version }: { asking: Asking; title: string; version: number }) {
  const t = useWords(reportWords);
  const { dark } = useSettings();
  const [opened] = useState(() => Date.now());
  const asked = useAsk(["paper", addressOf(asking, "json"), version, opened], async (signal) => (await (await fetched(addressOf(asking, "json"), { signal })).json()) as Schemas["CockpitPaper"], { staleMs: Infinity }); // who reads it stays where he is
  if (asked.data === undefined) {
    return asked.error === null ? <Spin /> : <Failure error={asked.error} onAgain={() => void asked.refetch()} />;
  }
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 6 }}>
      <span data-counted="">{t("count", { told: countText(asked.data.told), refused: countText(asked.data.refused) })}</span>
      <iframe
        key={`${addressOf(asking, "html")} ${version} ${asked.dataUpdatedAt}`}
        title={title}
        sandbox=""
        src={addressOf(asking, "html")}
        style={{ width: "100%", height: "72vh", minHeight: 420, border: "1px solid rgba(128,128,128,0.35)", borderRadius: 4, colorScheme: dark ? "dark" : "light" }}
      />
    </div>
  );
}
