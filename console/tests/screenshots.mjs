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

const decided = await ask("shift-leader", "GET", "/v1/decisions?hits=true&limit=50");
const decision = (decided.body.decisions ?? []).sort((one, other) => other.hits.length - one.hits.length)[0];

const SCREENS = [
  ["sign-in", null, "/"],
  ["cockpit", "shift-leader", "/cockpit"],
  ["cockpit-wall-night", "shift-leader", "/cockpit?view=wall"],
  ["decisions", "analyst-1", "/decisions"],
  ["decision", "analyst-1", `/decisions/${encodeURIComponent(decision?.event_id ?? "")}`],
  ["desk", "analyst-1", "/desk"],
  ["alerts", "shift-leader", "/alerts"],
  ["alert", "shift-leader", `/alerts/${alert?.alert}`],
  ["alert-night", "shift-leader", `/alerts/${alert?.alert}`],
  ["holds", "shift-leader", "/holds"],
  ["controls", "shift-leader", "/controls"],
  ["strategies", "shift-leader", "/strategies"],
  ["cases", "analyst-1", "/cases"],
  ["graph", "analyst-1", `/graph?kind=ACCOUNT&name=${encodeURIComponent(alert?.account ?? "")}`],
  ["orders", "liaison", "/orders"],
  ["models", "model-author", "/models"],
  ["model", "model-author", "/models/M-MU-02-A"],
  ["drafts", "model-author", "/drafts"],
  ["overlap", "model-author", "/overlap"],
  ["features", "analyst-1", "/features"],
  ["lists", "analyst-1", "/lists"],
  ["profile", "analyst-1", `/profiles/customer/${encodeURIComponent(alert?.customer ?? "")}`],
  ["bulletin", "department-head", "/reports/bulletin"],
  ["daily", "shift-leader", "/reports/daily"],
  ["system", "operator", "/system"],
  ["users", "administrator", "/users"],
  ["audit", "auditor", "/audit"],
];

for (const [name, who, path] of SCREENS) {
  for (const language of ["zh", "en"]) {
    const started = await openPage(who, path, { language, look: name.endsWith("-night") ? "dark" : "light", width: 1440, height: 900, refusals: [401, 404] }).catch((error) => error);
    if (started instanceof Error) {
      console.log(`${name} ${language}: ${started.message.split("\n")[0]}`); // the picture that is there stays
      continue;
    }
    const { page, context } = started;
    await settled(page).catch(() => undefined);
    await page.waitForTimeout(1200); // charts and pictures are drawn
    await page.screenshot({ path: join(folder, `${name}.${language}.png`) });
    console.log(`${name} ${language}`);
    await context.close();
  }
}
await (await openBrowser()).close();
process.exit(0);
