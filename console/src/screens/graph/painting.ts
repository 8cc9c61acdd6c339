// What is drawn of a graph, and what a painter of it can do. There are two: one by AntV G6, and one of our own for many nodes, which G6 moves too slowly.
import type { Shape } from "@/screens/graph/looks";

export interface DrawnNode {
  id: string;
  x: number;
  y: number;
  shape: Shape;
  colour: string;
  glyph: string;
  label: string;
  size?: number;
  dashed?: boolean;
  ring?: "selected" | "marked" | null; // marked: a hub, where a trace ends
  pinned?: boolean;
  faded?: boolean;
}

export interface DrawnEdge {
  id: string;
  from: string;
  to: string;
  colour: string;
  width: number;
  dash?: number[];
  arrow: boolean;
  label?: string;
}

export interface Picture {
  nodes: DrawnNode[];
  edges: DrawnEdge[]; // of nodes that are there
  layered: boolean; // edges leave to the right
}

// What is in the middle, and how near.
export interface Where {
  x: number;
  y: number;
  zoom: number;
}

export interface Heard {
  onPick?: (id: string | null, more: boolean) => void;
  onOpen?: (id: string) => void;
  onMove?: (id: string, x: number, y: number) => void;
}

export interface Painter {
  show: (picture: Picture) => void;
  resize: (width: number, height: number) => void;
  fit: () => void;
  zoom: (ratio: number) => void;
  pan: (right: number, down: number) => void;
  focus: (id: string) => void;
  png: () => Promise<Blob | null>;
  where: () => Where | null; // null: nothing was shown yet
  end: () => void;
}

export interface Setting {
  box: HTMLElement;
  dark: boolean;
  from: Where | null; // where another painter stood; null: all is brought in sight
  heard: () => Heard; // as it is now
  drawn: (nodes: number, edges: number) => void;
}

export const ZOOM_LEAST = 0.05;
export const ZOOM_MOST = 4;
export const LABELS_MAX = 160; // that are drawn at once
export const EDGE_LABELS_MAX = 80;
export const EDGE_LABEL_NODES_MAX = 40; // in sight, of a graph with more
export const LABELS_FROM = 0.45; // zoom, of a graph with few nodes
export const LABELS_FROM_MANY = 0.6;
export const NODE_SIZE = 28;
const BOW = 26;

// Of several bonds of two nodes each has its own bow.
export function bendsOf(edges: DrawnEdge[]): Map<string, number> {
  const pairs = new Map<string, number>();
  const bends = new Map<string, number>();
  edges.forEach((edge) => {
    const turned = edge.from > edge.to;
    const pair = turned ? `${edge.to} ${edge.from}` : `${edge.from} ${edge.to}`;
    const before = pairs.get(pair) ?? 0;
    pairs.set(pair, before + 1);
    const bow = before === 0 ? 0 : Math.ceil(before / 2) * BOW * (before % 2 === 0 ? -1 : 1);
    bends.set(edge.id, turned ? -bow : bow);
  });
  return bends;
}
