// The frame around every screen: menu, head, what is told of the session and the connection.
import { BulbOutlined, DesktopOutlined, GlobalOutlined, KeyOutlined, LogoutOutlined, MenuFoldOutlined, MenuUnfoldOutlined, UserOutlined } from "@ant-design/icons";
import { Alert, Button, Dropdown, Layout, Menu, Result, Space, Spin, Typography } from "antd";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { Link, Navigate, Route, Routes, useLocation, useNavigate } from "react-router-dom";

import { type Area, areas, areaWords, allScreens, type Screen } from "@/app/areas";
import { ConnectionBar } from "@/app/ConnectionBar";
import { Crash } from "@/app/Crash";
import { Finder } from "@/app/Finder";
import { Keyboard } from "@/app/Keyboard";
import { readKept, writeKept } from "@/app/kept";
import { useSession } from "@/app/session";
import { useIdle } from "@/app/idle";
import { useSettings } from "@/app/settings";
import { shellWords } from "@/app/shellWords";
import { useWords } from "@/app/words";
import { useRoleName, useRoles } from "@/parts/access";
import { Forbidden } from "@/parts/States";
import { PADDING } from "@/parts/sticky";

// Forms are large, and who is signed in needs none of these.
const SignIn = lazy(() => import("@/app/SignIn"));
const NewPassword = lazy(() => import("@/app/NewPassword"));

function Waiting() {
  const t = useWords(shellWords);
  return (
    <div style={{ display: "grid", placeItems: "center", minHeight: 240 }} role="status" aria-label={t("loading")}>
      <Spin />
    </div>
  );
}

function useOpenScreens(): { open: (screen: Screen) => boolean; first: string | null } {
  const { may } = useSession();
  return useMemo(() => {
    const open = (screen: Screen) => screen.scopes.length === 0 || screen.scopes.some(may);
    return { open, first: allScreens.find((screen) => screen.menu && open(screen))?.path ?? null };
  }, [may]);
}

function MainMenu({ folded }: { folded: boolean }) {
  const t = useWords(areaWords);
  const label = useWords(shellWords);
  const { pathname } = useLocation();
  const { open } = useOpenScreens();
  const item = (screen: Screen, icon?: ReactNode) => ({ key: screen.path, icon, label: <Link to={`/${screen.path}`}>{t(screen.word)}</Link> });
  const shown = (area: Area) => area.screens.filter((screen) => screen.menu && open(screen));
  const items = areas
    .filter((area) => shown(area).length > 0)
    .map((area) => {
      const inside = shown(area);
      return inside.length === 1 ? item(inside[0]!, area.icon) : { key: `area ${area.word}`, icon: area.icon, label: t(area.word), children: inside.map((screen) => item(screen)) };
    });
  const here = allScreens
    .filter((screen) => pathname === `/${screen.path}` || pathname.startsWith(`/${screen.path}/`))
    .sort((one, other) => other.path.length - one.path.length)[0];
  // On a small screen the chosen item may lie below the edge.
  const nav = useRef<HTMLElement>(null);
  const place = here?.path;
  useEffect(() => {
    nav.current?.querySelector(".ant-menu-item-selected")?.scrollIntoView({ block: "nearest" });
  }, [place]);
  const around = areas.filter((area) => here !== undefined && area.screens.includes(here)).map((area) => `area ${area.word}`);
  return (
    <nav aria-label={label("menu")} ref={nav}>
      <Menu theme="dark" mode="inline" inlineCollapsed={folded} items={items} selectedKeys={here === undefined ? [] : [here.path]} defaultOpenKeys={folded ? [] : [...around, "area bench"]} />
    </nav>
  );
}

