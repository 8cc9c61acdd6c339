// The ways of money in layers: 0 in the middle, where it came from to the left, where it went to the right. A layer with too many accounts shows the largest, and the others as one.
import type { Schemas } from "@/api/client";
import type { Point } from "@/screens/graph/place";

export type Flow = Schemas["Flow"]["flow"];
export type FlowNode = Flow["nodes"][number];
export type FlowEdge = Flow["edges"][number];

export const LAYER_ROWS_MAX = 24;
const LAYER_WIDTH = 290;
const ROW_HEIGHT = 76;

export interface FlowPlace {
  id: string;
  nodes: FlowNode[]; // more than one: the others of a layer
  layer: number;
  amount: number;
  at: Point;
}

export interface FlowWay {
  id: string;
  from: string;
  to: string;
  amount: number;
  movements: number;
  firstMs: number;
  lastMs: number;
}

export function layerOf(node: FlowNode): number {
  return node.forward?.layer ?? node.backward?.layer ?? 0;
}

// What of the money came to it, or left it where it began.
export function amountOf(node: FlowNode): number {
  const side = node.forward ?? node.backward;
  return side === undefined ? 0 : Math.max(side.received, side.passed_on, side.own);
}

// The trace ends here: out of reach, left here, or not followed.
export function endsHere(node: FlowNode): boolean {
  const side = node.forward;
  return node.cut !== undefined || (side !== undefined && (side.left > 0 || side.outside > 0 || side.not_followed > 0));
}

export function layOut(flow: Flow): { places: FlowPlace[]; ways: FlowWay[] } {
  const layers = new Map<number, FlowNode[]>();
  flow.nodes.forEach((node) => layers.set(layerOf(node), [...(layers.get(layerOf(node)) ?? []), node]));
  const places: FlowPlace[] = [];
  const placeOf = new Map<number, FlowPlace>();
  const rowOf = new Map<number, number>();
  // From the middle outwards, each by where those are that it has money with.
  const order = [...layers.keys()].sort((one, other) => Math.abs(one) - Math.abs(other) || one - other);
  for (const layer of order) {
    const bySize = [...layers.get(layer)!].sort((one, other) => amountOf(other) - amountOf(one) || one.id - other.id);
    const shown = bySize.length <= LAYER_ROWS_MAX ? bySize : bySize.slice(0, LAYER_ROWS_MAX - 1);
    const rest = bySize.slice(shown.length);
    const wish = (node: FlowNode) => {
      const rows = flow.edges.flatMap((edge) => (edge.to === node.id ? (rowOf.get(edge.from) ?? []) : edge.from === node.id ? (rowOf.get(edge.to) ?? []) : []));
      return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length;
    };
    const wishes = new Map(shown.map((node) => [node.id, wish(node)]));
    shown.sort((one, other) => wishes.get(one.id)! - wishes.get(other.id)! || amountOf(other) - amountOf(one) || one.id - other.id);
    const groups = [...shown.map((node) => [node]), ...(rest.length > 0 ? [rest] : [])];
    groups.forEach((nodes, index) => {
      const row = index - (groups.length - 1) / 2;
      const place = {
        id: nodes.length === 1 ? String(nodes[0]!.id) : `rest ${layer}`,
        nodes,
        layer,
        amount: nodes.reduce((sum, node) => sum + amountOf(node), 0),
        at: { x: layer * LAYER_WIDTH, y: row * ROW_HEIGHT },
      };
      places.push(place);
      nodes.forEach((node) => {
        placeOf.set(node.id, place);
        rowOf.set(node.id, row);
      });
    });
  }
  const ways = new Map<string, FlowWay>();
  flow.edges.forEach((edge) => {
    const from = placeOf.get(edge.from);
    const to = placeOf.get(edge.to);
    if (from === undefined || to === undefined || from === to) {
      return;
    }
    const id = `${from.id} > ${to.id}`;
    const before = ways.get(id);
    ways.set(id, {
      id,
      from: from.id,
      to: to.id,
      amount: (before?.amount ?? 0) + edge.amount,
      movements: (before?.movements ?? 0) + edge.movements,
      firstMs: Math.min(before?.firstMs ?? Infinity, edge.first_us / 1000),
      lastMs: Math.max(before?.lastMs ?? 0, edge.last_us / 1000),
    });
  });
  return { places, ways: [...ways.values()] };
}
