// Models: the catalogue and one model against the API, which hit together, and the whole way of a draft: written with a mistake, mended, played, brought, tried, proposed by its author, approved by another person, released,
// given a canary share, and gone back from. The draft changes a comment and a version, so that no decision differs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { accessible, ADDRESS, ask, openPage, screenTest, settled, speaks, until } from "./harness.mjs";

const MODEL = "M-MU-01-A";
const FILE = `models/MU/${MODEL}.yaml`;

screenTest("the catalogue of models", "model-author", "/models", async ({ page }) => {
  const { body } = await ask("model-author", "GET", "/v1/models");
  await page.getByText(`共 ${body.models.length} 个模型`).waitFor();
  await page.getByRole("searchbox", { name: "搜索编号或名称" }).fill(MODEL);
  await page.keyboard.press("Enter");
  await page.waitForURL(/search=M-MU-01-A/);
  await page.getByText("已显示 1 条").waitFor();
  const row = page.getByRole("row").filter({ hasText: MODEL });
  const model = body.models.find((one) => one.model === MODEL);
  assert.match(await row.innerText(), new RegExp(model.zh));
  assert.match(await row.innerText(), /涉诈账户/);
  await row.getByRole("link", { name: MODEL }).click();
  await page.waitForURL(/\/models\/M-MU-01-A$/);
  await settled(page);
  await page.getByRole("heading", { level: 1 }).filter({ hasText: MODEL }).waitFor();
});

screenTest("one model as it was understood", "auditor", `/models/${MODEL}`, async ({ page }) => {
  const { body } = await ask("auditor", "GET", `/v1/models/${MODEL}`);
  for (const parameter of body.parameters) {
    await page.getByRole("cell", { name: `p.${parameter.parameter}` }).waitFor();
  }
  assert.match(await page.locator("#content, main").first().innerText(), /f\.acct_outin_ratio_30m/);
  assert.equal(await page.getByRole("button", { name: "变更状态" }).count(), 0); // an auditor looks
  assert.equal(await page.getByRole("button", { name: "立即停用" }).count(), 0);
});

screenTest("models that hit together", "model-approver", "/overlap", async ({ page }) => {
  const { body } = await ask("model-approver", "GET", "/v1/models/overlap?days=30");
  assert.ok(body.models.length > 0 && body.pairs.length > 0);
  await page.getByText(`${body.models.length} 个模型`, { exact: false }).first().waitFor();
  const most = body.pairs[0];
  const row = page.getByRole("row").filter({ hasText: most.first }).filter({ hasText: most.second }).first();
  await row.waitFor();
});

screenTest("the list of releases", "model-approver", "/releases", async ({ page }) => {
  const { body } = await ask("model-approver", "GET", "/v1/releases");
  const now = body.releases.find((one) => one.state === "released");
  const row = page.getByRole("row").filter({ hasText: now.name });
  assert.match(await row.innerText(), /生效中/);
});

async function confirm(page, note) {
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("说明").fill(note);
  await dialogue.getByRole("button", { name: "确定" }).click();
  await dialogue.waitFor({ state: "hidden", timeout: 60_000 });
}

