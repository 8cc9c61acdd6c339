// Measures that a person may set: on what, by which right, for how long at most, and whether the customer is told (src/response/controls/measures.def). The server checks all of it
// again; this only keeps a form from asking for what cannot be.
export interface Measure {
  measure: string;
  zh: string;
  en: string;
  targets: string[];
  byList: boolean;
  onlyByList: boolean;
  hoursMax: number; // 0: the list says
  isTold: boolean;
  severity: number;
}

function one(measure: string, zh: string, en: string, targets: string[], by: "BANK" | "LIST" | "BOTH", severity: number, hoursMax: number, isTold: boolean): Measure {
  return { measure, zh, en, targets, byList: by !== "BANK", onlyByList: by === "LIST", hoursMax, isTold, severity };
}

export const measures: Measure[] = [
  one("GREY_PAYEE", "收款方列灰", "payments to it wait", ["payee", "account"], "BANK", 1, 168, false),
  one("BLOCK_SOURCE", "封禁来源", "its requests are refused", ["ip", "device"], "BOTH", 2, 168, false),
  one("DISABLE_SYSTEM_ACCOUNT", "停用系统账号", "the account of a system is disabled", ["system_account"], "BANK", 2, 720, false),
  one("BLOCK_LOGIN", "限制登录", "no sign-in to electronic channels", ["customer", "device"], "BANK", 2, 720, true),
  one("NO_OPENING", "暂停新开账户", "no new accounts", ["customer"], "BOTH", 2, 8760, true),
  one("DELAY_SETTLEMENT", "延迟结算", "settled some working days later", ["merchant"], "BANK", 2, 2160, true),
  one("LIMIT_NON_COUNTER", "降低非柜面限额", "a lower limit of a day away from the counter", ["account", "card", "customer"], "BOTH", 2, 8760, true),
  one("BLOCK_CARD", "锁卡", "the card is not taken any more", ["card"], "BOTH", 1, 4320, true),
  one("STOP_ACQUIRING", "暂停收单", "the merchant takes no payments", ["merchant"], "BOTH", 3, 2160, true),
  one("SUSPEND_NON_COUNTER", "暂停非柜面业务", "no money out but at the counter", ["account", "card", "customer"], "BOTH", 3, 4320, true),
  one("CREDIT_ONLY", "只收不付", "money may come in and not go out", ["account", "card"], "BOTH", 3, 2160, true),
  one("SUSPEND_ALL", "暂停全部业务", "a case account: no business at all", ["account"], "LIST", 0, 0, true),
  one("FREEZE", "冻结（特别预防措施名单）", "frozen by the list of special preventive measures", ["account", "customer"], "LIST", 0, 0, false),
];

// Rules that a measure is most often set by; any other text may stand there too.
export const rights: { rule: string; zh: string; en: string }[] = [
  { rule: "R-301", zh: "涉诈风险处置", en: "measures against fraud" },
  { rule: "R-202", zh: "开户后六个月无交易", en: "no transaction for half a year" },
  { rule: "R-203", zh: "一个手机号对应多人", en: "one telephone for several persons" },
  { rule: "R-210", zh: "涉案账户", en: "a case account" },
  { rule: "R-211", zh: "涉案账户开户人三日未重新核实", en: "holder of a case account, not verified again in three days" },
  { rule: "R-421", zh: "联合惩戒", en: "joint punishment" },
  { rule: "R-407", zh: "特别预防措施名单", en: "list of special preventive measures" },
];
