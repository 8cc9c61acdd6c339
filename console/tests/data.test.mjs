// Features, lists and profiles: what is shown is what the API tells, and who may not see personal data sees it masked until he says why.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, ask, openPage, screenTest, settled } from "./harness.mjs";

const number = (value) => new Intl.NumberFormat("zh-CN").format(value);

// A customer of whom a table knows, found by his alerts.
async function someCustomer() {
  const { body } = await ask("analyst-1", "GET", "/v1/alerts?limit=100");
  for (const { customer } of body.alerts) {
    if (customer !== null && (await ask("analyst-1", "GET", `/v1/tables/cust/rows/${customer}`)).status === 200) {
      return customer;
    }
  }
  throw new Error("no alert is about a customer that a table knows");
}

screenTest("the register of features", "analyst-1", "/features", async ({ page }) => {
  const { body } = await ask("analyst-1", "GET", "/v1/features/register");
  await page.getByText(`共 ${body.features.length} 个特征`, { exact: false }).waitFor();
  // Whatever a feature counts is called something in both languages.
  for (const { feature, filter, other_filter: other, of } of body.features) {
    for (const part of [filter, other, of]) {
      assert.ok(!part || (part.zh !== "" && part.en !== ""), `${feature}: ${JSON.stringify(part)}`);
    }
  }
  const wanted = body.features.find((one) => one.aggregate === "distinct" && one.window === "sliding" && one.models > 0);
  await page.getByLabel("按编号、事件或条件查找").first().fill(wanted.feature);
  await page.keyboard.press("Enter");
  const row = page.getByRole("row").filter({ has: page.getByText(wanted.feature, { exact: true }) });
  await row.first().waitFor();
  const said = await row.first().innerText();
  assert.ok(said.includes(`${wanted.filter.zh}，${wanted.of.zh}去重个数`), said);
  assert.match(page.url(), /text=/);
  await row.first().click();
  await page.getByText(wanted.how, { exact: true }).waitFor();
  assert.equal(await row.first().getByRole("cell").last().innerText(), number(wanted.models));
});

screenTest("live values of the whole bank", "analyst-1", "/features?tab=live&entity=bank", async ({ page }) => {
  const { body } = await ask("analyst-1", "GET", "/v1/features?entity=bank");
  await page.getByText(`${body.features.length} 个特征`, { exact: false }).waitFor();
  await page.getByText(/已取 (?:[2-9]|\d\d+) 次/).waitFor({ timeout: 20_000 });
});

test("live values of a customer who is chosen (analyst-1)", { timeout: 120_000 }, async () => {
  const customer = await someCustomer();
  const { page, context, troubles } = await openPage("analyst-1", "/features?tab=live");
  await page.getByLabel("选择实体").fill("cust");
  await page.getByLabel("主键 cust_id").fill(customer);
  await page.getByRole("button", { name: "查看" }).click();
  const { body } = await ask("analyst-1", "GET", `/v1/features?entity=cust&key=${customer}`);
  await page.getByText(`${body.features.length} 个特征`, { exact: false }).waitFor();
  assert.match(page.url(), new RegExp(`entity=cust&key=${customer}`));
  await accessible(page);
  assert.deepEqual(troubles, []);
  await context.close();
});

screenTest("all lists", "auditor", "/lists", async ({ page }) => {
  const { body } = await ask("auditor", "GET", "/v1/lists");
  await page.getByText(`共 ${body.lists.length} 份名单`, { exact: false }).waitFor();
  const list = body.lists.find((one) => one.entries > 0);
  const line = page.getByRole("row").filter({ has: page.getByRole("link", { name: list.title.zh, exact: true }) });
  await line.getByRole("cell", { name: list.source.zh, exact: true }).waitFor();
  await line.getByRole("cell", { name: list.expiry.zh, exact: true }).waitFor();
  await page.getByRole("link", { name: list.title.zh, exact: true }).click();
  await page.getByRole("heading", { name: list.title.zh }).waitFor();
  assert.equal(await page.getByRole("button", { name: "加入名单" }).count(), 0);
});

