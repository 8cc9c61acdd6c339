// What a person keeps for himself: drafts of models, views of tables. It is kept by the server, for the person who is signed in, so that he goes on at another desk; and in this browser, so that what he writes is there
// however the server is.
//
//     const shape: Shape<Draft> = { empty, isEmpty, merge };
//     const own = useOwn("model_draft", "pack", shape);
//     own.change((before) => ({ ...before, ... }));   // at once here and in the other pages of this browser, a moment later on the server
//     own.saving                                      // how far that is
//
// This browser remembers what it last had in common with the server (`base`, with its version). What has changed here since goes there; what has changed there since comes here. Where both have changed, what goes together is
// put together; of the rest nothing is done on either side until the person has said which of the two he keeps.
//
// The pages of one browser have one memory, and save one after the other. A session may have become another person's meanwhile, in another page: the server is told whose things are meant, and refuses.
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { api, Away, Problem, serverNow, told } from "@/api/client";
import { dropKept, onKept, readKept, writeKept } from "@/app/kept";
import { useSession } from "@/app/session";

export type OwnKind = "model_draft" | "view";

export interface Shape<T> {
  empty: T;
  isEmpty: (value: T) => boolean;
  // Of two that were made of one. `both`: what has changed on both sides and does not go together; there the preferred side counts.
  merge: (base: T, mine: T, theirs: T, prefers: "mine" | "theirs") => { merged: T; both: string[] };
}

export type Saving<T> =
  | { state: "asking" } // the server has not told yet what it keeps
  | { state: "saved"; atMs: number | null } // null: there is nothing to keep
  | { state: "waiting" } // not saved; it will be in a moment
  | { state: "failed"; error: unknown } // not saved
  | { state: "off" } // this server keeps nothing: this browser alone does
  | { state: "differs"; theirs: T; version: number; atMs: number | null; both: string[] }; // not saved: another desk has changed the same

interface Memory<T> {
  value: T;
  base: T; // what the server kept in
  version: number; // 0: nothing
  keptMs: number | null;
}

export interface Snapshot<T> {
  value: T;
  saving: Saving<T>;
  isKept: boolean; // in this browser; false: it has no room for it
}

const PAUSE_MS = 1200; // after the last key
const OTHERS_MS = 6000; // another page has written, and saves it; unless it was closed
const AGAIN_MS = 10_000; // after a failure that may pass
const ROUNDS_MAX = 5; // of a save that others come before
const TIMEOUT_MS = 30_000;

// Of values that JSON holds, whatever the order of members.
function sameText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))) : part)) ?? "";
}

export function isSame(one: unknown, other: unknown): boolean {
  return sameText(one) === sameText(other);
}

// Of named parts, each for itself; one that is not there was dropped.
export function mergeParts<P>(base: Record<string, P>, mine: Record<string, P>, theirs: Record<string, P>, prefers: "mine" | "theirs"): { merged: Record<string, P>; both: string[] } {
  const merged: Record<string, P> = {};
  const both: string[] = [];
  for (const name of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const isMine = isSame(theirs[name], base[name]) || isSame(mine[name], theirs[name]);
    const isTheirs = isSame(mine[name], base[name]);
    if (!isMine && !isTheirs) {
      both.push(name);
    }
    const part = isMine || (!isTheirs && prefers === "mine") ? mine[name] : theirs[name];
    if (part !== undefined) {
      merged[name] = part;
    }
  }
  return { merged, both };
}

class OwnThing<T> {
  private memory: Memory<T>;
  private isKept = true;
  private saving: Saving<T> = { state: "asking" };
  private snapshotNow: Snapshot<T>;
  private readonly listeners = new Set<() => void>();
  private pages = 0; // components that show it
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isRunning = false;
  private wants: "nothing" | "save" | "look" = "nothing";
  private prefers: { keeps: "mine" | "theirs"; over: number } | null = null; // what the person has said, of that version of the other desk
  private readonly place: string;
  private readonly undo: () => void;

  constructor(
    private readonly who: string,
    private readonly kind: OwnKind,
    private readonly name: string,
    private readonly shape: Shape<T>,
    former: { place: string; read: (kept: unknown) => T } | undefined,
  ) {
    this.place = `own.${who}.${kind}.${name}`;
    this.memory = readKept<Memory<T> | null>(this.place, null) ?? this.takeOver(former);
    this.snapshotNow = this.snap();
    this.undo = onKept(this.place, () => {
      this.memory = readKept<Memory<T>>(this.place, this.nothing());
      this.isKept = true;
      this.tell(this.isChanged() ? { state: "waiting" } : { state: "saved", atMs: this.memory.keptMs });
      if (this.isChanged() && this.pages > 0) {
        this.later(OTHERS_MS);
      }
    });
  }

