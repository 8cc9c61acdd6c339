// A graph on a canvas: AntV G6, loaded when the first one is shown. Positions come from outside, so that nothing moves by itself. What it shows is told beside it by
// tables; `summary` says it in words. Labels and letters are drawn where few nodes are seen, and bonds rest while a large graph is moved.
import { Spin, theme } from "antd";
import { forwardRef, useCallback, useEffect, useImperativeHandle, useRef, useState } from "react";

import { useSettings } from "@/app/settings";
import type { EdgeData, Graph, IElementEvent, NodeData } from "@/screens/graph/g6";
import { type Shape, surfaces } from "@/screens/graph/looks";

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

export interface GraphHandle {
  fit: () => void;
  zoom: (ratio: number) => void;
  focus: (id: string) => void;
  png: () => Promise<Blob | null>;
}

interface Props {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  height: number;
  summary: string;
  keysHint: string;
  layered?: boolean; // edges leave to the right
  onPick?: (id: string | null, more: boolean) => void;
  onOpen?: (id: string) => void;
  onMove?: (id: string, x: number, y: number) => void;
}

type Library = typeof import("@/screens/graph/g6");
let loading: Promise<Library> | null = null;
function load(): Promise<Library> {
  loading ??= import("@/screens/graph/g6");
  return loading;
}

const MANY = 300; // nodes: bonds rest while the canvas moves
const LABELS_MAX = 160; // that are drawn at once
const EDGE_LABELS_MAX = 80;
const PAN = 60;

interface Seen {
  nodes: Set<string> | null; // with labels; null: all
  edges: boolean;
}

function nodeData(node: DrawnNode, labelled: boolean, dark: boolean): NodeData {
  const surface = surfaces[dark ? "dark" : "light"];
  const size = node.size ?? 28;
  return {
    id: node.id,
    type: node.shape,
    style: {
      x: node.x,
      y: node.y,
      size: node.shape === "ellipse" ? [size * 1.3, size * 0.9] : size,
      radius: node.shape === "rect" ? 4 : undefined,
      fill: node.colour,
      stroke: node.ring === "selected" ? surface.halo : node.ring === "marked" ? surface.ring : node.pinned ? surface.text : surface.ground,
      lineWidth: node.ring === "selected" ? 5 : node.ring === "marked" || node.pinned ? 3 : node.dashed ? 2 : 1,
      lineDash: node.dashed && node.ring !== "selected" ? [4, 3] : 0,
      opacity: node.faded ? 0.3 : 1,
      cursor: "pointer",
      label: labelled,
      labelText: labelled ? node.label : "",
      labelFill: surface.text,
      labelFontSize: 11,
      labelPlacement: "bottom",
      labelBackground: labelled,
      labelBackgroundFill: surface.ground,
      labelBackgroundOpacity: 0.75,
      icon: labelled,
      iconText: labelled ? node.glyph : "",
      iconFill: "#ffffff",
      iconFontSize: 12,
    },
  };
}

function edgeData(edge: DrawnEdge, bend: number, labelled: boolean, layered: boolean, dark: boolean): EdgeData {
  const surface = surfaces[dark ? "dark" : "light"];
  const text = labelled && edge.label !== undefined && edge.label !== "";
  return {
    id: edge.id,
    source: edge.from,
    target: edge.to,
    type: layered ? "cubic-horizontal" : bend === 0 ? "line" : "quadratic",
    style: {
      stroke: edge.colour,
      lineWidth: edge.width,
      lineDash: edge.dash ?? 0,
      opacity: 0.8,
      endArrow: edge.arrow,
      endArrowSize: 7 + edge.width,
      ...(bend === 0 ? {} : { curveOffset: bend }),
      label: text,
      labelText: text ? edge.label : "",
      labelFill: surface.text,
      labelFontSize: 10,
      labelAutoRotate: !layered,
      labelBackground: text,
      labelBackgroundFill: surface.ground,
      labelBackgroundOpacity: 0.85,
    },
  };
}

// Of several bonds of two nodes each has its own bow.
function bendsOf(edges: DrawnEdge[]): Map<string, number> {
  const pairs = new Map<string, number>();
  const bends = new Map<string, number>();
  edges.forEach((edge) => {
    const turned = edge.from > edge.to;
    const pair = turned ? `${edge.to} ${edge.from}` : `${edge.from} ${edge.to}`;
    const before = pairs.get(pair) ?? 0;
    pairs.set(pair, before + 1);
    const bow = before === 0 ? 0 : Math.ceil(before / 2) * 26 * (before % 2 === 0 ? -1 : 1);
    bends.set(edge.id, turned ? -bow : bow);
  });
  return bends;
}

