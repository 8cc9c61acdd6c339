// Words of the graph: what nodes and bonds are, and what both screens of gangs say.
import { defineWords } from "@/app/words";

export const NODE_KINDS = ["ACCOUNT", "CUSTOMER", "OUTSIDE", "MERCHANT", "DEVICE", "PHONE", "AGENT", "ADDRESS", "IP", "EMPLOYER", "TERMINAL", "CASH"] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

// What a walk may begin with, or a way end at.
export const BEGINNINGS = NODE_KINDS.filter((kind) => kind !== "CASH");
export interface End {
  kind: NodeKind;
  name: string;
}

export const LAYERS = ["PAYMENT", "HOLDER", "DEVICE", "PHONE", "AGENT", "ADDRESS", "IP", "EMPLOYER", "TERMINAL"] as const;
export type Layer = (typeof LAYERS)[number];

export { nodeWords } from "@/parts/nodeNames";

// One letter in the node, so that nothing is told by colour and shape alone.
export const glyphWords = defineWords({
  ACCOUNT: { zh: "户", en: "A" },
  CUSTOMER: { zh: "客", en: "C" },
  OUTSIDE: { zh: "外", en: "O" },
  MERCHANT: { zh: "商", en: "M" },
  DEVICE: { zh: "设", en: "D" },
  PHONE: { zh: "机", en: "P" },
  AGENT: { zh: "代", en: "G" },
  ADDRESS: { zh: "址", en: "L" },
  IP: { zh: "IP", en: "IP" },
  EMPLOYER: { zh: "单", en: "E" },
  TERMINAL: { zh: "端", en: "T" },
  CASH: { zh: "现", en: "¥" },
  OTHER: { zh: "余", en: "+" },
});

export const layerWords = defineWords({
  PAYMENT: { zh: "资金往来", en: "payments" },
  HOLDER: { zh: "户主", en: "holder" },
  DEVICE: { zh: "共用设备", en: "device" },
  PHONE: { zh: "共用手机号", en: "phone number" },
  AGENT: { zh: "同一代办人", en: "agent" },
  ADDRESS: { zh: "同一地址", en: "address" },
  IP: { zh: "同一 IP", en: "IP address" },
  EMPLOYER: { zh: "同一单位", en: "employer" },
  TERMINAL: { zh: "同一终端", en: "terminal" },
});

export function isNodeKind(kind: string): kind is NodeKind {
  return (NODE_KINDS as readonly string[]).includes(kind);
}

export function isLayer(kind: string): kind is Layer {
  return (LAYERS as readonly string[]).includes(kind);
}
