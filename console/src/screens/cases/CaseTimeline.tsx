// What happened in a case, the oldest first, page by page: of the case itself, its alerts, tasks, measures, held payments, notes, files and frozen movements.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Spin, Timeline } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { Mark, type MarkKind } from "@/parts/Mark";
import { programActors, textOf, useCode, useNames } from "@/parts/names";
import { Failure, Nothing } from "@/parts/States";
import { AlertLink, moneyText } from "@/parts/values";
import { useAnswerText } from "@/screens/bench/AnswerFields";
import { useStepReason } from "@/screens/bench/steps";
import { TimeUs, Told } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { caseWords } from "@/screens/cases/words";

type Line = Schemas["Timeline"]["lines"][number];
type Next = NonNullable<Schemas["Timeline"]["next"]>;

const MARKS: Record<Line["source"], MarkKind> = { CASE: "info", ALERT: "bad", TASK: "plain", CONTROL: "warn", HOLD: "warn", NOTE: "good", ATTACHMENT: "good", MOVEMENT: "plain" };

// `what` is a state, a deed, or a word with what it is of: "in force BLOCK_CARD", "asked SMS".
function useWhat(): (line: Line) => string {
  const code = useCode();
  const words = useDisposition();
  const reason = useStepReason();
  return ({ source, what, who }) => {
    const last = what.slice(what.lastIndexOf(" ") + 1);
    switch (source) {
      case "CASE":
        return textOf("caseState", what) === undefined ? code("deed", what) : code("caseState", what);
      case "ALERT":
        return words.isState(what) ? words.state(what) : reason(what, who);
      case "CONTROL":
        return `${code("control", what.startsWith("released") ? "RELEASED" : "IN_FORCE")} ${code("measure", last)}`;
      case "TASK":
        return `${code("task", what.startsWith("answered") ? "ANSWERED" : "ASKED")} ${words.channel(last)}`;
      case "HOLD":
        return code("hold", what);
      case "NOTE":
        return code("note", what);
      case "MOVEMENT":
        return code("part", what);
      default:
        return what;
    }
  };
}

// Members of the details of deeds, as the store keeps them.
const memberWords = defineWords({
  account: { zh: "账户", en: "account" },
  alert: { zh: "预警", en: "alert" },
  amount: { zh: "金额（元）", en: "amount (yuan)" },
  attachment: { zh: "附件", en: "attachment" },
  branch: { zh: "机构", en: "branch" },
  case: { zh: "案件", en: "case" },
  code: { zh: "定性", en: "code" },
  conclusion: { zh: "结论", en: "conclusion" },
  confidence: { zh: "把握（%）", en: "confidence (%)" },
  decision: { zh: "处理决定", en: "decision" },
  evidence: { zh: "依据", en: "evidence" },
  gang: { zh: "团伙", en: "gang" },
  items: { zh: "笔数", en: "items" },
  kind: { zh: "种类", en: "kind" },
  lessons: { zh: "经验教训", en: "lessons" },
  level: { zh: "级别", en: "level" },
  mark: { zh: "标记", en: "mark" },
  modus: { zh: "作案手法", en: "modus" },
  name: { zh: "名称", en: "name" },
  note: { zh: "说明", en: "note" },
  number: { zh: "编号", en: "number" },
  owner: { zh: "主办人", en: "owner" },
  party: { zh: "当事人", en: "party" },
  party_kind: { zh: "当事人种类", en: "kind of party" },
  picture: { zh: "资金流向图", en: "picture" },
  police_case_no: { zh: "警方案号", en: "police case number" },
  reason: { zh: "理由", en: "reason" },
  reference: { zh: "外部编号", en: "number of elsewhere" },
  role: { zh: "角色", en: "role" },
  role_before: { zh: "原角色", en: "role before" },
  secrecy: { zh: "密级", en: "secrecy" },
  sequence: { zh: "记录号", en: "record" },
  sha256: { zh: "SHA-256", en: "SHA-256" },
  size: { zh: "大小（字节）", en: "size (bytes)" },
  still_here: { zh: "仍在本行（元）", en: "still here (yuan)" },
  strategy: { zh: "策略", en: "strategy" },
  summary: { zh: "案情", en: "summary" },
  team: { zh: "团队", en: "team" },
  title: { zh: "名称", en: "title" },
  traced: { zh: "已追踪（元）", en: "traced (yuan)" },
  type: { zh: "案件类型", en: "type" },
});
const inFen = new Set(["amount", "still_here", "traced"]);
// Which list of codes the word of a member is of.
const listOf = { level: "level", role: "role", role_before: "role", secrecy: "secrecy", type: "type" } as const;

