//! Who is affected, who is eligible, what is deleted in which order, in every form of export; and what a log confirms.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use regaudit::model::parse_timestamp;
use regaudit::rollback::{
    Affected, CoveredLog, IdList, MatchedBy, Plan, PlannedUser, Planner, Resource, Span, Verifier,
    batches, write_powershell,
};
use regaudit::state::UserExports;
use regaudit::{Attempts, ErrorKind, classify, read_slice};
use serde_json::{Value, json};

use Resource::{
    AlternateMobilePhone, Email, Fido2, MicrosoftAuthenticator, MobilePhone, OfficePhone,
    SoftwareOath,
};

const ADA: &str = "00000000-0000-4000-8000-000000001001";
const BEN: &str = "00000000-0000-4000-8000-000000001002";

fn now() -> DateTime<Utc> {
    parse_timestamp("2026-05-12T09:00:00Z").unwrap()
}

fn exports(texts: &[String]) -> UserExports {
    let mut users = UserExports::new();
    for (number, text) in (1..).zip(texts) {
        users.add_slice(&format!("export {number}"), text.as_bytes()).unwrap();
    }
    users
}

fn ids(text: &str) -> IdList {
    IdList::read("ids.txt", text.as_bytes()).unwrap()
}

/// Ada's line of a plan made of these exports.
fn planned(texts: &[String]) -> PlannedUser {
    let state = exports(texts);
    let mut plan = Planner::new(&state, now()).plan(&ids(ADA));
    plan.users.remove(0)
}

fn codes(user: &PlannedUser) -> Vec<&str> {
    user.reasons.iter().map(|reason| reason.code.as_ref()).collect()
}

fn resources(user: &PlannedUser) -> Vec<Resource> {
    user.deletions.iter().map(|deletion| deletion.resource).collect()
}

// What a user has, and how each form of export writes it.

/// What a user can have. A hardware token is a strong method that no rollback deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Has {
    Graph(Resource),
    HardwareToken,
}

const ALL: [Has; 8] = [
    Has::Graph(MicrosoftAuthenticator),
    Has::Graph(SoftwareOath),
    Has::Graph(OfficePhone),
    Has::Graph(AlternateMobilePhone),
    Has::Graph(MobilePhone),
    Has::Graph(Email),
    Has::Graph(Fido2),
    Has::HardwareToken,
];

/// The methods that a user can choose as default.
const DEFAULTS: [Resource; 5] =
    [MicrosoftAuthenticator, SoftwareOath, OfficePhone, AlternateMobilePhone, MobilePhone];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The lists of Graph, with ids.
    Graph,
    ReportJson,
    ReportCsv,
    MsonlineJson,
    MsonlineCsv,
}

const FORMS: [Form; 5] =
    [Form::Graph, Form::ReportJson, Form::ReportCsv, Form::MsonlineJson, Form::MsonlineCsv];

fn is_msonline(form: Form) -> bool {
    matches!(form, Form::MsonlineJson | Form::MsonlineCsv)
}

fn id_of(resource: Resource) -> String {
    let own = || format!("00000000-0000-4000-8000-00000009{:04}", resource as u32);
    resource.fixed_id().map_or_else(own, str::to_owned)
}

fn graph(has: Has) -> Value {
    let (stem, phone) = match has {
        Has::HardwareToken => ("hardwareOath", None),
        Has::Graph(MicrosoftAuthenticator) => ("microsoftAuthenticator", None),
        Has::Graph(SoftwareOath) => ("softwareOath", None),
        Has::Graph(Email) => ("email", None),
        Has::Graph(Fido2) => ("fido2", None),
        Has::Graph(OfficePhone) => ("phone", Some("office")),
        Has::Graph(AlternateMobilePhone) => ("phone", Some("alternateMobile")),
        Has::Graph(_) => ("phone", Some("mobile")),
    };
    let id = match has {
        Has::Graph(resource) => id_of(resource),
        Has::HardwareToken => "00000000-0000-4000-8000-000000099999".to_owned(),
    };
    let mut entry =
        json!({"@odata.type": format!("#microsoft.graph.{stem}AuthenticationMethod"), "id": id});
    if let Some(phone) = phone {
        entry["phoneType"] = json!(phone);
    }
    entry
}

fn reported(has: Has) -> &'static str {
    match has {
        Has::HardwareToken => "hardwareOneTimePasscode",
        Has::Graph(MicrosoftAuthenticator) => "microsoftAuthenticatorPush",
        Has::Graph(SoftwareOath) => "softwareOneTimePasscode",
        Has::Graph(Email) => "email",
        Has::Graph(Fido2) => "passKeyDeviceBound",
        Has::Graph(OfficePhone) => "officePhone",
        Has::Graph(AlternateMobilePhone) => "alternateMobilePhone",
        Has::Graph(_) => "mobilePhone",
    }
}

/// What MSOnline called it; a mobile phone has two names. It knew no email and no keys.
fn method_types(has: Has) -> &'static [&'static str] {
    match has {
        Has::HardwareToken | Has::Graph(SoftwareOath) => &["PhoneAppOTP"],
        Has::Graph(MicrosoftAuthenticator) => &["PhoneAppNotification"],
        Has::Graph(OfficePhone) => &["TwoWayVoiceOffice"],
        Has::Graph(AlternateMobilePhone) => &["TwoWayVoiceAlternateMobile"],
        Has::Graph(MobilePhone) => &["OneWaySMS", "TwoWayVoiceMobile"],
        Has::Graph(_) => &[],
    }
}

fn preferred(resource: Resource) -> &'static str {
    match resource {
        MicrosoftAuthenticator => "push",
        SoftwareOath => "oath",
        OfficePhone => "voiceOffice",
        AlternateMobilePhone => "voiceAlternateMobile",
        _ => "sms",
    }
}

fn context(what: &str) -> String {
    format!("https://graph.microsoft.com/beta/$metadata#users('{ADA}')/authentication/{what}")
}

