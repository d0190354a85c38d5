//! Everything else an audit log is full of.
//!
//! Each function below is one activity of a working tenant, shaped after what its service really
//! logs; [`KINDS`] says how often each comes up.

use super::record::{Detail, Initiator, Modified, Person, Record, SECOND, Target, guid, timestamp};
use super::source::Source;

type Kind = fn(&mut Source, u64) -> Record;

const KINDS: [(u64, Kind); 14] = [
    (20, add_member_to_group),
    (14, synchronize_user),
    (10, update_profile),
    (4, update_strong_authentication),
    (10, add_app_role_assignment),
    (16, update_device),
    (6, add_device),
    (3, register_device),
    (8, read_lifecycle_policies),
    (10, export_account),
    (7, synchronization_rule),
    (6, get_guest_usages),
    (4, update_service_principal),
    (3, update_conditional_access),
];

/// A record that is no registration event.
pub fn record(source: &mut Source, time: u64) -> Record {
    let kind = source.random.weighted(&KINDS);
    kind(source, time)
}

fn add_member_to_group(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let member = source.person();
    let group = source.random.below(400);
    let team = source.random.pick(&["Sales", "Field service", "Payroll", "Warehouse", "Research"]);
    let modified = vec![
        Modified::added("Group.ObjectID", format!("\"{}\"", guid(0xB000_0000_0000 + group))),
        Modified::added("Group.DisplayName", format!("\"{team} {group}\"")),
        Modified { new: None, ..Modified::added("Group.WellKnownObjectName", "") },
    ];
    let mut target = Target::new("Group", guid(0xB000_0000_0000 + group));
    target.group_type = Some("unknownFutureValue");
    Record {
        category: "GroupManagement",
        activity: "Add member to group",
        operation: "Assign",
        initiator: administrator(source),
        targets: vec![Target::user(member).with(modified), target],
        details: vec![user_agent(source)],
        ..record
    }
}

fn synchronize_user(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let hours = 1 + source.random.below(6);
    let before = timestamp(time.saturating_sub(hours * 3600 * SECOND), "Z");
    let modified = vec![
        Modified::new(
            "LastDirSyncTime",
            format!("[\"{before}\"]"),
            format!("[\"{}\"]", timestamp(time, "Z")),
        ),
        Modified::added("Included Updated Properties", "\"LastDirSyncTime\""),
        Modified::added("Action Client Name", "\"DirectorySync\""),
        Modified::added("TargetId.UserType", "\"Member\""),
    ];
    update_user(source, record, "Microsoft Entra Connect Sync", modified)
}

fn update_profile(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let departments = ["Sales", "Finance", "Logistics", "Engineering", "Legal"];
    let desk = source.random.below(9000);
    let modified = vec![
        Modified::new("AccountEnabled", "[false]", "[true]"),
        Modified::new(
            "Department",
            format!("[\"{}\"]", source.random.pick(&departments)),
            format!("[\"{}\"]", source.random.pick(&departments)),
        ),
        Modified::new("PhysicalDeliveryOfficeName", "[]", format!("[\"Building 4, desk {desk}\"]")),
        Modified::new("ProxyAddresses", "[]", format!("[\"SMTP:desk{desk}@example.com\"]")),
        Modified::added(
            "Included Updated Properties",
            "\"AccountEnabled, Department, PhysicalDeliveryOfficeName, ProxyAddresses\"",
        ),
        Modified::added("TargetId.UserType", "\"Member\""),
    ];
    update_user(source, record, "Workforce Provisioning", modified)
}

fn update_strong_authentication(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let (device, token) = (source.guid(), source.guid());
    let mut detail = |seen: u64| {
        format!(
            "[{{\"DeviceName\":\"Phone {}\",\"DeviceToken\":\"{token}\",\
             \"DeviceTag\":\"SoftwareTokenActivated\",\"PhoneAppVersion\":\"6.2602.1044\",\
             \"OathTokenTimeDrift\":0,\"DeviceId\":\"{}\",\"Id\":\"{device}\",\"TimeInterval\":0,\
             \"AuthenticationType\":3,\"NotificationType\":4,\"LastAuthenticatedTimestamp\":\"{}\",\
             \"AuthenticatorFlavor\":\"Authenticator\",\"HashFunction\":null,\
             \"TenantDeviceId\":null,\"SecuredPartitionId\":{},\"SecuredKeyId\":7}}]",
            &device[32..],
            guid(0),
            timestamp(seen, "Z"),
            20_000 + source.random.below(1000),
        )
    };
    let (old, new) = (detail(time.saturating_sub(40 * 3600 * SECOND)), detail(time));
    let modified = vec![
        Modified::new("StrongAuthenticationPhoneAppDetail", old, new),
        Modified::added("Included Updated Properties", "\"StrongAuthenticationPhoneAppDetail\""),
        Modified::added("TargetId.UserType", "\"Member\""),
    ];
    update_user(source, record, "Azure MFA StrongAuthenticationService", modified)
}

