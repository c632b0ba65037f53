import type { ModelField } from '../../api/resources/modelParameters.ts';
import {
  fieldName,
  fieldProblem,
  isSwitch,
  missingFields,
  readList,
  toggled,
  type FieldProblem,
  type ParameterValues,
} from '../../core/generate/parameters.ts';
import { shapeField } from '../../core/generate/shape.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { askText } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { createPick, row, separator, showPick, type Row } from '../messages/quickPick.ts';
import { l10n } from '../text/l10n.ts';

/** What the form shows. */
export interface FormState {
  /** Names the job. */
  readonly title: string;
  readonly model: string;
  /** Several are shown, but not edited. */
  readonly prompts: readonly string[];
  readonly count: number;
  /** What all of it will probably cost, in words. */
  readonly priceOf: (settings: FormSettings) => string;
  readonly fields: readonly ModelField[];
  readonly values: ParameterValues;
  /** Values that come from the document, such as the shape of a picture. */
  readonly proposed: ParameterValues;
}

/** What is set in the form. */
export interface FormSettings {
  readonly prompts: readonly string[];
  /** How many results are made of each prompt. */
  readonly count: number;
  readonly values: ParameterValues;
}

/** How the person has left the form. */
export interface FormAnswer extends FormSettings {
  readonly type: 'generate' | 'model';
}

interface FormItem extends Row {
  readonly does: 'prompt' | 'count' | 'generate' | 'model' | 'reset' | ModelField | undefined;
}

/** As many results as are made of one prompt at once. */
const mostResults = 4;

/**
 * The parameters of a model as a list: Enter on the first row runs with what is set, every other row changes
 * one value.
 * @throws Cancelled when the person leaves it
 */
export async function editParameters(state: FormState): Promise<FormAnswer> {
  let { prompts, count } = state;
  let values: ParameterValues = { ...state.values, ...state.proposed };
  let active: FormItem['does'] = 'generate';
  for (;;) {
    const settings = { prompts, count, values };
    const does: FormItem['does'] = await showForm(state, settings, active);
    active = does;
    if (does === 'generate') {
      const [missing] = missingFields(state.fields, values);
      if (!missing) return { type: 'generate', ...settings };
      active = missing;
      values = await unlessLeft(() => editField(missing, values), values);
    } else if (does === 'model') return { type: 'model', ...settings };
    else if (does === 'reset') values = {};
    else if (does === 'prompt') prompts = await unlessLeft(() => editPrompt(prompts), prompts);
    else if (does === 'count') count = await unlessLeft(() => chooseCount(count), count);
    else if (does) values = await unlessLeft(() => editField(does, values), values);
  }
}

/**
 * Asks for what a model cannot do without.
 * @throws Cancelled when the person leaves one empty
 */
export async function askMissing(
  fields: readonly ModelField[],
  values: ParameterValues,
): Promise<ParameterValues> {
  let complete = values;
  for (const field of missingFields(fields, values)) complete = await editField(field, complete);
  return complete;
}

function showForm(
  state: FormState,
  settings: FormSettings,
  active: FormItem['does'],
): Promise<FormItem['does']> {
  const pick = createPick<FormItem>({
    title: state.title,
    placeholder: l10n.t('Select a parameter to change, or select Generate'),
  });
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.items = formItems(state, settings);
  const key = typeof active === 'object' ? active.key : active;
  const found = pick.items.find(
    ({ does }) => does !== undefined && (typeof does === 'object' ? does.key : does) === key,
  );
  if (found) pick.activeItems = [found];
  return showPick(pick, { accept: item => item.does });
}

function formItems({ model, fields, proposed, priceOf }: FormState, settings: FormSettings): FormItem[] {
  const { t } = l10n;
  const { prompts, count, values } = settings;
  const [prompt = '', ...others] = prompts;
  const shape = shapeField(fields);
  const rest = fields.filter(field => field !== shape);
  return [
    others.length === 0
      ? row({ does: 'prompt', icon: 'edit', label: promptTitle(prompt), description: t('the prompt') })
      : row({ does: undefined, icon: 'list-unordered', label: t('{0} prompts', prompts.length) }),
    row({
      does: 'generate',
      icon: 'play',
      label: t({ message: 'Generate', comment: 'Button: starts the generation' }),
      description: `${model} · ${priceOf(settings)}`,
    }),
    row({ does: 'model', icon: 'symbol-constant', label: t('Change Model...'), description: model }),
    { does: undefined, ...separator(t('Output')) },
    row({ does: 'count', label: t('Number of Results'), description: String(count) }),
    ...(shape ? [fieldItem(shape, values, proposed)] : []),
    ...(rest.length > 0 ? [{ does: undefined, ...separator(t('Parameters')) }] : []),
    ...rest.map(field => fieldItem(field, values, proposed)),
    ...(Object.keys(values).length > 0
      ? [row({ does: 'reset', icon: 'discard', label: t('Reset to Defaults') })]
      : []),
  ];
}

/** @throws Cancelled */
async function editPrompt([current = '']: readonly string[]): Promise<readonly string[]> {
  const { t } = l10n;
  const text = await askText({
    title: t('Edit Prompt'),
    prompt: t("What is generated. The document isn't changed."),
    value: current,
    validate: value => (value.trim() === '' ? t('Enter a prompt.') : undefined),
  });
  if (text === undefined) throw new Cancelled();
  return [text.trim()];
}

