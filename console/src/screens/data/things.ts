// The kinds of things that a profile can be of: which fields of events name them, and where else they are found.
import { useSettings } from "@/app/settings";
import { defineWords } from "@/app/words";

export const thingWords = defineWords({
  customer: { zh: "客户", en: "Customer" },
  account: { zh: "账户", en: "Account" },
  payee: { zh: "收款方", en: "Payee" },
  card: { zh: "银行卡", en: "Card" },
  merchant: { zh: "商户", en: "Merchant" },
  terminal: { zh: "终端", en: "Terminal" },
  device: { zh: "设备", en: "Device" },
  employee: { zh: "员工", en: "Employee" },
  branch: { zh: "网点", en: "Branch" },
  ip: { zh: "IP 地址", en: "IP address" },
  bin: { zh: "卡 BIN", en: "Card BIN" },
  applicant: { zh: "申请人", en: "Applicant" },
  asset: { zh: "资产", en: "IT asset" },
  phone: { zh: "手机号", en: "Phone number" },
});

export type ThingKind = keyof typeof thingWords;

interface Thing {
  fields: string[]; // of events, whose value names it: keys of tables and entities
  lists: string[]; // words by which lists say what their keys are
  target?: string; // as measures name it
}

export const things: Record<ThingKind, Thing> = {
  customer: { fields: ["cust_id"], lists: ["customer"], target: "customer" },
  account: { fields: ["acct_no", "payee_acct_no", "payer_acct_no"], lists: ["account"], target: "account" },
  payee: { fields: ["payee_acct_no", "acct_no"], lists: ["account"], target: "payee" },
  card: { fields: ["card_token"], lists: ["card"], target: "card" },
  merchant: { fields: ["merchant_id"], lists: ["merchant"], target: "merchant" },
  terminal: { fields: ["terminal_id"], lists: ["terminal"] },
  device: { fields: ["device_id"], lists: ["device"], target: "device" },
  employee: { fields: ["employee_id", "authoriser_id"], lists: ["employee"] },
  branch: { fields: ["branch_id"], lists: ["branch"] },
  ip: { fields: ["ip", "src_ip"], lists: ["ip"], target: "ip" },
  bin: { fields: ["card_bin"], lists: ["bin"] },
  applicant: { fields: ["cert_hash"], lists: ["certificate"] },
  asset: { fields: ["asset_id"], lists: ["asset"] },
  phone: { fields: ["phone_hash"], lists: ["phone"] },
};

export const thingKinds = Object.keys(things) as ThingKind[];

export function isThing(kind: string): kind is ThingKind {
  return kind in things;
}

// Whether the keys of a list are names of such a thing. Keys of several parts are no names.
export function listFits(kind: ThingKind, key: string): boolean {
  return !/[+|]|pair|date/.test(key) && key.split(/[/ ]/).some((word) => things[kind].lists.includes(word));
}

// What the keys of lists are: the pack says it in English, in words that come again.
const KEY_ZH: Record<string, string> = {
  account: "账户",
  certificate: "证件",
  name: "姓名",
  customer: "客户",
  "customer pair": "客户对",
  device: "设备",
  ip: "IP 地址",
  phone: "手机号",
  merchant: "商户",
  "GB/T 2260": "行政区划代码",
  "ISO 3166": "国家地区代码",
  mcc: "商户类别码",
  address: "地址",
  hour_slot: "时段",
  wifi: "WiFi",
  geo: "位置网格",
  payer: "付款方",
  payee: "收款方",
  op_code: "操作码",
  item_code: "检查项",
  domain: "域名",
  sha256: "文件摘要",
  "date YYYYMMDD": "日期 YYYYMMDD",
  family: "模型族",
  "treasury code": "国库科目",
  industry: "行业",
};

export function useKeyText(): (key: string) => string {
  const { language } = useSettings();
  return (key) => (language === "en" ? key : (KEY_ZH[key] ?? key.split(/([/+|])/).map((part) => KEY_ZH[part] ?? part).join(" ").trim()));
}
