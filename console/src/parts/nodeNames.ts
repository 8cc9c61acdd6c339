// What the nodes of the graph are called, and the things that bind parties, wherever they are shown.
import { defineWords } from "@/app/words";

export const nodeWords = defineWords({
  ACCOUNT: { zh: "账户", en: "account" },
  CUSTOMER: { zh: "客户", en: "customer" },
  OUTSIDE: { zh: "外部账户", en: "account elsewhere" },
  MERCHANT: { zh: "商户", en: "merchant" },
  DEVICE: { zh: "设备", en: "device" },
  PHONE: { zh: "手机号", en: "phone number" },
  AGENT: { zh: "代办人", en: "agent" },
  ADDRESS: { zh: "地址", en: "address" },
  IP: { zh: "IP 地址", en: "IP address" },
  EMPLOYER: { zh: "工作单位", en: "employer" },
  TERMINAL: { zh: "终端", en: "terminal" },
  CASH: { zh: "现金", en: "cash" },
  ALERT: { zh: "预警号", en: "alert" },
  OTHER: { zh: "其他", en: "other" },
});
