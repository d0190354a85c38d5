//! What troubleshooting comes to, as plain data. Times are UTC.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::guide::{Step, Symptom};
use super::input::Input;
use super::settings::SettingChange;
use crate::catalogue::{Attestation, Classification, rule};
use crate::model::{ActorKind, Event, Method, serialize_optional_timestamp, serialize_timestamp};
use crate::origin::Origin;
use crate::read::Coverage;

/// What the log, and whatever else was given, tell of a complaint.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Whose complaint it is.
    pub user: ComplainingUser,
    /// The method missed, if one was named.
    pub method: Option<Method>,
    /// The time of the complaint. What happened later is left out.
    #[serde(serialize_with = "serialize_timestamp")]
    pub at: DateTime<Utc>,
    /// Whether that time was given. Otherwise it is that of the last record known.
    pub at_was_given: bool,
    /// What the log covers.
    pub coverage: Coverage,
    /// What is uncertain or contradictory about what was given, one sentence each.
    pub warnings: Vec<String>,
    /// Each symptom asked for, with what each of its steps comes to.
    pub symptoms: Vec<SymptomAnswer>,
}

/// The user, by the names in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ComplainingUser {
    /// The name or object id asked for.
    pub asked_for: String,
    /// The object id.
    pub id: Option<String>,
    /// The user principal name.
    pub user_principal_name: Option<String>,
    /// Other user principal names that go with the same object id.
    pub other_names: Vec<String>,
    /// How many events of the log are about the user, up to the time of the complaint.
    pub events: u64,
}

impl ComplainingUser {
    /// Whether the log knows the user.
    pub fn is_in_log(&self) -> bool {
        self.events > 0
    }
}

/// A symptom, and what its steps come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SymptomAnswer {
    /// The symptom.
    #[serde(serialize_with = "symptom_id")]
    pub symptom: &'static Symptom,
    /// What each step comes to, in order.
    pub findings: Vec<Finding>,
}

/// What a step comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The step.
    #[serde(serialize_with = "step_id")]
    pub step: &'static Step,
    /// Whether what is suspected is so.
    pub verdict: Verdict,
    /// That in one sentence.
    pub conclusion: String,
    /// How it was reached, one sentence each.
    pub reasoning: Vec<String>,
    /// The records it rests on, by time where they have one.
    pub evidence: Vec<Evidence>,
    /// Which methods should show, where the step asks for that.
    pub methods: Vec<MethodOffer>,
    /// What would tell, where it cannot be told.
    pub missing: Vec<Missing>,
    /// What to do next.
    pub next: NextAction,
}

/// Whether what is suspected is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is so.
    Confirmed,
    /// It is not so.
    RuledOut,
    /// What was given does not tell, or contradicts itself.
    CannotTell,
}

impl Verdict {
    /// The value in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::RuledOut => "ruled_out",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// A record, and what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// What it says.
    pub says: String,
    /// When it happened, or as of when it holds.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub time: Option<DateTime<Utc>>,
    /// Who did it, where that is somebody else than the user: a user principal name, the name of an
    /// application, or an id.
    pub by: Option<String>,
    /// The rule that the event follows; `None` for what an export of state says.
    pub rule: Option<&'static str>,
    /// What was changed.
    pub changes: Vec<SettingChange>,
    /// How well it is attested that such a record means what it is taken to say: the best authority.
    pub attestation: Attestation,
    /// Where the record stands.
    pub origin: Origin,
}

impl Evidence {
    /// What an event says.
    pub(super) fn event(event: &Event, found: &Classification, says: impl Into<String>) -> Self {
        let actor = &event.actor;
        let by = actor.user_principal_name().or_else(|| actor.application_name());
        let is_own = event.actor_kind() == ActorKind::User;
        let attested = rule(found.rule).and_then(|rule| rule.attested.iter().min());
        Self {
            says: says.into(),
            time: Some(event.time),
            by: by.or_else(|| actor.id()).filter(|_| !is_own).map(str::to_owned),
            rule: Some(found.rule),
            changes: Vec::new(),
            attestation: attested.copied().unwrap_or(Attestation::Inferred),
            origin: event.origin.clone(),
        }
    }

    /// What an export of state says, whose properties the reference of Microsoft Graph describes.
    pub(super) fn state(
        origin: &Origin,
        as_of: Option<DateTime<Utc>>,
        says: impl Into<String>,
    ) -> Self {
        Self {
            says: says.into(),
            time: as_of,
            by: None,
            rule: None,
            changes: Vec::new(),
            attestation: Attestation::MicrosoftDocument,
            origin: origin.clone(),
        }
    }

