import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/base/event.ts';
import { ReferenceFinder } from '../../../../src/core/links/find/referenceFinder.ts';
import { plainProject } from '../../../../src/core/projects/findProject.ts';
import type { GenerateServices } from '../../../../src/vscode/generate/generateServices.ts';
import { generateAllMissing } from '../../../../src/vscode/links/generateMissing.ts';
import { relinkWorkspace } from '../../../../src/vscode/links/relink.ts';
import { Cancelled } from '../../../../src/vscode/messages/errors.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { randomFrom } from '../../../support/random.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

/** A workspace in memory, each look at which is a step; at one of them the person stops the search. */
const world = vi.hoisted(() => ({
  texts: new Map<string, string>(),
  steps: 0,
  stopAt: Infinity,
  stop: (): void => undefined,
  isListingNames: false,
}));

vi.mock('vscode', async importOriginal => {
  const { workspace, ...rest } = await importOriginal<{ workspace: object }>();
  const uriOf = (own: string): object => ({ scheme: 'memfs', path: own, fsPath: own, toString: () => `memfs:${own}` });
  const step = (): Promise<void> => {
    if (++world.steps === world.stopAt) world.stop();
    return Promise.resolve();
  };
  return {
    ...rest,
    RelativePattern: Object,
    ProgressLocation: { Notification: 15 },
    Uri: { joinPath: (base: { path: string }, ...names: string[]) => uriOf([base.path, ...names].join('/')) },
    window: {
      // All that a search may open. A list, a question or a message would be an error.
      withProgress: (_: object, work: (progress: object, token: object) => Promise<void>) => {
        const stopped = new Emitter<void>();
        const token = { isCancellationRequested: false, onCancellationRequested: stopped.event };
        world.stop = () => {
          token.isCancellationRequested = true;
          stopped.fire();
        };
        return work({}, token);
      },
    },
    workspace: {
      ...workspace,
      isTrusted: true,
      textDocuments: [],
      workspaceFolders: [{ uri: uriOf('/w') }],
      getWorkspaceFolder: () => ({ uri: uriOf('/w') }),
      asRelativePath: ({ path: own }: { path: string }) => own,
      findFiles: async (_: object, __: string, ___: number | undefined, token: { onCancellationRequested: (stopped: () => void) => unknown }) => {
        await step();
        if (world.isListingNames) await new Promise<void>(resolve => token.onCancellationRequested(resolve));
        return [...world.texts.keys()].map(uriOf);
      },
      fs: {
        stat: async ({ path: own }: { path: string }) => {
          await step();
          return { size: world.texts.get(own)?.length };
        },
        readFile: async ({ path: own }: { path: string }) => {
          await step();
          return new TextEncoder().encode(world.texts.get(own));
        },
      },
    },
  };
}); // prettier-ignore

describe('a search through a large workspace that is stopped', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let finder: ReferenceFinder;
  const threads: Worker[] = [];
  const keep = (thread: Worker): void => void threads.push(thread);

  /** What a search uses; to use anything else would be to order or to write. */
  const services = (): GenerateServices => {
    const list = (): Promise<string[]> => {
      if (++world.steps === world.stopAt) world.stop();
      return Promise.resolve([]);
    };
    const projects = {
      filesIn: () => ({ list, read: () => Promise.resolve(undefined) }),
      ofText: (home: { path: string }, languageId: string, text: string) => {
        const document = { path: home.path.replace('/w/', ''), languageId, text };
        return Promise.resolve({ document, project: plainProject('', document), folder: undefined });
      },
    };
    return new Proxy({ finder, projects } as unknown as GenerateServices, {
      get: (own, name) => {
        if (name in own) return own[name as 'finder'];
        throw new Error(`${String(name)} was used.`);
      },
    });
  };

  beforeEach(() => {
    folder = temporaryFolder();
    const thread = folder.file('thread.mjs');
    // It never comes back from a document by itself.
    writeFileSync(
      thread,
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { for (;;); });`,
    );
    finder = new ReferenceFinder(thread, new ManualClock());
    const page = '![todo: a fox](img/fox.png) ![A](https://replicate.delivery/a.png)\n\n';
    world.texts = new Map(
      Array.from({ length: 10_000 }, (_, number) => [`/w/d${number % 100}/p${number}.md`, page.repeat(1 + (number % 5))]),
    ); // prettier-ignore
    Object.assign(world, { steps: 0, stopAt: Infinity, isListingNames: false });
    threads.length = 0;
    process.on('worker', keep);
  });

  afterEach(() => {
    process.off('worker', keep);
    finder.dispose();
    folder[Symbol.dispose]();
  });

  /** Batches of reads that were under way may come to their end; a batch is 20, each with two looks. */
  const underWay = 40;
  const searches = {
    'for missing files': () => generateAllMissing(services(), 'hand'),
    'for expiring links': () => relinkWorkspace(services()),
  };

  async function quiet(): Promise<number> {
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    return world.steps;
  }

  it.each(Object.entries(searches))('%s ends at whatever moment, and nothing goes on', async (_, search) => {
    const random = randomFrom(19);
    for (let run = 0; run < 8; run++) {
      world.steps = 0;
      world.stopAt = 1 + Math.floor(random() ** 3 * 20_000);
      await expect(search()).rejects.toThrow(Cancelled);
      expect(world.steps).toBeLessThanOrEqual(world.stopAt + underWay);
      expect(await quiet()).toBeLessThanOrEqual(world.stopAt + underWay);
    }
    expect(threads).toHaveLength(0);
  });

  it.each(Object.entries(searches))('%s ends while its thread is at a long document', async (_, search) => {
    world.texts.set('/w/long.md', 'x'.repeat(100_000));
    // The others are read before; the search waits for the long one.
    world.texts = new Map([...world.texts].reverse());
    const started = once(process, 'worker');
    const stopped = expect(search()).rejects.toThrow(Cancelled);
    await started;
    const [thread] = threads;
    expect(thread).toBeDefined();
    const ended = thread && once(thread, 'exit');
    world.stop();
    await stopped;
    await ended;
    const { steps } = world;
    expect(await quiet()).toBe(steps);
  });

  it('is not begun where it is stopped while the names of the files are looked for', async () => {
    world.isListingNames = true;
    const stopped = expect(searches['for expiring links']()).rejects.toThrow(Cancelled);
    await setImmediate();
    world.stop();
    await stopped;
    expect(world.steps).toBe(1);
  });

  it('leaves the finder to the documents in sight', async () => {
    world.stopAt = 100;
    await expect(searches['for expiring links']()).rejects.toThrow(Cancelled);
    expect(await finder.find('![a](a.png)', { languageId: 'markdown' }, 1)).toHaveLength(1);
  });
});
