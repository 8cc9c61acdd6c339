// Draws a graph with AntV G6. Positions come from outside, so that nothing moves by itself. Labels and letters are drawn where few nodes are seen.
import { CanvasEvent, type EdgeData, Graph, GraphEvent, type IElementEvent, type NodeData, NodeEvent } from "@/screens/graph/g6";
import { surfaces } from "@/screens/graph/looks";
import {
  bendsOf,
  type DrawnEdge,
  type DrawnNode,
  EDGE_LABEL_NODES_MAX,
  EDGE_LABELS_MAX,
  LABELS_FROM,
  LABELS_FROM_MANY,
  LABELS_MAX,
  NODE_SIZE,
  type Painter,
  type Picture,
  type Setting,
  type Where,
  ZOOM_LEAST,
  ZOOM_MOST,
} from "@/screens/graph/painting";

const REST_MS = 220; // after a movement, before labels are thought of anew

interface Seen {
  nodes: Set<string> | null; // with labels; null: all
  edges: boolean;
}

function nodeData(node: DrawnNode, labelled: boolean, dark: boolean): NodeData {
  const surface = surfaces[dark ? "dark" : "light"];
  const size = node.size ?? NODE_SIZE;
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

async function stand(on: Graph, { x, y, zoom }: Where): Promise<void> {
  await on.zoomTo(zoom);
  const [width, height] = on.getSize();
  const [left, top] = on.getViewportByCanvas([x, y]);
  await on.translateBy([width / 2 - left!, height / 2 - top!]);
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

export function paintWithG6({ box, dark, from, heard, drawn: tellDrawn }: Setting): Painter {
  let picture: Picture = { nodes: [], edges: [], layered: false };
  let seen: Seen = { nodes: null, edges: true };
  let nodesDrawn = new Map<string, string>();
  let edgesDrawn = new Map<string, string>();
  let work: Promise<unknown> = Promise.resolve();
  let timer = 0;
  const on = new Graph({
    container: box,
    autoResize: false,
    animation: false,
    zoomRange: [ZOOM_LEAST, ZOOM_MOST],
    theme: dark ? "dark" : "light",
    padding: [16, 40, 28, 40],
    behaviors: [
      "drag-canvas",
      "zoom-canvas",
      { type: "drag-element", enable: (event: { targetType?: string }) => event.targetType === "node" && heard().onMove !== undefined, animation: false },
    ],
  });

  // One thing after the other: G6 draws in promises.
  function after(deed: () => Promise<unknown> | void): Promise<unknown> {
    work = work.then(() => (on.destroyed ? undefined : deed())).catch(() => undefined);
    return work;
  }

  // Which nodes are large enough, and in sight, for a label.
  function look(): void {
    if (on.destroyed) {
      return;
    }
    const before = seen;
    const { nodes, edges } = picture;
    if (nodes.length <= LABELS_MAX && on.getZoom() >= LABELS_FROM) {
      seen = { nodes: null, edges: edges.length <= EDGE_LABELS_MAX };
    } else if (on.getZoom() < LABELS_FROM_MANY) {
      seen = { nodes: new Set(), edges: false };
    } else {
      const [width, height] = on.getSize();
      const [left, top] = on.getCanvasByViewport([0, 0]);
      const [right, bottom] = on.getCanvasByViewport([width, height]);
      const inSight = nodes.filter((node) => node.x >= left! && node.x <= right! && node.y >= top! && node.y <= bottom!).slice(0, LABELS_MAX);
      seen = { nodes: new Set(inSight.map((node) => node.id)), edges: inSight.length <= EDGE_LABEL_NODES_MAX };
    }
    const isSame = before.edges === seen.edges && (before.nodes === null ? seen.nodes === null : before.nodes.size === 0 && seen.nodes?.size === 0);
    if (!isSame) {
      draw();
    }
  }

  function draw(): void {
    const { nodes, edges, layered } = picture;
    const bends = bendsOf(edges);
    const wantedNodes = nodes.map((node) => nodeData(node, seen.nodes === null || seen.nodes.has(node.id), dark));
    const wantedEdges = edges.map((edge) => edgeData(edge, layered ? 0 : bends.get(edge.id)!, seen.edges, layered, dark));
    void after(async () => {
      const isFirst = nodesDrawn.size === 0;
      const node = changes(nodesDrawn, wantedNodes);
      const edge = changes(edgesDrawn, wantedEdges);
      nodesDrawn = node.after;
      edgesDrawn = edge.after;
      if (edge.remove.length > 0) on.removeEdgeData(edge.remove);
      if (node.remove.length > 0) on.removeNodeData(node.remove);
      if (node.add.length > 0) on.addNodeData(node.add);
      if (edge.add.length > 0) on.addEdgeData(edge.add);
      if (node.update.length > 0) on.updateNodeData(node.update);
      if (edge.update.length > 0) on.updateEdgeData(edge.update);
      await on.draw();
      if (isFirst && wantedNodes.length > 0) {
        await (from === null ? fitWhole(on) : stand(on, from));
      }
      if (node.add.length > 0 || node.remove.length > 0) {
        look();
      }
      tellDrawn(on.getNodeData().length, on.getEdgeData().length);
    });
  }

  const target = (event: IElementEvent) => (event.target as unknown as { id: string }).id;
  on.on<IElementEvent>(NodeEvent.CLICK, (event) => heard().onPick?.(target(event), event.shiftKey || event.ctrlKey || event.metaKey));
  on.on<IElementEvent>(NodeEvent.DBLCLICK, (event) => heard().onOpen?.(target(event)));
  on.on<IElementEvent>(NodeEvent.DRAG_END, (event) => {
    const [x, y] = on.getElementPosition(target(event));
    heard().onMove?.(target(event), x!, y!);
  });
  on.on(CanvasEvent.CLICK, () => heard().onPick?.(null, false));
  on.on(GraphEvent.AFTER_TRANSFORM, () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, REST_MS);
  });

  return {
    show: (wanted) => {
      picture = wanted;
      draw();
    },
    resize: (width, height) => void after(() => on.resize(width, height)),
    fit: () => void after(() => fitWhole(on)),
    zoom: (ratio) => void after(() => on.zoomBy(ratio)),
    pan: (right, down) => void after(() => on.translateBy([right, down])),
    focus: (id) =>
      void after(async () => {
        if (picture.nodes.some((node) => node.id === id)) {
          if (on.getZoom() < 0.7) {
            await on.zoomTo(1);
          }
          await on.focusElement(id);
        }
      }),
    png: async () => {
      let address = "";
      await after(async () => {
        address = await on.toDataURL({ mode: "overall", type: "image/png" });
      });
      return address === "" ? null : blobOf(address, surfaces[dark ? "dark" : "light"].ground);
    },
    where: () => {
      if (on.destroyed || nodesDrawn.size === 0) {
        return null;
      }
      const [width, height] = on.getSize();
      const [x, y] = on.getCanvasByViewport([width / 2, height / 2]);
      return { x: x!, y: y!, zoom: on.getZoom() };
    },
    end: () => {
      window.clearTimeout(timer);
      void work.then(() => on.destroy());
    },
  };
}
