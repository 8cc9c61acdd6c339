// What is asked before a way is looked for, and before nodes become subjects of a case.
import { Alert, App, Button, Form, Input, InputNumber, Modal, Radio, Select, Space } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router-dom";

import { api, told } from "@/api/client";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { codes } from "@/parts/names";
import { CasePick } from "@/screens/cases/CasePick";
import { exploreWords } from "@/screens/graph/exploreWords";
import type { WalkNode } from "@/screens/graph/walk";
import { BEGINNINGS, type End, type NodeKind, nodeWords } from "@/screens/graph/words";
import { NodeName } from "@/screens/graph/WalkTables";

export function FindWay({ from, to, busy, onFind, onClose }: { from?: End; to?: End; busy: boolean; onFind: (from: End, to: End, hops: number) => void; onClose: () => void }) {
  const t = useWords(exploreWords);
  const kind = useWords(nodeWords);
  const kinds = BEGINNINGS.map((value) => ({ value, label: kind(value) }));
  const end = (which: "from" | "to") => (
    <Form.Item label={t(which)} required>
      <Space.Compact style={{ width: "100%" }}>
        <Form.Item name={[which, "kind"]} noStyle>
          <Select options={kinds} aria-label={`${t(which)} ${t("kind")}`} style={{ width: 130 }} />
        </Form.Item>
        <Form.Item name={[which, "name"]} noStyle rules={[{ required: true, message: t("needed") }]}>
          <Input aria-label={`${t(which)} ${t("name")}`} maxLength={128} />
        </Form.Item>
      </Space.Compact>
    </Form.Item>
  );
  return (
    <Modal open title={t("path")} footer={null} onCancel={onClose} width={480}>
      <Form
        layout="vertical"
        initialValues={{ from: from ?? { kind: "ACCOUNT", name: "" }, to: to ?? { kind: "ACCOUNT", name: "" }, hops: 6 }}
        onFinish={(values: { from: End; to: End; hops: number }) => onFind({ kind: values.from.kind, name: values.from.name.trim() }, { kind: values.to.kind, name: values.to.name.trim() }, values.hops)}
      >
        {end("from")}
        {end("to")}
        <Form.Item label={t("hops")} name="hops">
          <InputNumber min={1} max={10} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t("find")}
        </Button>
      </Form>
    </Modal>
  );
}

const SUBJECT_OF: Record<NodeKind, string | null> = {
  ACCOUNT: "ACCOUNT",
  CUSTOMER: "PERSON",
  OUTSIDE: "OUTSIDE",
  MERCHANT: "MERCHANT",
  DEVICE: "DEVICE",
  PHONE: "PHONE",
  IP: "IP",
  AGENT: "PERSON",
  ADDRESS: "OTHER",
  EMPLOYER: "OTHER",
  TERMINAL: "OTHER",
  CASH: null,
};
const PARTIES = new Set<NodeKind>(["ACCOUNT", "CUSTOMER", "OUTSIDE", "MERCHANT"]);

interface Wanted {
  way: "new" | "old";
  title?: string;
  type?: string;
  id?: number;
}

async function intoCase(wanted: Wanted, nodes: WalkNode[]): Promise<{ id: number; subjects: number }> {
  const id = wanted.way === "old" ? wanted.id! : (await told(api.POST("/v1/cases", { body: { title: wanted.title!.trim(), type: wanted.type!, source: "INTELLIGENCE" } }))).case.id;
  let subjects = 0;
  for (const node of nodes) {
    const kind = SUBJECT_OF[node.kind];
    if (kind !== null) {
      const role = node.kind === "AGENT" ? "AGENT" : PARTIES.has(node.kind) ? "UNKNOWN" : "LINK";
      await told(api.POST("/v1/cases/{case}/subjects", { params: { path: { case: id } }, body: { kind, name: node.name, role } }));
      subjects++;
    }
  }
  return { id, subjects };
}

export function IntoCase({ nodes, onClose }: { nodes: WalkNode[]; onClose: () => void }) {
  const t = useWords(exploreWords);
  const type = useWords(codes.type);
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const [way, setWay] = useState<"new" | "old">("new");
  const deed = useDeed((wanted: Wanted) => intoCase(wanted, nodes), {
    touches: [["table", "cases"]],
    after: ({ id, subjects }) => {
      notification.success({ message: t("caseDone", { n: subjects }), description: <Button onClick={() => navigate(`/cases/${id}`)}>{t("openCase", { id })}</Button>, duration: 12 }); // it is shown outside of the router
      onClose();
    },
  });
  return (
    <Modal open title={t("toCase")} footer={null} onCancel={onClose} width={520}>
      <Form layout="vertical" initialValues={{ way, type: "MULE_GANG" }} onFinish={(values: Wanted) => deed.mutate({ ...values, way })}>
        <Form.Item>
          <Radio.Group
            value={way}
            onChange={(event) => setWay(event.target.value as "new" | "old")}
            options={[
              { value: "new", label: t("caseNew") },
              { value: "old", label: t("caseOld") },
            ]}
          />
        </Form.Item>
        {way === "new" ? (
          <>
            <Form.Item label={t("caseTitle")} name="title" rules={[{ required: true, whitespace: true, message: t("needed") }]}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item label={t("caseType")} name="type">
              <Select options={(Object.keys(codes.type) as (keyof typeof codes.type)[]).map((value) => ({ value, label: type(value) }))} />
            </Form.Item>
          </>
        ) : (
          <Form.Item label={t("caseId")} name="id" rules={[{ required: true, message: t("needed") }]}>
            <CasePick open />
          </Form.Item>
        )}
        <div style={{ marginBottom: 4 }}>{t("subjects")}</div>
        <div style={{ maxHeight: 160, overflow: "auto", marginBottom: 12 }} tabIndex={0} role="group" aria-label={t("subjects")}>
          {nodes.map((node) => (
            <div key={node.id}>
              <NodeName node={node} />
            </div>
          ))}
        </div>
        {nodes.some((node) => node.kind === "CASH") && <Alert type="info" message={t("cashLeft")} style={{ marginBottom: 12 }} />}
        <Button type="primary" htmlType="submit" loading={deed.isPending}>
          {t("toCase")}
        </Button>
      </Form>
    </Modal>
  );
}
