// Draws a graph of many nodes on a plain canvas, all of it anew for each frame in which something moved: bonds of a look as a few paths, nodes as copies of one
// stamp for each look, and of what is near only what is in sight. Labels come when nodes are large enough.
import { type Shape, surfaces } from "@/screens/graph/looks";
import {
  bendsOf,
  type DrawnEdge,
  type DrawnNode,
  EDGE_LABEL_NODES_MAX,
  EDGE_LABELS_MAX,
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

interface View {
  zoom: number;
  left: number; // of the canvas, where the graph's 0 stands
  top: number;
  width: number;
  height: number;
}

interface Bond {
  edge: DrawnEdge;
  from: DrawnNode;
  to: DrawnNode;
  bend: number;
}

interface BondLook {
  colour: string;
  width: number;
  dash: number[];
  bonds: Bond[];
}

interface NodeStamp {
  node: DrawnNode; // one of this look
  nodes: DrawnNode[];
}

const MOVED = 4; // pixels, from which on a press is a movement and no click
const CELL = 80; // of the net in which nodes are found
const PATH_MAX = 200; // bonds in one path: longer ones take longer than several
const STAMPS_FROM = 200; // nodes in sight, from which on they are stamped
const DETAILS_FROM = 0.3; // zoom, below which dashes and arrows are not to be seen
const MARGIN = 40;
const PNG_SIDE_MAX = 8000;
const LABEL_FONT = 11;

function outline(paint: CanvasRenderingContext2D, shape: Shape, x: number, y: number, size: number): void {
  const half = size / 2;
  const corners = (...points: [number, number][]) => {
    points.forEach(([right, down], index) => (index === 0 ? paint.moveTo(x + right * half, y + down * half) : paint.lineTo(x + right * half, y + down * half)));
    paint.closePath();
  };
  paint.beginPath();
  switch (shape) {
    case "circle":
      paint.arc(x, y, half, 0, 2 * Math.PI);
      break;
    case "ellipse":
      paint.ellipse(x, y, half * 1.3, half * 0.9, 0, 0, 2 * Math.PI);
      break;
    case "rect":
      paint.roundRect(x - half, y - half, size, size, 4);
      break;
    case "diamond":
      corners([0, -1], [1, 0], [0, 1], [-1, 0]);
      break;
    case "hexagon":
      corners([0, -1], [0.87, -0.5], [0.87, 0.5], [0, 1], [-0.87, 0.5], [-0.87, -0.5]);
      break;
    case "triangle":
      corners([0, -1], [1, 0.9], [-1, 0.9]);
      break;
    case "star":
      corners(...Array.from({ length: 10 }, (_none, index): [number, number] => [(index % 2 === 0 ? 1 : 0.45) * Math.sin((index * Math.PI) / 5), -(index % 2 === 0 ? 1 : 0.45) * Math.cos((index * Math.PI) / 5)]));
      break;
  }
}

function drawNode(paint: CanvasRenderingContext2D, node: DrawnNode, x: number, y: number, zoom: number, dark: boolean, font: string): void {
  const surface = surfaces[dark ? "dark" : "light"];
  outline(paint, node.shape, x, y, node.size ?? NODE_SIZE);
  paint.globalAlpha = node.faded === true ? 0.3 : 1;
  paint.fillStyle = node.colour;
  paint.fill();
  paint.strokeStyle = node.ring === "selected" ? surface.halo : node.ring === "marked" ? surface.ring : node.pinned === true ? surface.text : surface.ground;
  // What is marked is seen from afar too.
  paint.lineWidth = node.ring === "selected" ? Math.max(5, 2.5 / zoom) : node.ring === "marked" || node.pinned === true ? Math.max(3, 1.5 / zoom) : node.dashed === true ? 2 : 1;
  paint.setLineDash(node.dashed === true && node.ring !== "selected" ? [4, 3] : []);
  paint.stroke();
  if (zoom >= DETAILS_FROM) {
    paint.fillStyle = "#ffffff";
    paint.font = `12px ${font}`;
    paint.textAlign = "center";
    paint.textBaseline = "middle";
    paint.fillText(node.glyph, x, y + (node.shape === "triangle" ? 4 : 1));
  }
  paint.globalAlpha = 1;
}

function stampKey(node: DrawnNode): string {
  return `${node.shape} ${node.colour} ${node.glyph} ${node.size ?? NODE_SIZE} ${node.dashed === true} ${node.ring ?? ""} ${node.pinned === true} ${node.faded === true}`;
}

// A look's nodes above the others when it is marked.
function rank(node: DrawnNode): number {
  return node.ring === "selected" ? 2 : node.ring === "marked" || node.pinned === true ? 1 : 0;
}

function reach(node: DrawnNode): number {
  return ((node.size ?? NODE_SIZE) / 2) * (node.shape === "ellipse" ? 1.3 : 1);
}

function middleOf({ from, to, bend }: Bond): [number, number] {
  const long = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return [(from.x + to.x) / 2 + ((from.y - to.y) / long) * bend, (from.y + to.y) / 2 + ((to.x - from.x) / long) * bend];
}

function traceBond(paint: CanvasRenderingContext2D, bond: Bond, layered: boolean): void {
  const { from, to, bend } = bond;
  paint.moveTo(from.x, from.y);
  if (layered) {
    const half = (from.x + to.x) / 2;
    paint.bezierCurveTo(half, from.y, half, to.y, to.x, to.y);
  } else if (bend === 0) {
    paint.lineTo(to.x, to.y);
  } else {
    const [x, y] = middleOf(bond);
    paint.quadraticCurveTo(x, y, to.x, to.y);
  }
}

// The tip at the edge of the node that the bond goes to.
function traceArrow(paint: CanvasRenderingContext2D, bond: Bond, layered: boolean): void {
  const { from, to, edge, bend } = bond;
  const [x, y] = layered ? [to.x - 1, to.y] : bend === 0 ? [from.x, from.y] : middleOf(bond);
  const long = Math.hypot(to.x - x, to.y - y) || 1;
  const [right, down] = [(to.x - x) / long, (to.y - y) / long];
  const [tipX, tipY] = [to.x - right * reach(to), to.y - down * reach(to)];
  const size = 7 + edge.width;
  paint.moveTo(tipX, tipY);
  paint.lineTo(tipX - right * size - down * size * 0.45, tipY - down * size + right * size * 0.45);
  paint.lineTo(tipX - right * size + down * size * 0.45, tipY - down * size - right * size * 0.45);
  paint.closePath();
}

function drawText(paint: CanvasRenderingContext2D, text: string, x: number, y: number, size: number, opacity: number, dark: boolean): void {
  const surface = surfaces[dark ? "dark" : "light"];
  const width = paint.measureText(text).width;
  paint.globalAlpha = opacity;
  paint.fillStyle = surface.ground;
  paint.fillRect(x - width / 2 - 2, y - size / 2 - 2, width + 4, size + 4);
  paint.globalAlpha = 1;
  paint.fillStyle = surface.text;
  paint.fillText(text, x, y);
}

export function paintMany({ box, dark, from, heard, drawn: tellDrawn }: Setting): Painter {
  const canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d", { alpha: false })!;
  const stamps = document.createElement("canvas");
  const stamping = stamps.getContext("2d")!;
  box.append(canvas);
  canvas.style.touchAction = "none";
  const font = getComputedStyle(box).fontFamily;
  const view: View = { zoom: from?.zoom ?? 1, left: 0, top: 0, width: 0, height: 0 };
  let waiting: Where | null = from; // to be stood at, once it is known how large the canvas is
  let isFitted = from !== null;
  let picture: Picture = { nodes: [], edges: [], layered: false };
  let looks: NodeStamp[] = [];
  let bondLooks: BondLook[] = [];
  let net = new Map<string, DrawnNode[]>();
  let frame = 0;

  const ratio = () => window.devicePixelRatio || 1;

  // ---- what is where ----

  function prepare(): void {
    const byId = new Map(picture.nodes.map((node) => [node.id, node]));
    const stampsOf = new Map<string, NodeStamp>();
    net = new Map();
    picture.nodes.forEach((node) => {
      const key = stampKey(node);
      const stamp = stampsOf.get(key);
      if (stamp === undefined) {
        stampsOf.set(key, { node, nodes: [node] });
      } else {
        stamp.nodes.push(node);
      }
      const cell = `${Math.floor(node.x / CELL)} ${Math.floor(node.y / CELL)}`;
      const there = net.get(cell);
      if (there === undefined) {
        net.set(cell, [node]);
      } else {
        there.push(node);
      }
    });
    looks = [...stampsOf.values()].sort((one, other) => rank(one.node) - rank(other.node));
    const bends = picture.layered ? null : bendsOf(picture.edges);
    const looksOf = new Map<string, BondLook>();
    picture.edges.forEach((edge) => {
      const width = Math.round(edge.width * 2) / 2;
      const key = `${edge.colour} ${width} ${edge.dash?.join(",") ?? ""}`;
      const bond = { edge, from: byId.get(edge.from)!, to: byId.get(edge.to)!, bend: bends?.get(edge.id) ?? 0 };
      const look = looksOf.get(key);
      if (look === undefined) {
        looksOf.set(key, { colour: edge.colour, width, dash: edge.dash ?? [], bonds: [bond] });
      } else {
        look.bonds.push(bond);
      }
    });
    bondLooks = [...looksOf.values()];
  }

  function bounds() {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    picture.nodes.forEach(({ x, y }) => {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    });
    return { left: left - MARGIN, top: top - MARGIN, right: right + MARGIN, bottom: bottom + MARGIN };
  }

  function nodeAt(event: MouseEvent): DrawnNode | null {
    const edge = canvas.getBoundingClientRect();
    const x = (event.clientX - edge.left - view.left) / view.zoom;
    const y = (event.clientY - edge.top - view.top) / view.zoom;
    const slack = 3 / view.zoom;
    const cells = Math.min(6, Math.ceil((NODE_SIZE + slack) / CELL));
    const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
    let found: DrawnNode | null = null;
    let least = Infinity;
    for (let right = -cells; right <= cells; right++) {
      for (let down = -cells; down <= cells; down++) {
        net.get(`${column + right} ${row + down}`)?.forEach((node) => {
          const away = Math.hypot(node.x - x, node.y - y);
          if (away <= reach(node) + slack && away < least) {
            found = node;
            least = away;
          }
        });
      }
    }
    return found;
  }

  // ---- drawing ----

  function drawBonds(on: CanvasRenderingContext2D, { zoom }: View, isInSight: (bond: Bond) => boolean): void {
    const hasDetails = zoom >= DETAILS_FROM;
    on.globalAlpha = 0.8;
    bondLooks.forEach(({ colour, width, dash, bonds }) => {
      on.strokeStyle = colour;
      on.fillStyle = colour;
      on.lineWidth = Math.max(width, 0.7 / zoom);
      on.setLineDash(hasDetails ? dash : []);
      const seen = bonds.filter(isInSight);
      for (let first = 0; first < seen.length; first += PATH_MAX) {
        on.beginPath();
        for (let index = first; index < Math.min(seen.length, first + PATH_MAX); index++) {
          traceBond(on, seen[index]!, picture.layered);
        }
        on.stroke();
      }
      if (hasDetails) {
        on.beginPath();
        seen.forEach((bond) => bond.edge.arrow && traceArrow(on, bond, picture.layered));
        on.fill();
      }
    });
    on.globalAlpha = 1;
    on.setLineDash([]);
  }

  // A stamp of each look, side by side, as large as it stands on the canvas.
  function makeStamps(zoom: number, density: number): number {
    const side = Math.ceil(Math.max(...looks.map(({ node }) => 2 * reach(node) + Math.max(6, 3 / zoom))) * zoom * density) + 2;
    stamps.width = side * looks.length;
    stamps.height = side;
    looks.forEach(({ node }, index) => {
      stamping.setTransform(zoom * density, 0, 0, zoom * density, (index + 0.5) * side, side / 2);
      drawNode(stamping, node, 0, 0, zoom, dark, font);
    });
    return side;
  }

  function drawNodes(on: CanvasRenderingContext2D, { zoom, left, top }: View, density: number, isInSight: (node: DrawnNode) => boolean, count: number): void {
    if (count < STAMPS_FROM) {
      looks.forEach(({ nodes }) => nodes.forEach((node) => isInSight(node) && drawNode(on, node, node.x, node.y, zoom, dark, font)));
      on.setLineDash([]);
      return;
    }
    const side = makeStamps(zoom, density);
    on.setTransform(1, 0, 0, 1, 0, 0);
    looks.forEach(({ nodes }, index) => {
      for (const node of nodes) {
        if (isInSight(node)) {
          on.drawImage(stamps, index * side, 0, side, side, Math.round((node.x * zoom + left) * density - side / 2), Math.round((node.y * zoom + top) * density - side / 2), side, side);
        }
      }
    });
    on.setTransform(zoom * density, 0, 0, zoom * density, left * density, top * density);
  }

  // Along their bonds, and none upon another.
  function drawBondLabels(on: CanvasRenderingContext2D, bonds: Bond[]): void {
    const placed: [number, number][] = [];
    on.textAlign = "center";
    on.textBaseline = "middle";
    on.font = `10px ${font}`;
    for (const bond of bonds) {
      const { from: one, to: other, bend, edge } = bond;
      const [x, y] = picture.layered || bend === 0 ? [(one.x + other.x) / 2, (one.y + other.y) / 2] : middleOf({ ...bond, bend: bend / 2 });
      if (placed.some(([right, down]) => Math.abs(right - x) < 36 && Math.abs(down - y) < 16)) {
        continue;
      }
      placed.push([x, y]);
      const turn = picture.layered ? 0 : Math.atan((other.y - one.y) / (other.x - one.x || 1e-9));
      on.save();
      on.translate(x, y);
      on.rotate(turn);
      drawText(on, edge.label!, 0, 0, 10, 0.85, dark);
      on.restore();
      if (placed.length === EDGE_LABELS_MAX) {
        break;
      }
    }
  }

  function drawLabels(on: CanvasRenderingContext2D, seen: DrawnNode[], most: number): void {
    on.textAlign = "center";
    on.textBaseline = "middle";
    on.font = `${LABEL_FONT}px ${font}`;
    seen.slice(0, most).forEach((node) => drawText(on, node.label, node.x, node.y + (node.size ?? NODE_SIZE) / 2 + 10, LABEL_FONT, 0.75, dark));
  }

  function render(on: CanvasRenderingContext2D, at: View, density: number, labelsMost: number): void {
    const { zoom, left, top, width, height } = at;
    on.setTransform(1, 0, 0, 1, 0, 0);
    on.fillStyle = surfaces[dark ? "dark" : "light"].ground;
    on.fillRect(0, 0, width * density, height * density);
    on.setTransform(zoom * density, 0, 0, zoom * density, left * density, top * density);
    const near = { left: -left / zoom - MARGIN, top: -top / zoom - MARGIN, right: (width - left) / zoom + MARGIN, bottom: (height - top) / zoom + MARGIN };
    const isSeen = (node: DrawnNode) => node.x >= near.left && node.x <= near.right && node.y >= near.top && node.y <= near.bottom;
    const isBondSeen = ({ from: one, to: other }: Bond) =>
      Math.min(one.x, other.x) <= near.right && Math.max(one.x, other.x) >= near.left && Math.min(one.y, other.y) <= near.bottom && Math.max(one.y, other.y) >= near.top;
    const seen = picture.nodes.filter(isSeen);
    const isLabelled = zoom >= LABELS_FROM_MANY;
    drawBonds(on, at, isBondSeen);
    if (isLabelled && seen.length <= EDGE_LABEL_NODES_MAX) {
      drawBondLabels(
        on,
        bondLooks.flatMap(({ bonds }) => bonds.filter((bond) => bond.edge.label !== undefined && bond.edge.label !== "" && isBondSeen(bond))),
      );
    }
    drawNodes(on, at, density, isSeen, seen.length);
    if (isLabelled) {
      drawLabels(on, seen, labelsMost);
    }
  }

  function drawNow(): void {
    frame = 0;
    if (view.width > 0 && picture.nodes.length > 0) {
      render(paint, view, ratio(), LABELS_MAX);
    }
  }

  function ask(): void {
    frame ||= window.requestAnimationFrame(drawNow);
  }

  // ---- standing and moving ----

  function standAt({ x, y, zoom }: Where): void {
    view.zoom = Math.min(ZOOM_MOST, Math.max(ZOOM_LEAST, zoom));
    view.left = view.width / 2 - x * view.zoom;
    view.top = view.height / 2 - y * view.zoom;
    ask();
  }

  function fit(): void {
    if (view.width === 0 || picture.nodes.length === 0) {
      return;
    }
    const { left, top, right, bottom } = bounds();
    standAt({ x: (left + right) / 2, y: (top + bottom) / 2, zoom: Math.min(1, view.width / (right - left), view.height / (bottom - top)) });
  }

  function zoomAt(factor: number, x: number, y: number): void {
    const zoom = Math.min(ZOOM_MOST, Math.max(ZOOM_LEAST, view.zoom * factor));
    view.left = x - ((x - view.left) * zoom) / view.zoom;
    view.top = y - ((y - view.top) * zoom) / view.zoom;
    view.zoom = zoom;
    ask();
  }

  // ---- the pointer ----

  let press: { x: number; y: number; node: DrawnNode | null; moves: boolean } | null = null;

  function pressed(event: PointerEvent): void {
    if (event.button === 0) {
      press = { x: event.clientX, y: event.clientY, node: nodeAt(event), moves: false };
      canvas.setPointerCapture(event.pointerId);
    }
  }

  function pointed(event: PointerEvent): void {
    if (press === null) {
      canvas.style.cursor = nodeAt(event) === null ? "default" : "pointer";
      return;
    }
    const [right, down] = [event.clientX - press.x, event.clientY - press.y];
    if (!press.moves && Math.hypot(right, down) < MOVED) {
      return;
    }
    const isNode = press.node !== null && heard().onMove !== undefined;
    if (isNode && !press.moves) {
      // Of its own from here on: what came from outside stays as it was.
      const its: DrawnNode = { ...press.node! };
      picture = { ...picture, nodes: picture.nodes.map((node) => (node === press!.node ? its : node)) };
      press.node = its;
      prepare();
    }
    press = { ...press, x: event.clientX, y: event.clientY, moves: true };
    if (isNode) {
      press.node!.x += right / view.zoom;
      press.node!.y += down / view.zoom;
    } else {
      view.left += right;
      view.top += down;
      canvas.style.cursor = "grabbing";
    }
    ask();
  }

  function released(event: PointerEvent): void {
    const ended = press;
    press = null;
    canvas.style.cursor = "default";
    if (ended === null) {
      return;
    }
    if (!ended.moves) {
      heard().onPick?.(ended.node?.id ?? null, event.shiftKey || event.ctrlKey || event.metaKey);
    } else if (ended.node !== null && heard().onMove !== undefined) {
      heard().onMove?.(ended.node.id, ended.node.x, ended.node.y);
    }
  }

  function wheeled(event: WheelEvent): void {
    event.preventDefault();
    const edge = canvas.getBoundingClientRect();
    const turned = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 16);
    zoomAt(Math.exp(-Math.max(-120, Math.min(120, turned)) * 0.002), event.clientX - edge.left, event.clientY - edge.top);
  }

  canvas.addEventListener("pointerdown", pressed);
  canvas.addEventListener("pointermove", pointed);
  canvas.addEventListener("pointerup", released);
  canvas.addEventListener("pointercancel", () => (press = null));
  canvas.addEventListener("dblclick", (event) => {
    const node = nodeAt(event);
    if (node !== null) {
      heard().onOpen?.(node.id);
    }
  });
  canvas.addEventListener("wheel", wheeled, { passive: false });

  return {
    show: (wanted) => {
      picture = wanted;
      press = null;
      prepare();
      if (!isFitted && view.width > 0) {
        fit();
        isFitted = true;
      }
      ask();
      tellDrawn(picture.nodes.length, picture.edges.length);
    },
    resize: (width, height) => {
      const middle = waiting ?? (view.width === 0 ? null : { x: (view.width / 2 - view.left) / view.zoom, y: (view.height / 2 - view.top) / view.zoom, zoom: view.zoom });
      view.width = width;
      view.height = height;
      canvas.width = Math.round(width * ratio());
      canvas.height = Math.round(height * ratio());
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      waiting = null;
      if (middle !== null) {
        standAt(middle);
      }
      if (!isFitted && picture.nodes.length > 0) {
        fit();
        isFitted = true;
      }
      drawNow(); // at once: a canvas that changed its size is empty
    },
    fit,
    zoom: (factor) => zoomAt(factor, view.width / 2, view.height / 2),
    pan: (right, down) => {
      view.left += right;
      view.top += down;
      ask();
    },
    focus: (id) => {
      const node = picture.nodes.find((one) => one.id === id);
      if (node !== undefined) {
        standAt({ x: node.x, y: node.y, zoom: view.zoom < 0.7 ? 1 : view.zoom });
      }
    },
    png: async () => {
      const { left, top, right, bottom } = bounds();
      const zoom = Math.min(1, PNG_SIDE_MAX / (right - left), PNG_SIDE_MAX / (bottom - top));
      const whole = document.createElement("canvas");
      const size = { width: Math.ceil((right - left) * zoom), height: Math.ceil((bottom - top) * zoom) };
      Object.assign(whole, size);
      render(whole.getContext("2d")!, { zoom, left: -left * zoom, top: -top * zoom, ...size }, 1, Infinity);
      return new Promise((done) => whole.toBlob(done, "image/png"));
    },
    where: () => (picture.nodes.length === 0 || view.width === 0 ? null : { x: (view.width / 2 - view.left) / view.zoom, y: (view.height / 2 - view.top) / view.zoom, zoom: view.zoom }),
    end: () => {
      window.cancelAnimationFrame(frame);
      canvas.remove();
    },
  };
}
