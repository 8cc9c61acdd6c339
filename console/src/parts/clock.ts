// The time by the server's clock as far as it is known, ticking for whoever shows it.
import { useEffect, useState } from "react";

import { serverNow } from "@/api/client";

export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(serverNow()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}
