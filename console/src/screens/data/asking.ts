// What several screens of this area ask for, kept under one key each.
import { api, Problem, told } from "@/api/client";
import { useAsk } from "@/parts/ask";
import { useSession } from "@/app/session";

const STALE_MS = 60_000;

export function useCatalogue() {
  const { may } = useSession();
  return useAsk(["catalogue"], (signal) => told(api.GET("/v1/catalogue", { signal })), { staleMs: STALE_MS, active: may("models:read") });
}

export function useRegister() {
  const { may } = useSession();
  return useAsk(["features", "register"], (signal) => told(api.GET("/v1/features/register", { signal })), { staleMs: STALE_MS, active: may("models:read") });
}

export function useLists(everyMs?: number) {
  const { may } = useSession();
  return useAsk(["lists"], (signal) => told(api.GET("/v1/lists", { signal })), { everyMs, active: may("knowledge:read") });
}

export function useTables() {
  const { may } = useSession();
  return useAsk(["tables"], (signal) => told(api.GET("/v1/tables", { signal })), { staleMs: STALE_MS, active: may("knowledge:read") });
}

// What is not there is null, and no fault.
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.status === 422)) {
      return null;
    }
    throw error;
  }
}
