import type { Comparison, Difference, Grade } from '../../core/contract/compareContract.ts';
import { l10n } from '../text/l10n.ts';

/** What was compared with what, and when. */
export interface ReportContext {
  readonly server: string;
  readonly at: Date;
  readonly sandbox: boolean;
}

const issuesPage = 'https://github.com/rivya-ai/rivya-vscode/issues';
// A document that differs in more than this is another API.
const mostLines = 300;

/** The comparison in words, as Markdown. */
export function contractReport(comparison: Comparison, { server, at, sandbox }: ReportContext): string {
  const { t } = l10n;
  const time = at.toLocaleString(l10n.language, { dateStyle: 'long', timeStyle: 'short' });
  const lines = [
    `# ${t('API contract')}`,
    '',
    t(
      'What this extension sends and reads, compared with what {0} says of itself in its OpenAPI document, on {1}.',
      code(`${server}/api/v1/openapi.json`),
      time,
    ),
    ...(sandbox ? ['', t('This is the sandbox, not Rivya itself.')] : []),
    '',
  ];
  if (!comparison.readable) {
    lines.push(t('The document describes no operations, so nothing could be compared.'), '');
    return lines.join('\n');
  }
  const version = comparison.version === undefined ? t('not stated') : code(comparison.version);
  lines.push(t('Version: {0}. Operations compared: {1}.', version, comparison.operations), '');
  lines.push(...section('breaks', t('Breaks this extension'), comparison));
  lines.push(...section('differs', t('Differs, but works'), comparison));
  lines.push(...section('new', t('New, and not used here'), comparison));
  if (comparison.differences.some(each => each.grade === 'breaks'))
    lines.push(t('Please report what breaks, with this page: {0}', issuesPage), '');
  return lines.join('\n');
}

function section(grade: Grade, title: string, { differences }: Comparison): string[] {
  const sentences = differences.filter(each => each.grade === grade).map(sentenceOf);
  const shown = sentences.slice(0, mostLines).map(each => `- ${each}`);
  const left = sentences.length - shown.length;
  return [
    `## ${title} (${sentences.length})`,
    '',
    ...(sentences.length === 0 ? [l10n.t('Nothing.')] : shown),
    ...(left > 0 ? [`- ${l10n.t('…and {0} more.', left)}`] : []),
    '',
  ];
}

function sentenceOf(difference: Difference): string {
  const { t } = l10n;
  const operation = code(difference.operation);
  switch (difference.kind) {
    case 'operationMissing':
      return t('{0} is gone.', operation);
    case 'operationNew':
      return t('{0} exists.', operation);
    case 'answerUndescribed':
      return t('{0}: the answer is not described.', operation);
    case 'parameterMissing':
      return t('{0}: the parameter {1}, which is sent, is not mentioned.', operation, code(difference.name));
    case 'parameterRequired':
      return t('{0}: the parameter {1} is required.', operation, code(difference.name));
    case 'mediaTypeMissing':
      return difference.side === 'request'
        ? t('{0}: the request can no longer be {1}.', operation, code(difference.mediaType))
        : t('{0}: the answer is no longer {1}.', operation, code(difference.mediaType));
    default:
      return `${placeOf(difference)}: ${fieldSentence(difference)}`;
  }
}

type FieldDifference = Extract<Difference, { readonly field: string }>;

function placeOf({ side, operation }: FieldDifference): string {
  const { t } = l10n;
  if (side === 'error') return t('Errors');
  return side === 'request' ? t('Request of {0}', code(operation)) : t('Answer of {0}', code(operation));
}

function fieldSentence(difference: FieldDifference): string {
  const { t } = l10n;
  const field = difference.field === '' ? t('the body') : code(difference.field);
  switch (difference.kind) {
    case 'fieldMissing':
      if (difference.side !== 'request') return t('{0} is missing.', field);
      return difference.grade === 'breaks'
        ? t('{0}, which is sent, is refused.', field)
        : t('{0}, which is sent, is not mentioned.', field);
    case 'fieldRequired':
      return t('{0} is required.', field);
    case 'fieldOptional':
      return t('{0} may be absent or null.', field);
    case 'fieldNew':
      return t('{0} is new.', field);
    case 'fieldRenamed':
      return t('{0} is called {1}; it is read all the same.', field, code(difference.name));
    case 'fieldInside':
      return t('{0} stands inside {1}; it is read all the same.', field, code(difference.name));
    case 'fieldRetyped':
      return t('{0} is {1} in place of {2}.', field, code(difference.found), code(difference.expected));
    case 'wordsMissing':
      return t('{0} no longer has the values {1}.', field, difference.words.map(code).join(', '));
    case 'wordsNew':
      return t('{0} has the new values {1}.', field, difference.words.map(code).join(', '));
  }
}

/** Names of the server's, so that they stay one piece of code in one line, whatever they hold. */
function code(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\s`]+/gu, ' ').trim();
  return `\`${plain.length > 120 ? `${plain.slice(0, 119)}…` : plain}\``;
}
