// The cockpit: what it shows is what the API tells, a figure's rows are as many as it counts, and who may not see a panel has none.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, ask, openPage, screenTest, settled, speaks, until } from "./harness.mjs";

const counted = (number) => new Intl.NumberFormat("zh-CN").format(number);

function dayStart() {
  return Date.parse(`${new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now())}T00:00:00+08:00`);
}

async function figure(who, name, more = "") {
  const { status, body } = await ask(who, "GET", `/v1/cockpit/figures/${name}?from=${dayStart()}${more}`);
  assert.equal(status, 200);
  return body;
}

// Alerts may come, and be closed, while it is looked at: what is shown is what was told before or after.
async function isOneOf(shown, telling, what) {
  const before = await telling();
  const text = await shown();
  const after = await telling();
  assert.ok(Math.min(before, after) <= text && text <= Math.max(before, after), `${what}: ${text} is not from ${before} to ${after}`);
}

const numberOf = (text) => Number(/[\d,]+/.exec(text)[0].replaceAll(",", ""));

screenTest("cockpit", "director", "/cockpit", async ({ page }) => {
  for (const name of ["alerts", "open_s4", "open_overdue"]) {
    const tile = page.locator(`a[data-figure=${name}]`);
    await tile.waitFor();
    await isOneOf(
      async () => {
        await page.reload();
        await settled(page);
        return numberOf(await tile.innerText());
      },
      async () => (await figure("director", name)).figure.value,
      name,
    );
  }
  const saved = await figure("director", "amount_saved");
  assert.equal(await page.locator("a[data-figure=amount_saved]").innerText(), saved.text_zh);

  // Branches, as the figure by branch tells them.
  const parts = (await figure("director", "alerts", "&by=unit")).parts.filter((part) => part.part !== "");
  for (const part of parts) {
    await page.locator(`[data-branch="${part.part}"]`).waitFor();
  }
  assert.equal(await page.locator("[data-branch]").count(), parts.length);

  // The rate of automatic disposition is never alone.
  const { figures } = (await ask("director", "GET", "/v1/figures/alerts")).body;
  const automatic = page.getByRole("region", { name: "自动处置（近 30 天）" });
  const text = await automatic.innerText();
  assert.match(text, /质检推翻率/);
  assert.match(text, /95% 区间/);
  assert.ok(text.includes(`推翻 ${counted(figures.overturned)} / 复核 ${counted(figures.looked_at)}`), text);
  if (figures.automatic > 0 && figures.looked_at === 0) {
    assert.match(text, /处置率不予列示/);
  }

  // Decisions a second are of two readings; how many there were is the server's count.
  const metrics = (await ask("director", "GET", "/metrics")).body;
  const decided = [...metrics.matchAll(/^qiantang_decisions_total\{[^}]*\} (\d+)$/gm)].reduce((sum, found) => sum + Number(found[1]), 0);
  await page.waitForFunction(() => /\d+\.\d 笔\/秒|^\d+ 笔\/秒/.test(document.querySelector("[data-rate]")?.textContent ?? ""), null, { timeout: 20_000 });
  assert.ok(numberOf((await page.getByRole("region", { name: "决策速率与时延" }).innerText()).split("启动以来共决策")[1]) >= decided);

  // Urgent alerts in their order, each with its clock.
  const urgent = page.getByRole("region", { name: "在办四级预警" });
  await until(async () => {
    const told = (await ask("director", "GET", "/v1/alerts?severity=S4&open=true&order=rank&limit=8")).body.alerts;
    return (await urgent.locator("tbody tr.ant-table-row").count()) === told.length;
  });
});

screenTest("the wall", "shift-leader", "/cockpit?view=wall", async ({ page }) => {
  const wall = page.locator("[data-wall]");
  await wall.waitFor();
  // What lies behind the wall is inert: the pointer meets the wall everywhere, and no key leads to the menu.
  const inert = () => page.locator("#root").evaluate((one) => one.inert);
  assert.equal(await inert(), true, "the menu is out of reach");
  assert.equal(await page.evaluate(() => document.elementFromPoint(60, 300).closest("#root")), null);
  for (let pressed = 0; pressed < 40; pressed++) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.closest("#root")), null);
  }
  const tile = wall.locator("a[data-figure=alerts]");
  await tile.waitFor();
  assert.ok(Number.parseFloat(await tile.locator("span").evaluate((one) => getComputedStyle(one).fontSize)) >= 30);
  const box = await wall.evaluate((one) => ({ inside: one.parentElement.scrollHeight, seen: one.parentElement.clientHeight }));
  assert.ok(box.inside <= box.seen, `all of it is seen at once: ${box.inside} of ${box.seen}`);
  await page.keyboard.press("Escape");
  await wall.waitFor({ state: "detached" });
  await page.getByRole("navigation").waitFor();
  assert.equal(await inert(), false);
  await page.keyboard.press("w");
  await wall.waitFor();
}, { width: 1920, height: 1080 });

