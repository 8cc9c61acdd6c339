// Loads of ECharts what a chart draws and no more: the base with the first chart, bars, heat, a legend, marks each with the first that has them.
import type { EChartsCoreOption } from "echarts/core";

export type Echarts = typeof import("@/parts/echarts/base");

const pieces = {
  bars: () => import("@/parts/echarts/bars"),
  heat: () => import("@/parts/echarts/heat"),
  legend: () => import("@/parts/echarts/legend"),
  marks: () => import("@/parts/echarts/marks"),
};
type Piece = keyof typeof pieces;

const here = new Set<string>();
let base: Echarts | null = null;

// The pieces that a chart needs besides the base, as one text: charts with the same text need the same.
export function piecesOf(option: EChartsCoreOption): string {
  const { series, legend, visualMap } = option as { series?: unknown; legend?: unknown; visualMap?: unknown };
  const drawn = [series].flat() as ({ type?: string; markLine?: unknown } | undefined)[];
  const needs: Record<Piece, boolean> = {
    bars: drawn.some((one) => one?.type === "bar"),
    heat: visualMap !== undefined,
    legend: legend !== undefined,
    marks: drawn.some((one) => one?.markLine !== undefined),
  };
  return (Object.keys(needs) as Piece[]).filter((piece) => needs[piece]).join(" ");
}

function split(named: string): Piece[] {
  return named === "" ? [] : (named.split(" ") as Piece[]);
}

// The library, when the pieces are here already.
export function libraryWith(named: string): Echarts | null {
  return split(named).every((piece) => here.has(piece)) ? base : null;
}

export async function load(named: string): Promise<void> {
  const [library] = await Promise.all([
    import("@/parts/echarts/base"),
    ...split(named).map(async (piece) => {
      await pieces[piece]();
      here.add(piece);
    }),
  ]);
  base = library;
}
