// What an explorer of the graph holds: nodes where they were put, bonds, what is hidden. Answers of the server are added; what stands stays where it is.
import type { Schemas } from "@/api/client";
import { placeNew, type Point } from "@/screens/graph/place";
import { isLayer, isNodeKind, type Layer, type NodeKind } from "@/screens/graph/words";

export interface WalkNode {
  id: string; // its kind and name
  kind: NodeKind;
  name: string;
  at: Point;
  links: number | null; // how many others it has, as far as it is known
  hub: NonNullable<Schemas["GraphNode"]["hub"]> | null;
  isExpanded: boolean;
  isPinned: boolean;
  isStart: boolean;
  onWay: boolean; // of the way that was found last
  leftOut: Schemas["GraphNeighbours"]["graph"]["left_out"];
}

export interface WalkEdge {
  id: string;
  from: string;
  to: string;
  layer: Layer;
  times: number;
  amount: number;
  firstMs: number;
  lastMs: number;
}

export interface Walk {
  nodes: ReadonlyMap<string, WalkNode>;
  edges: ReadonlyMap<string, WalkEdge>;
  hidden: ReadonlySet<string>;
}

export const NO_WALK: Walk = { nodes: new Map(), edges: new Map(), hidden: new Set() };

export function idOf(kind: string, name: string): string {
  return `${kind}|${name}`;
}

type Told = { nodes: Schemas["GraphNode"][]; edges: Schemas["GraphEdge"][] };
export type Deed =
  | { deed: "start"; kind: NodeKind; name: string }
  | { deed: "neighbours"; of: string; told: Schemas["GraphNeighbours"]["graph"] }
  | { deed: "way"; told: Told }
  | { deed: "move"; id: string; at: Point }
  | { deed: "pin"; id: string }
  | { deed: "hide"; ids: string[] }
  | { deed: "show" }
  | { deed: "tidy" }
  | { deed: "clear" };


function addTold(walk: Walk, told: Told, more: (id: string) => Partial<WalkNode>): Walk {
  const ids = told.nodes.map((node) => idOf(node.kind, node.name));
  const edges = new Map(walk.edges);
  told.edges.forEach((edge) => {
    const from = ids[edge.from];
    const to = ids[edge.to];
    if (from !== undefined && to !== undefined && isLayer(edge.kind)) {
      const [one, other] = edge.kind === "PAYMENT" || from < to ? [from, to] : [to, from];
      const id = `${edge.kind} ${one} ${other}`;
      edges.set(id, { id, from: one, to: other, layer: edge.kind, times: edge.times, amount: edge.amount, firstMs: edge.first_us / 1000, lastMs: edge.last_us / 1000 });
    }
  });
  const standing = new Map([...walk.nodes].map(([id, node]) => [id, node.at]));
  const places = placeNew(ids, [...edges.values()].map((edge) => [edge.from, edge.to] as [string, string]), standing);
  const nodes = new Map(walk.nodes);
  told.nodes.forEach((node, index) => {
    const id = ids[index]!;
    const before = nodes.get(id);
    if (!isNodeKind(node.kind)) {
      return;
    }
    nodes.set(id, {
      ...(before ?? { id, kind: node.kind, name: node.name, at: places.get(id)!, links: null, hub: null, isExpanded: false, isPinned: false, isStart: false, onWay: false, leftOut: [] }),
      ...(node.links === undefined ? {} : { links: node.links }),
      ...(node.hub === undefined ? {} : { hub: node.hub }),
      ...more(id),
    });
  });
  const hidden = new Set([...walk.hidden].filter((id) => !ids.includes(id) || (walk.nodes.has(id) && ids[0] !== id)));
  return { nodes, edges, hidden };
}

