import { inertText } from '../../../base/text.ts';
import { worded } from '../../../base/wording.ts';
import { sumOf, type Estimate } from '../../generate/cost.ts';
import type { ManifestProblem } from '../manifest/problem.ts';
import type { AssetState, Plan, PlanItem } from './plan.ts';

/* Text, JSON, Markdown and annotations: views of one list, and of nothing else. */

/** Foreign words in a line: one line, bounded, nothing that steers a terminal. */
function inert(text: string, limit = 200): string {
  return inertText(text, limit);
}

/** What a sync would order, together. */
export function totalOf(plan: Plan): Estimate {
  return sumOf(plan.items.flatMap(({ estimate }) => estimate ?? []));
}

/** Whether a sync would do anything. */
export function hasWork({ items }: Plan): boolean {
  return items.some(({ action, isRenamed }) => doesWork(action) || isRenamed);
}

function doesWork(action: PlanItem['action']): boolean {
  return !['none', 'leave', 'stop'].includes(action);
}

export function hasConflict({ items }: Plan): boolean {
  return items.some(({ state }) => state === 'conflict');
}

export type Severity = 'error' | 'warning' | 'notice';

const failing: ReadonlySet<AssetState> = new Set<AssetState>([
  ...(['missing', 'stale', 'edited', 'stale-edited', 'moved', 'underived', 'unowned'] as const),
  ...(['running', 'failed', 'elsewhere', 'conflict'] as const),
]);

/** What `check` thinks of a state; undefined where nothing is to be said. */
export function severityOf(state: AssetState): Severity | undefined {
  if (failing.has(state)) return 'error';
  if (state === 'orphan') return 'warning';
  return state === 'kept' ? 'notice' : undefined;
}

export function checkFails({ items }: Plan): boolean {
  return items.some(({ state }) => severityOf(state) === 'error');
}

const signs: Readonly<Record<PlanItem['action'], string>> = {
  none: ' ',
  make: '+',
  take: '=',
  copy: '=',
  move: '>',
  adopt: '=',
  leave: '!',
  stop: '!',
};

function signOf({ action, state }: PlanItem): string {
  return action === 'make' && state === 'stale' ? '~' : signs[action];
}

/** `about 5 credits`, `5 credits`, `price unknown`. */
export function priceText({ credits, certainty }: Estimate): string {
  if (credits === undefined) return 'price unknown';
  return certainty === 'certain' ? creditsText(credits) : `about ${creditsText(credits)}`;
}

export function creditsText(credits: number): string {
  return credits === 1 ? '1 credit' : `${credits} credits`;
}

/** `3 to make, 1 to move, 41 unchanged`; only what there is. */
export function summaryText({ items }: Plan): string {
  const count = (is: (item: PlanItem) => boolean): number => items.filter(is).length;
  const parts: readonly (readonly [number, string])[] = [
    [count(({ action }) => action === 'make'), 'to make'],
    [count(({ action }) => action === 'take'), 'to take from the library'],
    [count(({ action }) => action === 'copy'), 'to copy'],
    [count(({ action }) => action === 'move'), 'to move'],
    [count(({ action }) => action === 'adopt'), 'to record'],
    [count(({ action }) => action === 'leave'), 'left unchanged'],
    [count(({ state }) => state === 'conflict'), 'in conflict'],
    [count(({ state }) => state === 'orphan'), 'not in the manifest'],
    [count(({ state }) => state === 'ok' || state === 'kept'), 'unchanged'],
  ];
  const said = parts.flatMap(([number, word]) => (number > 0 ? [`${number} ${word}`] : []));
  return said.length > 0 ? said.join(', ') : 'the manifest is empty';
}

export interface TotalContext {
  readonly limit?: number | undefined;
  readonly balance?: number | undefined;
}

/** `at most 10 credits (limit 60). Balance 123.`; undefined where nothing is ordered. */
export function totalText(plan: Plan, { limit, balance }: TotalContext = {}): string | undefined {
  const total = totalOf(plan);
  if (total.jobs === 0) return undefined;
  const most =
    total.worst !== undefined
      ? `at most ${creditsText(total.worst)}`
      : total.credits !== undefined
        ? `${creditsText(total.credits)}, and perhaps more`
        : 'the price is unknown';
  const limited = limit === undefined ? '' : ` (limit ${limit})`;
  return `${most}${limited}.${balance === undefined ? '' : ` Balance ${balance}.`}`;
}

/** The plan for a terminal. */
export function textView(plan: Plan, command: string, context: TotalContext = {}): string {
  const shown = plan.items.filter(({ state }) => state !== 'ok');
  const width = Math.min(40, Math.max(0, ...shown.map(({ id }) => inert(id, 40).length)));
  const modelWidth = Math.min(
    30,
    Math.max(0, ...shown.map(each => (each.estimate ? modelOf(each).length : 0))),
  );
  const priceWidth = Math.max(0, ...shown.map(({ estimate }) => (estimate ? priceText(estimate).length : 0)));
  const lines = shown.map(item => {
    const columns = item.estimate
      ? [modelOf(item).padEnd(modelWidth), priceText(item.estimate).padEnd(priceWidth)]
      : [];
    return `  ${[`${signOf(item)} ${inert(item.id, 40).padEnd(width)}`, ...columns, inert(item.reason)].join('   ')}`.trimEnd();
  });
  const later = notYetMadeText(plan);
  const total = totalText(plan, context);
  return [
    `rivya ${command}: ${summaryText(plan)}`,
    ...lines,
    ...(later === undefined ? [] : [`  ${later}`]),
    ...(total === undefined ? [] : [`  ${total}`]),
  ].join('\n');
}

