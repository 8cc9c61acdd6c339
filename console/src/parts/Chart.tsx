// A chart: ECharts, loaded when the first one is shown. Tooltips are drawn, not written as HTML, since the page's policy lets no inline styles in. `summary` says in words what it shows, for those who do not see it.
import { Spin } from "antd";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

import { useSettings } from "@/app/settings";

type Echarts = typeof import("@/parts/echarts");

let loading: Promise<Echarts> | null = null;
function load(): Promise<Echarts> {
  loading ??= import("@/parts/echarts");
  return loading;
}

export function Chart({ option, height, summary, onPick }: { option: EChartsCoreOption; height: number; summary: string; onPick?: (params: { name: string; seriesName?: string; dataIndex: number }) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const [library, setLibrary] = useState<Echarts | null>(null);
  const { dark } = useSettings();
  const picked = useRef(onPick);
  picked.current = onPick;

  useEffect(() => {
    let here = true;
    void load().then((module) => here && setLibrary(module));
    return () => {
      here = false;
    };
  }, []);

  useEffect(() => {
    if (library === null || box.current === null) {
      return undefined;
    }
    const made = library.init(box.current, dark ? "dark" : undefined, { renderer: "canvas" });
    chart.current = made;
    made.on("click", (params) => picked.current?.(params as { name: string; seriesName?: string; dataIndex: number }));
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, [library, dark]);

  useEffect(() => {
    chart.current?.setOption({ backgroundColor: "transparent", animation: false, textStyle: { fontFamily: "inherit" }, ...option, tooltip: { renderMode: "richText", confine: true, ...(option.tooltip as object | undefined) } }, { notMerge: true });
  }, [option, library, dark]);

  return (
    <div style={{ position: "relative", height }}>
      <div ref={box} role="img" aria-label={summary} style={{ position: "absolute", inset: 0 }} />
      {library === null && <Spin style={{ position: "absolute", inset: 0, display: "grid", placeItems: "center" }} />}
    </div>
  );
}
