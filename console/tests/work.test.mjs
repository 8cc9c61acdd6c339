// What people do is done once, and what they write is not lost: keys under dialogs, forms that empty fields, texts behind tabs, drafts in two pages, filters over a table that stands still, a session that nobody uses.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ADDRESS, ask, openPage, settled, until } from "./harness.mjs";

async function ok(who, method, path, body) {
  const answer = await ask(who, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

// An account that events have named, in no case yet.
async function freeAccount() {
  const { alerts } = await ok("analyst-2", "GET", "/v1/alerts?limit=400");
  for (const alert of alerts.filter((one) => one.account !== null && one.customer !== null && one.case === null).reverse()) {
    if ((await ok("analyst-2", "GET", `/v1/cases?subject_kind=ACCOUNT&subject=${alert.account}`)).cases.length === 0) {
      return alert;
    }
  }
  throw new Error("every account is in a case");
}

test("a key that is held down takes one alert, and letters do nothing under a dialog", { timeout: 180_000 }, async () => {
  const { page, context, troubles } = await openPage("analyst-1", "/desk", { refusals: [404] });
  let nexts = 0;
  page.on("request", (request) => (nexts += Number(request.url().endsWith("/v1/alerts/next"))));
  await page.getByRole("heading", { name: "排队情况" }).waitFor();
  await settled(page);
  for (let i = 0; i < 5; i++) {
    await page.keyboard.down("x"); // the second time on as a keyboard repeats it
  }
  await page.keyboard.up("x");
  await page.waitForURL(/\/alerts\/\d+$/);
  await page.getByText("经办：analyst-1").waitFor();
  await settled(page);
  assert.equal(nexts, 1);

  const [, alert] = /alerts\/(\d+)$/.exec(page.url());
  await page.keyboard.press("m");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("备注").fill("写到一半的备注");
  await dialog.locator(".ant-modal-title").click(); // beside the field: nobody writes any more
  const before = page.url();
  for (const key of ["d", "x", "v", "q", "e", "n"]) {
    await page.keyboard.press(key);
  }
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  assert.equal(page.url(), before);
  assert.equal(nexts, 1);
  assert.equal(await dialog.getByLabel("备注").inputValue(), "写到一半的备注");
  await page.locator(".ant-modal-wrap").click({ position: { x: 4, y: 4 } }); // nor by a click beside it
  assert.equal(await dialog.getByLabel("备注").inputValue(), "写到一半的备注");
  await dialog.getByRole("button", { name: "取消" }).click();
  await dialog.waitFor({ state: "hidden" });
  // A `g` in front of what is no screen is no deed either: `o` would open an alert again, `e` escalate this one.
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.keyboard.press("m");
  await dialog.getByLabel("备注").waitFor();
  assert.equal((await ok("analyst-1", "GET", `/v1/alerts/${alert}`)).row.owner, "analyst-1");
  assert.deepEqual(troubles, []);
  await context.close();
});

test("the number of an account is no alert's", { timeout: 120_000 }, async () => {
  const { page, context } = await openPage("analyst-1", "/desk", { refusals: [404, 422] });
  for (const number of ["6222000000000001", "13800138000"]) {
    await page.getByLabel("查找", { exact: true }).fill(number);
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/profiles/find/${number}$`));
  }
  await page.getByLabel("查找", { exact: true }).fill("4711");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/alerts\/4711$/);
  await context.close();
});

test("from the cockpit to the state of the platform and back, by the menu", { timeout: 120_000 }, async () => {
  const { page, context, troubles } = await openPage("operator", "/cockpit");
  await page.getByRole("region", { name: "决策速率与时延" }).locator("[data-rate]").waitFor();
  for (const [item, heading] of [["运行状态", "运行状态"], ["驾驶舱", "指挥驾驶舱"], ["运行状态", "运行状态"]]) {
    await page.getByRole("menuitem", { name: item }).click();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await settled(page);
    assert.equal(await page.getByText("页面出错了").count(), 0);
  }
  await page.getByRole("img", { name: /每秒决策/ }).waitFor({ timeout: 20_000 });
  assert.deepEqual(troubles, []);
  await context.close();
});

test("what is emptied in a case's fields is empty, what nobody changed is not sent, and a customer's profile has his cases", { timeout: 180_000 }, async () => {
  const alert = await freeAccount();
  const { case: made } = await ok("analyst-2", "POST", "/v1/cases", { title: "要素改动", type: "FRAUD", team: "一组", police_case_no: "杭公〔2026〕7 号", summary: "旧案情" });
  await ok("analyst-2", "POST", `/v1/cases/${made.id}/subjects`, { kind: "PERSON", name: alert.customer, role: "UNKNOWN", confidence: 50 });
  const { page, context, troubles } = await openPage("analyst-2", `/cases/${made.id}`);
  await page.getByRole("button", { name: "修改要素" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("团队", { exact: true }).fill("");
  await form.getByLabel("案情", { exact: true }).fill("新案情");
  // A colleague changes another field meanwhile.
  await ok("analyst-2", "POST", `/v1/cases/${made.id}/fields`, { modus: "VP-02" });
  const sent = page.waitForRequest((request) => request.url().endsWith(`/v1/cases/${made.id}/fields`));
  await form.locator(".ant-modal-footer .ant-btn-primary").click();
  assert.deepEqual(JSON.parse((await sent).postData()), { team: "", summary: "新案情" });
  await page.getByText("已保存").waitFor();
  const { case: now } = await ok("analyst-2", "GET", `/v1/cases/${made.id}`);
  assert.deepEqual([now.team, now.summary, now.modus.trim(), now.police_case_no], ["", "新案情", "VP-02", "杭公〔2026〕7 号"]);
  // A customer is a person or a company in cases.
  await page.goto(`${ADDRESS}/console/profiles/customer/${alert.customer}?tab=cases`);
  await page.getByRole("link", { name: made.number }).waitFor();
  assert.match(await page.getByRole("row").filter({ hasText: made.number }).innerText(), /已立案/);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a case is as secret as its reader may make it, and says so", { timeout: 180_000 }, async () => {
  const may = async (who) => (await ok(who, "GET", "/v1/session")).scopes;
  assert.ok((await may("aml-officer")).includes("domain:aml") && !(await may("analyst-2")).includes("domain:aml"));
  const plain = await openPage("analyst-2", "/cases");
  await plain.page.getByRole("button", { name: "立案" }).click();
  await plain.page.getByRole("dialog").getByLabel("案件名称", { exact: true }).waitFor();
  assert.equal(await plain.page.getByRole("dialog").getByLabel("密级", { exact: true }).count(), 0);
  await plain.context.close();

  const { page, context, troubles } = await openPage("aml-officer", "/cases");
  await page.getByRole("button", { name: "立案" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("案件名称", { exact: true }).fill("涉密案件");
  await form.getByLabel("密级", { exact: true }).click({ force: true });
  await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)").getByText("反洗钱", { exact: true }).click();
  await form.locator(".ant-modal-footer .ant-btn-primary").click();
  await page.waitForURL(/\/cases\/\d+$/);
  await page.getByText("涉密：反洗钱").waitFor();
  const id = Number(/cases\/(\d+)/.exec(page.url())[1]);
  assert.equal((await ok("aml-officer", "GET", `/v1/cases/${id}`)).case.secrecy, "AML");
  assert.equal((await ask("analyst-2", "GET", `/v1/cases/${id}`)).status, 404);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a referral's texts stay behind its tabs, are asked about before they are lost, and leave a colleague's alone; money is put in as yuan", { timeout: 240_000 }, async () => {
  const { case: made } = await ok("analyst-1", "POST", "/v1/cases", { title: "文字不丢", type: "FRAUD", modus: "VP-01", summary: "客户受骗后转账。" });
  const { referral } = await ok("analyst-1", "POST", "/v1/referrals", { case: made.id });
  const where = `/v1/referrals/${referral.referral}`;
  const { page, context, troubles } = await openPage("analyst-1", `/referrals/${referral.referral}`);
  const fact = page.locator("#referral_fact");
  await fact.fill("写了一半的事实");
  await page.getByRole("tab", { name: "调取数据" }).click();
  await page.getByRole("heading", { name: /^待提供/ }).first().waitFor();
  // What no event tells, one by one: money is typed in yuan.
  await page.locator("#content .ant-space-compact .ant-select").first().click();
  await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option").filter({ hasText: "账户" }).first().click();
  await page.getByRole("button", { name: "录入", exact: true }).click();
  const form = page.getByRole("dialog");
  await form.locator("#object").fill("A62220000000001");
  await form.locator("#field").click({ force: true });
  await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)").getByText("余额", { exact: false }).first().click();
  await form.locator("#value").fill("1,234.50");
  const sent = page.waitForRequest((request) => request.url().endsWith(`${where}/data`));
  await form.locator(".ant-modal-footer .ant-btn-primary").click();
  assert.equal(JSON.parse((await sent).postData()).data[0].value, "123450");
  await form.getByRole("button", { name: "取消" }).click().catch(() => undefined); // where no such account is of the case it is refused
  // A colleague writes into another field meanwhile.
  await ok("analyst-1", "POST", `${where}/fields`, { officer: "王警官" });
  await page.getByRole("tab", { name: "填写" }).click();
  assert.equal(await fact.inputValue(), "写了一半的事实");
  await page.waitForFunction(() => document.querySelector("#referral_officer")?.value === "王警官", null, { timeout: 45_000 });
  assert.equal(await fact.inputValue(), "写了一半的事实");
  // Leaving asks, and stays where it is told to.
  const asked = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  await page.getByRole("menuitem", { name: "我的工作台" }).click();
  await until(() => asked.length > 0);
  assert.match(asked[0], /未保存/);
  assert.match(page.url(), /\/referrals\/\d+/);
  const kept = page.waitForRequest((request) => request.url().endsWith(`${where}/fields`));
  await page.getByRole("button", { name: "保存", exact: true }).click();
  assert.deepEqual(JSON.parse((await kept).postData()), { fact: "写了一半的事实" });
  await page.getByText("已保存").first().waitFor();
  await page.getByRole("menuitem", { name: "我的工作台" }).click();
  await page.waitForURL(/\/desk$/);
  assert.equal(asked.length, 1);
  assert.deepEqual(troubles.filter((trouble) => !trouble.includes("/data")), []);
  await context.close();
});

test("two pages of the editor write into one draft", { timeout: 180_000 }, async () => {
  const file = (model) => `models/MU/${model}.yaml`;
  const { page, context, troubles } = await openPage("model-author", `/drafts?file=${encodeURIComponent(file("M-MU-01-A"))}`);
  const other = await context.newPage();
  await other.goto(`${ADDRESS}/console/drafts?file=${encodeURIComponent(file("M-MU-02-A"))}`);
  const write = async (one, text) => {
    await one.bringToFront();
    await one.locator(".cm-content").click();
    await one.keyboard.press("Control+End");
    await one.keyboard.type(text);
  };
  await other.locator(".cm-content").waitFor();
  await write(page, "# one");
  await other.getByText("已修改的文件（1）").waitFor(); // told by the browser
  await write(other, "# two");
  await page.getByText("已修改的文件（2）").waitFor();
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem("qiantang.draft.model-author")));
  assert.deepEqual(Object.keys(kept.files).sort(), [file("M-MU-01-A"), file("M-MU-02-A")]);
  assert.match(kept.files[file("M-MU-01-A")], /# one$/);
  assert.match(kept.files[file("M-MU-02-A")], /# two$/);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a text of the bulletin takes no other's place", { timeout: 120_000 }, async () => {
  const text = (number, language) => ({ month: "2026-02", part: 7, number, language, title: `标题 ${number}`, text: "无数字。" });
  await ok("shift-leader", "POST", "/v1/cockpit/texts", text(1, "zh"));
  const { page, context, troubles } = await openPage("shift-leader", "/reports/bulletin?month=2026-02&tab=texts");
  await page.getByText("标题 1").waitFor();
  await page.getByRole("button", { name: "新增文字" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("部分").click({ force: true });
  await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)").getByText("七、问题通报").click();
  assert.equal(await dialog.getByLabel("序号").inputValue(), "2"); // behind the last of that part
  await dialog.getByLabel("序号").fill("1");
  await dialog.getByLabel("文字").fill("另一段。");
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.getByText("该序号已有文字").waitFor();
  const { texts } = await ok("shift-leader", "GET", "/v1/cockpit/texts?month=2026-02");
  assert.deepEqual(texts.filter((one) => one.part === 7).map((one) => one.text), ["无数字。"]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a list of a Chinese spreadsheet is read as it was written", { timeout: 120_000 }, async () => {
  const { lists } = await ok("analyst-1", "GET", "/v1/lists");
  const list = lists.find((one) => one.key === "account");
  const { page, context, troubles } = await openPage("analyst-1", `/lists/${list.list}`);
  await page.getByRole("button", { name: "导入 CSV" }).click();
  // "涉案" in GB 18030.
  const buffer = Buffer.concat([Buffer.from("key,reason\r\n+A62229999999999,"), Buffer.from([0xc9, 0xe6, 0xb0, 0xb8]), Buffer.from("\r\n")]);
  await page.locator("input[type=file]").setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer });
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("cell", { name: "涉案", exact: true }).waitFor();
  // What is sent is what was read: no mark for spreadsheets stands before a key.
  const sent = page.waitForRequest((request) => request.url().endsWith("/import"));
  await page.route("**/import", (route) => route.abort("aborted")); // the bank's list stays as it is
  await dialog.getByRole("button", { name: /^导入 1 行|^提交复核/ }).click();
  assert.equal((await sent).postData(), "key,end,reason\r\n+A62229999999999,,涉案\r\n");
  assert.deepEqual(troubles.filter((trouble) => !trouble.includes("/import")), []);
  await context.close();
});

test("other filters are looked at anew, though the table stood still", { timeout: 120_000 }, async () => {
  const { page, context, troubles } = await openPage("analyst-1", "/decisions?hits=true");
  const rows = page.locator("tbody tr[aria-rowindex]");
  await rows.first().waitFor();
  await page.getByRole("button", { name: "暂停" }).click();
  await page.getByRole("button", { name: "继续" }).waitFor();
  await page.getByLabel("风险分不低于").fill("60");
  await page.keyboard.press("Tab");
  await page.waitForURL(/score=60/);
  await page.getByRole("button", { name: "暂停" }).waitFor();
  await page.waitForFunction(() => {
    const scores = [...document.querySelectorAll("tbody tr[aria-rowindex] td:nth-child(5)")].map((cell) => Number(cell.textContent));
    return scores.length > 0 && scores.every((score) => score >= 60);
  });
  assert.deepEqual(troubles, []);
  await context.close();
});

test("the rows of a figure lead to what they are of", { timeout: 120_000 }, async () => {
  const { page, context, troubles } = await openPage("shift-leader", "/cockpit/figures/amount_held?span=today", { refusals: [404] });
  const link = page.getByRole("link", { name: /^暂缓付款 \d+$/ }).first();
  const hold = /\d+$/.exec(await link.innerText())[0];
  await link.click();
  await page.waitForURL(new RegExp(`/holds\\?one=${hold}$`));
  await page.getByText(`暂缓交易 ${hold}`).first().waitFor();
  // A bar leads to as many alerts as it says.
  await page.goto(`${ADDRESS}/console/cockpit`);
  const bar = page.getByRole("region", { name: "今日预警：按类别" }).getByRole("listitem").first().getByRole("link");
  await bar.waitFor();
  assert.match(await bar.getAttribute("href"), /group=\w+&open=any&from=\d+$/);
  await bar.click();
  await page.getByText(/^产生时间：\d{4}-/).waitFor();
  await page.getByRole("button", { name: "不限产生时间" }).click();
  await page.waitForFunction(() => !location.search.includes("from="));
  assert.deepEqual(troubles, []);
  await context.close();
});

test("nobody before the console for half an hour: it signs out, though screens ask by themselves", { timeout: 120_000 }, async () => {
  // A session of its own: the others are used by other tests.
  const { page, context } = await openPage(null, "/", { refusals: [401] });
  await page.getByLabel("用户名").fill("auditor");
  await page.getByLabel("密码", { exact: true }).fill(process.env.QT_PASSWORD ?? "look around here");
  await page.clock.install();
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("navigation").waitFor();
  await page.clock.fastForward("20:00");
  await page.mouse.move(200, 200);
  await page.mouse.move(300, 300);
  await page.clock.fastForward("20:00");
  await page.clock.runFor(11_000);
  assert.equal(await page.getByRole("navigation").count(), 1); // he moved the pointer within the half hour
  await page.clock.fastForward("31:00");
  await page.clock.runFor(11_000);
  await page.getByText("半小时没有操作，已退出登录").waitFor();
  assert.equal((await page.request.get(`${ADDRESS}/v1/session`)).status(), 401);
  await context.close();
});
