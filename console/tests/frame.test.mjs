// The frame: signing in and out, a wrong password, a screen that is not open, a server that goes away and comes back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, ADDRESS, openPage, PASSWORD, settled, speaks } from "./harness.mjs";

test("signing in, and a wrong password", async () => {
  const { page, context } = await openPage(null, "/", { refusals: [401] });
  await accessible(page);
  await speaks(page, "zh");
  await page.getByLabel("用户名").fill("auditor");
  await page.getByLabel("密码", { exact: true }).fill("not the one");
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByText("用户名或密码错误").waitFor();
  await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("navigation").waitFor();
  await settled(page);
  await page.getByRole("button", { name: "auditor" }).click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
  await page.getByLabel("用户名").waitFor();
  await context.close();
});

test("a screen that is not open says what is missing", async () => {
  const { page, context } = await openPage("administrator", "/alerts");
  await page.getByText("没有权限").waitFor();
  assert.match(await page.locator("main, #content").innerText(), /alerts:read/);
  await accessible(page);
  await context.close();
});

test("nothing of the console comes from elsewhere, and it may not be framed", async () => {
  const answer = await fetch(`${ADDRESS}/console/`);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:/);
  const page = await answer.text();
  const nonce = /nonce="([0-9a-f]{32})"/.exec(page)[1];
  assert.ok(policy.includes(nonce));
  assert.notEqual(nonce, /nonce="([0-9a-f]{32})"/.exec(await (await fetch(`${ADDRESS}/console/`)).text())[1]);
  for (const [, path] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
    assert.ok(path.startsWith("/console/"), path);
    const file = await fetch(ADDRESS + path, { headers: { "Accept-Encoding": "br" } });
    assert.equal(file.status, 200);
    const again = await fetch(ADDRESS + path, { headers: { "If-None-Match": file.headers.get("etag") } });
    assert.equal(again.status, 304);
  }
  assert.equal((await fetch(`${ADDRESS}/console/assets/nothing.js`)).status, 404);
  assert.equal((await fetch(`${ADDRESS}/`, { redirect: "manual" })).headers.get("location"), "/console/");
});

test("the server goes away and comes back", async () => {
  const { page, context } = await openPage("shift-leader", "/alerts");
  await page.getByRole("table").first().waitFor();
  await context.route("**/*", (route) => route.abort("connectionrefused"));
  await page.getByRole("button", { name: "刷新" }).click();
  await page.getByText("连接不上服务器").first().waitFor();
  await context.unroute("**/*");
  await page.getByText("已重新连接服务器").waitFor({ timeout: 15_000 });
  await context.close();
});

test("a first screen asks for each thing once, and for its own code at once", async () => {
  for (const [who, path] of [["model-author", "/models"], ["shift-leader", "/alerts"], ["analyst-1", "/desk"]]) {
    const { page, context } = await openPage(who, "/nothing-here");
    const asked = [];
    page.on("request", (request) => asked.push(request.url().slice(ADDRESS.length)));
    await page.goto(`${ADDRESS}/console${path}`);
    await page.locator("h1").first().waitFor();
    await settled(page);
    const told = asked.filter((url) => url.startsWith("/v1/"));
    assert.deepEqual(told, [...new Set(told)], path);
    const session = asked.indexOf("/v1/session");
    const others = asked.findIndex((url) => url.startsWith("/v1/") && url !== "/v1/session");
    const code = asked.slice(0, others).filter((url) => /assets\/.*\.js$/.test(url));
    assert.ok(session >= 0 && session < others && code.length > 5, path);
    await context.close();
  }
});
