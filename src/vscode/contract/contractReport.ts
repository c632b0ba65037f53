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
    `# ${t('API compatibility')}`,
    '',
    t(
      'Comparison of what this extension uses with the OpenAPI document at {0}, {1}.',
      code(`${server}/api/v1/openapi.json`),
      time,
    ),
    ...(sandbox ? ['', t('This is the sandbox, not Rivya.')] : []),
    '',
  ];
  if (!comparison.readable) {
    lines.push(t("The document doesn't describe any operations. Nothing was compared."), '');
    return lines.join('\n');
  }
  const version = comparison.version === undefined ? t('not stated') : code(comparison.version);
  lines.push(t('Version: {0}. Operations compared: {1}.', version, comparison.operations), '');
  lines.push(...section('breaks', t('Breaking changes'), comparison));
  lines.push(...section('differs', t('Different, but compatible'), comparison));
  lines.push(...section('new', t('New and unused'), comparison));
  if (comparison.differences.some(each => each.grade === 'breaks'))
    lines.push(t('Report breaking changes and include this page: {0}', issuesPage), '');
  return lines.join('\n');
}

function section(grade: Grade, title: string, { differences }: Comparison): string[] {
  const sentences = differences.filter(each => each.grade === grade).map(sentenceOf);
  const shown = sentences.slice(0, mostLines).map(each => `- ${each}`);
  const left = sentences.length - shown.length;
  return [
    `## ${title} (${sentences.length})`,
    '',
    ...(sentences.length === 0 ? [l10n.t('None.')] : shown),
    ...(left > 0 ? [`- ${l10n.t('...and {0} more.', left)}`] : []),
    '',
  ];
}

function sentenceOf(difference: Difference): string {
  const { t } = l10n;
  const operation = code(difference.operation);
  switch (difference.kind) {
    case 'operationMissing':
      return t('{0} was removed.', operation);
    case 'operationNew':
      return t('{0} is new.', operation);
    case 'answerUndescribed':
      return t("{0}: the response isn't described.", operation);
    case 'parameterMissing':
      return t('{0}: the parameter {1} is sent but not documented.', operation, code(difference.name));
    case 'parameterRequired':
      return t('{0}: the parameter {1} is required.', operation, code(difference.name));
    case 'mediaTypeMissing':
      return difference.side === 'request'
        ? t('{0}: the request no longer accepts {1}.', operation, code(difference.mediaType))
        : t('{0}: the response is no longer {1}.', operation, code(difference.mediaType));
    default:
      return `${placeOf(difference)}: ${fieldSentence(difference)}`;
  }
}

type FieldDifference = Extract<Difference, { readonly field: string }>;

function placeOf({ side, operation }: FieldDifference): string {
  const { t } = l10n;
  if (side === 'error') return t('Errors');
  return side === 'request' ? t('Request of {0}', code(operation)) : t('Response of {0}', code(operation));
}

function fieldSentence(difference: FieldDifference): string {
  const { t } = l10n;
  const field = difference.field === '' ? t('the body') : code(difference.field);
  switch (difference.kind) {
    case 'fieldMissing':
      if (difference.side !== 'request') return t('{0} is missing.', field);
      return difference.grade === 'breaks'
        ? t('{0} is sent but not accepted.', field)
        : t('{0} is sent but not documented.', field);
    case 'fieldRequired':
      return t('{0} is required.', field);
    case 'fieldOptional':
      return t('{0} can be missing or null.', field);
    case 'fieldNew':
      return t('{0} is new.', field);
    case 'fieldRenamed':
      return t('{0} was renamed to {1}. Both are supported.', field, code(difference.name));
    case 'fieldInside':
      return t('{0} moved into {1}. Both are supported.', field, code(difference.name));
    case 'fieldRetyped':
      return t('{0} is {1} instead of {2}.', field, code(difference.found), code(difference.expected));
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