function modelOf({ asset }: PlanItem): string {
  return inert(asset?.model ?? '', 30);
}

function notYetMadeText({ items }: Plan): string | undefined {
  const count = items.filter(({ notYetMade }) => notYetMade.length > 0).length;
  if (count === 0) return undefined;
  return `sizes, widths and sets of ${count === 1 ? '1 asset' : `${count} assets`} are not made here yet`;
}

/** The plan as data; one document with `"rivya": 1`. */
export function jsonView(
  plan: Plan,
  command: string,
  { limit, balance }: TotalContext = {},
): Record<string, unknown> {
  const total = totalOf(plan);
  return {
    rivya: 1,
    command,
    total: {
      orders: total.jobs,
      credits: total.credits ?? null,
      atMost: total.worst ?? null,
      isCertain: total.certainty === 'certain',
      limit: limit ?? null,
      balance: balance ?? null,
    },
    hasWork: hasWork(plan),
    assets: plan.items.map(jsonItem),
  };
}

function jsonItem(item: PlanItem): Record<string, unknown> {
  const { id, file, state, action, reason, changed, estimate, twin, from, asset, recipe } = item;
  return {
    id,
    file,
    state,
    action,
    reason,
    ...(changed.length > 0 && { changed }),
    ...(asset && { recipe: asset.recipe, model: asset.model, line: asset.ranges.name.line }),
    ...(!asset && recipe && { recipe: recipe.recipe, model: recipe.model }),
    ...(estimate && {
      credits: estimate.credits ?? null,
      atMost: estimate.worst ?? null,
      isCertain: estimate.certainty === 'certain',
    }),
    ...(twin !== undefined && { twin }),
    ...(from !== undefined && { from }),
    ...(item.notYetMade.length > 0 && { notYetMade: item.notYetMade }),
  };
}

/** The plan for a pull request or a summary. */
export function markdownView(plan: Plan, command: string, context: TotalContext = {}): string {
  const shown = plan.items.filter(({ state }) => state !== 'ok');
  const total = totalText(plan, context);
  const table =
    shown.length === 0
      ? []
      : [
          '',
          '| | asset | file | state | price | why |',
          '| --- | --- | --- | --- | --- | --- |',
          ...shown.map(
            item =>
              `| ${signOf(item).trim()} | ${cell(item.id)} | ${code(item.file)} | ${item.state} | ${
                item.estimate ? priceText(item.estimate) : ''
              } | ${cell(item.reason)} |`,
          ),
        ];
  return [
    `**rivya ${command}**: ${summaryText(plan)}`,
    ...table,
    ...(total === undefined ? [] : ['', total]),
    '',
  ].join('\n');
}

/** A text within a cell of a Markdown table, as nothing but text. */
export function cell(text: string, limit = 200): string {
  return inert(text, limit)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\|`*_{}[\]#~@!]/g, each => `\\${each}`);
}

function code(text: string): string {
  return `\`${inert(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** Something that a place of the manifest, or another file, is annotated with. */
export interface Finding {
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** What `check` and annotations say of a plan. */
export function findingsOf({ items }: Plan, manifest: string): Finding[] {
  return items.flatMap(item => {
    const severity = severityOf(item.state);
    if (!severity) return [];
    const { name } = item.asset?.ranges ?? {};
    return [
      {
        severity,
        file: name ? manifest : item.file,
        line: name?.line ?? 1,
        column: name?.column ?? 1,
        text: `${item.id}: ${item.state}, ${item.reason} (${item.file})`,
      },
    ];
  });
}

export function findingsOfProblems(problems: readonly ManifestProblem[], manifest: string): Finding[] {
  return problems.map(({ severity, message, range }) => ({
    severity,
    file: manifest,
    line: range.line,
    column: range.column,
    text: worded(message),
  }));
}

/** GitHub shows ten annotations of a step and hides the others without a word. */
const mostAnnotations = 10;

/** Workflow commands of GitHub: at most ten, of which the last counts what is not shown. */
export function annotations(findings: readonly Finding[]): string[] {
  const order: readonly Severity[] = ['error', 'warning', 'notice'];
  const inOrder = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const isWhole = inOrder.length <= mostAnnotations;
  const shown = isWhole ? inOrder : inOrder.slice(0, mostAnnotations - 1);
  const lines = shown.map(
    ({ severity, file, line, column, text }) =>
      `::${severity} file=${property(file)},line=${line},col=${column}::${data(text)}`,
  );
  const rest = inOrder.length - shown.length;
  const [worst] = inOrder.slice(shown.length);
  return rest > 0 && worst
    ? [
        ...lines,
        `::${worst.severity} file=${property(worst.file)},line=${worst.line},col=${worst.column}::${rest} more; all are in the summary of this job`,
      ]
    : lines;
}

function data(text: string): string {
  return inert(text, 500).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** `file:line:column: error: text`, as compilers say it. */
export function findingText({ severity, file, line, column, text }: Finding): string {
  return `${inert(file)}:${line}:${column}: ${severity}: ${inert(text, 500)}`;
}

/** GitHub takes a summary of 1 MiB at most. @param maximumBytes of the whole, with the line that counts */
export function summaryOf(markdown: string, maximumBytes = 1_000_000): string {
  if (Buffer.byteLength(markdown) <= maximumBytes) return markdown;
  const lines = markdown.split('\n');
  const room = maximumBytes - 100;
  let bytes = 0;
  const kept = lines.filter(line => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes <= room;
  });
  return `${kept.join('\n')}\n\n… and ${lines.length - kept.length} more lines.\n`;
}
