// Read a job summary in Markdown from standard input, and write a page that shows it as GitHub does.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import MarkdownIt from "markdown-it";

const require = createRequire(import.meta.url);
const style = readFileSync(require.resolve("github-markdown-css/github-markdown-light.css"), "utf8");
const mermaid = readFileSync(require.resolve("mermaid/dist/mermaid.min.js"), "utf8");

const markdown = new MarkdownIt({ html: true, linkify: true });
const fence = markdown.renderer.rules.fence;
markdown.renderer.rules.fence = (tokens, index, ...rest) =>
  tokens[index].info === "mermaid"
    ? `<pre class="mermaid">${markdown.utils.escapeHtml(tokens[index].content)}</pre>`
    : fence(tokens, index, ...rest);

const body = markdown.render(readFileSync(0, "utf8"));
process.stdout.write(`<!doctype html>
<meta charset="utf-8">
<style>${style}
body { margin: 0; background: #fff }
.markdown-body { width: 980px; padding: 24px 32px }
.markdown-body .mermaid { background: none; padding: 0 }
</style>
<article class="markdown-body">${body}</article>
<script>${mermaid}</script>
<script>mermaid.initialize({ startOnLoad: true, gantt: { useMaxWidth: true } });</script>
`);
