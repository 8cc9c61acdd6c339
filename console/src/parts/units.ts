// Units in which the pack counts, in words, and signs by which it compares. The pack writes units in English; one that is not here stays as it is.
import { useSettings } from "@/app/settings";
import { defineWords, type Text } from "@/app/words";

const unitWords: Record<string, Text> = defineWords({
  CNY: { zh: "元", en: "CNY" },
  yuan: { zh: "元", en: "yuan" },
  USD: { zh: "美元", en: "USD" },
  ratio: { zh: "比值", en: "ratio" },
  percent: { zh: "%", en: "%" },
  percentile: { zh: "分位", en: "percentile" },
  score: { zh: "分", en: "score" },
  level: { zh: "级", en: "level" },
  levels: { zh: "级", en: "levels" },
  ms: { zh: "毫秒", en: "ms" },
  s: { zh: "秒", en: "s" },
  min: { zh: "分钟", en: "min" },
  h: { zh: "小时", en: "h" },
  hour: { zh: "点", en: "hour" },
  days: { zh: "天", en: "days" },
  "working days": { zh: "个工作日", en: "working days" },
  months: { zh: "个月", en: "months" },
  years: { zh: "岁", en: "years" },
  year: { zh: "年", en: "year" },
  "month and day": { zh: "月日", en: "month and day" },
  m: { zh: "米", en: "m" },
  km: { zh: "公里", en: "km" },
  "km/h": { zh: "公里/时", en: "km/h" },
  bytes: { zh: "字节", en: "bytes" },
  hops: { zh: "跳", en: "hops" },
  times: { zh: "次", en: "times" },
  count: { zh: "个", en: "count" },
  tries: { zh: "次尝试", en: "tries" },
  payments: { zh: "笔付款", en: "payments" },
  transfers: { zh: "笔转账", en: "transfers" },
  credits: { zh: "笔入账", en: "credits" },
  withdrawals: { zh: "笔取现", en: "withdrawals" },
  deposits: { zh: "笔存款", en: "deposits" },
  refunds: { zh: "笔退款", en: "refunds" },
  purchases: { zh: "笔消费", en: "purchases" },
  receipts: { zh: "笔收款", en: "receipts" },
  reversals: { zh: "笔冲正", en: "reversals" },
  refusals: { zh: "次被拒", en: "refusals" },
  failures: { zh: "次失败", en: "failures" },
  logins: { zh: "次登录", en: "logins" },
  resets: { zh: "次重置", en: "resets" },
  queries: { zh: "次查询", en: "queries" },
  operations: { zh: "次操作", en: "operations" },
  prints: { zh: "次打印", en: "prints" },
  authorisations: { zh: "次授权", en: "authorisations" },
  amounts: { zh: "个金额", en: "amounts" },
  numbers: { zh: "个号码", en: "numbers" },
  phones: { zh: "部手机", en: "phones" },
  records: { zh: "条记录", en: "records" },
  customers: { zh: "名客户", en: "customers" },
  persons: { zh: "人", en: "persons" },
  payers: { zh: "个付款方", en: "payers" },
  payees: { zh: "个收款方", en: "payees" },
  members: { zh: "名成员", en: "members" },
  owners: { zh: "名户主", en: "owners" },
  victims: { zh: "名受害人", en: "victims" },
  companies: { zh: "家企业", en: "companies" },
  merchants: { zh: "家商户", en: "merchants" },
  lenders: { zh: "家贷款机构", en: "lenders" },
  banks: { zh: "家银行", en: "banks" },
  branches: { zh: "个机构", en: "branches" },
  accounts: { zh: "个账户", en: "accounts" },
  cards: { zh: "张卡", en: "cards" },
  wallets: { zh: "个钱包", en: "wallets" },
  devices: { zh: "台设备", en: "devices" },
  machines: { zh: "台机具", en: "machines" },
  assets: { zh: "台资产", en: "assets" },
  nodes: { zh: "个节点", en: "nodes" },
  cities: { zh: "个城市", en: "cities" },
  provinces: { zh: "个省份", en: "provinces" },
  alerts: { zh: "条预警", en: "alerts" },
  holds: { zh: "笔暂缓", en: "holds" },
  reports: { zh: "次报案", en: "reports" },
  findings: { zh: "项隐患", en: "findings" },
  applications: { zh: "笔申请", en: "applications" },
  openings: { zh: "次开户", en: "openings" },
  loans: { zh: "笔贷款", en: "loans" },
  models: { zh: "个模型", en: "models" },
  notes: { zh: "张现钞", en: "notes" },
});

// What a value is and not how much of it: nobody writes that behind a number.
const NOT_BEHIND = new Set(["ratio", "0-1", "1-5", "0-5", "percentile", "GB/T 2260", "ISO 18245", "hour", "month and day", "year", "level"]);

export function useUnit(): (unit: string | null | undefined) => string {
  const { language } = useSettings();
  return (unit) => (unit === null || unit === undefined ? "" : (unitWords[unit]?.[language] ?? unit));
}

// As it stands behind a number.
export function useUnitBehind(): (unit: string | null | undefined) => string {
  const unitText = useUnit();
  return (unit) => (unit === null || unit === undefined || NOT_BEHIND.has(unit) ? "" : unitText(unit));
}

const SIGNS: Record<string, string> = { "==": "=", "!=": "≠", "<=": "≤", ">=": "≥" };

export function signOf(compares: string): string {
  return SIGNS[compares] ?? compares;
}
