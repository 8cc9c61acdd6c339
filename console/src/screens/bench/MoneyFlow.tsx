// Where the money of the alert's account went and came from: the same picture as in the explorer and the case room.
import { useWords } from "@/app/words";
import { Nothing } from "@/parts/States";
import { alertWords } from "@/screens/bench/alertWords";
import { FlowPicture } from "@/screens/graph/FlowPicture";

export function MoneyFlow({ account }: { account: string | null }) {
  const t = useWords(alertWords);
  return account === null ? <Nothing>{t("noAccount")}</Nothing> : <FlowPicture account={account} height={380} />;
}
