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
  true: { zh: "是", en: "yes" },
  false: { zh: "否", en: "no" },
});

// For who may not ask for them (a branch, an author of models): as the pack of this bank names them.
const groupWords: Record<string, Text> = defineWords({
  AT: { zh: "账户盗用", en: "account takeover" },
  VP: { zh: "电诈受害人付款", en: "payment by a victim" },
  CF: { zh: "银行卡欺诈", en: "card fraud" },
  DE: { zh: "设备与环境", en: "device and environment" },
  TA: { zh: "终端与现金", en: "terminals and cash" },
  MU: { zh: "涉诈账户", en: "mule account" },
  UB: { zh: "地下钱庄", en: "underground banking" },
  CG: { zh: "跨境赌博", en: "cross-border gambling" },
  IF: { zh: "非法集资与传销", en: "illegal fundraising" },
  CO: { zh: "对公账户", en: "corporate account" },
  MF: { zh: "商户欺诈", en: "merchant fraud" },
  LF: { zh: "信贷与申请欺诈", en: "loan fraud" },
  AO: { zh: "异常开户", en: "account opening" },
  AM: { zh: "反洗钱", en: "money laundering" },
  IE: { zh: "内部人员", en: "employee" },
  NS: { zh: "网络安全", en: "network security" },
  SI: { zh: "安全检查", en: "safety inspection" },
});

const codeWords: Record<string, Text> = defineWords({
  "TP-VICTIM-SAVED": { zh: "受害人劝阻成功", en: "victim, money saved" },
  "TP-VICTIM-LOSS": { zh: "受害但已损失", en: "victim, money gone" },
  "TP-UNAUTH": { zh: "确认盗用盗刷", en: "used without leave" },
  "TP-MULE": { zh: "确认涉诈账户", en: "mule, confirmed" },
  "TP-MULE-SUSP": { zh: "高度疑似并管控", en: "mule, suspected" },
  "TP-ML-STR": { zh: "已报可疑交易", en: "suspicion reported" },
  "TP-MERCHANT": { zh: "商户违规", en: "merchant at fault" },
  "TP-LOAN": { zh: "信贷欺诈", en: "loan fraud" },
  "TP-INSIDER": { zh: "内部违规", en: "breach by an employee" },
  "TP-NETSEC": { zh: "安全事件", en: "security incident" },
  "TP-HAZARD": { zh: "隐患属实", en: "a hazard that is there" },
  "FP-OWNWILL": { zh: "本人真实意愿", en: "customer's own will" },
  "FP-BUSINESS": { zh: "正常经营", en: "genuine business" },
  "FP-DATA": { zh: "数据错误", en: "wrong data" },
  "FP-MODEL": { zh: "模型缺陷", en: "error of the model" },
  DUP: { zh: "重复", en: "duplicate" },
  "UNC-NOCONTACT": { zh: "无法联系", en: "nobody reached" },
  "UNC-TIMEOUT": { zh: "超时自动结", en: "time ran out" },
  TEST: { zh: "测试", en: "test" },
});

const channelWords: Record<string, Text> = defineWords({
  SMS: { zh: "短信", en: "text message" },
  APP: { zh: "手机银行消息", en: "message in the app" },
  ROBOT_CALL: { zh: "智能外呼", en: "call by a robot" },
  AUTH: { zh: "加强认证", en: "step-up" },
  QUESTIONNAIRE: { zh: "问卷", en: "questionnaire" },
  HUMAN_CALL: { zh: "人工外呼", en: "call by a person" },
  DOCUMENTS: { zh: "调取材料", en: "request for documents" },
  BRANCH_VISIT: { zh: "网点核实", en: "visit by the outlet" },
  EMERGENCY_CONTACT: { zh: "紧急联系人", en: "registered emergency contact" },
  POLICE: { zh: "公安", en: "police" },
});

