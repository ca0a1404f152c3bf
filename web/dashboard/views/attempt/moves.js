// What a reviewer may do with a step, told from where it stands. Pure. It offers what the server's rules allow and a person means; the
// server decides.

/** To where, whose action it asks for, what it is called, and what follows from it. */
const MOVES = {
  pass: { to: 'COMPLETED', name: 'Complete', done: 'completed', says: 'The step passes.' },
  again: {
    to: 'REQUIRES_ACTION', actionBy: 'CUSTOMER', name: 'Ask the customer again', done: 'is asked for again', reason: true, first: ['REDO_REQUESTED'],
    says: 'The customer does this step once more. It costs them no try.',
  },
  review: {
    to: 'REQUIRES_ACTION', actionBy: 'REVIEWER', name: 'Hand to a reviewer', done: 'waits on a reviewer', reason: true, first: ['UNDER_REVIEW'],
    says: 'The step stays open until somebody of your team decides.',
  },
  start: { to: 'IN_PROGRESS', name: 'Start again', done: 'is in progress again', says: 'The step is in progress again. It starts no check by itself.' },
  fail: { to: 'FAILED', name: 'Fail', done: 'failed', reason: true, danger: true, says: 'The step did not pass.' },
};

const BY_STATUS = {
  NOT_STARTED: ['pass', 'review', 'fail'],
  IN_PROGRESS: ['pass', 'again', 'review', 'fail'],
  COMPLETED: ['again', 'review'],
  FAILED: ['start'],
  REQUIRES_ACTION: ['pass', 'again', 'review', 'start', 'fail'],
};

/** A screening completes by itself and is never the customer's; a repeat is no move; a try has to be left. */
function fits(key, { kind, status, waitingOn, tries, maxTries }) {
  const { to, actionBy } = MOVES[key];
  if (kind === 'SANCTION_SCREENING' && ['pass', 'again'].includes(key)) return false;
  if (to === status) return actionBy !== waitingOn;
  return status !== 'FAILED' || tries < maxTries;
}

/** What follows from a move of this very step, in words. */
function says(key, { kind, status, tries, maxTries }) {
  if (key === 'start' && kind === 'SANCTION_SCREENING') return 'The name is held against the lists once more.';
  if (key === 'start' && status === 'FAILED') return `${MOVES.start.says} It counts as try ${tries + 1} of ${maxTries}.`;
  if (key !== 'fail') return MOVES[key].says;
  const used = status === 'NOT_STARTED' ? tries + 1 : tries;
  if (used >= maxTries) return 'No tries are left: with this step the whole attempt is rejected, for good.';
  return kind === 'SANCTION_SCREENING' ? MOVES.fail.says : `${MOVES.fail.says} The customer may try again: ${maxTries - used} of ${maxTries} tries are left.`;
}

const called = (key, { kind }) => (key === 'start' && kind === 'SANCTION_SCREENING' ? 'Screen again' : MOVES[key].name);

/** The moves of a step of an open attempt, each with its `key`. */
export const movesOf = (step) => (BY_STATUS[step.status] ?? []).filter((key) => fits(key, step))
  .map((key) => ({ ...MOVES[key], key, name: called(key, step), says: says(key, step) }));

/** Whether an attempt can still be changed. */

/** The holds that nobody has released. */
export const activeHolds = ({ holds }) => holds.filter(({ releasedAt }) => !releasedAt);

/** What waits for a reviewer's decision first, as the dialog that makes it; undefined when nothing does. */
export function nextDecision(attempt) {
  const step = attempt.steps.find(({ waitingOn }) => waitingOn === 'REVIEWER');
  const pending = step?.result?.matches?.find(({ decision }) => decision === 'PENDING');
  if (pending) return { of: 'match', id: pending.id };
  if (step) return { of: 'step', id: step.id };
  const [hold] = activeHolds(attempt);
  return hold && { of: 'release', id: hold.id };
}
