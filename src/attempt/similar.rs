//! Which methods can be the same under two names.

use crate::model::{Method, MethodFamily};

/// Whether a record about one method can be about the other: they are equal, or one of them does not
/// say which of its family it is.
pub(crate) fn can_be_same(a: &Method, b: &Method) -> bool {
    a == b || covers(a, b) || covers(b, a)
}

fn covers(unspecified: &Method, method: &Method) -> bool {
    match unspecified {
        Method::PhoneUnspecified => method.family() == MethodFamily::Phone,
        Method::AuthenticatorUnspecified => method.family() == MethodFamily::MobileApp,
        Method::OathUnspecified => matches!(method, Method::SoftwareOath | Method::HardwareOath),
        _ => false,
    }
}

/// Whether a method held can be the one that a record of its end speaks of: a phone that is not named is the mobile phone,
/// and no other.
#[cfg(feature = "rollback")]
pub(crate) fn can_be_held(held: &Method, method: &Method) -> bool {
    can_be_same(held, method) && !is_other_phone(held, method)
}

/// Whether one is the mobile phone, not named, and the other a phone that is none.
pub(super) fn is_other_phone(one: &Method, other: &Method) -> bool {
    let is_none = |method: &Method| matches!(method, Method::PhoneAlternate | Method::PhoneOffice);
    let is_unnamed = |method: &Method| *method == Method::PhoneUnspecified;
    (is_unnamed(one) && is_none(other)) || (is_none(one) && is_unnamed(other))
}

/// Whether a user can hold several of the method at once. Of phones, email and questions there is
/// one each (inferred from how Graph addresses them).
pub(super) fn can_be_several(method: &Method) -> bool {
    matches!(
        method.family(),
        MethodFamily::MobileApp
            | MethodFamily::HardwareToken
            | MethodFamily::Passkey
            | MethodFamily::WindowsHello
            | MethodFamily::Platform
            | MethodFamily::AppPassword
            | MethodFamily::External
            | MethodFamily::Other
    )
}

/// Whether the directory lists the method in `StrongAuthenticationMethod`.
pub(super) fn is_listed_by_directory(method: &Method) -> bool {
    matches!(method.family(), MethodFamily::Phone | MethodFamily::MobileApp)
        || *method == Method::HardwareOath
}
