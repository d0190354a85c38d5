//! What became of each user.

use serde::{Deserialize, Serialize};

use crate::mask::{Masker, mask_repeated};
use crate::rollback::masking::mask_name;

/// What became of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Every method of the plan is deleted.
    RolledBack,
    /// Not eligible by the plan, or not known to be.
    NotEligible,
    /// Left alone for a reason of its own: an administrator, protected, beyond the limit of the plan.
    Excluded,
    /// The user does not stand any more as the plan says, and was left alone from there on.
    ChangedSince,
    /// The service refuses to delete the default method: another default has to be set first.
    DefaultMustBeChangedFirst,
    /// Something went wrong.
    Failed,
    /// Not come to yet: beyond the limit of this run, or it was stopped.
    Pending,
}

impl Outcome {
    /// Every one, in the order in which reports list them.
    pub const ALL: [Self; 7] = [
        Self::RolledBack,
        Self::NotEligible,
        Self::Excluded,
        Self::ChangedSince,
        Self::DefaultMustBeChangedFirst,
        Self::Failed,
        Self::Pending,
    ];

    /// The name in journals and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RolledBack => "rolled_back",
            Self::NotEligible => "not_eligible",
            Self::Excluded => "excluded",
            Self::ChangedSince => "changed_since",
            Self::DefaultMustBeChangedFirst => "default_must_be_changed_first",
            Self::Failed => "failed",
            Self::Pending => "pending",
        }
    }

    /// Whether another run may come to something else, without another plan.
    pub const fn may_be_retried(self) -> bool {
        matches!(self, Self::Excluded | Self::DefaultMustBeChangedFirst | Self::Failed)
    }
}

/// What became of a user, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UserOutcome {
    /// The object id.
    pub id: Option<String>,
    /// The user principal name.
    pub upn: Option<String>,
    /// What became of them.
    pub outcome: Outcome,
    /// Why, in words.
    pub why: String,
    /// How many methods were deleted, in this run and those before it.
    pub deleted: u64,
}

impl UserOutcome {
    /// Replaces the user principal name, as [`Masker`] does in events.
    pub fn mask(&mut self, masker: &mut Masker) {
        let personal: Vec<String> = self.upn.iter().cloned().collect();
        self.why = mask_repeated(&self.why, &personal);
        mask_name(masker, self.id.as_ref(), &mut self.upn);
    }
}
