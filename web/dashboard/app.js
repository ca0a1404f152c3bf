// The dashboard: who is signed in, where they are, and what is shown there.
import { html, render, useCallback, useEffect, useErrorBoundary, useMemo, useRef, useState } from '../shared/view.js';
import { Offline, Trouble, ask } from './api.js';
import { follow, isOver, unfollow, useEvents } from './live.js';
import { Empty, Failure, Loading } from './parts/notice.js';
import { Page } from './parts/page.js';
import { Shell } from './parts/shell.js';
import { followLinks, match, useHere } from './router.js';
import { Session, VIEWER, contains, onSignedOut } from './session.js';
import { Panel } from './views/panel/panel.js';
import { Password } from './views/password.js';
import { SignIn } from './views/signin.js';

/** Views that come when they are asked for: what is loaded first is the frame and the panel. */
const LATER = {
  Overview: () => import('./views/overview/overview.js'),
  Attempt: () => import('./views/attempt/attempt.js'),
  Customer: () => import('./views/customer/customer.js'),
  Generate: () => import('./views/link/generate.js'),
  Report: () => import('./views/report.js'),
  Settings: () => import('./views/settings/settings.js'),
};

const ROUTES = [
  ['/', Panel],
  ['/overview', 'Overview'],
  ['/attempts/:id', 'Attempt'],
  ['/customers/:id', 'Customer'],
  ['/links/new', 'Generate'],
  ['/report', 'Report'],
  ['/settings', 'Settings'],
  ['/settings/:part', 'Settings'],
];

const Nowhere = () => html`<${Page} title="Not found"><${Empty} title="There is nothing at this address">
  <p><a href="/">Go to the Compliance panel</a></p><//><//>`;

/** Milliseconds between two tries to learn who is signed in. */
const AGAIN = 5000;
/** How long after the end of a session it is asked for once more, in milliseconds. */
const MOMENT = 1000;

/** A view that is not there yet. */
function Late({ name, found }) {
  const [Shown, setShown] = useState();
  const [error, setError] = useState();
  useEffect(() => {
    LATER[name]().then((module) => setShown(() => module[name]), () => setError(new Offline()));
  }, [name]);
  // Some browsers keep in mind that a module did not come, and it may be of another version than this page by now.
  if (error) return html`<main><${Failure} error=${error} again=${() => location.reload()} /></main>`;
  return Shown ? html`<${Shown} ...${found} />` : html`<main><${Loading} what="the page" /></main>`;
}

/** When the first view is there and nothing else is to be done, the others are fetched: going there takes no time then. */
function fetchOthers() {
  const idle = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 2000));
  idle(() => Object.values(LATER).forEach((load) => load().catch(() => undefined)), { timeout: 10_000 });
}

/** A view that fails is told of; the others can still be reached. */
function View({ view: Shown, found }) {
  const [error, reset] = useErrorBoundary((thrown) => console.error(thrown));
  if (error) return html`<${Page} title="Something went wrong"><${Failure} error=${new Trouble()} again=${reset} /><//>`;
  return typeof Shown === 'string' ? html`<${Late} name=${Shown} found=${found} />` : html`<${Shown} ...${found} />`;
}

/** What of the merchant every view works with. */
const OF_MERCHANT = ['MERCHANT_UPDATED', 'BRANDING_UPDATED'];

/** What is shown to whoever is signed in. `cursor` is older than whatever a view asks for; `renew` begins all anew. */
function Inside({ viewer, cursor, refresh, renew }) {
  const { path } = useHere();
  const session = useMemo(() => ({ viewer, merchant: viewer.merchant, can: (role) => contains(viewer.role, role), refresh }), [viewer, refresh]);
  useEffect(() => {
    follow({ after: cursor, back: refresh, over: renew });
    fetchOthers();
    return unfollow;
  }, []);
  useEvents(({ type }) => OF_MERCHANT.includes(type) && refresh());

  const { view = Nowhere, found = {} } = match(ROUTES, path) ?? {};
  return html`<${Session.Provider} value=${session}><${Shell} path=${path}><${View} key=${path} view=${view} found=${found} /><//><//>`;
}

/** Who is signed in. A session that was there may have made way for another one, whose cookie is still on its way to this browser. */
async function asked(before) {
  try {
    return await ask(VIEWER);
  } catch (error) {
    if (!before || !isOver(error)) throw error;
    await new Promise((done) => setTimeout(done, MOMENT));
    return ask(VIEWER);
  }
}

function App() {
  const { path } = useHere();
  const [{ viewer, cursor, round }, set] = useState({ round: 0 });
  const [error, setError] = useState();
  const last = useRef();

  /** Learns who is signed in; whether the server said so. */
  const refresh = useCallback(async () => {
    setError(undefined);
    try {
      const { viewer, eventCursor } = await asked(last.current);
      const member = viewer.merchant ? viewer : null;
      // Somebody else, in the same browser: nothing of the one before is left in this page's memory.
      if (member && last.current && last.current !== member.id) {
        set((was) => ({ ...was, viewer: undefined }));
        setTimeout(() => location.reload());
        return true;
      }
      last.current = member?.id ?? last.current;
      set((was) => ({ ...was, viewer: member, cursor: eventCursor }));
      return true;
    } catch (thrown) {
      if (isOver(thrown)) set((was) => ({ ...was, viewer: null }));
      else setError(thrown);
      return isOver(thrown);
    }
  }, []);
  const renewing = useRef(false);
  const renew = useCallback(async () => {
    // The connection and every view find it out at once.
    if (renewing.current) return;
    renewing.current = true;
    const said = await refresh();
    renewing.current = false;
    if (said) set((was) => ({ ...was, round: was.round + 1 }));
    else setTimeout(renew, AGAIN);
  }, []);
  useEffect(() => {
    refresh();
    return onSignedOut(renew);
  }, []);
  // Whoever comes back to this tab may have signed in in another one.
  useEffect(() => {
    const seen = () => document.hidden || (viewer === null && refresh());
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [viewer]);

  if (path === '/password') return html`<${Password} />`;
  if (error && !viewer) return html`<main><${Failure} error=${error} again=${refresh} /></main>`;
  if (viewer === undefined) return html`<main><${Loading} what="the dashboard" /></main>`;
  if (viewer === null) return html`<${SignIn} signedIn=${refresh} ended=${Boolean(last.current)} />`;
  // Another role sees something else.
  return html`<${Inside} key=${`${viewer.role} ${round}`} viewer=${viewer} cursor=${cursor} refresh=${refresh} renew=${renew} />`;
}

followLinks((path) => path === '/password' || match(ROUTES, path) !== undefined);
render(html`<${App} />`, document.getElementById('app'));
