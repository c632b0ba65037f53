import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'vitest';
import * as vscode from 'vscode';
import type { Model } from '../../../src/api/resources/models.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Library } from '../../../src/core/assets/library.ts';
import { Ledger } from '../../../src/core/tasks/ledger.ts';
import type { Task, TaskResult, TaskState } from '../../../src/shared/task.ts';
import type { Services } from '../../../src/vscode/services.ts';
import type { ModelsNode } from '../../../src/vscode/models/modelsNode.ts';
import { ModelsTree } from '../../../src/vscode/models/modelsTree.ts';
import { tasksMimeType, type TasksNode } from '../../../src/vscode/tasks/tasksNode.ts';
import { tasksFilterText } from '../../../src/vscode/tasks/tasksFilter.ts';
import { TasksTree } from '../../../src/vscode/tasks/tasksTree.ts';
import { createJob, createTask, storedFile } from '../../support/tasks.ts';
import { setSetting } from '../../support/vscodeStandIn.ts';

const day = 24 * 60 * 60_000;

/** The label of a row; ours are plain texts. */
function labelOf({ label }: vscode.TreeItem): string {
  assert.equal(typeof label, 'string');
  return label as string;
}

/** A memento that forgets with the test. */
function memory(): vscode.Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, preset?: T) => (values.has(key) ? (values.get(key) as T) : (preset as T)),
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}

