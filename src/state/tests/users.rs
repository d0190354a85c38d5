//! Exports of users as JSON.

use super::super::{GroupRole, Role, WarningKind};
use super::*;
use crate::error::ErrorKind;
use crate::model::Method;

fn details(id: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{id}", "userPrincipalName": "{name}", "isAdmin": true, "isSsprEnabled": true,
            "isSsprRegistered": false, "isSsprCapable": false, "isMfaRegistered": true, "isMfaCapable": false,
            "lastUpdatedDateTime": "2026-03-09T08:15:27.5Z",
            "methodsRegistered": ["mobilePhone", "microsoftAuthenticatorPush", "passKeyDeviceBound", "fido2"]{more}}}"#
    )
}

fn assignment(holder: &str, role: &str, more: &str) -> String {
    format!(
        r#"{{"id": "x", "principalId": "{holder}", "roleDefinitionId": "{}", "directoryScopeId": "/"{more}}}"#,
        template(role)
    )
}

fn assignments(entries: &[String]) -> String {
    format!(
        r#"{{"@odata.context": "..#roleManagement/directory/roleAssignments", "value": [{}]}}"#,
        entries.join(", ")
    )
}

fn names(user: &UserState) -> Vec<&str> {
    user.roles.iter().filter_map(|role| role.value.name.as_deref()).collect()
}

