import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { worded } from '../../base/wording.ts';
import { hasConflict } from '../../core/assets/plan/views.ts';
import type { Plan, PlanItem, PlanOptions } from '../../core/assets/plan/plan.ts';
import { syncPackage, type SyncReport } from '../../core/assets/sync/sync.ts';
import type { ResolvedRequest } from '../../core/generate/resolveRequest.ts';
import { isOrderKey } from '../../core/recipes/identity.ts';
import type { Task } from '../../shared/task.ts';
import { dayBudget } from '../generate/dayLimit.ts';
import { requireKey } from '../generate/generate.ts';
import { passGate } from '../generate/passGate.ts';
import type { Starter } from '../generate/starter.ts';
import { ask, inform } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { actions, type Action, type Message } from '../messages/message.ts';
import { plain, sentence } from '../messages/plain.ts';
import { withProgress } from '../messages/progress.ts';
import { chooseManyCounted, type RowText } from '../messages/quickPick.ts';
import { show } from '../messages/show.ts';
import { saveDocument } from '../placement/saveDocument.ts';
import { estimateText } from '../text/modelText.ts';
import { creditsText } from '../text/taskText.ts';
import { wordingText } from '../text/wordingText.ts';
import { packageName, type AssetPackage, type PackageState } from './assetPackage.ts';
import type { AssetPackages } from './assetPackages.ts';
import type { AssetServices } from './assetServices.ts';
import {
  assetStateText,
  isReplaceable,
  isWork,
  itemCredits,
  reasonText,
  stateIcons,
  statesInOrder,
  totalOf,
} from './assetText.ts';
import { oneSync, settlerParts, showAssets } from './syncing.ts';
import { l10n } from '../text/l10n.ts';

/** What a sync of the editor works with. */
export interface SyncParts {
  readonly packages: AssetPackages;
  readonly services: AssetServices;
  readonly starter: Starter;
}

/** A package, with its manifest saved and free of errors. */
type Settled = PackageState & { readonly models: readonly Model[] };

/** In Restricted Mode a manifest is only looked at. @throws UserError */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError(l10n.t('In Restricted Mode, nothing is generated, sent, or written for a manifest.'));
}

/**
 * Lets a person tick what a sync is to make, and makes it.
 * @throws Cancelled, UserError, RivyaError, an error of the disk or of the ledger
 */
export async function syncChosen(parts: SyncParts, own: AssetPackage): Promise<void> {
  requireTrust();
  const state = await settled(own, each => parts.packages.fresh(each));
  const rows = rowsOf(state);
  if (rows.length === 0) {
    inform(l10n.t('All files match the manifest of {0}.', plain(packageName(own), 'value')));
    return;
  }
  const chosen = await chooseManyCounted(rows, {
    titleOf: ticked => titleOf(state.planWith(optionsOf(ticked.map(({ item }) => item)))),
    placeholder: limitText(state),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen.length > 0) await make(parts, state, optionsOf(chosen.map(({ item }) => item)));
}

/**
 * Makes some assets of a package at once.
 * @param wants which; none that is there leads to a message
 * @param replaces whether files that were edited by hand are made anew, of which the person is asked first
 * @throws as `syncChosen`
 */
export async function syncSome(
  parts: SyncParts,
  own: AssetPackage,
  wants: (item: PlanItem) => boolean,
  replaces: boolean,
): Promise<void> {
  requireTrust();
  const state = await settled(own, each => parts.packages.fresh(each));
  const items = state.plan.items.filter(
    item => wants(item) && (replaces ? isReplaceable(item) : isWork(item)),
  );
  if (items.length === 0) throw new UserError(l10n.t("There's nothing left to generate here."));
  if (replaces) await confirmReplacing(items);
  await make(parts, state, optionsOf(items));
}

async function confirmReplacing(items: readonly PlanItem[]): Promise<void> {
  const { t } = l10n;
  const replace = t({ message: 'Replace', comment: 'Button: a file that was edited by hand is made anew' });
  const text =
    items.length === 1 ? t('Replace 1 edited file?') : t('Replace {0} edited files?', items.length);
  const detail = [...items.slice(0, 10).map(({ file }) => file), t('The edits will be lost.')];
  if ((await ask('warning', text, [replace], { detail })) !== replace) throw new Cancelled();
}

/**
 * A package that can be planned: what is not saved is saved, because the files of a package count.
 * @param look how it stands
 * @throws UserError with errors in the manifest; what the look throws
 */
export async function settled<State extends PackageState>(
  own: AssetPackage,
  look: (own: AssetPackage) => Promise<State>,
): Promise<State> {
  const { t } = l10n;
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === own.manifest.toString());
  if (open && !(await saveDocument(open)) && open.isDirty) throw new Cancelled();
  const state = await look(own);
  const name = plain(packageName(own), 'value');
  if (!state.facts.hasManifest) throw new UserError(t('{0} has no rivya.assets.yaml file.', name));
  const wrong = state.problems.find(({ severity }) => severity === 'error');
  if (!wrong) return state;
  const editor = await vscode.window.showTextDocument(own.manifest);
  const at = editor.document.positionAt(wrong.range.start);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at));
  throw new UserError(
    t(
      'Line {0} of the manifest: {1} Nothing was sent.',
      wrong.range.line,
      sentence(wordingText(wrong.message)),
    ),
  );
}

