// Pictures of all screens, in both languages: node tests/screenshots.mjs FOLDER [NAME,NAME...]. The server runs already (scripts/screenshots.sh).
// What a picture shows is the made-up bank of scripts/tour_bank.py; who looks at it stands beside each path.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { ask, openBrowser, openPage, settled } from "./harness.mjs";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

// What there is to look at: the gravest alert that many models hit, a decision with hits, a case and what came of it.
const first = async (who, path, member) => (await ask(who, "GET", path)).body[member]?.[0];
const listed = await ask("shift-leader", "GET", "/v1/alerts?open=true&order=rank&limit=100");
const alert = listed.body.alerts.sort((one, other) => other.hits - one.hits)[0];
const decided = await ask("shift-leader", "GET", "/v1/decisions?hits=true&limit=50");
const decision = (decided.body.decisions ?? []).sort((one, other) => other.hits.length - one.hits.length)[0];
const room = await first("analyst-1", "/v1/cases", "cases");
const gang = await first("analyst-1", "/v1/gangs?state=PROPOSED", "gangs");
const referral = await first("analyst-1", "/v1/referrals", "referrals");
const { orders } = (await ask("liaison", "GET", "/v1/orders")).body;
const order = orders.find((one) => one.kind === "STOP_PAY" && one.control !== null) ?? orders[0];
const { releases } = (await ask("model-approver", "GET", "/v1/releases")).body;
const release = releases.find((one) => one.state === "proposed") ?? releases[0];
const list = (await ask("analyst-1", "GET", "/v1/lists")).body.lists.sort((one, other) => other.entries - one.entries)[0];
const account = encodeURIComponent(gang?.seed ?? alert?.account ?? "");

const SCREENS = [
  ["sign-in", null, "/"],
  ["cockpit", "shift-leader", "/cockpit"],
  ["cockpit-wall-night", "director", "/cockpit?view=wall", 1920, 1080],
  ["figures", "shift-leader", "/cockpit/figures"],
  ["decisions", "analyst-1", "/decisions"],
  ["decision", "analyst-1", `/decisions/${encodeURIComponent(decision?.event_id ?? "")}`],
  ["desk", "analyst-1", "/desk"],
  ["alerts", "shift-leader", "/alerts"],
  ["alert", "shift-leader", `/alerts/${alert?.alert}`],
  ["alert-night", "shift-leader", `/alerts/${alert?.alert}`],
  ["samples", "quality-reviewer", "/samples"],
  ["holds", "shift-leader", "/holds"],
  ["controls", "shift-leader", "/controls"],
  ["appeals", "shift-leader", "/appeals"],
  ["proposals", "shift-leader", "/proposals"],
  ["branch", "branch-verifier", "/branch"],
  ["missed", "quality-reviewer", "/missed"],
  ["strategies", "shift-leader", "/strategies"],
  ["strategy", "shift-leader", "/strategies/D-SMSCONF"],
  ["cases", "analyst-1", "/cases"],
  ["case", "analyst-1", `/cases/${room?.id}`],
  ["graph", "analyst-1", `/graph?kind=ACCOUNT&name=${account}`],
  ["gangs", "analyst-1", "/gangs"],
  ["gang", "analyst-1", `/gangs/${gang?.id}`],
  ["referrals", "liaison", "/referrals"],
  ["referral", "analyst-1", `/referrals/${referral?.referral}`],
  ["orders", "liaison", "/orders"],
  ["order", "liaison", `/orders/${order?.police_order}`],
  ["models", "model-author", "/models"],
  ["model", "model-author", "/models/M-MU-02-A"],
  ["drafts", "model-author", "/drafts?file=models%2FMU%2FM-MU-02-A.yaml"],
  ["releases", "model-approver", "/releases"],
  ["release", "model-approver", `/releases/${release?.name}`],
  ["overlap", "model-author", "/overlap"],
  ["features", "analyst-1", "/features"],
  ["lists", "analyst-1", "/lists"],
  ["list", "analyst-1", `/lists/${list?.list}`],
  ["profile", "analyst-1", `/profiles/customer/${encodeURIComponent(alert?.customer ?? "")}`],
  ["bulletin", "department-head", "/reports/bulletin"],
  ["daily", "shift-leader", "/reports/daily"],
  ["system", "operator", "/system"],
  ["users", "administrator", "/users"],
  ["keys", "administrator", "/keys"],
  ["audit", "auditor", "/audit"],
].filter(([name]) => !(process.argv[3] ?? "") || process.argv[3].split(",").includes(name));

for (const [name, who, path, width = 1440, height = 900] of SCREENS) {
  for (const language of ["zh", "en"]) {
    const started = await openPage(who, path, { language, look: name.endsWith("-night") ? "dark" : "light", width, height, refusals: [401, 404] }).catch((error) => error);
    if (started instanceof Error) {
      console.log(`${name} ${language}: ${started.message.split("\n")[0]}`); // the picture that is there stays
      continue;
    }
    const { page, context } = started;
    await settled(page).catch(() => undefined);
    await page.waitForTimeout(name.startsWith("cockpit") || name === "decisions" ? 15_000 : name === "drafts" ? 4000 : 1200); // charts and pictures are drawn; a rate takes two looks
    await page.screenshot({ path: join(folder, `${name}.${language}.png`) });
    console.log(`${name} ${language}`);
    await context.close();
  }
}
await (await openBrowser()).close();
process.exit(0);
