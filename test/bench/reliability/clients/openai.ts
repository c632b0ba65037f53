import OpenAI from 'openai';

/** @returns the job whose picture came */
export async function generate(url: string, intent: string): Promise<string> {
  const openai = new OpenAI({ apiKey: 'loopback', baseURL: `${url}/v1` });
  const images = await openai.images.generate({ model: 'gpt-image-1', prompt: intent });
  const picture = images.data?.[0]?.b64_json;
  if (picture === undefined) throw new Error('openai.images.generate resolved without a picture.');
  return Buffer.from(picture, 'base64').toString();
}
