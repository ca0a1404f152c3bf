// What somebody has changed in a form and not saved yet. It stays when they look at another page and come back, and what others save
// meanwhile shows in the fields that they left alone.
import { useEffect, useState } from '../../../shared/view.js';
import { useSession } from '../../session.js';

const kept = new Map();

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * `{ value(name), set(name, value), edits, dirty, clear }` of a form called `form`, over what is `saved`. `edits` has the fields that
 * are different from it, and nothing else.
 */
export function useEdits(form, saved) {
  const { viewer } = useSession();
  const key = `${viewer.id} ${form}`;
  const [typed, setTyped] = useState(() => kept.get(key) ?? {});
  const change = (next) => {
    kept.set(key, next);
    setTyped(next);
  };
  const edits = Object.fromEntries(Object.entries(typed).filter(([name, value]) => !same(value, saved[name])));
  const dirty = Object.keys(edits).length > 0;
  useEffect(() => {
    if (!dirty) return undefined;
    const ask = (event) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [dirty]);
  return {
    value: (name) => (name in typed ? typed[name] : saved[name]),
    set: (name, value) => change({ ...typed, [name]: value }),
    clear: () => change({}),
    edits,
    dirty,
  };
}

/** The whole number that somebody typed; none for any other text. */
export const whole = (text) => (/^\d{1,5}$/.test(String(text).trim()) ? Number(text) : undefined);
