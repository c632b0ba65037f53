import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { systemClock } from '../../base/clock.ts';
import { ReferenceFinder } from '../../core/links/find/referenceFinder.ts';
import type { HostContext } from '../host/hostContext.ts';
import { WorkspaceProjects } from './workspaceProjects.ts';

/** What is known of documents and their projects, for all that look into them in this window. */
export interface Documents {
  readonly projects: WorkspaceProjects;
  readonly finder: ReferenceFinder;
}

export function createDocuments({
  context,
  log,
}: Pick<HostContext, 'context' | 'log'>): Documents & Disposable {
  const store = new DisposableStore();
  const projects = store.add(new WorkspaceProjects(context.workspaceState, log));
  const thread = context.asAbsolutePath('dist/finderThread.cjs');
  const finder = store.add(new ReferenceFinder(thread, systemClock));
  return { projects, finder, dispose: () => store.dispose() };
}
