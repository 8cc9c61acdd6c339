// One list: whether a key is on it, adding and removing, importing, its entries as far as they can be told, and what people wanted of it. Where two persons change the list, what one wants becomes a
// proposal.
import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Alert, Breadcrumb, Button, Card, Checkbox, DatePicker, Descriptions, Form, Input, Modal, Popconfirm, Select, Skeleton, Space, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk, useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { unlessWritten } from "@/parts/dialogs";
import { Mark } from "@/parts/Mark";
import { meantMs } from "@/parts/moments";
import { Failure, Nothing } from "@/parts/States";
import { countText, Time, timeText } from "@/parts/values";
import { useLists } from "@/screens/data/asking";
import { Import } from "@/screens/data/Import";
import type { ListRow } from "@/screens/data/Lists";
import { useKeyText } from "@/screens/data/things";
import { dataWords } from "@/screens/data/words";

type Entry = Schemas["ListEntries"]["entries"][number] & { place: string };
type Change = Schemas["EntryChange"];
type Told = Schemas["Changed"] | Schemas["OneProposal"];

const PAGES_MAX = 20; // asked for in a row while they hold nothing

export function entryTouches(list: string) {
  return [["lists"], ["list", list], ["table", `list ${list}`], ["table", `changes of ${list}`], ["table", "proposals"]];
}

// What was wanted is done, or is proposed and can be seen there.
function Proposed({ id }: { id: number }) {
  const t = useWords(dataWords);
  return (
    <Alert
      type="info"
      showIcon
      role="status"
      message={
        <span>
          {t("proposedChange", { id })} <Link to={`/proposals?one=${id}`} style={{ textDecoration: "underline" }}>{t("showProposal")}</Link>
        </span>
      }
    />
  );
}

const proposalOf = (answer: Told) => ("proposal" in answer ? answer.proposal.proposal : null);

function ProposeRemoval({ list, name, onClose }: { list: ListRow; name: string; onClose: (proposal: number | null) => void }) {
  const t = useWords(dataWords);
  const [form] = Form.useForm<{ reason: string }>();
  const remove = useDeed(
    ({ reason }: { reason: string }): Promise<Told> => told(api.DELETE("/v1/lists/{list}/entries/{key}", { params: { path: { list: list.list, key: name }, query: { reason: reason.trim() } } })),
    { touches: entryTouches(list.list), after: (answer) => onClose(proposalOf(answer)) },
  );
  return (
    <Modal
      open
      title={<span data-told="">{t("removeTitle", { key: name })}</span>}
      okText={t("propose")}
      cancelText={t("cancel")}
      confirmLoading={remove.isPending}
      onOk={() => form.submit()}
      onCancel={unlessWritten(() => form.isFieldsTouched(), () => onClose(null))}
      maskClosable={false}
    >
      <Form form={form} layout="vertical" initialValues={{ reason: "" }} onFinish={(values) => remove.mutate(values)}>
        <Form.Item name="reason" label={t("note")} rules={[{ required: true, whitespace: true, message: t("noteNeeded") }]} extra={t("fourEyesHint")}>
          <Input.TextArea rows={3} maxLength={200} showCount autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Until({ ms }: { ms: number | null }) {
  const t = useWords(dataWords);
  return ms === null ? <>{t("always")}</> : <Time ms={ms} />;
}

function Found({ list, name, mayWrite, onProposed }: { list: ListRow; name: string; mayWrite: boolean; onProposed: (proposal: number) => void }) {
  const t = useWords(dataWords);
  const [removing, setRemoving] = useState(false);
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
    <>
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
        mayWrite &&
        (list.four_eyes ? (
          <Button danger size="small" onClick={() => setRemoving(true)}>
            {t("proposeRemove")}
          </Button>
        ) : (
          <Popconfirm title={t("removeAsk")} okText={t("remove")} cancelText={t("cancel")} onConfirm={() => remove.mutate(undefined)}>
            <Button danger size="small" loading={remove.isPending}>
              {t("remove")}
            </Button>
          </Popconfirm>
        ))
      }
    />
      {removing && (
        <ProposeRemoval
          list={list}
          name={name}
          onClose={(proposal) => {
            setRemoving(false);
            if (proposal !== null) {
              onProposed(proposal);
            }
          }}
        />
      )}
    </>
  );
}

