// Whether somebody sits before the console. Screens ask the server anew by themselves, so that a session would never be without a request: that nobody does anything is found out here, over all pages of this browser.
import { useEffect, useRef } from "react";

import { readKept, writeKept } from "@/app/kept";

export const IDLE_MS = 30 * 60_000; // as the server ends a session without a request
const LOOK_MS = 10_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

export function useIdle(onIdle: () => void, active: boolean): void {
  const latest = useRef(onIdle);
  latest.current = onIdle;
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    let seen = Date.now();
    let told = 0; // when the other pages were told last
    const sign = () => {
      seen = Date.now();
      if (seen - told > LOOK_MS) {
        told = seen;
        writeKept("seen", seen);
      }
    };
    sign();
    // A machine that slept comes back long after: asked by the clock and not by how often it was looked.
    const timer = window.setInterval(() => {
      if (Date.now() - Math.max(seen, readKept<number>("seen", 0)) >= IDLE_MS) {
        latest.current();
      }
    }, LOOK_MS);
    SIGNS.forEach((name) => window.addEventListener(name, sign, { passive: true, capture: true }));
    return () => {
      window.clearInterval(timer);
      SIGNS.forEach((name) => window.removeEventListener(name, sign, { capture: true }));
    };
  }, [active]);
}
