// A TCP proxy that cuts connections while something goes through them: after a number of bytes, wherever in a frame, a line or
// a handshake these end.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { atEnd } from './at-end.mjs';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const BAD_GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

export class CuttingProxy {
  /** How many connections were cut. */
  cuts = 0;
  /** How many connections there were. */
  connections = 0;
  /** The bytes that may still go to the client before the next cut. */
  #left = Infinity;
  #open = new Set();

  /** Starts one in front of a port of the loopback; it ends after the test. */
  static async start(t, port, seed) {
    const proxy = new CuttingProxy();
    proxy.roll = dice(seed);
    const listener = createServer({ noDelay: true }, (client) => proxy.#serve(client, port)).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    proxy.port = listener.address().port;
    atEnd(t, () => {
      listener.close();
      for (const socket of proxy.#open) socket.destroy();
    });
    return proxy;
  }

  /** Has the next cut happen somewhere in the next `within` bytes. */
  arm(within) {
    this.#left = Math.min(this.#left, this.roll(within) + 1);
  }

  /** Lets nothing more through on the connections that are open, and does not close them: a cable that nobody saw break. */
  freeze() {
    for (const socket of this.#open) socket.removeAllListeners('data').resume();
  }

  #serve(client, port) {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    // A server that is not there: what a proxy says to that.
    server.on('error', ({ code }) => code === 'ECONNREFUSED' && client.write(BAD_GATEWAY));
    for (const socket of [client, server]) {
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#open.delete(socket);
        // What has been written still arrives.
        client.destroySoon();
        server.destroy();
      });
    }
    this.connections += 1;
    client.on('data', (bytes) => server.write(bytes));
    client.on('end', () => server.end());
    server.on('end', () => client.end());
    server.on('data', (bytes) => {
      if (bytes.length < this.#left) {
        this.#left -= bytes.length;
        client.write(bytes);
        return;
      }
      const rest = bytes.subarray(0, this.#left);
      this.#left = Infinity;
      this.cuts += 1;
      server.destroy();
      // Half of them as if a cable had been pulled and somebody had noticed, half as if a process had ended.
      client.write(rest, () => (this.roll(2) ? client.resetAndDestroy() : client.destroySoon()));
    });
  }
}
