// The server's metrics (GET /metrics, Prometheus' text format), read for what screens show of them, again and again while one is open; and rates and
// quantiles between two readings.
import { useEffect, useState } from "react";

import { fetched } from "@/api/client";
import { useAsk } from "@/parts/ask";

// Of all metrics, or with the texts that they were read from, an hour of readings would be hundreds of megabytes: so only these are kept, their names come from here, and labels are short.
const SHOWN = [
  "qiantang_decisions_total",
  "qiantang_events_total",
  "qiantang_late_events_total",
  "qiantang_duplicates_total",
  "qiantang_refused_records_total",
  "qiantang_http_requests_total",
  "qiantang_stage_seconds_bucket",
  "qiantang_waiting_records",
  "qiantang_response_lag_records",
  "qiantang_journal_segments_made_total",
  "qiantang_journal_bytes_total",
  "qiantang_journal_room_bytes",
  "process_cpu_seconds_total",
  "process_resident_memory_bytes",
] as const;
const LABELS = new Set(["stage", "le", "type"]);
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export type Metric = (typeof SHOWN)[number];
export type Sample = { labels: Record<string, string>; value: number };
export type Reading = { at: number; samples: Map<Metric, Sample[]> }; // at: ms, by this browser's clock
type Fits = (labels: Record<string, string>) => boolean;

export function readMetrics(text: string, at: number): Reading {
  const samples: Reading["samples"] = new Map();
  for (const line of text.split("\n")) {
    const parts = SAMPLE.exec(line);
    const name = parts === null ? undefined : SHOWN.find((one) => one === parts[1]);
    if (parts === null || name === undefined) {
      continue;
    }
    const labels = Object.fromEntries([...(parts[2] ?? "").matchAll(LABEL)].map(([, label, value]) => [label!, value!]).filter(([label]) => LABELS.has(label!)));
    if (name === "qiantang_stage_seconds_bucket" && labels.stage !== "total") {
      continue; // the stages by themselves are shown nowhere
    }
    const list = samples.get(name) ?? [];
    list.push({ labels, value: Number(parts[3]) });
    samples.set(name, list);
  }
  return { at, samples };
}

// The newest readings, oldest first, so many at most.
export function useReadings(everyMs: number, most: number): { readings: Reading[]; error: unknown; again: () => void } {
  const asked = useAsk(["metrics"], async (signal) => readMetrics(await (await fetched("/metrics", { signal })).text(), Date.now()), { everyMs });
  const [readings, setReadings] = useState<Reading[]>([]);
  const { data } = asked;
  useEffect(() => {
    if (data !== undefined) {
      setReadings((before) => ((before.at(-1)?.at ?? -Infinity) >= data.at ? before : [...before, data].slice(-most)));
    }
  }, [data, most]);
  return { readings, error: asked.error, again: () => void asked.refetch() };
}

export function has(reading: Reading | undefined, name: Metric): boolean {
  return reading !== undefined && reading.samples.has(name);
}

export function total(reading: Reading, name: Metric, fits: Fits = () => true): number {
  return (reading.samples.get(name) ?? []).filter((sample) => fits(sample.labels)).reduce((sum, sample) => sum + sample.value, 0);
}

// Per second, between a reading and the one before; null where the counter went back: it belongs to a server that was started anew.
export function rate(before: Reading, after: Reading, name: Metric, fits?: Fits): number | null {
  const seconds = (after.at - before.at) / 1000;
  const came = total(after, name, fits) - total(before, name, fits);
  return seconds <= 0 || came < 0 ? null : came / seconds;
}

// How many had come within each bound (seconds) of the time from a record's arrival until its answer may go out, between two readings; without one before: since the server's start.
function bucketsOf(before: Reading | null, after: Reading): { atMost: number; count: number }[] {
  const totals = (reading: Reading) => reading.samples.get("qiantang_stage_seconds_bucket") ?? [];
  const earlier = new Map((before === null ? [] : totals(before)).map((sample) => [sample.labels.le, sample.value]));
  return totals(after)
    .map((sample) => ({ atMost: sample.labels.le === "+Inf" ? Infinity : Number(sample.labels.le), count: sample.value - (earlier.get(sample.labels.le) ?? 0) }))
    .sort((one, other) => one.atMost - other.atMost);
}

export function answered(before: Reading | null, after: Reading): number {
  return bucketsOf(before, after).at(-1)?.count ?? 0;
}

// The bound in seconds within which this share was answered, Infinity behind the last: a histogram knows no better. Null: nothing was.
export function latency(before: Reading | null, after: Reading, share: number): number | null {
  const buckets = bucketsOf(before, after);
  const all = buckets.at(-1)?.count ?? 0;
  return all <= 0 ? null : (buckets.find((bucket) => bucket.count >= share * all)?.atMost ?? null);
}