interface AssetChoice extends RowText {
  readonly item: PlanItem;
  readonly picked: boolean;
}

/** What can be made, by state; what a person has edited is there, and not ticked. */
function rowsOf({ plan }: Settled): AssetChoice[] {
  return inOrder(plan.items.filter(item => isWork(item) || isReplaceable(item))).map(item => ({
    item,
    picked: isWork(item),
    ...rowText(item),
  }));
}

/** As they are listed: by state, and within it as in the manifest. */
export function inOrder(items: readonly PlanItem[]): PlanItem[] {
  return items.toSorted((a, b) => statesInOrder.indexOf(a.state) - statesInOrder.indexOf(b.state));
}

/** An asset in a list. */
export function rowText(item: PlanItem): RowText {
  return {
    label: item.id,
    icon: stateIcons[item.state][0],
    description: [assetStateText(item.state), reasonText(item), itemCredits(item)]
      .filter(Boolean)
      .join(' · '),
    detail: [item.file, item.asset?.prompt ?? ''].filter(Boolean).join(' · '),
  };
}

/** Exactly these, and of the edited ones none but these. */
function optionsOf(items: readonly PlanItem[]): PlanOptions {
  const ids = new Set(items.map(({ id }) => id));
  const edited = new Set(items.filter(isReplaceable).map(({ file }) => file));
  return { wants: ({ id }) => ids.has(id), replacesEdited: file => edited.has(file) };
}

function titleOf(plan: Plan): string {
  const { t } = l10n;
  const total = totalOf(plan);
  if (total.jobs === 0) return t('Sync Assets');
  return t('Sync Assets: {0} ({1})', total.jobs, estimateText(total));
}

function limitText({ facts }: Settled): string {
  const { t } = l10n;
  return facts.maxCredits === undefined
    ? t('Select what to generate')
    : t('Select what to generate. The manifest allows {0} per sync.', creditsText(facts.maxCredits));
}

async function make(parts: SyncParts, state: Settled, options: PlanOptions): Promise<void> {
  const { t } = l10n;
  const { services, packages, starter } = parts;
  await oneSync(async () => {
    const plan = state.planWith(options);
    if (hasConflict(state.plan)) {
      const [first] = state.plan.items.filter(each => each.state === 'conflict');
      throw new UserError(
        t(
          'Couldn\'t read the recipe of "{0}", perhaps because of a merge conflict. Nothing was sent. Run "rivya resolve" in the terminal.',
          plain(first?.file ?? '', 'value'),
        ),
      );
    }
    const agreed = await agree(services, state, plan, starter);
    const stop = new AbortController();
    // What its jobs meet is told at the end, together, and what they bring goes where the manifest says.
    const quiet = services.announcer.leaveTo(isOfSync);
    try {
      const report = await withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: t('Syncing assets...'),
          cancellable: t({ message: 'Stop', comment: 'Button: ends a sync; what was ordered goes on' }),
        },
        (progress, token) => {
          token.onCancellationRequested(() => stop.abort());
          return run(parts, state, options, { ...agreed, signal: stop.signal }, text =>
            progress.report({ message: text }),
          );
        },
      );
      tell(services, report, stop.signal.aborted);
    } finally {
      quiet.dispose();
      packages.refresh();
    }
  });
}

function isOfSync({ idempotencyKey }: Task): boolean {
  return isOrderKey(idempotencyKey);
}

interface Agreed {
  readonly origin: string;
  readonly limit: number | undefined;
  /** In credits; undefined when nobody can tell. */
  readonly named: number | undefined;
}

