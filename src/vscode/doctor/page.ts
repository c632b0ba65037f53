import * as os from 'node:os';
import * as vscode from 'vscode';
import type { BaseUrl } from '../../api/address/baseUrl.ts';
import type { Journal } from '../../core/storage/database.ts';
import type { Reach, ScopeCheck, StorageCheck } from './checks.ts';
import { plain } from '../messages/plain.ts';
import { l10n } from '../text/l10n.ts';

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
  /** Whether the storage folder goes when the machine of this window is built anew. */
  readonly isBuiltMachine: boolean;
  readonly ledger:
    | { readonly problem: string }
    | {
        readonly tasks: number;
        readonly running: number;
        readonly waiting: number;
        readonly journal: Journal;
        readonly library: { readonly files: number; readonly bytes: number };
      };
  readonly agents: {
    readonly isEnabled: boolean;
    /** How many language model tools of ours VS Code knows, and how many there are. */
    readonly tools: { readonly known: number; readonly all: number };
    /** In credits, today; undefined when the ledger cannot be read. */
    readonly spent: number | undefined;
    readonly budget: number;
    readonly isStopped: boolean;
    /** What those that have ordered call themselves. */
    readonly clients: readonly string[];
    /** Whether programs outside can reach this window. */
    readonly bridge: boolean;
    /** What those that have reached it call themselves. */
    readonly seen: readonly string[];
  };
}

/** A clock that is off by more than this is worth a word, in seconds. */
const tolerableSkew = 60;

/** The findings as Markdown that reads well as it is. The first line is the first thing that is not right. */
export function doctorPage(findings: Findings): string {
  const { t } = l10n;
  const sections: [title: string, lines: string[]][] = [
    [t('Versions'), versionLines(findings)],
    [t('Server'), serverLines(findings)],
    [t('Proxy and certificates'), findings.proxy.map(([name, value]) => line(name, value))],
    [t('API key'), keyLines(findings)],
    [t('Storage'), storageLines(findings)],
    [t('Tasks'), taskLines(findings)],
    [t('Agents'), agentLines(findings)],
  ];
  const wrong = sections.flatMap(([, lines]) => lines).find(each => each.startsWith(`- ${marks.wrong}`));
  return [
    wrong === undefined ? `# ${marks.right} ${t('No problems found')}\n` : `# ${wrong.slice(2)}\n`,
    ...sections.flatMap(([title, lines]) => [`## ${title}\n`, ...orNothing(lines), '']),
    t(
      'This page contains no keys or prompts, but it names folders, the server, and the proxy. You can share it when you ask for help.',
    ),
    '',
  ].join('\n');
}

const marks = { right: '✓', wrong: '✗' } as const;

/** A line of something that is as it should be, or is not. */
function check(isRight: boolean, name: string, value: string): string {
  return `- ${isRight ? marks.right : marks.wrong} ${name}: ${value}`;
}

function line(name: string, value: string): string {
  return `- ${name}: ${value}`;
}

function orNothing(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : [`- ${l10n.t('No settings')}`];
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
  const { t } = l10n;
  if (!base)
    return [check(false, t('Address'), t("the setting rivya.baseUrl isn't a valid Rivya API address"))];
  const address = sandbox ? `${base.href} (${t('sandbox')})` : base.href;
  return [
    line(t('Address'), address),
    ...(reach
      ? [
          check(
            reach.status !== undefined,
            t('Reachable'),
            reach.status === undefined
              ? t('no: {0}', reach.problem ?? '?')
              : t('yes, status {0} in {1} ms', reach.status, Math.round(reach.milliseconds)),
          ),
          reach.certificate === 'unknown'
            ? line(t('Certificate'), certificateText(reach.certificate))
            : check(reach.certificate !== 'rejected', t('Certificate'), certificateText(reach.certificate)),
          reach.clockSkew === undefined
            ? line(t('Clock'), clockText(reach.clockSkew))
            : check(Math.abs(reach.clockSkew) <= tolerableSkew, t('Clock'), clockText(reach.clockSkew)),
        ]
      : []),
  ];
}

function certificateText(outcome: Reach['certificate']): string {
  const { t } = l10n;
  switch (outcome) {
    case 'accepted':
      return t({ message: 'accepted', comment: 'Whether the certificate of the server is accepted' });
    case 'rejected':
      return t('rejected; check the settings http.systemCertificates and http.proxyStrictSSL');
    case 'unused':
      return t('not used (http on this computer)');
    case 'unknown':
      return t('unknown (no connection)');
  }
}

function clockText(skew: number | undefined): string {
  const { t } = l10n;
  if (skew === undefined) return t('unknown (the server sent no time)');
  if (Math.abs(skew) <= tolerableSkew) return t('in sync with the server');
  return t('{0} seconds off; webhook signatures may be rejected', Math.abs(skew));
}

