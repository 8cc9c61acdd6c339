// How nodes and bonds look: a shape, a colour for each surface and a letter for each kind.
import type { Layer, NodeKind } from "@/screens/graph/words";

export type Shape = "circle" | "rect" | "diamond" | "hexagon" | "triangle" | "star" | "ellipse";

export interface NodeLook {
  shape: Shape;
  light: string;
  dark: string;
  dashed?: boolean;
}

export const nodeLooks: Record<NodeKind | "OTHER", NodeLook> = {
  ACCOUNT: { shape: "rect", light: "#0b5fa5", dark: "#2f7fc8" },
  CUSTOMER: { shape: "circle", light: "#0b6e66", dark: "#17897f" },
  OUTSIDE: { shape: "rect", light: "#56627a", dark: "#6b7a96", dashed: true },
  MERCHANT: { shape: "diamond", light: "#8a5300", dark: "#a86b12" },
  DEVICE: { shape: "hexagon", light: "#6b2fc0", dark: "#8a55d8" },
  PHONE: { shape: "triangle", light: "#a5185c", dark: "#c93d7e" },
  AGENT: { shape: "ellipse", light: "#9a3412", dark: "#c05a30" },
  ADDRESS: { shape: "star", light: "#456b0c", dark: "#5f8a1e" },
  IP: { shape: "diamond", light: "#0a6a85", dark: "#1787a5" },
  EMPLOYER: { shape: "ellipse", light: "#4a4f9e", dark: "#686dc0" },
  TERMINAL: { shape: "triangle", light: "#4f5b66", dark: "#6e7b87" },
  CASH: { shape: "circle", light: "#b3151b", dark: "#cf4046", dashed: true },
  OTHER: { shape: "ellipse", light: "#56627a", dark: "#6b7a96", dashed: true },
};

export const layerLooks: Record<Layer, { light: string; dark: string; dash?: number[] }> = {
  PAYMENT: { light: "#2f6ea6", dark: "#69a9df" },
  HOLDER: { light: "#7a8698", dark: "#8b97a9", dash: [2, 3] },
  DEVICE: { light: "#6b2fc0", dark: "#a57ce6" },
  PHONE: { light: "#a5185c", dark: "#e06a9f" },
  AGENT: { light: "#9a3412", dark: "#d97d55" },
  ADDRESS: { light: "#456b0c", dark: "#86b83a", dash: [6, 4] },
  IP: { light: "#0a6a85", dark: "#43b3d1", dash: [6, 4] },
  EMPLOYER: { light: "#4a4f9e", dark: "#9297e6", dash: [6, 4] },
  TERMINAL: { light: "#4f5b66", dark: "#93a1ae", dash: [6, 4] },
};

export const surfaces = { light: { ground: "#ffffff", text: "#1f2a37", halo: "#d97706", ring: "#b3151b" }, dark: { ground: "#141414", text: "#e3e8ee", halo: "#f0b45c", ring: "#ff8f8a" } };

// A long number by its beginning and end.
export function shortName(name: string): string {
  return name.length > 18 ? `${name.slice(0, 8)}…${name.slice(-6)}` : name;
}

// Payments of a thousand yuan are thin, of a million thick.
export function widthOf(amount: number): number {
  return Math.min(6, Math.max(1, Math.log10(1 + amount / 10_000) - 0.5));
}
