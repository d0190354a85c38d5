//! Records of one kind in which texts change: what is recognised means what decoding would find.

use std::fs;

use proptest::prelude::*;
use proptest::sample::Index;
use regaudit::catalogue::Family;
use regaudit::{Reader, Summary};

use crate::oracle::{assert_same_summary, check};
use crate::support::collect;

/// Texts that mean something in one place or another, as they stand between the quotes of JSON.
const TEXTS: &[&str] = &[
    "<null>",
    "None",
    "null",
    "(blank)",
    " ",
    "",
    "NA",
    "UPN",
    "User",
    "user",
    "Group",
    "Application",
    "AuditLogs",
    "Audit",
    "success",
    "failure",
    "timeout",
    "interrupted",
    "ServiceApi",
    "Add",
    "ada@example.com",
    "Ben@example.com",
    "ada_example.com#EXT#@x",
    "1",
    "2",
    "regaudit looks what this is for",
    "User registered Fido2",
    "User registered Call +1 2025550143",
    "User registered Call +1 2025550199",
    "+1 2025550143",
    "+1 2025550199",
    "Something +1 2025550143 else",
    "Something +1 2025550199 else",
    "User registered security info +1 20255",
    "User registered security info",
    "User registered security info.",
    "User deleted security info",
    "User started security info registration",
    "user started password reset",
    "Update user",
    "User registered all required security info",
    "Authentication Methods",
    "Core Directory",
    "StrongAuthenticationMethod",
    "StrongAuthenticationRequirement",
    "Other property",
    "User-Agent",
    "UPN__ObjectID",
    "ada__1",
    "a\\nb",
    "\\\"q\\\"",
    "<null>\\t",
    "[{\\\"MethodType\\\":6}]",
    "[{\\\"MethodType\\\":7}]",
    "[]",
    "{}",
    "Microsoft Azure AD Internal",
    "Azure MFA StrongAuthenticationService",
    "2026-03-09T08:00:00Z",
    "2026-03-10T08:00:00Z",
    "é",
    "UserManagement",
    "canceled",
    "User canceled security info registration",
    "A system error has occurred.",
];

const TIMES: &[&str] = &["2026-03-09T08:00:00Z", "2026-03-09T09:00:00Z", "2026-03-11T08:00:00Z"];

const ACTIVITIES: &[&str] = &[
    "User registered security info",
    "User deleted security info",
    "Update user",
    "User registered all required security info",
    "user started password reset",
];

const SERVICES: &[&str] = &["Authentication Methods", "Core Directory", ""];

/// A record with holes: `@t` for a time, `@a` for an activity, `@s` for a service, `@l` for the log, `@x`
/// for any text.
#[derive(Debug, Clone)]
struct Form {
    text: String,
    /// Whether it is a row of CSV under [`HEADER`].
    is_row: bool,
}

const HEADER: &str = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,ActorHomeTenantId,ActorHomeTenantName,ActorServicePrincipalId,ActorServicePrincipalName,Target1Type,Target1DisplayName,Target1ObjectId,Target1UserPrincipalName,Target1ModifiedProperty1Name,Target1ModifiedProperty1OldValue,Target1ModifiedProperty1NewValue,Target2Type,Target2ObjectId,Target2UserPrincipalName,AdditionalDetail1Key\n";

const ROW: &str = r#""@t","@x","@s","@x","@a","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x","@x""#;
const USER: &str = r#""user":{"id":"@x","displayName":"@x","userPrincipalName":"@x","ipAddress":"@x","homeTenantId":"@x"}"#;
const APPLICATION: &str = r#""app":{"appId":"@x","displayName":"@x","servicePrincipalId":"@x","servicePrincipalName":"@x"}"#;
const CHANGES: &str =
    r#""modifiedProperties":[{"displayName":"@x","oldValue":"@x","newValue":"@x"}]"#;
const FLAT_PROPERTIES: &str = r#"{"identityType":"@x","auditEventCategory":"@x","operationType":"@x","targetResourceType":"@x","targetResourceName":"@x"}"#;
const LOG_ANALYTICS: &str = r#"{"TimeGenerated":"@t","ActivityDateTime":"@t","ActivityDisplayName":"@a","OperationName":"@a","Id":"@x","CorrelationId":"@x","LoggedByService":"@s","AADOperationType":"@x","Result":"@x","ResultReason":"@x","ResultDescription":"@x","InitiatedBy":{"user":{"id":"@x","userPrincipalName":"@x"}},"TargetResources":[{"type":"@x","id":"@x"}],"AdditionalDetails":"@x","Type":"@l"}"#;

