// A short word on a ground of its own, of which tables have hundreds and a running one draws dozens anew several times a second: an element, and nothing behind it. `look`: strong, large, or wraps.
import type { ReactNode } from "react";

export function Chip({ background, color, title, look, children }: { background: string; color: string; title?: string; look?: "strong" | "large" | "wraps"; children: ReactNode }) {
  return (
    <span className={look === undefined ? "chip" : `chip ${look}`} style={{ background, color }} title={title}>
      {children}
    </span>
  );
}