  // What an earlier console had kept in this browser alone: it goes to the server like something that was just written.
  private takeOver(former: { place: string; read: (kept: unknown) => T } | undefined): Memory<T> {
    const kept = former === undefined ? null : readKept<unknown>(former.place, null);
    if (former === undefined || kept === null) {
      return this.nothing();
    }
    const memory = { ...this.nothing(), value: former.read(kept) };
    if (writeKept(this.place, memory)) {
      dropKept(former.place);
    }
    return memory;
  }

  private nothing(): Memory<T> {
    return { value: this.shape.empty, base: this.shape.empty, version: 0, keptMs: null };
  }

  private snap(): Snapshot<T> {
    return { value: this.memory.value, saving: this.saving, isKept: this.isKept };
  }

  private tell(saving: Saving<T>): void {
    this.saving = saving;
    this.snapshotNow = this.snap();
    this.listeners.forEach((listener) => listener());
  }

  // Each change is made to what the browser keeps, and not to what a page remembers.
  private read(): Memory<T> {
    return this.isKept ? readKept<Memory<T>>(this.place, this.memory) : this.memory;
  }

  private write(memory: Memory<T>): void {
    this.memory = memory;
    this.isKept = writeKept(this.place, memory);
    this.snapshotNow = this.snap();
  }

  private isChanged(): boolean {
    return !isSame(this.memory.value, this.memory.base);
  }

  // ---- for components -------------------------------------------------------------------------------------------

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot<T> => this.snapshotNow;

  readonly change = (change: (before: T) => T): void => {
    const before = this.read();
    this.write({ ...before, value: change(before.value) });
    if (this.saving.state === "off" || this.saving.state === "differs") {
      this.tell(this.saving);
    } else {
      this.tell({ state: "waiting" });
      this.later(PAUSE_MS);
    }
  };

  // The person has said which of the two he keeps.
  readonly settle = (keeps: "mine" | "theirs"): void => {
    if (this.saving.state === "differs") {
      this.prefers = { keeps, over: this.saving.version };
      this.tell({ state: "waiting" });
      this.run("look");
    }
  };

  readonly again = (): void => this.run("look");

  readonly open = (): (() => void) => {
    const seen = () => (document.visibilityState === "visible" ? this.run("look") : this.flush());
    this.pages += 1;
    document.addEventListener("visibilitychange", seen);
    this.run("look");
    return () => {
      document.removeEventListener("visibilitychange", seen);
      this.pages -= 1;
      if (this.pages === 0) {
        this.flush();
      }
    };
  };

  readonly close = (): void => {
    clearTimeout(this.timer);
    this.undo();
  };