/// Records of every shape, with one actor or another, and targets of several kinds.
fn forms() -> Vec<Form> {
    let name = r#""type":"@x","id":"@x","displayName":"@x","userPrincipalName":"@x""#;
    let (bare, changed) = (format!("{{{name}}}"), format!("{{{name},{CHANGES}}}"));
    let audit = |initiator: &str, targets: &str, more: &str| {
        format!(
            r#"{{"id":"@x","activityDateTime":"@t","activityDisplayName":"@a","correlationId":"@x","category":"@x","loggedByService":"@s","operationType":"@x","result":"@x","resultReason":"@x","resultDescription":"@x","initiatedBy":{{{initiator}}},"targetResources":{targets},"additionalDetails":[{{"key":"@x","value":"@x"}}]{more}}}"#
        )
    };
    let enveloped = |properties: &str| {
        format!(
            r#"{{"time":"@t","resourceId":"@x","operationName":"@a","category":"@l","tenantId":"@x","resultType":"@x","resultDescription":"@x","callerIpAddress":"@x","correlationId":"@x","identity":"@x","properties":{properties}}}"#
        )
    };
    let records = [
        audit(USER, &format!("[{bare}]"), ""),
        audit(USER, &format!("[{changed},{changed}]"), ""),
        audit(APPLICATION, &format!("[{changed}]"), ""),
        audit(&format!("{USER},{APPLICATION}"), "[]", ""),
        audit("", "[]", ""),
        audit(USER, r#""@x""#, &format!(r#","targetResource":{{"type":"User",{CHANGES}}}"#)),
        audit(USER, "[]", r#","userAgent":"@x","other":"@x""#),
        enveloped(&audit(USER, &format!("[{changed}]"), "")),
        enveloped(FLAT_PROPERTIES),
        enveloped(r#"{"id":"@x"}"#),
        LOG_ANALYTICS.to_owned(),
    ];
    let row = Form { text: ROW.to_owned(), is_row: true };
    records.into_iter().map(|text| Form { text, is_row: false }).chain([row]).collect()
}

impl Form {
    /// What each hole is for.
    fn holes(&self) -> Vec<char> {
        self.text.split('@').skip(1).filter_map(|piece| piece.chars().next()).collect()
    }

    /// The record with these texts.
    fn fill(&self, texts: &[&str]) -> String {
        let mut pieces = self.text.split('@');
        let mut record = pieces.next().unwrap_or_default().to_owned();
        for (piece, text) in pieces.zip(texts) {
            if self.is_row {
                record += &text.replace("\\\"", "\"\"").replace('\\', "");
            } else {
                record += text;
            }
            record += &piece[1..];
        }
        record + "\n"
    }
}

/// A text for a hole; one that makes the record an event, if it is to be `sound`.
fn text_for(hole: char, choice: Index, is_sound: bool) -> &'static str {
    let texts: &[&str] = match hole {
        't' if is_sound => TIMES,
        'a' if is_sound => ACTIVITIES,
        's' if is_sound => SERVICES,
        'l' if is_sound => &["AuditLogs"],
        _ => TEXTS,
    };
    texts[choice.index(texts.len())]
}

/// A change of one text: in which hole, to what, and whether any text will do there.
type Change = (Index, Index, bool);

/// A record, then records in which one text after another changes; some changes stay, as records resemble
/// one another.
fn records(form: &Form, first: &[Index], changes: &[Change]) -> Vec<String> {
    let holes = form.holes();
    let mut texts: Vec<&str> =
        holes.iter().zip(first).map(|(hole, choice)| text_for(*hole, *choice, true)).collect();
    let mut records = vec![form.fill(&texts); 2];
    for (number, (place, choice, is_odd)) in changes.iter().enumerate() {
        let place = place.index(holes.len());
        let before = texts[place];
        texts[place] = text_for(holes[place], *choice, !is_odd);
        records.push(form.fill(&texts));
        if number % 3 != 0 {
            texts[place] = before;
        }
    }
    records
}

fn any_change() -> impl Strategy<Value = Change> {
    (any::<Index>(), any::<Index>(), prop::bool::weighted(0.1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn texts_that_change(
        form in prop::sample::select(forms()),
        first in prop::collection::vec(any::<Index>(), 40),
        changes in prop::collection::vec(any_change(), 1..60),
        dedup: bool,
        is_filtered: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let records = records(&form, &first, &changes);
        let (one, other) = records.split_at(records.len() * 2 / 3);
        let mut paths = Vec::new();
        for (name, records) in [("1", one), ("2", other)] {
            let path = folder.path().join(name);
            let header = if form.is_row { HEADER } else { "" };
            fs::write(&path, header.to_owned() + &records.concat()).unwrap();
            paths.push(path);
        }
        let mut reader = Reader::new().threads(1).dedup(dedup);
        if is_filtered {
            reader = reader.family(Family::Registration);
        }
        let plain = collect(reader.clone().plain().paths(&paths));
        let mut expected = Summary::new();
        plain.events.iter().for_each(|event| expected.add(event));
        assert_same_summary(&reader, &paths, &plain, &expected, &records.concat());
    }
}

/// Reads records that differ in one text or another, each kind of them twice.
fn check_lines(case: &str, records: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.json");
    fs::write(&path, records.join("\n")).unwrap();
    check(&Reader::new(), &[path], case);
}

fn graph_record(members: &str) -> String {
    format!(
        r#"{{"activityDateTime":"2026-03-09T08:00:00Z","loggedByService":"Authentication Methods","activityDisplayName":"User registered security info","result":"success",{members}}}"#
    )
}

/// A group and a user change places: whose names are taken is another matter in each.
#[test]
fn the_user_is_not_always_the_first_target() {
    let record = |one: (&str, &str), two: (&str, &str)| {
        let target = |(kind, id): (&str, &str)| {
            format!(r#"{{"type":"{kind}","id":"{id}","displayName":"Name of {id}"}}"#)
        };
        graph_record(&format!(
            r#""resultReason":"User registered Fido2","targetResources":[{},{}]"#,
            target(one),
            target(two)
        ))
    };
    let (user, group) = ("User", "Group");
    check_lines(
        "targets",
        &[
            record((user, "1"), (group, "a")),
            record((user, "2"), (group, "a")),
            record((group, "b"), (user, "3")),
            record((group, "c"), (user, "3")),
        ],
    );
}

/// A text that says nothing leaves the word to another, which was of no account before.
#[test]
fn a_text_that_says_nothing_gives_another_one_the_word() {
    let record = |inner: &str, outer: &str| {
        format!(
            r#"{{"time":"2026-03-09T08:00:00Z","category":"AuditLogs","resultType":"{outer}","operationName":"User registered security info","properties":{{"activityDisplayName":"User registered security info","loggedByService":"Authentication Methods","result":"{inner}","resultReason":"User registered Fido2","targetResources":[{{"type":"User","id":"1"}}]}}}}"#
        )
    };
    check_lines(
        "result",
        &[
            record("success", "success"),
            record("success", "success"),
            record("<null>", "success"),
            record("<null>", "failure"),
        ],
    );
}

#[test]
fn a_list_that_says_nothing_gives_another_one_the_word() {
    let record = |many: &str, old: &str| {
        format!(
            r#"{{"activityDateTime":"2026-03-09T08:00:00Z","loggedByService":"Core Directory","activityDisplayName":"Update user","result":"success","targetResources":"{many}","targetResource":[{{"type":"User","modifiedProperties":[{{"displayName":"StrongAuthenticationMethod","oldValue":"[]","newValue":"[{{\"MethodType\":{old}}}]"}}]}}]}}"#
        )
    };
    let many = r#"[{\"type\":\"User\",\"modifiedProperties\":[{\"displayName\":\"StrongAuthenticationMethod\",\"oldValue\":\"[]\",\"newValue\":\"[1]\"}]}]"#;
    check_lines(
        "lists",
        &[
            record(many, "6"),
            record(many, "6"),
            record("None", "6"),
            record("None", "7"),
            record("None", "0"),
        ],
    );
}

/// The type of an actor of the portal's CSV is of account only where it is an application's.
#[test]
fn an_actor_of_the_portal_may_be_an_application() {
    let header = "Date (UTC),CorrelationId,Service,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,Target1Type,Target1ObjectId\n";
    let row = |number: u32, kind: &str| {
        format!(
            "\"2026-03-09T08:00:00Z\",\"c{number}\",\"Authentication Methods\",\"User registered security info\",\"success\",\"User registered Fido2\",\"{kind}\",\"Ada\",\"1\",\"User\",\"1\"\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.csv");
    let rows = [row(1, "User"), row(2, "User"), row(3, "Application"), row(4, "User")].concat();
    fs::write(&path, format!("{header}{rows}")).unwrap();
    check(&Reader::new(), &[path], "portal");
}

fn first_schema(kind: &str, identity: &str, names: &str, values: &str) -> String {
    format!(
        r#"{{"time":"2018-03-09T08:00:00Z","category":"Audit","operationName":"User registered security info","resultType":"success","resultDescription":"User registered Fido2","identity":"{identity}","properties":{{"identityType":"{kind}","auditEventCategory":"Authentication Methods","operationType":"Add","targetResourceType":"{names}","targetResourceName":"{values}"}}}}"#
    )
}

#[test]
fn the_type_of_an_identity_may_be_of_account() {
    let record = |kind: &str| first_schema(kind, "ada@example.com", "ObjectClass", "Role");
    check_lines("identity types", &[record("PUID"), record("PUID"), record("UPN"), record("PUID")]);
}

#[test]
fn an_identity_may_say_that_there_is_none() {
    let record = |identity: &str| first_schema("UPN", identity, "ObjectClass", "Role");
    let users = ["ada@example.com", "ada@example.com", "NA", "ben@example.com"];
    check_lines("identities", &users.map(record));
}

#[test]
fn a_packed_target_is_taken_apart() {
    let record = |values: &str| first_schema("PUID", "x", "UPN__TenantContextID", values);
    let values = ["ada@example.com__1", "ada@example.com__1", "ben@example.com__2"];
    check_lines("packed targets", &values.map(record));
}