function tidy(walk: Walk): Walk {
  const standing = new Map([...walk.nodes.values()].filter((node) => node.isPinned).map((node) => [node.id, node.at]));
  const shown = [...walk.nodes.values()].filter((node) => !walk.hidden.has(node.id));
  const order = [...shown].sort((one, other) => Number(other.isStart) - Number(one.isStart)).map((node) => node.id);
  const bonds = [...walk.edges.values()].filter((edge) => !walk.hidden.has(edge.from) && !walk.hidden.has(edge.to)).map((edge) => [edge.from, edge.to] as [string, string]);
  const places = placeNew(order, bonds, standing);
  return { ...walk, nodes: new Map([...walk.nodes].map(([id, node]) => [id, { ...node, at: places.get(id) ?? node.at }])) };
}

function changed(walk: Walk, id: string, change: (node: WalkNode) => Partial<WalkNode>): Walk {
  const node = walk.nodes.get(id);
  return node === undefined ? walk : { ...walk, nodes: new Map(walk.nodes).set(id, { ...node, ...change(node) }) };
}

export function walkOn(walk: Walk, step: Deed): Walk {
  switch (step.deed) {
    case "start": {
      const id = idOf(step.kind, step.name);
      return addTold(walk, { nodes: [{ id: 0, kind: step.kind, name: step.name }], edges: [] }, (one) => (one === id ? { isStart: true } : {}));
    }
    case "neighbours":
      return addTold(walk, step.told, (id) => (id === step.of ? { isExpanded: true, leftOut: step.told.left_out } : {}));
    case "way": {
      const cleared: Walk = { ...walk, nodes: new Map([...walk.nodes].map(([id, node]) => [id, node.onWay ? { ...node, onWay: false } : node])) };
      const way = addTold(cleared, step.told, () => ({ onWay: true }));
      const ids = new Set(step.told.nodes.map((node) => idOf(node.kind, node.name)));
      return { ...way, hidden: new Set([...way.hidden].filter((id) => !ids.has(id))) };
    }
    case "move":
      return changed(walk, step.id, () => ({ at: step.at, isPinned: true }));
    case "pin":
      return changed(walk, step.id, (node) => ({ isPinned: !node.isPinned }));
    case "hide":
      return { ...walk, hidden: new Set([...walk.hidden, ...step.ids]) };
    case "show":
      return { ...walk, hidden: new Set() };
    case "tidy":
      return tidy(walk);
    case "clear":
      return NO_WALK;
  }
}

export interface View {
  nodes: WalkNode[];
  edges: WalkEdge[];
  faded: ReadonlySet<string>; // nothing of it lies within the time shown
}

// What is shown: without hidden nodes and layers that are off, and of bonds those that were seen within the time. Whose an account is does not age.
export function viewOf(walk: Walk, off: ReadonlySet<Layer>, span: [number, number] | null): View {
  const inLayers = [...walk.edges.values()].filter((edge) => !walk.hidden.has(edge.from) && !walk.hidden.has(edge.to));
  const layered = inLayers.filter((edge) => !off.has(edge.layer));
  const kept = new Set(layered.flatMap((edge) => [edge.from, edge.to]));
  const bound = new Set(inLayers.flatMap((edge) => [edge.from, edge.to]));
  const edges = span === null ? layered : layered.filter((edge) => edge.layer === "HOLDER" || (edge.lastMs >= span[0] && edge.firstMs <= span[1]));
  const lit = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const nodes = [...walk.nodes.values()].filter((node) => !walk.hidden.has(node.id) && (kept.has(node.id) || !bound.has(node.id) || node.isStart || node.isPinned));
  return { nodes, edges, faded: new Set(nodes.filter((node) => kept.has(node.id) && !lit.has(node.id)).map((node) => node.id)) };
}

export function timesOf(walk: Walk): [number, number] | null {
  const aged = [...walk.edges.values()].filter((edge) => edge.layer !== "HOLDER");
  const from = aged.reduce((least, edge) => Math.min(least, edge.firstMs), Infinity);
  const until = aged.reduce((most, edge) => Math.max(most, edge.lastMs), -Infinity);
  return from < until ? [from, until] : null;
}

export function layersOf(walk: Walk): Layer[] {
  return [...new Set([...walk.edges.values()].map((edge) => edge.layer))];
}
