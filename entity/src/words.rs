//! The vocabulary of the journey. The same words stand in the database, in GraphQL and in the report.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Declares a word list that is a text column, a GraphQL enum and a JSON string alike.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            EnumIter, DeriveActiveEnum, Serialize, Deserialize, async_graphql::Enum,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $(
                $(#[$doc])*
                #[sea_orm(string_value = $text)]
                #[serde(rename = $text)]
                #[graphql(name = $text)]
                $variant,
            )*
        }

        impl $name {
            /// Every word of the list, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word as it is stored and as the API spells it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(UnknownWord) }
            }
        }
    };
}

/// The text is not a word of the list it was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord;

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unknown word")
    }
}

impl std::error::Error for UnknownWord {}

words! {
    /// Where an attempt stands. `COMPLETED`, `REJECTED` and `EXPIRED` are terminal: nothing moves an attempt out of them.
    AttemptState {
        /// The link was generated, the customer has not opened it, and no step was moved.
        Created = "CREATED",
        /// The customer is completing steps, or a provider or a reviewer is working on one.
        InProgress = "IN_PROGRESS",
        /// Terminal: every step is completed and no hold is active.
        Completed = "COMPLETED",
        /// Terminal: a reviewer rejected it, or a step failed with no tries left. `rejection` says why.
        Rejected = "REJECTED",
        /// Terminal: the link passed its validity, or was revoked, while the attempt waited on the customer alone.
        Expired = "EXPIRED",
    }
}

impl AttemptState {
    /// Whether nothing can move the attempt any more.
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Created | Self::InProgress => false,
            Self::Completed | Self::Rejected | Self::Expired => true,
        }
    }
}

words! {
    /// Where a step stands.
    StepStatus {
        /// Nobody has begun it.
        NotStarted = "NOT_STARTED",
        /// It is being performed.
        InProgress = "IN_PROGRESS",
        /// It passed.
        Completed = "COMPLETED",
        /// It did not pass. While tries are left the customer may begin again; with none left the attempt is rejected.
        Failed = "FAILED",
        /// It cannot go on until somebody acts: the customer again, or a reviewer. `waitingOn` says who.
        RequiresAction = "REQUIRES_ACTION",
    }
}

words! {
    /// What a step checks.
    StepKind {
        /// Aadhaar through DigiLocker, with the customer's consent. Only the last four digits are kept.
        DigilockerAadhaar = "DIGILOCKER_AADHAAR",
        /// The customer's permanent account number (PAN).
        Pan = "PAN",
        /// One rupee sent to the customer's bank account, to learn the registered name.
        BankPennyDrop = "BANK_PENNY_DROP",
        /// A photograph of the customer's face.
        Selfie = "SELFIE",
        /// The customer's signature.
        Signature = "SIGNATURE",
        /// The customer's name against the sanctions lists. It runs by itself; the customer never sees it.
        SanctionScreening = "SANCTION_SCREENING",
    }
}

words! {
    /// Whose move it is.
    Party {
        /// The customer has something to do, or to do again.
        Customer = "CUSTOMER",
        /// A provider is working.
        Provider = "PROVIDER",
        /// A person of the merchant's team has to decide.
        Reviewer = "REVIEWER",
    }
}

words! {
    /// Why an attempt is EXPIRED.
    ExpiryReason {
        /// The link passed its validity and was never opened.
        NeverOpened = "NEVER_OPENED",
        /// The link passed its validity after the customer had opened it.
        Abandoned = "ABANDONED",
        /// The team revoked the link.
        Revoked = "REVOKED",
    }
}

words! {
    /// Whether a link can be walked.
    LinkState {
        /// The customer can open it.
        Active = "ACTIVE",
        /// Its validity has passed. Resend or extend it while the attempt is open.
        Expired = "EXPIRED",
        /// The team revoked it. Resending gives the customer a new one while the attempt is open.
        Revoked = "REVOKED",
        /// The attempt is over.
        Ended = "ENDED",
    }
}

words! {
    /// Whether checks are real. Fixed when the merchant is created.
    MerchantMode {
        /// Every check is answered by its deterministic, labelled stand-in.
        Sandbox = "SANDBOX",
        /// Checks are performed by the configured providers, or wait on a reviewer.
        Live = "LIVE",
    }
}