/// The exports that say all this of Ada.
fn written(form: Form, has: &[Has], state: Option<&str>, default: Option<Resource>) -> Vec<String> {
    let requirement = |texts: &mut Vec<String>| {
        if let Some(state) = state {
            let answer = json!({"@odata.context": context("requirements/$entity"), "perUserMfaState": state});
            texts.push(answer.to_string());
        }
    };
    let names: Vec<&str> = has.iter().map(|has| reported(*has)).collect();
    let types: BTreeSet<&str> = has.iter().flat_map(|has| method_types(*has)).copied().collect();
    let mut texts = Vec::new();
    match form {
        Form::Graph => {
            let mut value = vec![json!({
                "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
                "id": "00000000-0000-4000-8000-000000090000",
            })];
            value.extend(has.iter().map(|has| graph(*has)));
            texts.push(json!({"@odata.context": context("methods"), "value": value}).to_string());
            if let Some(default) = default {
                texts.push(
                    json!({
                        "@odata.context": context("signInPreferences"),
                        "userPreferredMethodForSecondaryAuthentication": preferred(default),
                    })
                    .to_string(),
                );
            }
            requirement(&mut texts);
        }
        Form::ReportJson => {
            let mut row = json!({
                "id": ADA, "userPrincipalName": "ada@example.com", "isAdmin": false,
                "methodsRegistered": names, "lastUpdatedDateTime": "2026-05-11T09:00:00Z",
            });
            if let Some(default) = default {
                row["userPreferredMethodForSecondaryAuthentication"] = json!(preferred(default));
            }
            texts.push(json!({"value": [row]}).to_string());
            requirement(&mut texts);
        }
        Form::ReportCsv => {
            let default = default.map_or("", preferred);
            let is_registered = has.iter().any(|has| *has != Has::Graph(Email));
            texts.push(format!(
                "id,userPrincipalName,isAdmin,isMfaRegistered,methodsRegistered,userPreferredMethodForSecondaryAuthentication\r\n\
                 {ADA},ada@example.com,False,{is_registered},{},{default}\r\n",
                names.join(";")
            ));
            requirement(&mut texts);
        }
        Form::MsonlineJson => {
            let default = default.map(|default| method_types(Has::Graph(default))[0]);
            let method = |name: &&str| json!({"ExtensionData": {}, "IsDefault": Some(*name) == default, "MethodType": name});
            let mut user = json!({
                "ObjectId": ADA, "UserPrincipalName": "ada@example.com",
                "StrongAuthenticationMethods": types.iter().map(method).collect::<Vec<_>>(),
            });
            if let Some(state) = state {
                let entry = json!({
                    "ExtensionData": {}, "RelyingParty": "*",
                    "RememberDevicesNotIssuedBefore": "/Date(1773043200123)/", "State": state,
                });
                let entries = if state == "disabled" { vec![] } else { vec![entry] };
                user["StrongAuthenticationRequirements"] = json!(entries);
            }
            texts.push(json!([user]).to_string());
        }
        Form::MsonlineCsv => {
            let types: Vec<&str> = types.into_iter().collect();
            let default = default.map_or("", |default| method_types(Has::Graph(default))[0]);
            let (column, cell) = match state {
                None => ("", String::new()),
                Some("disabled") => (",StrongAuthenticationRequirements", ",".to_owned()),
                Some(state) => (",StrongAuthenticationRequirements", format!(",{state}")),
            };
            texts.push(format!(
                "UserPrincipalName,ObjectId,StrongAuthenticationMethods,DefaultMfaMethod{column}\n\
                 ada@example.com,{ADA},\"{}\",{default}{cell}\n",
                types.join(",")
            ));
        }
    }
    texts
}

/// What the rule of the document says, written down a second time.
fn rule(has: &[Has], state: Option<&str>) -> Option<bool> {
    let is_strong = |has: &Has| !matches!(has, Has::Graph(Email | Fido2));
    let count = has.iter().filter(|has| is_strong(has)).count();
    match state {
        _ if count == 0 => Some(false),
        Some("disabled") => Some(true),
        Some(_) => Some(false),
        None => None,
    }
}

