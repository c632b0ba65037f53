import type { ReferenceMediaItem } from '../../api/resources/generations.ts';
import type { Task } from '../../shared/task.ts';
import type { NewTask } from '../tasks/ledger.ts';
import type { Params } from './parameters.ts';
import type { ResolvedJob, ResolvedRequest } from './resolveRequest.ts';

/** The param that brings uploaded files (rivya-api.md 2). */
const inputItems = 'referenceMediaItems';

/** What a job is known by, and what was uploaded for it. */
export interface JobIdentity {
  /** A new UUID; Rivya hands it back as `client_request_id`. */
  readonly id: string;
  /** A new UUID: whatever is sent under it is paid at most once. */
  readonly idempotencyKey: string;
  readonly origin: string;
  /** URIs of the input files, in the order of `items`. */
  readonly sources: readonly string[];
  readonly items: readonly ReferenceMediaItem[];
  /** Of the order that the job belongs to. */
  readonly orderId: string;
  /** Our id of the job that it is made from, if any. */
  readonly parent?: string | undefined;
}

/** The job as it goes into the ledger, with the body that will be sent. */
export function draftJob(
  { kind, model }: Pick<ResolvedRequest, 'kind' | 'model'>,
  { prompt, params, estimate }: ResolvedJob,
  { id, idempotencyKey, origin, sources, items, orderId, parent }: JobIdentity,
): NewTask {
  const all = { ...params, ...(items.length > 0 && { [inputItems]: items }) };
  const body = {
    model: model.id,
    prompt,
    ...(Object.keys(all).length > 0 && { params: all }),
    client_request_id: id,
  };
  return {
    id,
    origin,
    kind,
    model: model.id,
    prompt,
    body: JSON.stringify(body),
    idempotencyKey,
    sources,
    orderId,
    ...(parent !== undefined && { parent }),
    agreedCredits: estimate.worst,
  };
}

/**
 * What a job was sent with. Uploaded files are not among the parameters: nobody knows how long Rivya keeps
 * them.
 */
export function sentWith(body: string): { readonly params: Params; readonly hasInputs: boolean } {
  const { [inputItems]: items, ...params } = (JSON.parse(body) as { params?: Params }).params ?? {};
  return { params, hasInputs: Array.isArray(items) && items.length > 0 };
}

/** Whether a job would send what another has sent, so that nothing but chance can make it differ. */
export function isSameRequest(
  { model, prompt, body, sources }: Pick<Task, 'model' | 'prompt' | 'body' | 'sources'>,
  other: Pick<ResolvedJob, 'prompt' | 'params'> & Pick<JobIdentity, 'sources'> & { readonly model: string },
): boolean {
  const inOrder = (params: Params): string =>
    JSON.stringify(Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return (
    model === other.model &&
    prompt === other.prompt &&
    sources.join('\n') === other.sources.join('\n') &&
    inOrder(sentWith(body).params) === inOrder(other.params)
  );
}
