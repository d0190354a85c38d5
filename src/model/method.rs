//! Authentication methods and every spelling of them.

use serde::{Deserialize, Serialize};

use super::text::{Unrecognized, serde_as_text};

/// Whether a method can serve a purpose, as far as Microsoft documents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Documented as usable.
    Yes,
    /// Documented as not usable.
    No,
    /// Not listed, not checked, or the documents disagree.
    Unknown,
}

/// A group of methods that share a device or a way of working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MethodFamily {
    /// Microsoft Authenticator and other authenticator apps.
    MobileApp,
    /// Tokens of their own that show codes.
    HardwareToken,
    /// Calls and text messages.
    Phone,
    /// Email, for password reset alone.
    Email,
    /// Security questions, for password reset alone.
    SecurityQuestions,
    /// App passwords, for clients that know no multifactor authentication.
    AppPassword,
    /// Passkeys (FIDO2).
    Passkey,
    /// Windows Hello for Business.
    WindowsHello,
    /// Credentials of the platform, such as the macOS Secure Enclave key.
    Platform,
    /// Temporary Access Pass.
    TemporaryAccessPass,
    /// QR code with PIN.
    QrCode,
    /// X.509 certificates.
    Certificate,
    /// External authentication methods.
    External,
    /// The password.
    Password,
    /// A method with no name here.
    Other,
}

impl MethodFamily {
    /// The value of the flat column `method_family`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MobileApp => "mobile_app",
            Self::HardwareToken => "hardware_token",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::SecurityQuestions => "security_questions",
            Self::AppPassword => "app_password",
            Self::Passkey => "passkey",
            Self::WindowsHello => "windows_hello",
            Self::Platform => "platform",
            Self::TemporaryAccessPass => "temporary_access_pass",
            Self::QrCode => "qr_code",
            Self::Certificate => "certificate",
            Self::External => "external",
            Self::Password => "password",
            Self::Other => "other",
        }
    }
}

/// Defines the enum, its names, flags and spellings from one table.
macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $family:ident,
       mfa $mfa:ident, sspr $sspr:ident, passwordless $passwordless:ident, [$($spelling:literal),*];)*) => {
        /// An authentication method, by its canonical name.
        ///
        /// Names, families and capabilities come from Microsoft Graph (*authenticationMethod*,
        /// *userRegistrationDetails*, *usageAuthMethod*), the labels of the portal and the source document;
        /// the texts of audit reasons were seen in real records published by third parties. Names that do
        /// not say which method of a family is meant are kept as `.._unspecified`.
        ///
        /// A phone number is never part of a method: see
        /// [`Reason::phone_number`](super::Reason::phone_number) and
        /// [`Event::device_names`](super::Event::device_names). A text with no name here may be the name
        /// of a device; [masking](crate::Masker) replaces it.
        ///
        /// ```
        /// use regaudit::model::{Capability, Method, MethodFamily};
        /// let method = Method::from_text("mobileSMS");
        /// assert_eq!(method, Method::PhoneMobileSms);
        /// assert_eq!(method.as_str(), "phone_mobile_sms");
        /// assert_eq!(method.family(), MethodFamily::Phone);
        /// assert_eq!(method.passwordless(), Capability::No);
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Method {
            $($(#[$doc])* $variant,)*
            /// A method with no name here, as the log wrote it.
            Other(Unrecognized),
        }

        impl Method {
            /// Every method that has a name here.
            pub const KNOWN: &[Self] = &[$(Self::$variant),*];

            /// The canonical name, lower_snake, or the text as it stands.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(text) => text.as_str(),
                }
            }

            /// The group it belongs to.
            pub const fn family(&self) -> MethodFamily {
                match self {
                    $(Self::$variant => MethodFamily::$family,)*
                    Self::Other(_) => MethodFamily::Other,
                }
            }

            /// Whether it can serve multifactor authentication.
            pub const fn mfa(&self) -> Capability {
                match self {
                    $(Self::$variant => Capability::$mfa,)*
                    Self::Other(_) => Capability::Unknown,
                }
            }

            /// Whether it can serve self-service password reset.
            pub const fn sspr(&self) -> Capability {
                match self {
                    $(Self::$variant => Capability::$sspr,)*
                    Self::Other(_) => Capability::Unknown,
                }
            }

            /// Whether it signs a user in without a password.
            pub const fn passwordless(&self) -> Capability {
                match self {
                    $(Self::$variant => Capability::$passwordless,)*
                    Self::Other(_) => Capability::Unknown,
                }
            }

            /// Every name of the method in Graph, reports, the portal and legacy properties, beside
            /// the canonical one. They match with ASCII case folded.
            pub const fn spellings(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($spelling),*],)*
                    Self::Other(_) => &[],
                }
            }
        }
    };
}

