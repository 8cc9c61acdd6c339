// What the keys do: `?` tells. Screens add theirs to the list while they are open.
import { QuestionCircleOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { useNavigate } from "react-router-dom";

import { allScreens, areaWords, type Screen } from "@/app/areas";
import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useShortcut } from "@/app/shortcuts";
import { shellWords } from "@/app/shellWords";
import { useWords } from "@/app/words";

const KeysDialog = lazy(() => import("@/app/KeysDialog"));

function GoTo({ screen }: { screen: Screen }) {
  const navigate = useNavigate();
  useShortcut(`g ${screen.key}`, () => navigate(`/${screen.path}`));
  return null;
}

const listed = new Map<string, string>();

// Names a key of a screen in the list that `?` shows.
export function useListedKey(keys: string, what: string, handler: () => void, active = true): void {
  useShortcut(keys, handler, active);
  useEffect(() => {
    if (active) {
      listed.set(keys, what);
    }
    return () => {
      listed.delete(keys);
    };
  }, [keys, what, active]);
}

export function Keyboard() {
  const t = useWords(shellWords);
  const area = useWords(areaWords);
  const { may } = useSession();
  const { dark, choose } = useSettings();
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(false); // once it was: it stays, so that it may close as dialogs do
  const tell = () => {
    setShown(true);
    setOpen(true);
  };
  const goTo = allScreens.filter((screen) => screen.key !== undefined && (screen.scopes.length === 0 || screen.scopes.some(may)));
  useShortcut("?", tell);
  useShortcut("n", () => choose({ look: dark ? "light" : "dark" }));
  const rows = [
    { key: "/", label: "/", children: t("shortcutFind") },
    { key: "?", label: "?", children: t("shortcutHelp") },
    { key: "n", label: "n", children: t("shortcutLook") },
    ...goTo.map((screen) => ({ key: `g ${screen.key}`, label: `g ${screen.key}`, children: `${t("shortcutGo")}: ${area(screen.word)}` })),
    ...[...listed].map(([keys, what]) => ({ key: keys, label: keys === " " ? "Space" : keys, children: what })),
  ];
  return (
    <>
      {goTo.map((screen) => (
        <GoTo key={screen.path} screen={screen} />
      ))}
      <Button type="text" icon={<QuestionCircleOutlined />} aria-label={t("keyboard")} onClick={tell} />
      {shown && (
        <Suspense fallback={null}>
          <KeysDialog open={open} rows={rows} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
