// Words of disposition, as the pack that decides has them: groups, skills, states, codes, answers, scripts (GET /v1/disposition, for everybody who is signed in), and the names of what
// models have seen, which are for who sees alerts, decisions or models. What the pack has no name for is told as it is.
//
//     const words = useDisposition();
//     words.group("VP")   // 电诈受害人付款
import { useMemo } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, type Text } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { useSchema } from "@/parts/schema";

export type Disposition = Schemas["Disposition"];
export type CodeWord = Disposition["codes"][number];

// By which figures are broken down besides: severities and outcomes.
const partWords: Record<string, Text> = defineWords({
  S1: { zh: "低", en: "low" },
  S2: { zh: "中", en: "medium" },
  S3: { zh: "高", en: "high" },
  S4: { zh: "紧急", en: "urgent" },
  HELD: { zh: "暂缓中", en: "held" },
  RELEASED: { zh: "已放行", en: "released" },
  REFUSED: { zh: "已拒绝", en: "refused" },
  CANCELLED: { zh: "已撤销", en: "cancelled" },
  AUTOMATIC: { zh: "自动关闭", en: "closed automatically" },
  MANUAL_FALSE: { zh: "人工判误报", en: "people: no fraud" },
  MANUAL_TRUE: { zh: "人工判属实", en: "people: fraud" },
  UNTOLD: { zh: "未知", en: "not known" },
});

type Named = { zh: string; en: string };

function namesOf<Row extends Named>(rows: Row[] | undefined, key: (row: Row) => string): Map<string, Row> {
  return new Map((rows ?? []).map((row) => [key(row), row]));
}

export function useDisposition() {
  const { language } = useSettings();
  const { data } = useAsk(["disposition"], (signal) => told(api.GET("/v1/disposition", { signal })), { staleMs: 600_000 });
  return useMemo(() => {
    const groups = namesOf(data?.groups, (row) => row.group);
    const skills = namesOf(data?.skills, (row) => row.skill);
    const codes = namesOf(data?.codes, (row) => row.code);
    const states = namesOf(data?.states, (row) => row.state);
    const channels = namesOf(data?.channels, (row) => row.channel);
    const kinds = namesOf(data?.script_kinds, (row) => row.kind);
    const subjects = namesOf(data?.subjects, (row) => row.kind);
    const actions = namesOf(data?.actions, (row) => row.action);
    const answers = namesOf(data?.answers, (row) => row.answer);
    const choices = new Map((data?.answers ?? []).map((row) => [row.answer, namesOf(row.choices, (choice) => choice.value)]));
    const names = namesOf(data?.names, (row) => row.name);
    const told = (words: Map<string, Named> | undefined, key: string | null | undefined) => (key === null || key === undefined ? "" : words?.get(key)?.[language] || key);
    return {
      data,
      group: (key: string | null | undefined) => told(groups, key),
      code: (key: string | null | undefined) => told(codes, key),
      codeOf: (key: string | null | undefined) => (key === null || key === undefined ? undefined : codes.get(key)),
      state: (key: string | null | undefined) => told(states, key),
      isState: (key: string) => states.has(key),
      isCode: (key: string) => codes.has(key),
      channel: (key: string | null | undefined) => told(channels, key),
      kind: (key: string | null | undefined) => told(kinds, key),
      // "VICTIM-CALL@1" is what is said on the telephone to victims: its kind in words, and its id without the version.
      script: (key: string | null | undefined) => {
        const [id] = (key ?? "").split("@");
        const kind = data?.scripts.find((one) => one.script === id)?.kind;
        return kind === undefined ? (id ?? "") : `${told(kinds, kind)} ${id}`;
      },
      subject: (key: string | null | undefined) => told(subjects, key?.toUpperCase()),
      action: (key: string | null | undefined) => told(actions, key),
      answer: (key: string | null | undefined) => told(answers, key),
      answerOf: (key: string) => answers.get(key),
      // What was answered, by the name of the answer.
      choice: (answer: string, value: string) => told(choices.get(answer), value),
      skill: (key: string | null | undefined) => told(skills, key),
      name: (key: string) => told(names, key),
    };
  }, [data, language]);
}

export type DispositionWords = ReturnType<typeof useDisposition>;

// What the words mean by which figures are broken down: groups, codes, states, severities, kinds of orders. What is not known is told as it is.
export function usePartName(): (word: string) => string {
  const words = useDisposition();
  const schema = useSchema();
  const { language } = useSettings();
  return (word) => partWords[word]?.[language] ?? [words.group(word), words.code(word), words.state(word), schema.value("event.order_kind", word)].find((name) => name !== word) ?? word;
}
