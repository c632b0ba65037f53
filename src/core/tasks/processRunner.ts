import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { BaseUrl } from '../../api/address/baseUrl.ts';
import { maximumResultBytes } from '../assets/resultLimits.ts';
import { Runner, type RunnerOptions, type RunnerServer } from './runner.ts';
import { localPace, pollPaceOf } from './schedule.ts';

/** Names this process in leases and temporary files; no two processes have the same. */
export function processHolder(): string {
  return `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`.replace(/[^\w-]/g, '_');
}

export interface ProcessRunnerParts extends Pick<
  RunnerOptions,
  'ledger' | 'library' | 'holder' | 'clock' | 'log' | 'focused'
> {
  readonly server: BaseUrl;
  readonly client: RunnerServer['client'];
  readonly account: RunnerServer['account'];
  readonly fetch: RunnerServer['fetch'];
}

/** The runner of a program that has no window, and knows one server. */
export function processRunner({ server, client, account, fetch, ...options }: ProcessRunnerParts): Runner {
  const runnerServer = { client, account, baseUrl: server.href, fetch, pollPace: pollPaceOf(server) };
  return new Runner({
    ...options,
    servers: () => new Map([[server.origin, runnerServer]]),
    random: Math.random,
    maximumResultBytes,
    timings: { retryPace: server.loopback ? localPace : 1 },
  });
}
