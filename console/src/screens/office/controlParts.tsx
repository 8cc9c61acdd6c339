// A measure as the ledger shows it: its state, its facts, what all measures on its target come to, the notices to the customer.
import { List, Skeleton, Space, Typography } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Mark, type MarkKind } from "@/parts/Mark";
import { authorities, basics, blocks, controlClasses, effects, measureWords, programActors, useNames } from "@/parts/names";
import { Failure } from "@/parts/States";
import { AlertLink, CaseLink, Money, Severity, type SeverityWord, ThingLink, Time } from "@/parts/values";
import { Facts, Target, Told, useReason } from "@/screens/office/parts";
import { officeWords } from "@/screens/office/words";

export type Control = Schemas["Control"];

export const controlWords = defineWords({
  measure: { zh: "管控措施", en: "Measure" },
  target: { zh: "管控对象", en: "On" },
  authority: { zh: "依据主体", en: "By" },
  basis: { zh: "依据", en: "Right" },
  document: { zh: "文书号", en: "Document" },
  limit: { zh: "日限额（元）", en: "Limit of a day (yuan)" },
  released: { zh: "解除时间", en: "Released" },
  releasedBy: { zh: "解除人", en: "Released by" },
  releasedTwo: { zh: "{one}、{two}（双人）", en: "{one} and {two}" },
  releaseReason: { zh: "解除原因", en: "Why released" },
  review: { zh: "待复核日", en: "To be reviewed" },
  step: { zh: "逐级解除", en: "Released step by step" },
  stepText: { zh: "第 {n} 级", en: "step {n}" },
  replaces: { zh: "替代管控", en: "Replaces the measure" },
  class: { zh: "性质", en: "Class" },
  effect: { zh: "对象当前状态", en: "In force on the target" },
  measuresInForce: { zh: "生效措施数", en: "Measures in force" },
  strictest: { zh: "最严措施", en: "The strictest" },
  blocked: { zh: "限制内容", en: "Blocked" },
  kept: { zh: "保留业务", en: "Goes on" },
  heldBack: { zh: "保全金额（元）", en: "Held back (yuan)" },
  noNotice: { zh: "不向客户告知", en: "The customer is not told" },
  noticeMade: { zh: "生成", en: "made" },
  noticeSent: { zh: "发出", en: "sent" },
  noticeWaits: { zh: "待核心系统确认后发出", en: "goes out when the core bank has confirmed" },
  noticeRemedy: { zh: "申诉途径", en: "How to object" },
  noticeDocuments: { zh: "所需材料", en: "What to bring" },
});

export function ControlState({ control }: { control: Control }) {
  const both = useBoth();
  const kind = ({ ASKED: "info", WAITING: "info", IN_FORCE: "bad", FAILED: "bad" } as Record<string, MarkKind>)[control.state];
  return <Mark kind={kind ?? "plain"}>{both({ zh: control.state_zh, en: control.state_en })}</Mark>;
}

export function ControlConfirmed({ control }: { control: Control }) {
  const t = useWords(officeWords);
  if (control.problem !== null) {
    return (
      <Typography.Text type="danger">
        {t("couldNot")} <Told>{control.problem}</Told>
      </Typography.Text>
    );
  }
  return <>{t(control.confirmed ? "isConfirmed" : "notConfirmed")}</>;
}

export function severityWord(severity: number | null): SeverityWord | null {
  return severity === null || severity < 1 || severity > 4 ? null : (`S${severity}` as SeverityWord);
}

