// The work bench: the desk, the list and what is done to several at once, and one alert from taking it to its end.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { transform } from "esbuild";

import { accessible, ask, openPage, screenTest, settled, speaks, until } from "./harness.mjs";

// Whoever is on the bench waits until it is there before he presses keys.
async function bench(page, alert) {
  await page.getByRole("heading", { name: String(alert) }).waitFor();
  await page.getByRole("toolbar").getByRole("button").first().waitFor();
  await settled(page);
}

// A dialog that has done its deed is gone; until then keys are its own.
const gone = (page) => page.getByRole("dialog").waitFor({ state: "hidden" });

// An open alert that nobody has, of this severity and of the skill of analysts, and that no other test has taken.
const taken = new Set();
async function waiting(who, query) {
  const { body: desk } = await ask(who, "GET", "/v1/desk");
  const { body } = await ask(who, "GET", `/v1/alerts?open=true&limit=400&skill=FRAUD&${query}`);
  const row = body.alerts.reverse().find((one) => one.owner === null && ["QUEUED", "ESCALATED"].includes(one.state) && one.account !== null && one.level <= desk.desk.level && !taken.has(one.alert));
  assert.ok(row, `no alert waits with ${query}`);
  taken.add(row.alert);
  return row;
}

async function claimed(who, query) {
  const row = await waiting(who, query);
  const answer = await ask(who, "POST", `/v1/alerts/${row.alert}/claim`, {});
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.alert;
}