  // ---- saving ---------------------------------------------------------------------------------------------------

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run("save"), ms);
  }

  private flush(): void {
    clearTimeout(this.timer);
    if (this.saving.state === "waiting") {
      this.run("save");
    }
  }

  private run(wants: "save" | "look"): void {
    this.wants = wants === "look" || this.wants === "look" ? "look" : "save";
    if (this.isRunning) {
      return;
    }
    this.isRunning = true;
    void this.alone(() => this.rounds())
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.isRunning = false;
        if (this.wants !== "nothing") {
          this.later(PAUSE_MS);
        }
      });
  }

  // Only one page of this browser at a time, where the browser can tell: over TLS and on this machine.
  private async alone(work: () => Promise<void>): Promise<void> {
    await (navigator.locks === undefined ? work() : navigator.locks.request(this.place, work));
  }

  private async rounds(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const looks = this.wants === "look";
      this.wants = "nothing";
      try {
        if ((looks || round > 0) && !(await this.look())) {
          return; // the person has to say
        }
        await this.save();
        return;
      } catch (error) {
        if (!(error instanceof Problem && (error.code === "kept_elsewhere" || error.code === "kept_unknown"))) {
          throw error;
        }
      }
    }
    throw new Away();
  }

  private asks(): { query: { person?: string }; signal: AbortSignal } {
    return { query: this.who === "" ? {} : { person: this.who }, signal: AbortSignal.timeout(TIMEOUT_MS) };
  }

  // Brings what the server keeps together with what is here. False: that takes the person.
  private async look(): Promise<boolean> {
    const { query, signal } = this.asks();
    const { kept } = await told(api.GET("/v1/me/kept", { params: { query: { kind: this.kind, ...query } }, signal }));
    const row = kept.find((one) => one.name === this.name);
    if ((row?.version ?? 0) === this.read().version) {
      return true;
    }
    let theirs = this.shape.empty;
    let version = 0;
    let keptMs: number | null = null;
    if (row !== undefined) {
      const one = await told(api.GET("/v1/me/kept/{kind}/{name}", { params: { path: { kind: this.kind, name: this.name }, query }, signal }));
      theirs = JSON.parse(one.text) as T;
      ({ version, kept: keptMs } = one);
    }
    const now = this.read(); // somebody may have written meanwhile
    const prefers = this.prefers?.over === version ? this.prefers.keeps : null;
    const { merged, both } = this.shape.merge(now.base, now.value, theirs, prefers ?? "mine");
    this.prefers = null;
    if (both.length > 0 && prefers === null) {
      this.tell({ state: "differs", theirs, version, atMs: keptMs, both });
      return false;
    }
    this.write({ value: merged, base: theirs, version, keptMs });
    return true;
  }

  private async save(): Promise<void> {
    const { query, signal } = this.asks();
    const sent = this.read();
    const { value, version } = sent;
    let base = { version, keptMs: sent.keptMs };
    if (!isSame(value, sent.base)) {
      const path = { kind: this.kind, name: this.name };
      if (!this.shape.isEmpty(value)) {
        const kept = await told(api.PUT("/v1/me/kept/{kind}/{name}", { params: { path }, body: { version, text: JSON.stringify(value), ...query }, signal }));
        base = { version: kept.version, keptMs: kept.kept };
      } else {
        if (version > 0) {
          await told(api.DELETE("/v1/me/kept/{kind}/{name}", { params: { path, query: { version, ...query } }, signal }));
        }
        base = { version: 0, keptMs: serverNow() };
      }
      this.write({ ...this.read(), base: value, ...base });
    } else {
      this.memory = sent;
    }
    if (this.isChanged()) {
      this.tell({ state: "waiting" });
      this.later(PAUSE_MS);
    } else {
      this.tell({ state: "saved", atMs: base.keptMs });
    }
  }

  private fail(error: unknown): void {
    if (error instanceof Problem && error.code === "response_off") {
      this.tell({ state: "off" });
      return;
    }
    this.tell({ state: "failed", error });
    if (this.pages > 0 && (error instanceof Away || (error instanceof Problem && (error.status >= 500 || error.status === 429)))) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.run("look"), AGAIN_MS);
    }
  }
}

// One of each, whatever shows it; of one person at a time.
const things = new Map<string, OwnThing<never>>();
let whose = "";

function thingOf<T>(who: string, kind: OwnKind, name: string, shape: Shape<T>, former: { place: string; read: (kept: unknown) => T } | undefined): OwnThing<T> {
  if (who !== whose) {
    things.forEach((thing) => thing.close());
    things.clear();
    whose = who;
  }
  const key = `${kind} ${name}`;
  const known = things.get(key) as OwnThing<T> | undefined;
  const thing = known ?? new OwnThing(who, kind, name, shape, former);
  things.set(key, thing as unknown as OwnThing<never>);
  return thing;
}

export interface Own<T> extends Snapshot<T> {
  change: (change: (before: T) => T) => void;
  settle: (keeps: "mine" | "theirs") => void;
  again: () => void;
}

// `shape` and `former` are constants. `former`: where an earlier console has kept it in this browser, behind the person's name.
export function useOwn<T>(kind: OwnKind, name: string, shape: Shape<T>, former?: { place: (who: string) => string; read: (kept: unknown) => T }): Own<T> {
  const { identity } = useSession();
  const who = identity?.name ?? "";
  const thing = useMemo(() => thingOf(who, kind, name, shape, former && { place: former.place(who), read: former.read }), [who, kind, name, shape, former]);
  const snapshot = useSyncExternalStore(thing.subscribe, thing.snapshot);
  useEffect(() => thing.open(), [thing]);
  return { ...snapshot, change: thing.change, settle: thing.settle, again: thing.again };
}
