// A client of graphql-ws or graphql-sse whose subscriptions continue where they were. Both send a subscription again as it
// was asked for when they connect again; here, that is `after` the last event that was handled.
export const resuming = (client) => ({
  ...client,
  subscribe(request, sink) {
    const variables = { ...request.variables };
    return client.subscribe({ ...request, variables }, {
      next(result) {
        sink.next(result);
        // It has returned: the event is handled. The client reads this very object at its next try.
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
