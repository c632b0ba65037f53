import { sumOf, type Estimate } from '../../core/generate/cost.ts';
import type { AssetState, Plan, PlanItem } from '../../core/assets/plan/plan.ts';
import { estimateText } from '../text/modelText.ts';
import { creditsText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** How an asset stands, in a word or two. */
export function assetStateText(state: AssetState): string {
  const { t } = l10n;
  switch (state) {
    case 'ok':
      return t({ message: 'Up to date', comment: 'State of an asset' });
    case 'missing':
      return t({ message: 'Missing', comment: 'State of an asset' });
    case 'stale':
      return t({ message: 'Out of date', comment: 'State of an asset' });
    case 'edited':
      return t({ message: 'Edited', comment: 'State of an asset' });
    case 'stale-edited':
      return t({ message: 'Edited and out of date', comment: 'State of an asset' });
    case 'moved':
      return t({ message: 'Moved', comment: 'State of an asset' });
    case 'underived':
      return t({ message: 'In another format', comment: 'State of an asset' });
    case 'unowned':
      return t({ message: 'Without a recipe', comment: 'State of an asset' });
    case 'orphan':
      return t({ message: 'No longer in manifest', comment: 'State of an asset' });
    case 'kept':
      return t({ message: 'Accepted as edited', comment: 'State of an asset' });
    case 'running':
      return t({ message: 'In progress', comment: 'State of an asset' });
    case 'failed':
      return t({ message: 'Failed', comment: 'State of an asset' });
    case 'elsewhere':
      return t({ message: 'Started elsewhere', comment: 'State of an asset' });
    case 'conflict':
      return t({ message: 'In conflict', comment: 'State of an asset' });
  }
}

/** The states in the order in which a person should see them: what wants them first. */
export const statesInOrder: readonly AssetState[] = [
  ...(['conflict', 'failed', 'elsewhere', 'stale-edited', 'edited', 'missing', 'stale', 'running'] as const),
  ...(['moved', 'underived', 'unowned', 'orphan', 'kept', 'ok'] as const),
];

/** The id of the codicon of a state, and of its colour. */
export const stateIcons: Readonly<Record<AssetState, readonly [icon: string, color?: string]>> = {
  ok: ['pass', 'testing.iconPassed'],
  missing: ['circle-large-outline'],
  stale: ['history', 'list.warningForeground'],
  edited: ['edit', 'list.warningForeground'],
  'stale-edited': ['edit', 'list.errorForeground'],
  moved: ['arrow-right'],
  underived: ['file-media', 'list.warningForeground'],
  unowned: ['question'],
  orphan: ['circle-slash'],
  kept: ['pinned'],
  running: ['loading~spin'],
  failed: ['error', 'list.errorForeground'],
  elsewhere: ['cloud', 'list.warningForeground'],
  conflict: ['git-merge', 'list.errorForeground'],
};

/** Why it stands so, and what it is about; empty where the state says all. */
export function reasonText({ state, changed, from, action, twin, order }: PlanItem): string {
  const { t } = l10n;
  if (action === 'copy') return t('the same as {0}', twin ?? '');
  if (action === 'take') return t('in the library');
  switch (state) {
    case 'stale':
    case 'stale-edited':
    case 'kept':
      return t('changed: {0}', changed.map(key => key.replace('params.', '')).join(', '));
    case 'moved':
      return from ?? '';
    case 'failed':
      return order?.problem ?? '';
    case 'elsewhere':
      return t('pull it to get it');
    case 'conflict':
      return t("its recipe can't be read or describes another file");
    case 'underived':
      return t(
        "it was returned as {0}: name it .{0}, formats aren't converted yet",
        order?.file?.extension ?? '',
      );
    case 'unowned':
      return action === 'adopt' ? t("generated, but its recipe isn't written") : '';
    default:
      return '';
  }
}

/** What a sync does about it, as a button says it; undefined where it does nothing. */
export function actionText({ action, state, estimate }: PlanItem): string | undefined {
  const { t } = l10n;
  switch (action) {
    case 'make':
      if (state === 'running') return t('Wait');
      return estimate
        ? t('Generate ({0})', estimateText(estimate))
        : t({ message: 'Generate', comment: 'Button: starts the generation' });
    case 'take':
      return t('Restore');
    case 'copy':
      return t({
        message: 'Copy',
        comment: 'Button: copies a file that is there to where it is wished, too',
      });
    case 'move':
      return t({ message: 'Move', comment: 'Button: moves a file to where it is wished' });
    case 'adopt':
      return t('Write Recipe');
    case 'none':
    case 'leave':
    case 'stop':
      return undefined;
  }
}

/** What is known of the credits of an item: what it would cost, or what it has. */
export function itemCredits({ estimate, recipe, state }: PlanItem): string {
  if (estimate) return estimateText(estimate);
  return (state === 'ok' || state === 'kept') && recipe?.credits !== undefined
    ? creditsText(recipe.credits)
    : '';
}

/** `Missing 3 · Up to date 41`: the states that occur, with their numbers. */
export function countsText({ items }: Pick<Plan, 'items'>): string {
  const counts = Map.groupBy(items, ({ state }) => state);
  return statesInOrder
    .flatMap(state => {
      const count = counts.get(state)?.length ?? 0;
      return count > 0 ? [`${assetStateText(state)} ${count.toLocaleString(l10n.language)}`] : [];
    })
    .join(' · ');
}

/** What all orders of a plan cost together. */
export function totalOf({ items }: Pick<Plan, 'items'>): Estimate {
  return sumOf(items.flatMap(({ estimate }) => estimate ?? []));
}

/** What a sync would make, move or write, of these. */
export function isWork({ action, isRenamed }: PlanItem): boolean {
  return isRenamed || !['none', 'leave', 'stop'].includes(action);
}

/** Whether a person may say that the file stays as it is. */
export function isAcceptable({ state, action }: PlanItem): boolean {
  return state === 'edited' || state === 'stale-edited' || (state === 'unowned' && action === 'leave');
}

/** Whether a file that a person has edited may be made anew. */
export function isReplaceable({ state, recipe }: PlanItem): boolean {
  return (state === 'edited' || state === 'stale-edited') && recipe !== undefined;
}
