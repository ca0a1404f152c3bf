// Where a report is put: a file that is written as the rows come, or the browser's downloads once it is whole. In both cases a report
// that was cut off leaves no file that could pass for a whole one.

/** Bytes above which a report that is kept until it is whole is big. */
export const BIG = 50 * 1024 * 1024;

/** Pieces are put together at so many bytes: a browser keeps a large Blob on disk, a list of small arrays in memory. */
const FOLD = 8 * 1024 * 1024;

/** Whether this browser writes into a file that somebody chooses. */
export const mayChoose = () => typeof window.showSaveFilePicker === 'function';

/**
 * Lets somebody choose a file, and writes into it. Needs a press of theirs just before; nothing is answered when they choose none. Where
 * choosing is forbidden, it goes to the downloads.
 */
export async function chosen(name) {
  let handle;
  try {
    handle = await window.showSaveFilePicker({ suggestedName: name, types: [{ description: 'CSV', accept: { 'text/csv': ['.csv'] } }] });
  } catch (error) {
    return error.name === 'AbortError' ? undefined : kept();
  }
  let file;
  return {
    keeps: false,
    async write(bytes) {
      // The browser writes beside the file, and puts that in its place when it is closed.
      file ??= await handle.createWritable();
      await file.write(bytes);
    },
    async done() {
      file ??= await handle.createWritable();
      await file.close();
      return handle.name;
    },
    async drop() {
      await file?.abort().catch(() => undefined);
      // An empty file stands there since it was chosen.
      await handle.remove?.().catch(() => undefined);
    },
  };
}

/** Keeps it until it is whole, and hands it to the browser's downloads. */
export function kept() {
  let whole = [];
  let loose = [];
  let size = 0;
  const fold = () => {
    whole.push(new Blob(loose));
    [loose, size] = [[], 0];
  };
  return {
    keeps: true,
    write(bytes) {
      loose.push(bytes);
      size += bytes.length;
      if (size >= FOLD) fold();
    },
    done(name) {
      fold();
      const address = URL.createObjectURL(new Blob(whole, { type: 'text/csv' }));
      const link = document.createElement('a');
      link.href = address;
      link.download = name;
      link.click();
      // The download has begun when this task is over; a minute is for slow machines.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      whole = [];
      return name;
    },
    drop() {
      [whole, loose] = [[], []];
    },
  };
}
