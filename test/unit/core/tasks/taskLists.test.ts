import { expect, it } from 'vitest';
import { searchWords } from '../../../../src/core/tasks/searchWords.ts';
import type { ListQuery } from '../../../../src/core/tasks/search.ts';
import { Ledger, type NewTask } from '../../../../src/core/tasks/ledger.ts';
import { taskStates, type Task, type TaskState } from '../../../../src/shared/task.ts';
import {
  createJob,
  newTask,
  noon,
  nowhere,
  removeFromList,
  temporaryFolder,
} from '../../../support/tasks.ts';

const day = 24 * 60 * 60_000;

function withLedger(use: (ledger: Ledger) => void): void {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  try {
    use(ledger);
  } finally {
    ledger.dispose();
  }
}

function add(
  ledger: Ledger,
  at: number,
  change: Partial<NewTask> = {},
  {
    state = 'placed',
    folder = 'file:///w',
    ...more
  }: Partial<Task> & { state?: TaskState; folder?: string } = {},
): string {
  const { id } = createJob(ledger, newTask(change), { ...nowhere, folder }, at);
  ledger.update(id, at, task => ({ ...task, state, ...more }));
  return id;
}

/** As an agent makes it, which nobody has to agree to. */
function agentJob(ledger: Ledger, at: number): string {
  const task = newTask();
  const job = { task, placement: { ...nowhere, folder: 'file:///w' }, wish: 'w', estimate: 1 };
  const order = { origin: task.origin, door: 'tool', client: 'A test', tool: 'generate_image', orderId: 'o' };
  const outcome = ledger.agents.create(
    { ...order, wish: 'w', isAgain: false, jobs: [job] },
    undefined,
    { now: at, dayStart: at },
    () => ({ type: 'pass', consent: 'below' }),
  );
  if (outcome.type !== 'made') throw new Error('The order was refused.');
  ledger.update(task.id, at, each => ({ ...each, state: 'placed' }));
  return task.id;
}

function search(ledger: Ledger, words: string, query: ListQuery = {}): string[] {
  return ledger.lists.ids(
    { ...query, words: searchWords(words, { language: 'en', now: noon }) },
    { limit: 99 },
  );
}

it('filters by kind, model, state, day, folder and favourite, alone and together', () => {
  withLedger(ledger => {
    const fox = add(ledger, noon - day, { kind: 'image', model: 'z-image' });
    const clip = add(ledger, noon, { kind: 'video', model: 'kling-3' });
    const sound = add(ledger, noon + 1, { kind: 'audio', model: 'voice' }, { state: 'failed' });
    const other = add(ledger, noon + 2, { kind: 'image', model: 'flux' }, { folder: 'file:///other' });
    ledger.lists.setFavourite([fox, clip], true);
    const agents = agentJob(ledger, noon + 3);
    const ids = (query: ListQuery): string[] => ledger.lists.ids(query, { limit: 9 });
    const cases: [ListQuery, string[]][] = [
      [{}, [agents, other, sound, clip, fox]],
      [{ order: 'oldest' }, [fox, clip, sound, other, agents]],
      [{ orderedBy: ['agents'] }, [agents]],
      [{ orderedBy: ['agents'], kinds: ['image'], folders: ['file:///w'] }, [agents]],
      [{ orderedBy: ['agents'], since: noon + 4 }, []],
      [{ orderedBy: [], kinds: ['video'] }, [clip]],
      [{ kinds: ['image'] }, [agents, other, fox]],
      [{ kinds: ['image', 'audio'] }, [agents, other, sound, fox]],
      [{ models: ['kling-3', 'flux'] }, [other, clip]],
      [{ states: ['failed'] }, [sound]],
      [{ since: noon, before: noon + 2 }, [sound, clip]],
      [{ folders: ['file:///w'] }, [agents, sound, clip, fox]],
      [{ folders: ['file:///w', 'file:///other'], kinds: ['image'] }, [agents, other, fox]],
      [{ favouritesOnly: true }, [clip, fox]],
      [{ favouritesOnly: true, kinds: ['image'], folders: ['file:///w'], before: noon }, [fox]],
      [{ favouritesOnly: true, models: ['flux'] }, []],
    ];
    for (const [query, expected] of cases) {
      expect(ids(query), JSON.stringify(query)).toEqual(expected);
      expect(ledger.lists.count(query, 99)).toBe(expected.length);
      expect(ledger.lists.page(query, { limit: 9 }).map(({ id }) => id)).toEqual(expected);
      // The Tasks view asks by state, and must find the same.
      const states = query.states ?? taskStates;
      const inView = ledger.tasks({ ...query, states, limit: 9 }).map(({ id }) => id);
      expect(inView.toSorted()).toEqual(expected.toSorted());
      expect(ledger.counts([{ ...query, states }])).toEqual([expected.length]);
    }
    ledger.lists.setFavourite([clip], false);
    expect(ids({ favouritesOnly: true })).toEqual([fox]);
    expect(ledger.task(fox)?.isFavourite).toBe(true);
    // A change of the job leaves the mark alone.
    ledger.update(fox, noon, task => ({ ...task, state: 'failed' }));
    expect(ids({ favouritesOnly: true })).toEqual([fox]);
    expect(ledger.lists.models().toSorted()).toEqual(['flux', 'kling-3', 'voice', 'z-image']);
    expect(ledger.lists.recentModels(2)).toEqual(['z-image', 'flux']);
    expect(ledger.lists.earliest()).toBe(noon - day);
  });
});

