import type { ApiStatus } from '../catalogue/catalogue.ts';
import { forgetAnswer } from '../http/requestContext.ts';
import { faultSwitches } from '../faults/faultSwitches.ts';
import type { Fault } from '../state/fault.ts';
import type { Account, ApiKey, Charge, RecordedRequest, TaskFailure } from '../state/records.ts';
import {
  createAccount,
  createState,
  firstAccountId,
  firstKeyId,
  keepStart,
  newId,
  type SandboxOptions,
  type SandboxSettings,
  type SandboxState,
} from '../state/sandboxState.ts';
import { scopes, type Scope } from '../state/scopes.ts';
import type { StreamSettings } from '../state/streamSettings.ts';
import type { WebhookSettings } from '../state/webhookSettings.ts';
import type { Background } from './background.ts';
import { finishDueTasks, finishTask } from './finishTasks.ts';

export interface SettingsChange extends Partial<Omit<SandboxSettings, 'stream' | 'webhooks'>> {
  /** Credits of the first account. */
  credits?: number;
  stream?: Partial<StreamSettings>;
  webhooks?: Partial<WebhookSettings>;
}

export interface NewKey {
  /** Default: a random one. */
  key?: string;
  /** Default: all. */
  scopes?: Scope[];
  /**
   * Id of the account; an unknown one is created with the credits the sandbox started with. Default: the
   * first.
   */
  account?: string;
}

/** The wires behind the sandbox, for tests and demos. `controlRoutes` offers the same over HTTP. */
export class SandboxControl {
  readonly #state: SandboxState;
  readonly #options: SandboxOptions;
  readonly #background: Background;

  constructor(state: SandboxState, options: SandboxOptions, background: Background) {
    this.#state = state;
    this.#options = options;
    this.#background = background;
  }

  /** The first account's key. */
  get apiKey(): string {
    return this.#state.keys.find(({ id }) => id === firstKeyId)?.key ?? '';
  }

  /** Everything back to how it was started: credits, keys, models, settings, tasks, records, faults. */
  reset(): void {
    const { url, instance } = this.#state;
    this.#state.journal.clear();
    Object.assign(this.#state, createState(this.#options, this.#state.journal), { url, instance });
    keepStart(this.#state);
    this.#state.journal.commit();
  }

  /** Credits of an account that are not reserved or spent. */
  credits(account: string = firstAccountId): number {
    finishDueTasks(this.#state);
    return this.#account(account).credits;
  }

  setCredits(credits: number, account: string = firstAccountId): void {
    const changed = this.#account(account);
    changed.credits = credits;
    this.#state.journal.put('account', changed.id, changed);
    this.#state.journal.commit();
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
    const { credits, stream, webhooks, ...rest } = change;
    if (credits !== undefined) this.setCredits(credits);
    Object.assign(this.#state.settings, rest);
    Object.assign(this.#state.settings.stream, stream);
    Object.assign(this.#state.settings.webhooks, webhooks);
    this.#state.journal.commit();
  }

  /** Finishes all tasks that are queued or processing now. */
  finishTasks(): void {
    const now = this.#state.now();
    for (const task of this.#state.pendingTasks) finishTask(this.#state, task, now);
    this.#state.journal.commit();
    this.#background.wake();
  }

  /** The next accepted generation ends as `failed` with this error; its credits go back. Calls queue up. */
  failNextGeneration(failure: Partial<TaskFailure> = {}): void {
    this.#state.plannedFailures.push({
      code: failure.code ?? 'generation_failed',
      message: failure.message ?? 'The generation failed.',
    });
    this.#state.journal.commit();
  }

  /** All idempotency keys so far may be used as if they were new. */
  forgetKeys(): void {
    for (const account of this.#state.accounts.values()) {
      for (const key of account.answers.keys()) forgetAnswer(this.#state, account, key);
    }
    this.#state.journal.commit();
  }

  /** Faults apply in the order in which they were added. */
  addFault(fault: Fault): void {
    const left = fault.times === 'always' ? Infinity : (fault.times ?? 1);
    this.#state.faults.push({ fault, skip: fault.skip ?? 0, left });
    this.#state.journal.commit();
  }

  /** Faults that still wait for a request. */
  faults(): readonly Fault[] {
    return this.#state.faults.map(live => live.fault);
  }

  /**
   * Switches one of the named faults of the page.
   * @throws Error for an unknown name
   */
  setSwitch(name: string, on: boolean): void {
    const found = faultSwitches.find(each => each.name === name);
    if (!found) throw new Error(`The sandbox has no fault called ${name}.`);
    found.set(this.#state, on);
    this.#state.journal.commit();
  }

  clearFaults(): void {
    this.#state.faults = [];
    this.#state.journal.commit();
  }

  addKey(options: NewKey = {}): { id: string; key: string } {
    const id = newId('key');
    const key = options.key ?? newId('rvya_sk_sandbox');
    const account =
      options.account === undefined ? this.#account(firstAccountId) : this.#ensureAccount(options.account);
    const added: ApiKey = { id, key, account, scopes: options.scopes ?? [...scopes], status: 'active' };
    this.#state.keys.push(added);
    this.#changeKey(id, {});
    return { id, key };
  }

  /** The key itself. @throws Error for an unknown id */
  revealKey(id: string): string {
    return this.#key(id).key;
  }

  /** @param keyOrId the key itself or its id */
  setKeyStatus(keyOrId: string, status: ApiKey['status']): void {
    this.#changeKey(keyOrId, { status });
  }

  setKeyScopes(keyOrId: string, keyScopes: Scope[]): void {
    this.#changeKey(keyOrId, { scopes: keyScopes });
  }

  setModelStatus(id: string, status: ApiStatus): void {
    const model = this.#state.models.get(id);
    if (!model) throw new Error(`The sandbox has no model ${id}.`);
    model.wire.api_status = status;
  }

  removeModel(id: string): void {
    if (!this.#state.models.delete(id)) throw new Error(`The sandbox has no model ${id}.`);
  }

  #changeKey(keyOrId: string, change: Partial<ApiKey>): void {
    const key = Object.assign(this.#key(keyOrId), change);
    this.#state.journal.put('key', key.id, key);
    this.#state.journal.commit();
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
    this.#state.journal.put('account', id, account);
    return account;
  }

  #key(keyOrId: string): ApiKey {
    const key = this.#state.keys.find(candidate => candidate.id === keyOrId || candidate.key === keyOrId);
    if (!key) throw new Error('The sandbox has no such key.');
    return key;
  }
}