/** @throws Cancelled */
function chooseCount(current: number): Promise<number> {
  const { t } = l10n;
  const pick = createPick<Row & { readonly count: number }>({
    title: t('Number of Results'),
    placeholder: t('Each result is a separate task and is charged'),
  });
  pick.ignoreFocusOut = true;
  pick.items = Array.from({ length: mostResults }, (_, index) =>
    row({ count: index + 1, label: String(index + 1) }),
  );
  const active = pick.items.find(({ count }) => count === current);
  if (active) pick.activeItems = [active];
  return showPick(pick, { accept: ({ count }) => count });
}

function fieldItem(field: ModelField, values: ParameterValues, proposed: ParameterValues): FormItem {
  const { t } = l10n;
  const value = values[field.key];
  const isMissing = fieldProblem(field, value) === 'required';
  const origin =
    value === undefined
      ? field.default === undefined
        ? undefined
        : t({ message: 'default', comment: 'A parameter has the value that the model gives it' })
      : value === proposed[field.key]
        ? t('From document')
        : undefined;
  const shown = isMissing
    ? t({ message: 'Required', comment: 'A parameter has no value yet' })
    : valueText(field, value ?? field.default);
  const range = rangeText(field);
  const isSaid = field.description?.toLowerCase() === fieldName(field).toLowerCase();
  return row({
    does: field,
    label: fieldName(field),
    icon: isMissing ? 'warning' : undefined,
    description: [shown, origin].filter(Boolean).join(' · '),
    ...(((field.description !== undefined && !isSaid) || range !== '') && {
      detail: [isSaid ? undefined : field.description, range].filter(Boolean).join(' · '),
    }),
  });
}

function valueText(field: ModelField, value: unknown): string {
  const { t } = l10n;
  if (value === undefined || value === '') return t('Not set');
  if (isSwitch(field))
    return value === true || value === 'true'
      ? t({ message: 'on', comment: 'Value of a parameter that is a switch' })
      : t({ message: 'off', comment: 'Value of a parameter that is a switch' });
  const option = field.options.find(each => each.value === value);
  return option?.label ?? (typeof value === 'string' ? value : JSON.stringify(value));
}

function rangeText({ min, max, step }: ModelField): string {
  const { t } = l10n;
  const range =
    min !== undefined && max !== undefined
      ? t('{0} to {1}', min, max)
      : min !== undefined
        ? t('at least {0}', min)
        : max !== undefined
          ? t('at most {0}', max)
          : '';
  return [range, step === undefined ? '' : t('step {0}', step)].filter(Boolean).join(', ');
}

async function editField(field: ModelField, values: ParameterValues): Promise<ParameterValues> {
  const current = values[field.key];
  // A switch has nothing to choose from: it is turned over where it stands.
  if (isSwitch(field)) return { ...values, [field.key]: toggled(field, current) };
  const value =
    field.type === 'select' ? await chooseOption(field, current) : await enterValue(field, current);
  if (value !== undefined) return { ...values, [field.key]: value };
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== field.key));
}

function chooseOption(field: ModelField, current: unknown): Promise<string> {
  const pick = createPick<Row & { readonly value: string }>({
    title: fieldName(field),
    placeholder: field.description,
  });
  pick.ignoreFocusOut = true;
  pick.items = field.options.map(({ value, label }) =>
    row({
      value,
      label,
      description: [
        label === value ? '' : value,
        value === field.default
          ? l10n.t({
              message: 'default',
              comment: 'A parameter has the value that the model gives it',
            })
          : '',
      ]
        .filter(Boolean)
        .join(' · '),
    }),
  );
  const active = pick.items.find(({ value }) => value === (current ?? field.default));
  if (active) pick.activeItems = [active];
  return showPick(pick, { accept: ({ value }) => value });
}

/** @returns undefined for the default @throws Cancelled */
async function enterValue(field: ModelField, current: unknown): Promise<unknown> {
  const shown = current ?? (field.type === 'array' ? undefined : field.default) ?? '';
  const text = await askText({
    title: fieldName(field),
    prompt: [field.description, rangeText(field), emptyText(field)].filter(Boolean).join(' · '),
    value: typeof shown === 'string' ? shown : JSON.stringify(shown),
    ...(field.type === 'array' && { placeholder: '[{ "text": "…" }]' }),
    validate: value => {
      const problem = fieldProblem(field, typed(field, value));
      return problem && problemText(field, problem);
    },
  });
  if (text === undefined) throw new Cancelled();
  return typed(field, text);
}

function emptyText(field: ModelField): string {
  if (field.required && field.default === undefined) return '';
  return field.default === undefined
    ? l10n.t('Leave empty to omit.')
    : l10n.t('Leave empty to use the default.');
}

/** What was typed, as a value of the field; undefined for nothing. */
function typed(field: ModelField, text: string): unknown {
  if (text.trim() === '') return undefined;
  if (field.type === 'array') return readList(text) ?? text;
  return field.type === 'number' ? (Number.isNaN(Number(text)) ? text : Number(text)) : text;
}

function problemText({ min, max, step }: ModelField, problem: FieldProblem): string {
  const { t } = l10n;
  switch (problem) {
    case 'required':
      return t('This parameter is required.');
    case 'option':
      return t('Choose one of the listed values.');
    case 'number':
      return t('Enter a number.');
    case 'minimum':
      return t('Must be at least {0}.', min ?? 0);
    case 'maximum':
      return t('Must be at most {0}.', max ?? 0);
    case 'step':
      return t('Enter a value in steps of {0}.', step ?? 1);
    case 'list':
      return t('Enter a JSON array, for example ["a", "b"].');
  }
}

/** Leaving one value leads back to the form, not out of it. */
async function unlessLeft<T>(edit: () => Promise<T>, before: T): Promise<T> {
  try {
    return await edit();
  } catch (error) {
    if (error instanceof Cancelled) return before;
    throw error;
  }
}
