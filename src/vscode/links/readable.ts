import { documentExtensions } from '../../core/languages/documentLanguage.ts';
import type { Sought } from '../placement/workspaceTexts.ts';

/** The documents in which files are named; what is excluded is what others have made or brought. */
export const readable: Sought = {
  include: `**/*.{${documentExtensions.join(',')},ipynb}`,
  exclude: () => '**/{node_modules,.git,.next,.nuxt,.svelte-kit,_site}/**',
  most: 5_000,
  largest: 2_000_000,
};
