// Names of the server's words that its answers give without one, each in one place: measures and what they are on, states, outcomes, what cases, referrals and orders are made
// of. A word that stands in none of the tables is shown as it is. What GET /v1/disposition names is in disposition.ts.
import { useSettings } from "@/app/settings";
import { defineWords, type Text, type Words } from "@/app/words";
import { nodeWords } from "@/parts/nodeNames";

// Of a word that stands in none of the tables, the word itself.
export function useNames<W extends Words>(words: W): (word: string | null | undefined) => string {
  const { language } = useSettings();
  return (word) => (word === null || word === undefined || word === "" ? "—" : (words[word]?.[language] ?? word));
}

export const modelModes = defineWords({
  PRE: { zh: "事前", en: "Before (PRE)" },
  SYNC: { zh: "事中同步", en: "In line (SYNC)" },
  NRT: { zh: "准实时", en: "Near real time (NRT)" },
  BATCH: { zh: "批量", en: "Nightly (BATCH)" },
});

// ---- the bank's deeds: measures, held payments, appeals, proposals, branch tasks, missed fraud ----

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

// Systems of the bank write it in either case.
export function useAppealChannel(): (channel: string) => string {
  const name = useNames(appealChannels);
  return (channel) => (channel.toLowerCase() in appealChannels ? name(channel.toLowerCase()) : channel);
}

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




export const actorKinds = defineWords({
  nobody: { zh: "未表明身份", en: "nobody" },
  person: { zh: "人员", en: "person" },
  system: { zh: "系统", en: "system" },
  console: { zh: "控制台", en: "console" },
  program: { zh: "平台自动", en: "the platform" },
});

// Parts of the program itself, by the names that stand where a person's would (src/response/desk/desk.c, src/server/response_desk.c, src/server/response_post.c, src/response/disposition/earn.c).
export const programActors = defineWords({
  desk: { zh: "系统", en: "system" },
  server: { zh: "系统", en: "system" },
  post: { zh: "系统", en: "system" },
  breaker: { zh: "系统", en: "system" },
});

// Why the program itself has ended a held payment or a measure (src/response/controls/hold.c, ending.c; src/response/disposition/close.c, measure.c).
export const endReasons = defineWords({
  result: { zh: "核心系统告知交易结果", en: "the core bank told what became of the payment" },
  deadline: { zh: "到期自动处理", en: "its deadline came" },
  decided: { zh: "预警已定性", en: "its alert was decided" },
  expired: { zh: "到期自动解除", en: "it ended in time" },
});

// Branches of strategies that no pack names (src/response/strategies/branch.c).
export const branchWords = defineWords({
  otherwise: { zh: "其他情况", en: "otherwise" },
});

// src/response/controls/measures.def
export const measureWords = defineWords({
  GREY_PAYEE: { zh: "收款方列灰", en: "payments to it wait" },
  BLOCK_SOURCE: { zh: "封禁来源", en: "its requests are refused" },
  DISABLE_SYSTEM_ACCOUNT: { zh: "停用系统账号", en: "the account of a system is disabled" },
  BLOCK_LOGIN: { zh: "限制登录", en: "no sign-in to electronic channels" },
  NO_OPENING: { zh: "暂停新开账户", en: "no new accounts" },
  DELAY_SETTLEMENT: { zh: "延迟结算", en: "settled some working days later" },
  LIMIT_NON_COUNTER: { zh: "降低非柜面限额", en: "a lower limit of a day away from the counter" },
  BLOCK_CARD: { zh: "锁卡", en: "the card is not taken any more" },
  STOP_ACQUIRING: { zh: "暂停收单", en: "the merchant takes no payments" },
  SUSPEND_NON_COUNTER: { zh: "暂停非柜面业务", en: "no money out but at the counter" },
  CREDIT_ONLY: { zh: "只收不付", en: "money may come in and not go out" },
  SUSPEND_ALL: { zh: "暂停全部业务", en: "a case account: no business at all" },
  STOP_PAY: { zh: "紧急止付", en: "payment stop" },
  TEMPORARY_FREEZE: { zh: "反洗钱临时冻结", en: "temporary freeze" },
  FREEZE: { zh: "冻结", en: "frozen" },
});