describe('the Tasks view', () => {
  let folder: string;
  let ledger: Ledger;
  let tree: TasksTree;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rivya-trees-'));
    ({ ledger } = Ledger.open(path.join(folder, 'ledger.sqlite')));
    const services = { ledger, library: new Library(path.join(folder, 'library')) } as Services;
    tree = new TasksTree(
      () => Promise.resolve(services),
      () => true,
      memory(),
    );
  });

  afterEach(() => {
    tree.dispose();
    ledger.dispose();
    rmSync(folder, { recursive: true });
  });

  function inState(state: TaskState, at = Date.now(), change: Partial<Task> = {}): Task {
    const { id } = createTask(ledger, at);
    const task = ledger.update(id, at, before => ({ ...before, state, ...change }));
    assert.ok(task);
    return task;
  }

  async function groups(): Promise<Record<string, string>> {
    const nodes = await tree.getChildren();
    const items = nodes.map(node => tree.getTreeItem(node));
    return Object.fromEntries(items.map(item => [labelOf(item), String(item.description)]));
  }

  async function group(label: string): Promise<TasksNode> {
    const found = (await tree.getChildren()).find(node => tree.getTreeItem(node).label === label);
    assert.ok(found, `there is no group ${label}`);
    return found;
  }

  async function rows(label: string): Promise<vscode.TreeItem[]> {
    return (await tree.getChildren(await group(label))).map(node => tree.getTreeItem(node));
  }

  function nextChange(): Promise<unknown> {
    return new Promise(resolve => {
      const subscription = tree.onDidChangeTreeData(node => {
        subscription.dispose();
        resolve(node);
      });
    });
  }

  const stored: TaskResult = { index: 0, url: '', state: 'stored', failures: 0, file: storedFile() };

  it('is empty, for its welcome, without a task', async () => {
    assert.deepEqual(await tree.getChildren(), []);
  });

  it('opens nothing while no task was ever made', async () => {
    const untouched = new TasksTree(
      () => Promise.reject(new Error('The services were asked for.')),
      () => false,
      memory(),
    );
    assert.deepEqual(await untouched.getChildren(), []);
  });

  it('says so when the tasks cannot be read', async () => {
    const broken = new TasksTree(
      () => Promise.reject(new Error('database is locked')),
      () => true,
      memory(),
    );
    const [node] = await broken.getChildren();
    assert.ok(node);
    assert.match(labelOf(broken.getTreeItem(node)), /Couldn't load the tasks/);
    assert.equal(broken.getTreeItem(node).command?.command, 'rivya.tasks.refresh');
  });

  it('shows only the groups that have tasks, with their number', async () => {
    inState('processing');
    inState('stored');
    inState('placed');
    inState('untracked');
    inState('placed', Date.now() - 3 * day);
    inState('failed');
    assert.deepEqual(await groups(), {
      Running: '1',
      'Ready to insert': '1',
      Today: '2',
      'Last 7 days': '1',
      Failed: '1',
    });
  });

  it('names state, model, credits and age of a task, and what can be done with it', async () => {
    inState('placed', Date.now() - 5_000, { finalCredits: 3, remoteId: 'task_1', results: [stored] });
    const [item] = await rows('Today');
    assert.equal(item?.label, 'A red fox');
    assert.equal(item.description, 'now · 3 credits · z-image');
    assert.equal(item.contextValue, 'task.image.files.ended.removable.placed.known.');
    assert.equal(item.accessibilityInformation?.label, `Image, A red fox, ${item.description}`);
    assert.equal(item.command?.command, 'rivya.task.open');
    assert.equal(item.tooltip, undefined, 'the tooltip is made when it is to be shown');
  });

  it('leaves room for age and price beside a long prompt, which is read aloud as a whole', async () => {
    const prompt = 'A red bicycle leans against a white wall.';
    const { id } = createTask(ledger, Date.now(), { prompt });
    ledger.update(id, Date.now(), task => ({ ...task, state: 'placed', finalCredits: 4, remoteId: 't' }));
    const [item] = await rows('Today');
    assert.equal(item?.label, 'A red bicycle lea…');
    assert.equal(item.description, 'now · 4 credits · z-image');
    assert.ok(item.accessibilityInformation?.label.startsWith(`Image, ${prompt}`));
  });

  for (const [state, change, icon, description] of [
    ['queued', {}, 'loading~spin', / · queued/],
    ['processing', { failures: 2 }, 'loading~spin', /connection lost/],
    ['draft', { hold: 'key' }, 'warning', /needs a valid API key/],
    ['submitting', { hold: 'decision' }, 'warning', /needs your decision/],
    ['succeeded', {}, 'cloud-download', /downloading/],
    ['stored', { kind: 'video' }, 'device-camera', /ready to insert/],
    ['failed', {}, 'error', /failed · 0 credits · z-image/],
    ['failed', { firstSentAt: 1, remoteId: 'task_1' }, 'error', /failed · credits unknown · z-image/],
    [
      'unreachable',
      { remoteId: 'task_1', reservedCredits: 2 },
      'warning',
      /unreachable · 2 credits reserved · z-image/,
    ],
    ['untracked', {}, 'device-camera', /now · stopped · z-image/],
  ] as const) {
    it(`draws a task that is ${state} (${JSON.stringify(change)})`, async () => {
      inState(state, Date.now(), change);
      const [first] = await tree.getChildren();
      assert.ok(first);
      const [node] = await tree.getChildren(first);
      assert.ok(node);
      const item = tree.getTreeItem(node);
      assert.equal((item.iconPath as vscode.ThemeIcon).id, icon);
      assert.match(String(item.description), description);
    });
  }

  it('tells all about a task when asked, as text and never as Markdown', async () => {
    const file = storedFile();
    const { id } = createJob(
      ledger,
      {
        id: 'b1b2c3d4-0000-4000-8000-000000000000',
        origin: 'https://rivya.ai',
        kind: 'image',
        model: 'z-image',
        prompt: '[click](command:rivya.account.removeKey) <img src=x>',
        body: JSON.stringify({ params: { seed: 7, size: '1:1' } }),
        idempotencyKey: 'key-tooltip',
      },
      { mode: 'none', document: undefined, language: undefined, folder: undefined, anchor: undefined },
      Date.now(),
    );
    const problem = { code: 'result_gone', message: '', requestId: 'req_7' };
    ledger.update(id, Date.now(), task => ({
      ...task,
      state: 'placed',
      remoteId: 'task_7',
      results: [{ ...stored, file }],
      problem,
    }));
    const [node] = await tree.getChildren(await group('Today'));
    assert.ok(node);
    const { tooltip } = await tree.resolveTreeItem(tree.getTreeItem(node), node);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    for (const part of ['seed: 7', 'size: 1:1', 'z', 'task', 'req', '2 × 3 pixels', 'a1-0.png']) {
      assert.ok(tooltip.value.replaceAll('\\', '').replaceAll('&nbsp;', ' ').includes(part), part);
    }
    // The picture comes first, then one line, and what is likeliest to be done stands at the end.
    assert.match(tooltip.value, /^\[!\[Open Result\]\(.+a1-0\.png\|width=256\)\]\(command:rivya\.task\.open/);
    assert.match(tooltip.value.split('\n\n')[1] ?? '', /z.+image.+2 × 3 pixels.+now/);
    assert.match(
      tooltip.value.split('\n\n').findLast(Boolean) ?? '',
      /^\[Insert Result\].+ · \[Variations\.\.\.\].+ · \[Edit and Generate\.\.\.\].+ · \[Reveal in Explorer View\]/,
    );
    assert.ok(!tooltip.value.includes('[click](command'), tooltip.value);
    assert.ok(!tooltip.value.includes('<img src'), tooltip.value);
    assert.notEqual(tooltip.isTrusted, true);
  });

  it('says how large a video is, which has no picture of its own', async () => {
    const { path: inLibrary, sha256 } = storedFile({ path: 'v1/v1-0.mp4' });
    const file = { path: inLibrary, sha256, mediaType: 'video/mp4', extension: 'mp4', bytes: 2_345_678 };
    inState('placed', Date.now(), { kind: 'video', results: [{ ...stored, file }] });
    const [node] = await tree.getChildren(await group('Today'));
    assert.ok(node);
    const { tooltip } = await tree.resolveTreeItem(tree.getTreeItem(node), node);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.match(tooltip.value.split('\n\n')[0] ?? '', /2\.3(?: |&nbsp;)MB/);
  });

  it('shows long groups a page at a time', async () => {
    for (let count = 0; count < 120; count++) inState('placed', Date.now() - 3 * day + count);
    const earlier = await group('Last 7 days');
    const page = await tree.getChildren(earlier);
    assert.equal(page.length, 51);
    const more = page.at(-1);
    assert.ok(more);
    assert.match(tree.getTreeItem(more).label as string, /^Show More: \S/);
    const change = nextChange();
    tree.showMore('week');
    assert.deepEqual(await change, [earlier]);
    assert.equal((await tree.getChildren(earlier)).length, 101);
    tree.showMore('week');
    assert.equal((await tree.getChildren(earlier)).length, 120);
  });

  it('draws only what has changed', async () => {
    const task = inState('queued');
    inState('placed');
    const running = await group('Running');
    const [node] = await tree.getChildren(running);
    await tree.getChildren(await group('Today'));
    let fired = 0;
    tree.onDidChangeTreeData(() => fired++);
    assert.ok(node);
    tree.getTreeItem(node);
    for (const each of await tree.getChildren(await group('Today'))) tree.getTreeItem(each);
    tree.refresh();
    assert.equal(fired, 0);

    ledger.update(task.id, Date.now(), before => ({ ...before, state: 'processing' }));
    const change = nextChange();
    tree.refresh();
    assert.deepEqual(await change, [node]);
    assert.match(String(tree.getTreeItem(node).description), / · generating/);

    const grown = nextChange();
    inState('queued');
    tree.refresh();
    assert.deepEqual(await grown, [running]);

    const all = nextChange();
    ledger.update(task.id, Date.now(), before => ({ ...before, state: 'failed' }));
    tree.refresh();
    assert.equal(await all, undefined);
  });

  it('gives a task another row in another group, so that no id is there twice', async () => {
    const task = inState('processing');
    const [running] = await rows('Running');
    ledger.update(task.id, Date.now(), before => ({ ...before, state: 'stored' }));
    const [waiting] = await rows('Ready to insert');
    assert.notEqual(running?.id, waiting?.id);
  });

  it('gives a drag the ids of the tasks and their files', async () => {
    const task = inState('placed', Date.now(), { results: [stored] });
    inState('failed');
    const nodes = [
      ...(await tree.getChildren(await group('Today'))),
      ...(await tree.getChildren(await group('Failed'))),
    ];
    const transfer = new vscode.DataTransfer();
    tree.handleDrag(nodes, transfer);
    const ids = JSON.parse((await transfer.get(tasksMimeType)?.asString()) ?? '[]') as string[];
    assert.equal(ids.length, 2);
    assert.equal(ids[0], task.id);
    const list = (await transfer.get('text/uri-list')?.asString()) ?? '';
    assert.match(list, /^file:\/\/.+a1-0\.png$/);
  });

  it('shows only favourites, says so beside its name, and offers to show all when there are none', async () => {
    const filter = memory();
    await filter.update('rivya.tasks.filter', { favouritesOnly: true });
    const filtered = new TasksTree(
      () => Promise.resolve({ ledger, library: new Library(path.join(folder, 'library')) }),
      () => true,
      filter,
    );
    const { id } = inState('placed');
    inState('placed');
    const [nothing] = await filtered.getChildren();
    assert.ok(nothing);
    assert.equal(filtered.getTreeItem(nothing).command?.command, 'rivya.tasks.clearFilter');
    ledger.lists.setFavourite([id], true);
    const [today] = await filtered.getChildren();
    const rows = (await filtered.getChildren(today)).map(node => labelOf(filtered.getTreeItem(node)));
    assert.deepEqual(rows, ['★ A red fox']);
    filtered.dispose();
    const words = tasksFilterText(
      { kinds: ['video'], models: [], folders: [], orderedBy: [], favouritesOnly: true },
      id => id,
    );
    assert.equal(words, 'Only favorites, Video');
  });

  it('reads no more of the ledger than it shows', async () => {
    const limits: number[] = [];
    const tasks = ledger.tasks.bind(ledger);
    ledger.tasks = options => {
      limits.push(options.limit);
      return tasks(options);
    };
    for (let count = 0; count < 200; count++) inState('placed', Date.now() - 3 * day + count);
    await tree.getChildren(await group('Last 7 days'));
    tree.refresh();
    assert.deepEqual(limits, [50, 50]);
  });
});

