// One order of an authority: its elements and what the check found, who decides on it with whom, the measure that came of it with its end, what was answered, and its trace.
import { Alert, Card, Descriptions, Space } from "antd";
import { useParams } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { useAsk } from "@/parts/ask";
import { Part, Rows } from "@/parts/ListPart";
import { Mark } from "@/parts/Mark";
import { programActors, useCode, useNames } from "@/parts/names";
import { Failure } from "@/parts/States";
import { Due, Money, moneyText, NOTHING, ThingLink, Time, timeText } from "@/parts/values";
import { ScreenTitle, Told } from "@/screens/cases/CasePieces";
import { DeedButton, DeedForm } from "@/screens/cases/DeedForm";
import { isWaiting, orderMark } from "@/screens/cases/OrderList";
import { orderWords } from "@/screens/cases/words";

type Order = Schemas["Order"];
type Proposal = NonNullable<Schemas["OneOrder"]["proposal"]>;

const touchesOf = (id: number) => [["order", id], ["table", "orders"], ["figures", "orders"], ["table", "proposals"]];

// Which element of the order each answer is about, where the check found it wrong.
const WRONG: Record<string, string> = {
  NO_ACCOUNT: "account",
  NO_MOVEMENT: "moved",
  NOT_SIGNED: "signed",
  NAME_DIFFERS: "name",
  HOLDER_UNKNOWN: "name",
  CERTIFICATE_DIFFERS: "certificate",
  NO_APPROVAL: "city",
  NO_ORIGINAL: "original",
  NOT_IN_FORCE: "original",
  OTHER_AUTHORITY: "authority",
  AFTER_ITS_END: "original",
  MORE_THAN_FROZEN: "amount",
  TOO_LONG: "period",
  THIRD_STOP: "account",
  NUMBER_TAKEN: "number",
};

// Of an element that is missing the server tells the name (ORDER_ELEMENTS of src/response/orders/orders.h), which is that of its row but for these.
const ROW_OF_ELEMENT: Record<string, string> = { from: "period", until: "period", victim_account: "victim", signature: "signed" };

// What each kind of order has to bring (docs/controls.md).
const NEEDED: Record<string, string[]> = {
  QUERY_ACCT: ["account", "name"],
  QUERY_TXN: ["account", "period"],
  QUERY_ALL_ACCT: ["certificate"],
  QUERY_DYNAMIC: ["account", "period"],
  STOP_PAY: ["account", "name", "amount", "moved", "signed"],
  STOP_PAY_RENEW: ["account", "original", "signed"],
  STOP_PAY_RELEASE: ["original", "signed"],
  FREEZE: ["account", "name", "document", "signed"],
  FREEZE_RENEW: ["account", "original", "document", "signed"],
  FREEZE_RELEASE: ["original", "signed"],
  DEDUCT_RETURN: ["account", "original", "amount", "victim", "document", "signed"],
  LIST_PUSH: ["signed"],
};

const BY_HASH = ["account", "name", "certificate"];

// Names and certificates come as hashes and are compared as such: what they are is not told.
function Elements({ order }: { order: Order }) {
  const t = useWords(orderWords);
  const both = useBoth();
  const code = useCode();
  const period = order.from === null && order.until === null ? null : `${timeText(order.from)} – ${timeText(order.until)}`;
  const needed = NEEDED[order.kind] ?? [];
  const isMissing = order.answer === "ELEMENT_MISSING";
  const lacks = order.problem === null ? undefined : (ROW_OF_ELEMENT[order.problem] ?? order.problem);
  const wrong = isMissing ? lacks : WRONG[order.answer];
  // The first element that is missing is told, in this order: whether one after it came is not known.
  const byHash = (key: string) => (needed.includes(key) && !(isMissing && BY_HASH.slice(0, BY_HASH.indexOf(key) + 1).includes(lacks ?? "")) ? t("byHash") : null);
  const all = [
    { key: "number", label: t("number"), given: order.number, told: true },
    { key: "authority", label: t("authority"), given: order.authority, told: true },
    { key: "document", label: t("document"), given: order.document, told: true },
    { key: "signed", label: t("signed"), given: t(order.signed ? "signedYes" : "signedNo") },
    { key: "account", label: t("account"), given: order.account, told: true },
    { key: "name", label: t("name"), given: byHash("name") },
    { key: "certificate", label: t("certificate"), given: byHash("certificate") },
    { key: "amount", label: t("amount"), given: order.amount === null ? null : moneyText(order.amount) },
    { key: "moved", label: t("moved"), given: order.moved === null ? null : timeText(order.moved) },
    { key: "period", label: t("period"), given: period },
    { key: "class", label: t("freezeClass"), given: order.kind.startsWith("FREEZE") ? code("freezeClass", order.freeze_class) : null },
    { key: "city", label: t("cityLevel"), given: order.city_level ? t("present") : null },
    { key: "original", label: t("original"), given: order.original, told: true },
    { key: "victim", label: t("victimAccount"), given: order.victim_account, told: true },
    { key: "entries", label: t("entries"), given: null },
  ];
  const rows = all.filter((row) => row.given !== null || row.key === wrong || needed.includes(row.key));
  const check = (row: (typeof rows)[number]) => {
    if (row.key === wrong) {
      return <Mark kind="bad">{isMissing ? t("missing") : both({ zh: order.answer_zh, en: order.answer_en })}</Mark>;
    }
    if (row.key === "signed" && !order.signed && needed.includes("signed")) {
      return <Mark kind="bad">{t("signedNo")}</Mark>;
    }
    if (row.given === null) {
      return t("missing");
    }
    return order.executed !== null && needed.includes(row.key) ? <Mark kind="good">{t("agrees")}</Mark> : t("present");
  };
  return (
    <Part title={t("elements")}>
      <Rows
        label={t("elements")}
        rowKey={(row) => row.key}
        rows={rows}
        columns={[
          { title: t("element"), show: (row) => row.label },
          { title: t("given"), show: (row) => (row.told ? <Told>{row.given}</Told> : (row.given ?? NOTHING)) },
          { title: t("check"), show: check },
        ]}
      />
      {order.problem !== null && <Alert type="warning" showIcon style={{ marginTop: 8 }} message={`${t("problem")}: ${both({ zh: order.answer_zh, en: order.answer_en })}`} description={all.find((row) => row.key === lacks)?.label ?? <span data-told="">{order.problem}</span>} />}
    </Part>
  );
}

