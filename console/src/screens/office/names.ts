// Names of the server's words that its answers give without one: on what a measure is, by which right, what it blocks, outcomes, findings, channels, answers.
import { useSettings } from "@/app/settings";
import { defineWords, type Words } from "@/app/words";

// Of a word that stands in none of the tables, the word itself.
export function useNames<W extends Words>(words: W): (word: string | null | undefined) => string {
  const { language } = useSettings();
  return (word) => (word === null || word === undefined || word === "" ? "—" : (words[word]?.[language] ?? word));
}

export const targetKinds = defineWords({
  account: { zh: "账户", en: "account" },
  card: { zh: "银行卡", en: "card" },
  customer: { zh: "客户", en: "customer" },
  merchant: { zh: "商户", en: "merchant" },
  device: { zh: "设备", en: "device" },
  ip: { zh: "IP 地址", en: "IP address" },
  system_account: { zh: "系统账号", en: "account of a system" },
  payee: { zh: "收款方", en: "payee" },
});

export const authorities = defineWords({
  BANK: { zh: "本行", en: "the bank" },
  LIST: { zh: "名单", en: "a list" },
  ORDER: { zh: "有权机关指令", en: "an order" },
});

export const controlClasses = defineWords({
  RESTRICTED: { zh: "管控", en: "control" },
  STOPPED: { zh: "止付", en: "stop" },
  FROZEN: { zh: "冻结", en: "freeze" },
});

export const controlStates = defineWords({
  ASKED: { zh: "已发起", en: "asked of the core bank" },
  IN_FORCE: { zh: "生效中", en: "in force" },
  WAITING: { zh: "轮候", en: "waits behind another freeze" },
  FAILED: { zh: "失败", en: "the core bank could not" },
  RELEASED: { zh: "已解除", en: "released" },
  EXPIRED: { zh: "到期解除", en: "ended in time" },
});

export const effects = defineWords({
  NONE: { zh: "未受管控", en: "nothing in force" },
  RESTRICTED: { zh: "受管控", en: "restricted" },
  STOPPED: { zh: "已止付", en: "stopped" },
  FROZEN: { zh: "已冻结", en: "frozen" },
});

export const blocks = defineWords({
  PAYMENTS_TO: { zh: "向其付款", en: "payments to it" },
  NETWORK: { zh: "网络访问", en: "its requests" },
  LOGIN: { zh: "登录", en: "sign-in" },
  OPENING: { zh: "新开账户", en: "new accounts" },
  SETTLEMENT_NOW: { zh: "即时结算", en: "settlement at once" },
  LIMITED: { zh: "超限额非柜面支出", en: "debits away from the counter above a limit" },
  CARD: { zh: "卡片交易", en: "the card" },
  ACQUIRING: { zh: "收单", en: "taking payments" },
  NON_COUNTER_DEBIT: { zh: "非柜面支出", en: "debits away from the counter" },
  COUNTER_DEBIT: { zh: "柜面支出", en: "debits at the counter" },
  CREDIT: { zh: "入账", en: "credits" },
});

export const basics = defineWords({
  MEDICAL: { zh: "医疗", en: "medical care" },
  SOCIAL_SECURITY: { zh: "社保", en: "social security" },
  UTILITIES: { zh: "水电燃气", en: "utilities" },
});

export const accountFacts = defineWords({
  PAYROLL: { zh: "代发工资账户", en: "wages are paid into it" },
  PENSION: { zh: "养老社保账户", en: "pension is paid into it" },
  SETTLEMENT: { zh: "商户结算账户", en: "a merchant is settled by it" },
  COURT: { zh: "法院等公共账户", en: "of a court or another public body" },
  BASIC: { zh: "基本生活专用账户", en: "for medical care, social security or utilities alone" },
});

export const holdOutcomes = defineWords({
  HELD: { zh: "暂缓中", en: "held" },
  RELEASED: { zh: "放行", en: "release" },
  REFUSED: { zh: "拒绝", en: "refuse" },
  CANCELLED: { zh: "客户撤销", en: "cancelled by the customer" },
});

