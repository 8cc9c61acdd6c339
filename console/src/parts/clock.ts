// The time by the server's clock as far as it is known, ticking for whoever shows it. All that tick at one pace share a timer.
import { useCallback, useSyncExternalStore } from "react";

import { serverNow } from "@/api/client";

interface Pace {
  now: number; // at the last tick
  timer: number;
  shown: Set<() => void>;
}

const paces = new Map<number, Pace>();

function paceOf(everyMs: number): Pace {
  let pace = paces.get(everyMs);
  if (pace === undefined) {
    pace = { now: serverNow(), timer: 0, shown: new Set() };
    paces.set(everyMs, pace);
  }
  if (pace.shown.size === 0 && serverNow() - pace.now >= everyMs) {
    pace.now = serverNow(); // it stood while nobody looked
  }
  return pace;
}

function follow(everyMs: number, changed: () => void): () => void {
  const pace = paceOf(everyMs);
  if (pace.shown.size === 0) {
    pace.timer = window.setInterval(() => {
      pace.now = serverNow();
      pace.shown.forEach((tell) => tell());
    }, everyMs);
  }
  pace.shown.add(changed);
  return () => {
    pace.shown.delete(changed);
    if (pace.shown.size === 0) {
      window.clearInterval(pace.timer);
    }
  };
}

// What is read off the clock, a text or a number: what shows it is drawn anew when that changes, and not with every tick.
export function useClock<T extends string | number | boolean>(read: (now: number) => T, everyMs = 1000): T {
  const subscribe = useCallback((changed: () => void) => follow(everyMs, changed), [everyMs]);
  return useSyncExternalStore(subscribe, () => read(paceOf(everyMs).now));
}

const itself = (now: number) => now;

export function useNow(everyMs = 1000): number {
  return useClock(itself, everyMs);
}
