// Roles and scopes in words, as the server tells them (GET /v1/roles).
import { api, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth } from "@/app/words";
import { useAsk } from "@/parts/ask";

export type Roles = Schemas["Roles"];

export function useRoles() {
  return useAsk(["roles"], (signal) => told(api.GET("/v1/roles", { signal })), { staleMs: 600_000 });
}

export function useScopeText(roles: Roles | undefined): (scope: string) => string {
  const { language } = useSettings();
  const texts = new Map(roles?.scopes.map((one) => [one.scope, language === "zh" ? one.text_zh : one.text]));
  return (scope) => texts.get(scope) ?? scope;
}

export function useRoleName(roles: Roles | undefined): (role: string) => string {
  const both = useBoth();
  return (role) => both(roles?.roles.find((one) => one.role === role) ?? { zh: role, en: role });
}
