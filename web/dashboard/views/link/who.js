// Whose link it is: a customer whom the merchant has, or a new one.
import { html, useEffect, useId, useRef, useState } from '../../../shared/view.js';
import { Button, Form } from '../../parts/form.js';
import { Empty, Failure, Loading, say } from '../../parts/notice.js';
import { LINKED } from '../../parts/links.js';
import { useQuery } from '../../query.js';
import { isOpen } from '../../words.js';
import { CustomerFields, missing } from '../customer/fields.js';
import { FACTS, Facts } from '../customer/facts.js';
import { refusedOf } from './draft.js';
import { OpenAttempt } from './open.js';
import { Search } from './search.js';

const CHOSEN = `query ($id: ID!) { customer(id: $id) { ${FACTS} latestAttempt { ...Linked } } } ${LINKED}`;

/** The customer of a draft, as they are by now. */
export function useChosen(id) {
  return useQuery(CHOSEN, { id }, { skip: !id, touches: ({ customer }) => customer?.id === id });
}

export function Who({ draft, set, next }) {
  const name = useId();
  const [local, setLocal] = useState({});
  const { kind, typed } = draft;
  const chosen = useChosen(kind === 'known' ? draft.customerId : undefined);
  const customer = draft.customerId && chosen.data?.customer;
  const open = customer && isOpen(customer.latestAttempt);

  const send = () => {
    const wrong = kind === 'known' ? (draft.customerId ? {} : { customerId: 'Choose a customer from the list, or make a new one.' }) : missing(typed);
    setLocal(wrong);
    if (Object.keys(wrong).length === 0 && !(kind === 'known' && !customer)) next();
  };
  const type = (value) => {
    // What is refused of a field is said until that field is another one.
    const same = draft.errors.filter(({ field }) => field?.[0] !== 'customer' || value[field[1]] === typed[field[1]]);
    setLocal({});
    set({ typed: value, errors: same });
  };
  const turn = (changes) => {
    setLocal({});
    set(changes);
  };
  const option = (value, text) => html`<label class="pill">
    <input type="radio" name=${name} checked=${kind === value} onChange=${() => turn({ kind: value })} />${text}</label>`;
  const loading = kind === 'known' && Boolean(draft.customerId) && !customer && chosen.loading;
  return html`<div class="who"><${Form} onSubmit=${send}>
    <fieldset><legend>Whose link is it?</legend>
      <div class="pills">${option('known', 'A customer you have')}${option('fresh', 'A new customer')}</div></fieldset>
    ${kind === 'fresh'
      ? html`<${CustomerFields} fresh value=${typed} onValue=${type} errorOf=${(field) => local[field] ?? refusedOf(draft, `customer.${field}`)} />`
      : draft.customerId
        ? html`<${Chosen} chosen=${chosen} onOther=${() => set({ customerId: undefined })} />`
        : html`<${Search} text=${draft.search} error=${local.customerId ?? refusedOf(draft, 'customerId')} onText=${(search) => turn({ search })}
            onPick=${(picked) => { turn({ customerId: picked.id, errors: [], standing: undefined }); say(`${picked.name} is chosen.`); }}
            onNew=${() => set({ kind: 'fresh', typed: { ...typed, name: typed.name || draft.search.trim() } })} />`}
    ${!open && html`<p class="buttons"><${Button} type="submit" kind="primary" busy=${loading}>Continue<//></p>`}
  <//>${open && html`<${OpenAttempt} attempt=${customer.latestAttempt} onChanged=${chosen.reload} />`}</div>`;
}

/** The customer who was chosen; whoever chose by keyboard goes on from there. */
function Chosen({ chosen: { data, error, reload }, onOther }) {
  const card = useRef();
  useEffect(() => {
    if (document.activeElement === document.body) card.current.focus();
  }, []);
  const customer = data?.customer;
  return html`<div class="card chosen" tabindex="-1" ref=${card}>
    ${error && html`<${Failure} error=${error} again=${reload} />`}
    ${!data && !error && html`<${Loading} what="the customer" />`}
    ${data && !customer && html`<${Empty} title="This customer is not there"><p>Choose another one.</p><//>`}
    ${customer && html`<p class="name"><a href=${`/customers/${customer.id}`} dir="auto">${customer.name}</a></p><${Facts} customer=${customer} />`}
    <p><button type="button" onClick=${onOther}>Choose another customer</button></p>
  </div>`;
}
