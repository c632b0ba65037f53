import { version } from '../../base/version.ts';

/** As it stands in recipes. */
export const toolName = `rivya ${version}`;
