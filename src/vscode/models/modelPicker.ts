import * as vscode from 'vscode';
import type { ModelCatalogue } from '../../core/models/modelCatalogue.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Model } from '../../api/resources/models.ts';
import { unusableWith, type Inputs } from '../../core/generate/inputRules.ts';
import {
  cheapestWithin,
  modelName,
  modelsFor,
  type ModelOrder,
  type Unusable,
} from '../../core/models/usableModels.ts';
import { makerOf } from '../../core/models/makers.ts';
import type { MediaKind } from '../../shared/task.ts';
import type { HostContext } from '../host/hostContext.ts';
import { UserError } from '../messages/errors.ts';
import type { Action } from '../messages/message.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { priceText, unusableReason } from '../text/modelText.ts';
import { createPick, row, separator, setPlaceholder, showPick, type Row } from '../messages/quickPick.ts';
import { creditsText } from '../text/taskText.ts';
import { ModelPreferences } from './modelPreferences.ts';
import { l10n } from '../text/l10n.ts';

/** Why nothing was started with a model. */
export function unusableError(model: Model, reason: Unusable, buttons: readonly Action[] = []): UserError {
  const text = l10n.t(
    "{0} can't be used here ({1}). Choose another model. Nothing was charged.",
    modelName(model),
    unusableReason(reason),
  );
  return new UserError(text, buttons);
}

/** What the list is made from. */
export interface PickerServices extends Pick<HostContext, 'context' | 'balance' | 'server'> {
  readonly catalogue: ModelCatalogue;
  readonly ledger: Ledger;
}

/** What is offered. */
export interface ModelQuestion {
  /** Resolved while the list is already open. */
  readonly models: Promise<readonly Model[]>;
  readonly kinds: readonly MediaKind[];
  /** What the job brings along; by default a prompt alone. */
  readonly inputs?: Inputs;
  /** The id of the default model of a kind; empty when there is none. */
  readonly defaultOf: (kind: MediaKind) => string;
  /** Offers to set a default; it is called when the person does so. */
  readonly setDefault?: (kind: MediaKind, model: Model) => void;
  /** Whether the parameters can be asked for. */
  readonly offersParameters?: boolean;
}

/** What the person has chosen. */
export interface ModelAnswer {
  readonly model: Model;
  readonly kind: MediaKind;
  /** Whether the person wants to see the parameters first. */
  readonly withParameters: boolean;
}

interface ModelItem extends Row {
  readonly model?: Model;
  readonly mediaKind?: MediaKind;
  readonly reason?: Unusable | undefined;
}

/**
 * Lets the user pick a model: those used recently and the favourites stand at the beginning, those that
 * cannot be used at the end, with the reason.
 * @throws Cancelled when the user leaves; UserError for a model that cannot be used; RivyaError when there is
 * no catalogue
 */
export async function pickModel(
  { context, balance, server, ledger }: PickerServices,
  question: ModelQuestion,
): Promise<ModelAnswer> {
  const { t } = l10n;
  const [kind = 'image', ...others] = question.kinds;
  const pick = createPick<ModelItem>({
    title: others.length > 0 ? t('Model') : mediaKindLabels(kind).modelTitle,
    placeholder: t('Select a model. You can change the default in the Models view or in settings.'),
  });
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.busy = true;
  const preferences = new ModelPreferences(context.globalState);
  const recent = ledger.lists.recentModels(9);
  const star = { iconPath: new vscode.ThemeIcon('star-empty'), tooltip: t('Set as Default Model') };
  const form = { iconPath: new vscode.ThemeIcon('settings'), tooltip: t('Set Parameters...') };
  const like = { iconPath: new vscode.ThemeIcon('heart'), tooltip: t('Add to Favorites') };
  const unlike = { iconPath: new vscode.ThemeIcon('heart-filled'), tooltip: t('Remove from Favorites') };
  let all: readonly Model[] = [];
  const defaults: Partial<Record<MediaKind, string>> = {};
  const defaultOf = (each: MediaKind): string => defaults[each] ?? question.defaultOf(each);
  const buttonsOf = (model: Model, each: MediaKind): vscode.QuickInputButton[] => [
    ...(question.setDefault && model.id !== defaultOf(each) ? [star] : []),
    preferences.favourites.includes(model.id) ? unlike : like,
    ...(question.offersParameters ? [form] : []),
  ];
  const draw = (active?: string): void => {
    const { favourites, order } = preferences;
    pick.items = modelItems(all, question, { defaultOf, buttonsOf, recent, favourites, order });
    pick.buttons = [orderButton(order)];
    const current = pick.items.find(item => item.model?.id === (active ?? defaultOf(kind)));
    if (current) pick.activeItems = [current];
  };
  pick.onDidTriggerButton(() => {
    preferences.order = preferences.order === 'name' ? 'price' : 'name';
    draw();
  });
  const filled = question.models.then(models => {
    all = models;
    pick.busy = false;
    const short = shortText(models, question, balance.state(server.origin ?? '').credits, defaultOf);
    if (short !== undefined) setPlaceholder(pick, short);
    draw();
  });
  const picked = await showPick<ModelItem, ModelItem & { withParameters: boolean }>(
    pick,
    {
      accept: item => (item.model ? { ...item, withParameters: false } : undefined),
      button: (item, button) => {
        if (button === form) return { ...item, withParameters: true };
        if (!item.model || !item.mediaKind) return undefined;
        if (button === star) {
          question.setDefault?.(item.mediaKind, item.model);
          defaults[item.mediaKind] = item.model.id;
        } else preferences.toggle(item.model.id);
        draw(item.model.id);
        return undefined;
      },
    },
    filled,
  );
  const { model, mediaKind, reason, withParameters } = picked;
  if (!model || !mediaKind) throw new Error('A row without a model was picked.');
  if (reason) throw unusableError(model, reason);
  return { model, kind: mediaKind, withParameters };
}

