import type { Document, Node } from 'yaml';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { messageOf } from '../system-error.ts';
import type { ConfigurationFault } from './fault.ts';
import { faultsOfIssues, formatFault } from './fault.ts';
import type { Configuration } from './schema.ts';
import { configurationSchema } from './schema.ts';

/** polynas.yaml has faults; the message has a line for each, `file:line:column: path: what`. */
export class ConfigurationError extends HeadError {
  readonly faults: readonly ConfigurationFault[];

  constructor(file: string, faults: readonly ConfigurationFault[]) {
    super(faults.map((fault) => formatFault(file, fault)).join('\n'), exitCode.configuration);
    this.faults = faults;
  }
}

export interface ReadConfiguration {
  readonly configuration: Configuration;
  /** The error to throw for a value that turns out wrong later, e.g. a password file that is missing. */
  faultAt(path: readonly (string | number)[], message: string): ConfigurationError;
}

/** The document's value; what aliases make too large, or refer to in vain, is a fault at the first alias. */
function valueOf(document: Document, lines: LineCounter, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const aliases: Node[] = [];
    visit(document, {
      Alias: (_key, alias) => {
        aliases.push(alias);
        return visit.BREAK;
      },
    });
    const { line, col } = lines.linePos(aliases[0]?.range?.[0] ?? 0);
    const place = { line: Math.max(1, line), column: Math.max(1, col) };
    throw new ConfigurationError(file, [{ ...place, path: '', message: messageOf(error) }]);
  }
}

/** Checks the text of a configuration file; `file` is its name in errors. */
export function readConfiguration(text: string, file: string): ReadConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, path: '', message: error.message };
    });
    throw new ConfigurationError(file, faults);
  }
  visit(document, {
    Pair(_key, { key, value }) {
      // YAML 1.2 takes 0770 for seven hundred and seventy: permission bits are read as they are written.
      const isMode = isScalar(key) && key.value === 'mode' && isScalar(value) && typeof value.value === 'number';
      if (isMode) value.value = value.source ?? String(value.value);
    },
  });
  // Issues carry the input so that messages can name its type.
  const result = configurationSchema.safeParse(valueOf(document, lines, file) ?? {}, { reportInput: true });
  if (!result.success) throw new ConfigurationError(file, faultsOfIssues(result.error.issues, document, lines));
  return {
    configuration: result.data,
    faultAt: (path, message) => {
      const issue = { code: 'custom' as const, path: [...path], message, input: undefined };
      return new ConfigurationError(file, faultsOfIssues([issue], document, lines));
    },
  };
}
