// A strategy that has earned it begins to act, and is stopped: by two persons, in a bank of its own (tests/earned_bank.py), which is old enough for that.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "qt-earned-"));
const bank = spawn("python3", [process.env.QT_EARNED_BANK, process.env.QT_PROGRAM, process.env.QT_CLOCK_BACK, folder], { stdio: ["ignore", "pipe", "inherit"] });
const ended = new Promise((resolve) => bank.on("exit", resolve));
after(async () => {
  bank.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true });
});
const ready = await new Promise((resolve, reject) => {
  createInterface(bank.stdout).once("line", resolve).once("close", () => reject(new Error("the bank did not come up")));
});
const [, address, ...password] = ready.split(" ");
Object.assign(process.env, { QT_ADDRESS: address, QT_PASSWORD: password.join(" ") });
const { ask, openPage, settled } = await import("./harness.mjs");

const STRATEGY = "/v1/strategies/D-QUIET";
const standing = async () => (await ask("author", "GET", STRATEGY)).body;

async function openStrategy(who, options) {
  const opened = await openPage(who, "/strategies", options);
  await opened.page.getByRole("link", { name: "静默后关闭" }).click();
  await opened.page.getByRole("heading", { name: "静默后关闭" }).waitFor();
  await settled(opened.page);
  return opened;
}

async function close({ context, troubles }) {
  await context.close();
  assert.deepEqual(troubles, []);
}

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("four eyes: who has proposed does not approve, another person does, and what the server says is shown", { timeout: 240_000 }, async () => {
  // Who proposes it can't approve it: neither is it offered, nor does the server do it.
  const own = await openStrategy("author");
  await own.page.getByText("已达标").waitFor();
  assert.equal(await button(own.page, "批准启用").count(), 0); // nothing is proposed
  await button(own.page, "提请启用").click();
  const proposing = own.page.getByRole("dialog");
  await proposing.getByText("须由另一人批准").waitFor();
  await proposing.getByRole("textbox").fill("五条比对全部一致");
  await button(proposing, "提请启用").click();
  await own.page.getByText("您提请的，须由另一人批准").waitFor();
  assert.equal(await button(own.page, "批准启用").count(), 0);
  assert.equal(await button(own.page, "提请启用").count(), 0);
  assert.equal((await ask("author", "POST", `${STRATEGY}/approve`, {})).body.code, "scope_missing");
  assert.equal((await standing()).mode, "SHADOW");
  await close(own);
  // Another who may only propose sees by whom it is, and is offered nothing.
  const author = await openStrategy("author-2");
  await author.page.getByText("待批准（author 提请）").waitFor();
  assert.equal(await button(author.page, "批准启用").count(), 0);
  assert.equal(await button(author.page, "提请启用").count(), 0);
  await close(author);
  // Another person approves it, and the one who comes after him is told that there is nothing to approve.
  const late = await openStrategy("approver", { refusals: [409] });
  await button(late.page, "批准启用").click();
  const approver = await openStrategy("approver");
  await button(approver.page, "批准启用").click();
  const approving = approver.page.getByRole("dialog");
  await approving.getByText("由 author 提请").waitFor();
  await button(approving, "批准启用").click();
  await approver.page.getByText("生效", { exact: true }).first().waitFor();
  assert.equal(await button(approver.page, "停用").count(), 1);
  assert.equal((await standing()).mode, "ACTIVE");
  await close(approver);
  await button(late.page.getByRole("dialog"), "批准启用").click();
  await late.page.locator(".ant-notification-notice").waitFor();
  await close(late);
});

test("stopping needs a reason", { timeout: 240_000 }, async () => {
  assert.equal((await standing()).mode, "ACTIVE"); // approved above
  const chief = await openStrategy("chief");
  await button(chief.page, "停用").click();
  const dialog = chief.page.getByRole("dialog");
  await button(dialog, "停用").click();
  await dialog.getByText("请写明原因").waitFor();
  assert.equal((await standing()).mode, "ACTIVE");
  await dialog.getByRole("textbox").fill("比昨天多一倍");
  await button(dialog, "停用").click();
  await chief.page.getByText("影子", { exact: true }).first().waitFor();
  await button(chief.page, "停用").first().waitFor({ state: "hidden" });
  assert.equal((await standing()).mode, "SHADOW");
  await close(chief);
});
