/** Who makes a model, by what its id begins with: Rivya's catalogue does not say it (rivya-api.md 1). */
const makers: readonly (readonly [ids: RegExp, name: string])[] = [
  [/^(?:gpt|4o|o\d|sora|dall-?e)\b/, 'OpenAI'],
  [/^(?:gemini|google|imagen\d?|veo\d?|nano-banana|lyria)\b/, 'Google'],
  [/^claude\b/, 'Anthropic'],
  [/^grok\b/, 'xAI'],
  [/^(?:seedream|seedance)\b/, 'ByteDance'],
  [/^(?:qwen\d?|wan|z-image)\b/, 'Alibaba'],
  [/^kling\b/, 'Kuaishou'],
  [/^hailuo\b/, 'MiniMax'],
  [/^flux\b/, 'Black Forest Labs'],
  [/^elevenlabs\b/, 'ElevenLabs'],
  [/^ideogram\b/, 'Ideogram'],
  [/^midjourney\b/, 'Midjourney'],
  [/^runway\b/, 'Runway'],
  [/^suno\b/, 'Suno'],
];

/** The name of a model's maker as people know it; undefined where it is not known. */
export function makerOf(id: string): string | undefined {
  return makers.find(([ids]) => ids.test(id))?.[1];
}
