// The secrecy that a reader may give to a case: that of matters that are open to himself.
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useOptions } from "@/parts/names";
import type { Field } from "@/screens/cases/DeedForm";
import { caseWords } from "@/screens/cases/words";

const SCOPES: Record<string, string> = { NORMAL: "", AML: "domain:aml", INSIDER: "domain:insider" };

// No field for who has nothing to choose.
export function useSecrecyField(): Field[] {
  const t = useWords(caseWords);
  const options = useOptions();
  const { may } = useSession();
  const open = Object.keys(SCOPES).filter((secrecy) => may(SCOPES[secrecy]!));
  return open.length < 2 ? [] : [{ name: "secrecy", label: t("secrecy"), kind: "select", required: true, options: options("secrecy", open), hint: t("secrecyHint") }];
}
