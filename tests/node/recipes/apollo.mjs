import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';

import { STEP_CHANGED } from './documents.mjs';

// `socket` is what `connect` of the graphql-ws recipe gives.
export const apollo = (url, key, socket) =>
  new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, headers: key && { authorization: `Bearer ${key}` } }),
    ),
  });

export function follow(client, after, handle, failed) {
  const subscription = client.subscribe({ query: gql(STEP_CHANGED), variables: { after } }).subscribe(({ data, error }) => {
    if (error) return failed(error);
    try {
      handle(data.stepChanged);
    } catch (problem) {
      // RxJS would tell the window of it, and go on with the next event.
      subscription.unsubscribe();
      failed(problem);
    }
  });
  return () => subscription.unsubscribe();
}
