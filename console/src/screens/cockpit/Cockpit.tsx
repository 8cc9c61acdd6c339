// The cockpit: what the whole bank is like just now, at a desk or on a wall. Each figure leads to the rows behind it. The wall covers all of the frame and refreshes itself, as the desk does.
import { AppstoreOutlined, DesktopOutlined } from "@ant-design/icons";
import { Button, ConfigProvider, Layout, Segmented, theme } from "antd";
import { type ReactNode, useEffect } from "react";
import { createPortal } from "react-dom";
import { Link } from "react-router-dom";

import { api, told } from "@/api/client";
import { useListedKey } from "@/app/Keyboard";
import { ConnectionBar } from "@/app/ConnectionBar";
import { useSession } from "@/app/session";
import { useWords } from "@/app/words";
import { useFilters } from "@/parts/address";
import { useAsk } from "@/parts/ask";
import { useNow } from "@/parts/clock";
import { load } from "@/parts/echarts/load";
import { timeText } from "@/parts/values";
import { dayStart, useFigure } from "@/screens/cockpit/asking";
import { Automatic, Branches, Families, Orders, Severities, Sources, Urgent } from "@/screens/cockpit/panels";
import { Tile, WallContext } from "@/screens/cockpit/Panel";
import { Speed } from "@/screens/cockpit/Speed";
import { cockpitWords } from "@/screens/cockpit/words";

void load("bars").catch(() => undefined); // what draws its charts comes beside its figures, not after them

function Clock() {
  const now = useNow();
  return (
    <time className="number" dateTime={new Date(now).toISOString()} style={{ fontSize: 24 }}>
      {timeText(now)}
    </time>
  );
}

// When the server last answered, not what the clock says.
function Refreshed() {
  const t = useWords(cockpitWords);
  const { may } = useSession();
  const from = dayStart(useNow(30_000));
  const figure = useFigure("alerts", { from }, { active: may("figures:read") });
  const state = useAsk(["state"], (signal) => told(api.GET("/v1/state", { signal })), { active: may("operations:read") });
  const at = Math.max(figure.dataUpdatedAt, state.dataUpdatedAt);
  return at === 0 ? null : <span className="number">{t("refreshed", { time: timeText(at, "clock") })}</span>;
}

const ROWS_HEIGHT = 290; // of a panel with five rows, on the wall

function Grid({ columns, children, grow }: { columns: string; children: ReactNode; grow?: boolean }) {
  return <div style={{ display: "grid", gridTemplateColumns: columns, gap: 10, minHeight: grow === true ? ROWS_HEIGHT : 0, flex: grow === true ? 1 : undefined }}>{children}</div>;
}

// Shares of the width, of those panels that are there.
function columnsOf(...shares: (number | false)[]): string {
  return shares.flatMap((share) => (share === false ? [] : [`minmax(0, ${share}fr)`])).join(" ");
}

