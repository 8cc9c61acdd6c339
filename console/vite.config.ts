import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The bundle is served by the program under /console/, with a content security policy that lets nothing in from elsewhere:
// no data: URLs of scripts, no inlined assets.
export default defineConfig({
  base: "/console/",
  plugins: [react()],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      html2canvas: fileURLToPath(new URL("./src/screens/graph/noHtml.ts", import.meta.url)),
    },
  },
  // For working on the console: `QT_SERVER=http://127.0.0.1:8080 npx vite` shows the sources as they are, in front of a running server.
  server: { proxy: Object.fromEntries(["/v1", "/problems", "/healthz", "/readyz", "/openapi.json", "/metrics"].map((path) => [path, { target: process.env.QT_SERVER ?? "http://127.0.0.1:8080" }])) },
  build: {
    target: "es2021",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    // Modules of G6 do nothing but say what they export, which its package does not tell: plugins and layouts that nobody uses stay out.
    rollupOptions: { treeshake: { moduleSideEffects: (id) => !id.includes("/@antv/g6/esm/") } },
  },
});