export const appealStates = defineWords({
  SUBMITTED: { zh: "待首次答复", en: "waits for the first reply" },
  REPLIED: { zh: "已答复，待结论", en: "replied, to be settled" },
  VERIFIED: { zh: "已核实属实，待解除", en: "found true, to be released" },
  RELEASED: { zh: "解除", en: "released" },
  PARTLY: { zh: "部分解除", en: "released in part" },
  KEPT: { zh: "维持", en: "kept" },
});

export const appealChannels = defineWords({
  hotline: { zh: "客服热线", en: "hotline" },
  branch: { zh: "网点", en: "branch" },
  app: { zh: "手机银行", en: "app" },
});

export const proposalStates = defineWords({
  WAITING: { zh: "待复核", en: "waits" },
  APPROVED: { zh: "已通过", en: "approved" },
  REJECTED: { zh: "已退回", en: "rejected" },
  WITHDRAWN: { zh: "已撤回", en: "withdrawn" },
  LAPSED: { zh: "已过期", en: "lapsed" },
});

// What a proposal would do, by its word.
export const proposalWords = defineWords({
  PASSED: { zh: "放行", en: "let it go" },
  RELEASED: { zh: "解除", en: "release" },
  REFUSED: { zh: "拒绝", en: "refuse" },
  CANCELLED: { zh: "撤销", en: "cancel" },
  PARTLY: { zh: "部分解除", en: "release in part" },
  KEPT: { zh: "维持", en: "keep" },
  EXECUTE: { zh: "执行", en: "carry out" },
  REFUSE: { zh: "不予执行", en: "do not carry out" },
});

export const objectKinds = defineWords({
  hold: { zh: "暂缓交易", en: "held payment" },
  control: { zh: "管控", en: "measure" },
  appeal: { zh: "申诉", en: "appeal" },
  order: { zh: "指令", en: "order" },
  list: { zh: "名单变更", en: "change of a list" },
});

export const taskStates = defineWords({
  ASKED: { zh: "待核实", en: "to do" },
  ANSWERED: { zh: "已答复", en: "answered" },
  EXPIRED: { zh: "已超时", en: "out of time" },
  CANCELLED: { zh: "已取消", en: "cancelled" },
});

