// Measures the screen of live decisions: frames a second, long frames, and the heap over time, while a bank decides.
//
//     node tests/measure_live.mjs SECONDS [WHO] [ADDRESS]
//
// The server runs already, and records come from elsewhere: `qiantang load`, or scripts/tour_bank.py --live N. QT_PASSWORD is the password. Every ten seconds a line is written; the last one
// sums up. The heap is told after the browser was asked to collect, so what is left is held.
import { chromium } from "playwright-core";

const [seconds = "120", who = "analyst-1", address = process.env.QT_ADDRESS ?? "http://127.0.0.1:18080"] = process.argv.slice(2);
const EVERY_S = 10;
const browser = await chromium.launch({ executablePath: process.env.QT_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--js-flags=--expose-gc", "--enable-precise-memory-info"] });
const page = await (await browser.newContext({ viewport: { width: 1366, height: 768 } })).newPage();
await page.goto(`${address}/console/`);
await page.locator("input").first().fill(who);
await page.locator("input[type=password]").fill(process.env.QT_PASSWORD ?? "look around here");
await page.keyboard.press("Enter");
await page.waitForSelector("nav");
await page.goto(`${address}/console/decisions`);
await page.waitForSelector("tbody tr[aria-rowindex]");
await page.evaluate(() => {
  const times = (window.frameTimes = []);
  let last = performance.now();
  const frame = (now) => {
    times.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});

const all = [];
const heaps = [];
console.log("second  decisions/s  frames/s  slowest frame, ms  heap, MB");
for (let second = EVERY_S; second <= Number(seconds); second += EVERY_S) {
  await page.waitForTimeout(EVERY_S * 1000);
  await page.mouse.move(200 + (second % 100), 20); // somebody sits there: the console would sign out after half an hour
  const told = await page.evaluate(() => {
    const times = window.frameTimes.splice(0);
    window.gc?.();
    return { times, heap: performance.memory.usedJSHeapSize / 1048576, rate: document.querySelector(".ant-card-body .number")?.textContent ?? "" };
  });
  if (told.rate === "") {
    console.error(`the screen of live decisions is not there any more: ${page.url()}`);
    process.exit(1);
  }
  const spent = told.times.reduce((sum, one) => sum + one, 0);
  const rate = (1000 * told.times.length) / spent;
  all.push(...told.times);
  heaps.push(told.heap);
  console.log(`${String(second).padStart(6)}  ${told.rate.padStart(11)}  ${rate.toFixed(1).padStart(8)}  ${Math.max(...told.times).toFixed(0).padStart(17)}  ${told.heap.toFixed(1).padStart(8)}`);
}
all.sort((one, other) => one - other);
const part = (share) => all[Math.min(all.length - 1, Math.floor(all.length * share))].toFixed(1);
const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
console.log(`${(1000 / mean).toFixed(1)} frames a second over ${seconds} s; frames of ${part(0.5)} ms (half), ${part(0.99)} ms (99 %), ${part(1)} ms (most); heap ${heaps[0].toFixed(1)} MB at first, ${heaps.at(-1).toFixed(1)} MB at last`);
await browser.close();