fn update_user(
    source: &mut Source,
    record: Record,
    by: &'static str,
    modified: Vec<Modified>,
) -> Record {
    Record {
        activity: "Update user",
        initiator: application(by, 0x10),
        targets: vec![Target::user(source.person()).with(modified)],
        details: vec![("UserType".into(), "Member".into())],
        ..record
    }
}

fn add_app_role_assignment(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let app = source.random.below(120);
    let name = format!("Line-of-business app {app}");
    let (role, person) = (source.guid(), source.person());
    let modified = vec![
        Modified::new("AppRole.Id", "", format!("\"{role}\"")),
        Modified::added("AppRole.Value", "\"Task.Read\""),
        Modified::added("AppRole.DisplayName", "\"Task reader\""),
        Modified::added(
            "AppRoleAssignment.CreatedDateTime",
            format!("\"{}\"", timestamp(time, "Z")),
        ),
        Modified::added("User.ObjectID", format!("\"{}\"", person.id)),
        Modified::added("User.UPN", format!("\"{}\"", person.upn)),
        Modified::added(
            "TargetId.ServicePrincipalNames",
            format!("\"{};https://app{app}.example.com/\"", guid(0xC000_0000_0000 + app)),
        ),
    ];
    let principal = Target::new("ServicePrincipal", guid(0xC100_0000_0000 + app)).named(name);
    Record {
        activity: "Add app role assignment grant to user",
        operation: "Assign",
        initiator: administrator(source),
        targets: vec![principal.with(modified), Target::user(person)],
        details: vec![user_agent(source), ("AppId".into(), guid(0xC000_0000_0000 + app).into())],
        ..record
    }
}

fn update_device(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let number = source.random.below(source.users.saturating_mul(2));
    let build = source.random.below(6000);
    let updated = "DeviceOSVersion, DevicePhysicalIds, ApproximateLastLogonTimeStamp";
    let modified = vec![
        Modified::new(
            "DeviceOSVersion",
            format!("[\"10.0.26100.{build}\"]"),
            format!("[\"10.0.26100.{}\"]", build + 37),
        ),
        Modified::new(
            "DevicePhysicalIds",
            "[]",
            format!("[\"[USER-HWID]:{}:{}\"]", source.guid(), source.random.below(1 << 52)),
        ),
        Modified::added("Included Updated Properties", format!("\"{updated}\"")),
        Modified::added("TargetId.DeviceId", format!("\"{}\"", guid(0xD000_0000_0000 + number))),
        Modified::added("TargetId.DeviceOSType", "\"Windows\""),
        Modified::added("TargetId.DeviceTrustType", "\"ServerAd\""),
    ];
    Record {
        category: "Device",
        activity: "Update device",
        initiator: application("Device Registration Service", 0x20),
        targets: vec![device(number).with(modified)],
        details: device_details(number),
        ..record
    }
}

fn add_device(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let number = source.random.below(source.users.saturating_mul(2));
    let created = |name, value: &str| Modified::new(name, "[]", format!("[{value}]"));
    let services = "urn:ms-drs:enterpriseregistration.windows.net";
    let modified = vec![
        created("AccountEnabled", "true"),
        created("CloudAccountEnabled", "true"),
        created("CloudDeviceOSType", "\"Windows\""),
        created("CloudDeviceOSVersion", "\"10.0.26100.1742\""),
        created("CloudDisplayName", &format!("\"LAPTOP-{number:06}\"")),
        created("DeviceId", &format!("\"{}\"", guid(0xD000_0000_0000 + number))),
        created("DeviceObjectVersion", "2"),
        created("DeviceTrustType", "\"AzureAd\""),
        created("DisplayName", &format!("\"LAPTOP-{number:06}\"")),
        Modified::added(
            "Included Updated Properties",
            "\"AccountEnabled, CloudAccountEnabled, CloudDeviceOSType, CloudDeviceOSVersion, \
             CloudDisplayName, DeviceId, DeviceObjectVersion, DeviceTrustType, DisplayName\"",
        ),
        Modified::added("ActorId.ServicePrincipalNames", format!("\"{};{services}\"", guid(0x20))),
    ];
    Record {
        category: "Device",
        activity: "Add device",
        operation: "Add",
        initiator: application("Device Registration Service", 0x20),
        targets: vec![device(number).with(modified)],
        details: vec![("User-Agent".into(), "Microsoft.OData.Client/7.12.5".into())],
        ..record
    }
}

