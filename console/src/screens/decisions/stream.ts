// The stream of decisions (GET /v1/decisions/stream): rows and counts go into rings, and who shows them is told five times a second at most, however many batches come: nobody reads faster.
import { useEffect, useMemo, useRef, useState } from "react";

import { api, Away, told, type Schemas } from "@/api/client";
import type { Filters } from "@/parts/address";
import { Ring } from "@/screens/decisions/ring";

export type Row = Schemas["DecisionRow"];

export interface Second {
  time: number;
  all: number;
  shown: number;
  sent: number;
  left_out: number;
  actions: Record<string, number>;
  took_us: { half: number; of_99: number; most: number } | null;
}

export const ROWS_KEPT = 2000;
export const SECONDS_KEPT = 120;
const FIRST_ROWS = 100;
const AGAIN_MS = 3000;
const SHOW_EVERY_MS = 200;

export type StreamState = "connecting" | "live" | "lost";

export interface Stream {
  rows: Ring<Row>;
  seconds: Ring<Second>;
  arrived: number; // rows since it began, those that have left the ring too
  leftOut: number;
  state: StreamState;
  error: unknown; // of the first page
}

export function useStream(filters: Filters): Stream & { version: number; again: () => void } {
  const [version, setVersion] = useState(0);
  const [round, setRound] = useState(0);
  const query = useMemo(() => new URLSearchParams(filters).toString(), [filters]);
  const stream = useRef<Stream>({ rows: new Ring<Row>(ROWS_KEPT), seconds: new Ring<Second>(SECONDS_KEPT), arrived: 0, leftOut: 0, state: "connecting", error: null });

  useEffect(() => {
    const it = stream.current;
    const asked = new AbortController();
    let source: EventSource | null = null;
    let timer = 0;
    let newest = 0; // sequence: what comes twice is shown once
    let here = true;
    it.rows.clear();
    it.seconds.clear();
    it.arrived = 0;
    it.leftOut = 0;
    it.error = null;
    it.state = "connecting";

    let shownMs = -SHOW_EVERY_MS;
    let waits = 0; // the timer of the next time
    function show() {
      if (waits === 0 && here) {
        waits = window.setTimeout(() => {
          waits = 0;
          shownMs = performance.now();
          setVersion((before) => before + 1);
        }, Math.max(0, shownMs + SHOW_EVERY_MS - performance.now()));
      }
    }
    show(); // nothing of what was asked for before
    // The newest first, as they come.
    function add(rows: Row[]) {
      if (!here) {
        return; // others are asked for meanwhile
      }
      for (let index = rows.length - 1; index >= 0; index--) {
        const row = rows[index]!;
        if (row.sequence > newest) {
          newest = row.sequence;
          it.rows.push(row);
          it.arrived++;
        }
      }
      show();
    }
    async function fill() {
      const page = await told(api.GET("/v1/decisions", { params: { query: { ...(filters as object), limit: FIRST_ROWS } }, signal: asked.signal }));
      add(page.decisions);
    }
    function open() {
      let filling = false; // what comes meanwhile waits, so that it stands behind what was before it
      let held: Row[][] = [];
      source = new EventSource(`/v1/decisions/stream${query === "" ? "" : `?${query}`}`);
      source.addEventListener("open", () => {
        it.state = "live";
        filling = true;
        show();
        // What came while it was away, as far as a page goes.
        void fill()
          .catch(() => undefined)
          .finally(() => {
            filling = false;
            held.forEach(add);
            held = [];
          });
      });
      source.addEventListener("rows", (event) => {
        const batch = JSON.parse((event as MessageEvent<string>).data) as { rows: Row[]; left_out: number };
        if (filling) {
          held.push(batch.rows);
        } else {
          add(batch.rows);
        }
      });
      source.addEventListener("second", (event) => {
        const second = JSON.parse((event as MessageEvent<string>).data) as Second;
        it.seconds.push(second);
        it.leftOut += second.left_out;
        show();
      });
      source.addEventListener("end", () => again(0));
      source.addEventListener("error", () => {
        again(AGAIN_MS);
        // Why it broke off a stream does not tell: a session that has ended, or a server that is away, is told by asking.
        void told(api.GET("/v1/session", { signal: asked.signal })).catch(() => undefined);
      });
    }
    function again(afterMs: number) {
      source?.close();
      it.state = afterMs === 0 ? "connecting" : "lost";
      show();
      window.clearTimeout(timer);
      timer = window.setTimeout(() => here && open(), afterMs);
    }

    fill().then(
      () => here && open(),
      (error: unknown) => {
        if (here) {
          it.error = error;
          show();
          if (error instanceof Away) {
            timer = window.setTimeout(() => here && setRound((before) => before + 1), AGAIN_MS);
          }
        }
      },
    );
    return () => {
      here = false;
      asked.abort();
      source?.close();
      window.clearTimeout(timer);
      window.clearTimeout(waits);
    };
    // The query says all of the filters.
  }, [query, round]);

  return { ...stream.current, version, again: () => setRound((before) => before + 1) };
}
