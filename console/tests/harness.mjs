// What the tests of the console share: a browser, people who have signed in, and what is looked at on every screen.
//
//     import { screenTest } from "./harness.mjs";
//     screenTest("alerts", "analyst-1", "/alerts", async ({ page, text }) => { await page.getByRole("link", { name: ... }).click(); });
//
// The server runs already (tests/console_test.py): QT_ADDRESS, QT_PASSWORD. Each test has a browser context of its own.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { chromium } from "playwright-core";

export const ADDRESS = process.env.QT_ADDRESS ?? "http://127.0.0.1:18080";
export const PASSWORD = process.env.QT_PASSWORD ?? "look around here";
const CHROMIUM = process.env.QT_CHROMIUM ?? ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser = null;
export async function openBrowser() {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"] });
  return browser;
}
after(async () => {
  await browser?.close();
});

const sessions = new Map(); // of people: cookies, so that each signs in once for a file of tests

async function cookiesOf(who) {
  if (!sessions.has(who)) {
    const answer = await fetch(`${ADDRESS}/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin" },
      body: JSON.stringify({ name: who, password: PASSWORD }),
    });
    assert.equal(answer.status, 200, `${who} can't sign in`);
    const [pair] = answer.headers.getSetCookie()[0].split(";");
    const [name, value] = pair.split("=");
    sessions.set(who, [{ name, value, url: ADDRESS, httpOnly: true, sameSite: "Strict" }]);
  }
  return sessions.get(who);
}

// The API as this person: for what a test needs to be there, or wants to know.
export async function ask(who, method, path, body) {
  const [{ name, value }] = await cookiesOf(who);
  const answer = await fetch(ADDRESS + path, {
    method,
    headers: { Cookie: `${name}=${value}`, "Sec-Fetch-Site": "same-origin", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text };
}

// Until it holds: what the server has done is asked of the server.
export async function until(holds, ms = 60_000) {
  const end = Date.now() + ms;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// What a page shows beside what the server tells. The bank goes on meanwhile, so the page is loaded between two answers that are the same.
export async function shownAndTold(page, look, tell) {
  for (let tries = 0; ; tries++) {
    const before = await tell();
    await page.reload();
    await settled(page);
    const shown = await look();
    const told = await tell();
    if (isDeepStrictEqual(before, told)) {
      return [shown, told];
    }
    assert.ok(tries < 20, "the server tells something else each time");
  }
}

export async function openPage(who, path, { language = "zh", look = "light", width = 1366, height = 768, refusals = [] } = {}) {
  const context = await (await openBrowser()).newContext({ viewport: { width, height }, locale: language === "zh" ? "zh-CN" : "en-GB", timezoneId: "Asia/Shanghai", reducedMotion: "reduce" });
  await context.addInitScript(([chosen]) => window.top === window && localStorage.setItem("qiantang.settings", JSON.stringify(chosen)), [{ language, look }]); // papers stand in frames that have no storage
  if (who !== null) {
    await context.addCookies(await cookiesOf(who));
  }
  context.setDefaultTimeout(60_000); // on a machine that others use
  const page = await context.newPage();
  const troubles = []; // what the browser complained of
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    const said = message.text();
    const isRefusal = said.startsWith("Failed to load resource") && refusals.some((status) => said.includes(`status of ${status}`));
    if (message.type() === "error" && !isRefusal) {
      troubles.push(`${said} (${message.location().url})`);
    }
  });
  await page.goto(`${ADDRESS}/console${path}`);
  await settled(page);
  return { page, context, troubles };
}

// Nothing turns any more, and the screen's content is there.
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("#root > :not(.starting)") !== null && document.querySelector(".ant-spin-spinning, [role=status] .ant-spin") === null, null, { timeout: 60_000 });
}

// WCAG 2.1 A and AA, as far as axe sees them; serious findings and worse fail.
export async function accessible(page, { without = [] } = {}) {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    async (rulesOff) => {
      const result = await window.axe.run(document, {
        runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] },
        rules: Object.fromEntries(rulesOff.map((rule) => [rule, { enabled: false }])),
      });
      return result.violations
        .filter((violation) => ["serious", "critical"].includes(violation.impact))
        .map((violation) => `${violation.id}: ${violation.help}\n    ${violation.nodes.slice(0, 4).map((node) => `${node.target.join(" ")} ${node.html.slice(0, 160)}`).join("\n    ")}`);
    },
    without,
  );
  assert.deepEqual(found, []);
}

// No text of the other language where the console's own words stand, and no key shown raw. Data (names, reasons, notes) is marked by its containers with data-told.
export async function speaks(page, language) {
  const wrong = await page.evaluate((wanted) => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent.trim();
      const parent = node.parentElement;
      if (text === "" || parent.closest("script, style, [data-told], noscript") !== null) {
        continue;
      }
      if (wanted === "en" && /[\u4e00-\u9fff]/.test(text) && text !== "中文") {
        found.push(text.slice(0, 60));
      }
      if (/\{\w+\}|^\w+\.\w+\.\w+$|undefined|\[object/.test(text)) {
        found.push(`raw: ${text.slice(0, 60)}`);
      }
    }
    return found;
  }, language);
  assert.deepEqual(wrong, []);
}

// A test of one screen: opened by one person in both languages and both looks, accessible, in the right language, without a complaint of the browser; then what `steps` does.
export function screenTest(name, who, path, steps, options = {}) {
  test(`${name} (${who})`, { timeout: 240_000 }, async () => {
    for (const [language, look] of [["en", "dark"], ["zh", "light"]]) {
      const { page, context, troubles } = await openPage(who, path, { language, look, ...options });
      await accessible(page, options);
      await speaks(page, language);
      if (language === "zh") {
        await steps({ page, troubles });
      }
      assert.deepEqual(troubles, []);
      await context.close();
    }
  });
}
