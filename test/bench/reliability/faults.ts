/**
 * What a request is for, whatever the dialect: to start the paid work, to ask for its state, to read what it
 * made.
 */
export type Step = 'submit' | 'poll' | 'result';

export type FaultAction =
  /** The work is done, then the connection breaks without an answer. */
  | { readonly type: 'drop' }
  /** The work is done, then another answer comes. */
  | { readonly type: 'status'; readonly status: number }
  /**
   * Nothing is done, and 429 with `Retry-After` is answered until an intent has been silent for so many
   * seconds.
   */
  | { readonly type: 'busy'; readonly seconds: number }
  /** The work is done; half of the answer comes, then the connection breaks. */
  | { readonly type: 'cutOff' }
  /** The work is done; half of the JSON text comes as if it were all. */
  | { readonly type: 'halfText' };

/** A misbehaviour that each intent meets by itself. */
export interface Fault {
  readonly id: string;
  readonly title: string;
  readonly step: Step;
  /** The first so many requests of each intent at this step are hit. */
  readonly times: number;
  readonly action: FaultAction;
}

/**
 * No request fails; the process is killed when all intents were submitted, and the program is started again.
 */
export interface Death {
  readonly id: string;
  readonly title: string;
  readonly step: 'death';
}

export type Trouble = Fault | Death;

export const troubles: readonly Trouble[] = [
  { id: 'lost', title: 'answer to the paid POST lost', step: 'submit', times: 1, action: { type: 'drop' } },
  {
    id: '500',
    title: 'HTTP 500 to the paid POST, work done',
    step: 'submit',
    times: 1,
    action: { type: 'status', status: 500 },
  },
  {
    id: '503',
    title: 'HTTP 503 to the paid POST, work done',
    step: 'submit',
    times: 1,
    action: { type: 'status', status: 503 },
  },
  {
    id: 'cutOff',
    title: 'answer to the paid POST cut off',
    step: 'submit',
    times: 1,
    action: { type: 'cutOff' },
  },
  {
    id: 'half',
    title: 'answer to the paid POST half a JSON',
    step: 'submit',
    times: 1,
    action: { type: 'halfText' },
  },
  {
    id: '429',
    title: '429 until Retry-After, 1 s, is kept',
    step: 'submit',
    times: Infinity,
    action: { type: 'busy', seconds: 1 },
  },
  {
    id: 'poll500',
    title: 'one poll answered with 500',
    step: 'poll',
    times: 1,
    action: { type: 'status', status: 500 },
  },
  { id: 'pollLost', title: 'one poll without an answer', step: 'poll', times: 1, action: { type: 'drop' } },
  {
    id: 'result',
    title: 'result answers 503 twice',
    step: 'result',
    times: 2,
    action: { type: 'status', status: 503 },
  },
  { id: 'death', title: 'SIGKILL after submit, started again', step: 'death' },
];
