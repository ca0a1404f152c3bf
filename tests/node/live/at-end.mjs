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

const children = new Set();
process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));

/** Has a process end with this one, at the latest. */
export function endsWithUs(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
