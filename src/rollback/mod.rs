//! Rollback.

mod affected;
#[cfg(feature = "graph")]
pub mod apply;
mod batch;
mod covered;
mod deletion;
mod eligibility;
mod ids;
mod masking;
mod plan;
mod planner;
mod powershell;
mod reason;
mod resource;
mod standing;
mod verify;

pub use self::affected::{Affected, AffectedUser, Span};
pub use self::batch::{BatchBody, BatchRequest, Batches, MOST_REQUESTS, batches};
pub use self::covered::{CoveredFile, CoveredLog};
pub use self::deletion::{Deletion, deletions};
pub use self::eligibility::{Eligibility, eligibility};
pub use self::ids::{AskedUser, IdList};
pub use self::plan::{MatchedBy, Plan, PlanCounts, PlanSource, PlannedUser, RegisteredResource};
pub use self::planner::Planner;
pub use self::powershell::write_powershell;
pub use self::reason::Reason;
pub use self::resource::Resource;
pub use self::standing::{RegisteredMethod, Standing};
pub use self::verify::{
    LoggedChange, Verification, VerificationCounts, VerifiedDeletion, VerifiedUser, Verifier,
};
