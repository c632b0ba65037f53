import type { ChatMessageRecord, ChatSessionRecord } from './records.ts';
import { composeMessage } from './quotation.ts';

/** The labels of an export, in the user's language. */
export interface ExportLabels {
  readonly you: string;
  readonly model: string;
  /** Under an answer that is not complete, by its state. */
  readonly stopped: string;
  readonly incomplete: string;
  readonly failed: string;
  /** `{0}` input tokens, `{1}` output tokens, `{2}` credits, as a finished sentence. */
  usage(message: ChatMessageRecord): string | undefined;
  date(milliseconds: number): string;
}

/** A conversation as a Markdown document. Answers stand as they came: they are Markdown already. */
export function exportMarkdown(
  session: Pick<ChatSessionRecord, 'title' | 'model' | 'createdAt'>,
  messages: readonly ChatMessageRecord[],
  labels: ExportLabels,
): string {
  const head = [
    `# ${oneLine(session.title) || labels.model}`,
    [labels.date(session.createdAt), session.model].filter(part => part !== undefined).join(' · '),
  ];
  const parts = messages.map(message => messageText(message, session.model, labels));
  return `${[...head, ...parts].join('\n\n')}\n`;
}

function messageText(message: ChatMessageRecord, model: string | undefined, labels: ExportLabels): string {
  const speaker = message.role === 'user' ? labels.you : (model ?? labels.model);
  const images = message.images.map(image => `*${escaped(image.name)}*`);
  const body = composeMessage(message.text, message.contexts);
  const state = {
    streaming: labels.incomplete,
    complete: undefined,
    stopped: labels.stopped,
    incomplete: labels.incomplete,
    failed: labels.failed,
  }[message.state];
  const usage = labels.usage(message);
  return [
    `## ${speaker}`,
    ...images,
    ...(body === '' ? [] : [closed(body)]),
    ...(state === undefined ? [] : [`*${state}*`]),
    ...(usage === undefined ? [] : [`<sub>${usage}</sub>`]),
  ].join('\n\n');
}

/** An answer that broke off inside a code block must not swallow what follows it. */
function closed(markdown: string): string {
  let open: string | undefined;
  for (const line of markdown.split('\n')) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (!fence) continue;
    const [, marks = '', rest = ''] = fence;
    if (open === undefined) {
      if (marks.startsWith('~') || !rest.includes('`')) open = marks;
    } else if (open.startsWith(marks.charAt(0)) && marks.length >= open.length && rest.trim() === '') {
      open = undefined;
    }
  }
  return open === undefined ? markdown : `${markdown}\n${open}`;
}

function oneLine(text: string): string {
  return escaped(text.replace(/\s+/g, ' ').trim());
}

function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>#]/g, '\\$&');
}
