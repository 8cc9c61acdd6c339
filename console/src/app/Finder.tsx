// One field to find by: a short number is an alert's, everything else a customer, an account or an event. Telephones have eleven digits, accounts sixteen and more.
import { SearchOutlined } from "@ant-design/icons";
import { Input, type InputRef } from "antd";
import { useRef, useState } from "react";
import { useNavigate } from "react-router-dom";

import { useShortcut } from "@/app/shortcuts";
import { shellWords } from "@/app/shellWords";
import { useWords } from "@/app/words";

export function placeOf(text: string): string {
  const wanted = text.trim();
  if (/^\d{1,9}$/.test(wanted)) {
    return `/alerts/${wanted}`;
  }
  if (/^E[\w-]{6,}$/.test(wanted)) {
    return `/decisions/${encodeURIComponent(wanted)}`;
  }
  return `/profiles/find/${encodeURIComponent(wanted)}`;
}

export function Finder() {
  const t = useWords(shellWords);
  const field = useRef<InputRef>(null);
  const [text, setText] = useState("");
  const navigate = useNavigate();
  useShortcut("/", () => field.current?.focus());
  return (
    <Input
      ref={field}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={() => {
        if (text.trim() !== "") {
          navigate(placeOf(text));
          setText("");
        }
      }}
      prefix={<SearchOutlined />}
      suffix={<kbd>/</kbd>}
      placeholder={t("find")}
      aria-label={t("findLabel")}
      style={{ width: 300 }}
      allowClear
    />
  );
}
