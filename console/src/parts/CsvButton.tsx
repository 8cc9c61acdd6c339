// A table that came whole, as CSV: the rows that its filters leave.
import { DownloadOutlined } from "@ant-design/icons";
import { Button } from "antd";

import { defineWords, useWords } from "@/app/words";
import { type Cell, csvName, csvText, download } from "@/parts/csv";

const words = defineWords({
  csv: { zh: "导出 CSV", en: "CSV" },
});

export function CsvButton({ name, head, rows }: { name: string; head: string[]; rows: () => Cell[][] }) {
  const t = useWords(words);
  return (
    <Button size="small" icon={<DownloadOutlined />} onClick={() => download(csvName(name), csvText(head, rows()), "text/csv;charset=utf-8")}>
      {t("csv")}
    </Button>
  );
}
