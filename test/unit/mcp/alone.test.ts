import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyCodecs } from '../../../scripts/codecFiles.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Keys } from '../../../src/mcp/alone/keys.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { Ledger } from '../../../src/core/tasks/ledger.ts';
import { toolNames } from '../../../src/core/agents/toolSchemas.ts';
import { buildProgram, type Ended } from '../../support/builtCli.ts';
import {
  callTool,
  connectProcess,
  eras,
  type Answer,
  type ClientOptions,
  type Connected,
} from '../../support/mcpClient.ts';
import { mediaThread } from '../../support/pictures.ts';
import { temporaryFolder } from '../../support/tasks.ts';

let program = '';

beforeAll(async () => {
  program = await buildProgram('rivya-mcp');
});

afterAll(() => rmSync(path.dirname(program), { recursive: true, force: true }));

/** A person with a project, and a server of Rivya. */
interface Place extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly project: string;
  readonly data: string;
  readonly env: Record<string, string>;
  connect(how: ClientOptions, ...parameters: string[]): Promise<Connected>;
  run(parameters: readonly string[], input?: string, env?: Record<string, string>): Promise<Ended>;
}

async function place(options: Parameters<typeof startSandbox>[0] = {}): Promise<Place> {
  const sandbox = await startSandbox({ credits: 1_000, taskDurationMs: 0, ...options });
  sandbox.control.update({ pictureLongEdge: 16 });
  const home = temporaryFolder();
  const [project, data] = [path.join(home.path, 'site'), path.join(home.path, 'data')];
  mkdirSync(path.join(project, 'docs'), { recursive: true });
  writeFileSync(path.join(project, 'package.json'), '{}');
  writeFileSync(path.join(project, 'docs/guide.md'), '# A guide\n');
  const env = { RIVYA_BASE_URL: sandbox.url, RIVYA_API_KEY: sandbox.apiKey, HOME: home.path };
  return {
    sandbox,
    project,
    data,
    env,
    connect: (how, ...parameters) =>
      connectProcess(program, ['--data', data, ...parameters], { ...how, cwd: project, env }),
    run: (parameters, input = '', own = env) =>
      new Promise((resolve, reject) => {
        const all = [program, '--data', data, ...parameters];
        const child = spawn(process.execPath, all, { cwd: project, env: own });
        let [out, error] = ['', ''];
        child.stdout.on('data', (text: Buffer) => (out += text.toString()));
        child.stderr.on('data', (text: Buffer) => (error += text.toString()));
        child.once('error', reject);
        child.once('close', code => resolve({ code, out, error }));
        child.stdin.end(input);
      }),
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      home[Symbol.dispose]();
    },
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name));
}

const fox = { prompt: 'A red fox', model: 'z-image' };
const free = ['--confirm-above', '1000'];
const yes: Answer = () => ({ action: 'accept', content: { allow: true } });

