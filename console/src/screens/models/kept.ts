// What an author has changed and not brought yet: kept in his browser, over the pack that decided when he began.
import { useCallback, useState } from "react";

import { readKept, writeKept } from "@/app/kept";
import { useSession } from "@/app/session";

export interface Draft {
  catalogue: string; // label of the pack that it was begun over
  files: Record<string, string>; // whole texts by path
}

const EMPTY: Draft = { catalogue: "", files: {} };

export function useDraft(): { draft: Draft; write: (path: string, text: string | null, catalogue: string) => void; rebase: (catalogue: string) => void; clear: () => void } {
  const { identity } = useSession();
  const place = `draft.${identity?.name ?? ""}`;
  const [draft, setDraft] = useState<Draft>(() => readKept<Draft>(place, EMPTY));
  const keep = useCallback(
    (change: (before: Draft) => Draft) =>
      setDraft((before) => {
        const after = change(before);
        writeKept(place, after);
        return after;
      }),
    [place],
  );
  return {
    draft,
    write: useCallback(
      (path, text, catalogue) =>
        keep((before) => {
          const files = { ...before.files };
          if (text === null) {
            delete files[path];
          } else {
            files[path] = text;
          }
          const isBegun = Object.keys(before.files).length > 0;
          return { catalogue: isBegun ? before.catalogue : catalogue, files };
        }),
      [keep],
    ),
    rebase: useCallback((catalogue) => keep((before) => ({ ...before, catalogue })), [keep]),
    clear: useCallback(() => keep(() => EMPTY), [keep]),
  };
}