// The whole text, as somebody pastes it.
async function edit(page, text) {
  const editor = page.locator(".cm-content");
  await editor.waitFor();
  await editor.click();
  await page.keyboard.press("Control+a");
  await editor.evaluate((node, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    node.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

test("the way of a draft, from a mistake to going back", { timeout: 400_000 }, async () => {
  const before = (await ask("model-author", "GET", "/v1/releases")).body.releases.find((one) => one.state === "released").name;
  const text = (await ask("model-author", "GET", `/v1/pack/files/${FILE}`)).body.text;
  const mended = `${text.replace(/^version: 1$/m, "version: 2")}# ${Date.now()}\n`; // no other run has brought it
  assert.notEqual(mended, text);
  const wrong = mended.replace("f.acct_tin_sum_30m >=", "f.acct_tin_summ_30m >=");
  const line = wrong.split("\n").findIndex((one) => one.includes("f.acct_tin_summ_30m")) + 1;

  const { page, context, troubles } = await openPage("model-author", `/drafts?file=${encodeURIComponent(FILE)}`);
  await page.locator(".cm-content").waitFor();
  await accessible(page);
  await speaks(page, "zh");

  await edit(page, wrong);
  await page.getByText("EX010").waitFor({ timeout: 30_000 });
  await page.getByRole("button", { name: `第 ${line} 行` }).waitFor();
  await page.getByText("f.acct_tin_sum_30m", { exact: false }).first().waitFor(); // the compiler's hint
  assert.ok(await page.getByRole("button", { name: "提交为发布草稿" }).isDisabled());

  await edit(page, mended);
  await page.getByText("编译通过").first().waitFor({ timeout: 30_000 });
  await page.getByRole("tab", { name: "测试台" }).click();
  const checked = (await ask("model-author", "POST", "/v1/drafts/check", { files: { [FILE]: mended } })).body;
  const passed = checked.models[0].tests.filter((one) => one.passed).length;
  assert.equal(passed, checked.models[0].tests.length);
  await page.getByText(`${MODEL}：${passed} 个通过，0 个未通过`).waitFor();
  await accessible(page);

  await page.getByRole("tab", { name: "修改对比" }).click();
  await page.getByText("+ version: 2").waitFor();

  await page.getByRole("tab", { name: "阈值试算" }).click();
  await page.getByRole("button", { name: "试算", exact: true }).click();
  await page.getByRole("columnheader", { name: "已定性命中的准确率" }).waitFor({ timeout: 60_000 });

  await page.getByRole("button", { name: "提交为发布草稿" }).click();
  await confirm(page, "test: a version alone");
  await page.waitForURL(/\/releases\/bank-1-[0-9a-f]+$/, { timeout: 60_000 });
  const name = page.url().split("/").pop();
  await settled(page);

  await page.getByRole("button", { name: "试跑" }).click();
  await page.getByText(/笔交易中 0 笔处置不同/).waitFor({ timeout: 120_000 });
  await page.getByText(FILE).first().waitFor(); // of the files that differ
  await page.getByText("+ version: 2").waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "提议发布" }).click();
  await confirm(page, "please look");
  await page.getByText("待批准").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "批准", exact: true }).count(), 0); // not his to approve
  const refused = await ask("model-author", "POST", `/v1/releases/${name}/approve`, {});
  assert.equal(refused.status, 403);
  assert.deepEqual(troubles, []);

  const other = await openPage("model-approver", `/releases/${name}`);
  await other.page.getByRole("button", { name: "批准", exact: true }).click();
  await confirm(other.page, "looked at");
  await other.page.getByRole("button", { name: "发布生效" }).click();
  await confirm(other.page, "");
  await other.page.getByText("生效中").first().waitFor({ timeout: 60_000 });
  assert.equal((await ask("model-author", "GET", `/v1/models/${MODEL}`)).body.version, 2);

  // A share of the customers: the author makes the draft of the status, the other lets it go.
  await page.goto(page.url().replace(/\/releases\/.*$/, `/models/${MODEL}`));
  await settled(page);
  await page.getByRole("button", { name: "变更状态" }).click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("新状态").click();
  await page.getByTitle("灰度").click();
  await dialogue.getByLabel("灰度比例（%）").fill("10");
  await dialogue.getByLabel("划分字段").fill("cust_id"); // by the keyboard: what is chosen at first lies above the field
  await page.locator(".ant-select-item-option[title='cust_id']").click();
  await confirm(page, "a tenth of the customers first");
  await page.waitForURL(/\/releases\/bank-1-[0-9a-f]+$/, { timeout: 60_000 });
  const share = page.url().split("/").pop();
  await settled(page);
  await page.getByRole("button", { name: "提议发布" }).click();
  await confirm(page, "");
  await page.getByText("待批准").first().waitFor();
  for (const deed of ["approve", "release"]) {
    assert.equal((await ask("model-approver", "POST", `/v1/releases/${share}/${deed}`, {})).status, 200);
  }
  assert.deepEqual((await ask("auditor", "GET", `/v1/models/${MODEL}`)).body.canary, { percent: 10, by: "cust_id" });
  await other.page.goto(other.page.url().replace(/\/releases\/.*$/, `/models/${MODEL}`));
  await other.page.getByText("对 10 % 生效，按 cust_id 划分").waitFor();

  // And back, twice.
  await other.page.goto(other.page.url().replace(/\/models\/.*$/, "/releases"));
  await settled(other.page);
  await other.page.getByRole("button", { name: "回退到上一个发布" }).click();
  await confirm(other.page, "test: back");
  await other.page.getByRole("row").filter({ hasText: name }).getByText("生效中").waitFor({ timeout: 60_000 });
  assert.equal((await ask("model-approver", "POST", "/v1/releases/rollback", { note: "test: back" })).status, 200);
  const after = (await ask("model-author", "GET", "/v1/releases")).body.releases.find((one) => one.state === "released").name;
  assert.equal(after, before);
  assert.deepEqual(other.troubles, []);
  assert.deepEqual(troubles, []);
  await context.close();
  await other.context.close();
});

// The bank's last records once more, under other names and with the times of now.
async function goOn(count) {
  const { key } = (await ask("administrator", "POST", "/v1/keys", { system: `feed-${Date.now()}`, scopes: ["events:write"], days: 1 })).body;
  const lines = readFileSync(join(process.env.QT_FOLDER, "bank", "events.ndjson"), "utf8").trimEnd().split("\n").slice(-count);
  const records = lines.map((line) => JSON.parse(line)).filter((record) => record.event_id !== undefined);
  const again = records.map((record) => JSON.stringify({ ...record, event_id: `${record.event_id}-again`, event_time: Date.now(), ...(record.orig_event_id === undefined ? {} : { orig_event_id: `${record.orig_event_id}-again` }) }));
  const answer = await fetch(`${ADDRESS}/v1/records`, { method: "POST", headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/x-ndjson" }, body: `${again.join("\n")}\n` });
  assert.equal(answer.status, 200);
}

test("what models cost: the dearest first, and how it is measured (model-author)", { timeout: 120_000 }, async () => {
  await goOn(2000); // counts begin anew with each release
  await until(async () => (await ask("model-author", "GET", "/v1/models")).body.costs.decisions > 10);
  const { page, context, troubles } = await openPage("model-author", "/models?order=cost");
  const { costs, models } = (await ask("model-author", "GET", "/v1/models")).body;
  assert.ok(costs.decisions > 10 && costs.one_in === 127 && costs.models_share > 0 && costs.models_share < 1, JSON.stringify(costs));
  const timed = models.filter((one) => one.cost.median_ns !== null).sort((one, other) => other.cost.median_ns - one.cost.median_ns);
  assert.ok(timed.length > 10 && timed[0].cost.share > 0);
  const first = page.locator("tbody tr.ant-table-row").first();
  await first.waitFor();
  const id = (await first.getByRole("link").first().innerText()).trim();
  assert.equal(models.find((one) => one.model === id).cost.median_ns, timed[0].cost.median_ns);
  await first.getByText(new Intl.NumberFormat("zh-CN").format(timed[0].cost.median_ns), { exact: true }).first().waitFor();
  await page.goto(`${ADDRESS}/console/models/${id}`);
  await page.getByRole("heading", { name: "模型耗时" }).waitFor();
  await page.getByText(/每 127 笔决策抽一笔计时/).waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});
