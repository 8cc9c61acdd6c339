// Cases, referrals to the police, orders of authorities: the case room; an alert's way to the police, with every person doing his step on the screen; an order that two persons decide on.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, ADDRESS, ask, openPage, screenTest, settled, speaks } from "./harness.mjs";

async function ok(who, method, path, body) {
  const answer = await ask(who, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

// An alert of an account whose money moved, in no case yet; each call another account.
const used = new Set();
async function freeAlert() {
  for (const group of ["MU", "VP", "AT"]) {
    const { alerts } = await ok("analyst-1", "GET", `/v1/alerts?group=${group}&limit=200`);
    for (const alert of alerts.filter((one) => one.case === null && one.account !== null && one.customer !== null && !used.has(one.account))) {
      const { flow } = await ok("analyst-1", "GET", `/v1/flow?account=${alert.account}&layers=1`);
      const inCase = (await ok("analyst-1", "GET", `/v1/cases?subject_kind=ACCOUNT&subject=${alert.account}`)).cases.length > 0;
      const itself = flow.nodes.find((node) => node.name === alert.account)?.id;
      if (!inCase && flow.edges.some((edge) => edge.to === itself)) {
        used.add(alert.account);
        return alert;
      }
    }
  }
  throw new Error("no alert of an account whose money moved is free");
}

async function makeCase(title) {
  const alert = await freeAlert();
  const made = await ok("analyst-1", "POST", "/v1/cases", { title, type: "FRAUD", modus: "VP-01", summary: "客户受骗后转账。", alerts: [alert.alert] });
  return { alert, id: made.case.id, number: made.case.number };
}

// What a form of a deed asks is filled in by the labels of its fields; selects by the words of their options.
async function fillDeed(page, { texts = {}, selects = {} }) {
  const form = page.getByRole("dialog").last();
  await form.waitFor();
  for (const [label, word] of Object.entries(selects)) {
    await form.getByLabel(label, { exact: true }).last().click({ force: true }); // its chosen word lies above it
    await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)").getByText(word, { exact: true }).last().click();
  }
  for (const [label, text] of Object.entries(texts)) {
    await form.getByLabel(label, { exact: true }).last().fill(String(text));
  }
  return form;
}

async function sendDeed(page, form, said) {
  await form.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.locator(".ant-message").getByText(said).last().waitFor({ timeout: 30_000 });
  await form.waitFor({ state: "hidden" });
  await settled(page);
}

let room = null; // a case that the tests of screens share
async function roomCase() {
  room ??= (async () => {
    const made = await makeCase("一案多用");
    const where = `/v1/cases/${made.id}`;
    await ok("analyst-1", "POST", `${where}/notes`, { kind: "ANALYSIS", text: "资金当日转出。" });
    await ok("analyst-1", "POST", `${where}/subjects`, { kind: "ACCOUNT", name: made.alert.account, role: "FIRST_LEVEL", confidence: 70, evidence: "收款账户" });
    const { transactions } = await ok("analyst-1", "GET", `${where}/suggestions`);
    assert.ok(transactions.length > 0);
    await ok("analyst-1", "POST", `${where}/transactions`, { transactions });
    await ok("analyst-1", "POST", `${where}/pictures`, {});
    return made;
  })();
  return room;
}

screenTest("cases", "analyst-1", "/cases?open=any", async ({ page }) => {
  const { number, id } = await roomCase();
  const { cases } = await ok("analyst-1", "GET", `/v1/cases?text=${number}`);
  await page.getByLabel("编号、名称、警方案号").fill(number);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: number }).waitFor();
  assert.match(page.url(), new RegExp(`text=${number}`));
  const row = await page.getByRole("row", { name: new RegExp(number) }).innerText();
  assert.ok(row.includes("一案多用") && row.includes("已立案") && row.includes("电信网络诈骗") && row.includes(cases[0].owner), row);
  await page.getByRole("link", { name: number }).click();
  await page.waitForURL(`**/cases/${id}`);
});

screenTest("figures over the cases", "shift-leader", "/cases", async ({ page }) => {
  const { figures } = await ok("shift-leader", "GET", "/v1/figures/cases");
  const shown = await page.getByRole("region", { name: "近 30 天" }).innerText();
  assert.match(shown, /新立案/);
  assert.ok(figures.opened >= 0 && /\d/.test(shown));
});

