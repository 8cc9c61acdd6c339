// Around a graph: its legend, what can be done to it by button, and its picture as a file.
import { DownloadOutlined, FullscreenOutlined, ZoomInOutlined, ZoomOutOutlined } from "@ant-design/icons";
import { App, Button, Space, Tooltip } from "antd";
import { type ReactNode, type RefObject, useState } from "react";

import { useSettings } from "@/app/settings";
import { defineWords, useWords } from "@/app/words";
import { download } from "@/parts/csv";
import type { GraphHandle } from "@/screens/graph/GraphCanvas";
import { nodeLooks, type Shape } from "@/screens/graph/looks";
import { glyphWords, nodeWords } from "@/screens/graph/words";

const words = defineWords({
  in: { zh: "放大", en: "Zoom in" },
  out: { zh: "缩小", en: "Zoom out" },
  fit: { zh: "适应画布", en: "Fit" },
  png: { zh: "导出图片", en: "Export PNG" },
  failed: { zh: "图片没有导出", en: "The picture was not made" },
  legend: { zh: "图例", en: "Legend" },
});

export function GraphTools({ graph, name, children }: { graph: RefObject<GraphHandle>; name: string; children?: ReactNode }) {
  const t = useWords(words);
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  async function picture() {
    setBusy(true);
    const blob = await graph.current?.png().catch(() => null);
    setBusy(false);
    if (blob === null || blob === undefined) {
      void message.error(t("failed"));
    } else {
      download(`${name}.png`, blob, "image/png");
    }
  }
  const tool = (label: string, icon: ReactNode, deed: () => void) => (
    <Tooltip title={label}>
      <Button size="small" icon={icon} aria-label={label} onClick={deed} />
    </Tooltip>
  );
  return (
    <Space size={4} wrap>
      {tool(t("in"), <ZoomInOutlined />, () => graph.current?.zoom(1.25))}
      {tool(t("out"), <ZoomOutOutlined />, () => graph.current?.zoom(0.8))}
      {tool(t("fit"), <FullscreenOutlined />, () => graph.current?.fit())}
      {children}
      <Button size="small" icon={<DownloadOutlined />} loading={busy} onClick={() => void picture()}>
        {t("png")}
      </Button>
    </Space>
  );
}

const outlines: Record<Shape, ReactNode> = {
  circle: <circle cx="9" cy="9" r="8" />,
  rect: <rect x="1" y="1" width="16" height="16" rx="3" />,
  diamond: <path d="M9 0 18 9 9 18 0 9Z" />,
  hexagon: <path d="M9 0 17 4.5V13.5L9 18 1 13.5V4.5Z" />,
  triangle: <path d="M9 1 18 17H0Z" />,
  star: <path d="M9 0 11.6 6.3 18 7 13.2 11.3 14.6 18 9 14.5 3.4 18 4.8 11.3 0 7 6.4 6.3Z" />,
  ellipse: <ellipse cx="9" cy="9" rx="9" ry="6.5" />,
};

export type LookKind = keyof typeof nodeLooks;

export function NodeMark({ kind }: { kind: LookKind }) {
  const { dark } = useSettings();
  const glyph = useWords(glyphWords);
  const look = nodeLooks[kind];
  return (
    <svg width="18" height="18" viewBox="-1 -1 20 20" aria-hidden="true" style={{ verticalAlign: "-4px", flex: "none" }}>
      <g fill={look[dark ? "dark" : "light"]} stroke={look.dashed ? "#9aa4b2" : "none"} strokeDasharray={look.dashed ? "3 2" : undefined}>
        {outlines[look.shape]}
      </g>
      <text x="9" y="12.5" textAnchor="middle" fontSize="9" fill="#fff">
        {glyph(kind)}
      </text>
    </svg>
  );
}

export function KindName({ kind }: { kind: LookKind }) {
  const t = useWords(nodeWords);
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      <NodeMark kind={kind} /> {t(kind)}
    </span>
  );
}

export function Legend({ kinds, children }: { kinds: LookKind[]; children?: ReactNode }) {
  const t = useWords(words);
  return (
    <ul aria-label={t("legend")} style={{ display: "flex", flexWrap: "wrap", gap: "2px 14px", listStyle: "none", margin: "6px 0", padding: 0, fontSize: 12 }}>
      {kinds.map((kind) => (
        <li key={kind}>
          <KindName kind={kind} />
        </li>
      ))}
      {children}
    </ul>
  );
}
