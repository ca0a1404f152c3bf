// Attempts by state over time: stacked bars, each a day or a week. One bar at a time is told of in words: the one under the pointer, or
// the one that the arrow keys have come to; to the ear it is a slider along the days.
import { html, useEffect, useId, useRef, useState } from '../../../shared/view.js';
import { count, word } from '../../words.js';
import { STATES, bucketsOf, fully, shortly, ticksOf, unitOf } from './buckets.js';
import { Fills, Piece, Swatch } from './fills.js';
import { Numbers } from './numbers.js';

/** Pixels of the drawing, and around the bars in it. */
const HEIGHT = 240;
const AROUND = { left: 44, right: 8, top: 12, bottom: 26 };
/** A name under the axis needs so many. */
const NAME = 64;

/** How wide an element is, as that changes. */
function useWidth() {
  const element = useRef();
  const [width, set] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => set(Math.floor(contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** The numbers of a bar in words. */
function told({ counts, total }) {
  if (total === 0) return 'No attempts';
  const each = STATES.filter((state) => counts[state]).map((state) => `${counts[state].toLocaleString('en')} ${word('state', state).toLowerCase()}`);
  return `${count(total, 'attempt')}: ${each.join(', ')}`;
}

export function Chart({ byDay, from, to }) {
  const id = useId();
  const [element, width] = useWidth();
  const [place, setAt] = useState();
  const room = Math.max(0, width - AROUND.left - AROUND.right);
  const unit = unitOf(from, to, room || Infinity);
  const buckets = bucketsOf(byDay, from, to, unit);
  const last = buckets.length - 1;
  // Other days may have fewer bars than those before.
  const at = place === undefined ? undefined : Math.min(place, last);
  useEffect(() => setAt(undefined), [from, to, unit]);
  const shown = buckets[at];

  const keys = (event) => {
    const now = at ?? last;
    const page = unit === 'day' ? 7 : 4;
    const next = {
      ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageDown: now - page, PageUp: now + page,
      Home: 0, End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setAt(Math.min(last, Math.max(0, next)));
  };
  const point = (event) => {
    const x = event.clientX - element.current.getBoundingClientRect().left - AROUND.left;
    if (x >= 0 && x < room) setAt(Math.floor((x / room) * buckets.length));
  };
  const spoken = buckets[at ?? last];
  return html`<section class="card chart">
    <h2>Attempts by state, by ${unit}</h2>
    <ul class="legend" aria-label="Legend">${STATES.map((state) => html`<li key=${state}><${Swatch} of=${state} id=${id} />${word('state', state)}</li>`)}</ul>
    <p class="told">${shown ? html`<strong>${fully(shown)}</strong><span>${told(shown)}</span>`
      : html`<span class="hint">Created on these days, in the state of now. Point at a bar, or move along them with the arrow keys.</span>`}</p>
    <div class="bars" ref=${element} role="slider" tabindex="0" aria-label=${unit === 'day' ? 'Day' : 'Week'} aria-valuemin="1" aria-valuemax=${buckets.length}
      aria-valuenow=${(at ?? last) + 1} aria-valuetext=${`${fully(spoken)}. ${told(spoken)}`}
      onKeyDown=${keys} onFocus=${(event) => event.target.matches(':focus-visible') && setAt(at ?? last)} onBlur=${() => setAt(undefined)}
      onPointerMove=${point} onPointerDown=${point} onPointerLeave=${(event) => event.pointerType === 'mouse' && setAt(undefined)}>
      <${Drawing} ...${{ id, width, room, buckets, at }} />
    </div>
    <details><summary>The numbers as a table</summary><${Numbers} buckets=${buckets} unit=${unit} /></details>
  </section>`;
}

function Drawing({ id, width, room, buckets, at }) {
  const ticks = ticksOf(Math.max(...buckets.map(({ total }) => total)));
  const tall = HEIGHT - AROUND.top - AROUND.bottom;
  const y = (number) => AROUND.top + tall * (1 - number / ticks.at(-1));
  const step = room / buckets.length;
  const thick = Math.max(2, Math.min(36, step - Math.max(1, step * 0.2)));
  const every = Math.max(1, Math.ceil(NAME / step));
  const last = buckets.length - 1;
  // An empty drawing has the patterns of the legend, before its width is known.
  return html`<svg width=${width} height=${HEIGHT} aria-hidden="true"><${Fills} id=${id} />
    ${room > 0 && html`
      ${ticks.map((tick) => html`<g key=${`tick ${tick}`}><line class="grid" x1=${AROUND.left} x2=${width - AROUND.right} y1=${y(tick)} y2=${y(tick)} />
        <text class="axis" x=${AROUND.left - 8} y=${y(tick) + 4} text-anchor="end">${tick.toLocaleString('en')}</text></g>`)}
      ${at !== undefined && html`<rect class="pointed" x=${AROUND.left + at * step} y=${AROUND.top} width=${step} height=${tall} />`}
      ${buckets.map((bucket, place) => html`<${Bar} key=${bucket.from} ...${{ id, bucket, y, x: AROUND.left + place * step + (step - thick) / 2, thick }} />`)}
      ${buckets.map((bucket, place) => {
        if ((last - place) % every !== 0) return null;
        // The last name would stand over the edge.
        const atEdge = step < NAME && place === last;
        return html`<text key=${`name ${bucket.from}`} class="axis" text-anchor=${atEdge ? 'end' : 'middle'}
          x=${atEdge ? width - AROUND.right : AROUND.left + (place + 0.5) * step} y=${HEIGHT - 6}>${shortly(bucket)}</text>`;
      })}`}
  </svg>`;
}

function Bar({ id, bucket, x, y, thick }) {
  let below = 0;
  return STATES.filter((state) => bucket.counts[state]).map((state) => {
    const [bottom, top] = [y(below), y(below + bucket.counts[state])];
    below += bucket.counts[state];
    // A gap of one pixel between two pieces, where there is room for it.
    return html`<${Piece} key=${state} of=${state} id=${id} x=${x} y=${top} width=${thick} height=${Math.max(1, bottom - top - (bottom - top > 3 ? 1 : 0))} />`;
  });
}