#[test]
fn eligibility_and_order_hold_in_every_combination_and_every_form() {
    let mut cases = 0;
    for set in 0_u32..1 << ALL.len() {
        let has: Vec<Has> =
            (0..).zip(ALL).filter(|(bit, _)| set >> bit & 1 == 1).map(|(_, has)| has).collect();
        let defaults = DEFAULTS.into_iter().filter(|default| has.contains(&Has::Graph(*default)));
        let defaults: Vec<Option<Resource>> = defaults.map(Some).chain([None]).collect();
        for state in [Some("disabled"), Some("enabled"), Some("enforced"), None] {
            for default in &defaults {
                for form in FORMS {
                    check(form, &has, state, *default);
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 17_920);
}

fn check(form: Form, has: &[Has], state: Option<&str>, default: Option<Resource>) {
    let user = planned(&written(form, has, state, default));
    let case = format!("{form:?}, {has:?}, {state:?}, default {default:?}: {user:?}");
    assert_eq!(user.eligible, rule(has, state), "{case}");
    assert_eq!(user.matched_by, MatchedBy::ObjectId, "{case}");
    assert!(user.excluded.is_empty(), "{case}");
    if user.eligible != Some(true) {
        assert!(user.deletions.is_empty(), "{case}");
        return;
    }
    // Everything that is covered, each once. MSOnline calls the codes of a token those of an app.
    let has_token = has.contains(&Has::HardwareToken);
    let mut expected: BTreeSet<Resource> =
        DEFAULTS.into_iter().filter(|one| has.contains(&Has::Graph(*one))).collect();
    if is_msonline(form) && has_token {
        expected.insert(SoftwareOath);
    }
    let order = resources(&user);
    assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), expected, "{case}");
    assert_eq!(order.len(), expected.len(), "{case}");
    assert_eq!(codes(&user).contains(&"nothing_covered"), expected.is_empty(), "{case}");
    // Alternate before mobile, always.
    let place = |wanted| order.iter().position(|one| *one == wanted);
    if let (Some(alternate), Some(mobile)) = (place(AlternateMobilePhone), place(MobilePhone)) {
        assert!(alternate < mobile, "{case}");
    }
    // What may be the default is last, but for the mobile phone behind the alternate one.
    let may_be_default: Vec<usize> =
        (0..order.len()).filter(|place| user.deletions[*place].is_default != Some(false)).collect();
    if let Some(default) = default {
        let mut found: BTreeSet<Resource> =
            may_be_default.iter().map(|place| order[*place]).collect();
        assert!(found.remove(&default), "{case}");
        // Codes may be those of Microsoft Authenticator.
        if default == SoftwareOath {
            found.remove(&MicrosoftAuthenticator);
        }
        assert!(found.is_empty(), "{case}");
        let behind: Vec<Resource> = order
            .iter()
            .copied()
            .skip(may_be_default[0])
            .filter(|one| *one != default && *one != MicrosoftAuthenticator)
            .collect();
        let allowed: &[Resource] =
            if default == AlternateMobilePhone && has.contains(&Has::Graph(MobilePhone)) {
                &[MobilePhone]
            } else {
                &[]
            };
        assert_eq!(behind, allowed, "{case}");
    } else {
        assert_eq!(may_be_default.len(), order.len(), "nothing is known of the default: {case}");
    }
    for deletion in &user.deletions {
        let notes: Vec<&str> = deletion.notes.iter().map(|note| note.code.as_ref()).collect();
        let is_default_phone = deletion.resource.is_phone() && default == Some(deletion.resource);
        assert_eq!(notes.contains(&"default_phone"), is_default_phone, "{case}");
        assert_eq!(
            notes.contains(&"default_unknown"),
            deletion.resource.is_phone() && default.is_none(),
            "{case}"
        );
        let expected_id = (form == Form::Graph).then(|| id_of(deletion.resource));
        assert_eq!(deletion.id, expected_id, "{case}");
        assert_eq!(notes.contains(&"resolved_at_apply"), form != Form::Graph, "{case}");
    }
}

#[test]
fn the_cases_of_the_document() {
    let with = |methods: &[&str], requirements: Value| {
        let method = |name: &&str| json!({"IsDefault": false, "MethodType": name});
        let user = json!({
            "ObjectId": ADA, "UserPrincipalName": "ada@example.com",
            "StrongAuthenticationMethods": methods.iter().map(method).collect::<Vec<_>>(),
            "StrongAuthenticationRequirements": requirements,
        });
        planned(&[user.to_string()])
    };
    let party = |name: &str| json!({"RelyingParty": name, "State": "Enforced"});
    let cases = [
        ("methods and no requirement", with(&["OneWaySMS"], json!([])), true, "no_requirement"),
        (
            "methods, enabled for per-user MFA",
            with(&["OneWaySMS"], json!([party("*")])),
            false,
            "requirement",
        ),
        ("no methods", with(&[], json!([])), false, "no_strong_methods"),
        (
            "no methods, enabled for per-user MFA",
            with(&[], json!([party("*")])),
            false,
            "requirement",
        ),
        (
            "a requirement of another relying party",
            with(&["PhoneAppOTP"], json!([party("urn:x")])),
            true,
            "no_requirement",
        ),
        (
            "one of several is *",
            with(&["PhoneAppOTP"], json!([party("urn:x"), party("*")])),
            false,
            "requirement",
        ),
        ("an entry without the list", with(&["PhoneAppOTP"], party("*")), false, "requirement"),
    ];
    for (case, user, eligible, code) in cases {
        assert_eq!(user.eligible, Some(eligible), "{case}: {user:?}");
        assert!(codes(&user).contains(&code), "{case}: {user:?}");
    }
    // The entry decides, whatever its state.
    let off = json!([{"RelyingParty": "*", "State": "Disabled"}]);
    assert_eq!(with(&["OneWaySMS"], off).eligible, Some(false));
}

#[test]
fn the_order_by_example() {
    let order = |has: &[Resource], default| {
        let has: Vec<Has> = has.iter().map(|resource| Has::Graph(*resource)).collect();
        resources(&planned(&written(Form::Graph, &has, Some("disabled"), default)))
    };
    let all =
        [MicrosoftAuthenticator, SoftwareOath, OfficePhone, AlternateMobilePhone, MobilePhone];
    let cases = [
        (
            Some(MobilePhone),
            [MicrosoftAuthenticator, SoftwareOath, OfficePhone, AlternateMobilePhone, MobilePhone],
        ),
        (
            Some(OfficePhone),
            [MicrosoftAuthenticator, SoftwareOath, AlternateMobilePhone, MobilePhone, OfficePhone],
        ),
        (
            Some(AlternateMobilePhone),
            [MicrosoftAuthenticator, SoftwareOath, OfficePhone, AlternateMobilePhone, MobilePhone],
        ),
        (
            Some(MicrosoftAuthenticator),
            [SoftwareOath, OfficePhone, AlternateMobilePhone, MobilePhone, MicrosoftAuthenticator],
        ),
        // Codes: those of the app, or of Microsoft Authenticator.
        (
            Some(SoftwareOath),
            [OfficePhone, AlternateMobilePhone, MobilePhone, MicrosoftAuthenticator, SoftwareOath],
        ),
        (
            None,
            [MicrosoftAuthenticator, SoftwareOath, OfficePhone, AlternateMobilePhone, MobilePhone],
        ),
    ];
    for (default, expected) in cases {
        assert_eq!(order(&all, default), expected, "{default:?}");
    }
}

#[test]
fn other_sorts_are_deleted_when_asked_for_and_an_alternate_phone_that_stays_is_said() {
    let has = [Email, Fido2, AlternateMobilePhone, MobilePhone].map(Has::Graph);
    let state = exports(&written(Form::Graph, &has, Some("disabled"), None));
    let plan = |covers: &[Resource]| {
        let planner = Planner::new(&state, now()).covers(covers.iter().copied());
        planner.plan(&ids(ADA)).users.remove(0)
    };
    assert_eq!(
        resources(&plan(&[Email, MobilePhone, AlternateMobilePhone])),
        [Email, AlternateMobilePhone, MobilePhone]
    );
    let mobile = plan(&[MobilePhone]);
    let notes: Vec<&str> =
        mobile.deletions[0].notes.iter().map(|note| note.code.as_ref()).collect();
    assert_eq!(notes, ["default_unknown", "alternate_stays"]);
    assert_eq!(codes(&plan(&[OfficePhone])).last(), Some(&"nothing_covered"));
}

// How users are found, and who is left out.

const TWO: &str = "userPrincipalName,StrongAuthenticationMethods,StrongAuthenticationRequirements\n\
                   ada@example.com,OneWaySMS,\nben@example.com,PhoneAppOTP,\n";

#[test]
fn who_no_export_covers_is_unknown() {
    let state = exports(&[TWO.to_owned()]);
    let plan = Planner::new(&state, now())
        .plan(&ids(&format!("{ADA}\nzoe@example.com\nAda@example.com\n")));
    let [by_id, nobody, ada] = plan.users.as_slice() else { panic!("{plan:?}") };
    for user in [by_id, nobody] {
        assert_eq!((user.eligible, user.matched_by), (None, MatchedBy::None));
        assert_eq!(codes(user), ["no_state"]);
        assert!(user.deletions.is_empty());
    }
    assert_eq!((ada.eligible, ada.matched_by), (Some(true), MatchedBy::Upn));
    assert_eq!(codes(ada).last(), Some(&"matched_by_upn"));
    assert!(ada.reasons.last().unwrap().text.contains("export 1: record 1, line 2"), "{ada:?}");
}

#[test]
fn an_id_and_a_name_are_one_user_where_an_export_or_the_list_ties_them() {
    let tie = format!("id,userPrincipalName,isAdmin\n{ADA},ada@example.com,false\n");
    let state = exports(&[TWO.to_owned(), tie]);
    let plan = Planner::new(&state, now()).plan(&ids(&format!("{ADA}\nada@example.com\n")));
    assert_eq!((plan.users.len(), plan.counts.duplicates), (1, 1));
    assert_eq!((plan.users[0].eligible, plan.users[0].matched_by), (Some(true), MatchedBy::Upn));
    // A list that has both, as `affected` writes it.
    let state = exports(&[TWO.to_owned()]);
    let list = ids(&format!("user_id,user_upn,methods\n{BEN},ben@example.com,software_oath\n"));
    let ben = Planner::new(&state, now()).plan(&list).users.remove(0);
    assert_eq!((ben.id.as_deref(), ben.eligible), (Some(BEN), Some(true)));
}

#[test]
fn a_name_of_two_users_is_nobodys() {
    let tie = format!(
        "id,userPrincipalName,isAdmin\n{ADA},ada@example.com,false\n{BEN},ada@example.com,false\n"
    );
    let state = exports(&[TWO.to_owned(), tie]);
    let plan = Planner::new(&state, now()).plan(&ids(&format!("ada@example.com\n{ADA}\n")));
    assert_eq!(plan.users[0].eligible, None);
    assert_eq!(codes(&plan.users[0]), ["ambiguous_name"]);
    assert_eq!(plan.users[1].eligible, None, "what is stated of the name alone could be Ben's");
}

#[test]
fn exports_that_contradict_each_other_decide_nothing() {
    let methods = |has: &[Has]| written(Form::Graph, has, None, None).remove(0);
    let requirement = |state| written(Form::ReportJson, &[], Some(state), None).remove(1);
    let phone = methods(&[Has::Graph(MobilePhone)]);
    let user = planned(&[phone.clone(), requirement("disabled"), requirement("enforced")]);
    assert_eq!(user.eligible, None, "{user:?}");
    assert!(codes(&user).contains(&"contradiction"));
    let user = planned(&[phone.clone(), methods(&[]), requirement("disabled")]);
    assert_eq!(user.eligible, None, "{user:?}");
    // The same twice is no contradiction, and the report lags behind the list.
    let report = written(Form::ReportJson, &[], None, None).remove(0);
    let user = planned(&[phone.clone(), phone, report, requirement("disabled")]);
    assert_eq!(user.eligible, Some(true), "{user:?}");
    // A state that has no name here is not known to be off.
    let user = planned(&[methods(&[Has::Graph(MobilePhone)]), requirement("unknownFutureValue")]);
    assert_eq!(user.eligible, None, "{user:?}");
}

#[test]
fn a_list_of_methods_that_goes_on_elsewhere_is_not_known() {
    let mut page: Value = serde_json::from_str(&written(Form::Graph, &[], None, None)[0]).unwrap();
    page["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/next");
    let user = planned(&[
        page.to_string(),
        written(Form::ReportJson, &[], Some("disabled"), None).remove(1),
    ]);
    assert_eq!(user.eligible, None, "{user:?}");
}

#[test]
fn what_hangs_below_users_is_read_and_what_lies_too_deep_is_refused() {
    let user = json!([{
        "id": ADA, "userPrincipalName": "ada@example.com",
        "authentication": {
            "methods": [graph(Has::Graph(MobilePhone))],
            "requirements": {"perUserMfaState": "disabled"},
            "signInPreferences": {"userPreferredMethodForSecondaryAuthentication": "sms"},
        },
    }]);
    let user = planned(&[user.to_string()]);
    assert_eq!((user.eligible, user.deletions[0].is_default), (Some(true), Some(true)), "{user:?}");
    for cut in [
        json!(["Microsoft.Online.Administration.StrongAuthenticationMethod"]),
        json!(
            "System.Collections.Generic.List`1[Microsoft.Online.Administration.StrongAuthenticationMethod]"
        ),
        json!([{"IsDefault": true}]),
        json!([3]),
    ] {
        let user = json!({"ObjectId": ADA, "StrongAuthenticationMethods": cut});
        let error =
            UserExports::new().add_slice("users.json", user.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Json, "{error}");
    }
    let cell = "ObjectId,StrongAuthenticationMethods\n00000000-0000-4000-8000-000000001001,\
                System.Collections.Generic.List`1[Microsoft.Online.Administration.StrongAuthenticationMethod]\n";
    let error = UserExports::new().add_slice("users.csv", cell.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Csv, "{error}");
}

#[test]
fn guards_stand_apart_from_eligibility() {
    let admins = "userPrincipalName,role\nada@example.com,Reports Reader\n".to_owned();
    let state = exports(&[TWO.to_owned(), admins]);
    let list = ids("ada@example.com\nben@example.com\n");
    let excluded = |planner: &Planner<'_>| {
        let plan = planner.plan(&list);
        assert!(plan.users.iter().all(|user| user.eligible == Some(true)));
        assert!(
            plan.users.iter().all(|user| user.excluded.is_empty() != user.deletions.is_empty())
        );
        let codes = |user: &PlannedUser| {
            user.excluded.iter().map(|one| one.code.to_string()).collect::<Vec<_>>()
        };
        plan.users.iter().map(codes).collect::<Vec<_>>()
    };
    let planner = Planner::new(&state, now());
    assert_eq!(excluded(&planner), [vec!["administrator"], vec![]]);
    assert_eq!(excluded(&planner.clone().include("ADA@example.com")), [vec![], Vec::<&str>::new()]);
    let guarded = planner.clone().protect("ben@example.com").protect("ada@example.com");
    assert_eq!(excluded(&guarded), [vec!["administrator", "protected"], vec!["protected"]]);
    assert_eq!(
        excluded(&guarded.include("ben@example.com")),
        [vec!["administrator", "protected"], vec![]]
    );
    let limited = planner.include("ada@example.com").limit(1);
    assert_eq!(excluded(&limited), [vec![], vec!["limit"]]);
}

