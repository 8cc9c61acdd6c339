// A chart: ECharts, loaded when the first one is shown. Tooltips are drawn, not written as HTML, since the page's policy lets no inline styles in. `summary` says in words what it shows, for those who do not see it.
import { Spin } from "antd";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

import { useSettings } from "@/app/settings";
import { Failure } from "@/parts/States";
import { libraryWith, load, piecesOf } from "@/parts/echarts/load";

export function Chart({ option, height, summary, onPick }: { option: EChartsCoreOption; height: number; summary: string; onPick?: (params: { name: string; seriesName?: string; dataIndex: number }) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const pieces = piecesOf(option);
  const [ready, setReady] = useState(() => (libraryWith(pieces) === null ? null : pieces)); // the pieces that it can be made with
  const [trouble, setTrouble] = useState<unknown>(null); // its code could not be loaded
  const { dark } = useSettings();
  const picked = useRef(onPick);
  picked.current = onPick;

  useEffect(() => {
    let here = true;
    load(pieces).then(
      () => here && setReady(pieces),
      (error: unknown) => here && setTrouble(error),
    );
    return () => {
      here = false;
    };
  }, [pieces]);

  // A chart knows the pieces that were there when it was made: with other ones it is another chart.
  useEffect(() => {
    const library = ready === null ? null : libraryWith(ready);
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
  }, [ready, dark]);

  useEffect(() => {
    if (ready === pieces) {
      chart.current?.setOption({ backgroundColor: "transparent", animation: false, textStyle: { fontFamily: "inherit" }, ...option, tooltip: { renderMode: "richText", confine: true, ...(option.tooltip as object | undefined) } }, { notMerge: true });
    }
  }, [option, pieces, ready, dark]);

  return (
    <div style={{ position: "relative", height }}>
      <div ref={box} role="img" aria-label={summary} style={{ position: "absolute", inset: 0 }} />
      {ready === null && trouble !== null && <Failure error={trouble} />}
      {ready === null && trouble === null && <Spin style={{ position: "absolute", inset: 0, display: "grid", placeItems: "center" }} />}
    </div>
  );
}
