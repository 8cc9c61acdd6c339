// Colours and fonts, light and dark. Contrasts are those of WCAG 2.1 AA against the surfaces that they stand on.
import { App as AntApp, ConfigProvider, theme, type ThemeConfig } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import { type ReactNode, useEffect } from "react";

import { useSettings } from "@/app/settings";

import "dayjs/locale/zh-cn";

const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

function themeOf(dark: boolean): ThemeConfig {
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      fontFamily: FONT,
      colorPrimary: dark ? "#2f7fc4" : "#0b5fa5",
      colorError: dark ? "#ff8f8a" : "#b3151b",
      colorPrimaryHover: dark ? "#3277b0" : "#1f6fae",
      colorLink: dark ? "#6bb4f0" : "#0b5fa5",
      // What antd derives for a link under the pointer is too pale in the light, and too dim in the dark.
      colorLinkHover: dark ? "#8cc5f5" : "#094f8a",
      colorLinkActive: dark ? "#6bb4f0" : "#034380",
      colorTextSecondary: dark ? "rgba(255,255,255,0.72)" : "rgba(0,0,0,0.65)",
      colorTextTertiary: dark ? "rgba(255,255,255,0.62)" : "rgba(0,0,0,0.6)",
      colorTextDescription: dark ? "rgba(255,255,255,0.68)" : "rgba(0,0,0,0.62)",
      colorTextPlaceholder: dark ? "rgba(255,255,255,0.55)" : "rgba(0,0,0,0.56)",
      borderRadius: 4,
      motion: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    },
    components: {
      Layout: { headerHeight: 48, headerPadding: "0 16px", siderBg: dark ? "#141a22" : "#0d2b45", triggerBg: dark ? "#1b232d" : "#0a2238" },
      Menu: { darkItemBg: "transparent", darkSubMenuItemBg: "transparent", darkItemSelectedBg: dark ? "#1f6fb5" : "#0b5fa5", itemHeight: 36 },
      Button: dark ? { defaultHoverColor: "#8cc5f5", defaultHoverBorderColor: "#6bb4f0", defaultActiveColor: "#6bb4f0", defaultActiveBorderColor: "#6bb4f0" } : {},
      Table: { cellPaddingBlockSM: 6 },
      Switch: { colorTextQuaternary: "#5f6b7a", colorTextTertiary: "#4b5665" }, // its ground while it is off, under white words
      Tabs: { itemSelectedColor: dark ? "#6bb4f0" : "#0b5fa5", itemActiveColor: dark ? "#6bb4f0" : "#0b5fa5", itemHoverColor: dark ? "#6bb4f0" : "#0b5fa5" },
    },
  };
}

export function Themed({ children }: { children: ReactNode }) {
  const { dark, language, density } = useSettings();
  useEffect(() => {
    dayjs.locale(language === "zh" ? "zh-cn" : "en");
  }, [language]);
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
  return (
    <ConfigProvider
      locale={language === "zh" ? zhCN : enUS}
      theme={themeOf(dark)}
      componentSize={density}
      csp={nonce === undefined ? undefined : { nonce }}
      button={{ autoInsertSpace: false }}
    >
      <AntApp component={false}>{children}</AntApp>
    </ConfigProvider>
  );
}
