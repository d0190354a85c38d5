//! Which words of a reason name which method.

use super::condition::Condition::{self, All, Any, Contains, Not, Word};
use super::field::Facts;
use super::field::Field::{self, Reason as ReasonField};
use crate::model::{Method, Reason};

/// Words of a reason that name a method.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Phrase {
    /// What the reason must hold; only [`Field::Reason`] is asked.
    pub when: Condition,
    /// The method it names.
    pub method: Method,
}

const NOTIFICATION: Condition = Any(&[
    Contains(ReasonField, "code and notification"),
    Contains(ReasonField, "with notification"),
    Contains(ReasonField, "app notification"),
    Word(ReasonField, "phoneappnotification"),
]);
const APP_CODE: Condition = Any(&[
    Contains(ReasonField, "authenticator app with code"),
    Contains(ReasonField, "notification and code"),
    Contains(ReasonField, "code and notification"),
    Contains(ReasonField, "other authenticator app"),
    Contains(ReasonField, "software oath"),
    Word(ReasonField, "app code"),
]);
const APP_OR_TOKEN_CODE: Condition = Any(&[
    Contains(ReasonField, "code from my authenticator app"),
    Word(ReasonField, "phoneappotp"),
]);
const PASSWORDLESS: Condition = Contains(ReasonField, "passwordless");
const ALTERNATE: Condition =
    Any(&[Contains(ReasonField, "alternate phone"), Contains(ReasonField, "alternate mobile")]);
const OFFICE: Condition = Any(&[
    Contains(ReasonField, "office phone"),
    Contains(ReasonField, "office call"),
    Contains(ReasonField, "business phone"),
]);
const SMS: Condition = Any(&[Word(ReasonField, "sms"), Contains(ReasonField, "text a code to")]);
const MOBILE_CALL: Condition = Any(&[
    Contains(ReasonField, "mobile phone call"),
    Contains(ReasonField, "mobile call"),
    Word(ReasonField, "phone call"),
]);
const HARDWARE: Condition =
    Any(&[Contains(ReasonField, "hardware token"), Contains(ReasonField, "hardware oath")]);

/// Every phrase. Several may match: one registration may set up two methods.
pub const PHRASES: &[Phrase] = &[
    phrase(NOTIFICATION, Method::AuthenticatorPush),
    phrase(PASSWORDLESS, Method::AuthenticatorPasswordless),
    phrase(APP_CODE, Method::SoftwareOath),
    phrase(HARDWARE, Method::HardwareOath),
    phrase(APP_OR_TOKEN_CODE, Method::OathUnspecified),
    phrase(
        All(&[
            Word(ReasonField, "authenticator"),
            Not(&Any(&[
                NOTIFICATION,
                APP_CODE,
                APP_OR_TOKEN_CODE,
                PASSWORDLESS,
                Word(ReasonField, "passkey"),
            ])),
        ]),
        Method::AuthenticatorUnspecified,
    ),
    phrase(All(&[SMS, Not(&ALTERNATE)]), Method::PhoneMobileSms),
    phrase(All(&[MOBILE_CALL, Not(&ALTERNATE), Not(&OFFICE)]), Method::PhoneMobileCall),
    phrase(ALTERNATE, Method::PhoneAlternate),
    phrase(OFFICE, Method::PhoneOffice),
    phrase(
        All(&[Contains(ReasonField, "call and sms"), Not(&Any(&[MOBILE_CALL, ALTERNATE, OFFICE]))]),
        Method::PhoneUnspecified,
    ),
    phrase(
        All(&[
            Any(&[
                Word(ReasonField, "phone"),
                Word(ReasonField, "mobilephone"),
                Contains(ReasonField, "call +"),
            ]),
            Not(&Any(&[SMS, MOBILE_CALL, ALTERNATE, OFFICE, PASSWORDLESS])),
        ]),
        Method::PhoneUnspecified,
    ),
    phrase(Word(ReasonField, "email"), Method::Email),
    phrase(Contains(ReasonField, "security question"), Method::SecurityQuestions),
    phrase(
        Any(&[
            Contains(ReasonField, "app password"),
            Contains(ReasonField, "application password"),
        ]),
        Method::AppPassword,
    ),
    phrase(
        Any(&[Word(ReasonField, "fido"), Word(ReasonField, "fido2"), Word(ReasonField, "passkey")]),
        Method::PasskeyFido2,
    ),
    phrase(Contains(ReasonField, "windows hello"), Method::WindowsHello),
    phrase(Contains(ReasonField, "platform credential"), Method::PlatformCredential),
    phrase(Contains(ReasonField, "temporary access pass"), Method::TemporaryAccessPass),
    phrase(Contains(ReasonField, "qr code"), Method::QrCodePin),
    phrase(
        Any(&[Contains(ReasonField, "certificate-based"), Word(ReasonField, "certificate")]),
        Method::Certificate,
    ),
    phrase(
        Any(&[
            Contains(ReasonField, "external authentication method"),
            Contains(ReasonField, "external mfa"),
        ]),
        Method::External,
    ),
];

