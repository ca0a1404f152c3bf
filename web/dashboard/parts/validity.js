// How long a link lasts: one of the usual lengths, or one's own.
import { html, useId } from '../../shared/view.js';
import { useSession } from '../session.js';
import { useNow, written } from '../time.js';
import { count } from '../words.js';
import { Text } from './form.js';

const HOUR = 3_600_000;
/** The longest that the API takes, in hours: a year. */
const LONGEST = 8760;
const USUAL = [24, 72, 168];

const lengthOf = (hours) => (hours % 24 === 0 && hours > 24 ? count(hours / 24, 'day') : count(hours, 'hour'));

/** The hours that a text says; undefined when the API would not take them. */
export function hoursOf(text) {
  const hours = Number(text);
  return /^\s*\d{1,4}\s*$/.test(text) && hours >= 1 && hours <= LONGEST ? hours : undefined;
}

/** What is wrong with the hours that somebody typed. */
export const HOURS_WRONG = `Enter whole hours, 1 to ${LONGEST.toLocaleString('en')}.`;

/** `15 Nov 2026, 14:05`, so many hours from now, in the merchant's time zone. */
export function Until({ hours }) {
  const { merchant } = useSession();
  const at = new Date(useNow() + hours * HOUR);
  return html`<time datetime=${at.toISOString()}>${written(at, merchant.timeZone)}</time> <span class="note">(${merchant.timeZone})</span>`;
}

/** Which length a form begins with: the merchant's own. */
export const usual = (merchant) => ({ choice: String(merchant.linkValidityHours), own: '' });

/** The text of the hours that are chosen. */
export const chosen = ({ choice, own }) => (choice === 'own' ? own : choice);

/** `value` is `{ choice, own }`: a number of hours as a text, or `own` and what is typed. */
export function Validity({ value, error, onValue }) {
  const { merchant } = useSession();
  const name = useId();
  const standard = merchant.linkValidityHours;
  const lengths = [...new Set([...USUAL, standard])].sort((one, other) => one - other);
  const hours = hoursOf(chosen(value));
  return html`<fieldset class="validity">
    <legend>The link is valid for</legend>
    <div class="pills">
      ${lengths.map((length) => html`<label key=${length} class="pill"><input type="radio" name=${name} checked=${value.choice === String(length)}
        onChange=${() => onValue({ ...value, choice: String(length) })} />${lengthOf(length)}${
          length === standard && html` <span class="note">usual</span>`}</label>`)}
      <label class="pill"><input type="radio" name=${name} checked=${value.choice === 'own'}
        onChange=${() => onValue({ ...value, choice: 'own' })} />Other</label>
    </div>
    ${value.choice === 'own' && html`<div class="hours"><${Text} label="Valid for, in hours" inputmode="numeric" maxlength="4" autocomplete="off"
      value=${value.own} error=${error} onText=${(own) => onValue({ ...value, own })} /></div>`}
    ${value.choice !== 'own' && error && html`<p class="wrong" role="alert">${error}</p>`}
    ${!error && html`<p class="hint">${hours ? html`Until <${Until} hours=${hours} />, counted from now on.` : HOURS_WRONG}</p>`}
  </fieldset>`;
}
