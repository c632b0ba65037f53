import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Library } from '../../../../src/core/assets/library.ts';
import { Ledger, type NewTask } from '../../../../src/core/tasks/ledger.ts';
import type { GalleryHostMessage, GalleryQuery } from '../../../../src/shared/gallery.ts';
import { everything } from '../../../../src/webview/gallery/everything.ts';
import type { Task } from '../../../../src/shared/task.ts';
import { GalleryController } from '../../../../src/vscode/gallery/galleryController.ts';
import { countStatements } from '../../../support/countStatements.ts';
import {
  createJob,
  newTask,
  noon,
  nowhere,
  removeFromList,
  storedFile,
  temporaryFolder,
} from '../../../support/tasks.ts';

const sha256 = 'cd'.repeat(32);
const webp = Buffer.concat([Buffer.from('RIFF....WEBPVP8 '), Buffer.alloc(30, 1)]);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

interface Scene {
  readonly ledger: Ledger;
  readonly gallery: GalleryController;
  readonly said: GalleryHostMessage[];
  readonly add: (at: number, change?: Partial<NewTask>, more?: Partial<Task>) => string;
  readonly look: (
    change?: Partial<GalleryQuery>,
    offset?: number,
  ) => Extract<GalleryHostMessage, { type: 'rows' }>;
}

async function inScene(use: (scene: Scene) => void | Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const said: GalleryHostMessage[] = [];
  const gallery = new GalleryController({
    ledger,
    library: new Library(folder.file('library')),
    clock: { now: () => noon } as never,
    post: message => said.push(message),
    addressOf: path => `page:${path.slice(path.indexOf('library'))}`,
    modelNames: () =>
      new Map([
        ['z-image', 'Z-Image'],
        ['kling-3-0', 'Kling 3.0'],
      ]),
    context: () => ({ language: 'en', folders: ['file:///w'] }),
  });
  let looks = 0;
  const scene: Scene = {
    ledger,
    gallery,
    said,
    add(at, change = {}, more = {}) {
      const { id } = createJob(ledger, newTask(change), { ...nowhere, folder: 'file:///w' }, at);
      const file = storedFile({ sha256, path: `${id.slice(0, 2)}/${id}.png` });
      const results = [
        { index: 0, url: 'https://media.example/0', state: 'stored', failures: 0, file },
      ] as const;
      ledger.update(id, at, task => ({ ...task, state: 'placed', results, ...more }));
      return id;
    },
    look(change = {}, offset = 0) {
      const before = said.length;
      gallery.look({ type: 'look', look: ++looks, query: { ...everything, ...change }, offset });
      const rows = said.slice(before).find(each => each.type === 'rows');
      if (!rows) throw new Error('A look has no answer.');
      return rows;
    },
  };
  try {
    gallery.ready();
    await use(scene);
  } finally {
    gallery.dispose();
    ledger.dispose();
  }
}

it('answers a look with the rows around it, in few statements', async () => {
  await inScene(async ({ add, look }) => {
    for (let index = 0; index < 250; index++) add(noon + index, { prompt: `Fox ${index}` });
    const first = look();
    expect(first).toMatchObject({ total: 250, offset: 0, isMore: false });
    expect(first.rows).toHaveLength(200);
    expect(first.rows[0]).toMatchObject({ title: 'Fox 249', model: 'Z-Image', look: 'placed', files: 1 });
    // Behind the end there is the end.
    expect(look({}, 240)).toMatchObject({ total: 250, offset: 50 });
    expect(await countStatements(() => look())).toBe(2);
  });
});

