import * as vscode from 'vscode';
import type { ManifestProblem } from '../../core/assets/manifest/problem.ts';
import { plain } from '../messages/plain.ts';
import { wordingText } from '../text/wordingText.ts';

/** What a YAML parser and our schema know as well; see `ManifestProblemCode`. */
const ofShape: ReadonlySet<ManifestProblem['code']> = new Set(['asset-syntax', 'asset-shape']);

/**
 * Whether another extension checks the shape of YAML by the schema that we contribute: then it says what is
 * wrong there, and completes and explains the keys.
 */
export function hasYamlExtension(scope: vscode.ConfigurationScope): boolean {
  if (!vscode.extensions.getExtension('redhat.vscode-yaml')) return false;
  return vscode.workspace.getConfiguration('yaml', scope).get('validate') !== false;
}

/** The problems of a manifest that are ours to tell. */
export function toldProblems(
  problems: readonly ManifestProblem[],
  isChecked: boolean,
): readonly ManifestProblem[] {
  return isChecked ? problems.filter(({ code }) => !ofShape.has(code)) : problems;
}

export function diagnosticOf(document: vscode.TextDocument, problem: ManifestProblem): vscode.Diagnostic {
  const { range, message, severity, code } = problem;
  const shown = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(
    shown,
    plain(wordingText(message), 'detail'),
    severity === 'error' ? Error : Warning,
  );
  diagnostic.code = code;
  diagnostic.source = 'Rivya';
  return diagnostic;
}
