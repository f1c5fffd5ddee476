/** `https:`, `http:` and `file:` addresses may stand where paths do. */
export function isAddress(argument: string): boolean {
  return /^(https?|file):\/\//i.test(argument);
}