it('pages through any list without gaps and doubles', () => {
  withLedger(ledger => {
    for (let index = 0; index < 23; index++) {
      add(
        ledger,
        noon + index,
        { prompt: `Fox ${index}` },
        { finalCredits: index % 4, remoteId: `t${index}` },
      );
    }
    for (const query of [
      {},
      { order: 'oldest' },
      { order: 'price' },
      { words: [{ text: 'fox' }] },
    ] as ListQuery[]) {
      const all = ledger.lists.ids(query, { limit: 99 });
      expect(new Set(all).size).toBe(23);
      const parts = [0, 7, 14, 21].flatMap(offset => ledger.lists.ids(query, { limit: 7, offset }));
      expect(parts).toEqual(all);
    }
    const prices = ledger.lists.page({ order: 'price' }, { limit: 99 }).map(task => task.finalCredits ?? 0);
    expect(prices).toEqual(prices.toSorted((a, b) => b - a));
    expect(ledger.lists.count({}, 10)).toBe(10);
  });
});

it('finds words of prompt, model, kind, file name and date, each anywhere', () => {
  withLedger(ledger => {
    const march = new Date(2026, 2, 14, 9).getTime();
    const fox = add(ledger, march, { prompt: 'A red fox', model: 'z-image' });
    const clip = add(ledger, noon, { prompt: 'Soldiers march by', kind: 'video', model: 'kling-3' });
    ledger.setPlacement(
      fox,
      'waiting',
      {
        state: 'saved',
        file: 'file:///w/h%C3%A9ro-1.png',
        copies: [{ index: 0, uri: 'file:///w/h%C3%A9ro-1.png' }],
      },
      noon,
    );
    expect(search(ledger, 'kling')).toEqual([clip]);
    expect(search(ledger, 'video')).toEqual([clip]);
    expect(search(ledger, 'hero-1.png')).toEqual([fox]);
    expect(search(ledger, 'héro fox z-ima')).toEqual([fox]);
    expect(search(ledger, 'fox kling')).toEqual([]);
    const called = [{ text: '3.0', models: ['kling-3'] }];
    expect(ledger.lists.ids({ words: called }, { limit: 9 })).toEqual([clip]);
    expect(ledger.lists.ids({ words: [...called, { text: 'fox' }] }, { limit: 9 })).toEqual([]);
    // A name of a month is a word as well.
    expect(search(ledger, 'march')).toEqual([clip, fox]);
    expect(search(ledger, 'march fox')).toEqual([fox]);
    expect(search(ledger, '2026-03-14')).toEqual([fox]);
    expect(search(ledger, '2026-03-15')).toEqual([]);
    expect(search(ledger, 'fox', { kinds: ['video'] })).toEqual([]);
    expect(search(ledger, 'march', { folders: ['file:///w'], kinds: ['image'] })).toEqual([fox]);
    expect(search(ledger, 'z-', { kinds: ['image'] })).toEqual([fox]);
    // A file that is renamed is found by its new name only.
    ledger.placements.moveCopies('file:///w/h%C3%A9ro-1.png', 'file:///w/cover.png', noon);
    expect(search(ledger, 'hero-1')).toEqual([]);
    expect(search(ledger, 'cover')).toEqual([fox]);
    removeFromList(ledger, [fox]);
    expect(search(ledger, 'cover')).toEqual([]);
    ledger.restore([fox]);
    expect(search(ledger, 'cover')).toEqual([fox]);
  });
});

