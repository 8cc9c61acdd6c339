// What went wrong, in the reader's language: the server's own list of problems (GET /problems) has titles and what to do.
import { useQuery } from "@tanstack/react-query";

import { api, Away, Problem, told, type Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { defineWords, useWords } from "@/app/words";

const words = defineWords({
  away: { zh: "连接不上服务器", en: "The server can't be reached" },
  awayTodo: { zh: "正在自动重试。", en: "It is tried again by itself." },
  broken: { zh: "页面出错了", en: "The page has failed" },
});

const FOR_PROGRAMS = /`|\/v1\/|\b(?:GET|POST|PUT|DELETE) \//;

export interface Told {
  title: string;
  detail: string;
  todo: string;
}

export function useProblemText(): (error: unknown) => Told {
  const t = useWords(words);
  const { language } = useSettings();
  const { data } = useQuery({ queryKey: ["problems"], queryFn: () => told(api.GET("/problems")), staleTime: Infinity, retry: false });
  return (error) => {
    if (error instanceof Problem) {
      const meaning: Schemas["ProblemMeaning"] | undefined = data?.problems.find((one) => one.code === error.code);
      const title = language === "zh" ? (meaning?.title_zh ?? error.title) : error.title;
      const wayOut = language === "zh" ? meaning?.what_to_do_zh : meaning?.what_to_do;
      // Without a detail of its own a problem has the list's way out for one. A way out for who writes programs is none for who reads screens.
      const said = error.detail === meaning?.what_to_do ? [] : [error.detail];
      const way = wayOut === undefined || FOR_PROGRAMS.test(wayOut) ? [] : [wayOut];
      return { title, detail: error.detail, todo: [...said, ...way].join(" ") };
    }
    if (error instanceof Away) {
      return { title: t("away"), detail: "", todo: t("awayTodo") };
    }
    return { title: t("broken"), detail: error instanceof Error ? error.message : String(error), todo: "" };
  };
}