#[test]
fn lists_are_read_as_they_come_and_what_is_no_user_is_an_error_with_its_line() {
    let utf16: Vec<u8> = std::iter::once(0xFEFF_u16)
        .chain(format!("{ADA}\r\n{BEN}\r\n").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(IdList::read("ids.txt", &utf16).unwrap().users.len(), 2);
    let list = ids(&format!("# affected\n\n{}\n{ADA}\nben@example.com\n", ADA.to_uppercase()));
    assert_eq!((list.users.len(), list.duplicates), (2, 1));
    let error = IdList::read("ids.txt", format!("{ADA}\nAda Lovelace\n").as_bytes()).unwrap_err();
    assert_eq!(error.origin().unwrap().line, Some(2));
    assert!(!error.masked().to_string().contains("Lovelace"));
    for nothing in ["", "# nobody\n", "user_id,user_upn\n", "{\"users\": []}"] {
        assert_eq!(
            IdList::read("ids.txt", nothing.as_bytes()).unwrap_err().kind(),
            ErrorKind::Empty,
            "{nothing}"
        );
    }
    assert!(IdList::read("ids.csv", b"user_id,user_upn\n,\n").is_err());
    // Comments are no header, and lines are counted as an editor does.
    let commented = format!("# object id, sorted by upn\n{ADA}\n# upn\n");
    assert_eq!(ids(&commented).users.len(), 1);
    let typed = format!("#TYPE Selected.User\r\nObjectId;Name\r\n{ADA};Ada\r\n");
    assert_eq!(ids(&typed).users.len(), 1);
    let rows = format!("user_id,user_upn\r\n{ADA},\r\n{BEN},\r\nnobody,\r\n");
    let error = IdList::read("ids.csv", rows.as_bytes()).unwrap_err();
    assert_eq!(error.origin().unwrap().line, Some(4), "{error}");
}

// The plan as a file.

fn plan_of_two() -> Plan {
    let state = exports(&[TWO.to_owned()]);
    Planner::new(&state, now()).plan(&ids("ada@example.com\nben@example.com\n"))
}

#[test]
fn a_plan_that_was_changed_or_has_expired_is_refused() {
    let plan = plan_of_two();
    let text = serde_json::to_string_pretty(&plan).unwrap();
    assert_eq!(Plan::read("plan.json", text.as_bytes()).unwrap(), plan);
    // Its layout is nobody's business.
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(Plan::read("plan.json", value.to_string().as_bytes()).unwrap(), plan);
    let changes = [
        ("\"eligible\": true", "\"eligible\": false"),
        ("software_oath", "microsoft_authenticator"),
        ("ben@example.com", "bob@example.com"),
        ("2026-05-19", "2027-05-19"),
        ("sha256:", "sha256:0"),
        ("\"version\": 1", "\"version\": 2"),
    ];
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        let error = Plan::read("plan.json", text.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plan, "{error}");
        assert_eq!(&*error.origin().unwrap().source, "plan.json");
    }
    // What is added would not be done, and is not passed over.
    let added = text.replacen("\"eligible\"", "\"note\": \"ok\", \"eligible\"", 1);
    assert_eq!(Plan::read("plan.json", added.as_bytes()).unwrap_err().kind(), ErrorKind::Plan);
    assert!(plan.check_age(now()).is_ok());
    assert!(plan.check_age(now() + TimeDelta::days(7)).is_err());
    assert!(plan.check_age(now() - TimeDelta::hours(1)).is_err());
}

#[test]
fn every_value_of_a_plan_is_under_its_seal() {
    let plan = serde_json::to_value(plan_of_two()).unwrap();
    let mut places = Vec::new();
    leaves(&plan, &mut String::new(), &mut places);
    assert!(places.len() > 60, "{}", places.len());
    for place in places {
        let mut changed = plan.clone();
        let value = changed.pointer_mut(&place).unwrap();
        *value = match value.take() {
            Value::Bool(value) => json!(!value),
            Value::Number(number) => json!(number.as_u64().unwrap() + 1),
            Value::String(text) => json!(format!("{text}x")),
            Value::Null => json!("x"),
            _ => json!([{}]),
        };
        let read = Plan::read("plan.json", changed.to_string().as_bytes());
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Plan, "{place}");
    }
}

