// The graph: what the explorer shows against the API, step by step; the fund-flow picture; gangs and hubs. The canvas is checked by the tables beside it and by the counts that it tells.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ADDRESS, ask, openPage, screenTest, settled } from "./harness.mjs";

const WHO = "analyst-1";

async function ok(who, path) {
  const { status, body } = await ask(who, "GET", path);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body).slice(0, 200)}`);
  return body;
}

const neighbours = async (kind, name, more = "") => (await ok(WHO, `/v1/graph/neighbours?kind=${kind}&name=${encodeURIComponent(name)}${more}`)).graph;

// An account with a holder and with payments to somebody, found from the alerts of the bank.
let found = null;
async function account() {
  for (const { account: own, customer } of found === null ? (await ok(WHO, "/v1/alerts?open=any&limit=200".replace("open=any&", ""))).alerts : []) {
    const accounts = own !== null ? [own] : customer === null ? [] : (await neighbours("CUSTOMER", customer)).nodes.filter((node) => node.kind === "ACCOUNT").map((node) => node.name);
    for (const name of accounts) {
      const graph = await neighbours("ACCOUNT", name);
      if (found === null && graph.edges.some((edge) => edge.kind === "HOLDER") && graph.edges.some((edge) => edge.kind === "PAYMENT") && graph.nodes.length < 60) {
        found = { name, graph };
      }
    }
    if (found !== null) {
      break;
    }
  }
  assert.notEqual(found, null, "the bank has an account with payments among its alerts");
  return found;
}

// What the canvas says that it has drawn.
async function drawn(page, nodes) {
  await page.waitForFunction((wanted) => document.querySelector(".graph-canvas")?.dataset.nodes === String(wanted), nodes, { timeout: 20_000 });
  return page.locator(".graph-canvas").evaluate((box) => ({ nodes: Number(box.dataset.nodes), edges: Number(box.dataset.edges) }));
}

const { name, graph } = await account();
const here = `/graph?kind=ACCOUNT&name=${encodeURIComponent(name)}`;

screenTest("the graph before anything is in it", WHO, "/graph", async ({ page }) => {
  await page.getByText("从一个账户、客户、设备").waitFor();
  assert.equal(await page.getByRole("button", { name: "加入图谱" }).isDisabled(), true);
});

screenTest("neighbours of an account, as the API tells them", WHO, here, async ({ page }) => {
  const shown = await drawn(page, graph.nodes.length);
  assert.equal(shown.edges, new Set(graph.edges.map((edge) => `${edge.kind} ${edge.from} ${edge.to}`)).size);
  await page.getByRole("tab", { name: `节点 ${graph.nodes.length}` }).waitFor();
  const holder = graph.nodes[graph.edges.find((edge) => edge.kind === "HOLDER").to] ?? null;
  const customer = holder.kind === "CUSTOMER" ? holder : graph.nodes.find((node) => node.kind === "CUSTOMER");
  // Opened by the keyboard: what is new is added, what was there stays.
  const further = await neighbours("CUSTOMER", customer.name);
  const all = new Set([...graph.nodes, ...further.nodes].map((node) => `${node.kind}|${node.name}`));
  const open = page.getByRole("button", { name: `展开 ${customer.name}` });
  await open.focus();
  await page.keyboard.press("Enter");
  await drawn(page, all.size);
  // A layer is put out and lit again; payments are gone with it.
  await page.getByRole("checkbox", { name: "资金往来" }).uncheck();
  await page.getByRole("tab", { name: /^关系/ }).click();
  assert.equal(await page.getByRole("cell", { name: "资金往来", exact: true }).count(), 0);
  await page.getByRole("checkbox", { name: "资金往来" }).check();
  await drawn(page, all.size);
  await page.getByRole("cell", { name: "资金往来", exact: true }).first().waitFor();
  // The time is narrowed to its end by the keyboard: bonds become fewer, and come back.
  const bonds = async () => Number(/(\d+)/.exec(await page.getByRole("tab", { name: /^关系/ }).innerText())[1]);
  const before = await bonds();
  await page.getByRole("slider", { name: "时间起点" }).focus();
  await page.keyboard.press("End");
  await page.getByRole("button", { name: "全部时间" }).waitFor();
  assert.ok((await bonds()) < before, "fewer bonds in a narrow time");
  await page.getByRole("button", { name: "全部时间" }).click();
  assert.equal(await bonds(), before);
  // Hidden and shown again.
  await page.getByRole("tab", { name: /^节点/ }).click();
  await page.getByRole("checkbox", { name: `选择 ${customer.name}` }).check();
  await page.getByText("已选 2 个节点").waitFor();
  await page.getByRole("checkbox", { name: `选择 ${name}` }).uncheck();
  await page.getByRole("button", { name: "隐藏", exact: true }).click();
  await page.getByRole("button", { name: "恢复隐藏的 1 个" }).click();
  await drawn(page, all.size);
  // As a picture.
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出图片" }).click()]);
  assert.match(file.suggestedFilename(), /^graph-.*\.png$/);
});

screenTest("the way between an account and what its holder has", WHO, here, async ({ page }) => {
  const customer = graph.nodes.find((node) => node.kind === "CUSTOMER");
  const thing = (await neighbours("CUSTOMER", customer.name)).nodes.find((node) => ["DEVICE", "IP", "PHONE"].includes(node.kind));
  assert.notEqual(thing, undefined, "the holder was seen with a thing");
  const query = `from_kind=ACCOUNT&from_name=${name}&to_kind=${thing.kind}&to_name=${encodeURIComponent(thing.name)}`;
  const { path } = await ok(WHO, `/v1/graph/path?${query}`);
  assert.ok(path.found && path.hops === 2);
  await drawn(page, graph.nodes.length);
  await page.getByRole("button", { name: "查找路径" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("另一端 编号或名称").fill(thing.name);
  await dialog.getByRole("combobox", { name: "另一端 起点类型" }).click({ force: true });
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: { DEVICE: "设备", IP: "IP 地址", PHONE: "手机号" }[thing.kind] }).first().click();
  await dialog.getByRole("button", { name: "查找" }).click();
  await page.getByText("路径长度 2").waitFor();
  await drawn(page, new Set([...graph.nodes, ...path.nodes].map((node) => `${node.kind}|${node.name}`)).size);
  await page.getByText("路径上").first().waitFor();
});

screenTest("the ways of an account's money", WHO, here, async ({ page }) => {
  await drawn(page, graph.nodes.length);
  await page.getByRole("button", { name: "资金流向" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("tab", { name: /^流转/ }).waitFor();
  const last = Math.max(...graph.edges.filter((edge) => edge.kind !== "HOLDER").map((edge) => edge.last_us));
  const flow = (await ok(WHO, `/v1/flow?account=${name}&from=${Date.now() - 30 * 86_400_000}&until=${Math.round(Math.max(Date.now(), last / 1000 + 1000))}`)).flow;
  await drawer.getByRole("tab", { name: `节点 ${flow.nodes.length}` }).waitFor();
  await drawer.getByRole("tab", { name: `流转 ${flow.edges.length}` }).click();
  assert.ok((await drawer.getByRole("row").count()) > 1);
  await drawer.getByText("后进先出").click();
  await drawer.getByRole("tab", { name: /^流转/ }).waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), drawer.getByRole("button", { name: "导出图片" }).click()]);
  assert.equal(file.suggestedFilename(), `flow-${name}.png`);
});

// The graph's own code is loaded when one is opened: where that fails it is said, and tried again.
test("a graph whose code cannot be loaded says so", async () => {
  const { page, context } = await openPage(WHO, "/desk");
  await page.route("**/g6Painter*", (route) => route.abort());
  await page.goto(`${ADDRESS}/console${here}`);
  const failure = page.locator(".graph-canvas + [role=alert]");
  await failure.waitFor();
  await page.unroute("**/g6Painter*");
  await failure.getByRole("button", { name: "重试" }).click();
  await drawn(page, graph.nodes.length);
  assert.equal(await failure.count(), 0);
  await context.close();
});

screenTest("nodes become subjects of a case", WHO, here, async ({ page }) => {
  await drawn(page, graph.nodes.length);
  const customer = graph.nodes.find((node) => node.kind === "CUSTOMER");
  await page.getByRole("checkbox", { name: `选择 ${customer.name}` }).check();
  await page.getByRole("button", { name: "立案 / 并入案件" }).click();
  const title = `graph test ${Date.now()}`;
  await page.getByRole("dialog").getByLabel("案件名称").fill(title);
  await page.getByRole("dialog").getByRole("button", { name: "立案 / 并入案件" }).click();
  const open = page.getByRole("button", { name: /打开案件/ });
  const id = /(\d+)$/.exec(await open.innerText())[1];
  const made = (await ok(WHO, `/v1/cases/${id}`)).case;
  assert.equal(made.title, title);
  assert.deepEqual(new Set(made.subjects.map((subject) => `${subject.kind} ${subject.name}`)), new Set([`ACCOUNT ${name}`, `PERSON ${customer.name}`]));
});

// More nodes than G6 moves fluently are drawn by a painter of our own: it is picked, opened, moved and taken as a picture all the same.
test("a graph of many nodes is worked with as one of few", async () => {
  const { page, context, troubles } = await openPage(WHO, "/graph");
  const now = Date.now() * 1000;
  const COUNT = 400;
  const told = {
    from_us: now - 30 * 86_400_000_000,
    nodes: Array.from({ length: COUNT }, (_none, id) => ({ id, kind: id % 3 === 0 ? "ACCOUNT" : "CUSTOMER", name: `N${id}`, links: 1 })),
    edges: Array.from({ length: COUNT - 1 }, (_none, id) => ({ from: id === 0 ? 0 : id % 20 === 0 ? 0 : id - (id % 20), to: id + 1, kind: id % 2 === 0 ? "PAYMENT" : "HOLDER", times: 2, amount: 500_000, first_us: now - 5_000_000, last_us: now })),
    left_out: [],
    cut: [],
  };
  const asked = [];
  await page.route("**/v1/graph/neighbours*", (route) => {
    asked.push(new URL(route.request().url()).searchParams.get("name"));
    return route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify({ graph: told }) });
  });
  await page.getByLabel("编号或名称").fill("N0");
  await page.getByRole("button", { name: "加入图谱" }).click();
  assert.equal((await drawn(page, COUNT)).edges, COUNT - 1);
  await page.getByRole("button", { name: "N7", exact: true }).click(); // it comes to the middle
  const box = await page.locator(".graph-canvas").boundingBox();
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  const chosen = (count) => page.getByText(`已选 ${count} 个`).first().waitFor();
  await chosen(1);
  await page.mouse.click(middle[0] + 38, middle[1] - 1); // between the nodes
  await page.getByText(/已选 0 个/).first().waitFor();
  await page.mouse.click(...middle);
  await chosen(1);
  await page.getByRole("link", { name: "查看画像" }).waitFor();
  // Moved by the keyboard and back, then dragged: it is pinned where it was put.
  await page.locator(".graph-canvas").focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  await page.mouse.move(...middle);
  await page.mouse.down();
  await page.mouse.move(middle[0] + 20, middle[1] + 20, { steps: 4 });
  await page.mouse.up();
  await page.getByRole("button", { name: "取消固定" }).waitFor();
  await page.mouse.dblclick(middle[0] + 20, middle[1] + 20);
  await page.waitForFunction(() => document.querySelector("[role=status] .ant-spin") === null);
  assert.ok(asked.includes("N7"), `opened: ${asked}`);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出图片" }).click()]);
  assert.match(file.suggestedFilename(), /^graph-.*\.png$/);
  // With few nodes left it is G6 again.
  await page.getByRole("checkbox", { name: "资金往来" }).uncheck();
  await page.waitForFunction(() => Number(document.querySelector(".graph-canvas")?.dataset.nodes) < 300);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("who may only read has no deeds, and who may not see customers no further steps", async () => {
  for (const [who, expands] of [["compliance-officer", true], ["auditor", false]]) {
    const { page, context } = await openPage(who, here);
    await page.locator(".graph-canvas").waitFor();
    await settled(page);
    assert.equal(await page.getByRole("button", { name: "立案 / 并入案件" }).count(), 0, who);
    assert.equal(await page.getByRole("button", { name: "查找团伙" }).count(), 0, who);
    assert.equal((await page.getByRole("button", { name: /^展开/ }).count()) > 0, expands, who);
    await context.close();
  }
});

// ---- gangs ----

// A gang from whatever seed of this bank gives one.
async function gang() {
  const { body } = await ask(WHO, "GET", "/v1/gangs?state=PROPOSED");
  if (body.gangs.length > 0) {
    return body.gangs[0].id;
  }
  const { alerts } = await ok(WHO, "/v1/alerts?limit=200");
  const seeds = [["ACCOUNT", name], ...alerts.flatMap((row) => (row.account !== null ? [["ACCOUNT", row.account]] : row.customer !== null ? [["CUSTOMER", row.customer]] : []))];
  for (const [kind, seed] of seeds) {
    const { body: told } = await ask(WHO, "POST", "/v1/gangs", { kind, name: seed, payment_min: 100_000 });
    if (told.gang?.state === "PROPOSED") {
      return told.gang.id;
    }
  }
  return null;
}

screenTest("gangs, and looking for one", WHO, "/gangs", async ({ page }) => {
  await page.getByRole("button", { name: "查找团伙" }).click();
  await page.getByRole("dialog").getByLabel("账号或客户号").fill("nobody at all");
  await page.getByRole("dialog").getByRole("button", { name: "查找团伙" }).click();
  await page.getByText("没有发现团伙：关联的账户太少").waitFor();
});

screenTest("one gang, and what is decided on it", WHO, `/gangs/${(await gang()) ?? 0}`, async ({ page }) => {
  const id = Number(/gangs\/(\d+)/.exec(page.url())[1]);
  assert.ok(id > 0, "this bank has a gang around one of its alerts");
  const told = (await ok(WHO, `/v1/gangs/${id}`)).gang;
  await page.getByRole("heading", { level: 1, name: `团伙 ${id}` }).waitFor();
  const known = new Set([...told.members.map((member) => `${member.kind}|${member.name}`), ...told.bonds.flatMap((bond) => [`${bond.from_kind}|${bond.from}`, `${bond.to_kind}|${bond.to}`])]);
  const shown = await drawn(page, known.size);
  assert.equal(shown.edges, told.bonds.length);
  await page.getByRole("tab", { name: `成员 ${told.members.length}` }).waitFor();
  await page.getByRole("tab", { name: /^未纳入/ }).click();
  await page.getByRole("button", { name: "排除" }).click();
  await page.getByRole("dialog").getByLabel("理由").fill("a family, by the test");
  await page.getByRole("dialog").getByRole("button", { name: "排除" }).click();
  await page.getByText("a family, by the test").waitFor();
  const after = (await ok(WHO, `/v1/gangs/${id}`)).gang;
  assert.equal(after.state, "DISMISSED");
  assert.equal(await page.getByRole("button", { name: "确认团伙" }).count(), 0);
});

screenTest("hubs are registered and taken back", WHO, "/gangs?tab=hubs", async ({ page }) => {
  const hub = `hub-${Date.now()}`;
  await page.getByRole("button", { name: "登记公共节点" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("编号或名称").fill(hub);
  await dialog.getByLabel("理由").fill("power company");
  await dialog.getByRole("button", { name: "登记公共节点" }).click();
  await page.getByRole("cell", { name: hub, exact: true }).waitFor();
  assert.ok((await ok(WHO, "/v1/hubs")).hubs.some((one) => one.name === hub && one.reason === "power company"));
  await page.getByRole("button", { name: `撤销 ${hub}` }).click();
  await page.getByRole("dialog").getByLabel("撤销登记的理由").fill("a test");
  await page.getByRole("dialog").getByRole("button", { name: /^撤\s?销$/ }).click();
  await page.getByRole("cell", { name: hub, exact: true }).waitFor({ state: "detached" });
  assert.ok(!(await ok(WHO, "/v1/hubs")).hubs.some((one) => one.name === hub));
});

test("hubs are read by an auditor, and not changed", async () => {
  const { page, context } = await openPage("auditor", "/gangs?tab=hubs");
  await page.getByRole("tab", { name: "公共节点" }).waitFor();
  await settled(page);
  assert.equal(await page.getByRole("button", { name: "登记公共节点" }).count(), 0);
  await context.close();
});
