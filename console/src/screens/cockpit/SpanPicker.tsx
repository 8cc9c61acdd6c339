// Which span, and of which branch: both live in the address. A span that was named moves on with the days, one of one's own stays.
import { DatePicker, Segmented, Space } from "antd";
import dayjs from "dayjs";

import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useNow } from "@/parts/clock";
import { TextFilter } from "@/parts/TextFilter";
import { DAY_MS, dayOf, type Span, type SpanName, spanNamed, startOf } from "@/screens/cockpit/asking";
import { cockpitWords } from "@/screens/cockpit/words";

const NAMES: SpanName[] = ["today", "7", "30", "month", "last"];
const labels = { today: "spanToday", "7": "span7", "30": "span30", month: "spanMonth", last: "spanLast" } as const;

export function useSpan(usual: SpanName): Span & { unit?: string; name: SpanName | null } {
  const [filters] = useFilters();
  const now = useNow(60_000);
  const unit = filters.unit === undefined ? {} : { unit: filters.unit };
  const from = Number(filters.from);
  if (filters.from !== undefined && Number.isSafeInteger(from)) {
    const until = Number(filters.until);
    return { from, ...(filters.until !== undefined && Number.isSafeInteger(until) ? { until } : {}), ...unit, name: null };
  }
  const name = NAMES.find((one) => one === filters.span) ?? usual;
  return { ...spanNamed(name, now), ...unit, name };
}

export function SpanPicker({ usual }: { usual: SpanName }) {
  const t = useWords(cockpitWords);
  const [, change] = useFilters();
  const span = useSpan(usual);
  const now = Date.now();
  return (
    <Space wrap>
      <Segmented
        aria-label={t("span")}
        value={span.name ?? "own"}
        onChange={(value) => change({ span: value, from: null, until: null })}
        options={[...NAMES.map((name) => ({ value: name as string, label: t(labels[name]) })), ...(span.name === null ? [{ value: "own", label: t("spanOwn") }] : [])]}
      />
      <DatePicker.RangePicker
        aria-label={t("span")}
        allowClear={false}
        disabledDate={(day) => day.valueOf() > now}
        value={[dayjs(dayOf(span.from)), dayjs(dayOf((span.until ?? now) - 1))]}
        onChange={(days) => {
          const [first, last] = days ?? [];
          if (first != null && last != null) {
            const end = startOf(last.format("YYYY-MM-DD")) + DAY_MS;
            change({ span: null, from: startOf(first.format("YYYY-MM-DD")), until: end > now ? null : end });
          }
        }}
      />
      <TextFilter name="unit" label={t("unit")} placeholder={t("unitAll")} width={190} maxLength={64} />
    </Space>
  );
}
