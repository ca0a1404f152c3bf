// What a check found, masked as the server masks it.
import { html } from '../../../shared/view.js';
import { Time } from '../../parts/state.js';
import { Picture } from './picture.js';

/** From which score on a name counts as the same, and from which as doubtful. */
const SAME = 85;
const DOUBTFUL = 60;

/** How well something matches, 0 to 100: a bar with its number. */
export function Meter({ score, label }) {
  const of = score >= SAME ? 'COMPLETED' : score >= DOUBTFUL ? 'REQUIRES_ACTION' : 'FAILED';
  return html`<span class="meter" data-of=${of} role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${score}
    aria-valuetext=${`${score} of 100`}><span class="bar" style=${{ '--part': `${score}%` }}></span><span class="number">${score}</span></span>`;
}

const named = (name, match) => [['Name', name && html`<bdi>${name}</bdi>`],
  ['Name match', match != null && html`<${Meter} score=${match} label="Name match with the customer" />`]];

const FACTS = {
  IdentityResult: (found) => [...named(found.name, found.nameMatch), ['Born', found.dateOfBirth && html`<${Day} of=${found.dateOfBirth} />`], ['Gender', found.gender],
    ['Aadhaar', html`<code>${found.maskedAadhaar}</code>`], ['Address', found.address && html`<span dir="auto">${found.address}</span>`]],
  PanResult: (found) => [...named(found.registeredName, found.nameMatch), ['PAN', html`<code>${found.maskedPan}</code>`]],
  BankResult: (found) => [...named(found.registeredName, found.nameMatch), ['Account', html`<code>${found.maskedAccount}</code>`],
    ['IFSC', html`<code>${found.ifsc}</code>`], ['Bank', found.bankName], ['Code', found.providerCode && html`<code>${found.providerCode}</code>`]],
};

/** A date without a time: the same day in every time zone. */
export const Day = ({ of }) => html`<time datetime=${of}>${new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  .format(new Date(`${of}T00:00:00Z`))}</time>`;

export function Result({ step }) {
  const found = step.result;
  if (!found) return null;
  if (found.is === 'ImageResult') {
    return html`<div class="result"><${Picture} step=${step} /><dl class="facts"><dt>Taken</dt><dd><${Time} at=${found.capturedAt} style="second" /></dd>
      <dt>Size</dt><dd>${found.width} × ${found.height}</dd></dl></div>`;
  }
  const facts = FACTS[found.is]?.(found).filter(([, value]) => value) ?? [];
  return facts.length > 0 && html`<div class="result"><dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>`;
}
