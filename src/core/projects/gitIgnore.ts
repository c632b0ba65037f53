import ignorePackage from 'ignore';
import { joined, type ProjectFiles } from './projectFiles.ts';

const ignore = ignorePackage.default;

/**
 * Whether the `.gitignore` files from the workspace folder down to a file hide it from git. A folder that is
 * hidden hides all that is in it, whatever is said deeper.
 */
export async function isGitIgnored(files: ProjectFiles, file: string): Promise<boolean> {
  const parts = file.split('/');
  const rules: ReturnType<typeof ignore>[] = [];
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth - 1);
    const text = await files.read(joined(...folder, '.gitignore'));
    rules.push(ignore({ ignorecase: false, allowRelativePaths: true }).add(text ?? ''));
    let isHidden = false;
    for (const [above, rule] of rules.entries()) {
      const { ignored, unignored } = rule.test(
        parts.slice(above, depth).join('/') + (depth < parts.length ? '/' : ''),
      );
      // The deepest file that says something counts.
      isHidden = (isHidden || ignored) && !unignored;
    }
    if (isHidden) return true;
  }
  return false;
}
