// The package that was sent: its hashes, the file itself (compared with its SHA-256 as it comes), and whether the kept one is still what it was.
import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Descriptions, Space } from "antd";

import { api, fetched, told } from "@/api/client";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useDeed } from "@/parts/ask";
import { download } from "@/parts/csv";
import { Part } from "@/parts/ListPart";
import { Nothing } from "@/parts/States";
import { countText, Time } from "@/parts/values";
import { Hash, Told } from "@/screens/cases/CasePieces";
import type { ReferralTab } from "@/screens/cases/ReferralRoom";
import { referralWords } from "@/screens/cases/words";

// crypto.subtle is there on https and on this machine alone; without it nothing is claimed.
async function sha256Of(bytes: ArrayBuffer): Promise<string | null> {
  if (window.crypto.subtle === undefined) {
    return null;
  }
  const hash = new Uint8Array(await window.crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function ReferralPackage({ data }: ReferralTab) {
  const t = useWords(referralWords);
  const { may } = useSession();
  const kept = data.packages[data.packages.length - 1];
  const fetching = useDeed(
    async (_now: void) => {
      const bytes = await (await fetched(`/v1/referrals/${data.referral}/package`)).arrayBuffer();
      download(kept?.name ?? `referral-${data.referral}.zip`, bytes, "application/zip");
      return sha256Of(bytes);
    },
    { touches: [["referral", data.referral]] },
  );
  const verifying = useDeed((_now: void) => told(api.GET("/v1/referrals/{referral}/verification", { params: { path: { referral: data.referral } } })));
  if (kept === undefined) {
    return <Nothing>{t("noPackage")}</Nothing>;
  }
  const came = fetching.data;
  return (
    <Part
      title={t("tabPackage")}
      extra={
        <Space wrap>
          {may("personal:read") ? (
            <Button size="small" type="primary" icon={<DownloadOutlined />} loading={fetching.isPending} onClick={() => fetching.mutate()}>
              {t("download")}
            </Button>
          ) : (
            <span>{t("personalOnly")}</span>
          )}
          <Button size="small" loading={verifying.isPending} onClick={() => verifying.mutate()}>
            {t("verify")}
          </Button>
        </Space>
      }
    >
      <Descriptions
        bordered
        size="small"
        column={1}
        styles={{ label: { width: 130 } }}
        items={[
          { key: "name", label: t("packageName"), children: <Told>{kept.name}</Told> },
          { key: "bytes", label: t("bytes"), children: <span className="number">{countText(kept.bytes)}</span> },
          { key: "sha256", label: "SHA-256", children: <Hash hash={kept.sha256} whole /> },
          { key: "sm3", label: "SM3", children: <Hash hash={kept.sm3} whole /> },
          { key: "persons", label: t("persons"), children: countText(kept.persons) },
          { key: "rows", label: t("rows"), children: countText(kept.rows) },
          { key: "made", label: t("made"), children: <Time ms={kept.made} /> },
          { key: "by", label: t("madeBy"), children: kept.made_by },
        ]}
      />
      <Space direction="vertical" style={{ width: "100%", marginTop: 8 }}>
        {came !== undefined && came !== null && (
          <Alert showIcon role="status" type={came === kept.sha256 ? "success" : "error"} message={t(came === kept.sha256 ? "downloadedSame" : "downloadedDifferent")} description={<span className="mono">{came}</span>} />
        )}
        {verifying.data !== undefined && (
          <Alert
            showIcon
            role="status"
            type={verifying.data.whole ? "success" : "error"}
            message={t(verifying.data.whole ? "verifiedWhole" : "verifiedBroken")}
            description={verifying.data.problem === null ? undefined : <span data-told="">{verifying.data.problem}</span>}
          />
        )}
      </Space>
    </Part>
  );
}
