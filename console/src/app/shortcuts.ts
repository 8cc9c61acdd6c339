// Keys that do something while nobody writes in a field and no dialog asks for anything. One handler on the document; whoever came last has a key first. A key that is held down is pressed once.
import { useEffect, useRef } from "react";

type Handler = () => void;
const held = new Map<string, Handler[]>();
let before = ""; // the first of two keys: g
let beforeAt = 0;
const SEQUENCE_MS = 1500;

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) || target.getAttribute("role") === "textbox");
}

// The space bar is a button's own while one is focused.
function isPressing(event: KeyboardEvent): boolean {
  return event.key === " " && event.target instanceof Element && event.target.closest("button, a, summary, [role=button], [role=switch], [role=combobox], [role=radio], label") !== null;
}

// What lies under a dialog is not for the keyboard: a letter there would take an alert, or put another dialog in place of one that somebody has written into.
function isAsked(): boolean {
  return [...document.querySelectorAll('[role="dialog"][aria-modal="true"]')].some((dialog) => dialog.getClientRects().length > 0);
}

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || isWriting(event.target) || isPressing(event) || isAsked()) {
    return;
  }
  const isSecond = before !== "" && event.timeStamp - beforeAt < SEQUENCE_MS;
  const handlers = held.get(isSecond ? `${before} ${event.key}` : event.key); // behind a `g` no letter means what it does alone
  const begins = event.key === "g" && before === "";
  before = begins ? "g" : "";
  beforeAt = event.timeStamp;
  if (handlers !== undefined && handlers.length > 0 && !begins) {
    event.preventDefault();
    handlers[handlers.length - 1]!();
  }
}

document.addEventListener("keydown", pressed);

export function useShortcut(keys: string, handler: Handler, active = true): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    const mine = () => latest.current();
    held.set(keys, [...(held.get(keys) ?? []), mine]);
    return () => {
      held.set(
        keys,
        (held.get(keys) ?? []).filter((one) => one !== mine),
      );
    };
  }, [keys, active]);
}