screenTest("who sees no operations has figures alone", "department-head", "/cockpit", async ({ page }) => {
  await page.locator("a[data-figure=alerts]").waitFor();
  assert.equal(await page.getByRole("region", { name: "决策速率与时延" }).count(), 0);
  assert.equal(await page.getByRole("region", { name: "数据流与对接系统" }).count(), 0);
  assert.equal(await page.getByRole("region", { name: "办理中的有权机关指令" }).count(), 0);
});

screenTest("who sees no figures has operations alone", "operator", "/cockpit", async ({ page }) => {
  const sources = page.getByRole("region", { name: "数据流与对接系统" });
  assert.match(await sources.innerText(), /预警跟进/);
  // The sources that need to be looked at most: those that are silent for longer than usual come first.
  const told = (await ask("operator", "GET", "/v1/sources")).body.sources.filter((source) => source.events + source.refused > 0);
  const shown = await sources.locator("[data-sources] li").count();
  assert.equal(shown, Math.min(6, told.length));
  if (told.length > 6) {
    await sources.getByText(`另有 ${told.length - 6} 个来源`).waitFor();
  }
  await until(async () => {
    const { body } = await ask("operator", "GET", "/v1/state");
    return (await sources.innerText()).includes(`已送 ${counted(body.response.endpoints.contact.sent)}，`);
  });
  assert.equal(await page.locator("[data-figure]").count(), 0);
});

screenTest("a figure and its rows", "director", "/cockpit/figures/amount_held?span=today", async ({ page }) => {
  const rows = numberOf(await page.locator("[data-rows]").innerText());
  const span = await page.getByText(/ 至 /).first().innerText();
  const end = Date.parse(`${span.split(" 至 ")[1].replace(" ", "T")}+08:00`) + 1000; // it is shown to the second
  const told = await figure("director", "amount_held", `&until=${end}`);
  assert.ok(rows <= told.figure.rows);
  assert.match(await page.locator("#content").innerText(), /cockpit_HELD_figure/);
  assert.equal(await page.getByText(/^[0-9a-f]{64}$/).count(), 1);
  // As many as it counts: page by page.
  const more = page.getByRole("button", { name: "下一页" });
  const shown = page.locator("tbody tr.ant-table-row");
  while ((await more.count()) > 0) {
    const before = await shown.count();
    await more.click();
    await until(async () => (await shown.count()) > before); // the button stands there, loading, until its page has come
  }
  await page.getByText(`已显示 ${counted(rows)} 条`, { exact: true }).waitFor();
});

test("a figure that is refused says why, and has no number", async () => {
  const told = (await ask("director", "GET", "/v1/cockpit/figures/alerts")).body;
  assert.equal(told.figure.refused, "TOO_EARLY");
  const { page, context, troubles } = await openPage("director", "/cockpit/figures/alerts?span=30");
  assert.equal(await page.locator("[data-value]").innerText(), "—");
  await page.getByText(told.figure.why_zh).first().waitFor();
  assert.equal(await page.getByRole("heading", { name: "明细" }).count(), 0);
  await accessible(page);
  await context.close();
  const other = await openPage("director", "/cockpit/figures/alerts?span=30", { language: "en" });
  await other.page.getByText(told.figure.why_en).first().waitFor();
  await speaks(other.page, "en");
  await other.context.close();
  assert.deepEqual(troubles, []);
});

screenTest("all figures", "department-head", "/cockpit/figures", async ({ page }) => {
  const { figures } = (await ask("department-head", "GET", "/v1/cockpit/figures")).body;
  assert.equal(await page.locator("tbody tr.ant-table-row").count(), figures.length);
  await page.getByLabel("按名称、口径查找").fill("万户涉案率");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr.ant-table-row").length === 1);
});

test("the cockpit is not open to an administrator", async () => {
  const { page, context } = await openPage("administrator", "/cockpit");
  await page.getByText("没有权限").waitFor();
  assert.match(await page.locator("#content").innerText(), /查看指标.*（figures:read）.*或.*（operations:read）/);
  await context.close();
});

// On a wall nothing can be scrolled: what a panel has no room for is told as a number, and not cut.
test("the wall cuts nothing off", async () => {
  for (const [width, height] of [[1920, 1080], [2560, 1440]]) {
    const { page, context } = await openPage("shift-leader", "/cockpit?view=wall", { width, height });
    await page.locator("[data-wall] [data-branch]").first().waitFor();
    await page.locator("[data-wall] dl").waitFor();
    const cut = () => page.evaluate(() => [...document.querySelectorAll("[data-wall] section")].filter((panel) => panel.scrollHeight > panel.clientHeight + 1).map((panel) => `${panel.ariaLabel}: ${panel.scrollHeight} of ${panel.clientHeight}`));
    await until(async () => (await cut()).length === 0, 10_000).catch(async () => assert.deepEqual(await cut(), []));
    await context.close();
  }
});
