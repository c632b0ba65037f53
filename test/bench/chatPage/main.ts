/**
 * What an answer of 20,000 tokens (100 KB) in 1,250 deltas costs the main thread of the chat page, beside a
 * page that sets `marked`'s HTML at each delta and one that uses `react-markdown`, in the same browser and
 * one run; what formulas add to it; what 100 of them cost beside the same text as code; and what 500 turns
 * cost in memory. Needs a build (`npm run build`). Exit code 1 when a budget is missed. On a machine that
 * does other work, too, only the times of the thread and the ratios mean something.
 *
 *     node test/bench/chatPage/main.ts [--whole]
 *
 * The other pages take minutes for the whole, because their work grows with the square of the length: without
 * `--whole` they are measured on the first part of the answer, beside the chat page on the same part, and the
 * ratio is not held against its budget.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import * as esbuild from 'esbuild';
import type { ChatState } from '../../../src/shared/chat.ts';
import { browserArguments, findBrowser } from '../../support/browser.ts';
import { startPageServer } from '../../webview/support/pageServer.ts';
import { chatState, conversation, everyMarkdown, message } from '../../webview/support/states.ts';

const deltaLength = 80;
const wholeDeltas = 1250;
const partDeltas = 300;
/**
 * Budgets of the project: no task that works for more than 50 ms, and a thirtieth of the time of the page
 * with `innerHTML`.
 */
const longTaskMs = 50;
const ratioBudget = 30;

interface Cost {
  readonly mainThreadMs: number;
  readonly longTasks: number;
  readonly longestTaskMs: number;
  /** Of the task that worked longest, without what the machine did in between. */
  readonly longestThreadMs: number;
}

