//! How many of a method a user can register.
//!
//! Microsoft, *Combined security information registration* (October 2024) and, for app passwords,
//! *Enforce multifactor authentication with legacy applications using app passwords*.

use std::collections::BTreeMap;

use crate::model::{Method, MethodFamily};

/// How many are held of a method.
pub(super) type Held<'a> = dyn Fn(&Method) -> u32 + 'a;

/// The greatest number of a kind of method.
pub(super) struct Limit {
    /// The kind, in words.
    pub(super) kind: &'static str,
    /// One of the kind.
    one: &'static str,
    /// Whether exports that name methods without counting them tell the number: of each method there is one.
    pub(super) is_told_by_names: bool,
    pub(super) most: u32,
    /// The methods of somebody who holds as many as can be.
    pub(super) all: &'static [(Method, u32)],
    /// How many of the kind are held, given how many are held of each method.
    pub(super) count: fn(&Held<'_>) -> u32,
    /// Whether the method is of the kind.
    pub(super) is_of: fn(&Method) -> bool,
}

impl Limit {
    /// How many of the kind are among methods held.
    pub(super) fn held(&self, methods: &BTreeMap<Method, u32>) -> u32 {
        (self.count)(&|method| methods.get(method).copied().unwrap_or_default())
    }

    /// So many of the kind, in words.
    pub(super) fn number(&self, number: u32) -> String {
        format!("{number} {}", if number == 1 { self.one } else { self.kind })
    }
}

/// Every documented limit.
pub(super) const LIMITS: [Limit; 5] = [
    Limit {
        kind: "Microsoft Authenticator apps",
        one: "Microsoft Authenticator app",
        is_told_by_names: false,
        most: 5,
        all: &[(Method::AuthenticatorPush, 5)],
        count: |held| {
            held(&Method::AuthenticatorPush)
                .max(held(&Method::AuthenticatorUnspecified))
                .max(held(&Method::AuthenticatorPasswordless))
        },
        is_of: |method| {
            matches!(
                method,
                Method::AuthenticatorPush
                    | Method::AuthenticatorPasswordless
                    | Method::AuthenticatorUnspecified
            )
        },
    },
    Limit {
        kind: "other authenticator apps",
        one: "other authenticator app",
        is_told_by_names: false,
        most: 5,
        all: &[(Method::AuthenticatorPush, 5), (Method::SoftwareOath, 10)],
        // Authenticator brings codes of its own.
        count: |held| held(&Method::SoftwareOath).saturating_sub(held(&Method::AuthenticatorPush)),
        is_of: |method| matches!(method, Method::SoftwareOath | Method::OathUnspecified),
    },
    Limit {
        kind: "phones",
        one: "phone",
        is_told_by_names: true,
        most: 2,
        all: &[(Method::PhoneMobileSms, 1), (Method::PhoneAlternate, 1)],
        count: |held| {
            let mobile =
                [Method::PhoneMobileSms, Method::PhoneMobileCall, Method::PhoneUnspecified];
            let is_held =
                |methods: &[Method]| u32::from(methods.iter().any(|method| held(method) > 0));
            is_held(&mobile) + is_held(&[Method::PhoneAlternate])
        },
        is_of: |method| method.family() == MethodFamily::Phone && *method != Method::PhoneOffice,
    },
    Limit {
        kind: "passkeys",
        one: "passkey",
        is_told_by_names: false,
        most: 10,
        all: &[(Method::PasskeyFido2, 10)],
        count: |held| held(&Method::PasskeyFido2),
        is_of: |method| *method == Method::PasskeyFido2,
    },
    Limit {
        kind: "app passwords",
        one: "app password",
        is_told_by_names: false,
        most: 40,
        all: &[(Method::AppPassword, 40)],
        count: |held| held(&Method::AppPassword),
        is_of: |method| *method == Method::AppPassword,
    },
];

/// The limit of a method, if there is one.
pub(super) fn limit_of(method: &Method) -> Option<&'static Limit> {
    const ALL: &[Limit] = &LIMITS;
    ALL.iter().find(|limit| (limit.is_of)(method))
}