// Measures that a person may set: on what, by which right, for how long at most, and whether the customer is told (src/response/controls/measures.def). The server checks all of it
// again; this only keeps a form from asking for what cannot be.
export interface Measure {
  measure: string;
  targets: string[];
  byList: boolean;
  onlyByList: boolean;
  hoursMax: number; // 0: the list says
  isTold: boolean;
  severity: number;
}

function one(measure: string, targets: string[], by: "BANK" | "LIST" | "BOTH", severity: number, hoursMax: number, isTold: boolean): Measure {
  return { measure, targets, byList: by !== "BANK", onlyByList: by === "LIST", hoursMax, isTold, severity };
}

export const measures: Measure[] = [
  one("GREY_PAYEE", ["payee", "account"], "BANK", 1, 168, false),
  one("BLOCK_SOURCE", ["ip", "device"], "BOTH", 2, 168, false),
  one("DISABLE_SYSTEM_ACCOUNT", ["system_account"], "BANK", 2, 720, false),
  one("BLOCK_LOGIN", ["customer", "device"], "BANK", 2, 720, true),
  one("NO_OPENING", ["customer"], "BOTH", 2, 8760, true),
  one("DELAY_SETTLEMENT", ["merchant"], "BANK", 2, 2160, true),
  one("LIMIT_NON_COUNTER", ["account", "card", "customer"], "BOTH", 2, 8760, true),
  one("BLOCK_CARD", ["card"], "BOTH", 1, 4320, true),
  one("STOP_ACQUIRING", ["merchant"], "BOTH", 3, 2160, true),
  one("SUSPEND_NON_COUNTER", ["account", "card", "customer"], "BOTH", 3, 4320, true),
  one("CREDIT_ONLY", ["account", "card"], "BOTH", 3, 2160, true),
  one("SUSPEND_ALL", ["account"], "LIST", 0, 0, true),
  one("FREEZE", ["account", "customer"], "LIST", 0, 0, false),
];

// Rules that a measure is most often set by; any other text may stand there too.
export const rights = defineWords({
  "R-301": { zh: "涉诈风险处置", en: "measures against fraud" },
  "R-202": { zh: "开户后六个月无交易", en: "no transaction for half a year" },
  "R-203": { zh: "一个手机号对应多人", en: "one telephone for several persons" },
  "R-210": { zh: "涉案账户", en: "a case account" },
  "R-211": { zh: "涉案账户开户人三日未重新核实", en: "holder of a case account, not verified again in three days" },
  "R-421": { zh: "联合惩戒", en: "joint punishment" },
  "R-407": { zh: "特别预防措施名单", en: "list of special preventive measures" },
});

// ---- cases, referrals, orders ----