function TwoPersons({ order, proposal }: { order: Order; proposal: Proposal }) {
  const t = useWords(orderWords);
  const code = useCode();
  const { may, identity } = useSession();
  const path = { proposal: proposal.proposal };
  const isOwn = proposal.proposed_by === identity?.name;
  const touches = touchesOf(order.police_order);
  return (
    <Alert
      type="info"
      showIcon
      style={{ marginBottom: 8 }}
      message={
        <>
          {t("proposal")}: <span data-told="">{t("proposedBy", { who: proposal.proposed_by, word: code("orderWord", proposal.word) })}</span>
        </>
      }
      description={
        <Space direction="vertical">
          <span>
            <Told lines>{proposal.reason}</Told> <Time ms={proposal.proposed} />
          </span>
          {isOwn && <span>{t("another")}</span>}
          {may("orders:write") && (
            <Space>
              {isOwn ? (
                <DeedButton label={t("withdraw")} done={t("withdrawnDone")} touches={touches} deed={() => told(api.POST("/v1/proposals/{proposal}/withdraw", { params: { path }, body: {} }))} />
              ) : (
                <>
                  <DeedForm
                    label={t("approve")}
                    primary
                    done={t("approvedDone")}
                    touches={touches}
                    fields={[{ name: "note", label: t("note"), kind: "area" }]}
                    deed={(given) => told(api.POST("/v1/proposals/{proposal}/approve", { params: { path }, body: given.note === undefined ? {} : { note: String(given.note) } }))}
                  />
                  <DeedForm
                    label={t("reject")}
                    danger
                    done={t("rejectedDone")}
                    touches={touches}
                    fields={[{ name: "note", label: t("note"), kind: "area", required: true }]}
                    deed={(given) => told(api.POST("/v1/proposals/{proposal}/reject", { params: { path }, body: { note: String(given.note) } }))}
                  />
                </>
              )}
            </Space>
          )}
        </Space>
      }
    />
  );
}

function Measure({ control }: { control: number }) {
  const t = useWords(orderWords);
  const code = useCode();
  const query = useAsk(["control", control], (signal) => told(api.GET("/v1/controls/{control}", { params: { path: { control } }, signal })));
  if (query.error !== null) {
    return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  }
  const found = query.data?.control;
  return found === undefined ? null : (
    <Descriptions
      bordered
      size="small"
      column={{ xs: 1, lg: 2 }}
      items={[
        { key: "measure", label: t("measure"), children: `${code("measure", found.measure)} (${control})` },
        { key: "state", label: t("state"), children: code("control", found.state) },
        { key: "target", label: t("target"), children: <ThingLink kind={found.target_kind} name={found.target} /> },
        { key: "amount", label: t("amount"), children: <Money fen={found.amount} /> },
        { key: "since", label: t("measureFrom"), children: <Time ms={found.since} /> },
        {
          key: "until",
          label: t("measureUntil"),
          children: (
            <>
              <Time ms={found.until} /> {found.state === "IN_FORCE" && found.until !== null && <Due ms={found.until} />}
            </>
          ),
        },
      ]}
    />
  );
}

