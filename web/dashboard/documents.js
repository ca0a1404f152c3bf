// What several views ask for, in one place each.

/** An attempt as a row of the panel shows it. */
export const ROW = `fragment Row on Attempt {
  id number state mode waitingOn waitingSince createdAt startedAt endedAt expiresAt updatedAt expiryReason version
  customer { id name reference }
  steps { id kind position status waitingOn version }
  holds { id }
}`;

/** An event of the tracker. */
export const EVENT = `fragment Event on TrackerEvent {
  id cursor type at summary stepFrom stepTo attemptFrom attemptTo
  actor { kind id name }
  reason { code message staffNote }
  customer { id name reference version }
  step { id kind position status waitingOn version }
}`;

/** Every event of the merchant, with the attempt as the panel shows it. */
export const FOLLOW = `subscription ($after: EventCursor) {
  trackerEvent(after: $after) { ...Event attempt { ...Row } }
} ${EVENT} ${ROW}`;
