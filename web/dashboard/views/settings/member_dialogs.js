// What can be done with a member of the team.
import { html, useState } from '../../../shared/view.js';
import { change } from '../../api.js';
import { Dialog } from '../../parts/dialog.js';
import { Button, Choice, Form, Text, refused, useAction } from '../../parts/form.js';
import { Failure, Refusals, say } from '../../parts/notice.js';
import { go } from '../../router.js';
import { useSession } from '../../session.js';
import { words } from '../../words.js';
import { Secret } from './secret.js';

const Role = (rest) => html`<${Choice} label="Role" options=${words('role')} ...${rest} />`;

/** The one-time link of a member, and what to do with it. */
function Handed({ name, email, url, onClose }) {
  const { merchant } = useSession();
  return html`<div class="handed">
    ${url ? html`<${Secret} label="One-time link" text=${url} />
      <p>No mail is sent. Give this link to <span dir="auto">${name}</span> yourself, and to nobody else. It works once, within 72 hours; they set their password with it.</p>
      <p>Then they sign in with merchant <code>${merchant.slug}</code> and email <code>${email}</code>.</p>`
    : html`<p>It is done, but the answer with the one-time link got lost on the way. Reset the password of <span dir="auto">${name}</span> for another link.</p>`}
    <div class="buttons"><button type="button" class="primary" onClick=${onClose}>Done</button></div></div>`;
}

export function Invite({ onDone, onClose }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('AGENT');
  const [made, setMade] = useState();
  const [send, { busy, errors, trouble }] = useAction(async () => {
    const answer = await change('memberCreate', { name, email, role }, 'member { id name email } passwordUrl');
    if (answer.userErrors.length === 0) {
      setMade({ ...answer.member, url: answer.passwordUrl });
      say('The member is added.');
      onDone();
    }
    return answer;
  });
  if (made) return html`<${Dialog} title="The member is added" onClose=${onClose}><${Handed} ...${made} onClose=${onClose} /><//>`;
  // What is shown once would go unseen.
  return html`<${Dialog} title="Invite a member" onClose=${() => busy || onClose()}><${Form} onSubmit=${send} trouble=${trouble}>
    <${Text} label="Name" value=${name} onText=${setName} error=${refused(errors, 'name')} maxlength="100" dir="auto" autocomplete="off" />
    <${Text} label="Email" type="email" hint="They sign in with it." value=${email} onText=${setEmail} error=${refused(errors, 'email')}
      spellcheck=${false} autocomplete="off" />
    <${Role} value=${role} onText=${setRole} error=${refused(errors, 'role')} />
    <${Refusals} errors=${errors} besides=${['name', 'email', 'role']} />
    <div class="buttons"><${Button} type="submit" kind="primary" busy=${busy}>Add the member<//><button type="button" onClick=${() => busy || onClose()}>Cancel</button></div>
  <//><//>`;
}

export function Edit({ member, onDone, onClose }) {
  const { viewer, refresh } = useSession();
  const [name, setName] = useState(member.name);
  const [role, setRole] = useState(member.role);
  const [save, { busy, errors, trouble }] = useAction(async () => {
    const answer = await change('memberUpdate', { id: member.id, ...(name !== member.name && { name }), ...(role !== member.role && { role }) }, 'member { id }');
    if (answer.userErrors.length === 0) {
      onDone();
      if (member.id === viewer.id) refresh();
      say('The member is changed.');
      onClose();
    }
    return answer;
  });
  return html`<${Dialog} title="Edit the member" onClose=${onClose}><${Form} onSubmit=${save} trouble=${trouble}>
    <${Text} label="Name" value=${name} onText=${setName} error=${refused(errors, 'name')} maxlength="100" dir="auto" autocomplete="off" />
    <${Role} value=${role} onText=${setRole} error=${refused(errors, 'role')}
      hint=${member.id === viewer.id && role !== 'ADMIN' ? 'This is you: you cannot come back to these settings yourself.' : undefined} />
    <${Refusals} errors=${errors} besides=${['name', 'role']} />
    <div class="buttons"><${Button} type="submit" kind="primary" busy=${busy}>Save<//><button type="button" onClick=${onClose}>Cancel</button></div>
  <//><//>`;
}

export function Reset({ member, onDone, onClose }) {
  const { viewer } = useSession();
  const me = member.id === viewer.id;
  const [made, setMade] = useState();
  const [reset, { busy, errors, trouble }] = useAction(async () => {
    const answer = await change('memberPasswordReset', { id: member.id }, 'passwordUrl');
    if (answer.userErrors.length > 0) return answer;
    if (me && answer.passwordUrl) {
      // The session is over with the answer: the link is followed before that is known anywhere.
      const { pathname, hash } = new URL(answer.passwordUrl);
      go(pathname + hash);
      return answer;
    }
    setMade({ name: member.name, email: member.email, url: answer.passwordUrl });
    onDone();
    return answer;
  });
  if (made) return html`<${Dialog} title="The password is reset" onClose=${onClose}><${Handed} ...${made} onClose=${onClose} /><//>`;
  return html`<${Dialog} title=${me ? 'Change your password?' : 'Reset the password?'} onClose=${() => busy || onClose()}>
    ${me ? html`<p>You are signed out everywhere, and set a new password on the page that comes. If you leave it before, another admin has to reset your password.</p>`
      : html`<p><span dir="auto">${member.name}</span> is signed out everywhere, and the password works no more. You get a one-time link to hand on.</p>`}
    <${Ending} ...${{ errors, trouble, busy, onClose }} text=${me ? 'Change my password' : 'Reset the password'} onPress=${reset} /><//>`;
}

export function Disable({ member, onDone, onClose }) {
  const { viewer } = useSession();
  const off = Boolean(member.disabledAt);
  const [set, { busy, errors, trouble }] = useAction(async () => {
    const answer = await change('memberUpdate', { id: member.id, disabled: !off }, 'member { id }');
    if (answer.userErrors.length === 0) {
      onDone();
      say(off ? 'The member is enabled.' : 'The member is disabled.');
      onClose();
    }
    return answer;
  });
  return html`<${Dialog} title=${off ? 'Enable the member?' : 'Disable the member?'} onClose=${onClose}>
    <p>${off ? html`<span dir="auto">${member.name}</span> can sign in again.`
      : html`<span dir="auto">${member.name}</span> is signed out everywhere and can sign in no more. What they did stays in the tracker, with their name.`}</p>
    ${member.id === viewer.id && !off && html`<p class="warn">This is you: you are signed out at once.</p>`}
    <${Ending} ...${{ errors, trouble, busy, onClose }} kind=${off ? 'primary' : 'danger'} text=${off ? 'Enable' : 'Disable'} onPress=${set} /><//>`;
}

/** What stands below a question: what was refused, and the two answers. */
export const Ending = ({ errors, trouble, busy, onClose, onPress, text, kind = 'danger' }) => html`<div class="ending">
  <${Refusals} errors=${errors} />${trouble && html`<${Failure} error=${trouble} />`}
  <div class="buttons"><${Button} kind=${kind} busy=${busy} onClick=${onPress}>${text}<//><button type="button" onClick=${() => busy || onClose()}>Cancel</button></div></div>`;
