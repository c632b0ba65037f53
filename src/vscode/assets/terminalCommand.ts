import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { renamePatiently } from '../../base/patience.ts';
import type { HostContext } from '../host/hostContext.ts';
import { setting } from '../manifest/settings.ts';
import { l10n } from '../text/l10n.ts';

/** Where `rivya` lies, and what runs it. */
export interface CommandLine {
  /** Absolute path of a program that is Node when it is told so: the one of this extension host. */
  readonly node: string;
  /** Absolute path of the command line in one file. */
  readonly program: string;
}

/**
 * Puts `rivya` on the path of the integrated terminal, as long as `rivya.terminal.command` says so. The key
 * is not handed on: the command takes it from the environment alone.
 */
export function offerTerminalCommand({ context, log }: Pick<HostContext, 'context' | 'log'>): Disposable {
  const folder = path.join(context.globalStorageUri.fsPath, 'bin');
  const commandLine = { node: process.execPath, program: context.asAbsolutePath('dist/cli.cjs') };
  const apply = async (): Promise<void> => {
    const variables = context.environmentVariableCollection;
    if (!setting('terminal.command')) {
      variables.clear();
      return;
    }
    await writeLaunchers(folder, commandLine);
    variables.description = l10n.t('The command `rivya` for assets (setting rivya.terminal.command)');
    // Behind all others: a `rivya` of the person's own counts first.
    const value = `${path.delimiter}${folder}`;
    if (variables.get('PATH')?.value === value) return;
    // A login shell of macOS makes its path anew after the process has begun.
    variables.append('PATH', value, { applyAtProcessCreation: true, applyAtShellIntegration: true });
  };
  let before: Promise<void> = Promise.resolve();
  const applySoon = (): Promise<void> =>
    (before = before.then(apply).catch((error: unknown) => {
      log.warn(`The command rivya is not offered: ${describeError(error)}`);
    }));
  const changes = vscode.workspace.onDidChangeConfiguration(change => {
    if (change.affectsConfiguration('rivya.terminal.command')) void applySoon();
  });
  void applySoon();
  return changes;
}

/**
 * Writes what starts the command line from a shell and from `cmd`, where it is not so already. In the
 * storage, and not with the extension: that moves with each update, and not every way keeps modes of files.
 */
export async function writeLaunchers(folder: string, commandLine: CommandLine): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeProgram(path.join(folder, 'rivya'), shellLauncher(commandLine));
  await writeProgram(path.join(folder, 'rivya.cmd'), cmdLauncher(commandLine));
}

/** For `sh` and all that reads its language. */
export function shellLauncher({ node, program }: CommandLine): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(node)} ${quoted(program)} "$@"\n`;
}

/** For `cmd` and PowerShell. */
export function cmdLauncher({ node, program }: CommandLine): string {
  const quoted = (text: string): string => `"${text.replaceAll('%', '%%')}"`;
  const lines = ['@echo off', 'setlocal', 'set ELECTRON_RUN_AS_NODE=1'];
  return [...lines, `${quoted(node)} ${quoted(program)} %*`, ''].join('\r\n');
}

async function writeProgram(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(missing)) === text) return;
  // Another window may write the same, and a terminal run it meanwhile.
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, text);
  await chmod(temporary, 0o755);
  await renamePatiently(temporary, file);
}

function missing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
