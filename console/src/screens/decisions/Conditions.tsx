// The conditions of a model at one event: whether each held, with its values beside its thresholds. What is not kept is said to be so.
import { CheckCircleFilled, CloseCircleFilled, QuestionCircleOutlined } from "@ant-design/icons";
import { Tooltip, Typography } from "antd";
import { createContext, type ReactNode, useContext } from "react";

import type { Schemas } from "@/api/client";
import { useSettings } from "@/app/settings";
import { useBoth, useWords } from "@/app/words";
import { useSchema } from "@/parts/schema";
import { signOf, useUnitBehind } from "@/parts/units";
import { decisionWords } from "@/screens/decisions/words";

type Condition = Schemas["Condition"];
type Side = Schemas["ConditionSide"];
export type WhyName = Schemas["Why"]["names"][number];
type Value = string | number | boolean | null;

const NamesContext = createContext<Map<string, WhyName>>(new Map());
export const ConditionNames = NamesContext.Provider;

const numberFormat = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 4 });

function useValueText() {
  const t = useWords(decisionWords);
  const unitBehind = useUnitBehind();
  const schema = useSchema();
  return (value: Value, name?: WhyName, of?: string) => {
    const words = of === undefined ? undefined : schema.shown(of, value);
    if (words !== undefined) {
      return words;
    }
    if (value === null) {
      return t("missingValue");
    }
    if (typeof value === "boolean") {
      return t(value ? "yes" : "no");
    }
    const text = typeof value === "number" ? numberFormat.format(value) : value;
    const unit = unitBehind(name?.unit);
    return unit === "" || typeof value !== "number" ? text : `${text} ${unit}`;
  };
}

// A name with what it means, when it has words of its own; how it is made shows when it is pointed at.
function Name({ text }: { text: string }) {
  const names = useContext(NamesContext);
  const both = useBoth();
  const found = names.get(text);
  const title = both(found);
  const shown = (
    <span data-told="">
      {title !== "" && `${title} `}
      <span className="mono">{text}</span>
    </span>
  );
  return found?.how === undefined ? shown : <Tooltip title={<span data-told="">{found.how}</span>}>{shown}</Tooltip>;
}

// `of`: the name whose values it is compared with, where one side is that name and the other one of its values.
function SideText({ side, of }: { side: Side; of: string | undefined }) {
  const t = useWords(decisionWords);
  const names = useContext(NamesContext);
  const value = useValueText();
  const isLiteral = side.known && (side.text === String(side.value) || side.text === JSON.stringify(side.value));
  return (
    <>
      {!isLiteral && <Name text={side.text} />}{" "}
      <strong className="number" data-told="">
        {side.known ? value(side.value, names.get(side.text), of) : t("notKept")}
      </strong>
    </>
  );
}

function Leaf({ part }: { part: Condition }) {
  const t = useWords(decisionWords);
  const names = useContext(NamesContext);
  const value = useValueText();
  const schema = useSchema();
  if (part.kind === "compare" && part.left !== undefined && part.right !== undefined) {
    const gap = part.gap ?? null;
    const of = [part.left.text, part.right.text].find((text) => schema.hasValues(text));
    return (
      <span>
        <SideText side={part.left} of={of} /> <span>{signOf(part.compares ?? "")}</span> <SideText side={part.right} of={of} />
        {gap !== null && (
          <Typography.Text type="secondary" className="number">
            {" "}
            ({gap === 0 ? t("exactly") : t(gap > 0 ? "above" : "below", { n: numberFormat.format(Math.abs(gap)) })})
          </Typography.Text>
        )}
      </span>
    );
  }
  const saw = Object.entries(part.saw ?? {}) as [string, Value][];
  return (
    <span>
      <Name text={part.text} />
      {saw.length === 1 && saw[0]![0] === part.text ? (
        <strong data-told=""> {value(saw[0]![1], names.get(part.text), part.text)}</strong>
      ) : (
        saw.map(([name, one]) => (
          <Typography.Text type="secondary" key={name} data-told="">
            {" · "}
            <Name text={name} /> {value(one, names.get(name), name)}
          </Typography.Text>
        ))
      )}
      {(part.not_kept ?? []).map((name) => (
        <Typography.Text type="secondary" key={name}>
          {" · "}
          {name !== part.text && <Name text={name} />} {t("notKept")}
        </Typography.Text>
      ))}
      {part.asks_list && <Typography.Text type="secondary"> · {t("asksList")}</Typography.Text>}
    </span>
  );
}

export function Mark({ held, inferred }: { held: boolean | null; inferred?: boolean }) {
  const t = useWords(decisionWords);
  const { dark } = useSettings();
  const label = held === null ? t("unknown") : held ? t(inferred ? "inferred" : "held") : t("missed");
  const color = held === null ? undefined : held ? (dark ? "#7fd39a" : "#1d6b34") : dark ? "#ff8f8a" : "#b3151b";
  const icon: ReactNode = held === null ? <QuestionCircleOutlined /> : held ? <CheckCircleFilled /> : <CloseCircleFilled />;
  return (
    <Tooltip title={label}>
      <span role="img" aria-label={label} style={{ color, marginInlineEnd: 6 }}>
        {icon}
      </span>
    </Tooltip>
  );
}

// All or any of several, each with whether it held. `not` stands before its part, as the model's text has it.
export function Conditions({ part, root = true }: { part: Condition; root?: boolean }) {
  const t = useWords(decisionWords);
  const parts = part.parts ?? [];
  if (parts.length === 0) {
    return (
      <div style={{ display: "flex", alignItems: "baseline", padding: "2px 0" }}>
        <Mark held={part.held} inferred={part.inferred} />
        <Leaf part={part} />
      </div>
    );
  }
  return (
    <div>
      {!(root && part.kind === "all") && (
        <div style={{ padding: "2px 0" }}>
          <Mark held={part.held} inferred={part.inferred} />
          {t(part.kind === "all" ? "all" : part.kind === "any" ? "any" : "not")}
        </div>
      )}
      <ul style={{ listStyle: "none", margin: 0, paddingInlineStart: root && part.kind === "all" ? 0 : 22 }}>
        {parts.map((one, index) => (
          <li key={`${index} ${one.text}`}>
            <Conditions part={one} root={false} />
          </li>
        ))}
      </ul>
    </div>
  );
}

// The comparison that would have turned first: the one whose values are nearest to each other.
export function nearestStep(part: Condition): Condition | null {
  const parts = part.kind === "all" ? (part.parts ?? []) : [part];
  const distance = (one: Condition) => {
    const left = Math.abs(Number(one.left?.value));
    const right = Math.abs(Number(one.right?.value));
    return Math.abs(one.gap ?? Infinity) / Math.max(left, right, 1e-9);
  };
  const measured = parts.filter((one) => one.kind === "compare" && one.held === true && typeof one.gap === "number");
  return measured.length === 0 ? null : measured.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}

export function Step({ part }: { part: Condition }) {
  return <Leaf part={part} />;
}
