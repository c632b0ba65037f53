import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Server, type AddressInfo } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DataInUseError } from '../../../src/sandbox/state/recordStore.ts';
import { openSharedSandbox, type SharedSandbox } from '../../../src/sandbox/sharedSandbox.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { Journal } from '../../../src/sandbox/state/journal.ts';
import { refusingSync } from '../../support/refusingFiles.ts';
import { call, download, errorOf, generate, resultUrls, sandboxForTest, send, type Json } from './client.ts';
import { startReceiver } from './receiver.ts';

const directories: string[] = [];

afterEach(async () => {
  for (const each of directories.splice(0)) await rm(each, { recursive: true });
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'rivya-sandbox-'));
  directories.push(directory);
  return path.join(directory, 'made', 'on demand');
}

const hour = 3_600_000;
const original: unknown = Reflect.get(Server.prototype, 'listen');

describe('a sandbox with a data directory', () => {
  it('goes on where it ended, at the same address', async () => {
    const dataDirectory = await newDirectory();
    const first = await sandboxForTest({ dataDirectory, credits: 50, taskDurationMs: hour });
    const task = (await generate(first, { prompt: 'A paper boat' }, 'key-1')).body;
    const chat = await call(first, '/chat/completions', {
      json: { model: 'gpt-5-2-chat', message: 'Hello' },
      idempotencyKey: 'key-2',
    });
    const webhook = { name: 'Shop', url: 'https://hooks.example.com/', event_types: ['generation.failed'] };
    await call(first, '/webhooks', { json: webhook });
    const added = first.control.addKey({ scopes: ['credits:read'], account: 'other' });
    first.control.setKeyStatus(added.id, 'expired');
    const form = new FormData();
    form.set('kind', 'audio');
    form.set('file', new File([wav()], 'a.wav', { type: 'audio/wav' }));
    const upload = await fetch(`${first.url}/api/v1/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first.apiKey}`, connection: 'close' },
      body: form,
    });
    const file = (await upload.json()) as Json;
    const charges = structuredClone(first.control.charges());
    await first.close();

    const second = await sandboxForTest({ dataDirectory, credits: 9, taskDurationMs: 0 });
    expect(second.url).toBe(first.url);
    expect(second.control.charges()).toEqual(charges);
    expect((await call(second, `/generations/${String(task['id'])}`)).body).toMatchObject({
      status: 'queued',
    });
    // The same intent again: nothing is bought twice, also after a restart.
    const repeated = await generate(second, { prompt: 'A paper boat' }, 'key-1');
    expect(repeated.body).toEqual(task);
    expect(errorOf(await generate(second, { prompt: 'Other' }, 'key-1')).code).toBe('idempotency_conflict');
    const credits = Number((await call(second, '/credits')).body['current_credits']);
    expect(credits).toBe(50 - charges.reduce((sum, charge) => sum + charge.credits, 0));
    const sessions = (await call(second, '/chat/sessions')).body['data'] as Json[];
    expect(sessions).toMatchObject([{ id: chat.body['session_id'], message_count: 2 }]);
    expect((await call(second, '/webhooks')).body['data']).toMatchObject([webhook]);
    expect(errorOf(await call(second, '/credits', { key: added.key })).code).toBe('api_key_expired');
    expect((await call(second, `/files/${String(file['id'])}`)).body).toEqual(file);
    expect((await download(String(file['url']))).bytes).toEqual(wav());
    second.control.finishTasks();
    const finished = (await call(second, `/generations/${String(task['id'])}`)).body;
    const [url = ''] = resultUrls(finished);
    const picture = await download(url);
    await second.close();

    const third = await sandboxForTest({ dataDirectory });
    expect((await download(url)).bytes).toEqual(picture.bytes);
    expect((await call(third, `/generations/${String(task['id'])}`)).body).toEqual(finished);
  });

  it('sends the webhooks that were due while it was down', async () => {
    const dataDirectory = await newDirectory();
    const receiver = await startReceiver((response, number) => {
      response.writeHead(number === 1 ? 500 : 204).end();
    });
    const first = await sandboxForTest({ dataDirectory });
    first.control.update({ webhooks: { retryDelaysMs: [hour] } });
    const json = { name: 'Shop', url: receiver.url, event_types: ['generation.succeeded'] };
    await call(first, '/webhooks', { json });
    await generate(first, {});
    await receiver.until(1);
    await first.close();
    await sandboxForTest({ dataDirectory, now: () => Date.now() + 2 * hour });
    const received = await receiver.until(2);
    expect(received[1]?.headers['webhook-id']).toBe(received[0]?.headers['webhook-id']);
  });

  it('forgets everything when it is reset', async () => {
    const dataDirectory = await newDirectory();
    const first = await sandboxForTest({ dataDirectory });
    await generate(first, {});
    first.control.reset();
    await first.close();
    const second = await sandboxForTest({ dataDirectory });
    expect(second.control.charges()).toEqual([]);
    expect(second.control.credits()).toBe(100);
  });

  it('is refused to a second sandbox, and free again after the first', async () => {
    const dataDirectory = await newDirectory();
    const first = await startSandbox({ dataDirectory });
    await expect(startSandbox({ dataDirectory })).rejects.toBeInstanceOf(DataInUseError);
    await first.close();
    await (await startSandbox({ dataDirectory })).close();
  });

  it('that is damaged is refused with the reason, and not touched', async () => {
    const dataDirectory = await newDirectory();
    await mkdir(dataDirectory, { recursive: true });
    const file = path.join(dataDirectory, 'sandbox.db');
    await writeFile(file, 'This is no database, but somebody may miss it. '.repeat(100));
    await expect(startSandbox({ dataDirectory })).rejects.toThrow(/cannot be used: file is not a database\./);
    expect(await readFile(file, 'utf8')).toMatch(/^This is no database/);
  });

  it('that another version has written begins anew', async () => {
    const dataDirectory = await newDirectory();
    const first = await startSandbox({ dataDirectory });
    first.control.setCredits(7);
    await first.close();
    const database = new DatabaseSync(path.join(dataDirectory, 'sandbox.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    const second = await sandboxForTest({ dataDirectory });
    expect(second.control.credits()).toBe(100);
  });

  it('takes another port when its own was given away', async () => {
    const dataDirectory = await newDirectory();
    const first = await startSandbox({ dataDirectory });
    const port = Number(new URL(first.url).port);
    await first.close();
    const other = await startSandbox({ port });
    const second = await startSandbox({ dataDirectory });
    expect(second.url).not.toBe(first.url);
    await second.close();
    await other.close();
  });
});

