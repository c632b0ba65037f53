import type { ProjectKind } from './projectKind.ts';
import { documentation } from './documentation.ts';
import { notes } from './notes.ts';
import { anyServer, serverApps } from './serverApps.ts';
import { staticSites } from './staticSites.ts';
import { webApps } from './webApps.ts';

/**
 * Every kind that is known. Where a folder is the root of several, the first that has a rule for the document
 * counts: what is made for documents before what is made for apps, the special before the general.
 */
export const allKinds: readonly ProjectKind[] = [
  ...documentation,
  ...staticSites,
  ...notes,
  ...serverApps,
  ...webApps,
  anyServer,
];

/** A folder that is no project of any known kind. */
export const plainFolder: ProjectKind = {
  id: 'plainFolder',
  name: '',
  source:
    'https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#images',
  documents: [{ folder: 'assets/generated' }],
};
