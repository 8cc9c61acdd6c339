// Who is on duty, with which skills and level; a shift leader sets them. Nobody sets the own level.
import { Button, Card, Input, Modal, Select, Space, Switch, Table, Tag, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { useDisposition } from "@/parts/disposition";
import { Mark as Toned } from "@/parts/Mark";
import { Failure } from "@/parts/States";
import { countText, NOTHING, Time } from "@/parts/values";
import { type DeskRow, useDesks, useLevelName } from "@/screens/bench/people";
import { benchWords } from "@/screens/bench/words";

type Change = { skills?: string[]; level?: number; branch?: string; on_duty?: boolean };

function DeskDialog({ desk, onClose }: { desk: DeskRow | null; onClose: () => void }) {
  const t = useWords(benchWords);
  const words = useDisposition();
  const levelName = useLevelName();
  const { identity } = useSession();
  const [person, setPerson] = useState(desk?.person ?? "");
  const [skills, setSkills] = useState(desk?.skills ?? []);
  const [level, setLevel] = useState(desk?.level ?? 0);
  const [branch, setBranch] = useState(desk?.branch ?? "");
  const [onDuty, setOnDuty] = useState(desk?.on_duty ?? true);
  const own = person.trim() === identity?.name;
  const set = useDeed(() => told(api.PUT("/v1/desks/{person}", { params: { path: { person: person.trim() } }, body: { skills, branch: branch.trim(), on_duty: onDuty, level: own || level === (desk?.level ?? 0) ? undefined : level } as Change })), {
    done: t("deskSaved"),
    touches: [["desks"], ["desk"]],
    after: onClose,
  });
  return (
    <Modal
      open
      title={desk === null ? t("addDesk") : t("setDeskOf", { person: desk.person })}
      okText={t("save")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: person.trim() === "" }}
      confirmLoading={set.isPending}
      onOk={() => set.mutate()}
      onCancel={onClose}
    >
      <Space direction="vertical" style={{ width: "100%" }}>
        {desk === null && <Input aria-label={t("person")} placeholder={t("person")} maxLength={64} value={person} onChange={(event) => setPerson(event.target.value)} />}
        <Select
          mode="multiple"
          aria-label={t("skills")}
          placeholder={t("skills")}
          value={skills}
          onChange={setSkills}
          style={{ width: "100%" }}
          options={[...new Set([...(words.data?.skills ?? []).map((one) => one.skill), ...skills])].map((skill) => ({ value: skill, label: words.skill(skill) }))}
        />
        <Select aria-label={t("level")} value={level} disabled={own} onChange={setLevel} style={{ width: "100%" }} options={[0, 1, 2].map((value) => ({ value, label: levelName(value) }))} />
        <Input aria-label={t("branch")} placeholder={t("branch")} maxLength={32} value={branch} onChange={(event) => setBranch(event.target.value)} />
        <Switch aria-label={t("duty")} checked={onDuty} onChange={setOnDuty} checkedChildren={t("onDuty")} unCheckedChildren={t("offDuty")} />
      </Space>
    </Modal>
  );
}

export function OnDuty() {
  const t = useWords(benchWords);
  const words = useDisposition();
  const levelName = useLevelName();
  const { data, error, isPending, refetch } = useDesks();
  const [setting, setSetting] = useState<DeskRow | null>();
  const duty = useDeed(({ person, on_duty }: { person: string; on_duty: boolean }) => told(api.PUT("/v1/desks/{person}", { params: { path: { person } }, body: { on_duty } })), { touches: [["desks"], ["desk"]] });
  const desks = [...(data?.desks ?? [])].sort((one, other) => Number(other.on_duty) - Number(one.on_duty) || other.level - one.level || one.person.localeCompare(other.person));
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("staff")}</h2>}
      extra={
        <Button size="small" onClick={() => setSetting(null)}>
          {t("addDesk")}
        </Button>
      }
    >
      {error !== null && <Failure error={error} onAgain={() => void refetch()} />}
      <Table<DeskRow>
        size="small"
        rowKey="person"
        loading={isPending}
        dataSource={desks}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={[
          { key: "person", title: t("person"), render: (_value, desk) => <Typography.Text strong>{desk.person}</Typography.Text> },
          {
            key: "duty",
            title: t("duty"),
            render: (_value, desk) => (
              <Switch
                size="small"
                aria-label={`${t("duty")} ${desk.person}`}
                checked={desk.on_duty}
                checkedChildren={t("onDuty")}
                unCheckedChildren={t("offDuty")}
                onChange={(on_duty) => duty.mutate({ person: desk.person, on_duty })}
              />
            ),
          },
          { key: "level", title: t("level"), render: (_value, desk) => levelName(desk.level) },
          {
            key: "skills",
            title: t("skills"),
            render: (_value, desk) =>
              desk.skills.length === 0
                ? NOTHING
                : desk.skills.map((skill) => (
                    <Toned key={skill} kind="info">
                      {words.skill(skill)}
                    </Toned>
                  )),
          },
          { key: "domains", title: t("domains"), render: (_value, desk) => desk.domains.map((domain) => <Tag key={domain}>{t(`domain${domain as Schemas["Desk"]["desk"]["domains"][number]}`)}</Tag>) },
          { key: "branch", title: t("branch"), render: (_value, desk) => desk.branch ?? NOTHING },
          { key: "hand", title: t("inHand"), align: "right", render: (_value, desk) => <span className="number">{countText(desk.in_hand)}</span> },
          { key: "changed", title: t("changed"), render: (_value, desk) => <><Time ms={desk.changed} /> {desk.changed_by}</> },
          {
            key: "set",
            title: t("setDesk"),
            render: (_value, desk) => (
              <Button size="small" type="link" style={{ paddingInline: 0 }} aria-label={t("setDeskOf", { person: desk.person })} onClick={() => setSetting(desk)}>
                {t("setDesk")}
              </Button>
            ),
          },
        ]}
      />
      {setting !== undefined && <DeskDialog desk={setting} onClose={() => setSetting(undefined)} />}
    </Card>
  );
}
