/** The style of the page: system colours, so that dark, light and forced colours come from the browser. */
export const pageStyle = `
:root { color-scheme: light dark; --line: light-dark(#d0d0d7, #44444f); --soft: light-dark(#5c5c66, #b0b0ba);
  --good: light-dark(#0a6b2d, #6fd08c); --bad: light-dark(#a11313, #ff9a94); --accent: light-dark(#4a2fb0, #b9a6ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; font: 0.9375rem/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #1b1b20); color: light-dark(#1b1b20, #ececf1); }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 0.5rem; }
header, section { margin-bottom: 1.75rem; }
p { margin: 0.25rem 0; }
.soft, small, .empty { color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0 2.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
td { overflow-wrap: anywhere; }
td:last-child { min-width: 8rem; }
td time, .state { white-space: nowrap; }
code, pre { font: 0.85em/1.5 ui-monospace, monospace; }
pre { white-space: pre-wrap; max-height: 20rem; overflow: auto; margin: 0.25rem 0; }
a, summary { color: var(--accent); }
.links { display: flex; flex-wrap: wrap; gap: 0 0.75rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
ul { list-style: none; padding: 0; margin: 0; }
label { display: flex; gap: 0.5rem; align-items: baseline; padding: 0.15rem 0; }
form { display: flex; gap: 0.5rem; align-items: center; margin: 0.25rem 0; }
form label { flex: 0 0 12rem; }
input[type=number], select { width: 9rem; }
input, select, button { font: inherit; }
button, input[type=number], select { padding: 0.15rem 0.6rem; border: 1px solid var(--soft); border-radius: 4px; background: transparent; color: inherit; }
select option { background: light-dark(#fff, #1b1b20); }
button { cursor: pointer; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
#notice { min-height: 1.5rem; }
`;
