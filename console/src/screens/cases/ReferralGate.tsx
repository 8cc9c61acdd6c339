// The gate: everything that keeps a referral from being approved, one by one, and each leads to where it is mended.
import { CheckCircleFilled, WarningFilled } from "@ant-design/icons";
import { Button, Card, List, Spin } from "antd";
import { useNavigate } from "react-router-dom";

import { api, told, type Schemas } from "@/api/client";
import { useBoth, useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { codes } from "@/parts/names";
import { Failure } from "@/parts/States";
import type { ReferralTab } from "@/screens/cases/ReferralRoom";
import { referralWords } from "@/screens/cases/words";

type Finding = Schemas["ReferralGate"]["gate"]["findings"][number];

export function useGate(referral: number, active = true) {
  return useAsk(["gate", referral], (signal) => told(api.GET("/v1/referrals/{referral}/gate", { params: { path: { referral } }, signal })), { active });
}

// Which field of the referral a finding is about: it is named by its Chinese name before the colon.
export function fieldOf(finding: Finding): string | undefined {
  if (finding.code.startsWith("ANALYSIS")) {
    return "analysis";
  }
  return finding.code === "FIELD_MISSING" ? Object.entries(codes.field).find(([, text]) => finding.zh.startsWith(text.zh))?.[0] : undefined;
}

// Of which kind and field a missing datum is.
export function datumOf(finding: Finding): { kind: "PARTY" | "ACCOUNT" | "COUNTERPARTY" | "PART"; field: string; object: string } | undefined {
  const object = finding.object ?? "";
  if (finding.code === "COUNTERPARTY_NAME") {
    return { kind: "COUNTERPARTY", field: "name", object };
  }
  if (finding.code === "NO_DEVICE" || finding.code === "VICTIMS_UNSAID") {
    return { kind: "PART", field: finding.code === "NO_DEVICE" ? "devices" : "victims", object: "" };
  }
  if (finding.code !== "DATUM_MISSING") {
    return undefined;
  }
  const lists = finding.part === 2 ? ([["ACCOUNT", codes.datumAccount]] as const) : ([["PARTY", codes.datumParty], ["ACCOUNT", codes.datumAccount]] as const);
  for (const [kind, list] of lists) {
    const field = Object.entries(list).find(([, text]) => finding.zh.startsWith(`${object} ${text.zh}：`))?.[0];
    if (field !== undefined) {
      return { kind, field, object };
    }
  }
  return undefined;
}

// Where each finding is mended: in this referral, or in its case.
function placeOf(finding: Finding, id: number): { tab?: string; field?: string; path?: string } {
  const field = fieldOf(finding);
  if (field !== undefined) {
    return { tab: "texts", field };
  }
  switch (finding.code) {
    case "DATUM_MISSING":
    case "COUNTERPARTY_NAME":
    case "NO_DEVICE":
    case "VICTIMS_UNSAID":
      return { tab: "data" };
    case "NO_PICTURE":
    case "PICTURE_OLD":
    case "ENCLOSURE_GONE":
    case "ENCLOSURES_LARGE":
    case "DUPLICATE":
      return { tab: "material" };
    case "AML_MATERIAL":
    case "ROUTE_SECRECY":
      return { tab: "texts", field: "route" };
    case "NO_ROWS":
    case "ROWS_MANY":
    case "COUNTERPARTIES_MANY":
    case "COPIES_CHANGED":
      return { path: `/cases/${id}?tab=transactions` };
    case "NO_TYPOLOGY":
      return { path: `/cases/${id}` };
    case "NO_EVIDENCE":
      return { path: `/cases/${id}?tab=alerts` };
    default:
      return { path: `/cases/${id}?tab=subjects` };
  }
}

// The server's ways out name its own functions in brackets, which say nothing to a person.
const withoutCalls = (text: string) => text.replace(/\s*\(referral_[^)]*\)/g, "");

export function ReferralGate({ data }: ReferralTab) {
  const t = useWords(referralWords);
  const both = useBoth();
  const navigate = useNavigate();
  const [, change] = useFilters();
  const query = useGate(data.referral);
  const findings = query.data?.gate.findings ?? [];
  const partName = (part: number) => (part === 0 ? t("partCover") : part === 9 ? t("partAll") : `${t("part", { n: part })} ${t(`partNames${part}` as "partNames1")}`);
  const parts = [...new Set(findings.map((finding) => finding.part))].sort((one, other) => one - other);
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("gate")}</h2>}>
      {query.isPending && <Spin />}
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      {query.data !== undefined && (
        <p role="status" style={{ margin: "0 0 8px", fontWeight: 600 }}>
          {query.data.complete ? <CheckCircleFilled style={{ color: "#2f8f4e" }} /> : <WarningFilled style={{ color: "#c77700" }} />} {query.data.complete ? t("complete") : t("incomplete", { n: findings.length })}
        </p>
      )}
      {query.data?.gate.is_cut && <p>{t("gateCut")}</p>}
      <div style={{ maxHeight: 480, overflow: "auto" }} tabIndex={findings.length > 0 ? 0 : undefined} role="group" aria-label={t("gate")}>
        {parts.map((part) => (
          <List<Finding>
            key={part}
            size="small"
            header={<b>{partName(part)}</b>}
            dataSource={findings.filter((finding) => finding.part === part)}
            renderItem={(finding) => {
              const place = placeOf(finding, data.case);
              return (
                <List.Item
                  style={{ paddingInline: 0 }}
                  actions={[
                    <Button key="go" type="link" size="small" onClick={() => (place.path !== undefined ? navigate(place.path) : change({ tab: place.tab === "texts" ? null : place.tab, field: place.field, object: finding.object }))}>
                      {t("goThere")}
                    </Button>,
                  ]}
                >
                  <div>
                    <div data-told="">{both(finding)}</div>
                    <div style={{ fontSize: 12, opacity: 0.8 }}>{withoutCalls(both({ zh: finding.mend_zh, en: finding.mend_en }))}</div>
                  </div>
                </List.Item>
              );
            }}
          />
        ))}
      </div>
    </Card>
  );
}
