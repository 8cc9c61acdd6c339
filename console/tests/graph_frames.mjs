// Measures how fluently the graph moves with 2,000 nodes; no test, and told as it comes: machines differ, and a headless browser paints without a graphics card.
//
//     QT_ADDRESS=http://127.0.0.1:18080 node tests/graph_frames.mjs [NODES]
//
// The server's answer about neighbours is replaced on its way by made-up ones: a chain of groups, with payments between them. Everything else is the console as it is.
import { ADDRESS, openBrowser, openPage } from "./harness.mjs";

const NODES = Number(process.argv[2] ?? 2000);
const GROUP = 40;
const SECONDS = 4;

function made(count) {
  const now = Date.now() * 1000;
  const nodes = [{ id: 0, kind: "ACCOUNT", name: "A0", links: count - 1 }];
  const edges = [];
  const edge = (from, to, kind) => edges.push({ from, to, kind, times: 1 + (to % 5), amount: kind === "PAYMENT" ? 100_000 * (1 + (to % 90)) : 0, first_us: now - (to % 29) * 86_400_000_000, last_us: now });
  for (let id = 1; id < count; id++) {
    const middle = Math.floor(id / GROUP) * GROUP;
    const kind = id % GROUP === 0 ? "DEVICE" : id % 3 === 0 ? "CUSTOMER" : id % 7 === 0 ? "IP" : "ACCOUNT";
    nodes.push({ id, kind, name: `${kind[0]}${id}`, links: id % 9 });
    edge(id === middle ? Math.max(0, middle - GROUP) : middle, id, kind === "ACCOUNT" ? "PAYMENT" : "DEVICE");
    if (id % 2 === 0 && id + 7 < count && kind === "ACCOUNT") {
      edge(id, id + 1, "PAYMENT");
    }
  }
  return { graph: { from_us: now - 30 * 86_400_000_000, nodes, edges: edges.filter((one) => one.to < count), left_out: [], cut: [] } };
}

const answer = made(NODES);
const { page, context } = await openPage("analyst-1", "/graph", { width: 1366, height: 768 });
await page.route("**/v1/graph/neighbours*", (route) => route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify(answer) }));
await page.getByLabel("编号或名称").fill("A0");
const begun = Date.now();
await page.getByRole("button", { name: "加入图谱" }).click();
await page.waitForFunction((wanted) => document.querySelector(".graph-canvas")?.dataset.nodes === String(wanted), NODES, { timeout: 120_000, polling: 50 });
console.log(`${NODES} nodes, ${answer.graph.edges.length} bonds: there after ${((Date.now() - begun) / 1000).toFixed(1)} s (${ADDRESS})`);
await page.getByRole("button", { name: "适应画布" }).click();
await page.waitForTimeout(1500);

// Frames that the browser begins while something moves: what blocks its main thread is seen in them.
async function measure(what, move) {
  await page.evaluate(() => {
    window.frames_ = [];
    window.moving_ = true;
    const step = (at) => {
      window.frames_.push(at);
      if (window.moving_) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  const until = Date.now() + SECONDS * 1000;
  for (let turn = 0; Date.now() < until; turn++) {
    await move(turn);
  }
  const frames = await page.evaluate(() => {
    window.moving_ = false;
    return window.frames_;
  });
  const gaps = frames.slice(1).map((at, index) => at - frames[index]).sort((one, other) => one - other);
  const seconds = (frames[frames.length - 1] - frames[0]) / 1000;
  console.log(`${what}: ${((frames.length - 1) / seconds).toFixed(1)} frames a second; a frame takes ${gaps[Math.floor(gaps.length / 2)].toFixed(0)} ms in the median, ${gaps[Math.floor(gaps.length * 0.95)].toFixed(0)} ms at the 95th, ${gaps[gaps.length - 1].toFixed(0)} ms at worst`);
}

const box = await page.locator(".graph-canvas").boundingBox();
const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
await measure("nothing moves", () => page.waitForTimeout(100));
await page.mouse.move(box.x + 12, box.y + 12);
await page.mouse.down();
await measure("dragged, all in sight", (turn) => page.mouse.move(box.x + 12 + 90 * Math.sin(turn / 12), box.y + 12 + 60 * Math.cos(turn / 12)));
await page.mouse.up();
await page.waitForTimeout(1500);
await page.mouse.move(middle.x, middle.y);
await measure("zoomed in and out", (turn) => page.mouse.wheel(0, turn % 40 < 20 ? -30 : 30));
await page.waitForTimeout(1500);
for (let i = 0; i < 9; i++) {
  await page.getByRole("button", { name: "放大" }).click();
}
await page.waitForTimeout(2500);
await page.mouse.move(middle.x + 3, middle.y + 3);
await page.mouse.down();
await measure("dragged, near, with labels", (turn) => page.mouse.move(middle.x + 200 * Math.sin(turn / 12), middle.y + 120 * Math.cos(turn / 12)));
await page.mouse.up();
if (process.env.QT_PICTURE !== undefined) {
  await page.waitForTimeout(1500);
  await page.screenshot({ path: process.env.QT_PICTURE });
}
await context.close();
await (await openBrowser()).close();
