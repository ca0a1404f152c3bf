// What stands around every view: where one can go, who one is, and whether the page hears the server.
import { html, useEffect, useRef, useState } from '../../shared/view.js';
import { signOut } from '../api.js';
import { unfollow, useConnection } from '../live.js';
import { useSession } from '../session.js';
import { word } from '../words.js';
import { Button, useAction } from './form.js';
import { say } from './notice.js';

/** Where one can go: path, name, and the least role for whom it is there. */
const PLACES = [
  ['/', 'Compliance', 'VIEWER', 'M4 6h16M4 12h16M4 18h10'],
  ['/overview', 'Overview', 'VIEWER', 'M5 20V11M12 20V4M19 20v-6'],
  ['/links/new', 'Generate a link', 'AGENT', 'M12 5v14M5 12h14'],
  ['/report', 'KYC report', 'ADMIN', 'M12 4v11M7.5 11L12 15.5 16.5 11M5 20h14'],
  ['/settings', 'Settings', 'ADMIN', 'M4 8h9M17 8h3M15 6v4M4 16h3M11 16h9M9 14v4'],
];

const isHere = (place, path) => (place === '/' ? path === '/' || /^\/(attempts|customers)\//.test(path) : path === place || path.startsWith(`${place}/`));

/** Whether the page hears the server; said when it was lost and when it is back. */
function Connection() {
  const state = useConnection();
  const [late, setLate] = useState(false);
  const was = useRef(state);
  useEffect(() => {
    setLate(false);
    // A moment without connection is no news.
    const timer = setTimeout(() => state !== 'live' && setLate(true), 1500);
    return () => clearTimeout(timer);
  }, [state]);
  useEffect(() => {
    if (late) {
      was.current = 'lost';
      say('The connection to the server is lost. Trying again.');
    } else if (state === 'live' && was.current === 'lost') {
      was.current = 'live';
      say('Connected again. Nothing was missed.');
    }
  }, [late, state]);
  const shown = late ? 'lost' : 'live';
  return html`<span class="connection" data-state=${shown} title=${late ? 'What happens meanwhile is shown when the connection is back' : 'Changes are shown as they happen'}>
    ${late ? 'Reconnecting…' : 'Live'}</span>`;
}

function Account() {
  const { viewer } = useSession();
  const [leave, { busy, trouble }] = useAction(async () => {
    await signOut();
    unfollow();
    // Loaded anew: nothing of what was seen or typed stays in memory, nor in the address.
    location.replace('/');
  });
  return html`<div class="account">
    ${trouble && html`<p class="trouble" role="alert">You are still signed in: the server cannot be reached. Try again.</p>`}
    <p><span class="name">${viewer.name}</span><span class="role">${word('role', viewer.role)}</span></p>
    <${Button} kind="bare" busy=${busy} onClick=${() => leave()}>Sign out<//>
  </div>`;
}

/** The frame around a view. */
export function Shell({ path, children }) {
  const { merchant, can } = useSession();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  return html`<div class="shell">
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector('main h1')?.focus(); }}>Skip to content</a>
    <header class="side" data-open=${open ? '' : undefined}>
      <div class="top">
        <p class="merchant">${merchant.name}${merchant.mode === 'SANDBOX' && html`<span class="sandbox">Sandbox</span>`}</p>
        <${Connection} />
        <button type="button" class="menu" aria-expanded=${String(open)} aria-controls="places" onClick=${() => setOpen(!open)}>Menu</button>
      </div>
      <div class="places" id="places" onClick=${({ target }) => target.closest('a') && setOpen(false)}>
        <nav aria-label="Main"><ul>${PLACES.filter(([, , role]) => can(role)).map(([place, name, , sign]) => html`
          <li key=${place}><a href=${place} aria-current=${isHere(place, path) ? 'page' : undefined}>
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${sign} /></svg>${name}</a></li>`)}</ul></nav>
        <${Account} />
      </div>
    </header>
    ${children}
  </div>`;
}
