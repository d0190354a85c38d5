//! Exports of policies.

use super::super::{
    Applies, Membership, MethodConfiguration, MethodsPolicy, Migration, WarningKind,
};
use super::*;
use crate::error::ErrorKind;
use crate::model::Method;
use crate::origin::Origin;

fn methods_policy() -> String {
    format!(
        r##"{{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#authenticationMethodsPolicy",
  "id": "authenticationMethodsPolicy",
  "lastModifiedDateTime": "2026-02-03T04:05:06.5Z",
  "policyMigrationState": "migrationInProgress",
  "registrationEnforcement": {{"authenticationMethodsRegistrationCampaign": {{
    "state": "enabled", "snoozeDurationInDays": 3, "enforceRegistrationAfterAllowedSnoozes": true,
    "excludeTargets": [{{"id": "{OTHERS}", "targetType": "group"}}],
    "includeTargets": [{{"id": "all_users", "targetType": "group",
                         "targetedAuthenticationMethod": "microsoftAuthenticator"}}]}}}},
  "authenticationMethodConfigurations": [
    {{"@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", "id": "Fido2", "state": "disabled",
      "isSelfServiceRegistrationAllowed": false, "excludeTargets": [], "includeTargets": []}},
    {{"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration",
      "id": "MicrosoftAuthenticator", "state": "enabled", "isSoftwareOathEnabled": true,
      "excludeTargets": [{{"id": "{OTHERS}", "targetType": "group"}}],
      "includeTargets": [{{"targetType": "group", "id": "{STAFF}", "isRegistrationRequired": false,
                           "authenticationMode": "push"}}]}},
    {{"id": "Sms", "state": "enabled",
      "includeTargets": [{{"targetType": "user", "id": "{ADA}", "isUsableForSignIn": true}}]}},
    {{"id": "Voice", "state": "soon", "isOfficePhoneAllowed": true}}
  ]
}}"##
    )
}

#[test]
fn the_methods_policy_says_who_may_register_what() {
    let policies = policies(&methods_policy());
    let [policy] = policies.methods.as_slice() else { panic!("one policy") };
    assert_eq!(policy.last_modified.unwrap().to_rfc3339(), "2026-02-03T04:05:06.500+00:00");
    assert_eq!(policy.migration, Some(Migration::InProgress));
    assert_eq!(policy.origin.to_string(), "policies: record 1");
    let [fido, app, sms, voice] = policy.configurations.as_slice() else { panic!("four") };
    assert_eq!(
        [fido.is_enabled, app.is_enabled, voice.is_enabled],
        [Some(false), Some(true), None]
    );
    assert_eq!(fido.is_self_service_registration_allowed, Some(false));
    assert_eq!(app.is_software_oath_enabled, Some(true));
    assert_eq!(app.include.as_ref().unwrap()[0].authentication_mode.as_deref(), Some("push"));
    assert_eq!(sms.include.as_ref().unwrap()[0].is_usable_for_sign_in, Some(true));
    assert_eq!((voice.state.as_str(), voice.is_office_phone_allowed), ("soon", Some(true)));

    let (staff, others) = ([STAFF.to_owned()], [STAFF.to_owned(), OTHERS.to_owned()]);
    assert_eq!(fido.applies_to(None, None), Applies::No);
    assert_eq!(app.applies_to(None, Some(&staff)), Applies::Yes);
    assert_eq!(app.applies_to(None, Some(&others)), Applies::No);
    let open = |ids: &[&str]| ids.iter().map(|id| Membership::Group((*id).to_owned())).collect();
    assert_eq!(app.applies_to(None, None), Applies::Unknown(open(&[STAFF, OTHERS])));
    assert_eq!(sms.applies_to(Some(&ADA.to_uppercase()), None), Applies::Yes);
    assert_eq!(sms.applies_to(Some(BEN), None), Applies::No);
    assert_eq!(voice.applies_to(Some(ADA), Some(&staff)), Applies::Unknown(vec![]));

    let campaign = policy.campaign.as_ref().unwrap();
    assert_eq!((campaign.state.as_str(), campaign.snooze_days), ("enabled", Some(3)));
    assert_eq!(campaign.enforce_after_snoozes, Some(true));
    assert_eq!(campaign.applies_to(None, Some(&staff)), Applies::Yes);
    assert_eq!(campaign.applies_to(None, Some(&others)), Applies::No);
    let target = &campaign.include.as_ref().unwrap()[0];
    assert_eq!(target.campaign_method.as_deref(), Some("microsoftAuthenticator"));
}

