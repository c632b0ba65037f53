/** The first Node whose SQLite has what the ledger needs. */
const oldest = [22, 20] as const;

/**
 * @param program what is to be run
 * @returns one sentence for a Node that is too old; undefined for one that will do
 */
export function oldNodeText(program: string, version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
  return isOld
    ? `${program} needs Node ${oldest.join('.')} or newer, and this is ${version}; nothing was read or written.`
    : undefined;
}

/** Node 22 warns that its SQLite may change. We know which Node we run on; every other warning is shown. */
export function quietSqlite(): void {
  const shown = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (/\bSQLite is an experimental feature\b/.test(text)) return;
    Reflect.apply(shown, process, [warning, ...rest]);
  };
}