export const channels = defineWords({
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

export const missedKinds = defineWords({
  REPORT: { zh: "客户报案", en: "reported by a customer" },
  SAMPLE: { zh: "未命中抽查", en: "drawn among what hit nothing" },
});

export const missedStates = defineWords({
  OPEN: { zh: "待领取", en: "waits" },
  TAKEN: { zh: "复盘中", en: "in somebody's hands" },
  CLOSED: { zh: "已结", en: "closed" },
});

export const reportKinds = defineWords({
  VICTIM: { zh: "受骗", en: "deceived" },
  UNAUTHORISED: { zh: "被盗用", en: "used without leave" },
  DISPUTE: { zh: "交易纠纷", en: "dispute" },
  COMPLAINT: { zh: "投诉", en: "complaint" },
  SELF_MULE: { zh: "自认出租出借账户", en: "says that he lent his account" },
  TIP: { zh: "举报", en: "tip" },
});

// src/response/disposition/missed_findings.def
export const findings = defineWords({
  NO_FEATURE: { zh: "缺特征", en: "no feature" },
  NO_MODEL: { zh: "缺模型", en: "no model" },
  THRESHOLD: { zh: "阈值过严", en: "threshold too strict" },
  NOT_ACTIVE: { zh: "模型未启用", en: "model not active" },
  NO_DATA: { zh: "数据缺失", en: "data missing" },
  OUTSIDE: { zh: "不经本行", en: "outside of this bank" },
  NO_FRAUD: { zh: "并非欺诈", en: "no fraud" },
});

export const findingMeanings = defineWords({
  NO_FEATURE: { zh: "现有特征都看不出来；备注写明什么能看出来", en: "nothing that is measured shows it; the note says what would" },
  NO_MODEL: { zh: "特征看得出来，但没有模型在问；备注写明是什么特征", en: "what is measured shows it, and no model asks; the note says which" },
  THRESHOLD: { zh: "有模型接近命中，需要检查参数", en: "a model was near it; its parameters are to be looked at" },
  NOT_ACTIVE: { zh: "一个尚未参与决策的模型看到了它", en: "a model that does not decide yet had seen it" },
  NO_DATA: { zh: "能看出来的字段为空或迟到；备注写明哪个字段", en: "the field that would have shown it was empty or came late; the note says which" },
  OUTSIDE: { zh: "资金没有经过本系统决策的渠道", en: "the money did not go through what is decided on here" },
  NO_FRAUD: { zh: "查明不是欺诈", en: "it was none" },
});

export const findingNeeds: Record<keyof typeof findings, "model" | "note" | "none"> = {
  NO_FEATURE: "note",
  NO_MODEL: "note",
  THRESHOLD: "model",
  NOT_ACTIVE: "model",
  NO_DATA: "note",
  OUTSIDE: "none",
  NO_FRAUD: "none",
};

// src/response/strategies/codes.def: how an alert may be closed.
export const codes = defineWords({
  "TP-VICTIM-SAVED": { zh: "受害人劝阻成功", en: "fraud, the money is still here" },
  "TP-VICTIM-LOSS": { zh: "受害但已损失", en: "fraud, the money is gone" },
  "TP-UNAUTH": { zh: "确认盗用盗刷", en: "used without the customer's leave" },
  "TP-MULE": { zh: "确认涉诈账户", en: "mule, confirmed" },
  "TP-MULE-SUSP": { zh: "高度疑似并管控", en: "controlled, not yet confirmed" },
  "TP-ML-STR": { zh: "已报可疑交易", en: "a suspicious transaction report was filed" },
  "TP-MERCHANT": { zh: "商户违规", en: "fraud or breach by a merchant" },
  "TP-LOAN": { zh: "信贷欺诈", en: "fraud in a loan or an application" },
  "TP-INSIDER": { zh: "内部违规", en: "breach by an employee" },
  "TP-NETSEC": { zh: "安全事件", en: "security incident" },
  "TP-HAZARD": { zh: "隐患属实", en: "a hazard that is there" },
  "FP-OWNWILL": { zh: "本人真实意愿", en: "the customer's own will" },
  "FP-BUSINESS": { zh: "正常经营", en: "genuine business" },
  "FP-DATA": { zh: "数据错误", en: "wrong data" },
  "FP-MODEL": { zh: "模型缺陷", en: "error of the model" },
  DUP: { zh: "重复", en: "another alert says the same" },
  "UNC-NOCONTACT": { zh: "无法联系", en: "nobody reached" },
  "UNC-TIMEOUT": { zh: "超时自动结", en: "time ran out" },
  TEST: { zh: "测试", en: "test" },
});

// Answers of customers that the bank's pack knows (packs/bank/disposition.yaml). What a pack has besides is shown by its own name.
export const answerNames = defineWords({
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

export const answerValues = defineWords({
  Y: { zh: "是", en: "yes" },
  N: { zh: "否", en: "no" },
  OTHER: { zh: "其他", en: "other" },
  FAMILY: { zh: "家人亲友", en: "family" },
  GOODS: { zh: "购物付款", en: "goods" },
  SALARY: { zh: "工资", en: "salary" },
  LOAN: { zh: "借款还款", en: "loan" },
  INVESTMENT: { zh: "投资理财", en: "investment" },
  DEPOSIT: { zh: "保证金", en: "deposit" },
  true: { zh: "是", en: "yes" },
  false: { zh: "否", en: "no" },
});

// What can be found out at the counter, and how it is put in.
export const counterAnswers: { name: keyof typeof answerNames; values: string[] | null }[] = [
  { name: "identity_ok", values: null },
  { name: "reply", values: ["Y", "N", "OTHER"] },
  { name: "purpose", values: ["FAMILY", "GOODS", "SALARY", "LOAN", "INVESTMENT", "DEPOSIT", "OTHER"] },
  { name: "consistent", values: null },
  { name: "documents_given", values: null },
  { name: "stranger", values: null },
  { name: "promised_back", values: null },
  { name: "told_secret", values: null },
  { name: "third_voice", values: null },
  { name: "hesitation", values: null },
  { name: "deceived", values: null },
  { name: "cancelled", values: null },
  { name: "confirmed_again", values: null },
  { name: "review_requested", values: null },
];

export const actorKinds = defineWords({
  nobody: { zh: "未表明身份", en: "nobody" },
  person: { zh: "人员", en: "person" },
  system: { zh: "系统", en: "system" },
  console: { zh: "控制台", en: "console" },
  program: { zh: "平台自动", en: "the platform" },
});
