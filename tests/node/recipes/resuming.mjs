// A client of graphql-ws or graphql-sse whose subscriptions continue where they were. When these clients connect again they
// send a subscription as it was asked for; here, that is `after` the last event that was handled. The document has to have
// the variable `$after`, and to select the event's `cursor`. Without `iterate`: what waits in its queue would come twice.
export const resuming = ({ iterate, ...client }) => ({
  ...client,
  subscribe(request, sink) {
    const variables = { ...request.variables };
    return client.subscribe({ ...request, variables }, {
      next(result) {
        sink.next(result);
        // It has returned: the event is handled. The client sends this very object again.
        for (const event of Object.values(result.data ?? {})) variables.after = event?.cursor ?? variables.after;
      },
      error: (problem) => sink.error(problem),
      complete: () => sink.complete(),
    });
  },
});

// Between two tries: half a second to half a minute, each a little different, so that not all come back at once.
export const pause = (tries) =>
  new Promise((done) => setTimeout(done, Math.min(2 ** tries, 30) * 500 * (1 + Math.random())));
