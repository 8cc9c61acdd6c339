// Files beside a case: attached as they are, with their hash; nothing is removed, only marked as withdrawn. What is in them is for who may see personal data.
import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Form, Input, Modal, Upload } from "antd";
import { useState } from "react";

import { api, fetched, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { download } from "@/parts/csv";
import { Part, Rows } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { countText } from "@/parts/values";
import { Hash, TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseData, CaseTab } from "@/screens/cases/CaseRoom";
import { DeedForm } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

type Attachment = CaseData["attachments"][number];

function AttachFile({ id }: { id: number }) {
  const t = useWords(caseWords);
  const [open, setOpen] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const [about, setAbout] = useState("");
  const close = () => {
    setOpen(false);
    setFile(null);
    setAbout("");
  };
  const attach = useDeed(
    async (chosen: File) => {
      const query = new URLSearchParams({ name: chosen.name, media: chosen.type || "application/octet-stream", ...(about.trim() === "" ? {} : { about: about.trim() }) });
      return (await fetched(`/v1/cases/${id}/attachments?${query}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: chosen })).json();
    },
    {
      done: t("uploadDone"),
      touches: [["case", id], ["timeline", id]],
      after: close,
    },
  );
  return (
    <>
      <Button size="small" type="primary" icon={<UploadOutlined />} onClick={() => setOpen(true)}>
        {t("upload")}
      </Button>
      <Modal open={open} title={t("upload")} okText={t("upload")} okButtonProps={{ disabled: file === null }} confirmLoading={attach.isPending} onCancel={close} onOk={() => file !== null && attach.mutate(file)} destroyOnHidden>
        <Form layout="vertical">
          <Form.Item label={t("fileName")} extra={t("uploadHint")}>
            <Upload
              maxCount={1}
              beforeUpload={(chosen) => {
                setFile(chosen);
                return false;
              }}
              onRemove={() => setFile(null)}
            >
              <Button icon={<UploadOutlined />}>{t("chooseFile")}</Button>
            </Upload>
          </Form.Item>
          <Form.Item label={t("uploadAbout")} htmlFor="attachment-about">
            <Input id="attachment-about" value={about} maxLength={200} onChange={(event) => setAbout(event.target.value)} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}

function FetchFile({ id, row }: { id: number; row: Attachment }) {
  const t = useWords(caseWords);
  const fetching = useDeed(async (_now: void) => download(row.name, await (await fetched(`/v1/cases/${id}/attachments/${row.id}`)).arrayBuffer(), row.media));
  return (
    <Button size="small" type="link" icon={<DownloadOutlined />} loading={fetching.isPending} onClick={() => fetching.mutate()}>
      {t("fetchFile")}
    </Button>
  );
}

export function CaseFiles({ data, writes }: CaseTab) {
  const t = useWords(caseWords);
  const { may } = useSession();
  return (
    <Part title={t("tabFiles")} extra={writes && <AttachFile id={data.id} />}>
      {!may("personal:read") && data.attachments.length > 0 && <p style={{ marginTop: 0 }}>{t("hidden")}</p>}
      <Rows
        label={t("tabFiles")}
        rowKey={(row) => row.id}
        rows={data.attachments}
        columns={[
          { title: t("fileName"), show: (row) => <Told>{row.name}</Told> },
          { title: t("uploadAbout"), show: (row) => <Told>{row.about}</Told> },
          { title: t("size"), right: true, show: (row) => <span className="number">{countText(row.size)} B</span> },
          { title: t("sha"), show: (row) => <Hash hash={row.sha256} /> },
          { title: t("by"), show: (row) => row.uploaded_by },
          { title: t("uploaded"), show: (row) => <TimeUs us={row.uploaded_us} /> },
          {
            title: t("state"),
            show: (row) =>
              row.withdrawn_us === undefined ? (
                "—"
              ) : (
                <>
                  <Mark kind="bad">{t("withdrawn")}</Mark> <Told>{row.reason}</Told>
                </>
              ),
          },
          {
            title: "",
            show: (row) => (
              <>
                {may("personal:read") && <FetchFile id={data.id} row={row} />}
                {writes && row.withdrawn_us === undefined && (
                  <DeedForm
                    label={t("withdraw")}
                    text
                    danger
                    done={t("saved")}
                    touches={[["case", data.id], ["timeline", data.id]]}
                    fields={[{ name: "reason", label: t("reason"), kind: "area", required: true }]}
                    deed={(given) => told(api.POST("/v1/cases/{case}/attachments/{attachment}/withdrawal", { params: { path: { case: data.id, attachment: row.id } }, body: { reason: String(given.reason) } }))}
                  />
                )}
              </>
            ),
          },
        ]}
      />
    </Part>
  );
}
