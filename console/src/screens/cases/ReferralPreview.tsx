// How a referral's documents will look, in a frame that may run nothing; as a PDF it is downloaded, which goes on record. The frame asks by the address and not by a blob:, which would be bound to the console's own
// policy and lose the styles of the paper; it is asked for here too, for what the server says when there is none.
import { DownloadOutlined } from "@ant-design/icons";
import { Button, Segmented, Space, Spin } from "antd";
import { useState } from "react";

import { fetched } from "@/api/client";
import { useWords } from "@/app/words";
import { useAsk, useDeed } from "@/parts/ask";
import { download } from "@/parts/csv";
import { Failure } from "@/parts/States";
import type { ReferralTab } from "@/screens/cases/ReferralRoom";
import { referralWords } from "@/screens/cases/words";

type View = "letter" | "material" | "statement";

export function ReferralPreview({ data }: ReferralTab) {
  const t = useWords(referralWords);
  const [view, setView] = useState<View>("letter");
  const path = `/v1/referrals/${data.referral}/preview?view=${view}`;
  const query = useAsk(["preview", data.referral, view], async (signal) => (await fetched(path, { signal })).text());
  const pdf = useDeed(async (_now: void) => download(`referral-${data.referral}-${view}.pdf`, await (await fetched(`${path}&format=pdf`)).arrayBuffer(), "application/pdf"));
  return (
    <>
      <Space wrap style={{ marginBottom: 8 }}>
        <Segmented<View>
          value={view}
          onChange={setView}
          aria-label={t("view")}
          options={[
            { value: "letter", label: t("viewLetter") },
            { value: "material", label: t("viewMaterial") },
            { value: "statement", label: t("viewStatement") },
          ]}
        />
        <Button size="small" icon={<DownloadOutlined />} loading={pdf.isPending} onClick={() => pdf.mutate()}>
          {t("pdf")}
        </Button>
      </Space>
      {query.isPending && (
        <div role="status">
          <Spin /> {t("makingPreview")}
        </div>
      )}
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      {query.data !== undefined && <iframe key={`${path} ${query.dataUpdatedAt}`} title={t("previewFrame")} src={path} sandbox="" style={{ width: "100%", height: "72vh", border: "1px solid rgba(128,128,128,0.4)", background: "#fff" }} />}
    </>
  );
}
