// Packs and what became of them, and going back from the one that decides.
import { RollbackOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Form, Input, Modal } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router-dom";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { type Column, DataTable } from "@/parts/DataTable";
import { unlessWritten } from "@/parts/dialogs";
import { Failure } from "@/parts/States";
import { Time, timeText } from "@/parts/values";
import { DECIDING, type Release, useReleases } from "@/screens/models/asks";
import { StateTag } from "@/screens/models/StatusTag";
import { modelWords, releaseWords } from "@/screens/models/words";

function RollBack({ now, onClose }: { now: Release; onClose: () => void }) {
  const t = useWords(releaseWords);
  const m = useWords(modelWords);
  const [form] = Form.useForm<{ note: string }>();
  const back = useDeed((note: string) => told(api.POST("/v1/releases/rollback", { body: { note } })), { done: t("done"), touches: [...DECIDING, ["table", "releases"]], after: onClose });
  return (
    <Modal open title={t("rollBack")} okText={m("do")} cancelText={m("cancel")} okButtonProps={{ danger: true }} confirmLoading={back.isPending} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false} onOk={() => form.submit()}>
      <Alert type="warning" showIcon style={{ marginBottom: 12 }} message={t("rollBackText", { now: now.name, was: now.before ?? "" })} />
      <Form form={form} layout="vertical" onFinish={({ note }) => back.mutate(note)}>
        <Form.Item name="note" label={t("note")} rules={[{ required: true, whitespace: true, message: m("noteNeeded") }]}>
          <Input.TextArea rows={3} maxLength={170} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

export default function Releases() {
  const t = useWords(releaseWords);
  const { may } = useSession();
  const navigate = useNavigate();
  const [goesBack, setGoesBack] = useState(false);
  const { data, error, refetch } = useReleases();
  const now = data?.releases.find((one) => one.state === "released");
  const by = (who: string | undefined, at: number | undefined) =>
    who === undefined ? null : (
      <>
        <span data-told="">{who}</span> <Time ms={at} />
      </>
    );
  const columns: Column<Release>[] = [
    { key: "name", title: t("release"), fixed: "left", show: (row) => <Link to={`/releases/${row.name}`} className="mono">{row.name}</Link>, cell: (row) => row.name },
    { key: "state", title: t("state"), show: (row) => <StateTag state={row.state} />, cell: (row) => t(row.state) },
    { key: "brought", title: t("brought"), show: (row) => <>{by(row.brought_by, row.brought_at)} {row.brought_by_person ? "" : t("system")}</>, cell: (row) => `${row.brought_by ?? ""} ${timeText(row.brought_at)}` },
    { key: "proposed", title: t("proposedBy"), show: (row) => by(row.proposed_by, row.proposed_at), cell: (row) => row.proposed_by },
    { key: "approved", title: t("judgedBy"), show: (row) => by(row.approved_by === "" ? undefined : row.approved_by, row.approved_at), cell: (row) => row.approved_by },
    { key: "released", title: t("releasedBy"), show: (row) => (row.released_at === undefined ? null : by(row.released_by ?? "", row.released_at)), cell: (row) => timeText(row.released_at) },
    { key: "tried", title: t("tried"), show: (row) => t(row.tried ? "triedYes" : "triedNo"), cell: (row) => row.tried },
    { key: "note", title: t("note"), show: (row) => <span data-told="">{row.note}</span>, cell: (row) => row.note },
  ];
  return (
    <Card
      size="small"
      title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("releases")}</h1>}
      extra={
        may("models:approve") &&
        now?.before !== undefined && (
          <Button danger icon={<RollbackOutlined />} onClick={() => setGoesBack(true)}>
            {t("rollBack")}
          </Button>
        )
      }
    >
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      {data?.frozen === true && <Alert type="warning" showIcon style={{ marginBottom: 8 }} message={t("frozen")} />}
      <DataTable<Release>
        name="releases"
        label={t("releases")}
        rowKey="name"
        columns={columns}
        everyMs={15_000}
        onOpen={(row) => navigate(`/releases/${row.name}`)}
        load={async (after, limit) => {
          const rows = (await told(api.GET("/v1/releases"))).releases;
          const from = Number(after ?? 0);
          return { rows: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null };
        }}
      />
      {goesBack && now !== undefined && <RollBack now={now} onClose={() => setGoesBack(false)} />}
    </Card>
  );
}
