//! Which words of a reason name which method.

use super::condition::Condition::{self, All, Any, Contains, Not, Word};
use super::field::Facts;
use super::field::Field::{self, Reason};
use crate::model::{self, Method};

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
    Contains(Reason, "with notification"),
    Contains(Reason, "app notification"),
    Word(Reason, "phoneappnotification"),
]);
const APP_CODE: Condition = Any(&[
    Contains(Reason, "authenticator app with code"),
    Contains(Reason, "with notification and code"),
    Contains(Reason, "other authenticator app"),
    Contains(Reason, "software oath"),
    Word(Reason, "app code"),
]);
const APP_OR_TOKEN_CODE: Condition =
    Any(&[Contains(Reason, "code from my authenticator app"), Word(Reason, "phoneappotp")]);
const PASSWORDLESS: Condition = Contains(Reason, "passwordless");
const ALTERNATE: Condition =
    Any(&[Contains(Reason, "alternate phone"), Contains(Reason, "alternate mobile")]);
const OFFICE: Condition = Any(&[
    Contains(Reason, "office phone"),
    Contains(Reason, "office call"),
    Contains(Reason, "business phone"),
]);
const SMS: Condition = Any(&[Word(Reason, "sms"), Contains(Reason, "text a code to")]);
const MOBILE_CALL: Condition = Any(&[
    Contains(Reason, "mobile phone call"),
    Contains(Reason, "mobile call"),
    Word(Reason, "phone call"),
]);
const HARDWARE: Condition =
    Any(&[Contains(Reason, "hardware token"), Contains(Reason, "hardware oath")]);

/// Every phrase. Several may match: one registration may set up two methods.
pub const PHRASES: &[Phrase] = &[
    phrase(NOTIFICATION, Method::AuthenticatorPush),
    phrase(PASSWORDLESS, Method::AuthenticatorPasswordless),
    phrase(APP_CODE, Method::SoftwareOath),
    phrase(HARDWARE, Method::HardwareOath),
    phrase(APP_OR_TOKEN_CODE, Method::OathUnspecified),
    phrase(
        All(&[
            Word(Reason, "authenticator"),
            Not(&Any(&[
                NOTIFICATION,
                APP_CODE,
                APP_OR_TOKEN_CODE,
                PASSWORDLESS,
                Word(Reason, "passkey"),
            ])),
        ]),
        Method::AuthenticatorUnspecified,
    ),
    phrase(All(&[SMS, Not(&ALTERNATE)]), Method::PhoneMobileSms),
    phrase(All(&[MOBILE_CALL, Not(&ALTERNATE), Not(&OFFICE)]), Method::PhoneMobileCall),
    phrase(ALTERNATE, Method::PhoneAlternate),
    phrase(OFFICE, Method::PhoneOffice),
    phrase(
        All(&[
            Any(&[Word(Reason, "phone"), Word(Reason, "mobilephone"), Contains(Reason, "call +")]),
            Not(&Any(&[SMS, MOBILE_CALL, ALTERNATE, OFFICE, PASSWORDLESS])),
        ]),
        Method::PhoneUnspecified,
    ),
    phrase(Word(Reason, "email"), Method::Email),
    phrase(Contains(Reason, "security question"), Method::SecurityQuestions),
    phrase(
        Any(&[Contains(Reason, "app password"), Contains(Reason, "application password")]),
        Method::AppPassword,
    ),
    phrase(
        Any(&[Word(Reason, "fido"), Word(Reason, "fido2"), Word(Reason, "passkey")]),
        Method::PasskeyFido2,
    ),
    phrase(Contains(Reason, "windows hello"), Method::WindowsHello),
    phrase(Contains(Reason, "platform credential"), Method::PlatformCredential),
    phrase(Contains(Reason, "temporary access pass"), Method::TemporaryAccessPass),
    phrase(Contains(Reason, "qr code"), Method::QrCodePin),
    phrase(
        Any(&[Contains(Reason, "certificate-based"), Word(Reason, "certificate")]),
        Method::Certificate,
    ),
    phrase(
        Any(&[
            Contains(Reason, "external authentication method"),
            Contains(Reason, "external mfa"),
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
pub fn methods_in(reason: &model::Reason) -> Vec<Method> {
    methods_in_facts(&Facts::new(&[(Field::Reason, reason.as_str())]))
}

pub(super) fn methods_in_facts(facts: &Facts<'_>) -> Vec<Method> {
    let named = PHRASES.iter().filter(|phrase| phrase.when.holds(facts));
    let mut methods: Vec<Method> = named.map(|phrase| phrase.method.clone()).collect();
    if methods.is_empty() {
        let reason = facts.verbatim_reason();
        methods.extend(reason.object().map(Method::from_text));
    }
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods
}
