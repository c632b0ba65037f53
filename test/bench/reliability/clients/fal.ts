import { createFalClient } from '@fal-ai/client';

/**
 * `subscribe`, as its readme recommends: submit, poll, read the result.
 * @returns the job whose result came
 */
export async function generate(url: string, intent: string): Promise<string> {
  const fal = createFalClient({ credentials: 'loopback', proxyUrl: { url, when: 'always' } });
  const result = await fal.subscribe('fal-ai/flux/dev', { input: { prompt: intent } });
  const { images } = result.data as { images: { url: string }[] };
  const job = /([\w-]+)\.png$/.exec(images[0]?.url ?? '')?.[1];
  if (job === undefined) throw new Error('fal.subscribe resolved without a picture.');
  return job;
}
