// Importing a CSV into a list: the file is read here, each row is checked and shown, and then they are written one by one, each with its result.
import { DownloadOutlined, FileTextOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal, Progress, Space, Table, type TableColumnsType, Upload } from "antd";
import { useRef, useState } from "react";

import { api, Away, told } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { csvText, download } from "@/parts/csv";
import { Mark } from "@/parts/Mark";
import { useProblemText } from "@/parts/problems";
import { countText, Time, timeText } from "@/parts/values";
import { checkImport, IMPORT_ROWS_MAX, type ImportRow } from "@/screens/data/importing";
import type { ListRow } from "@/screens/data/Lists";
import { entryTouches } from "@/screens/data/OneList";
import { dataWords } from "@/screens/data/words";

const AT_ONCE = 4;

export function Import({ list, onClose }: { list: ListRow; onClose: () => void }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const problem = useProblemText();
  const queries = useQueryClient();
  const [rows, setRows] = useState<ImportRow[] | null>(null);
  const [refused, setRefused] = useState<"missing" | "many" | null>(null);
  const [results, setResults] = useState<Map<number, string | null>>(new Map()); // by row: null is written, a text is why not
  const [running, setRunning] = useState(false);
  const stopped = useRef(false);
  const fine = (rows ?? []).filter((row) => row.fault === null);
  const written = [...results.values()].filter((one) => one === null).length;
  const parts = list.key.includes("|") || list.key.includes("+") ? list.key.split(/[|+]/).length : 1;

  async function read(file: File) {
    const checked = checkImport(await file.text(), parts, Date.now());
    setResults(new Map());
    setRows(typeof checked === "string" ? null : checked);
    setRefused(typeof checked === "string" ? checked : null);
  }

  async function write() {
    setRunning(true);
    stopped.current = false;
    const waiting = fine.filter((row) => results.get(row.row) !== null);
    async function worker() {
      for (let row = waiting.shift(); row !== undefined && !stopped.current; row = waiting.shift()) {
        const { key, until, note } = row;
        const place = row.row;
        try {
          await told(api.PUT("/v1/lists/{list}/entries/{key}", { params: { path: { list: list.list, key } }, body: { note, until } }));
          setResults((before) => new Map(before).set(place, null));
        } catch (error) {
          const said = problem(error);
          setResults((before) => new Map(before).set(place, `${said.title} ${said.detail}`));
          stopped.current = stopped.current || error instanceof Away;
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    setRunning(false);
    await Promise.all(entryTouches(list.list).map((queryKey) => queries.invalidateQueries({ queryKey })));
  }

  const faultText = (row: ImportRow) => (row.fault === null ? t("fine") : t(row.fault.word, { n: row.fault.n ?? 0 }));
  const resultText = (row: ImportRow) => (row.fault !== null ? "" : !results.has(row.row) ? t("waiting") : (results.get(row.row) ?? t("written")));
  const columns: TableColumnsType<ImportRow> = [
    { key: "row", title: t("row"), width: 70, align: "right", render: (_, row) => row.row },
    { key: "key", title: t("listKey"), render: (_, row) => <span className="mono" data-told="">{row.key}</span> },
    { key: "until", title: t("until"), width: 170, render: (_, row) => (row.until === null ? t("always") : <Time ms={row.until} />) },
    { key: "note", title: t("note"), ellipsis: true, render: (_, row) => <span data-told="">{row.note}</span> },
    { key: "check", title: t("check"), width: 150, render: (_, row) => <Mark kind={row.fault === null ? "good" : "bad"}>{faultText(row)}</Mark> },
    { key: "result", title: t("result"), width: 160, render: (_, row) => <span data-told="">{resultText(row)}</span> },
  ];
  return (
    <Modal
      open
      width={960}
      title={<span data-told="">{t("importTitle", { list: both(list.title) })}</span>}
      maskClosable={false}
      onCancel={() => {
        stopped.current = true;
        onClose();
      }}
      footer={
        <Space>
          {results.size > 0 && !running && rows !== null && (
            <Button
              icon={<DownloadOutlined />}
              onClick={() =>
                download(
                  `${list.list}-import.csv`,
                  csvText(
                    ["row", "key", "until", "note", t("check"), t("result")],
                    rows.map((row) => [row.row, row.key, row.until === null ? "" : timeText(row.until), row.note, faultText(row), resultText(row)]),
                  ),
                  "text/csv;charset=utf-8",
                )
              }
            >
              {t("resultsCsv")}
            </Button>
          )}
          {running ? (
            <Button onClick={() => (stopped.current = true)}>{t("stop")}</Button>
          ) : (
            <Button type="primary" disabled={fine.length === written} onClick={() => void write()}>
              {t("begin", { n: countText(fine.length - written) })}
            </Button>
          )}
          <Button onClick={onClose} disabled={running}>
            {t("close")}
          </Button>
        </Space>
      }
    >
      <div style={{ display: "grid", gap: 10 }}>
        <span>{t("importHint", { max: countText(IMPORT_ROWS_MAX) })}</span>
        <Upload
          accept=".csv,.txt,text/csv"
          showUploadList={false}
          disabled={running}
          beforeUpload={(file) => {
            void read(file);
            return false;
          }}
        >
          <Button icon={<FileTextOutlined />} disabled={running}>
            {t("chooseFile")}
          </Button>
        </Upload>
        {refused !== null && <Alert type="error" showIcon role="alert" message={t(refused === "missing" ? "noKeyColumn" : "tooManyRows", { max: countText(IMPORT_ROWS_MAX) })} />}
        {rows !== null && (
          <>
            <span role="status">{t("fineRows", { n: countText(fine.length), m: countText(rows.length - fine.length) })}</span>
            {results.size > 0 && (
              <>
                <Progress percent={Math.round((results.size / Math.max(1, fine.length)) * 100)} status={running ? "active" : undefined} aria-label={t("result")} />
                {!running && <Alert type={written === results.size ? "success" : "warning"} showIcon message={t("imported", { n: countText(written), m: countText(results.size - written) })} />}
              </>
            )}
            <Table<ImportRow> rowKey="row" columns={columns} dataSource={rows} size="small" pagination={{ defaultPageSize: 10, showSizeChanger: false }} />
          </>
        )}
      </div>
    </Modal>
  );
}
