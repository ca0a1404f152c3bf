// API keys: made, shown once, and revoked.
import { html, useState } from '../../../shared/view.js';
import { change } from '../../api.js';
import { Dialog } from '../../parts/dialog.js';
import { Button, Check, Choice, Copy, Form, Text, refused, useAction } from '../../parts/form.js';
import { Empty, Failure, Loading, Refusals, say } from '../../parts/notice.js';
import { Ago, Time } from '../../parts/state.js';
import { useQuery } from '../../query.js';
import { word, words } from '../../words.js';
import { Ending } from './member_dialogs.js';
import { Secret } from './secret.js';

const QUERY = 'query ($revoked: Boolean) { merchant { id apiKeys(includeRevoked: $revoked) { id name role prefix createdAt lastUsedAt revokedAt } } }';

export function Keys() {
  const [revoked, setRevoked] = useState(false);
  const { data, error, reload } = useQuery(QUERY, { revoked }, { touches: ({ type }) => type.startsWith('API_KEY_') });
  const [open, setOpen] = useState();
  if (error && !data) return html`<${Failure} error=${error} again=${reload} />`;
  if (!data) return html`<${Loading} what="the API keys" />`;
  const keys = data.merchant.apiKeys;
  return html`<section class="card list"><div class="top"><h2>API keys</h2>
    <button type="button" class="primary" onClick=${() => setOpen({ what: 'create' })}>Create a key</button></div>
    <p class="hint">A program signs in with a key as <code>Authorization: Bearer …</code>. Its name stands in the tracker where it did something.</p>
    ${keys.length === 0 ? html`<${Empty} title="No API keys"><p>Create one for a program of yours.</p><//>` : html`
    <table role="table" aria-label="API keys">
      <thead role="rowgroup"><tr role="row">${['Key', 'Role', 'Created', 'Last used', 'Actions'].map((name) => html`<th key=${name}
        role="columnheader" scope="col">${name}</th>`)}</tr></thead>
      <tbody role="rowgroup">${keys.map((key) => html`<${Row} key=${key.id} apiKey=${key} onRevoke=${() => setOpen({ what: 'revoke', apiKey: key })} />`)}</tbody>
    </table>`}
    <${Check} label="Show revoked keys" checked=${revoked} onCheck=${setRevoked} />
    ${open?.what === 'create' && html`<${Create} onDone=${reload} onClose=${() => setOpen(undefined)} />`}
    ${open?.what === 'revoke' && html`<${Revoke} apiKey=${open.apiKey} onDone=${reload} onClose=${() => setOpen(undefined)} />`}
  </section>`;
}

const Row = ({ apiKey: { name, role, prefix, createdAt, lastUsedAt, revokedAt }, onRevoke }) => html`<tr role="row" data-off=${revokedAt ? '' : undefined}>
  <td role="cell" class="who"><span class="name" dir="auto">${name}</span>${revokedAt && html` <span class="badge">Revoked</span>`}
    <span class="sub"><code>${prefix}…</code></span></td>
  <td role="cell" data-label="Role">${word('role', role)}</td>
  <td role="cell" data-label="Created"><${Time} at=${createdAt} style="day" /></td>
  <td role="cell" data-label="Last used">${lastUsedAt ? html`<${Ago} at=${lastUsedAt} />` : html`<span class="none">Never</span>`}</td>
  <td role="cell" class="actions">${revokedAt ? html`<span class="none">Revoked <${Ago} at=${revokedAt} /></span>`
    : html`<button type="button" class="bare" aria-label=${`Revoke: ${name}`} onClick=${onRevoke}>Revoke</button>`}</td>
</tr>`;

function Create({ onDone, onClose }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('VIEWER');
  const [made, setMade] = useState();
  const [send, { busy, errors, trouble }] = useAction(async () => {
    const answer = await change('apiKeyCreate', { name, role }, 'apiKey { id } secret');
    if (answer.userErrors.length === 0) {
      setMade(answer);
      say('The key is created.');
      onDone();
    }
    return answer;
  });
  if (made) {
    return html`<${Dialog} title="The key is created" onClose=${onClose}><div class="handed">
      ${made.secret ? html`<${Secret} label="API key" text=${made.secret} /><p>Put it where your program keeps its secrets. Try it:</p>
        <${Try} secret=${made.secret} />`
      : html`<p>The key was created, but the answer with it got lost on the way, and it can’t be shown a second time. Revoke it, and create another one.</p>`}
      <div class="buttons"><button type="button" class="primary" onClick=${onClose}>Done</button></div></div><//>`;
  }
  // What is shown once would go unseen.
  return html`<${Dialog} title="Create a key" onClose=${() => busy || onClose()}><${Form} onSubmit=${send} trouble=${trouble}>
    <${Text} label="Name" hint="What it is for, as in “Loan app”" value=${name} onText=${setName} error=${refused(errors, 'name')} maxlength="100"
      dir="auto" autocomplete="off" />
    <${Choice} label="Role" hint="No more than the program needs" options=${words('role')} value=${role} onText=${setRole} error=${refused(errors, 'role')} />
    <${Refusals} errors=${errors} besides=${['name', 'role']} />
    <div class="buttons"><${Button} type="submit" kind="primary" busy=${busy}>Create the key<//><button type="button" onClick=${() => busy || onClose()}>Cancel</button></div>
  <//><//>`;
}

function Try({ secret }) {
  const line = `curl ${location.origin}/graphql -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' -d '{"query":"{ viewer { name role } }"}'`;
  return html`<p class="line"><code>${line}</code></p><p><${Copy} text=${line} label="Copy the line" /></p>`;
}

function Revoke({ apiKey, onDone, onClose }) {
  const [revoke, { busy, errors, trouble }] = useAction(async () => {
    const answer = await change('apiKeyRevoke', { id: apiKey.id }, 'apiKey { id }');
    if (answer.userErrors.length === 0) {
      onDone();
      say('The key is revoked.');
      onClose();
    }
    return answer;
  });
  return html`<${Dialog} title="Revoke the key?" onClose=${onClose}>
    <p>Every program that uses <strong dir="auto">${apiKey.name}</strong> (<code>${apiKey.prefix}…</code>) is refused from now on. This cannot be taken back.</p>
    <${Ending} ...${{ errors, trouble, busy, onClose }} text="Revoke the key" onPress=${revoke} /><//>`;
}
