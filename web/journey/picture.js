// Pictures, made ready in the browser: drawn anew and no larger than needed, which also leaves where they were taken behind.

/** The longest side that is sent, in pixels; the server keeps no more. */
const LONGEST = 1600;
/** The largest file that is opened, in bytes. */
export const MAX_FILE = 40 << 20;

/** A canvas with something drawn on it, no larger than is sent. */
export function drawn(source, width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const context = canvas.getContext('2d');
  // What is transparent in a PNG is paper.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A file as a canvas; nothing where the browser can read no picture from it. */
export async function opened(file) {
  if (file.size > MAX_FILE) return undefined;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const canvas = drawn(bitmap, bitmap.width, bitmap.height);
    bitmap.close();
    return canvas;
  } catch {
    return undefined;
  }
}

/** The bytes of a canvas. */
export function bytes(canvas, type) {
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture'))), type, 0.9);
  });
}
