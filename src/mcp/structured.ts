import { isDone, stateOf, type AnsweredTask, type ToolAnswer } from '../core/agents/answers.ts';
import { bareId } from '../core/agents/quoted.ts';
import { chargeOf, creditsSaid } from '../shared/charge.ts';
import type { Task } from '../shared/task.ts';

const message = { type: 'string' } as const;

/**
 * What `structuredContent` is: of tools that tell of jobs, and of the others. They are short because they are
 * listed with each tool, in the context of whoever may call it.
 */
export const outputSchemas = {
  jobs: {
    type: 'object',
    properties: {
      message,
      tasks: { type: 'array', items: { type: 'object' } },
      budget: { type: 'object' },
    },
  },
  words: { type: 'object', properties: { message } },
} as const;

/**
 * An answer as data. `message` has all of it, because some hosts give their model this in place of the text;
 * no bytes are in it, because others repeat it as text.
 */
export function structured({ text, tasks, budget }: ToolAnswer): Record<string, unknown> {
  return {
    message: text,
    ...(tasks && { tasks: tasks.map(taskData) }),
    ...(budget && { budget: { spent_today: budget.spent, limit: budget.limit } }),
  };
}

function taskData({ task, files, isFolded }: AnsweredTask): Record<string, unknown> {
  const references = files.flatMap(({ reference }) => reference ?? []);
  return {
    task_id: task.id,
    state: isDone(task) ? 'done' : stateOf(task),
    kind: task.kind,
    model: bareId(task.model),
    credits: creditsOf(task),
    files: files.map(({ path, file }) => ({
      path,
      media_type: file.mediaType,
      ...(file.width !== undefined && { width: file.width, height: file.height }),
      bytes: file.bytes,
    })),
    ...(references.length > 0 && { reference: references.join('\n') }),
    reused: isFolded,
    ...problemOf(task),
  };
}

function creditsOf(task: Task): Record<string, unknown> {
  const charge = chargeOf(task);
  const isCharge = charge.kind === 'said' && charge.as === 'charge';
  return {
    ...(task.agreedCredits !== undefined && { estimate: task.agreedCredits }),
    ...(isCharge && { charged: charge.credits }),
  };
}

/** Rivya's own words stand in the message alone, in quotes. */
function problemOf(task: Task): Record<string, unknown> {
  if (!task.problem || isDone(task)) return {};
  const isOver = task.state === 'failed' || task.hold !== undefined || task.state === 'unreachable';
  const said = creditsSaid(chargeOf(task));
  const charged = said === undefined ? 'unknown' : said > 0 ? 'yes' : 'no';
  return isOver ? { problem: { code: bareId(task.problem.code), charged, retry: false } } : {};
}
