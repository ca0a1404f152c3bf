// What is there, and the position in the log up to which this is so.
export const SNAPSHOT = `{
  eventCursor
  attempts(first: 50, filter: { state: [CREATED, IN_PROGRESS] }) {
    nodes { id number state waitingOn version customer { name } steps { id kind status version } }
  }
}`;

// What comes after that position. `cursor` belongs into every subscription: it is the position of the event.
export const STEP_CHANGED = `subscription ($after: EventCursor) {
  stepChanged(after: $after) {
    cursor at from to
    step { id kind status version }
    attempt { id state waitingOn version }
  }
}`;