/// The places of values that hold no others.
fn leaves(value: &Value, place: &mut String, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(keys) => keys.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(values) => {
            values.iter().enumerate().map(|(number, value)| (number.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    if children.is_empty() {
        found.push(place.clone());
    }
    for (key, child) in children {
        let length = place.len();
        place.push('/');
        place.push_str(&key);
        leaves(child, place, found);
        place.truncate(length);
    }
}

// The forms of a plan.

#[test]
fn batches_hold_twenty_requests_and_each_chain_alone() {
    let user = |number: u32| format!("00000000-0000-4000-8000-0000000{number:05}");
    let mut texts = Vec::new();
    let mut list = String::new();
    for number in 1..=50 {
        let has: &[Has] = match number {
            1 => &[
                Has::Graph(AlternateMobilePhone),
                Has::Graph(MobilePhone),
                Has::Graph(SoftwareOath),
            ],
            _ => &[Has::Graph(SoftwareOath)],
        };
        let graph = written(Form::Graph, has, Some("disabled"), None);
        texts.extend(graph.into_iter().map(|text| text.replace(ADA, &user(number))));
        list.push_str(&user(number));
        list.push('\n');
    }
    let state = exports(&texts);
    let plan = Planner::new(&state, now()).plan(&ids(&list));
    let batches = batches(&plan);
    assert!(batches.left_out.is_empty());
    let sizes: Vec<usize> = batches.bodies.iter().map(|body| body.requests.len()).collect();
    assert_eq!(sizes, [3, 20, 20, 9]);
    let chain = serde_json::to_value(&batches.bodies[0]).unwrap();
    let phone = |id: &str| format!("/users/{}/authentication/phoneMethods/{id}", user(1));
    assert_eq!(chain["requests"][1]["url"], phone(AlternateMobilePhone.fixed_id().unwrap()));
    assert_eq!(
        chain["requests"][2],
        json!({"id": "3", "method": "DELETE", "url": phone(MobilePhone.fixed_id().unwrap()), "dependsOn": ["2"]})
    );
    assert_eq!(chain["requests"][0].get("dependsOn"), None);
    assert!(
        batches.bodies[1..]
            .iter()
            .flat_map(|body| &body.requests)
            .all(|one| one.depends_on.is_empty())
    );
    let ids: BTreeSet<&str> =
        batches.bodies.iter().flat_map(|body| &body.requests).map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), 52);
}

#[test]
fn a_user_with_many_methods_goes_on_in_the_next_batch() {
    let method = |number: u32| json!({"@odata.type": "#microsoft.graph.fido2AuthenticationMethod", "id": format!("key/{number}?")});
    let mut value: Vec<Value> = (0..25).map(method).collect();
    value.push(graph(Has::Graph(MobilePhone)));
    let page = json!({"@odata.context": context("methods"), "value": value}).to_string();
    let state = exports(&[page, written(Form::ReportJson, &[], Some("disabled"), None).remove(1)]);
    let plan = Planner::new(&state, now()).covers([Fido2, MobilePhone]).plan(&ids(ADA));
    let batches = batches(&plan);
    let sizes: Vec<usize> = batches.bodies.iter().map(|body| body.requests.len()).collect();
    assert_eq!(sizes, [20, 6]);
    assert!(batches.bodies[1].requests[0].depends_on.is_empty(), "it is in another batch");
    let url = &batches.bodies[0].requests[0].url;
    assert!(url.ends_with("/fido2Methods/key%2F0%3F"), "{url}");
}

#[test]
fn methods_without_ids_are_in_the_script_and_not_in_batches() {
    let plan = plan_of_two();
    let batches = batches(&plan);
    // The id of a mobile phone is the same for everybody.
    assert_eq!(batches.bodies.len(), 1);
    assert!(
        batches.bodies[0].requests[0]
            .url
            .starts_with("/users/ada@example.com/authentication/phoneMethods/")
    );
    let left_out: Vec<&str> = batches.left_out.iter().map(|user| user.key()).collect();
    assert_eq!(left_out, ["ben@example.com"]);
    let mut script = Vec::new();
    write_powershell(&plan, &mut script).unwrap();
    let script = String::from_utf8(script).unwrap();
    assert!(script.contains("SupportsShouldProcess") && script.contains("-WhatIf"));
    assert!(script.contains("Key = 'ada@example.com'; Name = 'ada@example.com'"), "{script}");
    assert!(script.contains("Collection = 'softwareOathMethods'; Id = $null"), "{script}");
    assert!(script.contains(&plan.digest) && script.contains("$expected = 2"));
}

#[test]
fn nothing_in_a_script_is_a_command_but_its_own() {
    let name = "eve'$(whoami)'#@example.com";
    let csv = format!(
        "userPrincipalName,StrongAuthenticationMethods,StrongAuthenticationRequirements\n{name},OneWaySMS,\n"
    );
    let state = exports(&[csv]);
    let plan = Planner::new(&state, now()).plan(&ids(name));
    let mut script = Vec::new();
    write_powershell(&plan, &mut script).unwrap();
    let script = String::from_utf8(script).unwrap();
    assert!(script.contains("Name = 'eve''$(whoami)''#@example.com'"), "{script}");
    assert_eq!(script.matches("#>").count(), 1, "the comment ends once: {script}");
    assert!(script.contains("Key = 'eve%27%24%28whoami%29%27%23@example.com'"), "{script}");
}

// Who is affected, by the log.

fn event(time: &str, activity: &str, reason: &str, user: &str) -> Value {
    let number = user.bytes().map(u32::from).sum::<u32>();
    let id = format!("00000000-0000-4000-8000-0000000{number:05}");
    let by = if activity.starts_with("Admin") { "ivo.admin@example.com" } else { user };
    json!({
        "activityDateTime": time, "loggedByService": "Authentication Methods", "category": "UserManagement",
        "activityDisplayName": activity, "result": "success", "resultReason": reason,
        "initiatedBy": {"user": {"userPrincipalName": by}},
        "targetResources": [{"type": "User", "id": id, "userPrincipalName": user}],
    })
}

const REGISTERED: &str = "User registered security info";
const DELETED: &str = "User deleted security info";

fn affected(events: &[Value], span: Span) -> Affected {
    let log = json!({"value": events}).to_string();
    let mut attempts = Attempts::new();
    for event in read_slice("log.json", log.as_bytes()) {
        attempts.add(&event.unwrap());
    }
    Affected::of(attempts.into_users(), span)
}

fn names(users: &[regaudit::rollback::AffectedUser]) -> Vec<&str> {
    users.iter().map(|user| user.user_principal_name.as_deref().unwrap()).collect()
}

#[test]
fn affected_is_who_registered_a_phone_or_an_app_and_holds_it_still() {
    let at = |day: u32| format!("2026-03-{day:02}T08:00:00Z");
    let events = [
        event(&at(1), REGISTERED, "User registered Mobile Phone SMS", "holds@example.com"),
        event(
            &at(1),
            REGISTERED,
            "User registered Authenticator App with Notification",
            "app@example.com",
        ),
        event(&at(1), REGISTERED, "User registered Mobile Phone SMS", "deleted@example.com"),
        event(&at(2), DELETED, "User deleted Mobile Phone SMS", "deleted@example.com"),
        event(&at(1), REGISTERED, "User registered Mobile Phone SMS", "again@example.com"),
        event(&at(2), DELETED, "User deleted Mobile Phone SMS", "again@example.com"),
        event(&at(3), REGISTERED, "User registered Mobile Phone SMS", "again@example.com"),
        event(&at(1), REGISTERED, "User registered Mobile Phone SMS", "one.left@example.com"),
        event(
            &at(1),
            REGISTERED,
            "User registered Alternate Mobile Phone Call",
            "one.left@example.com",
        ),
        event(&at(2), DELETED, "User deleted Alternate Mobile Phone Call", "one.left@example.com"),
        event(&at(1), REGISTERED, "User registered Fido", "key@example.com"),
        event(&at(1), REGISTERED, "User registered Email", "mail@example.com"),
        event(
            &at(1),
            "Admin registered security info",
            "Admin registered phone method for user",
            "by.admin@example.com",
        ),
        event(&at(1), REGISTERED, "User registered Mobile Phone SMS", "reset@example.com"),
        event(
            &at(4),
            "Admin deleted security info",
            "Admin deleted Mobile Phone SMS for user",
            "reset@example.com",
        ),
        event(
            &at(1),
            "User registered all required security info",
            "User registered all required security info",
            "unclear@example.com",
        ),
    ];
    let all = affected(&events, Span::default());
    assert_eq!(
        names(&all.users),
        ["again@example.com", "app@example.com", "holds@example.com", "one.left@example.com"]
    );
    assert_eq!(
        names(&all.others),
        ["deleted@example.com", "reset@example.com", "unclear@example.com"]
    );
    let codes: Vec<&str> = all.others.iter().map(|user| user.reasons[0].code.as_ref()).collect();
    assert_eq!(codes, ["deleted_since", "deleted_since", "method_unknown"]);
    let one_left = &all.users[3];
    assert_eq!(
        one_left.methods.iter().map(regaudit::model::Method::as_str).collect::<Vec<_>>(),
        ["phone_mobile_sms"]
    );
    assert_eq!(one_left.registered[0].origin.record, Some(8));
    assert_eq!(one_left.deleted.len(), 1);
    // What was registered outside of the span does not count; what was deleted behind it does.
    let span = Span { since: parse_timestamp(&at(1)), until: parse_timestamp(&at(2)) };
    let in_span = affected(&events, span);
    assert_eq!(
        names(&in_span.users),
        ["app@example.com", "holds@example.com", "one.left@example.com"]
    );
    assert_eq!(
        names(&in_span.others),
        ["again@example.com", "deleted@example.com", "reset@example.com", "unclear@example.com"]
    );
    let later = affected(&events, Span { since: parse_timestamp(&at(3)), until: None });
    assert_eq!(names(&later.users), ["again@example.com"]);
}

#[test]
fn failures_and_second_records_affect_nobody() {
    let mut failed = event(
        "2026-03-01T08:00:00Z",
        REGISTERED,
        "User failed to register Mobile Phone SMS",
        "a@example.com",
    );
    failed["result"] = json!("failure");
    let mut twin = event("2026-03-01T08:00:00Z", "Update user", "", "b@example.com");
    twin["loggedByService"] = json!("Core Directory");
    twin["targetResources"][0]["modifiedProperties"] = json!([{
        "displayName": "StrongAuthenticationMethod", "oldValue": "[]",
        "newValue": "[{\"MethodType\":5,\"Default\":true}]",
    }]);
    let found = affected(&[failed, twin], Span::default());
    assert!(found.users.is_empty() && found.others.is_empty(), "{found:?}");
}

// What a later log confirms.

fn plan_for(has: &[Has]) -> Plan {
    let state = exports(&written(Form::Graph, has, Some("disabled"), None));
    Planner::new(&state, now()).plan(&ids(ADA))
}

fn verify(plan: &Plan, events: &[Value]) -> regaudit::rollback::Verification {
    let log = json!({"value": events}).to_string();
    let mut verifier = Verifier::new(plan);
    for event in read_slice("log.json", log.as_bytes()) {
        let event = event.unwrap();
        verifier.add(&event, &classify(&event).unwrap());
    }
    verifier.finish(CoveredLog::default())
}

fn of_ada(time: &str, activity: &str, reason: &str) -> Value {
    let mut event = event(time, activity, reason, "ada@example.com");
    event["targetResources"][0]["id"] = json!(ADA);
    event
}

#[test]
fn deletions_are_confirmed_by_records_of_the_time_since() {
    let plan = plan_for(&[
        Has::Graph(SoftwareOath),
        Has::Graph(AlternateMobilePhone),
        Has::Graph(MobilePhone),
    ]);
    let admin = "Admin deleted security info";
    let events = [
        of_ada("2026-05-12T08:00:00Z", admin, "Admin deleted Authenticator App with Code for user"),
        of_ada("2026-05-12T10:00:00Z", admin, "Admin deleted Alternate Mobile Phone Call for user"),
        of_ada("2026-05-12T10:00:01Z", admin, "Admin deleted phone method for user"),
        of_ada("2026-05-13T10:00:00Z", REGISTERED, "User registered Mobile Phone SMS"),
        of_ada("2026-05-13T11:00:00Z", REGISTERED, "User registered Fido"),
    ];
    let found = verify(&plan, &events);
    let user = &found.users[0];
    let confirmed: Vec<(Resource, bool)> =
        user.deletions.iter().map(|one| (one.resource, one.confirmed.is_some())).collect();
    assert_eq!(
        confirmed,
        [(SoftwareOath, false), (AlternateMobilePhone, true), (MobilePhone, true)]
    );
    let change = user.deletions[2].confirmed.as_ref().unwrap();
    assert_eq!(change.by.as_deref(), Some("ivo.admin@example.com"));
    assert_eq!(change.origin.record, Some(3));
    assert_eq!(user.registered_since.len(), 1, "a key is none of the plan's sorts");
    assert_eq!(
        (found.counts.confirmed, found.counts.open, found.counts.registered_again),
        (2, 1, 1)
    );
    assert!(!user.is_confirmed);
}

#[test]
fn one_record_confirms_one_deletion_and_its_twin_none() {
    let two = json!({"@odata.context": context("methods"), "value": [
        {"@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", "id": "a"},
        {"@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", "id": "b"},
    ]});
    let state = exports(&[
        two.to_string(),
        written(Form::ReportJson, &[], Some("disabled"), None).remove(1),
    ]);
    let plan = Planner::new(&state, now()).plan(&ids(ADA));
    assert_eq!(plan.users[0].deletions.len(), 2);
    let deleted =
        of_ada("2026-05-12T10:00:00Z", DELETED, "User deleted Authenticator App with Code");
    let mut twin = of_ada("2026-05-12T10:00:02Z", "Update user", "");
    twin["loggedByService"] = json!("Core Directory");
    twin["targetResources"][0]["modifiedProperties"] = json!([{
        "displayName": "StrongAuthenticationMethod",
        "oldValue": "[{\"MethodType\":7,\"Default\":false},{\"MethodType\":5,\"Default\":true}]",
        "newValue": "[{\"MethodType\":5,\"Default\":true}]",
    }]);
    let both = verify(&plan, &[deleted, twin.clone()]);
    assert_eq!((both.counts.confirmed, both.counts.open), (1, 1));
    // Where no service wrote a record of its own, the directory's confirms.
    assert_eq!(verify(&plan, &[twin]).counts.confirmed, 1);
}

#[test]
fn a_demand_to_register_again_confirms_all_and_others_users_records_none() {
    let plan = plan_for(&[Has::Graph(SoftwareOath), Has::Graph(MobilePhone)]);
    let demand = "Admin required re-registration of MFA authentication methods.";
    let again = of_ada("2026-05-12T10:00:00Z", "Admin deleted security info", demand);
    assert_eq!(verify(&plan, &[again]).counts.open, 0);
    let other =
        event("2026-05-12T10:00:00Z", DELETED, "User deleted Mobile Phone SMS", "ben@example.com");
    // Somebody else to whom the name went.
    let mut name = of_ada("2026-05-12T10:00:00Z", DELETED, "User deleted Mobile Phone SMS");
    name["targetResources"][0]["id"] = json!(BEN);
    assert_eq!(verify(&plan, &[other, name]).counts.confirmed, 0);
    let mut failed = of_ada(
        "2026-05-12T10:00:00Z",
        "Admin deleted security info",
        "Admin failed to delete phone method for user",
    );
    failed["result"] = json!("failure");
    let found = verify(&plan, &[failed]);
    assert_eq!((found.counts.open, found.users[0].failed_deletions.len()), (2, 1));
}

// What adversarial readings found.

#[test]
fn a_requirement_that_cannot_be_read_makes_nobody_eligible() {
    let user = |requirements: Value| {
        json!({
            "ObjectId": ADA, "StrongAuthenticationMethods": [{"IsDefault": true, "MethodType": "OneWaySMS"}],
            "StrongAuthenticationRequirements": requirements,
        })
        .to_string()
    };
    for refused in [
        json!(["@{RelyingParty=*; RememberDevicesNotIssuedBefore=11/11/2022; State=Enforced}"]),
        json!("@{RelyingParty=*; State=Enforced}"),
        json!(["System.Object[]"]),
        json!("System.Collections.ArrayList"),
        json!(["urn:x"]),
        json!([{"RelyingParty": " "}]),
        json!([{"State": "Enforced"}]),
        json!([3]),
    ] {
        let read = UserExports::new().add_slice("users.json", user(refused.clone()).as_bytes());
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Json, "{refused}");
    }
    for (required, expected) in [
        (json!([{"RelyingParty": " * ", "State": "Enforced"}]), Some(false)),
        (json!(["*"]), Some(false)),
        (json!("Enforced"), Some(false)),
        (json!([" enabled "]), Some(false)),
        (json!(["Disabled"]), Some(true)),
        (json!({"value": [], "Count": 0}), Some(true)),
        (json!(null), None),
    ] {
        assert_eq!(planned(&[user(required.clone())]).eligible, expected, "{required}");
    }
    let csv = |header: &str, cells: &str| {
        format!("ObjectId,StrongAuthenticationMethods,{header}\n{ADA},OneWaySMS,{cells}\n")
    };
    for cell in [
        "*:Enforced",
        "* Enforced",
        "Enforced Enforced",
        "Enabled (per-user)",
        "@{RelyingParty=*}",
        "urn:x",
    ] {
        let text = csv("StrongAuthenticationRequirements", cell);
        let error = UserExports::new().add_slice("users.csv", text.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Csv, "{cell}");
    }
    // A state beside the list, of the same row, is a statement of its own.
    let both = planned(&[csv("StrongAuthenticationRequirements,perUserMfaState", ",enforced")]);
    assert_eq!(both.eligible, None, "{both:?}");
    // A state that has no name here is known by nobody, whatever another export says.
    let state = |state| written(Form::ReportJson, &[], Some(state), None).remove(1);
    let phone = written(Form::Graph, &[Has::Graph(MobilePhone)], None, None).remove(0);
    let user = planned(&[phone, state("disabled"), state("unknownFutureValue")]);
    assert_eq!(user.eligible, None, "{user:?}");
}