const fn phrase(when: Condition, method: Method) -> Phrase {
    Phrase { when, method }
}

/// The methods that the text of a reason names, each once, sorted by name; a method that no phrase knows is
/// kept as the log wrote it.
///
/// ```
/// use regaudit::{catalogue::methods_in, model::{Method, Reason}};
/// let methods = methods_in(&Reason::new("User registered Authenticator App with Notification and Code"));
/// assert_eq!(methods, [Method::AuthenticatorPush, Method::SoftwareOath]);
/// let methods = methods_in(&Reason::new("User registered Carrier pigeon"));
/// assert_eq!(methods[0].as_str(), "Carrier pigeon");
/// ```
pub fn methods_in(reason: &Reason) -> Vec<Method> {
    methods_in_facts(&Facts::new(&[(Field::Reason, reason.as_str())]))
}

pub(super) fn methods_in_facts(facts: &Facts<'_>) -> Vec<Method> {
    let named = PHRASES.iter().filter(|phrase| phrase.when.holds(facts));
    let mut methods: Vec<Method> = named.map(|phrase| phrase.method.clone()).collect();
    if methods.is_empty() {
        // A phone number is never part of a method.
        let reason = Reason::new(facts.verbatim_reason().without_numbers());
        methods.extend(reason.object().map(Method::from_text));
    }
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods.dedup();
    methods
}

#[cfg(test)]
mod tests {
    use super::super::rules;
    use super::*;

    /// Events that differ in a phone number alone are counted as one kind, unseen: `read::recognise`.
    #[test]
    fn no_condition_asks_for_the_digits_of_a_phone_number() {
        let mut check = |field: Field, literal: &'static str| {
            let bytes = literal.as_bytes();
            let digits = (0..bytes.len()).filter(|place| bytes[*place].is_ascii_digit());
            let mut before = digits.map(|place| place.checked_sub(1).map(|place| bytes[place]));
            let is_of_a_name = |byte: Option<u8>| {
                byte.is_some_and(|byte| byte.is_ascii_alphabetic() && !b"xX".contains(&byte))
            };
            assert!(field != Field::Reason || before.all(is_of_a_name), "{literal}");
        };
        for condition in
            rules().map(|rule| &rule.when).chain(PHRASES.iter().map(|phrase| &phrase.when))
        {
            condition.for_each_literal(&mut check);
        }
    }

    #[test]
    fn reasons_name_their_methods() {
        let cases: &[(&str, &[&str])] = &[
            (
                "User registered Authenticator App with Notification and Code",
                &["authenticator_push", "software_oath"],
            ),
            ("User registered Authenticator App with Notification", &["authenticator_push"]),
            ("User failed to register Authenticator App with Code", &["software_oath"]),
            ("User started the registration for Passkey", &["passkey_fido2"]),
            ("User registered Authenticator app", &["authenticator_unspecified"]),
            ("User deleted Mobile Phone Call and SMS", &["phone_mobile_call", "phone_mobile_sms"]),
            ("User registered Call and SMS", &["phone_mobile_sms", "phone_unspecified"]),
            ("User registered Phone", &["phone_unspecified"]),
            ("User registered Alternate phone", &["phone_alternate"]),
            ("User deleted Office phone", &["phone_office"]),
            ("User registered Security questions", &["security_questions"]),
            (
                "User changed the default security info for Call +X XXXXXXXXXX",
                &["phone_unspecified"],
            ),
            (
                "User changed the default security info for Text a code to +X XXXXXXXXX",
                &["phone_mobile_sms"],
            ),
            (
                "User changed the default security info for A code from my authenticator app or token",
                &["oath_unspecified"],
            ),
            (
                "User failed to change the default security info for Authenticator app notification",
                &["authenticator_push"],
            ),
            ("Admin registered temporary access pass method for user", &["temporary_access_pass"]),
            ("User registered Fido2 Authentication Method", &["passkey_fido2"]),
            ("User registered Pager +1 2025550143", &["Pager #"]),
            ("User registered all required security info.", &[]),
            ("User canceled security info registration", &[]),
            ("A system error has occurred.", &[]),
        ];
        for (text, expected) in cases {
            let methods = methods_in(&Reason::new(*text));
            let names: Vec<_> = methods.iter().map(Method::as_str).collect();
            assert_eq!(&names, expected, "{text}");
        }
    }
}
