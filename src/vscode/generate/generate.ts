import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ReferenceMediaItem } from '../../api/resources/generations.ts';
import { systemClock } from '../../base/clock.ts';
import { draftJob, isSameRequest } from '../../core/generate/draftJob.ts';
import { headStartMs } from '../../core/generate/priceWatch.ts';
import type { ResolvedRequest } from '../../core/generate/resolveRequest.ts';
import type { Order } from '../../core/tasks/announcements.ts';
import type { NewPlacement } from '../../core/tasks/placement.ts';
import type { MediaKind, Task } from '../../shared/task.ts';
import { keyOf } from '../host/hostContext.ts';
import { placementSetting } from '../manifest/settings.ts';
import { flash } from '../messages/dialogs.ts';
import { UserError } from '../messages/errors.ts';
import { explain } from '../messages/explain.ts';
import { showOrderProgress } from '../orders/orderProgress.ts';
import { homeOf } from '../placement/home.ts';
import type { Placer } from '../placement/placer.ts';
import type { GenerateServices } from './generateServices.ts';
import { dayBudget, requireWithinDay } from './dayLimit.ts';
import { uploadInputs, type LocalInput } from './localInputs.ts';
import { passGate } from './passGate.ts';
import { requestAt, requestFromInput, type EditorRequest, type PlacedPrompt } from './request.ts';
import { askUntilResolved, scopeOf, type SettledRequest } from './askUntilResolved.ts';
import type { Starter } from './starter.ts';
import { l10n } from '../text/l10n.ts';

/**
 * From a request to jobs that are on disk and on their way, one for each prompt.
 * @param starter who has started it; by default a person's hand, as when a prompt was typed
 * @throws as `order`
 */
export async function generate(
  services: GenerateServices,
  request: EditorRequest,
  starter: Starter = 'hand',
): Promise<Task[]> {
  return order(services, [request], starter);
}

/**
 * The one place where orders are made: jobs that are asked for together. Key, model, parameters, length and
 * files of each are settled first, then the price of all, and only then is anything sent or written.
 * @param isCountChosen see `PriceGateFacts`; what makes the results differ was said then, too
 * @returns the jobs; none when the same was asked for a moment ago
 * @throws Cancelled, UserError or RivyaError; in every case no job was made
 */
export async function order(
  services: GenerateServices,
  requests: readonly EditorRequest[],
  starter: Starter,
  isCountChosen = false,
): Promise<Task[]> {
  const { origin } = services.server.base;
  const begun = services.recentOrders.begin(nameOf(origin, requests));
  if (!begun) {
    flash(l10n.t("You requested this a moment ago. It's generated only once."), 'info', 4_000);
    return [];
  }
  try {
    const tasks = await createJobs(services, origin, requests, { starter, isCountChosen });
    begun.done();
    showOrderProgress(services, tasks);
    return tasks;
  } finally {
    begun.dispose();
  }
}

/** What is asked for, and for which thing: the same words elsewhere are something else. */
function nameOf(origin: string, requests: readonly EditorRequest[]): string {
  return JSON.stringify([
    origin,
    ...requests.map(({ kind, model, prompts, inputs, withParameters, again }) =>
      again
        ? [again.way, again.task.id, model, prompts.map(({ prompt }) => prompt)]
        : [
            kind,
            model,
            withParameters,
            inputs?.map(({ uri }) => uri.toString()),
            prompts.map(({ prompt, place }) => [
              prompt,
              place?.document.uri.toString(),
              place?.document.offsetAt(place.range.start),
            ]),
          ],
    ),
  ]);
}

interface PlannedJob {
  readonly id: string;
  readonly placed: PlacedPrompt;
}

async function createJobs(
  services: GenerateServices,
  origin: string,
  requests: readonly EditorRequest[],
  { starter, isCountChosen }: { readonly starter: Starter; readonly isCountChosen: boolean },
): Promise<Task[]> {
  const { ledger, placer, runner, announcer } = services;
  const planned = requests.map(({ prompts }) =>
    prompts.map((placed): PlannedJob => ({ id: randomUUID(), placed })),
  );
  const all = planned.flat();
  // The user may type on while a model is picked: the places are followed from now on.
  for (const { id, placed } of all) {
    if (placed.place && !placed.isOnlySaved) placer.follow(id, placed.place.document, placed.place.range);
  }
  try {
    await requireKey(services, origin);
    const settled: SettledRequest[] = [];
    for (const request of requests) settled.push(await askUntilResolved(services, origin, request));
    for (const [index, { jobs }] of settled.entries())
      all.push(...repeated(placer, planned[index], jobs.length));
    const scopes = all.map(({ placed }) => scopeOf(placed.place));
    const estimate = await passGate(services, {
      origin,
      scopes,
      requests: settled,
      earlierOrigins: earlierOrigins(origin, requests),
      workspaceModels: settled.flatMap(({ workspaceModel }) => workspaceModel ?? []),
      isCountChosen,
      isRepeated: !isCountChosen && settled.some((each, index) => isRepeated(requests[index], each)),
      isForeign: starter === 'other',
    });
    const items: ReferenceMediaItem[][] = [];
    for (const [index, each] of settled.entries()) {
      items.push(await upload(services, origin, each, requests[index]?.inputs ?? []));
    }
    // A question or an upload takes its time, and another order may have used up the limit meanwhile.
    requireWithinDay(await dayBudget(services, origin, scopes), estimate.credits);
    const orderId = randomUUID();
    const whole: Order = { size: all.length };
    const drafts = settled.flatMap((each, index) =>
      (planned[index] ?? []).map(({ id, placed }, position) => {
        const job = each.jobs[position];
        if (!job) throw new Error('A prompt made no job.');
        const sources = (requests[index]?.inputs ?? []).map(({ uri }) => uri.toString());
        const identity = {
          id,
          idempotencyKey: randomUUID(),
          origin,
          sources,
          items: items[index] ?? [],
          orderId,
          parent: requests[index]?.again?.task.id ?? requests[index]?.parent,
        };
        return { task: draftJob(each, job, identity), placement: placementFor(services, id, placed) };
      }),
    );
    for (const { task } of drafts) announcer.ordered(task.id, whole);
    const now = systemClock.now();
    // Where the price is not certain, the first one shows what they cost.
    const later = now + (estimate.certainty === 'certain' ? 0 : headStartMs);
    return ledger.createAll(
      drafts.map(({ task, placement }, index) => ({
        task: { ...task, dueAt: index === 0 ? now : later },
        placement,
      })),
      now,
    );
  } finally {
    runner.poke();
    for (const { id } of all) if (!ledger.task(id)) placer.forget(id);
  }
}

