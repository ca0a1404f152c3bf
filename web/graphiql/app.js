// The explorer: GraphiQL against this origin's /graphql, with an API key that a person pastes. Without a key, the
// session cookie of somebody who is signed in to the dashboard is what the server sees.
'use strict';

const KEY = 'kyc.apiKey';
const GRAPHQL = new URL('/graphql', location.href);
const SOCKET = new URL(GRAPHQL);
SOCKET.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

const WELCOME = `# Paste an API key above, then press the run button.
# The schema is in the book icon on the left. Subscriptions work as well, and run until you stop them:
# subscription { stepChanged { at from to step { kind } } }
{
  viewer {
    kind
    name
    role
  }
}
`;

// Everything that is kept, the key and the queries alike, is kept in the tab and dies with it: a query may hold a
// customer's name.
const kept = window.sessionStorage;

const form = document.getElementById('key-form');
const input = document.getElementById('key');
const state = document.getElementById('key-state');
const root = ReactDOM.createRoot(document.getElementById('explorer'));

function authorization() {
  const key = kept.getItem(KEY);
  return key ? { authorization: `Bearer ${key}` } : {};
}

// Header names in one case, so that a credential in the headers editor takes the place of the key above.
const lowerCase = (headers = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

// GraphiQL reads what stands in the editor a moment after it was typed; whoever is faster would send a subscription as a query.
function parsed(query) {
  try {
    return GraphiQL.GraphQL.parse(query);
  } catch {
    return undefined;
  }
}

function fetcher() {
  const send = GraphiQL.createFetcher({
    url: GRAPHQL.href,
    // What the headers editor holds goes into `connection_init`, too: a browser sends no headers with a WebSocket.
    subscriptionUrl: SOCKET.href,
    wsConnectionParams: authorization(),
    fetch: (url, init) =>
      fetch(url, {
        ...init,
        headers: { accept: 'application/graphql-response+json, application/json', ...authorization(), ...init.headers },
        credentials: 'same-origin',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
      }),
  });
  return (parameters, options) =>
    send(parameters, { ...options, documentAST: parsed(parameters.query), headers: lowerCase(options?.headers) });
}

// Called again for another key: GraphiQL then asks for the schema anew, as that key sees it.
let generation = 0;
function show() {
  state.textContent = kept.getItem(KEY) ? 'Kept in this tab until it closes.' : 'None given.';
  generation += 1;
  root.render(
    React.createElement(GraphiQL, {
      key: generation,
      fetcher: fetcher(),
      storage: kept,
      defaultQuery: WELCOME,
      shouldPersistHeaders: false,
    }),
  );
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const key = input.value.trim();
  input.value = '';
  if (!key) return;
  kept.setItem(KEY, key);
  show();
});

document.getElementById('forget').addEventListener('click', () => {
  input.value = '';
  kept.removeItem(KEY);
  show();
});

show();
