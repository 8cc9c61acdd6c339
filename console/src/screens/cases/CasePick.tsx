// One case, chosen by its number or title as people know it.
import { Select } from "antd";
import { useState } from "react";

import { api, told } from "@/api/client";
import { defineWords, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";

const words = defineWords({
  find: { zh: "按案件编号或名称查找", en: "Number or title of the case" },
});

const CHOICES = 20;

export function CasePick({ id, label, value, onChange, open }: { id?: string; label?: string; value?: number; onChange?: (value: number | undefined) => void; open?: boolean }) {
  const t = useWords(words);
  const [text, setText] = useState("");
  const asked = useAsk(["table", "cases to pick", text, open === true], (signal) => told(api.GET("/v1/cases", { params: { query: { open, limit: CHOICES, text: text.trim() === "" ? undefined : text.trim() } }, signal })));
  // The label goes with what is chosen: another search does not have it among its answers.
  const [chosen, setChosen] = useState<{ value: number; label: string }>();
  const found = (asked.data?.cases ?? []).map((one) => ({ value: one.id, label: `${one.number} ${one.title}` }));
  const isFound = value === undefined || found.some((one) => one.value === value);
  // Nor is what stood in the address among them.
  const given = useAsk(["case", value], (signal) => told(api.GET("/v1/cases/{case}", { params: { path: { case: value! } }, signal })), { active: asked.data !== undefined && !isFound && chosen?.value !== value });
  const one = given.data?.case;
  const other = chosen?.value === value ? chosen : one !== undefined && one.id === value ? { value: one.id, label: `${one.number} ${one.title}` } : undefined;
  const options = isFound || other === undefined ? found : [...found, other];
  return (
    <Select
      id={id}
      allowClear
      showSearch
      filterOption={false}
      aria-label={label}
      placeholder={t("find")}
      value={value}
      loading={asked.isPending}
      onSearch={setText}
      onChange={(picked: number | undefined) => {
        setChosen(options.find((one) => one.value === picked));
        onChange?.(picked);
      }}
      options={options}
      style={{ width: "100%" }}
    />
  );
}
