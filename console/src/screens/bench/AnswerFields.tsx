// What somebody answers, by the names and types that the pack gives to answers.
import { Input, InputNumber, Select } from "antd";

import { useWords } from "@/app/words";
import type { DispositionWords } from "@/parts/disposition";
import { NOTHING } from "@/parts/values";
import { alertWords } from "@/screens/bench/alertWords";

export type Answer = Record<string, string | number | boolean>;

export function AnswerField({ name, label, words, value, onChange }: { name: string; label: string; words: DispositionWords; value: Answer[string] | undefined; onChange: (value: Answer[string] | undefined) => void }) {
  const t = useWords(alertWords);
  const answer = words.answerOf(name);
  if (answer?.type === "bool") {
    return (
      <Select
        allowClear
        aria-label={label}
        placeholder={t("notAsked")}
        value={value === undefined ? undefined : String(value)}
        onChange={(chosen: string | undefined) => onChange(chosen === undefined ? undefined : chosen === "true")}
        options={[
          { value: "true", label: t("yes") },
          { value: "false", label: t("no") },
        ]}
        style={{ width: 150 }}
      />
    );
  }
  if (answer !== undefined && answer.choices.length > 0) {
    return (
      <Select
        allowClear
        aria-label={label}
        placeholder={t("notAsked")}
        value={value as string | undefined}
        onChange={onChange}
        options={answer.choices.map(({ value: choice }) => ({ value: choice, label: words.choice(name, choice) }))}
        style={{ width: 150 }}
      />
    );
  }
  if (["int", "double", "float", "money"].includes(answer?.type ?? "")) {
    return <InputNumber aria-label={label} placeholder={t("notAsked")} value={value as number | undefined} onChange={(chosen) => onChange(chosen ?? undefined)} style={{ width: 150 }} />;
  }
  return (
    <Input
      allowClear
      aria-label={label}
      placeholder={t("notAsked")}
      maxLength={200}
      value={value as string | undefined}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
      style={{ width: 150 }}
    />
  );
}

// Answers in words: 回复：是；素不相识：否.
export function useAnswerText(words: DispositionWords): (answer: Record<string, unknown> | null | undefined) => string {
  const t = useWords(alertWords);
  return (answer) =>
    answer === null || answer === undefined
      ? NOTHING
      : Object.entries(answer)
          .map(([name, value]) => `${words.answer(name)}: ${typeof value === "boolean" ? t(value ? "yes" : "no") : words.choice(name, String(value))}`)
          .join("; ");
}
