import { AgentProblem } from './problems.ts';
import { quoted } from './quoted.ts';

/**
 * A file that may not be sent, or named.
 * @param written as the agent has written it
 * @param roots names of the folders in which files may be named
 */
export function referenceRefused(written: string, why: string, roots: readonly string[]): AgentProblem {
  const names = roots.slice(0, 5).map(name => quoted(name, 60));
  const allowed = names.length > 0 ? `Allowed: files in ${names.join(', ')}` : 'No folder is open';
  return new AgentProblem(
    'reference_refused',
    `${quoted(written, 200)}: ${why}. ${allowed}`,
    'name another file, or none.',
  );
}
