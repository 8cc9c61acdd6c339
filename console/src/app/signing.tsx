// What the forms of names and passwords share: sending, and the trouble with it.
import { Alert } from "antd";
import { useState } from "react";

import { Away, Problem } from "@/api/client";
import { useProblemText } from "@/parts/problems";

export function useSubmit<T>(send: (values: T) => Promise<void>) {
  const [trouble, setTrouble] = useState<Problem | Away | null>(null);
  const [busy, setBusy] = useState(false);
  async function submit(values: T) {
    setBusy(true);
    try {
      await send(values);
      setTrouble(null);
    } catch (error) {
      setTrouble(error instanceof Problem || error instanceof Away ? error : new Away());
    } finally {
      setBusy(false);
    }
  }
  return { trouble, busy, submit };
}

export function Trouble({ trouble }: { trouble: Problem | Away | null }) {
  const text = useProblemText();
  if (trouble === null) {
    return null;
  }
  const { title, todo } = text(trouble);
  return <Alert type="error" showIcon message={title} description={todo} style={{ marginBottom: 16 }} role="alert" />;
}
