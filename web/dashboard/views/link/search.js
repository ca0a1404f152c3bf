// Finding a customer while typing: a combobox with a list, as the ARIA pattern has it. The focus stays in the field.
import { html, useEffect, useId, useRef, useState } from '../../../shared/view.js';
import { Field } from '../../parts/form.js';
import { Failure } from '../../parts/notice.js';
import { useQuery } from '../../query.js';
import { count, word } from '../../words.js';

/** Customers that are shown at once. */
const SHOWN = 8;
/** Milliseconds without a key before a search begins. */
const REST = 200;

const FIND = `query ($first: Int, $filter: CustomerFilter) { customers(first: $first, filter: $filter) {
  nodes { id name reference email kycState } pageInfo { hasNextPage }
} }`;

/** A text once the typing rests. */
function useRested(text) {
  const [rested, set] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => set(text), REST);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/** `text` is what is typed; `onPick` gets the customer; `onNew` is for whoever is found nowhere. */
export function Search({ text, error, onText, onPick, onNew }) {
  const id = useId();
  const list = useRef();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const search = useRested(text.trim());
  const found = useQuery(FIND, { first: SHOWN, filter: search ? { search } : {} }, { skip: !open });
  const current = open && found.data && !found.stale && search === text.trim();
  const nodes = current ? found.data.customers.nodes : [];
  useEffect(() => setAt(-1), [search, open]);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);

  const pick = (customer) => {
    setOpen(false);
    onPick(customer);
  };
  const keys = {
    ArrowDown: () => (open ? setAt(nodes.length ? (at + 1) % nodes.length : -1) : setOpen(true)),
    ArrowUp: () => (open ? setAt(nodes.length ? (at <= 0 ? nodes.length : at) - 1 : -1) : setOpen(true)),
    Enter: () => (nodes[at] ? pick(nodes[at]) : setOpen(true)),
    Escape: () => (open ? setOpen(false) : onText('')),
  };
  const press = (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const news = !open ? '' : !current ? 'Searching…' : nodes.length === 0 ? (search ? 'Nobody is found.' : 'There are no customers yet.')
    : !search ? 'Added last; type to find others' : found.data.customers.pageInfo.hasNextPage ? `The first ${SHOWN}; type more to find others` : `${count(nodes.length, 'customer')} found`;
  return html`<div class="search">
    <${Field} label="Find the customer" hint="By the beginning of any word of the name, or of the reference." error=${error}>${(given) => html`
      <input type="text" role="combobox" ...${given} aria-autocomplete="list" aria-expanded=${String(open)} aria-controls=${`${id}-list`}
        aria-activedescendant=${nodes[at] ? `${id}-${at}` : undefined} autocomplete="off" spellcheck=${false} maxlength="200" dir="auto" value=${text}
        onInput=${(event) => { onText(event.target.value); setOpen(true); }} onKeyDown=${press} onClick=${() => setOpen(true)} onBlur=${() => setOpen(false)} />`}<//>
    <div class="listed" hidden=${!open} onMouseDown=${(event) => event.preventDefault()}>
      <p class="news" role="status">${news}</p>
      <ul role="listbox" id=${`${id}-list`} aria-label="Customers" ref=${list}>${nodes.map((customer, place) => html`
        <li key=${customer.id} role="option" id=${`${id}-${place}`} aria-selected=${String(place === at)} onClick=${() => pick(customer)}>
          <span class="name" dir="auto">${customer.name}</span>
          <span class="sub">${customer.reference && html`<bdi>${customer.reference}</bdi>`}${customer.email && html`<bdi>${customer.email}</bdi>`}
            <span>${customer.kycState ? `KYC ${word('state', customer.kycState).toLowerCase()}` : 'no KYC yet'}</span></span>
        </li>`)}</ul>
      ${current && nodes.length === 0 && html`<p><button type="button" class="bare" onClick=${onNew}>Make a new customer${search && html` “<bdi>${search}</bdi>”`}</button></p>`}
    </div>
    ${found.error && html`<${Failure} error=${found.error} again=${found.reload} />`}
  </div>`;
}
