import type * as esbuild from 'esbuild';
import { root, version } from './workspace.ts';

/** The name of the command line in the folder of a build. */
export const cliFile = 'cli.cjs';

/**
 * How `rivya`, the command line, is bundled: one CommonJS file that needs nothing but Node. What is loaded on
 * use stays so within it, because Node must be looked at first.
 */
export function cliOptions(outputFolder: string): esbuild.BuildOptions & { metafile: true } {
  return {
    absWorkingDir: root,
    entryPoints: { cli: 'src/cli/main.ts' },
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
