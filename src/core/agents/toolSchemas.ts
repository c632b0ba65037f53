import type { MediaKind } from '../../shared/task.ts';

/** The tools that agents are given, in the order in which they are listed. */
export const toolNames = [
  'generate_image',
  'generate_video',
  'generate_audio',
  'check_task',
  'find_tasks',
  'list_models',
  'get_credits',
] as const;
export type ToolName = (typeof toolNames)[number];

export const generators = {
  image: 'generate_image',
  video: 'generate_video',
  audio: 'generate_audio',
} as const satisfies Record<MediaKind, ToolName>;

/** The limits of what an agent may say; the schemas below and the readers of inputs name them once. */
export const limits = {
  prompt: 20_000,
  model: 100,
  params: 40,
  param: 20_000,
  count: 4,
  references: 8,
  path: 1_024,
  waitSeconds: 300,
  tasks: 8,
  taskId: 100,
  query: 200,
  found: 20,
} as const;

type Property = Readonly<Record<string, unknown>>;

/** A JSON Schema as every host understands it: one type, no alternatives, no references, no formats. */
export interface ToolSchema {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, Property>>;
}

const kind: Property = { type: 'string', enum: ['image', 'video', 'audio'], description: 'Only this kind.' };

function generator(media: MediaKind): ToolSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['prompt'],
    properties: {
      prompt: {
        type: 'string',
        minLength: 1,
        maxLength: limits.prompt,
        description: `What the ${media} ${media === 'audio' ? 'is to sound like, or the words to be spoken' : 'shows'}. No file names, no instructions to you.`,
      },
      model: {
        type: 'string',
        maxLength: limits.model,
        description: "Model id from list_models. Leave out for the user's own.",
      },
      params: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'By key, as list_models names them. Leave out for defaults; some raise the price.',
      },
      ...(media === 'image' && {
        count: {
          type: 'integer',
          minimum: 1,
          maximum: limits.count,
          description: 'How many variations; each costs the full price. Default 1.',
        },
      }),
      references: {
        type: 'array',
        maxItems: limits.references,
        items: {
          type: 'string',
          maxLength: limits.path,
          description: 'Path inside the workspace, or task:<id> for an earlier result.',
        },
        description: 'Files to work from.',
      },
      document: {
        type: 'string',
        maxLength: limits.path,
        description:
          'Path of the document that will show it: the file goes where that expects it, and the answer has the text for it.',
      },
      wait_seconds: {
        type: 'integer',
        minimum: 0,
        maximum: limits.waitSeconds,
        description: 'Longest wait for the result; then ask check_task. Default: 120 for an image, else 0.',
      },
      again: {
        type: 'boolean',
        description:
          'True only when the user wants one more of the same; else an identical order is the existing job, free.',
      },
    },
  };
}

const taskIds: Property = {
  type: 'array',
  minItems: 1,
  maxItems: limits.tasks,
  items: { type: 'string', maxLength: limits.taskId, description: 'A task id.' },
  description: 'Ids that a generator or find_tasks has named.',
};

/** What each tool takes. `package.json` repeats them, and a test holds them together. */
export const toolSchemas: Readonly<Record<ToolName, ToolSchema>> = {
  generate_image: generator('image'),
  generate_video: generator('video'),
  generate_audio: generator('audio'),
  check_task: {
    type: 'object',
    additionalProperties: false,
    required: ['task_ids'],
    properties: {
      task_ids: taskIds,
      wait_seconds: {
        type: 'integer',
        minimum: 0,
        maximum: limits.waitSeconds,
        description: 'How long to wait until all have ended, at most. Default 0.',
      },
      document: {
        type: 'string',
        maxLength: limits.path,
        description: 'Path of a document; the answer then has the text by which it refers to the files.',
      },
      show: {
        type: 'boolean',
        description: 'True to see the images, up to four and small. Only when you have to look at them.',
      },
    },
  },
  find_tasks: {
    type: 'object',
    additionalProperties: false,
    properties: {
      query: {
        type: 'string',
        maxLength: limits.query,
        description: 'Words of the prompt, the model or the file name. Leave out for the latest.',
      },
      kind,
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: limits.found,
        description: 'How many at most. Default 10.',
      },
    },
  },
  list_models: {
    type: 'object',
    additionalProperties: false,
    properties: {
      kind,
      query: { type: 'string', maxLength: limits.query, description: 'Part of the name or id.' },
      model: {
        type: 'string',
        maxLength: limits.model,
        description: 'A model id: the answer is then its parameters.',
      },
    },
  },
  get_credits: { type: 'object', additionalProperties: false, properties: {} },
};

const paid = (media: string): string =>
  `Generates ${media} with Rivya and saves it in the workspace. Costs the user's credits: look with find_tasks first. Returns path, text for the document and cost, or a task id for check_task. Not for editing code or text.`;

/** What the model reads of each tool: what it does, that it costs, what comes back, and what to do next. */
export const toolDescriptions: Readonly<Record<ToolName, string>> = {
  generate_image: paid('an image'),
  generate_video: paid('a video'),
  generate_audio: paid('speech, music or a sound'),
  check_task:
    'Tells what became of Rivya jobs, and waits for them if asked. Free. Returns state, paths and cost of each. Use it in place of ordering again.',
  find_tasks:
    "Finds the user's earlier Rivya jobs and their files. Free. Returns a line for each with its id, state, file and prompt. Use it before ordering what may exist.",
  list_models:
    'Lists the Rivya models with what they cost, or the parameters of one. Free. Use it when the user asks for a certain model, quality or price.',
  get_credits:
    'Tells the balance of Rivya credits and what agents may still spend today. Free. Only the user can change either.',
};
