// The profile of a customer: who they are, where their KYC stands, every attempt of theirs, and what happened last.
import { html, useCallback, useState } from '../../../shared/view.js';
import { LINKED } from '../../parts/links.js';
import { Empty, Failure, Loading, say } from '../../parts/notice.js';
import { Page } from '../../parts/page.js';
import { State, Time } from '../../parts/state.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { isOpen } from '../../words.js';
import { Activity } from './activity.js';
import { Attempts } from './attempts.js';
import { Edit } from './edit.js';
import { FACTS, Facts } from './facts.js';
import { Now } from './now.js';

const PROFILE = `query ($id: ID!) { customer(id: $id) {
  ${FACTS} kycState createdAt updatedAt
  latestAttempt { ...Linked waitingSince createdAt endedAt expiryReason progress { completed total } rejection { code message } }
} } ${LINKED}`;

/** A name of more characters is written smaller. */
const LONG = 60;

export function Customer({ id }) {
  const { can } = useSession();
  const query = useQuery(PROFILE, { id }, { touches: ({ customer }) => customer?.id === id });
  const [editing, edit] = useState(false);
  const close = useCallback(() => edit(false), []);
  const customer = query.data?.customer;
  if (!customer) {
    if (query.error) return html`<${Page} title="Customer"><${Failure} error=${query.error} again=${query.reload} /><//>`;
    if (query.loading) return html`<${Page} title="Customer"><${Loading} what="the customer" /><//>`;
    return html`<${Page} title="Customer not found"><${Empty} title="There is no such customer">
      <p>The address may be cut short, or they belong to another merchant.</p>
      <a href="/">Go to the Compliance panel</a><//><//>`;
  }
  const attempt = customer.latestAttempt;
  const open = isOpen(attempt);
  const saved = (changed) => {
    query.set((was) => (was.customer.version > changed.version ? was : { customer: { ...was.customer, ...changed } }));
    say('The customer is saved.');
    close();
  };
  return html`<${Page} wide title="Customer" above=${html`<a href="/">Compliance</a> / Customer`}
    heading=${html`<bdi class=${customer.name.length > LONG ? 'long' : undefined}>${customer.name}</bdi>`}
    actions=${open ? html`<a class="button primary" href=${`/attempts/${attempt.id}`}>Open attempt ${attempt.number}</a>`
      : can('AGENT') && html`<a class="button primary" href=${`/links/new#customer=${id}`}>Generate a KYC link</a>`}>
    <div class="profile">
      <div class="about">
        <section class="card" aria-labelledby="details">
          <div class="top"><h2 id="details">Details</h2>${can('AGENT') && html`<button type="button" onClick=${() => edit(true)}>Edit</button>`}</div>
          <${Facts} customer=${customer}>
            <dt>KYC</dt><dd>${customer.kycState
              ? html`<${State} state=${customer.kycState} expiryReason=${customer.kycState === 'EXPIRED' ? attempt?.expiryReason : null} />`
              : html`<span class="none">none yet</span>`}</dd>
            <dt>Added</dt><dd><${Time} at=${customer.createdAt} /></dd>
            ${customer.updatedAt !== customer.createdAt && html`<dt>Changed</dt><dd><${Time} at=${customer.updatedAt} /></dd>`}
          <//>
        </section>
        ${open && html`<${Now} attempt=${attempt} onChanged=${query.reload} />`}
      </div>
      <div class="course">
        <${Attempts} id=${id} />
        <${Activity} id=${id} />
      </div>
    </div>
    ${editing && html`<${Edit} customer=${customer} open=${open ? attempt : undefined} onSaved=${saved} onClose=${close} />`}
  <//>`;
}