/** Whether what was to come out differently is the request of the job that it is made from. */
function isRepeated(request: EditorRequest | undefined, { model, jobs }: ResolvedRequest): boolean {
  const { again, inputs = [] } = request ?? {};
  if (!again || again.way === 'rerun') return false;
  const sources = inputs.map(({ uri }) => uri.toString());
  return jobs.some(job => isSameRequest(again.task, { ...job, model: model.id, sources }));
}

/**
 * Of a request that is to have more results than prompts: further jobs for the same places, round by round.
 * @param planned is completed
 * @returns what was added
 */
function repeated(placer: Placer, planned: PlannedJob[] = [], count: number): PlannedJob[] {
  const first = [...planned];
  while (first.length > 0 && planned.length < count) {
    const model = first[planned.length % first.length];
    if (!model) break;
    const again = { id: randomUUID(), placed: model.placed };
    const { place, isOnlySaved } = model.placed;
    const anchor = placer.anchorOf(model.id);
    if (place && anchor && !isOnlySaved) {
      const { document } = place;
      const range = new vscode.Range(document.positionAt(anchor.start), document.positionAt(anchor.end));
      placer.follow(again.id, document, range);
    }
    planned.push(again);
  }
  return planned.slice(first.length);
}

/** Where jobs that are run again ran before, when it was somewhere else. */
function earlierOrigins(origin: string, requests: readonly EditorRequest[]): string[] {
  const before = requests.flatMap(({ again }) => again?.task.origin ?? []);
  return [...new Set(before)].filter(each => each !== origin);
}

/**
 * Asks for a prompt, then generates.
 * @param model the id of a model that was chosen already
 * @throws as `generate`
 */
export async function generateFromInput(
  services: GenerateServices,
  kind: MediaKind,
  model?: string,
): Promise<Task[]> {
  return generate(services, await requestFromInput(services, kind, model));
}

/**
 * Generates from what is selected or under the cursor, else from a prompt that is asked for, and shows the
 * parameters first.
 * @throws as `generate`
 */
export async function generateWithParameters(load: () => Promise<GenerateServices>): Promise<Task[]> {
  const editor = vscode.window.activeTextEditor;
  const found = editor && requestAt(editor, 'image');
  const services = await load();
  const request = found ?? (await requestFromInput(services, 'image'));
  return generate(services, { ...request, withParameters: true });
}

/** @throws UserError without an API key */
export async function requireKey(services: GenerateServices, origin: string): Promise<void> {
  if ((await keyOf(services, origin)) !== undefined) return;
  const { text, actions: buttons } = explain(
    { code: 'api_key_missing', message: '' },
    { kind: 'neverLeft' },
    'request',
  );
  throw new UserError(text, buttons);
}

async function upload(
  services: GenerateServices,
  origin: string,
  { model }: ResolvedRequest,
  inputs: readonly LocalInput[],
): Promise<ReferenceMediaItem[]> {
  if (inputs.length === 0) return [];
  const client = services.clientOf(origin);
  if (!client) throw new Error(`The server ${origin} is no longer the one that is set.`);
  return uploadInputs(client, model, inputs);
}

/** What is to become of the result of a job. */
function placementFor(
  { placer }: GenerateServices,
  id: string,
  { place, isOnlySaved, isSwap, missing }: PlacedPrompt,
): NewPlacement {
  const document = place?.document;
  const home = document && homeOf(document.uri);
  const folder = home && vscode.workspace.getWorkspaceFolder(home);
  const receiving = folder ?? vscode.workspace.workspaceFolders?.[0];
  return {
    mode: isOnlySaved ? 'none' : isSwap ? 'swap' : placementSetting(scopeOf(place)),
    document: document?.uri.toString(),
    language: document?.languageId,
    // A document outside every folder gets its files beside itself.
    folder: home && home.scheme !== 'untitled' ? folder?.uri.toString() : receiving?.uri.toString(),
    anchor: placer.anchorOf(id),
    missing,
  };
}
