// What a script says before its lines, and what a notice tells of ways of remedy and of documents.
import { Typography } from "antd";

import type { Schemas } from "@/api/client";
import { defineWords, useBoth, useWords } from "@/app/words";

const scriptWords = defineWords({
  remedy: { zh: "申诉途径", en: "How to object" },
  documents: { zh: "需提供材料", en: "What to bring" },
});

export function ScriptText({ script }: { script: Schemas["AlertScript"] }) {
  const t = useWords(scriptWords);
  const both = useBoth();
  return (
    <>
      <Typography.Paragraph style={{ marginBottom: 8, fontSize: 15 }}>
        <span data-told="">{both(script.text)}</span>
      </Typography.Paragraph>
      {(["remedy", "documents"] as const).map(
        (part) =>
          both(script[part]) !== "" && (
            <Typography.Paragraph key={part} style={{ marginBottom: 8 }}>
              <Typography.Text strong>{t(part)}: </Typography.Text>
              <span data-told="">{both(script[part])}</span>
            </Typography.Paragraph>
          ),
      )}
    </>
  );
}
