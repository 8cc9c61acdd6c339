// A table over a list of the server: page by page (`after`, `next`), filters in the address, views that are kept, CSV of all pages, and what stands there while it is empty, loading or refused.
//
//     <DataTable name="alerts" rowKey="alert" columns={columns} filters={filters}
//       load={(after, limit, signal) => told(api.GET("/v1/alerts", ...)).then((page) => ({ rows: page.alerts, next: page.next }))} />
import { DownloadOutlined, ReloadOutlined, SaveOutlined } from "@ant-design/icons";
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown, Input, Space, Table, type TableColumnsType, theme, Typography } from "antd";
import { type ReactNode, useMemo, useRef, useState } from "react";

import { mergeParts, type Shape, useOwn } from "@/app/own";
import { defineWords, useWords } from "@/app/words";
import type { Filters } from "@/parts/address";
import type { Cell } from "@/parts/csv";
import { CSV_PAGE, useExport } from "@/parts/exporting";
import { OwnState } from "@/parts/OwnState";
import { useReachable } from "@/parts/reach";
import { Failure, Nothing } from "@/parts/States";
import { STICKY } from "@/parts/sticky";
import { useUnsaved } from "@/parts/unsaved";
import { countText } from "@/parts/values";

const words = defineWords({
  more: { zh: "下一页", en: "More" },
  csv: { zh: "导出 CSV", en: "CSV" },
  reload: { zh: "刷新", en: "Refresh" },
  views: { zh: "视图", en: "Views" },
  keepView: { zh: "保存当前筛选", en: "Keep these filters" },
  viewName: { zh: "视图名称", en: "Name of the view" },
  save: { zh: "保存", en: "Keep" },
  dropView: { zh: "删除视图：{name}", en: "Drop the view {name}" },
  and: { zh: "、", en: ", " },
  shown: { zh: "已显示 {n} 条", en: "{n} shown" },
  shownMore: { zh: "已显示 {n} 条，还有更多", en: "{n} shown, there are more" },
  tickAll: { zh: "全选已显示", en: "Select all shown" },
  tick: { zh: "选择 {row}", en: "Select {row}" },
});

export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

export interface Column<Row> {
  key: string;
  title: string;
  show: (row: Row) => ReactNode;
  cell?: (row: Row) => Cell; // of the CSV; without it the column is left out there
  width?: number;
  align?: "left" | "right" | "center";
  fixed?: "left" | "right";
  ellipsis?: boolean;
}

interface Props<Row extends object> {
  name: string; // of the list: for the cache, kept views, the file
  rowKey: keyof Row & string;
  columns: Column<Row>[];
  filters?: Filters;
  onFilters?: (filters: Filters) => void; // a kept view was chosen
  load: (after: string | undefined, limit: number, signal: AbortSignal) => Promise<Page<Row>>;
  everyMs?: number; // asked for anew so often
  onOpen?: (row: Row) => void;
  selected?: (string | number)[];
  onSelect?: (keys: string[], rows: Row[]) => void;
  extra?: ReactNode;
  empty?: ReactNode;
  limit?: number;
  label: string;
}

const WIDE = { x: "max-content" } as const;

// Sets of filters by their names; of one table, for the person who is signed in.
type Views = Record<string, Filters>;

const VIEWS: Shape<Views> = { empty: {}, isEmpty: (views) => Object.keys(views).length === 0, merge: mergeParts };

function Views({ name, filters, onFilters }: { name: string; filters: Filters; onFilters: (filters: Filters) => void }) {
  const t = useWords(words);
  const { token } = theme.useToken();
  const former = useMemo(
    () => ({
      place: (who: string) => `views.${who}.${name}`,
      read: (kept: unknown) => Object.fromEntries((kept as { name: string; filters: Filters }[]).map((view) => [view.name, view.filters])),
    }),
    [name],
  );
  const own = useOwn("view", name, VIEWS, former);
  const views = own.value;
  const names = Object.keys(views);
  const [title, setTitle] = useState("");
  useUnsaved(!own.isKept && own.saving.state !== "saved");
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          ...names.map((view) => ({ key: `view ${view}`, label: view, onClick: () => onFilters(views[view]!) })),
          ...(names.length > 0 ? [{ type: "divider" as const }] : []),
          ...names.map((view) => ({ key: `drop ${view}`, danger: true, label: t("dropView", { name: view }), onClick: () => own.change(({ [view]: _dropped, ...others }) => others) })),
        ],
      }}
      popupRender={(menu) => (
        <div style={{ background: token.colorBgElevated, borderRadius: token.borderRadius, boxShadow: token.boxShadowSecondary }}>
          {names.length > 0 && menu}
          <Space.Compact style={{ padding: 8 }}>
            <Input size="small" value={title} maxLength={40} placeholder={t("viewName")} aria-label={t("viewName")} onChange={(event) => setTitle(event.target.value)} />
            <Button
              size="small"
              disabled={title.trim() === ""}
              onClick={() => {
                own.change((before) => ({ ...before, [title.trim()]: filters }));
                setTitle("");
              }}
            >
              {t("save")}
            </Button>
          </Space.Compact>
          <div style={{ maxWidth: 320, padding: "0 8px 8px" }}>
            <OwnState own={own} compared={(_theirs, both) => both.join(t("and"))} />
          </div>
        </div>
      )}
    >
      <Button size="small" icon={<SaveOutlined />} danger={own.saving.state === "differs" || own.saving.state === "failed"}>
        {t("views")}
      </Button>
    </Dropdown>
  );
}

