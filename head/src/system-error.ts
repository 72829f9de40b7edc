/** The code of a Node.js system error: `ENOENT`, `EEXIST` … */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An error's message, for one line to people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