fn register_device(source: &mut Source, time: u64) -> Record {
    let correlation_id = source.guid();
    let record = source.blank(time, "Device Registration Service", correlation_id);
    let person = source.person();
    let number = source.random.below(source.users.saturating_mul(2));
    let info =
        format!("Successfully joined device using account type: User with id: {}.", person.id);
    let mut details = device_details(number);
    details.insert(0, ("AdditionalInfo".into(), info.into()));
    details.push(("Device Profile".into(), "RegisteredDevice".into()));
    Record {
        service: "Device Registration Service",
        category: "Device",
        activity: "Register device",
        operation: "Add",
        initiator: user(person, source.ip()),
        targets: vec![Target { id: None, ..device(number) }],
        details,
        ..record
    }
}

fn read_lifecycle_policies(source: &mut Source, time: u64) -> Record {
    let correlation_id = source.guid();
    let record = source.blank(time, "SSGM", correlation_id);
    let group = guid(0xB000_0000_0000 + source.random.below(400));
    Record {
        service: "Self-service Group Management",
        category: "GroupManagement",
        activity: "GroupsODataV4_GetgroupLifecyclePolicies",
        reason: "OK".into(),
        initiator: user(source.person(), source.ip()),
        targets: vec![Target::new("N/A", group)],
        details: vec![user_agent(source), ("TenantRegion".into(), "EU".into())],
        ..record
    }
}

fn export_account(source: &mut Source, time: u64) -> Record {
    let person = source.person();
    let succeeded = !source.random.once_in(12);
    let reason = if succeeded {
        format!("User '{}' was updated in Payroll cloud", person.upn)
    } else {
        format!("Failed to update User '{}'; Error: The request timed out.", person.upn)
    };
    let modified = vec![
        Modified::new("title", "\"Analyst\"", "\"Senior analyst\""),
        Modified::new("manager", format!("\"{}\"", source.person().id), "\"\""),
        Modified::added("urn:ietf:params:scim:schemas:core:2.0:User:active", "\"True\""),
    ];
    let record = provisioning(source, time, "Export", person, modified);
    Record { succeeded, reason: reason.into(), ..record }
}

fn synchronization_rule(source: &mut Source, time: u64) -> Record {
    let person = source.person();
    let reason = format!(
        "User '{}' will be skipped in Payroll cloud (User is active and assigned, but no attribute \
         in scope has changed since the last cycle)",
        person.upn,
    );
    let record = provisioning(source, time, "Synchronization rule action", person, Vec::new());
    Record { reason: reason.into(), ..record }
}

fn provisioning(
    source: &mut Source,
    time: u64,
    activity: &'static str,
    person: Person,
    modified: Vec<Modified>,
) -> Record {
    let correlation_id = source.guid();
    let record = source.blank(time, "Sync", correlation_id);
    let cycle = source.guid();
    Record {
        service: "Account Provisioning",
        category: "ProvisioningManagement",
        activity,
        operation: "",
        initiator: application("Azure AD Cloud Sync", 0x30),
        targets: vec![
            Target::new("ServicePrincipal", guid(0xC1FF)).named("Payroll cloud"),
            Target::new("User", person.id).named(person.name).with(modified),
        ],
        details: vec![
            ("Details".into(), "".into()),
            ("ErrorCode".into(), "".into()),
            ("EventName".into(), activity.replace(' ', "").into()),
            ("ipaddr".into(), "".into()),
            ("JoiningProperty".into(), format!("{{\"userName\":\"{}\"}}", person.upn).into()),
            ("SourceAnchor".into(), guid(0xA000_0000_0000 + person.number).into()),
            ("CycleId".into(), cycle.into()),
        ],
        ..record
    }
}

fn get_guest_usages(source: &mut Source, time: u64) -> Record {
    let correlation_id = source.guid();
    let record = source.blank(time, "B2C", correlation_id);
    let reason = if source.random.once_in(2) {
        "User Authorization: User was granted 'Subscription Admin' access rights"
    } else {
        ""
    };
    let caller = guid(0x40);
    Record {
        service: "B2C",
        category: "ResourceManagement",
        activity: "Get Guest Usages resource",
        operation: "",
        reason: reason.into(),
        initiator: Initiator::App {
            id: None,
            display_name: caller.clone().into(),
            principal_name: Some(caller),
        },
        targets: vec![Target {
            id: None,
            ..Target::new("Directory", String::new()).named("NotSet")
        }],
        details: vec![
            ("targetTenant".into(), "Undefined tenant".into()),
            ("targetEntityType".into(), "Resource".into()),
            ("actorIdentityType".into(), "ApplicationID".into()),
        ],
        ..record
    }
}

