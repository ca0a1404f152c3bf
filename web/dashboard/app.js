// The dashboard: who is signed in, where they are, and what is shown there.
import { html, render, useCallback, useEffect, useErrorBoundary, useMemo, useState } from '../shared/view.js';
import { Trouble, ask } from './api.js';
import { follow, isOver, unfollow } from './live.js';
import { Empty, Failure, Loading } from './parts/notice.js';
import { Page } from './parts/page.js';
import { Shell } from './parts/shell.js';
import { followLinks, match, useHere } from './router.js';
import { Session, VIEWER, contains, onSignedOut } from './session.js';
import { Attempt } from './views/attempt/attempt.js';
import { Customer } from './views/customer/customer.js';
import { Generate } from './views/link/generate.js';
import { Overview } from './views/overview/overview.js';
import { Panel } from './views/panel/panel.js';
import { Password } from './views/password.js';
import { Report } from './views/report.js';
import { Settings } from './views/settings/settings.js';
import { SignIn } from './views/signin.js';

const ROUTES = [
  ['/', Panel],
  ['/overview', Overview],
  ['/attempts/:id', Attempt],
  ['/customers/:id', Customer],
  ['/links/new', Generate],
  ['/report', Report],
  ['/settings', Settings],
  ['/settings/:part', Settings],
];

const Nowhere = () => html`<${Page} title="Not found"><${Empty} title="There is nothing at this address">
  <p><a href="/">Go to the Compliance panel</a></p><//><//>`;

/** A view that fails is told of; the others can still be reached. */
function View({ view: Shown, found }) {
  const [error, reset] = useErrorBoundary((thrown) => console.error(thrown));
  if (error) return html`<${Page} title="Something went wrong"><${Failure} error=${new Trouble()} again=${reset} /><//>`;
  return html`<${Shown} ...${found} />`;
}

/** What is shown to whoever is signed in. */
function Inside({ viewer, refresh }) {
  const { path } = useHere();
  const [epoch, setEpoch] = useState(0);
  const [ready, setReady] = useState(false);
  const [error, setError] = useState();
  const session = useMemo(() => ({ viewer, merchant: viewer.merchant, can: (role) => contains(viewer.role, role), refresh }), [viewer, refresh]);

  const begin = useCallback(async () => {
    setError(undefined);
    try {
      // Before any view asks for anything: what they see is at least as new as this place in the log.
      await follow({ ended: refresh, refused: refresh, lost: () => begin().then(() => setEpoch((was) => was + 1)) });
      setReady(true);
    } catch (thrown) {
      if (isOver(thrown)) refresh();
      else setError(thrown);
    }
  }, [refresh]);
  useEffect(() => {
    begin();
    return unfollow;
  }, [begin, viewer.id, viewer.role]);

  const { view = Nowhere, found = {} } = match(ROUTES, path) ?? {};
  return html`<${Session.Provider} value=${session}><${Shell} path=${path}>
    ${error ? html`<main><${Failure} error=${error} again=${begin} /></main>`
      : ready ? html`<${View} key=${`${path} ${epoch}`} view=${view} found=${found} />`
        : html`<main><${Loading} what="your work" /></main>`}
  <//><//>`;
}

function App() {
  const { path } = useHere();
  const [viewer, setViewer] = useState();
  const [error, setError] = useState();
  const refresh = useCallback(async () => {
    setError(undefined);
    try {
      const { viewer } = await ask(VIEWER);
      setViewer(viewer.merchant ? viewer : null);
    } catch (thrown) {
      if (isOver(thrown)) setViewer(null);
      else setError(thrown);
    }
  }, []);
  useEffect(() => {
    refresh();
    return onSignedOut(() => setViewer(null));
  }, []);

  if (path === '/password') return html`<${Password} />`;
  if (error && !viewer) return html`<main><${Failure} error=${error} again=${refresh} /></main>`;
  if (viewer === undefined) return html`<main><${Loading} what="the dashboard" /></main>`;
  if (viewer === null) return html`<${SignIn} signedIn=${refresh} />`;
  return html`<${Inside} viewer=${viewer} refresh=${refresh} />`;
}

followLinks((path) => path === '/password' || match(ROUTES, path) !== undefined);
render(html`<${App} />`, document.getElementById('app'));