it('finds words of two letters anywhere, also at the end, in short prompts and without accents', () => {
  withLedger(ledger => {
    const [ox, fox, cafe, hare] = ['Ox', 'A red fox', 'Café', '红狐'].map((prompt, index) =>
      add(ledger, noon + index, { prompt }),
    );
    expect(search(ledger, 'ox')).toEqual([fox, ox]);
    expect(search(ledger, 'OX')).toEqual([fox, ox]);
    expect(search(ledger, 'fe')).toEqual([cafe]);
    expect(search(ledger, 'fé')).toEqual([cafe]);
    expect(search(ledger, '红狐')).toEqual([hare]);
    expect(search(ledger, 'qq')).toEqual([]);
    expect(search(ledger, 're fo')).toEqual([fox]);
    expect(search(ledger, 'ox', { kinds: ['video'] })).toEqual([]);
    expect(ledger.lists.count({ words: [{ text: 'ox' }] }, 10)).toBe(2);
    removeFromList(ledger, [fox ?? '']);
    expect(search(ledger, 'ox')).toEqual([ox]);
  });
});

it('takes hostile words for words', () => {
  withLedger(ledger => {
    const odd = add(ledger, noon, { prompt: `"quoted" OR (kind : "video") NEAR * ' -- ; DROP` });
    for (const words of ['"quoted"', '(kind', 'NEAR', '*', "'", '--', 'DROP', '"', '%', '_', '\\'])
      expect(() => search(ledger, words)).not.toThrow();
    expect(search(ledger, '"quoted"')).toEqual([odd]);
    expect(search(ledger, '%')).toEqual([]);
  });
});

it('knows ancestors, variants and, as a guess, the same prompt', () => {
  withLedger(ledger => {
    const first = add(ledger, noon, { prompt: 'A red fox in the snow' });
    const second = add(ledger, noon + 1, { parent: first, prompt: 'A red fox in the snow' });
    const third = add(ledger, noon + 2, { parent: second, prompt: 'Another' });
    const sibling = add(ledger, noon + 3, { parent: second, prompt: 'Another one' });
    const old = add(ledger, noon + 4, { prompt: 'A red fox in the snow' });
    add(ledger, noon + 5, { prompt: 'A red fox in the snow, at night' });
    const of = (id: string): Record<string, string[]> => {
      const task = ledger.task(id);
      if (!task) throw new Error('The job is gone.');
      const lineage = ledger.lists.lineage(task);
      return Object.fromEntries(
        Object.entries(lineage).map(([key, tasks]) => [key, (tasks as Task[]).map(each => each.id)]),
      );
    };
    expect(of(third)).toEqual({ ancestors: [first, second], variants: [sibling], guesses: [] });
    expect(of(first)).toEqual({ ancestors: [], variants: [second], guesses: [old] });
    expect(of(second)).toEqual({ ancestors: [first], variants: [sibling, third], guesses: [old] });
    removeFromList(ledger, [second]);
    expect(of(third)).toEqual({ ancestors: [], variants: [sibling], guesses: [] });
  });
});