test("who only reads changes nothing", { timeout: 60_000 }, async () => {
  const { id } = await roomCase();
  const { page, context, troubles } = await openPage("director", `/cases/${id}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.getByRole("button", { name: "修改要素" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "变更状态" }).count(), 0);
  await page.getByRole("tab", { name: /流水证据/ }).click();
  await page.getByRole("button", { name: "校验证据" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "从建议中固定" }).count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("the tabs of the case room, in both languages", { timeout: 240_000 }, async () => {
  const { id } = await roomCase();
  for (const [language, look] of [
    ["en", "dark"],
    ["zh", "light"],
  ]) {
    const { page, context, troubles } = await openPage("analyst-1", `/cases/${id}`, { language, look });
    for (const tab of ["", "alerts", "subjects", "transactions", "flow", "timeline", "notes", "amounts", "files", "relations", "lookback"]) {
      await page.goto(`${ADDRESS}/console/cases/${id}${tab === "" ? "" : `?tab=${tab}`}`);
      await page.getByRole("tab").first().waitFor();
      await settled(page);
      await accessible(page);
      await speaks(page, language);
    }
    assert.deepEqual(troubles, []);
    await context.close();
  }
});

screenTest("referrals", "department-head", "/referrals?show=any", async ({ page }) => {
  await page.getByRole("region", { name: "近 30 天" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "起草移送" }).count(), 0);
});

// The police's gateway brings an order with a key of its own.
async function bringOrder(number) {
  const { key } = await ok("administrator", "POST", "/v1/keys", { system: `police-${number.toLowerCase()}`, scopes: ["orders:take"], days: 1 });
  const body = { number, kind: "STOP_PAY", authority: "示例市公安局", account: "A00000000000000", name_hash: "ab", amount: 100_000, moved: Date.now() - 3_600_000, signed: true };
  const answer = await fetch(`${ADDRESS}/v1/orders`, { method: "POST", headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" }, body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  return (await answer.json()).order;
}

screenTest("orders", "liaison", "/orders", async ({ page, troubles }) => {
  const order = await bringOrder(`ZF-${Date.now()}`);
  assert.equal(order.state, "EXCEPTION");
  await page.getByText("异常待办", { exact: true }).click();
  await page.getByRole("link", { name: order.number }).waitFor({ timeout: 15_000 });
  await page.getByRole("link", { name: order.number }).click();
  await page.getByRole("heading", { level: 1, name: new RegExp(order.number) }).waitFor();
  await page.getByText("账户不存在").first().waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "办理", exact: true }).click();
  const form = await fillDeed(page, { texts: { 理由: "网点核实，本行无此账户" } });
  await sendDeed(page, form, "已提交");
  await page.getByText("liaison 提出：不予执行").waitFor();
  assert.equal(await page.getByRole("button", { name: "同意", exact: true }).count(), 0); // not by the same person
  const second = await openPage("liaison-2", `/orders/${order.police_order}`);
  await second.page.getByRole("button", { name: "同意", exact: true }).click();
  const agreed = await fillDeed(second.page, { texts: { 意见: "同意" } });
  await sendDeed(second.page, agreed, "已办理");
  await second.page.getByText("liaison + liaison-2").waitFor();
  const decided = (await ok("liaison", "GET", `/v1/orders/${order.police_order}`)).order;
  assert.deepEqual([decided.state, decided.decided_by, decided.decided_second], ["REFUSED", "liaison", "liaison-2"]);
  assert.deepEqual(second.troubles, []);
  await second.context.close();
  // A report to the police, made on the screen; its receipt comes by the gateway.
  await page.goto(`${ADDRESS}/console/orders?tab=reports`);
  await settled(page);
  await page.getByRole("button", { name: "上报", exact: true }).click();
  const report = await fillDeed(page, { texts: { 对象: "A62220000000001", 情况说明: "一小时内五名受害人付款" } });
  await sendDeed(page, report, "已上报");
  await page.getByRole("row", { name: /可疑线索.*A62220000000001.*待回执/ }).first().waitFor();
  await accessible(page);
  assert.deepEqual(troubles, []);
});

screenTest("figures over the orders", "director", "/orders", async ({ page }) => {
  const { figures } = await ok("director", "GET", "/v1/figures/orders");
  const taken = figures.reduce((sum, row) => sum + row.taken, 0);
  assert.match(await page.getByRole("region", { name: "近 30 天" }).innerText(), new RegExp(`收到\\s*${taken}`));
  assert.equal(await page.getByRole("button", { name: "办理" }).count(), 0);
});
