// Who has written something that is not kept yet is asked before he leaves: by a link of the console, by closing the page.
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
    window.addEventListener("beforeunload", closing);
    return () => {
      navigator.push = push;
      window.removeEventListener("beforeunload", closing);
    };
  }, [isUnsaved, navigator, text]);
}
