// What the graphs use of AntV G6; loaded when the first graph is shown, never with the page.
export { CanvasEvent, Graph, GraphEvent, NodeEvent } from "@antv/g6";
export type { EdgeData, IElementEvent, NodeData } from "@antv/g6";
