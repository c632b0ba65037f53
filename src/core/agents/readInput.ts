import * as v from 'valibot';
import { isRecord } from '../../base/json.ts';
import { codePoints } from '../../base/text.ts';
import { quoted } from './quoted.ts';
import { AgentProblem } from './problems.ts';
import { limits, type ToolName } from './toolSchemas.ts';

const text = (most: number): v.GenericSchema<string> =>
  v.pipe(
    v.string('must be a text'),
    v.check(value => codePoints(value).length <= most, `must have at most ${most} characters`),
  );
const filled = (most: number): v.GenericSchema<string> =>
  v.pipe(
    text(most),
    v.check(value => value.trim() !== '', 'must not be empty'),
  );
const integer = (least: number, most: number): v.GenericSchema<number> =>
  v.pipe(
    v.number('must be a number'),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
const kind = v.picklist(['image', 'video', 'audio'], 'must be one of: image, video, audio');

const generation = {
  prompt: filled(limits.prompt),
  model: v.optional(filled(limits.model)),
  params: v.optional(
    v.pipe(
      // To valibot a list is an object, too.
      v.custom<Record<string, unknown>>(isRecord, 'must be an object of texts'),
      v.record(
        v.string(),
        v.pipe(
          v.string('must be a text, also where it is a number'),
          v.maxLength(limits.param, `must have at most ${limits.param} characters`),
        ),
      ),
      v.check(value => Object.keys(value).length <= limits.params, `must have at most ${limits.params} keys`),
    ),
  ),
  references: v.optional(
    v.pipe(
      v.array(filled(limits.path), 'must be a list of texts'),
      v.maxLength(limits.references, `must have at most ${limits.references} entries`),
    ),
  ),
  document: v.optional(filled(limits.path)),
  wait_seconds: v.optional(integer(0, limits.waitSeconds)),
  again: v.optional(v.boolean('must be true or false')),
};

const schemas = {
  generate_image: v.strictObject({ ...generation, count: v.optional(integer(1, limits.count)) }),
  generate_video: v.strictObject(generation),
  generate_audio: v.strictObject(generation),
  check_task: v.strictObject({
    task_ids: v.pipe(
      v.array(filled(limits.taskId), 'must be a list of texts'),
      v.minLength(1, 'must name at least one task'),
      v.maxLength(limits.tasks, `must have at most ${limits.tasks} entries`),
    ),
    wait_seconds: v.optional(integer(0, limits.waitSeconds)),
    document: v.optional(filled(limits.path)),
    show: v.optional(v.boolean('must be true or false')),
  }),
  find_tasks: v.strictObject({
    query: v.optional(text(limits.query)),
    kind: v.optional(kind),
    limit: v.optional(integer(1, limits.found)),
  }),
  list_models: v.strictObject({
    kind: v.optional(kind),
    query: v.optional(text(limits.query)),
    model: v.optional(filled(limits.model)),
  }),
  get_credits: v.strictObject({}),
} satisfies Record<ToolName, v.GenericSchema>;

export type ToolInput<T extends ToolName> = v.InferOutput<(typeof schemas)[T]>;

/** What all generators take. */
export type GenerationInput = ToolInput<'generate_video'> & { readonly count?: number | undefined };

/**
 * Reads what an agent has given to a tool. Hosts do not hold inputs against the schema, so this does.
 * @throws AgentProblem `invalid_input`, which names the first key that is wrong
 */
export function readInput<T extends ToolName>(tool: T, input: unknown): ToolInput<T> {
  if (input !== undefined && !isRecord(input)) throw refused('the arguments must be an object');
  const schema = schemas[tool] as unknown as v.GenericSchema<ToolInput<T>>;
  const result = v.safeParse(schema, input ?? {});
  if (result.success) return result.output;
  const [issue] = result.issues;
  const key = (issue.path ?? []).map(({ key: part }) => String(part)).join('.');
  const isUnknown = issue.type === 'strict_object' && issue.expected === 'never';
  const isMissing = issue.type === 'strict_object' && issue.received === 'undefined';
  const what = isUnknown
    ? `${quoted(key, 80)} is not an argument of ${tool}; it takes ${keysOf(tool)}`
    : isMissing
      ? `${quoted(key, 80)} is missing`
      : `${quoted(key, 80)} ${issue.message}`;
  throw refused(what);
}

function refused(what: string): AgentProblem {
  return new AgentProblem('invalid_input', what, 'correct it and call again.');
}

function keysOf(tool: ToolName): string {
  const keys = Object.keys(schemas[tool].entries);
  return keys.length === 0 ? 'none' : keys.join(', ');
}
