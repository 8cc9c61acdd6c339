// Importing a CSV into a list: the file is read and checked here row by row, and then sent as a whole, which the server takes or refuses. Where two persons change the list all of it is one proposal.
import { FileTextOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal, Space, Table, type TableColumnsType, Upload } from "antd";
import { useState } from "react";
import { Link } from "react-router-dom";

import { fetched, Problem, type Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { csvForServer } from "@/parts/csv";
import { Mark } from "@/parts/Mark";
import { useProblemText } from "@/parts/problems";
import { countText, Time } from "@/parts/values";
import { checkImport, IMPORT_ROWS_MAX, type ImportRow, textOf } from "@/screens/data/importing";
import type { ListRow } from "@/screens/data/Lists";
import { entryTouches } from "@/screens/data/OneList";
import { dataWords } from "@/screens/data/words";

type Answer = Schemas["ListImport"];

export function Import({ list, onClose }: { list: ListRow; onClose: () => void }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const problem = useProblemText();
  const queries = useQueryClient();
  const [rows, setRows] = useState<ImportRow[] | null>(null);
  const [refused, setRefused] = useState<"missing" | "many" | null>(null);
  const [sending, setSending] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const bad = new Map(failure instanceof Problem ? failure.lines.map((line) => [line.line, line.fault]) : []); // by row, as the server counts lines
  const fine = (rows ?? []).filter((row) => row.fault === null && !bad.has(row.row));
  const parts = list.key.includes("|") || list.key.includes("+") ? list.key.split(/[|+]/).length : 1;

  async function read(file: File) {
    const checked = checkImport(textOf(await file.arrayBuffer()), parts, Date.now());
    setAnswer(null);
    setFailure(null);
    setRows(typeof checked === "string" ? null : checked);
    setRefused(typeof checked === "string" ? checked : null);
  }

  async function send() {
    setSending(true);
    setFailure(null);
    const body = csvForServer(
      ["key", "end", "reason"],
      fine.map((row) => [row.key, row.until ?? "", row.note]),
    );
    try {
      setAnswer((await (await fetched(`/v1/lists/${encodeURIComponent(list.list)}/import`, { method: "POST", headers: { "Content-Type": "text/csv" }, body })).json()) as Answer);
    } catch (error) {
      setFailure(error);
    }
    setSending(false);
    await Promise.all([...entryTouches(list.list), ["table", "proposals"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
  }

  const faultOf = (row: ImportRow) => {
    const told = bad.get(row.row);
    return row.fault !== null ? t(row.fault.word, { n: row.fault.n ?? 0 }) : told !== undefined ? t(`fault${told}`) : null;
  };
  const columns: TableColumnsType<ImportRow> = [
    { key: "row", title: t("row"), width: 70, align: "right", render: (_, row) => row.row },
    { key: "key", title: t("listKey"), render: (_, row) => <span className="mono" data-told="">{row.key}</span> },
    { key: "until", title: t("until"), width: 170, render: (_, row) => (row.until === null ? t("always") : <Time ms={row.until} />) },
    { key: "note", title: t("note"), ellipsis: true, render: (_, row) => <span data-told="">{row.note}</span> },
    { key: "check", title: t("check"), width: 190, render: (_, row) => <Mark kind={faultOf(row) === null ? "good" : "bad"}>{faultOf(row) ?? t("fine")}</Mark> },
  ];
  const said = failure === null ? null : problem(failure);
  const passed = answer === null ? 0 : answer.unchanged + answer.waiting;
  return (
    <Modal
      open
      width={960}
      title={<span data-told="">{t("importTitle", { list: both(list.title) })}</span>}
      maskClosable={false}
      onCancel={onClose}
      footer={
        <Space>
          <Button type="primary" loading={sending} disabled={rows === null || rows.length === 0 || fine.length < rows.length || answer !== null} onClick={() => void send()}>
            {t(list.four_eyes ? "propose" : "begin", { n: countText(fine.length) })}
          </Button>
          <Button onClick={onClose} disabled={sending}>
            {t("close")}
          </Button>
        </Space>
      }
    >
      <div style={{ display: "grid", gap: 10 }}>
        <span>
          {t("importHint", { max: countText(IMPORT_ROWS_MAX) })} {list.four_eyes && t("importTwo")}
        </span>
        <Upload
          accept=".csv,.txt,text/csv"
          showUploadList={false}
          disabled={sending}
          beforeUpload={(file) => {
            void read(file);
            return false;
          }}
        >
          <Button icon={<FileTextOutlined />} disabled={sending}>
            {t("chooseFile")}
          </Button>
        </Upload>
        {refused !== null && <Alert type="error" showIcon role="alert" message={t(refused === "missing" ? "noKeyColumn" : "tooManyRows", { max: countText(IMPORT_ROWS_MAX) })} />}
        {said !== null && <Alert type="error" showIcon role="alert" message={bad.size > 0 ? t("importRefused", { n: countText(bad.size) }) : said.title} description={bad.size > 0 ? undefined : said.todo} />}
        {answer !== null && (
          <Alert
            type="success"
            showIcon
            role="status"
            message={
              answer.proposal === null ? (
                t("imported", { n: countText(answer.taken), m: countText(passed) })
              ) : (
                <span>
                  {t("importedTwo", { n: countText(answer.taken), m: countText(passed), id: answer.proposal.proposal })} <Link to={`/proposals?one=${answer.proposal.proposal}`} style={{ textDecoration: "underline" }}>{t("showProposal")}</Link>
                </span>
              )
            }
          />
        )}
        {rows !== null && (
          <>
            <span role="status">{t("fineRows", { n: countText(fine.length), m: countText(rows.length - fine.length) })}</span>
            <Table<ImportRow> rowKey="row" columns={columns} dataSource={rows} size="small" pagination={{ defaultPageSize: 10, showSizeChanger: false }} />
          </>
        )}
      </div>
    </Modal>
  );
}