words! {
    /// What the team says of a match with a sanctions list.
    MatchDecision {
        /// Nobody has decided yet.
        Pending = "PENDING",
        /// The customer is the person on the list.
        Confirmed = "CONFIRMED",
        /// The customer is somebody else.
        Cleared = "CLEARED",
    }
}

words! {
    /// What an actor may do. Each role contains those after it.
    Role {
        /// Settings, members, API keys and the report, and all of REVIEWER.
        Admin = "ADMIN",
        /// Decides steps, holds and rejections, and all of AGENT.
        Reviewer = "REVIEWER",
        /// Creates customers and links, and all of VIEWER.
        Agent = "AGENT",
        /// Reads.
        Viewer = "VIEWER",
    }
}

impl Role {
    /// Whether this role contains `needed`.
    pub fn contains(self, needed: Role) -> bool {
        // The list runs from the widest role to the narrowest.
        self <= needed
    }
}

words! {
    /// What kind of actor did something.
    ActorKind {
        /// A person of the merchant's team, signed in.
        Member = "MEMBER",
        /// The merchant's own system, with an API key.
        ApiKey = "API_KEY",
        /// The customer, on the hosted journey.
        Customer = "CUSTOMER",
        /// A provider's answer.
        Provider = "PROVIDER",
        /// kyc-stack itself: the clock, or a check that runs by itself.
        System = "SYSTEM",
        /// The operator of this installation.
        Platform = "PLATFORM",
    }
}

words! {
    /// What an entry of the tracker says.
    EventType {
        /// A customer was added.
        CustomerCreated = "CUSTOMER_CREATED",
        /// A customer's details changed.
        CustomerUpdated = "CUSTOMER_UPDATED",
        /// An attempt began its life.
        AttemptCreated = "ATTEMPT_CREATED",
        /// The attempt got its first link.
        LinkGenerated = "LINK_GENERATED",
        /// The customer opened the link.
        LinkOpened = "LINK_OPENED",
        /// A new link replaced the one before.
        LinkResent = "LINK_RESENT",
        /// The link's validity was moved.
        LinkExtended = "LINK_EXTENDED",
        /// The team revoked the link.
        LinkRevoked = "LINK_REVOKED",
        /// The link passed its validity while a provider or a reviewer had the attempt.
        LinkExpired = "LINK_EXPIRED",
        /// The customer consented, or refused to.
        JourneyConsented = "JOURNEY_CONSENTED",
        /// A step moved from `stepFrom` to `stepTo`.
        StepStatusChanged = "STEP_STATUS_CHANGED",
        /// The attempt moved from `attemptFrom` to `attemptTo`.
        AttemptStateChanged = "ATTEMPT_STATE_CHANGED",
        /// A reviewer stopped the attempt.
        HoldPlaced = "HOLD_PLACED",
        /// A reviewer let the attempt go on.
        HoldReleased = "HOLD_RELEASED",
        /// A screening ran.
        ScreeningCompleted = "SCREENING_COMPLETED",
        /// A provider answered after the attempt had ended or the step had moved on: kept, not applied.
        LateResultRecorded = "LATE_RESULT_RECORDED",
        /// A reviewer confirmed or cleared a screening match.
        ScreeningMatchDecided = "SCREENING_MATCH_DECIDED",
        /// A selfie or a signature was taken.
        ImageCaptured = "IMAGE_CAPTURED",
        /// The CSV report was exported.
        ReportExported = "REPORT_EXPORTED",
        /// The merchant's look changed.
        BrandingUpdated = "BRANDING_UPDATED",
        /// The merchant was created.
        MerchantCreated = "MERCHANT_CREATED",
        /// The merchant's settings changed.
        MerchantUpdated = "MERCHANT_UPDATED",
        /// An API key was created.
        ApiKeyCreated = "API_KEY_CREATED",
        /// An API key was revoked.
        ApiKeyRevoked = "API_KEY_REVOKED",
        /// A member was added.
        MemberCreated = "MEMBER_CREATED",
        /// A member's name, role or access changed.
        MemberUpdated = "MEMBER_UPDATED",
    }
}
