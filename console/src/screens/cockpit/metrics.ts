// The server's metrics as text, read for what the cockpit shows: how many decisions, and how long they took. Rates are of two readings, one after the other.
const SAMPLE = /^(\w+)(?:\{([^}]*)\})? ([^ ]+)$/;
const LABEL = /(\w+)="([^"]*)"/g;

export interface Bucket {
  atMost: number; // seconds; Infinity behind the last bound
  count: number; // of all that took no longer
}

export interface Reading {
  at: number; // ms, by this browser's clock
  decisions: number;
  late: number;
  buckets: Bucket[]; // from a record's arrival until its answer may go out
}

export function readMetrics(text: string, at: number): Reading {
  const reading: Reading = { at, decisions: 0, late: 0, buckets: [] };
  text.split("\n").forEach((line) => {
    if (!/^qiantang_(decisions_total|late_events_total|stage_seconds_bucket)/.test(line)) {
      return;
    }
    const found = SAMPLE.exec(line);
    if (found === null) {
      return;
    }
    const value = Number(found[3]);
    const labels = Object.fromEntries([...(found[2] ?? "").matchAll(LABEL)].map((one) => [one[1], one[2]]));
    if (found[1] === "qiantang_decisions_total") {
      reading.decisions += value;
    } else if (found[1] === "qiantang_late_events_total") {
      reading.late += value;
    } else if (labels.stage === "total") {
      reading.buckets.push({ atMost: labels.le === "+Inf" ? Infinity : Number(labels.le), count: value });
    }
  });
  return reading;
}

// Decisions a second between two readings. A counter that went back belongs to a server that was started anew.
export function rateBetween(before: Reading, after: Reading): number | null {
  const seconds = (after.at - before.at) / 1000;
  return seconds <= 0 || after.decisions < before.decisions ? null : (after.decisions - before.decisions) / seconds;
}

export function bucketsBetween(before: Reading, after: Reading): Bucket[] {
  return after.buckets.map((bucket, at) => ({ atMost: bucket.atMost, count: bucket.count - (before.buckets[at]?.count ?? 0) }));
}

export function countOf(buckets: Bucket[]): number {
  return buckets.at(-1)?.count ?? 0;
}

// The bound under which this share lies; the histogram knows no better.
export function boundOf(buckets: Bucket[], share: number): number | null {
  const all = countOf(buckets);
  return all <= 0 ? null : (buckets.find((bucket) => bucket.count >= share * all)?.atMost ?? null);
}