function Add({ list, first, onClose }: { list: ListRow; first: string; onClose: (name: string | null, proposal: number | null) => void }) {
  const t = useWords(dataWords);
  const both = useBoth();
  const keyText = useKeyText();
  const [form] = Form.useForm<{ key: string; until: Dayjs | null; note: string }>();
  const add = useDeed(
    (values: { key: string; until: Dayjs | null; note: string }): Promise<Told> =>
      told(
        api.PUT("/v1/lists/{list}/entries/{key}", {
          params: { path: { list: list.list, key: values.key.trim() } },
          body: { note: values.note.trim(), until: values.until === null || values.until === undefined ? null : meantMs(values.until) },
        }),
      ),
    { done: list.four_eyes ? undefined : t("added"), touches: entryTouches(list.list), after: (answer, values) => onClose(values.key.trim(), proposalOf(answer)) },
  );
  return (
    <Modal
      open
      title={<span data-told="">{t("addTitle", { list: both(list.title) })}</span>}
      okText={t(list.four_eyes ? "propose" : "add")}
      cancelText={t("cancel")}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      onCancel={unlessWritten(() => form.isFieldsTouched(), () => onClose(null, null))}
      maskClosable={false}
    >
      {list.four_eyes && <Alert type="info" showIcon message={t("fourEyesHint")} style={{ marginBottom: 12 }} />}
      <Form form={form} layout="vertical" initialValues={{ key: first, until: null, note: "" }} onFinish={(values) => add.mutate(values)}>
        <Form.Item name="key" label={<span data-told="">{t("lookUpHint", { key: keyText(list.key) })}</span>} rules={[{ required: true, whitespace: true, message: t("keyNeeded") }]}>
          <Input maxLength={512} autoFocus />
        </Form.Item>
        <Form.Item name="until" label={t("until")} extra={<span data-told="">{`${t("noEnd")} · ${t("expiry")}: ${both(list.expiry)}`}</span>}>
          <DatePicker showTime style={{ width: "100%" }} disabledDate={(day) => day.isBefore(Date.now(), "day")} />
        </Form.Item>
        <Form.Item name="note" label={t("note")} rules={[{ required: true, whitespace: true, message: t("noteNeeded") }]}>
          <Input.TextArea rows={3} maxLength={1000} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}

// Which alerts have come of it: of models that an entry of the list makes hit.
function Hits({ list }: { list: ListRow }) {
  const t = useWords(dataWords);
  const query = useAsk(["list", list.list, "hits"], (signal) => told(api.GET("/v1/lists/{list}/hits", { params: { path: { list: list.list } }, signal })), { everyMs: 60_000 });
  if (query.error !== null) {
    return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  }
  if (query.data === undefined) {
    return <Skeleton active title={false} paragraph={{ rows: 2 }} />;
  }
  const hits = query.data;
  return (
    <>
      <Typography.Paragraph type="secondary">{t("hitsHint", { n: hits.watching })}</Typography.Paragraph>
      <Space wrap size="middle">
        <Link to={`/alerts?list=${encodeURIComponent(list.list)}&open=any`} style={{ textDecoration: "underline" }}>
          {t("hitsAlerts", { n: countText(hits.alerts) })}
        </Link>
        {hits.models.map((row) => (
          <span key={row.model}>
            <Link to={`/models/${encodeURIComponent(row.model)}`} className="mono">
              {row.model}
            </Link>{" "}
            {countText(row.alerts)}
          </span>
        ))}
      </Space>
    </>
  );
}

const ENDS_DAYS = [7, 30, 90];

function Entries({ list }: { list: ListRow }) {
  const t = useWords(dataWords);
  const [filters, change] = useFilters();
  const [isAway, setAway] = useState(false);
  const asked = { key: filters.of, note: filters.note, ends_within: filters.ends === undefined ? undefined : Number(filters.ends), held: filters.held === "true" ? true : undefined };
  const columns: Column<Entry>[] = [
    {
      key: "key",
      title: t("listKey"),
      show: (row) => (row.key === null ? <span>—</span> : <span className="mono" data-told="">{row.key}</span>),
      cell: (row) => row.key ?? "",
    },
    { key: "mark", title: t("mark"), show: (row) => <span className="mono">{row.mark}</span>, cell: (row) => row.mark },
    {
      key: "holds",
      title: t("holds"),
      show: (row) => <Mark kind={row.holds ? "info" : "plain"}>{t(row.holds ? "inForce" : "notInForce")}</Mark>,
      cell: (row) => t(row.holds ? "inForce" : "notInForce"),
    },
    { key: "from", title: t("from"), show: (row) => <Time ms={row.from} />, cell: (row) => timeText(row.from) },
    { key: "until", title: t("until"), show: (row) => <Until ms={row.until} />, cell: (row) => (row.until === null ? t("always") : timeText(row.until)) },
    { key: "note", title: t("note"), ellipsis: true, width: 240, show: (row) => <span data-told="">{row.note}</span>, cell: (row) => row.note },
    { key: "source", title: t("source"), show: (row) => <span data-told="">{row.source}</span>, cell: (row) => row.source },
    { key: "changed_by", title: t("changedBy"), show: (row) => <span data-told="">{row.changed_by ?? "—"}</span>, cell: (row) => row.changed_by ?? "" },
    { key: "second", title: t("second"), show: (row) => <span data-told="">{row.second ?? "—"}</span>, cell: (row) => row.second ?? "" },
  ];
  return (
    <>
      <Typography.Paragraph type="secondary">{t("entriesHint")}</Typography.Paragraph>
      <Space wrap style={{ marginBottom: 8 }}>
        <Input.Search key={`of ${filters.of ?? ""}`} allowClear defaultValue={filters.of} placeholder={t("filterKey")} aria-label={t("filterKey")} onSearch={(value) => change({ of: value.trim() })} style={{ width: 220 }} />
        <Input.Search key={`note ${filters.note ?? ""}`} allowClear defaultValue={filters.note} placeholder={t("filterNote")} aria-label={t("filterNote")} onSearch={(value) => change({ note: value.trim() })} style={{ width: 220 }} />
        <Select
          aria-label={t("endsWithin")}
          value={filters.ends ?? ""}
          onChange={(value) => change({ ends: value })}
          style={{ minWidth: 150 }}
          options={[{ value: "", label: t("anyEnd") }, ...ENDS_DAYS.map((days) => ({ value: String(days), label: t("endsDays", { n: days }) }))]}
        />
        <Checkbox checked={filters.held === "true"} onChange={(event) => change({ held: event.target.checked ? "true" : null })}>
          {t("onlyHeld")}
        </Checkbox>
      </Space>
      {isAway && <Alert type="warning" showIcon role="status" message={t("keysAway")} style={{ marginBottom: 8 }} />}
      <DataTable<Entry>
        name={`list ${list.list}`}
        label={t("entriesLabel")}
        rowKey="place"
        columns={columns}
        filters={{ of: filters.of ?? "", note: filters.note ?? "", ends: filters.ends ?? "", held: filters.held ?? "" }}
        load={async (after, limit, signal) => {
          let next = after === undefined ? 0 : Number(after);
          for (let pages = 0; ; pages++) {
            const place = next;
            const page = await told(api.GET("/v1/lists/{list}/entries", { params: { path: { list: list.list }, query: { ...asked, after: place, limit } }, signal }));
            setAway(page.keys === "AWAY");
            if (page.entries.length > 0 || page.next === null || pages === PAGES_MAX) {
              return { rows: page.entries.map((entry, index) => ({ ...entry, place: `${place} ${index}` })), next: page.next === null ? null : String(page.next) };
            }
            next = page.next;
          }
        }}
      />
    </>
  );
}

const changeKinds = { WAITING: "info", SENT: "info", DONE: "good", ENDED: "plain", REFUSED: "bad", REJECTED: "bad", WITHDRAWN: "plain", LAPSED: "plain" } as const;

function Changes({ list }: { list: ListRow }) {
  const t = useWords(dataWords);
  const columns: Column<Change>[] = [
    { key: "state", title: t("changeState"), show: (row) => <Mark kind={changeKinds[row.state]}>{t(`state${row.state}`)}</Mark>, cell: (row) => t(`state${row.state}`) },
    { key: "op", title: t("op"), show: (row) => t(`op${row.op}`), cell: (row) => t(`op${row.op}`) },
    { key: "key", title: t("listKey"), show: (row) => <span className="mono" data-told="">{row.key}</span>, cell: (row) => row.key },
    { key: "until", title: t("until"), show: (row) => (row.op === "REMOVE" ? <>—</> : <Until ms={row.until} />), cell: (row) => (row.op === "REMOVE" ? "" : row.until === null ? t("always") : timeText(row.until)) },
    { key: "reason", title: t("note"), ellipsis: true, width: 240, show: (row) => <span data-told="">{row.problem === null ? row.reason : `${row.reason} · ${row.problem}`}</span>, cell: (row) => row.reason },
    { key: "asked_by", title: t("askedBy"), show: (row) => <span data-told="">{row.asked_by}</span>, cell: (row) => row.asked_by },
    { key: "asked", title: t("wantedAt"), show: (row) => <Time ms={row.asked} />, cell: (row) => timeText(row.asked) },
    { key: "second", title: t("second"), show: (row) => <span data-told="">{row.second ?? "—"}</span>, cell: (row) => row.second ?? "" },
    {
      key: "proposal",
      title: t("proposalNumber"),
      align: "right",
      show: (row) => (row.proposal === null ? <>—</> : <Link to={`/proposals?one=${row.proposal}&state=any`}>{row.proposal}</Link>),
      cell: (row) => row.proposal,
    },
  ];
  return (
    <>
      <Typography.Paragraph type="secondary">{t("changesHint")}</Typography.Paragraph>
      <DataTable<Change>
        name={`changes of ${list.list}`}
        label={t("changesLabel")}
        rowKey="change"
        columns={columns}
        everyMs={10_000}
        load={async (after, limit, signal) => {
          const page = await told(api.GET("/v1/lists/{list}/changes", { params: { path: { list: list.list }, query: { after: after === undefined ? undefined : Number(after), limit } }, signal }));
          return { rows: page.changes, next: page.next === null ? null : String(page.next) };
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
  const [proposed, setProposed] = useState<number | null>(null);
  const keyText = useKeyText();
  const [importing, setImporting] = useState(false);
  const query = useLists();
  if (query.error !== null && query.data === undefined) {
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
            { key: "source", label: t("source"), children: <span data-told="">{both(list.source)}</span> },
            { key: "expiry", label: t("expiry"), children: <span data-told="">{both(list.expiry)}</span> },
            { key: "entries", label: t("entries"), children: `${countText(list.entries)} / ${countText(list.cap)}` },
            { key: "four_eyes", label: t("fourEyes"), children: t(list.four_eyes ? "fourEyesHint" : "oneEnough") },
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
          {filters.key !== undefined && <Found list={list} name={filters.key} mayWrite={mayWrite} onProposed={setProposed} />}
          {proposed !== null && <Proposed id={proposed} />}
        </div>
      </Card>
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("entriesLabel")}</h2>}>
        <Entries list={list} />
      </Card>
      {may("alerts:read") && (
        <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("hitsLabel")}</h2>}>
          <Hits list={list} />
        </Card>
      )}
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("changesLabel")}</h2>}>
        <Changes list={list} />
      </Card>
      {adding && (
        <Add
          list={list}
          first={filters.key ?? ""}
          onClose={(added, proposal) => {
            setAdding(false);
            setProposed(proposal);
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
