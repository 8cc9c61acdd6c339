// One release on its way: who brought, proposed and approved it, what a trial found, how its files differ, and the next step.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Form, Input, Modal, Space, Spin, Steps, Tooltip, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useNavigate, useParams } from "react-router-dom";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { Failure, Nothing } from "@/parts/States";
import { Time } from "@/parts/values";
import { DECIDING, type Release, type Trial, useRelease, useReleases } from "@/screens/models/asks";
import { PackDiff } from "@/screens/models/PackDiff";
import { StateTag } from "@/screens/models/StatusTag";
import { TrialReport } from "@/screens/models/TrialReport";
import { modelWords, releaseWords } from "@/screens/models/words";

type Move = "propose" | "approve" | "reject" | "releaseNow";

function send(name: string, move: Move, note: string) {
  const ask = { params: { path: { name } }, body: { note } };
  switch (move) {
    case "propose":
      return told(api.POST("/v1/releases/{name}/propose", ask));
    case "approve":
      return told(api.POST("/v1/releases/{name}/approve", ask));
    case "reject":
      return told(api.POST("/v1/releases/{name}/reject", ask));
    case "releaseNow":
      return told(api.POST("/v1/releases/{name}/release", ask));
  }
}

function Deed({ release, move, onClose }: { release: Release; move: Move; onClose: () => void }) {
  const t = useWords(releaseWords);
  const m = useWords(modelWords);
  const [form] = Form.useForm<{ note: string }>();
  const deed = useDeed((note: string) => send(release.name, move, note), { done: t("done"), touches: [...DECIDING, ["table", "releases"]], after: onClose });
  const texts = { propose: "proposeText", approve: "approveText", reject: "rejectText", releaseNow: "releaseText" } as const;
  return (
    <Modal open title={t(move)} okText={m("do")} cancelText={m("cancel")} okButtonProps={{ danger: move === "reject" }} confirmLoading={deed.isPending} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false} onOk={() => form.submit()}>
      <Typography.Paragraph>{t(texts[move])}</Typography.Paragraph>
      <Form form={form} layout="vertical" initialValues={{ note: "" }} onFinish={({ note }) => deed.mutate(note)}>
        <Form.Item name="note" label={t("note")}>
          <Input.TextArea rows={2} maxLength={170} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Way({ release }: { release: Release }) {
  const t = useWords(releaseWords);
  const told = (who: string | undefined, at: number | undefined): ReactNode =>
    who === undefined || at === undefined ? null : (
      <>
        <span data-told="">{who}</span>
        <br />
        <Time ms={at} />
      </>
    );
  const reached = { draft: 1, rejected: 2, proposed: 2, approved: 3, released: 4, replaced: 4 }[release.state];
  return (
    <Steps
      size="small"
      current={reached}
      status={release.state === "rejected" ? "error" : "process"}
      items={[
        { title: t("brought"), description: told(release.brought_by, release.brought_at) },
        { title: t("proposedBy"), description: told(release.proposed_by, release.proposed_at) },
        { title: t(release.state === "rejected" ? "rejected" : "approvedBy"), description: release.approved_by === "" ? null : told(release.approved_by, release.approved_at) },
        { title: t("releasedBy"), description: told(release.released_by ?? (release.released_at === undefined ? undefined : ""), release.released_at) },
      ]}
    />
  );
}

function Strategies({ release }: { release: Release }) {
  const t = useWords(releaseWords);
  const strategies = release.strategies;
  if (strategies === undefined) {
    return null;
  }
  const line = (key: "strategyChanged" | "strategyNew" | "strategyGone", names: string[]) => names.length > 0 && <div>{t(key, { names: names.join(", ") })}</div>;
  return (
    <div>
      <strong>{t("strategies")}</strong>: {t("strategiesSum", { count: strategies.count, same: strategies.same })}
      {line("strategyChanged", strategies.changed)}
      {line("strategyNew", strategies.new)}
      {line("strategyGone", strategies.gone)}
    </div>
  );
}

function Moves({ release, frozen, onMove }: { release: Release; frozen: boolean; onMove: (move: Move) => void }) {
  const t = useWords(releaseWords);
  const { may, identity } = useSession();
  const tries = useDeed(() => told(api.POST("/v1/releases/{name}/try", { params: { path: { name: release.name } }, body: {} })), { done: t("done"), touches: [["release", release.name], ["releases"]] });
  const { state } = release;
  const own = release.proposed_by === identity?.name || (release.brought_by_person && release.brought_by === identity?.name);
  return (
    <Space wrap>
      {may("models:write") && state !== "released" && (
        <Button loading={tries.isPending} onClick={() => tries.mutate(undefined)}>
          {t("try")}
        </Button>
      )}
      {may("models:write") && (state === "draft" || state === "rejected" || state === "replaced") && (
        <Button type="primary" onClick={() => onMove("propose")}>
          {t("propose")}
        </Button>
      )}
      {may("models:approve") && state === "proposed" && (
        <Tooltip title={own ? t("ownWork") : ""}>
          <Button type="primary" disabled={own} onClick={() => onMove("approve")}>
            {t("approve")}
          </Button>
        </Tooltip>
      )}
      {may("models:approve") && (state === "proposed" || state === "approved") && (
        <Button danger onClick={() => onMove("reject")}>
          {t("reject")}
        </Button>
      )}
      {may("models:approve") && state === "approved" && (
        <Button type="primary" disabled={frozen} onClick={() => onMove("releaseNow")}>
          {t("releaseNow")}
        </Button>
      )}
    </Space>
  );
}

export default function OneRelease() {
  const t = useWords(releaseWords);
  const { name = "" } = useParams();
  const navigate = useNavigate();
  const [move, setMove] = useState<Move | null>(null);
  const { data: release, error, isPending, refetch } = useRelease(name);
  const all = useReleases();
  const frozen = all.data?.frozen ?? false;
  const head = (
    <Space wrap>
      <Button type="text" size="small" icon={<ArrowLeftOutlined />} aria-label={t("back")} onClick={() => navigate("/releases")} />
      <h1 className="mono" style={{ fontSize: 16, margin: 0 }}>
        {name}
      </h1>
      {release !== undefined && <StateTag state={release.state} />}
    </Space>
  );
  if (isPending) {
    return <Spin />;
  }
  if (error !== null || release === undefined) {
    return (
      <Card size="small" title={head}>
        <Failure error={error} onAgain={() => void refetch()} />
      </Card>
    );
  }
  return (
    <Space direction="vertical" size={12} style={{ width: "100%" }}>
      <Card size="small" title={head} extra={<Moves release={release} frozen={frozen} onMove={setMove} />}>
        {frozen && <Alert type="warning" showIcon style={{ marginBottom: 8 }} message={t("frozen")} />}
        <Way release={release} />
        {release.note !== undefined && (
          <div style={{ marginTop: 8 }}>
            <strong>{t("note")}</strong>: <span data-told="">{release.note}</span>
          </div>
        )}
        <Strategies release={release} />
      </Card>
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("trial")}</h2>}>
        {release.trial === undefined ? <Nothing>{t("trialNone")}</Nothing> : <TrialReport trial={release.trial as unknown as Trial} />}
      </Card>
      <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("diff")}</h2>}>
        <PackDiff key={`${name} ${release.state}`} name={name} before={release.state === "released" || release.state === "replaced" ? release.before : undefined} />
      </Card>
      {move !== null && <Deed release={release} move={move} onClose={() => setMove(null)} />}
    </Space>
  );
}
