import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { storedFiles } from '../../../../src/shared/task.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';

interface Row {
  readonly name: string;
  /** Which request of the job gets it: `submit`, `poll` or `result`. */
  readonly on: 'submit' | 'poll' | 'result';
  /** How long it is answered so. */
  readonly minutes: number;
  /** Whether the first submit was accepted, and its answer got lost. */
  readonly isLost?: true;
  readonly answer?: {
    readonly status: number;
    readonly contentType: string;
    readonly body: string;
    readonly headers?: Record<string, string>;
  };
  /** A file as a socket gives it: so many bytes of it, counted from its end when negative. */
  readonly raw?: { readonly head: readonly string[]; readonly bytes: number; readonly end: 'end' | 'reset' };
}

/** Answers of things that stand between, from bug reports of other clients. No job may be lost for them. */
const file = path.join(import.meta.dirname, '../../../fixtures/client/jobs.json');
const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[];

const paths = {
  submit: /^POST .*\/api\/v1\/generations$/,
  poll: /^GET .*\/api\/v1\/generations\//,
  result: /^GET .*\/media\//,
};

function isHit(row: Row, input: string | URL | Request, init: RequestInit | undefined): boolean {
  const url = input instanceof Request ? input.url : input.toString();
  return paths[row.on].test(`${init?.method ?? 'GET'} ${url}`);
}

async function expectOneWholeResult(jobs: JobHarness, id: string): Promise<void> {
  expect(jobs.task(id)).toMatchObject({ state: 'stored', hold: undefined, problem: undefined });
  expect(jobs.sandbox.control.charges()).toHaveLength(1);
  const [stored] = storedFiles(jobs.task(id));
  const truth = await fetch(jobs.task(id).results[0]?.url ?? '');
  const sha256 = createHash('sha256')
    .update(Buffer.from(await truth.arrayBuffer()))
    .digest('hex');
  expect(stored?.sha256).toBe(sha256);
}

describe('a job goes on, is not asked about, and is paid once, when it meets', () => {
  it.each(rows.filter(row => row.answer).map(row => [row.name, row.on, row] as const))(
    '%s (%s)',
    async (_name, _on, row) => {
      await using jobs = await startJobs();
      const { fetch: truth, clock } = jobs;
      const { status = 0, contentType = '', body = '', headers = {} } = row.answer ?? {};
      let left = row.isLost ? 1 : 0;
      let until: number | undefined;
      let given = 0;
      jobs.fetch = async (input, init) => {
        if (!isHit(row, input, init)) return truth(input, init);
        if (left-- > 0) {
          await (await truth(input, init)).text();
          throw new TypeError('fetch failed', {
            cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
          });
        }
        until ??= clock.now() + row.minutes * 60_000;
        if (clock.now() > until) return truth(input, init);
        given++;
        const content = status === 204 ? null : body;
        return new Response(content, { status, headers: { 'content-type': contentType, ...headers } });
      };
      const { id } = jobs.create();
      jobs.runner.poke();
      await jobs.until(() => {
        expect(jobs.task(id).hold).toBeUndefined();
        expect(jobs.task(id).state).not.toMatch(/failed|unreachable/);
        return jobs.task(id).state === 'stored';
      });
      expect(given).toBeGreaterThan(0);
      await expectOneWholeResult(jobs, id);
    },
  );
});

describe('a result is fetched again until it is whole, after', () => {
  it.each(rows.filter(row => row.raw).map(row => [row.name, row] as const))('%s', async (_name, row) => {
    await using jobs = await startJobs();
    const { fetch: truth } = jobs;
    const { head = [], bytes = 0, end = 'end' } = row.raw ?? {};
    let whole: Buffer<ArrayBuffer> = Buffer.alloc(0);
    const server = createServer(socket => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        const lines = head.map(line => `${line.replace('{length}', String(whole.length))}\r\n`).join('');
        const isChunked = head.some(line => line.includes('chunked'));
        const start = lines === '' || isChunked ? lines : `${lines}\r\n`;
        socket.write(Buffer.concat([Buffer.from(start), whole.subarray(0, bytes)]), () => {
          // What was written has to arrive before the reset takes it away.
          if (end === 'reset') setTimeout(() => socket.resetAndDestroy(), 50);
          else socket.end();
        });
      });
    }).listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    let asked = 0;
    jobs.fetch = async (input, init) => {
      if (!isHit(row, input, init)) return truth(input, init);
      whole = Buffer.from(await (await truth(input)).arrayBuffer());
      return asked++ < 2 ? truth(`http://127.0.0.1:${port}/`, init) : truth(input, init);
    };
    try {
      const { id } = jobs.create();
      jobs.runner.poke();
      await jobs.settled();
      expect(asked).toBe(3);
      await expectOneWholeResult(jobs, id);
    } finally {
      server.close();
    }
  });
});
