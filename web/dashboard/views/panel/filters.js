// The panel's filters. Each is in the address at once; a text when the typing rests.
import { html, useEffect, useRef, useState } from '../../../shared/view.js';
import { Check, Choice, Text } from '../../parts/form.js';
import { words } from '../../words.js';
import { NOTHING, SORTS, isFiltered } from './look.js';

/** Milliseconds without a key before a search begins. */
const REST = 250;

const any = (text, kind) => [['', text], ...words(kind)];

export function Filters({ look, setLook }) {
  const set = (changes, options) => setLook({ after: '', before: '', ...changes }, options);
  const deep = Boolean(look.waiting || look.step || look.status || look.held || look.from || look.to || (look.needs && look.sort !== 'waiting'));
  const [open, setOpen] = useState(deep);
  const clear = ({ currentTarget: { form } }) => {
    set(NOTHING);
    // The button goes away.
    form.querySelector('input').focus();
  };
  // Something is set that the eye should find; but what somebody has opened stays open.
  useEffect(() => {
    if (deep) setOpen(true);
  }, [deep]);
  return html`<form class="filters" role="search" aria-label="Attempts" onSubmit=${(event) => event.preventDefault()}>
    <${Search} value=${look.search ?? ''} onText=${(search) => set({ search }, { replace: true })} />
    <${Choice} label="Order" value=${look.sort ?? 'newest'} options=${Object.entries(SORTS).map(([name, [text]]) => [name, text])}
      onText=${(sort) => set({ sort: sort === 'newest' ? '' : sort })} />
    <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>More filters</summary>
      <div class="more-filters">
        <${Choice} label="State" value=${look.state ?? ''} options=${any('Any', 'state')} onText=${(state) => set({ state })} />
        <${Choice} label="Waiting on" value=${look.waiting ?? ''} options=${any('Anybody', 'party')} onText=${(waiting) => set({ waiting })} />
        <${Choice} label="Needs" value=${look.needs ?? ''} options=${any('Anybody', 'party')} onText=${(needs) => set({ needs })} />
        <${Choice} label="Step" value=${look.step ?? ''} options=${any('Any step', 'kind')} onText=${(step) => set({ step })} />
        <${Choice} label="Step status" value=${look.status ?? ''} options=${any('Any', 'status')} onText=${(status) => set({ status })} />
        <${Text} label="Created from" type="date" value=${look.from ?? ''} max=${look.to} onText=${(from) => set({ from })} />
        <${Text} label="Created to" type="date" value=${look.to ?? ''} min=${look.from} onText=${(to) => set({ to })} />
        <${Check} label="On hold" checked=${look.held === 'yes'} onCheck=${(on) => set({ held: on ? 'yes' : '' })} />
      </div>
    </details>
    ${isFiltered(look) && html`<button type="button" class="bare clear" onClick=${clear}>Clear filters</button>`}
  </form>`;
}

function Search({ value, onText }) {
  const [text, setText] = useState(value);
  const timer = useRef();
  const own = useRef(value);
  useEffect(() => {
    // What was typed here comes back when more is typed already; anything else is somebody who went back, or cleared the filters.
    if (value === own.current) return;
    own.current = value;
    clearTimeout(timer.current);
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      own.current = next;
      onText(next);
    }, REST);
  };
  return html`<${Text} label="Search" type="search" placeholder="Customer’s name or reference" value=${text} onText=${type} maxlength="200" />`;
}
