// The table of attempts. On a phone each row is a card of the same cells, so the roles are written out: what is no table to the eye
// stays one to the ear.
import { html, useEffect, useRef } from '../../../shared/view.js';
import { Ago, State, Steps, Waiting } from '../../parts/state.js';
import { isOpen } from '../../words.js';
import { matches } from './matches.js';

const COLUMNS = ['Customer', 'State', 'Steps', 'Waiting on', 'Changed', 'Created', 'Expires'];

/** `dim`: they are of what was asked for before. */
export const Rows = ({ rows, flashes, filter, dim }) => html`
  <div class="scroll"><table class="attempts" role="table" aria-label="Attempts" data-dim=${dim ? '' : undefined}>
    <thead role="rowgroup"><tr role="row">${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((row) => html`
      <${Row} key=${row.id} row=${row} flash=${flashes.get(row.id) ?? 0} gone=${!dim && !matches(filter, row)} />`)}</tbody>
  </table></div>`;

function Row({ row, flash, gone }) {
  const element = useRef();
  useEffect(() => {
    if (flash > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      element.current.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], { duration: 1600, easing: 'ease-out' });
    }
  }, [flash]);
  const { customer } = row;
  const open = isOpen(row);
  return html`<tr ref=${element} role="row" data-id=${row.id} data-version=${row.version} data-gone=${gone ? '' : undefined}>
    <td role="cell" class="who"><a href=${`/attempts/${row.id}`} dir="auto">${customer.name}</a>
      <span class="sub">${customer.reference && html`<span dir="auto">${customer.reference}</span>`}<span>attempt ${row.number}</span></span></td>
    <td role="cell" data-label="State"><${State} state=${row.state} expiryReason=${row.state === 'EXPIRED' ? row.expiryReason : null} />
      ${open && row.holds.length > 0 && html`<span class="badge" data-of="HOLD">On hold</span>`}
      ${gone && html`<span class="visually-hidden">, no longer in this list</span>`}</td>
    <td role="cell" data-label="Steps"><${Steps} steps=${row.steps} /></td>
    <td role="cell" data-label="Waiting on"><${Waiting} on=${row.waitingOn} />${row.waitingOn && html`<span class="sub"><${Ago} at=${row.waitingSince} /></span>`}</td>
    <td role="cell" data-label="Changed"><${Ago} at=${row.updatedAt} /></td>
    <td role="cell" data-label="Created"><${Ago} at=${row.createdAt} /></td>
    <td role="cell" data-label="Expires">${open ? html`<${Ago} at=${row.expiresAt} ahead />` : html`<span class="none">–</span>`}</td>
  </tr>`;
}