describe('the Models view', () => {
  const origin = 'https://rivya.ai';
  let kept: Model[] | undefined;
  let answer: () => Promise<Model[]>;
  let state: vscode.Memento;
  let tree: ModelsTree;

  beforeEach(() => {
    kept = undefined;
    answer = () => Promise.resolve(catalogue);
    state = memory();
    const services = {
      server: { base: { origin } },
      catalogue: { models: () => answer(), kept: () => Promise.resolve(kept) },
    } as unknown as Services;
    tree = new ModelsTree(() => Promise.resolve(services), state, silentLog);
  });

  afterEach(() => {
    tree.dispose();
    setSetting('rivya.defaultModel.image', undefined);
  });

  function model(id: string, change: Partial<Model> = {}): Model {
    return {
      id,
      display_name: id.toUpperCase(),
      category: 'image',
      runtime: 'async_task',
      base_credits: 1,
      billing_type: 'FIXED',
      supported_modes: ['text-to-image'],
      max_prompt_length: 1_000,
      reference_media: null,
      params: [{ key: 'seed', type: 'number', min: 0, max: 9, default: 3 }],
      api_status: 'available',
      api_input_status: 'available_text',
      supported_api_inputs: ['text'],
      requires_files_api: false,
      requires_upload_for_modes: [],
      url_input_supported: false,
      file_kinds: [],
      chat_capabilities: null,
      notices: [],
      ...change,
    };
  }
  const catalogue = [
    model('b-image', { supported_api_inputs: ['text', 'file'], file_kinds: ['image'] }),
    model('a-soon', { api_status: 'coming_soon' }),
    model('a-chat', { category: 'chat', base_credits: 2, notices: ['Slow today.', { message: 'Beta' }] }),
    model('a-video', { category: 'video', base_credits: null }),
    model('a-thing', { category: 'smell' as 'image' }),
  ];

  async function outline(): Promise<Record<string, string[]>> {
    const roots = await tree.getChildren();
    const entries = roots.map(async node => {
      const models = await tree.getChildren(node);
      return [labelOf(tree.getTreeItem(node)), models.map(each => labelOf(tree.getTreeItem(each)))] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  async function itemOf(id: string): Promise<vscode.TreeItem> {
    const roots = await tree.getChildren();
    const models = (await Promise.all(roots.map(node => tree.getChildren(node)))).flat();
    const node = models.find(each => each.type === 'model' && each.model.id === id);
    assert.ok(node);
    return tree.resolveTreeItem(tree.getTreeItem(node), node);
  }

  it('shows categories, the usable models first, and keeps what it does not know', async () => {
    assert.deepEqual(await outline(), {
      Image: ['B-IMAGE', 'A-SOON'],
      Video: ['A-VIDEO'],
      Chat: ['A-CHAT'],
      smell: ['A-THING'],
    });
  });

  it('names the price of a model, asks for a prompt on a click, and says why one cannot be used', async () => {
    const image = await itemOf('b-image');
    assert.equal(image.description, '1 credit');
    assert.equal(image.command?.command, 'rivya.model.use');
    assert.equal((await itemOf('a-chat')).command?.command, 'rivya.model.chat');
    assert.equal((await itemOf('a-soon')).command, undefined);
    assert.equal(image.contextValue, 'model.image.usable.');
    const soon = await itemOf('a-soon');
    assert.match(String(soon.description), /^coming soon · 1 credit/);
    assert.equal((soon.iconPath as vscode.ThemeIcon).color?.id, 'disabledForeground');
    assert.equal(soon.contextValue, 'model.image.');
    assert.equal((await itemOf('a-chat')).contextValue, 'model.chat.usable.');
    assert.match(String((await itemOf('a-video')).description), /^price unknown/);
  });

  it('stars the default model', async () => {
    setSetting('rivya.defaultModel.image', 'b-image');
    const image = await itemOf('b-image');
    assert.equal((image.iconPath as vscode.ThemeIcon).id, 'star-full');
    assert.equal(image.contextValue, 'model.image.usable.default.');
    assert.match(image.accessibilityInformation?.label ?? '', /default/);
  });

  it('tells limits, parameters and notices in the tooltip', async () => {
    const { tooltip } = await itemOf('a-chat');
    assert.ok(tooltip instanceof vscode.MarkdownString);
    const text = tooltip.value.replaceAll('\\', '').replaceAll('&nbsp;', ' ');
    for (const part of ['1,000 characters', 'seed · 0 – 9 · default: 3', 'Slow today.', 'Beta']) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
  });

  it('shows at once what is kept, and then what the server says', async () => {
    kept = [model('old')];
    const { promise, resolve } = Promise.withResolvers<Model[]>();
    answer = () => promise;
    const changed = new Promise(done => tree.onDidChangeTreeData(done));
    assert.deepEqual(await outline(), { Image: ['OLD'] });
    resolve(catalogue);
    await changed;
    assert.equal(Object.keys(await outline()).length, 4);
  });

  it('goes on with what is kept when the server cannot be reached', async () => {
    kept = [model('old')];
    answer = () => Promise.reject(new Error('No connection.'));
    assert.deepEqual(await outline(), { Image: ['OLD'] });
    assert.deepEqual(await outline(), { Image: ['OLD'] });
  });

  it('says so, with another try, when nothing is kept and the server cannot be reached', async () => {
    answer = () => Promise.reject(new Error('No connection.'));
    const [node] = await tree.getChildren();
    assert.ok(node);
    const item = tree.getTreeItem(node);
    assert.match(labelOf(item), /Couldn't load the models\. Select to try again/);
    assert.equal(item.command?.command, 'rivya.models.refresh');
    answer = () => Promise.resolve(catalogue);
    tree.refresh();
    assert.equal(Object.keys(await outline()).length, 4);
  });

  it('shows only what passes the filter, and offers to change it when nothing does', async () => {
    await state.update('rivya.models.filter', { categories: ['image', 'chat'], usableOnly: true });
    assert.deepEqual(await outline(), { Image: ['B-IMAGE'], Chat: ['A-CHAT'] });
    await state.update('rivya.models.filter', { categories: ['audio'], usableOnly: false });
    const [node] = (await tree.getChildren()) as [ModelsNode];
    assert.equal(tree.getTreeItem(node).command?.command, 'rivya.models.filter');
  });
});
