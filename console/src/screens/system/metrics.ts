// Figures of GET /metrics (Prometheus' text format), and their rates between two readings.
export type Sample = { labels: Record<string, string>; value: number };
export type Reading = { at: number; samples: Map<string, Sample[]> };

// What is shown of them. Of all of them, or with the texts that they were read from, an hour of readings would be hundreds of megabytes: so names come from here, and of labels only short ones are kept.
const SHOWN = [
  "qiantang_decisions_total",
  "qiantang_http_requests_total",
  "qiantang_stage_seconds_bucket",
  "qiantang_waiting_records",
  "qiantang_response_lag_records",
  "qiantang_journal_segments_made_total",
  "qiantang_journal_bytes_total",
  "qiantang_journal_room_bytes",
  "process_cpu_seconds_total",
  "process_resident_memory_bytes",
];
const LABELS = new Set(["stage", "le"]);

export function readMetrics(text: string, at: number): Reading {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    const name = parts === null ? undefined : SHOWN.find((one) => one === parts[1]);
    if (parts === null || name === undefined) {
      continue;
    }
    const labels = Object.fromEntries([...(parts[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [label!, value!]).filter(([label]) => LABELS.has(label!)));
    const list = samples.get(name) ?? [];
    list.push({ labels, value: Number(parts[3]) });
    samples.set(name, list);
  }
  return { at, samples };
}

export function total(reading: Reading, name: string, fits: (labels: Record<string, string>) => boolean = () => true): number {
  return (reading.samples.get(name) ?? []).filter((sample) => fits(sample.labels)).reduce((sum, sample) => sum + sample.value, 0);
}

export function has(reading: Reading | undefined, name: string): boolean {
  return reading !== undefined && reading.samples.has(name);
}

// Per second, between a reading and the one before.
export function rate(before: Reading, after: Reading, name: string, fits?: (labels: Record<string, string>) => boolean): number {
  const seconds = (after.at - before.at) / 1000;
  return seconds <= 0 ? 0 : Math.max(0, total(after, name, fits) - total(before, name, fits)) / seconds;
}

// The time below which a share of what came between two readings was, in milliseconds; null: nothing came. From a histogram's buckets, so it is an upper bound.
export function quantile(before: Reading, after: Reading, name: string, share: number, fits: (labels: Record<string, string>) => boolean): number | null {
  const buckets = (after.samples.get(`${name}_bucket`) ?? []).filter((sample) => fits(sample.labels));
  const earlier = new Map((before.samples.get(`${name}_bucket`) ?? []).filter((sample) => fits(sample.labels)).map((sample) => [sample.labels.le, sample.value]));
  const counts = buckets.map((sample) => ({ le: sample.labels.le === "+Inf" ? Infinity : Number(sample.labels.le), count: sample.value - (earlier.get(sample.labels.le) ?? 0) })).sort((one, other) => one.le - other.le);
  const all = counts.at(-1)?.count ?? 0;
  const found = counts.find((bucket) => bucket.count >= all * share);
  return all === 0 || found === undefined || found.le === Infinity ? null : found.le * 1000;
}
