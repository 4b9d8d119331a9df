// Files as people bring them: dropped with their folders, chosen, pasted.

export interface Found {
  name: string;
  file: File;
}

// What systems put beside people's files.
const OTHERS = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;

export function parted(found: Found[]): { files: Found[]; skipped: number } {
  const files = found.filter(({ name, file }) => !OTHERS.test(name) && file.size > 0);
  return { files, skipped: found.length - files.length };
}

export function listed(files: Iterable<File>): Found[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

/** Everything that was dropped, folders with all that is in them. Call it in the event: later the list is empty. */
export async function dropped(transfer: DataTransfer): Promise<Found[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const files = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) return listed(files);
  return (await Promise.all(entries.map((entry) => (entry ? walked(entry) : [])))).flat();
}

async function walked(entry: FileSystemEntry): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    return [{ name: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  // A reader gives a hundred at a time.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (!part.length) return found;
    for (const one of part) found.push(...(await walked(one)));
  }
}

// In pixels: a longer side tells no classifier more.
const SIDE = 2000;

/** A picture as small as it is still told apart; a file that the browser does not decode as it is. */
export async function shrunk(file: File): Promise<File> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const paper = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
    paper.getContext("2d")!.drawImage(picture, 0, 0, paper.width, paper.height);
    picture.close();
    const type = "image/jpeg";
    return new File([await paper.convertToBlob({ type, quality: 0.9 })], file.name, { type });
  } catch {
    return file;
  }
}
