// The clients of README.md's recipes, each behind one face: `follow(server, key, after, handle, failed)` answers what stops it.
import { EventSource } from 'eventsource';
import WebSocket from 'ws';

import * as apollo from '../recipes/apollo.mjs';
import * as eventSource from '../recipes/event-source.mjs';
import * as graphqlSse from '../recipes/graphql-sse.mjs';
import * as graphqlWs from '../recipes/graphql-ws.mjs';
import * as urqlSse from '../recipes/urql-sse.mjs';
import * as urqlWs from '../recipes/urql.mjs';

// Node 20 has none of its own. The recipes are written for browsers, where there is one.
globalThis.WebSocket ??= WebSocket;

/** Between two tries of the clients that can be told: tests do not wait for seconds. */
const soon = () => new Promise((done) => setTimeout(done, 50));

const graphql = (url) => `${url}/graphql`;
const socketUrl = (url) => graphql(url).replace(/^http/, 'ws');

/** A client of graphql-ws as the recipe makes it. */
export const socket = (url, key, options) =>
  graphqlWs.connect(socketUrl(url), key, { retryWait: soon, ...options });

/** Opens an EventSource that is known by a key: a browser's is known by its cookie. */
const knownBy = (key) => (address) =>
  new EventSource(address, {
    fetch: (target, init) => fetch(target, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } }),
  });

export const clients = {
  'graphql-ws': (url, key, ...what) => {
    const client = socket(url, key);
    const stop = graphqlWs.follow(client, ...what);
    return () => (stop(), client.dispose());
  },
  'graphql-sse': (url, key, ...what) => {
    const client = graphqlSse.connect(graphql(url), key, soon);
    const stop = graphqlSse.follow(client, ...what);
    return () => (stop(), client.dispose());
  },
  'Apollo Client over graphql-ws': (url, key, ...what) => {
    const wire = socket(url, key);
    const client = apollo.apollo(graphql(url), key, wire);
    const stop = apollo.follow(client, ...what);
    return () => (stop(), client.stop(), wire.dispose());
  },
  'urql over graphql-ws': (url, key, ...what) => {
    const wire = socket(url, key);
    const stop = urqlWs.follow(urqlWs.urql(graphql(url), key, wire), ...what);
    return () => (stop(), wire.dispose());
  },
  'urql over SSE': (url, key, ...what) => urqlSse.follow(urqlSse.urql(graphql(url), key), ...what, soon),
  EventSource: (url, key, ...what) => eventSource.follow(graphql(url), ...what, knownBy(key), soon),
};
