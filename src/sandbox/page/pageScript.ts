/**
 * The script of the page, as text: it runs in a browser, and the sandbox has to start without a build. It
 * shows what `/__sandbox/events` tells, makes elements rather than markup, and keeps rows that did not
 * change, so that focus and open details stay.
 */
export const pageScript = String.raw`
'use strict';
const token = document.querySelector('meta[name=rivya-sandbox-token]').content;
const byId = id => document.getElementById(id);
const notice = byId('notice');

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(child => child !== null));
  return made;
}

function say(text) {
  notice.textContent = text;
}

async function send(method, path, body) {
  const init = { method, headers: { 'x-rivya-sandbox': token } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch('__sandbox/' + path, init);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

function act(text, work) {
  return async () => {
    try {
      await work();
      say(text);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
}

const copy = (what, read) => act(what + ' copied.', async () => navigator.clipboard.writeText(await read()));

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const time = at => element('time', { dateTime: new Date(at).toISOString() }, clock.format(new Date(at)));
const code = text => element('code', {}, String(text));
const state = (text, kind) => element('span', { className: 'state ' + kind }, text);

// Rows by list and id, with what they were made from.
const rows = new Map();

function show(listId, items, cells) {
  const body = byId(listId);
  const known = rows.get(listId) ?? new Map();
  const next = new Map();
  items.forEach((item, index) => {
    const source = JSON.stringify(item);
    const before = known.get(item.id);
    const row = before?.source === source ? before : { source, node: makeRow(cells(item), columnsOf(body)) };
    next.set(item.id, row);
    if (body.children[index] !== row.node) body.insertBefore(row.node, body.children[index] ?? null);
  });
  while (body.children.length > items.length) body.lastElementChild.remove();
  rows.set(listId, next);
  byId(listId + '-empty').hidden = items.length > 0;
  byId(listId + '-count').textContent = String(items.length);
}

const lists = ['keys', 'tasks', 'charges', 'webhooks', 'deliveries', 'requests'];

// What a person has typed, and whether only what went wrong is to be seen.
function filterRows() {
  const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  const errorsOnly = byId('errors-only').checked;
  let shown = 0;
  let all = 0;
  for (const listId of lists) {
    const body = byId(listId);
    let own = 0;
    for (const row of body.children) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word)) || (errorsOnly && row.querySelector('.bad') === null);
      if (!row.hidden) own++;
    }
    body.closest('table').hidden = own === 0;
    byId(listId + '-none').hidden = own > 0 || body.children.length === 0;
    shown += own;
    all += body.children.length;
  }
  markScrolling();
  const isFiltered = words.length > 0 || errorsOnly;
  byId('found').textContent = isFiltered ? shown + ' of ' + all + ' rows' : '';
}

// In a narrow window a row is a list, in which each value stands behind the name of its column. The roles are
// named because some browsers take them from a table that is laid out as something else.
function makeRow(cells, columns) {
  const row = element('tr', {}, ...cells.map((cell, index) => {
    const made = element('td', {}, cell);
    made.dataset.column = columns[index];
    made.setAttribute('role', 'cell');
    return made;
  }));
  row.setAttribute('role', 'row');
  return row;
}

function columnsOf(body) {
  return Array.from(body.closest('table').querySelectorAll('th'), each => each.textContent);
}

const kindOfStatus = { succeeded: 'good', active: 'good', settled: 'good', failed: 'bad', disabled: 'bad', revoked: 'bad', expired: 'bad' };
const status = word => state(word, kindOfStatus[word] ?? '');

function httpStatus(value) {
  if (value === null) return state('no answer', 'bad');
  return state(String(value), value < 400 ? 'good' : 'bad');
}

function result(task) {
  if (task.error) return task.error.message;
  if (!task.result) return '';
  const results = task.result.urls.map((url, index) => {
    const name = 'Result ' + (index + 1);
    const kind = task.kinds[index];
    const preview = '__sandbox/previews/' + task.id + '/' + index + '?' + token;
    const link = element('a', { href: '.' + new URL(url).pathname, target: '_blank', rel: 'noopener' });
    if (kind === 'image') link.append(element('img', { alt: name, loading: 'lazy', src: preview }));
    else link.append(name);
    const player = kind === 'image' ? null : element(kind, { controls: true, preload: 'none', src: preview });
    player?.setAttribute('aria-label', name);
    return element('span', { className: 'result' }, player, link);
  });
  return element('span', { className: 'results' }, ...results);
}

function details(summary, value) {
  return element('details', {}, element('summary', {}, summary), element('pre', { tabIndex: 0 }, JSON.stringify(value, null, 2)));
}

function showSwitches(switches) {
  for (const each of switches) {
    const known = document.querySelector('input[name="' + each.name + '"]');
    const box = known ?? addSwitch(each);
    box.checked = each.on;
  }
}

function addSwitch({ name, title, once }) {
  const box = element('input', { type: 'checkbox', name });
  box.addEventListener('change', () => {
    const on = box.checked;
    void act(title + (on ? ': on.' : ': off.'), () => send('POST', 'switches/' + name, { on }))();
  });
  const hint = once ? element('small', {}, ' once') : null;
  byId('switches').append(element('li', {}, element('label', {}, box, element('span', {}, title, hint ?? ''))));
  return box;
}

// A field that a person is editing is left alone.
function fill(id, value) {
  const field = byId(id);
  if (document.activeElement !== field) field.value = String(value);
}

function render(data) {
  fill('credits', data.credits);
  fill('duration', data.taskDurationMs);
  fill('dialect', data.dialect);
  showSwitches(data.switches);
  const others = byId('other-faults');
  others.hidden = data.otherFaults.length === 0;
  others.textContent = 'Also waiting, set by a program: ' + data.otherFaults.join('; ');
  show('keys', data.keys, key => {
    const button = element('button', { type: 'button' }, 'Copy');
    button.setAttribute('aria-label', 'Copy the key ' + key.prefix);
    button.addEventListener('click', copy('Key', async () => (await send('GET', 'keys/' + key.id)).key));
    const all = key.scopes.length === 9 ? 'all' : key.scopes.join(', ') || 'none';
    return [code(key.prefix), status(key.status), all, String(key.credits), button];
  });
  show('tasks', data.tasks, task => [time(task.created_at), code(task.model), task.prompt, status(task.status), result(task)]);
  show('charges', data.charges, charge => [time(charge.at), code(charge.model), String(charge.reserved), String(charge.credits), status(charge.status)]);
  show('webhooks', data.webhooks, endpoint => [endpoint.name, code(endpoint.url), endpoint.eventTypes.join(', '), status(endpoint.status), String(endpoint.failures)]);
  show('deliveries', data.deliveries, delivery => [
    time(delivery.at),
    delivery.endpoint,
    details(delivery.type, delivery.payload),
    String(delivery.attempt),
    status(delivery.status),
    delivery.error ?? (delivery.responseStatus === null ? '' : 'HTTP ' + delivery.responseStatus),
  ]);
  show('requests', data.requests, request => [
    time(request.at),
    code(request.method),
    code(request.path),
    httpStatus(request.status),
    [request.replayed ? 'repeated' : '', ...request.faults].filter(Boolean).join(', '),
  ]);
  filterRows();
}

// What scrolls must be reached by key, and what does not is no stop.
const boxes = document.querySelectorAll('.scroll');
function markScrolling() {
  for (const box of boxes) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }
}
const sizes = new ResizeObserver(markScrolling);
for (const box of boxes) sizes.observe(box);

byId('filter').addEventListener('input', filterRows);
byId('errors-only').addEventListener('change', filterRows);
byId('filter-form').addEventListener('submit', event => event.preventDefault());

byId('copy-url').addEventListener('click', copy('Base URL', () => byId('url').textContent));
byId('credits-form').addEventListener('submit', event => {
  event.preventDefault();
  void act('Credits set.', () => send('POST', 'settings', { credits: Number(byId('credits').value) }))();
});
byId('duration-form').addEventListener('submit', event => {
  event.preventDefault();
  void act('Duration set.', () => send('POST', 'settings', { taskDurationMs: Number(byId('duration').value) }))();
});
byId('dialect').addEventListener('change', () => {
  void act('Dialect set.', () => send('POST', 'settings', { stream: { dialect: byId('dialect').value } }))();
});
byId('finish').addEventListener('click', act('All generations are finished.', () => send('POST', 'finish', {})));
byId('reset').addEventListener('click', () => {
  if (confirm('Forget all generations, charges, chats, webhooks and keys of this sandbox?')) {
    void act('Everything is as it was at the first start.', () => send('POST', 'reset', {}))();
  }
});

const events = new EventSource('__sandbox/events?' + token);
events.addEventListener('open', () => {
  byId('live').textContent = 'Live';
  byId('live').className = 'good';
});
events.addEventListener('message', event => render(JSON.parse(event.data)));
events.addEventListener('error', () => {
  byId('live').textContent = 'The sandbox does not answer. This page continues when it runs again.';
  byId('live').className = 'bad';
});
`;
