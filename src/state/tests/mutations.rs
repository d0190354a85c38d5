//! Damage of any sort is an error or a reading, and never a panic.

use proptest::prelude::*;

use super::*;

/// Whole exports of every form, to be damaged.
fn samples() -> Vec<String> {
    vec![
        format!(
            r##"{{"@odata.context": "..#users('{ADA}')/authentication/methods", "@odata.nextLink": "x", "value": [
                {{"@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "phoneType": "mobile"}}]}}"##
        ),
        format!(
            r#"{{"value": [{{"principalId": "{ADA}", "roleDefinitionId": "{BEN}", "principal": {{"id": "{ADA}"}},
                "roleDefinition": {{"displayName": "x", "templateId": "{OTHERS}"}}}}]}}"#
        ),
        format!(
            r##"[{{"Id": "{ADA}", "UserPrincipalName": "ada@example.com", "AdditionalProperties": {{"isAdmin": true}},
                "memberOf": [{{"@odata.type": "#microsoft.graph.group", "id": "{STAFF}"}}]}}]"##
        ),
        r#"{"displayName": "x", "roleTemplateId": "y", "members": [{"id": "z"}]}"#.to_owned(),
        r#"{"policyMigrationState": "preMigration", "lastModifiedDateTime": "2026-01-01T00:00:00Z",
            "authenticationMethodConfigurations": [{"id": "Sms", "state": "enabled", "includeTargets": [
            {"targetType": "group", "id": "all_users"}]}], "registrationEnforcement": {
            "authenticationMethodsRegistrationCampaign": {"snoozeDurationInDays": 3, "state": "enabled"}}}"#
            .to_owned(),
        r#"{"id": "1", "state": "enabled", "conditions": {"users": {"includeUsers": ["All"]}, "applications":
            {"includeUserActions": []}}, "grantControls": {"operator": "OR", "builtInControls": ["mfa"],
            "authenticationStrength": {"id": "1"}}}"#
            .to_owned(),
        r#"{"responses": [{"body": {"allowedToUseSSPR": true}}, {"body": {"error": {"code": 3}}}]}"#
            .to_owned(),
        format!(
            "upn;id;role;isAdmin;methodsRegistered;lastUpdatedDateTime\nada@example.com;{ADA};\"a|b\";true;\"email,fido2\";2026-01-01\n"
        ),
    ]
}

fn read(bytes: &[u8]) {
    let mut policies = PolicyState::new();
    if let Err(error) = policies.add_slice("x", bytes) {
        assert!(!error.to_string().is_empty() && error.origin().is_some());
    }
    for policy in &policies.conditional_access {
        policy.applies_to(Some(ADA), None, None);
    }
    let mut users = UserExports::new();
    if let Err(error) = users.add_slice("x", bytes) {
        assert!(!error.to_string().is_empty() && error.origin().is_some());
    }
    users.of(&[ADA, "ada@example.com", ""]);
}

#[test]
fn every_truncation_is_survived() {
    for sample in samples() {
        for bytes in [sample.clone().into_bytes(), utf16(&sample)] {
            (0..=bytes.len()).for_each(|end| read(&bytes[..end]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_mutation_is_survived(
        number in 0..samples().len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8), 1..4),
        byte in prop::sample::select(br#"{}[]",:;0eu\ "#.to_vec()),
    ) {
        let mut bytes = samples().swap_remove(number).into_bytes();
        for (place, other, edit) in edits {
            let (place, other) = (place.index(bytes.len()), other.index(bytes.len()));
            match edit {
                0 => bytes[place] = byte,
                1 => { bytes.insert(place, byte); }
                2 => bytes.swap(place, other),
                _ => { bytes.drain(place.min(other)..place.max(other)); }
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        read(&bytes);
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}") {
        read(text.as_bytes());
    }
}
