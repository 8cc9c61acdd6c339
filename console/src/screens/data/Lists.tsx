// All lists of the bank: what their keys are, where they come from, how full they are. One of them is opened by its name.
import { Card, Checkbox, Input, Progress, Space, Table, type TableColumnsType, Typography } from "antd";
import { Link, useNavigate } from "react-router-dom";

import type { Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { CsvButton } from "@/parts/CsvButton";
import { Mark } from "@/parts/Mark";
import { Failure, Nothing } from "@/parts/States";
import { STICKY } from "@/parts/sticky";
import { countText } from "@/parts/values";
import { useLists } from "@/screens/data/asking";
import { useKeyText } from "@/screens/data/things";
import { dataWords } from "@/screens/data/words";

export type ListRow = Schemas["Lists"]["lists"][number];

export default function Lists() {
  const t = useWords(dataWords);
  const both = useBoth();
  const navigate = useNavigate();
  const [filters, change] = useFilters();
  const query = useLists(10_000);
  const keyText = useKeyText();
  const text = (filters.text ?? "").toLowerCase();
  const onlyFilled = filters.filled === "true";
  const rows = (query.data?.lists ?? []).filter(
    (row) => (!onlyFilled || row.entries > 0) && (text === "" || `${row.list} ${row.title.zh} ${row.title.en} ${row.source.zh} ${row.source.en} ${row.key}`.toLowerCase().includes(text)),
  );
  const columns: TableColumnsType<ListRow> = [
    {
      key: "list",
      title: t("list"),
      fixed: "left",
      render: (_, row) => (
        <div>
          <Link to={`/lists/${encodeURIComponent(row.list)}`}>
            <span data-told="">{both(row.title)}</span>
          </Link>
          <Typography.Text type="secondary" className="mono" style={{ display: "block" }}>
            {row.list}
          </Typography.Text>
        </div>
      ),
    },
    { key: "key", title: t("listKey"), render: (_, row) => <span data-told="">{keyText(row.key)}</span> },
    { key: "source", title: t("source"), render: (_, row) => <span data-told="">{both(row.source)}</span> },
    { key: "expiry", title: t("expiry"), render: (_, row) => <span data-told="">{both(row.expiry)}</span> },
    { key: "four_eyes", title: t("fourEyes"), render: (_, row) => (row.four_eyes ? <Mark kind="info">{t("fourEyes")}</Mark> : t("oneEnough")) },
    { key: "entries", title: t("entries"), align: "right", defaultSortOrder: "descend", sorter: (one, other) => one.entries - other.entries, render: (_, row) => countText(row.entries) },
    {
      key: "cap",
      title: t("cap"),
      width: 180,
      render: (_, row) => (
        <Space>
          <Progress percent={(row.entries / row.cap) * 100} showInfo={false} size={[80, 6]} aria-label={`${t("cap")}: ${row.entries} / ${row.cap}`} />
          <Typography.Text type="secondary" className="number">
            {countText(row.cap)}
          </Typography.Text>
        </Space>
      ),
    },
  ];
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("lists")}</h1>}>
      <Space wrap style={{ marginBottom: 8 }}>
        <Input.Search allowClear defaultValue={filters.text} placeholder={t("searchLists")} aria-label={t("searchLists")} onSearch={(value) => change({ text: value.trim() })} style={{ width: 300 }} />
        <Checkbox checked={onlyFilled} onChange={(event) => change({ filled: event.target.checked ? "true" : null })}>
          {t("onlyFilled")}
        </Checkbox>
        {query.data !== undefined && (
          <Typography.Text type="secondary">{t("listsFound", { n: countText(rows.length), m: countText(rows.reduce((sum, row) => sum + row.entries, 0)) })}</Typography.Text>
        )}
        <CsvButton
          name="lists"
          head={[t("list"), t("listTitle"), t("listKey"), t("source"), t("expiry"), t("fourEyes"), t("entries"), t("cap")]}
          rows={() => rows.map((row) => [row.list, both(row.title), keyText(row.key), both(row.source), both(row.expiry), t(row.four_eyes ? "fourEyes" : "oneEnough"), row.entries, row.cap])}
        />
      </Space>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      <Table<ListRow>
        rowKey="list"
        columns={columns}
        dataSource={rows}
        loading={query.isPending}
        pagination={false}
        sticky={STICKY}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: query.isPending || query.error !== null ? " " : <Nothing /> }}
        onRow={(row) => ({ onDoubleClick: () => navigate(`/lists/${encodeURIComponent(row.list)}`) })}
      />
    </Card>
  );
}
