/**
 * `encoding-type=url`: every byte of the UTF-8 form outside of `A-Z a-z 0-9 - . _ * /` is `%XX`. A space is `%20` and
 * not `+`: clients that decode `+` take both, clients that do not take only this one.
 */
export function encodeKeyForUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