describe('a shared sandbox', () => {
  const open: SharedSandbox[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  async function share(dataDirectory: string): Promise<SharedSandbox> {
    const shared = await openSharedSandbox({ dataDirectory, credits: 10 });
    open.push(shared);
    return shared;
  }

  async function credits({ url, apiKey }: SharedSandbox): Promise<unknown> {
    const answer = await fetch(`${url}/api/v1/credits`, {
      headers: { authorization: `Bearer ${apiKey}`, connection: 'close' },
    });
    return ((await answer.json()) as Json)['current_credits'];
  }

  it('is run by the first and joined by the others', async () => {
    const dataDirectory = await newDirectory();
    const [first, second] = await Promise.all([share(dataDirectory), share(dataDirectory)]);
    expect([first.own, second.own].toSorted()).toEqual([false, true]);
    expect(second.url).toBe(first.url);
    expect(await credits(second)).toBe(10);
  });

  it('is taken over at the same address when the first ends', async () => {
    const dataDirectory = await newDirectory();
    const first = await share(dataDirectory);
    const second = await share(dataDirectory);
    await first.close();
    await second.ended;
    const heir = await share(dataDirectory);
    expect(heir.own).toBe(true);
    expect(heir.url).toBe(first.url);
    expect(await credits(heir)).toBe(10);
  });

  it('goes on when one that joined leaves', async () => {
    const dataDirectory = await newDirectory();
    const first = await share(dataDirectory);
    const second = await share(dataDirectory);
    await second.close();
    expect(await credits(first)).toBe(10);
  });

  it('does not take another sandbox at the old port for its own', async () => {
    const dataDirectory = await newDirectory();
    const first = await share(dataDirectory);
    const port = Number(new URL(first.url).port);
    await first.close();
    const stranger = await sandboxForTest({ port });
    const second = await share(dataDirectory);
    expect(second.own).toBe(true);
    expect(second.url).not.toBe(stranger.url);
    expect((await send(stranger, '/credits')).status).toBe(200);
  });
});

/** A tenth of a second of silence. */
function wav(): Uint8Array<ArrayBuffer> {
  const samples = 800;
  const bytes = Buffer.alloc(44 + samples);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(8000, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples, 40);
  bytes.fill(128, 44);
  return new Uint8Array(bytes);
}

describe('an address that cannot be written down', () => {
  it('is written over when readers keep it from being replaced', async () => {
    const dataDirectory = await newDirectory();
    using rename = refusingSync('renameSync', 'EPERM', Infinity);
    const first = await openSharedSandbox({ dataDirectory });
    expect(rename.calls).toBeGreaterThan(0);
    const second = await openSharedSandbox({ dataDirectory });
    expect(second.own).toBe(false);
    expect(second.url).toBe(first.url);
    await second.close();
    await first.close();
  });

  it('does not keep the sandbox from running', async () => {
    const dataDirectory = await newDirectory();
    await mkdir(path.join(dataDirectory, 'address.json'), { recursive: true });
    const sandbox = await startSandbox({ dataDirectory });
    expect((await fetch(`${sandbox.url}/api/v1/models`)).status).toBe(200);
    await sandbox.close();
    await expect(fetch(`${sandbox.url}/api/v1/models`)).rejects.toThrow();
  });

  it('leaves nothing listening when the start fails after the port was taken', async () => {
    const dataDirectory = await newDirectory();
    const ports: number[] = [];
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (
      this: Server,
      ...values
    ) {
      this.once('listening', () => ports.push((this.address() as AddressInfo).port));
      return (original as (...given: unknown[]) => Server).apply(this, values);
    });
    const commit = vi.spyOn(Journal.prototype, 'commit').mockImplementation(() => {
      throw new Error('the disk is full');
    });
    await expect(startSandbox({ dataDirectory })).rejects.toThrow('the disk is full');
    listen.mockRestore();
    commit.mockRestore();
    expect(ports).toHaveLength(1);
    await expect(fetch(`http://127.0.0.1:${ports[0] ?? 0}/`)).rejects.toThrow();
    await (await startSandbox({ dataDirectory })).close();
  });
});