export const codes = {
  type: defineWords({
    FRAUD: { zh: "电信网络诈骗", en: "telecom fraud" },
    MULE_GANG: { zh: "跑分团伙", en: "mule gang" },
    GAMBLING: { zh: "跨境赌博", en: "gambling" },
    FUNDRAISING: { zh: "非法集资", en: "illegal fundraising" },
    UNDERGROUND_BANK: { zh: "地下钱庄", en: "underground bank" },
    LAUNDERING: { zh: "洗钱", en: "money laundering" },
    LOAN: { zh: "信贷欺诈", en: "loan fraud" },
    INSIDER: { zh: "内部案件", en: "insider" },
    CARD: { zh: "银行卡盗刷", en: "card fraud" },
    MERCHANT: { zh: "商户违规", en: "merchant fraud" },
    NETSEC: { zh: "网络安全事件", en: "attack on systems" },
  }),
  level: defineWords({
    OUTLET: { zh: "网点级", en: "outlet" },
    BRANCH: { zh: "分支行级", en: "branch" },
    HQ: { zh: "总行级", en: "head office" },
    MAJOR: { zh: "重大案件", en: "major" },
  }),
  source: defineWords({
    ALERT: { zh: "预警", en: "alert" },
    GANG: { zh: "团伙发现", en: "gang found" },
    POLICE: { zh: "公安来函", en: "police" },
    CUSTOMER: { zh: "客户报案", en: "customer" },
    INSPECTION: { zh: "检查发现", en: "inspection" },
    INTELLIGENCE: { zh: "情报线索", en: "intelligence" },
  }),
  subject: defineWords({
    PERSON: { zh: "个人", en: "person" },
    COMPANY: { zh: "单位", en: "company" },
    ACCOUNT: { zh: "账户", en: "account" },
    CARD: { zh: "银行卡", en: "card" },
    DEVICE: { zh: "设备", en: "device" },
    IP: { zh: "IP 地址", en: "IP address" },
    PHONE: { zh: "手机号", en: "phone number" },
    MERCHANT: { zh: "商户", en: "merchant" },
    EMPLOYEE: { zh: "员工", en: "employee" },
    OUTSIDE: { zh: "外部账户", en: "account elsewhere" },
    OTHER: { zh: "其他", en: "other thing" },
  }),
  role: defineWords({
    UNKNOWN: { zh: "待研判", en: "not known yet" },
    VICTIM: { zh: "受害人", en: "victim" },
    FIRST_LEVEL: { zh: "一级账户", en: "first level" },
    COLLECTOR: { zh: "归集账户", en: "collector" },
    TRANSIT: { zh: "过渡账户", en: "transit" },
    CASH_OUT: { zh: "取现套现", en: "cash-out" },
    ORGANISER: { zh: "组织者", en: "organiser" },
    AGENT: { zh: "中介代办", en: "agent" },
    INSIDER: { zh: "内部人员", en: "insider" },
    LINK: { zh: "关联物", en: "thing that connects" },
    CLEARED: { zh: "已排除", en: "cleared" },
  }),
  part: defineWords({
    SOURCE: { zh: "被骗资金", en: "payment of a victim" },
    INVOLVED: { zh: "涉案流水", en: "involved" },
    CONTEXT: { zh: "背景流水", en: "for the context" },
  }),
  relation: defineWords({
    SAME_GANG: { zh: "同一团伙", en: "the same gang" },
    SAME_VICTIM: { zh: "同一受害人", en: "the same victim" },
    CONTINUES: { zh: "后续案件", en: "continues the other" },
    DUPLICATE: { zh: "重复案件", en: "the same case" },
  }),
  reference: defineWords({
    REFERRAL: { zh: "线索移送", en: "referral to the police" },
    STR: { zh: "可疑交易报告", en: "suspicious transaction report" },
    ORDER: { zh: "有权机关指令", en: "order of an authority" },
    REPORT: { zh: "案件报告", en: "report to a regulator" },
  }),
  note: defineWords({
    NOTE: { zh: "研判记录", en: "note" },
    CONTACT: { zh: "联系记录", en: "contact" },
    ANALYSIS: { zh: "分析意见", en: "analysis" },
  }),
  entry: defineWords({
    RETURNED: { zh: "返还资金", en: "money returned" },
    FROZEN_ELSEWHERE: { zh: "他行冻结", en: "money frozen elsewhere" },
    LOSS_ELSEWHERE: { zh: "行外损失", en: "loss elsewhere" },
  }),
  gang: defineWords({
    PROPOSED: { zh: "待确认", en: "proposed" },
    CONFIRMED: { zh: "已确认", en: "confirmed" },
    DISMISSED: { zh: "已排除", en: "dismissed" },
    REPLACED: { zh: "已更新", en: "replaced" },
  }),
  gap: defineWords({
    OPEN: { zh: "待改进", en: "open" },
    DONE: { zh: "已改进", en: "a model covers it" },
    REFUSED: { zh: "不改进", en: "no model can" },
  }),
  route: defineWords({
    FRAUD: { zh: "反电信网络诈骗渠道", en: "against fraud" },
    AML: { zh: "反洗钱渠道", en: "against money laundering" },
  }),
  urgency: defineWords({
    NORMAL: { zh: "平件", en: "normal" },
    URGENT: { zh: "加急", en: "urgent" },
    EMERGENCY: { zh: "特急", en: "emergency: money is moving" },
  }),
  confidence: defineWords({
    HIGH: { zh: "高：主要事实有交易、设备或受害人陈述相互印证", en: "high" },
    MEDIUM: { zh: "中：主要事实有交易印证，部分环节待查", en: "medium" },
    LOW: { zh: "低：资金特征可疑，主要事实待查", en: "low" },
  }),
  step: defineWords({
    ANALYST: { zh: "经办（研判）", en: "analyst" },
    DEPARTMENT: { zh: "部门负责人", en: "head of department" },
    COMPLIANCE: { zh: "合规审核", en: "compliance" },
  }),
  referralDeed: defineWords({
    opened: { zh: "起草", en: "drafted" },
    edited: { zh: "修改内容", en: "texts changed" },
    drawn: { zh: "取用资金流向图", en: "picture of the money taken" },
    enclosed: { zh: "附上材料", en: "enclosed" },
    "enclosure taken out": { zh: "移除所附材料", en: "enclosure taken out" },
    linked: { zh: "关联移送单", en: "referral linked" },
    asked: { zh: "向业务系统调取", en: "the bank's systems were asked" },
    data: { zh: "录入要素", en: "data put in" },
    approved: { zh: "审批通过", en: "approved" },
    returned: { zh: "退回修改", en: "returned" },
    emergency: { zh: "登记紧急移送", en: "emergency: told by phone" },
    sent: { zh: "移送", en: "sent" },
    "package taken": { zh: "下载移送包", en: "package downloaded" },
    receipt: { zh: "登记签收", en: "receipt taken" },
    told: { zh: "登记反馈", en: "outcome taken" },
    money: { zh: "登记资金", en: "money entered" },
  }),
  link: defineWords({
    SUPPLEMENT: { zh: "补充移送", en: "adds to the other" },
    DUPLICATE: { zh: "重复线索", en: "names the same as the other" },
    RELATED: { zh: "关联线索", en: "has to do with the other" },
  }),
  money: defineWords({
    SEIZED: { zh: "查获资金", en: "seized" },
    FROZEN: { zh: "冻结资金", en: "frozen" },
    RETURNED: { zh: "返还资金", en: "given back" },
  }),
  datum: defineWords({
    PARTY: { zh: "主体", en: "party" },
    ACCOUNT: { zh: "账户", en: "account" },
    COUNTERPARTY: { zh: "交易对手", en: "counterparty" },
    PART: { zh: "材料部分", en: "part of the package" },
  }),
  caseState: defineWords({
    OPEN: { zh: "已立案", en: "opened" },
    INVESTIGATING: { zh: "调查中", en: "being investigated" },
    CONTROLLED: { zh: "已管控", en: "under control" },
    REFERRED: { zh: "已移送", en: "referred" },
    STR_FILED: { zh: "已报可疑", en: "reported as suspicious" },
    WAITING: { zh: "等待反馈", en: "waiting" },
    CLOSED: { zh: "已结案", en: "closed" },
  }),
  referralState: defineWords({
    DRAFT: { zh: "拟稿", en: "being drafted" },
    APPROVED: { zh: "已审批", en: "approved" },
    SENT: { zh: "已移送", en: "sent" },
    RECEIVED: { zh: "已签收", en: "received" },
    SUPPLEMENT_ASKED: { zh: "要求补充", en: "more was asked for" },
    ACCEPTED: { zh: "已受理", en: "accepted" },
    RETURNED: { zh: "已退回", en: "returned" },
    FILED: { zh: "已立案", en: "a case was filed" },
    ARRESTS: { zh: "已抓获", en: "persons were arrested" },
    SOLVED: { zh: "已破案", en: "the case was solved" },
    PROSECUTED: { zh: "已起诉", en: "prosecuted" },
    JUDGED: { zh: "已判决", en: "judged" },
    FUNDS_RETURNED: { zh: "已返还资金", en: "money was given back" },
    CLOSED: { zh: "已办结", en: "closed" },
  }),
  bond: defineWords({
    HOLDER: { zh: "户主", en: "holder of the account" },
    DEVICE: nodeWords.DEVICE,
    PHONE: nodeWords.PHONE,
    AGENT: nodeWords.AGENT,
    ADDRESS: nodeWords.ADDRESS,
    IP: nodeWords.IP,
    EMPLOYER: nodeWords.EMPLOYER,
    TERMINAL: nodeWords.TERMINAL,
  }),
  measure: measureWords,
  datumParty: defineWords({
    name: { zh: "姓名/名称", en: "name" },
    certificate_kind: { zh: "证件种类", en: "kind of certificate" },
    certificate: { zh: "证件号码", en: "certificate" },
    phone: { zh: "联系电话", en: "phone" },
    address: { zh: "住址/注册地址", en: "address" },
    occupation: { zh: "职业", en: "occupation" },
    representative: { zh: "法定代表人/负责人", en: "legal representative" },
    images: { zh: "开户影像编号", en: "images of the opening" },
    lists: { zh: "名单情况", en: "lists that name the party" },
    reported: { zh: "报案情况", en: "report to police or bank" },
    loss: { zh: "自述损失", en: "loss as told" },
  }),
  datumAccount: defineWords({
    holder: { zh: "户主客户号", en: "customer who holds it" },
    class: { zh: "账户类别", en: "class of account" },
    cards: { zh: "卡号", en: "cards" },
    balance: { zh: "余额", en: "balance" },
    balance_us: { zh: "余额时点", en: "moment of the balance" },
    state: { zh: "账户状态", en: "state" },
    limits: { zh: "非柜面限额", en: "limits away from the counter" },
    agreements: { zh: "快捷签约机构", en: "agreements of quick payment" },
    branch_name: { zh: "开户机构", en: "outlet that opened it" },
    opened_us: { zh: "开户时间", en: "when it was opened" },
  }),
  datumCounterparty: defineWords({
    name: { zh: "对方户名", en: "name of a counterparty" },
    bank: { zh: "对方机构", en: "bank of a counterparty" },
  }),
  datumPart: defineWords({
    counterparties: { zh: "第三部分对方户名", en: "names of counterparties" },
    devices: { zh: "第五部分设备/IP", en: "devices and addresses" },
    victims: { zh: "第八部分受害人", en: "victims" },
  }),
  field: defineWords({
    title: { zh: "标题", en: "title" },
    urgency: { zh: "紧急程度", en: "urgency" },
    route: { zh: "移送渠道", en: "route" },
    authority: { zh: "接收机关", en: "receiving authority" },
    officer: { zh: "接收人", en: "officer there" },
    basis: { zh: "法律依据", en: "legal basis" },
    contact_a: { zh: "联系人A角", en: "contact A" },
    contact_b: { zh: "联系人B角", en: "contact B" },
    fact: { zh: "涉嫌违法犯罪事实", en: "suspected fact" },
    analysis: { zh: "研判分析", en: "own analysis" },
    structure: { zh: "疑似团伙结构", en: "structure of the gang" },
    next_step: { zh: "下一步动向预判", en: "expected next step" },
    recommendation: { zh: "处置建议", en: "recommendation" },
    confidence: { zh: "把握程度", en: "confidence" },
    unknowns: { zh: "尚未掌握的情况", en: "what is not known" },
  }),
  secrecy: defineWords({
    NORMAL: { zh: "普通", en: "normal" },
    AML: { zh: "反洗钱", en: "money laundering" },
    INSIDER: { zh: "员工", en: "employees" },
  }),
  movement: defineWords({
    WAITING: { zh: "处理中", en: "waiting" },
    DONE: { zh: "已完成", en: "done" },
    FAILED: { zh: "失败", en: "failed" },
    REVERSED: { zh: "已冲正", en: "reversed" },
  }),
  place: defineWords({
    OWN: { zh: "本行账户", en: "account here" },
    BANK: { zh: "他行账户", en: "other bank" },
    WALLET: { zh: "支付账户", en: "wallet" },
    CASH: { zh: "现金", en: "cash" },
    MERCHANT: { zh: "商户", en: "merchant" },
  }),
  form: defineWords({
    EVENT: { zh: "原始报文", en: "event as it came" },
    ROW: { zh: "流水记录", en: "row of the movement" },
  }),
  hold: holdOutcomes,
  control: controlStates,
  authority: authorities,
  task: taskStates,
  origin: defineWords({
    PERSON: { zh: "人工登记", en: "person" },
    ALERT: { zh: "预警带入", en: "alert" },
    GANG: { zh: "团伙带入", en: "gang" },
  }),
  line: defineWords({
    CASE: { zh: "案件", en: "case" },
    ALERT: { zh: "预警", en: "alert" },
    TASK: { zh: "核实任务", en: "task" },
    CONTROL: { zh: "管控", en: "measure" },
    HOLD: { zh: "暂缓交易", en: "held payment" },
    NOTE: { zh: "记录", en: "note" },
    ATTACHMENT: { zh: "附件", en: "attachment" },
    MOVEMENT: { zh: "资金流水", en: "movement" },
  }),
  deed: defineWords({
    opened: { zh: "立案", en: "opened" },
    subject: { zh: "登记主体", en: "subject" },
    alert_joined: { zh: "并入预警", en: "alert put in" },
    alert_removed: { zh: "移出预警", en: "alert taken out" },
    case_joined: { zh: "并入案件", en: "put into a case" },
    case_left: { zh: "移出案件", en: "taken out of a case" },
    set: { zh: "修改要素", en: "fields changed" },
    picture: { zh: "保存资金流向图", en: "picture kept" },
    frozen: { zh: "固定流水", en: "transactions frozen" },
    gang: { zh: "团伙并入", en: "gang" },
    note: { zh: "记录", en: "note" },
    contact: { zh: "登记联系人", en: "contact" },
    amount: { zh: "登记金额", en: "amount" },
    gap: { zh: "模型缺口", en: "gap of models" },
    related: { zh: "关联案件", en: "related case" },
    reference: { zh: "登记外部编号", en: "number of elsewhere" },
    linked: { zh: "关联任务或管控", en: "task or measure linked" },
    look_back: { zh: "倒查结论", en: "looking back concluded" },
    attached: { zh: "上传附件", en: "attached" },
    attachment_withdrawn: { zh: "撤回附件", en: "attachment withdrawn" },
  }),
  report: defineWords({
    CASE_REPORT: { zh: "受害人报案", en: "case reported" },
    SUSP_REPORT: { zh: "可疑线索", en: "suspicion" },
  }),
  reportSubject: defineWords({
    account: { zh: "账户", en: "account" },
    customer: { zh: "客户", en: "customer" },
    merchant: { zh: "商户", en: "merchant" },
    device: { zh: "设备", en: "device" },
  }),
  proposal: proposalStates,
  orderWord: proposalWords,
  orderState: defineWords({
    EXECUTING: { zh: "执行中", en: "being carried out" },
    DECIDING: { zh: "待双人办理", en: "for two persons" },
    EXCEPTION: { zh: "异常待处理", en: "does not agree" },
    DONE: { zh: "已执行", en: "carried out" },
    REFUSED: { zh: "不予执行", en: "not carried out" },
    ENDED: { zh: "已结束", en: "ended" },
  }),
  orderDeed: defineWords({
    checked: { zh: "要素核对未通过", en: "the check found it wrong" },
    asked: { zh: "已发核心系统执行", en: "asked of the core bank" },
    executed: { zh: "核心系统已执行", en: "the core bank carried it out" },
    failed: { zh: "核心系统执行失败", en: "the core bank could not" },
    two_persons: { zh: "提交双人办理", en: "for two persons" },
    ended: { zh: "措施解除", en: "its measure has ended" },
    expired: { zh: "到期自动解除", en: "its measure ended in time" },
    period: { zh: "查询期间届满", en: "its period is over" },
    again: { zh: "重复收到，已再次答复", en: "came again, and was answered again" },
    number_taken: { zh: "同号不同内容，已拒收", en: "its number came with another content, which was refused" },
  }),
  freezeClass: defineWords({
    DEPOSIT: { zh: "存款", en: "deposit" },
    MAJOR: { zh: "重大案件", en: "deposit in a major case" },
    SECURITIES: { zh: "债券、股票、基金份额", en: "bonds, shares, funds" },
    LAUNDERING: { zh: "反洗钱临时冻结", en: "temporary freeze against laundering" },
  }),
} satisfies Record<string, Record<string, Text>>;

