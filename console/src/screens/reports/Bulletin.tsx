// The monthly bulletin: as it is printed, an editor's texts, and the sentence with the figures that it is made of.
import { Card, Checkbox, DatePicker, Segmented, Space, Tabs } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { useSettings } from "@/app/settings";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { TextFilter } from "@/parts/TextFilter";
import { monthBefore, monthOf, monthSpan } from "@/screens/cockpit/asking";
import { type Asking, Downloads, Paper } from "@/screens/reports/Paper";
import { Sentence } from "@/screens/reports/Sentence";
import { Texts } from "@/screens/reports/Texts";
import { reportWords } from "@/screens/reports/words";

export default function Bulletin() {
  const t = useWords(reportWords);
  const settings = useSettings();
  const [filters, change] = useFilters();
  const [version, setVersion] = useState(0);
  const now = Date.now();
  const month = /^\d{4}-\d{2}$/.test(filters.month ?? "") ? filters.month! : monthBefore(monthOf(now));
  const language = filters.paper === "zh" || filters.paper === "en" ? filters.paper : settings.language;
  const asking: Asking = {
    path: "/v1/cockpit/bulletin",
    query: { month, unit: filters.unit, language, secrets: filters.secrets === "true" ? "true" : undefined },
    name: `bulletin-${month}${filters.unit === undefined ? "" : `-${filters.unit}`}-${language}`,
  };
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("bulletin")}</h1>} extra={<Downloads asking={asking} />}>
      <Space wrap style={{ marginBottom: 8 }}>
        <DatePicker
          picker="month"
          allowClear={false}
          aria-label={t("month")}
          value={dayjs(`${month}-01`)}
          disabledDate={(day) => day.format("YYYY-MM") > monthOf(now)}
          onChange={(day) => change({ month: day.format("YYYY-MM") })}
        />
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
      <Tabs
        activeKey={filters.tab ?? "paper"}
        onChange={(tab) => change({ tab: tab === "paper" ? null : tab })}
        destroyOnHidden
        items={[
          { key: "paper", label: t("preview"), children: <Paper asking={asking} title={t("paperTitle", { month })} version={version} /> },
          { key: "texts", label: t("texts"), children: <Texts month={month} unit={filters.unit} onChanged={() => setVersion((before) => before + 1)} /> },
          { key: "sentence", label: t("sentence"), children: <Sentence span={monthSpan(month, now)} unit={filters.unit} language={language} /> },
        ]}
      />
    </Card>
  );
}
