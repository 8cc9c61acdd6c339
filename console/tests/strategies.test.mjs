// Strategies: how they stand, what is offered to whom, and what one would have closed.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ask, openPage, screenTest, settled } from "./harness.mjs";

const counted = (number) => new Intl.NumberFormat("zh-CN").format(number);

screenTest("strategies", "model-approver", "/strategies", async ({ page }) => {
  const { strategies } = (await ask("model-approver", "GET", "/v1/strategies")).body;
  const rows = page.locator("tbody tr.ant-table-row");
  assert.equal(await rows.count(), strategies.length);
  for (const [at, one] of strategies.entries()) {
    const text = await rows.nth(at).innerText();
    assert.ok(text.includes(one.name.zh) && text.includes(one.strategy), text);
    assert.ok(text.includes(one.mode === "ACTIVE" ? "生效" : "影子"), text);
    if (one.closes) {
      assert.ok(text.includes(`已比对 ${counted(one.compared)} / 需 ${counted(one.needs_compared)}`), text);
      assert.ok(text.includes(one.earned ? "已达标" : "未达标"), text);
    }
  }
  const closing = strategies.find((one) => one.closes);
  const { figures } = (await ask("model-approver", "GET", `/v1/figures/alerts?strategy=${closing.strategy}`)).body;
  // The closures of thirty days lead to those of thirty days.
  const closures = page.locator(`a[href^="/console/alerts?strategy=${closing.strategy}&open=false&from="]`);
  await closures.getByText(counted(figures.automatic), { exact: true }).waitFor();
  const from = Number(new URL(await closures.getAttribute("href"), "http://x").searchParams.get("from"));
  const days = (Date.now() - from) / 86_400_000;
  assert.ok(days > 29 && days < 31, `${days} days`);
});

for (const who of ["model-approver", "shift-leader", "director"]) {
  screenTest("one strategy", who, "/strategies/D-AUTHREL", async ({ page }) => {
    const told = (await ask(who, "GET", "/v1/strategies/D-AUTHREL")).body;
    const text = await page.locator("#content").innerText();
    assert.ok(text.includes(told.name.zh) && text.includes(told.hash));
    assert.ok(text.includes(told.explanation.split("\n")[0]));
    // What may not be done now, or by him, is not offered.
    assert.equal(await page.getByRole("button", { name: "提请启用" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "批准启用" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "停用" }).count(), told.mode === "ACTIVE" && who !== "director" ? 1 : 0);
    // What it would have closed is the API's.
    const would = (await ask(who, "GET", "/v1/strategies/D-AUTHREL/what_if?days=30")).body;
    const numbers = await page.locator(".ant-statistic-content-value").allInnerTexts();
    assert.deepEqual(numbers, [would.alerts, would.compared, would.agreed, would.missed].map(counted));
    await page.getByText("近 90 天").click();
    await settled(page);
    const longer = (await ask(who, "GET", "/v1/strategies/D-AUTHREL/what_if?days=90")).body;
    await page.waitForFunction((wanted) => document.querySelector(".ant-statistic-content-value")?.textContent === wanted, counted(longer.alerts));
  });
}

test("a strategy that has not earned it is not proposed", async () => {
  const told = (await ask("model-author", "GET", "/v1/strategies/D-AUTHREL")).body;
  const { page, context, troubles } = await openPage("model-author", "/strategies/D-AUTHREL");
  await page.getByRole("heading", { name: told.name.zh }).waitFor();
  assert.equal(await page.getByRole("button", { name: "提请启用" }).count(), told.earned ? 1 : 0);
  assert.equal((await ask("model-author", "POST", "/v1/strategies/D-AUTHREL/propose", {})).body.code, "not_earned");
  await context.close();
  assert.deepEqual(troubles, []);
});

test("strategies are not open to an administrator", async () => {
  const { page, context } = await openPage("administrator", "/strategies");
  await page.getByText("没有权限").waitFor();
  await context.close();
});