/** So many models stand under *Recently used*. */
const mostRecent = 3;

/** How the rows are drawn. */
interface Drawing {
  readonly defaultOf: (kind: MediaKind) => string;
  readonly buttonsOf: (model: Model, kind: MediaKind) => vscode.QuickInputButton[];
  /** Ids of models. */
  readonly recent: readonly string[];
  readonly favourites: readonly string[];
  readonly order: ModelOrder;
}

function modelItems(
  models: readonly Model[],
  { kinds, inputs = {} }: ModelQuestion,
  { defaultOf, buttonsOf, recent, favourites, order }: Drawing,
): ModelItem[] {
  const items = kinds.flatMap(kind =>
    modelsFor(models, kind, order).map((model): ModelItem => {
      const reason = unusableWith(model, kind, inputs);
      const isDefault = model.id === defaultOf(kind);
      return row({
        model,
        mediaKind: kind,
        reason,
        icon: reason ? 'circle-slash' : isDefault ? 'star-full' : mediaKindLabels(kind).icon,
        label: modelName(model),
        description: [
          ...(reason ? [unusableReason(reason)] : []),
          priceText(model),
          // What can be searched for as well: who makes it, and what it makes where that is not one thing.
          ...[makerOf(model.id) ?? []].flat(),
          ...(kinds.length > 1 ? [mediaKindLabels(kind).name] : []),
          ...(isDefault
            ? [l10n.t({ message: 'default', comment: 'The model that is used when none is chosen' })]
            : []),
        ].join(' · '),
        ...(!reason && { buttons: buttonsOf(model, kind) }),
      });
    }),
  );
  const usable = items.filter(item => !item.reason);
  const rest = items.filter(item => item.reason);
  // With input files, a model that takes none of them is not offered.
  const shown = inputs.files ? [] : rest;
  if (usable.length + shown.length === 0) {
    throw new UserError(
      inputs.files
        ? l10n.t('No model accepts these input files. Choose other files. Nothing was charged.')
        : l10n.t('Rivya has no model for this right now. Try again later.'),
    );
  }
  const used = recent.flatMap(id => usable.find(item => item.model?.id === id) ?? []).slice(0, mostRecent);
  const liked = usable.filter(item => favourites.includes(item.model?.id ?? '') && !used.includes(item));
  const others = usable.filter(item => !used.includes(item) && !liked.includes(item));
  const groups = kinds.map(kind => others.filter(item => item.mediaKind === kind));
  const isDivided = kinds.length > 1 || used.length + liked.length > 0;
  return [
    ...(used.length > 0 ? [separator(l10n.t('Recently used')), ...used] : []),
    ...(liked.length > 0 ? [separator(l10n.t('Favorites')), ...liked] : []),
    ...groups.flatMap((group, index) => {
      const kind = kinds[index];
      return isDivided && kind && group.length > 0
        ? [separator(mediaKindLabels(kind).name), ...group]
        : group;
    }),
    ...(shown.length > 0 ? [separator(l10n.t('Unavailable')), ...shown] : []),
  ];
}

function orderButton(order: ModelOrder): vscode.QuickInputButton {
  const { t } = l10n;
  return order === 'name'
    ? { iconPath: new vscode.ThemeIcon('sort-precedence'), tooltip: t('Sort by Price') }
    : { iconPath: new vscode.ThemeIcon('case-sensitive'), tooltip: t('Sort by Name') };
}

/**
 * What is said when the credits do not reach for the default model, or for any where there is no default: the
 * cheapest that can still be paid. Undefined while they reach.
 */
function shortText(
  models: readonly Model[],
  { kinds, inputs = {} }: ModelQuestion,
  credits: number | undefined,
  defaultOf: (kind: MediaKind) => string,
): string | undefined {
  const { t } = l10n;
  if (credits === undefined) return undefined;
  const usable = kinds.flatMap(kind => models.filter(model => !unusableWith(model, kind, inputs)));
  const preset = usable.filter(model => kinds.some(kind => model.id === defaultOf(kind)));
  const isShort = (preset.length > 0 ? preset : usable).some(
    ({ base_credits: price }) => (price ?? 0) > credits,
  );
  if (!isShort) return undefined;
  const cheapest = cheapestWithin(usable, credits);
  return cheapest
    ? t(
        'You have {0}. Cheapest model that you can afford: {1}, {2}',
        creditsText(credits),
        modelName(cheapest),
        priceText(cheapest),
      )
    : t("You have {0}, which isn't enough for any of these models", creditsText(credits));
}
