import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fetch } from '../../../../src/api/transport/abortableFetch.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { fetchLink } from '../../../../src/core/links/fetchLink.ts';
import { recordingLog } from '../../api/testClock.ts';
import { png } from '../../../support/mediaBytes.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

const to = (location: string): Response => new Response(null, { status: 302, headers: { location } });
const picture = (): Response => new Response(png(8, 8), { headers: { 'content-type': 'image/png' } });
const page = (): Response =>
  new Response('<!doctype html><p>Gone</p>', { headers: { 'content-type': 'image/png' } });
const link = 'https://media.example/a.png';

/** What a server in the internet answers, by address; and what becomes of the link. */
const answers: readonly (readonly [what: string, answers: Readonly<Record<string, () => Response>>, outcome: string, asked: number])[] = [
  ['a picture', { [link]: picture }, 'png', 1],
  ['a redirect to another server', { [link]: () => to('https://other.example/b'), 'https://other.example/b': picture }, 'png', 2],
  ['a relative redirect', { [link]: () => to('/b'), 'https://media.example/b': picture }, 'png', 2],
  ['a redirect to this machine', { [link]: () => to('https://127.0.0.1/a.png') }, 'result_url_refused', 1],
  ['a redirect to this machine, the server in force', { [link]: () => to('http://127.0.0.1:4010/a.png') }, 'result_url_refused', 1],
  ['a redirect to a private network, two on', { [link]: () => to('/b'), 'https://media.example/b': () => to('https://192.168.1.1/') }, 'result_url_refused', 2],
  ['a redirect to a name that leads there', { [link]: () => to('https://hidden.example/') }, 'result_url_refused', 1],
  ['a redirect to what clouds say of themselves', { [link]: () => to('https://169.254.169.254/latest/meta-data') }, 'result_url_refused', 1],
  ['a redirect to plain http', { [link]: () => to('http://media.example/a.png') }, 'result_url_refused', 1],
  ['a redirect to a file', { [link]: () => to('file:///etc/passwd') }, 'result_url_refused', 1],
  ['a redirect to data', { [link]: () => to('data:image/png;base64,iVBORw0KGgo=') }, 'result_url_refused', 1],
  ['a redirect with a password', { [link]: () => to('https://a:b@media.example/b') }, 'result_url_refused', 1],
  ['a circle', { [link]: () => to(link) }, 'result_url_refused', 6],
  ['a page under the name of a picture', { [link]: page }, 'page', 1],
  ['a refusal', { [link]: () => new Response('', { status: 403 }) }, 'result_gone', 1],
  ['no answer that a file has', { [link]: () => new Response('', { status: 500 }) }, 'http_500', 1],
  ['five gigabytes', { [link]: () => new Response(png(8, 8), { headers: { 'content-length': '5000000000' } }) }, 'file_too_large', 1],
  ['what is no picture, video or sound', { [link]: () => new Response(new Uint8Array(64).fill(7)) }, 'unknownType', 1],
]; // prettier-ignore

describe('a link that is not ours', () => {
  let folder: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder[Symbol.dispose]());

  const files = (): string[] =>
    readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter(each => each.isFile())
      .map(({ name }) => name);

  it.each(answers)('behind which is %s', async (_, own, outcome, asked) => {
    const requests: { url: string; headers: Headers }[] = [];
    const fetch = vi.fn<Fetch>((address, init) => {
      const { url } = new Request(address);
      requests.push({ url, headers: new Headers(init?.headers) });
      return Promise.resolve(own[url]?.() ?? new Response('', { status: 599 }));
    });
    const resolveHost = (host: string): Promise<string[]> =>
      Promise.resolve([host === 'hidden.example' ? '10.0.0.7' : '93.184.216.34']);
    const library = new Library(folder.path);
    const ports = { fetch, resolveHost, library, log: recordingLog(), server: 'http://127.0.0.1:4010' };
    const found = await fetchLink(ports, { url: link, kind: 'image' }, new AbortController().signal);
    const told = 'file' in found ? found.file.extension : typeof found.problem === 'string' ? found.problem : found.problem.code;
    expect(told).toBe(outcome);
    expect(requests).toHaveLength(asked);
    for (const { headers } of requests) {
      expect(headers.has('authorization')).toBe(false);
      expect(headers.has('cookie')).toBe(false);
    }
    // What is not used leaves nothing.
    expect(files()).toHaveLength('file' in found ? 1 : 0);
  }); // prettier-ignore

  it('is asked on this machine only where the server in force is', async () => {
    const fetch = vi.fn<Fetch>(() => Promise.resolve(picture()));
    const resolveHost = (): Promise<string[]> => Promise.reject(new Error('Nothing is to be resolved.'));
    const library = new Library(folder.path);
    const ports = { fetch, resolveHost, library, log: recordingLog(), server: 'http://127.0.0.1:4010' };
    const at = async (url: string): Promise<boolean> =>
      'file' in (await fetchLink(ports, { url, kind: 'image' }, new AbortController().signal));
    expect(await at('http://127.0.0.1:4010/a.png')).toBe(true);
    expect(await at('http://127.0.0.1:4011/a.png')).toBe(false);
    expect(await at('http://localhost:4010/a.png')).toBe(false);
    expect(await at('//127.0.0.1:4010/a.png')).toBe(false);
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