describe.each(eras)('the server alone, for a client of %s', era => {
  it('lists seven tools in few bytes, the same each time', async () => {
    await using here = await place();
    await using one = await here.connect({ era });
    await using other = await here.connect({ era });
    const { tools } = await one.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(toolNames);
    expect(Buffer.byteLength(JSON.stringify({ tools }))).toBeLessThanOrEqual(8_192);
    expect(JSON.stringify((await other.client.listTools()).tools)).toBe(JSON.stringify(tools));
    for (const { name, annotations } of tools) {
      const isPaid = name.startsWith('generate_');
      expect(annotations?.readOnlyHint, name).toBe(!isPaid);
      expect(annotations?.openWorldHint, name).toBe(false);
      if (isPaid) expect(annotations).toMatchObject({ destructiveHint: false, idempotentHint: true });
    }
    expect(one.client.getInstructions()?.length).toBeLessThanOrEqual(500);
  });

  it('makes an image, puts it where the document expects it, and says so in words and as data', async () => {
    await using here = await place();
    await using connected = await here.connect({ era }, ...free);
    const { text, result } = await callTool(connected.client, 'generate_image', {
      ...fox,
      document: 'docs/guide.md',
    });
    const [, file] = /^file: (\S+) \(image\/png/m.exec(text) ?? [];
    expect(file).toMatch(/^assets\/generated\/a-red-fox-[0-9a-f]+\.png$/);
    expect(existsSync(path.join(here.project, file ?? ''))).toBe(true);
    expect(text).toContain(`reference for "docs/guide.md": ![A red fox](../${file})`);
    expect(text).toContain('charged: 1 credits');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_200);
    const data = result.structuredContent as Record<string, unknown>;
    expect(data).toMatchObject({
      message: text,
      tasks: [
        {
          state: 'done',
          kind: 'image',
          model: 'z-image',
          credits: { charged: 1 },
          files: [{ path: file, media_type: 'image/png' }],
          reused: false,
        },
      ],
      budget: { spent_today: 1, limit: 50 },
    });
    const links = result.content.filter(each => each.type === 'resource_link');
    expect(links).toMatchObject([{ mimeType: 'image/png', annotations: { audience: ['user'] } }]);
    expect(JSON.stringify(result)).not.toMatch(/[A-Za-z0-9+/]{200}/);
    expect(here.sandbox.control.charges()).toHaveLength(1);
    const again = await callTool(connected.client, 'generate_image', fox);
    expect(again.text).toContain('exists already');
    expect(here.sandbox.control.charges()).toHaveLength(1);
  });

  it('answers what is free without a question', async () => {
    await using here = await place();
    await using connected = await here.connect({ era });
    const models = await callTool(connected.client, 'list_models');
    expect(Buffer.byteLength(models.text)).toBeLessThanOrEqual(2_500);
    const one = await callTool(connected.client, 'list_models', { model: 'z-image' });
    expect(Buffer.byteLength(one.text)).toBeLessThanOrEqual(4_000);
    expect((await callTool(connected.client, 'find_tasks')).text).toMatch(/^found: 0/);
    expect((await callTool(connected.client, 'get_credits')).text).toContain('balance: 1000 credits');
    for (const { isError } of [models, one]) expect(isError).toBe(false);
  });

  it.each<[string, Answer | undefined, string]>([
    ['no', () => ({ action: 'decline' }), 'consent_denied'],
    ['nothing', () => ({ action: 'cancel' }), 'consent_denied'],
    ['an empty yes', () => ({ action: 'accept', content: {} }), 'consent_denied'],
    ['a yes without content', () => ({ action: 'accept' }), 'consent_denied'],
    ['a yes that is a no', () => ({ action: 'accept', content: { allow: false } }), 'consent_denied'],
    ['a yes under another name', () => ({ action: 'accept', content: { confirm: true } }), 'consent_denied'],
    ['nothing, because it cannot ask', undefined, 'consent_required'],
  ])('sends nothing when the client answers %s', async (_, answer, code) => {
    await using here = await place();
    await using connected = await here.connect({ era, answer });
    const { text, isError } = await callTool(connected.client, 'generate_image', fox);
    expect(isError).toBe(true);
    expect(text).toContain(`${code}: `);
    expect(text).toContain('charged: no');
    expect(here.sandbox.control.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('asks with the price, and a plain yes counts', async () => {
    await using here = await place();
    let asked = 0;
    const answer: Answer = () => {
      asked++;
      return yes();
    };
    await using connected = await here.connect({ era, answer });
    const { text } = await callTool(connected.client, 'generate_image', fox);
    expect(text).toContain('done: 1 of 1');
    expect(asked).toBe(1);
    expect(here.sandbox.control.charges()).toHaveLength(1);
  });

  it('lets no client agree to what is beyond the budget', async () => {
    await using here = await place();
    await using connected = await here.connect({ era, answer: yes }, '--daily-budget', '2');
    const order = (number: number) =>
      callTool(connected.client, 'generate_image', { ...fox, prompt: `${number}` });
    for (const number of [1, 2]) expect((await order(number)).isError).toBe(false);
    expect((await order(3)).text).toContain('budget_exceeded: agents have spent 2 of 2 credits today');
    expect(here.sandbox.control.charges()).toHaveLength(2);
  });

  it('tells how it goes to a client that listens', async () => {
    await using here = await place({ taskDurationMs: 300 });
    await using connected = await here.connect({ era }, ...free);
    const heard: { progress: number; message?: string | undefined }[] = [];
    const onprogress = (each: (typeof heard)[number]) => void heard.push(each);
    await connected.client.callTool({ name: 'generate_image', arguments: fox }, { onprogress });
    expect(heard.map(({ progress }) => progress)).toEqual(heard.map((_, index) => index + 1));
    expect(heard[0]?.message).toBe('started');
    // The client of the SDK drops the last one when it comes together with the answer.
    expect(['stored', 'placed']).toContain(heard.at(-1)?.message);
  });

  it('lets go at once when it is cancelled, and the image comes all the same', async () => {
    await using here = await place({ taskDurationMs: 300 });
    await using connected = await here.connect({ era }, ...free);
    const abort = new AbortController();
    const onprogress = ({ message }: { message?: string | undefined }): void => {
      if (message !== 'started') abort.abort();
    };
    const call = connected.client.callTool(
      { name: 'generate_image', arguments: fox },
      { signal: abort.signal, onprogress },
    );
    await expect(call).rejects.toThrow();
    const { text } = await callTool(connected.client, 'generate_image', fox);
    expect(text).toContain('done: 1 of 1');
    expect(here.sandbox.control.charges()).toHaveLength(1);
  });

  it('refuses a tool that there is none of by the protocol, and all else in words', async () => {
    await using here = await place();
    await using connected = await here.connect({ era });
    await expect(callTool(connected.client, 'delete_task')).rejects.toThrow(/delete_task/);
    const wrong = await callTool(connected.client, 'generate_image', { prompt: 'A fox', confirm: true });
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toContain('invalid_input: "confirm" is not an argument of generate_image');
  });

  it('goes on with what a killed one has left, and pays once', async () => {
    await using here = await place({ taskDurationMs: 500 });
    const order = { ...fox, wait_seconds: 0 };
    for (let round = 0; round < 3; round++) {
      const killed = await here.connect({ era }, ...free);
      expect((await callTool(killed.client, 'generate_image', order)).isError).toBe(false);
      process.kill(killed.pid, 'SIGKILL');
      await killed.client.close();
    }
    await using connected = await here.connect({ era }, ...free);
    const { text } = await callTool(connected.client, 'generate_image', { ...fox, wait_seconds: 40 });
    expect(text).toContain('done: 1 of 1');
    expect(here.sandbox.control.charges()).toHaveLength(1);
    expect(filesBelow(path.join(here.project, 'assets'))).toHaveLength(1);
  });
});

describe('the server alone', () => {
  it('shares budget and jobs with others that race', async () => {
    await using here = await place();
    const limits = [...free, '--daily-budget', '7'];
    const all = await Promise.all([...eras, ...eras].map(era => here.connect({ era }, ...limits)));
    const answers = await Promise.all(
      all.flatMap(({ client }) =>
        Array.from({ length: 10 }, (_, number) =>
          callTool(client, 'generate_image', { ...fox, prompt: `Wish ${number}`, wait_seconds: 0 }),
        ),
      ),
    );
    await using last = await here.connect({ era: '2026' }, ...limits);
    const found = await callTool(last.client, 'find_tasks', { limit: 20 });
    const ids = [...found.text.matchAll(/^[0-9a-f-]{36}/gm)].map(([id]) => id);
    await callTool(last.client, 'check_task', { task_ids: ids.slice(0, 8), wait_seconds: 40 });
    // Every credit that fits is used, and none beyond.
    expect(ids).toHaveLength(7);
    expect(here.sandbox.control.charges()).toHaveLength(7);
    expect(
      answers.filter(({ isError }) => isError).every(({ text }) => text.includes('budget_exceeded')),
    ).toBe(true);
    for (const each of all) await each[Symbol.asyncDispose]();
  });

  it('takes the answer to a question once, for that order alone, unaltered, and from another process', async () => {
    await using here = await place();
    await using first = await here.connect({ era: '2026', answer: yes });
    const ask = async (input: Record<string, unknown>): Promise<string> => {
      const asked = (await first.client.callTool(
        { name: 'generate_image', arguments: input },
        { allowInputRequired: true },
      )) as unknown as { resultType: string; requestState: string };
      expect(asked.resultType).toBe('input_required');
      return asked.requestState;
    };
    await using second = await here.connect({ era: '2026', answer: yes });
    const answer = async (input: Record<string, unknown>, requestState: string): Promise<string> => {
      const inputResponses = { allow: { action: 'accept', content: { allow: true } } };
      const result: unknown = await second.client.callTool(
        { name: 'generate_image', arguments: input, inputResponses, requestState } as never,
        { allowInputRequired: true },
      );
      return (result as { resultType?: string }).resultType ?? 'complete';
    };
    const state = await ask(fox);
    const flipped = `${state.slice(0, -2)}${state.endsWith('AA') ? 'BB' : 'AA'}`;
    const [version = '', body = '', mac = ''] = state.split('.');
    const forged = Buffer.from(JSON.stringify({ p: { nonce: 'x' }, exp: 9_999_999_999 })).toString(
      'base64url',
    );
    for (const wrong of [flipped, 'x', '', `${version}.${forged}.${mac}`, `${version}.${body}.`])
      expect(await answer(fox, wrong), wrong).toBe('input_required');
    expect(await answer({ ...fox, prompt: 'A blue fox' }, state)).toBe('input_required');
    expect(await answer({ ...fox, count: 2 }, state)).toBe('input_required');
    expect(await answer({ ...fox, again: true }, state)).toBe('input_required');
    expect(here.sandbox.control.requests().filter(({ method }) => method === 'POST')).toEqual([]);
    expect(await answer(fox, state)).toBe('complete');
    // A second time it is the job that exists, and one more of it is another question.
    expect(await answer(fox, state)).toBe('complete');
    const again = { ...fox, again: true };
    const other = await ask(again);
    expect(await answer(again, other)).toBe('complete');
    expect(await answer(again, other)).toBe('input_required');
    expect(here.sandbox.control.charges()).toHaveLength(2);
  });

  it.each(eras)('writes nothing but messages to standard output, whoever prints (%s)', async era => {
    await using here = await place();
    const noisy = path.join(here.data, '..', 'noisy.mjs');
    writeFileSync(
      noisy,
      'setInterval(() => { console.log("a dependency prints"); console.error("!"); process.stdout.write("raw\\n"); }, 1).unref();',
    );
    const meta =
      era === '2026'
        ? {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {},
          }
        : undefined;
    const call = (id: number, name: string, input: object) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name, arguments: input, ...(meta && { _meta: meta }) },
    });
    const hello =
      era === '2026'
        ? []
        : [
            {
              jsonrpc: '2.0',
              id: 1,
              method: 'initialize',
              params: {
                protocolVersion: '2025-11-25',
                capabilities: {},
                clientInfo: { name: 'x', version: '1' },
              },
            },
            { jsonrpc: '2.0', method: 'notifications/initialized' },
          ];
    const lines = [
      ...hello,
      call(2, 'generate_image', fox),
      call(3, 'list_models', {}),
      call(4, 'no_tool', {}),
    ];
    const child = spawn(process.execPath, ['--import', noisy, program, '--data', here.data, ...free], {
      cwd: here.project,
      env: { ...here.env, RIVYA_LOG: 'debug' },
    });
    let [out, error] = ['', ''];
    const { promise, resolve } = Promise.withResolvers<unknown>();
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if ([2, 3, 4].every(id => out.includes(`"id":${id}`))) child.stdin.end();
    });
    child.once('close', resolve);
    for (const line of lines) child.stdin.write(`${JSON.stringify(line)}\n`);
    await promise;
    const messages = out.trimEnd().split('\n');
    expect(messages.length).toBeGreaterThanOrEqual(3);
    for (const line of messages) expect(JSON.parse(line), line).toMatchObject({ jsonrpc: '2.0' });
    expect(error).toContain('a dependency prints');
    expect(error).toContain('raw');
  });

  it('shows its key nowhere, however loud it is', async () => {
    await using here = await place();
    const key = here.sandbox.apiKey;
    await using connected = await connectProcess(program, ['--data', here.data, ...free], {
      era: '2025',
      cwd: here.project,
      env: { ...here.env, RIVYA_LOG: 'debug' },
    });
    const answers = [
      await callTool(connected.client, 'generate_image', { ...fox, document: 'docs/guide.md' }),
      await callTool(connected.client, 'get_credits'),
      await callTool(connected.client, 'list_models', { query: key }),
      await callTool(connected.client, 'generate_image', { prompt: 'x', model: `a ${'b'.repeat(50)}` }),
    ];
    const said = answers
      .slice(0, 2)
      .concat(answers.slice(3))
      .map(({ result }) => JSON.stringify(result));
    const configs = await Promise.all(
      ['claude-code', 'codex', 'cursor', 'cline', 'zed', 'vscode', 'other'].map(each =>
        here.run(['config', each]),
      ),
    );
    const doctor = await here.run(['doctor']);
    const files = [...filesBelow(here.data), ...filesBelow(here.project)].map(file =>
      readFileSync(file, 'latin1'),
    );
    const everything = [connected.errors(), ...said, ...files, doctor.out, doctor.error];
    everything.push(...configs.flatMap(({ out, error }) => [out, error]));
    expect(connected.errors().length).toBeGreaterThan(100);
    expect(everything.filter(text => text.includes(key))).toEqual([]);
  });

  it('ends when it is asked to or its client has gone, and gives its leases back', async () => {
    await using here = await place({ taskDurationMs: 600_000 });
    for (const end of ['SIGTERM', 'SIGINT', 'stdin'] as const) {
      const { child, ended } = startServing(here);
      child.stdin?.write(
        `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'generate_video', arguments: { prompt: end } } })}\n`,
      );
      await new Promise<void>(resolve => child.stdout?.once('data', () => resolve()));
      if (end === 'stdin') child.stdin?.end();
      else child.kill(end);
      expect(await ended).toBe(0);
      using database = disposable(new DatabaseSync(path.join(here.data, 'ledger.sqlite')));
      expect(database.value.prepare('SELECT * FROM lease').all()).toEqual([]);
    }
  });

  it('leaves at once with a client that waits, and the next one has the file', async () => {
    await using here = await place({ taskDurationMs: 1_000 });
    const { child, ended } = startServing(here);
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
      progressToken: 1,
    };
    const params = { name: 'generate_image', arguments: { ...fox, wait_seconds: 300 }, _meta };
    child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`);
    let out = '';
    await new Promise<void>(resolve => {
      child.stdout?.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes('processing')) resolve();
      });
    });
    child.stdin?.end();
    expect(await ended).toBe(0);
    expect(out).not.toContain('"result"');
    await using next = await here.connect({ era: '2026' }, ...free);
    const { text } = await callTool(next.client, 'generate_image', { ...fox, wait_seconds: 40 });
    expect(text).toContain('done: 1 of 1');
    expect(text).toContain('exists already');
    expect(here.sandbox.control.charges()).toHaveLength(1);
    expect(filesBelow(path.join(here.project, 'assets'))).toHaveLength(1);
  });

  it('starts and answers while another process holds the list, and orders when that is over', async () => {
    await using here = await place();
    mkdirSync(here.data);
    const file = path.join(here.data, 'ledger.sqlite');
    Ledger.open(file).ledger.dispose();
    using other = disposable(new DatabaseSync(file));
    other.value.exec('BEGIN IMMEDIATE');
    await using connected = await here.connect({ era: '2026' }, ...free);
    expect((await callTool(connected.client, 'get_credits')).isError).toBe(false);
    expect((await callTool(connected.client, 'find_tasks')).text).toMatch(/^found: 0/);
    const refused = await callTool(connected.client, 'generate_image', fox);
    expect(refused.text).toMatch(/^unavailable: .*look with find_tasks whether a job was made/);
    other.value.exec('COMMIT');
    expect((await callTool(connected.client, 'generate_image', fox)).text).toContain('done: 1 of 1');
    expect(here.sandbox.control.charges()).toHaveLength(1);
  });

  it('shows an image small where there are codecs beside it, else as it is when that is small', async () => {
    await using here = await place();
    const shown = async (): Promise<string[]> => {
      await using connected = await here.connect({ era: '2025' }, ...free);
      const { text } = await callTool(connected.client, 'generate_image', fox);
      const [, id] = /^task: (\S+)/m.exec(text) ?? [];
      const { result } = await callTool(connected.client, 'check_task', { task_ids: [id], show: true });
      return result.content.flatMap(each => (each.type === 'image' ? [each.mimeType] : []));
    };
    expect(await shown()).toEqual(['image/png']);
    const folder = path.dirname(program);
    await copyCodecs(path.join(folder, 'codecs'));
    writeFileSync(
      path.join(folder, 'mediaThread.cjs'),
      `import(${JSON.stringify(pathToFileURL(mediaThread).href)});`,
    );
    expect(await shown()).toEqual(['image/jpeg']);
    rmSync(path.join(folder, 'mediaThread.cjs'));
  });

  it('says what is wrong with a key command, and to whom', async () => {
    await using here = await place();
    const { RIVYA_API_KEY: key = '', ...bare } = here.env;
    const gone = ['--key-command', path.join(here.data, 'no program')];
    const { code, out } = await here.run([...gone, 'doctor'], '', bare);
    expect(code).toBe(1);
    expect(out).toContain('--key-command: the key command names no program.');
    await using connected = await connectProcess(program, ['--data', here.data, ...gone], {
      era: '2026',
      cwd: here.project,
      env: bare,
    });
    expect((await callTool(connected.client, 'generate_image', fox)).text).toMatch(
      /^not_set_up: there is no API key: the key command names no program\. charged: no\. next: tell the user/,
    );
    const said: string[] = [];
    const log = { ...silentLog, error: (message: string) => void said.push(message) };
    for (const [words, failure] of [
      [`console.log('${key}'); process.exit(3)`, 'the key command has failed (3)'],
      [
        `process.on('SIGTERM', () => {}); process.stdout.write('${key}'); setInterval(() => {}, 1000)`,
        'the key command has not answered within 0.5 s',
      ],
    ] as const) {
      const command = [process.execPath, '-e', words];
      const ports = { folder: here.data, origin: here.sandbox.url, command, log, patienceMs: 500 };
      expect(await new Keys({ ...ports, env: {} }).find()).toBeUndefined();
      const keys = new Keys({ ...ports, env: { RIVYA_API_KEY: ' another ' } });
      // The next source counts all the same.
      expect(await keys.find()).toEqual({ key: 'another', from: 'environment' });
      expect(keys.failure).toBe(failure);
    }
    const command = [process.execPath, '-e', "console.log(process.env.RIVYA_API_KEY ?? 'not told')"];
    const ports = { folder: here.data, origin: here.sandbox.url, command, log };
    const found = await new Keys({ ...ports, env: { RIVYA_API_KEY: key } }).find();
    expect(found).toEqual({ key: 'not told', from: 'key command' });
    expect(said).toHaveLength(4);
    expect(said.join()).not.toContain(key);
  });

  it('is set up the same wherever a client starts it: with whole paths, its server, and no key', async () => {
    await using here = await place();
    const options = ['--root', 'docs', '--daily-budget', '5', '--read-only'];
    const { out, error } = await here.run([...options, 'config', 'cursor']);
    const { command, args, env } = (
      JSON.parse(out) as { mcpServers: { rivya: { command: string; args: string[]; env: object } } }
    ).mcpServers.rivya;
    const root = path.join(here.project, 'docs');
    expect(command).toBe(process.execPath);
    expect(args).toEqual([
      ...[program, '--data', here.data, '--root', root],
      ...['--daily-budget', '5', '--read-only'],
    ]);
    expect(env).toEqual({ RIVYA_BASE_URL: here.sandbox.url });
    expect(error).toBe('~/.cursor/mcp.json\n');
  });

  it('leaves a list of a newer version as it is', async () => {
    await using here = await place();
    mkdirSync(here.data);
    const file = path.join(here.data, 'ledger.sqlite');
    Ledger.open(file).ledger.dispose();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 900; CREATE TABLE t (x)');
    database.close();
    const before = readFileSync(file);
    const { code, out, error } = await here.run([]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toBe('rivya-mcp: This list belongs to a newer Rivya. Update rivya-mcp.\n');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(here.data).filter(name => /rescued|damaged|\d{4}/.test(name))).toEqual([]);
  });

  it('takes a key from a command, the environment, or what login has stored for that server', async () => {
    await using here = await place();
    const { RIVYA_API_KEY: key = '', ...bare } = here.env;
    const doctor = async (...parameters: string[]) => here.run([...parameters, 'doctor'], '', bare);
    expect(await doctor()).toMatchObject({
      code: 1,
      out: expect.stringContaining('rivya-mcp login') as string,
    });
    expect((await here.run(['login'], 'rvya_sk_wrong\n', bare)).code).toBe(1);
    expect(existsSync(path.join(here.data, 'login.json'))).toBe(false);
    expect((await here.run(['login'], `${key}\n`, bare)).code).toBe(0);
    expect(statSync(path.join(here.data, 'login.json')).mode & 0o777).toBe(0o600);
    expect(await doctor()).toMatchObject({
      code: 0,
      out: expect.stringContaining('API key: from the login') as string,
    });
    // Of another server it is no key.
    const elsewhere = { ...bare, RIVYA_BASE_URL: 'http://127.0.0.1:9' };
    expect((await here.run(['doctor'], '', elsewhere)).out).toContain('There is no API key');
    const printed = path.join(here.data, 'a key.txt');
    writeFileSync(printed, `${key}\n`);
    const command = `"${process.execPath}" -e "process.stdout.write(require('fs').readFileSync(process.argv[1]))" '${printed}'`;
    expect((await doctor('--key-command', command)).out).toContain('API key: from the key command');
    expect((await here.run(['doctor'])).out).toContain('API key: from the environment');
    expect((await here.run(['logout'], '', bare)).error).toContain('removed');
    expect((await doctor()).code).toBe(1);
  });

  it('offers what it was started for', async () => {
    await using here = await place();
    await using readOnly = await here.connect({ era: '2025' }, '--read-only');
    expect((await readOnly.client.listTools()).tools.map(({ name }) => name)).toEqual(toolNames.slice(3));
    await using some = await here.connect({ era: '2026' }, '--tools', 'get_credits,generate_image');
    expect((await some.client.listTools()).tools.map(({ name }) => name)).toEqual([
      'generate_image',
      'get_credits',
    ]);
    await using poor = await here.connect({ era: '2025' }, ...free, '--daily-budget', '0');
    expect((await callTool(poor.client, 'generate_image', fox)).text).toContain('budget_exceeded');
    expect(here.sandbox.control.charges()).toEqual([]);
  });

  it.each<[readonly string[], RegExp]>([
    [['serve'], /Unknown command "serve"/],
    [['--tools', 'all'], /--tools is of/],
    [['--daily-budget', '-1'], /daily-budget/],
    [['--confirm-above', 'much'], /--confirm-above is a number of credits/],
    [['--root', '/nowhere/at/all'], /there is no folder/],
    [['--root', '/'], /the whole disk is no project/],
    [['--key', 'rvya_sk_x'], /Unknown option '--key'/],
    [['--data', '/dev/null/data'], /The folder \/dev\/null\/data cannot be made \(ENOTDIR\)/],
    [['config', 'notepad'], /Name the client/],
    [['doctor', 'please'], /takes no more/],
  ])('says in one sentence what is wrong with %j', async (parameters, expected) => {
    await using here = await place();
    const { code, out, error } = await here.run(parameters);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toMatch(expected);
    expect(error).not.toMatch(/\n {4}at /);
  });

  it('works in the folders of its client, and keeps what no project takes', async () => {
    await using here = await place();
    const outside = path.join(here.data, '..', 'plain');
    mkdirSync(outside);
    const connect = (how: ClientOptions) =>
      connectProcess(program, ['--data', here.data, ...free], { ...how, cwd: outside, env: here.env });
    await using told = await connect({ era: '2025', roots: [`file://${here.project}`] });
    expect((await callTool(told.client, 'generate_image', fox)).text).toContain('file: assets/generated/');
    await using untold = await connect({ era: '2026' });
    const { text } = await callTool(untold.client, 'generate_image', { ...fox, prompt: 'A cat' });
    expect(text).toContain('in the library, not in the workspace');
    expect(text).toContain('No project folder is known (--root names one)');
    expect(filesBelow(outside)).toEqual([]);
  });
});

function startServing(here: Place): {
  readonly child: ReturnType<typeof spawn>;
  readonly ended: Promise<number | null>;
} {
  const parameters = [program, '--data', here.data, ...free, '--daily-budget', '1000'];
  const child = spawn(process.execPath, parameters, { cwd: here.project, env: here.env });
  return { child, ended: new Promise(resolve => child.once('close', code => resolve(code))) };
}

function disposable<T extends { close(): void }>(value: T): { readonly value: T } & Disposable {
  return { value, [Symbol.dispose]: () => value.close() };
}
