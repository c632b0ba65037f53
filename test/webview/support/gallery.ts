import { expect, test as base } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import type { GalleryFrameDto, GalleryHostMessage, GalleryTileDto } from '../../../src/shared/gallery.ts';
import type { GalleryPageMessage } from '../../../src/shared/gallerySchema.ts';
import { startPageServer } from './pageServer.ts';
import type { PageServer } from './pageServer.ts';
import { PageUnderTest } from './pageUnderTest.ts';
import type { ThemeName } from './themes.ts';

type Posted<T extends GalleryPageMessage['type']> = Extract<GalleryPageMessage, { type: T }>;

/** How the scripted host answers; it may be changed while the page runs. */
export interface HostScript {
  /** How many jobs there are, and how many of them match any search. */
  total: number;
  matches: number;
  /** What each tile is, over what all are. */
  tiles: Record<number, Partial<GalleryTileDto>>;
  kind: GalleryTileDto['kind'];
  source: string;
  frame: GalleryFrameDto;
  /** Whether thumbnails are kept and said back. */
  keepsThumbnails: boolean;
}

interface HostWindow extends Window {
  script: HostScript;
  posted: GalleryPageMessage[];
  thumbnails: { taskId: string; bytes: number; head: string }[];
  mostTiles: number;
  say: (word: object) => void;
}

export const defaultScript: HostScript = {
  total: 100_000,
  matches: 3,
  tiles: {},
  kind: 'image',
  source: '/picture.png',
  frame: {
    models: [
      { id: 'flux', name: 'Flux' },
      { id: 'z-image', name: 'Z-Image' },
    ],
    hasWorkspace: true,
    canUndo: false,
  },
  keepsThumbnails: true,
};

/** The gallery in a browser, with a host that answers as the real one does, from a script. */
export class GalleryUnderTest extends PageUnderTest {
  constructor(page: Page, server: PageServer) {
    super(page, server, 'gallery');
  }

  async open(script: Partial<HostScript> = {}, theme: ThemeName = 'dark'): Promise<void> {
    await this.page.addInitScript(installHost, { ...defaultScript, ...script });
    await this.goto(theme);
    await expect(this.page.getByTestId('gallery-total')).toBeVisible();
  }

  get grid(): Locator {
    return this.page.getByRole('grid');
  }

  get tiles(): Locator {
    return this.page.getByTestId('gallery-tile');
  }

  tile(index: number): Locator {
    return this.page.locator(`#tile-${index}`);
  }

  /** Says something as the host, with the next number. */
  async say(word: object): Promise<void> {
    await this.page.evaluate(each => (window as unknown as HostWindow).say(each), word);
  }

  /** Changes what the host answers from now on. */
  async change(script: Partial<HostScript>): Promise<void> {
    await this.page.evaluate(each => Object.assign((window as unknown as HostWindow).script, each), script);
  }

  async posted<T extends GalleryPageMessage['type']>(type: T): Promise<Posted<T>[]> {
    const all = await this.page.evaluate(() => (window as unknown as HostWindow).posted);
    return all.filter((word): word is Posted<T> => word.type === type);
  }

  async thumbnails(): Promise<HostWindow['thumbnails']> {
    return this.page.evaluate(() => (window as unknown as HostWindow).thumbnails);
  }

  /** The most tiles that were in the document at any time. */
  async mostTiles(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as HostWindow).mostTiles);
  }
}

/** Runs in the page before its script: the webview API of VS Code, and a host behind it. */
export function installHost(script: HostScript): void {
  const host = window as unknown as HostWindow & Record<string, unknown>;
  let sequence = 0;
  const say = (word: object): void => {
    const data = { ...word, sequence: ++sequence };
    window.dispatchEvent(new MessageEvent('message', { data }));
  };
  Object.assign(host, { script, posted: [], thumbnails: [], mostTiles: 0, say });
  const tileOf = (index: number): GalleryTileDto => ({
    taskId: `task-${index}`,
    kind: host.script.kind,
    title: `Picture ${index} of a red fox in the snow`,
    model: 'Z-Image',
    createdAt: Date.UTC(2026, 10, 26) - index * 60_000,
    look: 'placed',
    stateText: 'done',
    priceText: '1 credit',
    isFavourite: false,
    file: {
      index: 0,
      kind: host.script.kind,
      source: `${host.script.source}?${index}`,
      thumbnail: undefined,
      mediaType: 'image/png',
      bytes: 500_000,
      width: 1024,
      height: 1024,
    },
    files: 1,
    dragUri: `file:///library/${index}.png`,
    ...host.script.tiles[index],
  });
  const answer = (word: GalleryPageMessage): void => {
    const { total, matches, frame, keepsThumbnails } = host.script;
    if (word.type === 'ready') {
      sequence = 0;
      say({ type: 'frame', frame } satisfies Omit<
        Extract<GalleryHostMessage, { type: 'frame' }>,
        'sequence'
      >);
    } else if (word.type === 'look') {
      const all = word.query.text === '' ? total : matches;
      const offset = Math.max(0, Math.min(word.offset, all - 200));
      const rows = Array.from({ length: Math.min(200, all - offset) }, (_, row) => tileOf(offset + row));
      say({ type: 'rows', look: word.look, total: all, isMore: false, offset, rows });
    } else if (word.type === 'ids') {
      const ids = Array.from({ length: word.count }, (_, row) => `task-${word.offset + row}`);
      say({ type: 'ids', request: word.request, ids });
    } else if (word.type === 'details' && word.taskId !== '') {
      const tile = tileOf(Number(word.taskId.slice('task-'.length)));
      const details = {
        tile,
        prompt: `${tile.title}, with every hair`,
        files: tile.file ? [tile.file] : [],
        facts: [{ name: 'Model', value: tile.model }],
        problem: undefined,
        ancestors: [tileOf(50)],
        variants: [tileOf(51), tileOf(52)],
        guesses: [],
      };
      say({ type: 'details', taskId: word.taskId, details });
    } else if (word.type === 'thumbnail') {
      const bytes = new Uint8Array(word.bytes);
      const head = String.fromCharCode(...bytes.subarray(0, 12));
      host.thumbnails.push({ taskId: word.taskId, bytes: bytes.length, head });
      const address = '/picture.png?thumbnail';
      if (keepsThumbnails) say({ type: 'thumbnail', taskId: word.taskId, index: word.index, address });
    }
  };
  host['acquireVsCodeApi'] = () => ({
    postMessage: (word: GalleryPageMessage) => {
      host.posted.push(structuredClone(word));
      // As over a channel: never within the call.
      setTimeout(() => answer(word), 5);
    },
    getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
  new MutationObserver(() => {
    const count = document.querySelectorAll('.tile').length;
    if (count > host.mostTiles) host.mostTiles = count;
  }).observe(document, { childList: true, subtree: true });
}

interface Fixtures {
  readonly gallery: GalleryUnderTest;
}

interface WorkerFixtures {
  readonly server: PageServer;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  viewport: { width: 1000, height: 700 },
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures' names from it
    async ({}, use) => {
      await using server = await startPageServer({ language: 'en', strings: {} });
      await use(server);
    },
    { scope: 'worker' },
  ],
  gallery: async ({ page, server }, use) => {
    const gallery = new GalleryUnderTest(page, server);
    await use(gallery);
    await gallery.expectHarmless();
  },
});

export { expect };
