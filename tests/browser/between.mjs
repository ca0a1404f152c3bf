// Something between a browser and the server: it passes everything on, but what a test answers itself.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

import { atEnd } from '../node/live/at-end.mjs';

export class Between {
  /** What answers in place of the server, or nothing: `(path, response) => boolean`. */
  answer = () => false;

  /** Starts one in front of a server; it ends after the test. */
  static async start(t, url) {
    const between = new Between();
    between.server = new URL(url);
    const listener = createServer((asked, response) => between.answer(asked.url, response) || between.#pass(asked, response));
    listener.on('upgrade', (asked, socket) => between.#pipe(asked, socket));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    between.url = `http://127.0.0.1:${listener.address().port}`;
    atEnd(t, () => {
      listener.close();
      listener.closeAllConnections();
    });
    return between;
  }

  /** The headers as if the page had come from the server itself. */
  #headers({ headers }) {
    return { ...headers, host: this.server.host, ...(headers.origin && { origin: this.server.origin }) };
  }

  #pass(asked, response) {
    const { hostname, port } = this.server;
    const on = request({ hostname, port, path: asked.url, method: asked.method, headers: this.#headers(asked) }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    on.on('error', () => response.destroy());
    asked.pipe(on);
  }

  #pipe(asked, socket) {
    const on = connect(Number(this.server.port), this.server.hostname, () => {
      const lines = Object.entries(this.#headers(asked)).map(([name, value]) => `${name}: ${value}`);
      on.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      on.pipe(socket).pipe(on);
    });
    for (const one of [on, socket]) one.on('error', () => [on, socket].forEach((other) => other.destroy()));
  }
}
