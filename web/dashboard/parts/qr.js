// A text as a QR code. Dark on white whatever the scheme, with a quiet zone: that is what phones read.
import { encode } from '../../shared/vendor/uqr-0.1.3.js';
import { html, useMemo } from '../../shared/view.js';

/** Modules of white around the code, as the standard asks. */
const QUIET = 4;
/** Pixels of a module in a picture to keep. */
const PIXELS = 12;

/** The dark modules of a row as runs: where each begins, and how long it is. */
function runs(row) {
  const found = [];
  row.forEach((dark, at) => {
    if (!dark) return;
    const last = found.at(-1);
    if (last && last.at + last.length === at) last.length += 1;
    else found.push({ at, length: 1 });
  });
  return found;
}

/** The code of a text: its size in modules, and its dark runs row by row. */
function codeOf(text) {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET });
  return { size, rows: data.map(runs) };
}

const pathOf = ({ rows }) => rows.map((row, y) => row.map(({ at, length }) => `M${at} ${y}h${length}v1h-${length}z`).join('')).join('');

const svgOf = (code) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${code.size} ${code.size}" shape-rendering="crispEdges">`
  + `<path fill="#fff" d="M0 0h${code.size}v${code.size}h-${code.size}z"/><path d="${pathOf(code)}"/></svg>`;

function pngOf({ size, rows }) {
  const canvas = document.createElement('canvas');
  canvas.width = size * PIXELS;
  canvas.height = size * PIXELS;
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000';
  rows.forEach((row, y) => row.forEach(({ at, length }) => context.fillRect(at * PIXELS, y * PIXELS, length * PIXELS, PIXELS)));
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}

function keep(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The code of a text, as a picture with a name for whoever does not see it, and to keep as a file. */
export function Qr({ text, label, name }) {
  const code = useMemo(() => codeOf(text), [text]);
  return html`<figure class="qr">
    <svg viewBox=${`0 0 ${code.size} ${code.size}`} role="img" aria-label=${label} shape-rendering="crispEdges"><path d=${pathOf(code)} /></svg>
    <figcaption>
      <button type="button" class="bare" onClick=${async () => keep(await pngOf(code), `${name}.png`)}>Save as PNG</button>
      <button type="button" class="bare" onClick=${() => keep(new Blob([svgOf(code)], { type: 'image/svg+xml' }), `${name}.svg`)}>Save as SVG</button>
    </figcaption>
  </figure>`;
}
