/** Whether SQLite says that another process writes. */
export function isContention(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
