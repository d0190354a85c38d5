//! Personal data out of an answer.

use super::answer::{Answer, Evidence, Finding};
use crate::catalogue::{Family, classify, rule};
use crate::mask::{Masker, VALUE, mask_repeated, personal_texts};
use crate::model::{Event, Method, Reason};

impl Answer {
    /// Replaces names, user principal names, addresses, phone numbers and devices, as [`Masker`] does in
    /// events. Settings of policies, object ids, and the names of files stay.
    ///
    /// `events` are those the answer was found with: what is personal in them is taken out of every
    /// text.
    pub fn mask(&mut self, masker: &mut Masker, events: &[Event]) {
        let mut personal = personal_texts(events);
        personal.push(self.user.asked_for.clone());
        let id = self.user.id.clone();
        let is_id = id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&self.user.asked_for));
        let name = self.user.user_principal_name.as_ref().unwrap_or(&self.user.asked_for);
        let stand_in = masker.person(id.as_ref(), name);
        if !is_id {
            self.user.asked_for.clone_from(&stand_in);
        }
        if self.user.user_principal_name.is_some() {
            self.user.user_principal_name = Some(stand_in);
        }
        // Every name of one user has the same stand-in.
        self.user.other_names.clear();
        if let Some(method @ Method::Other(_)) = &mut self.method {
            personal.push(method.as_str().to_owned());
            *method = Method::from_text(VALUE);
        }
        let findings = self.symptoms.iter_mut().flat_map(|symptom| &mut symptom.findings);
        for finding in findings {
            mask_finding(finding, masker, events, &personal);
        }
    }
}

fn mask_finding(finding: &mut Finding, masker: &mut Masker, events: &[Event], personal: &[String]) {
    for evidence in &mut finding.evidence {
        let event = events.iter().find(|event| event.origin == evidence.origin);
        mask_evidence(evidence, masker, event, personal);
    }
    let texts = finding.reasoning.iter_mut().chain([&mut finding.conclusion]);
    let offers = finding.methods.iter_mut().map(|offer| &mut offer.because);
    let missing = finding.missing.iter_mut().map(|missing| &mut missing.tells);
    for text in texts.chain(offers).chain(missing).chain([&mut finding.next.text]) {
        *text = mask_repeated(text, personal);
    }
}

fn mask_evidence(
    evidence: &mut Evidence,
    masker: &mut Masker,
    event: Option<&Event>,
    personal: &[String],
) {
    if let Some(by) = evidence.by.as_mut().filter(|by| by.contains('@')) {
        *by = masker.person(None, by);
    }
    if let Some(event) = event {
        mask_quoted(&mut evidence.says, masker, event);
    }
    evidence.says = mask_repeated(&evidence.says, personal);
    let is_policy = evidence.rule.and_then(rule).is_none_or(|rule| rule.family == Family::Policy);
    for change in &mut evidence.changes {
        for value in [&mut change.old, &mut change.new].into_iter().flatten() {
            // What a record says of users may be anything; settings of policies are not personal.
            *value = if is_policy { mask_repeated(value, personal) } else { VALUE.to_owned() };
        }
    }
}

/// Replaces the reason of an event, where it is quoted, by what it is once the event is masked.
fn mask_quoted(says: &mut String, masker: &mut Masker, event: &Event) {
    let (Some(reason), Some(mut found)) = (&event.reason, classify(event)) else { return };
    let mut masked = event.clone();
    masker.mask(&mut masked, &mut found);
    let masked = masked.reason.as_ref().map(Reason::as_str).unwrap_or_default();
    if !reason.as_str().is_empty() {
        *says = says.replace(reason.as_str(), masked);
    }
}