#[test]
fn a_method_that_has_no_name_here_may_be_a_strong_one() {
    let legacy = json!({
        "ObjectId": ADA, "StrongAuthenticationMethods": [{"MethodType": "NewType"}],
        "StrongAuthenticationRequirements": [],
    });
    let user = planned(&[legacy.to_string()]);
    assert_eq!(user.eligible, Some(true), "the document counts entries: {user:?}");
    assert!(user.deletions.is_empty() && codes(&user).contains(&"nothing_covered"));
    let requirement = written(Form::ReportJson, &[], Some("disabled"), None).remove(1);
    let graph = json!({"@odata.context": context("methods"), "value": [
        {"@odata.type": "#microsoft.graph.telepathyAuthenticationMethod", "id": "t"}]});
    let report = json!({"id": ADA, "methodsRegistered": ["newThing"], "isAdmin": false});
    for unknown in [graph, report] {
        let user = planned(&[unknown.to_string(), requirement.clone()]);
        assert_eq!(user.eligible, None, "{user:?}");
        assert!(codes(&user).contains(&"methods_unknown"));
    }
    for cell in
        ["\"{OneWaySMS, TwoWayVoiceMobile}\"", "OneWaySMS TwoWayVoiceMobile", "System.Object[]"]
    {
        let text = format!("ObjectId,StrongAuthenticationMethods\n{ADA},{cell}\n");
        let error = UserExports::new().add_slice("users.csv", text.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Csv, "{cell}");
    }
    // A default that has no name here may be any of them.
    let default = json!({"id": ADA, "methodsRegistered": ["mobilePhone"], "defaultMfaMethod": "someNew", "perUserMfaState": "disabled"});
    assert_eq!(planned(&[default.to_string()]).deletions[0].is_default, None);
}

