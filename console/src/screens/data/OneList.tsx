// One list: whether a key is on it, adding and removing, importing, and its entries as far as they can be told.
import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Alert, Breadcrumb, Button, Card, DatePicker, Descriptions, Form, Input, Modal, Popconfirm, Space, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { Mark } from "@/parts/Mark";
import { Failure, Nothing } from "@/parts/States";
import { countText, Time, timeText } from "@/parts/values";
import { useLists } from "@/screens/data/asking";
import { Import } from "@/screens/data/Import";
import type { ListRow } from "@/screens/data/Lists";
import { useKeyText } from "@/screens/data/things";
import { dataWords } from "@/screens/data/words";

type Entry = Schemas["ListEntries"]["entries"][number] & { place: string };

const PAGES_MAX = 20; // asked for in a row while they hold nothing

export function entryTouches(list: string) {
  return [["lists"], ["list", list], ["table", `list ${list}`]];
}

function Until({ ms }: { ms: number | null }) {
  const t = useWords(dataWords);
  return ms === null ? <>{t("always")}</> : <Time ms={ms} />;
}

function Found({ list, name, mayWrite }: { list: ListRow; name: string; mayWrite: boolean }) {
  const t = useWords(dataWords);
  const query = useAsk(["list", list.list, "entry", name], (signal) => told(api.GET("/v1/lists/{list}/entries/{key}", { params: { path: { list: list.list, key: name } }, signal })));
  const remove = useDeed(() => told(api.DELETE("/v1/lists/{list}/entries/{key}", { params: { path: { list: list.list, key: name } } })), { done: t("removed"), touches: entryTouches(list.list) });
  if (query.error !== null) {
    return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  }
  if (query.data === undefined) {
    return null;
  }
  const entry = query.data;
  return (
    <Alert
      type={entry.listed ? "warning" : "success"}
      showIcon
      role="status"
      message={
        <span>
          <span className="mono" data-told="">
            {name}
          </span>{" "}
          {t(entry.listed ? "isListed" : "isNotListed")}
        </span>
      }
      description={
        entry.listed && (
          <Space size="large" wrap>
            <span>
              {t("from")} <Time ms={entry.from} />
            </span>
            <span>
              {t("until")} <Until ms={entry.until} />
            </span>
            <span>
              {t("source")} <span data-told="">{entry.source === "" ? "—" : entry.source}</span>
            </span>
            <span>
              {t("note")} <span data-told="">{entry.note === "" ? "—" : entry.note}</span>
            </span>
          </Space>
        )
      }
      action={
        entry.listed &&
        mayWrite && (
          <Popconfirm title={t("removeAsk")} okText={t("remove")} cancelText={t("cancel")} onConfirm={() => remove.mutate(undefined)}>
            <Button danger size="small" loading={remove.isPending}>
              {t("remove")}
            </Button>
          </Popconfirm>
        )
      }
    />
  );
}

