// What an author has changed and not brought yet: kept in his browser, over the pack that decided when he began. Two pages of the editor write into one draft: each change is made to what is kept, and not to what
// a page remembers, and the other page is told.
import { useCallback, useEffect, useRef, useState } from "react";

import { onKept, readKept, writeKept } from "@/app/kept";
import { useSession } from "@/app/session";

export interface Draft {
  catalogue: string; // label of the pack that it was begun over
  files: Record<string, string>; // whole texts by path
}

const EMPTY: Draft = { catalogue: "", files: {} };

interface Drafting {
  draft: Draft;
  isKept: boolean; // false: the browser has no room for it, and it goes with the page
  write: (path: string, text: string | null, catalogue: string) => void;
  rebase: (catalogue: string) => void;
  clear: () => void;
}

export function useDraft(): Drafting {
  const { identity } = useSession();
  const place = `draft.${identity?.name ?? ""}`;
  const [draft, setDraft] = useState<Draft>(() => readKept<Draft>(place, EMPTY));
  const [isKept, setKept] = useState(true);
  const latest = useRef({ draft, isKept });
  const keep = useCallback(
    (change: (before: Draft) => Draft) => {
      const after = change(latest.current.isKept ? readKept<Draft>(place, EMPTY) : latest.current.draft);
      latest.current = { draft: after, isKept: writeKept(place, after) };
      setDraft(after);
      setKept(latest.current.isKept);
    },
    [place],
  );
  useEffect(
    () =>
      onKept(place, () => {
        latest.current = { draft: readKept<Draft>(place, EMPTY), isKept: true };
        setDraft(latest.current.draft);
        setKept(true);
      }),
    [place],
  );
  return {
    draft,
    isKept,
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
