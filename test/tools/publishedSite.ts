import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Route } from '@playwright/test';

/** The address at which sites say that they are. */
export const origin = 'https://example.org';

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};

/** What a browser saw of a page. */
export interface SeenPage {
  /** Bodies that the page asked for and got, the page's own aside. */
  readonly bodies: readonly Buffer[];
  /** Addresses below the site that led nowhere. */
  readonly missing: readonly string[];
  /** Of each picture with the alternative text that was asked for, whether it is shown. */
  readonly pictures: readonly boolean[];
}

/** An `<img>` of a browser, of which nobody knows here. */
interface Picture {
  loading: string;
  readonly naturalWidth: number;
  decode(): Promise<void>;
}

/**
 * Opens a page of a site that is published from a folder, under a base, and of nothing else.
 * @returns undefined when there is no such page
 */
export async function seePage(
  browser: Browser,
  folder: string,
  base: string,
  page: string,
  alt: string,
): Promise<SeenPage | undefined> {
  const context = await browser.newContext();
  try {
    const bodies: Buffer[] = [];
    const missing: string[] = [];
    await context.route('**/*', async route => {
      const body = await answer(route, folder, base);
      if (body) bodies.push(body);
      else missing.push(route.request().url());
    });
    const tab = await context.newPage();
    const shown = await tab.goto(origin + base + page, { waitUntil: 'networkidle' });
    if (shown?.ok() !== true) return undefined;
    const pictures = await tab.getByAltText(alt, { exact: true }).evaluateAll(async elements =>
      Promise.all(
        elements.map(async element => {
          const img = element as unknown as Picture;
          img.loading = 'eager';
          await img.decode().catch(() => undefined);
          return img.naturalWidth > 0;
        }),
      ),
    );
    return { bodies, missing, pictures };
  } finally {
    await context.close();
  }
}

/** As hosts of static files do it: a folder by its index, a page also without its extension. */
async function answer(route: Route, folder: string, base: string): Promise<Buffer | undefined> {
  const url = new URL(route.request().url());
  const isOurs = url.origin === origin && url.pathname.startsWith(base);
  const below = decodeURIComponent(url.pathname.slice(base.length));
  const tries = isOurs ? [below, path.join(below, 'index.html'), `${below}.html`] : [];
  for (const each of tries) {
    const file = path.join(folder, each);
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) continue;
    const body = await readFile(file);
    const contentType = mediaTypes[path.extname(file)] ?? 'application/octet-stream';
    await route.fulfill({ body, contentType });
    return body;
  }
  await route.fulfill({ status: 404, body: 'Not found' });
  return undefined;
}
