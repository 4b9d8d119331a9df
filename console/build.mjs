// Builds ../functions/records/console.html: one page with its style and its script in it, which loads nothing else.
// The page names the sources that it was built from, so that a test without Node.js can tell whether it is stale.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const read = (name) => readFileSync(new URL(name, here), "utf8");

const sources = ["build.mjs", "package-lock.json", "tsconfig.json", ...readdirSync(new URL("src", here)).map((name) => `src/${name}`)];
const hash = createHash("sha256");
for (const name of sources.sort()) hash.update(`${name}\0${read(name)}\0`);

const bundled = await build({
  entryPoints: ["src/main.tsx"],
  absWorkingDir: new URL(".", here).pathname,
  bundle: true,
  minify: true,
  write: false,
  outdir: "out",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
});
const made = (suffix) => bundled.outputFiles.find((file) => file.path.endsWith(suffix)).text.trim();

const page = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="sources" content="${hash.digest("hex")}">
<title>OCR</title>
<link rel="icon" href="data:,">
<style>${made(".css")}</style>
<div id="app"></div>
<noscript>This page needs JavaScript. 本页面需要 JavaScript。</noscript>
<script>${made(".js").replaceAll("</script", "<\\/script")}</script>
</html>
`;
writeFileSync(new URL("../functions/records/console.html", here), page);
console.log(`console.html: ${Math.round(Buffer.byteLength(page) / 1024)} KB`);
