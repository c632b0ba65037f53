import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { Params } from '../../core/generate/parameters.ts';
import { isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { createPick, row, setPlaceholder, showPick, type Row } from '../messages/quickPick.ts';
import { announcePlaced } from '../orders/placedMessages.ts';
import { endTracking } from '../orders/stopTracking.ts';
import type { Place } from '../placement/place.ts';
import type { OldFile } from '../placement/swap.ts';
import { pictureOf } from '../text/taskPicture.ts';
import { paidText, paramTexts, promptText } from '../text/taskText.ts';
import { Flips } from './flips.ts';
import { makingOf, type Making } from './making.ts';
import { l10n } from '../text/l10n.ts';

/** What is chosen for. */
export interface ChosenFor {
  /** What they are variations of. */
  readonly making: Making;
  /** The address of the reference that they are tried at. */
  readonly place: Place | undefined;
  /** What the reference names now. */
  readonly old: OldFile | undefined;
}

interface VariantRow extends Row {
  /** Undefined for the old one. */
  readonly id: string | undefined;
}

/**
 * Lets the person choose one of several results while they still come. The one looked at stands in the place
 * of the old one; Enter keeps it, Escape leaves everything as it was. The others stay in the library.
 * @throws Cancelled when the old one is kept
 */
export async function chooseVariant(
  services: GenerateServices,
  ids: readonly string[],
  chosenFor: ChosenFor,
): Promise<void> {
  const { placer, log } = services;
  const store = new DisposableStore();
  const reservation = placer.reserve(ids);
  const flips = new Flips(services, chosenFor);
  let kept: string | undefined;
  try {
    kept = await pickVariant(services, ids, chosenFor, flips, store);
  } finally {
    store.dispose();
    try {
      await flips.end();
    } finally {
      leaveInLibrary(
        services,
        ids.filter(id => id !== kept),
      );
      if (kept === undefined) reservation.dispose();
    }
  }
  if (kept === undefined) return;
  try {
    announcePlaced(log, await placer.placeNow(kept), 'withCharge');
  } finally {
    reservation.dispose();
  }
}

/** @returns the id of the one that is kept; undefined for the old one */
async function pickVariant(
  { ledger, library }: GenerateServices,
  ids: readonly string[],
  { making: original }: ChosenFor,
  flips: Flips,
  store: DisposableStore,
): Promise<string | undefined> {
  const { t } = l10n;
  const hint = t('Arrow keys show them in place, Enter keeps one, Escape keeps the old one');
  const pick = createPick<VariantRow>({
    title: t('Variations of "{0}"', promptText(original.prompt)),
    placeholder: hint,
  });
  pick.ignoreFocusOut = true;
  const rowOf = (task: Task | undefined, { params }: Pick<Making, 'params'>, label: string): VariantRow =>
    row({
      id: task && ids.includes(task.id) ? task.id : undefined,
      label,
      iconPath: (task && pictureOf(task, library)) ?? new vscode.ThemeIcon('file-media'),
      description: [task && paidText(task), seedOf(params)].filter(Boolean).join(' · '),
      alwaysShow: true,
    });
  let shown = '';
  let isTouched = false;
  const draw = (): void => {
    const tasks = ids.flatMap(id => ledger.task(id) ?? []);
    const there = tasks.filter(task => storedFiles(task).length > 0);
    const running = tasks.filter(task => isRunningState(task.state) && !task.hold);
    // Of what went wrong a message tells.
    if (there.length === 0 && running.length === 0) {
      pick.hide();
      return;
    }
    pick.busy = running.length > 0;
    const key = JSON.stringify([there.map(({ id }) => id), running.length]);
    if (key === shown) return;
    shown = key;
    const active = pick.activeItems[0]?.id;
    const old = rowOf(original.task, original, t('Keep Old One'));
    const rows = there.map(task => rowOf(task, makingOf(task), t('Variation {0}', ids.indexOf(task.id) + 1)));
    const first = isTouched ? undefined : rows[0];
    pick.items = [old, ...rows];
    const done = t('{0} of {1} done', there.length, ids.length);
    setPlaceholder(pick, running.length > 0 ? `${done} · ${hint}` : hint);
    const again = first ?? rows.find(({ id }) => id === active) ?? old;
    pick.activeItems = [again];
    if (first) flips.show(ledger.task(first.id ?? ''));
  };
  store.add(
    pick.onDidChangeActive(([item]) => {
      if (!item) return;
      // The first that comes is shown by itself; from then on the person leads.
      isTouched ||= item.id !== undefined;
      flips.show(item.id === undefined ? undefined : ledger.task(item.id));
    }),
  );
  store.add(ledger.onDidChange(draw));
  const chosen = showPick<VariantRow, { id: string | undefined }>(pick, { accept: ({ id }) => ({ id }) });
  draw();
  return (await chosen).id;
}

/** What tells one from the other, where the model has it. */
function seedOf(params: Params): string {
  const seed = paramTexts(params).find(([key]) => /^seed$/i.test(key))?.[1];
  return seed === undefined ? '' : l10n.t('seed {0}', seed);
}

/** Nobody waits for the results any more; those that still come are stored. */
function leaveInLibrary(services: GenerateServices, ids: readonly string[]): void {
  const { ledger } = services;
  for (const id of ids) ledger.setPlacement(id, 'waiting', { state: 'dismissed' }, systemClock.now());
  const isSettled = (id: string): boolean => !['draft', 'submitting'].includes(ledger.task(id)?.state ?? '');
  const left = new Set(ids);
  const look = (): void => {
    // While it is not known whether Rivya has a request, ending it would ask the person what is to be done.
    const settled = [...left].filter(isSettled);
    for (const id of settled) left.delete(id);
    if (left.size === 0) subscription.dispose();
    if (settled.length > 0) endTracking(services, settled);
  };
  const subscription = ledger.onDidChange(look);
  look();
}