function keyLines({ sandbox, hasKey, scopes, untestedScopes }: Findings): string[] {
  const { t } = l10n;
  const stored = sandbox ? t('provided by the sandbox') : hasKey ? t('stored') : t('not set');
  return [
    check(sandbox || hasKey, t({ message: 'Key', comment: 'The API key' }), stored),
    ...(scopes ?? []).map(({ scope, outcome }) => check(outcome === 'granted', scope, outcomeText(outcome))),
    ...(scopes ? [line(untestedScopes.join(', '), t('not tested (would cost credits)'))] : []),
  ];
}

function outcomeText(outcome: ScopeCheck['outcome']): string {
  const { t } = l10n;
  if (outcome === 'granted')
    return t({ message: 'granted', comment: 'Whether the API key may do something' });
  return outcome === 'denied'
    ? t({ message: 'not granted', comment: 'Whether the API key may do something' })
    : t('unknown ({0})', outcome.code);
}

function storageLines({ storage, ledger, isBuiltMachine }: Findings): string[] {
  const { t } = l10n;
  const { folder, isWritable, freeSpace, databaseSize, problem } = storage;
  return [
    line(t('Folder'), folder),
    ...(isBuiltMachine ? builtMachineLines(folder) : []),
    check(
      isWritable,
      t('Writable'),
      isWritable
        ? t({ message: 'yes', comment: 'Whether the folder can be written to' })
        : t('no: {0}', problem ?? '?'),
    ),
    ...(freeSpace === undefined ? [] : [line(t('Free space'), megabytes(freeSpace))]),
    line(t('Database'), megabytes(databaseSize)),
    ...('problem' in ledger
      ? []
      : [
          ...journalLines(ledger.journal),
          line(
            t({ message: 'Library', comment: 'The folder of generated files' }),
            t('{0} files, {1}', ledger.library.files, megabytes(ledger.library.bytes)),
          ),
        ]),
  ];
}

/** What a rebuilt container takes along, and how to keep it. */
function builtMachineLines(folder: string): string[] {
  const { t } = l10n;
  return [
    line(
      t('When the container is rebuilt'),
      t("this folder is deleted. Unfinished tasks are restored, but the library and the chats aren't."),
    ),
    line(
      t('To keep them'),
      t(
        'add this line to "mounts" in devcontainer.json, and make the container\'s user the owner of the folder: {0}',
        `\`source=rivya-data,target=${folder},type=volume\``,
      ),
    ),
  ];
}

function journalLines({ mode, fileSystem, problem }: Journal): string[] {
  const { t } = l10n;
  return [
    line(
      t('File system'),
      fileSystem === undefined
        ? t('probably on this computer')
        : t(
            '{0}: several computers may write there. Everything works, but more slowly. A folder on a disk of this computer is safer.',
            fileSystem,
          ),
    ),
    line(
      t({ message: 'Journal', comment: 'How a database writes its changes' }),
      problem === undefined ? mode : t('{0}, because the usual one failed: {1}', mode, problem),
    ),
    ...(fileSystem !== undefined && mode === 'wal'
      ? [
          check(
            false,
            t({ message: 'Warning', comment: 'Before a sentence' }),
            t("this journal isn't safe there. Close the other windows and reload this one."),
          ),
        ]
      : []),
  ];
}

function taskLines({ ledger }: Findings): string[] {
  const { t } = l10n;
  if ('problem' in ledger) return [check(false, t('Task list'), t('no: {0}', ledger.problem))];
  return [
    line(t('Tasks'), String(ledger.tasks)),
    line(t({ message: 'Running', comment: 'How many generations are running' }), String(ledger.running)),
    line(t('Ready to insert'), String(ledger.waiting)),
  ];
}

function agentLines({ agents }: Findings): string[] {
  const { t } = l10n;
  const { isEnabled, tools, spent, budget, isStopped, clients, bridge, seen } = agents;
  if (!isEnabled) return [line(t('Tools'), t('turned off (rivya.agents.enabled)'))];
  const shown = (credits: number): string => credits.toLocaleString(l10n.language);
  return [
    check(tools.known === tools.all, t('Tools'), t('{0} of {1}', tools.known, tools.all)),
    ...(spent === undefined
      ? []
      : [line(t('Spent today'), t('{0} of {1} credits', shown(spent), shown(budget)))]),
    ...(isStopped ? [line(t('Stopped'), t('until midnight'))] : []),
    line(t('External agents'), bridge ? t('can reach this window') : t("can't reach this window")),
    ...(seen.length > 0 ? [line(t('Connected so far'), seen.map(each => plain(each, 'id')).join(', '))] : []),
    ...(clients.length > 0
      ? [line(t('Started tasks'), clients.map(each => plain(each, 'id')).join(', '))]
      : []),
  ];
}

function megabytes(bytes: number): string {
  const amount = (bytes / 1_000_000).toLocaleString(l10n.language, { maximumFractionDigits: 1 });
  return `${amount} MB`;
}
