// What happened in a case, the oldest first, page by page: of the case itself, its alerts, tasks, measures, held payments, notes, files and frozen movements.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Spin, Timeline } from "antd";

import { api, told, type Schemas } from "@/api/client";
import { useWords } from "@/app/words";
import { useDisposition } from "@/parts/disposition";
import { textOf, useCode } from "@/parts/names";
import { Failure, Nothing } from "@/parts/States";
import { AlertLink, moneyText } from "@/parts/values";
import { TimeUs, Told, Word, type Tone } from "@/screens/cases/CasePieces";
import type { CaseTab } from "@/screens/cases/CaseRoom";
import { caseWords } from "@/screens/cases/words";

type Line = Schemas["Timeline"]["lines"][number];
type Next = NonNullable<Schemas["Timeline"]["next"]>;

const tones: Record<Line["source"], Tone> = { CASE: "going", ALERT: "bad", TASK: "plain", CONTROL: "wait", HOLD: "wait", NOTE: "done", ATTACHMENT: "done", MOVEMENT: "plain" };

// `what` is a state, a deed, or a word with what it is of: "in force BLOCK_CARD", "asked SMS".
function useWhat(): (line: Line) => string {
  const code = useCode();
  const words = useDisposition();
  return ({ source, what }) => {
    const last = what.slice(what.lastIndexOf(" ") + 1);
    switch (source) {
      case "CASE":
        return textOf("caseState", what) === undefined ? code("deed", what) : code("caseState", what);
      case "ALERT":
        return words.isState(what) ? words.state(what) : code("deed", what);
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

// Details of deeds are JSON: shown as what they name, without braces.
function textOfLine(text: string): string {
  if (!text.startsWith("{")) {
    return text;
  }
  try {
    const members = JSON.parse(text) as Record<string, unknown>;
    return Object.entries(members)
      .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
      .join("; ");
  } catch {
    return text;
  }
}

export function CaseTimeline({ data }: CaseTab) {
  const t = useWords(caseWords);
  const code = useCode();
  const what = useWhat();
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
        items={lines.map((line, i) => ({
          key: i,
          children: (
            <div style={{ display: "flex", gap: 10, flexWrap: "wrap", alignItems: "baseline" }}>
              <TimeUs us={line.at_us} />
              <Word tone={tones[line.source]}>{code("line", line.source)}</Word>
              {line.source === "ALERT" && <AlertLink alert={line.object} />}
              <span>{what(line)}</span>
              {line.amount !== undefined && <span className="number">{moneyText(line.amount)}</span>}
              {line.source === "MOVEMENT" ? (
                <span data-told="" className="mono">
                  {line.who} → {line.text}
                </span>
              ) : (
                <>
                  {line.text !== "" && line.text !== line.what && textOf("deed", line.text) === undefined && <Told>{textOfLine(line.text)}</Told>}
                  {line.who !== "" && (
                    <span style={{ opacity: 0.8 }} data-told="">
                      {t("from", { who: line.who })}
                    </span>
                  )}
                </>
              )}
            </div>
          ),
        }))}
      />
      {query.hasNextPage && (
        <Button size="small" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t("more")}
        </Button>
      )}
    </div>
  );
}
