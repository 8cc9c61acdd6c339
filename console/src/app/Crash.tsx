// A screen that fails does not take the others with it.
import { Button, Result, Typography } from "antd";
import { Component, type ReactNode } from "react";

import { shellWords } from "@/app/shellWords";
import { useWords } from "@/app/words";

function Failed({ error, onAgain }: { error: Error; onAgain: () => void }) {
  const t = useWords(shellWords);
  return (
    <Result
      status="500"
      title={t("crashed")}
      subTitle={t("crashedText")}
      extra={
        <Button type="primary" onClick={onAgain}>
          {t("reload")}
        </Button>
      }
    >
      <Typography.Text code>{error.message}</Typography.Text>
    </Result>
  );
}

export class Crash extends Component<{ children: ReactNode }, { error: Error | null }> {
  state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  render() {
    return this.state.error === null ? this.props.children : <Failed error={this.state.error} onAgain={() => window.location.reload()} />;
  }
}
