// The report of a shift: of which span, how the shift is called and who leads it; shown as it is printed, and taken away as PDF.
import { Button, Card, Checkbox, DatePicker, Segmented, Space } from "antd";
import { useState } from "react";

import { useSession } from "@/app/session";
import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { meantMs, shownMoment } from "@/parts/moments";
import { TextFilter } from "@/parts/TextFilter";
import { timeText } from "@/parts/values";
import { DAY_MS } from "@/screens/cockpit/asking";
import { type Asking, Downloads, Paper } from "@/screens/reports/Paper";
import { reportWords } from "@/screens/reports/words";


export default function Daily() {
  const t = useWords(reportWords);
  const settings = useSettings();
  const { identity } = useSession();
  const [filters, change] = useFilters();
  const [opened] = useState(() => Date.now()); // without a span: until this was opened
  const [version, setVersion] = useState(0);
  const until = Number(filters.until) || opened;
  const from = Number(filters.from) || until - DAY_MS;
  const language = filters.paper === "zh" || filters.paper === "en" ? filters.paper : settings.language;
  const leader = filters.leader ?? (identity?.roles.includes("shift-leader") ? identity.name : undefined); // a leader's own shift, as a rule
  const asking: Asking = {
    path: "/v1/cockpit/daily",
    query: {
      from: filters.from,
      until: filters.until,
      unit: filters.unit,
      shift: filters.shift,
      leader,
      language,
      secrets: filters.secrets === "true" ? "true" : undefined,
    },
    name: `shift-${timeText(until, "day")}-${language}`,
  };
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("daily")}</h1>} extra={<Downloads asking={asking} />}>
      <Space wrap style={{ marginBottom: 8 }}>
        <DatePicker.RangePicker
          aria-label={t("span")}
          showTime={{ format: "HH:mm" }}
          format="YYYY-MM-DD HH:mm"
          allowClear={false}
          value={[shownMoment(from), shownMoment(until)]}
          onChange={(days) => {
            const [first, last] = days ?? [];
            if (first != null && last != null) {
              change({ from: meantMs(first), until: Math.min(meantMs(last), Date.now()) });
            }
          }}
        />
        <Button
          onClick={() => {
            change({ from: null, until: null });
            setVersion((before) => before + 1);
          }}
        >
          {t("lastDay")}
        </Button>
        <TextFilter name="shift" label={t("shift")} width={210} maxLength={64} />
        <TextFilter name="leader" label={t("leader")} placeholder={leader} width={210} maxLength={64} />
        <TextFilter name="unit" label={t("unit")} placeholder={t("unitAll")} width={210} maxLength={64} />
        <Segmented
          aria-label={t("paperLanguage")}
          value={language}
          onChange={(value) => change({ paper: value })}
          options={[
            { value: "zh", label: t("chinese") },
            { value: "en", label: t("english") },
          ]}
        />
        <Checkbox checked={filters.secrets === "true"} onChange={(event) => change({ secrets: event.target.checked ? "true" : null })}>
          {t("secrets")}
        </Checkbox>
      </Space>
      <Paper asking={asking} title={t("dailyTitle")} version={version} />
    </Card>
  );
}
