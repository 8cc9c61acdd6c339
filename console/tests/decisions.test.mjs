// Live decisions and one decision explained, against what the API says.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, ask, openPage, screenTest, settled, speaks } from "./harness.mjs";

async function anEvent(query) {
  const page = (await ask("analyst-1", "GET", `/v1/decisions?limit=200&${query}`)).body;
  assert.ok(page.decisions.length > 0, query);
  return page.decisions[0];
}

const event = (await anEvent("hits=true&score=50")).event_id;

screenTest("live decisions", "analyst-1", "/decisions?hits=true", async ({ page }) => {
  const table = page.getByRole("region", { name: "实时决策列表" });
  const rows = table.getByRole("row");
  await rows.nth(1).waitFor();
  const shown = await rows.nth(1).innerText();
  const newest = (await ask("analyst-1", "GET", "/v1/decisions?hits=true&limit=200")).body.decisions;
  const row = newest.find((one) => shown.includes(one.event_id));
  assert.ok(row !== undefined && shown.includes(row.hits[0]) && shown.includes(String(row.score)), shown);
  // Only what is in view is there, however many are kept.
  assert.ok((await rows.count()) < 60);

  // The filters are the address, and the address is the filters.
  await page.getByLabel("风险分不低于").fill("50");
  await page.keyboard.press("Tab");
  await page.waitForURL(/score=50/);
  await page.waitForFunction(() => [...document.querySelectorAll("tbody tr[aria-rowindex] td:nth-child(5)")].every((cell) => Number(cell.textContent) >= 50));

  // Pausing with the space bar.
  await page.locator("h1").click();
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "继续" }).waitFor();
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "暂停" }).waitFor();
});

test("a decision that is made appears in the table, and a paused one stands still", async () => {
  const { page, context, troubles } = await openPage("analyst-1", "/decisions");
  await page.getByRole("status").filter({ hasText: "实时" }).waitFor();
  const first = page.locator("tbody tr[aria-rowindex='2'] td:nth-child(2)");
  const model = (await anEvent("hits=true")).hits[0];
  await page.goto(page.url().replace(/\/decisions.*/, `/decisions?model=${model}`));
  await settled(page);
  await first.waitFor();
  const [text, answer] = [await first.innerText(), await ask("analyst-1", "GET", `/v1/decisions?model=${model}&limit=50`)];
  assert.ok(answer.body.decisions.some((one) => one.event_id === text && [...one.hits, ...one.quiet].includes(model)));
  assert.deepEqual(troubles, []);
  await context.close();
});

screenTest("a decision", "analyst-1", `/decisions/${encodeURIComponent(event)}`, async ({ page }) => {
  const kept = (await ask("analyst-1", "GET", `/v1/decisions/${event}`)).body;
  const why = (await ask("analyst-1", "GET", `/v1/decisions/${event}/why`)).body;
  const body = await page.locator("main, #content").first().innerText();
  for (const hit of kept.decision.hits) {
    assert.ok(body.includes(hit.model) && body.includes(hit.name_zh) && body.includes(hit.reason_zh), hit.model);
  }
  const action = why.actions.find((one) => one.id === kept.decision.action);
  assert.ok(body.includes(`最终动作：${action.zh}`));
  assert.ok(body.includes(`风险分`) && body.includes(String(kept.decision.score)));
  for (const rule of why.rules) {
    assert.ok(body.includes(rule.zh), rule.rule);
  }
  // A threshold of the first hit stands beside what it saw.
  const compared = why.hits[0].conditions.parts?.find((part) => part.kind === "compare" && typeof part.gap === "number");
  if (compared !== undefined) {
    assert.ok(body.includes(compared.left.text) && body.includes(compared.right.text), compared.text);
  }
  // A feature is named by the pack, or else by what the register says that it counts.
  const { features } = (await ask("analyst-1", "GET", "/v1/features/register")).body;
  const sides = why.hits.flatMap((hit) => hit.conditions.parts ?? [hit.conditions]).flatMap((part) => (part.kind === "compare" ? [part.left.text, part.right.text] : []));
  const counted = sides.filter((text) => features.some((one) => `f.${one.feature}` === text && (one.zh || one.kind !== "expression")));
  assert.ok(counted.length > 0);
  for (const name of counted) {
    await page.getByText(new RegExp(`[\\u4e00-\\u9fff）] ${name.replaceAll(".", "\\.")}`)).first().waitFor(); // words come after the rest
  }
  assert.ok(why.nearest.every((model) => body.includes(model.model)));
  const field = why.fields.find((one) => one.field === "event_type");
  assert.ok(body.includes(field.zh));
});

test("giving a label", async () => {
  const one = (await anEvent("hits=true&score=35")).event_id;
  const before = (await ask("analyst-1", "GET", `/v1/decisions/${one}`)).body.labels.length;
  const { page, context, troubles } = await openPage("analyst-1", `/decisions/${encodeURIComponent(one)}`);
  await page.getByLabel("认定").click();
  await page.locator(".ant-select-item-option", { hasText: "误报" }).click();
  await page.getByLabel("说明").fill("电话核实为本人交易");
  await page.getByRole("button", { name: "提交标签" }).click();
  await page.getByText("标签已记录").waitFor();
  await page.getByText("电话核实为本人交易").first().waitFor();
  const labels = (await ask("analyst-1", "GET", `/v1/decisions/${one}`)).body.labels;
  assert.equal(labels.length, before + 1);
  assert.equal(labels[0].label, "FALSE_POSITIVE");
  assert.deepEqual(troubles, []);
  await context.close();
});

test("who may not give labels is not asked for one, and what is personal is hidden", async () => {
  const { page, context, troubles } = await openPage("model-author", `/decisions/${encodeURIComponent(event)}`);
  await page.getByRole("heading", { level: 2, name: "结论如何得出" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "提交标签" }).count(), 0);
  const seen = (await ask("analyst-1", "GET", `/v1/decisions/${event}`)).body.event;
  const hidden = (await ask("model-author", "GET", `/v1/decisions/${event}`)).body.event;
  const personal = Object.keys(seen).filter((name) => typeof seen[name] === "string" && seen[name] !== hidden[name]);
  assert.ok(personal.length > 0);
  const why = JSON.stringify((await ask("model-author", "GET", `/v1/decisions/${event}/why`)).body);
  const body = await page.locator("main, #content").first().innerText();
  for (const name of personal.filter((one) => seen[one].length > 5)) {
    assert.ok(!why.includes(seen[name]) && !body.includes(seen[name]), name);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a decision that is not there, and who may not look", async () => {
  const { page, context } = await openPage("analyst-1", "/decisions/never-was", { refusals: [404] });
  await page.getByRole("alert").first().waitFor();
  await accessible(page);
  await speaks(page, "zh");
  await context.close();
  assert.equal((await ask("administrator", "GET", "/v1/decisions")).status, 403);
  assert.equal((await ask("administrator", "GET", "/v1/decisions/stream")).status, 403);
  const closed = await openPage("administrator", "/decisions");
  await closed.page.getByText("没有权限").waitFor();
  await closed.context.close();
});
