// What an author has changed and not brought yet, over the pack that decided when he began: his own, kept by the server and in this browser (app/own.ts).
import { useCallback } from "react";

import { isSame, mergeParts, type Own, type Shape, useOwn } from "@/app/own";

export interface Draft {
  catalogue: string; // label of the pack that it was begun over
  files: Record<string, string>; // whole texts by path
}

const EMPTY: Draft = { catalogue: "", files: {} };

function isEmpty(draft: Draft): boolean {
  return Object.keys(draft.files).length === 0;
}

// File by file; but files that were begun over different packs do not go together.
function merge(base: Draft, mine: Draft, theirs: Draft, prefers: "mine" | "theirs"): { merged: Draft; both: string[] } {
  const { merged, both } = mergeParts(base.files, mine.files, theirs.files, prefers);
  const isOfTwoPacks = mine.catalogue !== theirs.catalogue && !isEmpty(mine) && !isEmpty(theirs) && !isSame(mine, base) && !isSame(theirs, base);
  if (isOfTwoPacks) {
    return { merged: prefers === "mine" ? mine : theirs, both: [...new Set([...Object.keys(mine.files), ...Object.keys(theirs.files)])].filter((path) => mine.files[path] !== theirs.files[path]) };
  }
  const { catalogue } = isSame(mine, base) || isEmpty(mine) ? theirs : mine;
  return { merged: Object.keys(merged).length === 0 ? EMPTY : { catalogue, files: merged }, both };
}

const SHAPE: Shape<Draft> = { empty: EMPTY, isEmpty, merge };
const FORMER = { place: (who: string) => `draft.${who}`, read: (kept: unknown) => kept as Draft };

interface Drafting {
  draft: Draft;
  own: Own<Draft>;
  write: (path: string, text: string | null, catalogue: string) => void;
  rebase: (catalogue: string) => void;
  clear: () => void;
}

export function useDraft(): Drafting {
  const own = useOwn("model_draft", "pack", SHAPE, FORMER);
  const { change } = own;
  return {
    draft: own.value,
    own,
    write: useCallback(
      (path, text, catalogue) =>
        change((before) => {
          const files = { ...before.files };
          if (text === null) {
            delete files[path];
          } else {
            files[path] = text;
          }
          return Object.keys(files).length === 0 ? EMPTY : { catalogue: isEmpty(before) ? catalogue : before.catalogue, files };
        }),
      [change],
    ),
    rebase: useCallback((catalogue) => change((before) => ({ ...before, catalogue })), [change]),
    clear: useCallback(() => change(() => EMPTY), [change]),
  };
}
