// Two texts line by line: what is the same, what is only on one side. The longest common subsequence, by Myers' greedy way; texts that differ too much for it are told as gone and come.
export interface Line {
  kind: "same" | "gone" | "come";
  was: number | null; // number of the line, from 1
  is: number | null;
  text: string;
}

const STEPS_MAX = 2000;

function same(text: string, was: number, is: number): Line {
  return { kind: "same", was: was + 1, is: is + 1, text };
}

function between(a: string[], b: string[], atA: number, atB: number): Line[] {
  const most = Math.min(a.length + b.length, STEPS_MAX);
  const trace: Map<number, number>[] = [];
  let ends = new Map<number, number>([[1, 0]]);
  for (let steps = 0; steps <= most; steps++) {
    trace.push(new Map(ends));
    for (let k = -steps; k <= steps; k += 2) {
      const down = k === -steps || (k !== steps && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
      let x = down ? (ends.get(k + 1) ?? 0) : (ends.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      ends.set(k, x);
      if (x >= a.length && y >= b.length) {
        return walkBack(a, b, trace, steps, atA, atB);
      }
    }
    ends = new Map(ends);
  }
  return [
    ...a.map((text, at): Line => ({ kind: "gone", was: atA + at + 1, is: null, text })),
    ...b.map((text, at): Line => ({ kind: "come", was: null, is: atB + at + 1, text })),
  ];
}

function walkBack(a: string[], b: string[], trace: Map<number, number>[], last: number, atA: number, atB: number): Line[] {
  const lines: Line[] = [];
  let x = a.length;
  let y = b.length;
  for (let steps = last; steps >= 0; steps--) {
    const ends = trace[steps]!;
    const k = x - y;
    const down = k === -steps || (k !== steps && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const fromX = steps === 0 ? 0 : (ends.get(before) ?? 0);
    const fromY = steps === 0 ? 0 : fromX - before;
    const [begunX, begunY] = steps === 0 ? [0, 0] : down ? [fromX, fromY + 1] : [fromX + 1, fromY]; // where the run of equal lines begins
    while (x > begunX && y > begunY) {
      x--;
      y--;
      lines.push(same(a[x]!, atA + x, atB + y));
    }
    if (steps > 0) {
      if (down) {
        y--;
        lines.push({ kind: "come", was: null, is: atB + y + 1, text: b[y]! });
      } else {
        x--;
        lines.push({ kind: "gone", was: atA + x + 1, is: null, text: a[x]! });
      }
    }
  }
  return lines.reverse();
}

export function compare(was: string, is: string): Line[] {
  const a = was.split("\n");
  const b = is.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    head++;
  }
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail++;
  }
  return [
    ...a.slice(0, head).map((text, at) => same(text, at, at)),
    ...between(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head, head),
    ...a.slice(a.length - tail).map((text, at) => same(text, a.length - tail + at, b.length - tail + at)),
  ];
}

export interface Pair {
  left: Line | null;
  right: Line | null;
  skipped?: number; // in place of so many equal ones
}

const AROUND = 3;

// Side by side, what is gone beside what has come, with some equal lines around.
export function sideBySide(lines: Line[]): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at]!.kind === "same") {
      pairs.push({ left: lines[at]!, right: lines[at]! });
      at++;
      continue;
    }
    const gone: Line[] = [];
    const come: Line[] = [];
    for (; at < lines.length && lines[at]!.kind !== "same"; at++) {
      (lines[at]!.kind === "gone" ? gone : come).push(lines[at]!);
    }
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      pairs.push({ left: gone[i] ?? null, right: come[i] ?? null });
    }
  }
  const isSame = (pair: Pair) => pair.left !== null && pair.left === pair.right;
  const near = pairs.map((_, at) => pairs.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((pair) => !isSame(pair)));
  const shown: Pair[] = [];
  let skipped = 0;
  pairs.forEach((pair, at) => {
    if (near[at]) {
      if (skipped > 0) {
        shown.push({ left: null, right: null, skipped });
      }
      skipped = 0;
      shown.push(pair);
    } else {
      skipped++;
    }
  });
  return skipped > 0 ? [...shown, { left: null, right: null, skipped }] : shown;
}
