/** TypeScript names for the RFCs' names. */

const SUFFIXES: Record<string, string> = { args: 'Args', res: 'Res', resok: 'ResOk', resfail: 'ResFail' };

/** `fattr3` → `Fattr3`, `post_op_attr` → `PostOpAttr`, `READDIRPLUS3resok` → `Readdirplus3ResOk`. */
export function typeName(name: string): string {
  const operation = /^([A-Z]+)(\d)(args|resok|resfail|res)$/.exec(name);
  if (operation) return capital(operation[1]!.toLowerCase()) + operation[2]! + SUFFIXES[operation[3]!]!;
  return words(name).map(capital).join('');
}

/** `dir_attributes` → `dirAttributes`. */
export function fieldName(name: string): string {
  const [first = '', ...rest] = words(name);
  return first + rest.map(capital).join('');
}

/** `NFS_V3` → `nfsV3Procedures`. */
export function tableName(version: string): string {
  return `${fieldName(version.toLowerCase())}Procedures`;
}

function words(name: string): string[] {
  return name.split('_').filter((word) => word !== '');
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
