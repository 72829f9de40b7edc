/**
 * Text as XML 1.0 can carry it (XML 1.0 §2.2, §2.4). Characters outside of the `Char` production cannot stand in a
 * document in any form; like AWS we still write them as numeric references, because a key may hold them and most
 * parsers take them. Clients that want certainty ask for `encoding-type=url`.
 */
export function escapeXml(text: string): string {
  // Looking first keeps the common case, nothing to escape, free of copies.
  if (!suspicious.test(text)) return text;
  return text.replace(specials, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      default: {
        const code = character.charCodeAt(0);
        // A lone surrogate has no encoding at all, not even as a reference.
        if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
        return `&#x${code.toString(16)};`;
      }
    }
  });
}

/** What may have to be escaped: a surrogate that is one of a pair need not be. */
const suspicious = /[&<>"\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]/;
const specials =
  /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
