// Whether the server is there: away when a request did not reach it, until its health answers again; then all that is shown is asked for anew.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { Away, onTrouble } from "@/api/client";

export type Connection = "there" | "away" | "back";

const AGAIN_MS = 2000;
const BACK_MS = 4000;

export function useConnection(): Connection {
  const [connection, setConnection] = useState<Connection>("there");
  const queries = useQueryClient();

  useEffect(() => onTrouble((problem) => problem instanceof Away && setConnection("away")), []);

  useEffect(() => {
    if (connection === "there") {
      return undefined;
    }
    const timer = window.setInterval(
      async () => {
        if (connection === "back") {
          setConnection("there");
          return;
        }
        const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
        if (answer !== null && answer.ok) {
          setConnection("back");
          await queries.invalidateQueries();
        }
      },
      connection === "back" ? BACK_MS : AGAIN_MS,
    );
    return () => window.clearInterval(timer);
  }, [connection, queries]);
  return connection;
}
