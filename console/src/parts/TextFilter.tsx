// A filter that is written by hand: it goes into the address with Enter or when the field is left, and out of it when the field is cleared.
import { Input } from "antd";
import { useState } from "react";

import { useFilters } from "@/parts/address";

interface TextFilterProps {
  name: string; // in the address
  label: string;
  placeholder?: string; // the label, if none is given
  width: number;
  maxLength?: number;
  isNumber?: boolean; // of what is written only the figures count
}

export function TextFilter({ name, label, placeholder = label, width, maxLength, isNumber = false }: TextFilterProps) {
  const [filters, change] = useFilters();
  const value = filters[name] ?? "";
  const [asked, setAsked] = useState(value);
  const [text, setText] = useState(value);
  if (asked !== value) {
    // The address was changed: by this field, by a view that is shown again or by the browser's way back.
    setAsked(value);
    setText(value);
  }
  const take = () => {
    const wanted = isNumber ? text.replace(/\D/g, "") : text.trim();
    setText(wanted);
    if (wanted !== value) {
      change({ [name]: wanted });
    }
  };
  return (
    <Input
      allowClear
      aria-label={label}
      placeholder={placeholder}
      value={text}
      maxLength={maxLength}
      inputMode={isNumber ? "numeric" : undefined}
      style={{ width }}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={take}
      onBlur={take}
      onClear={() => change({ [name]: null })}
    />
  );
}
