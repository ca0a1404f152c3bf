// The clients that front ends use, doing what front ends do: paging, a refused input, an answer with a part that the role
// does not reach, a key that is not valid.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';

import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { filter, firstValueFrom } from 'rxjs';

import { adminKey, ask, bearer, data, endpoint, keyOf, skip } from './server.mjs';

// A word of this run's own: other test files add customers at the same time.
const WORD = `run${randomUUID().replaceAll('-', '')}`;
const CUSTOMERS = 5;
const PAGE = 2;

const CREATE = `
  mutation ($input: CustomerCreateInput!) {
    customerCreate(input: $input) { customer { id reference name version } userErrors { field message code } }
  }`;

const PAGES = `
  query ($first: Int!, $after: String, $search: String!) {
    customers(first: $first, after: $after, filter: { search: $search }, sort: { field: NAME, direction: ASC }) {
      edges { cursor node { id name } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }`;

// Keys are for ADMIN: the rest of the answer arrives all the same.
const PARTLY_FORBIDDEN = '{ viewer { role } merchant { slug apiKeys { id } } }';

const customer = (number) => ({ reference: `${WORD}-${number}`, name: `${WORD} ${number}` });
const names = [...Array(CUSTOMERS).keys()].map((number) => customer(number).name);

const TAKEN = { input: { customer: customer(0) } };

function assertTaken({ customer, userErrors }) {
  assert.equal(customer, null);
  assert.deepEqual(userErrors.map(({ field, code }) => ({ field, code })), [
    { field: ['customer', 'reference'], code: 'TAKEN' },
  ]);
  assert.match(userErrors[0].message, /\w/);
}

function assertForbidden(error) {
  assert.equal(error.extensions.code, 'FORBIDDEN');
  assert.deepEqual(error.path, ['merchant', 'apiKeys']);
}

const PARTIAL = { viewer: { role: 'VIEWER' }, merchant: { slug: 'acme', apiKeys: null } };

/** Without what caches add. */
const plain = (value) =>
  JSON.parse(JSON.stringify(value, (key, inner) => (key === '__typename' ? undefined : inner)));

