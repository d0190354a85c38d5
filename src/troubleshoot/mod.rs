//! Troubleshooting: from a user's complaint to steps with evidence.
//!
//! Microsoft's article on troubleshooting combined registration tells administrators what to check when a
//! user does not see the methods they expect. The log, and exports of policies and users where there are
//! any, can answer most of it. [`SYMPTOMS`] holds the article's symptoms and steps as data, with what has
//! changed since and where documents disagree; [`troubleshoot`] looks into each step and comes to a
//! [`Verdict`], with the records it rests on and what to do next. What cannot be told is said, and so is
//! what would tell.
//!
//! # From a ticket to an answer
//!
//! At nine o'clock, Ben writes: *"The help page says I can get codes by text message. My security info has
//! no option to add a phone."* That is the symptom `method_not_offered`, about the method `sms`.
//!
//! The administrator has an export of the audit log, and asks Microsoft Graph for two things more: the
//! Authentication methods policy (`GET /policies/authenticationMethodsPolicy`) and the methods that Ben has
//! (`GET /users/{id}/authentication/methods`).
//!
//! ```
//! use std::ops::ControlFlow;
//! use regaudit::model::{Method, parse_timestamp};
//! use regaudit::state::{PolicyState, UserExports};
//! use regaudit::troubleshoot::{Complaint, Coverage, Given, Verdict, Wait, symptom, troubleshoot};
//! use regaudit::Reader;
//!
//! // What was asked: who, what, which method, and when.
//! let mut complaint = Complaint::of("ben@example.com");
//! complaint.symptom = symptom("method_not_offered");
//! complaint.method = Some(Method::from_text("sms"));
//! complaint.at = parse_timestamp("2026-05-12T09:00:00Z");
//!
//! // What there is to go by: the events about Ben, every change of policy, and the two exports.
//! let log = ["fixtures/ticket/audit-log.json"];
//! let reach = Wait::ADVICE.most;
//! let read = Reader::new().complaint_events(&complaint.user, complaint.at, reach, log, |fault| {
//!     eprintln!("{fault}");
//!     ControlFlow::Continue(())
//! });
//! let mut policies = PolicyState::new();
//! policies.add_path("fixtures/ticket/methods-policy.json")?;
//! let mut users = UserExports::new();
//! users.add_path("fixtures/ticket/methods-of-ben.json")?;
//!
//! let answer = troubleshoot(&complaint, &Given {
//!     events: &read.events,
//!     coverage: Coverage::of(&read.report),
//!     policies: &policies,
//!     users: &users,
//! });
//!
//! // Step by step.
//! let [enabled, saved, maximum, happened] = answer.symptoms[0].findings.as_slice() else {
//!     unreachable!("the symptom has four steps")
//! };
//! // Text messages are enabled for all users, and Ben has no phone yet: neither is behind it.
//! assert_eq!(enabled.verdict, Verdict::RuledOut);
//! assert_eq!(maximum.verdict, Verdict::RuledOut);
//! // But the policy was saved twenty minutes before.
//! assert_eq!(saved.verdict, Verdict::Confirmed);
//! assert_eq!(saved.next.text, "Wait until 2026-05-12T10:40:00Z (UTC), and test again.");
//! // The record says who switched text messages on.
//! let evidence = &saved.evidence[0];
//! assert_eq!(evidence.by.as_deref(), Some("ivo.admin@example.com"));
//! assert_eq!(evidence.changes[0].new.as_deref(), Some("enabled"));
//! assert_eq!(evidence.origin.record, Some(7));
//! // What Ben did meanwhile went through.
//! assert_eq!(happened.verdict, Verdict::RuledOut);
//! # Ok::<(), regaudit::Error>(())
//! ```
//!
//! So the answer to the ticket is: *text messages were switched on at 8:40; try again after 10:40.* The
//! command line says the same, ready to be pasted:
//!
//! ```text
//! regaudit troubleshoot --user ben@example.com --symptom method_not_offered --method sms \
//!     --at 2026-05-12T09:00:00Z --policy methods-policy.json --users methods-of-ben.json \
//!     --format markdown audit-log.json
//! ```
//!
//! # What is taken from where
//!
//! - The time of the complaint bounds everything: what happened later is left out, and an export of a
//!   policy that was changed later does not tell what held before.
//! - Of several exports and the log, the newest holds, where it is known which that is. Where it is not, and
//!   they contradict each other, nothing is decided. An export without a date may be older than a change
//!   after the complaint, too.
//! - The report of registrations lags up to 36 hours behind: what the log has of these hours comes first. What
//!   it does not list is ruled out only where the log covers all of the time since; it may end less than a day
//!   before the complaint.
//! - No change in the log rules something out only where the log covers the time, without a
//!   [gap](Gap), and holds other services than the one that registers.
//! - How well it is attested that a record means what it is taken to say stands with each piece of
//!   [evidence](Evidence::attestation): names of the settings of password reset come from third parties, and no
//!   document shows the records about methods since April 2026.
//! - What the log tells of methods held is what was registered in it; only an export, or the directory's own
//!   list of phones, tells that there are no more.

mod admin_role;
mod administrator_switch;
mod answer;
mod case;
mod complaint;
mod conditional_access;
mod demands;
mod enabled;
mod enablement;
mod enforcement;
mod evidence;
mod guide;
mod influences;
mod input;
mod limits;
mod masking;
mod maximum_reached;
mod method_enabled;
mod method_settings;
mod offers;
mod password_reset;
mod per_user;
mod policy_changed;
mod policy_saved;
mod role_statements;
mod settings;
mod settings_for_user;
mod sspr;
mod statement;
mod what_happened;
mod who;

pub use self::answer::{
    Answer, ComplainingUser, Evidence, Finding, MethodOffer, Missing, NextAction, NextKind,
    SymptomAnswer, Verdict,
};
use self::case::Case;
pub use self::complaint::{Complaint, Given};
use self::guide::Check;
pub use self::guide::{SYMPTOMS, Source, Step, Symptom, Wait, symptom};
pub use self::input::Input;
pub use self::settings::SettingChange;
pub use crate::read::{Coverage, Gap, Stretch};

/// Looks into a complaint: every step of the symptom asked for, or of all.
///
/// It decides by what it is given alone, and the order of events changes nothing. A user whom the log does
/// not know is answered as well, as far as exports go: see [`ComplainingUser::is_in_log`].
pub fn troubleshoot(complaint: &Complaint, given: &Given<'_>) -> Answer {
    let case = Case::new(complaint, given);
    let is_asked =
        |symptom: &&Symptom| complaint.symptom.is_none_or(|asked| asked.id == symptom.id);
    let symptoms = SYMPTOMS.iter().filter(is_asked);
    let symptoms = symptoms
        .map(|symptom| SymptomAnswer {
            symptom,
            findings: symptom.steps.iter().map(|step| look(&case, step)).collect(),
        })
        .collect();
    Answer {
        user: case.user,
        method: complaint.method.clone(),
        at: case.at,
        at_was_given: case.at_was_given,
        coverage: case.coverage,
        warnings: case.warnings,
        symptoms,
    }
}

/// What a step comes to.
fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    match step.check {
        Check::AdminRole => admin_role::look(case, step),
        Check::Enforcement => enforcement::look(case, step),
        Check::PolicyChanged => policy_changed::look(case, step),
        Check::MethodEnabled => method_enabled::look(case, step),
        Check::PolicySaved => policy_saved::look(case, step),
        Check::MaximumReached => maximum_reached::look(case, step),
        Check::WhatHappened => what_happened::look(case, step),
    }
}