function Person() {
  const t = useWords(shellWords);
  const { identity, signOut } = useSession();
  const { language, look, density, choose } = useSettings();
  const [changing, setChanging] = useState(false);
  const roleName = useRoleName(useRoles().data);
  return (
    <Space size="small">
      <Dropdown
        menu={{
          selectable: true,
          selectedKeys: [look, density],
          items: [
            { type: "group", label: t("look"), children: (["light", "dark", "system"] as const).map((key) => ({ key, label: t(key), onClick: () => choose({ look: key }) })) },
            {
              type: "group",
              label: t("density"),
              children: (["small", "middle"] as const).map((key) => ({ key, label: t(key === "small" ? "dense" : "roomy"), onClick: () => choose({ density: key }) })),
            },
          ],
        }}
        trigger={["click"]}
      >
        <Button type="text" icon={look === "system" ? <DesktopOutlined /> : <BulbOutlined />} aria-label={t("look")} />
      </Dropdown>
      <Button type="text" icon={<GlobalOutlined />} aria-label={t("language")} onClick={() => choose({ language: language === "zh" ? "en" : "zh" })}>
        {language === "zh" ? "EN" : "中文"}
      </Button>
      <Dropdown
        menu={{
          items: [
            { key: "roles", label: identity?.roles.map(roleName).join(" · "), disabled: true },
            { key: "password", icon: <KeyOutlined />, label: t("password"), onClick: () => setChanging(true) },
            { key: "out", icon: <LogoutOutlined />, label: t("signOut"), onClick: () => void signOut(false) },
          ],
        }}
        trigger={["click"]}
      >
        <Button type="text" icon={<UserOutlined />}>
          {identity?.name}
        </Button>
      </Dropdown>
      {changing && (
        <Suspense fallback={null}>
          <NewPassword onClose={() => setChanging(false)} />
        </Suspense>
      )}
    </Space>
  );
}

function Screens() {
  const t = useWords(shellWords);
  const { open, first } = useOpenScreens();
  const navigate = useNavigate();
  return (
    <Routes>
      <Route index element={first === null ? <Result status="403" title={t("noneOpen")} subTitle={t("noneOpenText")} /> : <Navigate to={`/${first}`} replace />} />
      {allScreens.map((screen) => (
        <Route key={screen.path} path={screen.path} element={open(screen) ? <screen.screen /> : <Forbidden scopes={screen.scopes} />} />
      ))}
      <Route
        path="*"
        element={
          <Result
            status="404"
            title={t("nothingHere")}
            subTitle={t("nothingHereText")}
            extra={
              <Button type="primary" onClick={() => navigate("/")}>
                {t("home")}
              </Button>
            }
          />
        }
      />
    </Routes>
  );
}

function Frame() {
  const t = useWords(shellWords);
  const { identity, signOut } = useSession();
  const { dark } = useSettings();
  const { pathname, search } = useLocation();
  const [folded, setFolded] = useState(() => readKept("menu.folded", false));
  const isWall = pathname === "/cockpit" && new URLSearchParams(search).get("view") === "wall"; // nobody sits before it
  useIdle(() => void signOut(true), identity?.kind !== "console" && !isWall);
  function fold() {
    writeKept("menu.folded", !folded);
    setFolded(!folded);
  }
  return (
    <Layout style={{ height: "100%" }} hasSider>
      <a className="skip-link" href="#content">
        {t("skip")}
      </a>
      <Layout.Sider width={200} collapsedWidth={56} collapsed={folded} style={{ overflow: "auto" }}>
        <Link to="/" style={{ display: "flex", alignItems: "center", gap: 10, height: 48, padding: "0 14px", color: "#fff" }} aria-label={`${t("name")} ${t("product")}`}>
          <img src="/console/icon.svg" alt="" width={28} height={28} />
          {!folded && <Typography.Text style={{ color: "#fff", fontSize: 17, fontWeight: 600 }}>{t("name")}</Typography.Text>}
        </Link>
        <MainMenu folded={folded} />
      </Layout.Sider>
      <Layout>
        <Layout.Header style={{ display: "flex", alignItems: "center", gap: 12, lineHeight: "normal", background: dark ? "#141a22" : "#fff", borderBottom: `1px solid ${dark ? "#26303c" : "#e4e8ee"}` }}>
          <Button type="text" icon={folded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />} onClick={fold} aria-label={t("menu")} aria-expanded={!folded} />
          <Finder />
          <div style={{ flex: 1 }} />
          <Keyboard />
          <Person />
        </Layout.Header>
        <ConnectionBar />
        {identity?.kind === "console" && <Alert banner type="warning" message={t("nobody")} />}
        <Layout.Content id="content" tabIndex={-1} style={{ overflow: "auto", padding: PADDING, outline: "none" }}>
          <Crash key={pathname}>
            <Suspense fallback={<Waiting />}>
              <Screens />
            </Suspense>
          </Crash>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

export function Shell() {
  const { identity, loading } = useSession();
  if (loading) {
    return (
      <>
        <ConnectionBar />
        <Waiting />
      </>
    );
  }
  if (identity === null) {
    return (
      <>
        <ConnectionBar />
        <Suspense fallback={<Waiting />}>
          <SignIn />
        </Suspense>
      </>
    );
  }
  return identity.must_change_password ? (
    <Suspense fallback={<Waiting />}>
      <NewPassword forced />
    </Suspense>
  ) : (
    <Frame />
  );
}
