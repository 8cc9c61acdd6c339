// The bulletin and the report of a shift: shown as the program prints them, taken away as PDF, written by an editor.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { ask, openPage, screenTest, settled, shownAndTold } from "./harness.mjs";

const counted = (number) => new Intl.NumberFormat("zh-CN").format(number);
const MONTH = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now()).slice(0, 7);

async function paperIn(page, title) {
  const frame = await (await page.locator(`iframe[title="${title}"]`).elementHandle()).contentFrame();
  await frame.waitForSelector("h2");
  return frame;
}

screenTest("bulletin", "department-head", `/reports/bulletin?month=${MONTH}`, async ({ page }) => {
  const [shown, [listed, refused]] = await shownAndTold(page, () => page.locator("[data-counted]").innerText(), async () => {
    const { body } = await ask("department-head", "GET", `/v1/cockpit/bulletin?month=${MONTH}&format=json`);
    return [body.told, body.refused];
  });
  assert.equal(shown, `列示 ${counted(listed)} 项指标，不予列示 ${counted(refused)} 项`);
  const frame = await paperIn(page, `${MONTH} 通报预览`);
  assert.match(await frame.locator("body").innerText(), /一、总体情况/);
  assert.equal(await page.locator("iframe").getAttribute("sandbox"), "");
  // A paper is seen as it is printed: its styles are there.
  assert.equal(await frame.locator("table").first().evaluate((one) => getComputedStyle(one).borderCollapse), "collapse");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载 PDF" }).click();
  const file = await downloading;
  assert.equal(file.suggestedFilename(), `bulletin-${MONTH}-zh.pdf`);
  assert.equal((await readFile(await file.path())).subarray(0, 5).toString(), "%PDF-");
});

screenTest("the sentence and its figures", "director", `/reports/bulletin?month=${MONTH}&tab=sentence`, async ({ page }) => {
  const [shown, told] = await shownAndTold(page, () => page.locator("[data-sentence]").innerText(), async () => {
    const { sentence, figures } = (await ask("director", "GET", `/v1/cockpit/sentence?from=${Date.parse(`${MONTH}-01T00:00:00+08:00`)}`)).body;
    return { sentence, figures };
  });
  assert.equal(shown, told.sentence);
  const rows = page.locator("tbody tr.ant-table-row");
  assert.equal(await rows.count(), told.figures.length);
  for (const [at, figure] of told.figures.entries()) {
    const text = await rows.nth(at).innerText();
    assert.match(text, /cockpit_\w+_figure/);
    if (figure.refused !== undefined) {
      assert.ok(text.includes(figure.why_zh), text);
    }
    assert.match(await rows.nth(at).getByRole("link").getAttribute("href"), new RegExp(`/console/cockpit/figures/${figure.figure}\\?from=\\d+`));
  }
  // Fewer clauses, fewer figures.
  await page.getByLabel("资金").uncheck();
  await settled(page);
  const fewer = (await ask("director", "GET", `/v1/cockpit/sentence?from=${Date.parse(`${MONTH}-01T00:00:00+08:00`)}&clauses=ALERTS,AUTOMATIC,VICTIMS,REFERRED`)).body;
  await page.waitForFunction((wanted) => document.querySelectorAll("tbody tr.ant-table-row").length === wanted, fewer.figures.length);
});

screenTest("an editor's texts", "shift-leader", "/reports/bulletin?month=2026-01&tab=texts", async ({ page }) => {
  await page.getByRole("button", { name: "新增文字" }).click();
  const dialog = page.getByRole("dialog");
  const number = 7;
  await dialog.getByLabel("序号").fill(String(number));
  await dialog.getByLabel("小标题").fill("劝阻");
  await dialog.getByLabel("文字").fill("本月劝阻受害客户 12 人。");
  await dialog.getByRole("button", { name: "保存" }).click();
  await page.locator(".ant-notification-notice").waitFor(); // a number that is typed in is refused
  await dialog.getByLabel("文字").fill("本月劝阻受害客户 {figure:victims_saved}。");
  await dialog.getByRole("button", { name: "保存" }).click();
  await page.getByText("本月劝阻受害客户 {figure:victims_saved}。").first().waitFor();
  const kept = (await ask("shift-leader", "GET", "/v1/cockpit/texts?month=2026-01")).body.texts.find((one) => one.number === number);
  assert.equal(kept.text, "本月劝阻受害客户 {figure:victims_saved}。");
  assert.equal(kept.made_by, "shift-leader");
  const row = page.locator("tbody tr.ant-table-row", { hasText: "劝阻" });
  await row.getByRole("button", { name: "删除" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
  await page.waitForFunction(() => ![...document.querySelectorAll("tbody tr.ant-table-row")].some((one) => one.textContent.includes("劝阻")));
  assert.ok(!(await ask("shift-leader", "GET", "/v1/cockpit/texts?month=2026-01")).body.texts.some((one) => one.number === number));
}, { refusals: [400, 409, 422] });

test("who may not write has no editor", async () => {
  const { page, context, troubles } = await openPage("director", `/reports/bulletin?month=${MONTH}&tab=texts`);
  await page.getByRole("tab", { name: "编辑文字" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "新增文字" }).count(), 0);
  await context.close();
  assert.deepEqual(troubles, []);
});

screenTest("report of a shift", "shift-leader", "/reports/daily", async ({ page }) => {
  const told = (await ask("shift-leader", "GET", "/v1/cockpit/daily?format=json")).body;
  const shown = await page.locator("[data-counted]").innerText();
  assert.equal(Number(/列示 (\d+)/.exec(shown)[1]) + Number(/不予列示 (\d+)/.exec(shown)[1]), told.told + told.refused);
  await page.getByLabel("班次").fill("夜班");
  await page.keyboard.press("Enter");
  await settled(page);
  await page.waitForFunction(() => document.querySelector("iframe")?.src.includes("shift="));
  const frame = await paperIn(page, "值班日报预览");
  assert.match(await frame.locator("body").innerText(), /夜班/);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载 PDF" }).click();
  assert.match((await downloading).suggestedFilename(), /^shift-\d{4}-\d{2}-\d{2}-zh\.pdf$/);
});

test("reports are not open to an administrator", async () => {
  for (const path of ["/reports/bulletin", "/reports/daily"]) {
    const { page, context } = await openPage("administrator", path);
    await page.getByText("没有权限").waitFor();
    await context.close();
  }
});
