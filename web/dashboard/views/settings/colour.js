// A colour: as one picks it, and as six digits; with what is wrong with it, and the nearest one that can be read.
import { html } from '../../../shared/view.js';
import { Field } from '../../parts/form.js';

const COLOUR = /^#[0-9a-f]{6}$/i;

/** The colour that a message of LOW_CONTRAST proposes: the first that it names is the one that is refused. */
const nearest = (message) => (message.match(/#[0-9a-f]{6}/gi) ?? [])[1];

/** What the API calls a colour, and the page. */
const NAMES = [['backgroundColor', 'the background'], ['surfaceColor', 'the surface'], ['primaryColor', 'the primary colour']];
const readable = (message) => NAMES.reduce((text, [name, word]) => text.replaceAll(name, word), message);

/** What is refused for its contrast, with a button that takes the colour that would not be. */
function Low({ message, label, onText }) {
  const better = nearest(message);
  return html`<div class="low"><p>${readable(message)}</p>${better && html`<button type="button" onClick=${() => onText(better)}>
    <svg class="sample" width="16" height="16" aria-hidden="true"><rect width="16" height="16" rx="3" fill=${better} /></svg>Use ${better}<span class="visually-hidden"> for ${label}</span></button>`}</div>`;
}

/** `errors` are the server's of this field, before or after it was asked to save. */
export function Colour({ label, hint, value, onText, errors = [] }) {
  const low = errors.find(({ code }) => code === 'LOW_CONTRAST');
  const other = errors.find(({ code }) => code !== 'LOW_CONTRAST');
  return html`<div class="colour">
    <${Field} label=${label} hint=${hint} error=${other?.message ?? (low && 'This is hard to read.')}>${(given) => html`<div class="both">
      <input type="color" aria-label=${`Pick: ${label}`} value=${COLOUR.test(value) ? value : '#000000'} onInput=${(event) => onText(event.target.value)} />
      <input type="text" ...${given} value=${value} onInput=${(event) => onText(event.target.value.trim())} maxlength="7" spellcheck=${false}
        autocomplete="off" autocapitalize="none" /></div>`}<//>
    ${low && html`<${Low} ...${{ message: low.message, label, onText }} />`}
  </div>`;
}
