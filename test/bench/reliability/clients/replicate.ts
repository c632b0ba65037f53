import Replicate, { type FileOutput } from 'replicate';

/**
 * `run`, then the file through the `FileOutput` that it gives, as its readme recommends.
 * @returns the job whose file came
 */
export async function generate(url: string, intent: string): Promise<string> {
  const replicate = new Replicate({
    auth: 'loopback',
    baseUrl: `${url}/v1`,
    // FileOutput exists for https links only; here they lead to loopback as well.
    fetch: (input: Request | URL | string, init?: RequestInit) =>
      fetch(hrefOf(input).replace('https://replicate.delivery', url), init),
  });
  const output = (await replicate.run('owner/name', {
    input: { prompt: intent },
    wait: { mode: 'poll' },
  })) as FileOutput[];
  const file = await output[0]?.blob();
  if (!file) throw new Error('replicate.run resolved without a picture.');
  return file.text();
}

function hrefOf(input: Request | URL | string): string {
  return input instanceof Request ? input.url : input.toString();
}