/** The one question about all orders of a sync, where one is due. */
async function agree(services: AssetServices, state: Settled, plan: Plan, starter: Starter): Promise<Agreed> {
  const { origin } = services.server.base;
  const scope = state.package.manifest;
  const requests = requestsOf(plan, state.models);
  if (requests.length > 0 || plan.items.some(({ action }) => action === 'make'))
    await requireKey(services, origin);
  if (requests.length > 0) {
    await passGate(services, {
      origin,
      scopes: [scope],
      requests,
      earlierOrigins: [],
      workspaceModels: [],
      isCountChosen: false,
      isRepeated: false,
      isForeign: starter === 'other',
    });
  }
  const day = await dayBudget(services, origin, [scope]);
  const limits = [state.facts.maxCredits, day.limit === undefined ? undefined : day.limit - day.spent];
  const known = limits.filter(each => each !== undefined);
  return {
    origin,
    limit: known.length > 0 ? Math.max(0, Math.min(...known)) : undefined,
    named: totalOf(plan).credits,
  };
}

/** The orders of a plan, by model, as the price gate sees them. */
function requestsOf({ items }: Plan, models: readonly Model[]): ResolvedRequest[] {
  const orders = items.flatMap(({ asset, estimate }) => (asset && estimate ? [{ asset, estimate }] : []));
  return [...Map.groupBy(orders, ({ asset }) => asset.model)].flatMap(([id, own]) => {
    const model = models.find(each => each.id === id);
    const [first] = own;
    if (!model || !first) return [];
    const jobs = own.map(({ asset, estimate }) => ({ prompt: asset.prompt, params: asset.params, estimate }));
    return [{ kind: first.asset.kind, model, jobs }];
  });
}

async function run(
  { packages, services }: SyncParts,
  state: Settled,
  options: PlanOptions,
  { origin, limit, named, signal }: Agreed & { readonly signal: AbortSignal },
  say: (text: string) => void,
): Promise<SyncReport> {
  const { runner, holder, log } = services;
  const client = services.clientOf(origin);
  if (!client) throw new Error(`The server ${origin} is no longer the one that is set.`);
  const all = state.planWith(options).items.filter(isWork).length;
  let done = 0;
  return syncPackage(
    {
      ...settlerParts(services, state.package, origin),
      ...{ runner, client, models: state.models, holder, log },
      read: async () => (await packages.read(state.package)).facts,
    },
    {
      ...options,
      agreement: { limit, named, hasPerson: true },
      signal,
      onEvent: event => {
        if (event.type === 'failed') log.warn(`Asset ${event.item.id} was not made: ${worded(event.reason)}`);
        if (event.type === 'ordered') return;
        done++;
        say(l10n.t('{0} of {1} done', Math.min(done, all), all));
      },
    },
  );
}

/** Why a sync leaves an asset as it is. */
function leftText(item: PlanItem): string {
  return [assetStateText(item.state), reasonText(item)].filter(Boolean).join(' · ');
}

/** So many of those that were not made are named. */
const mostNamed = 3;

/** One message about all of a sync. */
function tell(services: AssetServices, report: SyncReport, wasStopped: boolean): void {
  const { t } = l10n;
  const { made, notMade, credits, priceChange } = report;
  const files = made.filter(({ action }) => action !== 'none').length;
  const named = credits > 0 ? t('The tasks of this sync cost at most {0}.', creditsText(credits)) : '';
  const stopped = wasStopped
    ? t('Stopped. Tasks that were already started continue, and the next sync saves their files.')
    : '';
  const change = priceChange
    ? t(
        '{0} costs {1} instead of {2}, so no more tasks were started. To accept the new price, sync again.',
        plain(priceChange.model, 'label'),
        creditsText(priceChange.reserved),
        creditsText(priceChange.named),
      )
    : '';
  const failures = wasStopped
    ? []
    : notMade
        .slice(0, mostNamed)
        .map(({ item, reason, kind }) =>
          kind === 'limit'
            ? t('{0}: could exceed the limit.', plain(item.id, 'label'))
            : `${plain(item.id, 'label')}: ${sentence(item.action === 'leave' ? leftText(item) : wordingText(reason))}`,
        );
  const rest = notMade.length - failures.length;
  const text = [
    t('Assets generated: {0}.', files),
    named,
    notMade.length > 0 ? t('Not generated: {0}.', notMade.length) : '',
    stopped,
    change,
    ...(priceChange ? [] : failures),
    rest > 0 && failures.length > 0 && !priceChange ? t('{0} more in the log.', rest) : '',
  ]
    .filter(Boolean)
    .join(' ');
  const buttons: Action[] = [showAssets(), ...(notMade.length > 0 ? [actions().showLog] : [])];
  const message: Message = { text, actions: buttons };
  show(notMade.length > 0 && !wasStopped ? 'warning' : 'info', message, services.log);
}
