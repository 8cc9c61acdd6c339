// Where everything is: the menu, the paths, and the scope that each screen needs. A screen's code is loaded when it is opened.
import {
  AlertOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  ExperimentOutlined,
  FileTextOutlined,
  FolderOpenOutlined,
  RobotOutlined,
  SettingOutlined,
  ThunderboltOutlined,
} from "@ant-design/icons";
import { type ComponentType, lazy, type ReactNode, useState } from "react";
import { matchPath } from "react-router-dom";

import { defineWords } from "@/app/words";

export const areaWords = defineWords({
  cockpit: { zh: "驾驶舱", en: "Cockpit" },
  figures: { zh: "指标", en: "Figures" },
  decisions: { zh: "实时决策", en: "Live decisions" },
  decision: { zh: "决策详情", en: "One decision" },
  bench: { zh: "工作台", en: "Work bench" },
  desk: { zh: "我的工作台", en: "My desk" },
  alerts: { zh: "预警列表", en: "Alerts" },
  samples: { zh: "质检复看", en: "Second looks" },
  holds: { zh: "暂缓交易", en: "Held payments" },
  controls: { zh: "管控台账", en: "Measures" },
  appeals: { zh: "客户申诉", en: "Appeals" },
  proposals: { zh: "待复核事项", en: "To approve" },
  branch: { zh: "网点核实", en: "Branch tasks" },
  missed: { zh: "漏报复盘", en: "Missed fraud" },
  strategies: { zh: "处置策略", en: "Strategies" },
  cases: { zh: "案件管理", en: "Cases" },
  caseList: { zh: "案件列表", en: "Cases" },
  graph: { zh: "关系图谱", en: "Graph" },
  gangs: { zh: "团伙线索", en: "Gangs" },
  referrals: { zh: "线索移送", en: "Referrals" },
  orders: { zh: "有权机关指令", en: "Police orders" },
  models: { zh: "模型管理", en: "Models" },
  catalogue: { zh: "模型目录", en: "Catalogue" },
  drafts: { zh: "模型编辑", en: "Editor" },
  releases: { zh: "发布管理", en: "Releases" },
  overlap: { zh: "模型重叠", en: "Overlap" },
  data: { zh: "数据与名单", en: "Data and lists" },
  features: { zh: "特征登记", en: "Features" },
  lists: { zh: "名单", en: "Lists" },
  profiles: { zh: "画像", en: "Profiles" },
  reports: { zh: "报告", en: "Reports" },
  bulletin: { zh: "月度通报", en: "Bulletin" },
  daily: { zh: "值班日报", en: "Shift report" },
  system: { zh: "系统", en: "System" },
  state: { zh: "运行状态", en: "State" },
  users: { zh: "用户与角色", en: "Users and roles" },
  keys: { zh: "密钥与证书", en: "Keys" },
  audit: { zh: "审计日志", en: "Audit log" },
});

export type AreaWord = keyof typeof areaWords;

export interface Screen {
  path: string; // below /console/; its parts may be parameters
  word: AreaWord;
  scopes: string[]; // any of these opens it; none: whoever is signed in
  screen: ComponentType;
  load: () => Promise<{ default: ComponentType }>; // its code
  menu: boolean;
  key?: string; // after `g`: goes there
}

export interface Area {
  word: AreaWord;
  icon: ReactNode;
  screens: Screen[];
}

// A screen whose code is there is drawn at once: React's own lazy() would first draw the page without it.
function loaded(load: () => Promise<{ default: ComponentType }>): { screen: ComponentType; load: Screen["load"] } {
  let Found: ComponentType | null = null;
  const kept = async () => {
    const module = await load();
    Found = module.default;
    return module;
  };
  const Later = lazy(kept);
  return {
    screen: function Loaded() {
      const [Drawn] = useState(() => Found ?? Later);
      return <Drawn />;
    },
    load: kept,
  };
}

function screen(path: string, word: AreaWord, scopes: string[], load: () => Promise<{ default: ComponentType }>, more: { menu?: boolean; key?: string } = {}): Screen {
  return { path, word, scopes, ...loaded(load), menu: more.menu ?? !path.includes(":"), key: more.key };
}

