// Who is signed in, and what that allows.
import { createContext, useContext } from '../shared/view.js';

/** Who is signed in, and the head of the log before anything else is asked for. */
export const VIEWER = `{ eventCursor viewer {
  kind id name role
  merchant { id name slug mode timeZone journey linkValidityHours redirectOrigins branding { displayName logoUrl } }
} }`;

/** Each role contains the next. */
const ROLES = ['ADMIN', 'REVIEWER', 'AGENT', 'VIEWER'];

export const Session = createContext(undefined);

/** `{ viewer, merchant, can(role), refresh() }` of who is signed in. */
export const useSession = () => useContext(Session);

/** Whether a role contains another. A role that this page does not know contains none. */
export const contains = (role, needed) => ROLES.includes(role) && ROLES.indexOf(role) <= ROLES.indexOf(needed);

const SIGNED_OUT = 'kyc:signed-out';

/** The session is over: the page goes back to the sign-in, and returns to where it was. */
export const signedOut = () => dispatchEvent(new Event(SIGNED_OUT));

export const onSignedOut = (then) => {
  addEventListener(SIGNED_OUT, then);
  return () => removeEventListener(SIGNED_OUT, then);
};
