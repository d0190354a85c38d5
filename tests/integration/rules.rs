//! Each rule is reached by the record in its fixture, and says of it what its example says.

use std::collections::BTreeSet;

use regaudit::catalogue::{rule, rules};
use regaudit::{Reader, classify};

use crate::support::{collect, files_below, fixture};

#[test]
fn every_rule_has_a_fixture_and_every_fixture_a_rule() {
    let files = files_below(&fixture("rules"));
    let stems: BTreeSet<_> =
        files.iter().map(|file| file.file_stem().unwrap().to_str().unwrap()).collect();
    let ids: BTreeSet<_> = rules().map(|rule| rule.id).collect();
    let without_fixture: Vec<_> = ids.difference(&stems).collect();
    let without_rule: Vec<_> = stems.difference(&ids).collect();
    assert!(without_fixture.is_empty(), "no fixture for {without_fixture:?}");
    assert!(without_rule.is_empty(), "no rule for {without_rule:?}");
}

#[test]
fn each_fixture_is_decided_by_its_rule() {
    for file in files_below(&fixture("rules")) {
        let id = file.file_stem().unwrap().to_str().unwrap();
        for verify in [false, true] {
            let read = collect(Reader::new().verify(verify).paths([&file]));
            assert!(read.errors.is_empty(), "{id}: {:?}", read.errors);
            let [event] = read.events.as_slice() else {
                panic!("{id}: one event, not {}", read.events.len());
            };
            let classification = classify(event).unwrap();
            assert_eq!(classification.rule, id);
            let rule = rule(id).unwrap();
            assert_eq!(classification.outcome, rule.example.outcome, "{id}");
            assert_eq!(classification.methods, rule.example.methods, "{id}");
            assert_eq!(classification.family, rule.family, "{id}");
            assert_eq!(classification.maintenance, rule.maintenance, "{id}");
        }
    }
}

#[test]
fn one_family_reads_its_own_rules_only() {
    use regaudit::catalogue::Family;
    for family in Family::ALL {
        let read = collect(Reader::new().family(family).paths([fixture("rules")]));
        assert!(read.errors.is_empty(), "{family}: {:?}", read.errors);
        let found: BTreeSet<_> = read.rules().into_iter().collect();
        let expected: BTreeSet<_> =
            rules().filter(|rule| rule.family == family).map(|rule| rule.id).collect();
        assert_eq!(found, expected, "{family}");
    }
}
