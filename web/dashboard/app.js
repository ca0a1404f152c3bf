// The dashboard: who is signed in, where they are, and what is shown there.
import { html, render, useCallback, useEffect, useErrorBoundary, useMemo, useState } from '../shared/view.js';
import { Offline, Trouble, ask } from './api.js';
import { follow, isOver, unfollow } from './live.js';
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

/** A view that is not there yet. */
function Late({ name, found }) {
  const [Shown, setShown] = useState();
  const [error, setError] = useState();
  const load = () => {
    setError(undefined);
    LATER[name]().then((module) => setShown(() => module[name]), () => setError(new Offline()));
  };
  useEffect(load, [name]);
  if (error) return html`<main><${Failure} error=${error} again=${load} /></main>`;
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

/** What is shown to whoever is signed in. */
function Inside({ viewer, cursor, refresh }) {
  const { path } = useHere();
  const [epoch, setEpoch] = useState(0);
  const [ready, setReady] = useState(false);
  const [error, setError] = useState();
  const session = useMemo(() => ({ viewer, merchant: viewer.merchant, can: (role) => contains(viewer.role, role), refresh }), [viewer, refresh]);

  const begin = useCallback(async (after) => {
    setError(undefined);
    try {
      // Before any view asks for anything: what they see is at least as new as this place in the log.
      await follow({ after, ended: refresh, refused: refresh, lost: () => begin().then(() => setEpoch((was) => was + 1)) });
      setReady(true);
      fetchOthers();
    } catch (thrown) {
      if (isOver(thrown)) refresh();
      else setError(thrown);
    }
  }, [refresh]);
  useEffect(() => {
    begin(cursor);
    return unfollow;
  }, [begin, viewer.id, viewer.role]);

  const { view = Nowhere, found = {} } = match(ROUTES, path) ?? {};
  return html`<${Session.Provider} value=${session}><${Shell} path=${path}>
    ${error ? html`<main><${Failure} error=${error} again=${() => begin()} /></main>`
      : ready ? html`<${View} key=${`${path} ${epoch}`} view=${view} found=${found} />`
        : html`<main><${Loading} what="your work" /></main>`}
  <//><//>`;
}

function App() {
  const { path } = useHere();
  const [{ viewer, cursor }, setViewer] = useState({});
  const [error, setError] = useState();
  const refresh = useCallback(async () => {
    setError(undefined);
    try {
      const { viewer, eventCursor } = await ask(VIEWER);
      setViewer({ viewer: viewer.merchant ? viewer : null, cursor: eventCursor });
    } catch (thrown) {
      if (isOver(thrown)) setViewer({ viewer: null });
      else setError(thrown);
    }
  }, []);
  useEffect(() => {
    refresh();
    return onSignedOut(() => setViewer({ viewer: null }));
  }, []);

  if (path === '/password') return html`<${Password} />`;
  if (error && !viewer) return html`<main><${Failure} error=${error} again=${refresh} /></main>`;
  if (viewer === undefined) return html`<main><${Loading} what="the dashboard" /></main>`;
  if (viewer === null) return html`<${SignIn} signedIn=${refresh} />`;
  return html`<${Inside} viewer=${viewer} cursor=${cursor} refresh=${refresh} />`;
}

followLinks((path) => path === '/password' || match(ROUTES, path) !== undefined);
render(html`<${App} />`, document.getElementById('app'));