function Add({ list, first, onClose }: { list: ListRow; first: string; onClose: (name: string | null) => void }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const keyText = useKeyText();
  const [form] = Form.useForm<{ key: string; until: Dayjs | null; note: string }>();
  const add = useDeed(
    (values: { key: string; until: Dayjs | null; note: string }) =>
      told(
        api.PUT("/v1/lists/{list}/entries/{key}", {
          params: { path: { list: list.list, key: values.key.trim() } },
          body: { note: values.note.trim(), until: values.until === null || values.until === undefined ? null : values.until.valueOf() },
        }),
      ),
    { done: t("added"), touches: entryTouches(list.list), after: (_told, values) => onClose(values.key.trim()) },
  );
  return (
    <Modal
      open
      title={<span data-told="">{t("addTitle", { list: both(list.title) })}</span>}
      okText={t("add")}
      cancelText={t("cancel")}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      onCancel={() => onClose(null)}
    >
      <Form form={form} layout="vertical" initialValues={{ key: first, until: null, note: "" }} onFinish={(values) => add.mutate(values)}>
        <Form.Item name="key" label={<span data-told="">{t("lookUpHint", { key: keyText(list.key) })}</span>} rules={[{ required: true, whitespace: true, message: t("keyNeeded") }]}>
          <Input maxLength={512} autoFocus />
        </Form.Item>
        <Form.Item name="until" label={t("until")} extra={<span data-told="">{`${t("noEnd")} · ${t("expiry")}: ${list.expiry}`}</span>}>
          <DatePicker showTime style={{ width: "100%" }} disabledDate={(day) => day.isBefore(Date.now(), "day")} />
        </Form.Item>
        <Form.Item name="note" label={t("note")} rules={[{ required: true, whitespace: true, message: t("noteNeeded") }]}>
          <Input.TextArea rows={3} maxLength={1000} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Entries({ list }: { list: ListRow }) {
  const t = useWords(dataWords);
  const columns: Column<Entry>[] = [
    { key: "mark", title: t("mark"), show: (row) => <span className="mono">{row.mark}</span>, cell: (row) => row.mark },
    {
      key: "holds",
      title: t("holds"),
      show: (row) => <Mark kind={row.holds ? "info" : "plain"}>{t(row.holds ? "inForce" : "notInForce")}</Mark>,
      cell: (row) => t(row.holds ? "inForce" : "notInForce"),
    },
    { key: "from", title: t("from"), show: (row) => <Time ms={row.from} />, cell: (row) => timeText(row.from) },
    { key: "until", title: t("until"), show: (row) => <Until ms={row.until} />, cell: (row) => (row.until === null ? t("always") : timeText(row.until)) },
    { key: "source", title: t("source"), show: (row) => <span data-told="">{row.source}</span>, cell: (row) => row.source },
    { key: "note", title: t("note"), show: (row) => <span data-told="">{row.note}</span>, cell: (row) => row.note },
  ];
  return (
    <>
      <Typography.Paragraph type="secondary">{t("entriesHint")}</Typography.Paragraph>
      <DataTable<Entry>
        name={`list ${list.list}`}
        label={t("entriesLabel")}
        rowKey="place"
        columns={columns}
        load={async (after, limit, signal) => {
          let next = after === undefined ? 0 : Number(after);
          for (let pages = 0; ; pages++) {
            const asked = next;
            const page = await told(api.GET("/v1/lists/{list}/entries", { params: { path: { list: list.list }, query: { after: asked, limit } }, signal }));
            if (page.entries.length > 0 || page.next === null || pages === PAGES_MAX) {
              return { rows: page.entries.map((entry, index) => ({ ...entry, place: `${asked} ${index}` })), next: page.next === null ? null : String(page.next) };
            }
            next = page.next;
          }
        }}
      />
    </>
  );
}

export default function OneList() {
  const t = useWords(dataWords);
  const both = useBoth();
  const { may } = useSession();
  const { list: name = "" } = useParams();
  const [filters, change] = useFilters();
  const [adding, setAdding] = useState(false);
  const keyText = useKeyText();
  const [importing, setImporting] = useState(false);
  const query = useLists();
  if (query.error !== null) {
    return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  }
  const list = query.data?.lists.find((one) => one.list === name);
  if (query.data === undefined) {
    return <Card loading />;
  }
  if (list === undefined) {
    return <Nothing>{t("listNotThere")}</Nothing>;
  }
  const mayWrite = may("knowledge:write");
  return (
    <div style={{ display: "grid", gap: 12 }}>
      <Breadcrumb items={[{ title: <Link to="/lists">{t("allLists")}</Link> }, { title: <span data-told="">{both(list.title)}</span> }]} />
      <Card
        size="small"
        title={
          <h1 style={{ fontSize: 16, margin: 0 }}>
            <span data-told="">{both(list.title)}</span> <span className="mono">{list.list}</span>
          </h1>
        }
        extra={
          mayWrite && (
            <Space>
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
                {t("add")}
              </Button>
              <Button icon={<UploadOutlined />} onClick={() => setImporting(true)}>
                {t("importCsv")}
              </Button>
            </Space>
          )
        }
      >
        <Descriptions
          size="small"
          column={{ xs: 1, md: 2, xl: 4 }}
          items={[
            { key: "key", label: t("listKey"), children: <span data-told="">{keyText(list.key)}</span> },
            { key: "source", label: t("source"), children: <span data-told="">{list.source}</span> },
            { key: "expiry", label: t("expiry"), children: <span data-told="">{list.expiry}</span> },
            { key: "entries", label: t("entries"), children: `${countText(list.entries)} / ${countText(list.cap)}` },
          ]}
        />
        <div style={{ display: "grid", gap: 8, marginTop: 8, maxWidth: 900 }}>
          <Input.Search
            key={filters.key ?? ""}
            allowClear
            enterButton={t("lookUp")}
            defaultValue={filters.key}
            placeholder={t("lookUpHint", { key: keyText(list.key) })}
            aria-label={t("lookUp")}
            onSearch={(value) => change({ key: value.trim() })}
          />
          {filters.key !== undefined && <Found list={list} name={filters.key} mayWrite={mayWrite} />}
        </div>
      </Card>
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("entriesLabel")}</h2>}>
        <Entries list={list} />
      </Card>
      {adding && (
        <Add
          list={list}
          first={filters.key ?? ""}
          onClose={(added) => {
            setAdding(false);
            if (added !== null) {
              change({ key: added });
            }
          }}
        />
      )}
      {importing && <Import list={list} onClose={() => setImporting(false)} />}
    </div>
  );
}
