// A titled part of a screen, a table of rows that came whole with what they belong to, and both as one: a list with its heading and what may be added to it.
import { Table } from "antd";
import type { ReactNode } from "react";

import { useReachable } from "@/parts/reach";
import { Nothing } from "@/parts/States";

// A part of a screen: an h2, what may be done there, and its content.
export function Part({ title, extra, children }: { title: ReactNode; extra?: ReactNode; children: ReactNode }) {
  return (
    <section style={{ marginBottom: 16 }}>
      <div style={{ display: "flex", alignItems: "center", gap: 8, marginBottom: 6, flexWrap: "wrap" }}>
        <h2 style={{ fontSize: 14, margin: 0 }}>{title}</h2>
        <div style={{ flex: 1 }} />
        {extra}
      </div>
      {children}
    </section>
  );
}

export interface Shown<Row> {
  title: string;
  show: (row: Row) => ReactNode;
  right?: boolean;
  width?: number;
}

// Rows that came with their owner: no paging by the server; from 20 on they are turned here.
export function Rows<Row extends object>({ rows, columns, rowKey, empty, label, loading, selected, onSelect, pageSize = 20 }: { rows: Row[]; columns: Shown<Row>[]; rowKey: (row: Row) => string | number; empty?: ReactNode; label: string; loading?: boolean; selected?: (string | number)[]; onSelect?: (keys: (string | number)[]) => void; pageSize?: number }) {
  const box = useReachable<HTMLDivElement>();
  return (
    <div ref={box}>
      <Table<Row>
        aria-label={label}
        rowKey={rowKey}
        dataSource={rows}
        loading={loading}
        columns={columns.map((column, i) => ({ key: i, title: column.title, width: column.width, align: column.right ? "right" : undefined, render: (_value, row) => column.show(row) }))}
        pagination={rows.length > pageSize ? { pageSize, size: "small", showSizeChanger: false } : false}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Nothing>{empty}</Nothing> }}
        rowSelection={onSelect && { selectedRowKeys: selected, getCheckboxProps: (row) => ({ "aria-label": String(rowKey(row)) }) as object, onChange: (keys) => onSelect(keys as (string | number)[]) }}
      />
    </div>
  );
}

// Rows under their heading, with what may be done there beside it.
export function ListPart<Row extends object>({ title, extra, rows, rowKey, columns }: { title: string; extra?: ReactNode; rows: Row[]; rowKey: (row: Row) => string | number; columns: Shown<Row>[] }) {
  return (
    <Part title={title} extra={extra}>
      <Rows label={title} rowKey={rowKey} rows={rows} columns={columns} />
    </Part>
  );
}
