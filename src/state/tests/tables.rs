//! Exports of users as CSV.

use super::*;
use crate::error::ErrorKind;

#[test]
fn the_download_of_registration_details_is_read_by_its_headers() {
    let text = "User Principal Name;Name;MFA Capable;SSPR Registered;SSPR_Enabled;SSPR capable;Is MFA registered;isAdmin;\
                Methods registered;Default MFA method;Last Updated Time;perUserMfaState\n\
                Ada@example.com;Ada;True;no;Enabled;disabled;YES;false;\"mobilePhone,email\";none;2026-03-09T08:15:27Z;Enforced\n\
                ;;;;;;;;;;;\n";
    let ada = user(text, "ada@example.com");
    let flags = [
        &ada.mfa_capable,
        &ada.sspr_registered,
        &ada.sspr_enabled,
        &ada.sspr_capable,
        &ada.mfa_registered,
        &ada.is_admin,
    ];
    assert_eq!(flags.map(|flag| flag[0].value), [true, false, true, false, true, false]);
    let methods: Vec<_> = ada.methods[0].value.iter().map(|held| held.method.as_str()).collect();
    assert_eq!(methods, ["phone_unspecified", "email"]);
    assert!(ada.default_method.is_empty());
    assert_eq!(ada.per_user_mfa[0].value, "enforced");
    assert_eq!(ada.is_admin[0].origin.to_string(), "export 1: record 1, line 2");
    assert!(ada.is_admin[0].as_of.is_some());
}

#[test]
fn rows_of_roles_add_up() {
    let text = format!(
        "\u{feff}Object Id,Role name,Assignment State\r\n{ADA},Global Administrator; Reports Reader,Active\r\n\
         {BEN},License Administrator,\r\n{ADA},{},Eligible\r\n",
        template("User Administrator")
    );
    let ada = user(&text, ADA);
    let roles: Vec<_> = ada
        .roles
        .iter()
        .map(|role| (role.value.name.as_deref().unwrap(), role.value.is_eligible_only))
        .collect();
    let expected =
        [("Global Administrator", false), ("Reports Reader", false), ("User Administrator", true)];
    assert_eq!(roles, expected);
    assert_eq!(ada.roles[2].origin.line, Some(4));
    assert!(ada.role_lists.is_empty(), "a table does not say that it is complete");
}

#[test]
fn the_line_that_windows_powershell_puts_first_is_passed_over() {
    let ada = user("#TYPE A,B,C\r\nupn;isAdmin\r\nada@example.com;True\r\n", "ada@example.com");
    assert!(ada.is_admin[0].value);
    assert_eq!(ada.is_admin[0].origin.line, Some(3));
}

#[test]
fn blank_cells_state_nothing() {
    let ada = user("upn\tisAdmin\tmethodsRegistered\nada@example.com\t\t\n", "ada@example.com");
    assert!(!ada.is_unknown() && ada.is_admin.is_empty() && ada.methods.is_empty());
}

#[test]
fn what_cannot_be_read_is_named_by_row_and_column() {
    let cases = [
        ("upn,isAdmin\nada@example.com,maybe\n", ErrorKind::Csv, "`maybe` in column isAdmin"),
        ("upn,isAdmin\nada@example.com\n", ErrorKind::Csv, "fit its header"),
        ("upn,isAdmin\n,true\n", ErrorKind::MissingField, "names no user"),
        ("id,isAdmin\n12,true\n", ErrorKind::Csv, "GUID"),
        ("upn,isAdmin,lastUpdatedDateTime\na,true,3/9/2026\n", ErrorKind::Time, "3/9/2026"),
        ("upn,role,assignmentState\na,x,maybe\n", ErrorKind::Csv, "active or eligible"),
        ("upn,methodsRegistered\na,System.String[]\n", ErrorKind::Csv, "-join"),
    ];
    for (text, kind, words) in cases {
        let error = user_error(text.as_bytes());
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert_eq!(error.origin().unwrap().line, Some(2), "{error}");
    }
    let windows = user_error(b"\r\nupn,isAdmin\r\n\r\na,true\r\nb\r\n");
    assert_eq!(windows.origin().unwrap().to_string(), "users: record 2, line 5");
    let headers = [
        ("Date (UTC),Activity,Result\n", ErrorKind::WrongLog),
        ("upn,colour\n", ErrorKind::Csv),
        ("role,colour\n", ErrorKind::Csv),
        ("just some words\n", ErrorKind::Csv),
    ];
    for (text, kind) in headers {
        let error = user_error(text.as_bytes());
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.what_was_expected().unwrap().contains("userPrincipalName"), "{error}");
    }
    let masked = user_error(b"upn,isAdmin\nada@example.com,maybe\n").masked();
    assert!(!masked.to_string().contains("maybe"));
}
