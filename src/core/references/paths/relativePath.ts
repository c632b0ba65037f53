/**
 * The way from one folder to a file, both as segments below the same root: with forward slashes on every
 * system. Starts with `../` or a name, never with `./`.
 */
export function relativePath(fromFolder: readonly string[], toFile: readonly string[]): string {
  let shared = 0;
  while (shared < fromFolder.length && shared < toFile.length - 1 && fromFolder[shared] === toFile[shared])
    shared++;
  return [...fromFolder.slice(shared).map(() => '..'), ...toFile.slice(shared)].join('/');
}
