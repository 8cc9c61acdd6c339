// From what a walk holds to what the canvas draws.
import type { Language } from "@/app/words";
import { shortMoney, timeText } from "@/parts/values";
import type { DrawnEdge, DrawnNode } from "@/screens/graph/GraphCanvas";
import { layerLooks, nodeLooks, shortName, widthOf } from "@/screens/graph/looks";
import type { View, WalkEdge, WalkNode } from "@/screens/graph/walk";
import { glyphWords, nodeWords } from "@/screens/graph/words";

export function labelOf(node: Pick<WalkNode, "kind" | "name">, language: Language): string {
  return node.kind === "CASH" ? nodeWords.CASH[language] : shortName(node.name);
}

function drawNode(node: WalkNode, isChosen: boolean, isFaded: boolean, language: Language, dark: boolean): DrawnNode {
  const look = nodeLooks[node.kind];
  return {
    id: node.id,
    x: node.at.x,
    y: node.at.y,
    shape: look.shape,
    colour: look[dark ? "dark" : "light"],
    glyph: glyphWords[node.kind][language],
    label: labelOf(node, language),
    size: node.isStart ? 38 : 28,
    dashed: look.dashed,
    ring: isChosen ? "selected" : node.hub !== null && node.kind !== "MERCHANT" ? "marked" : null,
    pinned: node.isPinned || node.onWay,
    faded: isFaded,
  };
}

function edgeLabel(edge: WalkEdge, language: Language): string {
  return edge.layer === "PAYMENT" ? `${shortMoney(edge.amount, language)} · ${edge.times}× · ${timeText(edge.lastMs, "day").slice(5)}` : "";
}

export function drawView(view: View, chosen: ReadonlySet<string>, language: Language, dark: boolean): { nodes: DrawnNode[]; edges: DrawnEdge[] } {
  const look = dark ? "dark" : "light";
  const onWay = new Set(view.nodes.filter((node) => node.onWay).map((node) => node.id));
  return {
    nodes: view.nodes.map((node) => drawNode(node, chosen.has(node.id), view.faded.has(node.id), language, dark)),
    edges: view.edges.map((edge) => ({
      id: edge.id,
      from: edge.from,
      to: edge.to,
      colour: layerLooks[edge.layer][look],
      width: (edge.layer === "PAYMENT" ? widthOf(edge.amount) : 1.2) + (onWay.has(edge.from) && onWay.has(edge.to) ? 2 : 0),
      dash: layerLooks[edge.layer].dash,
      arrow: edge.layer === "PAYMENT",
      label: edgeLabel(edge, language),
    })),
  };
}
