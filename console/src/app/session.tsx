// Who is signed in, and what he may do. While nobody is, the page to sign in stands in place of the screens.
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";

import { api, Away, onTrouble, Problem, told, type Schemas } from "@/api/client";

export type Identity = Schemas["Identity"];

interface Session {
  identity: Identity | null; // null: nobody is signed in
  loading: boolean;
  may: (scope: string) => boolean;
  again: () => Promise<void>; // asks the server anew who it is
  signOut: (isIdle: boolean) => Promise<void>;
  isIdle: boolean; // nobody is signed in, since nobody did anything
}

const SessionContext = createContext<Session | null>(null);
const ENDED = new Set(["unauthorized", "session_ended", "credential_unknown", "credential_revoked", "credential_expired", "credential_malformed"]);

let isLeaving = false; // somebody has signed out, and the server has not heard of it yet

async function whoIsIt(): Promise<Identity | null> {
  try {
    if (isLeaving) {
      await told(api.DELETE("/v1/session"));
      isLeaving = false;
      return null;
    }
    return await told(api.GET("/v1/session"));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      isLeaving = false;
      return null;
    }
    throw error;
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  await told(api.POST("/v1/session", { body: { name, password } }));
  isLeaving = false;
}

export const sessionQuery = queryOptions({ queryKey: ["session"], queryFn: whoIsIt, retry: (_count, error) => error instanceof Away, retryDelay: 2000, staleTime: Infinity, refetchOnWindowFocus: "always" }); // in another tab somebody else may have signed in

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [isIdle, setIdle] = useState(false);
  const { data, isPending } = useQuery(sessionQuery);
  const who = data?.name;
  const before = useRef(who);
  useEffect(() => {
    if (who === undefined) {
      return;
    }
    setIdle(false);
    if (before.current !== undefined && before.current !== who) {
      void queries.resetQueries({ predicate: (query) => query.queryKey[0] !== "session" }); // nothing of what another person was told
    }
    before.current = who;
  }, [who, queries]);

  useEffect(
    () =>
      onTrouble((problem) => {
        if (problem instanceof Problem && ENDED.has(problem.code)) {
          queries.setQueryData(["session"], null);
        }
      }),
    [queries],
  );

  const session = useMemo<Session>(() => {
    const scopes = new Set(data?.scopes ?? []);
    const again = async () => {
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      await queries.invalidateQueries({ queryKey: ["session"] });
    };
    return {
      identity: data ?? null,
      loading: isPending,
      may: (scope) => scope === "" || scopes.has(scope),
      again,
      signOut: async (wasIdle) => {
        isLeaving = true;
        setIdle(wasIdle);
        queries.setQueryData(["session"], null);
        await again();
      },
      isIdle,
    };
  }, [data, isPending, isIdle, queries]);
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) {
    throw new Error("useSession() outside of SessionProvider");
  }
  return session;
}
