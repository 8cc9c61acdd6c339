// What may be done to several alerts of one group at once. Deciding is for the small ones of one's own alone.
import { Button, Input, Select, Space, Tooltip, Typography } from "antd";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { alertWords } from "@/screens/bench/alertWords";
import { CodeChoice } from "@/screens/bench/CodeChoice";
import { deeds, type Mark, MARKS } from "@/screens/bench/deeds";
import { OneByOne } from "@/screens/bench/OneByOne";
import { ColleagueSelect } from "@/screens/bench/people";
import { benchWords } from "@/screens/bench/words";

type Row = Schemas["AlertRow"];
export type BulkDeed = "claim" | "back" | "over" | "note" | "mark" | "decide";

const TITLES = { claim: "bulkClaim", back: "bulkBack", over: "bulkOver", note: "bulkNote", mark: "bulkMark", decide: "bulkDecide" } as const;

function isSmall(row: Row): boolean {
  return ["S1", "S2"].includes(row.severity ?? "") && ["S1", "S2"].includes(row.severity_most ?? "");
}

export function BulkDialog({ what, rows, onClose }: { what: BulkDeed; rows: Row[]; onClose: (changed: boolean) => void }) {
  const t = useWords(benchWords);
  const say = useWords(alertWords);
  const both = useBoth();
  const [note, setNote] = useState("");
  const [mark, setMark] = useState<Mark>();
  const [to, setTo] = useState<string>();
  const [code, setCode] = useState<string>();
  const text = note.trim();
  const first = rows[0]!;
  const deed: Record<BulkDeed, (row: Row) => Promise<unknown>> = {
    claim: (row) => deeds.claim(row.alert),
    back: (row) => deeds.handBack(row.alert, text),
    over: (row) => deeds.handOver(row.alert, to!, text),
    note: (row) => deeds.note(row.alert, text),
    mark: (row) => deeds.mark(row.alert, mark!, text),
    decide: (row) => deeds.decide(row.alert, { code: code!, note: text }),
  };
  const ready: Record<BulkDeed, boolean> = { claim: true, back: true, over: to !== undefined, note: text !== "", mark: mark !== undefined, decide: code !== undefined && text !== "" };
  return (
    <OneByOne
      title={t(TITLES[what])}
      rows={rows}
      deed={deed[what]}
      ready={ready[what]}
      sure={what === "decide" ? t("bulkDecideSure", { n: rows.length, group: both({ zh: first.group_zh, en: ` ${first.group_en}` }).trim() }) : undefined}
      go={what === "decide" ? t("bulkYes", { n: rows.length }) : t("bulkGo", { n: rows.length })}
      danger={what === "decide"}
      onClose={onClose}
    >
      {what === "decide" && <CodeChoice group={first.group} secrecy={first.secrecy} value={code} onChange={setCode} />}
      {what === "over" && <ColleagueSelect skill={first.skill} level={Math.max(...rows.map((row) => row.level))} value={to} onChange={setTo} />}
      {what === "mark" && (
        <Select
          aria-label={say("mark")}
          placeholder={say("mark")}
          value={mark}
          onChange={setMark}
          style={{ width: "100%" }}
          options={MARKS.map((value) => ({ value, label: say(`mark${value}`) }))}
        />
      )}
      {what !== "claim" && (
        <Input.TextArea
          aria-label={t("note")}
          placeholder={say(what === "note" || what === "decide" ? "noteNeeded" : "noteFree")}
          rows={3}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      )}
    </OneByOne>
  );
}

export function BulkBar({ rows, onClear }: { rows: Row[]; onClear: () => void }) {
  const t = useWords(benchWords);
  const both = useBoth();
  const { identity } = useSession();
  const [what, setWhat] = useState<BulkDeed>();
  const first = rows[0];
  if (first === undefined) {
    return <Typography.Text type="secondary">{t("choose")}</Typography.Text>;
  }
  const isOneKind = rows.every((row) => row.group === first.group && row.secrecy === first.secrecy);
  const open = rows.every((row) => row.open);
  const own = rows.every((row) => row.owner === identity?.name);
  const nobodys = rows.every((row) => row.owner === null);
  const mayDecide = open && own && rows.every(isSmall);
  return (
    <Space wrap size="small">
      <Typography.Text strong>{isOneKind ? t("chosen", { n: rows.length, group: both({ zh: first.group_zh, en: first.group_en }) }) : t("mixed", { n: rows.length })}</Typography.Text>
      {isOneKind && (
        <>
          <Button size="small" disabled={!open || !nobodys} onClick={() => setWhat("claim")}>
            {t("bulkClaim")}
          </Button>
          <Button size="small" disabled={!open || !own} onClick={() => setWhat("back")}>
            {t("bulkBack")}
          </Button>
          <Button size="small" disabled={!open || !own} onClick={() => setWhat("over")}>
            {t("bulkOver")}
          </Button>
          <Button size="small" onClick={() => setWhat("note")}>
            {t("bulkNote")}
          </Button>
          <Button size="small" onClick={() => setWhat("mark")}>
            {t("bulkMark")}
          </Button>
          <Tooltip title={t("bulkDecideWhy")}>
            <Button size="small" disabled={!mayDecide} onClick={() => setWhat("decide")}>
              {t("bulkDecide")}
            </Button>
          </Tooltip>
        </>
      )}
      <Button size="small" type="text" onClick={onClear}>
        {t("clearChoice")}
      </Button>
      {what !== undefined && (
        <BulkDialog
          what={what}
          rows={rows}
          onClose={(changed) => {
            setWhat(undefined);
            if (changed) {
              onClear();
            }
          }}
        />
      )}
    </Space>
  );
}
