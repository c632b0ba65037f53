import type * as esbuild from 'esbuild';
import { root, version } from './workspace.ts';

/**
 * The programs that run on Node alone, and their files in the folder of a build: those of `bin`, and the
 * shim, which the extension lays where agents' programs find it.
 */
export const programFiles = { rivya: 'cli.cjs', 'rivya-mcp': 'mcp.cjs', shim: 'shim.cjs' } as const;

const entries = {
  rivya: { cli: 'src/cli/main.ts' },
  'rivya-mcp': { mcp: 'src/mcp/alone/main.ts' },
  shim: { shim: 'src/mcp/shim/shim.ts' },
} as const;

/**
 * How a program is bundled: one CommonJS file that needs nothing but Node. What is loaded on use stays so
 * within it, because Node must be looked at first.
 */
export function programOptions(
  program: keyof typeof programFiles,
  outputFolder: string,
): esbuild.BuildOptions & { metafile: true } {
  return {
    absWorkingDir: root,
    entryPoints: entries[program],
    outdir: outputFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    minify: true,
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node' },
    define: { 'import.meta.dirname': '__dirname', bundledVersion: JSON.stringify(version) },
    metafile: true,
    logLevel: 'silent',
  };
}
