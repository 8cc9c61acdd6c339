// One thing of a list, opened beside it in a drawer; asked for from the server, or told by the list already.
import type { UseQueryResult } from "@tanstack/react-query";
import { Drawer } from "antd";
import type { ReactNode } from "react";

import { defineWords, useWords } from "@/app/words";
import { Failure } from "@/parts/States";

const words = defineWords({
  close: { zh: "关闭", en: "Close" },
});

// Drawers and dialogs stand in the page's own root: in the body they would lock its scrolling by a style of their own, which the page's policy does not let in.
export function root(): HTMLElement {
  return document.getElementById("root") ?? document.body;
}

interface Frame {
  title: string;
  onClose: () => void;
  footer?: ReactNode; // what may be done to it
}

export function ThingDrawer({ title, onClose, loading, footer, children }: Frame & { loading?: boolean; children: ReactNode }) {
  const t = useWords(words);
  return (
    <Drawer open getContainer={root} title={title} width="min(860px, 92vw)" onClose={onClose} loading={loading} footer={footer} closable={{ "aria-label": t("close") }}>
      {children}
    </Drawer>
  );
}

// What waits for the answer, what is refused, and what was told.
export function AskedDrawer<T>({ asked, children, ...frame }: Frame & { asked: UseQueryResult<T>; children: (told: T) => ReactNode }) {
  return (
    <ThingDrawer {...frame} loading={asked.isPending}>
      {asked.error !== null ? <Failure error={asked.error} onAgain={() => void asked.refetch()} /> : asked.data !== undefined && children(asked.data)}
    </ThingDrawer>
  );
}
