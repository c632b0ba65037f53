import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { root } from '../../../scripts/workspace.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Library } from '../../../src/core/assets/library.ts';
import { Ledger } from '../../../src/core/tasks/ledger.ts';
import { AloneFiles } from '../../../src/mcp/alone/aloneFiles.ts';
import { Placing } from '../../../src/mcp/alone/placing.ts';
import type { AloneRoot } from '../../../src/mcp/alone/roots.ts';
import { newTask, noon, temporaryFolder } from '../../support/tasks.ts';

/** Finds the folder for a file only when it is let. */
class HeldFiles extends AloneFiles {
  readonly held = Promise.withResolvers<undefined>();
  isHeld = false;

  override async destination(...asked: Parameters<AloneFiles['destination']>): Promise<string> {
    this.isHeld = true;
    await this.held.promise;
    return await super.destination(...asked);
  }
}

it('copies no result that another process has copied since it was seen to wait', async () => {
  using folder = temporaryFolder();
  const site = folder.file('site');
  mkdirSync(site);
  const uri = pathToFileURL(site).href;
  const roots = (): AloneRoot[] => [{ name: 'site', path: site, uri }];
  const library = new Library(folder.file('library'));
  const open = (): Ledger => Ledger.open(folder.file('ledger.sqlite')).ledger;
  const [slow, quick] = [open(), open()];
  for (const prompt of ['A crab', 'A starfish', 'A whelk']) await store(slow, library, prompt, uri);

  const common = { library, roots, clock: systemClock, log: silentLog };
  const held = new HeldFiles({ ledger: slow, library, roots });
  const first = new Placing({ ...common, ledger: slow, files: held, holder: 'slow' });
  await vi.waitUntil(() => held.isHeld);
  const files = new AloneFiles({ ledger: quick, library, roots });
  const second = new Placing({ ...common, ledger: quick, files, holder: 'quick' });
  await vi.waitUntil(() => quick.placements.waiting().length === 1);
  held.held.resolve(undefined);
  await vi.waitUntil(() => slow.placements.waiting().length === 0);
  await vi.waitUntil(() => slow.leases.holders(systemClock.now()).size === 0);

  const pictures = readdirSync(site, { recursive: true }).filter(name => String(name).endsWith('.png'));
  expect(pictures).toHaveLength(3);
  for (const placing of [first, second]) placing.dispose();
  slow.dispose();
  quick.dispose();
});

/** A result in the library that an agent has ordered for the folder. @param folder its URI */
async function store(ledger: Ledger, library: Library, prompt: string, folder: string): Promise<void> {
  const task = newTask({ prompt });
  const placement = {
    mode: 'none',
    document: undefined,
    language: undefined,
    anchor: undefined,
    folder,
  } as const;
  ledger.agents.create(
    {
      ...{
        origin: task.origin,
        door: 'test',
        client: 'A test',
        tool: 'generate_image',
        orderId: randomUUID(),
      },
      ...{ wish: prompt, isAgain: false, jobs: [{ task, placement, wish: prompt, estimate: 1 }] },
    },
    undefined,
    { now: noon, dayStart: noon },
    () => ({ type: 'pass', consent: 'below' }),
  );
  const picture = createReadStream(path.join(root, 'media/icon.png'));
  const file = await library.store(`${task.id}-0`, 'test', picture);
  ledger.update(task.id, noon, before => ({
    ...before,
    state: 'stored',
    dueAt: undefined,
    results: [{ index: 0, url: 'https://media.example/0.png', failures: 0, state: 'stored', file }],
  }));
}
