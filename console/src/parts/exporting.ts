// A list of the server as a CSV file: page after page until it ends, with what came of it told. Used where not all rows are here.
import { App } from "antd";
import { useState } from "react";

import { defineWords, useWords } from "@/app/words";
import { type Cell, csvName, csvText, download } from "@/parts/csv";
import { useProblemText } from "@/parts/problems";
import { countText } from "@/parts/values";

const words = defineWords({
  exported: { zh: "已导出 {n} 条", en: "{n} rows exported" },
  notExported: { zh: "未能导出：{why}", en: "Nothing is exported: {why}" },
  cut: { zh: "只导出了前 {n} 条：请缩小筛选范围", en: "Only the first {n} rows: narrow the filters" },
});

const ROWS_MAX = 20_000;

export const CSV_PAGE = 200; // every list gives so many at once

interface Part<At> {
  rows: Cell[][];
  next: At | undefined; // where the next page begins; none: this was the last
}

export function useExport(): { exporting: boolean; exportAll: <At>(name: string, head: string[], page: (at: At | undefined) => Promise<Part<At>>) => Promise<void> } {
  const t = useWords(words);
  const { message, notification } = App.useApp();
  const problem = useProblemText();
  const [exporting, setExporting] = useState(false);
  async function exportAll<At>(name: string, head: string[], page: (at: At | undefined) => Promise<Part<At>>) {
    setExporting(true);
    const all: Cell[][] = [];
    let at: At | undefined;
    try {
      do {
        const part: Part<At> = await page(at);
        all.push(...part.rows);
        at = part.next;
      } while (at !== undefined && all.length < ROWS_MAX);
      download(csvName(name), csvText(head, all), "text/csv;charset=utf-8");
      void message.success(t(at === undefined ? "exported" : "cut", { n: countText(all.length) }));
    } catch (error) {
      const { title, todo } = problem(error);
      notification.error({ message: t("notExported", { why: title }), description: todo, duration: 8, role: "alert" });
    } finally {
      setExporting(false);
    }
  }
  return { exporting, exportAll };
}