/** What is read of a trace of Chromium; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** The longest time of the thread that a task of a page's main thread took, in milliseconds. */
function longestThreadTime(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`;
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(threadOf),
  );
  const tasks = traceEvents.filter(
    event => event.name === 'ThreadControllerImpl::RunTask' && main.has(threadOf(event)),
  );
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1000;
}

type Deliver = (delta: string, index: number) => void;

/** Prose, lists, tables and code, never the same twice; with two formulas in 1,300 characters, or none. */
function answer(length: number, hasFormulas: boolean): string {
  const source = hasFormulas ? everyMarkdown : everyMarkdown.replaceAll('$', '');
  const parts: string[] = [];
  for (let index = 0, size = 0; size < length; index++) {
    const part = source.replaceAll('Crab', `Crab ${index}`).replaceAll('found', `found${index}`);
    parts.push(part);
    size += part.length;
  }
  return parts.join('\n').slice(0, length);
}

/** One of a size as answers have them, never the same twice. */
function formulaOf(index: number): string {
  return String.raw`\int_{0}^{${index}} \frac{x^{2} + ${index}}{\sqrt{1 + x^{${index}}}}\,dx = \sum_{k=1}^{n} \binom{n}{k} a_{k}^{${index}}`;
}

/**
 * Delivers a delta a frame, as the host does, and measures the main thread meanwhile. `deliver` is
 * `window.deliver`; it is over when nothing is `pending`, a selector, any more.
 */
async function measure(page: Page, deltas: readonly string[], pending = ':not(*)'): Promise<Cost> {
  const devtools = await page.context().newCDPSession(page);
  // The time of the thread, not of the clock: what else the machine does meanwhile does not count.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taskSeconds = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  };
  const browser = page.context().browser();
  await browser?.startTracing(page, { categories: ['toplevel'] });
  const before = await taskSeconds();
  const tasks = await page.evaluate(
    async ([each, selector]) => {
      const durations: number[] = [];
      const observer = new PerformanceObserver(list => {
        durations.push(...list.getEntries().map(entry => entry.duration));
      });
      observer.observe({ type: 'longtask' });
      const { deliver } = window as unknown as { deliver: Deliver };
      for (const [index, delta] of each.entries()) {
        await new Promise(requestAnimationFrame);
        deliver(delta, index);
      }
      for (let frame = 0; frame < 5 || document.querySelector(selector) !== null; frame++)
        await new Promise(requestAnimationFrame);
      durations.push(...observer.takeRecords().map(entry => entry.duration));
      return durations;
    },
    [deltas, pending] as const,
  );
  const mainThreadMs = ((await taskSeconds()) - before) * 1000;
  const trace = await browser?.stopTracing();
  return {
    mainThreadMs,
    longTasks: tasks.length,
    longestTaskMs: Math.max(0, ...tasks),
    longestThreadMs: trace === undefined ? NaN : longestThreadTime(trace),
  };
}

async function openPeer(browser: Browser, file: string): Promise<Page> {
  const bundle = await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, file)],
    bundle: true,
    format: 'iife',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  const page = await browser.newPage();
  await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
  return page;
}

async function openChat(browser: Browser, url: string, state: ChatState): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 420, height: 720 } });
  await page.addInitScript(() => {
    Object.assign(window, {
      acquireVsCodeApi: () => ({
        postMessage: () => undefined,
        getState: () => undefined,
        setState: () => undefined,
      }),
    });
  });
  await page.goto(url);
  await page.evaluate(snapshot => {
    const say = (data: object): boolean => window.dispatchEvent(new MessageEvent('message', { data }));
    let at = 0;
    const deliver: Deliver = (text, index) => {
      say({ type: 'delta', sequence: index + 2, messageId: 'a', field: 'text', at, text });
      at += text.length;
    };
    Object.assign(window, { deliver });
    say({ type: 'snapshot', sequence: 1, state: snapshot });
  }, state);
  await page.getByTestId('chat-input').waitFor();
  return page;
}

/** After garbage collection, with every turn shown once. */
async function memoryOf(
  browser: Browser,
  url: string,
  turns: number,
): Promise<{ megabytes: number; nodes: number }> {
  const page = await openChat(browser, url, chatState({ session: { messages: conversation(turns) } }));
  await page.evaluate(async () => {
    const log = document.querySelector('.log');
    if (log === null) throw new Error('The page has no conversation.');
    for (
      log.scrollTop = 0;
      log.scrollTop + log.clientHeight < log.scrollHeight - 2;
      log.scrollTop += log.clientHeight
    ) {
      await new Promise(requestAnimationFrame);
    }
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  const { nodes } = await devtools.send('Memory.getDOMCounters');
  await page.close();
  return { megabytes: usedSize / 1e6, nodes };
}

function report(name: string, { mainThreadMs, longTasks, longestTaskMs, longestThreadMs }: Cost): void {
  const columns = [
    `${Math.round(mainThreadMs)} ms`,
    String(longTasks),
    `${Math.round(longestTaskMs)} ms`,
    `${Math.round(longestThreadMs)} ms`,
  ];
  console.log(`${name.padEnd(28)}${columns.map(column => column.padStart(14)).join('')}`);
}

const { values } = parseArgs({ options: { whole: { type: 'boolean', default: false } } });
const deltasOf = (text: string): string[] =>
  Array.from({ length: wholeDeltas }, (_, index) =>
    text.slice(index * deltaLength, (index + 1) * deltaLength),
  );
const text = answer(wholeDeltas * deltaLength, false);
const deltas = deltasOf(text);
const compared = values.whole ? deltas : deltas.slice(0, partDeltas);

await using server = await startPageServer({ language: 'en', strings: {} });
const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...browserArguments] });
try {
  console.log(`An answer of ${text.length} characters in ${deltas.length} deltas, one a frame`);
  console.log(
    `${''.padEnd(28)}${['main thread', 'tasks > 50 ms', 'longest', 'its thread'].map(head => head.padStart(14)).join('')}`,
  );
  const streaming = chatState({ session: { messages: [message({ id: 'a', state: 'streaming' })] } });
  const measureChat = async (each: readonly string[], name = 'the chat page'): Promise<Cost> => {
    const page = await openChat(browser, server.url, streaming);
    const cost = await measure(page, each);
    await page.close();
    report(`${name}, ${each.length}`, cost);
    return cost;
  };
  const own = await measureChat(deltas);
  const withFormulas = await measureChat(deltasOf(answer(text.length, true)), 'with formulas');
  const beside = values.whole ? own : await measureChat(compared);
  const peers: Cost[] = [];
  for (const [name, file] of [
    ['marked + innerHTML', 'peerMarked.ts'],
    ['react-markdown', 'peerReactMarkdown.ts'],
  ] as const) {
    const page = await openPeer(browser, file);
    const cost = await measure(page, compared);
    await page.close();
    report(`${name}, ${compared.length}`, cost);
    peers.push(cost);
  }
  const drawn = async (name: string, mark: (tex: string) => string): Promise<Cost> => {
    const page = await openChat(browser, server.url, streaming);
    const pieces = Array.from(
      { length: 100 },
      (_, index) => `Formula ${index}: ${mark(formulaOf(index))}\n\n`,
    );
    const cost = await measure(page, pieces, '.block:last-child chat-math:not([data-state])');
    report(name, cost);
    await page.close();
    return cost;
  };
  await drawn('100 formulas as code', tex => `\`${tex}\``);
  const tasks = [
    own,
    withFormulas,
    await drawn('100 formulas, set apart', tex => `$$${tex}$$`),
    await drawn('100 formulas, in the line', tex => `$${tex}$`),
  ];
  const ratios = peers.map(peer => peer.mainThreadMs / beside.mainThreadMs);
  console.log(`Less time by: ${ratios.map(ratio => ratio.toFixed(1)).join(' and ')}`);
  const [few, many] = [await memoryOf(browser, server.url, 100), await memoryOf(browser, server.url, 500)];
  console.log(
    `Memory: ${few.megabytes.toFixed(1)} MB (${few.nodes} nodes) with 100 turns, ${many.megabytes.toFixed(1)} MB (${many.nodes} nodes) with 500`,
  );

  for (const { longestThreadMs } of tasks) {
    if (longestThreadMs <= longTaskMs) continue;
    console.error(`A task of the chat page took ${Math.round(longestThreadMs)} ms of its thread.`);
    process.exitCode = 1;
  }
  if (values.whole && (ratios[0] ?? 0) < ratioBudget) {
    console.error(`The chat page needs more than a ${ratioBudget}th of the time of marked + innerHTML.`);
    process.exitCode = 1;
  }
} finally {
  await browser.close();
}