export type CodeList = keyof typeof codes;

// Where a case may go from each state (docs/cases.md).
export const caseMoves: Record<string, string[]> = {
  OPEN: ["INVESTIGATING", "CLOSED"],
  INVESTIGATING: ["CONTROLLED", "REFERRED", "STR_FILED", "WAITING", "CLOSED"],
  CONTROLLED: ["INVESTIGATING", "REFERRED", "STR_FILED", "WAITING", "CLOSED"],
  REFERRED: ["INVESTIGATING", "STR_FILED", "WAITING", "CLOSED"],
  STR_FILED: ["INVESTIGATING", "REFERRED", "WAITING", "CLOSED"],
  WAITING: ["INVESTIGATING", "CONTROLLED", "REFERRED", "STR_FILED", "CLOSED"],
  CLOSED: ["INVESTIGATING"],
};

// Where a referral that was sent may go, as the authority tells it (docs/referral.md); receipts are told apart.
export const referralMoves: Record<string, string[]> = {
  SENT: ["ACCEPTED", "RETURNED"],
  RECEIVED: ["SUPPLEMENT_ASKED", "ACCEPTED", "RETURNED"],
  SUPPLEMENT_ASKED: ["ACCEPTED", "RETURNED"],
  ACCEPTED: ["SUPPLEMENT_ASKED", "RETURNED", "FILED", "CLOSED"],
  RETURNED: ["CLOSED"],
  FILED: ["ARRESTS", "SOLVED", "CLOSED"],
  ARRESTS: ["SOLVED", "PROSECUTED", "FUNDS_RETURNED", "CLOSED"],
  SOLVED: ["PROSECUTED", "FUNDS_RETURNED", "CLOSED"],
  PROSECUTED: ["JUDGED", "FUNDS_RETURNED", "CLOSED"],
  JUDGED: ["FUNDS_RETURNED", "CLOSED"],
  FUNDS_RETURNED: ["PROSECUTED", "JUDGED", "CLOSED"],
  CLOSED: ["FILED", "SOLVED"],
};

export function textOf(list: CodeList, code: string): Text | undefined {
  return (codes[list] as Record<string, Text>)[code];
}

export type CodeWord = (list: CodeList, code: string | null | undefined) => string;

export function useCode(): CodeWord {
  const { language } = useSettings();
  return (list, code) => (code === null || code === undefined || code === "" ? "—" : (textOf(list, code)?.[language] ?? code));
}

// Of a list, as the options of a select.
export function useOptions(): (list: CodeList, only?: string[]) => { value: string; label: string }[] {
  const { language } = useSettings();
  return (list, only) =>
    Object.entries(codes[list] as Record<string, Text>)
      .filter(([value]) => only === undefined || only.includes(value))
      .map(([value, text]) => ({ value, label: text[language] }));
}