fn update_service_principal(source: &mut Source, time: u64) -> Record {
    let record = directory(source, time);
    let app = source.random.below(120);
    let mut key = || {
        format!(
            "\"[KeyIdentifier={},KeyType=AsymmetricX509Cert,KeyUsage=Verify,DisplayName=CN={}]\"",
            source.guid(),
            guid(0xC000_0000_0000 + app),
        )
    };
    let (old, kept, new) = (key(), key(), key());
    let names = format!("\"{};https://app{app}.example.com/\"", guid(0xC000_0000_0000 + app));
    let modified = vec![
        Modified::new("KeyDescription", format!("[{old},{kept}]"), format!("[{kept},{new}]")),
        Modified::added("Included Updated Properties", "\"KeyDescription\""),
        Modified::added("TargetId.ServicePrincipalNames", names),
    ];
    let target = Target::new("ServicePrincipal", guid(0xC100_0000_0000 + app));
    Record {
        category: "ApplicationManagement",
        activity: "Update service principal",
        initiator: application("Managed Service Identity", 0x50),
        targets: vec![target.named(format!("Line-of-business app {app}")).with(modified)],
        details: vec![user_agent(source), ("AppId".into(), guid(0xC000_0000_0000 + app).into())],
        ..record
    }
}

/// Whole policies travel as JSON in a string, so this one is full of braces and escaped quotes.
fn update_conditional_access(source: &mut Source, time: u64) -> Record {
    let correlation_id = source.guid();
    let record = source.blank(time, "IPCGraph", correlation_id);
    let number = source.random.below(40);
    let (group, excluded) = (source.guid(), source.guid());
    let policy = |state: &str| {
        format!(
            "{{\"id\":\"{}\",\"displayName\":\"CA{number:03} Require strong authentication\",\
             \"createdDateTime\":\"2026-01-12T09:00:00.0000000+00:00\",\"state\":\"{state}\",\
             \"conditions\":{{\"userRiskLevels\":[],\"signInRiskLevels\":[],\
             \"clientAppTypes\":[\"all\"],\"applications\":{{\"includeApplications\":[],\
             \"excludeApplications\":[],\"includeUserActions\":[\"urn:user:registersecurityinfo\"]}},\
             \"users\":{{\"includeUsers\":[],\"excludeUsers\":[],\"includeGroups\":[\"{group}\"],\
             \"excludeGroups\":[\"{excluded}\"]}}}},\"grantControls\":{{\"operator\":\"OR\",\
             \"builtInControls\":[\"mfa\"]}}}}",
            guid(0xE000_0000_0000 + number),
        )
    };
    let modified = vec![Modified::new(
        "ConditionalAccessPolicy",
        policy("enabledForReportingButNotEnforced"),
        policy("enabled"),
    )];
    let target = Target::new("Policy", guid(0xE000_0000_0000 + number));
    Record {
        service: "Conditional Access",
        category: "Policy",
        activity: "Update Conditional Access policy",
        initiator: administrator(source),
        targets: vec![
            target.named(format!("CA{number:03} Require strong authentication")).with(modified),
        ],
        details: vec![("Category".into(), "Conditional Access".into()), user_agent(source)],
        ..record
    }
}

fn directory(source: &mut Source, time: u64) -> Record {
    let correlation_id = source.guid();
    source.blank(time, "Directory", correlation_id)
}

fn administrator(source: &mut Source) -> Initiator {
    user(source.admin(), source.ip())
}

fn user(person: Person, ip: String) -> Initiator {
    Initiator::User { id: person.id, display_name: None, upn: person.upn, ip }
}

fn application(name: &'static str, number: u64) -> Initiator {
    Initiator::App { id: Some(guid(number)), display_name: name.into(), principal_name: None }
}

fn device(number: u64) -> Target {
    Target::new("Device", guid(0xD000_0000_0000 + number)).named(format!("LAPTOP-{number:06}"))
}

fn device_details(number: u64) -> Vec<Detail> {
    vec![
        ("DeviceId".into(), guid(0xD000_0000_0000 + number).into()),
        ("DeviceOSType".into(), "Windows".into()),
        ("DeviceTrustType".into(), "ServerAd".into()),
    ]
}

fn user_agent(source: &mut Source) -> Detail {
    let agents = [
        "EvoSTS",
        "Microsoft Azure Graph Client Library 2.1.17-internal",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/145.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
         Version/19.0 Safari/605.1.15",
    ];
    ("User-Agent".into(), source.random.pick(&agents).into())
}
