// Filters live in the address, so that a page can be sent to a colleague, kept, and gone back to.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router-dom";

export type Filters = Record<string, string>;

export function useFilters(): [Filters, (change: Record<string, string | number | boolean | null | undefined>) => void] {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => Object.fromEntries(search.entries()), [search]);
  const change = useCallback(
    (wanted: Record<string, string | number | boolean | null | undefined>) => {
      // What stands in the address now, and not when this was drawn: who leaves a field by a click on another filter changes both.
      const after = new URLSearchParams(window.location.search);
      Object.entries(wanted).forEach(([name, value]) => {
        if (value === null || value === undefined || value === "") {
          after.delete(name);
        } else {
          after.set(name, String(value));
        }
      });
      setSearch(after, { replace: true });
    },
    [setSearch],
  );
  return [filters, change];
}
