import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { requestAs, requestLanguages, type RequestLanguage } from '../../../../src/core/tasks/copyAs.ts';
import { startSandbox } from '../../../../src/sandbox/server.ts';
import { answer, startScriptedServer } from '../../../support/scriptedServer.ts';

const run = promisify(execFile);
const key = 'rvya_sk_of_the_environment';

const programs: Record<RequestLanguage, (code: string) => [file: string, values: string[]]> = {
  curl: code => ['bash', ['-c', code]],
  fetch: code => [process.execPath, ['--input-type=module', '--eval', code]],
  python: code => ['python3', ['-c', code]],
};

async function execute(language: RequestLanguage, code: string, apiKey: string): Promise<string> {
  const [file, values] = programs[language](code);
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', RIVYA_API_KEY: apiKey };
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

describe.each(requestLanguages)('a request copied as %s', language => {
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
