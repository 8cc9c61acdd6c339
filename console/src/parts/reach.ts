// What scrolls is reached by the keyboard: a table that is wider than the screen may hold nothing that could be focused, and then it could not be scrolled without a mouse.
import { type RefObject, useEffect, useRef } from "react";

export function useReachable<E extends HTMLElement>(): RefObject<E> {
  const box = useRef<E>(null);
  useEffect(() => {
    box.current?.querySelectorAll(".ant-table-body, .ant-table-content").forEach((scrolled) => scrolled.setAttribute("tabindex", "0"));
  });
  return box;
}
