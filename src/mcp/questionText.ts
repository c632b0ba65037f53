import { estimateWords } from '../core/agents/answers.ts';
import type { AgentQuestion } from '../core/agents/makeOrder.ts';
import { quoted } from '../core/agents/quoted.ts';
import { codePoints, inertText } from '../base/text.ts';

const shownCharacters = 300;
const things = { image: 'an image', video: 'a video', audio: 'audio' } as const;

/**
 * What a client asks its user. It is drawn by programs that we do not know, so it is one line each, in plain
 * words, and what comes from elsewhere stands in quotes.
 */
export function questionText({ client, kind, model, prompt, estimate, spent, budget }: AgentQuestion): {
  readonly title: string;
  readonly message: string;
} {
  const price = estimateWords(estimate);
  const thing = estimate.jobs > 1 ? `${estimate.jobs} images` : things[kind];
  const rest = codePoints(prompt).length - shownCharacters;
  return {
    title: `Spend ${price}`,
    message: [
      `${quoted(client, 60)} wants to generate ${thing} with ${inertText(model, 60)}. Price: ${price}.`,
      `Agents have spent ${Math.round(spent)} of ${Math.round(budget)} credits today.`,
      `Prompt: ${quoted(prompt, shownCharacters)}${rest > 0 ? ` and ${rest} more characters` : ''}`,
    ].join('\n'),
  };
}