#[test]
fn any_encoding_and_wrapping_is_read_alike() {
    let plain = policies(&methods_policy());
    let read = |bytes: &[u8]| {
        let mut policies = PolicyState::new();
        policies.add_slice("policies", bytes).unwrap();
        policies
    };
    assert_eq!(read(&[b"\xEF\xBB\xBF", methods_policy().as_bytes()].concat()), plain);
    assert_eq!(read(&utf16(&methods_policy())), plain);
    assert_eq!(read(&utf16(&methods_policy())[2..]), plain);
    let big: Vec<u8> =
        utf16(&methods_policy()).chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    assert_eq!(read(&big), plain);
    assert_eq!(read(&big[2..]), plain);
    assert_eq!(read(format!("[{}]", methods_policy()).as_bytes()), plain);
    assert_eq!(read(format!("{{\"value\": {}}}", methods_policy()).as_bytes()), plain);
    let batch =
        format!(r#"{{"responses": [{{"id": "1", "status": 200, "body": {}}}]}}"#, methods_policy());
    assert_eq!(read(batch.as_bytes()), plain);
    let twice = read(format!("{0}\n{0}", methods_policy()).as_bytes());
    assert_eq!(twice.methods.len(), 2);
    assert_eq!(twice.methods[1].origin.record, Some(2));
}

#[test]
fn powershell_writes_the_same_in_its_own_case() {
    let text = format!(
        r##"{{
  "AuthenticationMethodConfigurations": [
    {{"ExcludeTargets": [], "Id": "Sms", "State": "enabled",
      "AdditionalProperties": {{"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration",
        "includeTargets": [{{"targetType": "group", "id": "{STAFF}", "isUsableForSignIn": false}}]}}}}],
  "LastModifiedDateTime": "/Date(1773043200123)/",
  "PolicyMigrationState": "",
  "RegistrationEnforcement": {{"AuthenticationMethodsRegistrationCampaign":
    {{"State": null, "IncludeTargets": null, "ExcludeTargets": null}}}},
  "AdditionalProperties": {{"@odata.context": "x", "policyMigrationState": "migrationComplete"}}
}}"##
    );
    let policies = policies(&text);
    let policy = &policies.methods[0];
    assert_eq!(policy.migration, Some(Migration::Complete));
    assert!(policy.last_modified.is_some() && policy.campaign.is_none());
    let sms = policy.configuration("sms").unwrap();
    assert_eq!(sms.include.as_ref().unwrap()[0].is_usable_for_sign_in, Some(false));
}

#[test]
fn settings_without_their_policy_are_one_policy_of_their_own() {
    let text = r#"{"@odata.context": "..", "value": [
        {"id": "Email", "state": "enabled", "includeTargets": []},
        {"id": "Voice", "state": "disabled", "includeTargets": []}]}"#;
    let policies = policies(text);
    assert_eq!(policies.methods.len(), 1);
    assert_eq!(policies.methods[0].configurations.len(), 2);
    let one = r##"{"@odata.type": "#microsoft.graph.voiceAuthenticationMethodConfiguration", "id": "Voice"}"##;
    assert_eq!(super::policies(one).methods[0].configurations[0].state, "");
}

#[test]
fn a_policy_in_a_record_is_read_from_json() {
    let json = serde_json::json!({"policyVersion": "1.5", "authenticationMethodConfigurations": [
        {"id": "Fido2", "state": "enabled", "includeTargets": [{"targetType": "group", "id": STAFF}]}]});
    let origin = Origin::new("log.json");
    let policy = MethodsPolicy::from_json(&json, &origin).unwrap();
    assert_eq!(policy.configuration("FIDO2").unwrap().is_enabled, Some(true));
    let one = &json["authenticationMethodConfigurations"][0];
    assert_eq!(MethodConfiguration::from_json(one, &origin).unwrap().id, "Fido2");
    for other in [
        serde_json::json!({}),
        serde_json::json!([]),
        serde_json::json!({"authenticationMethodConfigurations": "many"}),
        serde_json::json!({"authenticationMethodConfigurations": [{"state": "enabled"}]}),
    ] {
        assert_eq!(MethodsPolicy::from_json(&other, &origin), None, "{other}");
    }
}

#[test]
fn methods_are_governed_by_the_settings_of_their_name() {
    let of = MethodConfiguration::of_method;
    assert_eq!(of(&Method::PhoneMobileSms), ["Sms"]);
    assert_eq!(of(&Method::PhoneOffice), ["Voice"]);
    assert_eq!(of(&Method::SoftwareOath), ["SoftwareOath", "MicrosoftAuthenticator"]);
    assert!(of(&Method::SecurityQuestions).is_empty());
    let states = ["premigration", "MigrationComplete", "later"].map(Migration::from_text);
    let names = states.each_ref().map(Migration::as_str);
    assert_eq!(names, ["pre_migration", "migration_complete", "later"]);
}