export const areas: Area[] = [
  {
    word: "cockpit",
    icon: <DashboardOutlined />,
    screens: [
      screen("cockpit", "cockpit", ["figures:read", "operations:read"], () => import("@/screens/cockpit/Cockpit"), { key: "c" }),
      screen("cockpit/figures", "figures", ["figures:read"], () => import("@/screens/cockpit/Figures"), { menu: false }),
      screen("cockpit/figures/:figure", "figures", ["figures:read"], () => import("@/screens/cockpit/Figure")),
    ],
  },
  {
    word: "decisions",
    icon: <ThunderboltOutlined />,
    screens: [
      screen("decisions", "decisions", ["decisions:read"], () => import("@/screens/decisions/Live"), { key: "l" }),
      screen("decisions/:event", "decision", ["decisions:read"], () => import("@/screens/decisions/Decision")),
    ],
  },
  {
    word: "bench",
    icon: <AlertOutlined />,
    screens: [
      screen("desk", "desk", ["alerts:work"], () => import("@/screens/bench/Desk"), { key: "d" }),
      screen("alerts", "alerts", ["alerts:read"], () => import("@/screens/bench/Alerts"), { key: "a" }),
      screen("alerts/:alert", "alerts", ["alerts:read"], () => import("@/screens/bench/AlertBench")),
      screen("samples", "samples", ["quality:work"], () => import("@/screens/office/Samples")),
      screen("holds", "holds", ["alerts:read"], () => import("@/screens/office/Holds")),
      screen("controls", "controls", ["controls:read"], () => import("@/screens/office/Controls")),
      screen("branch", "branch", ["tasks:branch"], () => import("@/screens/office/Branch")),
      screen("appeals", "appeals", ["controls:read", "appeals:submit"], () => import("@/screens/office/Appeals")),
      screen("proposals", "proposals", ["controls:read", "orders:read", "knowledge:read"], () => import("@/screens/office/Proposals")),
      screen("missed", "missed", ["alerts:read"], () => import("@/screens/office/Missed")),
    ],
  },
  {
    word: "strategies",
    icon: <RobotOutlined />,
    screens: [
      screen("strategies", "strategies", ["models:read"], () => import("@/screens/strategies/Strategies")),
      screen("strategies/:strategy", "strategies", ["models:read"], () => import("@/screens/strategies/Strategy")),
    ],
  },
  {
    word: "cases",
    icon: <FolderOpenOutlined />,
    screens: [
      screen("cases", "caseList", ["cases:read"], () => import("@/screens/cases/CaseList"), { key: "k" }),
      screen("cases/:case", "caseList", ["cases:read"], () => import("@/screens/cases/CaseRoom")),
      screen("graph", "graph", ["cases:read"], () => import("@/screens/graph/Explorer"), { key: "r" }),
      screen("gangs", "gangs", ["cases:read"], () => import("@/screens/graph/Gangs")),
      screen("gangs/:gang", "gangs", ["cases:read"], () => import("@/screens/graph/Gang")),
      screen("referrals", "referrals", ["referrals:read"], () => import("@/screens/cases/ReferralList")),
      screen("referrals/:referral", "referrals", ["referrals:read"], () => import("@/screens/cases/ReferralRoom")),
      screen("orders", "orders", ["orders:read"], () => import("@/screens/cases/OrderList")),
      screen("orders/:order", "orders", ["orders:read"], () => import("@/screens/cases/OrderRoom")),
    ],
  },
  {
    word: "models",
    icon: <ExperimentOutlined />,
    screens: [
      screen("models", "catalogue", ["models:read"], () => import("@/screens/models/Catalogue"), { key: "m" }),
      screen("models/:model", "catalogue", ["models:read"], () => import("@/screens/models/OneModel")),
      screen("drafts", "drafts", ["models:write"], () => import("@/screens/models/Drafts")),
      screen("releases", "releases", ["models:read"], () => import("@/screens/models/Releases")),
      screen("releases/:name", "releases", ["models:read"], () => import("@/screens/models/OneRelease")),
      screen("overlap", "overlap", ["models:read"], () => import("@/screens/models/Overlap")),
    ],
  },
  {
    word: "data",
    icon: <DatabaseOutlined />,
    screens: [
      screen("features", "features", ["features:read", "models:read"], () => import("@/screens/data/Features")),
      screen("lists", "lists", ["knowledge:read"], () => import("@/screens/data/Lists")),
      screen("lists/:list", "lists", ["knowledge:read"], () => import("@/screens/data/OneList")),
      screen("profiles", "profiles", ["knowledge:read", "alerts:read"], () => import("@/screens/data/Find")),
      screen("profiles/find/:text", "profiles", ["knowledge:read", "alerts:read"], () => import("@/screens/data/Find")),
      screen("profiles/:kind/:name", "profiles", ["knowledge:read", "alerts:read"], () => import("@/screens/data/Profile")),
    ],
  },
  {
    word: "reports",
    icon: <FileTextOutlined />,
    screens: [
      screen("reports/bulletin", "bulletin", ["figures:read"], () => import("@/screens/reports/Bulletin"), { key: "b" }),
      screen("reports/daily", "daily", ["figures:read"], () => import("@/screens/reports/Daily")),
    ],
  },
  {
    word: "system",
    icon: <SettingOutlined />,
    screens: [
      screen("system", "state", ["operations:read"], () => import("@/screens/system/State"), { key: "s" }),
      screen("users", "users", ["users:read"], () => import("@/screens/system/Users")),
      screen("keys", "keys", ["users:read"], () => import("@/screens/system/Keys")),
      screen("audit", "audit", ["audit:read"], () => import("@/screens/system/Audit")),
    ],
  },
];

export const allScreens: Screen[] = areas.flatMap((area) => area.screens);

// Whose address this is, as far as its screen can be told from it.
export function screenAt(path: string): Screen | undefined {
  return allScreens.find((screen) => matchPath(`/${screen.path}`, path) !== null);
}
