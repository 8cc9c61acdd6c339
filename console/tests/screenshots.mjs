// Pictures of all screens, in both languages: node tests/screenshots.mjs FOLDER. The server runs already (scripts/screenshots.sh).
// What a picture shows is the made-up bank of scripts/tour_bank.py; who looks at it stands beside each path.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { ask, openBrowser, openPage, settled } from "./harness.mjs";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

// An alert worth looking at: the gravest that many models hit.
const listed = await ask("shift-leader", "GET", "/v1/alerts?open=true&order=rank&limit=100");
const alert = listed.body.alerts.sort((one, other) => other.hits - one.hits)[0];

const SCREENS = [
  ["sign-in", null, "/"],
  ["alerts", "shift-leader", "/alerts"],
  ["alert", "shift-leader", `/alerts/${alert?.alert}`],
];

for (const [name, who, path] of SCREENS) {
  for (const language of ["zh", "en"]) {
    const { page, context } = await openPage(who, path, { language, look: name.endsWith("-night") ? "dark" : "light", width: 1440, height: 900, refusals: [401, 404] });
    await settled(page);
    await page.waitForTimeout(1200); // charts and pictures are drawn
    await page.screenshot({ path: join(folder, `${name}.${language}.png`) });
    console.log(`${name} ${language}`);
    await context.close();
  }
}
await (await openBrowser()).close();
process.exit(0);