function Panels({ wall }: { wall: boolean }) {
  const t = useWords(cockpitWords);
  const { may } = useSession();
  const from = dayStart(useNow(30_000));
  const query = { from };
  const figures = may("figures:read");
  const operations = may("operations:read");
  const tiles = figures && (
    <Grid columns={wall ? "repeat(6, 1fr)" : "repeat(auto-fit, minmax(165px, 1fr))"}>
      <Tile figure="amount_saved" title={t("saved")} query={query} note={t("today")} />
      <Tile figure="money_stopped" title={t("stopped")} query={query} note={t("today")} />
      <Tile figure="amount_held" title={t("held")} query={query} note={t("today")} />
      <Tile figure="alerts" title={t("alertsToday")} query={query} note={t("today")} />
      <Tile figure="open_s4" title={t("openS4")} query={query} note={t("now")} strong />
      <Tile figure="open_overdue" title={t("overdueNow")} query={query} note={t("now")} strong />
    </Grid>
  );
  const speed = operations && <Speed />;
  const automatic = figures && <Automatic />;
  const severities = figures && <Severities query={query} />;
  const sources = operations && <Sources />;
  const urgent = may("alerts:read") && <Urgent query={query} />;
  const orders = may("orders:read") && <Orders />;
  if (wall) {
    return (
      <>
        {tiles}
        <Grid columns={columnsOf(speed && 1.1, automatic && 1.2, severities && 0.7)}>
          {speed}
          {automatic}
          {severities}
        </Grid>
        {figures && (
          <Grid columns="1fr 1fr" grow>
            <Families query={query} />
            <Branches query={query} />
          </Grid>
        )}
        <Grid columns={columnsOf(urgent && 1.2, orders && 1.1, sources && 1)} grow>
          {urgent}
          {orders}
          {sources}
        </Grid>
      </>
    );
  }
  return (
    <>
      {tiles}
      <Grid columns="repeat(auto-fit, minmax(420px, 1fr))">
        {speed}
        {automatic}
      </Grid>
      <Grid columns="repeat(auto-fit, minmax(330px, 1fr))">
        {figures && <Families query={query} />}
        {(severities || sources) && (
          <div style={{ display: "flex", flexDirection: "column", gap: 10, minWidth: 0 }}>
            {severities}
            {sources}
          </div>
        )}
        {figures && <Branches query={query} />}
      </Grid>
      <Grid columns="repeat(auto-fit, minmax(430px, 1fr))">
        {urgent}
        {orders}
      </Grid>
    </>
  );
}

function Wall({ onLeave }: { onLeave: () => void }) {
  const t = useWords(cockpitWords);
  const { token } = theme.useToken();
  useEffect(() => {
    const root = document.getElementById("root");
    root?.setAttribute("inert", "");
    const pressed = (event: KeyboardEvent) => event.key === "Escape" && onLeave();
    document.addEventListener("keydown", pressed);
    return () => {
      root?.removeAttribute("inert");
      document.removeEventListener("keydown", pressed);
    };
  }, [onLeave]);
  return createPortal(
    <Layout style={{ position: "fixed", inset: 0, zIndex: 900, overflow: "auto", background: token.colorBgLayout }}>
      <ConnectionBar />
      <Layout.Content data-wall="" style={{ display: "flex", flexDirection: "column", gap: 10, padding: 14, boxSizing: "border-box" }}>
      <header style={{ display: "flex", alignItems: "center", gap: 20 }}>
        <h1 style={{ margin: 0, fontSize: 28, flex: 1 }}>{t("title")}</h1>
        <Refreshed />
        <Clock />
        <Button icon={<DesktopOutlined />} onClick={onLeave}>
          {t("leaveWall")}
        </Button>
      </header>
      <ConfigProvider theme={{ token: { fontSize: 17 } }}>
        <WallContext.Provider value={true}>
          <Panels wall />
        </WallContext.Provider>
      </ConfigProvider>
      </Layout.Content>
    </Layout>,
    document.body,
  );
}

export default function Cockpit() {
  const t = useWords(cockpitWords);
  const [filters, change] = useFilters();
  const { may } = useSession();
  const wall = filters.view === "wall";
  const turn = (to: boolean) => change({ view: to ? "wall" : null });
  useListedKey("w", t("wallKey"), () => turn(!wall));
  if (wall) {
    return <Wall onLeave={() => turn(false)} />;
  }
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 10 }}>
      <div style={{ display: "flex", alignItems: "center", gap: 12, flexWrap: "wrap" }}>
        <h1 style={{ fontSize: 18, margin: 0, flex: 1 }}>{t("title")}</h1>
        <Refreshed />
        {may("figures:read") && <Link to="/cockpit/figures">{t("allFigures")}</Link>}
        <Segmented
          aria-label={t("wallKey")}
          value="desk"
          onChange={(value) => turn(value === "wall")}
          options={[
            { value: "desk", label: t("desk"), icon: <DesktopOutlined /> },
            { value: "wall", label: t("wall"), icon: <AppstoreOutlined /> },
          ]}
        />
      </div>
      <Panels wall={false} />
    </div>
  );
}
