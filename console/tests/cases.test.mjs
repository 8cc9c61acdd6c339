// Cases, referrals to the police, orders of authorities: the case room; an alert's way to the police, with every person doing his step on the screen; an order that two persons decide on.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
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
    await ok("analyst-1", "POST", `${where}/transactions`, { transactions: transactions.map(({ sequence, part }) => ({ sequence, part })) });
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

test("an alert becomes a case, a referral, and a package at the police (all who take part)", { timeout: 400_000 }, async () => {
  const { page, context, troubles } = await openPage("analyst-1", "/cases");
  const alert = await freeAlert();
  // The analyst opens a case and puts the alert into it.
  await page.getByRole("button", { name: "立案" }).click();
  let form = await fillDeed(page, { texts: { 案件名称: "冒充公检法诈骗", 作案手法: "VP-01", 案情: "客户接到冒充公检法的电话后转账。" } });
  await sendDeed(page, form, "已立案");
  await page.waitForURL(/\/cases\/\d+$/);
  const id = Number(/cases\/(\d+)/.exec(page.url())[1]);
  const where = `/v1/cases/${id}`;
  await page.getByRole("tab", { name: /^预警/ }).click();
  await page.getByRole("button", { name: "并入预警" }).click();
  form = await fillDeed(page, { texts: { 预警号: alert.alert } });
  await sendDeed(page, form, "已保存");
  await page.getByRole("link", { name: String(alert.alert), exact: true }).waitFor();
  assert.equal((await ok("analyst-1", "GET", `/v1/alerts/${alert.alert}`)).row.case, id);
  // Subjects: the account on the screen, its holder by the API.
  await page.getByRole("tab", { name: /^涉案主体/ }).click();
  await page.getByRole("button", { name: "登记主体" }).click();
  form = await fillDeed(page, { texts: { 名称: alert.account, "把握（%）": 85, 依据: "受害人资金直接进入" }, selects: { 角色: "一级账户" } });
  await sendDeed(page, form, "已保存");
  await page.getByRole("row", { name: new RegExp(`${alert.account} 一级账户 85`) }).waitFor();
  for (const subject of (await ok("analyst-1", "GET", where)).case.subjects.filter((one) => one.name !== alert.account)) {
    await ok("analyst-1", "POST", `${where}/subjects`, { kind: subject.kind, name: subject.name, role: subject.name === alert.customer ? "FIRST_LEVEL" : "LINK", confidence: 80, evidence: "研判" });
  }
  const suggested = (await ok("analyst-1", "GET", `${where}/suggestions`)).transactions;
  assert.ok(suggested.length > 0 && suggested.every((one) => one.amount > 0 && one.payer !== "" && one.payee !== ""), JSON.stringify(suggested.slice(0, 3)));
  // Transactions are frozen from what is suggested, which tells who paid whom how much, and verified.
  await page.getByRole("tab", { name: /^流水证据/ }).click();
  await page.getByRole("button", { name: "从建议中固定" }).click();
  const [{ payer, payee, amount }] = suggested;
  const yuan = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2 }).format(amount / 100);
  const line = page.getByRole("dialog").getByRole("row").filter({ hasText: payer }).filter({ hasText: payee }).filter({ hasText: yuan });
  await line.first().waitFor();
  await page.getByRole("button", { name: /^固定流水 \d/ }).click();
  await page.getByRole("cell", { name: /^(被骗资金|涉案流水)$/ }).first().waitFor();
  const frozen = (await ok("analyst-1", "GET", where)).case;
  assert.ok(frozen.transactions.reduce((sum, row) => sum + row.count, 0) > 0);
  await page.getByText(frozen.freezes[0].sha256).waitFor();
  await page.getByRole("button", { name: "校验证据" }).click();
  const { verified } = await ok("analyst-1", "GET", `${where}/verification`);
  await page.getByText(`重新计算了 ${verified} 个副本和附件的哈希`).waitFor();
  // A referral is drafted; the gate says what is missing, and each leads to its field.
  await page.getByRole("button", { name: "起草移送" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "起草移送" }).click();
  await page.waitForURL(/\/referrals\/\d+$/);
  const referral = Number(/referrals\/(\d+)/.exec(page.url())[1]);
  const there = `/v1/referrals/${referral}`;
  const before = await ok("analyst-1", "GET", `${there}/gate`);
  assert.ok(!before.complete && before.gate.findings.length > 10);
  await page.getByText(`还缺 ${before.gate.findings.length} 项`).waitFor();
  assert.ok(await page.getByRole("button", { name: /^审批通过/ }).isDisabled());
  await page.getByRole("listitem").filter({ hasText: "接收机关：未填写" }).getByRole("button", { name: "去补充" }).click();
  await page.waitForFunction(() => document.activeElement?.id === "referral_authority");
  await accessible(page);
  const texts = {
    接收机关: "示例市公安局反诈中心",
    联系人A角: "警银联络岗 0571-88880001",
    联系人B角: "值班长 0571-88880002",
    涉嫌违法犯罪事实: "受害人一人接到冒充公检法的电话后，向涉案账户转账。",
    研判分析:
      "涉案账户平日只有小额消费，没有与受害人往来的记录。受害人付款当日，款项进入该账户，与其日常收支的金额、时间和对手都不相符；付款前受害人的手机银行有异常登录，付款用途与其生活轨迹不符。结合受害人陈述，判断该账户为诈骗资金的一级账户，持有人可能出借或者出售了账户。是否另有上级账户和实际控制人，须由公安机关进一步查明，本行将继续跟踪其后续转出。",
    疑似团伙结构: "目前只见一级账户一个。",
    下一步动向预判: "余款可能于近日转出或取现。",
    处置建议: "对涉案账户予以止付并查明持有人。",
    尚未掌握的情况: "实际控制人、作案电话的归属。",
  };
  for (const [label, text] of Object.entries(texts)) {
    await page.getByRole("textbox", { name: label }).fill(text);
  }
  await page.locator("#referral_confidence").click({ force: true });
  await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)").getByText(/^中/).click();
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await page.locator(".ant-message").getByText("已保存").waitFor();
  assert.equal((await ok("analyst-1", "GET", there)).referral.authority, texts.接收机关);
  // Data of the bank: one is put in on the screen, the rest by the API; a note of why there is none counts too.
  await page.getByRole("tab", { name: "调取数据" }).click();
  await settled(page);
  await accessible(page);
  const input = page.getByRole("textbox", { name: /姓名\/名称 内容/ }).first();
  await input.fill("赵某某");
  await page.getByLabel("来源", { exact: true }).fill("CRM");
  await page.getByRole("button", { name: "录入全部（1）" }).click();
  await page.locator(".ant-message").getByText("已录入").waitFor();
  const { dossier } = await ok("analyst-1", "GET", `${there}/dossier`);
  const places = new Map(dossier.counterparties.map((one) => [one.account, one.place]));
  const codes = { 姓名: "name", 证件种类: "certificate_kind", 证件号码: "certificate", 联系电话: "phone", 住址: "address", 职业: "occupation", 法定代表人: "representative", 开户影像: "images", 名单情况: "lists", 报案情况: "reported", 户主客户号: "holder", 账户类别: "class", 余额时点: "balance_us", 余额: "balance", 账户状态: "state", 非柜面限额: "limits", 快捷签约: "agreements", 开户机构: "branch_name", 开户时间: "opened_us" };
  const dataOf = (finding) => {
    if (finding.code === "COUNTERPARTY_NAME") {
      return [{ kind: "COUNTERPARTY", object: `${places.get(finding.object) ?? "BANK"} ${finding.object}`, field: "name", absent: "对方机构未提供", source: "支付系统" }];
    }
    if (finding.code === "NO_DEVICE" || finding.code === "VICTIMS_UNSAID") {
      return [{ kind: "PART", object: "", field: finding.code === "NO_DEVICE" ? "devices" : "victims", absent: "暂未掌握", source: "研判" }];
    }
    const field = Object.entries(codes).find(([word]) => finding.zh.startsWith(`${finding.object} ${word}`))?.[1];
    return finding.code === "DATUM_MISSING" ? [{ kind: finding.part === 2 ? "ACCOUNT" : "PARTY", object: finding.object, field, absent: "核心系统查询中", source: "核心系统" }] : [];
  };
  for (let round = 0; round < 5; round++) {
    const data = (await ok("analyst-1", "GET", `${there}/gate`)).gate.findings.flatMap(dataOf);
    if (data.length === 0) {
      break;
    }
    await ok("analyst-1", "POST", `${there}/data`, { data });
  }
  await page.getByRole("tab", { name: "流向图与附件" }).click();
  await page.getByRole("button", { name: "重新生成流向图" }).click();
  form = await fillDeed(page, { texts: { "追踪层数（留空为 8）": 1 } });
  await sendDeed(page, form, "流向图已取用");
  const left = (await ok("analyst-1", "GET", `${there}/gate`)).gate.findings;
  for (const finding of left.filter((one) => one.code === "FLOW_STRANGER")) {
    await ok("analyst-1", "POST", `${where}/subjects`, { kind: finding.object.startsWith("A") ? "ACCOUNT" : "OUTSIDE", name: finding.object, role: "CLEARED", confidence: 50, evidence: "正常往来" });
  }
  const gate = await ok("analyst-1", "GET", `${there}/gate`);
  assert.deepEqual(gate.gate.findings, []);
  await page.reload();
  await page.getByText("要素齐全，可以审批").waitFor();
  // Three persons approve, each on his own screen.
  const approveOn = async (screen, step) => {
    await screen.getByRole("button", { name: `审批通过：${step}` }).click();
    const asked = await fillDeed(screen, { texts: { 意见: `${step}同意` } });
    await sendDeed(screen, asked, "已审批");
  };
  await approveOn(page, "经办（研判）");
  await page.getByText("经办（研判）同意").waitFor();
  assert.equal(await page.getByRole("button", { name: /^审批通过/ }).count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
  for (const [who, step] of [
    ["department-head", "部门负责人"],
    ["compliance-officer", "合规审核"],
  ]) {
    const other = await openPage(who, `/referrals/${referral}`);
    await approveOn(other.page, step);
    assert.deepEqual(other.troubles, []);
    await other.context.close();
  }
  const approved = (await ok("analyst-1", "GET", there)).referral;
  assert.deepEqual(
    approved.approvals.map((row) => [row.step, row.person]),
    [
      ["ANALYST", "analyst-1"],
      ["DEPARTMENT", "department-head"],
      ["COMPLIANCE", "compliance-officer"],
    ],
  );
  // The liaison officer looks at the letter, sends it, and takes the package: its hash is that of the bytes.
  const liaison = await openPage("liaison", `/referrals/${referral}`);
  await liaison.page.getByRole("tab", { name: "文书预览" }).click();
  const frame = liaison.page.locator("iframe");
  await frame.waitFor({ timeout: 30_000 });
  assert.equal(await frame.getAttribute("sandbox"), "");
  await liaison.page.frameLocator("iframe").getByText("示例市公安局反诈中心").first().waitFor();
  await liaison.page.getByRole("button", { name: "移送", exact: true }).click();
  await liaison.page.getByRole("dialog").getByRole("button", { name: "移送", exact: true }).click();
  await liaison.page.locator(".ant-message").getByText("已移送").waitFor({ timeout: 90_000 });
  const [kept] = (await ok("liaison", "GET", there)).referral.packages;
  await liaison.page.getByRole("tab", { name: "移送包" }).click();
  await liaison.page.getByText(kept.sha256).first().waitFor();
  await liaison.page.getByText(kept.sm3).waitFor();
  const [download] = await Promise.all([liaison.page.waitForEvent("download"), liaison.page.getByRole("button", { name: "下载移送包" }).click()]);
  const bytes = await readFile(await download.path());
  assert.equal(bytes.length, kept.bytes);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), kept.sha256);
  await liaison.page.getByText("下载的文件与登记的 SHA-256 一致").waitFor();
  await liaison.page.getByRole("button", { name: "校验", exact: true }).click();
  await liaison.page.getByText("移送包与办理轨迹完整").waitFor();
  await accessible(liaison.page);
  // What comes back: the receipt, and that it was accepted.
  await liaison.page.getByRole("tab", { name: "反馈与成效" }).click();
  await liaison.page.getByRole("button", { name: "登记签收" }).click();
  form = await fillDeed(liaison.page, { texts: { 签收编号: "QS-2026-1" } });
  await sendDeed(liaison.page, form, "签收已登记");
  await liaison.page.getByText("QS-2026-1").first().waitFor();
  await liaison.page.getByRole("button", { name: "登记反馈" }).click();
  form = await fillDeed(liaison.page, { selects: { 办理状态: "已受理" } });
  await sendDeed(liaison.page, form, "反馈已登记");
  assert.equal((await ok("liaison", "GET", there)).referral.state.word, "ACCEPTED");
  for (const tab of ["data", "material", "outcome", "trace"]) {
    await liaison.page.goto(`${ADDRESS}/console/referrals/${referral}?tab=${tab}`);
    await settled(liaison.page);
    await accessible(liaison.page);
    await speaks(liaison.page, "zh");
  }
  assert.deepEqual(liaison.troubles, []);
  await liaison.context.close();
  const english = await openPage("auditor", `/referrals/${referral}`, { language: "en", look: "dark" });
  await accessible(english.page);
  await speaks(english.page, "en");
  assert.equal(await english.page.getByRole("button", { name: "Take the outcome" }).count(), 0);
  await english.context.close();
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
