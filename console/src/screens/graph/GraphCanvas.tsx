// A graph on a canvas, with whichever painter its size asks for, loaded when the first graph is shown. What it shows is told beside it by tables; `summary` says it in words.
import { Spin, theme } from "antd";
import { forwardRef, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";

import { useSettings } from "@/app/settings";
import { Failure } from "@/parts/States";
import { surfaces } from "@/screens/graph/looks";
import type { DrawnEdge, DrawnNode, Heard, Painter, Picture, Setting, Where } from "@/screens/graph/painting";

export type { DrawnEdge, DrawnNode } from "@/screens/graph/painting";

export interface GraphHandle {
  fit: () => void;
  zoom: (ratio: number) => void;
  focus: (id: string) => void;
  png: () => Promise<Blob | null>;
}

interface Props extends Heard {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  height: number;
  summary: string;
  keysHint: string;
  layered?: boolean; // edges leave to the right
}

const MANY = 300; // nodes, more than which G6 does not move fluently
const PAN = 60;

type Make = (setting: Setting) => Painter;
const makers: Record<"few" | "many", () => Promise<Make>> = {
  few: async () => (await import("@/screens/graph/g6Painter")).paintWithG6,
  many: async () => (await import("@/screens/graph/manyPainter")).paintMany,
};

export const GraphCanvas = forwardRef<GraphHandle, Props>(function GraphCanvas(props, handle) {
  const box = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter | null>(null);
  const where = useRef<Where | null>(null); // of the painter before
  const latest = useRef(props);
  latest.current = props;
  const [made, setMade] = useState(0); // which painter it is: a new one has nothing drawn
  const [trouble, setTrouble] = useState<unknown>(null); // its code could not be loaded
  const [tried, setTried] = useState(0);
  const { dark } = useSettings();
  const { token } = theme.useToken();
  const { nodes, edges, layered = false } = props;
  const kind = nodes.length > MANY ? "many" : "few";

  useEffect(() => {
    const on = box.current;
    if (on === null) {
      return undefined;
    }
    let here = true;
    const place = document.createElement("div"); // each painter's own
    place.className = "graph-place";
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      if (width > 0 && height > 0) {
        painter.current?.resize(width, height);
      }
    });
    const begin = (make: Make) => {
      if (!here) {
        return;
      }
      setTrouble(null);
      const drawn = (nodeCount: number, edgeCount: number) => {
        on.setAttribute("data-nodes", String(nodeCount));
        on.setAttribute("data-edges", String(edgeCount));
      };
      on.append(place);
      painter.current = make({ box: place, dark, from: where.current, heard: () => latest.current, drawn });
      observer.observe(on);
      setMade((count) => count + 1);
    };
    makers[kind]().then(begin, (error: unknown) => here && setTrouble(error));
    return () => {
      here = false;
      observer.disconnect();
      where.current = painter.current?.where() ?? where.current;
      painter.current?.end();
      painter.current = null;
      place.remove();
    };
  }, [kind, dark, tried]);

  const picture = useMemo<Picture>(() => {
    const here = new Set(nodes.map((node) => node.id));
    return { nodes, edges: edges.filter((edge) => here.has(edge.from) && here.has(edge.to)), layered };
  }, [nodes, edges, layered]);
  useEffect(() => painter.current?.show(picture), [picture, made]);

  useImperativeHandle(
    handle,
    () => ({
      fit: () => painter.current?.fit(),
      zoom: (ratio) => painter.current?.zoom(ratio),
      focus: (id) => painter.current?.focus(id),
      png: async () => painter.current?.png() ?? null,
    }),
    [],
  );

  function pressed(event: React.KeyboardEvent) {
    const moves: Record<string, [number, number]> = { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] };
    const move = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (move !== undefined) {
      painter.current?.pan(...move);
    } else if (event.key === "+" || event.key === "=") {
      painter.current?.zoom(1.25);
    } else if (event.key === "-") {
      painter.current?.zoom(0.8);
    } else if (event.key === "0") {
      painter.current?.fit();
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
      {trouble !== null && <Failure error={trouble} onAgain={() => setTried((count) => count + 1)} />}
      {made === 0 && trouble === null && <Spin style={{ position: "absolute", inset: 0, display: "grid", placeItems: "center" }} />}
    </div>
  );
});
