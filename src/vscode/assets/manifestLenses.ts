import type { CommandId } from '../manifest/ids.ts';
import type { PlanItem } from '../../core/assets/plan/plan.ts';
import { estimateText } from '../text/modelText.ts';
import { creditsText } from '../text/taskText.ts';
import type { PackageState } from './assetPackage.ts';
import {
  actionText,
  assetStateText,
  countsText,
  isAcceptable,
  isReplaceable,
  isWork,
  reasonText,
  totalOf,
} from './assetText.ts';
import { l10n } from '../text/l10n.ts';

/** A lens before it is drawn. */
export interface LensText {
  /** UTF-16 offset into the manifest. */
  readonly offset: number;
  readonly title: string;
  /** Undefined for one that only says something. */
  readonly command: CommandId | undefined;
  /** The entry that it is about; undefined: the whole manifest. */
  readonly entry: string | undefined;
}

/** What stands above a manifest and each of its entries, which may be thousands: one after the other. */
export function* lensesOf({ plan, problems }: Pick<PackageState, 'plan' | 'problems'>): Generator<LensText> {
  // Of a manifest with errors nobody knows what it wishes.
  if (problems.some(({ severity }) => severity === 'error') || plan.items.length === 0) return;
  const entries = Map.groupBy(
    plan.items.filter(({ asset }) => asset !== undefined),
    ({ asset }) => asset?.entry ?? '',
  );
  yield* headLenses(plan);
  for (const [entry, items] of entries) yield* entryLenses(entry, items);
}

function headLenses(plan: PackageState['plan']): LensText[] {
  const { t } = l10n;
  const total = totalOf(plan);
  const price = total.jobs > 0 ? ` (${estimateText(total)})` : '';
  const head = (title: string, command?: CommandId): LensText => ({
    offset: 0,
    title,
    command,
    entry: undefined,
  });
  return [
    head(countsText(plan)),
    head(t({ message: 'Plan', comment: 'Button: shows what a sync would do' }), 'rivya.assets.plan'),
    ...(plan.items.some(isWork)
      ? [
          head(
            `${t({ message: 'Sync', comment: 'Button: makes what a manifest wishes' })}${price}`,
            'rivya.assets.sync',
          ),
        ]
      : []),
  ];
}

function entryLenses(entry: string, items: readonly PlanItem[]): LensText[] {
  const { t } = l10n;
  const [first] = items;
  if (!first?.asset) return [];
  const offset = first.asset.ranges.name.start;
  const lens = (title: string, command?: CommandId): LensText => ({ offset, title, command, entry });
  const state = items.length === 1 ? stateText(first) : countsText({ items });
  const making = items.filter(isWork);
  const total = totalOf({ items: making });
  const make =
    making.length === 1
      ? making[0] && actionText(making[0])
      : total.jobs > 0
        ? t('Generate ({0})', estimateText(total))
        : making.length > 0
          ? t('Restore')
          : undefined;
  return [
    lens(state),
    ...(make === undefined ? [] : [lens(make, 'rivya.asset.generate')]),
    ...(items.some(isAcceptable)
      ? [
          lens(
            t({ message: 'Accept', comment: 'Button: a file that was edited by hand stays as it is' }),
            'rivya.asset.accept',
          ),
        ]
      : []),
    ...(items.some(isReplaceable)
      ? [
          lens(
            t({ message: 'Replace...', comment: 'Button: makes a file anew that was edited by hand' }),
            'rivya.asset.replace',
          ),
        ]
      : []),
  ];
}

function stateText(item: PlanItem): string {
  const spent = item.recipe?.credits;
  return [
    assetStateText(item.state),
    reasonText(item),
    item.state === 'ok' && spent !== undefined ? creditsText(spent) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
