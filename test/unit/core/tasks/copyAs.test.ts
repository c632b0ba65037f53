import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { requestAs, requestLanguages, type RequestLanguage } from '../../../../src/core/tasks/copyAs.ts';
import { startSandbox } from '../../../../src/sandbox/server.ts';
import { answer, startScriptedServer } from '../../../support/scriptedServer.ts';

const run = promisify(execFile);
const key = 'rvya_sk_of_the_environment';

const hasPowershell = spawnSync('pwsh', ['-NoLogo', '-Command', 'exit']).status === 0;

const programs: Record<RequestLanguage, (code: string) => [file: string, values: string[]]> = {
  curl: code => ['bash', ['-c', code]],
  powershell: code => ['pwsh', ['-NoLogo', '-NoProfile', '-Command', code]],
  fetch: code => [process.execPath, ['--input-type=module', '--eval', code]],
  python: code => [process.platform === 'win32' ? 'python' : 'python3', ['-c', code]],
};

async function execute(language: RequestLanguage, code: string, apiKey: string): Promise<string> {
  const [file, values] = programs[language](code);
  const env = { ...process.env, RIVYA_API_KEY: apiKey };
  return (await run(file, values, { env })).stdout;
}

/** What a shell, a template string or a Python string could take for its own. */
const prompt = [
  `It's "quoted" and 'single', \`tick\` \${HOME} $HOME $(id) !! \\ \\n %s {0} #{x}`,
  'a new line\r\n\tand a tab, लाल लोमड़ी 🦊 \u2028 \u00a0',
  "'; exit 1; echo '",
  '\\u0041 \\" \'\'\' """ */ <!-- @file',
].join('\n');
const params = { seed: 7, size: '1:1', draft: true, off: false, style: null, weights: [0.5, {}], none: [] };

// PowerShell is on the hosted machines of every system; elsewhere its text is read below.
const languages = requestLanguages.filter(language => language !== 'powershell' || hasPowershell);

it('a request copied as PowerShell holds nothing that PowerShell would read', () => {
  const body = JSON.stringify({ model: 'z-image', prompt, params });
  const code = requestAs('powershell', { baseUrl: "https://x.test/it’s'", body, idempotencyKey: 'key-1' });
  const [, content, rest] = /^\$body = @'\n([^]*?)\n['‘’‚‛]@\n([^]*)$/.exec(code) ?? [];
  expect(JSON.parse(content ?? '')).toEqual({ model: 'z-image', prompt, params });
  expect(rest).toContain("-Uri 'https://x.test/it’’s''/api/v1/generations'");
  expect(rest).toContain('"Bearer $env:RIVYA_API_KEY"');
  expect(rest).toContain("'Idempotency-Key' = 'key-1'");
  expect(rest).toContain('-MaximumRedirection 0');
});

describe.each(languages)('a request copied as %s', language => {
  it('asks for the same when it is run, with the key of the environment', async () => {
    await using server = await startScriptedServer(answer(200, {}));
    const body = JSON.stringify({ model: 'z-image', prompt, params, client_request_id: 'trace-1' });
    const code = requestAs(language, { baseUrl: server.url, body, idempotencyKey: randomUUID() });
    expect(code).toContain('RIVYA_API_KEY');
    await execute(language, code, key);
    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(request?.url).toBe('/api/v1/generations');
    expect(JSON.parse(String(request?.body))).toEqual({ model: 'z-image', prompt, params });
    expect(request?.headers.authorization).toBe(`Bearer ${key}`);
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.headers['idempotency-key']).toMatch(/^[\da-f-]{36}$/);
  });

  it('is understood by the server', async () => {
    const sandbox = await startSandbox();
    try {
      const body = JSON.stringify({ model: 'z-image', prompt });
      const code = requestAs(language, { baseUrl: sandbox.url, body, idempotencyKey: randomUUID() });
      expect(await execute(language, code, sandbox.apiKey)).toMatch(/queued/);
      expect(sandbox.control.charges().length).toBe(1);
    } finally {
      await sandbox.close();
    }
  });
});

// What a line editor takes for keys that were pressed, and what turns or breaks a line on the screen.
// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/;

it.each(languages)('has nothing in %s that a terminal obeys when it is pasted', async language => {
  const all = Array.from({ length: 0x2070 }, (_each, code) => String.fromCharCode(code)).join('');
  const nasty = `x'\u007f\u007f\u007f; touch pwned #${all}\ufeff`;
  const wanted = { model: 'z-image', prompt: nasty, params: { [nasty]: nasty } };
  await using server = await startScriptedServer(answer(200, {}));
  const copy = { baseUrl: server.url, body: JSON.stringify(wanted), idempotencyKey: randomUUID() };
  const code = requestAs(language, copy);
  expect(unsafe.exec(code)).toBeNull();
  await execute(language, code, key);
  expect(JSON.parse(String(server.requests[0]?.body))).toEqual(wanted);
});

it.each(languages)('gives the key of %s to no other server', async language => {
  await using other = await startScriptedServer(answer(200, {}), answer(200, {}));
  const elsewhere = `${other.url.replace('127.0.0.1', 'localhost')}/stolen`;
  await using server = await startScriptedServer(answer(302, {}, { location: elsewhere }));
  const body = JSON.stringify({ model: 'z-image', prompt });
  const code = requestAs(language, { baseUrl: server.url, body, idempotencyKey: randomUUID() });
  await execute(language, code, key).catch((error: unknown) =>
    expect(String(error)).toMatch(/302|redirect/i),
  );
  expect(server.requests.length).toBe(1);
  expect(other.requests.map(({ headers }) => headers.authorization)).not.toContain(`Bearer ${key}`);
});

it('is one job however often the same line of curl is run', async () => {
  const sandbox = await startSandbox();
  try {
    const body = JSON.stringify({ model: 'z-image', prompt: 'twice' });
    const code = requestAs('curl', { baseUrl: sandbox.url, body, idempotencyKey: randomUUID() });
    for (let count = 0; count < 2; count++) await execute('curl', code, sandbox.apiKey);
    expect(sandbox.control.charges().length).toBe(1);
  } finally {
    await sandbox.close();
  }
});
