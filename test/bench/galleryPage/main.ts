/**
 * What the gallery's page costs with 100,000 results beside the same page with 100, in one browser and one
 * run: how soon the first tiles are painted, whether anything is slow while the list is scrolled from end to
 * end, how many tiles are in the document, whether tiles that are only passed by get a thumbnail, and what
 * memory does. Needs a build (`npm run build`). Exit code 1 when a budget is missed. What the host needs for
 * a search or a filter, `scale.ts` measures.
 *
 *     node test/bench/galleryPage/main.ts
 */
import { chromium } from '@playwright/test';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { browserArguments, findBrowser } from '../../support/browser.ts';
import { defaultScript, installHost } from '../../webview/support/gallery.ts';
import { startPageServer } from '../../webview/support/pageServer.ts';

const [few, many] = [100, 100_000];
const rounds = 7;
/** Steps from end to end; a tile is in sight for one of them. */
const steps = 300;
const budgets = { ratio: 3, longTaskMs: 50, tiles: 100, thumbnails: 0, memoryMb: 5 };

interface Measured extends Window {
  firstTile: number;
  longTasks: number[];
  mostTiles: number;
  thumbnails: { taskId: string }[];
}

async function open(browser: Browser, url: string, total: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await page.addInitScript(installHost, { ...defaultScript, total });
  await page.addInitScript(() => {
    const measured = window as unknown as Measured;
    Object.assign(measured, { firstTile: 0, longTasks: [] });
    new PerformanceObserver(list => {
      measured.longTasks.push(...list.getEntries().map(entry => entry.duration));
    }).observe({ type: 'longtask', buffered: true });
    const observer = new MutationObserver(() => {
      if (document.querySelector('.tile[data-task]') === null) return;
      observer.disconnect();
      // Painted after the frame that follows.
      requestAnimationFrame(() => setTimeout(() => (measured.firstTile = performance.now())));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${url}/?page=gallery&theme=dark`);
  await page.waitForFunction(() => (window as unknown as Measured).firstTile > 0);
  return page;
}

async function firstPaint(browser: Browser, url: string, total: number): Promise<number> {
  const page = await open(browser, url, total);
  const at = await page.evaluate(() => (window as unknown as Measured).firstTile);
  await page.close();
  return at;
}

/** Scrolls from the beginning to the end, another place each frame. */
async function scroll(page: Page): Promise<void> {
  await page.evaluate(async count => {
    (window as unknown as Measured).longTasks.length = 0;
    const viewport = document.querySelector('.viewport');
    if (viewport === null) throw new Error('There is no list.');
    const end = viewport.scrollHeight - viewport.clientHeight;
    for (let step = 0; step <= count; step++) {
      viewport.scrollTop = (end * step) / count;
      await new Promise(requestAnimationFrame);
    }
    for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame);
  }, steps);
}

async function heap(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  return usedSize / 1e6;
}

async function mainThreadMs(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

await using server = await startPageServer({ language: 'en', strings: {} });
const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...browserArguments] });
try {
  const paints = { few: [] as number[], many: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    paints.few.push(await firstPaint(browser, server.url, few));
    paints.many.push(await firstPaint(browser, server.url, many));
  }
  const ratio = median(paints.many) / median(paints.few);
  const page = await open(browser, server.url, many);
  const before = await heap(page);
  const devtools = await page.context().newCDPSession(page);
  // The time of the thread, not of the clock: what else the machine does meanwhile does not count.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const startedAt = await mainThreadMs(devtools);
  await scroll(page);
  const cost = (await mainThreadMs(devtools)) - startedAt;
  const { longTasks, tiles, passed } = await page.evaluate(total => {
    const { longTasks, mostTiles, thumbnails } = window as unknown as Measured;
    // Where the reader was at first and is at last, tiles rest.
    const isPassed = ({ taskId }: { taskId: string }): boolean => {
      const index = Number(taskId.slice('task-'.length));
      return index > 200 && index < total - 200;
    };
    return { longTasks, tiles: mostTiles, passed: thumbnails.filter(isPassed).length };
  }, many);
  const after = await heap(page);
  const longest = Math.max(0, ...longTasks);
  console.log(`The gallery with ${many} results beside ${few}, median of ${rounds}:`);
  console.log(
    `  first tiles after ${median(paints.many).toFixed(0)} ms and ${median(paints.few).toFixed(0)} ms: ${ratio.toFixed(2)} times (budget: ${budgets.ratio})`,
  );
  console.log(
    `  from end to end in ${steps} steps, ${(cost / steps).toFixed(1)} ms of the main thread each:`,
  );
  console.log(
    `    ${longTasks.length} tasks over ${budgets.longTaskMs} ms, longest ${longest.toFixed(0)} ms (budget: none)`,
  );
  console.log(`    at most ${tiles} tiles in the document (budget: ${budgets.tiles})`);
  console.log(`    ${passed} thumbnails of tiles that were passed by (budget: ${budgets.thumbnails})`);
  console.log(
    `    memory ${before.toFixed(1)} MB before, ${after.toFixed(1)} MB after (budget: ${budgets.memoryMb} MB more)`,
  );
  const isMissed =
    ratio > budgets.ratio ||
    longest > budgets.longTaskMs ||
    tiles > budgets.tiles ||
    passed > budgets.thumbnails ||
    after - before > budgets.memoryMb;
  if (isMissed) {
    console.error('A budget of the gallery is missed.');
    process.exitCode = 1;
  }
} finally {
  await browser.close();
}
