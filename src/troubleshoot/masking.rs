//! Personal data out of an answer.

use super::answer::{Answer, Evidence, Finding};
use crate::mask::{Masker, mask_repeated, personal_texts};
use crate::model::Event;

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
        let findings = self.symptoms.iter_mut().flat_map(|symptom| &mut symptom.findings);
        for finding in findings {
            mask_finding(finding, masker, &personal);
        }
    }
}

fn mask_finding(finding: &mut Finding, masker: &mut Masker, personal: &[String]) {
    for evidence in &mut finding.evidence {
        mask_evidence(evidence, masker, personal);
    }
    let texts = finding.reasoning.iter_mut().chain([&mut finding.conclusion]);
    let offers = finding.methods.iter_mut().map(|offer| &mut offer.because);
    let missing = finding.missing.iter_mut().map(|missing| &mut missing.tells);
    for text in texts.chain(offers).chain(missing).chain([&mut finding.next.text]) {
        *text = mask_repeated(text, personal);
    }
}

fn mask_evidence(evidence: &mut Evidence, masker: &mut Masker, personal: &[String]) {
    if let Some(by) = evidence.by.as_mut().filter(|by| by.contains('@')) {
        *by = masker.person(None, by);
    }
    evidence.says = mask_repeated(&evidence.says, personal);
    for change in &mut evidence.changes {
        for value in [&mut change.old, &mut change.new].into_iter().flatten() {
            *value = mask_repeated(value, personal);
        }
    }
}
