import "@/app/nonce";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router-dom";

import { Away, Problem } from "@/api/client";
import { screenAt } from "@/app/areas";
import { SessionProvider, sessionQuery } from "@/app/session";
import { SettingsProvider, showFirst } from "@/app/settings";
import { Shell } from "@/app/Shell";
import { Themed } from "@/app/theme";
import "@/app/console.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refused it refuses again; what did not reach it is tried until it does.
      retry: (count, error) => error instanceof Away || (!(error instanceof Problem) && count < 1),
      retryDelay: 2000,
      staleTime: 5000,
      refetchOnWindowFocus: true,
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

showFirst();

// The first page is drawn once, with the screen's own code and who is signed in: drawing twice takes longer than both. A server that does not answer is told of by the page, which does not wait for it longer than this.
const WAIT_MS = 1000;

const code = screenAt(window.location.pathname.replace(/^\/console/, ""))?.load().catch(() => undefined); // who draws it tells what is wrong
const known = queries.prefetchQuery(sessionQuery);

function draw() {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <SettingsProvider>
        <Themed>
          <QueryClientProvider client={queries}>
            <BrowserRouter basename="/console" future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
              <SessionProvider>
                <Shell />
              </SessionProvider>
            </BrowserRouter>
          </QueryClientProvider>
        </Themed>
      </SettingsProvider>
    </StrictMode>,
  );
}

void Promise.race([Promise.all([code, known]), new Promise((resolve) => setTimeout(resolve, WAIT_MS))]).then(draw);
