// Why something is done: a code, what the customer will read of it, and a note that they never see.
import { html, useMemo } from '../../shared/view.js';
import { useQuery } from '../query.js';
import { Choice, Lines, refused } from './form.js';
import { Failure } from './notice.js';

const CODES = `query ($kind: StepKind) { reasonCodes(kind: $kind) { code message staffOnly } }`;

/** What an attempt is mostly rejected or held for; the rest of the catalogue can be chosen, too. */
export const REJECTING = ['NAME_MISMATCH', 'DATE_OF_BIRTH_MISMATCH', 'UNDER_AGE', 'FACE_MISMATCH', 'SCREENING_CONFIRMED', 'SUSPECTED_FRAUD',
  'DUPLICATE_CUSTOMER', 'CUSTOMER_WITHDREW', 'OTHER'];
export const HOLDING = ['UNDER_REVIEW', 'SUSPECTED_FRAUD', 'DUPLICATE_CUSTOMER', 'SCREENING_MATCH', 'OTHER'];

/** What is never a person's reason: the rules say it by themselves. */
const OF_THE_RULES = ['TRIES_EXHAUSTED', 'STEP_TIMED_OUT', 'PROVIDER_ANSWER_LOST', 'DETAILS_CHANGED', 'SCREENING_UNAVAILABLE'];

const NONE = [];

/** A reason that nobody has chosen yet. */
export const NO_REASON = { code: '', message: '', staffNote: '' };

/** The reason as the API takes it; undefined while none is chosen. */
export const reasonOf = ({ code, message, staffNote }) => (code
  ? { code, message: message.trim() || undefined, staffNote: staffNote.trim() || undefined } : undefined);

const readable = (code) => code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ');

/**
 * The fields of a reason. `first` are codes that are offered before all others; `secret` says that the customer reads nothing of it, whatever
 * the code (a hold), and `toCustomer` that they are asked for something, so that no code is for staff only. `errors` are the refusals of
 * the change, `missing` is said where no code is chosen.
 */
export function Reason({ kind, first = NONE, value, onValue, errors = [], missing, optional = false, secret = false, toCustomer = false, autofocus = false }) {
  const { data, error, reload } = useQuery(CODES, { kind });
  const codes = useMemo(() => data?.reasonCodes.filter(({ code, staffOnly }) => !OF_THE_RULES.includes(code) && !(toCustomer && staffOnly)) ?? [], [data, toCustomer]);
  const options = useMemo(() => {
    const texts = codes.map(({ code, message, staffOnly }) => [code, `${readable(code)}${staffOnly ? ' (staff only)' : ''}`, message]);
    const rank = ([code]) => (first.includes(code) ? first.indexOf(code) : first.length);
    return [['', data ? 'Choose a reason' : 'Loading reasons…'], ...texts.sort((one, other) => rank(one) - rank(other))];
  }, [codes, first]);
  const chosen = codes.find(({ code }) => code === value.code);
  const set = (changes) => onValue({ ...value, ...changes });
  const unseen = secret || chosen?.staffOnly;
  // Words for nobody are not asked for; but what is typed is never sent unseen.
  const words = value.message || (chosen ? !unseen || !chosen.message : !secret);
  return html`
    ${error && html`<${Failure} error=${error} again=${reload} />`}
    <${Choice} label="Reason" optional=${optional} options=${options} value=${value.code} onText=${(code) => set({ code })} autofocus=${autofocus}
      hint=${chosen?.staffOnly && !secret ? 'For staff only: the customer reads that their details are under review, and not this.' : undefined}
      error=${refused(errors, 'reason.code') ?? refused(errors, 'reason') ?? missing} />
    ${words && html`<${Lines} label=${unseen ? 'Message' : 'Message to the customer'} rows="2" maxlength="500" dir="auto"
      optional=${Boolean(!chosen || chosen.message)}
      hint=${unseen ? 'What your team reads. The customer does not.' : told(chosen)}
      value=${value.message} onText=${(message) => set({ message })} error=${refused(errors, 'reason.message')} />`}
    <${Lines} label="Staff note" optional rows="2" maxlength="2000" dir="auto" hint="For your team. The customer never sees it."
      value=${value.staffNote} onText=${(staffNote) => set({ staffNote })} error=${refused(errors, 'reason.staffNote')} />`;
}

/** What the customer reads of a code. */
function told(chosen) {
  if (!chosen) return 'What the customer will read.';
  return chosen.message ? `If you leave it empty, the customer reads: “${chosen.message}”` : 'This reason has no words of its own: write what the customer will read.';
}