it('finds by every filter and by words', async () => {
  await inScene(({ add, look, ledger }) => {
    const fox = add(noon, { prompt: 'A red fox' });
    const clip = add(noon - 3 * 24 * 3_600_000, { prompt: 'A clip', kind: 'video', model: 'kling-3-0' });
    const failed = add(noon - 1, { prompt: 'Nothing' }, { state: 'failed', results: [] });
    ledger.lists.setFavourite([clip], true);
    const found = (change: Partial<GalleryQuery>): string[] => look(change).rows.map(each => each.taskId);
    expect(found({})).toEqual([fox, clip]);
    expect(found({ state: 'all' })).toEqual([fox, failed, clip]);
    expect(found({ state: 'failed' })).toEqual([failed]);
    expect(found({ kind: 'video' })).toEqual([clip]);
    expect(found({ model: 'z-image' })).toEqual([fox]);
    expect(found({ time: 'today' })).toEqual([fox]);
    expect(found({ time: 'yesterday' })).toEqual([]);
    expect(found({ time: 'week', order: 'oldest' })).toEqual([clip, fox]);
    expect(found({ favourites: true })).toEqual([clip]);
    expect(found({ workspace: true, text: 'kling' })).toEqual([clip]);
    expect(found({ text: 'fox' })).toEqual([fox]);
    // As the tile says it, and not as the id spells it.
    expect(found({ text: 'kling 3.0' })).toEqual([clip]);
    expect(found({ text: 'today' })).toEqual([fox]);
    expect(look({ text: 'nowhere' })).toMatchObject({ total: 0, rows: [] });
  });
});

it('says a change once, only when it shows, and nothing while hidden', async () => {
  await inScene(({ add, look, ledger, gallery, said }) => {
    const id = add(noon);
    look();
    // The model has come since the page was ready.
    ledger.update(id, noon, task => ({ ...task, failures: 1 }));
    vi.runAllTimers();
    const before = said.length;
    ledger.update(id, noon, task => ({ ...task, failures: 3 }));
    vi.runAllTimers();
    expect(said).toHaveLength(before);
    for (let index = 1; index <= 5; index++) add(noon + index);
    vi.runAllTimers();
    expect(said.slice(before).map(each => each.type)).toEqual(['rows']);
    gallery.hide();
    add(noon + 9);
    vi.runAllTimers();
    expect(said).toHaveLength(before + 1);
    expect(said.map(each => each.sequence)).toEqual(said.map((_, index) => index + 1));
  });
});

it('keeps a thumbnail of a file that it knows, says where it is, and shows it from then on', async () => {
  await inScene(async ({ add, look, gallery, said }) => {
    const taskId = add(noon);
    expect(look().rows[0]?.file?.thumbnail).toBeUndefined();
    await gallery.keepThumbnail({ type: 'thumbnail', taskId: 'another', index: 0, bytes: webp });
    await gallery.keepThumbnail({ type: 'thumbnail', taskId, index: 7, bytes: webp });
    await gallery.keepThumbnail({ type: 'thumbnail', taskId, index: 0, bytes: Buffer.from('<script>') });
    expect(said.some(each => each.type === 'thumbnail')).toBe(false);
    await gallery.keepThumbnail({ type: 'thumbnail', taskId, index: 0, bytes: webp });
    const address = `page:library/thumbnails/${sha256}.webp`;
    expect(said.at(-1)).toMatchObject({ type: 'thumbnail', taskId, index: 0, address });
    expect(look().rows[0]?.file?.thumbnail).toBe(address);
  });
});

it('shows details with what a job was made from, follows its changes, and says when it is gone', async () => {
  await inScene(({ add, look, gallery, ledger, said }) => {
    const parent = add(noon, { prompt: 'A fox' });
    const id = add(noon + 1, { parent, prompt: 'A better fox' });
    look();
    gallery.details(id);
    expect(said.at(-1)).toMatchObject({ type: 'details', taskId: id, details: { prompt: 'A better fox' } });
    const last = said.at(-1);
    if (last?.type !== 'details') throw new Error('Something else was said.');
    expect(last.details?.ancestors.map(each => each.taskId)).toEqual([parent]);
    ledger.lists.setFavourite([id], true);
    vi.runAllTimers();
    expect(said.at(-1)).toMatchObject({ type: 'details', details: { tile: { isFavourite: true } } });
    removeFromList(ledger, [id]);
    vi.runAllTimers();
    expect(said.at(-1)).toMatchObject({ type: 'details', taskId: id, details: undefined });
    expect(said.findLast(each => each.type === 'frame')).toMatchObject({ frame: { canUndo: true } });
  });
});

it('names the ids of a stretch of what is asked for, whatever is looked at', async () => {
  await inScene(({ add, look, gallery, said }) => {
    const ids = [0, 1, 2, 3].map(index => add(noon - index));
    look({ text: 'nowhere' });
    gallery.ids({ type: 'ids', request: 7, query: everything, offset: 1, count: 2 });
    expect(said.at(-1)).toMatchObject({ type: 'ids', request: 7, ids: ids.slice(1, 3) });
  });
});
