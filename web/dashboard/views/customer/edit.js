// Changing what is known of a customer. Only what was changed is sent; when somebody else was first, what they wrote stands beside what was
// typed here, and nothing of either is lost.
import { html, useRef, useState } from '../../../shared/view.js';
import { change } from '../../api.js';
import { useEvents } from '../../live.js';
import { Dialog } from '../../parts/dialog.js';
import { Button, Form, refused, useAction } from '../../parts/form.js';
import { Refusals } from '../../parts/notice.js';
import { country } from '../../words.js';
import { CustomerFields, NAMES, missing, textsOf } from './fields.js';
import { FACTS, dayWritten } from './facts.js';

const LABELS = { name: 'name', email: 'email', phone: 'phone', dateOfBirth: 'date of birth', country: 'country' };

const shown = (name, text) => {
  if (!text) return 'nothing';
  if (name === 'dateOfBirth') return dayWritten(text);
  return name === 'country' ? country(text) : text;
};

/** What is typed (`value`), laid over what is there `now` in the place of `before`: the new value, and the fields that both have changed. */
function merge(value, before, now) {
  const merged = { ...value };
  const theirs = {};
  for (const name of NAMES) {
    if (now[name] === before[name]) continue;
    if (value[name] === before[name]) merged[name] = now[name];
    else if (value[name] !== now[name]) theirs[name] = now[name];
  }
  return { merged, theirs };
}

/** `open` is the customer's open attempt, if there is one. */
export function Edit({ customer, open, onSaved, onClose }) {
  const [base, setBase] = useState(customer);
  const [value, setValue] = useState(() => textsOf(customer));
  const [conflict, setConflict] = useState();
  const [local, setLocal] = useState({});
  const other = useRef();
  useEvents((event) => {
    if (event.type === 'CUSTOMER_UPDATED' && event.customer?.id === customer.id) other.current = event.actor.name;
  });
  const before = textsOf(base);
  const changed = NAMES.filter((name) => value[name] !== before[name]);
  const [save, { busy, errors, trouble }] = useAction(async () => {
    const input = { id: base.id, expectedVersion: base.version };
    for (const name of changed) input[name] = name === 'name' ? value.name : value[name].trim() || null;
    const answer = await change('customerUpdate', input, `customer { ${FACTS} createdAt updatedAt }`);
    if (answer.userErrors.some(({ code }) => code === 'VERSION_CONFLICT')) {
      const now = textsOf(answer.customer);
      const { merged, theirs } = merge(value, before, now);
      setBase(answer.customer);
      setValue(merged);
      setConflict({ theirs, by: other.current, fields: NAMES.filter((name) => now[name] !== before[name]) });
      return undefined;
    }
    if (answer.userErrors.length === 0) onSaved(answer.customer);
    return answer;
  });
  const send = () => {
    const wrong = missing(value);
    setLocal(wrong);
    if (Object.keys(wrong).length > 0) return undefined;
    return changed.length === 0 ? onClose() : save();
  };
  const theirs = (name) => (conflict && name in conflict.theirs
    ? html`There is now: <bdi>${shown(name, conflict.theirs[name])}</bdi>. Saving puts yours in its place.` : undefined);
  const judged = open && changed.some((name) => name === 'name' || name === 'dateOfBirth');
  return html`<${Dialog} title="Edit the customer" onClose=${onClose}>
    <${Form} onSubmit=${send} trouble=${trouble}>
      ${conflict && html`<div class="notice" role="alert">
        <p><strong>${conflict.by ? html`<bdi>${conflict.by}</bdi>` : 'Somebody'} changed this customer meanwhile</strong>${
          conflict.fields.length > 0 && `: ${conflict.fields.map((name) => LABELS[name]).join(', ')}`}. Nothing is saved yet, and nothing that you typed is lost.</p>
        <p>Look at the fields, and save again.</p></div>`}
      <${CustomerFields} value=${value} onValue=${(next) => { setValue(next); setLocal({}); }}
        errorOf=${(name) => local[name] ?? refused(errors, name)} hintOf=${theirs} />
      <p class="hint" role="status">${judged && `Attempt ${open.number} is open: with another name or date of birth, its screening runs again, and the
        names that its checks found are compared again. Steps that were done may come back to a reviewer.`}</p>
      <${Refusals} errors=${errors} besides=${NAMES} />
      <p class="buttons end"><button type="button" onClick=${onClose}>Cancel</button><${Button} type="submit" kind="primary" busy=${busy}>Save<//></p>
    <//>
  <//>`;
}
