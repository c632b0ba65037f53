import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { unusableWith, type Inputs } from '../../core/generate/inputRules.ts';
import { modelName, modelsFor, type Unusable } from '../../core/models/usableModels.ts';
import type { MediaKind } from '../../shared/task.ts';
import { UserError } from '../messages/errors.ts';
import type { Action } from '../messages/message.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { priceText, unusableReason } from '../text/modelText.ts';
import { createPick, row, separator, showPick, type Row } from '../messages/quickPick.ts';
import { l10n } from '../text/l10n.ts';

/** Why nothing was started with a model. */
export function unusableError(model: Model, reason: Unusable, buttons: readonly Action[] = []): UserError {
  const text = l10n.t(
    '{0} cannot be used here: {1}. Nothing was charged.',
    modelName(model),
    unusableReason(reason),
  );
  return new UserError(text, buttons);
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
  /** Ids of the models that were used most recently, the latest first; they stand at the beginning. */
  readonly recent?: readonly string[];
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
 * Lets the user pick a model; those that cannot be used stand at the end, with the reason.
 * @throws Cancelled when the user leaves; UserError for a model that cannot be used; RivyaError when there is
 * no catalogue
 */
export async function pickModel(question: ModelQuestion): Promise<ModelAnswer> {
  const { t } = l10n;
  const [kind = 'image', ...others] = question.kinds;
  const pick = createPick<ModelItem>({
    title: others.length > 0 ? t('Model') : mediaKindLabels(kind).modelTitle,
    placeholder: t('The model is remembered; change it in the Models view or the settings'),
  });
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.busy = true;
  const star = { iconPath: new vscode.ThemeIcon('star-empty'), tooltip: t('Set as Default Model') };
  const form = { iconPath: new vscode.ThemeIcon('settings'), tooltip: t('Set Parameters') };
  const buttons = [...(question.setDefault ? [star] : []), ...(question.offersParameters ? [form] : [])];
  let all: readonly Model[] = [];
  const draw = (defaults: Partial<Record<MediaKind, string>> = {}): void => {
    pick.items = modelItems(all, question, kinds => defaults[kinds] ?? question.defaultOf(kinds), buttons);
    const current = pick.items.find(item => item.model?.id === question.defaultOf(kind));
    if (current) pick.activeItems = [current];
  };
  const filled = question.models.then(models => {
    all = models;
    pick.busy = false;
    draw();
  });
  const picked = await showPick<ModelItem, ModelItem & { withParameters: boolean }>(
    pick,
    {
      accept: item => (item.model ? { ...item, withParameters: false } : undefined),
      button: (item, button) => {
        if (button === form) return { ...item, withParameters: true };
        if (item.model && item.mediaKind) {
          question.setDefault?.(item.mediaKind, item.model);
          draw({ [item.mediaKind]: item.model.id });
        }
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

function modelItems(
  models: readonly Model[],
  { kinds, inputs = {}, recent = [] }: ModelQuestion,
  defaultOf: (kind: MediaKind) => string,
  buttons: readonly vscode.QuickInputButton[],
): ModelItem[] {
  const items = kinds.flatMap(kind =>
    modelsFor(models, kind).map((model): ModelItem => {
      const reason = unusableWith(model, kind, inputs);
      const isDefault = model.id === defaultOf(kind);
      return row({
        model,
        mediaKind: kind,
        reason,
        icon: reason ? 'circle-slash' : isDefault ? 'star-full' : mediaKindLabels(kind).icon,
        label: modelName(model),
        description: [
          priceText(model),
          ...(isDefault
            ? [l10n.t({ message: 'default', comment: 'The model that is used when none is chosen' })]
            : []),
        ].join(' · '),
        detail: reason ? unusableReason(reason) : model.supported_modes.join(', '),
        ...(!reason && { buttons: buttons.filter(button => !isDefault || !isStar(button)) }),
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
        ? l10n.t('No model takes these files as inputs. Nothing was charged.')
        : l10n.t('Rivya offers no model for this at the moment. Nothing was charged.'),
    );
  }
  const used = recent.flatMap(id => usable.find(item => item.model?.id === id) ?? []).slice(0, mostRecent);
  const others = usable.filter(item => !used.includes(item));
  const groups = kinds.map(kind => others.filter(item => item.mediaKind === kind));
  const isDivided = kinds.length > 1 || used.length > 0;
  return [
    ...(used.length > 0 ? [separator(l10n.t('Recently used')), ...used] : []),
    ...groups.flatMap((group, index) => {
      const kind = kinds[index];
      return isDivided && kind && group.length > 0
        ? [separator(mediaKindLabels(kind).name), ...group]
        : group;
    }),
    ...(shown.length > 0 ? [separator(l10n.t('Not usable now')), ...shown] : []),
  ];
}

function isStar({ iconPath }: vscode.QuickInputButton): boolean {
  return iconPath instanceof vscode.ThemeIcon && iconPath.id === 'star-empty';
}
