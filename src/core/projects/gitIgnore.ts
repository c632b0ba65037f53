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
    rules.push(ignore({ ignorecase: false, allowRelativePaths: true }).add(readableRules(text ?? '')));
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

/** Asterisks with something between them in one rule, rules in one file that have several, and characters. */
const mostWildcards = 3;
const mostWithSeveral = 50;
const longestRule = 1_000;

/**
 * The rules that can be tried in a bounded time. Each becomes a regular expression; one with many asterisks,
 * which a workspace may hold to do harm, would try all ways to share out a name among them.
 */
function readableRules(text: string): string[] {
  let several = 0;
  return text.split(/\r?\n/).filter(rule => {
    const wildcards = rule.split(/\*+/).length - 1;
    if (rule.length > longestRule || wildcards > mostWildcards) return false;
    return wildcards < 2 || ++several <= mostWithSeveral;
  });
}