test("a key is added, found, told to the log, and removed (analyst-1)", { timeout: 120_000 }, async () => {
  const key = `TEST${Date.now()}`;
  const { page, context, troubles } = await openPage("analyst-1", `/lists/grey_acct?key=${key}`);
  await page.getByText("不在名单上").waitFor();
  await page.getByRole("button", { name: "加入名单" }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByRole("textbox").first().inputValue(), key);
  await dialog.getByRole("button", { name: "加入名单" }).click();
  await dialog.getByText("请填写原因").waitFor();
  await dialog.getByLabel("说明").fill("界面测试");
  await accessible(page);
  await dialog.getByRole("button", { name: "加入名单" }).click();
  await page.getByText(`${key} 在名单上`).waitFor();
  const { body } = await ask("analyst-1", "GET", `/v1/lists/grey_acct/entries/${key}`);
  assert.ok(body.listed);
  assert.equal(body.note, "界面测试");
  assert.equal(body.source, "analyst-1");
  await page.getByText("界面测试").first().waitFor();
  const log = (await ask("auditor", "GET", "/v1/audit?from=-1000&limit=1000&action=knowledge.changed")).body.records;
  assert.ok(log.some((record) => record.actor.name === "analyst-1" && record.target.startsWith("list grey_acct/") && !record.target.includes(key)));
  await page.getByRole("button", { name: "移出名单" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "移出名单" }).click();
  await page.getByText(`${key} 不在名单上`).waitFor();
  assert.equal((await ask("analyst-1", "GET", `/v1/lists/grey_acct/entries/${key}`)).body.listed, false);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a CSV is checked row by row, and imported as a whole or not at all (analyst-1)", { timeout: 120_000 }, async () => {
  const stamp = Date.now();
  const bad = `key,end,reason\r\nIMP${stamp}1,2099-01-31,"第一行, 有逗号"\r\nIMP${stamp}2,,\r\n,2099-01-31,no key\r\nIMP${stamp}3,soon,x\r\nIMP${stamp}1,,twice\r\nIMP${stamp}4,2001-01-01,over\r\n`;
  const good = `key,end,reason\r\nIMP${stamp}1,2099-01-31,"第一行, 有逗号"\r\nIMP${stamp}2,,第二行\r\n`;
  const { page, context, troubles } = await openPage("analyst-1", "/lists/grey_acct");
  await page.getByRole("button", { name: "导入 CSV" }).click();
  const choose = (text) => page.locator("input[type=file]").setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await choose(bad);
  await page.getByText("1 行合格，5 行有问题").waitFor();
  for (const fault of ["主键为空", "失效时间无法识别", "与第 2 行重复", "失效时间已过", "缺少原因"]) {
    await page.getByText(fault, { exact: true }).waitFor();
  }
  assert.ok(await page.getByRole("button", { name: "导入 1 行" }).isDisabled());
  await accessible(page);
  await choose(good);
  await page.getByText("2 行合格，0 行有问题").waitFor();
  await page.getByRole("button", { name: "导入 2 行" }).click();
  await page.getByText("已导入 2 行；0 行此前已在名单上或待复核").waitFor();
  const listed = async () => (await ask("analyst-1", "GET", `/v1/lists/grey_acct/entries/IMP${stamp}1`)).body;
  for (let turn = 0; turn < 100 && !(await listed()).listed; turn++) {
    await new Promise((go) => setTimeout(go, 100));
  }
  const body = await listed();
  assert.ok(body.listed);
  assert.equal(body.note, "第一行, 有逗号");
  assert.equal(body.until, Date.parse("2099-02-01T00:00:00+08:00"));
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a list that two persons change: proposed, approved, and its entries told with keys (analyst-1, shift-leader)", { timeout: 240_000 }, async () => {
  const key = `6222${Date.now()}`;
  const { page, context, troubles } = await openPage("analyst-1", `/lists/police_susp_acct?key=${key}`);
  await page.getByText("不在名单上").waitFor();
  await page.getByRole("button", { name: "加入名单" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("须由另一人复核后生效").waitFor();
  await dialog.getByLabel("说明").fill("协查函 5 号");
  await accessible(page);
  await dialog.getByRole("button", { name: "提交复核" }).click();
  await page.getByText("已提交复核").waitFor();
  assert.equal((await ask("analyst-1", "GET", `/v1/lists/police_susp_acct/entries/${key}`)).body.listed, false);
  const waits = (await ask("analyst-1", "GET", "/v1/proposals?state=WAITING&limit=500")).body.proposals.find((one) => one.changes?.entries[0].key === key);
  await page.getByRole("row").filter({ hasText: key }).getByText("待复核", { exact: true }).waitFor();
  await accessible(page);
  assert.deepEqual(troubles, []);
  await context.close();

  const second = await openPage("shift-leader", `/proposals?one=${waits.proposal}`);
  const drawer = second.page.getByRole("dialog");
  await drawer.getByText(key, { exact: true }).waitFor();
  await drawer.getByText("加入名单：可疑账户名单").waitFor();
  await accessible(second.page);
  await drawer.getByRole("button", { name: "同意" }).click();
  await second.page.getByRole("dialog").last().getByRole("button", { name: /提\s*交/ }).last().click();
  await drawer.getByText("已通过", { exact: true }).first().waitFor();
  for (let turn = 0; turn < 100 && !(await ask("analyst-1", "GET", `/v1/lists/police_susp_acct/entries/${key}`)).body.listed; turn++) {
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.deepEqual(second.troubles, []);
  await second.context.close();

  const third = await openPage("analyst-1", `/lists/police_susp_acct?of=${key}`);
  const row = third.page.getByRole("row").filter({ hasText: key }).filter({ hasText: "生效中" }).first();
  await row.waitFor();
  const shown = await row.innerText();
  assert.match(shown, /analyst-1/);
  assert.match(shown, /shift-leader/);
  await third.page.getByRole("combobox", { name: "即将失效" }).waitFor();
  await third.context.close();
});

test("finding a customer leads to the profile (analyst-1)", { timeout: 120_000 }, async () => {
  const customer = await someCustomer();
  const { page, context } = await openPage("analyst-1", `/profiles/find/${customer}`, { refusals: [404, 422] });
  await page.waitForURL(new RegExp(`/profiles/customer/${customer}$`));
  await settled(page);
  const { body } = await ask("analyst-1", "GET", `/v1/tables/cust/rows/${customer}`);
  const { body: tables } = await ask("analyst-1", "GET", "/v1/tables");
  const age = tables.tables.find((one) => one.table === "cust").columns.find((one) => one.column === "age");
  await page.getByText(age.title.zh, { exact: true }).first().waitFor();
  assert.match(await page.locator("#content").innerText(), new RegExp(String(body.columns.age)));
  // What is chosen from values is shown by its name, never by its key.
  for (const column of tables.tables.find((one) => one.table === "cust").columns.filter((one) => one.type === "enum" && body.columns[one.column] !== null)) {
    const value = column.values.find((one) => one.value === body.columns[column.column]);
    await page.getByText(value.zh, { exact: true }).first().waitFor();
    assert.equal(await page.locator("#content").getByText(value.value, { exact: true }).count(), 0, value.value);
  }
  await accessible(page);
  await page.getByRole("tab", { name: "预警" }).click();
  const { body: alerts } = await ask("analyst-1", "GET", `/v1/alerts?customer=${customer}&limit=20`);
  await page.getByRole("link", { name: String(alerts.alerts[0].alert), exact: true }).waitFor();
  await accessible(page);
  for (const tab of ["管控措施", "案件", "暂缓交易", "名单命中", "实时特征"]) {
    await page.getByRole("tab", { name: tab }).click();
    await settled(page);
    assert.equal(await page.getByRole("alert").filter({ hasText: "失败" }).count(), 0);
  }
  await accessible(page);
  await context.close();
});

test("what nobody knows is said so, and can be opened as what it is (analyst-1)", { timeout: 120_000 }, async () => {
  const { page, context } = await openPage("analyst-1", "/profiles/find/NOBODY-77", { refusals: [404, 422], language: "en" });
  await page.getByText("Nothing is known of NOBODY-77", { exact: false }).waitFor();
  await page.getByRole("link", { name: "Merchant" }).click();
  await page.getByRole("heading", { name: "Merchant NOBODY-77" }).waitFor();
  await page.getByText("No table has a row of it").waitFor();
  await context.close();
});

test("masked for the auditor, and unmasked with a reason that is on record", { timeout: 120_000 }, async () => {
  // The device of somebody: its row has a personal column.
  const device = `DEV-TEST-${Date.now()}`;
  const customer = await someCustomer();
  assert.equal((await ask("analyst-1", "PATCH", `/v1/tables/dev/rows/${device}`, { main_cust_id: customer })).status, 200);
  const { page, context } = await openPage("auditor", `/profiles/device/${device}`, { refusals: [404, 422] });
  await page.getByText("已脱敏", { exact: true }).first().waitFor();
  assert.doesNotMatch(await page.locator("#content").innerText(), new RegExp(customer));
  await accessible(page);
  await page.getByRole("button", { name: "申请查看明文" }).first().click();
  await page.getByLabel("查看原因").fill("核对客户投诉");
  await page.getByRole("button", { name: "记录并显示" }).click();
  await page.getByText(customer, { exact: true }).waitFor();
  await page.getByText("明文（已记录）").waitFor();
  const log = (await ask("auditor", "GET", "/v1/audit?from=-1000&limit=1000&action=personal.unmasked")).body.records;
  assert.ok(log.some((record) => record.actor.name === "auditor" && record.target === `row dev/${device}` && record.detail.reason === "核对客户投诉"));
  await context.close();
});

test("profiles are not for who sees neither tables nor alerts (administrator)", async () => {
  const { page, context } = await openPage("administrator", "/profiles/customer/C1");
  await page.getByText("没有权限").waitFor();
  await context.close();
});
