import * as os from 'node:os';
import * as vscode from 'vscode';
import type { BaseUrl } from '../../api/baseUrl.ts';
import type { Reach, ScopeCheck, StorageCheck } from './checks.ts';

/** All that the page says. */
export interface Findings {
  readonly version: string;
  readonly sandbox: boolean;
  /** Undefined when the setting is no address. */
  readonly base: BaseUrl | undefined;
  readonly reach: Reach | undefined;
  readonly hasKey: boolean;
  /** Undefined when they could not be tested. */
  readonly scopes: readonly ScopeCheck[] | undefined;
  readonly untestedScopes: readonly string[];
  readonly proxy: readonly (readonly [name: string, value: string])[];
  readonly storage: StorageCheck;
  readonly ledger:
    | { readonly problem: string }
    | {
        readonly tasks: number;
        readonly running: number;
        readonly waiting: number;
        readonly library: { readonly files: number; readonly bytes: number };
      };
}

/** A clock that is off by more than this is worth a word, in seconds. */
const tolerableSkew = 60;

/** The findings as Markdown that reads well as it is. */
export function doctorPage(findings: Findings): string {
  const { t } = vscode.l10n;
  const sections: [title: string, lines: string[]][] = [
    [t('Versions'), versionLines(findings)],
    [t('Server'), serverLines(findings)],
    [t('Proxy and certificates'), findings.proxy.map(([name, value]) => line(name, value))],
    [t('API key'), keyLines(findings)],
    [t('Storage'), storageLines(findings)],
    [t('Tasks'), taskLines(findings)],
  ];
  return [
    `# ${t('Rivya: installation')}\n`,
    ...sections.flatMap(([title, lines]) => [`## ${title}\n`, ...orNothing(lines), '']),
    t('This page holds no key and no prompt. It can be copied into a question for help.'),
    '',
  ].join('\n');
}

function line(name: string, value: string): string {
  return `- ${name}: ${value}`;
}

function orNothing(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : [`- ${vscode.l10n.t('nothing is set')}`];
}

function versionLines({ version }: Findings): string[] {
  const place = vscode.env.remoteName === undefined ? '' : ` (${vscode.env.remoteName})`;
  return [
    line('Rivya', version),
    line(vscode.env.appName, `${vscode.version}${place}`),
    line('Node', `${process.versions.node}, ${os.type()} ${os.release()}, ${os.arch()}`),
  ];
}

function serverLines({ base, sandbox, reach }: Findings): string[] {
  const { t } = vscode.l10n;
  if (!base) return [line(t('Address'), t('the setting rivya.baseUrl is not an address of the Rivya API'))];
  const address = sandbox ? `${base.href} (${t('sandbox')})` : base.href;
  return [
    line(t('Address'), address),
    ...(reach
      ? [
          line(
            t('Reachable'),
            reach.status === undefined
              ? t('no: {0}', reach.problem ?? '?')
              : t('yes, status {0} in {1} ms', reach.status, Math.round(reach.milliseconds)),
          ),
          line(t('Certificate'), certificateText(reach.certificate)),
          line(t('Clock'), clockText(reach.clockSkew)),
        ]
      : []),
  ];
}

function certificateText(outcome: Reach['certificate']): string {
  const { t } = vscode.l10n;
  switch (outcome) {
    case 'accepted':
      return t('accepted');
    case 'rejected':
      return t('not accepted; see the settings http.systemCertificates and http.proxyStrictSSL');
    case 'unused':
      return t('not used: http on this machine');
    case 'unknown':
      return t('not known, because no connection came about');
  }
}

function clockText(skew: number | undefined): string {
  const { t } = vscode.l10n;
  if (skew === undefined) return t('not known, because the server named no time');
  if (Math.abs(skew) <= tolerableSkew) return t('agrees with the server');
  return t('differs from the server by {0} seconds; signatures of webhooks may be refused', Math.abs(skew));
}

function keyLines({ sandbox, hasKey, scopes, untestedScopes }: Findings): string[] {
  const { t } = vscode.l10n;
  const stored = sandbox
    ? t('the sandbox brings its own')
    : hasKey
      ? t('one is stored')
      : t('none is stored');
  return [
    line(t('Key'), stored),
    ...(scopes ?? []).map(({ scope, outcome }) => line(scope, outcomeText(outcome))),
    ...(scopes ? [line(untestedScopes.join(', '), t('cannot be tested without cost'))] : []),
  ];
}

function outcomeText(outcome: ScopeCheck['outcome']): string {
  const { t } = vscode.l10n;
  if (outcome === 'granted') return t('granted');
  return outcome === 'denied' ? t('not granted') : t('no answer to judge by: {0}', outcome.code);
}

function storageLines({ storage, ledger }: Findings): string[] {
  const { t } = vscode.l10n;
  const { folder, isWritable, freeSpace, databaseSize, problem } = storage;
  return [
    line(t('Folder'), folder),
    line(t('Writable'), isWritable ? t('yes') : t('no: {0}', problem ?? '?')),
    ...(freeSpace === undefined ? [] : [line(t('Free space'), megabytes(freeSpace))]),
    line(t('Database'), megabytes(databaseSize)),
    ...('problem' in ledger
      ? []
      : [line(t('Library'), t('{0} files, {1}', ledger.library.files, megabytes(ledger.library.bytes)))]),
  ];
}

function taskLines({ ledger }: Findings): string[] {
  const { t } = vscode.l10n;
  if ('problem' in ledger) return [line(t('List of tasks'), t('no: {0}', ledger.problem))];
  return [
    line(t('In the list'), String(ledger.tasks)),
    line(t('Running'), String(ledger.running)),
    line(t('Ready to insert'), String(ledger.waiting)),
  ];
}

function megabytes(bytes: number): string {
  const amount = (bytes / 1_000_000).toLocaleString(vscode.env.language, { maximumFractionDigits: 1 });
  return `${amount} MB`;
}
