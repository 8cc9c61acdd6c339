// Two versions of a file side by side.
import { useMemo } from "react";

import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { compare, type Line, type Pair, sideBySide } from "@/screens/models/lines";
import { releaseWords } from "@/screens/models/words";

function Side({ line, side, dark, changed }: { line: Line | null; side: "was" | "is"; dark: boolean; changed: boolean }) {
  const ground = !changed || line === null ? undefined : side === "was" ? (dark ? "#41191b" : "#fdeaea") : dark ? "#14361d" : "#e6f5ea";
  return (
    <>
      <td className="number" style={{ textAlign: "right", padding: "0 6px", opacity: 0.8, userSelect: "none", width: 44, verticalAlign: "top" }}>{line?.[side] ?? ""}</td>
      <td style={{ background: ground, padding: "0 6px", whiteSpace: "pre-wrap", overflowWrap: "anywhere", width: "50%", verticalAlign: "top" }}>
        {line === null ? "" : `${changed ? (side === "was" ? "−" : "+") : " "} ${line.text}`}
      </td>
    </>
  );
}

export function Diff({ path, was, is }: { path: string; was: string; is: string }) {
  const t = useWords(releaseWords);
  const { dark } = useSettings();
  const pairs = useMemo<Pair[]>(() => sideBySide(compare(was, is)), [was, is]);
  return (
    <div style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t("diffOf", { path })}>
      <table className="mono" style={{ width: "100%", borderCollapse: "collapse", fontSize: 12, lineHeight: 1.6 }}>
        <thead>
          <tr>
            <th scope="col" style={{ paddingInlineEnd: 6, whiteSpace: "nowrap" }}>{t("line")}</th>
            <th scope="col" style={{ textAlign: "start" }}>{t("lineOld")}</th>
            <th scope="col" style={{ paddingInlineEnd: 6, whiteSpace: "nowrap" }}>{t("line")}</th>
            <th scope="col" style={{ textAlign: "start" }}>{t("lineNew")}</th>
          </tr>
        </thead>
        <tbody data-told="">
          {pairs.map((pair, at) =>
            pair.skipped !== undefined ? (
              <tr key={at}>
                <td colSpan={4} style={{ textAlign: "center", opacity: 0.85, padding: 2 }}>⋯ {t("skipped", { n: pair.skipped })}</td>
              </tr>
            ) : (
              <tr key={at}>
                <Side line={pair.left} side="was" dark={dark} changed={pair.left !== pair.right} />
                <Side line={pair.right} side="is" dark={dark} changed={pair.left !== pair.right} />
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
