// What the page of an attempt asks for.

const REASON = 'reason { code message staffNote }';
const ACTOR = '{ kind id name }';

/** The attempt with all that a reviewer decides by. Pictures are asked for one by one: their addresses last for minutes only. */
export const WHOLE = `fragment Whole on Attempt {
  id number state mode waitingOn waitingSince createdAt startedAt endedAt expiresAt updatedAt expiryReason consentedAt redirectUrl version
  rejection { code message staffNote }
  customer {
    id name reference dateOfBirth country version
    attempts(first: 20) { nodes { id number state } }
  }
  link { state expiresAt openCount lastOpenedAt issuedCount }
  holds(includeReleased: true) { id ${REASON} releaseNote placedBy ${ACTOR} placedAt releasedBy ${ACTOR} releasedAt }
  steps {
    id kind position status waitingOn tries maxTries provider startedAt endedAt updatedAt version ${REASON}
    result {
      ... on IdentityResult { is: __typename name dateOfBirth gender maskedAadhaar address nameMatch }
      ... on PanResult { is: __typename maskedPan registeredName nameMatch }
      ... on BankResult { is: __typename maskedAccount ifsc bankName registeredName nameMatch providerCode }
      ... on ImageResult { is: __typename width height capturedAt }
      ... on ScreeningResult { is: __typename screenedAt threshold lists { name version publishedAt } matches { ...Match } }
    }
  }
}
fragment Match on ScreeningMatch {
  id list entityId listedName score explanation listedNames listedBirthDates listedCountries programs note decision decidedAt decidedBy ${ACTOR}
}`;

export const ATTEMPT = `query ($id: ID!) { attempt(id: $id) { ...Whole } } ${WHOLE}`;

/** The address of a step's picture, for the next minutes. */
export const PICTURE = 'query ($id: ID!) { step(id: $id) { result { ... on ImageResult { url } } } }';

/** Those that wait on a reviewer, longest first. */
export const QUEUE = `{ attempts(first: 100, filter: { needs: [REVIEWER] }, sort: { field: WAITING_SINCE, direction: ASC }) { nodes { id } totalCount } }`;