// Details of deeds are JSON: shown as what they name, without braces.
function useDetail(): (text: string) => string {
  const { language } = useSettings();
  const code = useCode();
  const words = useDisposition();
  const isEmpty = (value: unknown) => value === null || value === "";
  function valueText(name: string, value: unknown): string {
    if (typeof value === "number") {
      return inFen.has(name) ? moneyText(value) : String(value);
    }
    if (typeof value !== "string") {
      return JSON.stringify(value);
    }
    if (name in listOf) {
      return code(listOf[name as keyof typeof listOf], value);
    }
    return name === "code" ? words.code(value) : name === "kind" || name === "party_kind" ? (textOf("subject", value.toUpperCase())?.[language] ?? value) : value.trim();
  }
  return (text) => {
    if (!text.startsWith("{")) {
      return text;
    }
    try {
      const members = JSON.parse(text) as Record<string, unknown>;
      return Object.entries(members)
        .filter(([, value]) => !isEmpty(value))
        .map(([name, value]) => `${name in memberWords ? memberWords[name as keyof typeof memberWords][language] : name}${language === "zh" ? "：" : ": "}${valueText(name, value)}`)
        .join(language === "zh" ? "；" : "; ");
    } catch {
      return text;
    }
  };
}

// What is told besides: why an alert came to its state, of what a case was opened, what people wrote; nothing that `what` says already.
function useMore(): (line: Line) => string {
  const t = useWords(caseWords);
  const code = useCode();
  const { language } = useSettings();
  const reason = useStepReason();
  const answerText = useAnswerText(useDisposition());
  const detail = useDetail();
  return ({ source, what, who, text }) => {
    if (text === what) {
      return "";
    }
    if (source === "ALERT") {
      return reason(text, who);
    }
    if (source === "TASK" && text.startsWith("{")) {
      try {
        return answerText(JSON.parse(text) as Record<string, unknown>);
      } catch {
        return text;
      }
    }
    if (source === "CASE" && what === "OPEN") {
      return `${t("source")}${language === "zh" ? "：" : ": "}${code("source", text)}`;
    }
    return textOf("deed", text) === undefined ? detail(text) : "";
  };
}

export function CaseTimeline({ data }: CaseTab) {
  const t = useWords(caseWords);
  const code = useCode();
  const what = useWhat();
  const more = useMore();
  const actor = useNames(programActors);
  const query = useInfiniteQuery({
    queryKey: ["timeline", data.id],
    queryFn: ({ pageParam, signal }) => told(api.GET("/v1/cases/{case}/timeline", { params: { path: { case: data.id }, query: { ...pageParam, limit: 100 } }, signal })),
    initialPageParam: undefined as Next | undefined,
    getNextPageParam: (page) => page.next,
  });
  if (query.isPending) {
    return <Spin />;
  }
  if (query.error !== null) {
    return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  }
  const lines = query.data.pages.flatMap((page) => page.lines);
  if (lines.length === 0) {
    return <Nothing />;
  }
  return (
    <div style={{ paddingTop: 8 }}>
      <Timeline
        items={lines.map((line, i) => {
          const besides = more(line);
          return {
          key: i,
          children: (
            <div style={{ display: "flex", gap: 10, flexWrap: "wrap", alignItems: "baseline" }}>
              <TimeUs us={line.at_us} />
              <Mark kind={MARKS[line.source]}>{code("line", line.source)}</Mark>
              {line.source === "ALERT" && <AlertLink alert={line.object} />}
              <span>{what(line)}</span>
              {line.amount !== undefined && <span className="number">{moneyText(line.amount)}</span>}
              {line.source === "MOVEMENT" ? (
                <span data-told="" className="mono">
                  {line.who} → {line.text}
                </span>
              ) : (
                <>
                  {besides !== "" && <Told>{besides}</Told>}
                  {line.who !== "" && (
                    <span style={{ opacity: 0.8 }} data-told="">
                      {t("from", { who: actor(line.who) })}
                    </span>
                  )}
                </>
              )}
            </div>
          ),
          };
        })}
      />
      {query.hasNextPage && (
        <Button size="small" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t("more")}
        </Button>
      )}
    </div>
  );
}
