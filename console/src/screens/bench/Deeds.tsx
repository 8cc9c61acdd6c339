// What may be done with an alert, each with a key. What the reader may not do is not there.
import {
  ArrowUpOutlined,
  AuditOutlined,
  CheckCircleOutlined,
  CloseCircleOutlined,
  DownOutlined,
  EditOutlined,
  FlagOutlined,
  FolderAddOutlined,
  HistoryOutlined,
  PhoneOutlined,
  RollbackOutlined,
  SearchOutlined,
  SendOutlined,
  StepForwardOutlined,
  SwapOutlined,
  UserAddOutlined,
} from "@ant-design/icons";
import { Alert, App, Button, Dropdown, Select, Space, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router-dom";

import { useListedKey } from "@/app/Keyboard";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { useDisposition } from "@/parts/disposition";
import { alertWords } from "@/screens/bench/alertWords";
import { AskDialog } from "@/screens/bench/AskDialog";
import { CallDrawer } from "@/screens/bench/CallDrawer";
import { CaseDialog } from "@/screens/bench/CaseDialog";
import { DecideDialog } from "@/screens/bench/DecideDialog";
import { afterDeed, deeds, type Mark, MARKS, REOPENINGS, type Reopening, type Working } from "@/screens/bench/deeds";
import { NoteDialog } from "@/screens/bench/NoteDialog";
import { ColleagueSelect } from "@/screens/bench/people";
import type { Ways, Whole } from "@/screens/bench/useAlert";

type Dialog = "call" | "ask" | "decide" | "note" | "mark" | "over" | "back" | "escalate" | "approve" | "disapprove" | "reopen" | "case" | Working;

interface Way {
  key: string;
  word: keyof typeof alertWords;
  icon: ReactNode;
  active: boolean;
  primary?: boolean;
  danger?: boolean;
  rare?: boolean; // behind `more`
  go: () => void;
}

function Key({ way, what }: { way: Way; what: string }) {
  useListedKey(way.key, what, way.go, way.active);
  return null;
}

export function Deeds({ whole, ways }: { whole: Whole; ways: Ways }) {
  const t = useWords(alertWords);
  const { message } = App.useApp();
  const { may } = useSession();
  const navigate = useNavigate();
  const { row } = whole;
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const touches = afterDeed(row.alert);
  const claim = useDeed(() => deeds.claim(row.alert), { done: t("claimed"), touches });
  const verify = useDeed(() => deeds.work(row.alert, "VERIFYING", ""), { done: t("stateSet"), touches });
  const next = useDeed(() => deeds.next(), { touches, after: (answer) => navigate(`/alerts/${answer.alert.alert}`) });
  const waiting = row.state.startsWith("WAITING_");

  const all: Way[] = [
    { key: "c", word: row.owner === null ? "claim" : "takeOver", icon: <UserAddOutlined />, active: ways.claim, primary: row.owner === null, go: () => !claim.isPending && claim.mutate() },
    { key: "p", word: "approve", icon: <CheckCircleOutlined />, active: ways.approve, primary: true, go: () => setDialog("approve") },
    { key: "r", word: "disapprove", icon: <CloseCircleOutlined />, active: ways.approve, go: () => setDialog("disapprove") },
    { key: "v", word: waiting ? "goOn" : "verify", icon: <SearchOutlined />, active: ways.verify, go: () => !verify.isPending && verify.mutate() },
    { key: "q", word: "call", icon: <PhoneOutlined />, active: ways.answer, go: () => setDialog("call") },
    { key: "s", word: "ask", icon: <SendOutlined />, active: ways.ask, go: () => setDialog("ask") },
    { key: "d", word: "decide", icon: <AuditOutlined />, active: ways.decide, primary: true, go: () => setDialog("decide") },
    { key: "m", word: "note", icon: <EditOutlined />, active: ways.works, go: () => setDialog("note") },
    { key: "w", word: "waitCustomer", icon: <HistoryOutlined />, active: ways.waits.includes("WAITING_CUSTOMER"), rare: true, go: () => setDialog("WAITING_CUSTOMER") },
    { key: "k", word: "waitBranch", icon: <HistoryOutlined />, active: ways.waits.includes("WAITING_BRANCH"), rare: true, go: () => setDialog("WAITING_BRANCH") },
    { key: "j", word: "waitPolice", icon: <HistoryOutlined />, active: ways.waits.includes("WAITING_POLICE"), rare: true, go: () => setDialog("WAITING_POLICE") },
    { key: "e", word: "escalate", icon: <ArrowUpOutlined />, active: ways.escalate, rare: true, go: () => setDialog("escalate") },
    { key: "h", word: "handOver", icon: <SwapOutlined />, active: ways.handOver, rare: true, go: () => setDialog("over") },
    { key: "b", word: "handBack", icon: <RollbackOutlined />, active: ways.handBack, rare: true, go: () => setDialog("back") },
    { key: "f", word: "mark", icon: <FlagOutlined />, active: ways.works && row.open, rare: true, go: () => setDialog("mark") },
    { key: "l", word: "intoCase", icon: <FolderAddOutlined />, active: ways.intoCase, rare: true, go: () => setDialog("case") },
    { key: "o", word: "reopen", icon: <HistoryOutlined />, active: ways.reopen, danger: true, go: () => setDialog("reopen") },
    { key: "x", word: "next", icon: <StepForwardOutlined />, active: ways.works, go: () => !next.isPending && next.mutate() },
  ];
  const open = all.filter((way) => way.active);
  const rare = open.filter((way) => way.rare);
  const label = (way: Way) => (
    <>
      {t(way.word)} <kbd className="mono">{way.key}</kbd>
    </>
  );
  const hint = !ways.works && !ways.approve && !ways.reopen ? t("readOnly") : ways.works && row.open && !ways.steps && row.approval !== "ASKED" ? (row.owner === null ? t("takeFirst") : t("othersWork", { owner: row.owner })) : "";

  return (
    <>
      {all.map((way) => (
        <Key key={way.key} way={way} what={t(way.word)} />
      ))}
      <Space wrap size={[8, 8]} role="toolbar" aria-label={t("deeds")}>
        {open
          .filter((way) => way.rare !== true)
          .map((way) => (
            <Button key={way.key} type={way.primary ? "primary" : "default"} danger={way.danger} icon={way.icon} loading={(way.key === "c" && claim.isPending) || (way.key === "v" && verify.isPending) || (way.key === "x" && next.isPending)} onClick={way.go} aria-keyshortcuts={way.key}>
              {label(way)}
            </Button>
          ))}
        {rare.length > 0 && (
          <Dropdown trigger={["click"]} menu={{ items: rare.map((way) => ({ key: way.key, icon: way.icon, label: label(way), onClick: way.go })) }}>
            <Button>
              {t("more")} <DownOutlined />
            </Button>
          </Dropdown>
        )}
        {hint !== "" && <Typography.Text type="secondary">{hint}</Typography.Text>}
      </Space>
      {dialog === "call" && <CallDrawer whole={whole} maySteps={ways.ask && may("tasks:answer")} onClose={close} />}
      {dialog === "ask" && <AskDialog whole={whole} onClose={close} />}
      {dialog === "decide" && (
        <DecideDialog
          whole={whole}
          onClose={close}
          onDone={(text) => {
            close();
            void message.success(text);
          }}
        />
      )}
      {dialog === "case" && <CaseDialog row={row} onClose={close} onDone={close} />}
      {dialog !== undefined && !["call", "ask", "decide", "case"].includes(dialog) && <NotedDeed dialog={dialog as Noted} whole={whole} onClose={close} />}
    </>
  );
}

type Noted = Exclude<Dialog, "call" | "ask" | "decide" | "case">;

// What is done with a note, and one thing more beside it.
function NotedDeed({ dialog, whole, onClose }: { dialog: Noted; whole: Whole; onClose: () => void }) {
  const t = useWords(alertWords);
  const words = useDisposition();
  const { row } = whole;
  const [mark, setMark] = useState<Mark>();
  const [reason, setReason] = useState<Reopening>();
  const [to, setTo] = useState<string>();
  const run: Record<Noted, (note: string) => Promise<unknown>> = {
    note: (note) => deeds.note(row.alert, note),
    mark: (note) => deeds.mark(row.alert, mark!, note),
    over: (note) => deeds.handOver(row.alert, to!, note),
    back: (note) => deeds.handBack(row.alert, note),
    escalate: (note) => deeds.escalate(row.alert, note),
    approve: (note) => deeds.approve(row.alert, note),
    disapprove: (note) => deeds.disapprove(row.alert, note),
    reopen: (note) => deeds.reopen(row.alert, reason!, note),
    VERIFYING: (note) => deeds.work(row.alert, "VERIFYING", note),
    WAITING_CUSTOMER: (note) => deeds.work(row.alert, "WAITING_CUSTOMER", note),
    WAITING_BRANCH: (note) => deeds.work(row.alert, "WAITING_BRANCH", note),
    WAITING_POLICE: (note) => deeds.work(row.alert, "WAITING_POLICE", note),
  };
  const said: Record<Noted, { title: keyof typeof alertWords; done: string; needed?: boolean }> = {
    note: { title: "note", done: t("noted"), needed: true },
    mark: { title: "mark", done: t("marked") },
    over: { title: "handOver", done: t("handedOver", { to: to ?? "" }) },
    back: { title: "handBack", done: t("handedBack") },
    escalate: { title: "escalate", done: t("escalated"), needed: true },
    approve: { title: "approve", done: t("approved") },
    disapprove: { title: "disapprove", done: t("disapproved"), needed: true },
    reopen: { title: "reopen", done: t("reopenedNow"), needed: true },
    VERIFYING: { title: "verify", done: t("stateSet") },
    WAITING_CUSTOMER: { title: "waitCustomer", done: t("stateSet") },
    WAITING_BRANCH: { title: "waitBranch", done: t("stateSet") },
    WAITING_POLICE: { title: "waitPolice", done: t("stateSet") },
  };
  const what = said[dialog];
  const deed = useDeed((note: string) => run[dialog](note), { done: what.done, touches: afterDeed(row.alert), after: onClose });
  const ready = dialog === "mark" ? mark !== undefined : dialog === "over" ? to !== undefined : dialog === "reopen" ? reason !== undefined : true;
  const hints: Partial<Record<Noted, string>> = { mark: t("markHint"), reopen: t("reopenHint"), approve: t("approveHint") };
  return (
    <NoteDialog
      title={t("dialogOf", { what: t(what.title), alert: row.alert })}
      needed={what.needed === true}
      ready={ready}
      danger={dialog === "reopen"}
      busy={deed.isPending}
      onDo={(note) => deed.mutate(note)}
      onClose={onClose}
      hint={
        <>
          {(dialog === "approve" || dialog === "disapprove") && (
            <Alert
              type="warning"
              showIcon
              style={{ marginBottom: 8 }}
              message={t("waitsForApproval", { who: row.decided_by ?? "", code: `${words.code(row.code)} ${row.code ?? ""}` })}
              description={row.note !== null && <span data-told="">{row.note}</span>}
            />
          )}
          {hints[dialog] !== undefined && <Typography.Text type="secondary">{hints[dialog]}</Typography.Text>}
        </>
      }
    >
      {dialog === "mark" && (
        <Select aria-label={t("mark")} placeholder={t("mark")} value={mark} onChange={setMark} style={{ width: "100%" }} options={MARKS.map((value) => ({ value, label: t(`mark${value}`) }))} />
      )}
      {dialog === "reopen" && (
        <Select aria-label={t("reason")} placeholder={t("reason")} value={reason} onChange={setReason} style={{ width: "100%" }} options={REOPENINGS.map((value) => ({ value, label: t(`reopen${value}`) }))} />
      )}
      {dialog === "over" && <ColleagueSelect skill={row.skill} level={row.level} value={to} onChange={setTo} />}
    </NoteDialog>
  );
}