export function DataTable<Row extends object>(props: Props<Row>) {
  const t = useWords(words);
  const { filters = {}, limit = 30 } = props;
  const { exporting, exportAll } = useExport();
  const queries = useQueryClient();
  const asked = infiniteQueryOptions({
    queryKey: ["table", props.name, filters],
    queryFn: ({ pageParam, signal }) => props.load(pageParam, limit, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<Row>) => page.next ?? undefined,
  });
  if (queries.getQueryState(asked.queryKey) === undefined) {
    void queries.prefetchInfiniteQuery(asked); // before the table is drawn, which takes longer than an answer
  }
  const query = useInfiniteQuery({ ...asked, placeholderData: keepPreviousData, refetchInterval: props.everyMs });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);

  function save() {
    const columns = props.columns.filter((column) => column.cell !== undefined);
    void exportAll<string>(
      props.name,
      columns.map((column) => column.title),
      async (after) => {
        const page = await props.load(after, CSV_PAGE, new AbortController().signal);
        return { rows: page.rows.map((row) => columns.map((column) => column.cell!(row))), next: page.next ?? undefined };
      },
    );
  }

  // Rows are many and dear to draw: they are drawn anew when something that they show has changed, and not with everything around them.
  const latest = useRef(props);
  latest.current = props;
  const { columns: shown, rowKey, selected, empty } = props;
  const [isOpened, isSelected] = [props.onOpen !== undefined, props.onSelect !== undefined];
  const [isLoading, isBare] = [query.isPending || query.isPlaceholderData, query.isPending || query.error !== null];
  const table = useMemo(() => {
    const columns: TableColumnsType<Row> = shown.map((column) => ({
      key: column.key,
      title: column.title,
      width: column.width,
      align: column.align,
      fixed: column.fixed,
      ellipsis: column.ellipsis,
      render: (_value, row) => column.show(row),
    }));
    return (
      <Table<Row>
        rowKey={rowKey}
        columns={columns}
        dataSource={rows}
        loading={isLoading}
        pagination={false}
        sticky={STICKY}
        scroll={WIDE}
        locale={{ emptyText: isBare ? " " : (empty ?? <Nothing />) }}
        rowSelection={
          isSelected
            ? {
                selectedRowKeys: selected ?? [],
                onChange: (keys, chosen) => latest.current.onSelect?.(keys.map(String), chosen),
                hideSelectAll: true, // the table measures its head with a copy, whose box would be reachable and hidden; the button below chooses all
                getCheckboxProps: (row) => ({ "aria-label": t("tick", { row: String(row[rowKey]) }) }) as object,
              }
            : undefined
        }
        onRow={isOpened ? (row) => ({ onDoubleClick: () => latest.current.onOpen?.(row) }) : undefined}
      />
    );
  }, [shown, rowKey, rows, selected, empty, isOpened, isSelected, isLoading, isBare, t]);
  const box = useReachable<HTMLElement>();
  return (
    <section ref={box} aria-label={props.label}>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      {table}
      <div style={{ display: "flex", alignItems: "center", gap: 8, padding: "8px 0" }}>
        <Typography.Text type="secondary">{t(query.hasNextPage ? "shownMore" : "shown", { n: countText(rows.length) })}</Typography.Text>
        {query.hasNextPage && (
          <Button size="small" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
            {t("more")}
          </Button>
        )}
        {props.onSelect && rows.length > 0 && (
          <Button size="small" onClick={() => props.onSelect!(rows.map((row) => String(row[props.rowKey])), rows)}>
            {t("tickAll")}
          </Button>
        )}
        <div style={{ flex: 1 }} />
        {props.extra}
        {props.onFilters && <Views name={props.name} filters={filters} onFilters={props.onFilters} />}
        <Button size="small" icon={<ReloadOutlined />} onClick={() => void query.refetch()} loading={query.isRefetching} aria-label={t("reload")} />
        <Button size="small" icon={<DownloadOutlined />} onClick={save} loading={exporting} disabled={rows.length === 0}>
          {t("csv")}
        </Button>
      </div>
    </section>
  );
}
