// A short word on a ground of its own, of which tables have hundreds and a running one draws dozens anew several times a second: an element, and nothing behind it.
import type { ReactNode } from "react";

export function Chip({ background, color, title, children }: { background: string; color: string; title?: string; children: ReactNode }) {
  return (
    <span className="chip" style={{ background, color }} title={title}>
      {children}
    </span>
  );
}
