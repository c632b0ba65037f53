import type { ModelField } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { cutText, shorten } from '../../base/text.ts';
import type { Estimate } from '../generate/cost.ts';
import { modelName, unavailable } from '../models/usableModels.ts';
import { chargeOf } from '../../shared/charge.ts';
import { isRunningState, type StoredFile, type Task } from '../../shared/task.ts';
import { bareId, quoted } from './quoted.ts';

/** A file of a job, as an answer names it. */
export interface AnsweredFile {
  /** Relative to the workspace, or absolute in the library. */
  readonly path: string;
  /** Of the file, for a program that opens it. */
  readonly uri: string;
  readonly isInLibrary: boolean;
  readonly file: StoredFile;
  /** The text by which the document refers to it. */
  readonly reference: string | undefined;
}

export interface AnsweredTask {
  readonly task: Task;
  readonly files: readonly AnsweredFile[];
  /** Whether it existed before this order. */
  readonly isFolded: boolean;
}

/** A small picture that a model may look at. */
export interface PreviewImage {
  /** For example `image/jpeg`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What a tool gives back: the text has all facts, because most hosts pass on nothing else. */
export interface ToolAnswer {
  readonly text: string;
  readonly tasks?: readonly AnsweredTask[];
  readonly budget?: AgentBudget;
  readonly previews?: readonly PreviewImage[];
}

/** What a model is told to say to its user, which differs by the place where the tools run. */
export interface PlaceHints {
  /** When no API key is there, or Rivya refuses it. */
  readonly setUp: string;
  /** When files were not written to the workspace: why, and where they are. */
  readonly inLibrary: string;
}

/** What agents have spent today and may spend, in credits. */
export interface AgentBudget {
  readonly spent: number;
  readonly limit: number;
}

/** The most bytes of an answer about jobs, of a list, and of the parameters of a model. */
export const mostBytes = { tasks: 1_200, list: 2_500, model: 4_000 } as const;
const mostLines = 25;
/** Of an answer. */
const mostPreviews = 4;

/**
 * What a model that wants to see images is shown, and a word about those that it is not.
 * @param preview of a file; undefined where the tools run without the means to make one
 */
export async function previewsOf(
  tasks: readonly AnsweredTask[],
  preview: ((file: StoredFile) => Promise<PreviewImage | undefined>) | undefined,
): Promise<{ readonly previews: readonly PreviewImage[]; readonly remark: string }> {
  const files = tasks.flatMap(({ task, files: all }) => (task.kind === 'image' ? all : []));
  const previews: PreviewImage[] = [];
  for (const { file } of files.slice(0, mostPreviews)) {
    const image = await preview?.(file);
    if (image) previews.push(image);
  }
  const rest = tasks.reduce((sum, each) => sum + each.files.length, 0) - previews.length;
  const remark = `shown: ${previews.length}${rest > 0 ? `; to see the other ${rest}, open the path` : ''}`;
  return { previews, remark };
}

/**
 * What became of jobs, a fact a line, so that no host needs to read anything but text.
 * @param document as the agent has named it
 */
export function tasksAnswer(
  tasks: readonly AnsweredTask[],
  budget: AgentBudget,
  document: string | undefined,
  hints: PlaceHints,
  remarks: readonly string[] = [],
): string {
  const done = tasks.filter(({ task }) => isDone(task)).length;
  const running = tasks.filter(({ task }) => isUnderWay(task));
  const folded = tasks.filter(({ isFolded }) => isFolded).length;
  const lines = [`done: ${done} of ${tasks.length}`];
  for (const each of tasks) lines.push(...linesOf(each, tasks.length, hints));
  const references = tasks.flatMap(({ files }) => files.flatMap(({ reference }) => reference ?? []));
  if (document !== undefined) {
    for (const reference of references) {
      const isLong = reference.length > 400;
      lines.push(
        isLong ? 'reference: too long to show' : `reference for ${quoted(document, 120)}: ${reference}`,
      );
    }
  }
  lines.push(`agents today: ${amount(budget.spent)} of ${amount(budget.limit)} credits`);
  if (folded > 0) {
    const which = folded === tasks.length ? 'This order' : `${folded} of these`;
    lines.push(
      `${which} exists already; nothing was charged for it. Ask for another only if the user wants one: again: true.`,
    );
  }
  if (tasks.some(({ files }) => files.some(({ isInLibrary }) => isInLibrary))) {
    lines.push(`files_unavailable: what is in the library is paid and kept. ${hints.inLibrary}`);
  }
  if (running.length > 0)
    lines.push('Not done yet. Do not order it again; call check_task with the same id.');
  lines.push(...remarks);
  return within(lines, mostBytes.tasks);
}

/** Whether there is a file, or will never be another word about it. */
export function isDone(task: Task): boolean {
  return task.state === 'stored' || task.state === 'placed' || (task.state === 'untracked' && hasFile(task));
}

function isUnderWay(task: Task): boolean {
  return isRunningState(task.state) && task.hold === undefined;
}

function hasFile(task: Task): boolean {
  return task.results.some(({ file }) => file !== undefined);
}

function linesOf({ task, files }: AnsweredTask, count: number, hints: PlaceHints): string[] {
  const lines: string[] = [];
  for (const { path, isInLibrary, file } of files) {
    const size = file.width === undefined ? '' : `, ${file.width} x ${file.height}`;
    const where = isInLibrary ? ' in the library, not in the workspace' : '';
    lines.push(`file: ${path}${where} (${file.mediaType}${size}, ${bytesText(file.bytes)})`);
  }
  const state = isDone(task) ? '' : `state: ${stateOf(task)}  `;
  lines.push(`${state}task: ${task.id}  model: ${bareId(task.model)}  ${chargeText(task)}`);
  // Of several, one sentence each would be too long.
  if (task.problem && !isDone(task) && (task.state === 'failed' || task.hold || task.state === 'unreachable'))
    lines.push(`Rivya says: ${quoted(task.problem.message, count > 1 ? 100 : 300)}`);
  if (task.state === 'failed')
    lines.push('generation_failed: a changed prompt is a new order and costs again.');
  if (task.hold === 'decision') lines.push('It waits for the user, who decides in the Tasks view of Rivya.');
  if (task.hold === 'key') lines.push(`not_set_up: ${hints.setUp} Do not order again.`);
  return lines;
}

/** Where a job stands, in words for the model. */
export function stateOf(task: Task): string {
  if (task.hold === 'decision') return 'waits for the user';
  if (task.hold === 'key') return 'waits for an API key';
  return task.state === 'draft' ? 'queued' : task.state;
}

function chargeText(task: Task): string {
  const charge = chargeOf(task);
  switch (charge.kind) {
    case 'neverLeft':
      return isRunningState(task.state) && task.hold === undefined ? 'charged: not yet' : 'charged: no';
    case 'said':
      return charge.as === 'charge'
        ? `charged: ${amount(charge.credits)} credits`
        : `reserved: ${amount(charge.credits)} credits`;
    case 'unknown':
      return 'charged: unknown';
  }
}

/** One line a job. */
export function foundAnswer(
  found: readonly { readonly task: Task; readonly path: string | undefined }[],
): string {
  if (found.length === 0) return 'found: 0. Nothing of this is there; order it if the user wants it.';
  const lines = found.map(
    ({ task, path }) =>
      `${task.id}  ${task.kind}  ${stateOf(task)}  ${path ?? '-'}  ${quoted(shorten(task.prompt, 60), 60)}`,
  );
  return within([`found: ${found.length}`, ...lines], mostBytes.list);
}

/** One line a model, the cheapest first. */
export function modelsAnswer(models: readonly Model[]): string {
  const lines = models
    .slice(0, mostLines - 2)
    .map(
      model =>
        `${bareId(model.id)}  ${bareId(model.category ?? '-')}  ${priceOf(model)}  ${quoted(modelName(model), 40)}`,
    );
  const first = `models: ${models.length} (prices are hints: parameters and length may raise them)`;
  return within([first, ...lines], mostBytes.list, lines.length === models.length);
}

/** The parameters of a model, a line each. */
export function modelAnswer(
  model: Model,
  fields: readonly ModelField[],
  wantedBy: (field: ModelField) => string,
): string {
  const media = (['image', 'video', 'audio'] as const).find(each => each === model.category);
  const isUsable = media !== undefined && unavailable(model, media) === undefined;
  const lines = [
    `model: ${bareId(model.id)}  ${bareId(model.category ?? '-')}  ${priceOf(model)}  ${quoted(modelName(model), 60)}`,
    ...(isUsable ? [] : ['It cannot be used to generate by these tools.']),
    ...(model.max_prompt_length === null ? [] : [`prompt: at most ${model.max_prompt_length} characters`]),
    ...fields.map(field => {
      const preset = field.default === undefined ? '' : `, default ${quoted(String(field.default), 40)}`;
      return `params.${bareId(field.key)}: ${wantedBy(field)}${preset}${field.required ? ', required' : ''}`;
    }),
  ];
  return within(lines, mostBytes.model);
}

export function creditsAnswer(
  balance: number | undefined,
  budget: AgentBudget,
  confirmAbove: number,
  isSandbox: boolean,
): string {
  return [
    `balance: ${balance === undefined ? 'unknown' : `${amount(balance)} credits`}`,
    `agents today: ${amount(budget.spent)} of ${amount(budget.limit)} credits`,
    `asked for above: ${amount(confirmAbove)} credits`,
    ...(isSandbox ? ['This is the sandbox: nothing costs money.'] : []),
  ].join('\n');
}

/** What a model costs, as far as its entry tells. */
export function priceOf({ base_credits: credits, billing_type: billing }: Model): string {
  if (credits === null) return 'price unknown';
  return `${billing === 'FIXED' ? '' : 'from '}${amount(credits)} credits`;
}

/** What an order costs, in words for the model. */
export function estimateWords({ certainty, credits }: Estimate): string {
  if (credits === undefined) return 'an unknown price';
  return `${certainty === 'certain' ? '' : 'at least '}${amount(credits)} credits`;
}

/** Without more digits than anybody reads. */
function amount(credits: number): string {
  return String(Math.round(credits * 100) / 100);
}

function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** As many lines as fit, and a word about the rest. @param isWhole whether nothing was left out before */
function within(lines: readonly string[], bytes: number, isWhole = true): string {
  const all = lines.join('\n');
  if (isWhole && Buffer.byteLength(all) <= bytes) return all;
  const note = '(shortened; ask for less)';
  const room = bytes - note.length - 1;
  let text = '';
  for (const line of lines) {
    const next = text === '' ? line : `${text}\n${line}`;
    if (Buffer.byteLength(next) > room) break;
    text = next;
  }
  // A first line of any length.
  if (text === '') text = cutText(lines[0] ?? '', room, room);
  return `${text}\n${note}`;
}
