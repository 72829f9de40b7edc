const blobsInDirectory = 1024;

/** Neighbouring ids share a directory, so that a range of ids is found by looking into few. */
export function blobDirectoryOf(id: number): string {
  return Math.floor(id / blobsInDirectory)
    .toString(16)
    .padStart(6, '0');
}

export function blobName(id: number): string {
  return id.toString(16).padStart(10, '0');
}

/** The id that a host file's name stands for; `undefined` for a name that is not ours. */
export function blobOfName(name: string): number | undefined {
  if (!/^[0-9a-f]{10,14}$/.test(name)) return undefined;
  const id = Number.parseInt(name, 16);
  return blobName(id) === name ? id : undefined;
}

/** Directories that hold the blobs from `first` to before `end`. */
export function directoriesOf(first: number, end: number): string[] {
  const directories: string[] = [];
  for (let id = first; id < end; id += blobsInDirectory - (id % blobsInDirectory))
    directories.push(blobDirectoryOf(id));
  return directories;
}