methods! {
    /// Microsoft Authenticator, notification to approve.
    AuthenticatorPush = "authenticator_push", MobileApp, mfa Yes, sspr Yes, passwordless No,
        ["microsoftAuthenticatorPush", "appNotification", "push", "PhoneAppNotification",
         "Authenticator app notification", "App notification", "Authenticator App with Notification"];
    /// Microsoft Authenticator, phone sign-in without a password.
    AuthenticatorPasswordless = "authenticator_passwordless", MobileApp, mfa Yes, sspr Unknown, passwordless Yes,
        ["microsoftAuthenticatorPasswordless", "passwordlessMicrosoftAuthenticator",
         "Microsoft Passwordless phone sign-in", "Passwordless phone sign-in credential", "Passwordless phone sign-in"];
    /// Microsoft Authenticator, where the text does not say in which way.
    AuthenticatorUnspecified = "authenticator_unspecified", MobileApp, mfa Yes, sspr Yes, passwordless Unknown,
        ["microsoftAuthenticator", "Authenticator app", "Authenticator", "Microsoft Authenticator",
         "Microsoft Authenticator app", "Mobile app"];
    /// Codes of an authenticator app.
    SoftwareOath = "software_oath", MobileApp, mfa Yes, sspr Yes, passwordless No,
        ["softwareOath", "softwareOneTimePasscode", "appCode", "App code", "oneTimePasscode",
         "Software OATH token", "Other authenticator app", "Authenticator App with Code"];
    /// Codes of a hardware token.
    HardwareOath = "hardware_oath", HardwareToken, mfa Yes, sspr Yes, passwordless No,
        ["hardwareOath", "hardwareOneTimePasscode", "Hardware OATH token", "Hardware token"];
    /// Codes of an app or a token, where the text does not say of which; counted among the apps, which
    /// are far more common.
    OathUnspecified = "oath_unspecified", MobileApp, mfa Yes, sspr Yes, passwordless No,
        ["oath", "PhoneAppOTP", "A code from my authenticator app or token"];
    /// Text message to the mobile phone.
    PhoneMobileSms = "phone_mobile_sms", Phone, mfa Yes, sspr Yes, passwordless No,
        ["sms", "mobileSMS", "OneWaySMS", "TwoWaySms", "Mobile Phone SMS", "Text message"];
    /// Call to the mobile phone.
    PhoneMobileCall = "phone_mobile_call", Phone, mfa Yes, sspr Yes, passwordless No,
        ["mobileCall", "voiceMobile", "TwoWayVoiceMobile", "Phone call", "Mobile Phone Call"];
    /// Call or text message to the alternate phone.
    PhoneAlternate = "phone_alternate", Phone, mfa Yes, sspr Yes, passwordless No,
        ["alternateMobile", "alternateMobilePhone", "alternateMobileCall", "voiceAlternateMobile",
         "TwoWayVoiceAlternateMobile", "TwoWayVoiceOtherMobile", "TwoWaySmsOtherMobile", "Alternate phone",
         "Alternate Mobile Phone", "Alternate Mobile Call"];
    /// Call to the office phone.
    PhoneOffice = "phone_office", Phone, mfa Yes, sspr Yes, passwordless No,
        ["office", "officePhone", "voiceOffice", "TwoWayVoiceOffice", "Office phone", "Office Call"];
    /// A phone, where the text does not say which or how.
    PhoneUnspecified = "phone_unspecified", Phone, mfa Yes, sspr Yes, passwordless No,
        ["phone", "mobile", "mobilePhone", "Mobile phone"];
    /// Email.
    Email = "email", Email, mfa No, sspr Yes, passwordless No, ["Alternate email"];
    /// Security questions; not for administrators, and announced to end in March 2027.
    SecurityQuestions = "security_questions", SecurityQuestions, mfa No, sspr Yes, passwordless No,
        ["securityQuestion", "securityQuestions", "Security questions"];
    /// App password; passes by multifactor authentication.
    AppPassword = "app_password", AppPassword, mfa No, sspr Unknown, passwordless No,
        ["appPassword", "App password", "Application password"];
    /// Passkey (FIDO2): a security key, the Authenticator's passkey or a synced one.
    PasskeyFido2 = "passkey_fido2", Passkey, mfa Yes, sspr No, passwordless Yes,
        ["fido2", "fido2SecurityKey", "fido", "passKeyDeviceBound", "passKeyDeviceBoundAuthenticator",
         "passKeyDeviceBoundWindowsHello", "passKeySynced", "Passkey (FIDO2)", "FIDO2 security key", "Passkey",
         "Passkey (device-bound)", "Fido2 Authentication Method"];
    /// Windows Hello for Business.
    WindowsHello = "windows_hello", WindowsHello, mfa Yes, sspr No, passwordless Yes,
        ["windowsHelloForBusiness", "Windows Hello for Business", "Windows Hello for Business credential"];
    /// Credential of the platform, such as the macOS Secure Enclave key.
    PlatformCredential = "platform_credential", Platform, mfa Unknown, sspr Unknown, passwordless Unknown,
        ["platformCredential", "macOsSecureEnclaveKey", "Platform credential"];
    /// Temporary Access Pass.
    TemporaryAccessPass = "temporary_access_pass", TemporaryAccessPass, mfa Yes, sspr Unknown, passwordless No,
        ["temporaryAccessPass", "Temporary Access Pass"];
    /// QR code with PIN.
    QrCodePin = "qr_code_pin", QrCode, mfa Unknown, sspr Unknown, passwordless Unknown,
        ["qrCode", "qrCodePin", "QR code"];
    /// Certificate-based authentication.
    Certificate = "certificate", Certificate, mfa Unknown, sspr Unknown, passwordless Unknown,
        ["x509Certificate", "Certificate-based authentication"];
    /// External authentication method (External MFA since February 2026).
    External = "external", External, mfa Yes, sspr Unknown, passwordless No,
        ["externalAuthMethod", "External MFA", "External authentication method"];
    /// The password itself.
    Password = "password", Password, mfa No, sspr Unknown, passwordless No, [];
}

