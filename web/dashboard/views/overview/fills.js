// How a state is drawn: by a pattern of its own, and in a colour. Who sees no colours tells them apart by the pattern.
import { html } from '../../../shared/view.js';

/** The patterns, for the `defs` of a drawing; their ids begin with `id`. */
export const Fills = ({ id }) => html`<defs>
  <pattern id=${`${id}-REJECTED`} class="fill-rejected" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect width="6" height="6" /><path d="M0 3h6" /></pattern>
  <pattern id=${`${id}-EXPIRED`} class="fill-expired" width="5" height="5" patternUnits="userSpaceOnUse">
    <rect width="5" height="5" /><circle cx="2.5" cy="2.5" r="1.1" /></pattern>
  <pattern id=${`${id}-IN_PROGRESS`} class="fill-in-progress" width="4" height="4" patternUnits="userSpaceOnUse">
    <rect width="4" height="4" /><path d="M0 2h4" /></pattern>
</defs>`;

const SOLID = { COMPLETED: 'bar-completed', CREATED: 'bar-created' };
const LINED = { REJECTED: 'bar-rejected', EXPIRED: 'bar-expired', IN_PROGRESS: 'bar-in-progress' };

/** A piece of a bar. */
export const Piece = ({ of, id, ...place }) => html`<rect ...${place} class=${SOLID[of] ?? LINED[of]} fill=${LINED[of] ? `url(#${id}-${of})` : undefined} />`;

/** What a state looks like, beside its name. */
export const Swatch = ({ of, id }) => html`<svg class="swatch" width="16" height="16" aria-hidden="true"><${Piece} of=${of} id=${id} x="1" y="1"
  width="14" height="14" /></svg>`;
