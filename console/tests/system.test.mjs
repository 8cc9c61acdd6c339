// State, users, keys and the audit log: as the operator, the administrator and the auditor have them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { accessible, ADDRESS, ask, openPage, screenTest, settled } from "./harness.mjs";

const number = (value) => new Intl.NumberFormat("zh-CN").format(value);

screenTest("state", "operator", "/system", async ({ page }) => {
  const { body } = await ask("operator", "GET", "/v1/state");
  await page.getByText("正在决策").first().waitFor();
  await page.getByText(body.catalogue, { exact: false }).first().waitFor();
  for (const heading of ["流水日志", "快照", "熔断", "处置响应", "打开本页以来的指标"]) {
    await page.getByRole("heading", { name: heading, exact: true }).waitFor();
  }
  // What the response does for other systems, as the API tells it.
  const rows = page.getByRole("row").filter({ hasText: "核心系统" });
  assert.ok(Object.keys(body.response.endpoints).includes("core"));
  await rows.first().waitFor();
  // A second reading of the figures draws them.
  await page.getByRole("img", { name: /每秒决策/ }).waitFor({ timeout: 20_000 });
  // What came, by the type of event: each that the server has counted, with its number.
  const text = await page.evaluate(() => fetch("/metrics").then((answer) => answer.text()));
  const counted = [...text.matchAll(/^qiantang_events_total\{type="([^"]+)"\} (\d+)$/gm)].filter(([, , count]) => Number(count) > 0).sort((one, other) => Number(other[2]) - Number(one[2]));
  assert.ok(counted.length > 0, "the bank's day has events");
  const types = page.locator(".ant-card").filter({ has: page.getByRole("heading", { name: "事件类型", exact: true }) });
  for (const [, , count] of counted.slice(0, 5)) {
    await types.getByText(number(Number(count)), { exact: true }).first().waitFor();
  }
});

test("sources with their lag, and those that are silent (operator)", { timeout: 120_000 }, async () => {
  const { page, context, troubles } = await openPage("operator", "/system");
  const card = page.locator(".ant-card").filter({ has: page.getByRole("heading", { name: "数据来源与时延", exact: true }) });
  const { body } = await ask("operator", "GET", "/v1/sources");
  const came = body.sources.filter((source) => source.events > 0);
  assert.ok(came.length >= 5, "the bank's day has events of several systems");
  for (const source of came) {
    const row = card.getByRole("row").filter({ has: page.getByText(source.source, { exact: true }) });
    await row.waitFor();
    await row.getByText(number(source.events), { exact: true }).first().waitFor();
  }
  // Nothing has come from some systems since the start; they stand there and say so.
  for (const source of body.sources.filter((one) => one.events === 0)) {
    await card.getByRole("row").filter({ has: page.getByText(source.source, { exact: true }) }).getByText("启动以来未到").waitFor();
  }
  // One that is silent for longer than usual is told by a word, as the server finds it.
  const isMarked = (source) => card.locator(`[data-silent="${source}"]`).count();
  for (const source of came) {
    const after = (await ask("operator", "GET", "/v1/sources")).body.sources.find((one) => one.source === source.source);
    if (source.is_silent_unusually && after.is_silent_unusually) {
      assert.equal(await isMarked(source.source), 1, source.source);
      assert.match(await card.locator(`[data-silent="${source.source}"]`).innerText(), /静默 \d+/);
    }
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a snapshot is made (operator)", { timeout: 120_000 }, async () => {
  const before = (await ask("operator", "GET", "/v1/snapshots")).body.made;
  const { page, context, troubles } = await openPage("operator", "/system");
  await page.getByRole("button", { name: /立即生成快照/ }).click();
  await page.getByText("已开始生成快照").waitFor();
  const until = Date.now() + 60_000;
  while ((await ask("operator", "GET", "/v1/snapshots")).body.made === before && Date.now() < until) {
    await page.waitForTimeout(500);
  }
  const after = (await ask("operator", "GET", "/v1/snapshots")).body;
  assert.ok(after.made > before);
  await page.getByText(number(after.sequence)).first().waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test("who reads the state and runs nothing has no buttons for it (auditor)", async () => {
  const { page, context } = await openPage("auditor", "/system");
  await page.getByRole("heading", { name: "快照", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: /立即生成快照/ }).count(), 0);
  await context.close();
});

screenTest("users", "administrator", "/users", async ({ page }) => {
  const { body } = await ask("administrator", "GET", "/v1/users");
  assert.ok(body.users.length >= 19);
  await page.getByText("共 ", { exact: false }).first().waitFor();
  await page.getByRole("cell", { name: "analyst-1", exact: true }).waitFor();
  await page.getByRole("tab", { name: "角色与权限" }).click();
  const { body: roles } = await ask("administrator", "GET", "/v1/roles");
  for (const role of roles.roles) {
    await page.getByText(role.zh, { exact: true }).first().waitFor();
  }
  // What a role allows is told in words, for each of its scopes.
  const allowed = roles.roles.find((one) => one.role === "auditor").scopes.map((scope) => roles.scopes.find((one) => one.scope === scope).text_zh);
  assert.ok(allowed.length > 3 && allowed.every((text) => /\p{Script=Han}/u.test(text)), allowed.join());
  const shown = await page.locator("#content").innerText();
  assert.deepEqual(allowed.filter((text) => !shown.includes(text)), []);
  await accessible(page);
});

test("a user is made, changed, disabled and enabled (administrator)", { timeout: 120_000 }, async () => {
  const name = `zz${Date.now()}`;
  const { page, context, troubles } = await openPage("administrator", "/users");
  await page.getByRole("button", { name: "新增用户" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("用户名").fill(name);
  await dialog.getByLabel("姓名").fill("测试员");
  await dialog.getByLabel("角色").click();
  await page.keyboard.type("director");
  await page.locator(".ant-select-item-option").filter({ hasText: "(director)" }).click();
  await page.keyboard.press("Escape");
  await dialog.getByLabel("初始密码").fill("short");
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.locator(".ant-form-item-explain-error").first().waitFor();
  await dialog.getByLabel("初始密码").fill("a long enough sentence");
  await accessible(page);
  await dialog.getByRole("button", { name: "保存" }).click();
  await page.getByText("用户已新增").waitFor();
  const of = async () => (await ask("administrator", "GET", "/v1/users")).body.users.find((user) => user.name === name);
  assert.deepEqual((await of()).roles, ["director"]);
  assert.ok((await of()).must_change_password);
  const row = page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
  await row.getByRole("button", { name: "停用" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "停用" }).click();
  await row.getByText("已停用").waitFor();
  assert.ok((await of()).disabled);
  await row.getByRole("button", { name: "启用" }).click();
  await row.getByText("启用", { exact: true }).first().waitFor();
  await row.getByRole("button", { name: "停用" }).waitFor();
  assert.equal((await of()).disabled, false);
  await row.getByRole("button", { name: `操作: ${name}` }).click();
  await page.getByRole("menuitem", { name: "重设密码" }).click();
  await page.getByRole("dialog").getByLabel("初始密码").fill("another long enough sentence");
  await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存").first().waitFor();
  await ask("administrator", "POST", `/v1/users/${name}/disable`);
  assert.deepEqual(troubles, []);
  await context.close();
});

screenTest("keys", "administrator", "/keys", async ({ page }) => {
  const { body } = await ask("administrator", "GET", "/v1/keys");
  await page.getByText(body.keys[0].id).waitFor();
});

test("a key is made, shown once, works, and is revoked (administrator)", { timeout: 120_000 }, async () => {
  const system = `test-${Date.now()}`;
  const { page, context, troubles } = await openPage("administrator", "/keys");
  await page.getByRole("button", { name: "新增密钥" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("系统").fill(system);
  await dialog.getByLabel("权限").click();
  await page.keyboard.type("models:read");
  await page.locator(".ant-select-item-option").filter({ hasText: "(models:read)" }).click();
  await page.keyboard.press("Escape");
  await dialog.getByLabel("有效期（天）").fill("5");
  await dialog.getByRole("button", { name: "保存" }).click();
  const key = await page.getByTestId("made-key").innerText();
  assert.match(key.trim(), /^qtk_/);
  await accessible(page);
  const models = () => fetch(`${ADDRESS}/v1/catalogue`, { headers: { Authorization: `Bearer ${key.trim()}` } });
  assert.equal((await models()).status, 200);
  await page.getByRole("button", { name: "我已保存，关闭" }).click();
  await page.getByTestId("made-key").waitFor({ state: "hidden" });
  const row = page.getByRole("row").filter({ has: page.getByText(system, { exact: true }) });
  await row.getByRole("button", { name: /吊销/ }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "吊销" }).click();
  await row.waitFor({ state: "hidden" });
  assert.equal((await models()).status, 401);
  assert.ok((await ask("administrator", "GET", "/v1/keys")).body.keys.find((one) => one.system === system).revoked);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("users and keys as the auditor has them: to read", async () => {
  const { page, context } = await openPage("auditor", "/users");
  await page.getByRole("cell", { name: "analyst-1", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "新增用户" }).count(), 0);
  await page.goto(`${ADDRESS}/console/keys`);
  await settled(page);
  assert.equal(await page.getByRole("button", { name: "新增密钥" }).count(), 0);
  await context.close();
});

screenTest("the audit log", "auditor", "/audit", async ({ page }) => {
  const { body } = await ask("auditor", "GET", "/v1/audit?from=-3&limit=3");
  assert.ok(body.last >= 3);
  // The newest stand first, and reading is on record itself.
  await page.getByText("查看审计日志").first().waitFor();
  const first = Number(await page.locator("tbody tr.ant-table-row td").first().innerText());
  assert.ok(first > 0 && first <= (await ask("auditor", "GET", "/v1/audit?from=-1&limit=1")).body.last);
  await page.getByRole("button", { name: "立即校验" }).click();
  await page.getByText("日志完整", { exact: false }).waitFor();
  await accessible(page);
});

test("the audit log's filters stand in the address (auditor)", { timeout: 60_000 }, async () => {
  const { page, context, troubles } = await openPage("auditor", "/audit?action=user.add&who=administrator");
  const { body } = await ask("auditor", "GET", "/v1/audit?action=user.add&limit=200");
  const wanted = body.records.filter((record) => record.actor.name === "administrator");
  await page.getByText(String(wanted[0].target), { exact: true }).first().waitFor();
  assert.ok((await page.locator("tbody tr.ant-table-row").count()) >= Math.min(50, wanted.length));
  const actions = await page.locator("tbody tr.ant-table-row td:nth-child(4)").allInnerTexts();
  assert.ok(actions.every((text) => text.includes("user.add")));
  await page.getByLabel("操作者包含").fill("nobody-at-all");
  await page.keyboard.press("Enter");
  await page.getByText("没有符合条件的记录").waitFor();
  assert.match(page.url(), /who=nobody-at-all/);
  // The field keeps the focus and shows what the address says, also when it is cleared or gets another address.
  const who = page.getByLabel("操作者包含");
  assert.ok(await who.evaluate((field) => field === document.activeElement));
  await page.locator(".ant-input-affix-wrapper", { has: who }).locator(".ant-input-clear-icon").click();
  await page.waitForURL((url) => !url.searchParams.has("who"));
  assert.equal(await who.inputValue(), "");
  const from = page.getByLabel("从序号");
  await from.fill(" 12a");
  await page.getByLabel("对象包含").focus(); // leaving a field applies it
  await page.waitForURL((url) => url.searchParams.get("before") === "12");
  assert.equal(await from.inputValue(), "12");
  assert.equal(new URL(page.url()).searchParams.get("action"), "user.add");
  // The server looks for them, so what stands further back than a page is found as well.
  await page.goto(`${ADDRESS}/console/audit?target=${encodeURIComponent(wanted[0].target)}&who=administrator`);
  await page.getByText(String(wanted[0].target), { exact: true }).first().waitFor();
  const { body: of } = await ask("auditor", "GET", `/v1/audit?until=0&limit=200&who=administrator&target=${encodeURIComponent(wanted[0].target)}`);
  assert.ok(of.records.length > 0);
  assert.deepEqual(await page.locator("tbody tr.ant-table-row td:nth-child(1)").allInnerTexts(), of.records.map((one) => String(one.sequence)).reverse().slice(0, 50));
  // The CSV has all that the filters leave, and not what is shown.
  await page.goto(`${ADDRESS}/console/audit?who=administrator`);
  const begun = page.waitForEvent("download");
  await page.getByRole("button", { name: "导出 CSV" }).click();
  const lines = (await readFile(await (await begun).path(), "utf8")).trim().split("\r\n");
  const numbers = [];
  for (let before = 0; ; ) {
    const { body: part } = await ask("auditor", "GET", `/v1/audit?until=${before}&limit=50&who=administrator`);
    numbers.push(...part.records.map((one) => one.sequence).reverse());
    if ((part.earlier ?? 0) === 0) {
      break;
    }
    before = part.earlier;
  }
  assert.deepEqual(lines.slice(1).map((line) => Number(line.split(",")[0])), numbers);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("the log is for who audits (administrator)", async () => {
  const { page, context } = await openPage("administrator", "/audit");
  await page.getByText("没有权限").waitFor();
  await context.close();
});
