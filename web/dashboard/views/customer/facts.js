// What is known of a customer, to read. What is not known is not shown as a row of dashes.
import { html } from '../../../shared/view.js';
import { written } from '../../time.js';
import { country } from '../../words.js';

/** The fields of a customer that are shown. */
export const FACTS = 'id name reference email phone dateOfBirth country version';

/** A day as people write it: `5 Mar 1990`. A birth date has no time zone. */
export const dayWritten = (date) => written(`${date}T00:00:00Z`, 'UTC', 'day');

/** The facts. `children` are further rows. */
export function Facts({ customer, children }) {
  const { reference, email, phone, dateOfBirth, country: code } = customer;
  return html`<dl class="facts">
    ${reference && html`<dt>Reference</dt><dd><bdi>${reference}</bdi></dd>`}
    ${email && html`<dt>Email</dt><dd><bdi>${email}</bdi></dd>`}
    ${phone && html`<dt>Phone</dt><dd><bdi>${phone}</bdi></dd>`}
    ${dateOfBirth && html`<dt>Date of birth</dt><dd><time datetime=${dateOfBirth}>${dayWritten(dateOfBirth)}</time></dd>`}
    ${code && html`<dt>Country</dt><dd>${country(code)}</dd>`}
    ${children}
  </dl>`;
}
