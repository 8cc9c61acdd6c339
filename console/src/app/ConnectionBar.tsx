// Told over every screen: that the server is away, and that it is back.
import { Alert } from "antd";

import { useConnection } from "@/app/connection";
import { shellWords } from "@/app/shellWords";
import { useWords } from "@/app/words";

export function ConnectionBar() {
  const t = useWords(shellWords);
  const connection = useConnection();
  return (
    <div aria-live="polite">
      {connection === "away" && <Alert banner type="error" message={t("away")} />}
      {connection === "back" && <Alert banner type="success" message={t("back")} />}
    </div>
  );
}
