import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, it, vi } from 'vitest';
import { said } from '../../../../src/vscode/messages/clientWords.ts';
import { l10n } from '../../../../src/vscode/text/l10n.ts';

/** Where src/api says of its own accord what went wrong on the way. */
const files = [
  'errors/errorResponse.ts',
  'errors/networkError.ts',
  'chat/chatFrames.ts',
  'chat/chatStream.ts',
  'transport/body.ts',
  'transport/download.ts',
  'transport/transport.ts',
];
/** What never comes into a message, or only beside a bug: nobody waits for what was cancelled. */
const unsaid =
  /cancelled|cannot be written as JSON|API key|idempotency key|deadline of|An event of the stream|result file is not there|Not understood/;

/** The sentences of a file, with sample values. */
function sentencesOf(file: string): string[] {
  const text = readFileSync(new URL(`../../../../src/api/${file}`, import.meta.url), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else if (ts.isTemplateExpression(node)) found.push(filled(node, source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.filter(each => /^[A-Z][^]* [^]*\.$/.test(each) && !unsaid.test(each));
}

function filled(node: ts.TemplateExpression, source: ts.SourceFile): string {
  return node.templateSpans.reduce((all, { expression, literal }) => {
    const name = expression.getText(source);
    return (
      all + (samples[name] ?? (/^(?:origin|says)/.test(name) ? 'https://a.example' : '7')) + literal.text
    );
  }, node.head.text);
}

const samples: Readonly<Record<string, string>> = {
  certificate: 'CERT_HAS_EXPIRED',
  shown: ' (ECONNRESET)',
  'reason.message': 'The headers deadline of 30000 ms passed.',
  'cause.message': 'data is not an object.',
  place: ' to https://a.example',
  why: 'not https',
};

it.each(files.flatMap(file => sentencesOf(file).map(text => [text] as const)))(
  'says in the language of the window: %s',
  text => {
    const translate = vi.spyOn(l10n, 't');
    said(text);
    expect(translate).toHaveBeenCalled();
    translate.mockRestore();
  },
);

it.each([
  [
    'No connection to https://a.example (ECONNREFUSED).',
    'No connection to https://a.example (ECONNREFUSED).',
  ],
  ['The host of https://a.example was not found.', "The host of https://a.example wasn't found."],
  [
    'The server took too long. The idle deadline of 30000 ms passed.',
    "The server didn't respond within 30 seconds.",
  ],
  ['Only 5000 of 12345 bytes came.', 'Only 5,000 of 12,345 bytes were received.'],
  [
    'https://a.example offers no version of TLS that is safe (ERR_SSL_X).',
    'https://a.example offers no safe version of TLS (ERR_SSL_X).',
  ],
  ['The prompt was refused', 'The prompt was refused.'],
])('of %s', (text, expected) => {
  expect(said(text)).toBe(expected);
});