const answerWords: Record<string, Text> = defineWords({
  reply: { zh: "回复", en: "what he replied" },
  registered_number: { zh: "预留号码", en: "it came from the registered number" },
  number_days: { zh: "预留号码天数", en: "days since the number was registered" },
  call_forwarding: { zh: "呼叫转移", en: "call forwarding is active" },
  method: { zh: "认证方式", en: "authenticated with" },
  passed: { zh: "认证通过", en: "the authentication was passed" },
  liveness: { zh: "活体分", en: "liveness, 0 to 1" },
  injected: { zh: "摄像头注入", en: "the camera's picture was injected" },
  device_days: { zh: "设备使用天数", en: "days of using the device" },
  known_device: { zh: "常用设备", en: "a device that he has used for 30 days" },
  confidence: { zh: "语音识别置信度", en: "confidence of the speech recognition" },
  identity_ok: { zh: "身份核对通过", en: "his identity was right" },
  purpose: { zh: "用途", en: "what the payment is for" },
  consistent: { zh: "前后一致", en: "his answers fit each other and the payment" },
  scam_keyword: { zh: "诈骗关键词", en: "he said something that victims say" },
  hesitation: { zh: "犹豫", en: "he hesitated or asked somebody" },
  third_voice: { zh: "旁人提示", en: "somebody else told him what to say" },
  warning_seen: { zh: "已阅专项提示", en: "he saw the warning that fits the payment" },
  questionnaire_passed: { zh: "问卷通过", en: "no answer of the questionnaire is one that victims give" },
  deceived: { zh: "自认被骗", en: "he says that he was deceived" },
  cancelled: { zh: "要求撤销", en: "he wants the payment cancelled" },
  confirmed_again: { zh: "再次确认", en: "he confirmed again after the cooling-off" },
  review_requested: { zh: "要求人工复核", en: "he wants a person to look at it" },
  documents_given: { zh: "已提交材料", en: "documents came in" },
  stranger: { zh: "素不相识", en: "he has never met the payee" },
  promised_back: { zh: "承诺返还", en: "he was promised the money back, or a gain" },
  told_secret: { zh: "被要求保密", en: "somebody told him to tell nobody" },
});

// By which figures are broken down besides: severities, kinds of orders, outcomes.
const partWords: Record<string, Text> = defineWords({
  S1: { zh: "低", en: "low" },
  S2: { zh: "中", en: "medium" },
  S3: { zh: "高", en: "high" },
  S4: { zh: "紧急", en: "urgent" },
  QUERY_ACCT: { zh: "账户信息查询", en: "account query" },
  QUERY_TXN: { zh: "交易明细查询", en: "query of movements" },
  QUERY_ALL_ACCT: { zh: "全账户查询", en: "query of all accounts" },
  QUERY_DYNAMIC: { zh: "动态查询", en: "running query" },
  STOP_PAY: { zh: "紧急止付", en: "stop of payments" },
  STOP_PAY_RENEW: { zh: "再次止付", en: "stop once more" },
  STOP_PAY_RELEASE: { zh: "止付解除", en: "end of a stop" },
  FREEZE: { zh: "冻结", en: "freeze" },
  FREEZE_RENEW: { zh: "续冻", en: "longer freeze" },
  FREEZE_RELEASE: { zh: "解除冻结", en: "end of a freeze" },
  DEDUCT_RETURN: { zh: "资金返还", en: "return of money" },
  LIST_PUSH: { zh: "名单推送", en: "list" },
  HELD: { zh: "暂缓中", en: "held" },
  RELEASED: { zh: "已放行", en: "released" },
  REFUSED: { zh: "已拒绝", en: "refused" },
  CANCELLED: { zh: "已撤销", en: "cancelled" },
  AUTOMATIC: { zh: "自动关闭", en: "closed automatically" },
  MANUAL_FALSE: { zh: "人工判误报", en: "people: no fraud" },
  MANUAL_TRUE: { zh: "人工判属实", en: "people: fraud" },
  UNTOLD: { zh: "未知", en: "not known" },
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
    const told = (words: Map<string, Named>, key: string | null | undefined, untold: Record<string, Text> = {}) => (key === null || key === undefined ? "" : words.get(key)?.[language] || wordIn(untold, key, language));
    return {
      data,
      group: (key: string | null | undefined) => told(groups, key, groupWords),
      code: (key: string | null | undefined) => told(codes, key, codeWords),
      codeOf: (key: string | null | undefined) => (key === null || key === undefined ? undefined : codes.get(key)),
      state: (key: string | null | undefined) => told(states, key),
      isState: (key: string) => states.has(key),
      isCode: (key: string) => codes.has(key),
      channel: (key: string | null | undefined) => told(channels, key, channelWords),
      kind: (key: string | null | undefined) => told(kinds, key),
      subject: (key: string | null | undefined) => told(subjects, key?.toUpperCase()),
      action: (key: string | null | undefined) => told(actions, key),
      answer: (key: string | null | undefined) => told(answers, key, answerWords),
      answerOf: (key: string) => answers.get(key),
      choice: (key: string) => wordIn(choiceWords, key, language),
      skill: (key: string | null | undefined) => (key === null || key === undefined ? "" : wordIn(skillWords, key, language)),
      name: (key: string) => told(names, key),
    };
  }, [data, language]);
}

export type DispositionWords = ReturnType<typeof useDisposition>;

// What the words mean by which figures are broken down: groups, codes, states, severities, kinds of orders. What is not known here is told as it is.
export function usePartName(): (word: string) => string {
  const words = useDisposition();
  const { language } = useSettings();
  return (word) => partWords[word]?.[language] ?? [words.group(word), words.code(word), words.state(word)].find((name) => name !== word) ?? word;
}
