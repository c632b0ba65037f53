import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { request as undiciRequest, fetch as undiciFetch } from 'undici';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { createRivyaClient } from '../../../src/api/client.ts';
import { openResult } from '../../../src/api/transport/download.ts';
import { Library } from '../../../src/core/assets/library.ts';
import { median, sideBySide } from './measure.ts';

const requests = 500;
const megabytes = 500;
const fetch = undiciFetch as unknown as Fetch;

/** What a request costs beside bare undici, and a file to disk beside a bare pipe. */
export async function measureTransfer(): Promise<void> {
  const server = fork(path.join(import.meta.dirname, 'server.ts'));
  try {
    const [url] = (await once(server, 'message')) as [string];
    await measureRequests(url);
    await measureDownload(url);
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

async function measureRequests(url: string): Promise<void> {
  const client = createRivyaClient({ baseUrl: url, apiKey: () => 'rvya_sk_x', fetch });
  const headers = { authorization: 'Bearer rvya_sk_x' };
  const each = async (call: () => Promise<unknown>): Promise<number> => {
    const before = process.threadCpuUsage();
    for (let count = 0; count < requests; count++) await call();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / requests;
  };
  const found = await sideBySide(9, {
    'undici.request': () => each(async () => (await undiciRequest(`${url}/small`, { headers })).body.json()),
    'undici.fetch': () => each(async () => (await undiciFetch(`${url}/small`, { headers })).json()),
    ours: () => each(() => client.credits.retrieve()),
  });
  console.log(`A small request over loopback, processor time each, medians of 9 × ${requests}:`);
  for (const [name, microseconds] of Object.entries(found))
    console.log(`  ${name} ${microseconds.toFixed(0)} µs`);
  console.log(`  ours adds ${(found.ours - found['undici.fetch']).toFixed(0)} µs to undici.fetch`);
}

async function measureDownload(url: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rivya-download-'));
  const file = path.join(folder, 'result');
  const library = new Library(path.join(folder, 'library'));
  const source = `${url}/bytes/${megabytes}`;
  const peaks: Record<string, number[]> = {};
  const timed = async (name: string, download: () => Promise<string>): Promise<number> => {
    const startedAt = performance.now();
    const before = process.memoryUsage.rss();
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss() - before);
    }, 5);
    let written: string;
    try {
      written = await download();
    } finally {
      clearInterval(watch);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    (peaks[name] ??= []).push(peak);
    if ((await stat(written)).size !== megabytes * 1024 ** 2) throw new Error('The file is not whole.');
    return megabytes / seconds;
  };
  try {
    const found = await sideBySide(5, {
      // `undici.request` is the least; the editor gives its proxy and certificates to `fetch` alone.
      bare: () =>
        timed('bare', async () => {
          await pipeline((await undiciRequest(source)).body, createWriteStream(file));
          return file;
        }),
      fetch: () =>
        timed('fetch', async () => {
          await pipeline(bytesOf(await undiciFetch(source)), createWriteStream(file));
          return file;
        }),
      // What ours does beside: SHA-256, and on the disk before it counts.
      'fetch, checked': () =>
        timed('fetch, checked', async () => {
          const body = bytesOf(await undiciFetch(source));
          await pipeline(body, hashed, createWriteStream(file, { flush: true }));
          return file;
        }),
      ours: () =>
        timed('ours', async () => {
          const { body } = await openResult(source, { fetch, baseUrl: url });
          return library.pathOf(await library.store('result', 'bench', body));
        }),
    });
    console.log(`A file of ${megabytes} MB to disk, medians of 5:`);
    for (const [name, speed] of Object.entries(found)) {
      // The first round filled the heap for all that follow.
      const memory = median(peaks[name]?.slice(1) ?? []) / 1024 ** 2;
      const ratio = (found.ours / speed).toFixed(2);
      console.log(
        `  ${name} ${speed.toFixed(0)} MB/s, at its peak ${memory.toFixed(0)} MB above the start; ours is ${ratio} of it`,
      );
    }
    console.log('  (budget: 0.9 of bare, and 32 MB more memory than bare)');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads every byte once more, as SHA-256 does, and passes it on. */
async function* hashed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  hash.digest();
}

function bytesOf({ body }: { readonly body: unknown }): AsyncIterable<Uint8Array> {
  return body as AsyncIterable<Uint8Array>;
}
