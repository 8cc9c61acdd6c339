// The test bench: the sequences of the changed models, played by the program, with what the model saw.
import { Space, Table, Typography } from "antd";

import type { Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { Mark } from "@/parts/Mark";
import { Nothing } from "@/parts/States";
import { draftWords } from "@/screens/models/words";

type Checked = Schemas["CheckedDraft"]["models"][number];
type Test = Checked["tests"][number];

function Passed({ passed }: { passed: boolean }) {
  const t = useWords(draftWords);
  return (
    <Mark kind={passed ? "good" : "bad"}>
      {passed ? "✓" : "✗"} {t(passed ? "passed" : "failed")}
    </Mark>
  );
}

function Saw({ test }: { test: Test }) {
  const t = useWords(draftWords);
  const both = useBoth();
  return (
    <div data-told="">
      {test.says.map((text) => (
        <Typography.Paragraph key={text} type="danger" style={{ marginBottom: 4 }}>
          {text}
        </Typography.Paragraph>
      ))}
      <div>{t("saw")}</div>
      {test.saw.map((one) => (
        <div key={one.name} className="mono">
          {one.name} = {both(one)}
        </div>
      ))}
    </div>
  );
}

export function Bench({ models }: { models: Checked[] }) {
  const t = useWords(draftWords);
  const both = useBoth();
  if (models.length === 0) {
    return <Nothing>{t("benchEmpty")}</Nothing>;
  }
  return (
    <Space direction="vertical" style={{ width: "100%" }}>
      {models.map((model) => (
        <section key={model.model} aria-label={model.model}>
          <Space wrap style={{ marginBottom: 4 }}>
            <strong>{t("benchSum", { model: model.model, passed: model.tests.filter((test) => test.passed).length, failed: model.tests.filter((test) => !test.passed).length })}</strong>
            <span data-told="">{both(model)}</span>
          </Space>
          <Table<Test>
            size="small"
            rowKey={(test) => `${test.test} ${test.expect}`}
            dataSource={[...model.tests].sort((one, other) => Number(one.passed) - Number(other.passed))}
            pagination={false}
            expandable={{ expandedRowRender: (test) => <Saw test={test} />, defaultExpandedRowKeys: model.tests.filter((test) => !test.passed).slice(0, 1).map((test) => `${test.test} ${test.expect}`) }}
            columns={[
              { title: t("test"), key: "test", render: (_, test) => <span className="mono" style={{ overflowWrap: "anywhere" }}>{test.test.replace(/^tests\//, "")}</span> },
              { title: t("expects"), key: "expects", width: 80, render: (_, test) => t(test.expect ? "fire" : "quiet") },
              { title: t("came"), key: "came", width: 90, render: (_, test) => t(test.fired === null ? "notPlayed" : test.held ? "held" : test.fired ? "fire" : "quiet") },
              { title: "", key: "passed", width: 90, render: (_, test) => <Passed passed={test.passed} /> },
            ]}
          />
        </section>
      ))}
    </Space>
  );
}