test('clients', { skip }, async (t) => {
  for (const number of names.keys()) {
    const { customerCreate } = await data(CREATE, { input: { customer: customer(number) } });
    assert.deepEqual(customerCreate.userErrors, []);
  }
  const viewerKey = await keyOf('VIEWER');

  await t.test('fetch', async (t) => {
    await t.test('an input that was refused is data, not an error', async () => {
      assertTaken((await data(CREATE, TAKEN)).customerCreate);
    });

    await t.test('a mutation that is sent twice with one key happens once', async () => {
      const input = { customer: { name: `${randomUUID()}` } };
      const headers = { 'idempotency-key': randomUUID() };
      const first = await data(CREATE, { input }, { headers });
      assert.deepEqual(await data(CREATE, { input }, { headers }), first);
      const other = await data(CREATE, { input: { customer: { name: 'Other' } } }, { headers });
      assert.equal(other.customerCreate.userErrors[0].code, 'IDEMPOTENCY_KEY_REUSED');
    });

    await t.test('a part above the role is null, with an error that says where', async () => {
      const answer = await ask(PARTLY_FORBIDDEN, {}, { key: viewerKey });
      assert.deepEqual(answer.data, PARTIAL);
      assert.equal(answer.errors.length, 1);
      assertForbidden(answer.errors[0]);
    });

    await t.test('a page goes back as it came', async () => {
      const all = await data(PAGES, { first: CUSTOMERS, search: WORD });
      assert.deepEqual(all.customers.edges.map(({ node }) => node.name), names);
      const back = await data(
        `query ($before: String, $search: String!) {
          customers(last: 2, before: $before, filter: { search: $search }, sort: { field: NAME, direction: ASC }) {
            nodes { name } pageInfo { hasPreviousPage hasNextPage }
          }
        }`,
        { before: all.customers.edges[3].cursor, search: WORD },
      );
      assert.deepEqual(back.customers.nodes.map(({ name }) => name), names.slice(1, 3));
      assert.deepEqual(back.customers.pageInfo, { hasPreviousPage: true, hasNextPage: true });
    });
  });

  for (const method of ['POST', 'GET']) {
    await t.test(`urql, queries by ${method}`, async (t) => {
      const client = (key) =>
        new Client({
          url: endpoint,
          exchanges: [cacheExchange, fetchExchange],
          preferGetMethod: method === 'GET' ? 'force' : false,
          fetchOptions: { headers: bearer(key) },
        });
      const admin = client(adminKey);

      await t.test('pages', async () => {
        const seen = [];
        let after = null;
        for (let more = true; more; ) {
          const { data, error } = await admin.query(PAGES, { first: PAGE, after, search: WORD }).toPromise();
          assert.equal(error, undefined);
          assert.equal(data.customers.totalCount, CUSTOMERS);
          seen.push(...data.customers.edges.map(({ node }) => node.name));
          ({ hasNextPage: more, endCursor: after } = data.customers.pageInfo);
        }
        assert.deepEqual(seen, names);
      });

      await t.test('an input that was refused', async () => {
        const { data, error } = await admin.mutation(CREATE, TAKEN).toPromise();
        assert.equal(error, undefined);
        assertTaken(data.customerCreate);
      });

      await t.test('a part above the role', async () => {
        const { data, error } = await client(viewerKey).query(PARTLY_FORBIDDEN, {}).toPromise();
        assert.deepEqual(plain(data), PARTIAL);
        assert.equal(error.graphQLErrors.length, 1);
        assertForbidden(error.graphQLErrors[0]);
      });

      await t.test('a key that is not valid', async () => {
        const { data, error } = await client('kyc_test_nobody').query('{ viewer { name } }', {}).toPromise();
        assert.equal(data, undefined);
        assert.equal(error.response.status, 401);
        assert.equal(error.graphQLErrors[0].extensions.code, 'UNAUTHENTICATED');
      });
    });
  }

  await t.test('Apollo', async (t) => {
    const client = (key) =>
      new ApolloClient({
        link: new HttpLink({ uri: endpoint, headers: bearer(key) }),
        cache: new InMemoryCache({
          typePolicies: { Query: { fields: { customers: relayStylePagination(['filter', 'sort']) } } },
        }),
      });
    const admin = client(adminKey);

    await t.test('pages, put together by relayStylePagination', async () => {
      const query = gql(PAGES);
      const variables = { first: PAGE, search: WORD };
      const watched = admin.watchQuery({ query, variables });
      const subscription = watched.subscribe();
      let page = await firstValueFrom(watched.pipe(filter(({ loading }) => !loading)));
      // What the cache hands on to whoever watches.
      const together = () => admin.readQuery({ query, variables }).customers.edges;
      const sizes = [together().length];
      while (page.data.customers.pageInfo.hasNextPage && sizes.length < CUSTOMERS) {
        page = await watched.fetchMore({ variables: { after: page.data.customers.pageInfo.endCursor } });
        sizes.push(together().length);
      }
      subscription.unsubscribe();
      assert.deepEqual(sizes, [2, 4, 5]);
      assert.deepEqual(together().map(({ node }) => node.name), names);
    });

    await t.test('an input that was refused', async () => {
      const { data, error } = await admin.mutate({ mutation: gql(CREATE), variables: TAKEN });
      assert.equal(error, undefined);
      assertTaken(data.customerCreate);
    });

    await t.test('a part above the role', async () => {
      const query = gql(PARTLY_FORBIDDEN);
      const { data, error } = await client(viewerKey).query({ query, errorPolicy: 'all' });
      assert.deepEqual(plain(data), PARTIAL);
      assert.ok(CombinedGraphQLErrors.is(error));
      assert.equal(error.errors.length, 1);
      assertForbidden(error.errors[0]);
    });

    await t.test('a key that is not valid', async () => {
      const query = gql('{ viewer { name } }');
      await assert.rejects(client('kyc_test_nobody').query({ query }), (error) => {
        assert.match(JSON.stringify(error) + String(error), /401|UNAUTHENTICATED|Sign in/);
        return true;
      });
    });
  });
});
