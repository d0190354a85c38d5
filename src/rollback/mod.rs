//! Rollback: taking back what users registered through combined registration, safely.
//!
//! When combined registration is turned off, users who registered a phone or an app through it stay registered for
//! multifactor authentication. Microsoft's article on troubleshooting it rolls them back with a script for the module
//! MSOnline, which is gone. This module does the job on what works today: Microsoft Graph deletes each method by itself.
//!
//! | step | here | on the command line |
//! |---|---|---|
//! | who is affected, by the log | [`Affected`] | `rollback affected` |
//! | who is eligible, by exports of state; what is deleted, in which order | [`Planner`], [`Plan`] | `rollback plan`, `show` |
//! | carried out by others | [`batches`], [`write_powershell`] | `rollback batch`, `powershell` |
//! | carried out through Microsoft Graph (feature `graph`) | `apply` | `rollback apply` |
//! | proved by a later log | [`Verifier`] | `rollback verify` |
//!
//! # Before
//!
//! 1. Turn combined registration off, or settle which policy asks for registration, first: users who are asked again at
//!    their next sign-in register again.
//! 2. Export the audit log of the time in which users registered, and list who is affected. The log of a tenant reaches
//!    back 7 days, or 30 with a premium licence; what was not exported in time is not known, and the answer says which
//!    span and files it was taken from.
//! 3. Export the state of these users: `GET /users/{id}/authentication/methods` (v1.0) and
//!    `GET /users/{id}/authentication/requirements` (beta), in batches or one by one into a folder, and
//!    `GET /reports/authenticationMethods/userRegistrationDetails`, which tells the default method and who is an
//!    administrator. An old export of `Get-MsolUser` serves as well; methods in it have no ids, which are looked up later.
//!    ```text
//!    while read -r id; do
//!      az rest --url "https://graph.microsoft.com/v1.0/users/$id/authentication/methods" > "state/$id.methods.json"
//!      az rest --url "https://graph.microsoft.com/beta/users/$id/authentication/requirements" \
//!        | jq --arg id "$id" '. + {userId: $id}' > "state/$id.requirements.json"
//!    done < ids.txt
//!    ```
//! 4. Make the plan, with the emergency access accounts on the list of those protected, and have it reviewed.
//!
//! [`eligibility`] is the rule of the article and nothing else: at least one strong authentication method, and no
//! requirement with the relying party `*`, for which `perUserMfaState` stands today. Who is eligible may be *excluded*
//! for another reason: administrators and protected users unless named, and whoever is beyond the limit. Whom no export
//! covers is unknown, and never eligible.
//!
//! ```
//! use regaudit::model::parse_timestamp;
//! use regaudit::rollback::{Affected, IdList, Planner, Resource, Span};
//! use regaudit::state::UserExports;
//! use regaudit::{Attempts, report::write_json};
//!
//! // Who registered a phone or an app in April, and holds it still.
//! let mut attempts = Attempts::new();
//! for event in regaudit::read(["fixtures/rollback/audit-log.json"]) {
//!     attempts.add(&event?);
//! }
//! let span = Span { since: parse_timestamp("2026-04-01T00:00:00Z"), until: parse_timestamp("2026-05-01T00:00:00Z") };
//! let affected = Affected::of(attempts.into_users(), span);
//! assert_eq!(affected.users.len(), 5);
//! // Ben deleted his phone since.
//! assert_eq!(affected.others[0].user_principal_name.as_deref(), Some("ben@example.com"));
//! let mut list = Vec::new();
//! write_json(&affected, &mut list)?;
//! let ids = IdList::read("affected.json", &list)?;
//!
//! // How they stand.
//! let mut state = UserExports::new();
//! for export in ["methods", "requirements", "registration-details"] {
//!     state.add_path(format!("fixtures/rollback/{export}.json"))?;
//! }
//!
//! // One or two users first.
//! let made = parse_timestamp("2026-05-12T09:00:00Z").unwrap();
//! let plan = Planner::new(&state, made).limit(2).plan(&ids);
//! let cleo = &plan.users[1];
//! assert_eq!(cleo.eligible, Some(true));
//! let order: Vec<Resource> = cleo.deletions.iter().map(|deletion| deletion.resource).collect();
//! assert_eq!(order, [Resource::AlternateMobilePhone, Resource::MobilePhone]);
//! // The mobile phone is the default: the service may refuse it, and the plan says so.
//! assert_eq!(cleo.deletions[1].notes[0].code, "default_phone");
//! // Nobody exported Dan's per-user state; Fay is required to use MFA; Ivo is an administrator.
//! let eligible: Vec<Option<bool>> = plan.users.iter().map(|user| user.eligible).collect();
//! assert_eq!(eligible, [Some(true), Some(true), None, Some(false), Some(true)]);
//! assert_eq!(plan.users[4].excluded[0].code, "administrator");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Permissions and roles
//!
//! | for | permission of Graph | role, where a person signs in |
//! |---|---|---|
//! | methods, and deleting them | `UserAuthenticationMethod.ReadWrite.All` | Authentication Administrator for users without a role, Privileged Authentication Administrator for all |
//! | `requirements` (beta) | `Policy.Read.All` | the same, or Authentication Policy Administrator |
//! | names and roles of a user | `Directory.Read.All` | any member of the directory |
//!
//! (*Delete phoneAuthenticationMethod*, *authentication: get* (beta), *List a user's transitive memberships*; newer pages
//! name finer permissions. Documents disagree on whether the Authentication Policy Administrator may delete methods.) A
//! token for them comes with `az account get-access-token --resource https://graph.microsoft.com --query accessToken -o tsv`
//! where the application of the command line has them, or from an application of your own.
//!
//! # During
//!
//! - *Two users first.* The article recommends to roll back one or two users, and to look at them, before all others:
//!   `plan --limit 2`, or `apply --limit 2`, and the next run goes on with those behind them.
//! - `apply` sends nothing without `--yes` and the number of users it is about. It waits 750 ms between users, as the
//!   article's script does, and as long as the service asks for.
//! - Each user is looked at just before, and again whenever the service had to be waited for. Whoever has changed since is
//!   left alone; make another plan for them. Two things cannot be seen: that a phone has another number now, which to
//!   Graph is the same phone, and roles that a user could activate, that are custom, or that are held for a part of the
//!   directory, for which the plan needs an export of roles.
//! - What is to be deleted of a user is settled when they are begun with, by id. What they register after that stays.
//! - Default methods: Microsoft's documents say that a phone that is the default cannot be deleted, a public tool
//!   that it can as the last method. It is tried last, and a refusal is the outcome *default must be changed first*: the
//!   user, or an administrator, sets another default, and `apply --retry` goes on.
//! - A run that is killed is run again: the journal beside the plan tells what was done, and what has to be looked up.
//!
//! # After
//!
//! - Users whose last method is gone *must register again* at the next sign-in that asks for multifactor authentication.
//!   Tell them before, or they will take it for an attack. A Temporary Access Pass lets those register who cannot sign in
//!   without a method.
//! - Export the log again a day later, and let `verify` tell which deletions it confirms, by whom, who registered again,
//!   and what is open.
//! - Keep the plan, the journal and that answer: they are the record of what was done to whose account.

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
