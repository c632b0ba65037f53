import { apps } from './apps.ts';
import { generators } from './generators.ts';
import type { Tool } from './tool.ts';
import { typesetters } from './typesetters.ts';

/** Every tool that is run. */
export const tools: readonly Tool[] = [...generators, ...apps, ...typesetters];