interface Drawn {
  nodes: Map<string, string>;
  edges: Map<string, string>;
}

function changes<D extends { id?: string }>(before: Map<string, string>, wanted: D[]) {
  const after = new Map(wanted.map((one) => [one.id!, JSON.stringify(one)]));
  return {
    after,
    add: wanted.filter((one) => !before.has(one.id!)),
    update: wanted.filter((one) => before.has(one.id!) && before.get(one.id!) !== after.get(one.id!)),
    remove: [...before.keys()].filter((id) => !after.has(id)),
  };
}

// All of it in sight, and a few nodes not blown up.
async function fitWhole(on: Graph): Promise<void> {
  await on.fitView();
  if (on.getZoom() > 1) {
    await on.zoomTo(1);
    await on.fitCenter();
  }
}

async function blobOf(address: string, ground: string): Promise<Blob | null> {
  const image = new Image();
  await new Promise((done, failed) => {
    image.onload = done;
    image.onerror = failed;
    image.src = address;
  });
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const paint = canvas.getContext("2d");
  if (paint === null) {
    return null;
  }
  paint.fillStyle = ground;
  paint.fillRect(0, 0, canvas.width, canvas.height);
  paint.drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

export const GraphCanvas = forwardRef<GraphHandle, Props>(function GraphCanvas(props, handle) {
  const box = useRef<HTMLDivElement>(null);
  const graph = useRef<Graph | null>(null);
  const drawn = useRef<Drawn>({ nodes: new Map(), edges: new Map() });
  const work = useRef<Promise<unknown>>(Promise.resolve());
  const latest = useRef(props);
  latest.current = props;
  const [library, setLibrary] = useState<Library | null>(null);
  const [made, setMade] = useState(0); // which canvas it is: a new one has nothing drawn
  const [seen, setSeen] = useState<Seen>({ nodes: null, edges: true });
  const { dark } = useSettings();
  const { token } = theme.useToken();

  useEffect(() => {
    let here = true;
    void load().then((module) => here && setLibrary(module));
    return () => {
      here = false;
    };
  }, []);

  // One thing after the other: G6 draws in promises.
  const after = useCallback((deed: (on: Graph) => Promise<unknown> | void) => {
    work.current = work.current.then(() => (graph.current === null || graph.current.destroyed ? undefined : deed(graph.current))).catch(() => undefined);
    return work.current;
  }, []);

  // Which nodes are large enough, and in sight, for a label.
  const look = useCallback(() => {
    const on = graph.current;
    const { nodes, edges } = latest.current;
    if (on === null || on.destroyed) {
      return;
    }
    if (nodes.length <= LABELS_MAX && on.getZoom() >= 0.45) {
      setSeen((before) => (before.nodes === null && before.edges === edges.length <= EDGE_LABELS_MAX ? before : { nodes: null, edges: edges.length <= EDGE_LABELS_MAX }));
      return;
    }
    if (on.getZoom() < 0.6) {
      setSeen((before) => (before.nodes?.size === 0 ? before : { nodes: new Set(), edges: false }));
      return;
    }
    const [width, height] = on.getSize();
    const [left, top] = on.getCanvasByViewport([0, 0]);
    const [right, bottom] = on.getCanvasByViewport([width, height]);
    const inSight = nodes.filter((node) => node.x >= left! && node.x <= right! && node.y >= top! && node.y <= bottom!).slice(0, LABELS_MAX);
    setSeen({ nodes: new Set(inSight.map((node) => node.id)), edges: inSight.length <= 40 });
  }, []);

  useEffect(() => {
    if (library === null || box.current === null) {
      return undefined;
    }
    const { Graph: Make, CanvasEvent, GraphEvent, NodeEvent } = library;
    const on = new Make({
      container: box.current,
      autoResize: false,
      animation: false,
      zoomRange: [0.05, 4],
      theme: dark ? "dark" : "light",
      padding: [16, 40, 28, 40],
      behaviors: [
        "drag-canvas",
        "zoom-canvas",
        { type: "drag-element", enable: (event: { targetType?: string }) => event.targetType === "node" && latest.current.onMove !== undefined, animation: false },
        { type: "optimize-viewport-transform", enable: () => latest.current.nodes.length > MANY, shapes: { node: ["key"], edge: [] }, debounce: 150 },
      ],
    });
    graph.current = on;
    drawn.current = { nodes: new Map(), edges: new Map() };
    let timer = 0;
    const target = (event: IElementEvent) => (event.target as unknown as { id: string }).id;
    on.on<IElementEvent>(NodeEvent.CLICK, (event) => latest.current.onPick?.(target(event), event.shiftKey || event.ctrlKey || event.metaKey));
    on.on<IElementEvent>(NodeEvent.DBLCLICK, (event) => latest.current.onOpen?.(target(event)));
    on.on<IElementEvent>(NodeEvent.DRAG_END, (event) => {
      const [x, y] = on.getElementPosition(target(event));
      latest.current.onMove?.(target(event), x!, y!);
    });
    on.on(CanvasEvent.CLICK, () => latest.current.onPick?.(null, false));
    on.on(GraphEvent.AFTER_TRANSFORM, () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(look, 220);
    });
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      void after((it) => {
        if (width > 0 && height > 0) {
          it.resize(width, height);
        }
      });
    });
    observer.observe(box.current);
    setMade((count) => count + 1);
    return () => {
      window.clearTimeout(timer);
      observer.disconnect();
      graph.current = null;
      void work.current.then(() => on.destroy());
      work.current = Promise.resolve();
    };
  }, [library, dark, after, look]);

  const { nodes, edges, layered = false } = props;
  useEffect(() => {
    if (made === 0) {
      return;
    }
    const here = new Set(nodes.map((node) => node.id));
    const shown = edges.filter((edge) => here.has(edge.from) && here.has(edge.to));
    const bends = bendsOf(shown);
    const wantedNodes = nodes.map((node) => nodeData(node, seen.nodes === null || seen.nodes.has(node.id), dark));
    const wantedEdges = shown.map((edge) => edgeData(edge, layered ? 0 : bends.get(edge.id)!, seen.edges, layered, dark));
    void after(async (on) => {
      const isFirst = drawn.current.nodes.size === 0;
      const node = changes(drawn.current.nodes, wantedNodes);
      const edge = changes(drawn.current.edges, wantedEdges);
      drawn.current = { nodes: node.after, edges: edge.after };
      if (edge.remove.length > 0) on.removeEdgeData(edge.remove);
      if (node.remove.length > 0) on.removeNodeData(node.remove);
      if (node.add.length > 0) on.addNodeData(node.add);
      if (edge.add.length > 0) on.addEdgeData(edge.add);
      if (node.update.length > 0) on.updateNodeData(node.update);
      if (edge.update.length > 0) on.updateEdgeData(edge.update);
      await on.draw();
      if (isFirst && wantedNodes.length > 0) {
        await fitWhole(on);
      }
      if (node.add.length > 0 || node.remove.length > 0) {
        look();
      }
      box.current?.setAttribute("data-nodes", String(on.getNodeData().length));
      box.current?.setAttribute("data-edges", String(on.getEdgeData().length));
    });
  }, [nodes, edges, layered, seen, dark, made, after, look]);

  useImperativeHandle(
    handle,
    () => ({
      fit: () => void after(fitWhole),
      zoom: (ratio) => void after((on) => on.zoomBy(ratio)),
      focus: (id) =>
        void after(async (on) => {
          if (latest.current.nodes.some((node) => node.id === id)) {
            if (on.getZoom() < 0.7) {
              await on.zoomTo(1);
            }
            await on.focusElement(id);
          }
        }),
      png: async () => {
        let address = "";
        await after(async (on) => {
          address = await on.toDataURL({ mode: "overall", type: "image/png" });
        });
        return address === "" ? null : blobOf(address, surfaces[dark ? "dark" : "light"].ground);
      },
    }),
    [after, dark],
  );

  function pressed(event: React.KeyboardEvent) {
    const moves: Record<string, [number, number]> = { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] };
    const move = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (move !== undefined) {
      void after((on) => on.translateBy(move));
    } else if (event.key === "+" || event.key === "=") {
      void after((on) => on.zoomBy(1.25));
    } else if (event.key === "-") {
      void after((on) => on.zoomBy(0.8));
    } else if (event.key === "0") {
      void after(fitWhole);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div style={{ position: "relative", height: props.height, border: `1px solid ${token.colorBorderSecondary}`, background: surfaces[dark ? "dark" : "light"].ground }}>
      <div
        ref={box}
        className="graph-canvas"
        role="application"
        aria-roledescription={props.keysHint}
        aria-label={props.summary}
        tabIndex={0}
        onKeyDown={pressed}
        style={{ position: "absolute", inset: 0, overflow: "hidden" }}
      />
      {library === null && <Spin style={{ position: "absolute", inset: 0, display: "grid", placeItems: "center" }} />}
    </div>
  );
});
