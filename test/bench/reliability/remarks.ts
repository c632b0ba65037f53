import type { ClientName } from './dialects.ts';
import type { Trouble } from './faults.ts';

interface Footnote {
  readonly client: ClientName;
  /** Ids of troubles. */
  readonly troubles: readonly string[];
  /** False: there is nothing to measure. */
  readonly comparable: boolean;
  readonly text: string;
}

export const footnotes: readonly Footnote[] = [
  {
    client: 'openai',
    troubles: ['poll500', 'pollLost', 'result'],
    comparable: false,
    text: 'images.generate is synchronous: the answer to the paid POST is the picture. There is no poll and no result link.',
  },
  {
    client: 'replicate',
    troubles: ['429'],
    comparable: true,
    text: 'its six attempts leave without the pause that was asked for, then it gives up: mostly no picture, but nothing is paid for.',
  },
  {
    client: 'fal',
    troubles: ['result'],
    comparable: true,
    text: "what fails is the queue's result, a JSON with the link; fetching the file is left to the application.",
  },
  {
    client: 'replicate',
    troubles: ['result'],
    comparable: true,
    text: 'what fails is reading the FileOutput. Its link stays valid: an application that catches the error can read again.',
  },
  {
    client: 'rivya',
    troubles: ['death'],
    comparable: true,
    text: 'the new process goes on when the lease of the dead one has run out, up to 15 s later.',
  },
  {
    client: 'fal',
    troubles: ['death'],
    comparable: true,
    text: 'the client keeps nothing on disk. An application that has stored the id from onEnqueue can ask for the result.',
  },
  {
    client: 'replicate',
    troubles: ['death'],
    comparable: true,
    text: 'the client keeps nothing on disk. An application can store the id from the progress callback, or search predictions.list.',
  },
  {
    client: 'openai',
    troubles: ['death'],
    comparable: true,
    text: 'the picture was in the answer that nobody received; there is nothing to ask for it by.',
  },
];

export function footnoteOf(client: ClientName, trouble: Trouble): Footnote | undefined {
  return footnotes.find(each => each.client === client && each.troubles.includes(trouble.id));
}

/** What a reader must know before drawing conclusions. */
export const remarks: readonly string[] = [
  `What is not comparable. The others are client libraries, made to be part of an application that may add a job store; here they
are used alone, with their defaults (replicate with wait.mode "poll", so that there is a poll to fail), and the engine of this
extension brings its own store. Their endpoints are small stand-ins that would honour an Idempotency-Key if one came; whether the
real services notice a repeated request by other means, or forbid a retry by a header, is not known here. Rivya's own handling of
the key is the sandbox's, as the documentation suggests it, and not a measurement of the live service.`,
  `What it costs. The engine polls at the documented pace and waits about 3 s before it sends again, so its results come later than
those of the others, and they count only when the file is on disk; a link or a picture in memory counts for the others.`,
];
