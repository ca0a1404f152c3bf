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

/** The option for whoever is found nowhere. */
const NEW = { id: 'new' };

function newsOf({ open, failed, current, nodes, search, more }) {
  if (!open || failed) return '';
  if (!current) return 'Searching…';
  if (nodes.length === 0) return search ? 'Nobody is found.' : 'There are no customers yet.';
  if (!search) return 'Added last; type to find others';
  return more ? `The first ${SHOWN}; type more to find others` : `${count(nodes.length, 'customer')} found`;
}

/** `text` is what is typed; `onPick` gets the customer; `onNew` is for whoever is found nowhere. */
export function Search({ text, error, onText, onPick, onNew }) {
  const id = useId();
  const list = useRef();
  const [open, setOpen] = useState(false);
  // By id: what stands at a place may be another customer by the time a key is pressed.
  const [marked, mark] = useState();
  const search = useRested(text.trim());
  const found = useQuery(FIND, { first: SHOWN, filter: search ? { search } : {} }, { skip: !open });
  const current = Boolean(found.data) && !found.stale && search === text.trim();
  // What was found before stays while the new is on its way: nothing flickers at each key.
  const { nodes = [], pageInfo } = found.data?.customers ?? {};
  const options = current && nodes.length === 0 ? [NEW] : nodes;
  const at = options.findIndex((option) => option.id === marked);
  useEffect(() => mark(undefined), [search, open]);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);

  const pick = (option) => {
    setOpen(false);
    if (option === NEW) onNew();
    else onPick(option);
  };
  const move = (to) => (open ? mark(options.at(to % options.length)?.id) : setOpen(true));
  const keys = {
    ArrowDown: () => move(at + 1),
    ArrowUp: () => move(at < 0 ? -1 : at - 1),
    Enter: () => (open && options[at] ? pick(options[at]) : setOpen(true)),
    Escape: () => (open ? setOpen(false) : onText('')),
  };
  const press = (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return html`<div class="search">
    <${Field} label="Find the customer" hint="By the beginning of any word of the name, or of the reference." error=${error}>${(given) => html`
      <input type="text" role="combobox" ...${given} aria-autocomplete="list" aria-expanded=${String(open)} aria-controls=${`${id}-list`}
        aria-activedescendant=${open && at >= 0 ? `${id}-${at}` : undefined} autocomplete="off" spellcheck=${false} maxlength="200" dir="auto" value=${text}
        onInput=${(event) => { onText(event.target.value); setOpen(true); }} onKeyDown=${press}
        onClick=${() => setOpen(true)} onBlur=${() => setOpen(false)} />`}<//>
    <div class="listed" hidden=${!open} onMouseDown=${(event) => event.preventDefault()}>
      <p class="news" role="status">${newsOf({ open, failed: found.error, current, nodes, search, more: pageInfo?.hasNextPage })}</p>
      <ul role="listbox" id=${`${id}-list`} aria-label="Customers" ref=${list}
        aria-busy=${open && !current ? 'true' : undefined}>${options.map((option, place) => html`
        <li key=${option.id} role="option" id=${`${id}-${place}`} aria-selected=${String(place === at)} onClick=${() => pick(option)}>
          ${option === NEW ? html`<span class="name">Make a new customer${search && html` “<bdi>${search}</bdi>”`}</span>`
            : html`<${Option} customer=${option} />`}
        </li>`)}</ul>
    </div>
    ${found.error && html`<${Failure} error=${found.error} again=${found.reload} />`}
  </div>`;
}

const Option = ({ customer: { name, reference, email, kycState } }) => html`<span class="name" dir="auto">${name}</span>
  <span class="sub">${reference && html`<bdi>${reference}</bdi>`}${email && html`<bdi>${email}</bdi>`}
    <span>${kycState ? `KYC ${word('state', kycState).toLowerCase()}` : 'no KYC yet'}</span></span>`;
