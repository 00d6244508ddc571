"""The style of the page, for light and dark themes and any width. Text contrast is at least 4.5:1."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark;
  --page: #ffffff; --raised: #f6f8fa; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --link: #0550ae;
  --red: #c21c2c; --red-page: #ffebe9; --amber: #855c00; --amber-page: #fff8c5; --green: #116329;
  --green-page: #dafbe1; --bar-red: #cf222e; --bar-amber: #bf8700; --bar-green: #2da44e;
  --bar-grey: #8c959f; }
@media (prefers-color-scheme: dark) { :root {
  --page: #0d1117; --raised: #151b23; --text: #f0f6fc; --faint: #9da7b3; --line: #3d444d; --link: #58a6ff;
  --red: #ff8983; --red-page: #3c1618; --amber: #e3b341; --amber-page: #34270a; --green: #56d364;
  --green-page: #12301b; --bar-red: #f85149; --bar-amber: #d29922; --bar-green: #3fb950;
  --bar-grey: #6e7681; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem clamp(0.75rem, 3vw, 2.5rem) 3rem; max-width: 110rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { margin: 0 0 0.25rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.2rem; overflow-wrap: anywhere; }
h3 { margin: 1rem 0 0.25rem; font-size: 1rem; overflow-wrap: anywhere; }
p, ul { margin: 0.4rem 0; }
ul { padding-left: 1.25rem; }
p, li, dd, dt, summary { overflow-wrap: anywhere; }
a { color: var(--link); }
a, summary, .scroll { outline-offset: 2px; }
.verdict { padding: 1rem 1.25rem; border-radius: 0.5rem; border: 1px solid var(--line);
  border-left-width: 0.5rem; }
.verdict.pass { background: var(--green-page); border-left-color: var(--bar-green); }
.verdict.fail { background: var(--red-page); border-left-color: var(--bar-red); }
.verdict.inconclusive { background: var(--amber-page); border-left-color: var(--bar-amber); }
.faint { color: var(--faint); font-size: 0.9rem; }
.verdict .faint { color: inherit; }
.counts { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.counts li { padding: 0.25rem 0.75rem; border: 1px solid var(--line); border-radius: 2rem;
  background: var(--raised); }
.kind { font-weight: normal; font-size: 0.9rem; color: var(--faint); }
.decisions { padding: 0; list-style: none; }
.decisions li { padding: 0.4rem 0.75rem; border-left: 0.25rem solid var(--line); margin: 0.4rem 0; }
.decisions .red { border-left-color: var(--bar-red); }
.decisions .tolerated, .decisions .undecided { border-left-color: var(--bar-amber); }
.meter { display: block; width: 100%; max-width: 28rem; height: 0.75rem; margin-top: 0.3rem; }
.scroll { overflow-x: auto; margin: 0.75rem 0; border: 1px solid var(--line); border-radius: 0.5rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.925rem; }
th, td { padding: 0.4rem 0.75rem; text-align: left; vertical-align: top;
  border-top: 1px solid var(--line); }
thead th { border-top: 0; background: var(--raised); white-space: nowrap; font-weight: 600; }
tbody th { font-weight: normal; min-width: 9rem; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.state { white-space: nowrap; }
.why { min-width: 16rem; overflow-wrap: anywhere; }
.line { min-width: 11rem; width: 22%; }
.line svg { display: block; width: 100%; height: 1.1rem; margin-top: 0.2rem; }
.red .state { color: var(--red); font-weight: 600; }
.tolerated .state, .undecided .state { color: var(--amber); }
.green .state { color: var(--green); }
.skipped .state { color: var(--faint); }
.base { fill: var(--line); } .bar-red { fill: var(--bar-red); } .bar-amber { fill: var(--bar-amber); }
.bar-green { fill: var(--bar-green); } .bar-grey { fill: var(--bar-grey); } .limit { fill: var(--text); }
details { margin: 0.5rem 0; }
summary { cursor: pointer; padding: 0.25rem 0; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.1rem 1rem;
  margin: 0.5rem 0; }
dt { color: var(--faint); } dd { margin: 0; }
td details { margin: 0; }
@media (max-width: 40rem) { thead { display: none; } table, tbody { display: block; }
  tr { display: grid; grid-template-columns: auto 1fr auto; padding: 0.5rem 0.75rem;
    border-top: 1px solid var(--line); gap: 0.1rem 0.75rem; }
  tr:first-child { border-top: 0; } th, td { border: 0; padding: 0; } tbody th { min-width: 0; }
  .attempts { display: none; } .line, .why { grid-column: 1 / -1; width: auto; min-width: 0; } }
@media (max-width: 40rem) { body { font-size: 0.95rem; } dl { grid-template-columns: 1fr;
  } dd { margin-bottom: 0.4rem; } }
@media print { details:not([open]) > :not(summary) { display: block; } .scroll { overflow: visible; } }
"""