impl Method {
    /// Reads a method by its canonical name or any spelling of it, ASCII case aside. The free text of
    /// a reason is read by [`catalogue::methods_in`](crate::catalogue::methods_in) instead, because it
    /// may name two.
    ///
    /// Graph's type names (`#microsoft.graph.fido2AuthenticationMethod`) and the default methods that
    /// hold a number ("Call +X XXXXXXXXXX", "Text a code to +X XXXXXXXXX") are read, too.
    pub fn from_text(text: &str) -> Self {
        let name = text.trim();
        let begins = |start: &str| {
            name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
        };
        if begins("call +") {
            return Self::PhoneUnspecified;
        }
        if begins("text a code to ") {
            return Self::PhoneMobileSms;
        }
        let name = name
            .strip_prefix("#microsoft.graph.")
            .and_then(|stem| stem.strip_suffix("AuthenticationMethod"))
            .unwrap_or(name);
        let is_named = |method: &&Self| {
            method.as_str().eq_ignore_ascii_case(name)
                || method.spellings().iter().any(|spelling| spelling.eq_ignore_ascii_case(name))
        };
        let known = Self::KNOWN.iter().find(is_named).cloned();
        known.unwrap_or_else(|| Self::Other(Unrecognized::new(text)))
    }

    /// Reads a `MethodType` of `StrongAuthenticationMethod` in an audit record, 0 to 7.
    ///
    /// The numbers are those of a Microsoft query read in a third party's copy; Graph beta numbers
    /// the same names differently.
    pub const fn from_method_type(number: u64) -> Option<Self> {
        Some(match number {
            0 => Self::PhoneMobileCall,
            1 | 5 => Self::PhoneMobileSms,
            2 => Self::PhoneOffice,
            3 | 4 => Self::PhoneAlternate,
            6 => Self::AuthenticatorPush,
            7 => Self::OathUnspecified,
            _ => return None,
        })
    }
}

serde_as_text!(Method);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_in_any_case_and_none_is_claimed_twice() {
        for method in Method::KNOWN {
            for name in method.spellings().iter().copied().chain([method.as_str()]) {
                assert_eq!(Method::from_text(name), *method, "{name}");
                assert_eq!(Method::from_text(&name.to_uppercase()), *method, "{name}");
            }
        }
    }

    #[test]
    fn names_of_types_and_defaults_with_numbers() {
        let cases = [
            (
                "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
                Method::AuthenticatorUnspecified,
            ),
            ("#microsoft.graph.fido2AuthenticationMethod", Method::PasskeyFido2),
            ("#microsoft.graph.softwareOathAuthenticationMethod", Method::SoftwareOath),
            ("Call +X XXXXXXXXXX", Method::PhoneUnspecified),
            ("Text a code to +X XXXXXXXXX", Method::PhoneMobileSms),
            ("A code from my authenticator app or token", Method::OathUnspecified),
            ("Authenticator app notification", Method::AuthenticatorPush),
        ];
        for (text, method) in cases {
            assert_eq!(Method::from_text(text), method, "{text}");
        }
    }
}
