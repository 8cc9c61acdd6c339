// The codes with which an alert may be decided: those for its group first, each with what it means and in which direction it goes.
import { Button, Radio, Space, Tag, Typography } from "antd";
import { useState } from "react";

import { useBoth, useWords } from "@/app/words";
import { type CodeWord, useDisposition } from "@/parts/disposition";
import { alertWords } from "@/screens/bench/alertWords";

interface Props {
  group: string;
  secrecy: string;
  value: string | undefined;
  onChange: (code: string) => void;
}

const SECRET_CODES: Record<string, string> = { "TP-ML-STR": "AML", "TP-INSIDER": "INSIDER" };

export function CodeChoice({ group, secrecy, value, onChange }: Props) {
  const t = useWords(alertWords);
  const both = useBoth();
  const { data } = useDisposition();
  const [all, setAll] = useState(false);
  const codes = (data?.codes ?? []).filter((code) => code.code !== "UNC-TIMEOUT" && (SECRET_CODES[code.code] === undefined || SECRET_CODES[code.code] === secrecy));
  const usual = codes.filter((code) => code.groups.includes(group));
  const shown = all ? codes : usual;
  const part = (direction: CodeWord["direction"]) => shown.filter((code) => code.direction === direction);
  return (
    <Radio.Group value={value} onChange={(event) => onChange(String(event.target.value))} style={{ width: "100%" }} aria-label={t("code")}>
      <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr", gap: 12 }}>
        {(["PROTECTING", "RELEASING"] as const).map((direction) => (
          <section key={direction} aria-label={t(direction)}>
            <Typography.Text strong>{t(direction)}</Typography.Text>
            <Space direction="vertical" size={2} style={{ width: "100%", marginTop: 4 }}>
              {part(direction).map((code) => (
                <Radio key={code.code} value={code.code}>
                  {both(code)} <Tag className="mono">{code.code}</Tag>
                </Radio>
              ))}
            </Space>
          </section>
        ))}
      </div>
      {usual.length < codes.length && (
        <Button type="link" size="small" style={{ paddingInline: 0 }} onClick={() => setAll(!all)}>
          {t(all ? "usualCodes" : "allCodes", { n: codes.length - usual.length })}
        </Button>
      )}
    </Radio.Group>
  );
}