export function ControlFacts({ control }: { control: Control }) {
  const t = useWords(officeWords);
  const c = useWords(controlWords);
  const both = useBoth();
  const authority = useNames(authorities);
  const className = useNames(controlClasses);
  const actor = useNames(programActors);
  const reason = useReason();
  return (
    <Facts
      facts={[
        [c("measure"), both({ zh: control.measure_zh, en: control.measure_en })],
        [t("state"), <ControlState key="state" control={control} />],
        [c("target"), <Target key="target" kind={control.target_kind} target={control.target} />],
        [t("customer"), <ThingLink key="customer" kind="customer" name={control.customer} />],
        [c("class"), className(control.class)],
        [c("authority"), authority(control.authority)],
        [c("basis"), <Told key="basis">{control.basis}</Told>],
        [c("document"), <Told key="document">{control.document}</Told>],
        [t("reason"), <Told key="reason">{reason(control.reason)}</Told>],
        [t("severity"), <Severity key="severity" severity={severityWord(control.severity)} long />],
        [c("limit"), <Money key="limit" fen={control.amount} />],
        [t("branch"), control.branch],
        [t("alert"), <AlertLink key="alert" alert={control.alert} />],
        [t("case"), <CaseLink key="case" id={control.case} />],
        [t("asked"), <Time key="asked" ms={control.asked} />],
        [t("askedBy"), <Told key="by">{actor(control.asked_by)}</Told>],
        [t("since"), <Time key="since" ms={control.since} />],
        [t("until"), <Time key="until" ms={control.until} />],
        [t("confirmed"), <ControlConfirmed key="confirmed" control={control} />],
        [c("review"), <Time key="review" ms={control.review} form="day" />],
        control.released === null ? null : [c("released"), <Time key="released" ms={control.released} />],
        control.released === null
          ? null
          : [c("releasedBy"), <Told key="releasedBy">{control.released_second === null ? actor(control.released_by) : c("releasedTwo", { one: actor(control.released_by), two: control.released_second })}</Told>],
        control.release_reason === null ? null : [c("releaseReason"), <Told key="why">{reason(control.release_reason)}</Told>],
        control.step === null ? null : [c("step"), c("stepText", { n: control.step })],
        control.replaces === null ? null : [c("replaces"), control.replaces],
      ]}
    />
  );
}

export function EffectFacts({ kind, target }: { kind: string; target: string }) {
  const c = useWords(controlWords);
  const measureName = useNames(measureWords);
  const effectName = useNames(effects);
  const blockName = useNames(blocks);
  const basicName = useNames(basics);
  const between = useSettings().language === "zh" ? "；" : "; ";
  const asked = useAsk(["effect", kind, target], (signal) => told(api.GET("/v1/controls/effective", { params: { query: { target_kind: kind, target } }, signal })));
  if (asked.error !== null) {
    return <Failure error={asked.error} onAgain={() => void asked.refetch()} />;
  }
  if (asked.data === undefined) {
    return <Skeleton active paragraph={{ rows: 2 }} title={false} />;
  }
  const { effect } = asked.data;
  return (
    <Facts
      facts={[
        [c("effect"), <Mark key="state" kind={effect.state === "NONE" ? "good" : "bad"}>{effectName(effect.state)}</Mark>],
        [c("measuresInForce"), effect.measures],
        [c("strictest"), measureName(effect.strictest)],
        [c("limit"), <Money key="limit" fen={effect.limit} />],
        [c("blocked"), effect.blocks.map(blockName).join(between)],
        [c("kept"), effect.keeps.map(basicName).join(between)],
        effect.held_back === null ? null : [c("heldBack"), <Money key="back" fen={effect.held_back} />],
      ]}
    />
  );
}

export function Notices({ notices }: { notices: Schemas["Notice"][] }) {
  const c = useWords(controlWords);
  if (notices.length === 0) {
    return <Typography.Text type="secondary">{c("noNotice")}</Typography.Text>;
  }
  return (
    <List
      size="small"
      dataSource={notices}
      renderItem={(notice) => (
        <List.Item key={notice.notice}>
          <Space direction="vertical" size={4} style={{ width: "100%" }}>
            <Typography.Text type="secondary">
              <span className="mono">{`${notice.key} v${notice.version}`}</span> · {c("noticeMade")} <Time ms={notice.made} /> · {notice.sent === null ? c("noticeWaits") : c("noticeSent")} {notice.sent !== null && <Time ms={notice.sent} />}
            </Typography.Text>
            <Told>{notice.text}</Told>
            <div>
              {c("noticeRemedy")}: <Told>{notice.remedy}</Told>
            </div>
            <div>
              {c("noticeDocuments")}: <Told>{notice.documents}</Told>
            </div>
          </Space>
        </List.Item>
      )}
    />
  );
}
