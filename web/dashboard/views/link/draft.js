// What was filled in for a link so far. It is in this page's memory alone: what is typed is personal, so it is in no address and no
// storage; and it outlives the view, so that going away and back loses nothing.
import { useEffect, useState } from '../../../shared/view.js';
import { usual } from '../../parts/validity.js';
import { useSession } from '../../session.js';
import { EMPTY } from '../customer/fields.js';

let kept;
const watchers = new Set();

const BEGUN = {
  /** `known`: a customer whom the merchant has; `fresh`: a new one. */
  kind: 'known', search: '', customerId: undefined, typed: EMPTY,
  /** As the merchant has them, until they are changed. */
  steps: undefined, validity: undefined, redirect: '',
  /** Whether it was looked over before, what the server refused then, the open attempt that is in the way, and what came of it in the end. */
  seen: false, errors: [], standing: undefined, made: undefined,
};

/** `[draft, set, anew]`: the draft, what changes parts of it, and what begins another. It belongs to one member. */
export function useDraft() {
  const { viewer, merchant } = useSession();
  if (kept?.of !== viewer.id) kept = { of: viewer.id, draft: BEGUN };
  const [, redraw] = useState();
  useEffect(() => {
    watchers.add(redraw);
    return () => watchers.delete(redraw);
  }, []);
  // An answer may come to a view that somebody has left, and come back to.
  const put = (draft) => {
    kept = { of: viewer.id, draft };
    watchers.forEach((watch) => watch({}));
  };
  const draft = { ...kept.draft, steps: kept.draft.steps ?? merchant.journey, validity: kept.draft.validity ?? usual(merchant) };
  return [draft, (changes) => put({ ...kept.draft, ...changes }), (changes) => put({ ...BEGUN, ...changes })];
}

/** What the server refused of a field, as it is named in the input. */
export const refusedOf = (draft, path) => draft.errors.filter(({ field }) => field?.join('.') === path).map(({ message }) => message).join(' ') || undefined;

/** The stage at which something refused can be mended; none when it is nothing that was filled in. */
export function stageOf({ field }) {
  if (['customer', 'customerId'].includes(field?.[0])) return 'customer';
  return ['steps', 'validityHours', 'redirectUrl'].includes(field?.[0]) ? 'journey' : undefined;
}

/** The input of `kycLinkGenerate`. */
export function inputOf({ kind, customerId, typed, steps, validity, redirect }) {
  const { half: _, ...texts } = typed;
  const who = kind === 'known' ? { customerId }
    : { customer: Object.fromEntries(Object.entries(texts).filter(([name, text]) => name === 'name' || text.trim())) };
  const hours = Number(validity.choice === 'own' ? validity.own : validity.choice);
  return { ...who, steps, validityHours: hours, ...(redirect.trim() && { redirectUrl: redirect.trim() }) };
}
