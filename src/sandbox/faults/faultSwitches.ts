import type { Fault } from '../state/fault.ts';
import type { SandboxState } from '../state/sandboxState.ts';

/** A misbehaviour that a person switches on by its name. */
export interface FaultSwitch {
  name: string;
  /** What happens, in a person's words. */
  title: string;
  /** Goes off by itself once it has happened. */
  once: boolean;
  isOn(state: SandboxState): boolean;
  set(state: SandboxState, on: boolean): void;
}

function byFault(name: string, title: string, fault: Fault): FaultSwitch {
  return {
    name,
    title,
    once: fault.times !== 'always',
    isOn: state => state.faults.some(live => live.name === name),
    set(state, on) {
      state.faults = state.faults.filter(live => live.name !== name);
      if (on) state.faults.push({ name, fault, skip: 0, left: fault.times === 'always' ? Infinity : 1 });
    },
  };
}

const generations = { method: 'POST', path: '/api/v1/generations' };
const dearerParams = { 'resolution=2K': 2, 'resolution=4K': 2, 'quality=high': 2 };
const streams = { path: '/api/v1/chat/completions/stream' };

export const faultSwitches: readonly FaultSwitch[] = [
  {
    name: 'generation-fails',
    title: 'The next generation fails; its credits go back',
    once: true,
    isOn: state => state.plannedFailures.length > 0,
    set(state, on) {
      const failure = { code: 'generation_failed', message: 'The generation failed.' };
      state.plannedFailures = on ? [failure] : [];
    },
  },
  byFault('lost-answer', 'The next generation is accepted and charged, but its answer is lost', {
    ...generations,
    action: { type: 'dropAfter' },
  }),
  byFault('too-many-requests', 'The next request gets 429 with Retry-After: 3', {
    path: '/api/',
    action: { type: 'status', status: 429, retryAfter: 3 },
  }),
  byFault('server-error', 'The next request gets 500', {
    path: '/api/',
    action: { type: 'status', status: 500 },
  }),
  byFault('truncated-stream', 'The next streamed chat answer breaks off after ten words', {
    ...streams,
    action: { type: 'stream', stream: { stop: { afterDeltas: 10, how: 'drop' } } },
  }),
  byFault('slow', 'Every answer waits for 3 seconds', {
    path: '/api/',
    times: 'always',
    action: { type: 'delay', milliseconds: 3000 },
  }),
  {
    name: 'rate-limit',
    title: 'Each key may make 60 requests a minute',
    once: false,
    isOn: state => state.settings.rateLimit !== null,
    set(state, on) {
      state.settings.rateLimit = on ? { requests: 60, windowMs: 60_000 } : null;
      state.rateWindows.clear();
    },
  },
  {
    name: 'dearer-params',
    title: 'High resolution and quality double the price, which the catalogue does not say',
    once: false,
    isOn: state => Object.keys(state.settings.priceFactors).length > 0,
    set(state, on) {
      state.settings.priceFactors = on ? dearerParams : {};
    },
  },
  {
    name: 'forgets-keys',
    title: 'Idempotency keys are not remembered: the same request again is paid again',
    once: false,
    isOn: state => !state.settings.remembersKeys,
    set(state, on) {
      state.settings.remembersKeys = !on;
    },
  },
  {
    name: 'api-disabled',
    title: 'The API is switched off (503)',
    once: false,
    isOn: state => !state.settings.publicApiEnabled,
    set(state, on) {
      state.settings.publicApiEnabled = !on;
    },
  },
  {
    name: 'strict-webhooks',
    title: 'Webhook receivers on this machine are refused, as Rivya does',
    once: false,
    isOn: state => !state.settings.webhooks.allowLoopback,
    set(state, on) {
      state.settings.webhooks.allowLoopback = !on;
    },
  },
];
