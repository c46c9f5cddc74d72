// Makes designsystemet.css, theme.css and the web fonts from the npm packages. Run it only to
// update them; the results are committed and the portal needs no npm. In an empty folder:
//
//   npm i @digdir/designsystemet@1.15 @digdir/designsystemet-css@1.22 @fontsource-variable/source-sans-3
//   node …/static/build.mjs
import { execSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const modules = process.cwd() + "/node_modules";

// The components that the templates use, as published, in upstream's own order and layers.
const upstream = `${modules}/@digdir/designsystemet-css`;
const version = JSON.parse(readFileSync(`${upstream}/package.json`)).version;
const component = (name) => readFileSync(`${upstream}/dist/src/${name}.css`, "utf8").replace(/\n$/, "");
const components = ["alert", "breadcrumbs", "button", "details", "error-summary", "field", "fieldset",
  "heading", "input", "label", "link", "skip-link", "tag", "validation-message"];
writeFileSync(`${here}/designsystemet.css`, [
  `/* @digdir/designsystemet-css ${version}, MIT (LICENSES.md). Made by build.mjs: do not edit. */`,
  "@layer ds.theme,ds.base,ds.plain,ds.components;", // ds.plain: plain elements, in portal.css
  `@layer ds.base{${component("base")}}`,
  ...components.map((name) => `/* ${name} */\n@layer ds.components{${component(name)}}`),
].join("\n").replace("%d tegn for mye", "%d tecken för mycket").replace("%d tegn igjen", "%d tecken kvar") + "\n");

// The theme: two colours, the rest is computed by upstream's CLI. We show one (light) scheme.
writeFileSync("designsystemet.config.json", JSON.stringify({
  outDir: "./design-tokens",
  themes: { bidragsporten: {
    colors: { main: { accent: "#0B4F5E" }, support: {}, neutral: "#2A2824" },
    typography: { fontFamily: "Source Sans 3" },
    borderRadius: 4,
  } },
}));
execSync("npx designsystemet tokens create --clean && npx designsystemet tokens build --clean", { stdio: "pipe" });
const theme = readFileSync("design-tokens-build/bidragsporten.css", "utf8");
const blocks = theme.split(/(?=^@layer )/m).slice(1)
  .filter((block) => !/color-scheme\.dark|typography\.secondary/.test(block.split("\n")[0]))
  .map((block) => block.replace(/\n *\[data-color-scheme="auto"\][\s\S]*$/, ""))
  .map((block) => block.replace(/@media \(prefers-color-scheme[\s\S]*$/, ""))
  .map((block) => block.replace("Source Sans 3;", '"Source Sans 3", "Segoe UI", system-ui, sans-serif;'))
  .map((block) => block.replace(/\n\s*/g, "").replace(/\s*\/\*.*?\*\/\s*/g, "").replace(/([:,{]) /g, "$1"));
writeFileSync(`${here}/theme.css`,
  `/* Made by build.mjs with @digdir/designsystemet (MIT): do not edit. */\n${blocks.join("\n")}\n`);

mkdirSync(`${here}/fonts`, { recursive: true });
for (const [from, to] of [["latin-wght-normal", "latin"], ["latin-wght-italic", "latin-italic"], ["latin-ext-wght-normal", "latin-ext"]]) {
  copyFileSync(`${modules}/@fontsource-variable/source-sans-3/files/source-sans-3-${from}.woff2`, `${here}/fonts/source-sans-3-${to}.woff2`);
}
