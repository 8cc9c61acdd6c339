// Three approvals by three persons, in their order: analyst, head of department, compliance. Each may send it back.
import { Card, Collapse, List, Steps } from "antd";

import { api, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useCode } from "@/parts/names";
import { Time } from "@/parts/values";
import { asBody } from "@/screens/cases/bodies";
import { Told } from "@/screens/cases/CasePieces";
import { DeedForm } from "@/screens/cases/DeedForm";
import { useGate } from "@/screens/cases/ReferralGate";
import { type ReferralOf, touchesOf } from "@/screens/cases/ReferralRoom";
import { referralWords } from "@/screens/cases/words";

const STEPS = [
  { step: "ANALYST", scope: "referrals:draft" },
  { step: "DEPARTMENT", scope: "referrals:approve" },
  { step: "COMPLIANCE", scope: "referrals:comply" },
] as const;

export function ReferralApprovals({ data }: { data: ReferralOf }) {
  const t = useWords(referralWords);
  const code = useCode();
  const { may, identity } = useSession();
  const isDraft = data.state.word === "DRAFT";
  const gate = useGate(data.referral, isDraft);
  const path = { referral: data.referral };
  const now = data.approvals.filter((row) => row.round === data.round);
  const before = data.approvals.filter((row) => row.round !== data.round);
  const next = isDraft ? STEPS[data.steps] : undefined;
  // Who has taken one of the steps takes no other of the same round.
  const mayApprove = next !== undefined && may(next.scope) && !now.some((row) => row.person === identity?.name);
  const mayReturn = (data.steps > 0 || data.state.word === "APPROVED") && ["DRAFT", "APPROVED"].includes(data.state.word) && STEPS.some(({ scope }) => may(scope));
  return (
    <Card
      size="small"
      style={{ marginBottom: 8 }}
      title={<h2 style={{ fontSize: 14, margin: 0 }}>{t("approvals")}</h2>}
      extra={
        mayReturn && (
          <DeedForm
            label={t("returnIt")}
            danger
            done={t("returnedDone")}
            touches={touchesOf(data.referral)}
            fields={[{ name: "reason", label: t("reason"), kind: "area", required: true }]}
            deed={(given) => told(api.POST("/v1/referrals/{referral}/return", { params: { path }, body: asBody<"/v1/referrals/{referral}/return">(given) }))}
          />
        )
      }
    >
      <Steps
        direction="vertical"
        size="small"
        current={data.steps}
        items={STEPS.map(({ step }, i) => {
          const taken = now.find((row) => row.step === step);
          return {
            title: code("step", step),
            status: taken !== undefined ? "finish" : next?.step === step ? "process" : "wait",
            description:
              taken !== undefined ? (
                <>
                  <Told>{taken.person}</Told> <Time ms={taken.at} />
                  {taken.note !== null && (
                    <div>
                      <Told lines>{taken.note}</Told>
                    </div>
                  )}
                </>
              ) : (
                t(i <= data.steps ? "notYet" : "waitsBefore")
              ),
          };
        })}
      />
      {mayApprove && (
        <DeedForm
          label={t("approve", { step: code("step", next.step) })}
          primary
          done={t("approved")}
          disabled={gate.data?.complete !== true}
          touches={touchesOf(data.referral)}
          fields={[{ name: "note", label: t("note"), kind: "area" }]}
          deed={(given) => told(api.POST("/v1/referrals/{referral}/approve", { params: { path }, body: { ...given, step: next.step } }))}
        />
      )}
      {before.length > 0 && (
        <Collapse
          ghost
          size="small"
          items={[
            {
              key: "before",
              label: t("otherRounds"),
              children: (
                <List
                  size="small"
                  dataSource={before}
                  renderItem={(row) => (
                    <List.Item style={{ paddingInline: 0 }}>
                      <span>
                        {t("round", { n: row.round })} {code("step", row.step)} <Told>{row.person}</Told> <Time ms={row.at} />
                      </span>
                    </List.Item>
                  )}
                />
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}
