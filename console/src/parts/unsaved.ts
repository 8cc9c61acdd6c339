// Who has written something that is not kept yet is asked before he leaves: by a link of the console, by the browser's Back and Forward, by closing the page.
import { useContext, useEffect } from "react";
import { UNSAFE_NavigationContext } from "react-router-dom";

import { defineWords, useWords } from "@/app/words";

const words = defineWords({
  leave: { zh: "有未保存的内容，离开后会丢失。确定离开？", en: "What you wrote is not kept yet and would be lost. Leave all the same?" },
});

// Filters and tabs change the address in place, and leave nothing.
export function useUnsaved(isUnsaved: boolean): void {
  const t = useWords(words);
  const { navigator } = useContext(UNSAFE_NavigationContext);
  const text = t("leave");
  useEffect(() => {
    if (!isUnsaved) {
      return undefined;
    }
    const closing = (event: BeforeUnloadEvent) => event.preventDefault();
    const { push } = navigator;
    navigator.push = (...to) => {
      if (window.confirm(text)) {
        navigator.push = push;
        push.apply(navigator, to);
      }
    };
    // The router numbers the entries of the browser's history. It has not heard yet when this asks: who stays is led back to where he was, and it never hears.
    const place = () => (window.history.state as { idx?: number } | null)?.idx;
    const here = place();
    let isReturning = false;
    const moving = (event: PopStateEvent) => {
      const there = place();
      if (isReturning) {
        isReturning = false;
        event.stopImmediatePropagation();
      } else if (here !== undefined && there !== undefined && here !== there && !window.confirm(text)) {
        isReturning = true;
        event.stopImmediatePropagation();
        window.history.go(here - there);
      }
    };
    window.addEventListener("popstate", moving, { capture: true });
    window.addEventListener("beforeunload", closing);
    return () => {
      navigator.push = push;
      window.removeEventListener("popstate", moving, { capture: true });
      window.removeEventListener("beforeunload", closing);
    };
  }, [isUnsaved, navigator, text]);
}
