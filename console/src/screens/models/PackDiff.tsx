// What differs between the files of two packs: a list of them, each side by side when it is opened.
import { Collapse, Select, Space, Spin, Tag, Typography } from "antd";
import { useState } from "react";

import { useWords } from "@/app/words";
import { Failure, Nothing } from "@/parts/States";
import { usePackFiles, usePackText, useReleases } from "@/screens/models/asks";
import { Diff } from "@/screens/models/Diff";
import { releaseWords } from "@/screens/models/words";

const FILES_SHOWN = 60;
type Change = { path: string; kind: "fileChanged" | "fileNew" | "fileGone" };

function OneFile({ change, was, is }: { change: Change; was: string | undefined; is: string }) {
  const left = usePackText(change.kind === "fileNew" ? null : change.path, was);
  const right = usePackText(change.kind === "fileGone" ? null : change.path, is);
  if (left.isLoading || right.isLoading) {
    return <Spin />;
  }
  const error = left.error ?? right.error;
  return error !== null ? <Failure error={error} /> : <Diff path={change.path} was={left.data ?? ""} is={right.data ?? ""} />;
}

export function PackDiff({ name, before }: { name: string; before: string | undefined }) {
  const t = useWords(releaseWords);
  const releases = useReleases();
  const [against, setAgainst] = useState<string | undefined>(before);
  const was = usePackFiles(against);
  const is = usePackFiles(name);
  const error = was.error ?? is.error;
  const options = [{ value: "", label: t("deciding") }, ...(releases.data?.releases ?? []).filter((one) => one.name !== name).map((one) => ({ value: one.name, label: `${one.name} (${t(one.state)})` }))];
  const old = new Map((was.data?.files ?? []).map((file) => [file.path, file.hash]));
  const now = new Map((is.data?.files ?? []).map((file) => [file.path, file.hash]));
  const changes: Change[] = [
    ...[...now].filter(([path, hash]) => old.get(path) !== hash).map(([path]): Change => ({ path, kind: old.has(path) ? "fileChanged" : "fileNew" })),
    ...[...old].filter(([path]) => !now.has(path)).map(([path]): Change => ({ path, kind: "fileGone" })),
  ].sort((one, other) => one.path.localeCompare(other.path));
  return (
    <Space direction="vertical" style={{ width: "100%" }}>
      <Space wrap>
        <Typography.Text>{t("against")}</Typography.Text>
        <Select value={against ?? ""} onChange={(value: string) => setAgainst(value === "" ? undefined : value)} options={options} aria-label={t("against")} style={{ width: 320 }} />
      </Space>
      {error !== null && <Failure error={error} />}
      {was.data === undefined || is.data === undefined ? (
        error === null && <Spin />
      ) : changes.length === 0 ? (
        <Nothing>{t("same")}</Nothing>
      ) : (
        <Collapse
          size="small"
          defaultActiveKey={changes.slice(0, 3).map((change) => change.path)}
          items={changes.slice(0, FILES_SHOWN).map((change) => ({
            key: change.path,
            label: (
              <Space>
                <span className="mono">{change.path}</span>
                <Tag>{t(change.kind)}</Tag>
              </Space>
            ),
            children: <OneFile change={change} was={against} is={name} />,
          }))}
        />
      )}
      {changes.length > FILES_SHOWN && <Typography.Text type="secondary">{t("tooMany", { n: changes.length - FILES_SHOWN })}</Typography.Text>}
    </Space>
  );
}
