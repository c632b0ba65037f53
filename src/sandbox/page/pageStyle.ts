/**
 * The style of the page: the colours of VS Code's own light and dark themes, whichever the browser asks for,
 * and forced colours as the browser makes them.
 */
export const pageStyle = `
:root { color-scheme: light dark; --text: light-dark(#3b3b3b, #cccccc); --strong: light-dark(#1f1f1f, #ffffff);
  --back: light-dark(#ffffff, #1f1f1f); --panel: light-dark(#f8f8f8, #181818); --line: light-dark(#e5e5e5, #2b2b2b);
  --edge: light-dark(#8f8f8f, #757575); --soft: light-dark(#616161, #9d9d9d); --good: light-dark(#0a6b2d, #6fd08c);
  --bad: light-dark(#a11313, #ff9a94); --accent: light-dark(#005fb8, #4daafc); --button: light-dark(#005fb8, #0078d4); }
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem 1.5rem 3rem; background: var(--back); color: var(--text);
  font: 0.875rem/1.5 system-ui, "Segoe UI", "Ubuntu", "Noto Sans", sans-serif; }
h1, h2 { color: var(--strong); font-weight: 600; margin: 0; }
h1 { font-size: 1.35rem; }
h2 { font-size: 1rem; margin-bottom: 0.5rem; }
p { margin: 0.25rem 0; overflow-wrap: anywhere; }
.soft, small, .empty { color: var(--soft); }
.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.75rem; }
#live::before { content: "● "; }
section { margin-bottom: 1rem; padding: 0.75rem 1rem 1rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 6px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0 1rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem;
  margin-bottom: 1rem; padding: 0.5rem 0; background: var(--back); border-bottom: 1px solid var(--line); }
.bar ul { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.bar a { display: inline-block; padding: 0.15rem 0; text-decoration: none; }
.bar a:hover { text-decoration: underline; }
.count { color: var(--soft); font-size: 0.85em; }
@media (min-width: 60rem) and (min-height: 30rem) { .bar { position: sticky; top: 0; z-index: 1; } }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
td { overflow-wrap: anywhere; }
td:last-child { min-width: 8rem; }
td time, .state { white-space: nowrap; }
code, pre { font: 0.9em/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { white-space: pre-wrap; max-height: 20rem; overflow: auto; margin: 0.25rem 0; }
a, summary { color: var(--accent); }
summary, .result a { padding: 0.15rem 0; }
@media (max-width: 45rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr { display: block; }
  tr { padding: 0.35rem 0; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); padding: 0.1rem 0; border: 0; }
  td::before { content: attr(data-column); color: var(--soft); }
}
.results { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.result { display: grid; gap: 0.15rem; }
.result img { display: block; width: 8rem; height: auto; border-radius: 4px; }
.result video { width: 12rem; border-radius: 4px; }
.result audio { width: min(15rem, 100%); height: 2.25rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
ul { list-style: none; padding: 0; margin: 0; }
label { display: flex; gap: 0.5rem; align-items: baseline; padding: 0.15rem 0; }
form { display: flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; align-items: center; margin: 0.25rem 0; }
section form label { flex: 0 1 12rem; }
input[type=number], select { width: 9rem; max-width: 100%; }
input[type=search] { width: 13rem; max-width: 100%; }
input, select, button { font: inherit; }
input[type=number], input[type=search], select { padding: 0.2rem 0.5rem; border: 1px solid var(--edge);
  border-radius: 3px; background: var(--back); color: inherit; }
select option { background: var(--back); }
input[type=checkbox] { accent-color: var(--button); }
button { min-height: 1.75rem; padding: 0.2rem 0.75rem; border: 1px solid var(--edge); border-radius: 3px;
  background: var(--back); color: inherit; cursor: pointer; }
button[type=submit] { border-color: var(--button); background: var(--button); color: #fff; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[hidden] { display: none !important; }
#notice { min-height: 1.5rem; }
`;