export default function OrderRoom() {
  const t = useWords(orderWords);
  const both = useBoth();
  const code = useCode();
  const actor = useNames(programActors);
  const id = Number(useParams().order);
  const { may } = useSession();
  const query = useAsk(["order", id], (signal) => told(api.GET("/v1/orders/{order}", { params: { path: { order: id } }, signal })), { everyMs: 10_000 });
  if (query.error !== null && query.data === undefined) {
    return (
      <>
        <ScreenTitle>{t("list")}</ScreenTitle>
        <Failure error={query.error} onAgain={() => void query.refetch()} />
      </>
    );
  }
  if (query.data === undefined) {
    return <Card size="small" loading title={<ScreenTitle>{t("list")}</ScreenTitle>} />;
  }
  const { order, proposal, trace } = query.data;
  const waits = order.state === "EXCEPTION" || order.state === "DECIDING";
  const answer = both({ zh: order.answer_zh, en: order.answer_en });
  return (
    <>
      <Card
        size="small"
        style={{ marginBottom: 8 }}
        title={
          <Space wrap>
            <ScreenTitle>
              {both({ zh: order.kind_zh, en: order.kind_en })} <span data-told="">{order.number}</span>
            </ScreenTitle>
            <Mark kind={orderMark(order.state)}>{both({ zh: order.state_zh, en: order.state_en })}</Mark>
          </Space>
        }
        extra={
          waits &&
          may("orders:write") &&
          proposal === null && (
            <DeedForm
              label={t("decide")}
              primary
              done={t("proposed")}
              hint={order.may_be_executed ? t("another") : `${t("mayNot")} ${t("another")}`}
              touches={touchesOf(id)}
              start={{ execute: order.may_be_executed ? undefined : "false" }}
              fields={[
                {
                  name: "execute",
                  label: t("decide"),
                  kind: "select",
                  required: true,
                  options: [...(order.may_be_executed ? [{ value: "true", label: t("execute") }] : []), { value: "false", label: t("refuse") }],
                },
                { name: "reason", label: t("reason"), kind: "area", required: true },
              ]}
              deed={(given) => told(api.POST("/v1/orders/{order}/decision", { params: { path: { order: id } }, body: { execute: given.execute === "true", reason: String(given.reason) } }))}
            />
          )
        }
      >
        {proposal !== null && proposal.state === "WAITING" && <TwoPersons order={order} proposal={proposal} />}
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 4 }}
          items={[
            { key: "answer", label: t("answer"), children: answer },
            {
              key: "due",
              label: t("due"),
              children: isWaiting(order) ? (
                <Due ms={order.due} />
              ) : (
                <Time ms={order.due} />
              ),
            },
            { key: "taken", label: t("taken"), children: <Time ms={order.taken} /> },
            { key: "ordered", label: t("ordered"), children: <Time ms={order.ordered} /> },
            { key: "target", label: t("target"), children: <ThingLink kind="account" name={order.target} /> },
            { key: "customer", label: t("customer"), children: <ThingLink kind="customer" name={order.customer} /> },
            { key: "secrecy", label: t("secrecy"), children: code("secrecy", order.secrecy) },
            { key: "pages", label: t("pages"), children: order.pages },
          ]}
        />
      </Card>
      <Card size="small">
        <Elements order={order} />
        <Part title={t("measure")}>
          {order.control === null ? <p style={{ margin: "0 0 4px" }}>{t("noMeasure")}</p> : may("controls:read") ? <Measure control={order.control} /> : order.control}
          <p style={{ margin: "6px 0 0", fontSize: 12, opacity: 0.8 }}>{t("measureTerms")}</p>
        </Part>
        <Part title={t("feedback")}>
          <Descriptions
            bordered
            size="small"
            column={{ xs: 1, lg: 2 }}
            items={[
              { key: "answer", label: t("answer"), children: answer },
              { key: "answered", label: t("answered"), children: <Time ms={order.answered} /> },
              { key: "executed", label: t("executed"), children: <Time ms={order.executed} /> },
              {
                key: "decided",
                label: t("decidedBy"),
                children: order.decided_by === null ? NOTHING : <Told>{[order.decided_by, order.decided_second].filter((one) => one !== null).join(" + ")}</Told>,
              },
              { key: "reason", label: t("reason"), children: <Told lines>{order.decision_reason}</Told> },
            ]}
          />
        </Part>
        <Part title={t("trace")}>
          <Rows
            label={t("trace")}
            rowKey={(row) => row.number}
            rows={trace.steps}
            columns={[
              { title: t("taken"), show: (row) => <Time ms={row.at} /> },
              { title: t("state"), show: (row) => code("orderState", row.to) },
              { title: t("reason"), show: (row) => <Told>{code("orderDeed", row.reason)}</Told> },
              { title: t("decidedBy"), show: (row) => <Told>{row.actor_kind === "system" ? actor(row.actor) : row.actor}</Told> },
            ]}
          />
        </Part>
      </Card>
    </>
  );
}
