// Somebody at work: customers are invited, their steps move. And what the log says of it.
import assert from 'node:assert/strict';

/** A client of nothing but fetch. */
export const asker = (url, key) =>
  async function ask(query, variables = {}) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    for (const payload of Object.values(data)) assert.deepEqual(payload?.userErrors ?? [], []);
    return data;
  };

const INVITE = `mutation ($input: KycLinkGenerateInput!) {
  kycLinkGenerate(input: $input) { attempt { id steps { id } } userErrors { code message } }
}`;

const MOVE = `mutation ($input: StepUpdateStatusInput!) {
  stepUpdateStatus(input: $input) { step { id version } userErrors { code message } }
}`;

export class Office {
  #ask;
  #customers = 0;
  /** Moves that are still to be made. */
  #moves = [];

  constructor(ask) {
    this.#ask = ask;
  }

  /** Invites a customer; answers the attempt. */
  async invite() {
    const customer = { name: `Customer ${(this.#customers += 1)}` };
    const { kycLinkGenerate } = await this.#ask(INVITE, { input: { customer } });
    return kycLinkGenerate.attempt;
  }

  /** Moves a step. */
  move(stepId, status) {
    const reason = status === 'REQUIRES_ACTION' ? { code: 'NAME_MISMATCH' } : undefined;
    return this.#ask(MOVE, { input: { stepId, status, reason } });
  }

  /** One more change: a move of a step, or another customer once all of the last one's have been made. */
  async work() {
    if (this.#moves.length === 0) {
      const { steps } = await this.invite();
      for (const status of ['IN_PROGRESS', 'COMPLETED']) {
        this.#moves.push(...steps.map(({ id }) => ({ id, status })));
      }
      return;
    }
    const { id, status } = this.#moves.shift();
    await this.move(id, status);
  }
}

const ACTIVITY = `query ($after: String, $types: [EventType!]) {
  activity(first: 100, after: $after, types: $types) {
    nodes { cursor type step { id } stepTo } pageInfo { hasNextPage endCursor }
  }
}`;

/** The merchant's events of these types, oldest first. */
export async function activity(ask, types) {
  const events = [];
  let after = null;
  for (let more = true; more; ) {
    const { activity } = await ask(ACTIVITY, { after, types });
    events.push(...activity.nodes);
    ({ hasNextPage: more, endCursor: after } = activity.pageInfo);
  }
  return events.reverse();
}

/** Every step of the merchant's first hundred attempts. */
export async function stepsOf(ask) {
  const { attempts } = await ask(
    '{ attempts(first: 100, sort: { field: CREATED_AT, direction: ASC }) { nodes { steps { id kind status version } } } }',
  );
  return attempts.nodes.flatMap(({ steps }) => steps);
}