screenTest("the desk of an analyst", "analyst-1", "/desk", async ({ page }) => {
  const { body: desk } = await ask("analyst-1", "GET", "/v1/desk");
  const { body: queues } = await ask("analyst-1", "GET", "/v1/queues");
  const { body: words } = await ask("analyst-1", "GET", "/v1/disposition");
  await page.getByRole("heading", { name: "我的工作台" }).waitFor();
  const text = await page.locator("#content").innerText();
  assert.match(text, /反欺诈/);
  assert.equal(desk.desk.on_duty, await page.getByRole("switch", { name: "在岗状态" }).isChecked());
  const skill = queues.waiting[0].skill;
  assert.ok(words.skills.some((one) => one.skill === skill));
  assert.ok(words.names.length > 0 && words.names.every((one) => one.zh !== "" || one.en !== "")); // of fields, filters, features, columns
  assert.ok(["event.", "is.", "f.", "prof."].every((kind) => words.names.some((one) => one.name.startsWith(kind))));
  await page.getByRole("heading", { name: "排队情况" }).waitFor();
  // Nobody but a shift leader sets desks.
  assert.equal(await page.getByRole("heading", { name: "值班人员" }).count(), 0);
  // `x` takes the next one, and it is his.
  await page.keyboard.press("x");
  await page.waitForURL(/\/alerts\/\d+$/);
  const alert = Number(page.url().split("/").at(-1));
  taken.add(alert);
  await page.getByText("经办：analyst-1").waitFor();
  assert.equal((await ask("analyst-1", "GET", `/v1/alerts/${alert}`)).body.row.owner, "analyst-1");
  // `?` lists the keys of the screen.
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("定性", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  // Off duty and on again.
  await page.getByRole("menuitem", { name: "我的工作台" }).click();
  const duty = page.getByRole("switch", { name: "在岗状态" });
  const isOnDuty = async () => (await ask("analyst-1", "GET", "/v1/desk")).body.desk.on_duty;
  await duty.click();
  await until(async () => !(await isOnDuty()));
  await page.locator('[role=switch][aria-label="在岗状态"][aria-checked=false]:not(.ant-switch-loading)').waitFor();
  await accessible(page);
  await duty.click();
  await until(isOnDuty);
  await ask("analyst-1", "POST", `/v1/alerts/${alert}/hand_back`, {});
});

screenTest("the desk of a shift leader", "shift-leader", "/desk", async ({ page }) => {
  await page.getByRole("heading", { name: "值班人员" }).waitFor();
  const { body } = await ask("shift-leader", "GET", "/v1/desks");
  for (const desk of body.desks) {
    await page.getByRole("button", { name: `设置 ${desk.person} 的岗位` }).waitFor();
  }
  await page.getByRole("button", { name: "设置 security-operator 的岗位" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("机构").fill("0301001");
  await dialog.getByRole("button", { name: "保存" }).click();
  await page.getByText("岗位已更新").waitFor();
  const after = (await ask("shift-leader", "GET", "/v1/desks")).body.desks.find((desk) => desk.person === "security-operator");
  assert.equal(after.branch, "0301001");
  assert.deepEqual(after.skills, ["SECURITY"]);
  await ask("shift-leader", "PUT", "/v1/desks/security-operator", { branch: "" });
});

test("an alert is taken, worked on and decided", { timeout: 240_000 }, async () => {
  const row = await waiting("analyst-1", "severity=S3&group=VP");
  for (const [language, look] of [["en", "dark"], ["zh", "light"]]) {
    const { page, context, troubles } = await openPage("analyst-1", `/alerts/${row.alert}`, { language, look, refusals: [404] });
    await bench(page, row.alert);
    await accessible(page);
    await speaks(page, language);
    if (language === "zh") {
      const { body: whole } = await ask("analyst-1", "GET", `/v1/alerts/${row.alert}`);
      // Why, in words, and what each model saw.
      const content = await page.locator("#content").innerText();
      for (const reason of whole.strongest) {
        assert.ok(content.includes(reason.zh), reason.zh);
        assert.ok(content.includes(reason.model));
      }
      // Beside what it saw, what it holds that against.
      const beside = [];
      for (const { model, version, saw } of whole.evidence.filter((hit) => whole.strongest.some((reason) => reason.model === hit.model))) {
        const { body: text } = await ask("analyst-1", "GET", `/v1/models/${model}`);
        beside.push(...(text.version === version ? text.parameters : []).filter(({ parameter, compared }) => `p.${parameter}` in saw && compared.some(({ expression }) => expression in saw)).map(({ parameter }) => [model, parameter, saw[`p.${parameter}`]]));
      }
      assert.ok(beside.length > 0);
      for (const [model, parameter, threshold] of beside) {
        const shown = page.locator("#content li").filter({ hasText: model }).locator(`dd [title="p.${parameter}"]`).first();
        assert.match(await shown.innerText(), new RegExp(`^ ?[<>=≤≥≠] ${Intl.NumberFormat("zh-CN", { maximumFractionDigits: 3 }).format(threshold)}$`), `${model} ${parameter}`);
      }
      assert.ok(content.includes(row.subject));
      assert.equal(await page.getByRole("button", { name: /^定性/ }).count(), 0); // it is nobody's yet
      await page.keyboard.press("c");
      await page.getByText("经办：analyst-1").waitFor();
      await page.keyboard.press("v");
      await page.getByText("核实中").first().waitFor();
      // A note.
      await page.keyboard.press("m");
      await page.getByRole("dialog").getByLabel("备注").fill("致电一次，无人接听");
      await page.keyboard.press("Escape"); // what is written does not go by a key
      assert.equal(await page.getByRole("dialog").getByLabel("备注").inputValue(), "致电一次，无人接听");
      await page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
      await page.getByText("备注已保存").waitFor();
      await gone(page);
      // A call by the script, with what he answers.
      await page.keyboard.press("q");
      const drawer = page.getByRole("dialog");
      const { body: script } = await ask("analyst-1", "GET", `/v1/alerts/${row.alert}/scripts/${whole.script}`);
      await drawer.getByText(script.lines[0].zh).waitFor();
      await accessible(page);
      await drawer.getByRole("combobox", { name: "自认被骗" }).click();
      await page.locator(".ant-select-dropdown:visible").getByText("是", { exact: true }).click();
      await drawer.getByRole("button", { name: "保存答复" }).click();
      await page.getByText("答复已记录").waitFor();
      await gone(page);
      const { body: answered } = await ask("analyst-1", "GET", `/v1/alerts/${row.alert}`);
      assert.deepEqual(answered.tasks.find((task) => task.channel === "HUMAN_CALL" && task.state === "ANSWERED").answer, { deceived: true });
      await page.getByText("自认被骗: 是").first().waitFor();
      // A mark.
      await page.getByRole("button", { name: "更多" }).click();
      await page.getByRole("menuitem", { name: /标记/ }).click();
      await page.getByRole("dialog").getByRole("combobox", { name: "标记" }).click();
      await page.locator(".ant-select-dropdown:visible").getByText("客户投诉").click();
      await page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
      await page.getByText("已标记").waitFor();
      await gone(page);
      // The outcome.
      await page.keyboard.press("d");
      const decide = page.getByRole("dialog");
      await decide.getByRole("radio", { name: /受害人劝阻成功/ }).check();
      await decide.getByText("提交后立即关闭").waitFor();
      await accessible(page);
      await decide.getByLabel("备注").fill("客户承认受骗，已劝阻");
      await decide.getByRole("button", { name: "提交定性" }).click();
      await page.getByText("人工关闭").first().waitFor();
      const { body: closed } = await ask("analyst-1", "GET", `/v1/alerts/${row.alert}`);
      assert.equal(closed.row.code, "TP-VICTIM-SAVED");
      assert.equal(closed.row.state, "CLOSED_MANUAL");
      assert.deepEqual(closed.row.marks, ["COMPLAINT"]);
      // The trace has it all, and is whole.
      await page.getByRole("tab", { name: "办理轨迹" }).click();
      await page.getByText("轨迹完整，未被改动").waitFor();
      await page.getByText("致电一次，无人接听").waitFor();
      for (const tab of [/全部命中/, /策略运行/, /关联预警/, "资金流向"]) {
        await page.getByRole("tab", { name: tab }).click();
        await settled(page);
        await accessible(page);
      }
    }
    assert.deepEqual(troubles, []);
    await context.close();
  }
});

test("an S4 that is decided as no fraud waits for another person", { timeout: 240_000 }, async () => {
  // What nobody takes for some minutes goes up to the shift leaders; then one of them decides, and another approves.
  const { body: queues } = await ask("analyst-2", "GET", "/v1/queues");
  const who = queues.waiting.some((one) => one.skill === "FRAUD" && one.severity === "S4" && one.level === 0) ? "analyst-2" : "shift-leader-2";
  const row = await claimed(who, "severity=S4&group=VP");
  const control = await ask(who, "POST", "/v1/controls", {
    measure: "LIMIT_NON_COUNTER",
    target_kind: "account",
    target: row.account,
    amount: 500_000,
    alert: row.alert,
    basis: "R-108",
    reason: "测试：限额",
    hours: 72,
    notice: "NOTICE-LIMIT-LOWERED",
  });
  assert.ok(control.status < 300, JSON.stringify(control.body));
  const analyst = await openPage(who, `/alerts/${row.alert}`, { refusals: [404] });
  await bench(analyst.page, row.alert);
  await analyst.page.keyboard.press("d");
  const decide = analyst.page.getByRole("dialog");
  await decide.getByRole("radio", { name: /本人真实意愿/ }).check();
  await decide.getByText("需要另一人复核后才生效：S4 级预警放行交易或管控").waitFor();
  await decide.getByLabel("备注").fill("本人到网点确认，为子女购房款");
  await decide.getByRole("button", { name: "提交定性" }).click();
  await analyst.page.getByText("已定性，等待他人复核").waitFor();
  await analyst.page.getByText(`${who} 定性为“本人真实意愿 FP-OWNWILL”，等待复核`).waitFor();
  assert.equal(await analyst.page.getByRole("button", { name: /复核通过/ }).count(), 0);
  assert.deepEqual(analyst.troubles, []);
  await analyst.context.close();

  const leader = await openPage("shift-leader", "/desk", { refusals: [404] });
  await leader.page.getByRole("heading", { name: "等待复核的定性" }).waitFor();
  await leader.page.getByRole("link", { name: String(row.alert), exact: true }).click();
  await leader.page.getByRole("button", { name: /复核通过/ }).waitFor();
  await accessible(leader.page);
  await leader.page.keyboard.press("p");
  await leader.page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
  await leader.page.getByText("复核通过，预警已关闭").waitFor();
  await leader.page.getByText("人工关闭").first().waitFor();
  const { body } = await ask("shift-leader", "GET", `/v1/alerts/${row.alert}`);
  assert.deepEqual([body.row.state, body.row.decided_by, body.row.approved_by], ["CLOSED_MANUAL", who, "shift-leader"]);
  assert.deepEqual(leader.troubles, []);
  await leader.context.close();
});

test("an alert becomes part of a new case, and is handed over", { timeout: 120_000 }, async () => {
  const row = await claimed("analyst-1", "severity=S3");
  const { page, context, troubles } = await openPage("analyst-1", `/alerts/${row.alert}`, { refusals: [404] });
  await bench(page, row.alert);
  await page.keyboard.press("h");
  await page.getByRole("dialog").getByRole("combobox", { name: "移交给" }).fill("analyst-2");
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option-content").getByText(/^analyst-2/).click();
  await page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
  await page.getByText("经办：analyst-2").waitFor();
  await context.close();
  assert.deepEqual(troubles, []);
  const other = await openPage("analyst-2", `/alerts/${row.alert}`, { refusals: [404] });
  await bench(other.page, row.alert);
  await other.page.keyboard.press("l");
  const dialog = other.page.getByRole("dialog");
  await dialog.getByText("新建案件").click();
  await dialog.getByLabel("案件名称").fill(`测试案件 ${row.alert}`);
  await dialog.getByRole("button", { name: "确定" }).click();
  await other.page.getByText("已并入案件").first().waitFor();
  const { body } = await ask("analyst-2", "GET", `/v1/alerts/${row.alert}`);
  assert.ok(body.row.case > 0);
  assert.deepEqual(other.troubles, []);
  await other.context.close();
});

screenTest("the list of alerts, its filters and several at once", "analyst-2", "/alerts", async ({ page }) => {
  const small = await waiting("analyst-2", "severity=S2");
  const { body: same } = await ask("analyst-2", "GET", `/v1/alerts?open=true&limit=200&state=QUEUED&severity=S2&group=${small.group}`);
  const { body: words } = await ask("analyst-2", "GET", "/v1/disposition");
  const group = words.groups.find((one) => one.group === small.group);
  await page.getByRole("combobox", { name: "类别" }).click();
  await page.locator(".ant-select-dropdown:visible").getByText(group.zh, { exact: true }).click();
  await page.waitForURL(new RegExp(`group=${small.group}`));
  await page.getByRole("combobox", { name: "等级" }).click();
  await page.locator(".ant-select-dropdown:visible").getByText("S2", { exact: true }).click();
  await page.waitForURL(/severity=S2/);
  const chosen = same.alerts.filter((row) => row.owner === null && row.level === 0 && row.severity_most === "S2").slice(0, 2);
  for (const row of chosen) {
    taken.add(row.alert);
    await page.getByLabel(`选择 ${row.alert}`).check();
  }
  await page.getByText(`已选 ${chosen.length} 条：${group.zh}`).waitFor();
  assert.ok(await page.getByRole("button", { name: "批量定性" }).isDisabled()); // they are nobody's yet
  await page.getByRole("button", { name: "批量领取" }).click();
  await page.getByRole("button", { name: `办理 ${chosen.length} 条` }).click();
  await page.getByText(`${chosen.length} / ${chosen.length} 条已办，0 条未成`).waitFor();
  await accessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "关闭" }).click();
  for (const row of chosen) {
    assert.equal((await ask("analyst-2", "GET", `/v1/alerts/${row.alert}`)).body.row.owner, "analyst-2");
    await page.getByRole("row", { name: new RegExp(`${row.alert}.*analyst-2`) }).waitFor();
    await page.getByLabel(`选择 ${row.alert}`).check();
  }
  await page.getByRole("button", { name: "批量定性" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: /本人真实意愿/ }).check();
  await page.getByText(`将以同一结论对 ${chosen.length} 条${group.zh}预警定性`).waitFor();
  await page.getByRole("dialog").getByLabel("备注").fill("逐条电话核实，均为本人操作");
  await page.getByRole("button", { name: `确认定性 ${chosen.length} 条` }).click();
  await page.getByText(`${chosen.length} / ${chosen.length} 条已办，0 条未成`).waitFor();
  for (const row of chosen) {
    assert.equal((await ask("analyst-2", "GET", `/v1/alerts/${row.alert}`)).body.row.code, "FP-OWNWILL");
  }
});

test("an auditor reads, and finds nothing to do", { timeout: 120_000 }, async () => {
  const { body } = await ask("auditor", "GET", "/v1/alerts?limit=1");
  const id = body.alerts[0].alert;
  const { page, context, troubles } = await openPage("auditor", `/alerts/${id}`);
  await page.getByText("只读：您的角色不能办理预警").waitFor();
  await settled(page);
  await accessible(page);
  await speaks(page, "zh");
  for (const name of [/^领取/, /^定性/, /^备注/, /^电话核实/, /^下一条/, /复核/, /重新打开/]) {
    assert.equal(await page.getByRole("button", { name }).count(), 0, String(name));
  }
  for (const key of ["c", "d", "m", "x", "o"]) {
    await page.keyboard.press(key);
  }
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(page.url().endsWith(`/alerts/${id}`), true);
  await page.goto(page.url().replace(/alerts\/.*/, "alerts"));
  await page.getByRole("table").first().waitFor();
  assert.equal(await page.getByText("勾选同一类别的预警可批量办理").count(), 0);
  await page.goto(page.url().replace(/alerts.*/, "desk"));
  await page.getByText("没有权限").waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test("an alert that is not there says so", { timeout: 120_000 }, async () => {
  const { page, context } = await openPage("analyst-1", "/alerts/999999999", { refusals: [404] });
  await page.getByText("没有这条预警，或您无权查看").waitFor();
  await accessible(page);
  await context.close();
});

test("pages of events follow one another without a gap", async () => {
  const source = new URL("../src/parts/chain.ts", import.meta.url);
  const { code } = await transform(await readFile(source, "utf8"), { loader: "ts", format: "esm" });
  const { joined, settledPage } = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
  const down = (from, to) => Array.from({ length: from - to + 1 }, (_one, at) => from - at);
  const same = (number) => number;
  // 51 to 100 are the newest, 1 to 50 were fetched behind them.
  const before = settledPage(down(100, 51), 51, same);
  const fetched = { from: 51, next: null, items: down(50, 1) };
  assert.deepEqual(joined({ from: Infinity, next: 51, items: down(100, 51) }, [fetched], same), { items: down(100, 1), next: null });
  // Ten new ones come: what the newest page lost is still there.
  const moved = { from: Infinity, next: 61, items: down(110, 61) };
  assert.deepEqual(joined(moved, [before, fetched], same), { items: down(110, 1), next: null });
  // Without it nothing older is shown behind a gap, and the next page is asked for where the gap begins.
  assert.deepEqual(joined(moved, [fetched], same), { items: down(110, 61), next: 61 });
  const filled = { from: 61, next: 31, items: down(60, 31) };
  assert.deepEqual(joined(moved, [fetched, filled], same), { items: down(110, 1), next: null });
  // More came at once than a page holds.
  const far = { from: Infinity, next: 251, items: down(300, 251) };
  assert.deepEqual(joined(far, [before, fetched], same), { items: down(300, 251), next: 251 });
  assert.deepEqual(joined({ from: Infinity, next: null, items: [] }, [settledPage([], null, same)], same), { items: [], next: null });
});
