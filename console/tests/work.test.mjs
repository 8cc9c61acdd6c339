// What people do is done once, and what they write is not lost: keys under dialogs, forms that empty fields, texts behind tabs, drafts in two pages and at two desks, filters over a table that stands still, a session that nobody uses.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, ADDRESS, ask, openPage, settled, speaks, until } from "./harness.mjs";

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

const file = (model) => `models/MU/${model}.yaml`;
const AUTHOR = "model-author-2"; // whose draft nobody else writes meanwhile

// Of a long text only the lines in sight are drawn.
async function goToTheEnd(page) {
  await page.bringToFront();
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
}

async function writeAtTheEnd(page, text) {
  await goToTheEnd(page);
  await page.keyboard.type(text);
}

async function endsWith(page, text) {
  await page.locator(".cm-content").waitFor();
  await until(async () => {
    await goToTheEnd(page);
    return (await page.locator(".cm-content").innerText()).includes(text);
  });
}

const saved = (page) => page.locator('[data-saving="saved"]').filter({ hasText: /已保存 \d\d:\d\d$/ });

async function keptOf(who, kind, name) {
  const { status, body } = await ask(who, "GET", `/v1/me/kept/${kind}/${name}`);
  return status === 200 ? { ...body, value: JSON.parse(body.text) } : null;
}

async function nothingKept(who, kind, name) {
  const kept = await keptOf(who, kind, name);
  if (kept !== null) {
    await ok(who, "DELETE", `/v1/me/kept/${kind}/${name}?version=${kept.version}`);
  }
}