#[test]
fn registration_details_state_flags_methods_and_defaults() {
    let more =
        r#", "userPreferredMethodForSecondaryAuthentication": "push", "defaultMfaMethod": "none""#;
    let text = format!(r#"{{"value": [{}]}}"#, details(ADA, "Ada@example.com", more));
    for name in [ADA, "ADA@example.com", &ADA.to_uppercase()] {
        let ada = user(&text, name);
        assert!(ada.is_admin[0].value);
        assert_eq!(ada.is_admin[0].as_of.unwrap().to_rfc3339(), "2026-03-09T08:15:27.500+00:00");
        let flags = [
            &ada.sspr_enabled,
            &ada.sspr_registered,
            &ada.sspr_capable,
            &ada.mfa_registered,
            &ada.mfa_capable,
        ];
        assert_eq!(flags.map(|flag| flag[0].value), [true, false, false, true, false]);
        let held: Vec<_> =
            ada.methods[0].value.iter().map(|held| (held.method.as_str(), held.number)).collect();
        let expected =
            [("phone_unspecified", None), ("authenticator_push", None), ("passkey_fido2", None)];
        assert_eq!(held, expected);
        let defaults: Vec<_> = ada.default_method.iter().map(|method| &method.value).collect();
        assert_eq!(defaults, [&Method::AuthenticatorPush]);
        assert_eq!(ada.entries.len(), 1);
    }
    assert!(user(&text, "eve@example.com").is_unknown());
}

#[test]
fn one_answer_or_cmdlet_reads_as_a_list_does() {
    let one = details(ADA, "ada@example.com", "");
    let list = user(&format!("[{one}]"), ADA);
    assert_eq!(user(&one, ADA), list);
    assert_eq!(user(&format!(r#"{{"value": {one}}}"#), ADA), list);
    let shell = one.replace("isAdmin", "IsAdmin").replace("\"id\"", "\"Id\"");
    assert_eq!(user(&shell, ADA), list);
    let mut users = UserExports::new();
    users.add_slice("export 1", &utf16(&one)).unwrap();
    assert_eq!(users.of(&[ADA]), list);
}

#[test]
fn methods_are_counted_by_type() {
    let method = |name: &str, more: &str| {
        format!(
            r##"{{"@odata.type": "#microsoft.graph.{name}AuthenticationMethod", "id": "1"{more}}}"##
        )
    };
    let text = format!(
        r#"{{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('{ADA}')/authentication/methods",
            "value": [{}]}}"#,
        [
            method("password", ""),
            method("fido2", ""),
            method("fido2", ""),
            method("phone", r#", "phoneType": "mobile", "phoneNumber": "+1 2025550101""#),
            method("phone", r#", "phoneType": "alternateMobile""#),
            method("phone", r#", "phoneType": "office""#),
            method("microsoftAuthenticator", ""),
            method("email", ""),
            method("teleport", ""),
        ]
        .join(",")
    );
    let ada = user(&text, ADA);
    let mut held: Vec<_> = ada.methods[0]
        .value
        .iter()
        .map(|held| (held.method.as_str(), held.number.unwrap()))
        .collect();
    held.sort_unstable();
    let expected = [
        ("#microsoft.graph.teleportAuthenticationMethod", 1),
        ("authenticator_unspecified", 1),
        ("email", 1),
        ("passkey_fido2", 2),
        ("phone_alternate", 1),
        ("phone_office", 1),
        ("phone_unspecified", 1),
    ];
    assert_eq!(held, expected);

    let none = user(
        &format!(
            r##"{{"@odata.context": "#users('{ADA}')/authentication/methods", "value": []}}"##
        ),
        ADA,
    );
    assert_eq!(none.methods[0].value, []);
    let more = text.replacen("\"value\"", "\"@odata.nextLink\": \"x\", \"value\"", 1);
    assert!(user(&more, ADA).methods.is_empty());
    let shell = text.replacen('{', r#"{"Id": "#, 0);
    assert_eq!(user(&shell, ADA), ada);
    for wrong in [
        text.replace("authentication/methods", "authentication/phoneMethods"),
        format!("[{}]", method("fido2", "")),
        format!(
            r##"{{"@odata.context": "#users('{ADA}')/authentication/methods/$entity", "id": "1"}}"##
        ),
    ] {
        let error = user_error(wrong.as_bytes());
        assert!(error.what_to_do().is_some(), "{error}");
    }
}

#[test]
fn per_user_settings_belong_to_whom_the_context_names() {
    let text = r#"{"@odata.context": "https://graph.microsoft.com/beta/$metadata#users('Ada%40example.com')/authentication/requirements",
        "perUserMfaState": "Enforced"}"#;
    assert_eq!(user(text, "ada@example.com").per_user_mfa[0].value, "enforced");
    let named = format!(r#"[{{"userId": "{ADA}", "perUserMfaState": "disabled"}}]"#);
    assert_eq!(user(&named, ADA).per_user_mfa[0].value, "disabled");
    let preferences = format!(
        r#"{{"@odata.context": "..#users('{ADA}')/authentication/signInPreferences",
            "userPreferredMethodForSecondaryAuthentication": "voiceMobile"}}"#
    );
    assert_eq!(user(&preferences, ADA).default_method[0].value, Method::PhoneMobileCall);
    let error = user_error(br#"{"perUserMfaState": "enforced"}"#);
    assert_eq!(error.kind(), ErrorKind::MissingField);
    assert!(error.to_string().contains("@odata.context"), "{error}");
}

#[test]
fn roles_are_held_directly_or_could_be_activated() {
    let active = assignments(&[assignment(ADA, "Global Administrator", "")]);
    let ada = user(&active, ADA);
    assert_eq!(names(&ada), ["Global Administrator"]);
    assert!(!ada.roles[0].value.is_eligible_only);
    assert_eq!(ada.roles[0].value.scope.as_deref(), Some("/"));
    assert_eq!(ada.role_lists.len(), 1);
    let ben = user(&active, BEN);
    assert!(ben.roles.is_empty() && ben.role_lists.len() == 1);
    assert_eq!(ben.roles_in_doubt.len(), 1, "without $expand a holder may be a group");

    for (context, more) in [
        ("..#roleManagement/directory/roleEligibilityScheduleInstances", ""),
        ("", r#", "roleEligibilityScheduleId": "1""#),
        ("", r#", "memberType": "Direct""#),
    ] {
        let entry = assignment(ADA, "User Administrator", more);
        let ada = user(&format!(r#"{{"@odata.context": "{context}", "value": [{entry}]}}"#), ADA);
        assert!(ada.roles[0].value.is_eligible_only && ada.role_lists.is_empty(), "{entry}");
    }
    let activated = assignment(
        ADA,
        "User Administrator",
        r#", "memberType": "Direct", "assignmentType": "Activated""#,
    );
    assert!(!user(&assignments(&[activated]), ADA).roles[0].value.is_eligible_only);
    let schedule = assignment(ADA, "User Administrator", r#", "scheduleInfo": {}"#);
    assert_eq!(
        user_error(assignments(&[schedule]).as_bytes()).kind(),
        ErrorKind::UnsupportedFormat
    );
    let cut = active.replacen("\"value\"", "\"@odata.nextLink\": \"x\", \"value\"", 1);
    assert!(user(&cut, BEN).role_lists.is_empty());
}

#[test]
fn expanded_assignments_tell_users_from_groups() {
    let principal = |kind: &str, id: &str, more: &str| {
        format!(
            r##", "principal": {{"@odata.type": "#microsoft.graph.{kind}", "id": "{id}"{more}}}"##
        )
    };
    let named = r#", "userPrincipalName": "ada@example.com""#;
    let text = assignments(&[
        assignment(ADA, "Global Administrator", &principal("user", ADA, named)),
        assignment(STAFF, "Helpdesk Administrator", &principal("group", STAFF, "")),
        assignment(OTHERS, "License Administrator", &principal("servicePrincipal", OTHERS, "")),
    ]);
    assert_eq!(names(&user(&text, "ada@example.com")), ["Global Administrator"]);
    let ben = user(&text, BEN);
    let doubt: Vec<_> = ben.roles_in_doubt.iter().map(|role| role.value.clone()).collect();
    let role = Role {
        name: Some("Helpdesk Administrator".to_owned()),
        template_id: Some(template("Helpdesk Administrator").to_owned()),
        scope: Some("/".to_owned()),
        ..Role::default()
    };
    assert_eq!(doubt, [GroupRole { group: STAFF.to_owned(), role }]);

    let member_of = |groups: &str| {
        format!(r##"{{"@odata.context": "#users('{BEN}')/memberOf", "value": [{groups}]}}"##)
    };
    let staff = format!(r##"{{"@odata.type": "#microsoft.graph.group", "id": "{STAFF}"}}"##);
    let ben = exports(&[&text, &member_of(&staff)]).of(&[BEN]);
    assert_eq!(names(&ben), ["Helpdesk Administrator"]);
    assert_eq!(ben.roles[0].value.through_group.as_deref(), Some(STAFF));
    let ben = exports(&[&member_of(""), &text]).of(&[BEN]);
    assert!(ben.roles.is_empty() && ben.roles_in_doubt.is_empty());
}

#[test]
fn names_of_roles_come_from_definitions_in_any_file() {
    let custom = "00000000-0000-4000-8000-000000007001";
    let held = format!(r#"[{{"principalId": "{ADA}", "roleDefinitionId": "{custom}"}}]"#);
    let definitions = format!(
        r#"{{"@odata.context": "..#roleManagement/directory/roleDefinitions", "value": [
            {{"id": "{custom}", "templateId": "{custom}", "displayName": "Reset desk", "rolePermissions": []}}]}}"#
    );
    assert_eq!(user(&held, ADA).roles[0].value.name, None);
    for order in [[&held, &definitions], [&definitions, &held]] {
        let ada = exports(&order.map(String::as_str)).of(&[ADA]);
        assert_eq!(names(&ada), ["Reset desk"]);
        assert!(!ada.roles[0].value.follows_administrator_policy());
    }
    let expanded = held.replace(
        "}]",
        &format!(r#", "roleDefinition": {{"id": "{custom}", "displayName": "Desk"}}}}]"#),
    );
    assert_eq!(names(&user(&expanded, ADA)), ["Desk"]);
}

fn directory_roles(members: &str) -> String {
    format!(
        r#"{{"@odata.context": "..#directoryRoles(members())", "value": [
            {{"id": "1", "displayName": "Global Administrator", "roleTemplateId": "{}", "members": [{members}]}},
            {{"id": "2", "displayName": "Directory Readers", "roleTemplateId": "00000000-0000-4000-8000-000000007002", "members": []}}]}}"#,
        template("Global Administrator")
    )
}

#[test]
fn directory_roles_are_complete_unless_expand_cut_them() {
    let ada = format!(
        r##"{{"@odata.type": "#microsoft.graph.user", "id": "{ADA}", "userPrincipalName": "ada@example.com"}}"##
    );
    let text = directory_roles(&ada);
    assert_eq!(names(&user(&text, "ada@example.com")), ["Global Administrator"]);
    let ben = user(&text, BEN);
    assert!(ben.roles.is_empty() && ben.roles_in_doubt.is_empty() && ben.role_lists.len() == 1);

    let many = exports(&[&directory_roles(&vec![ada; 20].join(","))]);
    assert!(many.of(&[BEN]).role_lists.is_empty());
    let [warning] = many.warnings() else { panic!("one warning") };
    assert_eq!(warning.kind, WarningKind::CutByExpand { list: "members".to_owned() });
    assert!(warning.to_string().contains("after 20"), "{warning}");

    let names_only = text.replace("\"members\"", "\"other\"");
    assert!(user(&names_only, ADA).role_lists.is_empty());
    let shell = text.replace("\"members\"", "\"Members\"");
    assert!(user(&shell, ADA).role_lists.is_empty(), "an empty list of a cmdlet proves nothing");
}

#[test]
fn users_come_with_their_groups_and_roles() {
    let of = |list: &str, groups: usize| {
        let group = format!(r##"{{"@odata.type": "#microsoft.graph.group", "id": "{STAFF}"}}"##);
        let role = r##"{"@odata.type": "#microsoft.graph.directoryRole", "displayName": "Reports Reader", "roleTemplateId": "00000000-0000-4000-8000-000000007003"}"##;
        let unit = r##"{"@odata.type": "#microsoft.graph.administrativeUnit", "id": "3"}"##;
        let all = [vec![group; groups], vec![role.to_owned(), unit.to_owned()]].concat().join(",");
        format!(
            r#"{{"value": [{{"id": "{ADA}", "userPrincipalName": "ada@example.com", "{list}": [{all}]}}]}}"#
        )
    };
    let ada = user(&of("transitiveMemberOf", 1), ADA);
    assert_eq!((names(&ada), ada.groups[0].value.as_str()), (vec!["Reports Reader"], STAFF));
    assert!(ada.group_lists[0].is_transitive && ada.role_lists.is_empty());
    assert!(!user(&of("memberOf", 1), ADA).group_lists[0].is_transitive);
    let many = exports(&[&of("memberOf", 18)]);
    assert!(many.of(&[ADA]).group_lists.is_empty());
    assert_eq!(many.warnings().len(), 1);
    let plain = format!(
        r#"{{"value": [{{"id": "{ADA}", "userPrincipalName": "ada@example.com", "MemberOf": []}}]}}"#
    );
    let ada = user(&plain, "ada@example.com");
    assert!(!ada.is_unknown() && ada.groups.is_empty() && ada.group_lists.is_empty());
}

#[test]
fn groups_belong_to_whom_the_context_names() {
    let text = |context: &str| {
        format!(
            r##"{{"@odata.context": "{context}", "value": [
                {{"@odata.type": "#microsoft.graph.group", "id": "{STAFF}"}},
                {{"@odata.type": "#microsoft.graph.directoryRole", "displayName": "Reports Reader"}}]}}"##
        )
    };
    let ada = user(&text(&format!("#users('{ADA}')/transitiveMemberOf")), ADA);
    assert_eq!((ada.groups.len(), ada.roles.len()), (1, 1));
    assert!(ada.group_lists[0].is_transitive);
    let error =
        user_error(text("https://graph.microsoft.com/v1.0/$metadata#directoryObjects").as_bytes());
    assert_eq!(error.kind(), ErrorKind::MissingField);
    assert!(error.to_string().contains("$expand=transitiveMemberOf"), "{error}");
    let members = r##"{"@odata.context": "..$metadata#directoryObjects", "value": [
        {"@odata.type": "#microsoft.graph.user", "userPrincipalName": "ada@example.com"}]}"##;
    assert!(user_error(members.as_bytes()).to_string().contains("/directoryRoles?$expand=members"));
    let empty = format!(r##"{{"@odata.context": "#users('{ADA}')/memberOf", "value": []}}"##);
    assert_eq!(user(&empty, ADA).group_lists.len(), 1);
}

#[test]
fn an_id_wins_over_a_name() {
    let list = |id: &str| format!(r#"[{{"id": "{id}", "userPrincipalName": "ada@example.com"}}]"#);
    let csv = "upn,role\nada@example.com,Global Administrator\n";
    let held = assignments(&[assignment(ADA, "User Administrator", "")]);

    let tied = exports(&[&list(ADA), csv, &held]);
    for asked in [&["ada@example.com"][..], &[ADA], &[ADA, "ada@example.com"]] {
        let ada = tied.of(asked);
        assert_eq!(names(&ada), ["Global Administrator", "User Administrator"], "{asked:?}");
        assert!(ada.rivals.is_empty());
    }
    // The name is somebody else's, as far as the exports go.
    let ben = tied.of(&[BEN, "ada@example.com"]);
    assert!(names(&ben).is_empty() && ben.rivals == [ADA]);

    let contested = exports(&[&list(ADA), &list(BEN), csv, &held]);
    let nobody = contested.of(&["ada@example.com"]);
    assert!(nobody.is_unknown() && nobody.rivals == [ADA, BEN]);
    assert_eq!(names(&contested.of(&[ADA])), ["User Administrator"]);
    assert_eq!(names(&exports(&[csv]).of(&[BEN, "ADA@example.com"])), ["Global Administrator"]);
}

#[test]
fn a_failed_answer_of_a_batch_leaves_the_others() {
    let text = format!(
        r##"{{"responses": [
            {{"id": "1", "status": 404, "body": {{"error": {{"code": "Request_ResourceNotFound", "message": ""}}}}}},
            {{"id": "2", "status": 200, "body": {{"@odata.context": "#users('{ADA}')/authentication/methods", "value": []}}}}]}}"##
    );
    let users = exports(&[&text]);
    assert_eq!(users.of(&[ADA]).methods.len(), 1);
    assert_eq!(
        users.warnings()[0].kind,
        WarningKind::FailedAnswer { code: "Request_ResourceNotFound".to_owned() }
    );
    assert_eq!(user_error(br#"{"responses": [{"id": "1"}]}"#).kind(), ErrorKind::Json);
}

#[test]
fn what_is_no_export_of_users_is_named_and_adds_nothing() {
    let cases = [
        (
            r#"{"authenticationMethodConfigurations": []}"#,
            ErrorKind::UnsupportedFormat,
            "as a policy",
        ),
        (r#"{"value": [{"loggedByService": "Core Directory"}]}"#, ErrorKind::WrongLog, "audit log"),
        (r#"{"records": []}"#, ErrorKind::WrongLog, "audit log"),
        (r#"{"tables": []}"#, ErrorKind::WrongLog, "audit log"),
        (
            r#"[{"Workload": "AzureActiveDirectory", "UserPrincipalName": "a"}]"#,
            ErrorKind::WrongLog,
            "Unified",
        ),
        (
            r#"[{"clientAppUsed": "Browser", "userPrincipalName": "a"}]"#,
            ErrorKind::WrongLog,
            "sign-in log",
        ),
        (r#"{"error": {"code": "Forbidden"}}"#, ErrorKind::UnsupportedFormat, "Forbidden"),
        (r#"{"value": []}"#, ErrorKind::Empty, "without entries"),
        (r#"{"value": [{"userPrincipalName": "ada@example.com""#, ErrorKind::Json, "breaks off"),
        (r#"{"name": "Ada"}"#, ErrorKind::UnsupportedFormat, "@odata.context"),
        (
            r#"{"isAdmin": "maybe", "userPrincipalName": "ada@example.com"}"#,
            ErrorKind::Json,
            "isAdmin",
        ),
        (
            r#"{"isAdmin": true, "lastUpdatedDateTime": "soon", "id": "x", "userPrincipalName": "a"}"#,
            ErrorKind::Time,
            "soon",
        ),
        (r#"{"isAdmin": true}"#, ErrorKind::MissingField, "whose"),
        (
            r#"{"principalId": null, "roleDefinitionId": "1"}"#,
            ErrorKind::MissingField,
            "principalId",
        ),
    ];
    for (text, kind, words) in cases {
        let error = user_error(text.as_bytes());
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(error.what_was_expected().is_some(), "{error}");
    }
    let empty = user(r#"{"@odata.context": "..#users", "value": []}"#, ADA);
    assert!(empty.is_unknown());
    assert_eq!(UserExports::new().add_path("no/such.csv").unwrap_err().kind(), ErrorKind::Io);
}
