// How long the first useful screen takes with an empty cache, and what it loads: node tests/measure_first.mjs [WHO] [PATH] [TIMES]
// Useful: the screen's content is there, with the server's data in it. Bytes are as they come over the wire, compressed.
import { openBrowser, openPage } from "./harness.mjs";

const [who = "shift-leader", path = "/alerts", times = "9"] = process.argv.slice(2);
const took = [];
const busy = []; // of it, the page's own thread at work
let bytes = {};
for (let i = 0; i < Number(times); i++) {
  const { context } = await openPage(who, "/nothing-here");
  const cookies = await context.cookies();
  await context.close();
  const fresh = await (await openBrowser()).newContext({ viewport: { width: 1366, height: 768 } });
  await fresh.addCookies(cookies);
  const page = await fresh.newPage();
  const client = await fresh.newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  await client.send("Performance.enable");
  const sizes = new Map();
  const kinds = new Map();
  client.on("Network.responseReceived", (event) => kinds.set(event.requestId, event.response.url));
  client.on("Network.loadingFinished", (event) => sizes.set(event.requestId, event.encodedDataLength));
  const began = performance.now();
  await page.goto(`${process.env.QT_ADDRESS}/console${path}`, { waitUntil: "commit" });
  await page.waitForFunction(() => document.querySelector("h1") !== null && document.querySelector(".ant-spin-spinning, [role=status] .ant-spin") === null && document.querySelectorAll("td, .ant-statistic").length > 3, null, { polling: 10, timeout: 30_000 });
  took.push(performance.now() - began);
  busy.push((await client.send("Performance.getMetrics")).metrics.find((one) => one.name === "TaskDuration").value * 1000);
  bytes = { bundle: 0, data: 0 };
  for (const [id, size] of sizes) {
    bytes[kinds.get(id)?.includes("/console/") ? "bundle" : "data"] += size;
  }
  await fresh.close();
}
for (const all of [took, busy]) {
  all.sort((one, other) => one - other);
}
console.log(`${path} as ${who}: median ${took[took.length >> 1].toFixed(0)} ms of ${times} (${took[0].toFixed(0)} to ${took.at(-1).toFixed(0)}); busy ${busy[busy.length >> 1].toFixed(0)} ms; bundle ${(bytes.bundle / 1000).toFixed(0)} kB, data ${(bytes.data / 1000).toFixed(0)} kB`);
await (await openBrowser()).close();
process.exit(0);
