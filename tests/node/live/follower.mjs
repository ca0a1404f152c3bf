// Whoever follows the steps as README.md says: a snapshot, then what comes after it. It keeps what it has seen.
import assert from 'node:assert/strict';

import { SNAPSHOT } from '../recipes/documents.mjs';

export class Follower {
  /** The cursors of the events that were handled, in the order in which they came. */
  cursors = [];
  /** Each step as the follower knows it, by id. */
  steps = new Map();
  #waiting = [];
  #failure;

  /** @param follow one of `clients`, already told where and by which key. */
  constructor(follow) {
    this.follow = follow;
  }

  /** Takes a snapshot and follows from there on. */
  async begin(ask) {
    const { eventCursor, attempts } = await ask(SNAPSHOT);
    this.after = eventCursor;
    for (const step of attempts.nodes.flatMap(({ steps }) => steps)) this.steps.set(step.id, step);
    this.stop = this.follow(eventCursor, this.#handle, this.#fail);
  }

  /** Waits until it has handled an event. */
  reaches(cursor) {
    if (this.cursors.includes(cursor)) return Promise.resolve();
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((done, broken) => this.#waiting.push({ cursor, done, broken }));
  }

  #handle = ({ cursor, step }) => {
    this.cursors.push(cursor);
    const known = this.steps.get(step.id);
    // What a step looks like may be newer than the event that tells of it.
    if (!known || step.version > known.version) this.steps.set(step.id, step);
    for (const waiting of this.#waiting.filter((waiting) => waiting.cursor === cursor)) waiting.done();
  };

  #fail = (problem) => {
    this.#failure = new Error(`the subscription ended after ${this.cursors.length} events`, { cause: problem });
    for (const waiting of this.#waiting) waiting.broken(this.#failure);
  };

  /** Checks that it has seen every one of the log's step changes after its snapshot, once and in order. */
  assertSawAll(log) {
    const from = log.findIndex(({ cursor }) => cursor === this.after);
    assert.ok(from >= 0, 'the snapshot is of this log');
    const changes = log.slice(from + 1).filter(({ type }) => type === 'STEP_STATUS_CHANGED');
    assert.deepEqual(this.cursors, changes.map(({ cursor }) => cursor));
  }

  /** Checks that every step it knows is as it knows it. */
  assertKnows(steps) {
    const known = steps.filter(({ id }) => this.steps.has(id));
    assert.equal(known.length, this.steps.size);
    const state = ({ id, status, version }) => `${id} ${status} ${version}`;
    assert.deepEqual(known.map(({ id }) => state(this.steps.get(id))), known.map(state));
  }
}