    /// Taken to say something that is less well attested than what kind of record it is.
    pub(super) fn attested(mut self, attestation: Attestation) -> Self {
        self.attestation = self.attestation.max(attestation);
        self
    }

    /// In other words.
    pub(super) fn saying(mut self, says: impl Into<String>) -> Self {
        self.says = says.into();
        self
    }

    /// With what was changed.
    pub(super) fn with_changes(mut self, changes: Vec<SettingChange>) -> Self {
        self.changes = changes;
        self
    }
}

/// Whether a method should show, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MethodOffer {
    /// The method.
    pub method: Method,
    /// Whether it should show; `None` where that cannot be told.
    pub is_offered: Option<bool>,
    /// Why.
    pub because: String,
}

/// What would tell, and why it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Missing {
    /// What to give.
    #[serde(flatten)]
    pub input: Input,
    /// What it would tell.
    pub tells: String,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NextAction {
    /// What kind of thing to do.
    pub kind: NextKind,
    /// What to do, in words.
    pub text: String,
    /// Until when to wait, where waiting is the thing to do.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub until: Option<DateTime<Utc>>,
}

/// What kind of thing to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NextKind {
    /// Nothing here: look at the other steps.
    GoOn,
    /// Give what is missing, and ask again.
    GiveInput,
    /// Tell the user how it is meant to be.
    Explain,
    /// Change a setting.
    ChangeSetting,
    /// Wait, and test again.
    Wait,
    /// Save the policies again, wait, and test again.
    SaveAgain,
    /// Have a method deleted.
    DeleteMethod,
    /// Have the user try again.
    TryAgain,
}

impl NextKind {
    /// The value in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GoOn => "go_on",
            Self::GiveInput => "give_input",
            Self::Explain => "explain",
            Self::ChangeSetting => "change_setting",
            Self::Wait => "wait",
            Self::SaveAgain => "save_again",
            Self::DeleteMethod => "delete_method",
            Self::TryAgain => "try_again",
        }
    }
}

impl Finding {
    /// A finding without anything beside the verdict.
    pub(super) fn new(
        step: &'static Step,
        verdict: Verdict,
        conclusion: impl Into<String>,
    ) -> Self {
        let (kind, text) = match verdict {
            Verdict::Confirmed => (NextKind::Explain, step.action),
            Verdict::RuledOut => (NextKind::GoOn, "Look at the other steps."),
            Verdict::CannotTell => (NextKind::GiveInput, "Give what is missing, and ask again."),
        };
        Self {
            step,
            verdict,
            conclusion: conclusion.into(),
            reasoning: Vec::new(),
            evidence: Vec::new(),
            methods: Vec::new(),
            missing: Vec::new(),
            next: NextAction { kind, text: text.to_owned(), until: None },
        }
    }

    pub(super) fn because(mut self, sentence: impl Into<String>) -> Self {
        self.reasoning.push(sentence.into());
        self
    }

    pub(super) fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self.evidence.sort_by(|one, other| {
            let place =
                |evidence: &Evidence| (evidence.origin.source.clone(), evidence.origin.record);
            one.time.cmp(&other.time).then_with(|| place(one).cmp(&place(other)))
        });
        self.evidence.dedup();
        self
    }

    pub(super) fn needs(mut self, input: Input, tells: impl Into<String>) -> Self {
        self.missing.push(Missing { input, tells: tells.into() });
        self
    }

    pub(super) fn next(mut self, kind: NextKind, text: impl Into<String>) -> Self {
        self.next = NextAction { kind, text: text.into(), until: None };
        self
    }

    pub(super) fn wait_until(mut self, until: DateTime<Utc>) -> Self {
        self.next.until = Some(until);
        self
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn symptom_id<S: Serializer>(symptom: &&Symptom, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(symptom.id)
}

/// `{id, question, suspicion}`; the rest is the same for everybody.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn step_id<S: Serializer>(step: &&Step, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct as _;
    let mut fields = serializer.serialize_struct("Step", 3)?;
    fields.serialize_field("id", step.id)?;
    fields.serialize_field("question", step.question)?;
    fields.serialize_field("suspicion", step.suspicion)?;
    fields.end()
}