#[test]
fn smaller_policies_stand_alone_or_in_lists() {
    let authorization =
        policies(r#"{"value": [{"id": "authorizationPolicy", "allowedToUseSSPR": true}]}"#);
    assert_eq!(authorization.authorization[0].allowed_to_use_sspr, Some(true));
    let unsaid = policies(
        r#"{"@odata.context": "https://graph.microsoft.com/beta/$metadata#policies/authorizationPolicy/$entity", "id": "a"}"#,
    );
    assert_eq!(unsaid.authorization[0].allowed_to_use_sspr, None);
    let shell = policies(r#"{"AllowedToUseSspr": false, "Id": "authorizationPolicy"}"#);
    assert_eq!(shell.authorization[0].allowed_to_use_sspr, Some(false));
    for text in [
        r#"{"@odata.context": "..#policies/identitySecurityDefaultsEnforcementPolicy/$entity", "isEnabled": true}"#,
        r#"{"DisplayName": "Security Defaults", "IsEnabled": true}"#,
    ] {
        assert!(policies(text).security_defaults[0].is_enabled, "{text}");
    }
    let without = r#"{"displayName": "Security Defaults", "isEnabled": null}"#;
    assert_eq!(policy_error(without.as_bytes()).kind(), ErrorKind::MissingField);
}

fn conditional_access(more: &str) -> String {
    format!(
        r#"{{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies",{more}
 "value": [
  {{"id": "00000000-0000-4000-8000-00000000ca01", "displayName": "Registration from known places",
    "state": "enabled", "createdDateTime": "2026-01-01T00:00:00Z", "modifiedDateTime": null,
    "conditions": {{"applications": {{"includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"]}},
      "users": {{"includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"], "includeGroups": [], "excludeGroups": ["{OTHERS}"],
        "includeRoles": [], "excludeRoles": ["{role}"], "includeGuestsOrExternalUsers": null, "excludeGuestsOrExternalUsers": null}}}},
    "grantControls": {{"operator": "OR", "builtInControls": ["mfa"], "termsOfUse": [], "customAuthenticationFactors": []}}}},
  {{"id": "00000000-0000-4000-8000-00000000ca02", "displayName": "Strong for administrators",
    "state": "enabledForReportingButNotEnforced", "modifiedDateTime": "2026-02-01T00:00:00Z",
    "conditions": {{"applications": {{"includeApplications": ["All"]}}, "users": {{"includeUsers": ["None"], "includeRoles": ["{role}"],
      "includeGuestsOrExternalUsers": {{"guestOrExternalUserTypes": "internalGuest"}}}}}},
    "grantControls": {{"operator": "AND", "builtInControls": ["compliantDevice"],
      "authenticationStrength": {{"id": "00000000-0000-4000-8000-00000000a001", "displayName": "Phishing-resistant MFA",
        "requirementsSatisfied": "mfa"}}}}}},
  {{"state": "disabled", "conditions": {{"users": {{"includeUsers": ["{ADA}"]}}}},
    "grantControls": {{"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}}}}
 ]}}"#,
        role = template("Global Administrator"),
    )
}

#[test]
fn conditional_access_says_whom_it_makes_register() {
    let policies = policies(&conditional_access(""));
    let [place, strong, choice] = policies.conditional_access.as_slice() else { panic!("three") };
    assert!(place.is_enforced() && place.is_about_registration() && place.demands_mfa());
    assert_eq!(place.last_modified.unwrap().to_rfc3339(), "2026-01-01T00:00:00+00:00");
    assert!(!strong.is_enforced() && !strong.is_about_registration() && strong.demands_mfa());
    assert_eq!(strong.authentication_strength.as_deref(), Some("Phishing-resistant MFA"));
    assert!(strong.includes_guests && !strong.excludes_guests);
    assert!(choice.offers_mfa() && !choice.demands_mfa());
    assert_eq!(policies.conditional_access_lists, [Origin::new("policies")]);

    let role = template("Global Administrator");
    let (in_role, in_none) = ([role.to_uppercase()], [] as [String; 0]);
    let applies = |roles| place.applies_to(Some(ADA), Some(&[]), roles);
    assert_eq!(applies(Some(&in_role)), Applies::No);
    assert_eq!(applies(Some(&in_none)), Applies::Unknown(vec![Membership::Guest]));
    let open = vec![Membership::Role(role.to_owned()), Membership::Guest];
    assert_eq!(strong.applies_to(Some(ADA), None, None), Applies::Unknown(open));
    assert_eq!(choice.applies_to(Some(ADA), None, None), Applies::Yes);
    assert_eq!(choice.applies_to(Some(BEN), None, None), Applies::No);
}

#[test]
fn lists_are_complete_unless_a_page_is_missing() {
    let first =
        conditional_access(r#" "@odata.nextLink": "https://graph.microsoft.com/v1.0/next","#);
    let cut = policies(&first);
    assert!(cut.conditional_access_lists.is_empty());
    assert_eq!(cut.warnings[0].kind, WarningKind::MorePages);
    assert!(cut.warnings[0].to_string().contains("@odata.nextLink"), "{}", cut.warnings[0]);
    let whole = policies(&format!("{first}\n{}", conditional_access("")));
    assert_eq!((whole.conditional_access.len(), whole.warnings.len()), (6, 0));
    assert_eq!(whole.conditional_access[5].origin.record, Some(6));
    assert_eq!(whole.conditional_access_lists.len(), 1);
    let none =
        policies(r#"{"@odata.context": "..#identity/conditionalAccess/policies", "value": []}"#);
    assert_eq!(none.conditional_access_lists.len(), 1);
}

#[test]
fn what_is_no_policy_is_named_and_adds_nothing() {
    let cases: [(&[u8], ErrorKind, &str); 17] = [
        (b"", ErrorKind::Empty, "nothing"),
        (b"\xEF\xBB\xBF \n", ErrorKind::Empty, "nothing"),
        (b"\x1F\x8B\x08", ErrorKind::UnsupportedFormat, "gzip"),
        (b"PK\x03\x04", ErrorKind::UnsupportedFormat, "workbook"),
        (b"PAR1", ErrorKind::UnsupportedFormat, "Parquet"),
        (b"a,b\n1,2\n", ErrorKind::UnsupportedFormat, "no JSON"),
        (b"{\"allowedToUseSSPR\": \xE9}", ErrorKind::Encoding, "UTF-8"),
        (b"\xFF\xFE{", ErrorKind::Encoding, "UTF-16"),
        (b"\xFF\xFE\x00\xD8{\0", ErrorKind::Encoding, "UTF-16"),
        (b"{\"value\": [{\"id\"", ErrorKind::Json, "breaks off"),
        (b"{\"a\": 1}", ErrorKind::UnsupportedFormat, "none of what is known"),
        (b"[3]", ErrorKind::Json, "a number"),
        (b"{\"value\": []}", ErrorKind::Empty, "without entries"),
        (
            br#"{"error": {"code": "Authorization_RequestDenied", "message": "no"}}"#,
            ErrorKind::UnsupportedFormat,
            "Authorization_RequestDenied",
        ),
        (
            br#"{"value": [{"id": "1", "activityDisplayName": "User registered security info"}]}"#,
            ErrorKind::WrongLog,
            "audit log",
        ),
        (
            br#"{"value": [{"id": "1", "appDisplayName": "Portal", "userPrincipalName": "ada@example.com"}]}"#,
            ErrorKind::WrongLog,
            "sign-in log",
        ),
        (
            br#"{"value": [{"id": "1", "userPrincipalName": "ada@example.com"}]}"#,
            ErrorKind::UnsupportedFormat,
            "as users",
        ),
    ];
    for (bytes, kind, words) in cases {
        let error = policy_error(bytes);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(error.what_to_do().is_some() && error.what_was_expected().is_some(), "{error}");
        assert_eq!(&*error.origin().unwrap().source, "policies");
    }
    assert_eq!(policy_error(b"{\n\"a\": \n").origin().unwrap().line, Some(3));
    assert_eq!(policy_error(b"{\"allowedToUseSSPR\": true}}").kind(), ErrorKind::Json);
}

#[test]
fn what_convert_to_json_cut_off_is_no_empty_list() {
    for text in [
        r#"{"State": "enabled", "Conditions": "Microsoft.Graph.PowerShell.Models.X", "GrantControls": null}"#,
        r#"{"State": "enabled", "Conditions": {"Users": {"IncludeUsers": ""}}, "GrantControls": null}"#,
        r#"{"AuthenticationMethodConfigurations": "System.Object[]"}"#,
    ] {
        let error = policy_error(text.as_bytes());
        assert!(error.to_string().contains("-Depth 10"), "{error}");
        assert_eq!(error.origin().unwrap().record, Some(1));
    }
}

#[test]
fn a_file_that_is_not_there_is_an_error_with_its_name() {
    let error = PolicyState::new().add_path("no/such/file.json").unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("file.json")), (ErrorKind::Io, true));
}
