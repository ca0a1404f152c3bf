const works = new WeakMap();

/** Has work done after a test, what was begun last first: a server ends before its database. */
export function atEnd(t, work) {
  if (!works.has(t)) {
    const stack = [];
    works.set(t, stack);
    t.after(async () => {
      while (stack.length > 0) await stack.pop()();
    });
  }
  works.get(t).push(work);
}
