// One alert with all that belongs to it, asked for anew while it is looked at; and what the reader may do with it.
import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useAsk } from "@/parts/ask";
import { useDesk } from "@/screens/bench/people";

export type Whole = Required<Schemas["Alert"]>;
export type Row = Schemas["AlertRow"];

// Who looks a second time is not told what was done: those members are left out then, and `blind` says so: nothing that stands here instead of them is shown.
function wholeOf(alert: Schemas["Alert"]): Whole {
  return { moves: [], clocks: [], holds: [], controls: [], tasks: [], runs: [], similar: [], trace: { whole: true, steps: [] }, script: null, scripts: [], ...alert };
}

// Under one key and in one shape for all who ask for an alert.
export function useAlert(alert: number | null, more: { everyMs?: number; active?: boolean } = { everyMs: 10_000 }) {
  return useAsk(["alert", alert], (signal) => told(api.GET("/v1/alerts/{alert}", { params: { path: { alert: alert! } }, signal })).then(wholeOf), { ...more, active: alert !== null && (more.active ?? true) });
}

export interface Ways {
  mine: boolean;
  works: boolean; // somebody who works on alerts
  steps: boolean; // has it, or is a leader who steps in
  claim: boolean;
  verify: boolean;
  waits: ("WAITING_CUSTOMER" | "WAITING_BRANCH" | "WAITING_POLICE")[];
  ask: boolean;
  answer: boolean;
  decide: boolean;
  approve: boolean; // there is a decision that waits, and he is not who made it
  handOver: boolean;
  handBack: boolean;
  escalate: boolean;
  reopen: boolean;
  intoCase: boolean;
}

const WAITING = ["QUEUED", "ESCALATED", "REOPENED"];
const IN_WORK = ["ASSIGNED", "VERIFYING", "WAITING_CUSTOMER", "WAITING_BRANCH", "WAITING_POLICE"];

// What the server would refuse is not offered; it decides all the same.
export function useWays({ row, moves, blind }: Pick<Whole, "row" | "moves" | "blind">): Ways {
  const { identity, may } = useSession();
  const { data } = useDesk();
  const works = may("alerts:work");
  const level = data?.desk.level ?? 0;
  const skilled = data?.desk.skills.includes(row.skill) ?? false;
  const mine = row.owner !== null && row.owner === identity?.name;
  const steps = works && row.open && (mine || level > 0);
  const goes = (state: string) => steps && moves.includes(state);
  const inWork = IN_WORK.includes(row.state);
  return {
    mine,
    works,
    steps,
    claim: works && skilled && !mine && level >= row.level && (WAITING.includes(row.state) || (level > 0 && ["AUTO_RUNNING", "ASSIGNED", "VERIFYING"].includes(row.state))),
    verify: goes("VERIFYING"),
    waits: (["WAITING_CUSTOMER", "WAITING_BRANCH", "WAITING_POLICE"] as const).filter((state) => goes(state)),
    ask: steps && inWork && row.secrecy === "NORMAL",
    answer: works && may("tasks:answer") && row.open && row.secrecy === "NORMAL",
    decide: goes("DECIDED"),
    approve: may("alerts:approve") && row.approval === "ASKED" && row.decided_by !== identity?.name,
    handOver: steps && ["ASSIGNED", "VERIFYING"].includes(row.state),
    handBack: goes("QUEUED") && row.owner !== null,
    escalate: steps && inWork && row.level < 2,
    reopen: may("alerts:approve") && !row.open && !blind,
    intoCase: works && may("cases:write") && row.case === null && !blind,
  };
}
