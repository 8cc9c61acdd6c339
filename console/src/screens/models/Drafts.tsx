// Writing models: files of the pack that decides are changed, compiled by the server as one writes, their sequences played, thresholds tried, and the whole brought as a draft of a release.
import { CloseOutlined, CopyOutlined, DeleteOutlined, UploadOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Collapse, Form, Input, List, Modal, Popconfirm, Select, Space, Spin, Tabs, Tag, Typography } from "antd";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { OwnState } from "@/parts/OwnState";
import { Failure, Nothing } from "@/parts/States";
import { useUnsaved } from "@/parts/unsaved";
import { useModel, useModels, usePackFiles, usePackText, useVocabulary } from "@/screens/models/asks";
import { Bench } from "@/screens/models/Bench";
import { Diff } from "@/screens/models/Diff";
import { type Draft, useDraft } from "@/screens/models/kept";
import { Sweep } from "@/screens/models/Sweep";
import { draftWords, modelWords } from "@/screens/models/words";

const Editor = lazy(() => import("@/screens/models/Editor"));
const PAUSE_MS = 600; // after the last key

type Checked = Schemas["CheckedDraft"];
type Told = Schemas["Diagnostic"];

// Checks what is written when the writer pauses; an answer to an earlier text is not shown.
function useCheck(files: Record<string, string>, model: string | undefined): { checked: Checked | null; checking: boolean; error: unknown } {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [checking, setChecking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (Object.keys(files).length === 0) {
      setChecked(null);
      setChecking(false);
      setError(null);
      return undefined;
    }
    const stop = new AbortController();
    setChecking(true);
    const timer = setTimeout(() => {
      told(api.POST("/v1/drafts/check", { body: { files, ...(model === undefined ? {} : { model }) }, signal: stop.signal }))
        .then((answer) => {
          setChecked(answer);
          setError(null);
          setChecking(false);
        })
        .catch((failure: unknown) => {
          if (!stop.signal.aborted) {
            setError(failure);
            setChecking(false);
          }
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [files, model]);
  return { checked, checking, error };
}

function Problems({ diagnostics, path, onGo }: { diagnostics: Told[]; path: string | null; onGo: (told: Told) => void }) {
  const t = useWords(draftWords);
  const level = { error: t("error"), warning: t("warning"), note: t("noteLevel") };
  if (diagnostics.length === 0) {
    return <Nothing>{t("noProblems")}</Nothing>;
  }
  return (
    <List
      size="small"
      dataSource={diagnostics}
      renderItem={(one) => (
        <List.Item>
          <div style={{ width: "100%" }}>
            <Space wrap size={6}>
              <Tag color={one.level === "error" ? "#b3151b" : undefined}>{level[one.level]}</Tag>
              <span className="mono">{one.code}</span>
              <Button type="link" size="small" style={{ padding: 0, height: "auto", whiteSpace: "normal" }} onClick={() => onGo(one)}>
                {t(one.file === path ? "inFile" : "place", { file: one.file, line: one.line, column: one.column })}
              </Button>
            </Space>
            <div data-told="">{one.message}</div>
            {one.hint !== "" && <Typography.Text type="secondary">{t("hint", { hint: one.hint })}</Typography.Text>}
          </div>
        </List.Item>
      )}
    />
  );
}

function Bring({ files, catalogue, onClose, onDone }: { files: Record<string, string>; catalogue: string; onClose: () => void; onDone: (name: string) => void }) {
  const t = useWords(draftWords);
  const m = useWords(modelWords);
  const [form] = Form.useForm<{ note: string }>();
  const bring = useDeed((note: string) => told(api.POST("/v1/releases/draft", { body: { files, note, catalogue } })), { done: t("brought"), touches: [["releases"], ["table", "releases"]], after: (release) => onDone(release.name) });
  return (
    <Modal open title={t("bring")} okText={m("do")} cancelText={m("cancel")} confirmLoading={bring.isPending} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false} onOk={() => form.submit()}>
      <Typography.Paragraph>{t("bringText", { n: Object.keys(files).length })}</Typography.Paragraph>
      <Form form={form} layout="vertical" onFinish={({ note }) => bring.mutate(note)}>
        <Form.Item name="note" label={m("note")} rules={[{ required: true, whitespace: true, message: m("noteNeeded") }]}>
          <Input.TextArea rows={3} maxLength={170} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function NewModel({ known, onClose, onMake }: { known: Set<string>; onClose: () => void; onMake: (id: string) => void }) {
  const t = useWords(draftWords);
  const m = useWords(modelWords);
  const [form] = Form.useForm<{ id: string }>();
  return (
    <Modal open title={t("copy")} okText={m("do")} cancelText={m("cancel")} onCancel={onClose} onOk={() => form.submit()}>
      <Typography.Paragraph>{t("newFileNote")}</Typography.Paragraph>
      <Form form={form} layout="vertical" onFinish={({ id }) => onMake(id)}>
        <Form.Item name="id" label={t("newId")} rules={[{ required: true, message: t("idForm") }, { validator: (_, id: string) => (/^M-[A-Z]{2}-\d{2}-[A-Z]+$/.test(id ?? "") && !known.has(id) ? Promise.resolve() : Promise.reject(new Error(t("idForm")))) }]}>
          <Input placeholder="M-MU-02-Z" maxLength={20} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function SweepOf({ id, files }: { id: string; files: Record<string, string> }) {
  const { data, error, isPending } = useModel(id);
  return isPending ? <Spin /> : error !== null ? <Failure error={error} /> : <Sweep key={id} model={data} files={files} />;
}

// Files that two desks have changed: the other desk's on the left, this one's on the right.
function Compared({ mine, theirs, both }: { mine: Draft; theirs: Draft; both: string[] }) {
  const t = useWords(draftWords);
  return (
    <>
      {mine.catalogue !== theirs.catalogue && mine.catalogue !== "" && theirs.catalogue !== "" && <div>{t("twoPacks", { mine: mine.catalogue, theirs: theirs.catalogue })}</div>}
      <Collapse
        size="small"
        items={both.map((path) => ({
          key: path,
          label: (
            <Space>
              <span className="mono">{path}</span>
              {theirs.files[path] === undefined ? t("noneThere") : mine.files[path] === undefined ? t("noneHere") : null}
            </Space>
          ),
          children: <Diff path={path} was={theirs.files[path] ?? ""} is={mine.files[path] ?? ""} />,
        }))}
      />
    </>
  );
}

export default function Drafts() {
  const t = useWords(draftWords);
  const both = useBoth();
  const navigate = useNavigate();
  const [filters, change] = useFilters();
  const { draft, own, write, rebase, clear } = useDraft();
  useUnsaved(!own.isKept && own.saving.state !== "saved");
  const [dialogue, setDialogue] = useState<"bring" | "copy" | null>(null);
  const [goTo, setGoTo] = useState<{ line: number; column: number; times: number } | null>(null);
  const models = useModels();
  const pack = usePackFiles();
  const vocabulary = useVocabulary();
  const path = filters.file ?? null;
  const isInPack = pack.data?.files.some((file) => file.path === path) ?? false;
  const original = usePackText(path !== null && isInPack ? path : null);
  const now = pack.data?.catalogue ?? "";
  const text = path === null ? undefined : (draft.files[path] ?? original.data);
  const id = path?.startsWith("models/") === true ? path.replace(/^.*\//, "").replace(/\.yaml$/, "") : undefined;
  const deciding = models.data?.models.find((model) => model.model === id);
  const { checked, checking, error } = useCheck(draft.files, deciding === undefined ? undefined : id);
  const changed = Object.keys(draft.files);
  const errors = checked?.diagnostics.filter((one) => one.level === "error").length ?? 0;
  const diagnostics = useMemo(() => (checked?.diagnostics ?? []).filter((one) => one.file === path && one.line > 0), [checked, path]);
  const shown = useRef<string | undefined>(undefined);
  shown.current = original.data;
  const options = useMemo(() => {
    const titles = new Map((models.data?.models ?? []).map((model) => [model.model, model]));
    return (pack.data?.files ?? [])
      .filter((file) => file.path.endsWith(".yaml"))
      .map((file) => {
        const name = file.path.replace(/^.*\//, "").replace(/\.yaml$/, "");
        const model = file.path.startsWith("models/") ? titles.get(name) : undefined;
        return { value: file.path, label: model === undefined ? file.path : `${name} ${both(model)}` };
      })
      .sort((one, other) => Number(other.value.startsWith("models/")) - Number(one.value.startsWith("models/")));
  }, [pack.data, models.data, both]);

  function onWrite(after: string) {
    if (path !== null) {
      write(path, after === shown.current ? null : after, now);
    }
  }

  const baseMoved = changed.length > 0 && now !== "" && draft.catalogue !== now;
  const verdict = checking ? (
    <Space>
      <Spin size="small" /> {t("checking")}
    </Space>
  ) : checked === null ? null : checked.compiles ? (
    <Typography.Text strong>✓ {t("compiles")}</Typography.Text>
  ) : (
    <Typography.Text strong type="danger">
      ✗ {t("fails", { n: errors })}
    </Typography.Text>
  );
  return (
    <Space direction="vertical" size={8} style={{ width: "100%" }}>
      <Card
        size="small"
        title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("editor")}</h1>}
        extra={
          <Space wrap>
            <Button icon={<CopyOutlined />} disabled={id === undefined || text === undefined} onClick={() => setDialogue("copy")}>
              {t("copy")}
            </Button>
            <Popconfirm title={t("dropSure")} onConfirm={clear} disabled={changed.length === 0}>
              <Button icon={<DeleteOutlined />} disabled={changed.length === 0}>
                {t("dropAll")}
              </Button>
            </Popconfirm>
            <Button type="primary" icon={<UploadOutlined />} disabled={changed.length === 0 || checking || checked?.compiles !== true || baseMoved} onClick={() => setDialogue("bring")}>
              {t("bring")}
            </Button>
          </Space>
        }
      >
        {pack.error !== null && <Failure error={pack.error} onAgain={() => void pack.refetch()} />}
        <Space wrap size={[12, 6]}>
          <Select
            showSearch
            optionFilterProp="label"
            value={path ?? undefined}
            placeholder={t("openHint")}
            aria-label={t("open")}
            loading={pack.isPending}
            options={options}
            onChange={(value: string) => change({ file: value })}
            style={{ width: 420 }}
            labelRender={(one) => <span data-told="">{one.label ?? String(one.value)}</span>}
            optionRender={(one) => <span data-told="">{one.label}</span>}
          />
          <Typography.Text type="secondary">{t("base", { catalogue: now })}</Typography.Text>
        </Space>
        <div style={{ marginTop: 6 }}>
          <strong>{changed.length === 0 ? t("noChange") : t("changedFiles", { n: changed.length })}</strong>{" "}
          {changed.map((one) => (
            <span key={one} style={{ marginInlineEnd: 10, whiteSpace: "nowrap" }}>
              <Button type="link" size="small" className="mono" style={{ padding: 0 }} onClick={() => change({ file: one })}>
                {one}
              </Button>
              <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("drop", { path: one })} onClick={() => write(one, null, now)} />
            </span>
          ))}
        </div>
        <OwnState own={own} compared={(theirs, both) => <Compared mine={draft} theirs={theirs} both={both} />} />
        {baseMoved && (
          <Alert
            type="warning"
            showIcon
            style={{ marginTop: 6 }}
            message={t("baseMoved", { was: draft.catalogue, now })}
            action={
              <Button size="small" onClick={() => rebase(now)}>
                {t("baseTaken")}
              </Button>
            }
          />
        )}
      </Card>
      <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 11fr) minmax(0, 9fr)", gap: 8 }}>
        <Card size="small" styles={{ body: { padding: 0, height: "calc(100vh - 300px)", minHeight: 380 } }} title={path === null ? t("choose") : <span className="mono">{path}</span>}>
          {path === null ? (
            <Nothing>{t("choose")}</Nothing>
          ) : original.error !== null && draft.files[path] === undefined ? (
            <Failure error={original.error} />
          ) : text === undefined ? (
            <Spin style={{ margin: 24 }} />
          ) : (
            <Suspense fallback={<Spin style={{ margin: 24 }} />}>
              <Editor key={path} path={path} text={text} label={t("text", { path })} diagnostics={diagnostics} vocabulary={vocabulary.data} onChange={onWrite} goTo={goTo} />
            </Suspense>
          )}
        </Card>
        <Card size="small" styles={{ body: { height: "calc(100vh - 300px)", minHeight: 380, overflow: "auto", paddingTop: 0 } }} title={<span role="status">{verdict ?? t("problems")}</span>}>
          {error !== null && <Failure error={error} />}
          <Tabs
            size="small"
            tabBarGutter={10}
            items={[
              {
                key: "problems",
                label: t("problems"),
                children: (
                  <Problems
                    diagnostics={checked?.diagnostics ?? []}
                    path={path}
                    onGo={(one) => {
                      change({ file: one.file === "" ? path : one.file });
                      setGoTo((before) => ({ line: one.line, column: one.column, times: (before?.times ?? 0) + 1 }));
                    }}
                  />
                ),
              },
              { key: "bench", label: t("bench"), children: <Bench models={checked?.models ?? []} /> },
              { key: "changes", label: t("changes"), children: path !== null && draft.files[path] !== undefined ? <Diff path={path} was={original.data ?? ""} is={draft.files[path]!} /> : <Nothing>{t("noChange")}</Nothing> },
              { key: "sweep", label: t("sweep"), children: deciding === undefined ? <Nothing>{t("noParameter")}</Nothing> : <SweepOf id={deciding.model} files={checked?.compiles === true ? draft.files : {}} /> },
              {
                key: "explanation",
                label: t("compilesHow"),
                children: (checked?.models ?? []).map((model) => (
                  <pre key={model.model} className="mono" data-told="" style={{ whiteSpace: "pre-wrap", fontSize: 12 }}>
                    {model.explanation}
                  </pre>
                )),
              },
            ]}
          />
        </Card>
      </div>
      {dialogue === "bring" && (
        <Bring
          files={draft.files}
          catalogue={draft.catalogue}
          onClose={() => setDialogue(null)}
          onDone={(name) => {
            clear();
            navigate(`/releases/${name}`);
          }}
        />
      )}
      {dialogue === "copy" && text !== undefined && id !== undefined && (
        <NewModel
          known={new Set([...(models.data?.models ?? []).map((model) => model.model), ...Object.keys(draft.files).map((path) => path.replace(/^.*\/|\.yaml$/g, ""))])}
          onClose={() => setDialogue(null)}
          onMake={(made) => {
            const [, family = ""] = made.split("-");
            const place = `models/${family}/${made}.yaml`;
            const copied = text.replace(/^id:.*$/m, `id: ${made}`).replace(/^version:.*$/m, "version: 1").replace(/^status:.*$/m, "status: SHADOW").replace(/^family:.*$/m, `family: ${family}`).replace(/^typology:.*$/m, `typology: ${made.split("-").slice(1, 3).join("-")}`);
            write(place, copied, now);
            setDialogue(null);
            change({ file: place });
          }}
        />
      )}
    </Space>
  );
}
