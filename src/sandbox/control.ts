import type { ApiStatus } from './catalogue.ts';
import type { Fault } from './faults.ts';
import { finishDueTasks, finishTask } from './generations.ts';
import {
  createAccount,
  createState,
  firstAccountId,
  newId,
  sandboxKey,
  scopes,
  type Account,
  type ApiKey,
  type Charge,
  type RecordedRequest,
  type SandboxOptions,
  type SandboxSettings,
  type SandboxState,
  type Scope,
  type TaskFailure,
} from './state.ts';
import type { StreamSettings } from './streamSettings.ts';

export interface SettingsChange extends Partial<Omit<SandboxSettings, 'stream'>> {
  /** Credits of the first account. */
  credits?: number;
  stream?: Partial<StreamSettings>;
}

export interface NewKey {
  /** Default: a random one. */
  key?: string;
  /** Default: all. */
  scopes?: Scope[];
  /** Id of the account; an unknown one is created with the credits the sandbox started with. Default: the first. */
  account?: string;
}

/** The wires behind the sandbox, for tests and demos. `controlRoutes` offers the same over HTTP. */
export class SandboxControl {
  readonly #state: SandboxState;
  readonly #options: SandboxOptions;

  constructor(state: SandboxState, options: SandboxOptions) {
    this.#state = state;
    this.#options = options;
  }

  /** The first account's key. */
  get apiKey(): string {
    return this.#options.apiKey ?? sandboxKey;
  }

  /** Everything back to how it was started: credits, keys, models, settings, tasks, records, faults. */
  reset(): void {
    const { url } = this.#state;
    Object.assign(this.#state, createState(this.#options), { url });
  }

  /** Credits of an account that are not reserved or spent. */
  credits(account: string = firstAccountId): number {
    finishDueTasks(this.#state);
    return this.#account(account).credits;
  }

  setCredits(credits: number, account: string = firstAccountId): void {
    this.#account(account).credits = credits;
  }

  /** Every reservation of credits so far, oldest first. */
  charges(): readonly Charge[] {
    finishDueTasks(this.#state);
    return this.#state.charges;
  }

  /** Every request so far except those to the control interface, oldest first; the last 20,000 are kept. */
  requests(): readonly RecordedRequest[] {
    return this.#state.requests;
  }

  settings(): Readonly<SandboxSettings> {
    return this.#state.settings;
  }

  update(change: SettingsChange): void {
    const { credits, stream, ...rest } = change;
    if (credits !== undefined) this.setCredits(credits);
    Object.assign(this.#state.settings, rest);
    Object.assign(this.#state.settings.stream, stream);
  }

  /** Finishes all tasks that are queued or processing now. */
  finishTasks(): void {
    const now = this.#state.now();
    for (const task of this.#state.pendingTasks) finishTask(this.#state, task, now);
  }

  /** The next accepted generation ends as `failed` with this error; its credits go back. Calls queue up. */
  failNextGeneration(failure: Partial<TaskFailure> = {}): void {
    this.#state.plannedFailures.push({
      code: failure.code ?? 'generation_failed',
      message: failure.message ?? 'The generation failed.',
    });
  }

  /** Faults apply in the order in which they were added. */
  addFault(fault: Fault): void {
    const left = fault.times === 'always' ? Infinity : (fault.times ?? 1);
    this.#state.faults.push({ fault, skip: fault.skip ?? 0, left });
  }

  /** Faults that still wait for a request. */
  faults(): readonly Fault[] {
    return this.#state.faults.map(live => live.fault);
  }

  clearFaults(): void {
    this.#state.faults = [];
  }

  addKey(options: NewKey = {}): { id: string; key: string } {
    const id = newId('key');
    const key = options.key ?? newId('rvya_sk_sandbox');
    const account =
      options.account === undefined ? this.#account(firstAccountId) : this.#ensureAccount(options.account);
    this.#state.keys.push({ id, key, account, scopes: options.scopes ?? [...scopes], status: 'active' });
    return { id, key };
  }

  /** @param keyOrId the key itself or its id */
  setKeyStatus(keyOrId: string, status: ApiKey['status']): void {
    this.#key(keyOrId).status = status;
  }

  setKeyScopes(keyOrId: string, keyScopes: Scope[]): void {
    this.#key(keyOrId).scopes = keyScopes;
  }

  setModelStatus(id: string, status: ApiStatus): void {
    const model = this.#state.models.get(id);
    if (!model) throw new Error(`The sandbox has no model ${id}.`);
    model.wire.api_status = status;
  }

  removeModel(id: string): void {
    if (!this.#state.models.delete(id)) throw new Error(`The sandbox has no model ${id}.`);
  }

  #account(id: string): Account {
    const account = this.#state.accounts.get(id);
    if (!account) throw new Error(`The sandbox has no account ${id}.`);
    return account;
  }

  #ensureAccount(id: string): Account {
    const known = this.#state.accounts.get(id);
    if (known) return known;
    const account = createAccount(id, this.#options.credits ?? 100);
    this.#state.accounts.set(id, account);
    return account;
  }

  #key(keyOrId: string): ApiKey {
    const key = this.#state.keys.find(candidate => candidate.id === keyOrId || candidate.key === keyOrId);
    if (!key) throw new Error('The sandbox has no such key.');
    return key;
  }
}
