// Words of disposition, as the pack that decides has them: groups, skills, states, codes, answers, scripts, and the names of what models have seen (GET /v1/disposition).
//
//     const words = useDisposition();
//     words.group("VP")   // 电诈受害人付款
import { useMemo } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { defineWords, type Language, type Text } from "@/app/words";
import { useAsk } from "@/parts/ask";

export type Disposition = Schemas["Disposition"];
export type CodeWord = Disposition["codes"][number];

const skillWords: Record<string, Text> = defineWords({
  FRAUD: { zh: "反欺诈", en: "Fraud" },
  MULE: { zh: "涉诈账户", en: "Mule accounts" },
  CORPORATE: { zh: "对公", en: "Corporate" },
  MERCHANT: { zh: "商户", en: "Merchants" },
  LOAN: { zh: "信贷", en: "Loans" },
  SECURITY: { zh: "网络安全", en: "Security" },
  SAFETY: { zh: "安全检查", en: "Safety" },
  AML: { zh: "反洗钱", en: "Money laundering" },
  INSIDER: { zh: "员工行为", en: "Employees" },
});

// What a person chooses from a list of the pack's own words, where the pack has no names for them.
const choiceWords: Record<string, Text> = defineWords({
  Y: { zh: "是", en: "yes" },
  N: { zh: "否", en: "no" },
  OTHER: { zh: "其他", en: "other" },
  FAMILY: { zh: "家人亲友", en: "family" },
  GOODS: { zh: "货款", en: "goods" },
  SALARY: { zh: "工资", en: "salary" },
  LOAN: { zh: "借贷", en: "loan" },
  INVESTMENT: { zh: "投资理财", en: "investment" },
  DEPOSIT: { zh: "押金保证金", en: "deposit" },
  FACE: { zh: "人脸", en: "face" },
  UKEY: { zh: "U 盾", en: "key" },
  SMS: { zh: "短信验证码", en: "code by SMS" },
  PIN: { zh: "密码", en: "PIN" },
  VOICE: { zh: "声纹", en: "voice" },
  CALLBACK: { zh: "回拨", en: "call back" },
});

export function wordIn(words: Record<string, Text>, key: string, language: Language): string {
  return words[key]?.[language] ?? key;
}

type Named = { zh: string; en: string };

function namesOf<Row extends Named>(rows: Row[] | undefined, key: (row: Row) => string): Map<string, Row> {
  return new Map((rows ?? []).map((row) => [key(row), row]));
}

export function useDisposition() {
  const { language } = useSettings();
  const { may } = useSession();
  const { data } = useAsk(["disposition"], (signal) => told(api.GET("/v1/disposition", { signal })), { staleMs: 600_000, active: may("alerts:read") });
  return useMemo(() => {
    const groups = namesOf(data?.groups, (row) => row.group);
    const codes = namesOf(data?.codes, (row) => row.code);
    const states = namesOf(data?.states, (row) => row.state);
    const channels = namesOf(data?.channels, (row) => row.channel);
    const kinds = namesOf(data?.script_kinds, (row) => row.kind);
    const subjects = namesOf(data?.subjects, (row) => row.kind);
    const actions = namesOf(data?.actions, (row) => row.action);
    const answers = namesOf(data?.answers, (row) => row.answer);
    const names = namesOf(data?.names, (row) => row.name);
    const told = (words: Map<string, Named>, key: string | null | undefined) => (key === null || key === undefined ? "" : (words.get(key)?.[language] || key));
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
      subject: (key: string | null | undefined) => told(subjects, key?.toUpperCase()),
      action: (key: string | null | undefined) => told(actions, key),
      answer: (key: string | null | undefined) => told(answers, key),
      answerOf: (key: string) => answers.get(key),
      choice: (key: string) => wordIn(choiceWords, key, language),
      skill: (key: string | null | undefined) => (key === null || key === undefined ? "" : wordIn(skillWords, key, language)),
      name: (key: string) => told(names, key),
    };
  }, [data, language]);
}

export type DispositionWords = ReturnType<typeof useDisposition>;
