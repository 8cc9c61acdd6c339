// Roles and scopes in words: the server tells their names (GET /v1/roles), and what a scope allows in English; its Chinese is here.
import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { scopeZh } from "@/parts/scopes";

export type Roles = Schemas["Roles"];

export function useRoles() {
  return useAsk(["roles"], (signal) => told(api.GET("/v1/roles", { signal })), { staleMs: 600_000 });
}

export function useScopeText(roles: Roles | undefined): (scope: string) => string {
  const { language } = useSettings();
  return (scope) => (language === "zh" ? scopeZh[scope] : roles?.scopes.find((one) => one.scope === scope)?.text) ?? scope;
}

export function useRoleName(roles: Roles | undefined): (role: string) => string {
  const both = useBoth();
  return (role) => both(roles?.roles.find((one) => one.role === role) ?? { zh: role, en: role });
}
