// A line of the last two minutes on a canvas: drawn once a second, and told in words for those who do not see it.
import { useEffect, useRef } from "react";

import { useSettings } from "@/app/settings";

interface Line {
  values: (number | null)[]; // the oldest first
  color: { light: string; dark: string };
  filled?: boolean;
}

export function Sparkline({ lines, room, height, summary }: { lines: Line[]; room: number; height: number; summary: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { dark } = useSettings();

  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen) {
      return;
    }
    const scale = window.devicePixelRatio || 1;
    const width = element.clientWidth;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const most = Math.max(1, ...lines.flatMap((line) => line.values.map((value) => value ?? 0)));
    const x = (index: number, count: number) => width - ((count - 1 - index) * width) / (room - 1);
    const y = (value: number) => height - 2 - (value / most) * (height - 5);
    pen.strokeStyle = dark ? "rgba(255,255,255,0.18)" : "rgba(0,0,0,0.14)";
    pen.lineWidth = 1;
    pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    lines.forEach(({ values, color, filled }) => {
      pen.beginPath();
      let begun = false;
      values.forEach((value, index) => {
        if (value === null) {
          begun = false;
        } else if (begun) {
          pen.lineTo(x(index, values.length), y(value));
        } else {
          pen.moveTo(x(index, values.length), y(value));
          begun = true;
        }
      });
      pen.strokeStyle = dark ? color.dark : color.light;
      pen.lineWidth = 1.5;
      pen.stroke();
      if (filled && values.length > 1) {
        pen.lineTo(width, height - 1);
        pen.lineTo(x(0, values.length), height - 1);
        pen.globalAlpha = 0.14;
        pen.fillStyle = dark ? color.dark : color.light;
        pen.fill();
        pen.globalAlpha = 1;
      }
    });
  }, [lines, room, height, dark]);

  return <canvas ref={canvas} role="img" aria-label={summary} style={{ width: "100%", height, display: "block" }} />;
}
