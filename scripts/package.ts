/** Packages what `scripts/build.ts` has built as `rivya-<version>.vsix`, and fails when it is larger than the budget. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { root, vsixFile } from './workspace.ts';

const budgetInBytes = 1_500_000;

await createVSIX({ cwd: root, packagePath: vsixFile, dependencies: false });
const { size } = await stat(vsixFile);
console.log(
  `${path.basename(vsixFile)}: ${(size / 1000).toFixed(0)} KB of ${(budgetInBytes / 1000).toFixed(0)} KB`,
);
if (size > budgetInBytes) {
  console.error('The package is over its budget.');
  process.exitCode = 1;
}
