import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { programFiles, programOptions } from '../../scripts/buildCli.ts';

/** Builds a program as it is shipped. @returns the path of its file, in a folder of its own */
export async function buildProgram(program: keyof typeof programFiles): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), `${program}-`));
  await esbuild.build(programOptions(program, folder));
  return path.join(folder, programFiles[program]);
}

export interface Ended {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Starts a program with exactly this environment; `ended` never rejects. */
export function start(
  program: string,
  parameters: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(program, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let error = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  const ended = new Promise<Ended>(resolve => {
    child.once('error', cause => resolve({ code: -1, out, error: String(cause) }));
    child.once('close', code => resolve({ code, out, error }));
  });
  return { child, ended };
}
