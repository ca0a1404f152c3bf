// What is known of a customer, as fields to fill in.
import { html } from '../../../shared/view.js';
import { Choice, Text } from '../../parts/form.js';
import { useSession } from '../../session.js';
import { today } from '../../time.js';
import { country } from '../../words.js';
import { COUNTRIES } from './countries.js';

/** The fields of a customer that can be changed later; the reference can't. */
export const NAMES = ['name', 'email', 'phone', 'dateOfBirth', 'country'];

/** Nothing filled in. */
export const EMPTY = { reference: '', name: '', email: '', phone: '', dateOfBirth: '', country: '' };

/** The fields as texts. */
export const textsOf = (customer) => Object.fromEntries(Object.keys(EMPTY).map((name) => [name, customer[name] ?? '']));

const HALF = 'Enter the whole date, with day, month and year, or empty it.';

/** What can be told to be wrong before the server is asked: a name that is missing, and half a date, which the browser keeps to itself. */
export function missing(value) {
  const errors = {};
  if (!value.name.trim()) errors.name = 'Enter the customer’s name.';
  if (value.half) errors.dateOfBirth = HALF;
  return errors;
}

/**
 * The fields. `value` is an object of texts (`half` beside them: the date is not whole), `errorOf(name)` what is wrong with one, `hintOf(name)`
 * what else is to be said there. `fresh`: the customer is not there yet, and gets a reference.
 */
export function CustomerFields({ value, onValue, errorOf, hintOf = () => undefined, fresh = false }) {
  const { merchant } = useSession();
  const field = (name, more) => ({
    value: value[name], error: errorOf(name), autocomplete: 'off', ...more, hint: hintOf(name) ?? more.hint,
    onText: (text) => onValue({ ...value, [name]: text, ...(name === 'dateOfBirth' && { half: false }) }),
  });
  const look = ({ target }) => target.validity.badInput !== Boolean(value.half) && onValue({ ...value, half: target.validity.badInput });
  // A country that this page does not know stays as it is.
  const known = !value.country || COUNTRIES.some(([code]) => code === value.country);
  return html`<div class="customer-fields">
    <div class=${fresh ? undefined : 'whole'}><${Text} ...${field('name', { label: 'Name', dir: 'auto', hint: 'In full, as on their documents.' })} /></div>
    ${fresh && html`<${Text} ...${field('reference', { label: 'Reference', optional: true, dir: 'auto', spellcheck: false,
      hint: 'Your own id. It can’t be changed later.' })} />`}
    <${Text} ...${field('dateOfBirth', { label: 'Date of birth', type: 'date', optional: true, hint: 'For exact matching.',
      min: '1900-01-01', max: today(merchant.timeZone), onBlur: look, onKeyUp: look })} />
    <${Text} ...${field('phone', { label: 'Phone', type: 'tel', optional: true, hint: 'As in +91 98765 43210.' })} />
    <${Text} ...${field('email', { label: 'Email', type: 'email', optional: true, spellcheck: false })} />
    <${Choice} ...${field('country', { label: 'Country', optional: true,
      options: [['', 'Not known'], ...(known ? [] : [[value.country, country(value.country)]]), ...COUNTRIES] })} />
  </div>`;
}
