// Where the object of a row is shown. It is a link only if there is such a screen and the reader may open it.
import type { ReactNode } from "react";
import { Link, matchPath } from "react-router-dom";

import { allScreens } from "@/app/areas";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { cockpitWords } from "@/screens/cockpit/words";

const places: Record<string, { word: keyof typeof cockpitWords; place?: (object: number, key: string) => string }> = {
  alert: { word: "objectAlert", place: (object) => `/alerts/${object}` },
  case: { word: "objectCase", place: (object) => `/cases/${object}` },
  referral: { word: "objectReferral", place: (object) => `/referrals/${object}` },
  order: { word: "objectOrder", place: (object) => `/orders/${object}` },
  hold: { word: "objectHold", place: (object) => `/holds?one=${object}` },
  control: { word: "objectControl", place: (object) => `/controls?one=${object}` },
  appeal: { word: "objectAppeal", place: (object) => `/appeals?one=${object}` },
  missed: { word: "objectMissed", place: (object) => `/missed?one=${object}` },
  gang: { word: "objectGang", place: (object) => `/gangs/${object}` },
  account: { word: "objectAccount", place: (_object, key) => `/profiles/account/${encodeURIComponent(key)}` },
  model: { word: "objectModel", place: (_object, key) => `/models/${encodeURIComponent(key)}` },
  task: { word: "objectTask" },
  unit: { word: "objectUnit" },
  typology: { word: "objectTypology", place: (_object, key) => `/models?search=${encodeURIComponent(key)}` },
  strategy: { word: "objectStrategy" },
  message: { word: "objectMessage" },
};

export function useCanGo(): (place: string) => boolean {
  const { may } = useSession();
  return (place) => allScreens.some((screen) => matchPath(`/${screen.path}`, place.split("?")[0]!) !== null && (screen.scopes.length === 0 || screen.scopes.some(may)));
}

export function ObjectLink({ kind, object, name }: { kind: string; object: number; name: string }) {
  const t = useWords(cockpitWords);
  const canGo = useCanGo();
  const known = places[kind];
  const text = `${t(known?.word ?? "objectOther")} ${Number.isSafeInteger(object) && object > 0 ? object : name}`;
  const place = known?.place?.(object, name);
  return place !== undefined && canGo(place) ? <Link to={place}>{text}</Link> : <span>{text}</span>;
}

// The same for any place: a text where it can't be gone to.
export function MayLink({ to, children, label }: { to: string; children: ReactNode; label?: string }) {
  const canGo = useCanGo();
  return canGo(to) ? (
    <Link to={to} aria-label={label} style={{ color: "inherit", textDecoration: "inherit", display: "block" }}>
      {children}
    </Link>
  ) : (
    <>{children}</>
  );
}