#[test]
fn every_method_of_a_list_is_in_the_plan() {
    let requirement = written(Form::ReportJson, &[], Some("disabled"), None).remove(1);
    let list = |entries: Value| json!({"@odata.context": context("methods"), "value": entries});
    let phone = |resource: Resource| json!({"@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "id": id_of(resource)});
    let user = planned(&[
        list(json!([phone(MobilePhone), phone(AlternateMobilePhone)])).to_string(),
        requirement.clone(),
    ]);
    assert_eq!(
        resources(&user),
        [AlternateMobilePhone, MobilePhone],
        "the id says which phone it is"
    );
    let app = |id: Value| json!({"@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", "id": id});
    let user = planned(&[
        list(json!([app(json!("a")), app(json!(null))])).to_string(),
        requirement.clone(),
    ]);
    let ids: Vec<Option<&str>> =
        user.deletions.iter().map(|deletion| deletion.id.as_deref()).collect();
    assert_eq!(ids, [None, Some("a")]);
    // Pages in two files: the second one is not all there is.
    let mut first = list(json!([app(json!("a"))]));
    first["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/next");
    let user =
        planned(&[first.to_string(), list(json!([app(json!("b"))])).to_string(), requirement]);
    assert_eq!(user.eligible, None, "{user:?}");
}

#[test]
fn a_user_who_is_listed_by_name_and_by_id_is_one_and_namesakes_are_two() {
    let state = exports(&[TWO.to_owned()]);
    for list in [
        format!("user_id,user_upn\n,ada@example.com\n{ADA},ada@example.com\n"),
        format!("user_id,user_upn\n{ADA},ada@example.com\n,ada@example.com\n"),
    ] {
        let plan = Planner::new(&state, now()).plan(&ids(&list));
        assert_eq!((plan.users.len(), plan.counts.duplicates), (1, 1), "{list}");
    }
    let list = format!("user_id,user_upn\n{ADA},ada@example.com\n{BEN},ada@example.com\n");
    assert_eq!(Planner::new(&state, now()).plan(&ids(&list)).users.len(), 2);
    let both = format!("{ADA};ada@example.com\n");
    assert!(IdList::read("ids.txt", both.as_bytes()).is_err());
    // What asks for a user by name says so.
    let by_name = json!({"userId": "ada@example.com", "perUserMfaState": "enforced"});
    let state = exports(&[by_name.to_string()]);
    let ada = Planner::new(&state, now()).plan(&ids("ada@example.com")).users.remove(0);
    assert_eq!((ada.id, ada.eligible), (None, Some(false)));
}

#[test]
fn the_script_is_ascii_and_notes_are_comments() {
    let csv = "userPrincipalName,StrongAuthenticationMethods,StrongAuthenticationRequirements\n\u{451};calc;\u{2019}@example.com,OneWaySMS,\n"
        .replace(';', "\u{451}");
    let name = "\u{451}\u{451}calc\u{451}\u{2019}@example.com";
    let state = exports(&[csv]);
    let plan = Planner::new(&state, now()).plan(&ids(name));
    assert_eq!(plan.counts.to_roll_back, 1, "{plan:?}");
    let mut script = Vec::new();
    write_powershell(&plan, &mut script).unwrap();
    assert!(script.is_ascii());
    assert!(String::from_utf8(script).unwrap().contains("[char]0x0451 + 'calc'"));
}

#[test]
fn what_was_registered_and_deleted_after_the_plan_confirms_nothing() {
    let plan = plan_for(&[Has::Graph(MicrosoftAuthenticator)]);
    let registered = of_ada(
        "2026-05-12T10:05:00Z",
        REGISTERED,
        "User registered Authenticator App with Notification",
    );
    let deleted = of_ada("2026-05-12T10:07:00Z", DELETED, "User deleted Authenticator App");
    let found = verify(&plan, &[registered.clone(), deleted.clone()]);
    assert_eq!((found.counts.open, found.users[0].other_deletions.len()), (1, 1));
    // Ours comes before that.
    let ours = of_ada(
        "2026-05-12T10:01:00Z",
        "Admin deleted security info",
        "Admin deleted Authenticator App for user",
    );
    let found = verify(&plan, &[deleted, registered, ours]);
    assert_eq!(found.counts.open, 0);
    let by = found.users[0].deletions[0].confirmed.as_ref().unwrap();
    assert_eq!(by.by.as_deref(), Some("ivo.admin@example.com"));
    // Phone sign-in was removed, and the app stays.
    let mut sign_in =
        of_ada("2026-05-12T10:01:00Z", "Delete passwordless phone sign-in credential", "");
    sign_in["loggedByService"] = json!("Device Registration Service");
    assert_eq!(verify(&plan, &[sign_in]).counts.open, 1);
}

#[test]
fn lists_of_the_directory_confirm_what_no_service_wrote() {
    let plan = plan_for(&[Has::Graph(MicrosoftAuthenticator), Has::Graph(MobilePhone)]);
    let types = |types: &[u64]| {
        let entries: Vec<Value> =
            types.iter().map(|number| json!({"MethodType": number, "Default": false})).collect();
        Value::from(entries).to_string()
    };
    let update = |time: &str, old: &[u64], new: &[u64]| {
        let mut event = of_ada(time, "Update user", "");
        event["loggedByService"] = json!("Core Directory");
        event["targetResources"][0]["modifiedProperties"] = json!([{
            "displayName": "StrongAuthenticationMethod", "oldValue": types(old), "newValue": types(new),
        }]);
        event
    };
    let both = verify(&plan, &[update("2026-05-12T10:00:00Z", &[0, 5, 6], &[])]);
    assert_eq!(both.counts.open, 0, "{both:?}");
    // The app by the directory, the phone two minutes later by a service.
    let phone = of_ada(
        "2026-05-12T10:02:00Z",
        "Admin deleted security info",
        "Admin deleted Mobile Phone SMS for user",
    );
    let found = verify(&plan, &[update("2026-05-12T10:00:00Z", &[5, 6], &[5]), phone]);
    assert_eq!(found.counts.open, 0, "{found:?}");
    // What the directory lists as gained was registered.
    let again = verify(&plan, &[update("2026-05-12T10:30:00Z", &[], &[5])]);
    assert_eq!((again.counts.open, again.counts.registered_again), (2, 1), "{again:?}");
}

#[test]
fn a_phone_that_is_not_named_is_no_other_phone() {
    let who = "p@example.com";
    let at = |day: u32| format!("2026-03-{day:02}T08:00:00Z");
    let office = event(&at(1), REGISTERED, "User registered Office Phone", who);
    let phone = event(&at(3), REGISTERED, "User registered Phone", who);
    let deleted = event(&at(4), DELETED, "User deleted Phone", who);
    let found =
        affected(&[office, phone, deleted], Span { since: parse_timestamp(&at(2)), until: None });
    assert_eq!((found.users.len(), found.others.len()), (0, 1), "{found:?}");
}

#[test]
fn the_code_of_an_app_goes_with_the_app() {
    let who = "p@example.com";
    let events = [
        event(
            "2026-03-01T08:00:00Z",
            REGISTERED,
            "User registered Authenticator App with Notification and Code",
            who,
        ),
        event("2026-03-02T08:00:00Z", DELETED, "User deleted Authenticator App", who),
    ];
    let found = affected(&events, Span::default());
    assert_eq!((found.users.len(), found.others.len()), (0, 1), "{found:?}");
}

#[test]
fn who_deleted_and_registered_in_one_second_is_affected() {
    let who = "p@example.com";
    let registered =
        || event("2026-03-01T08:00:00Z", REGISTERED, "User registered Mobile Phone SMS", who);
    let deleted = || event("2026-03-01T08:00:00Z", DELETED, "User deleted Mobile Phone SMS", who);
    for events in [[registered(), deleted()], [deleted(), registered()]] {
        assert_eq!(
            affected(&events, Span::default()).users.len(),
            1,
            "which came first is not known"
        );
    }
}

#[test]
fn a_method_without_a_name_is_told_beside_all_else() {
    let who = "p@example.com";
    let at = |day: u32| format!("2026-03-{day:02}T08:00:00Z");
    let unknown = event(&at(1), REGISTERED, "User registered Quantum thing", who);
    let mail = event(&at(1), REGISTERED, "User registered Email", who);
    let found = affected(&[unknown.clone(), mail], Span::default());
    assert_eq!(found.others[0].reasons[0].code, "method_unknown", "{found:?}");
    let events = [
        unknown,
        event(&at(2), REGISTERED, "User registered Mobile Phone SMS", who),
        event(&at(3), DELETED, "User deleted Mobile Phone SMS", who),
    ];
    let codes: Vec<String> = affected(&events, Span::default()).others[0]
        .reasons
        .iter()
        .map(|one| one.code.to_string())
        .collect();
    assert_eq!(codes, ["deleted_since", "method_unknown"]);
}

#[test]
fn the_id_of_a_name_may_stand_in_another_entry() {
    let graph = written(Form::Graph, &[Has::Graph(MobilePhone)], Some("disabled"), None);
    let state = exports(&graph);
    let list = format!("user_id,user_upn\n,ada@example.com\n{ADA},ada@example.com\n");
    let plan = Planner::new(&state, now()).plan(&ids(&list));
    assert_eq!((plan.users.len(), plan.counts.to_roll_back, plan.counts.duplicates), (1, 1, 1));
}

#[test]
fn each_record_takes_back_what_one_record_registered() {
    let plan = plan_for(&[Has::Graph(MicrosoftAuthenticator)]);
    let app = |time: &str| {
        of_ada(time, REGISTERED, "User registered Authenticator App with Notification")
    };
    let gone = |time: &str| of_ada(time, DELETED, "User deleted Authenticator App");
    let events = [
        app("2026-05-12T10:00:00Z"),
        app("2026-05-12T10:01:00Z"),
        gone("2026-05-12T10:02:00Z"),
        gone("2026-05-12T10:03:00Z"),
    ];
    assert_eq!(verify(&plan, &events).counts.open, 1);
    let third = [&events[..], &[gone("2026-05-12T10:04:00Z")]].concat();
    assert_eq!(verify(&plan, &third).counts.open, 0);
}

#[test]
fn a_record_confirms_every_sort_it_names_where_the_plan_has_no_ids() {
    let has = [Has::Graph(MicrosoftAuthenticator), Has::Graph(SoftwareOath)];
    let record = of_ada(
        "2026-05-12T10:00:00Z",
        "Admin deleted security info",
        "Admin deleted Authenticator App with Notification and Code for user",
    );
    let open = |form| {
        let state = exports(&written(form, &has, Some("disabled"), None));
        let plan = Planner::new(&state, now()).plan(&ids(ADA));
        assert_eq!(plan.users[0].deletions.len(), 2);
        verify(&plan, std::slice::from_ref(&record)).counts.open
    };
    assert_eq!(open(Form::ReportJson), 0, "an app and its codes may be one method");
    assert_eq!(open(Form::Graph), 1, "here they are two");
}
