//! The methods of a user as Microsoft Graph deletes them.

use serde::{Deserialize, Serialize};

use crate::model::Method;

/// Defines the enum and what Graph calls each, from one table.
macro_rules! resources {
    ($($(#[$doc:meta])* $variant:ident = $name:literal in $collection:literal $(at $id:literal)?;)*) => {
        /// A sort of method that Microsoft Graph deletes by a request of its own: each phone, and the others by
        /// type.
        ///
        /// Collections and the ids of phones are those of the Microsoft Graph reference (*authenticationMethod*,
        /// *phoneAuthenticationMethod*). Security questions, app passwords and certificates cannot be deleted
        /// through Graph, and have none.
        ///
        /// ```
        /// use regaudit::model::Method;
        /// use regaudit::rollback::Resource;
        /// assert_eq!(Resource::of(&Method::from_text("OneWaySMS")), Some(Resource::MobilePhone));
        /// assert_eq!(Resource::MobilePhone.collection(), "phoneMethods");
        /// assert_eq!(Resource::of(&Method::from_text("securityQuestion")), None);
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Resource {
            $($(#[$doc])* $variant,)*
        }

        impl Resource {
            /// Every one, in the order in which a rollback deletes them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in plans and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The part of the request behind `/users/{id}/authentication/`.
            pub const fn collection(self) -> &'static str {
                match self {
                    $(Self::$variant => $collection,)*
                }
            }

            /// The id that it has for every user; `None` where each has one of its own.
            pub const fn fixed_id(self) -> Option<&'static str> {
                match self {
                    $($(Self::$variant => Some($id),)?)*
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        }
    };
}

resources! {
    /// Microsoft Authenticator.
    MicrosoftAuthenticator = "microsoft_authenticator" in "microsoftAuthenticatorMethods";
    /// Codes of an authenticator app.
    SoftwareOath = "software_oath" in "softwareOathMethods";
    /// Email, for password reset alone.
    Email = "email" in "emailMethods";
    /// Passkeys (FIDO2).
    Fido2 = "fido2" in "fido2Methods";
    /// Windows Hello for Business.
    WindowsHelloForBusiness = "windows_hello_for_business" in "windowsHelloForBusinessMethods";
    /// Credentials of the platform.
    PlatformCredential = "platform_credential" in "platformCredentialMethods";
    /// Temporary Access Pass.
    TemporaryAccessPass = "temporary_access_pass" in "temporaryAccessPassMethods";
    /// Office phone.
    OfficePhone = "office_phone" in "phoneMethods" at "e37fc753-ff3b-4958-9484-eaa9425c82bc";
    /// Alternate mobile phone.
    AlternateMobilePhone = "alternate_mobile_phone" in "phoneMethods" at "b6332ec1-7057-4abe-9331-3d72feddfe41";
    /// Mobile phone.
    MobilePhone = "mobile_phone" in "phoneMethods" at "3179e48a-750b-4051-897c-87b9720928f7";
}

impl Resource {
    /// What a rollback deletes unless told otherwise: phones, Microsoft Authenticator and software tokens, as
    /// *Require re-register MFA* of the Entra admin center does.
    pub const COVERED: [Self; 5] = [
        Self::MicrosoftAuthenticator,
        Self::SoftwareOath,
        Self::OfficePhone,
        Self::AlternateMobilePhone,
        Self::MobilePhone,
    ];

    /// The sort that a method is of. A mobile phone is one, however it is called on or written to; codes of which it
    /// is not said whether an app or a token shows them are taken for those of an app.
    pub const fn of(method: &Method) -> Option<Self> {
        Some(match method {
            Method::AuthenticatorPush
            | Method::AuthenticatorPasswordless
            | Method::AuthenticatorUnspecified => Self::MicrosoftAuthenticator,
            Method::SoftwareOath | Method::OathUnspecified => Self::SoftwareOath,
            Method::PhoneMobileSms | Method::PhoneMobileCall | Method::PhoneUnspecified => {
                Self::MobilePhone
            }
            Method::PhoneAlternate => Self::AlternateMobilePhone,
            Method::PhoneOffice => Self::OfficePhone,
            Method::Email => Self::Email,
            Method::PasskeyFido2 => Self::Fido2,
            Method::WindowsHello => Self::WindowsHelloForBusiness,
            Method::PlatformCredential => Self::PlatformCredential,
            Method::TemporaryAccessPass => Self::TemporaryAccessPass,
            _ => return None,
        })
    }

    /// Whether it is a phone.
    pub const fn is_phone(self) -> bool {
        matches!(self, Self::OfficePhone | Self::AlternateMobilePhone | Self::MobilePhone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_files_and_ids_those_of_phones() {
        for resource in Resource::ALL {
            let name = serde_json::to_string(resource).unwrap();
            assert_eq!(name.trim_matches('"'), resource.as_str());
            assert_eq!(resource.fixed_id().is_some(), resource.is_phone(), "{name}");
            assert_eq!(resource.collection() == "phoneMethods", resource.is_phone(), "{name}");
        }
        assert!(Resource::COVERED.is_sorted());
    }

    #[test]
    fn alternate_phones_come_before_mobile_ones() {
        let place = |wanted| Resource::ALL.iter().position(|resource| *resource == wanted);
        assert!(place(Resource::AlternateMobilePhone) < place(Resource::MobilePhone));
    }
}
