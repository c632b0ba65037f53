import { html } from 'hono/html';
import { streamDialectNames } from '../state/streamSettings.ts';

interface PageTable {
  id: string;
  title: string;
  columns: string[];
  empty: string;
}

const tables: PageTable[] = [
  {
    id: 'keys',
    title: 'Keys',
    columns: ['Key', 'State', 'Scopes', 'Credits', 'Copy'],
    empty: 'No keys.',
  },
  {
    id: 'tasks',
    title: 'Generations',
    columns: ['Time', 'Model', 'Prompt', 'State', 'Result'],
    empty: 'Nothing generated yet.',
  },
  {
    id: 'charges',
    title: 'Charges',
    columns: ['Time', 'Model', 'Reserved', 'Charged', 'State'],
    empty: 'Nothing charged yet.',
  },
  {
    id: 'webhooks',
    title: 'Webhook endpoints',
    columns: ['Name', 'URL', 'Events', 'State', 'Failures in a row'],
    empty: 'No endpoints yet.',
  },
  {
    id: 'deliveries',
    title: 'Webhook deliveries',
    columns: ['Time', 'Endpoint', 'Event', 'Attempt', 'State', 'Answer'],
    empty: 'Nothing delivered yet.',
  },
  {
    id: 'requests',
    title: 'Requests',
    columns: ['Time', 'Method', 'Path', 'Status', 'Remarks'],
    empty: 'No requests yet.',
  },
];

function table({ id, title, columns, empty }: PageTable) {
  return html`<section aria-labelledby="${id}-title" id="section-${id}">
    <h2 id="${id}-title">${title}</h2>
    <p class="empty" id="${id}-empty">${empty}</p>
    <p class="empty" id="${id}-none" hidden>No row passes the filter.</p>
    <div class="scroll" role="group" aria-labelledby="${id}-title">
      <table role="table" aria-labelledby="${id}-title" hidden>
        <thead role="rowgroup">
          <tr role="row">
            ${columns.map(column => html`<th role="columnheader" scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody role="rowgroup" id="${id}"></tbody>
      </table>
    </div>
  </section>`;
}

/** What stands at `/` for whoever does not know the token. @param nonce lets the browser use its style */
export function closedPageHtml(nonce: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Rivya sandbox</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="__sandbox/page.css" nonce="${nonce}" />
      </head>
      <body>
        <main>
          <h1>Rivya sandbox</h1>
          <p>
            It runs. Its page shows what was asked of it, so it opens only under the whole address that was
            printed at its start, or with the command <b>Rivya: Open Sandbox Page</b> of VS Code.
          </p>
        </main>
      </body>
    </html>`;
}

/**
 * The page at `/`. It holds no data: the script fetches it.
 * @param url base URL of the sandbox
 * @param token what the page proves itself with
 * @param nonce lets the browser run its script and use its style
 */
export function pageHtml(url: string, token: string, nonce: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="rivya-sandbox-token" content="${token}" />
        <title>Rivya sandbox</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="__sandbox/page.css" nonce="${nonce}" />
        <script src="__sandbox/page.js" nonce="${nonce}" defer></script>
      </head>
      <body>
        <header>
          <div class="title">
            <h1>Rivya sandbox</h1>
            <p class="soft" id="live" role="status">Connecting...</p>
          </div>
          <p>
            A local server that behaves like Rivya. It costs nothing, and it sends nothing to the network:
            webhooks reach receivers on this machine only.
          </p>
          <p>
            Base URL <code id="url">${url}</code> <button type="button" id="copy-url">Copy base URL</button>
          </p>
          <p id="notice" role="status"></p>
        </header>
        <div class="bar">
          <nav aria-label="Sections">
            <ul>
              <li><a href="#section-settings">Settings</a></li>
              <li><a href="#section-switches">Faults</a></li>
              ${tables.map(
                ({ id, title }) =>
                  html`<li>
                    <a href="#section-${id}">${title} <span class="count" id="${id}-count">0</span></a>
                  </li>`,
              )}
            </ul>
          </nav>
          <form id="filter-form" role="search">
            <label for="filter">Filter rows</label>
            <input id="filter" type="search" placeholder="model, prompt, path..." autocomplete="off" />
            <label class="box"><input id="errors-only" type="checkbox" /> Errors only</label>
            <span class="soft" id="found" role="status"></span>
          </form>
        </div>
        <main>
          <div class="columns">
            <section aria-labelledby="settings-title" id="section-settings">
              <h2 id="settings-title">Settings</h2>
              <form id="credits-form">
                <label for="credits">Credits</label>
                <input id="credits" type="number" min="0" step="any" required />
                <button type="submit">Set credits</button>
              </form>
              <form id="duration-form">
                <label for="duration">Generation takes (ms)</label>
                <input id="duration" type="number" min="0" step="1" required />
                <button type="submit">Set duration</button>
              </form>
              <form>
                <label for="dialect">Dialect of chat streams</label>
                <select id="dialect">
                  ${streamDialectNames.map(name => html`<option>${name}</option>`)}
                </select>
              </form>
              <p>
                <button type="button" id="finish">Finish all generations now</button>
                <button type="button" id="reset">Reset everything</button>
              </p>
            </section>
            <section aria-labelledby="switches-title" id="section-switches">
              <h2 id="switches-title">Faults</h2>
              <ul id="switches"></ul>
              <p class="soft" id="other-faults" hidden></p>
            </section>
          </div>
          ${tables.map(table)}
        </main>
      </body>
    </html>`;
}
