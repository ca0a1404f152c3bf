// The team: who is in it, what they may do, and when they were last here.
import { html, useState } from '../../../shared/view.js';
import { Failure, Loading } from '../../parts/notice.js';
import { Ago } from '../../parts/state.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { word } from '../../words.js';
import { Disable, Edit, Invite, Reset } from './member_dialogs.js';

const QUERY = '{ merchant { id members(includeDisabled: true) { id name email role createdAt lastSeenAt disabledAt } } }';

const DIALOGS = { edit: Edit, reset: Reset, disable: Disable };

/** Who works here first, by name. */
const order = (one, other) => Boolean(one.disabledAt) - Boolean(other.disabledAt) || one.name.localeCompare(other.name);

export function Members() {
  const { data, error, reload } = useQuery(QUERY, {}, { touches: ({ type }) => type.startsWith('MEMBER_') });
  const [open, setOpen] = useState();
  if (error && !data) return html`<${Failure} error=${error} again=${reload} />`;
  if (!data) return html`<${Loading} what="the team" />`;
  const members = [...data.merchant.members].sort(order);
  const Shown = open && (DIALOGS[open.what] ?? Invite);
  return html`<section class="card list"><div class="top"><h2>Team</h2>
    <button type="button" class="primary" onClick=${() => setOpen({ what: 'invite' })}>Invite a member</button></div>
    <table role="table" aria-label="Team">
      <thead role="rowgroup"><tr role="row">${['Member', 'Role', 'Last seen', 'Actions'].map((name) => html`<th key=${name} role="columnheader"
        scope="col">${name}</th>`)}</tr></thead>
      <tbody role="rowgroup">${members.map((member) => html`<${Row} key=${member.id} member=${member} onOpen=${setOpen} />`)}</tbody>
    </table>
    ${Shown && html`<${Shown} key=${open.what} member=${members.find(({ id }) => id === open.id)} onDone=${reload} onClose=${() => setOpen(undefined)} />`}
  </section>
  <section class="card roles"><h2>What a role may do</h2><dl class="facts">
    <dt>Viewer</dt><dd>sees every attempt, customer and event.</dd>
    <dt>Agent</dt><dd>also adds customers, and generates, resends, extends and revokes links.</dd>
    <dt>Reviewer</dt><dd>also moves steps, holds, decides and rejects.</dd>
    <dt>Admin</dt><dd>also downloads reports and changes settings, the team and API keys.</dd></dl></section>`;
}

function Row({ member, onOpen }) {
  const { viewer } = useSession();
  const { id, name, email, role, lastSeenAt, disabledAt } = member;
  const me = id === viewer.id;
  const action = (what, text) => html`<button type="button" class="bare" aria-label=${`${text}: ${name}`} onClick=${() => onOpen({ what, id })}>${text}</button>`;
  return html`<tr role="row" data-off=${disabledAt ? '' : undefined}>
    <td role="cell" class="who"><span class="name" dir="auto">${name}</span>${me && html` <span class="badge mine">You</span>`}
      ${disabledAt && html` <span class="badge">Disabled</span>`}<span class="sub">${email}</span></td>
    <td role="cell" data-label="Role">${word('role', role)}</td>
    <td role="cell" data-label="Last seen">${lastSeenAt ? html`<${Ago} at=${lastSeenAt} />` : html`<span class="none">Never</span>`}</td>
    <td role="cell" class="actions">${action('edit', 'Edit')}
      ${!disabledAt && action('reset', me ? 'Change password' : 'Reset password')}
      ${action('disable', disabledAt ? 'Enable' : 'Disable')}</td>
  </tr>`;
}
