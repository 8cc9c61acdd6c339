// A table that may be wider than its place: it is scrolled sideways, by the keyboard too.
import type { ReactNode } from "react";

export function Wide({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={label} tabIndex={0} className="wide" style={{ overflowX: "auto", whiteSpace: "nowrap" }}>
      {children}
    </div>
  );
}
