// What everybody meets, as people registered it: nothing is led over it.
import { Button, DatePicker, Form, Input, Modal, Select, Space, Table, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { Failure, Nothing } from "@/parts/States";
import { Time } from "@/parts/values";
import { gangWords } from "@/screens/graph/gangWords";
import { KindName } from "@/screens/graph/GraphFrame";
import { Wide } from "@/screens/graph/Wide";
import { isNodeKind, NODE_KINDS, type NodeKind, nodeWords } from "@/screens/graph/words";

type Hub = Schemas["Hubs"]["hubs"][number];
type HubKind = Exclude<NodeKind, "CASH">;

const KINDS = NODE_KINDS.filter((kind): kind is HubKind => kind !== "CASH");

function isHubKind(kind: string): kind is HubKind {
  return isNodeKind(kind) && kind !== "CASH";
}

interface Wanted {
  kind: HubKind;
  name: string;
  reason: string;
  until: Dayjs;
}

function AddHub({ onClose }: { onClose: () => void }) {
  const t = useWords(gangWords);
  const kind = useWords(nodeWords);
  const deed = useDeed((wanted: Wanted) => told(api.POST("/v1/hubs", { body: { kind: wanted.kind, name: wanted.name.trim(), reason: wanted.reason.trim(), until: wanted.until.endOf("day").valueOf() } })), {
    done: t("registered"),
    touches: [["hubs"]],
    after: onClose,
  });
  return (
    <Modal open title={t("addHub")} footer={null} onCancel={onClose} width={460}>
      <Form layout="vertical" initialValues={{ kind: "ACCOUNT", until: dayjs().add(1, "year") }} onFinish={(values: Wanted) => deed.mutate(values)}>
        <Form.Item label={t("kind")} name="kind">
          <Select options={KINDS.map((value) => ({ value, label: kind(value) }))} />
        </Form.Item>
        <Form.Item label={t("name")} name="name" rules={[{ required: true, whitespace: true, message: t("needed") }]}>
          <Input maxLength={128} />
        </Form.Item>
        <Form.Item label={t("reason")} name="reason" rules={[{ required: true, whitespace: true, message: t("needed") }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item label={t("untilDay")} name="until" rules={[{ required: true, message: t("needed") }]}>
          <DatePicker minDate={dayjs()} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={deed.isPending}>
          {t("addHub")}
        </Button>
      </Form>
    </Modal>
  );
}

function TakeBack({ hub, onClose }: { hub: Hub; onClose: () => void }) {
  const t = useWords(gangWords);
  const deed = useDeed((reason: string) => told(api.POST("/v1/hubs", { body: { kind: hub.kind as HubKind, name: hub.name, reason } })), { done: t("takenBack"), touches: [["hubs"]], after: onClose });
  return (
    <Modal open title={t("takeBack")} footer={null} onCancel={onClose} width={420}>
      <Form layout="vertical" onFinish={({ reason }: { reason: string }) => deed.mutate(reason.trim())}>
        <Form.Item label={t("takeBackAsk")} name="reason" rules={[{ required: true, whitespace: true, message: t("needed") }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={deed.isPending}>
          {t("takeBack")}
        </Button>
      </Form>
    </Modal>
  );
}

export function Hubs() {
  const t = useWords(gangWords);
  const { may } = useSession();
  const { data, error, isPending, refetch } = useAsk(["hubs"], (signal) => told(api.GET("/v1/hubs", { signal })));
  const [adding, setAdding] = useState(false);
  const [taking, setTaking] = useState<Hub | null>(null);
  const mayChange = may("cases:write");
  return (
    <section aria-label={t("hubs")}>
      <Space style={{ display: "flex", justifyContent: "space-between", marginBottom: 8 }} align="start">
        <Typography.Text type="secondary">{t("hubsText")}</Typography.Text>
        {mayChange && (
          <Button type="primary" onClick={() => setAdding(true)}>
            {t("addHub")}
          </Button>
        )}
      </Space>
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      <Wide label={t("hubs")}>
        <Table<Hub>
          rowKey={(hub) => `${hub.kind} ${hub.name}`}
          size="small"
          loading={isPending}
          dataSource={data?.hubs ?? []}
          pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{ emptyText: isPending || error !== null ? " " : <Nothing /> }}
          columns={[
            { key: "kind", title: t("kind"), render: (_value, hub) => (isHubKind(hub.kind) ? <KindName kind={hub.kind} /> : hub.kind) },
            { key: "name", title: t("name"), render: (_value, hub) => <span className="mono" data-told="">{hub.name}</span> },
            { key: "reason", title: t("reason"), render: (_value, hub) => <span data-told="">{hub.reason}</span> },
            { key: "until", title: t("untilDay"), render: (_value, hub) => <Time ms={hub.until_us / 1000} form="day" /> },
            { key: "by", title: t("addedBy"), render: (_value, hub) => hub.added_by },
            { key: "added", title: t("added"), render: (_value, hub) => <Time ms={hub.added_us / 1000} /> },
            ...(mayChange && may("personal:read")
              ? [
                  {
                    key: "deeds",
                    title: t("deeds"),
                    render: (_value: unknown, hub: Hub) => (
                      <Button size="small" onClick={() => setTaking(hub)} aria-label={`${t("takeBack")} ${hub.name}`}>
                        {t("takeBack")}
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </Wide>
      {adding && <AddHub onClose={() => setAdding(false)} />}
      {taking !== null && <TakeBack hub={taking} onClose={() => setTaking(null)} />}
    </section>
  );
}