test("two pages of the editor write into one draft", { timeout: 180_000 }, async () => {
  await nothingKept(AUTHOR, "model_draft", "pack");
  const { page, context, troubles } = await openPage(AUTHOR, `/drafts?file=${encodeURIComponent(file("M-MU-01-A"))}`);
  const other = await context.newPage();
  await other.goto(`${ADDRESS}/console/drafts?file=${encodeURIComponent(file("M-MU-02-A"))}`);
  await other.locator(".cm-content").waitFor();
  await writeAtTheEnd(page, "# one");
  await other.getByText("已修改的文件（1）").waitFor(); // told by the browser
  await writeAtTheEnd(other, "# two");
  await page.getByText("已修改的文件（2）").waitFor();
  await saved(other).waitFor();
  const kept = (await keptOf(AUTHOR, "model_draft", "pack")).value;
  assert.deepEqual(Object.keys(kept.files).sort(), [file("M-MU-01-A"), file("M-MU-02-A")]);
  assert.match(kept.files[file("M-MU-01-A")], /# one$/);
  assert.match(kept.files[file("M-MU-02-A")], /# two$/);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a draft goes on at another desk, and is nobody else's", { timeout: 240_000 }, async () => {
  await nothingKept(AUTHOR, "model_draft", "pack");
  const path = `/drafts?file=${encodeURIComponent(file("M-MU-01-A"))}`;
  const here = await openPage(AUTHOR, path);
  await here.page.getByText("修改会自动保存到服务器").waitFor();
  await writeAtTheEnd(here.page, "# 在这里写的");
  await saved(here.page).waitFor();
  // Another browser of the same person.
  const there = await openPage(AUTHOR, path, { language: "en", look: "dark", refusals: [409] });
  await endsWith(there.page, "# 在这里写的");
  await there.page.getByText("Changed files (1)").waitFor();
  await there.page.getByText(/^Saved \d\d:\d\d$/).waitFor();
  await accessible(there.page);
  await speaks(there.page, "en");
  // Another person.
  const stranger = await openPage("model-author", path);
  await stranger.page.getByText(/修改会自动保存到服务器|已保存/).waitFor();
  await stranger.page.locator(".cm-content").filter({ hasText: "M-MU-01-A" }).waitFor();
  await goToTheEnd(stranger.page);
  assert.doesNotMatch(await stranger.page.locator(".cm-content").innerText(), /在这里写的/);
  assert.doesNotMatch((await ask("model-author", "GET", "/v1/me/kept/model_draft/pack")).body.text ?? "", /在这里写的/);
  assert.deepEqual(stranger.troubles, []);
  await stranger.context.close();
  // Both change different files: that goes together by itself.
  await there.page.goto(`${ADDRESS}/console/drafts?file=${encodeURIComponent(file("M-MU-02-A"))}`);
  await writeAtTheEnd(there.page, "# written there");
  await until(async () => Object.keys((await keptOf(AUTHOR, "model_draft", "pack")).value.files).length === 2);
  await writeAtTheEnd(here.page, "，又写了");
  await until(async () => /又写了$/.test((await keptOf(AUTHOR, "model_draft", "pack")).value.files[file("M-MU-01-A")]));
  await here.page.getByText("已修改的文件（2）").waitFor();
  assert.match((await keptOf(AUTHOR, "model_draft", "pack")).value.files[file("M-MU-02-A")], /# written there$/);
  // Both change the same file: the person is asked, and nothing is lost before he has said.
  await writeAtTheEnd(there.page, "!");
  await until(async () => /# written there!$/.test((await keptOf(AUTHOR, "model_draft", "pack")).value.files[file("M-MU-02-A")]));
  await here.page.route("**/v1/me/kept**", (route) => route.abort()); // he is away meanwhile
  await here.page.getByRole("button", { name: file("M-MU-02-A"), exact: true }).click();
  await endsWith(here.page, "# written there");
  await writeAtTheEnd(here.page, " 本机的");
  await here.page.getByText(/未保存：连接不上服务器/).waitFor();
  await writeAtTheEnd(there.page, "!!");
  await until(async () => /# written there!!!$/.test((await keptOf(AUTHOR, "model_draft", "pack")).value.files[file("M-MU-02-A")]));
  await here.page.unroute("**/v1/me/kept**");
  await here.page.getByRole("button", { name: "立即重试" }).click().catch(() => undefined); // it may have been tried by itself
  await here.page.getByText(/另一处（.*）也改了同样的内容/).waitFor();
  await accessible(here.page);
  await speaks(here.page, "zh");
  assert.match(await here.page.locator(".cm-content").innerText(), /本机的/);
  await here.page.getByRole("button", { name: "保留本机的" }).click();
  await saved(here.page).waitFor();
  assert.match((await keptOf(AUTHOR, "model_draft", "pack")).value.files[file("M-MU-02-A")], /本机的$/);
  // The other desk follows when somebody looks at it again, and what is given up goes there too.
  await there.page.reload();
  await endsWith(there.page, "本机的");
  await here.page.getByRole("button", { name: "放弃全部修改" }).click();
  await here.page.locator(".ant-popconfirm .ant-btn-primary").click();
  await until(async () => (await keptOf(AUTHOR, "model_draft", "pack")) === null);
  assert.deepEqual(there.troubles, []);
  assert.deepEqual(here.troubles.filter((trouble) => !trouble.includes("/v1/me/kept")), []);
  await here.context.close();
  await there.context.close();
});

test("what a browser had kept alone goes to the server once; where the server keeps nothing, the browser does", { timeout: 180_000 }, async () => {
  await nothingKept(AUTHOR, "model_draft", "pack");
  const text = `${(await ok(AUTHOR, "GET", `/v1/pack/files/${file("M-MU-01-A")}`)).text}# 从前写的\n`;
  const { catalogue } = await ok(AUTHOR, "GET", "/v1/pack/files");
  const old = await openPage(AUTHOR, "/models");
  await old.page.evaluate(([draft, who]) => localStorage.setItem(`qiantang.draft.${who}`, JSON.stringify(draft)), [{ catalogue, files: { [file("M-MU-01-A")]: text } }, AUTHOR]);
  await old.page.goto(`${ADDRESS}/console/drafts`);
  await old.page.getByText("已修改的文件（1）").waitFor();
  await saved(old.page).waitFor();
  assert.deepEqual((await keptOf(AUTHOR, "model_draft", "pack")).value, { catalogue, files: { [file("M-MU-01-A")]: text } });
  assert.equal(await old.page.evaluate((who) => localStorage.getItem(`qiantang.draft.${who}`), AUTHOR), null);
  assert.deepEqual(old.troubles, []);
  await old.context.close();
  await nothingKept(AUTHOR, "model_draft", "pack");
  const { page, context } = await openPage(AUTHOR, "/models");
  await page.route("**/v1/me/kept**", (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: JSON.stringify({ type: "/problems/response_off", title: "Alerts are not kept here", status: 404, detail: "off", code: "response_off" }) }));
  await page.goto(`${ADDRESS}/console/drafts?file=${encodeURIComponent(file("M-MU-01-A"))}`);
  await page.getByText(/只保存在本浏览器/).waitFor();
  await writeAtTheEnd(page, "# 只在这里");
  await page.getByText("已修改的文件（1）").waitFor();
  await page.reload();
  await endsWith(page, "# 只在这里");
  await page.getByText(/只保存在本浏览器/).waitFor();
  assert.equal(await keptOf(AUTHOR, "model_draft", "pack"), null);
  await context.close();
});

test("views of a table are at every desk of their person", { timeout: 180_000 }, async () => {
  await nothingKept("analyst-2", "view", "alerts");
  const here = await openPage("analyst-2", "/alerts?open=true&severity=S3");
  await here.page.getByRole("button", { name: "视图" }).click();
  await here.page.getByLabel("视图名称").fill("高危未结");
  await here.page.getByRole("button", { name: "保存", exact: true }).click();
  await saved(here.page).waitFor();
  assert.equal((await keptOf("analyst-2", "view", "alerts")).value["高危未结"].severity, "S3");
  const there = await openPage("analyst-2", "/alerts");
  await there.page.getByRole("button", { name: "视图" }).click();
  await there.page.getByRole("menuitem", { name: "高危未结", exact: true }).click();
  await there.page.waitForURL(/severity=S3/);
  const stranger = await openPage("analyst-1", "/alerts");
  await stranger.page.getByRole("button", { name: "视图" }).click();
  await stranger.page.locator("[data-saving=saved]").waitFor();
  assert.equal(await stranger.page.getByRole("menuitem", { name: "高危未结", exact: true }).count(), 0);
  await there.page.getByRole("button", { name: "视图" }).click();
  await there.page.getByRole("menuitem", { name: "删除视图：高危未结" }).click();
  await until(async () => (await keptOf("analyst-2", "view", "alerts")) === null);
  for (const { context, troubles } of [here, there, stranger]) {
    assert.deepEqual(troubles, []);
    await context.close();
  }
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
