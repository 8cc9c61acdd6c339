// Finds whose number something is: a customer's, an account's, an event's, a merchant's ... One that fits leads there by itself.
import { useQueries } from "@tanstack/react-query";
import { Card, Input, List, Space, Spin, Typography } from "antd";
import { useEffect } from "react";
import { Link, useNavigate, useParams } from "react-router-dom";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { Failure } from "@/parts/States";
import { orNull, useTables } from "@/screens/data/asking";
import { type ThingKind, things, thingKinds, thingWords } from "@/screens/data/things";
import { dataWords } from "@/screens/data/words";

// Kinds whose tables tell whether there is such a thing, the likelier first.
const SOUGHT: ThingKind[] = ["customer", "account", "merchant", "device", "card", "terminal", "employee", "branch"];

interface Place {
  to: string;
  kind: ThingKind | "event" | "alert";
}

function useKinds(text: string) {
  const tables = useTables();
  const sought = SOUGHT.map((kind) => ({ kind, table: tables.data?.tables.find((table) => table.key.length === 1 && table.key[0] === things[kind].fields[0]) })).filter((one) => one.table !== undefined);
  const rows = useQueries({
    queries: sought.map(({ table }) => ({
      queryKey: ["row", table!.table, text],
      queryFn: ({ signal }: { signal: AbortSignal }) => orNull(told(api.GET("/v1/tables/{table}/rows/{key}", { params: { path: { table: table!.table, key: text } }, signal }))),
      enabled: text !== "",
    })),
  });
  return { error: tables.error ?? rows.find((row) => row.error !== null)?.error ?? null, isPending: tables.isPending || rows.some((row) => row.isPending), kinds: sought.filter((_, index) => rows[index]?.data).map((one) => one.kind) };
}

function usePlaces(text: string): { places: Place[]; isPending: boolean; error: unknown } {
  const { may } = useSession();
  const mayTables = may("knowledge:read");
  const tables = useKinds(mayTables ? text : "");
  // Who may not read tables finds by alerts.
  const others = useQueries({
    queries: [
      { queryKey: ["find", "event", text], queryFn: () => orNull(told(api.GET("/v1/decisions/{event_id}", { params: { path: { event_id: text } } }))), enabled: may("decisions:read"), retry: false },
      { queryKey: ["find", "customer", text], queryFn: () => told(api.GET("/v1/alerts", { params: { query: { customer: text, limit: 1 } } })), enabled: may("alerts:read") },
      { queryKey: ["find", "account", text], queryFn: () => told(api.GET("/v1/alerts", { params: { query: { account: text, limit: 1 } } })), enabled: may("alerts:read") },
    ],
  });
  const [event, customer, account] = others;
  const kinds = new Set<ThingKind>(mayTables ? tables.kinds : []);
  if ((customer.data?.alerts.length ?? 0) > 0) {
    kinds.add("customer");
  }
  if ((account.data?.alerts.length ?? 0) > 0) {
    kinds.add("account");
  }
  const places: Place[] = [
    ...[...kinds].map((kind) => ({ kind, to: `/profiles/${kind}/${encodeURIComponent(text)}` })),
    ...(event.data ? [{ kind: "event" as const, to: `/decisions/${encodeURIComponent(text)}` }] : []),
    ...(/^\d{1,9}$/.test(text) && may("alerts:read") ? [{ kind: "alert" as const, to: `/alerts/${text}` }] : []),
  ];
  return { places, isPending: (mayTables && tables.isPending) || others.some((one) => one.isLoading), error: mayTables ? tables.error : null };
}

function Found({ text }: { text: string }) {
  const t = useWords(dataWords);
  const kinds = useWords(thingWords);
  const navigate = useNavigate();
  const { places, isPending, error } = usePlaces(text);
  const only = !isPending && places.length === 1 ? places[0]!.to : null;
  useEffect(() => {
    if (only !== null) {
      navigate(only, { replace: true });
    }
  }, [only, navigate]);
  const name = (place: Place) => (place.kind === "event" ? t("decisionOf") : place.kind === "alert" ? t("alertOf", { n: text }) : kinds(place.kind));
  if (error !== null) {
    return <Failure error={error} />;
  }
  if (isPending || only !== null) {
    return (
      <div role="status" aria-label={t("finding")} style={{ padding: 32, textAlign: "center" }}>
        <Spin />
      </div>
    );
  }
  return places.length > 0 ? (
    <List
      header={<span data-told="">{t("foundSeveral", { text })}</span>}
      dataSource={places}
      renderItem={(place) => (
        <List.Item>
          <Link to={place.to}>{name(place)}</Link>
        </List.Item>
      )}
    />
  ) : (
    <div style={{ display: "grid", gap: 12 }}>
      <Typography.Text role="status" data-told="">
        {t("foundNothing", { text })}
      </Typography.Text>
      <Space wrap size="middle">
        {thingKinds.map((kind) => (
          <Link key={kind} to={`/profiles/${kind}/${encodeURIComponent(text)}`}>
            {kinds(kind)}
          </Link>
        ))}
      </Space>
    </div>
  );
}

export default function Find() {
  const t = useWords(dataWords);
  const navigate = useNavigate();
  const { text = "" } = useParams();
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("profiles")}</h1>}>
      <Input.Search
        key={text}
        defaultValue={text}
        enterButton={t("find")}
        placeholder={t("findHint")}
        aria-label={t("findHint")}
        onSearch={(value) => value.trim() !== "" && navigate(`/profiles/find/${encodeURIComponent(value.trim())}`)}
        style={{ maxWidth: 560, marginBottom: 16 }}
      />
      {text !== "" && <Found key={`found ${text}`} text={text} />}
    </Card>
  );
}
