// What the graphs use of AntV G6; loaded when the first graph is shown, never with the page. Only what is drawn here is registered, from where it stands in the package: with all its layouts and plugins it is twice as large.
import { DragCanvas } from "@antv/g6/esm/behaviors/drag-canvas";
import { DragElement } from "@antv/g6/esm/behaviors/drag-element";
import { ZoomCanvas } from "@antv/g6/esm/behaviors/zoom-canvas";
import { ExtensionCategory } from "@antv/g6/esm/constants";
import { CubicHorizontal, Line, Quadratic } from "@antv/g6/esm/elements/edges";
import { Circle, Diamond, Ellipse, Hexagon, Rect, Star, Triangle } from "@antv/g6/esm/elements/nodes";
import { Label } from "@antv/g6/esm/elements/shapes";
import { register } from "@antv/g6/esm/registry/register";
import { dark, light } from "@antv/g6/esm/themes";
import { ArrangeDrawOrder, CollapseExpandCombo, CollapseExpandNode, GetEdgeActualEnds, UpdateRelatedEdge } from "@antv/g6/esm/transforms";

register(ExtensionCategory.BEHAVIOR, "drag-canvas", DragCanvas);
register(ExtensionCategory.BEHAVIOR, "drag-element", DragElement);
register(ExtensionCategory.BEHAVIOR, "zoom-canvas", ZoomCanvas);
register(ExtensionCategory.NODE, "circle", Circle);
register(ExtensionCategory.NODE, "diamond", Diamond);
register(ExtensionCategory.NODE, "ellipse", Ellipse);
register(ExtensionCategory.NODE, "hexagon", Hexagon);
register(ExtensionCategory.NODE, "rect", Rect);
register(ExtensionCategory.NODE, "star", Star);
register(ExtensionCategory.NODE, "triangle", Triangle);
register(ExtensionCategory.EDGE, "cubic-horizontal", CubicHorizontal);
register(ExtensionCategory.EDGE, "line", Line);
register(ExtensionCategory.EDGE, "quadratic", Quadratic);
register(ExtensionCategory.SHAPE, "label", Label);
register(ExtensionCategory.THEME, "dark", dark);
register(ExtensionCategory.THEME, "light", light);
// Those that G6 runs with every drawing.
register(ExtensionCategory.TRANSFORM, "arrange-draw-order", ArrangeDrawOrder);
register(ExtensionCategory.TRANSFORM, "collapse-expand-combo", CollapseExpandCombo);
register(ExtensionCategory.TRANSFORM, "collapse-expand-node", CollapseExpandNode);
register(ExtensionCategory.TRANSFORM, "get-edge-actual-ends", GetEdgeActualEnds);
register(ExtensionCategory.TRANSFORM, "update-related-edges", UpdateRelatedEdge);

export { CanvasEvent, GraphEvent, NodeEvent } from "@antv/g6/esm/constants";
export { Graph } from "@antv/g6/esm/runtime/graph";
export type { EdgeData, IElementEvent, NodeData } from "@antv/g6";
